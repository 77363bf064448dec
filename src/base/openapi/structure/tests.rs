//! Documents that are right or wrong in one thing.

use serde_json::{Value, json};

use crate::base::openapi::OpenApi;

fn document(version: &str) -> Value {
    json!({
        "openapi": version,
        "info": { "title": "A", "version": "1" },
        "servers": [{ "url": "https://{host}/v1", "variables": { "host": { "default": "a.be", "enum": ["a.be"] } } }],
        "tags": [{ "name": "things" }],
        "paths": { "/things/{id}": {
            "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
            "get": {
                "operationId": "thing", "tags": ["things"],
                "parameters": [{ "name": "page", "in": "query", "schema": { "type": "integer", "minimum": 0 } }],
                "responses": { "200": { "description": "It", "content": {
                    "application/json": { "schema": { "$ref": "#/components/schemas/Thing" }, "example": { "id": "a" } } } } }
            }
        } },
        "components": {
            "schemas": { "Thing": { "type": "object", "properties": { "id": { "type": "string" } } } },
            "parameters": { "Limit": { "name": "limit", "in": "query", "schema": { "type": "integer" } } },
            "securitySchemes": { "acm": { "type": "http", "scheme": "bearer", "bearerFormat": "opaque" } }
        },
        "security": [{ "acm": [] }]
    })
}

/// The document with one value set at a place; nothing takes it away.
fn with(version: &str, at: &str, value: Option<Value>) -> Value {
    let mut document = document(version);
    let (holder, key) = at.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    let holder = document.pointer_mut(holder).unwrap_or_else(|| panic!("{at}"));
    match (holder, value) {
        (Value::Array(items), Some(value)) => match key.parse::<usize>() {
            Ok(index) if index < items.len() => items[index] = value,
            _ => items.push(value),
        },
        (Value::Array(items), None) => drop(items.remove(key.parse().unwrap())),
        (Value::Object(members), Some(value)) => drop(members.insert(key, value)),
        (Value::Object(members), None) => drop(members.shift_remove(&key).unwrap()),
        _ => panic!("{at}"),
    }
    document
}

fn flaws(document: &Value) -> Vec<String> {
    match OpenApi::read("a.json", &document.to_string()) {
        Err(faults) => faults.0.iter().map(|fault| fault.message.en.clone()).collect(),
        Ok(document) => document.errors().iter().map(|fault| fault.render(crate::base::text::Lang::En)).collect(),
    }
}

const GET: &str = "/paths/~1things~1{id}/get";
const ITEM: &str = "/paths/~1things~1{id}";
const PAGE: &str = "/paths/~1things~1{id}/get/parameters/0";
const ID: &str = "/paths/~1things~1{id}/parameters/0";
const OK: &str = "/paths/~1things~1{id}/get/responses/200";
const MEDIA: &str = "/paths/~1things~1{id}/get/responses/200/content/application~1json";
const THING: &str = "/components/schemas/Thing";
const ACM: &str = "/components/securitySchemes/acm";

#[test]
fn a_right_document_has_no_flaw_in_any_version() {
    for version in ["3.0.0", "3.0.3", "3.0.4", "3.1.0", "3.1.1", "3.2.0"] {
        assert_eq!(flaws(&document(version)), [""; 0], "{version}");
    }
}

/// Place, value, and words of the flaw, in 3.0.
#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_3_0_does_not_allow_is_told() {
    let parameter = |name: &str, place: &str| json!({ "name": name, "in": place, "schema": {} });
    for (at, value, words) in [
        (format!("{PAGE}/schema/exclusiveMinimum"), Some(json!(0)), "here `true` or `false` belongs"),
        (format!("{PAGE}/schema/exclusiveMaximum"), Some(json!(5)), "here `true` or `false` belongs"),
        (format!("{THING}/type"), Some(json!(["object", "null"])), "one of array, boolean"),
        (format!("{THING}/type"), Some(json!("null")), "one of array, boolean"),
        (format!("{THING}/type"), Some(json!("file")), "one of array, boolean"),
        (format!("{THING}/properties/id/const"), Some(json!("a")), "knows no `const` here"),
        (format!("{THING}/properties/id/examples"), Some(json!(["a"])), "knows no `examples` here"),
        (format!("{THING}/$defs"), Some(json!({})), "knows no `$defs` here"),
        (format!("{THING}/if"), Some(json!({})), "knows no `if` here"),
        (format!("{THING}/patternProperties"), Some(json!({})), "knows no `patternProperties` here"),
        (format!("{THING}/required"), Some(json!([])), "at least one element"),
        (format!("{THING}/required"), Some(json!(true)), "here an array belongs"),
        (format!("{THING}/required"), Some(json!(["id", "id"])), "names a name twice"),
        (format!("{THING}/properties/id/required"), Some(json!(true)), "here an array belongs"),
        (format!("{THING}/properties/id/enum"), Some(json!([])), "at least one element"),
        (format!("{THING}/properties/id/maxLength"), Some(json!(-1)), "a whole number from 0 on"),
        (format!("{THING}/properties/id/minLength"), Some(json!("1")), "a whole number from 0 on"),
        (format!("{THING}/properties/list"), Some(json!({ "type": "array" })), "needs `items`"),
        (format!("{THING}/properties/list"), Some(json!({ "type": "array", "items": [{}] })), "here an object belongs"),
        (format!("{THING}/properties/id/nullable"), Some(json!("true")), "here `true` or `false` belongs"),
        (format!("{THING}/discriminator"), Some(json!("kind")), "here an object belongs"),
        (format!("{THING}/allOf"), Some(json!({})), "here an array belongs"),
        (format!("{THING}/properties/other"), Some(json!({ "$ref": "#/components/schemas/Nothing" })), "leads nowhere"),
        (format!("{ID}/required"), None, "has `required: true`"),
        (format!("{ID}/required"), Some(json!(false)), "has `required: true`"),
        (format!("{ID}/required"), Some(json!("true")), "here `true` or `false` belongs"),
        (format!("{ITEM}/parameters"), None, "has no parameter with `in: path`"),
        (format!("{ITEM}/parameters/1"), Some(parameter("id", "path")), "is there twice"),
        (format!("{GET}/parameters/1"), Some(parameter("page", "query")), "is there twice"),
        (format!("{GET}/parameters/1"), Some(json!({ "$ref": "#/components/parameters/None" })), "leads nowhere"),
        (
            format!("{GET}/parameters/1"),
            Some(json!({ "$ref": "#/components/schemas/Thing" })),
            "does not lead to one of",
        ),
        (
            format!("{GET}/parameters/1"),
            Some(json!({ "name": "other", "in": "path", "required": true, "schema": {} })),
            "does not occur in the path",
        ),
        (format!("{PAGE}/type"), Some(json!("integer")), "knows no `type` here"),
        (format!("{PAGE}/in"), Some(json!("body")), "one of query, header, path, cookie"),
        (format!("{PAGE}/in"), None, "`in` is missing"),
        (format!("{PAGE}/name"), None, "`name` is missing"),
        (format!("{PAGE}/schema"), None, "`schema` or `content` is missing"),
        (format!("{PAGE}/content"), Some(json!({ "text/plain": {} })), "exclude each other"),
        (format!("{PAGE}/style"), Some(json!("matrix")), "takes one of form"),
        (format!("{PAGE}/collectionFormat"), Some(json!("csv")), "knows no `collectionFormat` here"),
        (format!("{GET}/responses"), None, "`responses` is missing"),
        (format!("{GET}/responses"), Some(json!({})), "names no response"),
        (format!("{GET}/responses/20"), Some(json!({ "description": "" })), "is not a status"),
        (format!("{GET}/responses/4xx"), Some(json!({ "description": "" })), "is not a status"),
        (format!("{GET}/responses/404"), Some(json!({})), "`description` is missing"),
        (format!("{GET}/responses/404"), Some(json!({ "$ref": "#/components/responses/None" })), "leads nowhere"),
        (format!("{GET}/responses/404"), Some(json!("none")), "here an object belongs"),
        (format!("{OK}/schema"), Some(json!({})), "knows no `schema` here"),
        (format!("{OK}/headers"), Some(json!({ "x-a": { "type": "string" } })), "`schema` or `content` is missing"),
        (
            format!("{OK}/links"),
            Some(json!({ "a": { "operationRef": "#/a", "operationId": "b" } })),
            "exclude each other",
        ),
        (format!("{MEDIA}/examples"), Some(json!({ "a": { "value": 1 } })), "exclude each other"),
        (format!("{MEDIA}/schemas"), Some(json!({})), "knows no `schemas` here"),
        (format!("{GET}/operationid"), Some(json!("a")), "knows no `operationid` here"),
        (format!("{GET}/consumes"), Some(json!([])), "knows no `consumes` here"),
        (format!("{GET}/summary"), Some(json!(3)), "here a string belongs"),
        (format!("{GET}/tags"), Some(json!("things")), "here an array belongs"),
        (format!("{GET}/deprecated"), Some(json!("no")), "here `true` or `false` belongs"),
        (format!("{GET}/requestBody"), Some(json!({ "required": true })), "`content` is missing"),
        (format!("{GET}/security"), Some(json!([{ "other": [] }])), "is not among `components.securitySchemes`"),
        (format!("{GET}/security"), Some(json!({ "acm": [] })), "here an array belongs"),
        (format!("{ITEM}/fetch"), Some(json!({})), "knows no `fetch` here"),
        (
            format!("{ITEM}/delete"),
            Some(json!({ "operationId": "thing", "responses": { "204": { "description": "" } } })),
            "is there twice",
        ),
        ("/paths/things".to_owned(), Some(json!({})), "starts with `/`"),
        (
            "/paths/~1things~1{key}".to_owned(),
            Some(json!({ "parameters": [{ "name": "key", "in": "path", "required": true, "schema": {} }] })),
            "is the same path as",
        ),
        ("/info".to_owned(), None, "`info` is missing"),
        ("/info/version".to_owned(), None, "`version` is missing"),
        ("/info/title".to_owned(), None, "`title` is missing"),
        ("/info/version".to_owned(), Some(json!(1.0)), "here a string belongs"),
        ("/info/license".to_owned(), Some(json!({ "url": "https://a.be" })), "`name` is missing"),
        ("/info/licence".to_owned(), Some(json!({})), "knows no `licence` here"),
        ("/info/summary".to_owned(), Some(json!("a")), "knows no `summary` here"),
        ("/webhooks".to_owned(), Some(json!({})), "knows no `webhooks` here"),
        ("/host".to_owned(), Some(json!("a.be")), "knows no `host` here"),
        ("/paths".to_owned(), None, "the key `paths`"),
        ("/servers/0/url".to_owned(), None, "`url` is missing"),
        ("/servers".to_owned(), Some(json!("https://a.be")), "here an array belongs"),
        ("/servers/0/variables/host/default".to_owned(), None, "`default` is missing"),
        ("/tags/1".to_owned(), Some(json!({ "name": "things" })), "two tags have the same name"),
        ("/externalDocs".to_owned(), Some(json!({ "description": "a" })), "`url` is missing"),
        ("/components/definitions".to_owned(), Some(json!({})), "knows no `definitions` here"),
        ("/components/schemas/a b".to_owned(), Some(json!({})), "a name below `components`"),
        (format!("{ACM}/scheme"), None, "needs `scheme`"),
        (format!("{ACM}/type"), Some(json!("basic")), "one of apiKey, http"),
        (format!("{ACM}/type"), Some(json!("mutualTLS")), "one of apiKey, http"),
        (ACM.to_owned(), Some(json!({ "type": "apiKey", "name": "x" })), "needs `in`"),
        (
            ACM.to_owned(),
            Some(json!({ "type": "oauth2", "flows": { "implicit": { "scopes": {} } } })),
            "`authorizationUrl` is missing",
        ),
        ("/openapi".to_owned(), Some(json!("3.0")), "three numbers"),
    ] {
        let found = flaws(&with("3.0.3", &at, value.clone()));
        assert!(found.iter().any(|flaw| flaw.contains(words)), "{at} {value:?}: {found:#?}");
        assert!(found.len() < 4, "{at}: {found:#?}");
    }
}

#[test]
fn what_3_0_allows_is_no_flaw() {
    for (at, value) in [
        (format!("{PAGE}/schema/exclusiveMinimum"), json!(true)),
        (format!("{THING}/properties/id/nullable"), json!(true)),
        (format!("{THING}/x-own"), json!({ "anything": ["goes"] })),
        (format!("{THING}/additionalProperties"), json!(false)),
        (format!("{THING}/additionalProperties"), json!({ "type": "string" })),
        (format!("{THING}/properties/$ref"), json!({ "type": "string" })),
        (format!("{THING}/properties/type"), json!({ "type": "string", "enum": ["a", null], "nullable": true })),
        (
            format!("{THING}/properties/self"),
            json!({ "$ref": "#/components/schemas/Thing", "description": "ignored", "nullable": true }),
        ),
        (format!("{THING}/properties/elsewhere"), json!({ "$ref": "other.yaml#/Thing" })),
        (
            format!("{THING}/discriminator"),
            json!({ "propertyName": "id", "mapping": { "a": "#/components/schemas/Thing" } }),
        ),
        (format!("{THING}/xml"), json!({ "name": "thing", "wrapped": false })),
        (format!("{THING}/example"), json!({ "type": 3, "required": "no" })),
        (format!("{THING}/default"), json!(null)),
        (
            format!("{THING}/properties/list"),
            json!({ "type": "array", "items": {}, "uniqueItems": true, "maxItems": 10.0 }),
        ),
        (format!("{GET}/parameters/1"), json!({ "$ref": "#/components/parameters/Limit" })),
        (format!("{GET}/parameters/1"), json!({ "$ref": "common.yaml#/Limit" })),
        (format!("{GET}/parameters/1"), json!({ "name": "page", "in": "header", "schema": {} })),
        (
            format!("{GET}/parameters/1"),
            json!({ "name": "id", "in": "path", "required": true, "description": "again", "schema": {} }),
        ),
        (
            format!("{GET}/parameters/1"),
            json!({ "name": "f", "in": "query", "content": { "application/json": { "schema": {} } } }),
        ),
        (
            format!("{GET}/parameters/1"),
            json!({ "name": "f", "in": "query", "style": "deepObject", "explode": true, "schema": {} }),
        ),
        (format!("{GET}/responses/4XX"), json!({ "description": "" })),
        (format!("{GET}/responses/default"), json!({ "description": "" })),
        (format!("{GET}/responses/x-none"), json!(1)),
        (format!("{GET}/responses/404"), json!({ "$ref": "problems.yaml#/NotFound" })),
        (
            format!("{GET}/callbacks"),
            json!({ "done": { "{$request.query.url}": { "post": { "responses": { "200": { "description": "" } } } } } }),
        ),
        (format!("{GET}/security"), json!([{}])),
        (format!("{GET}/security"), json!([])),
        (format!("{OK}/headers"), json!({ "ETag": { "schema": { "type": "string" }, "required": true } })),
        (
            format!("{OK}/links"),
            json!({ "self": { "operationId": "thing", "parameters": { "id": "$request.path.id" } } }),
        ),
        (format!("{OK}/content/*~1*"), json!({})),
        (format!("{MEDIA}/encoding"), json!({ "id": { "contentType": "text/plain" } })),
        (format!("{ITEM}/servers"), json!([{ "url": "/v2" }])),
        (format!("{ITEM}/trace"), json!({ "responses": { "200": { "description": "" } } })),
        ("/paths/~1others".to_owned(), json!({ "$ref": "paths.yaml#/others" })),
        ("/paths/~1things~1latest".to_owned(), json!({ "get": { "responses": { "204": { "description": "" } } } })),
        ("/paths/x-gateway".to_owned(), json!("kong")),
        ("/x-root".to_owned(), json!([])),
        ("/info/contact".to_owned(), json!({ "name": "Team", "email": "team@a.be", "x-phone": "1" })),
        ("/servers".to_owned(), json!([])),
        ("/components/responses".to_owned(), json!({ "Unused": { "description": "" } })),
        ("/components/links".to_owned(), json!({ "A": {} })),
        ("/components/headers".to_owned(), json!({ "A": { "$ref": "#/components/headers/B" }, "B": { "schema": {} } })),
        ("/components/examples".to_owned(), json!({ "A": { "externalValue": "https://a.be/x" } })),
        ("/components/requestBodies".to_owned(), json!({ "A": { "content": { "text/plain": {} } } })),
        (
            ACM.to_owned(),
            json!({ "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "https://a.be/t", "scopes": {} } } }),
        ),
        (ACM.to_owned(), json!({ "type": "openIdConnect", "openIdConnectUrl": "https://a.be/d" })),
        (ACM.to_owned(), json!({ "type": "apiKey", "name": "key", "in": "header" })),
    ] {
        assert_eq!(flaws(&with("3.0.3", &at, Some(value.clone()))), [""; 0], "{at} {value}");
    }
}

#[test]
fn what_later_versions_do_not_allow_is_told() {
    for (at, value, words) in [
        (format!("{PAGE}/schema/exclusiveMinimum"), Some(json!(true)), "is not a valid schema"),
        (format!("{THING}/type"), Some(json!("file")), "is not a valid schema"),
        (format!("{THING}/discriminator"), Some(json!("kind")), "here an object belongs"),
        (format!("{THING}/properties/id"), Some(json!("string")), "is not a valid schema"),
        (format!("{ID}/required"), None, "has `required: true`"),
        (format!("{GET}/responses"), Some(json!({})), "names no response"),
        (format!("{MEDIA}/examples"), Some(json!({ "a": { "value": 1 } })), "exclude each other"),
        (format!("{OK}/links"), Some(json!({ "a": {} })), "names neither `operationId`"),
        (format!("{GET}/parameters/1"), Some(json!({ "name": "page", "in": "query", "schema": {} })), "is there twice"),
        ("/info/version".to_owned(), None, "`version` is missing"),
        (
            "/info/license".to_owned(),
            Some(json!({ "name": "A", "identifier": "MIT", "url": "https://a.be" })),
            "exclude each other",
        ),
        ("/servers/0/variables/host/default".to_owned(), Some(json!("b.be")), "`default` is one of `enum`"),
        ("/definitions".to_owned(), Some(json!({})), "knows no `definitions` here"),
        ("/webhooks".to_owned(), Some(json!({ "a": { "post": { "operationId": "thing" } } })), "is there twice"),
    ] {
        let found = flaws(&with("3.1.0", &at, value.clone()));
        assert!(found.iter().any(|flaw| flaw.contains(words)), "{at} {value:?}: {found:#?}");
    }
    assert!(!flaws(&with("3.1.0", "/components/mediaTypes", Some(json!({})))).is_empty(), "that is of 3.2");
}

#[test]
fn what_later_versions_allow_is_no_flaw() {
    for (version, at, value) in [
        ("3.1.0", format!("{PAGE}/schema/exclusiveMinimum"), Some(json!(0))),
        ("3.1.0", format!("{THING}/type"), Some(json!(["object", "null"]))),
        ("3.1.0", format!("{THING}/anything"), Some(json!(1))),
        ("3.1.0", format!("{THING}/nullable"), Some(json!(true))),
        ("3.1.0", format!("{THING}/examples"), Some(json!([{}]))),
        ("3.1.0", format!("{THING}/required"), Some(json!([]))),
        ("3.1.0", format!("{THING}/properties/list"), Some(json!({ "type": "array", "prefixItems": [{}] }))),
        ("3.1.0", format!("{THING}/properties/any"), Some(json!(true))),
        (
            "3.1.0",
            format!("{THING}/properties/self"),
            Some(json!({ "$ref": "#/components/schemas/Thing", "description": "beside" })),
        ),
        ("3.1.0", format!("{GET}/responses"), None),
        (
            "3.1.0",
            format!("{GET}/parameters/1"),
            Some(json!({ "$ref": "#/components/parameters/Limit", "description": "beside" })),
        ),
        (
            "3.1.0",
            "/webhooks".to_owned(),
            Some(json!({ "made": { "post": { "requestBody": { "content": { "application/json": {} } } } } })),
        ),
        ("3.1.0", "/info/summary".to_owned(), Some(json!("a"))),
        ("3.1.0", "/info/license".to_owned(), Some(json!({ "name": "MIT", "identifier": "MIT" }))),
        ("3.1.0", "/jsonSchemaDialect".to_owned(), Some(json!("https://spec.openapis.org/oas/3.1/dialect/base"))),
        ("3.1.0", "/paths".to_owned(), None),
        ("3.1.0", "/components/pathItems".to_owned(), Some(json!({ "A": {} }))),
        ("3.1.0", ACM.to_owned(), Some(json!({ "type": "mutualTLS" }))),
        ("3.2.0", "/components/mediaTypes".to_owned(), Some(json!({ "A": { "schema": {} } }))),
        ("3.2.0", "/$self".to_owned(), Some(json!("https://a.be/openapi"))),
        ("3.2.0", format!("{ITEM}/query"), Some(json!({}))),
        ("3.2.0", format!("{OK}/description"), None),
        ("3.2.0", "/tags/0/kind".to_owned(), Some(json!("nav"))),
    ] {
        assert_eq!(flaws(&with(version, &at, value.clone())), [""; 0], "{version} {at} {value:?}");
    }
}

#[test]
fn a_document_in_yaml_may_use_anchors_and_merge_keys() {
    let text = "openapi: 3.0.3\ninfo: { title: a, version: '1' }\npaths:\n  /a:\n    get: &get\n      summary: x\n      \
                responses: &all\n        200: { description: x }\n  /b:\n    get:\n      <<: *get\n      summary: y\n  /c:\n    \
                post: { responses: *all }\n";
    let document = OpenApi::read("a.yaml", text).unwrap();
    assert!(document.errors().is_empty(), "{:?}", document.errors());
    let operation = document.operation("GET", "/b").unwrap();
    assert_eq!((operation.summary(), operation.response(200).is_some()), (Some("y"), true));
}

#[test]
fn a_very_deep_or_very_wrong_document_ends() {
    let mut schema = json!({});
    for _ in 0..120 {
        schema = json!({ "not": schema });
    }
    let _ = flaws(&with("3.0.3", "/components/schemas/Deep", Some(schema)));
    let many: serde_json::Map<_, _> = (0..2000).map(|n| (format!("k{n}"), json!(1))).collect();
    assert_eq!(flaws(&with("3.0.3", THING, Some(Value::Object(many)))).len(), super::MOST_FLAWS);
}

/// Every way to put a value of each kind in the place of one, or to take one away, down to the schemas.
fn mutants(value: &Value) -> Vec<Value> {
    let whole = vec![Value::Null, json!(true), json!(7), json!("x"), json!([]), json!({})];
    let mut changes: Vec<Value> = whole.into_iter().filter(|other| other != value).collect();
    if let Value::Object(members) = value {
        for (name, member) in members {
            let without = members.iter().filter(|(other, _)| *other != name);
            changes.push(without.map(|(name, member)| (name.clone(), member.clone())).collect());
            for mutant in mutants_of_member(name, member) {
                let mut changed = members.clone();
                changed.insert(name.clone(), mutant);
                changes.push(Value::Object(changed));
            }
        }
    }
    if let Value::Array(items) = value {
        for (index, item) in items.iter().enumerate() {
            for mutant in mutants(item) {
                let mut changed = items.clone();
                changed[index] = mutant;
                changes.push(Value::Array(changed));
            }
        }
    }
    changes
}

/// An example is any value.
fn mutants_of_member(name: &str, member: &Value) -> Vec<Value> {
    if name == "example" { Vec::new() } else { mutants(member) }
}

#[test]
fn what_another_reader_of_version_3_0_refuses_is_refused() {
    let opinion = |document: &Value| serde_json::from_value::<openapiv3::OpenAPI>(document.clone());
    assert!(opinion(&document("3.0.3")).is_ok());
    let all = mutants(&document("3.0.3"));
    let refused: Vec<&Value> = all.iter().filter(|document| opinion(document).is_err()).collect();
    assert!(refused.len() > 200, "{} of {}", refused.len(), all.len());
    let accepted: Vec<String> = refused
        .into_iter()
        .filter(|document| flaws(document).is_empty())
        .map(|document| format!("{}: {document}", opinion(document).unwrap_err()))
        .collect();
    assert!(accepted.is_empty(), "{} documents:\n{}", accepted.len(), accepted.join("\n"));
}
