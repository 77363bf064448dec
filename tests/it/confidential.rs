//! National numbers and tokens in the place of something else: the real program refuses them before any call, in every
//! writing, and repeats none of them.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tempfile::TempDir;

use crate::support::{Ran, bronkeur, ran};

const NUMBER: &str = "85073099932";
const JWT: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbiJ9.c2ln";
/// An opaque token, as ACM gives them.
const OPAQUE: &str = "a8Xk29Lm4nQz77Tt01ppAc3D9e";

/// The number in every usual writing.
fn writings() -> Vec<String> {
    let each = |of: &dyn Fn(u32) -> String| NUMBER.chars().map(|c| of(u32::from(c))).collect::<String>();
    let mut all = vec![
        NUMBER.to_owned(),
        each(&|c| format!("&#{c};")),
        each(&|c| format!("&#x{c:x};")),
        each(&|c| format!("%{c:x}")),
        STANDARD.encode(NUMBER),
        URL_SAFE_NO_PAD.encode("85.07.30-999.32"),
        JWT.to_owned(),
    ];
    all.extend(bronkeur::base::insz::written_forms(NUMBER));
    all
}

/// It ended with 2, wrote nothing, and repeats nothing.
fn assert_refused(folder: &TempDir, output: &Ran, written: &str, what: &str) {
    let said = [output.stdout.as_str(), output.stderr.as_str()].concat();
    assert_eq!(output.status, 2, "{what}: {said}");
    assert!(!said.is_empty(), "{what}");
    assert!(!folder.path().join("reports").exists(), "{what}: something was written");
    for form in [written, NUMBER, JWT, OPAQUE] {
        assert!(!said.contains(form), "{what}: {said}");
    }
    assert!(!said.contains("eyJ") && !said.contains("999.32"), "{what}: {said}");
}

#[test]
fn an_argument_is_refused_in_every_writing() {
    let folder = tempfile::tempdir().unwrap();
    for (position, written) in writings().into_iter().enumerate() {
        let calls: [&[&str]; 12] = [
            &["check", &written],
            &["check", "--base-url", "https://localhost:1/v1", "--insz-env", &written, "--token-env", "T"],
            &["check", "--base-url", "https://localhost:1/v1", "--insz-env", "N", "--token-env", &written],
            &["check", "--only", &written],
            &["check", "--reviews", &written],
            &["check", "--out", &written],
            &["demo", "--fault", &written],
            &["explain", &written],
            &["list", &written],
            &["token", "--citizen", &written],
            &["completions", &written],
            &[&written],
        ];
        // Where it is refused does not depend on the writing: a few places each.
        for call in calls.into_iter().cycle().skip(3 * position).take(3) {
            let output = ran(bronkeur(&folder).args(call));
            assert_refused(&folder, &output, &written, &format!("{call:?}"));
        }
        let url = format!("--base-url=https://localhost:1/v1/{}", written.replace(' ', "%20"));
        {
            let lang = ["nl", "en"][position % 2];
            let output =
                ran(bronkeur(&folder).args(["check", "--lang", lang, &url, "--insz-env", "N", "--token-env", "T"]));
            assert_refused(&folder, &output, &written, &url);
            let of = if written == JWT {
                ["een token", "a token"]
            } else {
                ["een rijksregisternummer", "a national number"]
            };
            assert!(output.stderr.contains(of[usize::from(lang == "en")]), "{}", output.stderr);
            assert!(output.stderr.contains("--base-url"), "{}", output.stderr);
        }
    }
}

#[test]
fn a_variable_that_stands_for_a_flag_is_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    for (position, written) in writings().into_iter().enumerate() {
        for name in ["BRONKEUR_BASE_URL", "BRONKEUR_INSZ_ENV", "BRONKEUR_ONLY", "BRONKEUR_OUT", "BRONKEUR_COLOR"]
            .into_iter()
            .cycle()
            .skip(position)
            .take(1)
        {
            let output = ran(bronkeur(&folder).arg("check").env(name, &written));
            assert_refused(&folder, &output, &written, name);
            assert!(output.stderr.contains(name), "{}", output.stderr);
        }
    }
    // What a profile names is nobody's flag.
    let output = ran(bronkeur(&folder).args(["list", "OPS"]).env("BRONKEUR_MY_NUMBER", NUMBER));
    assert_eq!(output.status, 0, "{}", output.stderr);
}

#[test]
fn an_opaque_token_is_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["check", "--base-url", "https://localhost:1/v1"];
    for more in [
        &["--insz-env", "N", "--token-env", OPAQUE][..],
        &["--insz-env", OPAQUE, "--token-env", "T"],
        &["--insz-env", "N", "--token-env", "T", OPAQUE],
        &["--insz-env", "N", "--token-env", "T", "--color", OPAQUE],
        &["--insz-env", "N", "--token-env", "T", &format!("--rate={OPAQUE}")],
    ] {
        let output = ran(bronkeur(&folder).args(flags).args(more).env("N", NUMBER).env("T", "a-token-of-somebody"));
        assert_refused(&folder, &output, OPAQUE, &format!("{more:?}"));
    }
}

/// A profile with a word in one of its places.
fn profile(place: &str, written: &str) -> String {
    let value = |name: &str, otherwise: &str| {
        let word = if place == name { written } else { otherwise };
        serde_json::to_string(word).unwrap()
    };
    let key = if place == "a key" { format!("  {}: 1\n", value("a key", "")) } else { String::new() };
    let url = |name: &str| {
        let word = if place == name { written.replace(' ', "%20") } else { "x".to_owned() };
        format!("\"https://localhost:1/{word}\"")
    };
    let origin = if place == "origins" { written.replace(' ', "-") } else { "localhost".to_owned() };
    format!(
        "source:\n{key}  name: {}\n  base_url: {}\n  public_url: {}\n  openapi: {}\n  origins: [\"https://{origin}\"]\n\
         accept_blocked: {{ SEC-04: {} }}\nreviews: {}\n\
         acm:\n  environment: {}\n  client: {{ id: {}, secret: {{ env: {} }} }}\n  audience: {}\n  scope: {}\n\
         citizens:\n  - {{ name: {}, role: subject, insz: {{ env: {} }}, token: {{ file: {} }} }}\n\
         tokens: {{ expired: {{ command: [{}, {}] }} }}\n",
        value("name", "Bron"),
        url("base_url"),
        url("public_url"),
        url("openapi"),
        value("accept_blocked", "later"),
        value("reviews", "reviews.yaml"),
        value("environment", "tni"),
        value("client id", "c"),
        value("secret env", "SECRET"),
        value("audience", "a"),
        value("scope", "s"),
        value("citizen", "an"),
        value("insz env", "N"),
        value("token file", "t"),
        value("program", "true"),
        value("argument", "x"),
    )
}

const PLACES: [&str; 18] = [
    "a key",
    "name",
    "base_url",
    "public_url",
    "openapi",
    "origins",
    "accept_blocked",
    "reviews",
    "environment",
    "client id",
    "secret env",
    "audience",
    "scope",
    "citizen",
    "insz env",
    "token file",
    "program",
    "argument",
];

#[test]
fn a_profile_is_refused_at_every_place_in_every_writing() {
    let folder = tempfile::tempdir().unwrap();
    for (position, place) in PLACES.into_iter().enumerate() {
        for written in writings().into_iter().cycle().skip(position).take(3) {
            let text = profile(place, &written);
            fs::write(folder.path().join("bron.yaml"), &text).unwrap();
            let output = ran(bronkeur(&folder).arg("check").env("N", NUMBER).env("SECRET", "a-secret-of-somebody"));
            assert_refused(&folder, &output, &written, &format!("{place}\n{text}"));
        }
    }
    for command in
        [&["doctor"][..], &["doctor", "--format", "json"], &["token"], &["login", "--name", "an"], &["review"]]
    {
        let text = profile("name", NUMBER).replace("citizens:", &format!("\"{JWT}\": 1\ncitizens:"));
        fs::write(folder.path().join("bron.yaml"), &text).unwrap();
        let output = ran(bronkeur(&folder).args(command));
        assert_refused(&folder, &output, NUMBER, &format!("{command:?}"));
    }
}

#[test]
fn broken_yaml_repeats_no_number() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        &format!("source: {NUMBER}\n"),
        &format!("{NUMBER}: 1\n{NUMBER}: 2\n"),
        &format!("source: *{NUMBER}\n"),
        &format!("source: !{NUMBER} x\n"),
        &format!("source: [{NUMBER}\n"),
        &format!("source: {{ base_url: https://x/v1 }}\nlimits: {{ pages: {NUMBER} }}\ncitizens: []\n"),
        &format!("citizens:\n- role: \"{NUMBER}\"\n"),
        &format!("%YAML {NUMBER}\n---\nsource: 1\n"),
        &format!("{{\"source\": {NUMBER}}}"),
    ] {
        fs::write(folder.path().join("bron.yaml"), text).unwrap();
        let output = ran(bronkeur(&folder).arg("check"));
        assert_refused(&folder, &output, NUMBER, text);
    }
}

#[test]
fn what_the_profile_refers_to_is_not_repeated_in_its_texts() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "hunter22-of-somebody";
    for place in ["name", "base_url", "audience", "scope", "citizen", "accept_blocked", "client id"] {
        let text = profile(place, secret)
            .replace("reviews: \"reviews.yaml\"\n", "")
            .replace("openapi:", "openapi: \"https://localhost:1/x\" #");
        fs::write(folder.path().join("bron.yaml"), &text).unwrap();
        fs::write(folder.path().join("t"), "a-token-of-somebody").unwrap();
        let text = text.replace("command: [\"true\", \"x\"]", "command: [printf, another-token]");
        fs::write(folder.path().join("bron.yaml"), &text).unwrap();
        let output = ran(bronkeur(&folder).arg("check").env("N", NUMBER).env("SECRET", secret));
        assert_refused(&folder, &output, secret, &text);
        assert!(output.stderr.contains("refers to"), "{}", output.stderr);
    }
}

#[test]
fn the_files_of_decisions_are_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    for written in writings() {
        let quoted = serde_json::to_string(&written).unwrap();
        let waiver = format!(
            "- id: LST-11\n  reason: {quoted}\n  owner: an\n  ends_on: 2099-01-01\n  scope: {{ places: [\"x\"] }}\n- id: {quoted}\n"
        );
        let review = format!(
            "- id: OPS-01\n  answer: accepted\n  by: an\n  date: 2026-01-01\n  note: {quoted}\n- id: {quoted}\n"
        );
        for (flag, text) in [("--waivers", waiver), ("--reviews", review)] {
            fs::write(folder.path().join("x.yaml"), &text).unwrap();
            let output = ran(bronkeur(&folder).args(["demo", flag, "x.yaml"]));
            assert_refused(&folder, &output, &written, &text);
        }
    }
}
