//! What a call's `Accept` allows.

use crate::sandbox::source::behaviour::{Accepts, Call, Negotiation};

const JSON: &[&str] = &["application/hal+json", "application/json"];
const DOCUMENT: &[&str] = &["application/pdf", "application/octet-stream"];

/// The media type of a good answer to this call; `None` where the header can be satisfied by nothing that we have.
pub(in crate::sandbox) fn media_type(
    negotiation: Negotiation,
    call: Call,
    accept: Option<&str>,
) -> Option<&'static str> {
    let accept = accept.unwrap_or("*/*");
    let style = match call {
        Call::Download => return DOCUMENT.iter().any(|media| accepts(accept, media)).then_some("application/pdf"),
        Call::List => negotiation.list,
        Call::Detail => negotiation.detail,
        Call::Document | Call::Unknown => return Some("application/json"),
    };
    if !JSON.iter().any(|media| accepts(accept, media)) {
        return None;
    }
    let plain = match style {
        Accepts::Hal => false,
        Accepts::JsonWhenNamed => accept.contains("application/json"),
        Accepts::Json => true,
    };
    Some(if plain { "application/json" } else { "application/hal+json" })
}

/// Whether a header lets a media type through: its most specific range decides, and `q=0` refuses.
fn accepts(accept: &str, media: &str) -> bool {
    let family = media.split('/').next().unwrap_or_default();
    let best = accept
        .split(',')
        .filter_map(|part| {
            let mut words = part.split(';').map(str::trim);
            let range = words.next()?.to_ascii_lowercase();
            let specific = match range.as_str() {
                "*/*" => 0,
                _ if range == media => 2,
                _ if range.strip_suffix("/*") == Some(family) => 1,
                _ => return None,
            };
            let quality = words
                .find_map(|word| word.strip_prefix("q="))
                .map_or(1.0, |quality| quality.trim().parse::<f32>().unwrap_or(0.0));
            Some((specific, quality > 0.0))
        })
        .max_by_key(|(specific, _)| *specific);
    best.is_some_and(|(_, allowed)| allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(accept: &str) -> Option<&'static str> {
        media_type(Negotiation::default(), Call::List, Some(accept))
    }

    #[test]
    fn every_json_is_answered_with_hal() {
        for accept in ["application/hal+json", "application/json", "*/*", "application/*;q=0.1", "text/html, */*;q=0.1"]
        {
            assert_eq!(list(accept), Some("application/hal+json"), "{accept}");
        }
    }

    #[test]
    fn what_nothing_satisfies_is_refused() {
        for accept in ["image/png", "text/*", "application/hal+json;q=0, application/json;q=0, */*", ""] {
            assert_eq!(list(accept), None, "{accept}");
        }
        assert_eq!(media_type(Negotiation::default(), Call::Download, Some("application/json")), None);
        assert_eq!(media_type(Negotiation::default(), Call::Download, Some("*/*")), Some("application/pdf"));
    }
}
