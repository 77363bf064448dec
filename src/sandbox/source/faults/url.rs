//! Faults of chapter 1, url.

use serde_json::json;

use super::catalogue::{EVERYTHING, Fault};
use super::certificate::remove;
use crate::sandbox::answer::Answer;
use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{Call, DocumentPath, IdLook, PlainHttp, ServerCertificate};
use crate::sandbox::source::envelope::{item_links, set_link};

pub(super) static FAULTS: &[Fault] = &[
    Fault {
        name: "last-is-plain-http",
        breaks: &["URL-01", "LST-09"],
        blocks: &["LST-19", "HTTP-01"],
        summary: "last is an http URL.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                set_link(body, "last", &context.page_url(context.last_page()).replacen("https:", "http:", 1));
            });
        },
    },
    Fault {
        name: "server-certificate-has-expired",
        breaks: &["URL-02"],
        blocks: EVERYTHING,
        summary: "The source's TLS certificate was valid until yesterday.",
        apply: |behaviour| behaviour.server_certificate = ServerCertificate::Expired,
    },
    Fault {
        name: "server-certificate-is-of-another-host",
        breaks: &["URL-02"],
        blocks: EVERYTHING,
        summary: "The source's TLS certificate names another host.",
        apply: |behaviour| behaviour.server_certificate = ServerCertificate::OtherHost,
    },
    Fault {
        name: "server-certificate-is-self-signed",
        breaks: &["URL-02"],
        blocks: EVERYTHING,
        summary: "The source's TLS certificate is signed by nobody but itself.",
        apply: |behaviour| behaviour.server_certificate = ServerCertificate::SelfSigned,
    },
    Fault {
        name: "old-tls-is-spoken",
        breaks: &["URL-03"],
        blocks: &[],
        summary: "A caller that offers TLS 1.0 or 1.1 alone gets a hello in that version.",
        apply: |behaviour| behaviour.answers_old_tls = true,
    },
    Fault {
        name: "plain-http-is-served",
        breaks: &["URL-04"],
        blocks: &[],
        summary: "The http port answers as the https port does.",
        apply: |behaviour| behaviour.plain_http = PlainHttp::Serves,
    },
    Fault {
        name: "download-has-another-version",
        breaks: &["URL-05"],
        blocks: &[],
        summary: "The hrefs of documents have v2 where all others have v1.",
        apply: |behaviour| {
            behaviour.further_prefix = Some("/v2".to_owned());
            behaviour.edits.certificate.push(|_, body| {
                if let Some(href) = item_links(body).into_iter().nth(1) {
                    *href = json!(href.as_str().unwrap_or_default().replacen("/v1/", "/v2/", 1));
                }
            });
        },
    },
    Fault {
        name: "version-is-in-capitals",
        breaks: &["URL-05", "URL-07"],
        blocks: &["URL-06", "URL-16"],
        summary: "The version in the URL is V1.",
        apply: |behaviour| behaviour.prefix = String::from("/V1"),
    },
    Fault {
        name: "version-comes-after-a-name",
        breaks: &["URL-06"],
        blocks: &[],
        summary: "A name of the source's own stands before the version.",
        apply: |behaviour| behaviour.prefix = String::from("/attesten/v1"),
    },
    Fault {
        name: "resource-has-a-capital",
        breaks: &["URL-07"],
        blocks: &[],
        summary: "The resource of documents is called Documents.",
        apply: |behaviour| behaviour.document_path = DocumentPath::Named("Documents"),
    },
    Fault {
        name: "resource-has-an-underscore",
        breaks: &["URL-08"],
        blocks: &[],
        summary: "The resource of documents is called pdf_documents.",
        apply: |behaviour| behaviour.document_path = DocumentPath::Named("pdf_documents"),
    },
    Fault {
        name: "download-has-a-fragment",
        breaks: &["URL-09"],
        blocks: &[],
        summary: "The hrefs of documents end in a fragment.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|_, body| {
                if let Some(href) = item_links(body).into_iter().nth(1) {
                    *href = json!(format!("{}#page=1", href.as_str().unwrap_or_default()));
                }
            });
        },
    },
    Fault {
        name: "empty-list-links-have-a-fragment",
        breaks: &["URL-09"],
        blocks: &[],
        summary: "last of an empty list ends in a fragment.",
        apply: |behaviour| {
            behaviour.edits.list.push(|context, body| {
                if context.total == 0 {
                    set_link(body, "last", &format!("{}#last", context.page_url(context.last_page())));
                }
            });
        },
    },
    Fault {
        name: "other-links-have-another-version",
        breaks: &["URL-05"],
        blocks: &[],
        summary: "last has v2 in the list of a citizen with few certificates.",
        apply: |behaviour| {
            behaviour.further_prefix = Some("/v2".to_owned());
            behaviour.edits.list.push(|context, body| {
                if context.total == 7 {
                    let url = context.page_url(context.last_page());
                    set_link(body, "last", &url.replacen("/v1/", "/v2/", 1));
                }
            });
        },
    },
    Fault {
        name: "download-ends-in-a-slash",
        breaks: &["URL-10"],
        blocks: &[],
        summary: "The paths of documents end in a slash.",
        apply: |behaviour| behaviour.document_path = DocumentPath::WithSlash,
    },
    Fault {
        name: "list-with-a-slash-is-another-list",
        breaks: &["URL-10"],
        blocks: &[],
        summary: "The list with a slash at its end answers 200 with an empty object.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                let is_list = context.path.contains("/certificates/") && context.path.ends_with('/');
                if is_list && context.call == Call::Unknown && context.authorization.is_some() {
                    *answer = Answer::json(200, "application/hal+json", &json!({}));
                }
            });
        },
    },
    Fault {
        name: "download-is-named-as-a-file",
        breaks: &["URL-11"],
        blocks: &[],
        summary: "The paths of documents end in a file name with .pdf.",
        apply: |behaviour| behaviour.document_path = DocumentPath::FileName,
    },
    Fault {
        name: "resource-is-called-ns",
        breaks: &["URL-12"],
        blocks: &[],
        summary: "The resource of documents is called ns, a word kept for namespaces.",
        apply: |behaviour| behaviour.document_path = DocumentPath::Named("ns"),
    },
    Fault {
        name: "id-is-a-urn",
        breaks: &["URL-13"],
        blocks: &[],
        summary: "The id in the URL of a certificate is a URN.",
        apply: |behaviour| behaviour.id_look = IdLook::Urn,
    },
    Fault {
        name: "resource-is-singular",
        breaks: &["URL-14"],
        blocks: &[],
        summary: "The resource of documents is called document.",
        apply: |behaviour| behaviour.document_path = DocumentPath::Named("document"),
    },
    Fault {
        name: "resource-is-a-verb",
        breaks: &["URL-15"],
        blocks: &[],
        summary: "The resource of documents is called get-documents.",
        apply: |behaviour| behaviour.document_path = DocumentPath::Named("get-documents"),
    },
    Fault {
        name: "version-header-is-of-another-version",
        breaks: &["URL-16"],
        blocks: &[],
        summary: "x-version says 2 under a URL that says v1.",
        apply: |behaviour| behaviour.version_header = Some("v2.0.0"),
    },
    Fault {
        name: "version-header-of-documents-is-of-another-version",
        breaks: &["URL-16"],
        blocks: &[],
        summary: "x-version says 2 on documents alone, under a URL that says v1.",
        apply: |behaviour| {
            behaviour.edits.answer.push(|context, answer| {
                if context.call == Call::Download {
                    answer.set("x-version", "v2.0.0");
                }
            });
        },
    },
    Fault {
        name: "community-goes-away",
        breaks: &["URL-17"],
        blocks: &[],
        summary: "Certificates have no community any more, within v1.",
        apply: |behaviour| behaviour.edits.certificate.push(|_, body| remove(body, "community")),
    },
    Fault {
        name: "year-becomes-text",
        breaks: &["URL-17", "CRT-05"],
        blocks: &[],
        summary: "The year of certificates is a string instead of an integer, within v1.",
        apply: |behaviour| {
            behaviour.edits.certificate.push(|_, body| {
                if let Some(year) = body.get("year").map(ToString::to_string) {
                    put(body, "year", json!(year));
                }
            });
        },
    },
];
