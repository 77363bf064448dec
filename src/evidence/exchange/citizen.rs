//! The people in the paths of requests.

use serde::{Deserialize, Serialize};

/// A person in the path of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Citizen {
    /// The citizen whose certificates are examined.
    Subject,
    /// An unrelated citizen who has certificates too.
    Other,
    /// A citizen without certificates.
    Empty,
    /// Nobody: a well-formed national number that is never issued (serial 999).
    Nobody,
    /// No national number at all.
    Malformed(Malformed),
}

/// What is wrong with a national number that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Malformed {
    /// Ten digits.
    TooShort,
    /// Letters among the digits.
    Letters,
    /// Eleven digits of which the last two are not the check number.
    CheckNumber,
}

impl Malformed {
    /// What stands in the path in place of a number. Nobody's number: the serial is 999.
    pub fn text(self) -> &'static str {
        match self {
            Self::TooShort => "7001019990",
            Self::Letters => "70010199abc",
            Self::CheckNumber => "70010199900",
        }
    }
}
