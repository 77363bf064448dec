use std::collections::BTreeSet;
use std::path::Path;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::base::assertion::tests::p256_pem;
use crate::base::text::Lang;
use crate::evidence::exchange::TNI_ISSUER;

mod application;

const SMALL: &str = "source: { base_url: https://api.example.be/v1 }
citizens:
  - { name: an, role: subject, insz: { env: INSZ }, tx_token: { env: TX } }
";

const WITH_ACM: &str = "source:
  base_url: https://api.example.be/v1/
acm:
  environment: tni
  client: { id: us, secret: { env: SECRET } }
  audience: them
  scope: certificates
citizens:
  - { name: an, role: subject, insz: { env: INSZ }, token: { env: TOKEN } }
  - { name: bo, role: other, insz: { env: INSZ_2 }, token: { env: TX } }
";

fn env(name: &str) -> Option<String> {
    let value = match name {
        "INSZ" => "85.07.30-033.28\n",
        "INSZ_2" => "17073003384",
        "WRONG" => "85073003329",
        "TX" => "tx-token-1",
        "TOKEN" => "token-one",
        "BEARER" => "Bearer hunter22",
        "SESSION" => "{\"access_token\": \"access-1\", \"refresh_token\": \"refresh-1\", \"expires_in\": 5}",
        "REFRESH" => "{\"refresh_token\": \"refresh-1\"}",
        "JSON" => "{\"hunter22\": 1}",
        "SECRET" => "hunter22\r\n",
        "EMPTY" => "\n",
        "SHORT" => "hunter\n",
        _ => return None,
    };
    Some(value.to_owned())
}

fn resolve(text: &str) -> Result<Resolved, Diagnostics> {
    Profile::read("bron.yaml", text)?.resolve("bron.yaml", &env, Path::new("/nowhere"))
}

fn faults(text: &str) -> String {
    let seen = resolve(text).unwrap_err();
    for lang in [Lang::Nl, Lang::En] {
        let seen = seen.render(lang);
        assert!(!seen.contains("hunter22") && !seen.contains("8507300332"), "{seen}");
        assert!(!seen.contains("{ ") || seen.contains("{ env"), "unformatted braces: {seen}");
    }
    seen.to_string()
}

#[test]
fn a_small_profile_has_the_documented_defaults() {
    let profile = resolve(SMALL).unwrap();
    assert_eq!(profile.source().unwrap().name, "api.example.be/v1");
    assert_eq!(profile.source().unwrap().timeout.as_secs(), 30);
    assert_eq!(
        (profile.source().unwrap().concurrency, profile.source().unwrap().rate, profile.source().unwrap().http_port),
        (24, None, 80)
    );
    assert_eq!(
        profile.limits,
        Limits { details: 20, downloads: 5, sample: None, pages: 200, requests: 2000, wait_expiry: 0 }
    );
    let citizen = profile.citizen(Role::Subject).unwrap();
    assert_eq!(citizen.insz.expose_secret(), "85073003328");
    assert!(matches!(&citizen.token, Some(CitizenToken::Tx(token)) if token.expose_secret() == "tx-token-1"));
    assert!(profile.issuer().is_none() && profile.citizen(Role::Other).is_none());
}

#[test]
fn a_profile_with_acm_is_typed_and_normalised() {
    let profile = resolve(WITH_ACM).unwrap();
    assert_eq!(profile.source().unwrap().base_url.as_str(), "https://api.example.be/v1");
    assert_eq!(profile.issuer().unwrap().as_str(), TNI_ISSUER);
    let acm = profile.acm.as_ref().unwrap();
    assert_eq!((acm.target.clone(), acm.actor), (Target::Audience("them".to_owned()), Actor::None));
    assert!(matches!(&acm.client.auth, ResolvedClientAuth::Post(secret) if secret.expose_secret() == "hunter22"));
    assert_eq!(acm.client.auth.method(), AuthMethod::Post);
    assert!(matches!(profile.citizen(Role::Other).unwrap().token, Some(CitizenToken::Access(_))));
}

#[test]
fn nothing_secret_is_in_debug_output() {
    let shown = format!("{:?}", resolve(WITH_ACM).unwrap());
    for secret in ["85073003328", "hunter22", "token-one", "tx-token-1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let command = WITH_ACM.replace("token: { env: TOKEN }", "command: [op, hunter22]");
    assert!(!format!("{:?}", Profile::read("bron.yaml", &command).unwrap()).contains("hunter22"));
}

#[test]
fn every_semantic_fault_is_found() {
    for (from, to, place, words) in [
        ("https://api.example.be/v1/", "http://api.example.be/v1", "2:3: source.base_url:", "uses http"),
        ("https://api.example.be/v1/", "ftp://api.example.be/v1", "2:3:", "not an http(s) URL"),
        ("https://api.example.be/v1/", "https://u:hunter22@api.example.be/", "2:3:", "user name or a password"),
        ("https://api.example.be/v1/", "https://api.example.be/?a=b", "2:3:", "query or a fragment"),
        ("https://api.example.be/v1/", "https://", "2:3:", "does not have the form asked for here"),
        ("https://api.example.be/v1/", "https://a:b:c", "2:3:", "not a valid URL"),
        ("environment: tni", "environment: prod", "4:3: acm.environment:", "is production"),
        ("environment: tni", "environment: https://authenticatie.vlaanderen.be/op/", "4:3:", "is production"),
        ("environment: tni", "environment: acceptance", "4:3:", "`tni`, `prod`"),
        ("environment: tni", "environment: http://acm.example.be", "4:3:", "uses http"),
        ("acm:", "acm:\n  stand_in: true", "4:3: acm.stand_in:", "the real one"),
        ("  audience: them\n", "", "3:1: acm:", "audience and resource"),
        ("  audience: them\n", "  audience: them\n  resource: https://x.be/\n", "7:3:", "audience and resource"),
        ("scope: certificates", "other_audience: them", "7:3:", "own audience"),
        (", secret: { env: SECRET }", "", "5:3: acm.client:", "secret and private_key"),
        ("{ env: SECRET }", "{ env: SECRET }, private_key: { file: k }", "5:3:", "secret and private_key"),
        (
            "secret: { env: SECRET }",
            "private_key: { kid: a }",
            "5:21: acm.client.private_key:",
            "exactly one of env, file",
        ),
        ("secret: { env: SECRET }", "private_key: { env: SECRET, file: k }", "5:21:", "exactly one of env, file"),
        ("secret: { env: SECRET }", "private_key: { env: NONE }", "5:21: acm.client.private_key:", "is not set"),
        ("secret: { env: SECRET }", "private_key: { env: SECRET }", "5:21:", "is not a private key in PEM or JWK form"),
        ("secret: { env: SECRET }", "auth: tls", "5:21: acm.client.auth:", "needs a certificate"),
        ("{ env: SECRET }", "{ env: SECRET }, auth: tls", "5:46: acm.client.auth:", "neither secret nor private_key"),
        (
            "scope: certificates",
            "hops: [{ client: { id: mbp } }]",
            "7:12: acm.hops[0].client:",
            "secret and private_key",
        ),
        (
            "scope: certificates",
            "client_certificate: { certificate: c, key: { env: SECRET } }",
            "7:",
            "not a private key",
        ),
        ("{ env: SECRET }", "{ env: SECRET }, auth: jwt", "5:46: acm.client.auth:", "jwt goes with"),
        ("role: other", "role: subject", "10:17: citizens[1].role:", "taken already"),
        ("name: bo", "name: an", "10:7:", "name is there already"),
        ("role: subject", "role: empty", "8:1: citizens:", "no citizen has the role `subject`"),
        (", token: { env: TOKEN }", "", "9:5: citizens[0]:", "nothing to check"),
        ("{ env: TOKEN }", "{ env: TOKEN }, tx_token: { env: TX }", "9:5:", "more than one token"),
        ("insz: { env: INSZ }", "insz: { env: WRONG }", "9:32: citizens[0].insz:", "correct check number"),
        ("insz: { env: INSZ_2 }", "insz: { env: INSZ }", "10:30:", "is the number of `an` too"),
        ("{ env: TX }", "{ env: TOKEN }", "10:5: citizens[1]:", "same token as `an`"),
        ("{ env: SECRET }", "{ env: NONE }", "5:21: acm.client.secret:", "`NONE` is not set"),
        ("{ env: SECRET }", "{ env: EMPTY }", "5:21:", "is empty"),
        ("{ env: SECRET }", "{ file: none.txt }", "5:21:", "cannot be read"),
        ("{ env: SECRET }", "{ command: [no-such-program, hunter22] }", "5:21:", "does not start"),
        ("{ env: TOKEN }", "{ env: BEARER }", "9:53:", "without `Bearer`"),
        ("{ env: TOKEN }", "{ env: JSON }", "9:53:", "JSON without the token"),
        ("token: { env: TOKEN }", "tx_token: { env: REFRESH }", "9:53:", "JSON without the token"),
        ("citizens:", "tokens: { expired: { env: BEARER } }\ncitizens:", "8:11: tokens.expired:", "is not a token"),
        ("scope: certificates", "ca_bundle: none.pem", "7:3:", "cannot be read"),
        ("acm:", "  openapi: none.yaml\nacm:", "3:3:", "does not exist"),
        ("acm:", "  origins: [\"https://a.be/x\"]\nacm:", "3:13:", "holds a path"),
        ("acm:", "  proxy: socks4://a.be\nacm:", "3:3:", "not an http(s) URL"),
    ] {
        assert!(WITH_ACM.contains(from), "{from}");
        let seen = faults(&WITH_ACM.replacen(from, to, 1));
        let found = seen.lines().any(|line| line.starts_with(&format!("bron.yaml:{place}")));
        assert!(found && seen.contains(words), "{to}: {seen}");
    }
    let without_acm = SMALL.replace("tx_token", "token");
    assert!(faults(&without_acm).contains("has no `acm`"));
}

#[test]
fn a_literal_secret_is_refused_and_not_repeated() {
    for (from, to) in [
        ("{ env: SECRET }", "hunter22"),
        ("{ env: SECRET }", "{ value: hunter22 }"),
        ("{ env: SECRET }", "{ env: hunter22! }"),
        ("{ env: SECRET }", "[hunter22]"),
        ("{ env: SECRET }", "{ file: [hunter22] }"),
        ("{ env: SECRET }", "{ command: hunter22 }"),
        ("{ env: INSZ }", "85073003328"),
        ("{ env: INSZ }", "\"85073003328\""),
        ("{ env: INSZ }", "{ env: 85073003328 }"),
        ("{ env: TOKEN }", "hunter22"),
        ("token: { env: TOKEN }", "command: hunter22"),
        ("token: { env: TOKEN }", "tx_token: hunter22"),
        ("token: { env: TX }", "refresh_token: hunter22"),
        ("scope: certificates", "source_client: { id: a, secret: hunter22 }"),
        ("citizens:", "tokens: { expired: hunter22 }\ncitizens:"),
        ("role: subject", "role: \"85073003328\""),
    ] {
        assert!(WITH_ACM.contains(from), "{from}");
        faults(&WITH_ACM.replacen(from, to, 1));
    }
    let seen = faults(&WITH_ACM.replace("{ env: SECRET }", "hunter22"));
    assert!(seen.contains("never written in this file itself"), "{seen}");
}

#[test]
fn all_faults_of_a_file_come_at_once() {
    let text = WITH_ACM
        .replace("https://api", "http://api")
        .replace("tni", "prod")
        .replace("env: SECRET", "env: NONE")
        .replace("env: INSZ_2", "env: WRONG")
        .replace("env: TOKEN", "env: BEARER");
    assert_eq!(resolve(&text).unwrap_err().0.len(), 5, "{}", faults(&text));
    let text = "source: { base_ur: x, timeout: 0 }\ncitizens: []\nlimit: {}\nacm: { environment: x }\n";
    assert_eq!(Profile::read("bron.yaml", text).unwrap_err().0.len(), 7);
}

#[test]
fn production_and_plain_http_need_the_owners_word() {
    assert!(resolve(&WITH_ACM.replace("tni", "prod").replace("acm:", "production: true\nacm:")).is_ok());
    assert!(
        resolve(&WITH_ACM.replace("https://api", "http://api").replace("acm:", "  plain_http: true\nacm:")).is_ok()
    );
    for host in ["localhost:8080", "127.0.0.1", "[::1]:1", "bron.localhost"] {
        assert!(resolve(&WITH_ACM.replace("https://api.example.be", &format!("http://{host}"))).is_ok(), "{host}");
    }
}

#[test]
fn a_token_may_be_the_answer_of_a_token_endpoint() {
    let token = |from: &str, to: &str| {
        resolve(&WITH_ACM.replacen(from, to, 1)).unwrap().citizen(Role::Subject).unwrap().token.clone().unwrap()
    };
    // A variable or a program renews its tokens itself.
    let is_access =
        |token: &CitizenToken| matches!(token, CitizenToken::Access(access) if access.expose_secret() == "access-1");
    assert!(is_access(&token("env: TOKEN", "env: SESSION")));
    let command = "command: [printf, '{\"access_token\":\"access-1\",\"refresh_token\":\"refresh-1\"}']";
    let in_root = WITH_ACM.replace("token: { env: TOKEN }", command);
    let profile = Profile::read("bron.yaml", &in_root).unwrap().resolve("bron.yaml", &env, Path::new("/")).unwrap();
    assert!(is_access(profile.citizens[0].token.as_ref().unwrap()));
    assert!(matches!(token("token: { env: TOKEN", "tx_token: { env: SESSION"), CitizenToken::Tx(_)));
}

#[test]
fn a_refresh_token_needs_a_place_for_the_next_one() {
    for text in [
        WITH_ACM.replace("token: { env: TOKEN }", "refresh_token: { env: TOKEN }"),
        WITH_ACM.replace("token: { env: TOKEN }", "refresh_token: { env: SESSION }"),
        WITH_ACM.replace("token: { env: TOKEN }", "token: { env: REFRESH }"),
    ] {
        let seen = faults(&text);
        assert!(seen.contains("works only once") && seen.contains("with `file`"), "{seen}");
    }
    let dir = tempfile::tempdir().unwrap();
    crate::base::files::write(dir.path(), "session", env("SESSION").unwrap().as_bytes()).unwrap();
    for key in ["token", "refresh_token"] {
        let text = WITH_ACM.replace("token: { env: TOKEN }", &format!("{key}: {{ file: session }}"));
        let profile = Profile::read("bron.yaml", &text).unwrap().resolve("bron.yaml", &env, dir.path()).unwrap();
        let Some(CitizenToken::Refresh { token, keeper }) = &profile.citizens[0].token else { panic!("{profile:?}") };
        assert_eq!(token.expose_secret(), "refresh-1");
        assert_eq!(keeper.path(), dir.path().join("session").canonicalize().unwrap());
    }
}

#[test]
fn a_token_that_says_it_expired_is_refused() {
    let resolved = |expires_in: &str| {
        let printed = format!(r#"{{"access_token":"access-1","expires_in":{expires_in}}}"#);
        let text = WITH_ACM.replace("token: { env: TOKEN }", &format!("command: [printf, '{printed}']"));
        Profile::read("bron.yaml", &text).unwrap().resolve("bron.yaml", &env, Path::new("/"))
    };
    for expired in ["0", "-1", "\"0\""] {
        let seen = resolved(expired).unwrap_err();
        assert!(seen.to_string().contains("has expired"), "{seen}");
    }
    for good in ["300", "\"300\"", "300.5", "null"] {
        resolved(good).unwrap();
    }
}

#[test]
fn what_is_too_short_to_be_masked_is_refused() {
    for (from, to) in [("env: SECRET", "env: SHORT"), ("env: TOKEN", "env: SHORT")] {
        let seen = faults(&WITH_ACM.replace(from, to));
        assert!(seen.contains("shorter than 8") && !seen.contains("hunter"), "{seen}");
    }
    assert!(
        faults(&WITH_ACM.replace("citizens:", "tokens: { expired: { env: SHORT } }\ncitizens:"))
            .contains("tokens.expired")
    );
}

#[test]
fn files_are_found_beside_the_profile() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        std::io::Write::write_all(&mut std::fs::File::create(dir.path().join(name)).unwrap(), text.as_bytes()).unwrap();
    };
    write("secret", "hunter22\n");
    write("key.pem", &p256_pem());
    write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    write("openapi.yaml", "openapi: 3.0.0\n");
    write("large", &"x".repeat(70_000));
    let text = WITH_ACM
        .replace("acm:", "  openapi: openapi.yaml\n  ca_bundle: ca.pem\n  client_certificate: { certificate: ca.pem, key: { file: key.pem } }\nacm:")
        .replace("scope:", "source_client: { id: them, private_key: { file: key.pem, kid: k1 } }\n  scope:")
        .replace("{ env: SECRET }", "{ file: secret }");
    let at = |text: &str| Profile::read("bron.yaml", text).unwrap().resolve("bron.yaml", &env, dir.path());
    let profile = at(&text).unwrap();
    assert_eq!(profile.source().unwrap().openapi, Some(OpenApiLocation::File(dir.path().join("openapi.yaml"))));
    let auth = profile.acm.unwrap().source_client.unwrap().auth;
    assert!(matches!(&auth, ResolvedClientAuth::Jwt { kid: Some(kid), .. } if kid == "k1"));
    assert!(at(&text.replace("file: secret", "file: large")).unwrap_err().to_string().contains("64 KiB"));
    assert!(
        at(&text.replace("key: { file: key.pem", "key: { file: ca.pem"))
            .unwrap_err()
            .to_string()
            .contains("private key")
    );
    assert!(
        at(&text.replace("ca_bundle: ca.pem", "ca_bundle: key.pem"))
            .unwrap_err()
            .to_string()
            .contains("no certificate")
    );
}

#[test]
fn a_key_may_come_from_anywhere_and_a_hop_is_for_who_exchanges_next() {
    let hops = "hops:
    - { client: { id: mbp, private_key: { env: KEY, audience: them } } }
    - { client: { id: gate, secret: { env: SECRET }, auth: basic }, actor: client_credentials, scope: s }
    - { client: { id: last, secret: { env: SECRET } }, audience: named }
  scope: certificates";
    let key = p256_pem();
    let env = |name: &str| if name == "KEY" { Some(key.clone()) } else { env(name) };
    let text = WITH_ACM.replace("scope: certificates", hops);
    let profile = Profile::read("bron.yaml", &text).unwrap().resolve("bron.yaml", &env, Path::new("")).unwrap();
    let hops = profile.acm.unwrap().hops;
    let asked: Vec<_> = hops.iter().map(|hop| (hop.client.auth.name(), hop.audience.as_str(), hop.actor)).collect();
    let expected = [
        ("private_key_jwt", "gate", Actor::None),
        ("client_secret_basic", "last", Actor::ClientCredentials),
        ("client_secret_post", "named", Actor::None),
    ];
    assert_eq!(asked, expected);
    assert!(matches!(&hops[0].client.auth, ResolvedClientAuth::Jwt { audience: Some(them), .. } if them == "them"));
}

#[test]
fn flags_alone_make_a_profile() {
    let here = Path::new("");
    let profile = Profile::of_flags("https://api.example.be/v1", "INSZ", "TX");
    assert!(profile.clone().resolve("command line", &env, here).is_ok());
    let faults = profile.resolve("command line", &|_| None, here).unwrap_err();
    assert_eq!(faults.0.len(), 2);
    assert!(faults.to_string().starts_with("command line:citizens[0]."), "{faults}");
    assert!(Profile::of_flags("api.example.be", "INSZ", "TX").resolve("command line", &env, here).is_err());
}

#[test]
fn the_acm_part_resolves_without_citizens() {
    let profile = Profile::read("bron.yaml", &WITH_ACM.replace("env: TOKEN", "env: NONE")).unwrap();
    assert!(profile.resolve_acm("bron.yaml", &env, Path::new("")).unwrap().is_some());
    let profile = Profile::read("bron.yaml", &WITH_ACM.replace("env: SECRET", "env: NONE")).unwrap();
    assert_eq!(profile.resolve_acm("bron.yaml", &env, Path::new("")).unwrap_err().0.len(), 1);
}

#[test]
fn a_login_asks_for_no_secret_but_that_of_its_own_client() {
    let here = Path::new("");
    let others = "source_client: { id: src, secret: { env: NONE } }
  hops: [{ client: { id: portal, secret: { env: SECRET } } }]
  scope: certificates";
    let text = WITH_ACM.replace("env: SECRET", "env: NONE").replace("scope: certificates", others);
    let login = |text: &str| Profile::read("bron.yaml", text).unwrap().resolve_acm("bron.yaml", &env, here);
    assert_eq!(login(&text).unwrap().unwrap().login_client().id, "portal");
    let own = text.replace("scope: certificates", "login_client: { id: own, auth: none }\n  scope: certificates");
    assert_eq!(login(&own.replace("env: SECRET", "env: NONE")).unwrap().unwrap().login_client().id, "own");
    let faults = login(&text.replace("env: SECRET", "env: NONE")).unwrap_err();
    assert!(faults.0.len() == 1 && faults.to_string().contains("acm.hops[0].client.secret"), "{faults}");
}

#[test]
fn a_profile_can_be_built_in_code() {
    let mut profile = Resolved::new(&Url::parse("https://127.0.0.1:8443/v1/").unwrap());
    profile.tokens.expired = Some("x".into());
    assert_eq!(profile.source().unwrap().base_url.as_str(), "https://127.0.0.1:8443/v1");
    assert!(crate::base::href::is_loopback(&profile.source().unwrap().base_url));
}

/// Every key, so that the schema and the structs can be held against each other.
fn everything() -> Value {
    let reference = json!({"env": "A"});
    let client = |auth: &str| {
        json!({"id": "a", "secret": reference, "private_key": {"env": "A", "file": "k",
            "command": ["a"], "kid": "1", "audience": "a"}, "auth": auth})
    };
    json!({
        "source": {
            "name": "a", "base_url": "https://a.be", "public_url": "https://a.be", "origins": ["https://a.be"],
            "openapi": "a", "http_port": 80, "plain_http": true,
            "declares": {"one_page": true, "no_documents": true, "everyone_has_certificates": true},
            "ca_bundle": "a", "client_certificate": {"certificate": "a", "key": reference}, "proxy": "https://a.be",
            "timeout": 2.5, "rate": 0.5, "concurrency": 3
        },
        "acm": {
            "environment": "tni", "stand_in": true, "client": client("basic"), "audience": "a", "resource": "https://a.be", "scope": "a",
            "actor": "client_credentials", "source_client": client("jwt"), "login_client": client("none"), "other_audience": "b",
            "hops": [{"client": client("tls"), "audience": "a", "scope": "a", "actor": "none"}],
            "requested_token_type": "access_token",
            "client_certificate": {"certificate": "a", "key": reference}, "ca_bundle": "a"
        },
        "application": {
            "name": "a", "start_url": "https://a.be", "hand_over_urls": ["https://a.be/x?y=z"], "logout_url": "https://a.be/out",
            "origins": ["https://a.be"], "mbp": {"client_id": "a", "base_url": "https://b.be"}, "ca_bundle": "a",
            "client_certificate": {"certificate": "a", "key": reference}, "proxy": "https://a.be", "timeout": 2.5,
            "plain_http": true
        },
        "website": {},
        "production": true,
        "citizens": [{"name": "a", "role": "empty", "insz": {"file": "a"}, "token": reference,
            "refresh_token": reference, "command": ["a"], "login": "a", "tx_token": {"command": ["a", "b"]}}],
        "tokens": {"expired": reference, "other_audience": reference, "without_scope": reference,
            "without_citizen": reference},
        "limits": {"details": 1, "downloads": 1, "sample": 1, "pages": 1, "requests": 1, "wait_expiry": 1},
        "accept_blocked": {"SEC-04": "a"}, "reviews": "a", "waivers": "a"
    })
}

/// The key paths of a schema, its references followed.
fn schema_keys(root: &Value, schema: &Value, path: &str, keys: &mut BTreeSet<String>) {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|at| root.pointer(at.trim_start_matches('#')));
    if let Some(target) = target {
        return schema_keys(root, target, path, keys);
    }
    if let Some(items) = schema.get("items") {
        schema_keys(root, items, path, keys);
    }
    for (key, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let described = inner.get("description").is_some();
        assert!(described, "{path}/{key} has no description");
        keys.insert(format!("{path}/{key}"));
        schema_keys(root, inner, &format!("{path}/{key}"), keys);
    }
}

fn value_keys(value: &Value, path: &str, keys: &mut BTreeSet<String>) {
    for value in value.as_array().into_iter().flatten() {
        value_keys(value, path, keys);
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        keys.insert(format!("{path}/{key}"));
        value_keys(value, &format!("{path}/{key}"), keys);
    }
}

#[test]
fn schema_and_structs_agree() {
    let everything = everything();
    // One subject at a time is all that the schema lets through: the structs take them together.
    let profile: Profile = serde_json::from_value(everything.clone()).unwrap();
    let written = serde_json::to_value(&profile).unwrap();
    assert_eq!(written, everything, "what is read is what is written");
    for subject in ["source", "application", "website"] {
        let mut one = everything.clone();
        one.as_object_mut()
            .unwrap()
            .retain(|key, _| key == subject || !["source", "application", "website"].contains(&key.as_str()));
        Profile::read("all.yaml", &one.to_string()).unwrap();
    }
    let schema: Value = serde_json::from_str(PROFILE_SCHEMA).unwrap();
    let (mut of_schema, mut of_profile) = (BTreeSet::new(), BTreeSet::new());
    schema_keys(&schema, &schema, "", &mut of_schema);
    value_keys(&written, "", &mut of_profile);
    of_profile.remove("/accept_blocked/SEC-04");
    let reference = |key: &&String| !["/env", "/file", "/command"].iter().any(|end| key.ends_with(end));
    assert_eq!(
        of_schema.iter().filter(reference).collect::<Vec<_>>(),
        of_profile.iter().filter(reference).collect::<Vec<_>>()
    );
    let defaults = serde_json::to_value(Profile::read("small.yaml", SMALL).unwrap()).unwrap();
    let again = Profile::read("again.yaml", &defaults.to_string());
    assert!(again.is_ok(), "what is written can be read: {again:?}");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_profile_panic(text in ".{0,300}") {
        let _ = resolve(&text);
    }

    #[test]
    fn no_broken_profile_of_an_application_makes_it_panic(at in 0_usize..600, cut in 0_usize..20, junk in "[\\[\\]{}:,*&!#a1\"' \n-]{0,5}") {
        let start = application::WITH_PAGES.floor_char_boundary(at.min(application::WITH_PAGES.len()));
        let end = (start + cut).min(application::WITH_PAGES.len());
        let _ = resolve(&format!("{}{junk}{}", &application::WITH_PAGES[..start], &application::WITH_PAGES[end..]));
    }

    #[test]
    fn no_broken_profile_makes_it_panic(at in 0_usize..400, cut in 0_usize..20, junk in "[\\[\\]{}:,*&!#a1\"' \n-]{0,5}") {
        let start = WITH_ACM.floor_char_boundary(at.min(WITH_ACM.len()));
        let end = (start + cut).min(WITH_ACM.len());
        let _ = resolve(&format!("{}{junk}{}", &WITH_ACM[..start], &WITH_ACM[end..]));
    }

    #[test]
    fn what_stands_where_a_secret_is_referred_to_is_never_repeated(found in some_secret(), insz: bool) {
        let mut tree: Value = serde_json::to_value(Profile::read("bron.yaml", WITH_ACM).unwrap()).unwrap();
        let place = if insz { "/citizens/1/insz" } else { "/acm/client/secret" };
        *tree.pointer_mut(place).unwrap() = found.clone();
        let faults = Profile::of_tree("bron.yaml", tree).unwrap_err();
        for lang in [Lang::Nl, Lang::En] {
            proptest::prop_assert!(!faults.render(lang).contains("hunter22"), "{}: {}", found, faults.render(lang));
        }
    }
}

/// A secret itself, or in a form that is no reference, as a value or as a key.
fn some_secret() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![Just(json!("hunter22")), Just(json!(8_507_300_332_u64)), Just(Value::Null)];
    let name =
        || prop::sample::select(vec!["env", "file", "command", "hunter22", "hunter22.a"]).prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .prop_filter("a reference is none", |found| {
        !found
            .as_object()
            .is_some_and(|members| members.len() == 1 && members.keys().all(|name| !name.starts_with('h')))
    })
}
