//! Faults of the source's own OpenAPI document (HTTP-18, 19, 20, 24). They show only where the profile names it.

use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::sandbox::envelope::put;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "document-is-swagger",
        breaks: &["HTTP-18"],
        blocks: &["HTTP-19", "HTTP-20", "HTTP-24"],
        summary: "The source's own document is Swagger 2.0.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(document) = document.as_object_mut() {
                    document.shift_remove("openapi");
                    document.insert("swagger".to_owned(), json!("2.0"));
                }
            });
        },
    },
    Fault {
        name: "document-without-info",
        breaks: &["HTTP-18"],
        blocks: &["HTTP-19", "HTTP-20", "HTTP-24"],
        summary: "The source's own document lacks the obligatory info.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(document) = document.as_object_mut() {
                    document.shift_remove("info");
                }
            });
        },
    },
    Fault {
        name: "operation-without-a-word",
        breaks: &["HTTP-19"],
        blocks: &[],
        summary: "In the source's own document the operation of the list has neither summary nor description.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(operation) = list_operation(document).and_then(Value::as_object_mut) {
                    operation.shift_remove("summary");
                    operation.shift_remove("description");
                }
            });
        },
    },
    Fault {
        name: "parameter-without-a-description",
        breaks: &["HTTP-19"],
        blocks: &[],
        summary: "In the source's own document the parameters of the list have no description.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                let parameters = list_operation(document).and_then(|operation| operation.get_mut("parameters"));
                for parameter in parameters.and_then(Value::as_array_mut).into_iter().flatten() {
                    if let Some(parameter) = parameter.as_object_mut() {
                        parameter.shift_remove("description");
                    }
                }
            });
        },
    },
    Fault {
        name: "document-hides-errors",
        breaks: &["HTTP-20"],
        blocks: &[],
        summary: "The source's own document declares no other answer than 200 for the list.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                let responses = list_operation(document).and_then(|operation| operation.get_mut("responses"));
                if let Some(responses) = responses.and_then(Value::as_object_mut) {
                    responses.retain(|status, _| status == "200");
                }
            });
        },
    },
    Fault {
        name: "document-asks-for-a-field-that-is-not-sent",
        breaks: &["HTTP-20"],
        blocks: &[],
        summary: "The source's own document makes a field obligatory that no answer has.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(schema) = document.pointer_mut("/components/schemas/Answer") {
                    put(schema, "required", json!(["issuingAuthority"]));
                }
            });
        },
    },
    Fault {
        name: "sorting-is-called-order-by",
        breaks: &["HTTP-24"],
        blocks: &[],
        summary: "In the source's own document the list is sorted by a parameter orderBy.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                let parameters = list_operation(document).and_then(|operation| operation.get_mut("parameters"));
                if let Some(parameters) = parameters.and_then(Value::as_array_mut) {
                    parameters.push(json!({
                        "name": "orderBy", "in": "query", "description": "Sorts the list by a field.",
                        "schema": { "type": "string" },
                    }));
                }
            });
        },
    },
];

fn list_operation(document: &mut Value) -> Option<&mut Value> {
    document.pointer_mut("/paths/~1certificates~1{insz}/get")
}
