//! A call to our own ACM or MBP during a visit, as bronkeur is told of it: raw, and no longer than it can bear.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::evidence::exchange::visit::{Authentication, Call, Party};
use crate::sandbox::answer::Inbound;

/// Parameters of a call that are told, and characters of each.
const PARAMETERS: usize = 50;
const LONGEST: usize = 4096;
/// Characters of a path, and of a method or media type.
const LONGEST_PATH: usize = 1000;
const LONGEST_NAME: usize = 100;

/// A form (RFC 6749, appendix B).
pub(in crate::sandbox) const FORM: &str = "application/x-www-form-urlencoded";

/// A call.
#[derive(Clone, Debug, Serialize)]
pub(in crate::sandbox) struct Received {
    /// When it came, in microseconds since 1970.
    #[serde(skip)]
    pub at_us: i64,
    pub by: Party,
    pub call: Call,
    pub method: String,
    pub path: String,
    pub media_type: Option<String>,
    pub by_script: bool,
    pub authentication: Vec<Authentication>,
    pub parameters: Vec<(String, String)>,
    pub status: Option<u16>,
    pub error: Option<String>,
}

impl Received {
    /// A call that comes in now, not yet answered.
    pub(in crate::sandbox) fn of(by: Party, call: Call, request: &Inbound) -> Self {
        let media_type = media_type(request);
        let is_form = media_type.as_deref() == Some(FORM);
        let query = pairs(request.query.as_deref().unwrap_or_default().as_bytes());
        let body = if is_form { pairs(&request.body) } else { members(&request.body) };
        let has = |pairs: &[(String, String)], name: &str| pairs.iter().any(|(own, _)| own == name);
        let authentication = [
            (is_form && has(&body, "client_secret"), Authentication::Post),
            (has_basic(request), Authentication::Basic),
            (is_form && has(&body, "client_assertion"), Authentication::PrivateKeyJwt),
            (has(&query, "client_secret"), Authentication::Query),
        ];
        Self {
            at_us: now_us(),
            by,
            call,
            method: cut(&request.method, LONGEST_NAME),
            path: cut(&request.path, LONGEST_PATH),
            media_type,
            by_script: is_by_script(request),
            authentication: authentication.into_iter().filter(|(is_so, _)| *is_so).map(|(_, way)| way).collect(),
            parameters: query.into_iter().chain(body).take(PARAMETERS).collect(),
            status: None,
            error: None,
        }
    }

    /// The same, answered.
    pub(in crate::sandbox) fn answered(self, status: u16, error: Option<String>) -> Self {
        Self { status: Some(status), error, ..self }
    }

    /// About how many bytes it takes.
    pub(in crate::sandbox) fn weight(&self) -> usize {
        let parameters = self.parameters.iter().map(|(name, value)| name.len() + value.len() + 48);
        size_of::<Self>() + self.path.len() + parameters.sum::<usize>()
    }
}

/// The time in microseconds since 1970.
pub(in crate::sandbox) fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

/// The media type of a body, in lower case and without its parameters.
pub(in crate::sandbox) fn media_type(request: &Inbound) -> Option<String> {
    let essence = request.header("content-type")?.split(';').next().unwrap_or_default();
    Some(cut(&essence.trim().to_ascii_lowercase(), LONGEST_NAME))
}

/// A script asks; a browser that goes to a page names an `Origin` too where a form leads there.
fn is_by_script(request: &Inbound) -> bool {
    match request.header("sec-fetch-mode") {
        Some("navigate") => false,
        Some("cors") => true,
        _ => request.header("origin").is_some(),
    }
}

fn has_basic(request: &Inbound) -> bool {
    let scheme = request.header("authorization").and_then(|header| header.split_once(' ')).map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// The pairs of a query or a form, as many as are told.
fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(text).take(PARAMETERS);
    pairs.map(|(name, value)| (cut(&name, LONGEST), cut(&value, LONGEST))).collect()
}

/// The members of a JSON object, those that come twice as well; none of anything else.
fn members(body: &[u8]) -> Vec<(String, String)> {
    serde_json::from_slice::<Members>(body).map(|members| members.0).unwrap_or_default()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What an object holds, in order; a map would keep the last of two members with one name.
struct Members(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while members.len() < PARAMETERS {
                    let Some((name, value)) = map.next_entry::<String, Value>()? else { return Ok(Members(members)) };
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    members.push((cut(&name, LONGEST), cut(&value, LONGEST)));
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn call(query: Option<&str>, headers: &[(&'static str, &str)], body: &[u8]) -> Received {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()));
        let request = Inbound {
            method: "POST".to_owned(),
            path: "/op/v1/token".to_owned(),
            query: query.map(str::to_owned),
            headers: headers.collect(),
            body: body.to_vec(),
            certificate: None,
        };
        Received::of(Party::Acm, Call::Token, &request)
    }

    fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn parameters_of_query_form_and_object_are_told_as_they_came() {
        let form = [("content-type", "Application/X-WWW-Form-URLencoded; charset=utf-8")];
        let received = call(Some("a=1&client_secret=s"), &form, b"b=%7E+&a=2&client_assertion=j&client_secret=s");
        let expected = told(&[
            ("a", "1"),
            ("client_secret", "s"),
            ("b", "~ "),
            ("a", "2"),
            ("client_assertion", "j"),
            ("client_secret", "s"),
        ]);
        assert_eq!(received.parameters, expected);
        let ways = [Authentication::Post, Authentication::PrivateKeyJwt, Authentication::Query];
        assert_eq!(received.authentication, ways);
        assert_eq!(received.media_type.as_deref(), Some(FORM));
        let object = br#"{"token": "t", "token": "u", "more": {"a": [1]}, "client_secret": "s"}"#;
        let received = call(None, &[("content-type", "application/json"), ("authorization", "basic eDp5")], object);
        let expected = told(&[("token", "t"), ("token", "u"), ("more", r#"{"a":[1]}"#), ("client_secret", "s")]);
        assert_eq!((received.parameters, received.authentication), (expected, vec![Authentication::Basic]));
    }

    #[test]
    fn only_a_script_asks_by_script() {
        let by_script = |headers: &[(&'static str, &str)]| call(None, headers, b"").by_script;
        assert!(by_script(&[("origin", "https://x")]) && by_script(&[("sec-fetch-mode", "cors")]));
        assert!(!by_script(&[]) && !by_script(&[("origin", "https://x"), ("sec-fetch-mode", "navigate")]));
    }

    #[test]
    fn hostile_calls_are_told_in_part() {
        let form = [("content-type", FORM)];
        let many = "a=%ff%&".repeat(100_000);
        let received = call(Some(&many), &form, many.as_bytes());
        assert_eq!(received.parameters.len(), PARAMETERS);
        let long = format!("{{{}\"b\":\"{}\"}}", "\"a\":0,".repeat(10), "é".repeat(100_000));
        let received = call(None, &[("content-type", "application/json")], long.as_bytes());
        assert_eq!(received.parameters[10].1.chars().count(), LONGEST);
        let many = format!("{{{}\"b\":1}}", "\"a\":0,".repeat(100_000));
        assert_eq!(call(None, &[], many.as_bytes()).parameters.len(), PARAMETERS);
        let deep = "[".repeat(100_000);
        for body in [deep.as_bytes(), b"{\"a\":", b"[1]", b"\xff\xfe", b""] {
            assert_eq!(call(None, &[], body).parameters, []);
        }
    }
}
