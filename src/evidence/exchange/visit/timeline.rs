//! What a visit came to: facts in the order in which they happened, masked. No page, no text of one and no picture is kept.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{Citizen, FailureKind, View};

/// The facts of a visit, in order; what is not among them did not happen before the visit ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeline {
    /// In the order in which they happened.
    pub facts: Vec<Fact>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Milliseconds since the visit began.
    pub at_ms: u64,
    /// During which step of the visit, from 0.
    pub step: u8,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum What {
    /// A browser went to a page, and what came of it.
    Navigation(Navigation),
    /// The application sent a browser to MBP; the browser was stopped there.
    HandOver(HandOver),
    /// Our own ACM or MBP was asked something.
    Received(Received),
    /// Our own ACM or MBP gave a token.
    Issued(Issued),
    /// We asked MBP something ourselves.
    AskedMbp(AskedMbp),
    /// A deed was done, in this manner.
    Ended(Ended),
}

/// Why a browser went somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A step of the visit.
    Opened,
    /// A redirect with this status (RFC 9110, 15.4).
    Redirect(u16),
    /// A form of a page, sent by the browser for its user.
    Form,
    /// A link of a page.
    Link,
    /// A page that leads on by itself after some time (`<meta http-equiv="refresh">`, header `Refresh`).
    Refresh,
    /// A script of a page.
    Script,
}

/// A browser went to a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Navigation {
    /// Which browser.
    pub browser: u8,
    /// Why.
    pub cause: Cause,
    /// The method.
    pub method: String,
    /// Where to, masked.
    pub url: String,
    /// What the browser told of where it came from, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referer: Option<String>,
    /// The status of the answer; none where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureKind>,
    /// How long the answer took, in milliseconds.
    pub ms: u64,
    /// The headers that a check may ask for, masked; names in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The cookies that it set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cookies: Vec<Cookie>,
    /// What there was to see in the page.
    #[serde(default)]
    pub page: Page,
}

impl Navigation {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// A cookie that an answer set, without its value.
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookie {
    /// Its name, masked.
    pub name: String,
    /// `Secure`.
    #[serde(default)]
    pub secure: bool,
    /// `HttpOnly`.
    #[serde(default)]
    pub http_only: bool,
    /// `SameSite`, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_site: Option<String>,
    /// It outlives the browser's session (`Expires`, `Max-Age`).
    #[serde(default)]
    pub persistent: bool,
    /// It was taken away.
    #[serde(default)]
    pub removed: bool,
    /// The tokens, secrets and numbers that its value holds, by their surrogates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
}

/// What a body is, by its media type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// Nothing.
    #[default]
    Empty,
    /// HTML.
    Html,
    /// JSON.
    Json,
    /// Another text.
    Text,
    /// Anything else.
    Other,
}

/// What there was to see in a page. None of its text is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Page {
    /// What it is.
    pub kind: PageKind,
    /// Bytes that arrived.
    pub bytes: u64,
    /// It was longer than is read of a page.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The tokens, secrets and numbers in it, by their surrogates, in the order of their first place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<String>,
    /// What in it leads to MBP.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub leads: Vec<Lead>,
    /// It has scripts, so that only a browser that runs them sees all that it does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub scripts: bool,
    /// A place in it is asked for over plain http.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mixed_content: bool,
    /// What its text gives away, beside tokens and numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tells: Vec<Tell>,
}

/// What in a page leads to MBP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// By what.
    pub by: LeadBy,
    /// Where to, masked.
    pub url: String,
}

/// By what a page leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadBy {
    /// A link.
    Link,
    /// A form.
    Form,
    /// By itself, after some time.
    Refresh,
    /// A text of a script.
    Script,
    /// A frame, a picture or another part.
    Part,
}

/// What the text of a page gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tell {
    /// Frames of a stack, or what a framework shows of one.
    StackTrace,
    /// An error code of OAuth, such as `invalid_target`.
    OauthError,
}

/// The application sent a browser to MBP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Which browser.
    pub browser: u8,
    /// By what.
    pub cause: Cause,
    /// With which method the browser would have gone there.
    pub method: String,
    /// Where to, masked: a temporary token keeps a surrogate that is the same wherever it comes again.
    pub url: String,
    /// What the browser would have told of where it came from, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referer: Option<String>,
    /// The page that sent it there, masked.
    pub from: String,
    /// The headers of the answer that sent it there, masked; names in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
}

/// We asked MBP something ourselves, where the run was told to: a browser that was stopped there went on, or a token of our
/// own was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedMbp {
    /// In which browser.
    pub browser: u8,
    /// The method: GET goes on, POST hands in.
    pub method: String,
    /// Where, masked.
    pub url: String,
    /// The status of the answer; none where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureKind>,
    /// Where the answer leads, masked: it was not followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The answer held a temporary token, which was dropped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gave: bool,
    /// How long the answer took, in milliseconds.
    pub ms: u64,
}

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Our own ACM.
    Acm,
    /// Our own MBP.
    Mbp,
}

/// What was asked of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// The authorization endpoint (RFC 6749, 3.1).
    Authorization,
    /// The token endpoint (RFC 6749, 3.2).
    Token,
    /// The end of a session.
    Logout,
    /// The token API of MBP.
    TokenApi,
    /// A page of MBP.
    Landing,
    /// Discovery, keys, introspection: nothing that a check asks about.
    Other,
    /// What neither of them has.
    Nowhere,
}

/// How a client showed who it is (RFC 6749, 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// `client_secret` in the form.
    Post,
    /// `client_secret` in the Authorization header.
    Basic,
    /// A signed assertion.
    PrivateKeyJwt,
    /// `client_secret` in the query.
    Query,
}

/// Our own ACM or MBP was asked something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// Who was asked.
    pub by: Party,
    /// What.
    pub call: Call,
    /// The method.
    pub method: String,
    /// The path, masked.
    pub path: String,
    /// The media type of what was sent, without its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// A script in a browser asked it: an `Origin` or `Sec-Fetch-Mode: cors` came with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_script: bool,
    /// How the client showed who it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authentication: Vec<Authentication>,
    /// The parameters of query, form or JSON object, in the order in which they came, masked. What came twice is there twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<(String, String)>,
    /// The status that it was answered with; none where it was left without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the error that it was answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Received {
    /// The value of the first parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// What kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// An authorization code.
    Code,
    /// The citizen's access token, from a code or a refresh token.
    Access,
    /// The citizen's refresh token.
    Refresh,
    /// The citizen's ID token.
    Id,
    /// The application's own, from client credentials.
    Actor,
    /// Of an exchange (RFC 8693).
    Exchanged,
    /// MBP's temporary token.
    Temporary,
}

/// Our own ACM or MBP gave a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Its surrogate, the same wherever it comes again.
    pub token: String,
    /// What kind of token.
    pub kind: TokenKind,
    /// For whom; none for the application itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citizen: Option<Citizen>,
    /// For which client-id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Its scopes, separated by spaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// How long it is valid, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<u64>,
}

/// How a deed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum Ended {
    /// At a page.
    Page {
        /// In which browser.
        browser: u8,
    },
    /// At MBP, where the browser was stopped.
    AtMbp {
        /// In which browser.
        browser: u8,
    },
    /// At the login page of ACM, which was left as it is.
    AtLogin {
        /// In which browser.
        browser: u8,
    },
    /// After more redirects than a browser follows.
    TooManyRedirects {
        /// In which browser.
        browser: u8,
    },
    /// At an address that is neither the application's nor ACM's nor MBP's: not followed.
    Elsewhere {
        /// In which browser.
        browser: u8,
    },
    /// Without an answer within the time, in milliseconds, that a browser was made to wait.
    NoAnswer {
        /// In which browser.
        browser: u8,
        /// How long.
        ms: u64,
    },
    /// Without anything to do: the profile names no such page.
    Nothing {
        /// In which browser.
        browser: u8,
    },
    /// The tokens of the visit are expired.
    Expired {
        /// In which browser.
        browser: u8,
    },
}

impl View for Timeline {
    fn read(body: &Value) -> Self {
        serde_json::from_value(body.clone()).unwrap_or_default()
    }

    fn weight(&self) -> usize {
        self.facts.len() * size_of::<Fact>() * 2
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code => "authorization code",
            Self::Access => "access token",
            Self::Refresh => "refresh token",
            Self::Id => "ID token",
            Self::Actor => "actor token",
            Self::Exchanged => "exchanged token",
            Self::Temporary => "temporary token",
        })
    }
}
