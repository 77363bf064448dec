//! What a run sends besides reading, by the kind of its subject: declared here, and shown before the run. A source is only
//! read (GET, HEAD, OPTIONS), so nothing is said of it.

use crate::base::text::Text;
use crate::profile::{CitizenToken, Resolved, ResolvedApplication};
use crate::text;

/// What is sent beyond GET, and to whom; empty where the subject is only read.
pub fn sends(profile: &Resolved) -> Vec<Text> {
    let Some(application) = profile.application() else { return Vec::new() };
    let stand_in = profile.acm.as_ref().is_some_and(|acm| acm.stand_in);
    let mut lines: Vec<Text> = Vec::new();
    lines.extend(to_the_application(application));
    lines.extend(to_the_issuer(profile));
    if stand_in && application.start_url.is_some() {
        lines.push(text!(
            "aan onze eigen ACM: POST van haar aanmeldformulier (een verzonnen burger), en oproepen die zeggen hoe ACM en MBP zich in een bezoek gedragen",
            "to our own ACM: POST of its login form (an invented citizen), and calls that say how ACM and MBP behave in a visit"
        ));
    }
    lines.extend(to_mbp(application, stand_in));
    lines
}

/// Visits read pages; what an application then does itself follows from being used.
fn to_the_application(application: &ResolvedApplication) -> Option<Text> {
    let start = application.start_url.as_ref()?;
    let (start, count) = (start.as_str(), application.hand_over_urls.len());
    Some(text!(
        "aan de toepassing: enkel GET, als een browser die zich aanmeldt, {count} pagina('s) opent die naar MBP doorgeven en zich afmeldt, vanaf {start}; wat zij daarbij zelf bij ACM en MBP vraagt, doet zij",
        "to the application: GET only, as a browser that logs in, opens {count} page(s) that hand over to MBP and logs out, from {start}; what it then asks of ACM and MBP itself is its own doing"
    ))
}

/// Nothing, where nobody said otherwise.
fn to_mbp(application: &ResolvedApplication, stand_in: bool) -> Vec<Text> {
    let mut lines = Vec::new();
    if application.hands_in {
        lines.push(text!(
            "aan MBP: één POST van een eigen uitgewisseld token aan de token-API (--hand-in); wat terugkomt, vervalt",
            "to MBP: one POST of an exchanged token of our own to the token API (--hand-in); what comes back is dropped"
        ));
    }
    if application.start_url.is_some() && (application.follows || stand_in) {
        lines.push(text!(
            "aan MBP: twee keer GET van het adres waar één overdracht heen leidt; bij elke andere wordt de browser tegengehouden",
            "to MBP: GET, twice, of the address to which one hand-over leads; at any other the browser is stopped"
        ));
    }
    if lines.is_empty() {
        lines.push(text!(
            "aan MBP: niets; waar de toepassing de browser naar MBP stuurt, wordt die tegengehouden",
            "to MBP: nothing; where the application sends the browser to MBP, it is stopped"
        ));
    }
    lines
}

/// The application's own client is used in its place.
fn to_the_issuer(profile: &Resolved) -> Option<Text> {
    let acm = profile.acm.as_ref()?;
    let (issuer, client) = (acm.issuer_name.as_str(), acm.client.id.as_str());
    let refreshes = profile.citizens.iter().any(|own| matches!(own.token, Some(CitizenToken::Refresh { .. })));
    let (nl, en) = if refreshes {
        (
            ", en van refresh tokens: elk werkt één keer, en het volgende komt in de plaats",
            ", and for refresh tokens: each works once, and the next one takes its place",
        )
    } else {
        ("", "")
    };
    Some(text!(
        "aan {issuer}: POST om tokens, als client {client}: client credentials en uitwisselingen, ook foute die ACM hoort te weigeren{nl}",
        "to {issuer}: POST for tokens, as client {client}: client credentials and exchanges, wrong ones that ACM should refuse among them{en}"
    ))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use url::Url;

    use super::*;
    use crate::profile::{
        Actor, ResolvedAcm, ResolvedApplication, ResolvedClient, ResolvedClientAuth, ResolvedMbp, Target,
    };

    fn profile(start: bool, stand_in: bool) -> Resolved {
        let url = |text: &str| Url::parse(text).unwrap();
        let mbp = ResolvedMbp { client_id: "mbp".to_owned(), base_url: url("https://mbp.example") };
        let mut application = ResolvedApplication::new("app", mbp);
        application.start_url = start.then(|| url("https://app.example/start"));
        let mut profile = Resolved::of_application(application);
        profile.acm = Some(ResolvedAcm {
            environment: "tni".to_owned(),
            issuer: url("https://acm.example/op"),
            issuer_name: "https://acm.example/op".to_owned(),
            stand_in,
            client: ResolvedClient {
                id: "own".to_owned(),
                auth: ResolvedClientAuth::Post(SecretString::from("hunter22")),
            },
            target: Target::Audience("mbp".to_owned()),
            scope: None,
            actor: Actor::ClientCredentials,
            login_client: None,
            source_client: None,
            other_audience: None,
            hops: Vec::new(),
            names_token_type: false,
            client_certificate: None,
            ca_bundle: None,
            ca_file: None,
        });
        profile
    }

    #[test]
    fn what_is_sent_to_an_application_is_told_for_each_way_of_running() {
        let told = |start, stand_in| {
            sends(&profile(start, stand_in)).into_iter().map(|line| line.en).collect::<Vec<_>>().join("\n")
        };
        let own_flow = told(false, false);
        assert!(own_flow.contains("to https://acm.example/op: POST for tokens, as client own"), "{own_flow}");
        assert!(!own_flow.contains("to the application") && !own_flow.contains("login form"), "{own_flow}");
        let running = told(true, false);
        assert!(running.contains("to the application: GET only") && !running.contains("login form"), "{running}");
        assert!(told(true, true).contains("POST of its login form"));
        for told in [own_flow, running] {
            assert!(told.contains("to MBP: nothing") && !told.contains("hunter22"), "{told}");
        }
    }

    #[test]
    fn a_source_is_only_read() {
        assert!(sends(&Resolved::new(&Url::parse("https://s.example/v1").unwrap())).is_empty());
    }
}
