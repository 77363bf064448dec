//! What a certificate states in one of its members, in a third of the room that a JSON value takes.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Number, Value};

use crate::base::value::described::described;
use crate::base::value::{tree, weight};

/// The value of a member. Where something else than a text or a number stands, it is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// The digits of an integer that no number holds.
    Digits(Box<str>),
    /// A string.
    Text(Box<str>),
    /// An array or an object.
    Other(Box<Value>),
}

impl Scalar {
    /// The datum of a JSON value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(_) if let Some(digits) = tree::long_integer(value) => Self::Digits(digits.into()),
            Value::String(text) => Self::Text(text.as_str().into()),
            other => Self::Other(Box::new(other.clone())),
        }
    }

    /// `null`: many libraries write it for what is not there.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// A number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Digits(_))
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it has no fraction; `2025.0` is one too.
    pub fn as_integer(&self) -> Option<i64> {
        let Self::Number(number) = self else { return None };
        number.as_i64().or_else(|| {
            let number = number.as_f64().filter(|number| number.fract() == 0.0)?;
            format!("{number:.0}").parse().ok()
        })
    }

    /// The number, as near as a double comes to it.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// The string or the digits of the number: as ids they are the same.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
            Self::Digits(digits) => Some(Cow::Borrowed(digits)),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }

    /// About how many bytes it takes in memory besides itself.
    pub fn weight(&self) -> usize {
        match self {
            Self::Text(text) | Self::Digits(text) => text.len() + weight::OVERHEAD,
            Self::Other(value) => weight::of(value) + weight::OVERHEAD,
            Self::Null | Self::Bool(_) | Self::Number(_) => 0,
        }
    }

    /// A member as a finding shows it: scalars as JSON, the rest by kind, absence as `absent`.
    pub fn described(member: Option<&Self>) -> String {
        member.map_or_else(|| described(None), Self::to_string)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Digits(digits) => f.write_str(digits),
            Self::Text(text) => f.write_str(&Value::from(&**text).to_string()),
            Self::Other(value) => f.write_str(&described(Some(value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_datum_shows_as_its_json_value_does() {
        for value in [json!(null), json!(true), json!(3), json!(-2.5), json!("a \"b\""), json!([1]), json!({"a": 1})] {
            assert_eq!(Scalar::described(Some(&Scalar::of(&value))), described(Some(&value)));
        }
        assert_eq!(Scalar::described(None), "absent");
        assert!(size_of::<Scalar>() <= 24);
    }

    #[test]
    fn an_integer_has_no_fraction() {
        for (value, integer) in [(json!(2025), Some(2025)), (json!(2025.0), Some(2025)), (json!(1.5), None)] {
            assert_eq!(Scalar::of(&value).as_integer(), integer, "{value}");
        }
        assert_eq!(Scalar::of(&json!("2025")).as_integer(), None);
    }

    #[test]
    fn a_long_id_keeps_its_digits() {
        let id = |json: &str| Scalar::of(&tree::read(json.as_bytes()).unwrap().0);
        let (one, other) = (id("18446744073709551617"), id("18446744073709551618"));
        assert!(one.is_number() && one != other && one.as_integer().is_none());
        assert_eq!(one.text(), Scalar::of(&json!("18446744073709551617")).text());
        assert_eq!(Scalar::described(Some(&one)), "18446744073709551617");
    }

    #[test]
    fn the_text_of_an_id_is_its_digits_too() {
        assert_eq!(Scalar::of(&json!(7)).text(), Scalar::of(&json!("7")).text());
        for nothing in [json!(""), json!(null), json!([7])] {
            assert_eq!(Scalar::of(&nothing).text(), None, "{nothing}");
        }
    }
}
