use serde_json::json;

use super::schema::{Dialect, Translator};
use super::*;

const SMALL: &str = r##"
openapi: 3.0.3
info: { title: A, version: "1" }
servers:
  - url: https://{host}/{version}/
    variables: { host: { default: a.be }, version: { default: v1 } }
paths:
  /things/{id}:
    parameters:
      - $ref: "#/components/parameters/Id"
      - { name: fields, in: query, schema: { type: string } }
    get:
      summary: Get one
      parameters:
        - { name: fields, in: query, description: Which fields, schema: { type: string } }
      responses:
        "200":
          description: The thing
          content:
            application/hal+json; charset=utf-8: { schema: { $ref: "#/components/schemas/Thing" } }
            text/plain: {}
        4XX: { $ref: "#/components/responses/Problem" }
        default: { description: Anything else }
    post:
      responses: { "201": { description: Made } }
  /things/latest:
    get: { description: The newest, responses: { "204": { description: None } } }
components:
  parameters:
    Id: { name: id, in: path, required: true, description: "", schema: { type: string } }
  responses:
    Problem:
      description: A problem
      content:
        application/*: { schema: { type: object, required: [title] } }
  schemas:
    Thing:
      type: object
      required: [id, secret]
      properties:
        id: { type: string, maxLength: 3, example: x }
        secret: { type: string, writeOnly: true }
        made: { type: string, format: date-time, nullable: true }
        size: { type: integer, minimum: 0, exclusiveMinimum: true }
        part: { $ref: "#/components/schemas/Thing", description: ignored }
        kind: { type: string, enum: [a, b], nullable: true }
"##;

const HAL: &str = "application/hal+json";

fn read(text: &str) -> OpenApi {
    OpenApi::read("openapi.yaml", text).unwrap()
}

fn small() -> OpenApi {
    let document = read(SMALL);
    assert!(document.errors().is_empty() && document.unjudged().is_empty(), "{:?}", document.errors());
    document
}

/// A document whose only answer has this schema, and the faults found in it.
fn with_schema(schema: &Value) -> OpenApi {
    let document = json!({
        "openapi": "3.0.0", "info": {"title": "A", "version": "1"},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}}}
    });
    read(&document.to_string())
}

fn violations(schema: &Value, body: &Value) -> Vec<String> {
    let document = with_schema(schema);
    assert!(document.errors().is_empty(), "{:?}", document.errors());
    let violations = document.operation("get", "/a").unwrap().judge(200, "application/json", body);
    violations.into_iter().map(|violation| format!("{} {}", violation.pointer, violation.keyword)).collect()
}

#[test]
fn an_operation_is_found_by_its_most_literal_template() {
    let document = small();
    let path = |method: &str, path: &str| document.operation(method, path).map(|operation| operation.path().to_owned());
    assert_eq!(path("GET", "/things/7?a=b").as_deref(), Some("/things/{id}"));
    assert_eq!(path("get", "/things/latest").as_deref(), Some("/things/latest"));
    assert_eq!(path("POST", "/things/latest").as_deref(), Some("/things/{id}"));
    assert_eq!(path("GET", "/things/"), None);
    assert_eq!(path("DELETE", "/things/7"), None);
    assert_eq!(document.base_paths(), ["/v1"]);
    let at = |url: &str| document.operation_at("GET", &Url::parse(url).unwrap()).is_some();
    assert!(at("https://b.be/v1/things/7") && !at("https://b.be/things/7") && !at("https://b.be/v11/things/7"));
}

#[test]
fn what_is_declared_is_told_with_references_followed() {
    let document = small();
    let operation = document.operation("GET", "/things/7").unwrap();
    assert_eq!((operation.method(), operation.summary(), operation.description()), ("GET", Some("Get one"), None));
    let parameters: Vec<_> =
        operation.parameters().iter().map(|one| (&*one.name, one.location, one.description.as_deref())).collect();
    assert_eq!(parameters, [("fields", "query", Some("Which fields")), ("id", "path", None)]);
    let status = |status| operation.response(status).unwrap().status;
    assert_eq!((&*status(200), &*status(404), &*status(500)), ("200", "4XX", "default"));
    assert!(document.operation("GET", "/things/latest").unwrap().response(200).is_none());
    assert_eq!(operation.response(404).unwrap().media_types, ["application/*"]);
}

#[test]
fn an_answer_is_judged_by_its_status_and_media_type() {
    let document = small();
    let operation = document.operation("GET", "/things/7").unwrap();
    let body = json!({"id": "toolong", "size": 0, "part": {"id": 1}, "kind": null});
    let violations = operation.judge(200, "Application/HAL+json;charset=UTF-8", &body);
    let seen: std::collections::BTreeSet<_> =
        violations.iter().map(|one| (&*one.pointer, &*one.keyword, &*one.message.en)).collect();
    assert_eq!(
        seen,
        [
            ("/id", "maxLength", "must have at most 3 characters"),
            ("/part/id", "type", "must be a string, but is a whole number"),
            ("/size", "exclusiveMinimum", "must be greater than 0"),
        ]
        .into()
    );
    assert!(operation.judge(200, HAL, &json!({"id": "a", "made": null, "extra": 1})).is_empty());
    assert_eq!(operation.judge(404, "application/problem+json", &json!({})).len(), 1);
    for (status, media_type, can) in [
        (200, HAL, true),
        (200, "application/json", true),
        (200, "text/plain", false),
        (200, "text/html", false),
        (404, "application/json", true),
        (500, "application/json", false),
    ] {
        assert_eq!(operation.can_judge(status, media_type), can, "{status} {media_type}");
    }
}

#[test]
fn violations_are_bounded_and_repeat_no_value() {
    let body = json!(vec!["85073003328"; 200]);
    let document = with_schema(&json!({"type": "array", "items": {"enum": vec!["x".repeat(90); 1]}}));
    let violations = document.operation("get", "/a").unwrap().judge(200, "application/json", &body);
    assert_eq!(violations.len(), 50);
    for violation in violations {
        assert!(violation.message.en.chars().count() <= 200 && !violation.message.en.contains("8507"));
    }
}

#[test]
fn schemas_of_3_0_are_translated() {
    let document = json!({"s": {"writeOnly": true}});
    for (written, expected) in [
        (json!({"type": "string", "nullable": true}), json!({"type": ["string", "null"]})),
        (json!({"type": "string", "nullable": false}), json!({"type": "string"})),
        (
            json!({"type": "string", "enum": ["a"], "nullable": true}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
        ),
        (json!({"nullable": true}), json!({})),
        (
            json!({"allOf": [{"type": "object"}], "nullable": true}),
            json!({"anyOf": [{"allOf": [{"type": "object"}]}, {"type": "null"}]}),
        ),
        (json!({"minimum": 1, "exclusiveMinimum": true}), json!({"exclusiveMinimum": 1})),
        (json!({"maximum": 1, "exclusiveMaximum": false}), json!({"maximum": 1})),
        (json!({"exclusiveMaximum": true}), json!({})),
        (json!({"exclusiveMaximum": 5}), json!({"exclusiveMaximum": 5})),
        (
            json!({"type": "string", "format": "date", "example": "x", "xml": {}, "externalDocs": {},
                "discriminator": {"propertyName": "a"}, "readOnly": true, "deprecated": true, "x-own": 1, "$id": "a",
                "const": 1, "description": "", "default": 1}),
            json!({"type": "string", "format": "date"}),
        ),
        (json!({"$ref": "#/s", "type": "string", "description": ""}), json!({"$ref": "#/s"})),
        (json!({"$ref": "#/s", "nullable": true}), json!({"anyOf": [{"$ref": "#/s"}, {"type": "null"}]})),
        (
            json!({"required": ["a", "b", "c"], "properties": {"a": {"writeOnly": true}, "b": {"$ref": "#/s"}, "c": {}}}),
            json!({"required": ["c"], "properties": {"a": {}, "b": {"$ref": "#/s"}, "c": {}}}),
        ),
        (
            json!({"properties": {"nullable": {"nullable": true, "type": "array", "items": {"example": 1}},
                "$ref": {"type": "string", "example": 1}}}),
            json!({"properties": {"nullable": {"type": ["array", "null"], "items": {}}, "$ref": {"type": "string"}}}),
        ),
        (
            json!({"additionalProperties": {"nullable": true, "type": "number"}, "not": {"example": 1}}),
            json!({"additionalProperties": {"type": ["number", "null"]}, "not": {}}),
        ),
        (json!({"enum": [{"example": 1, "$ref": 1}]}), json!({"enum": [{"example": 1, "$ref": 1}]})),
    ] {
        let mut translator = Translator { document: &document, dialect: Dialect::V30, bad_refs: Vec::new() };
        assert_eq!(translator.translate(&written, ""), expected, "{written}");
        assert!(translator.bad_refs.is_empty());
    }
}

#[test]
fn a_property_named_as_a_keyword_is_a_property() {
    let schema = json!({"type": "object", "properties": {"$ref": {"type": "string"}, "nullable": {"type": "string"}}});
    assert_eq!(violations(&schema, &json!({"$ref": 1, "nullable": 1})), ["/$ref type", "/nullable type"]);
}

#[test]
fn a_reference_outside_the_document_is_told_and_not_followed() {
    let document =
        with_schema(&json!({"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/x.yaml#/A"}}}));
    assert!(document.errors().is_empty());
    let told = document.unjudged()[0].render(crate::base::text::Lang::En);
    assert!(told.contains("never fetched") && told.contains(".properties.a: "), "{told}");
    let operation = document.operation("get", "/a").unwrap();
    assert!(operation.judge(200, "application/json", &json!({"a": 1})).is_empty());
    assert_eq!(operation.judge(200, "application/json", &json!([])).len(), 1, "the rest is judged");
}

#[test]
fn every_wrong_part_is_told_and_the_others_stay_usable() {
    let text = SMALL
        .replace("$ref: \"#/components/schemas/Thing\" }", "$ref: \"#/components/schemas/Ting\" }")
        .replace("type: integer, minimum: 0", "type: intger, minimum: 0")
        .replace("/things/latest:", "things/latest:")
        .replace("\"201\": { description: Made }", "\"202\": { content: {} }")
        .replace("default: {", "\"20\": {")
        .replace("name: id, in: path", "name: id, in: body");
    let document = read(&text);
    let told: Vec<_> = document.errors().iter().map(|fault| fault.render(crate::base::text::Lang::En)).collect();
    for words in [
        "openapi.yaml:20:52: paths[\"/things/{id}\"].get.responses.200.content[",
        "`$ref: #/components/schemas/Ting` leads nowhere",
        "components.schemas.Thing.properties.size.type: here one of array",
        "paths[\"things/latest\"]: a path starts with `/`",
        "responses.20: is not a status",
        "the obligatory `description` is missing",
        "components.parameters.Id.in: one of query",
    ] {
        assert!(told.iter().any(|fault| fault.contains(words)), "{words}: {told:#?}");
    }
    assert!(document.operation("GET", "/things/7").is_some());
}

#[test]
fn what_is_no_openapi_3_is_refused_in_words() {
    for (text, words) in [
        ("swagger: \"2.0\"\npaths: {}", "is Swagger \"2.0\""),
        ("openapi: 4.0.0\npaths: {}", "is version 4.0.0"),
        ("openapi: 3.0\npaths: {}", "as a string is missing"),
        ("openapi: 3.0.0\n", "`paths`"),
        ("[1]", "as a string is missing"),
        ("a: [", "cannot be read"),
    ] {
        let seen = OpenApi::read("a.yaml", text).unwrap_err().to_string();
        assert!(seen.contains(words), "{text}: {seen}");
    }
    assert!(!read("openapi: 3.0.0\npaths: {}").errors().is_empty(), "info is missing");
}

#[test]
fn version_3_1_is_read_too() {
    let document = read(
        r##"{"openapi": "3.1.0", "info": {"title": "A", "version": "1", "summary": "s"}, "webhooks": {},
        "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json":
            {"schema": {"$ref": "#/components/schemas/A", "required": ["b"]}}}}}}, "post": {}}},
        "components": {"securitySchemes": {"m": {"type": "mutualTLS"}},
            "schemas": {"A": {"$id": "https://x.be/a", "type": ["object", "null"], "properties": {"b": {"const": 1}}}}}}"##,
    );
    assert!(document.errors().is_empty() && document.unjudged().is_empty(), "{:?}", document.errors());
    let operation = document.operation("GET", "/a").unwrap();
    assert_eq!(operation.judge(200, "application/json", &json!({"b": 2}))[0].keyword, "const");
    assert_eq!(operation.judge(200, "application/json", &json!({}))[0].keyword, "required");
    assert!(document.operation("POST", "/a").is_some());
}

#[test]
fn recursion_ends() {
    let schemas = json!({
        "A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"},
        "C": {"allOf": [{"$ref": "#/components/schemas/C"}]},
        "D": {"type": "object", "properties": {"d": {"$ref": "#/components/schemas/D"}}}
    });
    for name in ["A", "C", "D"] {
        let document = json!({
            "openapi": "3.0.0", "info": {"title": "A", "version": "1"}, "components": {"schemas": schemas},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json":
                {"schema": {"$ref": format!("#/components/schemas/{name}")}}}}}}}}
        });
        let document = read(&document.to_string());
        let operation = document.operation("GET", "/a").unwrap();
        let body = json!({"d": {"d": {"d": 1}}});
        let found = operation.judge(200, "application/json", &body);
        assert_eq!(found.len(), usize::from(name == "D"), "{name}");
        assert!(operation.formats(200, "application/json", &body).is_empty());
    }
    let loops = read(
        &SMALL
            .replace("default: { description: Anything else }", "default: { $ref: \"#/components/responses/L\" }")
            .replace(
                "  responses:\n    Problem",
                "  responses:\n    L: { $ref: \"#/components/responses/L\" }\n    Problem",
            ),
    );
    assert_eq!(loops.errors().len(), 2, "where it is used, and where it stands");
}

#[test]
fn a_schema_that_grows_without_bound_is_not_used() {
    let schemas: serde_json::Map<_, _> = (0..40)
        .map(|n| {
            let next = json!({"$ref": format!("#/components/schemas/A{}", n + 1)});
            (format!("A{n}"), json!({"allOf": [next, next]}))
        })
        .chain([("A40".to_owned(), json!({"type": "object"}))])
        .collect();
    let mut hidden = schemas.clone();
    hidden.insert("A0".to_owned(), json!({"properties": {"a": {"$ref": "#/components/schemas/A1"}}}));
    let chain: serde_json::Map<_, _> = (0..5000)
        .map(|n| {
            (
                format!("A{n}"),
                json!({"properties": {"a": {"$ref": format!("#/components/schemas/A{}", (n + 1) % 5000)}}}),
            )
        })
        .collect();
    let long: serde_json::Map<_, _> = (0..5000)
        .map(|n| (format!("A{n}"), json!({"$ref": format!("#/components/schemas/A{}", (n + 1) % 5000)})))
        .collect();
    for (schemas, usable) in [(schemas, false), (hidden, false), (chain, true), (long, false)] {
        let document = json!({
            "openapi": "3.0.0", "info": {"title": "A", "version": "1"}, "components": {"schemas": schemas},
            "paths": {"/a": {"get": {"responses": {"200": {"description": "", "content": {"application/json":
                {"schema": {"$ref": "#/components/schemas/A0"}}}}}}}}
        });
        let document = read(&document.to_string());
        let operation = document.operation("GET", "/a").unwrap();
        assert_eq!(operation.can_judge(200, "application/json"), usable, "{:?}", document.unjudged());
        assert_eq!(document.unjudged().is_empty(), usable);
        let _ = operation.formats(200, "application/json", &json!({"a": "x"}));
    }
}

#[test]
fn formats_are_told_by_place() {
    let document = small();
    let operation = document.operation("GET", "/things/7").unwrap();
    let body = json!({"id": 1, "made": "x", "part": {"made": "y"}});
    let expected =
        [("/made", "date-time"), ("/part/made", "date-time")].map(|(at, format)| (at.to_owned(), format.to_owned()));
    assert_eq!(operation.formats(200, HAL, &body), expected);
    let branches = json!({"properties": {
        "a": {"oneOf": [{"type": "string", "format": "date"}, {"type": "string"}]},
        "b": {"anyOf": [{"type": "string", "format": "date"}, {"type": "integer"}]},
        "~/": {"type": "array", "items": {"type": "string", "format": "date"}}
    }});
    let document = with_schema(&branches);
    let body = json!({"a": "x", "b": "x", "~/": ["x"]});
    let formats = document.operation("GET", "/a").unwrap().formats(200, "application/json", &body);
    let expected = [("/b", "date"), ("/~0~1/0", "date")].map(|(at, format)| (at.to_owned(), format.to_owned()));
    assert_eq!(formats, expected);
}

#[test]
fn a_pattern_that_never_ends_says_nothing_about_the_answer() {
    let schema = json!({"type": "string", "pattern": "^(?:(a+)\\1?)+$"});
    assert_eq!(violations(&schema, &json!(format!("{}!", "a".repeat(40)))), [""; 0]);
    let broken = with_schema(&json!({"type": "string", "pattern": "("}));
    assert!(!broken.unjudged().is_empty() || !broken.errors().is_empty());
    assert!(!broken.operation("get", "/a").unwrap().can_judge(200, "application/json"));
}

#[test]
fn the_projects_own_document_is_right() {
    let place = ["specs", "../../main/specs"].map(|specs| format!("{specs}/attesten-vergunningen/openapi.yaml"));
    let Some(text) = place.iter().find_map(|path| std::fs::read_to_string(path).ok()) else { return };
    let document = read(&text);
    assert!(document.errors().is_empty() && document.unjudged().is_empty(), "{:#?}", document.errors());
    let operation = document.operation("GET", "/certificates/85073003328").unwrap();
    assert!(operation.can_judge(200, HAL));
    let body = json!({"certificates": [], "pageMetadata": {"number": 1, "size": 10, "totalElements": 0, "totalPages": 0},
        "links": [{"rel": "self", "href": "https://host/v1/certificates/85073003328"}]});
    assert_eq!(operation.judge(200, HAL, &body), []);
    assert!(!operation.judge(200, HAL, &json!([])).is_empty());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = OpenApi::read("a.yaml", &text);
    }

    #[test]
    fn no_broken_document_makes_it_panic(at in 0_usize..2200, cut in 0_usize..40, junk in "[\\[\\]{}:,#a1\"' \n-]{0,5}") {
        let start = SMALL.floor_char_boundary(at.min(SMALL.len()));
        let end = (start + cut).min(SMALL.len());
        if let Ok(document) = OpenApi::read("a.yaml", &format!("{}{junk}{}", &SMALL[..start], &SMALL[end..])) {
            for operation in document.operations() {
                let _ = operation.judge(200, HAL, &json!({"id": 1, "part": {}}));
            }
        }
    }
}
