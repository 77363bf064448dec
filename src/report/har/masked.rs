//! Whether everything in a HAR is masked. One that was made by us is; one from elsewhere may hold anything, and what
//! is not masked must not get into a report.

use serde_json::Value;

use super::extension::LogExtension;
use crate::evidence::exchange::{Content, Exchange};
use crate::evidence::vault::Vault;

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
                Content::Document(document) => is_hash(&document.sha256) && own(vault, &document.names),
                Content::Empty => true,
            };
            body && pairs(&response.headers) && own(vault, &response.facts)
        }
    };
    was_sent
        && came
        && own(vault, &exchange.request)
        && own(vault, &exchange.credential)
        && own(vault, &exchange.earlier)
}

/// Whether what a run knew of itself holds no value.
pub(super) fn log(vault: &Vault, log: &LogExtension<'_>) -> bool {
    own(vault, &log.setup) && own(vault, &log.meta) && own(vault, &log.specs)
}

/// Every text in what the program itself wrote.
fn own(vault: &Vault, part: &impl serde::Serialize) -> bool {
    fn walk(vault: &Vault, value: &Value) -> bool {
        match value {
            Value::String(text) => vault.is_masked(text),
            Value::Array(items) => items.iter().all(|item| walk(vault, item)),
            Value::Object(members) => members.iter().all(|(name, value)| vault.is_masked(name) && walk(vault, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => true,
        }
    }
    serde_json::to_value(part).is_ok_and(|value| walk(vault, &value))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
