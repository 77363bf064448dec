//! The pages that our own ACM and MBP show people: plain HTML without scripts, in the language that their browser asks for.

use crate::base::text::{Lang, Text};
use crate::sandbox::answer::{Answer, Inbound};

/// Scripts are never run, nothing is fetched, and no other site shows the page in a frame. There is no `form-action`: some
/// browsers hold it against the redirects after a form as well, and those lead to the application and on to MBP.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:1.1rem/1.5 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}\
button{font:inherit;display:block;width:100%;margin:.75rem 0;padding:.75rem;min-height:3rem}";

/// The language of a page: of these two the one that the browser names first, Dutch where it names neither.
pub(super) fn language(request: &Inbound) -> Lang {
    let asked = request.header("accept-language").unwrap_or_default().split(',');
    let codes = asked.map(|range| range.trim().get(..2).unwrap_or_default().to_ascii_lowercase());
    codes
        .into_iter()
        .find_map(|code| match code.as_str() {
            "nl" => Some(Lang::Nl),
            "en" => Some(Lang::En),
            _ => None,
        })
        .unwrap_or(Lang::Nl)
}

/// A page with this title, which is its heading as well. `content`: HTML, already escaped.
pub(super) fn page(status: u16, lang: Lang, title: &Text, content: &str) -> Answer {
    let code = match lang {
        Lang::Nl => "nl",
        Lang::En => "en",
    };
    let title = escaped(title.get(lang));
    let html = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    );
    let mut answer = Answer::with_body(status, "text/html; charset=utf-8", html);
    answer.set("cache-control", "no-store");
    answer.set("content-security-policy", POLICY);
    answer.set("referrer-policy", "no-referrer");
    answer.set("x-content-type-options", "nosniff");
    answer
}

/// A page with one paragraph.
pub(super) fn message(status: u16, lang: Lang, title: &Text, words: &Text) -> Answer {
    page(status, lang, title, &format!("<p>{}</p>", escaped(words.get(lang))))
}

/// A text as it stands in HTML, in an attribute as well.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}
