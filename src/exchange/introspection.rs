//! What an introspection answer says (RFC 7662), read in one place.

use serde_json::Value;

use super::AcmSetup;

/// Why a source would refuse a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is not active.
    NotActive,
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
    /// Whether the token is good; none where the answer does not say.
    pub fn active(self) -> Option<bool> {
        self.0.get("active")?.as_bool()
    }

    /// For whom the token is: `aud` is a string or a list of strings.
    pub fn audiences(self) -> Vec<&'a str> {
        match self.0.get("aud") {
            Some(Value::String(audience)) => vec![audience],
            Some(Value::Array(audiences)) => audiences.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The scopes.
    pub fn scopes(self) -> Vec<&'a str> {
        self.0.get("scope").and_then(Value::as_str).unwrap_or_default().split_whitespace().collect()
    }

    /// Of the scopes asked for, separated by spaces, those that were not granted.
    pub fn lacking(self, asked: Option<&str>) -> Vec<&str> {
        let granted = self.scopes();
        asked.unwrap_or_default().split_whitespace().filter(|scope| !granted.contains(scope)).collect()
    }

    /// When the token expires, in seconds since 1970.
    pub fn expires(self) -> Option<f64> {
        self.0.get("exp")?.as_f64()
    }

    /// Why the source of `acm` would refuse the token of the citizen with this number (a surrogate), at this moment in
    /// seconds since 1970.
    pub fn unfit(self, acm: &AcmSetup, insz: &str, now: f64) -> Vec<Unfit> {
        if self.active() != Some(true) {
            return vec![Unfit::NotActive];
        }
        let own = [Some(acm.audience.as_str()), acm.source_client.as_deref()];
        let audiences = self.audiences();
        let lacking = self.lacking(acm.scope.as_deref()).join(" ");
        let all = [
            (!audiences.iter().any(|audience| own.contains(&Some(audience))))
                .then(|| Unfit::Audience(audiences.join(" "))),
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
}
