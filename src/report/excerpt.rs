//! The part of an answer that a finding is about, short enough to read: its status, the headers that matter, and the
//! body around the place, with `…` where something is left out.

use serde_json::Value;

use crate::base::value::tree;
use crate::evidence::exchange::{Content, Response};

use super::people::People;
use super::words::bounded;

/// Lines of an excerpt.
const MOST_LINES: usize = 40;

/// Characters of one line.
const LONGEST_LINE: usize = 160;

/// Characters of a string value.
const LONGEST_VALUE: usize = 100;

/// Members of one object, or lines of a text.
const MOST_MEMBERS: usize = 14;

/// Headers that say how to read an answer.
const HEADERS: [&str; 5] = ["content-type", "content-disposition", "cache-control", "www-authenticate", "location"];

/// What an answer showed at `place`: a JSON pointer, `header NAME`, or anything else for the answer as a whole.
pub(super) fn excerpt(answer: &Response, place: &str, people: &People) -> String {
    let mut drawing = Drawing::default();
    drawing.line(0, &format!("HTTP {}", answer.status));
    let named = place.strip_prefix("header ").unwrap_or_default();
    for (name, value) in &answer.headers {
        if HEADERS.contains(&name.as_str()) || name.eq_ignore_ascii_case(named) {
            drawing.line(0, &format!("{name}: {value}"));
        }
    }
    match &answer.content {
        Content::Empty => {}
        Content::Json(json) => {
            drawing.line(0, "");
            let path: Vec<String> = place.split('/').skip(1).map(unescaped).collect();
            drawing.value(&json.tree(), &path, Inset { depth: 0, before: "", after: "" });
        }
        Content::Text(text) => {
            drawing.line(0, "");
            text.lines().take(MOST_MEMBERS).for_each(|line| drawing.line(0, line));
            if text.lines().nth(MOST_MEMBERS).is_some() {
                drawing.line(0, "…");
            }
        }
        // No byte of a document is recorded.
        Content::Document(_) => drawing.line(0, &format!("\n… {} bytes", answer.facts.body_bytes)),
    }
    drawing.finish(people)
}

/// A reference token of a JSON pointer (RFC 6901).
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[derive(Default)]
struct Drawing {
    lines: Vec<String>,
}

/// Where a value is drawn: how deep, after which name and before which comma.
#[derive(Clone, Copy)]
struct Inset<'a> {
    depth: usize,
    before: &'a str,
    after: &'a str,
}

impl Drawing {
    fn line(&mut self, depth: usize, text: &str) {
        for text in text.split('\n') {
            self.lines.push(format!("{}{}", "  ".repeat(depth), bounded(text, LONGEST_LINE)));
        }
    }

    /// A value, opened along the path; what lies beside it stands closed.
    fn value(&mut self, value: &Value, path: &[String], at: Inset<'_>) {
        let Inset { depth, before, after } = at;
        match value {
            Value::Object(members) if !members.is_empty() => {
                self.line(depth, &format!("{before}{{"));
                self.members(members, path, depth + 1);
                self.line(depth, &format!("}}{after}"));
            }
            Value::Array(items) if !items.is_empty() => {
                self.line(depth, &format!("{before}["));
                self.items(items, path, depth + 1);
                self.line(depth, &format!("]{after}"));
            }
            value => self.line(depth, &format!("{before}{}{after}", closed(value))),
        }
    }

    fn members(&mut self, members: &serde_json::Map<String, Value>, path: &[String], depth: usize) {
        let (wanted, rest) = path.split_first().map_or((None, path), |(first, rest)| (Some(first), rest));
        let mut left_out = 0;
        for (position, (name, value)) in members.iter().enumerate() {
            let is_wanted = wanted.is_some_and(|wanted| wanted == name);
            if position >= MOST_MEMBERS && !is_wanted {
                left_out += 1;
                continue;
            }
            let after = if position + 1 == members.len() { "" } else { "," };
            let name = format!("{}: ", quoted(name));
            if is_wanted {
                self.value(value, rest, Inset { depth, before: &name, after });
            } else {
                self.line(depth, &format!("{name}{}{after}", closed(value)));
            }
        }
        if left_out > 0 {
            self.line(depth, &format!("… {left_out}"));
        }
    }

    /// The wanted item, else the first; how many stand before and after it.
    fn items(&mut self, items: &[Value], path: &[String], depth: usize) {
        let (wanted, rest) = path.split_first().map_or((None, path), |(first, rest)| (Some(first), rest));
        let position = wanted.and_then(|wanted| wanted.parse().ok()).filter(|position| *position < items.len());
        let position: usize = position.unwrap_or_default();
        let Some(item) = items.get(position) else { return };
        if position > 0 {
            self.line(depth, &format!("… {position}"));
        }
        let left = items.len() - position - 1;
        self.value(item, rest, Inset { depth, before: "", after: if left > 0 { "," } else { "" } });
        if left > 0 {
            self.line(depth, &format!("… {left}"));
        }
    }

    /// The lines as people may see them.
    fn finish(mut self, people: &People) -> String {
        let all = self.lines.len();
        self.lines.truncate(MOST_LINES);
        let mut lines: Vec<String> = self.lines.iter().map(|line| people.for_people(line)).collect();
        if all > MOST_LINES {
            lines.push("…".to_owned());
        }
        lines.join("\n")
    }
}

/// A value on one line: a scalar as it is, what holds others as how many.
fn closed(value: &Value) -> String {
    match value {
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Object(members) => format!("{{ … {} }}", members.len()),
        Value::Array(items) => format!("[ … {} ]", items.len()),
        // An integer that no number of the tree can hold stands in it as a text.
        Value::String(text) => {
            tree::long_integer(value).map_or_else(|| quoted(text), |all| bounded(all, LONGEST_VALUE))
        }
        scalar => scalar.to_string(),
    }
}

fn quoted(text: &str) -> String {
    Value::from(bounded(text, LONGEST_VALUE)).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::exchange::Facts;
    use crate::report::tests::sample;

    fn seen(content: Content, place: &str) -> String {
        let headers = [("content-type", "application/hal+json"), ("etag", "1"), ("server", "secret")];
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = Response::new(200, headers, content, Facts { body_bytes: 7, ..Facts::default() });
        excerpt(&answer, place, &People::new(&sample::recording()))
    }

    #[test]
    fn a_pointer_opens_what_lies_on_its_way() {
        let item = |id: &str| json!({"id": id, "links": [{"rel": "self"}]});
        let list =
            json!({"certificates": [item("a"), item(sample::SUBJECT), item("c")], "pageMetadata": {"number": 0}});
        insta::assert_snapshot!(seen(Content::json(list), "/certificates/1/id"), @r#"
        HTTP 200
        content-type: application/hal+json

        {
          "certificates": [
            … 1
            {
              "id": "INSZ-1",
              "links": [ … 1 ]
            },
            … 1
          ],
          "pageMetadata": { … 1 }
        }
        "#);
    }

    #[test]
    fn an_integer_that_no_number_can_hold_is_shown_as_it_was_written() {
        let (body, _) = tree::read(b"{\"amount\": -99999999999999999999}").unwrap();
        let shown = seen(Content::json(body), "/id");
        assert!(shown.contains("\"amount\": -99999999999999999999"), "{shown}");
    }

    #[test]
    fn a_header_that_is_named_is_shown_and_others_are_not() {
        let shown = seen(Content::Empty, "header etag");
        assert_eq!(shown, "HTTP 200\ncontent-type: application/hal+json\netag: 1");
    }

    #[test]
    fn what_is_not_there_shows_the_place_where_it_is_missing() {
        let shown = seen(Content::json(json!({"pageMetadata": {"size": 10}})), "/pageMetadata/number");
        assert!(shown.contains("\"size\": 10"), "{shown}");
    }

    #[test]
    fn nothing_makes_an_excerpt_long_or_lets_it_leave_its_lines() {
        let deep = (0..200).fold(json!("x".repeat(9_000)), |value, _| json!([value]));
        let wide: serde_json::Map<String, Value> = (0..500).map(|n| (format!("k{n}\n\u{202e}"), json!(n))).collect();
        for content in [
            Content::json(deep),
            Content::json(Value::Object(wide)),
            Content::Text("<script>\n".repeat(900)),
            Content::Text("x".repeat(90_000)),
        ] {
            let shown = seen(content, &"/0".repeat(200));
            assert!(shown.lines().count() <= MOST_LINES + 1, "{shown}");
            assert!(shown.chars().count() <= (MOST_LINES + 1) * (LONGEST_LINE + 90), "{}", shown.len());
            assert!(!shown.contains('\u{202e}'));
        }
    }
}
