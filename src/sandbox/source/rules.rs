//! The knobs of access: what each kind of call demands of a token, and how it refuses.

/// Who gets in, by kind of call, and with which status the others are refused.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The rules of the list.
    pub list: Rules,
    /// The rules of the detail.
    pub detail: Rules,
    /// The rules of the download.
    pub download: Rules,
    /// The statuses.
    pub refusals: Refusals,
    /// How long what the ACM said of a token is remembered, in seconds, for all three.
    pub remembers_for: i64,
}

/// What a call demands of its token. Every value other than the default is a hole.
#[expect(clippy::struct_excessive_bools, reason = "each is a check that an implementer can forget")]
#[derive(Clone, Debug)]
pub struct Rules {
    /// Without an `Authorization` header there is no answer (SEC-01).
    pub demands_token: bool,
    /// What a header of another scheme than Bearer gives (SEC-02).
    pub other_scheme: OtherScheme,
    /// A token in the query string is not looked at (SEC-11).
    pub ignores_query_token: bool,
    /// The name of the scheme may be written in any case (SEC-12).
    pub any_case: bool,
    /// A token that looks like a JWT is asked of the ACM, not believed (SEC-03).
    pub distrusts_jwt: bool,
    /// `Bearer` without a token is none (SEC-01).
    pub demands_more_than_bearer: bool,
    /// How a token must be like one that was given, before the ACM is asked about it (SEC-03).
    pub compares: Compares,
    /// Whose list it is follows from the number in the path, not from the token alone (SEC-18).
    pub follows_the_path: bool,
    /// Introspection is not remembered by the first characters of a token (SEC-03).
    pub whole_token: bool,
    /// `active: false` refuses (SEC-03, SEC-04).
    pub reads_active: bool,
    /// Introspection is not remembered past the life of a token (SEC-04).
    pub checks_expiry: bool,
    /// The token is for this source (SEC-05).
    pub checks_audience: bool,
    /// The token is of a citizen (SEC-06).
    pub demands_citizen: bool,
    /// The token has the source's scope (SEC-07).
    pub checks_scope: bool,
    /// The token's citizen is the one of the path (SEC-08).
    pub checks_citizen: bool,
    /// The certificate belongs to the citizen of the path (SEC-09).
    pub own_certificates: bool,
    /// Without the ACM nobody gets in (SEC-20).
    pub closed_without_acm: bool,
    /// Validity is asked of the ACM, not of a store of one's own (SEC-16).
    pub asks_acm: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            demands_token: true,
            other_scheme: OtherScheme::Refuse,
            ignores_query_token: true,
            any_case: true,
            distrusts_jwt: true,
            demands_more_than_bearer: true,
            compares: Compares::Whole,
            follows_the_path: true,
            whole_token: true,
            reads_active: true,
            checks_expiry: true,
            checks_audience: true,
            demands_citizen: true,
            checks_scope: true,
            checks_citizen: true,
            own_certificates: true,
            closed_without_acm: true,
            asks_acm: true,
        }
    }
}

/// How a token is compared with those that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compares {
    /// As a whole.
    Whole,
    /// But for its last character.
    ButForItsEnd,
    /// A beginning of one will do.
    Beginning,
    /// What comes after one does not count.
    Ending,
    /// In whatever case.
    AnyCase,
}

impl Compares {
    pub(in crate::sandbox) fn is_like(self, token: &str, known: &str) -> bool {
        match self {
            Self::Whole => token == known,
            Self::ButForItsEnd => {
                token.len() == known.len() && token.get(..token.len().saturating_sub(1)) == known.get(..known.len() - 1)
            }
            Self::Beginning => token.len() > 16 && known.starts_with(token),
            Self::Ending => token.starts_with(known),
            Self::AnyCase => token.eq_ignore_ascii_case(known),
        }
    }
}

/// What an `Authorization` header of another scheme than Bearer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherScheme {
    /// 401.
    Refuse,
    /// Its last word is taken for the token, whatever stands before it.
    LastWord,
    /// `Basic` is let in as it is: "the gateway has looked at it".
    AdmitBasic,
}

/// The statuses of refusals. 401 for a missing or invalid token is fixed by RFC 6750.
#[derive(Clone, Debug)]
pub struct Refusals {
    /// No token: 401; anything else is not conformant (SEC-18).
    pub missing: u16,
    /// A broken, unknown or expired token: 401; anything else is not conformant (SEC-18).
    pub invalid: u16,
    /// A token for another audience: 401 or 403.
    pub audience: u16,
    /// A token without a citizen: 401 or 403.
    pub no_citizen: u16,
    /// A token without the scope: 401 or 403.
    pub scope: u16,
    /// Another citizen in the path: 403 or 404; 200 stands for an empty list and is not conformant (SEC-18).
    pub other_citizen: u16,
    /// A number that was never issued; other than `other_citizen` is not conformant (SEC-13).
    pub never_issued: u16,
    /// The ACM cannot be asked: 5xx, or a refusal.
    pub no_acm: u16,
}

impl Default for Refusals {
    fn default() -> Self {
        Self {
            missing: 401,
            invalid: 401,
            audience: 401,
            no_citizen: 403,
            scope: 403,
            other_citizen: 403,
            never_issued: 403,
            no_acm: 500,
        }
    }
}
