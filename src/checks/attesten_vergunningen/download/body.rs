//! The body of a download: what it is, whether it is whole, and whether it is the document itself.

use serde_json::Value;

use super::documents;
use crate::base::text::{Text, shown};
use crate::base::value::magic::starts_a_document;
use crate::base::value::walk::pointer_step;
use crate::catalogue::Level;
use crate::checks::shared::absent;
use crate::evidence::exchange::{Content, SniffedType, beginning_of};
use crate::judging::context::{Answer, CheckContext, Judgement};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

/// Below this a Base64 text that does not begin as a document is a token or a hash rather than a document.
const SHORTEST_BASE64: usize = 256;

/// What a body looks like; none where a content coding hides it.
fn look(answer: Answer<'_>) -> Option<SniffedType> {
    if !is_plain(answer) {
        return None;
    }
    Some(match &answer.response.content {
        Content::Document(document) => document.look,
        Content::Json(_) => SniffedType::Json,
        Content::Text(text) => {
            let start: String = text.trim_start().chars().take(14).collect::<String>().to_lowercase();
            if start.starts_with("<!doctype html") || start.starts_with("<html") {
                SniffedType::Html
            } else {
                SniffedType::Other
            }
        }
        Content::Empty => SniffedType::Other,
    })
}

/// Whether the bytes that came are the document's own, not coded for the transfer (HTTP-05).
fn is_plain(answer: Answer<'_>) -> bool {
    answer.response.header("content-encoding").is_none_or(|coding| coding.trim().eq_ignore_ascii_case("identity"))
}

/// Whether the last bytes are those of a PDF.
fn ends_as_pdf(answer: Answer<'_>) -> bool {
    matches!(&answer.response.content, Content::Document(document) if document.ends_with_eof)
}

/// Whether a document is a PDF.
pub(super) fn is_pdf(answer: Answer<'_>) -> bool {
    look(answer) == Some(SniffedType::Pdf)
}

/// The same, or a coding for the transfer hides it.
pub(super) fn may_be_pdf(answer: Answer<'_>) -> bool {
    look(answer).is_none_or(|look| look == SniffedType::Pdf)
}

fn is_pdf_type(media_type: &str) -> bool {
    matches!(media_type, "application/pdf" | "application/x-pdf")
}

/// Whether a browser shows or reads what looks so wrongly under this type. Of a type that it does not know it shows
/// nothing.
fn is_wrong_for(look: SniffedType, media_type: &str) -> bool {
    let (main, sub) = media_type.split_once('/').unwrap_or((media_type, ""));
    let is = |kind: &str| sub == kind || sub.ends_with(&format!("+{kind}"));
    let pdf = is_pdf_type(media_type);
    let media = matches!(main, "image" | "audio" | "video" | "multipart");
    let (json, xml) = (is("json"), is("xml"));
    match look {
        SniffedType::Pdf => json || xml || media || main == "text",
        SniffedType::Html => json || pdf || media,
        SniffedType::Json => (xml && !json) || pdf || media || sub == "html",
        SniffedType::Xml => json || pdf || (media && !xml),
        SniffedType::Png | SniffedType::Jpeg => {
            let other = if look == SniffedType::Png { sub != "png" } else { !matches!(sub, "jpeg" | "jpg" | "pjpeg") };
            json || xml || pdf || main == "text" || (media && (main != "image" || (other && sub != "*")))
        }
        SniffedType::Zip => json || xml || pdf || media || main == "text",
        SniffedType::Other => pdf,
    }
}

pub(super) fn content_type_tells_the_truth(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut judged = false;
    for answer in documents(cx)? {
        let Some(look) = look(answer) else { continue };
        let media_type = answer.response.media_type();
        let unnamed = media_type.as_deref().is_none_or(|media_type| media_type == "application/octet-stream");
        let says_pdf = media_type.as_deref().is_some_and(is_pdf_type);
        let pdf = look == SniffedType::Pdf || ends_as_pdf(answer);
        // That it is Base64 is for DWN-04.
        judged |= look != SniffedType::Other || says_pdf || unnamed || wrapped(answer).is_some();
        let expected = match look {
            _ if pdf => Text::same("application/pdf"),
            SniffedType::Html => Text::same("text/html"),
            SniffedType::Json => Text::same("application/json"),
            SniffedType::Xml => Text::same("application/xml"),
            SniffedType::Png => Text::same("image/png"),
            SniffedType::Jpeg => Text::same("image/jpeg"),
            _ => text!("het type van het document", "the type of the document"),
        };
        let finding = |expected| answer.finding("header content-type", expected, type_of(answer));
        let shown_as = if pdf { SniffedType::Pdf } else { look };
        if unnamed {
            findings.push(finding(expected).at_most(Level::May));
        } else if media_type.as_deref().is_some_and(|media_type| is_wrong_for(shown_as, media_type)) {
            findings.push(finding(expected));
        } else if !pdf && look != SniffedType::Other {
            let expected = text!(
                "een PDF: de specificatie spreekt van de ruwe stroom van een PDF",
                "a PDF: the specification speaks of the raw stream of a PDF"
            );
            findings.push(finding(expected).at_most(Level::May));
        }
    }
    let unknown = (!judged).then(|| {
        Box::new(Verdict::blocked(
            text!(
                "bronkeur herkent het type van de documenten niet",
                "bronkeur does not recognise the type of the documents"
            ),
            text!("kies een burger met een document in PDF", "choose a citizen with a document in PDF"),
        ))
    });
    cx.judged_unless(findings, unknown)
}

fn type_of(answer: Answer<'_>) -> Text {
    answer.response.header("content-type").map_or_else(absent, |value| Text::same(shown(value)))
}

pub(super) fn document_is_complete(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut too_long = None;
    for answer in documents(cx)? {
        if answer.response.facts.truncated {
            too_long = Some(Box::new(reason::too_long()));
            continue;
        }
        findings.extend(cut_short(answer).or_else(|| no_whole_pdf(answer)));
    }
    cx.judged_unless(findings, too_long)
}

/// A finding where fewer or more bytes came than announced, or the transfer broke off.
fn cut_short(answer: Answer<'_>) -> Option<Finding> {
    let facts = &answer.response.facts;
    let came = facts.body_bytes;
    match facts.announced_bytes {
        Some(announced) if is_plain(answer) && announced != came => {
            let expected = text!("{announced} bytes, als `Content-Length`", "{announced} bytes, as `Content-Length`");
            Some(answer.finding("fact body_bytes", expected, text!("{came} bytes", "{came} bytes")))
        }
        _ if !facts.complete => {
            let expected = text!("een overdracht tot het einde", "a transfer to its end");
            let actual = text!("afgebroken na {came} bytes", "broken off after {came} bytes");
            Some(answer.finding("fact complete", expected, actual))
        }
        _ => None,
    }
}

/// A finding where a PDF lacks its first or its last mark. What is no PDF at all is for DWN-02.
fn no_whole_pdf(answer: Answer<'_>) -> Option<Finding> {
    let look = look(answer)?;
    let says_pdf = answer.response.media_type().as_deref().is_some_and(is_pdf_type);
    match (look, ends_as_pdf(answer)) {
        (SniffedType::Pdf, false) => {
            let expected = text!("`%%EOF` aan het einde", "`%%EOF` at its end");
            Some(answer.finding("fact ends_with_eof", expected, absent()))
        }
        (SniffedType::Other, true) if says_pdf => {
            let expected = text!("`%PDF-` in de eerste 1024 bytes", "`%PDF-` in the first 1,024 bytes");
            Some(answer.finding("fact look", expected, absent()))
        }
        _ => None,
    }
}

pub(super) fn document_is_raw_bytes(cx: &CheckContext<'_>) -> Judgement {
    let findings = documents(cx)?.into_iter().filter_map(|answer| {
        let (place, actual) = wrapped(answer)?;
        Some(answer.finding(place, text!("de ruwe bytes van het document", "the raw bytes of the document"), actual))
    });
    cx.judged(findings)
}

/// Where a document is wrapped in Base64, and how.
fn wrapped(answer: Answer<'_>) -> Option<(String, Text)> {
    let in_json = || text!("Base64 in JSON", "Base64 in JSON");
    let base64 = || text!("een Base64-tekst", "a Base64 text");
    match &answer.response.content {
        Content::Document(document) if document.base64 => {
            let actual = if document.look == SniffedType::Json { in_json() } else { base64() };
            Some(("fact base64".to_owned(), actual))
        }
        Content::Json(json) => base64_in(&json.tree(), "").map(|place| (place, in_json())),
        Content::Text(text) if is_base64_document(text) => Some((String::new(), base64())),
        _ => None,
    }
}

/// The first string in a JSON value that is a document in Base64.
fn base64_in(json: &Value, place: &str) -> Option<String> {
    match json {
        Value::String(text) => is_base64_document(text).then(|| place.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| base64_in(item, &format!("{place}/{index}")))
        }
        Value::Object(members) => {
            members.iter().find_map(|(name, member)| base64_in(member, &format!("{place}/{}", pointer_step(name))))
        }
        _ => None,
    }
}

/// Whether a text is a document in Base64 by its first characters, a long Base64 text, or a data URL in Base64. Of a
/// longer one the recording holds the start.
fn is_base64_document(text: &str) -> bool {
    if beginning_of(text).is_some_and(|start| base64_length(start).is_some()) {
        return true;
    }
    let text = text.trim();
    let (text, data_url) = match text.split_once(";base64,") {
        Some((start, rest)) if start.starts_with("data:") => (rest, true),
        _ => (text, false),
    };
    let is_known = || starts_a_document(text.trim_start());
    base64_length(text).is_some_and(|length| data_url || length >= SHORTEST_BASE64 || is_known())
}

/// How many characters of Base64 there are, where there is nothing else.
fn base64_length(text: &str) -> Option<usize> {
    let characters = || text.trim().chars().filter(|c| !matches!(c, '\r' | '\n'));
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    characters().all(known).then(|| characters().count())
}
