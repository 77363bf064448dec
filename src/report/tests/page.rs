//! The page as text; what it looks like and does in a browser is in tests/real.

use quick_xml::events::Event;

use super::sample;
use crate::base::text::{Lang, Text};
use crate::evidence::exchange::{Request, Response};
use crate::evidence::recording::Recording;
use crate::judging::decisions::Answer;
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::report::{Languages, Override, Report, Review, html};

const BOTH: Languages = Languages { first: Lang::Nl, only: false };

/// What must come out as text wherever it stands.
const PLANTED: &str = "</span></code></pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\" autofocus onfocus=alert(1) x=\"`'{{7*7}}{% x %}&lt;";

/// Every element and attribute of a page, by name and value.
fn parts(page: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(page);
    reader.config_mut().check_end_names = false;
    let mut parts = Vec::new();
    loop {
        match reader.read_event().expect("markup") {
            Event::Start(tag) | Event::Empty(tag) => {
                parts.push((String::from_utf8(tag.name().as_ref().to_vec()).unwrap(), String::new()));
                for attribute in tag.html_attributes() {
                    let attribute = attribute.expect("an attribute");
                    let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
                    parts.push((format!("@{name}"), String::from_utf8(attribute.value.to_vec()).unwrap()));
                }
            }
            Event::Eof => return parts,
            _ => {}
        }
    }
}

/// The sample with the planted text in every field that anybody else writes.
fn planted() -> Report {
    let mut report = sample::report();
    let text = || Text::new(format!("nl {PLANTED}"), format!("en {PLANTED}"));
    let (run, word) = (&mut report.run, || PLANTED.to_owned());
    (run.source, run.base_url, run.environment, run.envelope) = (word(), word(), word(), word());
    run.declares = vec![word()];
    run.evidence_sha256 = Some(word());
    for spec in &mut run.specs {
        (spec.name, spec.version, spec.sha256) = (word(), word(), word());
    }
    for chapter in &mut report.chapters {
        chapter.title = text();
    }
    for row in &mut report.requirements {
        (row.title, row.reference, row.link) = (text(), word(), format!("javascript:alert(1)//{PLANTED}"));
        (row.reason, row.remedy, row.accepted) = (Some(text()), Some(text()), Some(word()));
        let date = "2026-03-01".parse().unwrap();
        row.review = Some(Review {
            answer: Answer::Rejected,
            name: word(),
            date,
            note: word(),
            link: Some(word()),
            until: None,
        });
        for finding in &mut row.findings {
            (finding.expected, finding.actual, finding.place) = (text(), text(), word());
            (finding.excerpt, finding.fix) = (Some(word()), text());
        }
    }
    for document in &mut report.documents {
        (document.key, document.title, document.link) = (word(), text(), word());
        (document.publisher, document.knowledge) = (word(), Some(text()));
    }
    report.overrides = vec![Override { rule: word(), by: word(), reason: text() }];
    for exchange in &mut report.exchanges {
        (exchange.method, exchange.url, exchange.auth) = (word(), word(), word());
        (exchange.citizen, exchange.curl) = (Some(word()), Some(word()));
    }
    report
}

#[test]
fn what_a_source_writes_is_text_in_every_field() {
    let names = |report: &Report| -> Vec<String> {
        let mut names: Vec<String> = parts(&html(report, BOTH).unwrap()).into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let page = html(&planted(), BOTH).unwrap();
    assert!(page.matches("&lt;script&gt;alert(1)&lt;").count() > 100);
    let strange: Vec<&String> = Vec::new();
    let (known, found) = (names(&sample::report()), names(&planted()));
    assert_eq!(found.iter().filter(|name| !known.contains(name)).collect::<Vec<_>>(), strange);
    for (name, value) in parts(&page) {
        assert!(!["script", "img", "iframe", "object", "base", "@style"].contains(&name.as_str()), "{name}={value}");
        assert!(!name.starts_with("@on"), "{name}={value}");
        if name == "@href" || name == "@src" {
            // The template engine escapes the slash too.
            let value = value.replace("&#x2f;", "/");
            assert!(value.starts_with('#') || value.starts_with("https://"), "{value}");
        }
    }
}

#[test]
fn a_page_loads_nothing_and_allows_no_script() {
    let page = html(&sample::report(), BOTH).unwrap();
    let parts = parts(&page);
    let policy = parts.iter().find(|(_, value)| value.starts_with("default-src")).unwrap();
    assert!(policy.1.starts_with("default-src 'none'; style-src 'sha256-") && !policy.1.contains("script"));
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(!parts.iter().any(|(name, _)| ["@src", "link", "@srcset"].contains(&name.as_str())));
}

#[test]
fn a_language_that_is_chosen_is_the_only_one() {
    let report = sample::report();
    for (lang, code, own, other) in
        [(Lang::Nl, "nl", "Wat te doen", "What to do"), (Lang::En, "en", "What to do", "Wat te doen")]
    {
        let both = html(&report, Languages { first: lang, only: false }).unwrap();
        let only = html(&report, Languages { first: lang, only: true }).unwrap();
        for page in [&both, &only] {
            assert!(page.starts_with(&format!("<!doctype html>\n<html lang=\"{code}\">")));
            assert!(page.contains(own));
        }
        assert!(both.contains(other) && both.contains(&format!("id=\"language-{code}\" checked")));
        assert!(!only.contains(other) && !only.contains("name=\"language\""));
    }
}

#[test]
fn the_parts_come_in_the_order_of_urgency() {
    let page = html(&sample::report(), BOTH).unwrap();
    let marks = [
        "<h1",
        "id=\"result\"",
        "id=\"advice\"",
        "class=\"sentence\"",
        "class=\"worst\"",
        "class=\"unjudged\"",
        "id=\"filters\"",
        "id=\"failures\"",
        "id=\"errors\"",
        "id=\"blocked\"",
        "id=\"reviews\"",
        "id=\"warnings\"",
        "id=\"waived\"",
        "id=\"notes\"",
        "id=\"rest\"",
        "id=\"timings\"",
        "id=\"exchanges\"",
        "id=\"about\"",
        "sha256 abab",
    ];
    let places: Vec<usize> = marks.iter().map(|mark| page.find(mark).unwrap_or_else(|| panic!("{mark}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    let failure = page.split_once("id=\"LST-02\"").unwrap().1.split_once("</article>").unwrap().0;
    for said in
        ["ATT 5.3", "Specificaties Attesten", "curl ", "$TOKEN", "two, of citizen INSZ-1", "HTTP 404", "Herstel LST-02"]
    {
        assert!(failure.contains(said), "{said}: {failure}");
    }
}

#[test]
fn the_first_screen_says_of_which_environment_it_is_and_what_was_expected() {
    let page = html(&sample::report(), Languages { first: Lang::En, only: true }).unwrap();
    let first = page.split_once("<h1").unwrap().1.split_once("id=\"filters\"").unwrap().0;
    let when = first.split_once("class=\"when\"").unwrap().1.split_once("</p>").unwrap().0;
    assert!(when.contains("attesten.example.be") && when.contains("TNI (test)"), "{when}");
    assert!(first.contains("expected: one; found: two, of citizen INSZ-1"), "{first}");
}

#[test]
fn what_plain_http_leaves_out_is_said_once() {
    use crate::report::why_partial;
    let mut report = sample::report();
    report.run.base_url = "http://localhost:8080/v1".to_owned();
    let said = |report: &Report| why_partial(report).first().unwrap().en.clone();
    assert_eq!(said(&report), "the source was called over http");
    let row = report.requirements[0].clone();
    for id in ["URL-01", "URL-02"] {
        let none = crate::judging::reason::no_encryption();
        let (outcome, reason) = (none.outcome, none.reason);
        report.requirements.push(crate::report::Requirement { id: id.to_owned(), outcome, reason, ..row.clone() });
    }
    // One that does not apply for another reason is not among them.
    for (id, outcome) in [("URL-03", Outcome::NotApplicable), ("URL-04", Outcome::Pass)] {
        report.requirements.push(crate::report::Requirement { id: id.to_owned(), outcome, ..row.clone() });
    }
    assert_eq!(said(&report), "the source was called over http, without TLS to judge (URL-01, URL-02)");
}

/// A made-up recording of a large source in which much is wrong.
fn large(exchanges: u32) -> Report {
    let mut recording = Recording::new(sample::setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 0);
    recording.marks = sample::recording().marks;
    let mut requests: Vec<Request> = Vec::new();
    for n in 0..exchanges {
        let request = sample::list().again(n);
        let url = format!(
            "https://attesten.example.be/v1/certificates/{}?limit=10&page={n}&x={}",
            sample::SUBJECT,
            "y".repeat(120)
        );
        recording.add(sample::exchange(request.clone(), &url, u64::from(n), Ok(sample::list_answer(100))));
        requests.push(request);
    }
    let mut catalogue = sample::catalogue();
    let row = catalogue.requirements[2].clone();
    catalogue.requirements =
        (0..150).map(|n| crate::catalogue::Requirement { id: format!("LST-{n:03}"), ..row.clone() }).collect();
    let finding = |request: &Request| {
        let said = Text::same("<'\">".repeat(30));
        Finding::new(request, "/certificates/50/id", said.clone(), said)
    };
    let verdict = |n: usize| {
        let findings: Vec<Finding> = requests.iter().skip(n).take(20).map(finding).collect();
        Verdict {
            findings,
            evidence: requests.iter().take(500).cloned().map(std::sync::Arc::new).collect(),
            ..Verdict::of(Outcome::Fail)
        }
    };
    let verdicts: Vec<Verdict> = (0..150).map(verdict).collect();
    Report::new(&catalogue, &recording, &verdicts, &sample::meta())
}

#[test]
fn a_run_of_2000_exchanges_stays_below_3_megabytes() {
    let page = html(&large(2_000), BOTH).unwrap();
    assert!(page.contains("id=\"x2000\""));
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

#[test]
fn calls_beyond_what_a_page_can_hold_are_counted() {
    let page = html(&large(2_503), BOTH).unwrap();
    assert!(page.contains("id=\"x2500\"") && !page.contains("id=\"x2501\""));
    assert!(page.contains(">And</span> 3 "));
}

#[test]
fn an_answer_is_shown_only_where_there_is_one() {
    let mut recording = sample::recording();
    recording.replace(sample::exchange(sample::list(), "https://h.be/", 1, Ok(Response::default())));
    let report = Report::new(&sample::catalogue(), &recording, &sample::verdicts(), &sample::meta());
    let excerpts: Vec<Option<&str>> =
        report.requirements.iter().flat_map(|row| &row.findings).map(|finding| finding.excerpt.as_deref()).collect();
    assert!(excerpts.contains(&None) && !excerpts.contains(&Some("HTTP 0")), "{excerpts:?}");
    assert!(excerpts.iter().flatten().any(|excerpt| excerpt.starts_with("HTTP 404")), "{excerpts:?}");
}
