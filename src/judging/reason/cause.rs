//! What keeps requirements from being judged: the kinds of cause, and how one is told from a call. The words of all of
//! them are in one table, in `words`.

mod visit;
mod words;

use serde::{Deserialize, Serialize};
use url::Url;

use super::issuer::{self, ActionOwner};
use crate::base::text::{Text, shown};
use crate::catalogue::SubjectKind;
use crate::evidence::exchange::{
    Content, Exchange, Failure, FailureKind, Kind, Request, Response, STAND_IN_ACM, Trouble, is_acm, is_unavailable,
};
use crate::evidence::introspection::oauth_error;
use crate::evidence::setup::Setup;
use crate::text;

pub use visit::Unopened;

/// What kind of cause it is. The names are stable: scripts may count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// The host name is unknown.
    NameNotFound,
    /// Nobody listens on that port.
    ConnectionRefused,
    /// No connection, for another reason.
    NoConnection,
    /// No answer in time.
    NoAnswerInTime,
    /// The connection broke.
    ConnectionBroken,
    /// What came is no HTTP.
    NotHttp,
    /// Plain http was sent to a port that speaks TLS.
    HttpToHttpsPort,
    /// TLS was sent to a port that speaks plain http.
    HttpsToHttpPort,
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate is not valid yet.
    CertificateNotYetValid,
    /// Nobody that is trusted vouches for the certificate.
    UnknownAuthority,
    /// A self-signed certificate that is a certificate authority, in the place of a server's.
    CertificateIsAuthority,
    /// The certificate is for another host name.
    WrongHostName,
    /// Something else is wrong with the certificate.
    CertificateInvalid,
    /// Neither TLS 1.2 nor 1.3.
    TlsTooOld,
    /// The server wants a certificate of the client.
    ClientCertificateWanted,
    /// TLS fails for another reason.
    TlsFailed,
    /// 429.
    TooManyRequests,
    /// 502.
    BadGateway,
    /// 503.
    Unavailable,
    /// 504.
    GatewayTimeout,
    /// 401 on a good token.
    TokenRefused,
    /// 401 on a token that the profile brings: mostly it has expired.
    BroughtTokenRefused,
    /// 403 on a good token.
    AccessForbidden,
    /// 404 on the entry resource: mostly a wrong base URL.
    NothingAtBaseUrl,
    /// 3xx on the entry resource: the base URL is that of a redirect.
    Redirected,
    /// A page of HTML with a status of success on the entry resource: mostly the base URL is that of a website.
    WebPage,
    /// Another status than one that a good call gets.
    UnexpectedStatus,
    /// The source introspects, and the issuer does not accept its client-id or secret.
    SourceClientRefused,
    /// The source answers a good token with an error, and did not ask our own ACM about it, or asked where nothing is.
    IssuerNotAsked,
    /// Where people start, the application has no page: mostly a wrong start URL.
    NothingAtStartUrl,
    /// The application does not lead to a login at the issuer.
    LoginNotReached,
    /// The application leads to a login at another server than the issuer.
    LoginElsewhere,
    /// The application leads on by scripts, which only a browser runs.
    ScriptsWanted,
    /// This way of running does not show it; another one does.
    OtherWayWanted,
    /// The issuer does not accept the client of the profile.
    ClientRefused,
    /// The issuer does not accept the citizen's token: expired, revoked, used.
    CitizenTokenRefused,
    /// The issuer gives no token for this audience.
    AudienceRefused,
    /// The issuer gives no token with this scope.
    ScopeRefused,
    /// The issuer gives the client no token in this way.
    ExchangeNotAllowed,
    /// The issuer refuses for another reason, or answers what is no answer.
    IssuerRefuses,
    /// Another issuer than that of the profile answers.
    WrongIssuer,
    /// The token that was given is for another audience.
    WrongAudience,
    /// The token that was given is of no use to the source.
    TokenUnfit,
    /// A token that the profile brings has expired.
    TokenExpired,
    /// The profile has no citizen of that role.
    NoCitizen,
    /// The profile has no issuer.
    NoIssuer,
    /// The profile lacks something else.
    ProfileLacks,
    /// The citizen has too few certificates.
    TooFewCertificates,
    /// Links lead to a server that nobody vouched for.
    ForeignOrigin,
    /// Links hold a user name or a password.
    LinkWithCredentials,
    /// Links lead from https to plain http.
    LinkWithoutTls,
    /// A limit of the run was reached.
    LimitReached,
    /// What was recorded fills the room of a run.
    MemoryFull,
    /// The run was interrupted.
    Interrupted,
    /// The evidence does not hold what is needed.
    NotRecorded,
    /// A requirement that was left out would have to be judged first.
    NotSelected,
    /// Another requirement is not met.
    RequirementNotMet,
    /// Nothing of the above: what the requirement itself says.
    Other,
}

impl CauseKind {
    /// Whether nobody was reached, or nobody who could answer: no connection, no TLS, or a gateway without a server.
    pub fn is_unreachable(self) -> bool {
        // In the order of their declaration: what concerns the connection, then the answers of what is in front of it.
        (Self::NameNotFound..=Self::TlsFailed).contains(&self)
            || matches!(self, Self::BadGateway | Self::Unavailable | Self::GatewayTimeout)
    }
}

/// Where a cause lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Server {
    /// The source, or what stands before it.
    Source,
    /// The application, or what stands before it.
    Application,
    /// The issuer of tokens (ACM).
    Issuer,
    /// The profile.
    Profile,
    /// This run of bronkeur.
    Run,
}

impl Server {
    /// The server that a request goes to.
    pub fn called_by(request: &Request) -> Self {
        match request.kind() {
            Kind::Issuer => Self::Issuer,
            Kind::Visit => Self::Application,
            _ => Self::Source,
        }
    }

    /// What is examined, by its kind.
    pub fn examined(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Source => Self::Source,
            SubjectKind::Application | SubjectKind::Website => Self::Application,
        }
    }
}

/// Which issuer it is: what there is to do when it does not answer differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerIs {
    /// ACM.
    Acm,
    /// Bronkeur's own.
    StandIn,
    /// Another one.
    Another,
}

impl IssuerIs {
    /// By the environment of a run.
    pub fn of(environment: &str) -> Self {
        match environment {
            environment if is_acm(environment) => Self::Acm,
            STAND_IN_ACM => Self::StandIn,
            _ => Self::Another,
        }
    }
}

/// A server as causes name it.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Which one.
    pub server: Server,
    /// Its scheme, host and port, masked.
    pub origin: &'a str,
    /// Which issuer it is, where it is the issuer.
    pub issuer: IssuerIs,
}

/// What a cause is, what to do about it, and who does that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What and where.
    pub what: Text,
    /// What to do.
    pub remedy: Text,
    /// Who has to act.
    pub who: ActionOwner,
}

impl CauseKind {
    /// What a call came to that was not answered. None where what it came to is no cause of its own: for want of a token
    /// it was not sent.
    pub fn of_failure(failure: &Failure, origin: &str) -> Option<Self> {
        let trouble = failure.trouble;
        Some(match (failure.kind, trouble) {
            (_, Some(Trouble::Refused)) => Self::ConnectionRefused,
            (_, Some(Trouble::CertificateExpired)) => Self::CertificateExpired,
            (_, Some(Trouble::CertificateNotYetValid)) => Self::CertificateNotYetValid,
            (_, Some(Trouble::UnknownAuthority)) => Self::UnknownAuthority,
            (_, Some(Trouble::CertificateIsAuthority)) => Self::CertificateIsAuthority,
            (_, Some(Trouble::WrongHostName)) => Self::WrongHostName,
            (_, Some(Trouble::CertificateInvalid)) => Self::CertificateInvalid,
            (_, Some(Trouble::NoTls)) => Self::HttpsToHttpPort,
            (_, Some(Trouble::TlsVersion)) => Self::TlsTooOld,
            (_, Some(Trouble::ClientCertificate)) => Self::ClientCertificateWanted,
            (_, Some(Trouble::NoHttp)) if origin.starts_with("http:") => Self::HttpToHttpsPort,
            (_, Some(Trouble::NoHttp)) => Self::NotHttp,
            (_, Some(Trouble::UserInUrl)) => Self::LinkWithCredentials,
            (_, Some(Trouble::PlainHttp)) => Self::LinkWithoutTls,
            (FailureKind::Dns, None) => Self::NameNotFound,
            (FailureKind::Connect, None) => Self::NoConnection,
            (FailureKind::Tls, None) => Self::TlsFailed,
            (FailureKind::Timeout, None) => Self::NoAnswerInTime,
            (FailureKind::Broken, None) => Self::ConnectionBroken,
            (FailureKind::NotConfigured, None) => Self::ProfileLacks,
            (FailureKind::ForeignOrigin, None) => Self::ForeignOrigin,
            (FailureKind::Limit, None) => Self::LimitReached,
            (FailureKind::Memory, None) => Self::MemoryFull,
            (FailureKind::Interrupted, None) => Self::Interrupted,
            (FailureKind::NoToken, None) => return None,
        })
    }

    /// What an answer comes to that a good call to that origin should not get. None for what is no cause: a success that is
    /// no page of HTML.
    pub fn of_answer(server: Server, origin: &str, response: &Response) -> Option<Self> {
        if is_unavailable(response.status) {
            return Some(Self::of_unavailable(response.status));
        }
        // Over https it is what stands before the source that calls it over plain http.
        if origin.starts_with("http:") && Self::wants_https(response) {
            return Some(Self::HttpToHttpsPort);
        }
        if server == Server::Issuer {
            let code = response.json().and_then(oauth_error);
            return match code.as_deref() {
                Some("invalid_client") => Some(Self::ClientRefused),
                Some("invalid_grant") => Some(Self::CitizenTokenRefused),
                Some("invalid_target") => Some(Self::AudienceRefused),
                Some("invalid_scope") => Some(Self::ScopeRefused),
                Some("unauthorized_client") => Some(Self::ExchangeNotAllowed),
                None if response.is_success() && response.is_json() => None,
                Some(_) | None => Some(Self::IssuerRefuses),
            };
        }
        match response.status {
            200..300 => response.is_web_page().then_some(Self::WebPage),
            300..=399 => Some(Self::Redirected),
            401 => Some(Self::TokenRefused),
            403 => Some(Self::AccessForbidden),
            404 => Some(Self::NothingAtBaseUrl),
            _ => Some(Self::UnexpectedStatus),
        }
    }

    /// Whether a web server says that this port is for https.
    pub fn wants_https(response: &Response) -> bool {
        let Content::Text(text) = &response.content else { return false };
        response.status == 400 && WANTS_HTTPS.iter().any(|words| text.contains(words))
    }

    /// What one of the statuses of a gateway or a busy server comes to.
    fn of_unavailable(status: u16) -> Self {
        match status {
            429 => Self::TooManyRequests,
            502 => Self::BadGateway,
            504 => Self::GatewayTimeout,
            _ => Self::Unavailable,
        }
    }

    /// Where a cause of this kind lies that shows in a call to that server.
    pub fn lies_with(self, called: Server) -> Server {
        match self {
            Self::NoCitizen
            | Self::NoIssuer
            | Self::ProfileLacks
            | Self::TokenExpired
            | Self::WrongAudience
            | Self::ForeignOrigin
            | Self::TooFewCertificates => Server::Profile,
            Self::LimitReached
            | Self::MemoryFull
            | Self::Interrupted
            | Self::NotRecorded
            | Self::NotSelected
            | Self::ScriptsWanted
            | Self::OtherWayWanted => Server::Run,
            _ => called,
        }
    }
}

/// How web servers say that plain http came over a port for https, each in its own words: nginx, Apache, Go and Tomcat.
const WANTS_HTTPS: [&str; 4] = [
    "plain HTTP request was sent to HTTPS port",
    "speaking plain HTTP to an SSL-enabled server port",
    "Client sent an HTTP request to an HTTPS server",
    "This combination of host and port requires TLS",
];

/// Scheme, host and port of a URL, as they are written there.
pub fn origin_of(url: &str) -> String {
    match Url::parse(url) {
        Ok(parsed) => shown(&parsed.origin().ascii_serialization()),
        Err(_) => shown(url),
    }
}

/// Why a server gave no answer, what to do and who does it: where the run knows no more than its profile.
pub fn unanswered(setup: &Setup, server: Server, failure: &Failure) -> Told {
    let url = match server {
        Server::Issuer => setup.acm.as_ref().map_or("", |acm| acm.issuer.as_str()),
        _ => setup.base_url.as_str(),
    };
    let origin = origin_of(url);
    no_answer(Place { server, origin: &origin, issuer: IssuerIs::of(&setup.environment) }, failure)
}

/// What an answer of the source to a good call comes to; none where it is a success.
pub fn refused(setup: &Setup, response: &Response) -> Option<Told> {
    let origin = origin_of(&setup.base_url);
    let place = Place { server: Server::Source, origin: &origin, issuer: IssuerIs::of(&setup.environment) };
    let status = Text::same(format!(" ({})", response.status));
    match CauseKind::of_answer(Server::Source, place.origin, response)? {
        CauseKind::TokenRefused if setup.acm.is_none() => CauseKind::BroughtTokenRefused.told(place, &Text::default()),
        kind @ (CauseKind::TokenRefused | CauseKind::AccessForbidden) => kind.told(place, &Text::default()),
        kind => kind.told(place, &status),
    }
}

/// That a source that breaks off over plain http speaks TLS on that port. `hello`: its answer to a hello of TLS.
pub fn speaks_tls(setup: &Setup, hello: &Exchange) -> Option<Told> {
    let facts = hello.result.as_ref().ok()?.facts.tls.as_ref();
    facts.filter(|facts| facts.version.is_some())?;
    let origin = origin_of(&setup.base_url);
    let place = Place { server: Server::Source, origin: &origin, issuer: IssuerIs::of(&setup.environment) };
    CauseKind::HttpToHttpsPort.told(place, &Text::default())
}

/// Why a server gave no answer, where that server is known already.
pub(super) fn no_answer(place: Place<'_>, failure: &Failure) -> Told {
    let kind = CauseKind::of_failure(failure, place.origin);
    let told = kind.and_then(|kind| kind.told(place, &failure.detail.clone().map(shown)));
    told.unwrap_or_else(words::no_token)
}

/// What an answer of a gateway or a busy server says, where no more is known than which server it is.
pub(super) fn unavailable(place: Place<'_>, status: u16) -> Option<Told> {
    CauseKind::of_unavailable(status).told(place, &Text::default())
}

impl Place<'static> {
    /// The server that a call goes to, where no more is known of it.
    pub(super) fn of(request: &Request) -> Self {
        Self { server: Server::called_by(request), origin: "", issuer: IssuerIs::Acm }
    }
}

/// That the source introspects and is refused, where our own ACM saw that in this run: with which client-id, and what is
/// wrong. `asked`: [`Control::Refused`](crate::evidence::exchange::Control::Refused).
pub fn source_refused(asked: &Exchange) -> Option<Told> {
    let refused = seen(asked, "refused")?;
    let id = shown(refused.get("client_id")?.as_str()?);
    let client = if refused.get("known")?.as_bool()? {
        text!("client-id {id} en een verkeerd geheim", "client-id {id} and a wrong secret")
    } else {
        text!("een onbekende client-id", "an unknown client-id")
    };
    let place = Place { server: Server::Source, origin: "", issuer: IssuerIs::StandIn };
    CauseKind::SourceClientRefused.told(place, &client)
}

/// That the source answers a good token with this status, or not at all, and our own ACM saw no question about it in this
/// run. `asked` is what [`source_refused`] looks at.
pub fn source_did_not_ask(asked: &Exchange, status: Option<u16>) -> Option<Told> {
    let response = asked.result.as_ref().ok().filter(|response| response.is_success())?;
    // Another version of our ACM may not say.
    let introspection = shown(response.json()?.get("introspection")?.as_str()?);
    if seen(asked, "asked").is_some() {
        return None;
    }
    let elsewhere = seen(asked, "elsewhere").and_then(|call| call.get("call")?.as_str().map(shown));
    Some(words::not_asked(status, elsewhere.as_deref(), &introspection))
}

/// What our own ACM saw in this run, of what it says of the source: what an earlier run left does not count.
fn seen<'a>(asked: &'a Exchange, member: &str) -> Option<&'a serde_json::Value> {
    let said = asked.result.as_ref().ok()?.json()?.get(member).filter(|said| !said.is_null())?;
    let ago = said.get("ago_ms").and_then(serde_json::Value::as_u64);
    ago.is_none_or(|ago| ago <= asked.answered_ms()).then_some(said)
}

/// What the issuer refused, told by its own table.
pub fn refused_by_issuer(place: Place<'_>, response: &Response) -> Told {
    let issuer::Advice { meaning, remedy, who } = issuer::refusal(response);
    let came = match response.json().and_then(oauth_error) {
        Some(code) => Text::same(format!("{} {}", response.status, shown(&code))),
        None => issuer::came(response),
    };
    let origin = place.origin;
    Told {
        what: Text::new(
            format!("{} ({origin} antwoordde {})", meaning.nl, came.nl),
            format!("{} ({origin} answered {})", meaning.en, came.en),
        ),
        remedy,
        who,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{source_did_not_ask, source_refused};
    use crate::evidence::exchange::{Content, Control, Facts, Request, Response};
    use crate::report::tests::sample;

    #[test]
    fn what_an_earlier_run_left_at_the_acm_is_not_told() {
        let told = |ago_ms: u64| {
            let refused = json!({ "client_id": "laptop-source", "known": true, "ago_ms": ago_ms });
            let said = Content::json(json!({ "refused": refused }));
            let answer = Response::new(200, Vec::new(), said, Facts::default());
            let url = "http://127.0.0.1:9000/op/v1/control";
            source_refused(&sample::exchange(Request::control(Control::Refused), url, 100, Ok(answer))).is_some()
        };
        assert!(told(0) && told(100) && !told(101));
    }

    #[test]
    fn a_source_that_did_not_ask_is_told_where_to() {
        let told = |said: serde_json::Value| {
            let answer = Response::new(200, Vec::new(), Content::json(said), Facts::default());
            let url = "http://127.0.0.1:9000/op/v1/control";
            let asked = sample::exchange(Request::control(Control::Refused), url, 100, Ok(answer));
            source_did_not_ask(&asked, Some(502)).map(|told| format!("{} {}", told.what.en, told.remedy.en))
        };
        let at = "http://127.0.0.1:9000/op/v1/introspect";
        let never = told(json!({ "asked": null, "elsewhere": null, "introspection": at })).unwrap();
        assert!(never.contains("with 502") && never.contains("did not once ask") && never.contains(at), "{never}");
        let before = json!({ "ago_ms": 101 });
        assert_eq!(told(json!({ "asked": before, "elsewhere": null, "introspection": at })).unwrap(), never);
        let elsewhere = json!({ "call": "POST /opp/v1/introspect", "ago_ms": 7 });
        let there = told(json!({ "asked": null, "elsewhere": elsewhere, "introspection": at })).unwrap();
        assert!(there.contains("POST /opp/v1/introspect") && there.contains(at), "{there}");
        for asked in [json!({ "asked": { "ago_ms": 7 }, "introspection": at }), json!({ "refused": null })] {
            assert_eq!(told(asked), None);
        }
    }
}
