//! `report.html`: one file for reviewers and owners. No script, nothing loaded from elsewhere; both languages are in it
//! and a radio button chooses. Everything that is not markup of ours is escaped by the template engine.

mod about;
mod blocked;
mod calls;
mod page;
mod plot;
mod row;
mod seen;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Error, HtmlEscape, UndefinedBehavior, Value, context};
use sha2::{Digest as _, Sha256};

use crate::base::text::{Lang, Text};
use crate::text;

use self::page::Page;
use super::languages::Languages;
use super::model::{Report, Tool};
use crate::base::files::WriteError;

/// The name of the file.
pub const FILE: &str = "report.html";

/// The parts of the page: the page itself, what it includes besides [`COMMON`], and no style but [`STYLE`].
const PAGE: Parts = Parts {
    templates: &[
        ("page.html", include_str!("html/page.html")),
        ("requirement.html", include_str!("html/requirement.html")),
        ("measurements.html", include_str!("html/measurements.html")),
        ("variables.html", include_str!("html/variables.html")),
        ("about.html", include_str!("html/about.html")),
    ],
    style: None,
    script: None,
};

/// What every page of ours includes. Every template ends in `.html`: all are escaped.
const COMMON: [(&str, &str); 2] =
    [("head.html", include_str!("html/head.html")), ("languages.html", include_str!("html/languages.html"))];

/// The style of every page, with the rules for the filters of this one.
const STYLE: (&str, &str) = ("style.css", include_str!("html/style.css"));

/// Of what a page is made.
pub(super) struct Parts {
    /// The templates by name, the page itself first.
    pub(super) templates: &'static [(&'static str, &'static str)],
    /// What its style has beyond that of every page: a template, by name.
    pub(super) style: Option<(&'static str, &'static str)>,
    /// What only makes it more convenient: the page says all without.
    pub(super) script: Option<&'static str>,
}

/// The report as a page.
///
/// # Errors
/// In words, when it cannot be made.
pub fn html(report: &Report, languages: Languages) -> Result<String, WriteError> {
    render(report, languages).map_err(|error| WriteError::new(FILE, text!("{error}", "{error}")))
}

fn render(report: &Report, languages: Languages) -> Result<String, Error> {
    let (title, tool) = (page::heading(report), &report.tool);
    rendered(&PAGE, title.get(languages.first), tool, Value::from(Serde(Page::new(report))), languages)
}

/// A page of these parts.
pub(super) fn rendered(
    parts: &Parts,
    title: &str,
    tool: &Tool,
    page: Value,
    languages: Languages,
) -> Result<String, Error> {
    let environment = environment(parts, languages)?;
    let all: Vec<Value> = languages.all().into_iter().map(|lang| Value::from(Serde(lang))).collect();
    let mut style = String::new();
    for (name, _) in std::iter::once(STYLE).chain(parts.style) {
        style.push_str(
            &environment.get_template(name)?.render(context! { page => page.clone(), languages => all.clone() })?,
        );
    }
    // The policy allows this one style and, where there is one, this one script; nothing else has a hash.
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let (name, _) = parts.templates.first().copied().unwrap_or_default();
    environment.get_template(name)?.render(context! {
        page,
        languages => all,
        hash => hash(&style),
        script_hash => parts.script.map(hash),
        title,
        generator => format!("{} {}", tool.name, tool.version),
        style => Value::from_safe_string(style),
        script => parts.script.map(|script| Value::from_safe_string(script.to_owned())),
    })
}

fn environment(parts: &Parts, languages: Languages) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in parts.templates.iter().copied().chain(COMMON).chain([STYLE]).chain(parts.style) {
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
