//! `report.html`: one file for reviewers and owners. No script, nothing loaded from elsewhere; both languages are in it
//! and a radio button chooses. Everything that is not markup of ours is escaped by the template engine.

mod page;
mod plot;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, HtmlEscape, UndefinedBehavior, Value, context};
use sha2::{Digest as _, Sha256};

use crate::text;
use crate::text::{Lang, Text};

use self::page::Page;
use super::languages::Languages;
use super::model::Report;
use super::write::Unwritten;

/// The name of the file.
pub(super) const FILE: &str = "report.html";

/// The templates, by the names under which they include each other. Every one ends in `.html`: all are escaped.
const TEMPLATES: [(&str, &str); 4] = [
    ("page.html", include_str!("html/page.html")),
    ("head.html", include_str!("html/head.html")),
    ("requirement.html", include_str!("html/requirement.html")),
    ("measurements.html", include_str!("html/measurements.html")),
];

/// The style, with the rules for the filters of this page.
const STYLE: (&str, &str) = ("style.css", include_str!("html/style.css"));

/// The report as a page.
///
/// # Errors
/// In words, when it cannot be made.
pub fn html(report: &Report, languages: Languages) -> Result<String, Unwritten> {
    render(report, languages).map_err(|error| Unwritten::new(FILE, text!("{error}", "{error}")))
}

fn render(report: &Report, languages: Languages) -> Result<String, Error> {
    let environment = environment(languages)?;
    let page = Value::from(Serde(Page::new(report)));
    let style = environment.get_template(STYLE.0)?.render(context! { page => page.clone() })?;
    // The policy allows this one style and nothing else; no script has a hash.
    let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
    let languages: Vec<Value> = languages.all().into_iter().map(|lang| Value::from(Serde(lang))).collect();
    environment.get_template("page.html")?.render(context! {
        page,
        languages,
        hash,
        style => Value::from_safe_string(style),
    })
}

fn environment(languages: Languages) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEMPLATES.into_iter().chain([STYLE]) {
        environment.add_template(name, text)?;
    }
    // Words of the page: `{{ say("bron", "source") }}`.
    environment.add_function("say", move |nl: &str, en: &str| said(&Text::new(nl, en), languages));
    // Texts of the report: `{{ title|said }}`.
    environment.add_filter("said", move |text: &Value| -> Result<Value, Error> {
        let lang = |name: &str| text.get_attr(name).map(|text| text.as_str().unwrap_or_default().to_owned());
        Ok(said(&Text::new(lang("nl")?, lang("en")?), languages))
    });
    Ok(environment)
}

/// A text in every language of the page, each in an element of its own; once where they do not differ.
fn said(text: &Text, languages: Languages) -> Value {
    let all = languages.all();
    let marked_up = match all.as_slice() {
        [only] => markup(text.get(*only)),
        _ if text.nl == text.en => markup(&text.nl),
        both => both
            .iter()
            .flat_map(|lang| {
                let (lang, text) = (code(*lang), markup(text.get(*lang)));
                [format!("<span lang=\"{lang}\">"), text, "</span>".to_owned()]
            })
            .collect(),
    };
    Value::from_safe_string(marked_up)
}

fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Nl => "nl",
        Lang::En => "en",
    }
}

/// A text as markup: escaped, and what stands between backticks as code.
fn markup(text: &str) -> String {
    let escaped = |text: &str| HtmlEscape(text).to_string();
    if text.matches('`').count() % 2 == 1 {
        return escaped(text);
    }
    let parts = text.split('`').enumerate();
    parts
        .map(|(position, part)| match position % 2 {
            1 => format!("<code>{}</code>", escaped(part)),
            _ => escaped(part),
        })
        .collect()
}
