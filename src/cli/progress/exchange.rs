//! One exchange for who watches: a line, and its bodies where they are asked for. What it holds is masked already.

use crate::base::text::{Lang, escaped};
use crate::evidence::exchange::{Content, Exchange, Response};
use crate::report::visit::{title_of, way};

/// Lines of one body.
const MOST_LINES: usize = 40;

/// Characters of a request: no longer URL is ever sent.
const LONGEST: usize = 65_536;

/// Characters of a line of a body: there may be megabytes in one.
const LONGEST_IN_BODY: usize = 2_000;

/// What was asked, and what came.
pub(super) fn line(exchange: &Exchange, lang: Lang) -> String {
    let sent = &exchange.sent;
    // A visit has no status either, and its steps tell more than the page where it starts.
    let visit = title_of(&exchange.request);
    let last = match &exchange.result {
        // A handshake has no status.
        Ok(Response { facts, .. }) if facts.tls.is_some() => "ok".to_owned(),
        Ok(_) if visit.is_some() => "ok".to_owned(),
        Ok(response) => response.status.to_string(),
        Err(failure) => format!("{:?}", failure.kind).to_lowercase(),
    };
    let before = exchange.earlier.iter().map(|one| match (&one.failure, one.status) {
        (Some(failure), _) => format!("{:?}", failure.kind).to_lowercase(),
        (None, status) => status.unwrap_or_default().to_string(),
    });
    let outcome = before.chain([last]).collect::<Vec<_>>().join(" -> ");
    if let Some(visit) = visit {
        let title = visit.get(lang);
        return bounded(&format!("{outcome:<3} {:>5} ms  {} {title}", exchange.ms, sent.method), LONGEST);
    }
    // The outcome first: the URL may be long enough to be cut.
    bounded(&format!("{outcome:<3} {:>5} ms  {} {}", exchange.ms, sent.method, sent.url), LONGEST)
}

/// The form that was sent and the body that came: bounded, each line after a sign that says which.
pub(super) fn bodies(exchange: &Exchange, lang: Lang) -> Vec<String> {
    let form = exchange.sent.form.iter().map(|(name, value)| format!("{name}={value}"));
    let answer = match &exchange.result {
        Ok(_) if let Some(way) = way(exchange) => way.iter().map(|line| line.get(lang)).collect::<Vec<_>>().join("\n"),
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
        format!("{margin}{}", bounded(text, LONGEST_IN_BODY))
    };
    let most: Vec<String> =
        lines.iter().take(MOST_LINES).map(|line| format!("    {sign} {}", indented(line))).collect();
    most.into_iter().chain(rest)
}

/// So many characters, with every control character escaped.
fn bounded(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let first: String = characters.by_ref().take(most).collect();
    escaped(&first) + if characters.next().is_some() { "…" } else { "" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::base::text::Text;
    use crate::evidence::exchange::{Earlier, Facts, Failure, FailureKind, IssuerCall, Request, Sent};

    fn exchange(content: Content) -> Exchange {
        let sent = Sent {
            method: "POST".to_owned(),
            url: format!("https://host/{}", "x".repeat(900)),
            headers: Vec::new(),
            form: vec![("grant_type".to_owned(), "refresh_token".to_owned())],
        };
        let result = Ok(Response::new(200, Vec::new(), content, Facts { body_bytes: 7, ..Facts::default() }));
        let request = Request::issuer(IssuerCall::Discovery);
        Exchange { request, sent, at_ms: 0, ms: 12, credential: None, earlier: Vec::new(), result }
    }

    #[test]
    fn a_line_says_the_outcome_first_and_is_whole() {
        let mut exchange = exchange(Content::Empty);
        let whole = line(&exchange, Lang::En);
        assert!(whole.starts_with("200    12 ms  POST https://host/xxx"), "{whole}");
        assert!(whole.ends_with(&"x".repeat(900)), "{whole}");
        let before = |status, failure| Earlier { at_ms: 0, ms: 1, status, failure };
        let broken = Failure::new(FailureKind::Broken, Text::default());
        exchange.earlier = vec![before(Some(503), None), before(None, Some(broken))];
        assert!(line(&exchange, Lang::En).starts_with("503 -> broken -> 200    12 ms  POST "));
        exchange.earlier.clear();
        exchange.sent.url = format!("https://host/\u{1b}[2J{}", "x".repeat(1_000_000));
        let line = line(&exchange, Lang::En);
        assert!(line.chars().count() < 65_600 && line.contains("\\u{1b}[2J") && line.ends_with("x…"));
    }

    #[test]
    fn bodies_are_bounded_and_cannot_leave_their_lines() {
        let shown = bodies(&exchange(Content::json(json!({"a": {"b": "\u{1b}[31m\u{202e}"}}))), Lang::En);
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
        assert!(wide.iter().all(|line| line.chars().count() < 2_100));
        assert!(bodies(&exchange(Content::Empty), Lang::En).len() == 1);
    }
}
