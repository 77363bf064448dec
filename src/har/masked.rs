//! Whether everything in a HAR is masked. One that was made by us is; one from elsewhere may hold anything, and what
//! is not masked must not get into a report.

use serde_json::Value;

use super::own::OfLog;
use crate::exchange::{Content, Exchange};
use crate::vault::Vault;

/// Whether the parts of an exchange that were masked when it was recorded still are, and nothing else holds a value.
pub(super) fn exchange(vault: &Vault, exchange: &Exchange) -> bool {
    let pairs =
        |pairs: &[(String, String)]| pairs.iter().all(|(name, value)| vault.is_masked(name) && vault.is_masked(value));
    let sent = &exchange.sent;
    let was_sent =
        vault.is_masked(&sent.method) && vault.is_masked(&sent.url) && pairs(&sent.headers) && pairs(&sent.form);
    let came = match &exchange.result {
        Err(failure) => vault.is_masked(&failure.detail.nl) && vault.is_masked(&failure.detail.en),
        Ok(response) => {
            let body = match &response.content {
                Content::Json(json) => vault.is_masked_json(&json.tree()),
                Content::Text(text) => vault.is_masked(text),
                Content::Document(document) => is_hash(&document.sha256),
                Content::Empty => true,
            };
            body && pairs(&response.headers) && own(vault, &response.facts)
        }
    };
    was_sent && came && own(vault, &exchange.request) && own(vault, &exchange.credential)
}

/// Whether what a run knew of itself holds no value.
pub(super) fn log(vault: &Vault, log: &OfLog<'_>) -> bool {
    own(vault, &log.setup) && own(vault, &log.meta) && own(vault, &log.specs)
}

/// Every text in what the program itself wrote, but for identifiers: some of them hold the digits of a national number
/// by chance, and these were never masked.
fn own(vault: &Vault, part: &impl serde::Serialize) -> bool {
    fn walk(vault: &Vault, value: &Value) -> bool {
        match value {
            Value::String(text) => vault.is_masked(&without_identifiers(text)),
            Value::Array(items) => items.iter().all(|item| walk(vault, item)),
            Value::Object(members) => members.iter().all(|(name, value)| vault.is_masked(name) && walk(vault, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
        }
    }
    serde_json::to_value(part).is_ok_and(|value| walk(vault, &value))
}

/// The text without UUIDs and without words of 32 or 64 hexadecimal digits (invented ids, hashes).
fn without_identifiers(text: &str) -> String {
    let is_identifier = |word: &str| {
        let bare = word.bytes().all(|b| b.is_ascii_hexdigit());
        (bare && matches!(word.len(), 32 | 64)) || (word.len() == 36 && uuid::Uuid::try_parse(word).is_ok())
    };
    let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words
        .map(|word| {
            let end = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-').len();
            let (word, rest) = word.split_at(end);
            if is_identifier(word) { format!("_{rest}") } else { format!("{word}{rest}") }
        })
        .collect()
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
