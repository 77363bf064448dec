//! What the checks of several chapters say about an answer.

use url::Url;

use crate::base::text::{Text, shown};
use crate::judging::context::Answer;
use crate::judging::verdict::Finding;
use crate::text;

/// The word for what is not there.
pub(super) fn absent() -> Text {
    text!("ontbreekt", "absent")
}

/// Why a body is no JSON.
pub(super) fn no_json(answer: Answer<'_>) -> Text {
    match &answer.response.facts.json_error {
        Some(error) => {
            let error = shown(error);
            text!("geen geldige JSON ({error})", "not valid JSON ({error})")
        }
        None => text!("geen JSON", "no JSON"),
    }
}

/// A finding where `Content-Type` is not that media type; parameters and case do not count.
pub(super) fn media_type_finding(answer: Answer<'_>, expected: &str) -> Option<Finding> {
    let found = answer.response.media_type();
    if found.as_deref() == Some(expected) {
        return None;
    }
    let actual = answer.response.header("content-type").map_or_else(absent, |value| Text::same(shown(value)));
    Some(answer.finding("header content-type", Text::same(expected), actual))
}

/// Whether a text can be a URI reference (RFC 3986): no characters that no URI holds, and parsable.
pub(super) fn is_uri_reference(href: &str) -> bool {
    let forbidden = |c: char| c.is_control() || c == ' ' || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '|');
    let base = Url::parse("https://base.invalid/").ok();
    !href.contains(forbidden) && base.is_some_and(|base| base.join(href).is_ok())
}
