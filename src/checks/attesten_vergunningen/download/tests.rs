use serde_json::{Value, json};

use crate::checks::testing::{INSZ, Reply, Source, certificate, changed, failed, json_answer, pdf};
use crate::evidence::exchange::{Content, Document, FailureKind, Request, Response, SniffedType, Variation};
use crate::judging::verdict::{Outcome, Verdict};

const ALL: [&str; 6] = ["DWN-01", "DWN-02", "DWN-03", "DWN-04", "DWN-05", "DWN-06"];
const PDF: (&str, &str) = ("content-type", "application/pdf");
const NAME: (&str, &str) = ("content-disposition", "attachment; filename=\"attest-2025.pdf\"");

fn two() -> Vec<Value> {
    vec![certificate("A", "nl"), certificate("B", "nl")]
}

/// The verdict where the first document is this one.
fn judge(id: &str, response: impl Fn() -> Response + 'static) -> Verdict {
    Source::new(false, two()).on("/A/nl/download", move || Ok(response())).judge(id)
}

fn failing(response: impl Fn() -> Response + Clone + 'static) -> Vec<&'static str> {
    let fails = |id: &&str| judge(id, response.clone()).outcome == Outcome::Fail;
    ALL.into_iter().filter(fails).collect()
}

/// A document that looks so.
fn document(headers: &[(&str, &str)], look: SniffedType, ends_with_eof: bool) -> Response {
    let content =
        Content::Document(Document { look, sha256: String::new(), ends_with_eof, base64: false, names: Vec::new() });
    with(content, headers)
}

fn with(content: Content, headers: &[(&str, &str)]) -> Response {
    let mut response = pdf(headers);
    response.content = content;
    response
}

#[test]
fn a_correct_document_passes_every_check() {
    for id in ALL {
        for hal in [false, true] {
            let verdict = Source::new(hal, two()).judge(id);
            assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 0), "{id}: {verdict:?}");
        }
    }
}

#[test]
fn without_a_document_everything_is_blocked_or_declared() {
    let items: Vec<Value> = two().into_iter().map(|item| changed(item, &json!({ "links": null }))).collect();
    for id in ALL {
        for items in [Vec::new(), items.clone()] {
            let mut source = Source::new(false, items);
            assert_eq!(source.judge(id).outcome, Outcome::Blocked, "{id}");
            source.setup.source_mut().declares.no_documents = true;
            assert_eq!(source.judge(id).outcome, Outcome::NotApplicable, "{id}");
        }
        let unanswered = Source::new(false, two()).on("/download", || failed(FailureKind::ForeignOrigin));
        assert_eq!(unanswered.judge(id).outcome, Outcome::Blocked, "{id}");
        let busy = Source::new(false, two()).on("/download", || json_answer(429, "", json!({})));
        assert_eq!(busy.judge(id).outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn a_link_that_does_not_lead_to_a_document_fails() {
    for hal in [false, true] {
        let gone = Source::new(hal, two()).on("/download", || json_answer(404, "", json!({ "status": 404 })));
        assert_eq!(gone.judge("DWN-01").findings[0].place, "status");
        assert_eq!(gone.judge("DWN-03").outcome, Outcome::Blocked);
    }
    let empty = || {
        let mut response = pdf(&[PDF]);
        response.content = Content::Empty;
        response.facts.body_bytes = 0;
        response.facts.announced_bytes = Some(0);
        response
    };
    assert_eq!(failing(empty), ["DWN-01"]);
    let broken = move || {
        let mut response = empty();
        response.facts.complete = false;
        response
    };
    assert_eq!(judge("DWN-01", broken).outcome, Outcome::Blocked);
}

#[test]
fn the_download_of_the_detail_counts_too() {
    for hal in [false, true] {
        let mut item = certificate("A", "nl");
        item["links"].as_array_mut().unwrap().pop();
        let source = Source::new(hal, vec![item])
            .detail("A", "nl", &certificate("A", "nl"))
            .on("/download", || Ok(pdf(&[PDF, NAME])));
        assert_eq!(source.judge("DWN-01").outcome, Outcome::Pass);
    }
}

#[test]
fn a_type_that_lies_fails() {
    for lie in ["text/html", "application/hal+json", "application/json;charset=utf-8", "text/plain"] {
        assert_eq!(failing(move || pdf(&[("content-type", lie), NAME])), ["DWN-02"], "{lie}");
    }
    assert_eq!(failing(|| document(&[PDF, NAME], SniffedType::Html, false)), ["DWN-02"]);
    assert_eq!(failing(|| document(&[PDF, NAME], SniffedType::Other, false)), ["DWN-02"]);
    assert_eq!(failing(|| document(&[("content-type", "text/html"), NAME], SniffedType::Html, false)), [""; 0]);
    for vague in [vec![NAME], vec![NAME, ("content-type", "application/octet-stream")]] {
        let verdict = judge("DWN-02", move || pdf(&vague));
        assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 1));
    }
    for (look, lie, truth) in [
        (SniffedType::Png, "application/pdf", "image/png"),
        (SniffedType::Jpeg, "image/png", "image/jpeg"),
        (SniffedType::Zip, "text/html", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (SniffedType::Xml, "application/json", "image/svg+xml"),
        (SniffedType::Html, "application/json", "application/xhtml+xml"),
    ] {
        assert_eq!(failing(move || document(&[("content-type", lie), NAME], look, false)), ["DWN-02"], "{lie}");
        assert_eq!(failing(move || document(&[("content-type", truth), NAME], look, false)), [""; 0], "{truth}");
    }
    let unknown = || Ok(document(&[("content-type", "image/png")], SniffedType::Other, false));
    assert_eq!(Source::new(false, two()).on("/download", unknown).judge("DWN-02").outcome, Outcome::Blocked);
}

#[test]
fn a_document_arrives_whole() {
    let short = || {
        let mut response = pdf(&[PDF, NAME]);
        response.facts.body_bytes = 16;
        response
    };
    assert_eq!(failing(short), ["DWN-03"]);
    let broken = || {
        let mut response = pdf(&[PDF, NAME]);
        response.facts.announced_bytes = None;
        response.facts.complete = false;
        response
    };
    assert_eq!(failing(broken), ["DWN-03"]);
    assert_eq!(failing(|| document(&[PDF, NAME], SniffedType::Pdf, false)), ["DWN-03"]);
    assert_eq!(failing(|| document(&[PDF, NAME], SniffedType::Other, true)), ["DWN-03"]);
    let long = move || {
        let mut response = broken();
        response.facts.truncated = true;
        response
    };
    assert_eq!(judge("DWN-03", long).outcome, Outcome::Blocked);
    let coded = || {
        let mut response = document(&[PDF, NAME, ("content-encoding", "gzip")], SniffedType::Other, false);
        response.facts.announced_bytes = Some(9);
        response
    };
    assert_eq!(failing(coded), [""; 0]);
}

#[test]
fn base64_is_no_document() {
    let json_with =
        |text: String| move || json_answer(200, "application/json", json!({ "a": [{ "b": text }] })).unwrap();
    let long = "JVBERi0x".repeat(40);
    for text in [long.clone(), format!("data:application/pdf;base64,{long}"), "JVBERi0x…(48213 characters)".to_owned()]
    {
        let verdict = judge("DWN-04", json_with(text));
        assert_eq!(verdict.findings[0].place, "/a/0/b");
    }
    assert_eq!(judge("DWN-04", json_with("een woord ".repeat(40))).outcome, Outcome::Pass);
    for short in ["JVBERi0x", "iVBORw0KGgoAAAA", "_9j_4AAQSkZJRg", "UEsDBBQA"] {
        assert_eq!(judge("DWN-04", json_with(short.to_owned())).outcome, Outcome::Fail, "{short}");
    }
    for token in ["0b7c9d52", "dGhpcyBpcyBub3QgYSBkb2N1bWVudA==", "/9j/a"] {
        assert_eq!(judge("DWN-04", json_with(token.to_owned())).outcome, Outcome::Pass, "{token}");
    }
    let text = move || with(Content::Text(long.clone()), &[NAME]);
    assert_eq!(failing(text), ["DWN-04"]);
    let body = || {
        let document = Document {
            look: SniffedType::Other,
            sha256: String::new(),
            ends_with_eof: false,
            base64: true,
            names: Vec::new(),
        };
        with(Content::Document(document), &[NAME])
    };
    assert_eq!(failing(body), ["DWN-04"]);
}

#[test]
fn a_file_name_has_an_extension_and_no_number() {
    let dotted = "10.00.00-000.16";
    for header in [
        "attachment".to_owned(),
        "attachment; filename=attest".to_owned(),
        format!("attachment; filename=\"{INSZ}.pdf\""),
        format!("attachment; filename=\"0a{INSZ}abc.pdf\""),
        format!("attachment; filename=\"attest.pdf\"; filename*=UTF-8''attest%20{dotted}.pdf"),
    ] {
        let named = header.clone();
        assert_eq!(failing(move || pdf(&[PDF, ("content-disposition", &named)])), ["DWN-05"], "{header}");
    }
    let none = judge("DWN-05", || pdf(&[PDF]));
    assert_eq!((none.outcome, none.findings.len()), (Outcome::Pass, 1));
    let serial = crate::base::insz::surrogate(7);
    let serial = judge("DWN-05", move || {
        pdf(&[PDF, ("content-disposition", &format!("attachment; filename=attest-{serial}.pdf"))])
    });
    assert_eq!((serial.outcome, serial.findings.len()), (Outcome::Pass, 1));
}

#[test]
fn a_pdf_comes_to_who_asks_for_it() {
    let asking = |request: &Request| request.variation == Variation::Accept("application/pdf".to_owned());
    let answered = |reply: fn() -> Reply| {
        Source::new(false, two()).when(move |request| asking(request).then(reply)).judge("DWN-06")
    };
    let refused = answered(|| json_answer(406, "application/problem+json", json!({ "title": "No", "status": 406 })));
    assert_eq!((refused.outcome, refused.findings[0].place.as_str()), (Outcome::Fail, "status"));
    assert_eq!(answered(|| Ok(document(&[PDF], SniffedType::Html, false))).outcome, Outcome::Fail);
    assert_eq!(answered(|| json_answer(503, "", json!({}))).outcome, Outcome::Blocked);
    let picture = || Ok(document(&[("content-type", "image/png")], SniffedType::Png, false));
    let pictures = Source::new(false, two()).on("/download", picture).judge("DWN-06");
    assert_eq!(pictures.outcome, Outcome::NotApplicable);
}

#[test]
fn only_the_whole_document_with_200_counts() {
    for status in [202, 204, 206, 302] {
        let other = move || {
            let mut response = pdf(&[PDF, NAME]);
            response.status = status;
            response
        };
        assert_eq!(judge("DWN-01", other).outcome, Outcome::Fail, "{status}");
    }
}
