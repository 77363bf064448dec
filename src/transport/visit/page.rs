//! What there is in a page of HTML: where it leads, its scripts, its forms. Read by the standard's own tokenizer; nothing
//! of it is carried out.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::Url;

use super::referrer::Policy;
use super::route::{Routes, Whose, is_loopback};
use crate::evidence::exchange::visit::LeadBy;

/// The most of each thing that is noted of a page.
const MOST: usize = 50;

/// A page that goes on after more than this, in seconds, waits for its reader: it is left.
const LONGEST_WAIT: f64 = 10.0;

/// What there is in a page, raw.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    /// What leads to MBP.
    pub(super) leads: Vec<(LeadBy, Url)>,
    /// Where the scripts are that it brings in.
    pub(super) sources: Vec<Url>,
    pub(super) forms: Vec<Form>,
    /// Where it leads on by itself, soon.
    pub(super) refresh: Option<Url>,
    pub(super) policy: Option<Policy>,
    pub(super) has_scripts: bool,
    pub(super) has_mixed_content: bool,
}

/// A form.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) is_post: bool,
    pub(super) action: Url,
    /// What goes along whatever its user does.
    pub(super) fields: Vec<(String, String)>,
    /// The buttons that send it.
    pub(super) buttons: Vec<(String, String)>,
}

/// Reads a page that came from an address.
pub(super) fn scan(html: &str, address: &Url, routes: &Routes) -> Scan {
    let mut reader = Reader { base: address.clone(), address, routes, scan: Scan::default(), open: None, script: None };
    let mut emitter = DefaultEmitter::default();
    // The insides of scripts, styles and titles are no tags.
    emitter.naively_switch_states(true);
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::EndTag(tag) => reader.end(&tag.name),
            Token::String(text) => {
                if let Some(script) = &mut reader.script {
                    script.push_str(&String::from_utf8_lossy(&text));
                }
            }
            Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    reader.end(b"script");
    reader.end(b"form");
    reader.scan
}

/// Where texts of a script lead to MBP.
pub(super) fn leads_in_script(script: &str, routes: &Routes) -> Vec<Url> {
    let Some(authority) = routes.mbp_authority() else { return Vec::new() };
    let script = script.replace("\\/", "/");
    let mut leads = Vec::new();
    for scheme in ["https", "http"] {
        let start = format!("{scheme}://{authority}");
        for (at, _) in script.match_indices(&start) {
            let rest = script.get(at..).unwrap_or_default();
            let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'`<>\\();,".contains(c);
            let text = rest.split(ends).next().unwrap_or_default();
            let url = Url::parse(text).ok().filter(|url| routes.whose(url) == Whose::Mbp);
            leads.extend(url);
            if leads.len() >= MOST {
                return leads;
            }
        }
    }
    leads
}

/// Where a `Refresh` leads: a header, or a `<meta http-equiv="refresh">`. None where it only loads the same again, or where
/// people have time to read the page first.
pub(super) fn refresh(text: &str, base: &Url) -> Option<Url> {
    let (wait, rest) = text.split_once([';', ',']).unwrap_or((text, ""));
    let wait: f64 = wait.trim().parse().ok()?;
    let rest = rest.trim();
    let name = rest.get(..3).filter(|name| name.eq_ignore_ascii_case("url"));
    let named = name.and_then(|_| rest.get(3..)?.trim_start().strip_prefix('='));
    let target = named.unwrap_or(rest).trim().trim_matches(['"', '\'']);
    let soon = (0.0..=LONGEST_WAIT).contains(&wait) && !target.is_empty();
    soon.then(|| base.join(target).ok()).flatten()
}

/// Elements that bring another part into the page, and the attribute that says which.
const PARTS: [(&str, &str); 11] = [
    ("iframe", "src"),
    ("frame", "src"),
    ("img", "src"),
    ("script", "src"),
    ("audio", "src"),
    ("video", "src"),
    ("source", "src"),
    ("embed", "src"),
    ("input", "src"),
    ("object", "data"),
    ("link", "href"),
];

struct Reader<'a> {
    base: Url,
    address: &'a Url,
    routes: &'a Routes,
    scan: Scan,
    /// The form that its fields belong to.
    open: Option<Form>,
    /// The script whose text is being read.
    script: Option<String>,
}

impl Reader<'_> {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        let get = |attribute: &str| {
            tag.attributes.get(attribute.as_bytes()).map(|value| String::from_utf8_lossy(value).trim().to_owned())
        };
        let handles = |attribute: &[u8]| attribute.starts_with(b"on");
        let runs = |value: &[u8]| value.trim_ascii_start().to_ascii_lowercase().starts_with(b"javascript:");
        self.scan.has_scripts |= tag.attributes.iter().any(|(name, value)| handles(name) || runs(value));
        match name.as_str() {
            "base" => {
                if let Some(base) = get("href").and_then(|href| self.address.join(&href).ok()) {
                    self.base = base;
                }
            }
            "a" | "area" => self.lead(LeadBy::Link, get("href")),
            "meta" => self.meta(get("http-equiv").or_else(|| get("name")), get("content")),
            "form" => self.form(get("method"), get("action")),
            "script" => self.script_of(get("src"), get("type")),
            "input" | "button" => {
                self.lead(LeadBy::Form, get("formaction"));
                self.field(&name, get("type"), get("name"), get("value"));
            }
            _ => {}
        }
        if name == "link" && get("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("modulepreload")) {
            self.source(get("href"));
        }
        if let Some((_, attribute)) = PARTS.iter().find(|(part, _)| *part == name) {
            let place = get(attribute);
            self.mixed(place.as_deref());
            self.lead(LeadBy::Part, place);
        }
    }

    fn end(&mut self, name: &[u8]) {
        if name == b"form"
            && let Some(form) = self.open.take()
            && self.scan.forms.len() < MOST
        {
            self.scan.forms.push(form);
        }
        if name == b"script"
            && let Some(script) = self.script.take()
        {
            for url in leads_in_script(&script, self.routes) {
                self.note(LeadBy::Script, url);
            }
        }
    }

    fn meta(&mut self, name: Option<String>, content: Option<String>) {
        let (Some(name), Some(content)) = (name, content) else { return };
        match name.to_ascii_lowercase().as_str() {
            "refresh" if self.scan.refresh.is_none() => {
                self.scan.refresh = refresh(&content, &self.base);
                if let Some(url) = self.scan.refresh.clone().filter(|url| self.routes.whose(url) == Whose::Mbp) {
                    self.note(LeadBy::Refresh, url);
                }
            }
            "referrer" => self.scan.policy = Policy::read(&content).or(self.scan.policy),
            _ => {}
        }
    }

    fn form(&mut self, method: Option<String>, action: Option<String>) {
        self.end(b"form");
        self.mixed(action.as_deref());
        self.lead(LeadBy::Form, action.clone());
        let is_post = method.is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let action = action.filter(|action| !action.is_empty());
        // Without an action a form goes to the page itself.
        let action = action.map_or_else(|| Ok(self.address.clone()), |action| self.base.join(&action));
        self.open = action.ok().map(|action| Form { is_post, action, fields: Vec::new(), buttons: Vec::new() });
    }

    fn field(&mut self, element: &str, kind: Option<String>, name: Option<String>, value: Option<String>) {
        let (Some(form), Some(name)) = (&mut self.open, name) else { return };
        let kind = kind.map(|kind| kind.to_ascii_lowercase());
        let field = (name, value.unwrap_or_default());
        match (element, kind.as_deref()) {
            ("button", None | Some("submit")) | ("input", Some("submit")) if form.buttons.len() < MOST => {
                form.buttons.push(field);
            }
            ("input", Some("hidden")) if form.fields.len() < MOST => form.fields.push(field),
            _ => {}
        }
    }

    fn script_of(&mut self, source: Option<String>, kind: Option<String>) {
        // Data in a script element is carried out by nobody, and read all the same.
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        self.scan.has_scripts |= kind.is_empty() || kind == "module" || kind.contains("script");
        self.script = Some(String::new());
        self.source(source);
    }

    fn source(&mut self, source: Option<String>) {
        let url = source.and_then(|source| self.base.join(&source).ok());
        let is_own = |url: &Url| url.origin() == self.address.origin();
        if let Some(url) = url.filter(is_own).filter(|url| !self.scan.sources.contains(url))
            && self.scan.sources.len() < MOST
        {
            self.scan.sources.push(url);
        }
    }

    fn lead(&mut self, by: LeadBy, place: Option<String>) {
        if let Some(url) = place.and_then(|place| self.base.join(&place).ok())
            && self.routes.whose(&url) == Whose::Mbp
        {
            self.note(by, url);
        }
    }

    fn note(&mut self, by: LeadBy, url: Url) {
        if self.scan.leads.len() < MOST && !self.scan.leads.contains(&(by, url.clone())) {
            self.scan.leads.push((by, url));
        }
    }

    fn mixed(&mut self, place: Option<&str>) {
        let Some(url) = place.and_then(|place| self.base.join(place).ok()) else { return };
        self.scan.has_mixed_content |= self.address.scheme() == "https" && url.scheme() == "http" && !is_loopback(&url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::setup::{ApplicationSetup, MbpSetup};

    fn read(html: &str) -> Scan {
        let application = ApplicationSetup {
            mbp: MbpSetup { base_url: "https://mbp.example".to_owned(), ..MbpSetup::default() },
            ..ApplicationSetup::default()
        };
        let address = Url::parse("https://app.example/a/page").unwrap();
        scan(html, &address, &Routes::of(&application, [], None, None))
    }

    fn leads(html: &str) -> Vec<(LeadBy, String)> {
        read(html).leads.into_iter().map(|(by, url)| (by, url.to_string())).collect()
    }

    #[test]
    fn what_leads_to_mbp_is_found_however_it_is_written() {
        let to = |by, rest: &str| vec![(by, format!("https://mbp.example/{rest}"))];
        for (html, found) in [
            (
                "<a href='https://mbp.example/meldingen?token=a&amp;b=c'>x</a>",
                to(LeadBy::Link, "meldingen?token=a&b=c"),
            ),
            ("<A HREF=\" //mbp.example/x \">", to(LeadBy::Link, "x")),
            ("<base href='https://mbp.example/sub/'><a href=x>", to(LeadBy::Link, "sub/x")),
            ("<form method=post action=https://mbp.example/in>", to(LeadBy::Form, "in")),
            ("<form><button formaction=https://mbp.example/b>", to(LeadBy::Form, "b")),
            ("<meta http-equiv=Refresh content='0; URL=\"https://mbp.example/r\"'>", to(LeadBy::Refresh, "r")),
            ("<script>location = 'https:\\/\\/mbp.example\\/s?token=1'</script>", to(LeadBy::Script, "s?token=1")),
            ("<iframe src=https://mbp.example/f>", to(LeadBy::Part, "f")),
            ("<script src=https://mbp.example/s.js></script>", to(LeadBy::Part, "s.js")),
        ] {
            assert_eq!(leads(html), found, "{html}");
        }
        for other in [
            "<!-- <a href='https://mbp.example/'> -->",
            "<title><a href='https://mbp.example/'></title>",
            "<a href='https://mbp.example.evil.example/'>",
            "<a href='https://app.example/?next=https://mbp.example/'>",
            "<a href='::'><form action='http://['>",
        ] {
            assert_eq!(leads(other), [], "{other}");
        }
    }

    #[test]
    fn a_page_that_waits_for_its_reader_leads_nowhere() {
        let base = Url::parse("https://app.example/a/").unwrap();
        for (text, to) in [
            ("0;url=b", Some("https://app.example/a/b")),
            ("5 ; URL = '/c'", Some("https://app.example/c")),
            ("1, https://mbp.example/", Some("https://mbp.example/")),
            ("1800; url=/logout", None),
            ("0", None),
            ("-1; url=b", None),
            ("now; url=b", None),
            ("NaN;url=b", None),
            ("0;uré", Some("https://app.example/a/ur%C3%A9")),
        ] {
            assert_eq!(refresh(text, &base).map(String::from).as_deref(), to, "{text}");
        }
    }

    #[test]
    fn the_login_form_is_read_with_its_buttons() {
        let page = read(
            "<form method=post action=/op/v1/login><input type=hidden name=ticket value='t&amp;1'>
             <button name=citizen value=an>An</button><input type=submit name=citizen value=bo>
             <button type=button name=citizen value=no></button><input name=q></form><form action=/search>",
        );
        let form = &page.forms[0];
        assert!(form.is_post && form.action.as_str() == "https://app.example/op/v1/login");
        assert_eq!(form.fields, [("ticket".to_owned(), "t&1".to_owned())]);
        assert_eq!(form.buttons.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>(), ["an", "bo"]);
        assert_eq!((page.forms.len(), page.forms[1].is_post), (2, false));
    }

    #[test]
    fn scripts_and_parts_over_plain_http_are_noted() {
        let plain = read("<p>text</p><script type='application/ld+json'>{}</script>");
        assert!(!plain.has_scripts && !plain.has_mixed_content);
        for html in ["<script>x</script>", "<p onclick='x()'>", "<a href=' JavaScript:x()'>", "<script type=module>"] {
            assert!(read(html).has_scripts, "{html}");
        }
        for html in ["<img src='http://a.example/i'>", "<form action='http://app.example/'>"] {
            assert!(read(html).has_mixed_content, "{html}");
        }
        for html in ["<a href='http://a.example/'>", "<img src='http://127.0.0.1/i'>", "<img src='//a.example/i'>"] {
            assert!(!read(html).has_mixed_content, "{html}");
        }
        let page =
            read("<script src=/a.js></script><script src=b.js></script><script src=//cdn.example/c.js></script>");
        let own: Vec<&str> = page.sources.iter().map(Url::path).collect();
        assert_eq!(own, ["/a.js", "/a/b.js"]);
        assert_eq!(read("<meta name=referrer content=no-referrer>").policy, Some(Policy::Nothing));
    }

    #[test]
    fn a_hostile_page_ends() {
        for html in [
            "<".repeat(500_000),
            "<a href='".repeat(100_000),
            "<script>".repeat(100_000),
            format!("<p {}>", "a=b ".repeat(200_000)),
            "<form><input name=a type=hidden>".repeat(50_000),
            "<a href='https://mbp.example/?token=1&x=y'>".repeat(40_000),
            "https://mbp.example/".repeat(50_000),
        ] {
            let page = read(&html);
            assert!(page.forms.len() <= MOST && page.leads.len() <= MOST);
        }
    }
}
