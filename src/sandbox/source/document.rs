//! The source's own OpenAPI document: true of the conformant source, and no stricter than it needs to be, so that a
//! fault in a body is one requirement's finding and not the document's too.

use serde_json::{Map, Value, json};

use super::{described, vary};
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{Behaviour, DocumentPath, KeyIn};
use crate::sandbox::source::envelope::field;

/// The document of a source that behaves so.
pub(in crate::sandbox) fn document(behaviour: &Behaviour, base: &str) -> Value {
    let root = match (behaviour.number_in_certificate_url, behaviour.pseudonym_in_certificate_url) {
        (true, _) => "/certificates/{insz}",
        (false, true) => "/attestations/{citizen}",
        (false, false) => "/attestations",
    };
    let (detail, before) = match behaviour.key_in {
        KeyIn::Path | KeyIn::Prefixed | KeyIn::Matrix => ("/{id}/{language}", "/{id}/{language}"),
        KeyIn::LanguageFirst => ("/{language}/{id}", "/{language}/{id}"),
        KeyIn::LocaleFirst => ("/{locale}/{id}", "/{locale}/{id}"),
        KeyIn::LanguageInQuery | KeyIn::Locale | KeyIn::CapitalsInQuery => ("/{id}", "/{id}"),
        KeyIn::Joined | KeyIn::MatrixNames | KeyIn::Glued | KeyIn::Dotted => ("/{key}", "/{key}"),
        KeyIn::Query => ("/details", ""),
        KeyIn::Handle => ("/{handle}", "/{handle}"),
    };
    let (name, mut document_keys) = match behaviour.document_path {
        DocumentPath::Named(name) => (name, Vec::new()),
        DocumentPath::WithSlash => ("download/", Vec::new()),
        DocumentPath::FileName => ("{file}", vec![file()]),
    };
    let download = format!("{before}/{name}");
    let mut keys = if behaviour.number_in_certificate_url { vec![number()] } else { Vec::new() };
    keys.extend(root.contains("{citizen}").then(citizen));
    keys.extend(key_parameters(behaviour.key_in));
    let list_parameters =
        [number(), paging("page", 0, "The page, counted from 0."), paging("limit", 1, "Items a page.")];
    document_keys.extend(keys.clone());
    let mut paths = Map::new();
    let list = operation("List the certificates of a citizen", &json!(list_parameters), JSON);
    paths.insert("/certificates/{insz}".to_owned(), list);
    paths.insert(format!("{root}{detail}"), operation("Show one certificate", &json!(keys), JSON));
    paths.insert(
        format!("{root}{download}"),
        operation("Fetch the document of a certificate", &json!(document_keys), "*/*"),
    );
    if behaviour.language_only_when_needed && behaviour.key_in == KeyIn::Path {
        let keys: Vec<_> = keys.iter().filter(|key| field(key, "name") != "language").collect();
        paths.insert(
            format!("{root}/{{id}}"),
            operation("Show a certificate that has one language", &json!(keys), JSON),
        );
    }
    let mut document = json!({
        "openapi": "3.0.3",
        "info": { "title": "Sandbox source of certificates", "version": "1.4.0", "description": "Bronkeur's own source." },
        "servers": [{ "url": base, "description": "This sandbox." }],
        "paths": paths,
        "components": {
            "securitySchemes": { "acm": { "type": "http", "scheme": "bearer", "description": "A TX token of ACM." } },
            "schemas": if behaviour.variation.rich_members {
                described::schemas(behaviour)
            } else {
                schemas(behaviour.variation.patterns)
            },
        },
        "security": [{ "acm": [] }],
    });
    for edit in &behaviour.edits.document {
        edit(&mut document);
    }
    document
}

const JSON: &str = "application/hal+json";

fn operation(summary: &str, parameters: &Value, media: &str) -> Value {
    let schema = |name: &str| json!({ "schema": { "$ref": format!("#/components/schemas/{name}") } });
    let good = if media == JSON {
        json!({ "application/hal+json": schema("Answer"), "application/json": schema("Answer") })
    } else {
        json!({ "*/*": {} })
    };
    let error = |description: &str| json!({ "description": description, "content": { "application/problem+json": schema("Problem") } });
    json!({ "get": {
        "summary": summary,
        "description": format!("{summary}, for the citizen of the token."),
        "parameters": parameters,
        "responses": {
            "200": { "description": "What was asked for.", "content": good },
            "400": error("A parameter is malformed."),
            "401": error("The token is missing or not valid here."),
            "403": error("The token does not give this right."),
            "404": error("There is no such thing."),
            "406": error("No such media type is to be had."),
            "500": error("The source failed."),
            "default": { "description": "Anything else." },
        },
    }})
}

fn number() -> Value {
    json!({ "name": "insz", "in": "path", "required": true, "description": "The national number of the citizen.",
            "schema": { "type": "string" } })
}

fn citizen() -> Value {
    json!({ "name": "citizen", "in": "path", "required": true, "description": "What this source calls the citizen.",
            "schema": { "type": "string" } })
}

fn file() -> Value {
    json!({ "name": "file", "in": "path", "required": true, "description": "The name of the document's file.",
            "schema": { "type": "string" } })
}

fn paging(name: &str, least: u64, description: &str) -> Value {
    json!({ "name": name, "in": "query", "description": description,
            "schema": { "type": "integer", "minimum": least } })
}

fn key_parameters(key_in: KeyIn) -> Vec<Value> {
    let parameter = |name: &str, place: &str, description: &str| {
        json!({ "name": name, "in": place, "required": true, "description": description,
                "schema": { "type": "string" } })
    };
    let (id, language) = match key_in {
        KeyIn::Handle => return vec![parameter("handle", "path", "Stands for id and language of a certificate.")],
        KeyIn::Joined | KeyIn::MatrixNames | KeyIn::Glued | KeyIn::Dotted => {
            return vec![parameter("key", "path", "Id and language of a certificate.")];
        }
        KeyIn::Locale | KeyIn::LocaleFirst | KeyIn::CapitalsInQuery => {
            let (name, place) = match key_in {
                KeyIn::LocaleFirst => ("locale", "path"),
                KeyIn::CapitalsInQuery => ("lang", "query"),
                _ => ("locale", "query"),
            };
            let id = parameter("id", "path", "The id of a certificate.");
            return vec![id, parameter(name, place, "Its language, with a region or in capitals.")];
        }
        KeyIn::Path | KeyIn::LanguageFirst | KeyIn::Prefixed | KeyIn::Matrix => ("path", "path"),
        KeyIn::LanguageInQuery => ("path", "query"),
        KeyIn::Query => ("query", "query"),
    };
    vec![parameter("id", id, "The id of a certificate."), parameter("language", language, "Its language, ISO 639-1.")]
}

fn schemas(has_patterns: bool) -> Value {
    let mut answer = json!({ "type": "object", "description": "A certificate or a page of them, with links." });
    if has_patterns {
        let mut members = vary::patterns();
        let certificates = json!({ "type": "array", "items": { "type": "object", "properties": members } });
        put(&mut members, "certificates", certificates.clone());
        put(&mut members, "_embedded", json!({ "type": "object", "additionalProperties": certificates }));
        put(&mut answer, "properties", members);
    }
    json!({ "Answer": answer, "Problem": { "description": "A problem as RFC 7807 has it." } })
}
