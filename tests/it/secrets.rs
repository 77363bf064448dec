//! No token, secret or national number leaves the program; the source is only read, and its token goes nowhere else.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bronkeur::report::har;
use bronkeur::sandbox::{Behaviour, Sandbox, Server};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::{bronkeur, examine, ran};

/// Every form of every value that must not show.
fn forbidden(values: &[String]) -> Vec<String> {
    let forms = values.iter().flat_map(|value| {
        let percent = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
        let middle = |engine: &dyn Fn(&str) -> String| {
            let text = engine(value);
            text[..text.len() - 2].to_owned()
        };
        let standard = middle(&|value| STANDARD_NO_PAD.encode(value));
        let url_safe = middle(&|value| URL_SAFE_NO_PAD.encode(value));
        [value.clone(), percent, standard, url_safe]
    });
    forms.filter(|form| form.len() >= 8).collect()
}

pub(crate) fn values(sandbox: &Sandbox) -> Vec<String> {
    let credentials = sandbox.credentials();
    let people = credentials.people.iter().flat_map(|person| [person.insz.clone(), person.token.clone()]);
    let own = [
        credentials.client.secret.clone(),
        credentials.source_client.secret.clone(),
        credentials.expired.clone(),
        credentials.without_scope.clone(),
    ];
    people.chain(own).collect()
}

/// The tokens that reached the source, which nobody but the run itself knew.
pub(crate) fn tokens_sent(sandbox: &Sandbox) -> Vec<String> {
    let headers = sandbox.requests().into_iter().filter(|request| request.server == Server::Source);
    let values = headers.flat_map(|request| request.headers).filter(|(name, _)| name == "authorization");
    values.map(|(_, value)| value.rsplit(' ').next().unwrap().to_owned()).filter(|token| token.len() > 8).collect()
}

#[test]
fn a_recording_holds_no_secret() {
    let (finished, sandbox) = examine(Behaviour::default());
    let recording = serde_json::to_string(&finished.recording).unwrap();
    let sent = tokens_sent(&sandbox);
    assert!(sent.len() > 10, "the test must see tokens: {}", sent.len());
    for form in forbidden(&[values(&sandbox), sent].concat()) {
        assert!(!recording.contains(&form), "the recording holds {form}");
    }
}

#[test]
fn the_source_is_only_read_and_the_token_goes_nowhere_else() {
    let (_finished, sandbox) = examine(Behaviour::default());
    let requests = sandbox.requests();
    let tx_tokens: Vec<String> = tokens_sent(&sandbox);
    let (source, acm): (Vec<_>, Vec<_>) = requests.iter().partition(|request| request.server == Server::Source);
    assert!(source.len() > 50, "{} requests", source.len());
    for request in &source {
        assert!(["GET", "HEAD", "OPTIONS"].contains(&request.method.as_str()), "{} {}", request.method, request.path);
    }
    for request in acm {
        for (name, value) in &request.headers {
            assert!(!tx_tokens.iter().any(|token| value.contains(token)), "{name} of {}", request.path);
        }
    }
}

#[test]
fn calls_are_correlated_and_named() {
    let (_finished, sandbox) = examine(Behaviour::default());
    let requests = sandbox.requests();
    // HTTP-14 leaves the ids out on purpose; everything else carries them.
    let header = |request: &bronkeur::sandbox::Logged, wanted: &str| {
        request.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    let source: Vec<_> = requests
        .iter()
        .filter(|request| request.server == Server::Source && header(request, "x-request-id").is_some())
        .collect();
    let runs: std::collections::BTreeSet<_> =
        source.iter().map(|request| header(request, "x-correlation-id")).collect();
    let calls: std::collections::BTreeSet<_> = source.iter().map(|request| header(request, "x-request-id")).collect();
    assert_eq!((runs.len(), calls.len()), (1, source.len()));
    let agent = format!("bronkeur/{}", env!("CARGO_PKG_VERSION"));
    assert!(source.iter().all(|request| header(request, "user-agent").as_deref() == Some(agent.as_str())));
}

/// A national number that the run does not know: of nobody, with serial 999.
const STRANGER: &str = "90010199992";

/// A source that repeats the token and the number that it was sent in every way that it can think of.
pub(crate) fn echoing() -> Behaviour {
    let mut behaviour = Behaviour::default();
    behaviour.edits.answer.push(|context, answer| {
        let (Some(authorization), Some(insz)) = (&context.authorization, &context.insz) else { return };
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
        let token = authorization.rsplit(' ').next().unwrap_or_default();
        let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let (year, rest) = insz.split_at(6);
        let links = [
            format!("https://{token}.example/{insz}"),
            format!("https://{}.example/", percent(token)),
            format!("https://user:{token}@source.example/"),
            format!("{}/{year}\n{rest}/x", context.path),
            format!("{}/%22{STRANGER}%22?t={}", context.path, percent(&percent(token))),
        ];
        let links: Vec<Value> = links.iter().map(|href| json!({ "rel": "self", "href": href })).collect();
        let number: u64 = STRANGER.parse().unwrap();
        body["echo"] = json!({
            insz: token, STRANGER: [number, -90_010_199_992_i64, 90_010_199_992.0],
            "encoded": [STANDARD_NO_PAD.encode(format!("{token}:{insz}")), percent(token), token.to_uppercase()],
            "written": format!("{year}%20{} \u{2013} {}, {}", &rest[..3], &rest[3..], "900101+999+92"),
            "access_token": "short", "planted": "INSZ-1 TOKEN-1xxxx", "links": links
        });
        if let Some(items) = body["certificates"].as_array_mut() {
            items.truncate(1);
            items.extend(links.iter().map(|link| json!({ "id": token, "language": "nl", "links": [link] })));
        }
        answer.body = serde_json::to_vec(&body).unwrap();
        answer.set("x-echo", token);
    });
    behaviour
}

#[test]
fn a_source_that_repeats_everything_makes_nothing_leak() {
    let (finished, sandbox) = examine(echoing());
    let recording = serde_json::to_string(&finished.recording).unwrap().to_lowercase();
    let own = [values(&sandbox), tokens_sent(&sandbox), vec![STRANGER.to_owned()]].concat();
    for form in forbidden(&own) {
        assert!(!recording.contains(&form.to_lowercase()), "the recording holds {form}");
    }
    let numbers = own.iter().filter(|value| value.len() == 11 && value.bytes().all(|b| b.is_ascii_digit()));
    let written = numbers.map(|number| format!("{}%20{}", &number[..6], &number[6..9]));
    for part in written.chain(["900101+999".to_owned(), "\"short\"".to_owned()]) {
        assert!(!recording.contains(&part), "the recording holds {part}");
    }
    assert!(recording.contains("insz-1 token-1xxxx"));
    let secrets = sandbox.requests().into_iter().filter(|request| request.server == Server::Source);
    let asked: Vec<String> = secrets.map(|request| request.path).collect();
    assert!(!asked.iter().any(|path| path.contains("INSZ-") || path.contains("TOKEN-")), "{asked:?}");
}

/// Everything that the program wrote or printed.
fn all_files(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&all_files(&path));
        } else {
            text.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
        }
    }
    text
}

/// Everything in a text that is written as a national number. Of the random digits of identifiers and hashes (twelve and
/// more hexadecimal ones, letters among them) one run in fifty has a valid check number: those name nobody.
fn numbers(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit());
    let names_nobody =
        |word: &&str| word.len() > bronkeur::base::insz::DIGITS && word.contains(|c: char| c.is_ascii_alphabetic());
    let runs = words.filter(|word| !names_nobody(word)).flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
    runs.filter(|run| bronkeur::base::insz::valid(run)).collect()
}

#[test]
fn a_number_is_told_from_an_identifier() {
    assert_eq!(numbers("insz=70010199960?a=b"), ["70010199960"]);
    assert_eq!(numbers("correlation 4f1c0a2b-1111-4a4a-8a8a-a70010199960"), Vec::<&str>::new());
}

#[test]
fn no_output_of_the_binary_holds_a_national_number() {
    let folder = tempfile::tempdir().unwrap();
    let output = ran(bronkeur(&folder).args(["demo", "-v", "--fault", "SEC-08", "--fault", "LST-11"]));
    assert_eq!(output.status, 1, "{}", output.stderr);
    let har = folder.path().join("reports").join(har::FILE);
    let evidence = fs::read_to_string(&har).unwrap();
    fs::remove_file(har).unwrap();
    let everything = [output.stdout, output.stderr, all_files(folder.path())].concat();
    assert!(everything.contains("INSZ-1"));
    // The invented numbers have serial 999: none of them may show. Nor may a surrogate, but in the evidence: people see
    // marks.
    assert_eq!(numbers(&everything), Vec::<&str>::new());
    let surrogates = numbers(&evidence);
    assert!(!surrogates.is_empty() && surrogates.iter().all(|number| number[2..9] == *"0000000"), "{surrogates:?}");
}
