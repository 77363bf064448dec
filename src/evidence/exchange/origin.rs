//! Where the tokens of a run came from. A full judgement needs ACM itself: what the profile calls the issuer is not enough,
//! what the issuer answered has to fit.

use serde_json::Value;
use url::Url;

use super::{CONTROL_ENDPOINT, NOT_ACM, Response, STAND_IN_ACM};
use crate::evidence::setup::{AcmSetup, Setup};

/// Where ACM's test environment issues tokens.
pub const TNI_ISSUER: &str = "https://authenticatie-ti.vlaanderen.be/op";
/// Where ACM's production environment issues tokens.
pub const PROD_ISSUER: &str = "https://authenticatie.vlaanderen.be/op";

/// Mijn Burgerprofiel in one of its environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mbp {
    /// Its client-id at ACM.
    pub client_id: &'static str,
    /// Its base URL.
    pub base_url: &'static str,
}

/// MBP in the test environment.
pub const TNI_MBP: Mbp =
    Mbp { client_id: "80689076-8c4a-4bef-abc4-82805e17988d", base_url: "https://burgerprofiel.tni-vlaanderen.be" };
/// MBP in production.
pub const PROD_MBP: Mbp =
    Mbp { client_id: "88f04968-d331-4ae0-99d9-c6efb845841f", base_url: "https://www.burgerprofiel.be" };

/// MBP in the environment of an issuer: `tni`, `prod`, or the URL of one of ACM's two. None for any other issuer.
pub fn mbp_of(environment: &str) -> Option<Mbp> {
    match issuer_of(environment.trim_end_matches('/'))? {
        PROD_ISSUER => Some(PROD_MBP),
        _ => Some(TNI_MBP),
    }
}

/// Below this name stands everything of ACM.
const DOMAIN: &str = ".vlaanderen.be";

/// Whether the tokens of this environment come from ACM: its name, or exactly one of ACM's two issuers.
pub fn is_acm(environment: &str) -> bool {
    issuer_of(environment).is_some()
}

/// The issuer of an environment that is one of ACM's.
fn issuer_of(environment: &str) -> Option<&'static str> {
    match environment {
        "tni" | TNI_ISSUER => Some(TNI_ISSUER),
        "prod" | PROD_ISSUER => Some(PROD_ISSUER),
        _ => None,
    }
}

/// The environment as a report names it: that of the profile, unless what the issuer answered shows that it is another.
pub fn environment<'a>(setup: &'a Setup, discovery: Option<&Response>) -> &'a str {
    let environment = setup.environment.as_str();
    let Some(issuer) = issuer_of(environment) else { return environment };
    let document = discovery.and_then(Response::json);
    if document.is_some_and(|document| document.get(CONTROL_ENDPOINT).is_some()) {
        return STAND_IN_ACM;
    }
    let is_other = |acm: &AcmSetup| acm.issuer != issuer;
    let leads_away = document.is_some_and(|document| !stays_with(document, issuer));
    let is_here = discovery.is_some_and(|response| response.facts.local);
    if setup.acm.as_ref().is_some_and(is_other) || leads_away || is_here { NOT_ACM } else { environment }
}

/// Whether a discovery document is of this issuer and names no endpoint elsewhere.
fn stays_with(document: &Value, issuer: &str) -> bool {
    let stated = document.get("issuer").and_then(Value::as_str) == Some(issuer);
    let aliases = document.get("mtls_endpoint_aliases");
    let named = |document: &Value| {
        ["token_endpoint", "introspection_endpoint"]
            .into_iter()
            .filter_map(|name| document.get(name)?.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let endpoints = [Some(document), aliases].into_iter().flatten().flat_map(named);
    stated && endpoints.into_iter().all(|endpoint| is_of_acm(&endpoint))
}

fn is_of_acm(endpoint: &str) -> bool {
    let Ok(url) = Url::parse(endpoint) else { return false };
    url.scheme() == "https" && url.host_str().is_some_and(|host| host.ends_with(DOMAIN))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::exchange::{Content, Facts};
    use crate::evidence::setup::{Limits, SubjectSetup};

    fn setup(environment: &str, issuer: &str) -> Setup {
        let acm = AcmSetup {
            issuer: issuer.to_owned(),
            client_id: "c".to_owned(),
            audience: "a".to_owned(),
            scope: None,
            actor: false,
            source_client: None,
            other_audience: None,
            hops: Vec::new(),
        };
        Setup {
            name: "s".to_owned(),
            base_url: "https://s.example/v1".to_owned(),
            origins: Vec::new(),
            environment: environment.to_owned(),
            citizens: std::collections::BTreeMap::new(),
            acm: Some(acm),
            ready: Vec::new(),
            limits: Limits { details: 1, downloads: 1, sample: None, pages: 1, requests: 1, wait_expiry: 0 },
            authorities: crate::evidence::setup::Authorities::default(),
            subject: SubjectSetup::Address {},
        }
    }

    fn document(change: impl FnOnce(&mut Value)) -> Value {
        let mut document = json!({
            "issuer": TNI_ISSUER,
            "token_endpoint": format!("{TNI_ISSUER}/v1/token"),
            "introspection_endpoint": format!("{TNI_ISSUER}/v1/introspect"),
        });
        change(&mut document);
        document
    }

    fn named(environment: &str, issuer: &str, document: Value, local: bool) -> String {
        let facts = Facts { local, ..Facts::default() };
        let response = Response::new(200, Vec::new(), Content::json(document), facts);
        super::environment(&setup(environment, issuer), Some(&response)).to_owned()
    }

    #[test]
    fn only_the_two_issuers_of_acm_are_acm() {
        for environment in ["tni", "prod", TNI_ISSUER, PROD_ISSUER] {
            assert!(is_acm(environment), "{environment}");
        }
        let odd = [&format!("{TNI_ISSUER}/"), &TNI_ISSUER.to_uppercase(), &TNI_ISSUER.replace("https", "http")];
        let others = ["none", STAND_IN_ACM, NOT_ACM, "https://acm.example/op", "TNI", ""];
        for environment in others.into_iter().chain(odd.into_iter().map(String::as_str)) {
            assert!(!is_acm(environment), "{environment}");
        }
    }

    #[test]
    fn an_issuer_under_the_name_of_acm_is_known_by_what_it_answers() {
        let same = |_: &mut Value| {};
        assert_eq!(named("tni", TNI_ISSUER, document(same), false), "tni");
        assert_eq!(named(TNI_ISSUER, TNI_ISSUER, document(same), false), TNI_ISSUER);
        // The name resolves to this machine.
        assert_eq!(named("tni", TNI_ISSUER, document(same), true), NOT_ACM);
        assert_eq!(named("tni", TNI_ISSUER, document(|it| it[CONTROL_ENDPOINT] = json!("x")), false), STAND_IN_ACM);
        for (name, value) in [
            ("issuer", json!("https://acm.example/op")),
            ("token_endpoint", json!("https://127.0.0.1/token")),
            ("token_endpoint", json!("https://vlaanderen.be.example/token")),
            ("introspection_endpoint", json!("http://authenticatie-ti.vlaanderen.be/op/v1/introspect")),
            ("mtls_endpoint_aliases", json!({ "token_endpoint": "https://acm.example/token" })),
        ] {
            assert_eq!(named("tni", TNI_ISSUER, document(|it| it[name] = value), false), NOT_ACM, "{name}");
        }
        assert_eq!(named("tni", "https://acm.example/op", document(same), false), NOT_ACM);
        assert_eq!(named("prod", PROD_ISSUER, document(same), false), NOT_ACM);
        assert_eq!(
            named("https://acm.example/op", "https://acm.example/op", document(same), false),
            "https://acm.example/op"
        );
        assert_eq!(super::environment(&setup("tni", TNI_ISSUER), None), "tni");
    }
}
