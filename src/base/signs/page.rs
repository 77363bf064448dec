//! Pages of HTML: their text, and by what the debug pages of frameworks are known.

use std::borrow::Cow;

/// What the debug page of a framework holds: all texts of a line, in the page or in its text.
const DEBUG_PAGES: &[&[&str]] = &[
    // Django
    &["DEBUG = True", "Django"],
    &["Django Version:", "Exception Type:"],
    &["Using the URLconf defined in"],
    // Werkzeug, Flask
    &["Werkzeug Debugger"],
    &["The debugger caught an exception in your WSGI application"],
    // Laravel: Whoops, Ignition
    &["Whoops container"],
    &["Whoops\\Exception"],
    &["window.ignite("],
    &["_ignition/"],
    &["laravel-ignition"],
    // Symfony
    &["Symfony Exception"],
    &["exception-message-wrapper", "trace-line"],
    // Rails
    &["Action Controller: Exception caught"],
    &["Rails.root: "],
    &["BetterErrors", "backtrace"],
    // ASP.NET
    &["Server Error in '", "Exception Details:"],
    &["Server Error in '", "Stack Trace:"],
    &["An unhandled exception occurred while processing the request", "Headers", "Cookies"],
    &["rawExceptionStackTrace"],
    // Sinatra, Phoenix, CodeIgniter, Yii, Ktor
    &["BACKTRACE", "Sinatra"],
    &["BACKTRACE", "(expand)"],
    &["Plug.Debugger"],
    &["Phoenix.Router.NoRouteError"],
    &["A PHP Error was encountered", "Line Number:"],
    &["yii\\base\\", "Call Stack"],
];

/// The first mark of a debug page in a page, as it is written or as text.
pub(super) fn of_a_framework(written: &str, plain: &str) -> Option<String> {
    let holds = |mark: &&str| written.contains(mark) || plain.contains(mark);
    let marks = DEBUG_PAGES.iter().find(|marks| marks.iter().all(holds))?;
    marks.first().map(|mark| (*mark).to_owned())
}

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "body",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "head",
    "hr",
    "html",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "td",
    "title",
    "tr",
];
/// Elements whose content nobody sees.
const UNSEEN: [&str; 2] = ["style", "script"];

/// The text of a page of HTML as people see it, comments included: without tags, entities read. Any other text stays as
/// it is, but for entities.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let has_tag = text.match_indices('<').any(|(at, _)| {
        let next = text.get(at + 1..).and_then(|rest| rest.chars().next());
        next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!'))
    });
    let stripped = if has_tag && text.contains('>') { Cow::Owned(without_tags(text)) } else { Cow::Borrowed(text) };
    if stripped.contains('&') { Cow::Owned(with_entities_read(&stripped)) } else { stripped }
}

fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        if let Some(comment) = after.strip_prefix("!--") {
            let (comment, after) = comment.split_once("-->").unwrap_or((comment, ""));
            kept.push('\n');
            kept.push_str(comment);
            kept.push('\n');
            rest = after;
            continue;
        }
        let tag = after.strip_prefix('/').unwrap_or(after);
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        // `List<String>`, `x < 3`, `<init>` are no tags: a tag is a known element.
        let is_tag = is_element(&name) || after.starts_with('!');
        let Some((_, beyond)) = after.split_once('>').filter(|_| is_tag) else {
            kept.push('<');
            rest = after;
            continue;
        };
        if BLOCKS.contains(&name.as_str()) {
            kept.push('\n');
        }
        let unseen = UNSEEN.contains(&name.as_str()) && !after.starts_with('/');
        rest = if unseen {
            beyond.split_once("</").map_or("", |(_, end)| end.split_once('>').map_or("", |(_, rest)| rest))
        } else {
            beyond
        };
    }
    kept.push_str(rest);
    kept
}

fn is_element(name: &str) -> bool {
    const INLINE: [&str; 29] = [
        "a", "abbr", "b", "button", "center", "code", "em", "font", "footer", "form", "header", "i", "img", "input",
        "label", "link", "main", "meta", "nav", "section", "small", "span", "strong", "sub", "sup", "svg", "th", "u",
        "ul",
    ];
    const OTHER: [&str; 9] = ["h5", "h6", "tbody", "thead", "tt", "summary", "details", "textarea", "noscript"];
    BLOCKS.contains(&name) || UNSEEN.contains(&name) || INLINE.contains(&name) || OTHER.contains(&name)
}

fn with_entities_read(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        read.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        if let Some((character, after)) = entity.and_then(|(name, after)| Some((character(name)?, after))) {
            read.push(character);
            rest = after;
        } else {
            read.push('&');
            rest = after;
        }
    }
    read.push_str(rest);
    read
}

fn character(name: &str) -> Option<char> {
    let number = |text: &str, radix| u32::from_str_radix(text, radix).ok().and_then(char::from_u32);
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" | "ldquo" | "rdquo" => '"',
        "apos" | "lsquo" | "rsquo" => '\'',
        "nbsp" => ' ',
        _ => match name.strip_prefix('#')? {
            hexadecimal if hexadecimal.starts_with(['x', 'X']) => number(hexadecimal.get(1..)?, 16)?,
            decimal => number(decimal, 10)?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_becomes_its_text() {
        for (page, text) in [
            ("a &lt;init&gt; &#39;b&#x27; &amp; c &unknown; &", "a <init> 'b' & c &unknown; &"),
            ("<html><pre>at a.b&lt;c&gt;(<b>D.java:1</b>)</pre></html>", "\n\nat a.b<c>(D.java:1)\n\n"),
            ("<p>one<br/>two</p><!-- three --><script>x</script>four", "\none\ntwo\n\n three \nfour"),
            ("List<String> and x < 3", "List<String> and x < 3"),
            ("<", "<"),
            ("<b", "<b"),
        ] {
            assert_eq!(plain(page), text, "{page}");
        }
    }
}
