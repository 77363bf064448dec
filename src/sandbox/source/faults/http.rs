//! Faults of chapter 2, http. Those of the source's own document stand in `document`.

use serde_json::json;

use super::catalogue::Fault;
use super::errors::restate;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{AnswerContext, Behaviour, Call, CertificateContext};
use crate::sandbox::source::envelope::{field, set_link};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "start-leads-nowhere",
        breaks: &["HTTP-01"],
        blocks: &[],
        summary: "start leads to a path that answers 404.",
        apply: |behaviour| {
            behaviour.paging.first_rel = "start";
            behaviour.edits.list.push(|context, body| {
                let query = format!("limit={}&page={}", context.limit, context.first_page);
                set_link(body, "start", &format!("{}/pages?{query}", context.url));
            });
        },
    },
    Fault {
        name: "detail-changes-when-read",
        breaks: &["HTTP-02"],
        blocks: &[],
        summary: "The name of a certificate says that it was read, once its detail was.",
        apply: |behaviour| {
            behaviour.edits.detail.push(|context, body| {
                if context.repeat > 0 {
                    let name = format!("{} (read)", field(body, "name").as_str().unwrap_or_default());
                    put(body, "name", name);
                }
            });
        },
    },
    Fault {
        name: "no-accept-gives-xml",
        breaks: &["HTTP-03"],
        blocks: &[],
        summary: "Without an Accept, and for */*, the list is XML.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_list(context, answer) && matches!(context.accept.as_deref(), None | Some("*/*")) {
                    *answer = Answer { body: b"<certificates/>".to_vec(), ..answer.clone() };
                    answer.set("content-type", "application/xml");
                }
            });
        },
    },
    Fault {
        name: "detail-without-accept-is-xml",
        breaks: &["HTTP-03"],
        blocks: &[],
        summary: "Without an Accept, and for */*, a detail is XML.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                let plain = matches!(context.accept.as_deref(), None | Some("*/*"));
                if context.call == Call::Detail && answer.status == 200 && plain {
                    *answer = Answer { body: b"<certificate/>".to_vec(), ..answer.clone() };
                    answer.set("content-type", "application/xml");
                }
            });
        },
    },
    Fault {
        name: "last-page-is-in-latin-1",
        breaks: &["HTTP-03"],
        blocks: &[],
        summary: "The last page of the list is written in Latin-1.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.page > 0 && context.page == context.last_page() {
                    put(body, "remark", "één");
                }
            });
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::List {
                    latin_1(answer);
                }
            });
        },
    },
    Fault {
        name: "errors-are-in-latin-1",
        breaks: &["HTTP-03"],
        blocks: &[],
        summary: "Errors are written in Latin-1.",
        apply: |behaviour| {
            behaviour.edits.problem.push(|body| put(body, "remark", "één"));
            behaviour.edits.answer.push(|_, answer| {
                if answer.status >= 400 {
                    latin_1(answer);
                }
            });
        },
    },
    Fault {
        name: "impossible-accept-is-a-server-error",
        breaks: &["HTTP-04"],
        blocks: &[],
        summary: "An Accept that nothing satisfies answers 500.",
        apply: |behaviour| behaviour.edits.sent.push(|answer| restate(answer, "not-acceptable", 500)),
    },
    Fault {
        name: "impossible-accept-gives-html",
        breaks: &["HTTP-04"],
        blocks: &[],
        summary: "An Accept that nothing satisfies gets a page of HTML.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::List && answer.status == 406 {
                    let page = "<!DOCTYPE html><html><body><p>Choose a format</p></body></html>";
                    *answer = Answer::with_body(200, "text/html", page);
                }
            });
        },
    },
    Fault {
        name: "identity-is-answered-with-gzip",
        breaks: &["HTTP-05"],
        // Of a list in a coding that was not asked for nothing can be read.
        blocks: &["URL", "HTTP", "ERR", "SEC", "LST", "CRT", "DWN"],
        summary: "The list is compressed for a caller that accepts identity only.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if is_list(context, answer) && context.accept_encoding.as_deref().is_some_and(refuses_gzip) {
                    answer.body = gzip(&answer.body);
                    answer.set("content-encoding", "gzip");
                }
            });
        },
    },
    Fault {
        name: "details-are-gzip-unasked",
        breaks: &["HTTP-05"],
        blocks: &[],
        summary: "Details are compressed for a caller that accepts identity only.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| compress_unasked(context, answer, Call::Detail));
        },
    },
    Fault {
        name: "documents-are-gzip-unasked",
        breaks: &["HTTP-05"],
        blocks: &["DWN-02", "DWN-06"],
        summary: "Documents are compressed for a caller that accepts identity only.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| compress_unasked(context, answer, Call::Download));
        },
    },
    Fault {
        name: "compressed-list-does-not-vary",
        breaks: &["HTTP-27"],
        blocks: &[],
        summary: "A compressed list has no Vary that names Accept-Encoding.",
        apply: |behaviour| {
            behaviour.variation.gzip = true;
            behaviour.variation.vary = None;
        },
    },
    Fault {
        name: "compressed-list-varies-by-accept",
        breaks: &["HTTP-27"],
        blocks: &[],
        summary: "The Vary of a compressed list names Accept alone.",
        apply: |behaviour| {
            behaviour.variation.gzip = true;
            behaviour.variation.vary = Some("Accept, Accept-Language");
        },
    },
    Fault {
        name: "other-languages-are-an-error",
        breaks: &["HTTP-06"],
        blocks: &[],
        summary: "An Accept-Language without one of the four languages answers 400.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                let known = |asked: &str| ["nl", "fr", "de", "en"].iter().any(|language| asked.starts_with(language));
                if is_list(context, answer) && context.accept_language.as_deref().is_some_and(|asked| !known(asked)) {
                    let body = json!({ "type": "about:blank", "title": "Unknown language", "status": 400 });
                    *answer = Answer::json(400, "application/problem+json", &body);
                }
            });
        },
    },
    Fault {
        name: "date-starts-with-its-day",
        breaks: &["HTTP-07"],
        blocks: &[],
        summary: "endDate is written as 31/12/2026.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "endDate", "31/12/2026")),
    },
    Fault {
        name: "moment-is-an-epoch",
        breaks: &["HTTP-07"],
        blocks: &["HTTP-08"],
        summary: "issuedAt is a number of milliseconds.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "issuedAt", 1_741_941_000_000_u64)),
    },
    Fault {
        name: "moment-has-no-zone",
        breaks: &["HTTP-08"],
        blocks: &[],
        summary: "issuedAt has a time without a zone.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "issuedAt", "2025-03-14T08:30:00")),
    },
    Fault {
        name: "moment-is-in-local-time",
        breaks: &["HTTP-08"],
        blocks: &[],
        summary: "issuedAt has the zone of Brussels.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "issuedAt", "2025-03-14T09:30:00+01:00")),
    },
    Fault {
        name: "date-is-in-words",
        breaks: &["HTTP-07"],
        blocks: &[],
        summary: "issuedOn is written as 3 maart 2016.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "issuedOn", "3 maart 2016")),
    },
    Fault {
        name: "date-is-one-of-dotnet",
        breaks: &["HTTP-07"],
        blocks: &["HTTP-08"],
        summary: "sinds and issuedAt are written as /Date(…)/.",
        apply: |behaviour| {
            extra(behaviour, |_, body| {
                put(body, "sinds", "/Date(1709287200000+0100)/");
                put(body, "issuedAt", "/Date(1709287200000)/");
            });
        },
    },
    Fault {
        name: "date-is-in-pieces",
        breaks: &["HTTP-07"],
        blocks: &[],
        summary: "endDate is an object with year, month and day.",
        apply: |behaviour| {
            extra(behaviour, |_, body| put(body, "endDate", json!({ "year": 2026, "month": 12, "day": 31 })));
        },
    },
    Fault {
        name: "no-moment-is-the-first-of-the-calendar",
        breaks: &["HTTP-08"],
        blocks: &[],
        summary: "geldigVanaf is the first moment of the year 1, without a zone.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "geldigVanaf", "0001-01-01T00:00:00")),
    },
    Fault {
        name: "errors-tell-their-moment-as-an-epoch",
        breaks: &["HTTP-07"],
        blocks: &[],
        summary: "timestamp of every error is a number of milliseconds.",
        apply: |behaviour| behaviour.edits.problem.push(|body| put(body, "timestamp", 1_741_941_000_000_u64)),
    },
    Fault {
        name: "language-has-three-letters",
        breaks: &["HTTP-09"],
        blocks: &[],
        summary: "contactLanguage is an ISO 639-2 code.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "contactLanguage", "nld")),
    },
    Fault {
        name: "country-has-three-letters",
        breaks: &["HTTP-10"],
        blocks: &[],
        summary: "country is an ISO 3166-1 alpha-3 code.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "country", "BEL")),
    },
    Fault {
        name: "field-in-snake-case",
        breaks: &["HTTP-11"],
        blocks: &[],
        summary: "A further field is called issuing_body.",
        apply: |behaviour| extra(behaviour, |_, body| put(body, "issuing_body", "Sandbox")),
    },
    Fault {
        name: "error-field-in-snake-case",
        breaks: &["HTTP-11"],
        blocks: &[],
        summary: "Errors have a member trace_id.",
        apply: |behaviour| behaviour.edits.problem.push(|body| put(body, "trace_id", "4bf92f35")),
    },
    Fault {
        name: "malformed-number-is-unprocessable",
        breaks: &["HTTP-12"],
        blocks: &[],
        summary: "A national number that is none answers 422.",
        apply: |behaviour| behaviour.edits.sent.push(|answer| restate(answer, "invalid-number", 422)),
    },
    Fault {
        name: "unknown-path-is-a-good-answer",
        breaks: &["HTTP-13"],
        blocks: &["ERR-12"],
        summary: "A path that does not exist answers 200 with a problem that says 404.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                // A list with a slash at its end would be another finding (URL-10).
                if context.call == Call::Unknown && answer.status == 404 && !context.path.ends_with('/') {
                    answer.status = 200;
                }
            });
        },
    },
    Fault {
        name: "calls-without-ids-are-refused",
        breaks: &["HTTP-14"],
        blocks: &[],
        summary: "A call without x-request-id or x-correlation-id answers 400.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if !context.has_ids && answer.status < 400 && context.call != Call::Document {
                    let body = json!({ "type": "about:blank", "title": "Ids are missing", "status": 400 });
                    *answer = Answer::json(400, "application/problem+json", &body);
                }
            });
        },
    },
    Fault {
        name: "answers-are-public",
        breaks: &["HTTP-16"],
        blocks: &[],
        summary: "Any cache may keep the answers.",
        apply: |behaviour| behaviour.cache_control = Some("public, max-age=60"),
    },
    Fault {
        name: "answers-are-kept-by-shared-caches",
        breaks: &["HTTP-16"],
        blocks: &[],
        summary: "Shared caches may keep the answers for a while.",
        apply: |behaviour| behaviour.cache_control = Some("max-age=0, s-maxage=60"),
    },
    Fault {
        name: "empty-list-is-public",
        breaks: &["HTTP-16"],
        blocks: &[],
        summary: "Any cache may keep that a citizen has no certificates.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total == 0 {
                    put(body, "remark", "none");
                }
            });
            behaviour.edits.answer.push(|context, answer| {
                let is_empty = answer.body.windows(6).any(|part| part == b"remark");
                if is_list(context, answer) && is_empty {
                    answer.set("cache-control", "public, max-age=60");
                }
            });
        },
    },
    Fault {
        name: "documents-are-kept-by-shared-caches",
        breaks: &["HTTP-16"],
        blocks: &[],
        summary: "Shared caches may keep documents for an hour.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::Download && answer.status == 200 {
                    answer.set("cache-control", "s-maxage=3600");
                }
            });
        },
    },
    Fault {
        name: "refusals-are-public",
        breaks: &["HTTP-16"],
        blocks: &[],
        summary: "Any cache may keep that somebody was refused.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|_, answer| {
                if matches!(answer.status, 401 | 403) {
                    answer.set("cache-control", "public");
                }
            });
        },
    },
    Fault {
        name: "document-type-is-no-media-type",
        breaks: &["HTTP-17"],
        blocks: &[],
        summary: "The Content-Type of documents is pdf.",
        apply: |behaviour| behaviour.variation.document_media = Some("pdf"),
    },
    Fault {
        name: "document-without-content-type",
        breaks: &["HTTP-17"],
        blocks: &[],
        summary: "Documents have no Content-Type.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::Download && answer.status == 200 {
                    answer.unset("content-type");
                }
            });
        },
    },
];

fn is_list(context: &AnswerContext, answer: &Answer) -> bool {
    context.call == Call::List && context.method != "OPTIONS" && answer.status == 200
}

/// Writes a body in Latin-1.
fn latin_1(answer: &mut Answer) {
    let byte = |c: char| u8::try_from(u32::from(c)).unwrap_or(b'?');
    answer.body = String::from_utf8_lossy(&answer.body).chars().map(byte).collect();
}

fn compress_unasked(context: &AnswerContext, answer: &mut Answer, call: Call) {
    if context.call == call && context.method == "GET" && answer.status == 200 {
        answer.body = gzip(&answer.body);
        answer.set("content-encoding", "gzip");
    }
}

/// Changes the fields that no document asks for, which have to be there.
fn extra(behaviour: &mut Behaviour, edit: fn(&CertificateContext, &mut serde_json::Value)) {
    behaviour.extra_fields = true;
    behaviour.edits.certificate.push(edit);
}

fn refuses_gzip(accept_encoding: &str) -> bool {
    !accept_encoding.contains("gzip") && !accept_encoding.contains('*')
}

/// A gzip file whose blocks are stored as they are.
fn gzip(body: &[u8]) -> Vec<u8> {
    let mut file = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = body.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        file.push(u8::from(blocks.peek().is_none()));
        file.extend(length.to_le_bytes());
        file.extend((!length).to_le_bytes());
        file.extend(block);
    }
    file.extend(checksum(body).to_le_bytes());
    file.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    file
}

/// CRC-32, as gzip wants it.
fn checksum(body: &[u8]) -> u32 {
    !body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_checksum_is_the_one_of_gzip() {
        assert_eq!(super::checksum(b"123456789"), 0xcbf4_3926);
    }
}
