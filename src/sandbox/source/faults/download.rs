//! Faults of chapter 8, download. Each changes what is sent for a document that the caller may have.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::source::behaviour::{AnswerContext, Call};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "download-is-not-found",
        breaks: &["DWN-01"],
        blocks: &["DWN", "SEC-08", "SEC-09", "SEC-14"],
        summary: "The document of every certificate answers 404.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let body = json!({ "type": "about:blank", "title": "Not found", "status": 404 });
                    *answer = Answer::json(404, "application/problem+json", &body);
                }
            });
        },
    },
    Fault {
        name: "download-is-an-error",
        breaks: &["DWN-01"],
        blocks: &["DWN", "SEC-08", "SEC-09", "SEC-14"],
        summary: "The document of every certificate answers 500.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let body = json!({ "type": "about:blank", "title": "Internal error", "status": 500 });
                    *answer = Answer::json(500, "application/problem+json", &body);
                }
            });
        },
    },
    Fault {
        name: "download-is-empty",
        breaks: &["DWN-01"],
        blocks: &["DWN-02", "DWN-03", "DWN-04", "DWN-05"],
        summary: "The document of every certificate is an empty stream of bytes.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.body.clear();
                    answer.set("content-type", "application/octet-stream");
                }
            });
        },
    },
    Fault {
        name: "pdf-is-called-html",
        breaks: &["DWN-02"],
        blocks: &[],
        summary: "A PDF is sent as text/html.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.set("content-type", "text/html");
                }
            });
        },
    },
    Fault {
        name: "pdf-is-called-hal-json",
        breaks: &["DWN-02"],
        blocks: &[],
        summary: "A PDF is sent with the media type of the list.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.set("content-type", "application/hal+json");
                }
            });
        },
    },
    Fault {
        name: "html-is-called-pdf",
        breaks: &["DWN-02"],
        blocks: &[],
        summary: "A page of HTML is sent as application/pdf.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.body = b"<!DOCTYPE html><html><body><p>Attest</p></body></html>".to_vec();
                }
            });
        },
    },
    Fault {
        name: "pdf-is-cut-short",
        breaks: &["DWN-03"],
        blocks: &[],
        summary: "The second half of a PDF is missing, and the length agrees with it.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let half = answer.body.len() / 2;
                    answer.body.truncate(half);
                }
            });
        },
    },
    Fault {
        name: "pdf-starts-with-blank-lines",
        breaks: &["DWN-03"],
        blocks: &[],
        summary: "Two thousand blank lines stand before the PDF.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.body.splice(0..0, std::iter::repeat_n(b'\n', 2000));
                }
            });
        },
    },
    Fault {
        name: "document-is-base64-in-json",
        breaks: &["DWN-04"],
        blocks: &["DWN-03", "DWN-05"],
        summary: "The document is a string of Base64 in a JSON object.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let body = json!({ "content": BASE64_STANDARD.encode(&answer.body) });
                    answer.body = body.to_string().into_bytes();
                    answer.set("content-type", "application/json");
                    answer.unset("content-disposition");
                }
            });
        },
    },
    Fault {
        name: "file-name-is-the-national-number",
        breaks: &["DWN-05"],
        blocks: &[],
        summary: "The file name of a document holds the national number of the citizen.",
        apply: |behaviour| {
            // Without the number in the path there is none to put in the name.
            behaviour.number_in_certificate_url = true;
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let number = context.insz.as_deref().unwrap_or_default();
                    answer.set("content-disposition", &format!("attachment; filename=\"{number}.pdf\""));
                }
            });
        },
    },
    Fault {
        name: "file-name-has-no-extension",
        breaks: &["DWN-05"],
        blocks: &[],
        summary: "The file name of a document has no extension.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.set("content-disposition", "attachment; filename=\"attest\"");
                }
            });
        },
    },
    Fault {
        name: "download-is-partial",
        breaks: &["DWN-01", "HTTP-12"],
        blocks: &[],
        summary: "The document of every certificate answers 206.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.status = 206;
                }
            });
        },
    },
    Fault {
        name: "download-has-no-content",
        breaks: &["DWN-01", "HTTP-12"],
        blocks: &[],
        summary: "The document of every certificate answers 204.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    *answer = Answer::status(204);
                }
            });
        },
    },
    Fault {
        name: "png-is-called-pdf",
        breaks: &["DWN-02"],
        blocks: &["DWN-06"],
        summary: "A picture in PNG is sent as application/pdf.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.body = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
                }
            });
        },
    },
    Fault {
        name: "html-is-called-json",
        breaks: &["DWN-02"],
        blocks: &["DWN-06"],
        summary: "A page of HTML is sent as application/json.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.body = b"<!DOCTYPE html><html><body><p>Attest</p></body></html>".to_vec();
                    answer.set("content-type", "application/json");
                }
            });
        },
    },
    Fault {
        name: "page-follows-the-pdf",
        breaks: &["DWN-03"],
        blocks: &[],
        summary: "A page of HTML of some kilobytes stands behind the PDF.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    answer.body.extend(b"<p>Attest</p>".repeat(300));
                }
            });
        },
    },
    Fault {
        name: "short-document-is-base64-in-json",
        breaks: &["DWN-04"],
        blocks: &["DWN-03", "DWN-05", "DWN-06"],
        summary: "The document is a short string of Base64, deep in a JSON object.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let body = json!({ "file": { "parts": [BASE64_STANDARD.encode(b"%PDF-1.7\n")] } });
                    answer.body = body.to_string().into_bytes();
                    answer.set("content-type", "application/json");
                    answer.unset("content-disposition");
                }
            });
        },
    },
    Fault {
        name: "file-name-is-the-number-with-dots",
        breaks: &["DWN-05"],
        blocks: &[],
        summary: "The file name of a document holds the national number of the citizen, with dots.",
        apply: |behaviour| {
            behaviour.number_in_certificate_url = true;
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) {
                    let number = context.insz.as_deref().unwrap_or_default();
                    let part = |from: usize, to: usize| number.get(from..to).unwrap_or_default();
                    let dotted = format!("{}.{}.{}-{}.{}", part(0, 2), part(2, 4), part(4, 6), part(6, 9), part(9, 11));
                    answer.set("content-disposition", &format!("attachment; filename=\"attest {dotted}.pdf\""));
                }
            });
        },
    },
    Fault {
        name: "pdf-is-not-acceptable",
        breaks: &["DWN-06"],
        blocks: &[],
        summary: "A document that is a PDF answers 406 to somebody who asks for application/pdf.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) && context.accept.as_deref() == Some("application/pdf") {
                    let body = json!({ "type": "about:blank", "title": "Not acceptable", "status": 406 });
                    *answer = Answer::json(406, "application/problem+json", &body);
                }
            });
        },
    },
    Fault {
        name: "who-asks-for-pdf-gets-html",
        breaks: &["DWN-06"],
        blocks: &[],
        summary: "Somebody who asks for application/pdf gets a page of HTML.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_document(context, answer) && context.accept.as_deref() == Some("application/pdf") {
                    answer.body = b"<!DOCTYPE html><html><body><p>Attest</p></body></html>".to_vec();
                    answer.set("content-type", "text/html");
                }
            });
        },
    },
];

fn is_document(context: &AnswerContext, answer: &Answer) -> bool {
    context.call == Call::Download && context.method != "OPTIONS" && answer.status == 200
}
