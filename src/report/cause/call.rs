//! What a call that came to nothing comes down to.

use url::Url;

use crate::base::text::Text;
use crate::evidence::exchange::{
    Auth, Citizen, Control, Exchange, Failure, FailureKind, IssuerCall, Kind, Request, Response, Target, Tls,
    visit::Timeline,
};
use crate::evidence::introspection::{Introspection, Unfit};
use crate::judging::reason;
use crate::judging::reason::cause::{
    CauseKind, Server, Told, Unopened, origin_of, refused_by_issuer, source_did_not_ask, source_refused,
};
use crate::judging::reason::issuer::{self, Advice};
use crate::source::LostIssuer;

use super::{Finder, Root};

impl<'a> Finder<'a> {
    /// What a call comes down to that stood in the way, or a call that had to come before it. None where it came to
    /// something.
    pub(super) fn root_of_call(&self, request: &Request) -> Option<Root<'a>> {
        let exchange = self.recording.cause(request)?;
        match &exchange.result {
            Ok(response) if exchange.request.kind() == Kind::Visit => self.root_of_visit(exchange, response),
            Ok(response) => self.root_of_answer(exchange, response),
            Err(failure) => {
                let origin = self.origin(exchange);
                let Some(mut kind) = CauseKind::of_failure(failure, &origin) else { return self.issuer_row() };
                if kind == CauseKind::ConnectionBroken && origin.starts_with("http:") && self.speaks_tls() {
                    kind = CauseKind::HttpToHttpsPort;
                }
                let server = kind.lies_with(server(exchange));
                if failure.kind == FailureKind::NotConfigured {
                    return self.not_configured(exchange, request, failure);
                }
                if server == Server::Source
                    && matches!(kind, CauseKind::ConnectionBroken | CauseKind::NoAnswerInTime)
                    && let Some(root) = self.root_at_the_issuer(exchange)
                {
                    return Some(root);
                }
                let told = kind.told(self.place(server_named(exchange, server), &origin), &failure.detail)?;
                let which = if server == Server::Run { String::new() } else { origin };
                Some(Root { kind, server, told, call: Some(&exchange.request), which, needed: 0 })
            }
        }
    }

    /// What kept a visit to an application from opening.
    fn root_of_visit(&self, exchange: &'a Exchange, response: &'a Response) -> Option<Root<'a>> {
        let Target::Visit(visit) = &exchange.request.target else { return None };
        let setup = &self.recording.setup;
        let unopened = Unopened::of(visit, response.view::<Timeline>()?, setup)?;
        let told = unopened.told(setup)?;
        let server = unopened.kind.lies_with(unopened.server);
        Some(Root {
            kind: unopened.kind,
            server,
            told,
            call: Some(&exchange.request),
            which: unopened.origin,
            needed: 0,
        })
    }

    /// What a finding comes down to, where it only says that a call came to nothing.
    pub(super) fn root_of_finding(&self, request: &'a Request, place: &str) -> Option<Root<'a>> {
        let exchange = self.recording.get(request)?;
        match &exchange.result {
            Err(_) => self.root_of_call(request),
            Ok(response) => {
                let of_issuer = request.kind() == Kind::Issuer && place != "/issuer";
                let of_source = place == "status" && self.is_good_call(request);
                (of_issuer || of_source).then(|| self.root_of_answer(exchange, response))?
            }
        }
    }

    fn root_of_answer(&self, exchange: &'a Exchange, response: &'a Response) -> Option<Root<'a>> {
        let (called, origin) = (server(exchange), self.origin(exchange));
        let mut kind = CauseKind::of_answer(called, &origin, response)?;
        if kind == CauseKind::WebPage && self.opens_a_list() {
            return None;
        }
        let good = self.is_good_call(&exchange.request);
        let is_failing = called == Server::Source && response.status >= 500;
        if is_failing && let Some(root) = self.root_at_the_issuer(exchange) {
            return Some(root);
        }
        let of_its_rules =
            !response.is_unavailable() && !matches!(kind, CauseKind::HttpToHttpsPort | CauseKind::WebPage);
        if called == Server::Source && !good && of_its_rules {
            if let Some(position) = self.row_of_status(&exchange.request, response.status) {
                return self.root_of_failed(position);
            }
            kind = CauseKind::UnexpectedStatus;
        }
        if matches!(kind, CauseKind::NothingAtBaseUrl | CauseKind::Redirected) && self.opens_a_list() {
            kind = CauseKind::UnexpectedStatus;
        }
        let place = self.place(called, &origin);
        let status = Text::same(format!(" ({})", response.status));
        let call = Some(&exchange.request);
        // Statuses that are no outage may each have a reason of their own.
        let which = if kind == CauseKind::UnexpectedStatus { format!("{origin}{}", status.en) } else { origin.clone() };
        let root = |kind: CauseKind, told: Told| Root {
            kind,
            server: kind.lies_with(called),
            told,
            call,
            which: which.clone(),
            needed: 0,
        };
        if called == Server::Issuer && !response.is_unavailable() {
            return Some(root(kind, refused_by_issuer(place, response)));
        }
        if matches!(kind, CauseKind::TokenRefused | CauseKind::AccessForbidden) {
            if let Some((kind, Advice { meaning, remedy, who })) = self.unfit(&exchange.request) {
                return Some(root(kind, Told { what: meaning, remedy, who }));
            }
            if let Some(root) = self.root_at_the_issuer(exchange) {
                return Some(root);
            }
            let kind = if self.is_brought(&exchange.request) && kind == CauseKind::TokenRefused {
                CauseKind::BroughtTokenRefused
            } else {
                kind
            };
            let told = kind.told(place, &self.introspected(&exchange.request))?;
            return Some(root(kind, told));
        }
        Some(root(kind, kind.told(place, &status)?))
    }

    /// Whether the port of the source answered a hello of TLS.
    fn speaks_tls(&self) -> bool {
        let hello = self.recording.get(&Request::probe(Target::Tls(Tls::Control)));
        let facts = hello.and_then(|hello| hello.result.as_ref().ok()?.facts.tls.as_ref());
        facts.is_some_and(|facts| facts.version.is_some())
    }

    /// Whether the source answers a good call for somebody's list: its address is right then, and it takes our tokens.
    fn opens_a_list(&self) -> bool {
        let opens = |exchange: &Exchange| exchange.result.as_ref().is_ok_and(Response::opens);
        self.recording.exchanges().any(|exchange| exchange.request.asks_for_own_list() && opens(exchange))
    }

    /// Whether every source has to answer a call with 200, whatever else it does: the subject's list as the documents show
    /// it, and that of anybody where no list opens. What another call came to says something of that call alone.
    fn is_good_call(&self, request: &Request) -> bool {
        let Some(entry) = &self.catalogue.entry else { return false };
        let number = |name: &str| request.parameter(name).and_then(|value| value.parse::<u64>().ok());
        request.asks_for_own_list()
            && (request.citizen() == Some(Citizen::Subject) || !self.opens_a_list())
            && number(&entry.limit) == Some(entry.default_limit)
            && number(&entry.page) == Some(entry.first_page)
    }

    /// Why a token that was given is of no use to the source, by what introspection with the source's own client says.
    fn unfit(&self, request: &Request) -> Option<(CauseKind, Advice)> {
        let (acm, said) = (self.recording.setup.acm.as_ref()?, self.introspection(request)?);
        let Auth::Token(citizen) = request.auth else { return None };
        let insz = &self.recording.setup.citizens.get(&citizen)?.insz;
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are small")]
        let now = self.recording.started.as_second() as f64;
        // The profile may ask for a token that is for somebody else.
        let elsewhere = acm.source_client.as_ref().is_some_and(|own| !said.audiences().contains(&own.as_str()));
        let elsewhere = elsewhere.then(|| Unfit::Audience(said.stated_audiences().join(" ")));
        let why = said.unfit(acm, insz, now).into_iter().next().or(elsewhere)?;
        let kind = match why {
            Unfit::Audience(_) => CauseKind::WrongAudience,
            Unfit::Expired => CauseKind::TokenExpired,
            _ => CauseKind::TokenUnfit,
        };
        Some((kind, issuer::unfit(&why)))
    }

    /// Why the source learns nothing about a token, and fails or refuses each in its own manner: the issuer died in the
    /// course of the run, refuses its client, or was not asked.
    fn root_at_the_issuer(&self, exchange: &'a Exchange) -> Option<Root<'a>> {
        if let Some(lost) = LostIssuer::of(self.recording).filter(|lost| lost.explains(exchange)) {
            return self.root_of_call(&lost.call.request);
        }
        let asked = self.recording.get(&Request::control(Control::Refused))?;
        let status = exchange.result.as_ref().ok().map(|response| response.status);
        let not_asked = || source_did_not_ask(asked, status).filter(|_| !self.opens_a_list());
        let (kind, told) = match source_refused(asked) {
            Some(told) => (CauseKind::SourceClientRefused, told),
            None => (CauseKind::IssuerNotAsked, not_asked()?),
        };
        let (server, call) = (Server::Source, Some(&exchange.request));
        Some(Root { kind, server, told, call, which: self.origin(exchange), needed: 0 })
    }

    /// Whether the token of a request came with the profile, and not from the issuer in this run.
    fn is_brought(&self, request: &Request) -> bool {
        let setup = &self.recording.setup;
        let ready = |citizen: Citizen| setup.citizens.get(&citizen).is_some_and(|person| person.ready_token);
        setup.acm.is_none() || matches!(request.auth, Auth::Token(citizen) if ready(citizen))
    }

    fn introspection(&self, request: &Request) -> Option<Introspection<'a>> {
        let call = Request::issuer(IssuerCall::Introspection(request.auth));
        self.recording.get(&call)?.result.as_ref().ok()?.introspection()
    }

    /// What introspection said of the token that was refused, as an addition to a sentence.
    fn introspected(&self, request: &Request) -> Text {
        match self.introspection(request).and_then(Introspection::active) {
            Some(true) => Text::new(", terwijl ACM het actief noemt", ", though ACM calls it active"),
            _ => Text::default(),
        }
    }

    /// The profile lacks what a call needs: a citizen, or something else.
    fn not_configured(&self, exchange: &'a Exchange, request: &Request, failure: &Failure) -> Option<Root<'a>> {
        let lacking = |citizen: &Citizen| !self.recording.setup.citizens.contains_key(citizen);
        let citizen = exchange.request.citizen().or(request.citizen()).filter(lacking);
        if let Some(citizen) = citizen {
            return Some(self.own(CauseKind::NoCitizen, &reason::no_citizen(citizen, &self.recording.setup.subject)));
        }
        let kind = CauseKind::ProfileLacks;
        let told = kind.told(self.place(Server::Profile, ""), &failure.detail)?;
        let which = told.what.en.clone();
        Some(Root { kind, server: Server::Profile, told, call: None, which, needed: 0 })
    }

    /// Scheme, host and port of the server that was called, or was to be.
    fn origin(&self, exchange: &Exchange) -> String {
        let setup = &self.recording.setup;
        let configured = match server(exchange) {
            Server::Issuer => setup.acm.as_ref().map_or("", |acm| acm.issuer.as_str()),
            _ => setup.base_url.as_str(),
        };
        let sent = Some(exchange.sent.url.as_str()).filter(|url| !url.is_empty() && server(exchange) == Server::Issuer);
        let elsewhere = Some(exchange.sent.url.as_str()).filter(|url| leads_elsewhere(url, configured));
        origin_of(sent.or(elsewhere).unwrap_or(configured))
    }
}

fn leads_elsewhere(url: &str, configured: &str) -> bool {
    let (Ok(url), Ok(configured)) = (Url::parse(url), Url::parse(configured)) else { return false };
    url.scheme().starts_with("http") && url.origin() != configured.origin()
}

fn server(exchange: &Exchange) -> Server {
    Server::called_by(&exchange.request)
}

/// What a sentence names: the server that was called, wherever the cause lies.
fn server_named(exchange: &Exchange, lies: Server) -> Server {
    if lies == Server::Run { Server::Run } else { server(exchange) }
}
