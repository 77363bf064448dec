//! What a run knows of itself, and what follows from it: whose token goes where, and what must be there before.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Map;

use crate::evidence::exchange::{Auth, Citizen, Control, Grant, IssuerCall, Phase, Request, Target, entry_url};
use crate::evidence::snapshot::Baseline;

/// What a run knows of itself, masked: all that a verdict may depend on besides exchanges.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The name of the subject.
    #[serde(rename = "source")]
    pub name: String,
    /// The base URL to which requests go.
    pub base_url: String,
    /// Further origins that the owner vouches for.
    pub origins: Vec<String>,
    /// `tni`, `prod`, an issuer URL, or `none` without ACM.
    pub environment: String,
    /// The citizens of the profile.
    pub citizens: BTreeMap<Citizen, Person>,
    /// How tokens are asked for; none where the citizens carry TX tokens.
    pub acm: Option<AcmSetup>,
    /// Ready-made negative tokens of the profile.
    pub ready: Vec<Auth>,
    /// The bounds of the run.
    pub limits: Limits,
    /// Where certificates of authorities beyond the usual ones stand.
    #[serde(default, skip_serializing_if = "Authorities::is_empty")]
    pub authorities: Authorities,
    /// What is known of the subject by its kind.
    #[serde(flatten)]
    pub subject: SubjectSetup,
}

/// What a run knows of its subject by its kind. In the evidence its members stand beside those of every subject.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum SubjectSetup {
    /// A source.
    Source(Box<SourceSetup>),
    /// An application that hands its users over to MBP.
    Application(Box<ApplicationSetup>),
    /// A subject of which nothing more is known than its address.
    Address {},
}

impl<'de> Deserialize<'de> for SubjectSetup {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // By the members themselves, not by trying one form after the other: what is damaged must not become another kind.
        let members = Map::deserialize(from)?;
        if members.contains_key("mbp") {
            return serde_json::from_value(members.into()).map(Self::Application).map_err(D::Error::custom);
        }
        if !["entry_path", "declares", "public_url"].iter().any(|member| members.contains_key(*member)) {
            return Ok(Self::Address {});
        }
        serde_json::from_value(members.into()).map(Self::Source).map_err(D::Error::custom)
    }
}

/// What a run knows of a source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SourceSetup {
    /// The base URL that hrefs carry, where the owner says that it is another.
    pub public_url: Option<String>,
    /// The path of the entry resource below it, with `{insz}` for the national number.
    pub entry_path: String,
    /// The source's own OpenAPI document: its URL, or the name of the file.
    #[serde(default)]
    pub openapi: Option<String>,
    /// What the owner declares cannot arise.
    pub declares: Declares,
    /// The shapes of an earlier report, to see what broke since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Baseline>,
}

/// What a run knows of an application that hands its users over to MBP.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationSetup {
    /// The page where people start; none where only its own credentials are tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_url: Option<String>,
    /// The pages that hand over to MBP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hand_over_urls: Vec<String>,
    /// The page that logs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<String>,
    /// MBP, as the application knows it.
    pub mbp: MbpSetup,
    /// ACM and MBP are our own: what they were asked is known, and every token that they gave.
    #[serde(default)]
    pub stand_in: bool,
    /// A browser may go on to MBP (`--follow`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    /// A token of our own may be handed in at MBP (`--hand-in`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hands_in: bool,
}

/// MBP, as an application knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MbpSetup {
    /// Its client-id at ACM, which is the audience of the exchange.
    pub client_id: String,
    /// Its base URL.
    pub base_url: String,
}

/// The files with certificates of further authorities that the profile names, without their folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Authorities {
    /// For the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// For the issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl Authorities {
    /// Whether the usual authorities are all there are.
    pub fn is_empty(&self) -> bool {
        self.source.is_none() && self.issuer.is_none()
    }
}

/// A citizen of the profile, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name that the profile gives.
    pub name: String,
    /// The surrogate of the national number.
    pub insz: String,
    /// The profile has a TX token ready.
    pub ready_token: bool,
    /// The access token comes from a refresh token, at the start of the run.
    #[serde(default)]
    pub refreshes: bool,
}

/// How tokens are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcmSetup {
    /// The issuer.
    pub issuer: String,
    /// The client-id with which tokens are asked.
    pub client_id: String,
    /// The client-id of the source, or the URL of the resource.
    pub audience: String,
    /// The scopes asked for, separated by spaces.
    pub scope: Option<String>,
    /// An actor token goes with the exchange.
    pub actor: bool,
    /// The source's own client-id, where its credentials are there so that tokens can be introspected.
    pub source_client: Option<String>,
    /// A second audience, for tokens that the source must refuse.
    pub other_audience: Option<String>,
    /// The exchanges before the one for the source, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<HopSetup>,
}

/// An exchange of the citizen's token before the one for the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HopSetup {
    /// The client-id of the one that exchanges.
    pub client_id: String,
    /// The client-id for which it does.
    pub audience: String,
    /// The scopes asked for, separated by spaces.
    pub scope: Option<String>,
    /// An actor token goes with the exchange.
    pub actor: bool,
}

impl AcmSetup {
    /// The grant that yields what a citizen's token is exchanged from; none where that is the citizen's own token.
    pub fn last_hop(&self, citizen: Citizen) -> Option<Grant> {
        let last = u8::try_from(self.hops.len()).ok()?.checked_sub(1)?;
        Some(Grant::Hop(citizen, last))
    }

    /// What an exchange of the profile's `hops` asks for.
    pub fn hop(&self, place: u8) -> Option<&HopSetup> {
        self.hops.get(usize::from(place))
    }

    /// Whose own access token, from the login, this grant presents.
    fn presents_own_token(&self, grant: Grant) -> Option<Citizen> {
        match grant {
            Grant::Hop(citizen, 0) => Some(citizen),
            _ => grant.exchanged().filter(|citizen| self.last_hop(*citizen).is_none()),
        }
    }

    /// The tokens that must be there before a token can be asked for.
    fn before(&self, grant: Grant) -> Vec<Grant> {
        let (actor, subject) = match grant {
            Grant::Hop(citizen, place) => (
                self.hop(place).is_some_and(|hop| hop.actor).then_some(Grant::HopActor(place)),
                place.checked_sub(1).map(|before| Grant::Hop(citizen, before)),
            ),
            _ => match grant.exchanged() {
                Some(citizen) => ((self.actor && grant.has_actor()).then_some(Grant::Actor), self.last_hop(citizen)),
                None if grant == Grant::RefreshAsSubject => (self.actor.then_some(Grant::Actor), None),
                None => (None, None),
            },
        };
        actor.into_iter().chain(subject).collect()
    }
}

/// What the owner declares cannot arise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Declares {
    /// No citizen ever has more than one page.
    pub one_page: bool,
    /// Certificates have no documents.
    pub no_documents: bool,
    /// Every citizen has certificates.
    pub everyone_has_certificates: bool,
}

/// The bounds of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Certificates whose detail is asked for.
    pub details: usize,
    /// Documents that are downloaded.
    pub downloads: usize,
    /// Certificates whose detail and document are asked for, spread over the whole list, where `--sample` says so; then
    /// the two above do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<usize>,
    /// Pages of a walk.
    pub pages: u64,
    /// Requests in all.
    pub requests: usize,
    /// The longest wait until a token has expired, in seconds; 0: none.
    pub wait_expiry: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { details: 20, downloads: 5, sample: None, pages: 200, requests: 2000, wait_expiry: 0 }
    }
}

impl Setup {
    /// What is known of a source; nothing where the subject is none.
    pub fn source(&self) -> &SourceSetup {
        static NONE: LazyLock<SourceSetup> = LazyLock::new(SourceSetup::default);
        match &self.subject {
            SubjectSetup::Source(source) => source,
            SubjectSetup::Application(_) | SubjectSetup::Address {} => &NONE,
        }
    }

    /// What is known of an application; none where the subject is another.
    pub fn application(&self) -> Option<&ApplicationSetup> {
        match &self.subject {
            SubjectSetup::Application(application) => Some(application),
            SubjectSetup::Source(_) | SubjectSetup::Address {} => None,
        }
    }

    /// The same, with the shapes of an earlier report, where the subject has any.
    pub fn compare_with(&mut self, earlier: Option<Baseline>) {
        if let SubjectSetup::Source(source) = &mut self.subject {
            source.previous = earlier;
        }
    }

    /// What is known of a source, for a test that changes it.
    #[cfg(test)]
    pub(crate) fn source_mut(&mut self) -> &mut SourceSetup {
        match &mut self.subject {
            SubjectSetup::Source(source) => source,
            SubjectSetup::Application(_) | SubjectSetup::Address {} => unreachable!("the test is about a source"),
        }
    }

    /// The masked URL of the entry resource of a citizen; none where the profile has no such citizen.
    pub fn entry_url(&self, citizen: Citizen, query: &[(String, String)]) -> Option<String> {
        let person = self.citizens.get(&citizen)?;
        Some(entry_url(&self.base_url, &self.source().entry_path, &person.insz, query))
    }

    /// The grants whose tokens go out with a request.
    pub fn presented(&self, request: &Request) -> Vec<Grant> {
        match &request.target {
            Target::Issuer(IssuerCall::Token(grant)) => {
                let before = self.acm.iter().flat_map(|acm| acm.before(*grant));
                let own = self.acm.as_ref().and_then(|acm| acm.presents_own_token(*grant));
                before.chain(own.filter(|citizen| self.refreshes(*citizen)).map(Grant::Refresh)).collect()
            }
            Target::Issuer(IssuerCall::Introspection(auth) | IssuerCall::Control(Control::Seen(auth))) => {
                self.grant(*auth).into_iter().collect()
            }
            Target::OpenApi
            | Target::PlainHttp
            | Target::Tls(_)
            | Target::Visit(_)
            | Target::Issuer(IssuerCall::Discovery | IssuerCall::Control(_) | IssuerCall::Expiry) => Vec::new(),
            Target::Entry { .. } | Target::Link { .. } | Target::Path(_) => {
                self.grant(request.auth).into_iter().collect()
            }
        }
    }

    /// What must be recorded before this request can be sent.
    pub fn needs(&self, request: &Request) -> Vec<Request> {
        let mut needs: Vec<Request> = self.presented(request).into_iter().map(Request::token).collect();
        match &request.target {
            Target::Issuer(IssuerCall::Discovery) | Target::OpenApi | Target::PlainHttp | Target::Tls(_) => {}
            // Our own ACM names there how it is told of a visit.
            Target::Visit(_) => needs.push(Request::issuer(IssuerCall::Discovery)),
            Target::Issuer(call) => {
                needs.insert(0, Request::issuer(IssuerCall::Discovery));
                needs.extend(match call {
                    // Closed it is only when the token is there, so that it stays so for no longer than it must.
                    IssuerCall::Control(Control::Close) => Some(Request::token(Grant::Fresh)),
                    IssuerCall::Expiry => Some(Request::token(Grant::ToExpire)),
                    _ => None,
                });
            }
            Target::Entry { .. } | Target::Link { .. } | Target::Path(_) => {
                needs.extend(match request.phase {
                    Phase::Outage => Some(Request::control(Control::Close)),
                    Phase::Recovery => Some(Request::control(Control::Open)),
                    Phase::Ordinary | Phase::Opening | Phase::Hostile | Phase::Closing => None,
                });
            }
        }
        needs.extend(request.before());
        needs
    }

    /// Whether the citizen's access token comes from a refresh token.
    pub fn refreshes(&self, citizen: Citizen) -> bool {
        self.citizens.get(&citizen).is_some_and(|person| person.refreshes)
    }

    /// The grant that yields the token behind a credential; none where none is needed or the profile has it ready.
    pub fn grant(&self, auth: Auth) -> Option<Grant> {
        let exchange = |citizen: Citizen| {
            let ready = self.citizens.get(&citizen).is_some_and(|person| person.ready_token);
            (!ready && self.acm.is_some()).then_some(Grant::Exchange(citizen))
        };
        match auth {
            Auth::Token(citizen) => exchange(citizen),
            auth if auth.is_made_of_the_good_token() => exchange(Citizen::Subject),
            Auth::OtherAudience if !self.ready.contains(&auth) => {
                self.acm.as_ref().and_then(|acm| acm.other_audience.as_ref()).map(|_| Grant::OtherAudience)
            }
            Auth::WithoutScope if !self.ready.contains(&auth) => {
                self.acm.as_ref().and_then(|acm| acm.scope.as_ref()).map(|_| Grant::WithoutScope)
            }
            Auth::WithoutCitizen if !self.ready.contains(&auth) => self.acm.as_ref().map(|_| Grant::WithoutCitizen),
            Auth::Fresh => self.acm.as_ref().map(|_| Grant::Fresh),
            Auth::Unexchanged if self.refreshes(Citizen::Subject) => Some(Grant::Refresh(Citizen::Subject)),
            Auth::ExpiredToken if !self.ready.contains(&auth) && self.limits.wait_expiry > 0 => {
                self.acm.as_ref().map(|_| Grant::ToExpire)
            }
            _ => None,
        }
    }
}
