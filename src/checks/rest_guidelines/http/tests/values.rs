use serde_json::{Value, json};

use super::source::{documented, finding, judge, judge_in, one};
use crate::catalogue::Level;
use crate::evidence::exchange::{Content, Kind, Target};
use crate::judging::verdict::{Outcome, Verdict};

fn with(id: &str, name: &str, value: &Value) -> Verdict {
    judge(id, false, |_, reply| reply.certificates(name, value))
}

#[test]
fn without_a_date_code_or_certificate_there_is_nothing_to_judge() {
    for id in ["HTTP-07", "HTTP-08", "HTTP-09", "HTTP-10"] {
        for hal in [false, true] {
            assert_eq!(judge(id, hal, |_, _| {}).outcome, Outcome::NotApplicable, "{id}");
        }
        let none = judge(id, false, |request, reply| {
            if request.kind() == Kind::List && reply.status == 200 {
                reply.body()["certificates"] = json!([]);
                reply.body()["pageMetadata"]["totalElements"] = json!(0);
            }
        });
        assert_eq!(none.outcome, Outcome::Blocked, "{id}");
    }
}

#[test]
fn dates_by_name_and_look_are_a_should() {
    for right in [json!("2025-04-03"), json!("20250403"), json!(20_250_403), json!("2025-04-03T09:30:00")] {
        assert_eq!(with("HTTP-07", "issueDate", &right).outcome, Outcome::Pass, "{right}");
    }
    for wrong in
        [json!("03/04/2025"), json!(1_743_638_400), json!([2025, 4, 3]), json!("2025-02-30"), json!("3 april 2025")]
    {
        let verdict = with("HTTP-07", "issueDate", &wrong);
        assert_eq!(verdict.outcome, Outcome::Fail, "{wrong}");
        assert_eq!((verdict.findings.len(), verdict.findings[0].level), (1, Some(Level::Should)));
    }
    for other in [json!(null), json!("unknown"), json!(true), json!("A-17"), json!({}), json!(44_021)] {
        assert_eq!(with("HTTP-07", "issueDate", &other).outcome, Outcome::NotApplicable, "{other}");
    }
    assert_eq!(with("HTTP-07", "reference", &json!("03/04/2025")).outcome, Outcome::NotApplicable);
}

#[test]
fn many_names_and_writings_make_a_date() {
    for (name, wrong) in [
        ("issuedOn", json!("01/03/2016")),
        ("valid_from", json!("1-3-2016")),
        ("geldig-vanaf", json!("2016/03/01")),
        ("sinds", json!("3 maart 2016")),
        ("until", json!("March 3, 2016")),
        ("since", json!("/Date(1709287200000+0100)/")),
        ("van", json!("01/03/2016")),
        ("from", json!("Mon, 03 Mar 2016 10:00:00 GMT")),
        ("validFrom", json!(1_709_287_200_000_u64)),
        ("timestamp", json!("1709287200")),
        ("issued", json!("01/03/16")),
        ("birthdate", json!({ "year": 2016, "month": 3, "day": 1 })),
    ] {
        assert_eq!(with("HTTP-07", name, &wrong).outcome, Outcome::Fail, "{name} {wrong}");
    }
    assert_eq!(with("HTTP-08", "issuedOn", &json!("0001-01-01T00:00:00")).outcome, Outcome::Fail);
    for (name, other) in [
        ("from", json!("1000")),
        ("from", json!("1012345678")),
        ("on", json!(true)),
        ("van", json!("Jan")),
        ("to", json!("2025-04-03/17-b")),
        ("tot", json!("P1Y")),
        ("at", json!("https://host/2025/04/03")),
        ("op", json!("44021")),
        ("time", json!("10:30")),
        ("validVersions", json!("1.2.3")),
        ("start", json!("02 553 00 00")),
    ] {
        assert_eq!(with("HTTP-07", name, &other).outcome, Outcome::NotApplicable, "{name} {other}");
    }
    for (name, right) in [("since", json!("2025-W14-4")), ("van", json!("20250403")), ("validFrom", json!("2025-04"))] {
        assert_ne!(with("HTTP-07", name, &right).outcome, Outcome::Fail, "{name} {right}");
    }
}

#[test]
fn the_moments_of_errors_count_as_well() {
    let with = |moment: Value| {
        judge("HTTP-08", false, move |request, reply| {
            if matches!(&request.target, Target::Link { kind: Kind::Detail, url, .. } if url.contains("a1")) {
                reply.refuse(404);
                reply.body()["timestamp"] = moment.clone();
            }
        })
    };
    assert_eq!(with(json!("2025-04-03T09:30:00.000+00:00")).outcome, Outcome::Pass);
    let verdict = with(json!("2025-04-03T09:30:00"));
    assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, Some(Level::Should)));
}

#[test]
fn many_wrong_dates_are_one_finding() {
    let (place, _, actual) = finding("HTTP-07", |_, reply| reply.certificates("uitgereiktOp", &json!("03/04/2025")));
    // Three items on as many pages, and their details.
    assert_eq!(
        (place.as_str(), actual.as_str()),
        ("/certificates/0/uitgereiktOp", "\"03/04/2025\" (6 times, also at /uitgereiktOp)")
    );
    let hal = judge("HTTP-07", true, |_, reply| reply.certificates("uitgereiktOp", &json!("03/04/2025")));
    assert_eq!(one(&hal).0, "/_embedded/certificates/0/uitgereiktOp");
}

/// The judgement where the owner's document calls `name` a date-time.
fn by_schema(id: &str, value: &Value) -> Verdict {
    judge_in(id, documented(), false, |request, reply| {
        if request.target == Target::OpenApi {
            let Content::Text(text) = &mut reply.content else { panic!("no text") };
            let name = "        name:\n          description:";
            assert!(text.contains(name));
            *text = text.replace(name, "        given:\n          type: string\n          format: date-time\n        name:\n          description:");
        }
        reply.certificates("given", value);
    })
}

#[test]
fn dates_by_schema_are_a_must_whatever_their_look() {
    assert_eq!(by_schema("HTTP-07", &json!("2025-04-03T09:30:00")).outcome, Outcome::Pass);
    assert_eq!(by_schema("HTTP-07", &json!("2025-W14")).outcome, Outcome::Pass);
    for wrong in [json!("soon"), json!(""), json!("03/04/2025")] {
        let verdict = by_schema("HTTP-07", &wrong);
        assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, None), "{wrong}");
    }
    let verdict = by_schema("HTTP-08", &json!("2025-04-03T09:30:00"));
    assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, None));
}

#[test]
fn moments_are_in_utc() {
    for right in ["2025-04-03T09:30:00Z", "2025-04-03T09:30:00.125+00:00"] {
        assert_eq!(with("HTTP-08", "createdAt", &json!(right)).outcome, Outcome::Pass, "{right}");
    }
    for wrong in ["2025-04-03T09:30:00", "2025-04-03T11:30:00+02:00", "2025-04-03T09:30:00-00:00"] {
        let verdict = with("HTTP-08", "createdAt", &json!(wrong));
        assert_eq!((verdict.outcome, verdict.findings[0].level), (Outcome::Fail, Some(Level::Should)), "{wrong}");
    }
    assert_eq!(with("HTTP-08", "createdAt", &json!("2025-04-03")).outcome, Outcome::NotApplicable);
    assert_eq!(with("HTTP-08", "createdAt", &json!("03/04/2025")).outcome, Outcome::NotApplicable);
    assert_eq!(with("HTTP-08", "createdAt", &json!("2025-04-03 09:30:00")).outcome, Outcome::Blocked);
    assert_eq!(with("HTTP-08", "createdAt", &json!(1_743_638_400)).outcome, Outcome::Blocked);
}

#[test]
fn languages_are_codes_or_uris() {
    let uri = "http://publications.europa.eu/resource/authority/language/NLD";
    for right in [json!("nl"), json!("nl-BE"), json!(uri), json!(["nl", "fr"])] {
        assert_eq!(with("HTTP-09", "documentLanguage", &right).outcome, Outcome::Pass, "{right}");
    }
    for wrong in [json!("Nederlands"), json!("nld"), json!(1), json!(["nl", "Frans"])] {
        assert_eq!(with("HTTP-09", "documentLanguage", &wrong).outcome, Outcome::Fail, "{wrong}");
    }
    // The certificate's own language is for CRT-03, and links are not values.
    assert_eq!(with("HTTP-09", "language", &json!("Nederlands")).outcome, Outcome::NotApplicable);
    let link = json!([{ "rel": "help", "href": "https://h/", "language": "Nederlands" }]);
    assert_eq!(with("HTTP-09", "_links", &link).outcome, Outcome::NotApplicable);
}

#[test]
fn countries_are_codes_or_uris() {
    for right in [json!("BE"), json!("https://data.vlaanderen.be/id/land/BE"), json!("XK")] {
        assert_eq!(with("HTTP-10", "countryCode", &right).outcome, Outcome::Pass, "{right}");
    }
    for wrong in ["BEL", "België", "be", ""] {
        assert_eq!(with("HTTP-10", "landCode", &json!(wrong)).outcome, Outcome::Fail, "{wrong}");
    }
    assert_eq!(with("HTTP-10", "countryName", &json!("België")).outcome, Outcome::NotApplicable);
}

#[test]
fn names_are_in_camel_case() {
    super::source::passes("HTTP-11");
    let (place, _, actual) = finding("HTTP-11", |_, reply| reply.certificates("issue_date", &json!(1)));
    assert_eq!((place.as_str(), actual.as_str()), ("/certificates/0/issue_date", "issue_date"));
    let (_, _, actual) = finding("HTTP-11", |_, reply| reply.certificates("Extra", &json!({ "a-b": 1, "Extra": 2 })));
    assert_eq!(actual, "Extra (2 times, also at /certificates/0/Extra/a-b)");
    for exempt in [json!({ "nl-BE": 1, "2025": 2, "@id": 3, "ext:a_b": 4 }), json!(["a_b"])] {
        assert_eq!(with("HTTP-11", "labels", &exempt).outcome, Outcome::Pass, "{exempt}");
    }
    let rels =
        json!({ "self": { "href": "https://source.example/x" }, "some-rel": { "href": "https://source.example/y" } });
    assert_eq!(with("HTTP-11", "_links", &rels).outcome, Outcome::Pass);
}
