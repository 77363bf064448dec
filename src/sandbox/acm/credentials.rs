//! What a caller of the ACM must have: clients, citizens with their tokens, and tokens that a source must refuse.

use crate::sandbox::acm::LOGIN_SCOPES;
use crate::sandbox::acm::clients::Client;
use crate::sandbox::acm::tokens::{Grant, Tokens, now};
use crate::sandbox::citizens::{Citizen, Role};

const HOUR: i64 = 3600;
/// How long the tokens live that a profile holds ready, in seconds.
const LONG: i64 = 30 * 24 * HOUR;

/// A client of the ACM: id and secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The client-id.
    pub id: String,
    /// Its secret.
    pub secret: String,
}

/// A client-id without a secret of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientId {
    /// The client-id.
    pub id: String,
}

/// A citizen as a profile needs him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// His name in the profile: `an`, `bo` or `cy`.
    pub name: String,
    /// What he is for.
    pub role: Role,
    /// His national number.
    pub insz: String,
    /// His access token at the ACM, not yet exchanged.
    pub token: String,
    /// The same as the portal has it, which exchanges it for the caller.
    pub portal_token: String,
}

/// All that a profile needs to check the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The caller, which imitates the attesten-backend.
    pub client: ClientCredentials,
    /// The source as a client of the ACM; its id is the audience.
    pub source_client: ClientCredentials,
    /// The portal, to which citizens log in.
    pub portal: ClientCredentials,
    /// The audience of the source.
    pub audience: String,
    /// The scope of the source.
    pub scope: String,
    /// The audience of another API.
    pub other_audience: ClientId,
    /// The citizens.
    pub people: Vec<Person>,
    /// A TX token of the subject for the source that expired long ago.
    pub expired: String,
    /// A TX token of the subject for the source without its scope.
    pub without_scope: String,
    /// A TX token of the subject for the other API.
    pub for_another_audience: String,
    /// A token for the source without a citizen.
    pub without_citizen: String,
}

/// Who the clients of an ACM are, and what their tokens are for.
pub(in crate::sandbox) struct Parties<'a> {
    /// The caller, which imitates the attesten-backend.
    pub caller: &'a Client,
    /// The source.
    pub source: &'a Client,
    /// The portal.
    pub portal: &'a Client,
    /// The client-id of another API.
    pub other: &'a str,
    /// The scope of the source.
    pub scope: &'a str,
}

impl Parties<'_> {
    /// Makes every token that a profile may need, in the store of the ACM.
    pub(in crate::sandbox) fn credentials(&self, people: &[Citizen], tokens: &Tokens) -> Credentials {
        let now = now();
        // The citizen's own token is for the caller and has every scope: its audience alone keeps it out of the source.
        let own = self.scope.split(' ').filter(|own| !own.is_empty() && !LOGIN_SCOPES.contains(own));
        let all_scopes = LOGIN_SCOPES.into_iter().chain(own).collect::<Vec<_>>().join(" ");
        let person = |person: &Citizen| Person {
            name: person.name.to_owned(),
            role: person.role,
            insz: person.insz.clone(),
            token: tokens.hold_ready(self.grant(Some(person), &self.caller.id, &all_scopes, now + LONG)),
            portal_token: tokens.hold_ready(self.grant(Some(person), &self.portal.id, &all_scopes, now + LONG)),
        };
        let subject = people.first();
        let issue = |citizen: Option<&Citizen>, audience: &str, scope: &str, expires| {
            tokens.hold_ready(self.grant(citizen, audience, scope, expires))
        };
        let party = |client: &Client| ClientCredentials { id: client.id.clone(), secret: client.secret.clone() };
        Credentials {
            client: party(self.caller),
            source_client: party(self.source),
            portal: party(self.portal),
            audience: self.source.id.clone(),
            scope: self.scope.to_owned(),
            other_audience: ClientId { id: self.other.to_owned() },
            people: people.iter().map(person).collect(),
            expired: issue(subject, &self.source.id, self.scope, now - 24 * HOUR),
            without_scope: issue(subject, &self.source.id, "openid", now + LONG),
            for_another_audience: issue(subject, self.other, self.scope, now + LONG),
            without_citizen: issue(None, &self.source.id, self.scope, now + LONG),
        }
    }

    fn grant(&self, citizen: Option<&Citizen>, audience: &str, scope: &str, expires: i64) -> Grant {
        Grant {
            insz: citizen.map(|citizen| citizen.insz.clone()),
            sub: citizen.map_or_else(|| self.caller.id.clone(), |citizen| citizen.sub.clone()),
            audience: audience.to_owned(),
            client_id: self.caller.id.clone(),
            scope: scope.to_owned(),
            issued: expires - 8 * HOUR,
            expires,
        }
    }
}
