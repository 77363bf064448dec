//! How long a token lives.

use serde_json::Value;

/// The seconds of an `expires_in`: a number (RFC 6749, section 5.1). Servers write a string too and mean the same; whether
/// they may is for a requirement to say.
pub fn lifetime(expires_in: &Value) -> Option<i64> {
    let whole = expires_in.as_i64().or_else(|| expires_in.as_str()?.trim().parse().ok());
    whole.or_else(|| whole_seconds(expires_in.as_f64()?))
}

/// `300.0` and `3e2` are 300: numbers are values.
#[expect(clippy::cast_possible_truncation, reason = "within the bounds that are looked at first")]
fn whole_seconds(seconds: f64) -> Option<i64> {
    const MOST: f64 = 9e15;
    (seconds.abs() < MOST).then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_and_its_text_are_the_same_time() {
        for (written, expected) in [
            (json!(300), Some(300)),
            (json!("300"), Some(300)),
            (json!(" 300 "), Some(300)),
            (json!("-1"), Some(-1)),
            (json!(300.0), Some(300)),
            (json!(3e2), Some(300)),
            (json!(0.5), Some(0)),
            (json!(1e300), None),
            (json!("soon"), None),
            (json!("99999999999999999999"), None),
            (json!(null), None),
            (json!([300]), None),
        ] {
            assert_eq!(lifetime(&written), expected, "{written}");
        }
    }
}
