//! What the issuer's answers say: whether one holds a token (RFC 8693), and what introspection says of it (RFC 7662,
//! RFC 9701). Read in one place, and leniently: how a member is written is for the rows about the issuer.

use std::borrow::Cow;

use serde_json::Value;

use crate::evidence::exchange::Response;
use crate::evidence::setup::AcmSetup;

/// What is recorded of an introspection answer that is an encrypted JWT: only the source's key opens it.
pub const ENCRYPTED_JWT: &str = "(encrypted JWT)";
/// What is recorded of an introspection answer that is a JWT without claims that can be read.
pub const UNREADABLE_JWT: &str = "(unreadable JWT)";

/// The members by which an object is recognised as the answer to a successful token request.
const OF_A_GRANT: [&str; 4] = ["access_token", "token_type", "issued_token_type", "expires_in"];

impl Response {
    /// Whether the issuer gave a token, in whatever form: success, and no error in it (RFC 6749, section 5.1). Some
    /// issuers answer errors with 200.
    pub fn is_grant(&self) -> bool {
        let answer = self.json().filter(|_| self.status == 200);
        answer.is_some_and(|answer| {
            oauth_error(answer).is_none() && OF_A_GRANT.iter().any(|name| answer.get(name).is_some())
        })
    }

    /// What introspection says; none where this is no introspection answer.
    pub fn introspection(&self) -> Option<Introspection<'_>> {
        let answer = self.json().filter(|_| self.status == 200)?;
        (answer.get("active").is_some() && oauth_error(answer).is_none()).then_some(Introspection(answer))
    }

    /// Whether the issuer answered with a JWT. Its signature is not checked.
    pub fn is_jwt(&self) -> bool {
        self.media_type().is_some_and(|kind| kind.ends_with("+jwt") || kind.ends_with("/jwt"))
            || matches!(&self.content, crate::evidence::exchange::Content::Text(text) if text == ENCRYPTED_JWT || text == UNREADABLE_JWT)
    }
}

/// The error that an answer of the issuer holds, as it is written there; none where it holds none.
pub fn oauth_error(answer: &Value) -> Option<Cow<'_, str>> {
    match answer.get("error")? {
        Value::Null | Value::Bool(false) => None,
        Value::String(code) => (!code.is_empty()).then_some(Cow::Borrowed(code.as_str())),
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// Names separated by spaces, as one text or as a list of them.
pub fn names(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(names)) => names.split_whitespace().collect(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).flat_map(str::split_whitespace).collect(),
        _ => Vec::new(),
    }
}

/// Why a source would refuse a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is not active.
    NotActive,
    /// Whether it is active is written as something else than true or false.
    Activity(String),
    /// It is for these audiences.
    Audience(String),
    /// These scopes were asked for and not granted.
    Scope(String),
    /// It names another national number than the citizen's, or none.
    Number,
    /// It expired.
    Expired,
}

/// An introspection answer, masked.
#[derive(Clone, Copy, Debug)]
pub struct Introspection<'a>(pub &'a Value);

impl<'a> Introspection<'a> {
    /// Whether the token is good; none where the answer does not say it with true or false.
    pub fn active(self) -> Option<bool> {
        self.0.get("active")?.as_bool()
    }

    /// For whom the token is: `aud` is a text or a list of them. A text with spaces may be one name or several: both are
    /// here.
    pub fn audiences(self) -> Vec<&'a str> {
        let whole = self.stated_audiences();
        let parts = whole.iter().filter(|name| name.contains(' ')).flat_map(|name| name.split_whitespace());
        whole.iter().copied().chain(parts).collect()
    }

    /// The same, as it is written.
    pub fn stated_audiences(self) -> Vec<&'a str> {
        match self.0.get("aud") {
            Some(Value::String(audience)) => vec![audience],
            Some(Value::Array(audiences)) => audiences.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The scopes.
    pub fn scopes(self) -> Vec<&'a str> {
        names(self.0.get("scope"))
    }

    /// Whether the answer says anything of scopes: it need not.
    pub fn states_scopes(self) -> bool {
        self.0.get("scope").is_some_and(|scope| !scope.is_null())
    }

    /// Of the scopes asked for, separated by spaces, those that were not granted.
    pub fn lacking(self, asked: Option<&str>) -> Vec<&str> {
        let granted = self.scopes();
        asked.unwrap_or_default().split_whitespace().filter(|scope| !granted.contains(scope)).collect()
    }

    /// When the token expires, in seconds since 1970: a number, or the text of one.
    pub fn expires(self) -> Option<f64> {
        let expires = self.0.get("exp")?;
        expires.as_f64().or_else(|| expires.as_str()?.trim().parse().ok()).filter(|seconds: &f64| seconds.is_finite())
    }

    /// The members that are written otherwise than RFC 7662 says and can be read all the same.
    pub fn odd_members(self) -> Vec<&'static str> {
        let is = |name: &str, odd: fn(&Value) -> bool| self.0.get(name).is_some_and(odd);
        [("scope", is("scope", Value::is_array)), ("exp", is("exp", Value::is_string))]
            .into_iter()
            .filter_map(|(name, odd)| odd.then_some(name))
            .collect()
    }

    /// Why the source of `acm` would refuse the token of the citizen with this number (a surrogate), at this moment in
    /// seconds since 1970.
    pub fn unfit(self, acm: &AcmSetup, insz: &str, now: f64) -> Vec<Unfit> {
        match self.0.get("active") {
            Some(Value::Bool(true)) => {}
            None | Some(Value::Bool(false)) => return vec![Unfit::NotActive],
            Some(other) => return vec![Unfit::Activity(other.to_string())],
        }
        let own = [Some(acm.audience.as_str()), acm.source_client.as_deref()];
        let audiences = self.audiences();
        let lacking = self.lacking(acm.scope.as_deref()).join(" ");
        let all = [
            (!audiences.iter().any(|audience| own.contains(&Some(audience))))
                .then(|| Unfit::Audience(self.stated_audiences().join(" "))),
            (!lacking.is_empty()).then_some(Unfit::Scope(lacking)),
            (self.number().as_deref() != Some(insz)).then_some(Unfit::Number),
            self.expires().is_some_and(|expires| expires <= now).then_some(Unfit::Expired),
        ];
        all.into_iter().flatten().collect()
    }

    /// The citizen's national number, as a surrogate.
    pub fn number(self) -> Option<String> {
        self.0.get("rrn").map(|number| number.as_str().map_or_else(|| number.to_string(), str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_reason_to_refuse_a_token_is_seen() {
        let acm = AcmSetup {
            issuer: "https://acm.example".to_owned(),
            client_id: "c".to_owned(),
            audience: "source".to_owned(),
            scope: Some("read".to_owned()),
            actor: false,
            source_client: None,
            other_audience: None,
            hops: Vec::new(),
        };
        let unfit = |answer: Value| Introspection(&answer).unfit(&acm, "n", 100.0);
        let good = json!({ "active": true, "aud": "source", "scope": "read", "exp": 101, "rrn": "n" });
        assert_eq!(unfit(good), []);
        assert_eq!(unfit(json!({ "active": false })), [Unfit::NotActive]);
        let bad = json!({ "active": true, "aud": ["b", "c"], "scope": "openid", "exp": 100 });
        let scope = Unfit::Scope("read".to_owned());
        assert_eq!(unfit(bad), [Unfit::Audience("b c".to_owned()), scope, Unfit::Number, Unfit::Expired]);
    }

    #[test]
    fn one_audience_or_several_and_a_number_in_either_type() {
        let one = json!({ "active": true, "aud": "a", "scope": "x  y", "exp": 12, "rrn": 70_010_199_936_u64 });
        let one = Introspection(&one);
        assert_eq!((one.active(), one.audiences(), one.scopes()), (Some(true), vec!["a"], vec!["x", "y"]));
        assert_eq!((one.expires(), one.number().as_deref()), (Some(12.0), Some("70010199936")));
        assert_eq!(one.lacking(Some("y z")), ["z"]);
        let several = json!({ "aud": ["a", 1, "b"], "active": "yes" });
        assert_eq!((Introspection(&several).audiences(), Introspection(&several).active()), (vec!["a", "b"], None));
        assert!(Introspection(&json!([])).number().is_none());
    }

    #[test]
    fn lists_and_texts_are_read_alike() {
        let answer = json!({ "active": true, "aud": "a b", "scope": ["x y", "z", 1], "exp": " 12 " });
        let said = Introspection(&answer);
        assert_eq!((said.audiences(), said.scopes()), (vec!["a b", "a", "b"], vec!["x", "y", "z"]));
        assert_eq!(said.stated_audiences(), ["a b"]);
        assert_eq!((said.expires(), said.odd_members()), (Some(12.0), vec!["scope", "exp"]));
        let plain = json!({ "active": "true", "aud": ["a"], "scope": "x", "exp": 12.0 });
        assert_eq!((Introspection(&plain).odd_members().len(), Introspection(&plain).active()), (0, None));
        assert!(!Introspection(&json!({ "scope": null })).states_scopes());
        for odd in ["NaN", "inf", "soon"] {
            assert_eq!(Introspection(&json!({ "exp": odd })).expires(), None);
        }
    }

    #[test]
    fn an_error_with_status_200_is_no_token() {
        let is_grant = |status: u16, body: Value| {
            Response::new(
                status,
                Vec::new(),
                crate::evidence::exchange::Content::json(body),
                crate::evidence::exchange::Facts::default(),
            )
            .is_grant()
        };
        assert!(is_grant(200, json!({ "access_token": "x", "error": null })));
        assert!(is_grant(200, json!({ "token_type": "Bearer", "error": "" })));
        for (status, body) in [
            (400, json!({ "access_token": "x" })),
            (200, json!({ "error": "invalid_target", "access_token": "x" })),
            (200, json!({ "error": { "code": 7 } })),
            (200, json!({})),
            (200, json!([{ "access_token": "x" }])),
            (200, json!("x")),
        ] {
            assert!(!is_grant(status, body.clone()), "{body}");
        }
    }
}
