//! The source's own OpenAPI document.

use bronkeur::profile::OpenApiLocation;
use serde_json::{Value, json};
use url::Url;

use super::*;

#[expect(clippy::too_many_lines, reason = "a document")]
fn document() -> Value {
    let answer = |text: &str, media_type: &str, schema: Value| json!({ "description": text, "content": { media_type: { "schema": schema } } });
    let problem =
        |text: &str| answer(text, "application/problem+json", json!({ "$ref": "#/components/schemas/Problem" }));
    let errors = |mut answers: Value| {
        for (status, text) in [
            ("400", "Ongeldig"),
            ("401", "Niet aangemeld"),
            ("403", "Geen toegang"),
            ("404", "Niet gevonden"),
            ("500", "Intern"),
            ("503", "Even niet"),
        ] {
            answers[status] = problem(text);
        }
        answers
    };
    let parameter = |name: &str, place: &str, text: &str| {
        let kind = if place == "query" { "integer" } else { "string" };
        json!({ "name": name, "in": place, "required": place == "path", "description": text, "schema": { "type": kind } })
    };
    let (insz, id, language) = (
        parameter("insz", "path", "Rijksregisternummer"),
        parameter("id", "path", "Sleutel"),
        parameter("language", "path", "Taal"),
    );
    let certificate = json!({ "$ref": "#/components/schemas/Certificate" });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "Attesten van een ander", "version": "1.0.0" },
        "paths": {
            "/certificates/{insz}": { "get": {
                "summary": "De attesten van een burger",
                "parameters": [insz, parameter("page", "query", "Vanaf nul"), parameter("limit", "query", "Ten hoogste honderd")],
                "responses": errors(json!({ "200": answer("De lijst", "application/hal+json", json!({ "$ref": "#/components/schemas/List" })) }))
            } },
            "/certificates/{insz}/{id}/{language}": { "get": {
                "description": "Een attest",
                "parameters": [insz, id, language],
                "responses": errors(json!({ "200": answer("Het attest", "application/hal+json", certificate.clone()) }))
            } },
            "/certificates/{insz}/{id}/{language}/download": { "get": {
                "summary": "Het document",
                "parameters": [insz, id, language],
                "responses": errors(json!({ "200": answer("PDF", "application/pdf", json!({ "type": "string", "format": "binary" })) }))
            } }
        },
        "components": { "schemas": {
            "Problem": {
                "type": "object",
                "required": ["title", "status"],
                "properties": { "title": { "type": "string" }, "status": { "type": "integer" }, "type": { "type": "string", "format": "uri" } }
            },
            "Certificate": {
                "type": "object",
                "required": ["id", "language", "links"],
                "properties": {
                    "id": { "type": "string", "pattern": "^q[0-9]-[0-9]{4}$" },
                    "language": { "type": "string", "enum": ["nl", "fr", "de", "en"] },
                    "name": { "type": "string" },
                    "year": { "type": "integer", "minimum": 1900 },
                    "community": { "type": "integer" },
                    "links": { "type": "array", "items": { "$ref": "#/components/schemas/Link" } }
                }
            },
            "Link": {
                "type": "object",
                "required": ["rel", "href"],
                "properties": { "rel": { "type": "string" }, "href": { "type": "string", "format": "uri" } }
            },
            "List": {
                "type": "object",
                "required": ["certificates", "pageMetadata", "links"],
                "properties": {
                    "certificates": { "type": "array", "items": certificate },
                    "pageMetadata": {
                        "type": "object",
                        "required": ["number"],
                        "properties": {
                            "number": { "type": "integer" }, "size": { "type": "integer" },
                            "totalElements": { "type": "integer" }, "totalPages": { "type": "integer" }
                        }
                    },
                    "links": { "type": "array", "items": { "$ref": "#/components/schemas/Link" } }
                }
            }
        } }
    })
}

fn with_document(case: Case, change: fn(&mut Value)) -> Case {
    case.early(move |ask, _| {
        (ask.http.path() == "/v1/openapi.json").then(|| {
            let mut document = document();
            change(&mut document);
            json_reply(200, "application/json", &document)
        })
    })
    .profile(|profile, site| {
        let url = Url::parse(&format!("{}/openapi.json", site.base)).unwrap();
        profile.source_mut().unwrap().openapi = Some(OpenApiLocation::Url(url));
    })
}

const LIST: &str = "/certificates/{insz}";
const DETAIL: &str = "/certificates/{insz}/{id}/{language}";
const DOWNLOAD: &str = "/certificates/{insz}/{id}/{language}/download";

/// A number of eleven digits with a good check number, that nobody has: serial 999.
const NUMBER: &str = "70010199991";

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    let valid_number = || {
        let nine = NUMBER[..9].parse::<u64>().unwrap();
        format!("{nine}{:02}", 97 - nine % 97)
    };
    let valid_number = valid_number();
    let same_number = valid_number.clone();
    vec![
        with_document(Case::new(Oddity, "a document of its own that fits", Links, 5), |_| ()),
        with_document(
            Case::new(Oddity, "a reference of eleven digits that happens to have a check number", Links, 11),
            |document| {
                document["components"]["schemas"]["Certificate"]["properties"]["reference"] =
                    json!({ "type": "string", "pattern": "^[0-9]{11}$", "minLength": 11, "maxLength": 11 });
            },
        )
        .items(move |item| item["reference"] = json!(valid_number)),
        with_document(Case::new(Oddity, "a whole number that happens to have a check number", Links, 3), |document| {
            document["components"]["schemas"]["Certificate"]["properties"]["reference"] =
                json!({ "type": "integer", "minimum": 10_000_000_000_u64, "maximum": 99_999_999_999_u64 });
        })
        .items(move |item| item["reference"] = json!(same_number.parse::<u64>().unwrap())),
        with_document(Case::new(Oddity, "a long signature with a pattern and an exact length", Links, 5), |document| {
            document["components"]["schemas"]["Certificate"]["properties"]["seal"] =
                json!({ "type": "string", "pattern": "^(?:[A-Za-z0-9+/]{4})+$", "minLength": 3200, "maxLength": 3200 });
        })
        .items(|item| item["seal"] = json!("QUJDREVGRw4x".repeat(400)[..3200])),
        with_document(Case::new(Oddity, "a document of version 3.1 with 4XX and default", Links, 2), |document| {
            document["openapi"] = json!("3.1.0");
            for path in [LIST, DETAIL, DOWNLOAD] {
                let answers = document["paths"][path]["get"]["responses"].as_object_mut().unwrap();
                let problem = answers.remove("400").unwrap();
                answers.retain(|status, _| status == "200");
                answers.insert("4XX".to_owned(), problem.clone());
                answers.insert("default".to_owned(), problem);
            }
            document["components"]["schemas"]["Certificate"]["properties"]["name"]["type"] = json!(["string", "null"]);
            document["components"]["schemas"]["Certificate"]["properties"]["year"] =
                json!({ "type": "integer", "exclusiveMinimum": 1900 });
        }),
        with_document(
            Case::new(Violation, "an answer without a description", Links, 3)
                .fails(&["HTTP-18"])
                .open(&["HTTP-19", "HTTP-20"]),
            |document| {
                document["paths"][DETAIL]["get"]["responses"]["404"].as_object_mut().unwrap().remove("description");
            },
        ),
        with_document(
            Case::new(Violation, "a parameter in a place that does not exist", Links, 3)
                .fails(&["HTTP-18"])
                .open(&["HTTP-19", "HTTP-20"]),
            |document| {
                document["paths"][LIST]["get"]["parameters"][1]["in"] = json!("body");
            },
        ),
        with_document(
            Case::new(Violation, "a schema of 3.0 with a list of types", Links, 5)
                .fails(&["HTTP-18"])
                .open(&["HTTP-20"]),
            |document| {
                document["components"]["schemas"]["Certificate"]["properties"]["year"]["type"] =
                    json!(["integer", "null"]);
            },
        ),
        with_document(
            Case::new(Violation, "a reference to a schema that is not there", Links, 5)
                .fails(&["HTTP-18"])
                .open(&["HTTP-20"]),
            |document| {
                document["components"]["schemas"].as_object_mut().unwrap().remove("Link");
            },
        ),
        with_document(
            Case::new(Violation, "version 2 of the specification", Links, 2)
                .fails(&["HTTP-18"])
                .open(&["HTTP-19", "HTTP-20"]),
            |document| {
                let members = document.as_object_mut().unwrap();
                members.remove("openapi");
                members.insert("swagger".to_owned(), json!("2.0"));
            },
        ),
        with_document(Case::new(Violation, "an operation without words", Links, 3).fails(&["HTTP-19"]), |document| {
            document["paths"][DOWNLOAD]["get"].as_object_mut().unwrap().remove("summary");
        }),
        with_document(
            Case::new(Violation, "a parameter of a path without a description", Links, 3).fails(&["HTTP-19"]),
            |document| {
                let mut parameter = document["paths"][DETAIL]["get"]["parameters"].as_array_mut().unwrap().remove(2);
                parameter.as_object_mut().unwrap().remove("description");
                document["components"]["parameters"] = json!({ "Language": parameter });
                document["paths"][DETAIL]["parameters"] = json!([{ "$ref": "#/components/parameters/Language" }]);
            },
        ),
        with_document(
            Case::new(Violation, "403 of documents is not declared", Links, 5).fails(&["HTTP-20"]),
            |document| {
                document["paths"][DOWNLOAD]["get"]["responses"].as_object_mut().unwrap().remove("403");
            },
        ),
        with_document(
            Case::new(Violation, "details lack a member that is required", Links, 3).fails(&["HTTP-20"]),
            |document| {
                document["components"]["schemas"]["Certificate"]["required"]
                    .as_array_mut()
                    .unwrap()
                    .push(json!("issuer"));
            },
        ),
        with_document(
            Case::new(Violation, "one certificate on the last page does not fit", Links, 23).fails(&["HTTP-20"]),
            |document| {
                document["components"]["schemas"]["Certificate"]["properties"]["theme"] =
                    json!({ "type": "string", "maxLength": 6 });
            },
        )
        .json(|ask, _, body| {
            if ask.is_list() {
                each_item(body, &|item| {
                    let last = item["name"].as_str().is_some_and(|name| name.ends_with("nr 23"));
                    item["theme"] = json!(if last { "belastingen" } else { "wonen" });
                });
            }
        }),
        with_document(
            Case::new(Violation, "the list is declared as application/json", Links, 2).fails(&["HTTP-20"]),
            |document| {
                let content = document["paths"][LIST]["get"]["responses"]["200"]["content"].as_object_mut().unwrap();
                let schema = content.remove("application/hal+json").unwrap();
                content.insert("application/json".to_owned(), schema);
            },
        ),
        with_document(Case::new(Violation, "sorting by another name", Links, 3).warns(&["HTTP-24"]), |document| {
            let sort = json!({ "name": "orderBy", "in": "query", "description": "Sorteert de lijst (sort)", "schema": { "type": "string" } });
            document["paths"][LIST]["get"]["parameters"].as_array_mut().unwrap().push(sort);
        }),
    ]
}
