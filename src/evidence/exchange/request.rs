//! A request by name: when it goes out, where to, what it presents, and in what it differs from the ordinary one.

use serde::{Deserialize, Serialize};

use super::{Citizen, Control, Grant, IssuerCall, Visit};

/// When a request may go out. The order of the variants is the order of the phases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Any time.
    #[default]
    Ordinary,
    /// The control with the good token that precedes the hostile requests.
    Opening,
    /// What a correct source refuses; only when nothing ordinary is outstanding, a few at a time.
    Hostile,
    /// The control with the good token that follows the hostile requests.
    Closing,
    /// With our own ACM, when nothing else is outstanding: its introspection is closed.
    Outage,
    /// After that: its introspection is open again.
    Recovery,
}

/// What a request presents as its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Nothing.
    None,
    /// The citizen's own TX token, as RFC 6750 says.
    Token(Citizen),
    /// The good token under another scheme: `Basic …`.
    OtherScheme,
    /// The good token without a scheme.
    NoScheme,
    /// The good token with the scheme in lower case: `bearer …`.
    LowerCaseScheme,
    /// The good token in the query string (`access_token`) instead of the header.
    InQuery,
    /// A random opaque token.
    RandomToken,
    /// A well-formed JWT with `alg: none`.
    UnsignedJwt,
    /// The good token with a character in its middle changed.
    TamperedToken,
    /// The good token with its first character changed.
    TamperedStart,
    /// The good token with its last character changed.
    TamperedEnd,
    /// The good token without its last quarter, or without its signature where it is a JWT.
    CutToken,
    /// The good token with a few characters after it.
    LengthenedToken,
    /// The good token with capitals for small letters, and the other way round.
    OtherCaseToken,
    /// `Bearer` and no token.
    EmptyBearer,
    /// A token that expired.
    ExpiredToken,
    /// A token for another audience.
    OtherAudience,
    /// A token for the right audience and citizen that lacks the source's scope.
    WithoutScope,
    /// The citizen's access token, before the exchange.
    Unexchanged,
    /// A client-credentials token for the source, without a citizen.
    WithoutCitizen,
    /// One more good token of the subject, which the source sees only at the end of the run, and which we never
    /// introspect ourselves. In [`Phase::Outage`] and [`Phase::Recovery`] only.
    Fresh,
}

impl Auth {
    /// Whether it is made of the good token of the subject.
    pub fn is_made_of_the_good_token(self) -> bool {
        matches!(
            self,
            Self::OtherScheme
                | Self::NoScheme
                | Self::LowerCaseScheme
                | Self::InQuery
                | Self::TamperedToken
                | Self::TamperedStart
                | Self::TamperedEnd
                | Self::CutToken
                | Self::LengthenedToken
                | Self::OtherCaseToken
        )
    }
}

/// Which part of a followed URL is replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The path segment with this index.
    Segment(usize),
    /// The value of the query parameter with this index.
    Query(usize),
}

/// What a part is replaced by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replacement {
    /// These characters.
    Text(String),
    /// The national number of a citizen.
    Number(Citizen),
}

/// One replacement in a followed URL: how unknown ids and other people's certificates are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edit {
    /// Where.
    pub part: Part,
    /// By what.
    pub with: Replacement,
}

/// What a followed link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The issuer.
    Issuer,
    /// A page of the list.
    List,
    /// One certificate.
    Detail,
    /// The document of a certificate.
    Download,
    /// What is none of these: an unknown path, another port, a TLS handshake.
    Probe,
    /// What people do with an application in a browser.
    Visit,
}

impl Kind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::List => "list",
            Self::Detail => "detail",
            Self::Download => "download",
            Self::Probe => "probe",
            Self::Visit => "visit",
        }
    }
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The issuer.
    Issuer(IssuerCall),
    /// The entry resource of the source, for a citizen.
    Entry {
        /// Whose.
        citizen: Citizen,
        /// The query parameters, in the order in which they are sent.
        query: Vec<(String, String)>,
    },
    /// A URL that the source gave, by its masked form; the vault knows the raw one.
    Link {
        /// What it leads to, by the rel under which it was found.
        kind: Kind,
        /// Absolute and masked.
        url: String,
        /// A replacement, for unknown ids and the like.
        edit: Option<Edit>,
    },
    /// A path below the base URL that nobody gave.
    Path(String),
    /// The source's own OpenAPI document: a URL, or a file that is recorded as if it had been fetched.
    OpenApi,
    /// The entry resource of nobody over plain http: port 80, or `source.http_port`.
    PlainHttp,
    /// A TLS handshake with the source; no HTTP follows.
    Tls(Tls),
    /// What people do with the application in a browser. Its answer is a [timeline](super::visit::Timeline).
    Visit(Box<Visit>),
}

/// What a TLS handshake offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// TLS 1.2 and 1.3, with the certificate verified.
    Modern,
    /// TLS 1.2 and 1.3 from the prober that asks for old versions: its own control.
    Control,
    /// Only TLS 1.1.
    Only11,
    /// Only TLS 1.0.
    Only10,
}

/// The one thing in which a request differs from the ordinary one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variation {
    /// Nothing.
    #[default]
    None,
    /// No Accept header at all.
    NoAccept,
    /// Another Accept header.
    Accept(String),
    /// An Accept-Language header.
    AcceptLanguage(String),
    /// Another Accept-Encoding header than `identity`.
    AcceptEncoding(String),
    /// Neither `x-correlation-id` nor `x-request-id`.
    NoIds,
    /// HEAD instead of GET.
    Head,
    /// OPTIONS instead of GET.
    Options,
    /// A slash after the path.
    TrailingSlash,
    /// Another Host header than the URL names; the call goes to the same address as ever.
    Host(String),
}

/// How many ordinals one look has: what is looked at once more begins at the next multiple.
const LOOK: u32 = 10;

/// The Accept header of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// `application/hal+json, application/json;q=0.9, */*;q=0.1`
    #[default]
    Hal,
    /// `*/*`
    Any,
    /// `application/json`, for the issuer.
    Json,
}

impl Accept {
    /// The header's value.
    pub fn value(self) -> &'static str {
        match self {
            Self::Hal => "application/hal+json, application/json;q=0.9, */*;q=0.1",
            Self::Any => "*/*",
            Self::Json => "application/json",
        }
    }
}

/// A request, by name. It holds no secret and no national number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Request {
    /// When it may go out.
    pub phase: Phase,
    /// Where it goes.
    pub target: Target,
    /// What it presents.
    pub auth: Auth,
    /// Which media types it accepts.
    pub accept: Accept,
    /// In what it differs from the ordinary request.
    pub variation: Variation,
    /// 0 for the first time; n is sent after the answer to n - 1 came, but for the first one of a later look.
    pub ordinal: u32,
}

impl Request {
    /// The entry resource (the list) of a citizen, with that citizen's own token.
    pub fn entry(citizen: Citizen) -> Self {
        Self {
            phase: Phase::Ordinary,
            target: Target::Entry { citizen, query: Vec::new() },
            auth: Auth::Token(citizen),
            accept: Accept::Hal,
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// A URL that the source gave (masked, absolute), with the subject's token.
    pub fn link(kind: Kind, url: impl Into<String>) -> Self {
        Self {
            phase: Phase::Ordinary,
            target: Target::Link { kind, url: url.into(), edit: None },
            auth: Auth::Token(Citizen::Subject),
            accept: if kind == Kind::Download { Accept::Any } else { Accept::Hal },
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// A call to the issuer.
    pub fn issuer(call: IssuerCall) -> Self {
        Self {
            phase: Phase::Ordinary,
            target: Target::Issuer(call),
            auth: Auth::None,
            accept: Accept::Json,
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// The request for the token of a grant.
    pub fn token(grant: Grant) -> Self {
        let request = Self::issuer(IssuerCall::Token(grant));
        // Not before it is used: it must outlive a long run.
        if grant == Grant::Fresh { request.phase(Phase::Outage) } else { request }
    }

    /// A call to the control endpoint of our own ACM, when nothing else is outstanding.
    pub fn control(control: Control) -> Self {
        let phase = if control == Control::Close { Phase::Outage } else { Phase::Recovery };
        Self::issuer(IssuerCall::Control(control)).phase(phase)
    }

    /// A request without a credential that is none of the source's resources.
    pub fn probe(target: Target) -> Self {
        Self {
            phase: Phase::Ordinary,
            target,
            auth: Auth::None,
            accept: Accept::Hal,
            variation: Variation::None,
            ordinal: 0,
        }
    }

    /// A visit to the application.
    pub fn visit(visit: Visit) -> Self {
        Self::probe(Target::Visit(Box::new(visit)))
    }

    /// The same but for one thing.
    #[must_use]
    pub fn varied(mut self, variation: Variation) -> Self {
        self.variation = variation;
        self
    }

    /// The same with one more query parameter (entry resource only).
    #[must_use]
    pub fn query(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        if let Target::Entry { query, .. } = &mut self.target {
            query.push((name.to_owned(), value.to_string()));
        }
        self
    }

    /// The same with another credential.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// The same in another phase.
    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The same with one part of the followed URL replaced.
    #[must_use]
    pub fn edit(mut self, part: Part, with: Replacement) -> Self {
        if let Target::Link { edit, .. } = &mut self.target {
            *edit = Some(Edit { part, with });
        }
        self
    }

    /// The same once more: sent after the answer to the previous one of its look came.
    #[must_use]
    pub fn again(mut self, ordinal: u32) -> Self {
        self.ordinal = ordinal;
        self
    }

    /// The same so many times more in the look that it belongs to.
    #[must_use]
    pub fn once_more(mut self, times: u32) -> Self {
        self.ordinal += times;
        self
    }

    /// The same in a later look at what answers of several moments show; what belongs to that look stays as it is.
    #[must_use]
    pub fn in_look(mut self, look: u32) -> Self {
        if self.ordinal / LOOK < look {
            self.ordinal = look * LOOK + self.ordinal % LOOK;
        }
        self
    }

    /// The same request of the same look that must be answered before.
    pub fn before(&self) -> Option<Self> {
        (!self.ordinal.is_multiple_of(LOOK)).then(|| self.clone().again(self.ordinal - 1))
    }

    /// The method with which the source is asked.
    pub fn method(&self) -> &'static str {
        match self.variation {
            Variation::Head => "HEAD",
            Variation::Options => "OPTIONS",
            _ => "GET",
        }
    }

    /// What kind of call it is.
    pub fn kind(&self) -> Kind {
        match &self.target {
            Target::Issuer(_) => Kind::Issuer,
            Target::Entry { .. } => Kind::List,
            Target::Link { kind, .. } => *kind,
            Target::Path(_) | Target::OpenApi | Target::PlainHttp | Target::Tls(_) => Kind::Probe,
            Target::Visit(_) => Kind::Visit,
        }
    }

    /// Whether it asks for somebody's list with that person's own token, in whatever way.
    pub fn is_of_own_list(&self) -> bool {
        matches!((&self.target, self.auth), (Target::Entry { citizen, .. }, Auth::Token(own)) if *citizen == own)
    }

    /// Whether it asks for somebody's list with that person's own token, and in no other way than a client does.
    pub fn asks_for_own_list(&self) -> bool {
        self.is_of_own_list()
            && self.variation == Variation::None
            && matches!(self.phase, Phase::Ordinary | Phase::Opening | Phase::Closing)
    }

    /// Whose data it asks for, as far as the request itself says.
    pub fn citizen(&self) -> Option<Citizen> {
        match (&self.target, &self.auth) {
            (
                Target::Entry { citizen, .. }
                | Target::Issuer(IssuerCall::Token(Grant::Exchange(citizen) | Grant::Refresh(citizen))),
                _,
            )
            | (_, Auth::Token(citizen)) => Some(*citizen),
            _ => None,
        }
    }

    /// The value of a query parameter of the entry resource.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        match &self.target {
            Target::Entry { query, .. } => query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()),
            _ => None,
        }
    }
}
