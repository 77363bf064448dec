//! The examples of the requirements, tried: in place of the answers of a conformant run the right message passes and
//! the wrong one fails.

use std::collections::BTreeSet;
use std::fs;

use bronkeur::base::text::Text;
use bronkeur::catalogue::example::{Body, ExampleTarget, ExchangeExample, Message};
use bronkeur::catalogue::{Mode, Requirement};
use bronkeur::evidence::exchange::{
    Auth, Citizen, Content, Document, Edit, Exchange, Facts, Failure, FailureKind, Grant, IssuerCall, Kind, Malformed,
    Phase, Replacement, Request, Response, Sent, SniffedType, Target, Variation,
};
use bronkeur::evidence::recording::Recording;
use bronkeur::judging::verdict::Outcome;
use bronkeur::run::evaluate::{Evaluated, Evaluator};
use bronkeur::sandbox::Behaviour;
use serde_json::{Map, Value, json};

use crate::support::{bronkeur, catalogue, examine, ran};

/// The checks that no single answer can turn, and why.
const WITHOUT: [(&str, &str); 8] = [
    ("URL-02", "a TLS handshake, not an HTTP message"),
    ("URL-03", "TLS handshakes, not HTTP messages"),
    ("HTTP-02", "compares three answers to the same request"),
    ("ERR-14", "compares two answers to the same request"),
    ("LST-24", "compares three answers to the same request"),
    ("CRT-12", "compares a detail with two answers of the list"),
    ("LST-10", "compares the first page with the second"),
    ("SEC-20", "needs an issuer that cannot be reached, at one moment of the run"),
];

/// How many requirements have an exchange example.
const COVERED: usize = 117;

/// Whether a request is one of those whose answers the example stands in for.
#[expect(clippy::too_many_lines, reason = "a table")]
fn is_of(of: ExampleTarget, request: &Request) -> bool {
    let Request { phase, target, auth, variation, .. } = request;
    let own = *auth == Auth::Token(Citizen::Subject);
    let ordinary = *phase == Phase::Ordinary;
    let hostile = *phase == Phase::Hostile;
    // The list of a citizen, and the page asked for.
    let list = |whose: Citizen| matches!(target, Target::Entry { citizen, .. } if *citizen == whose);
    let asked = |limit: Option<&str>, page: Option<&str>| {
        request.parameter("limit") == limit && request.parameter("page") == page
    };
    let first = asked(Some("10"), Some("0"));
    let page = ordinary && list(Citizen::Subject) && own && *variation == Variation::None;
    let varied = ordinary && list(Citizen::Subject) && own && first;
    let is_list = match variation {
        Variation::Head | Variation::Options | Variation::TrailingSlash => false,
        Variation::Accept(media) => !media.contains("unknown"),
        _ => true,
    };
    let probe = |with: Auth| hostile && list(Citizen::Subject) && first && *auth == with;
    let foreign = |whose: Citizen| hostile && list(whose) && own;
    let link = |wanted: Kind| match target {
        Target::Link { kind, edit, .. } if *kind == wanted => Some(edit.as_ref().map(|Edit { with, .. }| with)),
        _ => None,
    };
    let replaced =
        |matching: &dyn Fn(&Replacement) -> bool| hostile && own && link(Kind::Detail).flatten().is_some_and(matching);
    let language = |text: &str| ["nl", "fr", "de", "en"].contains(&text);
    let issuer = |wanted: &dyn Fn(&IssuerCall) -> bool| matches!(target, Target::Issuer(call) if wanted(call));
    match of {
        ExampleTarget::Entry => page && first,
        ExampleTarget::SecondPage => page && asked(Some("11"), Some("1")),
        // Of every citizen and in every language: what differs between them is no name in a path.
        ExampleTarget::Page => page || (ordinary && list(Citizen::Other)) || (varied && is_list),
        ExampleTarget::NoParameters => page && asked(None, None),
        ExampleTarget::PageOfOne => page && asked(Some("1"), Some("0")),
        ExampleTarget::PageOfTwo => page && asked(Some("2"), Some("0")),
        ExampleTarget::LargeLimit => page && asked(Some("500"), Some("0")),
        ExampleTarget::PastTheEnd => page && asked(Some("11"), Some("12")),
        ExampleTarget::Empty => list(Citizen::Empty) && ordinary,
        ExampleTarget::Other => list(Citizen::Other) && ordinary,
        ExampleTarget::Detail => ordinary && own && link(Kind::Detail) == Some(None),
        ExampleTarget::Download => ordinary && own && link(Kind::Download) == Some(None),
        ExampleTarget::PdfDownload => {
            ordinary
                && link(Kind::Download) == Some(None)
                && *variation == Variation::Accept("application/pdf".to_owned())
        }
        ExampleTarget::Gzip => varied && *variation == Variation::AcceptEncoding("gzip".to_owned()),
        ExampleTarget::NoAccept => varied && *variation == Variation::NoAccept,
        ExampleTarget::UnknownAccept => {
            varied && matches!(variation, Variation::Accept(value) if value.contains("unknown"))
        }
        ExampleTarget::AcceptLanguage => varied && matches!(variation, Variation::AcceptLanguage(_)),
        ExampleTarget::NoIds => varied && *variation == Variation::NoIds,
        ExampleTarget::OtherHost => hostile && own && matches!(variation, Variation::Host(_)),
        ExampleTarget::UnknownCertificate => {
            replaced(&|with| matches!(with, Replacement::Text(text) if !language(text)))
        }
        ExampleTarget::MissingLanguage => replaced(&|with| matches!(with, Replacement::Text(text) if language(text))),
        ExampleTarget::OtherCertificate => replaced(&|with| matches!(with, Replacement::Number(_))),
        ExampleTarget::UnknownPath => hostile && matches!(target, Target::Path(_)),
        ExampleTarget::BadPage => foreign(Citizen::Subject) && request.parameter("page") == Some("abc"),
        ExampleTarget::MalformedNumber => {
            [Malformed::TooShort, Malformed::Letters].map(Citizen::Malformed).into_iter().any(foreign)
        }
        ExampleTarget::NoToken => probe(Auth::None),
        ExampleTarget::NoScheme => probe(Auth::NoScheme),
        ExampleTarget::InventedToken => {
            [Auth::RandomToken, Auth::UnsignedJwt, Auth::TamperedToken].into_iter().any(probe)
        }
        ExampleTarget::ExpiredToken => probe(Auth::ExpiredToken),
        ExampleTarget::OtherAudience => probe(Auth::OtherAudience),
        ExampleTarget::WithoutScope => probe(Auth::WithoutScope),
        ExampleTarget::WithoutCitizen => probe(Auth::WithoutCitizen),
        ExampleTarget::TokenInQuery => probe(Auth::InQuery),
        ExampleTarget::LowerCaseScheme => *auth == Auth::LowerCaseScheme,
        ExampleTarget::DownloadWithoutToken => hostile && link(Kind::Download) == Some(None) && *auth == Auth::None,
        ExampleTarget::OtherCitizen => foreign(Citizen::Other),
        ExampleTarget::UnknownCitizen => foreign(Citizen::Nobody),
        ExampleTarget::OpenApi => *target == Target::OpenApi,
        ExampleTarget::PlainHttp => *target == Target::PlainHttp,
        ExampleTarget::Discovery => issuer(&|call| *call == IssuerCall::Discovery),
        ExampleTarget::Exchange => issuer(&|call| matches!(call, IssuerCall::Token(Grant::Exchange(_)))),
        ExampleTarget::Introspection => {
            issuer(&|call| *call == IssuerCall::Introspection(Auth::Token(Citizen::Subject)))
        }
    }
}

/// A message in which the names stand for what they are in this recording.
fn filled(message: &str, recording: &Recording, sent: &Sent) -> String {
    let setup = &recording.setup;
    let host = setup.base_url.strip_suffix("/v1").unwrap();
    let acm = setup.acm.as_ref().unwrap();
    let presented = sent.headers.iter().find(|(name, _)| name == "authorization");
    let token = presented.map_or("", |(_, value)| value.rsplit(' ').next().unwrap());
    [
        ("https://host", host),
        ("{insz}", &setup.citizens[&Citizen::Subject].insz),
        ("{issuer}", &acm.issuer),
        ("{client}", acm.source_client.as_ref().unwrap()),
        ("{token}", token),
    ]
    .into_iter()
    .fold(message.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// RFC 7396.
fn merged(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut members = if let Value::Object(members) = target { members } else { Map::new() };
    for (name, value) in patch {
        if value.is_null() {
            members.shift_remove(name);
        } else {
            let old = members.remove(name).unwrap_or_default();
            members.insert(name.clone(), merged(old, value));
        }
    }
    Value::Object(members)
}

/// What a run would have recorded of a body of text.
fn content_of(text: &str, kind: Kind) -> Content {
    let pdf = text.starts_with("%PDF-");
    match serde_json::from_str(text) {
        Ok(value) => Content::Json(value),
        Err(_) if kind == Kind::Download || pdf => Content::Document(Document {
            look: if pdf { SniffedType::Pdf } else { SniffedType::Other },
            sha256: "0".repeat(64),
            ends_with_eof: text.ends_with("%%EOF"),
            base64: text.len() > 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)),
            names: Vec::new(),
        }),
        Err(_) => Content::Text(text.to_owned()),
    }
}

/// A content that is laid over anew.
fn copy(content: &Content) -> Content {
    serde_json::from_value(serde_json::to_value(content).unwrap()).unwrap()
}

/// The answer that a message makes of an answer.
fn laid_over(message: &Message, old: &Response, kind: Kind) -> Response {
    let (content, length) = match &message.body {
        Body::Empty => (Content::Empty, Some(0)),
        Body::Rest => (copy(&old.content), None),
        Body::Patch(patch) => {
            let json = merged(old.json().expect("a patch needs JSON below it").clone(), patch);
            let length = json.to_string().len();
            (Content::json(json), Some(length))
        }
        Body::Whole(text) => (content_of(text, kind), Some(text.len())),
    };
    let length = length.map_or(old.facts.body_bytes, |length| length as u64);
    let mut headers = old.headers.clone();
    let of_length = ("content-length".to_owned(), Some(length.to_string()));
    for (name, value) in std::iter::once(&of_length).chain(&message.headers) {
        headers.retain(|(other, _)| other != name);
        headers.extend(value.iter().map(|value| (name.clone(), value.clone())));
    }
    let announced = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let text = serde_json::to_string(&content).unwrap();
    let shown = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| word.starts_with("TOKEN-"));
    let facts = Facts {
        body_bytes: length,
        announced_bytes: announced,
        complete: announced.is_none_or(|announced| announced == length),
        utf8: true,
        framed: old.facts.framed,
        secrets: shown.map(|word| word.trim_end_matches('x').to_owned()).collect(),
        ..Facts::default()
    };
    Response::new(message.status, headers, content, facts)
}

/// Gives what is looked at once more the answers that are there already; of what our own ACM may tell, nothing. Whether
/// all of them are.
fn look_again(missing: &[Request], recording: &mut Recording) -> bool {
    let copies: Option<Vec<Exchange>> = missing
        .iter()
        .map(|request| {
            if matches!(request.target, Target::Issuer(IssuerCall::Control(_))) {
                let any = recording.exchanges().next()?;
                let copy: Exchange = serde_json::from_value(serde_json::to_value(any).unwrap()).unwrap();
                let result = Err(Failure::new(FailureKind::NotConfigured, Text::same("it tells nothing")));
                return Some(Exchange { request: request.clone(), result, ..copy });
            }
            let first = recording.get(&request.clone().again(request.ordinal % 10))?;
            let copy: Exchange = serde_json::from_value(serde_json::to_value(first).unwrap()).unwrap();
            Some(Exchange { request: request.clone(), ..copy })
        })
        .collect();
    let all_there = copies.is_some();
    for copy in copies.into_iter().flatten() {
        recording.replace(copy);
    }
    all_there
}

/// The outcome of a requirement when a message stands in for its answers, and what was said.
fn outcome(
    recording: &mut Recording,
    row: &Requirement,
    of: ExampleTarget,
    message: &str,
) -> (Option<Outcome>, String) {
    let requests: Vec<Request> =
        recording.exchanges().map(|exchange| exchange.request.clone()).filter(|request| is_of(of, request)).collect();
    assert!(!requests.is_empty(), "{}: the run has no exchange that is {of:?}", row.id);
    let mut originals = Vec::new();
    for request in requests {
        let old = recording.get(&request).unwrap();
        let message = Message::read(&filled(message, recording, &old.sent)).unwrap();
        let sent: Sent = serde_json::from_value(serde_json::to_value(&old.sent).unwrap()).unwrap();
        let (at_ms, ms, credential) = (old.at_ms, old.ms, old.credential.clone());
        let earlier = old.earlier.clone();
        let result = Ok(laid_over(&message, old.result.as_ref().unwrap(), request.kind()));
        originals.extend(recording.replace(Exchange { request, sent, at_ms, ms, credential, earlier, result }));
    }
    let mut looks = Vec::new();
    let evaluated = loop {
        match Evaluator::new(catalogue()).evaluate_one(row, recording) {
            Evaluated::Missing(missing) if look_again(&missing, recording) => looks.extend(missing),
            evaluated => break evaluated,
        }
    };
    for look in looks {
        recording.take(&look);
    }
    for original in originals {
        recording.replace(original);
    }
    match evaluated {
        Evaluated::Verdict(verdict) => (Some(verdict.outcome), format!("{:?} {:?}", verdict.reason, verdict.findings)),
        other => (None, format!("{other:?}")),
    }
}

fn examples() -> impl Iterator<Item = (&'static Requirement, &'static ExchangeExample)> {
    catalogue().requirements.iter().filter_map(|row| Some((row, row.examples.as_ref()?.exchange.as_ref()?)))
}

#[test]
fn the_right_example_passes_and_the_wrong_one_fails() {
    let (finished, _sandbox) = examine(Behaviour::default());
    let mut recording = finished.recording;
    let mut wrong = Vec::new();
    for (row, example) in examples() {
        for (message, expected) in [(&example.right, Outcome::Pass), (&example.wrong, Outcome::Fail)] {
            let (outcome, words) = outcome(&mut recording, row, example.of, message);
            if outcome != Some(expected) {
                wrong.push(format!("{} {:?}: expected {expected:?}, got {outcome:?}: {words}", row.id, example.of));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_has_an_exchange_example_but_those_that_need_more() {
    let with: BTreeSet<&str> = examples().map(|(row, _)| row.id.as_str()).collect();
    assert_eq!(with.len(), COVERED);
    let judged = catalogue().requirements.iter().filter(|row| row.mode == Mode::Check).map(|row| row.id.as_str());
    let without: BTreeSet<&str> = judged.filter(|id| !with.contains(id)).collect();
    assert_eq!(without, WITHOUT.iter().map(|(id, _)| *id).collect());
}

#[test]
fn a_patch_merges_as_the_rfc_says() {
    let target = json!({"a": 1, "b": {"c": [1], "d": 2}});
    assert_eq!(
        merged(target, &json!({"a": null, "b": {"c": [3]}, "e": {"f": null}})),
        json!({"b": {"d": 2, "c": [3]}, "e": {}})
    );
}

#[test]
fn explain_shows_the_messages_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let english = ran(bronkeur(&folder).args(["explain", "LST-11"])).stdout;
    let dutch = ran(bronkeur(&folder).args(["explain", "LST-11", "--lang", "nl"])).stdout;
    let message = "    HTTP/1.1 200 OK\n\n    … { \"pageMetadata\": { \"number\": 0 } }\n";
    for (text, label) in [(&english, "the first page of the list"), (&dutch, "de eerste pagina van de lijst")] {
        assert!(text.contains(message) && text.contains(label), "{text}");
    }
}

#[test]
fn a_malformed_message_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let specs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let target = folder.path().join("specs");
    for set in ["attesten-vergunningen", "rest-guidelines", "token-exchange"] {
        fs::create_dir_all(target.join(set)).unwrap();
        for entry in fs::read_dir(specs.join(set)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, target.join(set).join(path.file_name().unwrap())).unwrap();
        }
    }
    let list = target.join("attesten-vergunningen/list.yaml");
    let text = fs::read_to_string(&list).unwrap();
    let broken =
        text.replacen("of: entry", "of: entrance", 1).replacen("… { \"pageMetadata\": { \"number\": 0 } }", "… [0]", 1);
    fs::write(&list, &broken).unwrap();
    let refused = ran(bronkeur(&folder).args(["list", "--specs", "specs"]));
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.contains("examples.exchange.of") && refused.stderr.contains("second_page"),
        "{}",
        refused.stderr
    );
    fs::write(&list, broken.replacen("of: entrance", "of: entry", 1)).unwrap();
    let refused = ran(bronkeur(&folder).args(["list", "--specs", "specs"]));
    assert_eq!(refused.status, 2);
    for expected in ["list.yaml:", "requirements[10].examples.exchange.wrong", "not a JSON object", "Merge Patch"] {
        assert!(refused.stderr.contains(expected), "{expected} is not in\n{}", refused.stderr);
    }
}
