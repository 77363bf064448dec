//! Faults of the source's own OpenAPI document (HTTP-18, 19, 20, 24). They show only where the profile names it.

use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::sandbox::answer::put;
use crate::sandbox::source::envelope::field;

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
        blocks: &[],
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
        name: "document-has-a-number-for-an-exclusive-minimum",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "The source's own document of version 3.0 has a numeric exclusiveMinimum.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                in_parameter(document, "page", |parameter| {
                    put(parameter, "schema", json!({ "type": "integer", "exclusiveMinimum": 0 }));
                });
            });
        },
    },
    Fault {
        name: "document-has-a-list-of-types",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "The source's own document of version 3.0 has a list of types, as 3.1 allows.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                in_parameter(document, "page", |parameter| {
                    put(parameter, "schema", json!({ "type": ["integer", "null"] }));
                });
            });
        },
    },
    Fault {
        name: "path-parameter-is-not-required",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document a parameter of the path may be left out.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                in_parameter(document, "insz", |parameter| put(parameter, "required", false));
            });
        },
    },
    Fault {
        name: "parameter-is-declared-twice",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document the list has the parameter page twice.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                let parameters = list_operation(document).and_then(|operation| operation.get_mut("parameters"));
                if let Some(parameters) = parameters.and_then(Value::as_array_mut) {
                    let page = parameters.iter().find(|parameter| field(parameter, "name") == "page").cloned();
                    parameters.extend(page);
                }
            });
        },
    },
    Fault {
        name: "document-has-an-unknown-keyword",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document an operation has a key that OpenAPI does not know.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(operation) = list_operation(document) {
                    put(operation, "produces", json!(["application/hal+json"]));
                }
            });
        },
    },
    Fault {
        name: "path-without-its-parameter",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document the number in the path of the list is not described.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                let parameters = list_operation(document).and_then(|operation| operation.get_mut("parameters"));
                if let Some(parameters) = parameters.and_then(Value::as_array_mut) {
                    parameters.retain(|parameter| field(parameter, "name") != "insz");
                }
            });
        },
    },
    Fault {
        name: "operations-have-the-same-id",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document all operations have the same operationId.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                for path in document
                    .get_mut("paths")
                    .and_then(Value::as_object_mut)
                    .into_iter()
                    .flat_map(|paths| paths.values_mut())
                {
                    if let Some(operation) = path.get_mut("get") {
                        put(operation, "operationId", "get");
                    }
                }
            });
        },
    },
    Fault {
        name: "document-without-its-version",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "The source's own document does not say which version of the API it describes.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
                    info.shift_remove("version");
                }
            });
        },
    },
    Fault {
        name: "response-without-a-description",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document an answer has no description.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                let answer = list_operation(document).and_then(|operation| operation.pointer_mut("/responses/200"));
                if let Some(answer) = answer.and_then(Value::as_object_mut) {
                    answer.shift_remove("description");
                }
            });
        },
    },
    Fault {
        name: "document-refers-to-nothing",
        breaks: &["HTTP-18"],
        blocks: &[],
        summary: "In the source's own document an answer refers to a part that is not there.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                if let Some(answers) = list_operation(document).and_then(|operation| operation.get_mut("responses")) {
                    put(answers, "409", json!({ "$ref": "#/components/responses/Conflict" }));
                }
            });
        },
    },
    Fault {
        name: "document-says-that-downloads-are-json",
        breaks: &["HTTP-20"],
        blocks: &[],
        summary: "The source's own document says that a download is application/json, and it is a PDF.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                declare_downloads(document, "application/json");
            });
        },
    },
    Fault {
        name: "document-says-that-downloads-are-images",
        breaks: &["HTTP-20"],
        blocks: &[],
        summary: "The source's own document says that a download is an image, and it is a PDF.",
        apply: |behaviour| {
            behaviour.edits.document.push(|document| {
                declare_downloads(document, "image/*");
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

/// Changes a parameter of the list.
fn in_parameter(document: &mut Value, name: &str, change: impl Fn(&mut Value)) {
    let parameters = list_operation(document).and_then(|operation| operation.get_mut("parameters"));
    for parameter in parameters.and_then(Value::as_array_mut).into_iter().flatten() {
        if field(parameter, "name") == name {
            change(parameter);
        }
    }
}

/// Gives the downloads this media type.
fn declare_downloads(document: &mut Value, media_type: &str) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for path in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        let content = path.pointer_mut("/get/responses/200/content").filter(|content| content.get("*/*").is_some());
        if let Some(content) = content {
            *content = json!({ media_type: {} });
        }
    }
}

fn list_operation(document: &mut Value) -> Option<&mut Value> {
    document.pointer_mut("/paths/~1certificates~1{insz}/get")
}
