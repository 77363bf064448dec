//! How a client proves who it is, from profile to token, with the real binary: by key, by certificate, by way of the portal.

use std::fs;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bronkeur::base::assertion::SigningKey;
use bronkeur::sandbox::{Options, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{Ran, bronkeur, ran};

/// The profile of a sandbox, in a folder.
struct Stage {
    folder: TempDir,
    sandbox: Sandbox,
    _runtime: Runtime,
}

impl Stage {
    /// `key`: the private key, as PEM, whose public half the client registered.
    fn new(key: Option<&str>) -> Self {
        let runtime = Runtime::new().unwrap();
        let caller_keys = key.map(|key| SigningKey::read(key).unwrap().verifying_key()).into_iter().collect();
        let sandbox = runtime.block_on(Sandbox::start(Options { caller_keys, ..Options::default() })).unwrap();
        let stage = Self { folder: tempfile::tempdir().unwrap(), sandbox, _runtime: runtime };
        for file in stage.sandbox.profile_files() {
            stage.write(&file.name, &file.text);
        }
        stage
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    /// Puts something in the place of a line of the profile.
    fn replace(&self, line: &str, by: &str) {
        let profile = self.read("bron.yaml");
        let from = profile.lines().find(|found| found.trim_start().starts_with(line)).unwrap();
        self.write("bron.yaml", &profile.replace(from, by));
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(bronkeur(&self.folder).args(arguments))
    }

    /// All that holds for a client that is known: doctor, the token and a run agree.
    fn is_known(&self) {
        let doctor = self.run(&["doctor"]);
        assert_eq!(doctor.status, 0, "{}{}", doctor.stdout, doctor.stderr);
        let token = self.run(&["token", "--show"]);
        assert_eq!((token.status, token.stdout.trim().len()), (0, 64), "{}", token.stderr);
        let check = self.run(&["check", "--only", "TOK,LST-01,SEC-05,SEC-06,SEC-16,SEC-20"]);
        assert_eq!(check.status, 0, "{}{}", check.stdout, check.stderr);
        assert!(!check.stdout.contains("blocked"), "{}", check.stdout);
        let again = self.run(&["replay", "reports/evidence.har", "--verify", "reports/report.json"]);
        assert_eq!(again.status, 0, "{}{}", again.stdout, again.stderr);
        let evidence = self.read("reports/evidence.har") + &self.read("reports/report.json");
        assert!(!evidence.contains("eyJ") && !evidence.contains(token.stdout.trim()));
    }
}

/// A new key for ES256, as PKCS#8.
fn key() -> String {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(key.as_ref()))
}

#[test]
fn a_client_may_show_a_key() {
    let key = key();
    let stage = Stage::new(Some(&key));
    stage.write("key.pem", &key);
    let id = stage.sandbox.credentials().client.id.clone();
    stage.replace("client:", &format!("  client: {{ id: \"{id}\", private_key: {{ file: key.pem, kid: k1 }} }}"));
    stage.is_known();
    stage.write("key.pem", &self::key());
    let refused = stage.run(&["check", "--only", "TOK-02"]);
    assert_eq!(refused.status, 3, "{}", refused.stdout);
    assert!(refused.stdout.contains("invalid_client"), "{}", refused.stdout);
}

#[test]
fn a_client_may_show_a_certificate() {
    let stage = Stage::new(None);
    let (certificate, key) = stage.sandbox.client_certificate().unwrap();
    stage.write("client.pem", certificate);
    stage.write("client-key.pem", key);
    let id = stage.sandbox.credentials().client.id.clone();
    let own = "client_certificate: { certificate: client.pem, key: { file: client-key.pem } }";
    stage.replace("client:", &format!("  client: {{ id: \"{id}\", auth: tls }}\n  {own}"));
    stage.is_known();
}

#[test]
fn a_token_may_come_by_way_of_the_portal() {
    let stage = Stage::new(None);
    let credentials = stage.sandbox.credentials();
    stage.write("portal-secret.txt", &credentials.portal.secret);
    let portal = &credentials.portal.id;
    stage.replace(
        "actor:",
        &format!("  hops: [{{ client: {{ id: \"{portal}\", secret: {{ file: portal-secret.txt }} }} }}]"),
    );
    for person in &credentials.people {
        stage.write(&format!("{}-token.txt", person.name), &person.portal_token);
    }
    stage.is_known();
}
