//! One sample for all views: a made-up catalogue, recording and verdicts with every outcome and every severity.

use std::collections::BTreeMap;

use serde_json::json;

use crate::base::text::Text;
use crate::catalogue::{
    About, Basis, Catalogue, Chapter, Document, Entry, Level, Mode, Requirement, SetVersion, SubjectKind,
};
use crate::evidence::exchange::{
    Auth, Citizen, Content, Exchange, Facts, Failure, FailureKind, IssuerCall, Kind, Request, Response, Sent,
};
use crate::evidence::recording::Recording;
use crate::evidence::setup::{Declares, Limits, Person, Setup, SourceSetup, SubjectSetup};
use crate::evidence::vault::Mark;
use crate::judging::decisions::{Answer, Review, Scope, Waiver};
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::report::{Report, RunMeta};

pub(crate) const SUBJECT: &str = "10000000095";
pub(crate) const TOKEN: &str = "TOKEN-1xxxxxxxxxxxxxxxxx";
const BASE: &str = "https://attesten.example.be/v1";

pub(crate) fn both(nl: &str, en: &str) -> Text {
    Text::new(nl, en)
}

fn row(id: &str, chapter: &str, level: Level, title: Text) -> Requirement {
    let about = if chapter == "token" { About::Issuer } else { About::Source };
    Requirement {
        id: id.to_owned(),
        set: "attesten-vergunningen".to_owned(),
        chapter: chapter.to_owned(),
        level,
        about,
        basis: vec![Basis::from("quoted ATT 5.3".to_owned()), Basis::from("quoted VO D8".to_owned())],
        mode: Mode::Check,
        check: None,
        needs: Vec::new(),
        title,
        explanation: Text::default(),
        judged: Text::default(),
        fix: both(&format!("Herstel {id} volgens het document."), &format!("Mend {id} as the document says.")),
        parameters: BTreeMap::new(),
        examples: None,
        reference: "ATT 5.3, VO D8".to_owned(),
        link: "https://vlaamseoverheid.atlassian.net/wiki/spaces/IKPubliek/pages/5821858143".to_owned(),
    }
}

fn chapter(name: &str, nl: &str, en: &str) -> Chapter {
    Chapter {
        set: "attesten-vergunningen".to_owned(),
        name: name.to_owned(),
        title: both(nl, en),
        introduction: Text::default(),
    }
}

pub(crate) fn catalogue() -> Catalogue {
    use Level::{May, Must, Should};
    let requirements = vec![
        row("TOK-01", "token", Must, both("De uitgever geeft een TX-token", "The issuer gives a TX token")),
        row("TOK-02", "token", Should, both("Het antwoord mag niet bewaard worden", "The answer is not to be stored")),
        row(
            "LST-01",
            "list",
            Must,
            both("De lijst antwoordt 200 op een goed token", "The list answers 200 to a good token"),
        ),
        row(
            "LST-02",
            "list",
            Must,
            both("Een certificaat staat maar één keer in de lijst", "A certificate is listed only once"),
        ),
        row("LST-03", "list", Must, both("`pageMetadata.number` telt vanaf 1", "`pageMetadata.number` counts from 1")),
        row(
            "LST-04",
            "list",
            Should,
            both("De links voor het bladeren staan er alle", "The links for paging are all there"),
        ),
        row(
            "LST-05",
            "list",
            Must,
            both(
                "De volgende pagina begint waar de vorige ophoudt, ook wanneer de oproeper een andere lengte kiest",
                "The next page starts where the previous one ends, even if the caller chooses another length",
            ),
        ),
        row("LST-06", "list", Must, both("Een lege lijst is geen fout", "An empty list is no error")),
        row(
            "LST-07",
            "list",
            Must,
            both("Meer dan het maximum geeft het maximum", "More than the maximum gives the maximum"),
        ),
        row(
            "LST-08",
            "list",
            Should,
            both("De lijst blijft gelijk tijdens het bladeren", "The list does not change while paging"),
        ),
        row("LST-09", "list", May, both("Elke pagina heeft een ETag", "Each page has an ETag")),
        row("LST-10", "list", Must, both("Geen tweede omhulsel", "No second envelope")),
        row("LST-11", "list", Must, both("Het mediatype is juist", "The media type is right")),
        row("OPS-01", "operations", Should, both("Er zijn belastingtests gedaan", "Load tests were done")),
        row("OPS-02", "operations", May, both("Antwoordtijden van deze keuring", "Response times of this run")),
        row("OPS-03", "operations", Must, both("Niet gekozen", "Not selected")),
    ];
    Catalogue {
        sets: vec![SetVersion {
            name: "attesten-vergunningen".into(),
            version: "1.0.0".into(),
            sha256: "ab".repeat(32),
        }],
        documents: vec![Document {
            key: "ATT".to_owned(),
            title: both("Specificaties Attesten", "Specifications of certificates"),
            publisher: String::new(),
            link: "https://vlaamseoverheid.atlassian.net/wiki/spaces/IKPubliek/pages/5821858143".to_owned(),
            knowledge: Text::default(),
        }],
        chapters: vec![
            chapter("token", "Het token", "The token"),
            chapter("list", "De lijst van attesten", "The list of certificates"),
            chapter("operations", "Uitbating", "Operations"),
        ],
        requirements,
        overrides: Vec::new(),
        kind: SubjectKind::Source,
        entry: Some(Entry::default()),
        openapi: (String::new(), String::new()),
        compiled: crate::catalogue::Compiled::default(),
    }
}

pub(crate) fn setup() -> Setup {
    let person =
        |name: &str, insz: &str| Person { name: name.into(), insz: insz.into(), ready_token: true, refreshes: false };
    Setup {
        name: "Fiscale attesten".into(),
        base_url: BASE.into(),
        origins: Vec::new(),
        environment: "tni".into(),
        citizens: [(Citizen::Subject, person("an", SUBJECT))].into(),
        acm: None,
        ready: Vec::new(),
        limits: Limits::default(),
        authorities: crate::evidence::setup::Authorities::default(),
        subject: SubjectSetup::Source(Box::new(SourceSetup {
            entry_path: "certificates/{insz}".into(),
            declares: Declares { one_page: true, ..Declares::default() },
            ..SourceSetup::default()
        })),
    }
}

pub(crate) fn list() -> Request {
    Request::entry(Citizen::Subject).query("limit", 10).query("page", 0)
}

pub(crate) fn detail() -> Request {
    Request::link(Kind::Detail, format!("{BASE}/certificates/{SUBJECT}/it's-$(id)/nl?x={{a,b}}"))
}

pub(crate) fn download() -> Request {
    Request::link(Kind::Download, format!("{BASE}/certificates/{SUBJECT}/7/nl/download"))
}

fn expired() -> Request {
    list().auth(Auth::ExpiredToken)
}

pub(crate) fn exchange(request: Request, url: &str, ms: u64, result: Result<Response, Failure>) -> Exchange {
    let authorization = ("authorization".to_owned(), format!("Bearer {TOKEN}"));
    let headers = vec![("accept".to_owned(), request.accept.value().to_owned()), authorization];
    let sent = Sent { method: "GET".into(), url: url.into(), headers, form: Vec::new() };
    Exchange { request, sent, at_ms: 0, ms, credential: None, earlier: Vec::new(), result }
}

/// A page of that many certificates.
pub(crate) fn list_answer(count: usize) -> Response {
    let certificate =
        |n: usize| json!({"id": n.to_string(), "language": "nl", "name": "Attest", "links": [{"rel": "self"}]});
    let certificates: Vec<serde_json::Value> = (0..count).map(certificate).collect();
    let headers = vec![("content-type".to_owned(), "application/hal+json".to_owned())];
    Response::new(200, headers, Content::json(json!({"certificates": certificates})), Facts::default())
}

pub(crate) fn recording() -> Recording {
    let mut recording = Recording::new(setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 42);
    let mark = |surrogate: &str, mark: &str| Mark { surrogate: surrogate.into(), mark: mark.into() };
    recording.marks = vec![mark(SUBJECT, "INSZ-1"), mark(TOKEN, "TOKEN-1"), mark("SECRET-1xx", "SECRET-1")];
    let json = |status, value| {
        let headers = vec![("content-type".to_owned(), "application/hal+json".to_owned())];
        let facts = Facts { body_bytes: 120, complete: true, utf8: true, ..Facts::default() };
        Ok(Response::new(status, headers, Content::json(value), facts))
    };
    let failed = |kind, detail: &str| Err(Failure::new(kind, Text::same(detail)));
    let list_url = format!("{BASE}/certificates/{SUBJECT}?limit=10&page=0");
    recording.add(exchange(list(), &list_url, 12, json(200, json!({"certificates": [], "links": []}))));
    recording.add(exchange(expired(), &list_url, 30, json(200, json!({"certificates": []}))));
    let url = format!("{BASE}/certificates/{SUBJECT}/it's-$(id)/nl?x={{a,b}}");
    recording.add(exchange(detail(), &url, 7, json(404, json!({"title": "no"}))));
    let url = format!("{BASE}/certificates/{SUBJECT}/7/nl/download");
    let slow = failed(FailureKind::Timeout, &format!("no answer for {TOKEN} in 10 s"));
    recording.add(exchange(download(), &url, 10_000, slow));
    let discovery = Request::issuer(IssuerCall::Discovery);
    let unsent = Sent::default();
    let result = failed(FailureKind::NotConfigured, "");
    recording.add(Exchange {
        request: discovery,
        sent: unsent,
        at_ms: 0,
        ms: 0,
        credential: None,
        earlier: Vec::new(),
        result,
    });
    recording
}

fn fails(findings: Vec<Finding>) -> Verdict {
    let evidence = findings.iter().filter_map(|finding| finding.exchange.clone().map(std::sync::Arc::new)).collect();
    Verdict { findings, evidence, ..Verdict::of(Outcome::Fail) }
}

fn finding(request: &Request, place: &str, expected: &str, actual: &str) -> Finding {
    Finding::new(request, place, Text::same(expected), Text::same(actual))
}

pub(crate) fn verdicts() -> Vec<Verdict> {
    use Level::{May, Should};
    let evidence = [std::sync::Arc::new(list())].into();
    let issuer = Request::issuer(IssuerCall::Discovery);
    let dear = both("vermijd het bewaren", "avoid storing it");
    vec![
        fails(vec![finding(&issuer, "status", "200", "403")]),
        fails(vec![finding(&issuer, "header cache-control", "no-store", "max-age=60").fix(dear)]),
        Verdict { evidence, ..Verdict::of(Outcome::Pass) },
        fails(vec![
            finding(&detail(), "/certificates/0/id", "one", "two, of citizen 10.00.00-000.95"),
            finding(&list(), "/certificates/1/id", "one", "]]> & <b>two</b>").at_most(Should),
        ]),
        fails(vec![finding(&list(), "/pageMetadata/number", "1", "0")]),
        fails(vec![finding(&list(), "/links", "rel next", "rels self, start")]),
        Verdict::blocked(
            both("er kwam niet op tijd een antwoord", "no answer came in time"),
            both("controleer de server, of verhoog `source.timeout`", "check the server, or raise `source.timeout`"),
        ),
        Verdict::blocked(
            both("het profiel heeft geen burger zonder attesten", "the profile has no citizen without certificates"),
            both("voeg een burger toe met `role: empty`", "add a citizen with `role: empty`"),
        ),
        Verdict { findings: vec![finding(&list(), "/", "", "99").at_most(May)], ..Verdict::of(Outcome::Pass) },
        Verdict::blocked(
            both("te weinig gegevens", "too little data"),
            both("kies een andere burger", "choose another citizen"),
        ),
        fails(vec![finding(&list(), "header etag", "a header", "none")]),
        Verdict::not_applicable(both("de eigenaar verklaart: één pagina", "the owner declares: one page")),
        Verdict::of(Outcome::Pass),
        Verdict::of(Outcome::Review),
        Verdict::observed(both("12 ms voor een lijst", "12 ms for a list")),
        Verdict { reason: Some(both("niet gekozen", "not selected")), ..Verdict::of(Outcome::NotSelected) },
    ]
}

pub(crate) fn meta() -> RunMeta {
    let waiver = Waiver {
        scope: Scope::All,
        reason: "wordt hersteld in release 8".into(),
        owner: "team attesten".into(),
        approved_by: Some("Rita".into()),
        ends_on: "2026-06-30".parse().unwrap(),
    };
    let review = Review {
        answer: Answer::Rejected,
        by: "Rita".into(),
        date: "2026-02-02".parse().unwrap(),
        note: "geen verslag gezien".into(),
        link: Some("https://wiki.example.be/1".into()),
        ends_on: Some("2026-02-28".parse().unwrap()),
    };
    RunMeta {
        duration_ms: 10_432,
        accepted: [("lst-06".to_owned(), "geen lege burger op TNI".to_owned())].into(),
        reviews: [("OPS-01".to_owned(), review)].into(),
        waivers: [("LST-03".to_owned(), waiver)].into(),
        ..RunMeta::default()
    }
}

pub(crate) fn report() -> Report {
    Report::new(&catalogue(), &recording(), &verdicts(), &meta())
}
