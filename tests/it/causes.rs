//! What keeps a run from judging, each provoked with the real binary: said once, in both languages, with where it lies, what
//! to do and who does it; short enough to be read.

mod introspection;
mod listed;
mod servers;
#[path = "../../src/report/tests/version_1.rs"]
mod version_1;

use std::fs;

use bronkeur::base::text::{Lang, Text};
use bronkeur::catalogue::Level;
use bronkeur::judging::verdict::{Conformant, Outcome};
use bronkeur::report::{Cause, Report, read_report};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Stage, bronkeur, ran};
use servers::{Served, answering, refused_port};
pub(crate) use version_1::as_version_1;

/// A run of the binary: its report, what it printed, and its summary.
struct Run {
    report: Report,
    printed: String,
    summary: String,
}

impl Run {
    /// A check of a source without ACM, with a token that the profile brings.
    fn of(url: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let args = ["check", "--base-url", url, "--insz-env", "NUMBER", "--token-env", "TOKEN"];
        Self::in_folder(&folder, &[&args, more].concat())
    }

    fn in_folder(folder: &TempDir, args: &[&str]) -> Self {
        let mut command = bronkeur(folder);
        command.args(args).env("NUMBER", "85073099932").env("TOKEN", "a-token-of-somebody").env("NO_PROXY", "*");
        let output = ran(&mut command);
        let reports = folder.path().join("reports");
        let report = read_report(&reports.join("report.json"));
        let report = report.unwrap_or_else(|_| panic!("{} {}", output.stdout, output.stderr));
        Self {
            report,
            printed: output.stdout,
            summary: fs::read_to_string(reports.join("summary.md")).unwrap_or_default(),
        }
    }

    /// The weightiest cause, of that kind: it has these words, everything blocked names a cause, and it is short to read.
    fn shows(&self, kind: &str, server: &str, who: &str, words: Text) -> &Cause {
        let cause = self.report.causes.first().unwrap_or_else(|| panic!("no cause\n{}", self.printed));
        let name = |value: Value| value.as_str().unwrap().to_owned();
        let json = serde_json::to_value(cause).unwrap();
        let found = ["kind", "server", "who"].map(|member| name(json[member].clone()));
        assert_eq!(found, [kind, server, who], "{cause:#?}");
        for lang in [Lang::Nl, Lang::En] {
            let (what, words) = (cause.what.get(lang), words.get(lang));
            assert!(what.contains(words), "{words}\n{what}");
            assert!(cause.remedy.get(lang).len() > 20, "{cause:#?}");
        }
        for row in &self.report.requirements {
            assert!(row.outcome != Outcome::Blocked || row.cause.is_some(), "{}", row.id);
        }
        let must = |id: &&String| self.report.requirements.iter().any(|row| row.id == **id && row.level == Level::Must);
        assert_eq!(cause.waiting.iter().filter(must).count(), cause.must);
        cause
    }

    /// The same, where nothing else is wrong: one screen of a terminal, and a summary of 6 kB.
    fn shows_alone(&self, kind: &str, server: &str, who: &str, words: Text) -> &Cause {
        let cause = self.shows(kind, server, who, words);
        let others: Vec<&str> = self.report.causes.iter().skip(1).map(|cause| cause.what.en.as_str()).collect();
        assert!(others.is_empty(), "{others:#?}");
        let lines = self.printed.lines().count();
        assert!(lines <= 40, "{lines} lines\n{}", self.printed);
        assert!(self.summary.len() < 6_000, "{} bytes\n{}", self.summary.len(), self.summary);
        cause
    }
}

/// What stands in for the profile's own lacks in a run without ACM: those are causes of their own.
const WITHOUT_ACM: [&str; 4] = ["no-issuer", "no-citizen", "profile-lacks", "other"];

/// Whether all causes but the first come from what a run without ACM lacks anyway.
fn lacks_only_an_acm(run: &Run) {
    for cause in run.report.causes.iter().skip(1) {
        let kind = serde_json::to_value(cause.kind).unwrap();
        assert!(WITHOUT_ACM.contains(&kind.as_str().unwrap()), "{cause:#?}");
    }
}

impl Stage {
    /// The lines of the profile, changed.
    fn edited(self, change: impl Fn(&str) -> String) -> Self {
        let path = self.folder.path().join("bron.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let changed = change(&text);
        assert_ne!(text, changed);
        fs::write(path, changed).unwrap();
        self
    }

    fn write(self, name: &str, text: &str) -> Self {
        fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    fn checked(&self) -> Run {
        Run::in_folder(&self.folder, &["check"])
    }

    /// The URLs of source and issuer, as the profile writes them.
    fn source(&self) -> String {
        self.sandbox.base_url().to_owned()
    }
}

fn both(nl: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(nl, en)
}

#[test]
fn a_source_that_is_down_or_on_another_port() {
    let port = refused_port();
    let stage = Stage::new();
    let source = stage.source();
    let gone = format!("https://127.0.0.1:{port}/v1");
    let run = stage.edited(|text| text.replace(&source, &gone)).checked();
    let cause = run.shows_alone(
        "connection-refused",
        "source",
        "source",
        both(
            format!("de bron https://127.0.0.1:{port} weigert verbindingen"),
            format!("the source https://127.0.0.1:{port} refuses connections"),
        ),
    );
    assert!(cause.waiting.len() > 100 && cause.remedy.en.contains("the port in `source.base_url`"), "{cause:#?}");
    assert!(cause.since.is_some());
}

#[test]
fn an_acm_that_is_down() {
    let port = refused_port();
    let stage = Stage::new();
    let issuer = stage.sandbox.issuer().to_owned();
    let gone = format!("https://127.0.0.1:{port}/op");
    let run = stage.edited(|text| text.replace(&issuer, &gone)).checked();
    let words = both(
        format!("ACM https://127.0.0.1:{port} weigert verbindingen"),
        format!("ACM https://127.0.0.1:{port} refuses connections"),
    );
    let cause = run.shows_alone("connection-refused", "issuer", "runner", words);
    assert!(cause.remedy.en.contains("start `bronkeur acm`"), "{cause:#?}");
}

#[test]
fn a_host_name_that_nobody_knows() {
    let run = Run::of("https://no-such-host.invalid/v1", &[]);
    let words = both(
        "de hostnaam van de bron https://no-such-host.invalid",
        "https://no-such-host.invalid was not found (DNS)",
    );
    run.shows("name-not-found", "source", "owner", words);
    lacks_only_an_acm(&run);
}

#[test]
fn http_and_https_on_each_others_ports() {
    let plain = answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
    let run = Run::of(&format!("https://localhost:{}/v1", plain.port), &[]);
    run.shows(
        "https-to-http-port",
        "source",
        "source",
        both("spreekt op die poort geen TLS", "does not speak TLS on that port"),
    );
    lacks_only_an_acm(&run);
    let stage = Stage::new();
    let (source, plain) = (stage.source(), stage.source().replace("https://", "http://"));
    let to = format!("base_url: {plain}\n  plain_http: true");
    let run = stage.edited(|text| text.replacen(&format!("base_url: {source}"), &to, 1)).checked();
    let cause = run.shows("http-to-https-port", "source", "owner", both("wellicht voor https", "probably for https"));
    assert!(cause.remedy.en.contains("write `https://`"), "{cause:#?}");
}

#[test]
fn a_port_for_https_that_says_so_or_closes_the_connection() {
    let words = || both("wellicht voor https", "probably for https");
    for said in [
        "<center>The plain HTTP request was sent to HTTPS port</center>",
        "Client sent an HTTP request to an HTTPS server.\n",
    ] {
        let length = said.len();
        let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n";
        let server = answering(&format!("{head}Content-Length: {length}\r\n\r\n{said}"));
        let run = Run::of(&format!("http://127.0.0.1:{}/v1", server.port), &[]);
        run.shows("http-to-https-port", "source", "owner", words());
        assert_eq!(run.report.result.conformant, Conformant::Undecided, "{}", run.printed);
    }
    let https = Served::tls("valid");
    let run = Run::of(&format!("http://127.0.0.1:{}/v1", https.port), &[]);
    run.shows("http-to-https-port", "source", "owner", words());
    // One that closes the connection and speaks no TLS either has crashed.
    let crashed = answering("");
    let run = Run::of(&format!("http://127.0.0.1:{}/v1", crashed.port), &[]);
    run.shows("connection-broken", "source", "source", both("verbreekt de verbinding", "ends the connection"));
}

#[test]
fn what_opens_for_nobody_is_not_judged() {
    let page = "<!DOCTYPE html><title>Welkom</title><h1>Welkom</h1>";
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
    let website = format!("{head}Content-Length: {}\r\n\r\n{page}", page.len());
    let cases = [
        (404, servers::answer(404), "nothing-at-base-url"),
        (302, servers::answer(302), "redirected"),
        (200, website, "web-page"),
    ];
    for (status, answer, kind) in cases {
        let source = answering(&answer);
        // Without a version in its path, as the portal asks of a source's own address.
        let run = Run::of(&format!("http://127.0.0.1:{}/api", source.port), &[]);
        let cause = run.report.causes.first().unwrap();
        assert_eq!(serde_json::to_value(cause.kind).unwrap(), kind, "{status}");
        let failing = run.report.requirements.iter().filter(|row| row.outcome == Outcome::Fail);
        assert_eq!(failing.map(|row| row.id.as_str()).collect::<Vec<_>>(), Vec::<&str>::new(), "{status}");
        let result = &run.report.result;
        assert_eq!((result.conformant, result.exit_status), (Conformant::Undecided, 3), "{status}");
        let waiting = if status == 200 { "LST-03" } else { "LST-01" };
        assert!(cause.waiting.iter().any(|id| id == waiting), "{cause:#?}");
        // Who gets in is not seen where there is nothing to get into.
        let passing = run.report.requirements.iter().filter(|row| row.outcome == Outcome::Pass);
        assert_eq!(passing.filter(|row| row.chapter == "access").count(), 0, "{status}");
    }
}

#[test]
fn certificates_that_are_not_right() {
    let other = both("een certificaatautoriteit die deze computer niet vertrouwt", "does not trust");
    let cases = [
        ("valid", false, "unknown-authority", "owner", other, "`source.ca_bundle`"),
        (
            "expired",
            true,
            "certificate-expired",
            "source",
            both("is vervallen", "has expired"),
            "renew the certificate",
        ),
        (
            "of tomorrow",
            true,
            "certificate-not-yet-valid",
            "source",
            both("nog niet geldig", "is not valid yet"),
            "a certificate on the server that is valid already",
        ),
        ("authority", true, "certificate-is-authority", "source", both("CA:TRUE", "CA:TRUE"), "`bronkeur acm`"),
        (
            "other host",
            true,
            "wrong-host-name",
            "source",
            both("andere hostnaam", "another host name"),
            "subjectAltName",
        ),
    ];
    for (what, trusted, kind, who, words, remedy) in cases {
        let folder = tempfile::tempdir().unwrap();
        let served = Served::tls(what);
        fs::write(folder.path().join("ca.pem"), &served.authority).unwrap();
        let url = format!("https://localhost:{}/v1", served.port);
        let mut args = vec!["check", "--base-url", &url, "--insz-env", "NUMBER", "--token-env", "TOKEN"];
        if trusted {
            args.extend(["--ca-bundle", "ca.pem"]);
        }
        let run = Run::in_folder(&folder, &args);
        let cause = run.shows(kind, "source", who, words);
        assert!(cause.remedy.en.contains(remedy), "{what}: {cause:#?}");
        assert_eq!(cause.failing, ["URL-02"], "{what}");
        // Only where the authority is unknown does it help to name one.
        assert_eq!(cause.remedy.en.contains("ca_bundle"), kind == "unknown-authority", "{what}: {cause:#?}");
        lacks_only_an_acm(&run);
    }
}

#[test]
fn a_tls_that_is_too_old() {
    // The alert `protocol_version`, as a server sends it that speaks TLS 1.1 at most.
    let old = servers::bytes(vec![0x15, 3, 1, 0, 2, 2, 70]);
    let run = Run::of(&format!("https://localhost:{}/v1", old.port), &[]);
    run.shows("tls-too-old", "source", "source", both("spreekt geen TLS 1.2 of 1.3", "speaks neither TLS 1.2 nor 1.3"));
    lacks_only_an_acm(&run);
}

#[test]
fn statuses_that_a_good_call_should_not_get() {
    let cases = [
        (401, "brought-token-refused", "owner", both("weigert met 401", "refuses with 401"), "bring a fresh token"),
        (
            403,
            "access-forbidden",
            "source",
            both("weigert een goed token met 403", "good token with 403"),
            "admit this address",
        ),
        (
            404,
            "nothing-at-base-url",
            "owner",
            both("vindt de lijst", "does not find the list"),
            "correct `source.base_url`",
        ),
        (429, "too-many-requests", "owner", both("antwoordt 429", "answers 429"), "--rate"),
        (502, "bad-gateway", "source", both("(502)", "(502)"), "behind the gateway"),
        (503, "unavailable", "source", both("niet beschikbaar (503)", "not available (503)"), "start the application"),
    ];
    for (status, kind, who, words, remedy) in cases {
        let source = answering(&servers::answer(status));
        let run = Run::of(&format!("http://127.0.0.1:{}/v1", source.port), &[]);
        let cause = run.shows(kind, "source", who, words);
        assert!(cause.remedy.en.contains(remedy), "{status}: {cause:#?}");
        for wrong in ["`limit`", "empty array", "source_client"] {
            assert!(!cause.remedy.en.contains(wrong), "{status}: {cause:#?}");
        }
        lacks_only_an_acm(&run);
    }
}

#[test]
fn a_base_url_that_is_wrong() {
    let stage = Stage::new();
    let (source, wrong) = (stage.source(), stage.source().replace("/v1", "/api/v7"));
    let run =
        stage.edited(|text| text.replacen(&format!("base_url: {source}"), &format!("base_url: {wrong}"), 1)).checked();
    let cause = run.shows_alone("nothing-at-base-url", "source", "owner", both("(404)", "(404)"));
    assert!(cause.failing.is_empty(), "{cause:#?}");
    for id in ["LST-01", "LST-20"] {
        assert!(cause.waiting.iter().any(|waiting| waiting == id), "{id}");
    }
}

#[test]
fn what_acm_refuses() {
    let words = both("ACM herkent de client niet", "ACM does not recognise the client");
    let run = Stage::new().write("client-secret.txt", "another-secret").checked();
    let cause = run.shows_alone("client-refused", "issuer", "owner", words);
    assert_eq!(cause.failing, ["TOK-02"]);

    let stage = Stage::new();
    let audience = format!("audience: \"{}\"", stage.sandbox.credentials().audience);
    let run = stage.edited(|text| text.replace(&audience, "audience: \"nobody\"")).checked();
    let words = both("geen token voor deze `audience`", "no token for this `audience`");
    let cause = run.shows_alone("audience-refused", "issuer", "owner", words);
    assert!(cause.remedy.en.contains("Digitaal Vlaanderen"), "{cause:#?}");

    let stage = Stage::new();
    let expired = fs::read_to_string(stage.folder.path().join("expired-token.txt")).unwrap();
    let run = stage.write("an-token.txt", &expired).checked();
    let words = both("aanvaardt het token van de burger niet", "does not accept the citizen's token");
    let cause = run.shows_alone("citizen-token-refused", "issuer", "owner", words);
    assert!(cause.remedy.en.contains("log the test citizen in again"), "{cause:#?}");
}

#[test]
fn a_token_for_another_audience() {
    let stage = Stage::new();
    let source = format!("audience: \"{}\"", stage.sandbox.credentials().audience);
    let run = stage
        .edited(|text| {
            let other = text.lines().find_map(|line| line.trim().strip_prefix("other_audience: ")).unwrap().to_owned();
            let lines = text.lines().filter(|line| !line.contains("other_audience:"));
            lines.map(|line| format!("{}\n", line.replace(&source, &format!("audience: {other}")))).collect()
        })
        .checked();
    let cause = run.shows("wrong-audience", "profile", "owner", both("niet voor de bron", "not for the source"));
    assert!(cause.remedy.en.contains("`acm.audience`"), "{cause:#?}");
}

#[test]
fn a_profile_without_a_citizen() {
    let stage = Stage::new();
    let without = |text: &str| -> String {
        text.lines().filter(|line| !line.contains("role: other")).map(|line| format!("{line}\n")).collect()
    };
    let run = stage.edited(without).checked();
    let words = both("in het profiel ontbreekt een burger", "the profile lacks a citizen");
    let cause = run.shows_alone("no-citizen", "profile", "owner", words);
    assert!(cause.remedy.en.contains("`role: other`"), "{cause:#?}");
}

#[test]
fn reports_of_version_1_are_read_compared_and_verified() {
    let stage = Stage::new().write("client-secret.txt", "another-secret");
    let run = stage.checked();
    let reports = stage.folder.path().join("reports");
    let text = fs::read_to_string(reports.join("report.json")).unwrap();
    let old = as_version_1(serde_json::from_str(&text).unwrap());
    let old = serde_json::to_string_pretty(&old).unwrap();
    fs::write(stage.folder.path().join("old.json"), &old).unwrap();
    let verify = ["replay", "reports/evidence.har", "--verify", "old.json"];
    let verified = ran(bronkeur(&stage.folder).args(verify));
    assert_eq!(verified.status, 0, "{}{}", verified.stdout, verified.stderr);
    let diff = ran(bronkeur(&stage.folder).args(["diff", "old.json", "reports/report.json"]));
    assert_eq!(diff.status, 0, "{}{}", diff.stdout, diff.stderr);
    let again = ran(bronkeur(&stage.folder).args(["check", "--rerun-failed", "old.json", "--out", "again"]));
    assert_eq!(again.status, 3, "{}", again.stderr);
    let read = read_report(&stage.folder.path().join("old.json")).unwrap();
    assert_eq!(read.result.counts, run.report.result.counts);
    assert_eq!((read.result.conformant, read.causes.len()), (run.report.result.conformant, 0));
    assert!(!read.result.advice.en.is_empty() && !read.result.conclusion.nl.is_empty());
    // Anything else that differs is still seen.
    let changed = old.replacen("\"severity\": \"error\"", "\"severity\": \"note\"", 1);
    fs::write(stage.folder.path().join("old.json"), changed).unwrap();
    assert_eq!(ran(bronkeur(&stage.folder).args(verify)).status, 1);
}

#[cfg(unix)]
#[test]
fn a_run_that_was_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let run = crate::interrupt::interrupted(&folder);
    assert_eq!(run, Some(3));
    let report = read_report(&folder.path().join("reports/report.json")).unwrap();
    let cause = report.causes.iter().find(|cause| cause.what.en == "the run was interrupted").unwrap();
    assert_eq!(cause.what.nl, "de keuring is onderbroken");
    assert_eq!(serde_json::to_value(cause.kind).unwrap(), "interrupted");
    assert!(report.result.conclusion.en.contains("the run was interrupted"), "{}", report.result.conclusion.en);
}
