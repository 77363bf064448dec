//! Faults of chapter 3, errors.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::catalogue::Fault;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{AnswerContext, Behaviour, Call, ErrorBody};
use crate::sandbox::source::envelope::field;

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "error-is-a-json-string",
        breaks: &["ERR-01"],
        blocks: &["ERR-02", "ERR-03", "ERR-04", "ERR-06", "ERR-14"],
        summary: "The body of an error is a JSON string.",
        apply: |behaviour| edit_errors(behaviour, |body| *body = field(body, "title").clone()),
    },
    Fault {
        name: "error-is-plain-text",
        breaks: &["ERR-01", "ERR-05"],
        blocks: &["ERR-02", "ERR-03", "ERR-04", "ERR-06", "ERR-14"],
        summary: "The body of an error is plain text.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status >= 400 {
                    *answer = Answer { body: b"Something is wrong".to_vec(), ..answer.clone() };
                    answer.set("content-type", "text/plain");
                }
            });
        },
    },
    Fault {
        name: "error-without-title",
        breaks: &["ERR-02"],
        blocks: &["ERR-14"],
        summary: "Errors have no title.",
        apply: |behaviour| edit_errors(behaviour, |body| remove(body, "title")),
    },
    Fault {
        name: "error-without-status",
        breaks: &["ERR-03"],
        blocks: &[],
        summary: "Errors have no status in their body.",
        apply: |behaviour| edit_errors(behaviour, |body| remove(body, "status")),
    },
    Fault {
        name: "error-states-another-status",
        breaks: &["ERR-03"],
        blocks: &[],
        summary: "The status in the body of every error is 500.",
        apply: |behaviour| edit_errors(behaviour, |body| put(body, "status", 500)),
    },
    Fault {
        name: "error-without-type",
        breaks: &["ERR-04"],
        blocks: &["ERR-14"],
        summary: "Errors have no type.",
        apply: |behaviour| edit_errors(behaviour, |body| remove(body, "type")),
    },
    Fault {
        name: "error-is-called-plain-json",
        breaks: &["ERR-05"],
        blocks: &[],
        summary: "The media type of errors is application/json.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status >= 400 {
                    answer.set("content-type", "application/json");
                }
            });
        },
    },
    Fault {
        name: "validation-errors-without-title",
        breaks: &["ERR-06"],
        blocks: &[],
        summary: "The list errors of a bad request has items without type and title.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 400 {
                    answer.edit_json(|body| put(body, "errors", json!([{ "detail": "not valid" }])));
                }
            });
        },
    },
    Fault {
        name: "validation-errors-is-an-object",
        breaks: &["ERR-06"],
        blocks: &[],
        summary: "errors of a bad request is an object by parameter.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 400 {
                    answer.edit_json(|body| put(body, "errors", json!({ "page": ["not valid"] })));
                }
            });
        },
    },
    Fault {
        name: "errors-have-no-body",
        breaks: &["ERR-07"],
        blocks: &["ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05", "ERR-06", "ERR-13", "ERR-14"],
        summary: "Errors are a status and nothing else.",
        apply: |behaviour| behaviour.error_body = ErrorBody::None,
    },
    Fault {
        name: "unknown-certificate-is-a-server-error",
        breaks: &["ERR-08"],
        blocks: &["ERR-15"],
        summary: "An id that nobody has answers 500.",
        apply: |behaviour| behaviour.unknown_certificate = 500,
    },
    Fault {
        name: "unknown-certificate-is-a-bad-request",
        breaks: &["ERR-15"],
        blocks: &[],
        summary: "An id that nobody has answers 400.",
        apply: |behaviour| behaviour.unknown_certificate = 400,
    },
    Fault {
        name: "page-that-is-no-number-is-a-server-error",
        breaks: &["ERR-09", "ERR-10"],
        blocks: &[],
        summary: "page=abc answers 500.",
        apply: |behaviour| answer_kind(behaviour, |answer| restate(answer, "invalid-parameter", 500)),
    },
    Fault {
        name: "page-that-is-no-number-is-not-found",
        breaks: &["ERR-10"],
        blocks: &[],
        summary: "page=abc answers 404.",
        apply: |behaviour| answer_kind(behaviour, |answer| restate(answer, "invalid-parameter", 404)),
    },
    Fault {
        name: "malformed-number-is-a-server-error",
        breaks: &["ERR-11"],
        blocks: &[],
        summary: "A national number that is none answers 500.",
        apply: |behaviour| answer_kind(behaviour, |answer| restate(answer, "invalid-number", 500)),
    },
    Fault {
        name: "unknown-path-is-a-bad-request",
        breaks: &["ERR-12"],
        blocks: &[],
        summary: "A path that does not exist answers 400.",
        apply: |behaviour| answer_kind(behaviour, |answer| restate(answer, "no-such-path", 400)),
    },
    Fault {
        name: "error-shows-a-stack-trace",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of a bad request is a Java stack trace.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 400 {
                    answer.edit_json(|body| put(body, "detail", STACK_TRACE));
                }
            });
        },
    },
    Fault {
        name: "error-shows-sql",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of a bad request is the SQL that went wrong.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 400 {
                    answer.edit_json(|body| put(body, "detail", SQL));
                }
            });
        },
    },
    Fault {
        name: "unknown-path-shows-the-page-of-django",
        breaks: &["ERR-01", "ERR-05", "ERR-13"],
        blocks: &[],
        summary: "A path that does not exist shows the debug page of Django.",
        apply: |behaviour| behaviour.edits.answer.push(|context, answer| at_unknown_path(context, answer, DJANGO)),
    },
    Fault {
        name: "unknown-path-shows-the-page-of-werkzeug",
        breaks: &["ERR-01", "ERR-05", "ERR-13"],
        blocks: &[],
        summary: "A path that does not exist shows the debugger of Werkzeug, with its entities.",
        apply: |behaviour| behaviour.edits.answer.push(|context, answer| at_unknown_path(context, answer, WERKZEUG)),
    },
    Fault {
        name: "error-shows-a-frame-of-dotnet",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of every error is one line of a stack trace of .NET, in Dutch.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                put(body, "detail", "   bij Bron.Lijst.Zoek(String page) in C:\\bron\\Lijst.cs:regel 42");
            });
        },
    },
    Fault {
        name: "error-shows-a-frame-of-python",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of every error is one line of a traceback of Python.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| put(body, "detail", "File \"/app/list.py\", line 41, in page"));
        },
    },
    Fault {
        name: "error-shows-a-frame-of-node",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of every error is one line of a stack of Node.js.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                put(body, "detail", "TypeError: no\n    at List.page (/app/src/list.js:41:12)");
            });
        },
    },
    Fault {
        name: "error-has-a-trace-in-pieces",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "Every error has a list trace, with a frame without a file in each item.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                put(body, "trace", json!(["at Bron.Lijst.Zoek(String page)", "at Bron.Controller.Get(String page)"]));
            });
        },
    },
    Fault {
        name: "error-has-frames-as-objects",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "Every error has the frames of PHP as objects.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                put(
                    body,
                    "trace",
                    json!([{ "file": "/var/www/List.php", "line": 41, "function": "page", "class": "List" }]),
                );
            });
        },
    },
    Fault {
        name: "error-shows-an-oracle-code",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of every error is what Oracle said.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| put(body, "detail", "Fout: ORA-01722: invalid number"));
        },
    },
    Fault {
        name: "error-shows-a-sqlstate",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of every error is what PostgreSQL said.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                put(body, "detail", "ERROR: invalid input syntax for type integer (SQLSTATE 22P02)");
            });
        },
    },
    Fault {
        name: "error-names-a-class",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The detail of every error names a class of Java.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                put(body, "detail", "Failed to convert value of type 'java.lang.String' to required type 'int'");
            });
        },
    },
    Fault {
        name: "other-media-type-shows-a-stack-trace",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "The error for an Accept that nothing satisfies holds a stack trace.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 406 {
                    answer.edit_json(|body| put(body, "detail", STACK_TRACE));
                }
            });
        },
    },
    Fault {
        name: "error-header-shows-an-exception",
        breaks: &["ERR-13"],
        blocks: &[],
        summary: "A header of a bad request holds the file and the line where it went wrong.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if answer.status == 400 {
                    answer.set("x-debug-exception", "Type%20error%20in%20%2Fvar%2Fwww%2FList.php%3A41");
                }
            });
        },
    },
    Fault {
        name: "error-title-has-a-number-of-its-own",
        breaks: &["ERR-14"],
        blocks: &[],
        summary: "The title of an error holds a reference that is another each time.",
        apply: |behaviour| {
            edit_errors(behaviour, |body| {
                static REFERENCE: AtomicUsize = AtomicUsize::new(1);
                let reference = REFERENCE.fetch_add(1, Ordering::Relaxed);
                let title = format!("{} (reference {reference})", field(body, "title").as_str().unwrap_or_default());
                put(body, "title", title);
            });
        },
    },
];

const STACK_TRACE: &str = "java.lang.NumberFormatException: For input string: \"abc\"\n\tat \
    java.base/java.lang.Integer.parseInt(Integer.java:652)\n\tat \
    be.sandbox.source.ListController.list(ListController.java:41)";
const SQL: &str = "ERROR: syntax error at or near \"abc\": SELECT id, name FROM certificate WHERE owner = ? LIMIT abc";

const DJANGO: &str = "<!DOCTYPE html><html><head><title>Page not found</title></head><body><p>Using the URLconf defined in \
    <code>bron.urls</code>, Django tried these patterns.</p><p>You're seeing this error because you have \
    <code>DEBUG = True</code> in your Django settings file.</p></body></html>";
const WERKZEUG: &str = "<!doctype html><html><head><title>KeyError: &#39;page&#39; // Werkzeug Debugger</title></head>\
    <body><pre>File &#34;/app/list.py&#34;, line 41, in page</pre></body></html>";

/// Gives an answer this page for a body.
fn html(answer: &mut Answer, page: &str) {
    *answer = Answer { body: page.as_bytes().to_vec(), ..answer.clone() };
    answer.set("content-type", "text/html");
}

/// Gives a path that does not exist this page.
fn at_unknown_path(context: &AnswerContext, answer: &mut Answer, page: &str) {
    if context.call == Call::Unknown && answer.status == 404 {
        html(answer, page);
    }
}

/// Changes the body of every error.
fn edit_errors(behaviour: &mut Behaviour, change: fn(&mut Value)) {
    behaviour.edits.problem.push(change);
}

/// Changes every answer, whatever it answers.
fn answer_kind(behaviour: &mut Behaviour, change: fn(&mut Answer)) {
    behaviour.edits.sent.push(change);
}

/// Gives an error of this kind another status, in its body too.
pub(super) fn restate(answer: &mut Answer, kind: &str, status: u16) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if field(&body, "type").as_str().is_some_and(|about| about.ends_with(kind)) {
        answer.status = status;
        answer.edit_json(|body| put(body, "status", status));
    }
}

fn remove(body: &mut Value, name: &str) {
    if let Some(body) = body.as_object_mut() {
        body.shift_remove(name);
    }
}
