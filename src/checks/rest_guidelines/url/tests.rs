//! Each check against a source that is right and sources that are wrong in one thing.

use serde_json::{Value, json};

use crate::checks::testing::{BASE, INSZ, Reply, Source, certificate, changed, failed, json_answer, url_of};
use crate::evidence::exchange::{
    Auth, Citizen, Content, Facts, FailureKind, Kind, Request, Response, Target, Tls, TlsFacts, Variation,
};
use crate::judging::verdict::{Outcome, Verdict};

const IDS: [&str; 4] = ["a1b2", "c3d4", "e5f6", "A-7"];

/// What the outside of a right source shows.
fn outside(request: &Request) -> Option<Reply> {
    let tls = |version: Option<&str>, refusal: Option<&str>, not_after: Option<&str>| {
        let tls = TlsFacts {
            version: version.map(str::to_owned),
            refusal: refusal.map(str::to_owned),
            not_after: not_after.map(|date| date.parse().unwrap()),
        };
        Some(Ok(Response::new(0, Vec::new(), Content::Empty, Facts { tls: Some(tls), ..Facts::default() })))
    };
    match request.target {
        Target::Tls(Tls::Modern) => tls(Some("TLS 1.3"), None, Some("1970-06-01T00:00:00Z")),
        Target::Tls(Tls::Control) => tls(Some("TLS 1.2"), None, None),
        Target::Tls(_) => tls(None, Some("alert protocol_version"), None),
        Target::PlainHttp => Some(failed(FailureKind::Connect)),
        _ if request.variation == Variation::TrailingSlash => Some(problem(404)),
        Target::Entry { .. } if request.auth == Auth::None => Some(unauthorized("/v1/certificates")),
        _ => None,
    }
}

fn problem(status: u16) -> Reply {
    json_answer(status, "application/problem+json", json!({ "title": "No", "status": status }))
}

fn unauthorized(path: &str) -> Reply {
    problem(401).map(|mut response| {
        response.headers.push(("www-authenticate".to_owned(), format!("Bearer realm=\"{path}\"")));
        response
    })
}

fn source(hal: bool) -> Source {
    Source::new(hal, IDS.map(|id| certificate(id, "nl")).to_vec()).when(outside)
}

/// A source whose certificates have these hrefs; `{id}` is the id, `{base}` the path of the list.
fn with_hrefs(hal: bool, own: &str, download: &str) -> Source {
    let filled =
        |href: &str, id: &str| href.replace("{id}", id).replace("{base}", &format!("{BASE}/certificates/{INSZ}"));
    let items = IDS.map(|id| {
        let links = json!([
            { "rel": "self", "href": filled(own, id) }, { "rel": "download", "href": filled(download, id) }
        ]);
        changed(certificate(id, "nl"), &json!({ "links": links }))
    });
    Source::new(hal, items.to_vec()).when(outside)
}

const OTHER: &str = "10000000113";

/// The same source with a list of another citizen, in whose hrefs these words stand in place of others.
fn with_other(mut source: Source, own: &str, words: [&'static str; 2]) -> Source {
    let other =
        crate::evidence::setup::Person { name: "bo".into(), insz: OTHER.into(), ready_token: true, refreshes: false };
    source.setup.citizens.insert(Citizen::Other, other);
    let base = format!("{BASE}/certificates/{OTHER}");
    let items = ["b-1", "b-2"].map(|id| {
        let href = own.replace("{id}", id).replace("{base}", &base).replace(words[0], words[1]);
        changed(certificate(id, "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }))
    });
    let page = json!({ "certificates": items, "links": [{ "rel": "self", "href": base }] });
    source.when(move |request| match request.target {
        Target::Entry { citizen: Citizen::Other, .. } => Some(json_answer(200, "application/hal+json", page.clone())),
        _ => outside(request),
    })
}

/// The verdict on a source whose `self` is such, for both citizens.
fn of_self(id: &str, own: &str) -> Verdict {
    let both =
        [false, true].map(|hal| with_other(with_hrefs(hal, own, "{base}/{id}/nl/download"), own, ["", ""]).judge(id));
    assert_eq!(both[0].outcome, both[1].outcome, "{id} on {own}: the envelope decides");
    let [verdict, _] = both;
    verdict
}

fn assert_fails(verdict: &Verdict, place: &str) {
    assert_eq!(verdict.outcome, Outcome::Fail, "{verdict:?}");
    assert!(verdict.findings.iter().any(|finding| finding.place == place), "{verdict:?}");
}

const SELF: &str = "/certificates/0/links/0/href";

#[test]
fn a_right_source_passes_in_both_envelopes() {
    for hal in [false, true] {
        for number in 1..=13 {
            let id = format!("URL-{number:02}");
            let verdict = source(hal).judge(&id);
            assert_eq!(verdict.outcome, Outcome::Pass, "{id}: {verdict:?}");
            assert!(verdict.findings.is_empty(), "{id}: {verdict:?}");
        }
        assert_eq!(source(hal).judge("URL-14").outcome, Outcome::NotApplicable);
        assert_eq!(source(hal).judge("URL-15").outcome, Outcome::Pass);
        assert_eq!(source(hal).judge("URL-16").outcome, Outcome::NotApplicable);
        assert_eq!(source(hal).judge("URL-17").outcome, Outcome::NotApplicable);
        let depth = source(hal).judge("URL-21");
        assert_eq!(depth.outcome, Outcome::Observed);
        assert!(depth.reason.unwrap().en.starts_with("5 segments"));
    }
}

#[test]
fn other_right_forms_pass() {
    for own in [
        "{base}/{id}?language=nl",
        "{base}/details?id={id}&language=nl",
        "/v1/certificates/1/{id}/nl",
        "{base}/letters/{id}/nl",
        "{base}/{id}/nl{?embed}",
        "{base}/2025/{id}/nl",
        "{base}/{id}:1/nl",
        "https://source.example/v1/attestations/{id}/nl",
    ] {
        for number in (5..=13).chain([15]) {
            let id = format!("URL-{number:02}");
            let verdict = of_self(&id, own);
            assert_eq!(verdict.outcome, Outcome::Pass, "{id} on {own}: {verdict:?}");
        }
    }
}

#[test]
fn without_the_list_hrefs_are_not_judged() {
    for id in ["01", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "21"] {
        let refused = |request: &Request| (request.kind() == Kind::List).then(|| problem(403));
        let verdict = source(false).when(refused).judge(&format!("URL-{id}"));
        assert_eq!(verdict.outcome, Outcome::Blocked, "URL-{id}: {verdict:?}");
        assert!(verdict.remedy.is_some());
    }
}

#[test]
fn an_empty_list_shows_too_little() {
    for (id, outcome) in [("URL-13", Outcome::Blocked), ("URL-14", Outcome::Blocked), ("URL-07", Outcome::Pass)] {
        assert_eq!(Source::new(false, Vec::new()).when(outside).judge(id).outcome, outcome, "{id}");
    }
}

#[test]
fn certificates_whose_hrefs_lead_nowhere_show_no_path() {
    let nowhere = with_hrefs(false, "urn:x:{id}", "urn:y:{id}");
    for id in ["URL-13", "URL-14"] {
        assert_eq!(nowhere.judge(id).outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn http_is_found_in_the_base_url_and_in_hrefs() {
    assert_fails(&of_self("URL-01", "http://source.example/v1/certificates/1/{id}/nl"), SELF);
    let mut plain = source(false);
    plain.setup.base_url = "http://source.example/v1".into();
    assert_fails(&plain.judge("URL-01"), "source.base_url");
    assert_eq!(plain.judge("URL-02").outcome, Outcome::Blocked);
    plain.setup.base_url = "http://127.0.0.1:8080/v1".into();
    for id in ["URL-01", "URL-02", "URL-03", "URL-04"] {
        assert_eq!(plain.judge(id).outcome, Outcome::NotApplicable, "{id}");
    }
}

fn handshakes(offer: Tls, version: Option<&'static str>, not_after: Option<&'static str>) -> Source {
    source(false).when(move |request| {
        let tls = TlsFacts {
            version: version.map(str::to_owned),
            refusal: version.is_none().then(|| "connection closed".to_owned()),
            not_after: not_after.map(|date| date.parse().unwrap()),
        };
        let facts = Facts { tls: Some(tls), ..Facts::default() };
        (request.target == Target::Tls(offer)).then(|| Ok(Response::new(0, Vec::new(), Content::Empty, facts)))
    })
}

fn fails_with(target: Target, kind: FailureKind) -> Source {
    source(false).when(move |request| (request.target == target).then(|| failed(kind)))
}

#[test]
fn a_certificate_that_is_not_right_fails_and_one_that_expires_soon_is_a_note() {
    assert_fails(&fails_with(Target::Tls(Tls::Modern), FailureKind::Tls).judge("URL-02"), "fact tls");
    assert_eq!(fails_with(Target::Tls(Tls::Modern), FailureKind::Connect).judge("URL-02").outcome, Outcome::Blocked);
    let soon = handshakes(Tls::Modern, Some("TLS 1.2"), Some("1970-01-20T00:00:00Z")).judge("URL-02");
    assert_eq!((soon.outcome, soon.findings.len()), (Outcome::Pass, 1));
    assert_fails(&handshakes(Tls::Modern, Some("TLS 1.2"), Some("1969-12-30T00:00:00Z")).judge("URL-02"), "fact tls");
    assert_fails(&handshakes(Tls::Modern, None, None).judge("URL-02"), "fact tls");
}

#[test]
fn an_old_hello_fails_and_a_refusal_needs_its_control() {
    for (offer, version) in [(Tls::Only10, "TLS 1.0"), (Tls::Only11, "TLS 1.1")] {
        assert_fails(&handshakes(offer, Some(version), None).judge("URL-03"), "fact tls");
        assert_eq!(fails_with(Target::Tls(offer), FailureKind::Timeout).judge("URL-03").outcome, Outcome::Blocked);
    }
    assert_eq!(handshakes(Tls::Control, None, None).judge("URL-03").outcome, Outcome::Blocked);
    assert_eq!(
        fails_with(Target::Tls(Tls::Control), FailureKind::NotConfigured).judge("URL-03").outcome,
        Outcome::Blocked
    );
}

#[test]
fn plain_http_may_redirect_and_may_not_answer() {
    let on_http =
        |reply: fn() -> Reply| source(false).when(move |request| (request.target == Target::PlainHttp).then(reply));
    let redirect = || Ok(Response::new(301, vec![("location".into(), BASE.into())], Content::Empty, Facts::default()));
    let page = || Ok(Response::new(200, Vec::new(), Content::Text("<html>".into()), Facts::default()));
    for right in [redirect, page, || problem(404), || problem(401), || failed(FailureKind::Timeout)] {
        let verdict = on_http(right).judge("URL-04");
        assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:?}");
    }
    assert_fails(&on_http(|| json_answer(200, "application/json", json!({}))).judge("URL-04"), "status");
    assert_fails(&on_http(|| unauthorized("/v1")).judge("URL-04"), "header www-authenticate");
    let unreachable = source(false).when(|request| {
        matches!(request.target, Target::Entry { .. } | Target::Tls(_)).then(|| failed(FailureKind::Connect))
    });
    assert_eq!(unreachable.judge("URL-04").outcome, Outcome::Blocked);
    assert_eq!(on_http(|| failed(FailureKind::NotConfigured)).judge("URL-04").outcome, Outcome::Blocked);
}

#[test]
fn a_version_that_is_none_is_found_and_another_one_too() {
    for version in ["v1.2", "V1", "v1-beta", "1", "v2"] {
        let own = format!("https://source.example/{version}/certificates/1/{{id}}/nl");
        assert_fails(&of_self("URL-05", &own), SELF);
    }
    for base in ["https://source.example/v1.2", "https://source.example"] {
        let mut source = source(false);
        source.setup.base_url = base.into();
        assert_fails(&source.judge("URL-05"), "source.base_url");
    }
}

#[test]
fn a_document_store_with_rules_of_its_own_is_a_recommendation_at_most() {
    let source = || with_hrefs(false, "{base}/{id}/nl", "https://documents.example/Store_1/{id}.pdf");
    for id in ["URL-05", "URL-07", "URL-08", "URL-11"] {
        let verdict = source().judge(id);
        assert_eq!(verdict.outcome, Outcome::Fail, "{id}");
        assert!(verdict.findings.iter().all(|finding| finding.level == Some(crate::catalogue::Level::Should)), "{id}");
    }
}

#[test]
fn only_api_stands_before_the_version() {
    let mut prefixed = source(false);
    prefixed.setup.base_url = "https://source.example/backoffice/v1".into();
    assert_fails(&prefixed.judge("URL-06"), "source.base_url");
    prefixed.setup.base_url = "https://source.example/api/v1".into();
    assert_eq!(prefixed.judge("URL-06").outcome, Outcome::Pass);
    // What hrefs carry is what the outside world sees.
    prefixed.setup.base_url = "https://gateway.example/tax/source-7/v1".into();
    prefixed.setup.source_mut().public_url = Some(BASE.into());
    assert_eq!(prefixed.judge("URL-06").outcome, Outcome::Pass);
    assert_fails(&of_self("URL-06", "https://source.example/tax/v1/certificates/1/{id}/nl"), SELF);
    let mut versionless = with_hrefs(false, "https://source.example/c/{id}/nl", "https://source.example/c/{id}/nl/pdf");
    versionless.setup.base_url = "https://source.example".into();
    let paging = versionless.judge("URL-06");
    // The paging links of this source do carry a version.
    assert_eq!(paging.outcome, Outcome::Pass);
}

#[test]
fn names_are_judged_and_identifiers_are_not() {
    for (id, wrong, right) in [
        ("URL-07", "taxDocuments", "tax-documents"),
        ("URL-08", "tax_letters", "tax-letters"),
        ("URL-08", "tax.letters", "letters"),
        ("URL-12", "doc", "documents"),
        ("URL-14", "letter", "letters"),
        ("URL-15", "getLetters", "letters"),
        ("URL-15", "ophalen", "getuigschriften"),
    ] {
        assert_fails(&of_self(id, &format!("{{base}}/{wrong}/{{id}}/nl")), SELF);
        assert_eq!(of_self(id, &format!("{{base}}/{right}/{{id}}/nl")).outcome, Outcome::Pass, "{id} {right}");
        // In the hrefs of two items it is no name.
        let two: Vec<Value> = ["a", "b"]
            .map(|item| {
                let href = format!("{BASE}/certificates/{INSZ}/{wrong}/{item}/nl");
                changed(certificate(item, "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }))
            })
            .to_vec();
        let outcome = Source::new(false, two).judge(id).outcome;
        assert!(matches!(outcome, Outcome::Pass | Outcome::Blocked), "{id}");
    }
}

#[test]
fn what_a_source_calls_a_citizen_is_no_name() {
    let own = "{base}/Xk_9.aB/get/{id}/nl";
    for (id, hal) in ["URL-07", "URL-08", "URL-12", "URL-14"].into_iter().flat_map(|id| [(id, false), (id, true)]) {
        let apart = with_other(with_hrefs(hal, own, own), own, ["Xk_9.aB/get", "Yq_1.zC/letters"]);
        let verdict = apart.judge(id);
        assert!(matches!(verdict.outcome, Outcome::Pass | Outcome::NotApplicable), "{id}: {verdict:?}");
        // Of one citizen alone nobody can tell.
        let verdict = with_hrefs(hal, own, own).judge(id);
        assert!(verdict.findings.iter().all(|finding| finding.level.is_some()), "{id}: {verdict:?}");
    }
}

#[test]
fn the_lists_of_others_count_too() {
    let own = "{base}/{id}/nl";
    let marked = || with_other(with_hrefs(false, own, own), own, ["/nl", "/nl#a"]);
    assert_fails(&marked().judge("URL-09"), SELF);
    let plain = with_other(with_hrefs(false, own, own), own, ["https:", "http:"]);
    assert_fails(&plain.judge("URL-01"), SELF);
}

#[test]
fn a_code_that_some_items_share_is_a_recommendation_at_most() {
    let items: Vec<Value> = [("a", "FISC"), ("b", "FISC"), ("c", "FISC"), ("d", "ENV")]
        .map(|(item, kind)| {
            let href = format!("{BASE}/certificates/{INSZ}/{kind}/{item}/nl");
            changed(certificate(item, "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }))
        })
        .to_vec();
    let verdict = Source::new(false, items).judge("URL-07");
    assert_fails(&verdict, SELF);
    assert!(verdict.findings.iter().all(|finding| finding.level.is_some()), "{verdict:?}");
}

#[test]
fn capitals_and_marks_of_the_base_url_are_found_without_the_list() {
    for (id, base) in [("URL-07", "https://source.example/Api/v1"), ("URL-08", "https://source.example/my_api/v1")] {
        let mut source = source(false).when(|request| (request.kind() == Kind::List).then(|| problem(403)));
        source.setup.base_url = base.into();
        assert_fails(&source.judge(id), "source.base_url");
    }
}

#[test]
fn fragments_slashes_and_extensions_are_found() {
    for (id, own) in [
        ("URL-09", "{base}#{id}"),
        ("URL-10", "{base}/{id}/nl/"),
        ("URL-10", "{base}/{id}/nl/?x=1"),
        ("URL-11", "{base}/{id}/nl.PDF"),
        ("URL-11", "{base}/{id}.json?language=nl"),
    ] {
        assert_fails(&of_self(id, own), SELF);
    }
    assert_eq!(of_self("URL-11", "{base}/nl/{id}.5").outcome, Outcome::Pass);
}

#[test]
fn the_hrefs_of_details_are_judged_too_and_may_be_missing() {
    let links = json!([{ "rel": "self", "href": url_of("a1b2", "nl") }, { "rel": "download", "href": format!("{BASE}/a1b2.pdf") }]);
    for hal in [false, true] {
        let detail = changed(certificate("a1b2", "nl"), &json!({ "links": links }));
        let verdict = source(hal).detail("a1b2", "nl", &detail).judge("URL-11");
        assert_fails(&verdict, if hal { "/_links/download/href" } else { "/links/1/href" });
    }
    let silent = source(false).on("/nl", || failed(FailureKind::Timeout)).judge("URL-11");
    assert_eq!(silent.outcome, Outcome::Pass);
}

#[test]
fn a_slash_may_give_the_same_and_not_something_else() {
    let slashed = |reply: fn(&Request) -> Reply| {
        source(false).when(move |request| (request.variation == Variation::TrailingSlash).then(|| reply(request)))
    };
    let other = |_: &Request| json_answer(200, "application/hal+json", json!({ "certificates": [] }));
    assert_fails(&slashed(other).judge("URL-10"), "status");
    assert_eq!(slashed(|_| failed(FailureKind::Broken)).judge("URL-10").outcome, Outcome::Blocked);
    assert_eq!(slashed(|_| problem(500)).judge("URL-10").outcome, Outcome::Blocked);
    // Without an answer of its own the small source gives the ordinary list.
    let same = Source::new(false, IDS.map(|id| certificate(id, "nl")).to_vec());
    assert_eq!(same.judge("URL-10").outcome, Outcome::Pass);
}

#[test]
fn an_identifier_that_is_a_uri_is_found() {
    for own in [
        "{base}/https%3A%2F%2Fdata.example%2Fid%2F{id}/nl",
        "{base}/urn:x-tax:{id}/nl",
        "{base}/https://data.example/id/{id}/nl",
    ] {
        assert_fails(&of_self("URL-13", own), SELF);
    }
    let id = "urn:tax:12";
    let href = format!("{BASE}/certificates/{INSZ}/details?id={id}&language=nl");
    let item = changed(certificate(id, "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }));
    assert_fails(&Source::new(false, vec![item]).judge("URL-13"), SELF);
}

#[test]
fn the_version_header_agrees_or_fails() {
    let with = |value: &'static str| {
        let items = IDS.map(|id| certificate(id, "nl")).to_vec();
        let inner = Source::new(false, items);
        inner.when(move |request| {
            let Target::Link { kind: Kind::Detail, url, .. } = &request.target else { return None };
            let id = IDS.into_iter().find(|id| *url == url_of(id, "nl"))?;
            Some(json_answer(200, "application/hal+json", certificate(id, "nl")).map(|mut response| {
                response.headers.push(("x-version".to_owned(), value.to_owned()));
                response
            }))
        })
    };
    for right in ["v.1.4.0", "v1.4.0", "1.4.0"] {
        let verdict = with(right).judge("URL-16");
        assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 0), "{right}");
    }
    for odd in ["1", "v1.4.0-rc1", "release"] {
        let verdict = with(odd).judge("URL-16");
        assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 1), "{odd}");
    }
    for wrong in ["v.2.0.1", "10.0.0", "0.9.0", "99999999999999999999999.0.0"] {
        assert_fails(&with(wrong).judge("URL-16"), "header x-version");
    }
}

#[test]
fn hostile_hrefs_never_end_in_a_panic() {
    let hrefs = [
        "",
        "//",
        "https://",
        "https://[",
        "?",
        "#",
        "{",
        "}{",
        "\u{202e}",
        "mailto:a@b",
        "data:,x",
        "%",
        "https://h/%zz/%ff",
    ];
    for href in hrefs {
        let item = changed(certificate("a", "nl"), &json!({ "links": [{ "rel": "self", "href": href }] }));
        for number in 1..=21 {
            let id = format!("URL-{number:02}");
            Source::new(true, vec![item.clone()]).when(outside).judge(&id);
        }
    }
}

#[test]
fn no_document_and_no_stranger_is_asked_for() {
    let asked = source(false).judge("URL-11").evidence;
    assert!(asked.iter().all(|request| request.kind() != Kind::Download));
    assert!(asked.iter().all(|request| request.citizen() == Some(Citizen::Subject)));
}

mod changes {
    use serde_json::{Value, json};

    use crate::catalogue::Level;
    use crate::checks::testing::{BASE, Source, certificate, changed};
    use crate::evidence::snapshot::{ApiSnapshot, Baseline, Field, Part, PartSnapshot};
    use crate::judging::verdict::{Outcome, Verdict};

    /// The verdict on certificates with these changes, after a run that saw `seen` plain ones in `version`.
    fn judged(hal: bool, changes: &Value, now: usize, seen: usize, version: &str) -> Verdict {
        let ids = ["a", "b", "c", "d", "e", "f"];
        let items = ids.iter().take(now).map(|id| changed(certificate(id, "nl"), changes)).collect();
        let mut source = Source::new(hal, items);
        let on_all = |kind: &str| Field { on: seen, types: [(kind.to_owned(), seen)].into() };
        let item = PartSnapshot {
            count: seen,
            fields: [
                ("/id".to_owned(), on_all("string")),
                ("/year".to_owned(), on_all("integer")),
                ("/extra".to_owned(), on_all("string")),
            ]
            .into(),
            rels: [("self".to_owned(), seen), ("download".to_owned(), seen)].into(),
            ..PartSnapshot::default()
        };
        let shapes = ApiSnapshot { version: Some(version.to_owned()), parts: [(Part::Item, item)].into() };
        let started = "2026-01-01T00:00:00Z".parse().unwrap();
        source.setup.source_mut().previous =
            Some(Baseline { source: "test".into(), base_url: BASE.into(), started, shapes });
        source.judge("URL-17")
    }

    fn places(verdict: &Verdict) -> Vec<(&str, Option<Level>)> {
        verdict.findings.iter().map(|finding| (finding.place.as_str(), finding.level)).collect()
    }

    #[test]
    fn what_no_document_names_may_go() {
        for hal in [false, true] {
            let verdict = judged(hal, &json!({}), 6, 5, "v1");
            assert_eq!((verdict.outcome, places(&verdict)), (Outcome::Pass, vec![("item /extra", Some(Level::May))]));
        }
    }

    #[test]
    fn a_documented_field_a_type_and_a_rel_may_not() {
        for hal in [false, true] {
            let verdict = judged(hal, &json!({"extra": "x", "year": null}), 6, 5, "v1");
            assert_eq!((verdict.outcome, places(&verdict)), (Outcome::Fail, vec![("item /year", None)]));
            assert!(verdict.findings.iter().all(|finding| finding.exchange.is_some()));
        }
        let verdict = judged(false, &json!({"extra": "x", "year": "2025"}), 6, 5, "v1");
        assert_eq!(
            (verdict.findings[0].expected.en.as_str(), verdict.findings[0].actual.en.as_str()),
            ("integer", "string")
        );
        let verdict = judged(false, &json!({"extra": "x", "links": [{"rel": "self", "href": BASE}]}), 6, 5, "v1");
        assert_eq!(places(&verdict), [("item rel download", None)]);
    }

    #[test]
    fn too_few_block_and_another_version_or_source_does_not_apply() {
        assert_eq!(judged(false, &json!({}), 6, 4, "v1").outcome, Outcome::Blocked);
        assert_eq!(judged(false, &json!({}), 4, 6, "v1").outcome, Outcome::Blocked);
        assert_eq!(judged(false, &json!({}), 6, 6, "v2").outcome, Outcome::NotApplicable);
        let mut source = Source::new(false, Vec::new());
        let (started, shapes) = ("2026-01-01T00:00:00Z".parse().unwrap(), ApiSnapshot::default());
        source.setup.source_mut().previous =
            Some(Baseline { source: "other".into(), base_url: "https://o.be/v1".into(), started, shapes });
        assert_eq!(source.judge("URL-17").outcome, Outcome::NotApplicable);
    }
}
