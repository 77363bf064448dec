//! One exchange for who watches: a line, and its bodies where they are asked for. What it holds is masked already.

use crate::exchange::{Content, Exchange, Response};
use crate::text::Lang;
use crate::verdict::shown;

/// Lines of one body.
const MOST_LINES: usize = 40;

/// What was asked, and what came.
pub(super) fn line(exchange: &Exchange) -> String {
    let sent = &exchange.sent;
    let outcome = match &exchange.result {
        // A handshake has no status.
        Ok(Response { facts, .. }) if facts.tls.is_some() => "ok".to_owned(),
        Ok(response) => response.status.to_string(),
        Err(failure) => format!("{:?}", failure.kind).to_lowercase(),
    };
    // The outcome first: the URL may be long enough to be cut.
    shown(&format!("{outcome:<3} {:>5} ms  {} {}", exchange.ms, sent.method, sent.url))
}

/// The form that was sent and the body that came: bounded, each line after a sign that says which.
pub(super) fn bodies(exchange: &Exchange, lang: Lang) -> Vec<String> {
    let form = exchange.sent.form.iter().map(|(name, value)| format!("{name}={value}"));
    let answer = match &exchange.result {
        Ok(response) => body(response),
        Err(failure) => failure.detail.get(lang).to_owned(),
    };
    marked('>', form).chain(marked('<', answer.lines().map(str::to_owned))).collect()
}

fn body(response: &Response) -> String {
    match &response.content {
        Content::Empty => String::new(),
        Content::Json(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        Content::Text(text) => text.clone(),
        // No byte of a document is recorded.
        Content::Document(document) => format!("… {:?}, {} bytes", document.look, response.facts.body_bytes),
    }
}

fn marked(sign: char, lines: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let lines: Vec<String> = lines.collect();
    let left = lines.len().saturating_sub(MOST_LINES);
    let rest = (left > 0).then(|| format!("    {sign} … {left}"));
    let indented = |line: &str| {
        let text = line.trim_start_matches(' ');
        let margin = " ".repeat((line.len() - text.len()).min(20));
        format!("{margin}{}", shown(text))
    };
    let most: Vec<String> =
        lines.iter().take(MOST_LINES).map(|line| format!("    {sign} {}", indented(line))).collect();
    most.into_iter().chain(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exchange::{Facts, IssuerCall, Request, Sent};

    fn exchange(content: Content) -> Exchange {
        let sent = Sent {
            method: "POST".to_owned(),
            url: format!("https://host/{}", "x".repeat(900)),
            headers: Vec::new(),
            form: vec![("grant_type".to_owned(), "refresh_token".to_owned())],
        };
        let result = Ok(Response::new(200, Vec::new(), content, Facts { body_bytes: 7, ..Facts::default() }));
        let request = Request::issuer(IssuerCall::Discovery);
        Exchange { request, sent, at_ms: 0, ms: 12, credential: None, result }
    }

    #[test]
    fn a_line_says_the_outcome_first_and_is_bounded() {
        let line = line(&exchange(Content::Empty));
        assert!(line.starts_with("200    12 ms  POST https://host/xxx") && line.chars().count() <= 121, "{line}");
    }

    #[test]
    fn bodies_are_bounded_and_cannot_leave_their_lines() {
        let shown = bodies(&exchange(Content::Json(json!({"a": {"b": "\u{1b}[31m\u{202e}"}}))), Lang::En);
        assert_eq!(
            shown,
            [
                "    > grant_type=refresh_token",
                "    < {",
                "    <   \"a\": {",
                "    <     \"b\": \"\\u001b[31m\\u{202e}\"",
                "    <   }",
                "    < }"
            ]
        );
        let long = Content::Text(format!("{}{}", "a\n".repeat(900), "b".repeat(9_000)));
        let shown = bodies(&exchange(long), Lang::En);
        assert_eq!((shown.len(), shown.last().unwrap().as_str()), (2 + MOST_LINES, "    < … 861"));
        let wide = bodies(&exchange(Content::Text(format!("{}{}", " ".repeat(9_000), "b".repeat(9_000)))), Lang::En);
        assert!(wide.iter().all(|line| line.chars().count() < 160));
        assert!(bodies(&exchange(Content::Empty), Lang::En).len() == 1);
    }
}
