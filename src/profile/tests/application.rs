//! The profile of an application that hands its users over to MBP.

use super::*;
use crate::evidence::exchange::{PROD_MBP, TNI_MBP};

pub(super) const WITH_PAGES: &str = "application:
  start_url: https://app.example.be/?lang=nl
  hand_over_urls: [\"https://app.example.be/mbp\", \"https://app.example.be/mbp?page=meldingen\"]
  logout_url: https://app.example.be/out
acm:
  environment: tni
  client: { id: us, secret: { env: SECRET } }
citizens:
  - { name: an, role: subject, insz: { env: INSZ }, token: { env: TOKEN } }
";

const OWN_FLOW: &str = "application: {}
acm:
  environment: tni
  client: { id: us, secret: { env: SECRET } }
citizens:
  - { name: an, role: subject, insz: { env: INSZ }, token: { env: TOKEN } }
";

#[test]
fn an_application_has_the_documented_defaults() {
    let profile = resolve(OWN_FLOW).unwrap();
    let own = profile.application().unwrap();
    assert!(profile.source().is_none() && own.start_url.is_none() && own.hand_over_urls.is_empty());
    assert_eq!((profile.name(), own.timeout.as_secs()), ("us", 30));
    assert_eq!((own.mbp.client_id.as_str(), trimmed(&own.mbp.base_url)), (TNI_MBP.client_id, TNI_MBP.base_url));
    assert_eq!(trimmed(&profile.base_url()), TNI_MBP.base_url);
    let acm = profile.acm.unwrap();
    assert_eq!(acm.target, Target::Audience(TNI_MBP.client_id.to_owned()));
    assert_eq!((acm.scope.as_deref(), acm.actor), (Some("profile rrn"), Actor::ClientCredentials));
    assert_eq!(acm.other_audience.as_deref(), Some(PROD_MBP.client_id));
}

#[test]
fn what_an_application_says_wins_over_the_defaults() {
    let profile = resolve(WITH_PAGES).unwrap();
    assert_eq!((profile.name(), trimmed(&profile.base_url())), ("app.example.be", "https://app.example.be"));
    assert_eq!(profile.application().unwrap().hand_over_urls.len(), 2);
    let text = WITH_PAGES
        .replace("environment: tni", "environment: https://localhost:8444/op\n  scope: openid\n  actor: none")
        .replace("acm:", "  mbp: { client_id: portal, base_url: \"https://localhost:8445\" }\nacm:");
    let profile = resolve(&text).unwrap();
    let acm = profile.acm.as_ref().unwrap();
    assert_eq!((acm.target.clone(), acm.other_audience.as_ref()), (Target::Audience("portal".to_owned()), None));
    assert_eq!((acm.scope.as_deref(), acm.actor), (Some("openid"), Actor::None));
    let prod =
        resolve(&WITH_PAGES.replace("environment: tni", "environment: prod").replace("acm:", "production: true\nacm:"))
            .unwrap();
    assert_eq!(prod.application().unwrap().mbp.client_id, PROD_MBP.client_id);
    assert_eq!(prod.acm.unwrap().other_audience.as_deref(), Some(TNI_MBP.client_id));
}

fn trimmed(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

#[test]
fn every_mistake_with_an_application_is_told_with_its_place() {
    let mbp = |members: &str| format!("  mbp: {{ {members} }}\nacm:");
    let prod_mbp = mbp("base_url: \"https://www.burgerprofiel.be/x\"");
    let cases = [
        (
            "https://app.example.be/?",
            "http://app.example.be/?",
            "2:3: application.start_url:",
            "`application.plain_http: true`",
        ),
        ("https://app.example.be/?", "ftp://app.example.be/?", "2:3: application.start_url:", "not an http(s) URL"),
        ("?lang=nl", "?lang=nl#top", "2:3: application.start_url:", "query or a fragment"),
        ("?lang=nl", "?code=hunter22", "2:3: application.start_url:", "parameter `code`"),
        ("?page=meldingen", "?token=hunter22", "3:50: application.hand_over_urls[1]:", "parameter `token`"),
        ("?page=meldingen", "?page=85073003328", "3:50: application.hand_over_urls[1]:", "holds a national number"),
        (
            "https://app.example.be/out",
            "https://burgerprofiel.tni-vlaanderen.be/out",
            "4:3: application.logout_url:",
            "is MBP's",
        ),
        (
            "https://app.example.be/out",
            "https://authenticatie-ti.vlaanderen.be/out",
            "4:3: application.logout_url:",
            "is ACM's",
        ),
        ("acm:", "  origins: [\"https://app.example.be/x\"]\nacm:", "5:13: application.origins[0]:", "holds a path"),
        ("acm:", "  proxy: socks4://a.be\nacm:", "5:3: application.proxy:", "not an http(s) URL"),
        ("acm:", "  ca_bundle: none.pem\nacm:", "5:3: application.ca_bundle:", "cannot be read"),
        ("acm:", "  timeout: 0\nacm:", "5:3: application.timeout:", "greater than 0"),
        ("acm:", "  nmae: x\nacm:", "5:3: application.nmae:", "did you mean `name`"),
        ("acm:", prod_mbp.as_str(), "5:", "is production"),
        ("environment: tni", "environment: prod", "6:3: acm.environment:", "is production"),
        (
            "environment: tni",
            "environment: https://acm.example.be/op",
            "1:1: application:",
            "client_id, base_url is missing",
        ),
        ("acm:", "website: {}\nacm:", "", "exactly one subject"),
        ("acm:", "source: { base_url: \"https://a.be\" }\nacm:", "", "exactly one subject"),
        ("{ env: SECRET } }", "{ env: SECRET } }\n  audience: another", "8:3: acm.audience:", "another client-id"),
        (
            "{ env: SECRET } }",
            "{ env: SECRET } }\n  resource: https://a.be",
            "8:3: acm.resource:",
            "does not go with an application",
        ),
        ("token: { env: TOKEN }", "tx_token: { env: TX }", "9:53: citizens[0].tx_token:", "exchanged already"),
        ("citizens:", "tokens: { expired: { env: TX } }\ncitizens:", "8:1: tokens:", "an application is sent none"),
    ];
    for (from, to, place, words) in cases {
        assert!(WITH_PAGES.contains(from), "{from}");
        let seen = faults(&WITH_PAGES.replacen(from, to, 1));
        let found = seen.lines().any(|line| line.starts_with(&format!("bron.yaml:{place}")));
        assert!((place.is_empty() || found) && seen.contains(words), "{to}: {seen}");
    }
}

#[test]
fn what_belongs_together_is_asked_for_together() {
    let without_start = WITH_PAGES.replace("  start_url: https://app.example.be/?lang=nl\n", "");
    let seen = faults(&without_start);
    assert!(seen.contains("application.hand_over_urls:") && seen.contains("application.logout_url:"), "{seen}");
    // With pages the visits need no token of the profile; without them there is nothing else.
    let token = ", token: { env: TOKEN }";
    assert!(resolve(&WITH_PAGES.replace(token, "")).is_ok());
    assert!(faults(&OWN_FLOW.replace(token, "")).contains("nothing to check"));
    let without_acm =
        "application: {}\ncitizens: [{ name: an, role: subject, insz: { env: INSZ }, token: { env: TOKEN } }]\n";
    let seen = faults(without_acm);
    assert!(
        seen.contains("has no `acm`") && seen.lines().filter(|line| line.starts_with("bron.yaml")).count() == 1,
        "{seen}"
    );
    let half = OWN_FLOW.replace("{}", "{ mbp: { client_id: a } }").replace("tni", "https://acm.example.be/op");
    assert!(
        faults(&half)
            .contains("bron.yaml:1:16: application.mbp: the MBP of this issuer is not known: base_url is missing"),
        "{}",
        faults(&half)
    );
}

#[test]
fn a_website_cannot_be_checked_yet_and_something_must_be() {
    let website = OWN_FLOW.replace("application: {}", "website: {}");
    assert!(
        faults(&website).contains("bron.yaml:1:1: website: a website with the global header cannot be checked yet")
    );
    let none = OWN_FLOW.replace("application: {}\n", "");
    assert!(faults(&none).contains("exactly one subject"), "{}", faults(&none));
}

#[test]
fn plain_http_and_production_need_the_owners_word_for_an_application_too() {
    let plain = WITH_PAGES.replace("https://app", "http://app").replace("acm:", "  plain_http: true\nacm:");
    assert!(resolve(&plain).is_ok());
    let production =
        WITH_PAGES.replace("environment: tni", "environment: prod").replace("acm:", "production: true\nacm:");
    assert!(resolve(&production).is_ok());
}

#[test]
fn the_names_of_an_application_are_its_own() {
    let names = |text: &str| Profile::read("app.yaml", text).unwrap().names();
    assert_eq!(names(WITH_PAGES), ["app.example.be", "https://app.example.be/?lang=nl"]);
    assert_eq!(names(&OWN_FLOW.replace("{}", "{ name: Mine }")), ["Mine"]);
}
