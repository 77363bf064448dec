use super::source::{Reply, documented, judge, judge_in, one};
use crate::evidence::exchange::{Content, Kind, Request, Target};
use crate::judging::verdict::{Outcome, Verdict};

const ROWS: [&str; 4] = ["HTTP-18", "HTTP-19", "HTTP-20", "HTTP-24"];

/// The judgement with another document: the ordinary one with one text replaced.
fn with(id: &str, old: &str, new: &str) -> Verdict {
    judge_in(id, documented(), false, |request, reply| {
        if request.target == Target::OpenApi {
            let Content::Text(text) = &mut reply.content else { panic!("no text") };
            assert!(text.contains(old), "{old}");
            *text = text.replace(old, new);
        }
    })
}

fn document(id: &str, whole: &str) -> Verdict {
    judge_in(id, documented(), false, |request, reply| {
        if request.target == Target::OpenApi {
            reply.content = Content::Text(whole.to_owned());
        }
    })
}

#[test]
fn without_a_document_nothing_applies_and_a_good_one_passes() {
    for id in ROWS {
        assert_eq!(judge(id, false, |_, _| {}).outcome, Outcome::NotApplicable, "{id}");
        for hal in [false, true] {
            let verdict = judge_in(id, documented(), hal, |_, _| {});
            let expected = if id == "HTTP-24" { Outcome::NotApplicable } else { Outcome::Pass };
            assert_eq!(verdict.outcome, expected, "{id} {verdict:?}");
        }
    }
}

#[test]
fn a_document_that_does_not_come_blocks() {
    for id in ROWS {
        let verdict = judge_in(id, documented(), false, |request, reply| {
            if request.target == Target::OpenApi {
                reply.refuse(404);
            }
        });
        assert_eq!(verdict.outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn a_document_of_another_kind_is_no_openapi_3() {
    for whole in ["swagger: \"2.0\"\npaths: {}\n", "<html></html>", "openapi: 4.0.0\npaths: {}", "a: [", ""] {
        let verdict = document("HTTP-18", whole);
        assert_eq!(verdict.outcome, Outcome::Fail, "{whole}");
        for id in ["HTTP-19", "HTTP-20", "HTTP-24"] {
            assert_eq!(document(id, whole).outcome, Outcome::Blocked, "{id} {whole}");
        }
    }
    assert!(document("HTTP-18", "swagger: \"2.0\"\npaths: {}\n").findings[0].actual.en.contains("Swagger"));
}

#[test]
fn a_document_in_json_and_of_version_3_1_is_read() {
    let json = r#"{"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}}"#;
    let verdict = judge_in("HTTP-18", documented(), false, |request, reply| {
        if request.target == Target::OpenApi {
            reply.content = Content::Json(serde_json::from_str(json).unwrap());
        }
    });
    assert_eq!(verdict.outcome, Outcome::Pass, "{verdict:?}");
    assert_eq!(document("HTTP-19", json).outcome, Outcome::Blocked);
    assert_eq!(document("HTTP-20", json).outcome, Outcome::Blocked);
}

#[test]
fn a_wrong_part_is_found_with_its_place() {
    let verdict = with(
        "HTTP-18",
        "in: path\n      required: true\n      description: National",
        "in: nowhere\n      required: true\n      description: National",
    );
    assert_eq!(verdict.outcome, Outcome::Fail);
    assert!(verdict.findings.iter().any(|finding| finding.place.contains("components.parameters.Insz")), "{verdict:?}");
    assert!(verdict.findings[0].fix.is_some());
}

#[test]
fn what_is_not_described_is_found() {
    let (place, _, actual) =
        one(&with("HTTP-19", "      description: Groups the calls of one business action. Sent by the caller.\n", ""));
    assert!(place.starts_with("/paths/~1certificates~1{insz}/get header x-correlation-id"), "{place}");
    assert!(actual.contains("3 times"), "{actual}");
    let without = "openapi: 3.0.3\ninfo: { title: x, version: '1' }\npaths:\n  /a:\n    get:\n      responses:\n        '200': { description: x }\n";
    assert_eq!(one(&document("HTTP-19", without)).0, "/paths/~1a/get");
}

#[test]
fn a_status_that_is_not_declared_is_found() {
    let gone = |request: &Request, reply: &mut Reply| {
        if request.kind() == Kind::Download {
            reply.refuse(410);
        }
    };
    assert_eq!(judge_in("HTTP-20", documented(), false, gone).outcome, Outcome::Pass, "default covers it");
    let strict = |request: &Request, reply: &mut Reply| {
        gone(request, reply);
        if request.target == Target::OpenApi {
            let Content::Text(text) = &mut reply.content else { panic!("no text") };
            *text = text.replace("        default:\n          $ref: \"#/components/responses/OtherError\"\n", "");
        }
    };
    let (place, _, actual) = one(&judge_in("HTTP-20", documented(), false, strict));
    assert_eq!(place, "status");
    assert_eq!(actual, "410 (GET /certificates/{insz}/{id}/{language}/download) (3 times)");
}

#[test]
fn an_answer_that_does_not_fit_its_schema_is_found() {
    let verdict = judge_in("HTTP-20", documented(), false, |request, reply| {
        if request.kind() == Kind::Detail {
            reply.body().as_object_mut().unwrap().shift_remove("language");
        }
    });
    let (_, expected, actual) = one(&verdict);
    assert_eq!(expected, "what the schema in the OpenAPI document asks for");
    assert!(actual.contains("language"), "{actual}");
}

#[test]
fn the_paths_may_begin_anywhere_in_the_base_url() {
    for (old, new) in [
        ("  - url: https://{host}/v1\n", "  - url: https://{host}/elsewhere\n"),
        ("  - url: https://{host}/v1\n", "  - url: https://{host}\n"),
    ] {
        assert_eq!(with("HTTP-20", old, new).outcome, Outcome::Pass);
    }
    let foreign = with("HTTP-20", "  /certificates/", "  /permits/");
    assert_eq!(foreign.outcome, Outcome::Blocked);
}

#[test]
fn a_response_in_another_document_is_not_taken_for_missing() {
    let elsewhere = |id: &str| {
        judge_in(id, documented(), false, |request, reply| {
            if request.kind() == Kind::Download {
                reply.refuse(410);
            }
            if request.target == Target::OpenApi {
                let Content::Text(text) = &mut reply.content else { panic!("no text") };
                *text = text
                    .replace("        default:\n", "        \"410\":\n")
                    .replace("$ref: \"#/components/responses/OtherError\"", "$ref: \"other.yaml#/Gone\"");
            }
        })
    };
    assert_eq!(elsewhere("HTTP-20").outcome, Outcome::Blocked);
    let noted = elsewhere("HTTP-18");
    assert_eq!((noted.outcome, noted.findings.is_empty()), (Outcome::Pass, false), "{noted:?}");
}

#[test]
fn parameters_have_the_agreed_names() {
    let parameter = |name: &str, description: &str| {
        let old = "        - $ref: \"#/components/parameters/Page\"\n";
        let new = format!(
            "{old}        - {{ name: {name}, in: query, description: {description}, schema: {{ type: string }} }}\n"
        );
        with("HTTP-24", old, &new)
    };
    for (name, description) in [("sort", "x"), ("q", "x"), ("embed", "x"), ("field", "x")] {
        assert_eq!(parameter(name, description).outcome, Outcome::Pass, "{name}");
    }
    for (name, description, agreed) in [
        ("orderBy", "x", "sort"),
        ("sort_by", "x", "sort"),
        ("order", "How to sort", "sort"),
        ("$select", "Members to return", "field"),
        ("zoek", "Zoekt in de volledige tekst", "q"),
        ("expand", "x", "embed"),
    ] {
        let (place, expected, actual) = one(&parameter(name, description));
        assert_eq!((expected.as_str(), actual.as_str()), (agreed, name));
        assert_eq!(place, "/paths/~1certificates~1{insz}/get");
    }
    for (name, description) in
        [("order", "Number of the order"), ("year", "Filters, sorted by year"), ("search", "Name")]
    {
        assert_eq!(parameter(name, description).outcome, Outcome::NotApplicable, "{name}");
    }
}

/// The judgement where the document declares other media types for the download.
fn declaring(types: &str) -> Verdict {
    judge_in("HTTP-20", documented(), false, |request, reply| {
        if request.target == Target::OpenApi {
            let Content::Text(text) = &mut reply.content else { panic!("no text") };
            let old = "            application/pdf:\n";
            assert!(text.contains(old));
            let any = "            \"*/*\":\n              schema:\n                type: string\n                format: binary\n";
            assert!(text.contains(any));
            *text = text.replace(any, "").replace(old, &format!("            {types}:\n"));
        }
    })
}

#[test]
fn a_media_type_that_is_not_declared_is_found() {
    for fitting in ["\"application/pdf; version=1.7\"", "\"*/*\"", "\"application/*\"", "Application/PDF"] {
        let verdict = declaring(fitting);
        assert_eq!((verdict.outcome, verdict.findings.len()), (Outcome::Pass, 0), "{fitting} {verdict:?}");
    }
    for other in ["application/json", "text/plain", "\"image/*\""] {
        let verdict = declaring(other);
        let (place, _, actual) = one(&verdict);
        assert_eq!((verdict.outcome, place.as_str()), (Outcome::Fail, "header content-type"), "{other}");
        assert!(actual.starts_with("application/pdf; the document names "), "{actual}");
    }
    // Bytes of any kind may be a PDF: only a note.
    let binary = declaring("application/octet-stream");
    assert_eq!((binary.outcome, binary.findings.len()), (Outcome::Pass, 1), "{binary:?}");
}

#[test]
fn a_list_that_is_declared_as_other_json_is_found() {
    let verdict = judge_in("HTTP-20", documented(), false, |request, reply| {
        if request.target == Target::OpenApi {
            let Content::Text(text) = &mut reply.content else { panic!("no text") };
            *text = text.replace("application/hal+json", "application/json");
        }
    });
    assert_eq!(verdict.outcome, Outcome::Fail, "{verdict:?}");
    assert!(verdict.findings.iter().all(|finding| finding.place == "header content-type"), "{verdict:?}");
    // A list that is not what it should be is for LST-02.
    let plain = judge_in("HTTP-20", documented(), false, |request, reply| {
        if request.kind() == Kind::List && reply.status == 200 {
            reply.set("content-type", "application/json");
        }
    });
    assert_eq!(plain.outcome, Outcome::Pass, "{plain:?}");
}

#[test]
fn an_invalid_document_is_no_reason_to_say_nothing_of_the_rest() {
    let old = "info:\n";
    let new = "info:\n  unknown: 1\n";
    assert_eq!(with("HTTP-18", old, new).outcome, Outcome::Fail);
    for id in ["HTTP-19", "HTTP-20"] {
        assert_eq!(with(id, old, new).outcome, Outcome::Pass, "{id}");
    }
}
