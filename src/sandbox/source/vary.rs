//! What legal variety does to the answers of the source.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::described;
use super::envelope::{field, links_name};
use super::register::Certificate;
use super::variation::{
    Challenge, Disposition, DownloadIn, Integers, JsonStyle, ListSelf, PdfForm, QueryStyle, Variation,
};
use super::wording::words;
use crate::base::insz;
use crate::sandbox::answer::{Answer, Inbound, OLD, OLD_WITHOUT_LENGTH, TRAILERS, put};
use crate::sandbox::source::behaviour::{CertificateContext, Envelope, ListContext};

const PAGING: [&str; 7] = ["self", "next", "prev", "previous", "start", "first", "last"];

/// Varies the body of a list. `asked` is the query of the call.
pub(in crate::sandbox) fn vary_list(
    variation: &Variation,
    context: &ListContext,
    asked: Option<&str>,
    body: &mut Value,
) {
    let envelope = context.envelope;
    if variation.bare_when_empty && context.total == 0 {
        retain_links(envelope, body, |rel| rel == "self");
    }
    each_link(envelope, body, |rel, link| {
        if PAGING.contains(&rel) {
            restyle(variation, rel, context, asked, link);
        }
    });
    if variation.members {
        put(body, "generatedAt", jiff::Timestamp::now().to_string());
        put(body, "source", json!({ "name": "Bron", "contact": null }));
        if let Some(metadata) = body.get_mut("pageMetadata").and_then(Value::as_object_mut) {
            metadata.insert("firstPage".to_owned(), json!(context.page == context.first_page));
            metadata.insert("numberOfElements".to_owned(), json!(context.length));
        }
    }
    if variation.metadata_is_page
        && envelope == Envelope::Hal
        && let Some(members) = body.as_object_mut()
        && let Some(metadata) = members.shift_remove("pageMetadata")
    {
        members.insert("page".to_owned(), metadata);
    }
    dress_links(variation, envelope, &context.url, body);
    if variation.null_links && envelope == Envelope::Hal {
        for rel in ["next", "prev"] {
            if let Some(links) = body.get_mut("_links").and_then(Value::as_object_mut) {
                links.entry(rel).or_insert(Value::Null);
            }
        }
    }
}

fn restyle(variation: &Variation, rel: &str, context: &ListContext, asked: Option<&str>, link: &mut Value) {
    let href = field(link, "href").as_str().unwrap_or_default().to_owned();
    let Some((url, query)) = href.split_once('?') else { return };
    let Some((limit, page)) = query.split_once('&') else { return };
    let href = match (rel, variation.list_self) {
        ("self", ListSelf::Bare) => context.url.clone(),
        ("self", ListSelf::Templated) => {
            put(link, "templated", true);
            format!("{url}{{?limit,page}}")
        }
        ("self", ListSelf::AsAsked) => asked.map_or_else(|| url.to_owned(), |asked| format!("{url}?{asked}")),
        _ => match variation.query {
            QueryStyle::LimitFirst => href,
            QueryStyle::PageFirst => format!("{url}?{page}&{limit}"),
            QueryStyle::WithSort => format!("{url}?{page}&sort=year%2Cdesc&{limit}"),
        },
    };
    put(link, "href", href);
}

/// Members that the source's own document has a pattern for.
fn put_patterned(context: &CertificateContext, one: &Certificate, body: &mut Value) {
    // Every second one passes for a national number.
    let nine = 320_000_000 + one.number as u64;
    let check = insz::check_number(nine, false);
    let phone = |check: u64| format!("{nine}{check:02}");
    let insz = context.list_url.rsplit('/').next().unwrap_or_default();
    let dotted = insz::written_forms(insz).into_iter().next().unwrap_or_default();
    put(body, "phone", phone(if one.number.is_multiple_of(2) { check } else { 98 - check }));
    put(body, "holders", json!([insz, dotted]));
    put(body, "logo", logo(one.number));
}

/// What those members are like, as a schema says it.
pub(in crate::sandbox) fn patterns() -> Value {
    json!({
        "phone": { "type": "string", "pattern": "^32[0-9]{9}$" },
        "holders": {
            "type": "array", "uniqueItems": true, "minItems": 2,
            "items": { "pattern": "^[0-9]{2}\\.?(0[1-9]|1[0-2])\\.?(0[1-9]|[12][0-9]|3[01])-?[0-9]{3}\\.?[0-9]{2}$" },
        },
        "logo": { "type": "string", "minLength": 1500, "pattern": "^R0lGODlh([A-Za-z0-9+/]{4})*$" },
    })
}

/// A picture of about two kilobytes in Base64, another one for each number.
pub(in crate::sandbox) fn logo(number: usize) -> String {
    format!("R0lGODlh{}{number:08}", "AQABAIAAAP".repeat(160))
}

/// Varies a certificate, in the list or as a detail.
pub(in crate::sandbox) fn vary_certificate(
    variation: &Variation,
    context: &CertificateContext,
    is_detail: bool,
    one: &Certificate,
    body: &mut Value,
) {
    let offered = match variation.download_in {
        DownloadIn::Both => true,
        DownloadIn::List => !is_detail,
        DownloadIn::Detail => is_detail,
        DownloadIn::EverySecond => !one.number.is_multiple_of(2),
        DownloadIn::Nowhere => false,
    };
    retain_links(context.envelope, body, |rel| offered || rel != "download");
    if variation.null_fields {
        put(body, "year", Value::Null);
        put(body, "community", Value::Null);
    }
    if variation.accents {
        put(body, "name", format!("{} – één naam, “zo” €", one.name));
    }
    if variation.patterns {
        put_patterned(context, one, body);
    }
    // Last: its document says how each of its members looks.
    if variation.rich_members {
        described::enrich(context, one, body);
    }
    if variation.detail_members && is_detail {
        put(body, "remarks", json!(["Een opmerking"]));
    }
    each_link(context.envelope, body, |rel, link| {
        let own = ["self", "download"].contains(&rel);
        if own && variation.marked_links && !is_detail {
            add_to_query(link, "from=list");
        }
        if rel == "download" && variation.signed_downloads {
            let now = jiff::Timestamp::now();
            let (until, nanoseconds) = (now.as_second() + 300, now.as_nanosecond());
            add_to_query(link, &format!("exp={until}&sig=a{nanoseconds:x}b{:x}", context.place));
        }
    });
    dress_links(variation, context.envelope, &context.url, body);
}

fn add_to_query(link: &mut Value, parameters: &str) {
    let href = field(link, "href").as_str().unwrap_or_default();
    let mark = if href.contains('?') { '&' } else { '?' };
    let href = format!("{href}{mark}{parameters}");
    put(link, "href", href);
}

/// Takes links away.
fn retain_links(envelope: Envelope, body: &mut Value, keep: impl Fn(&str) -> bool) {
    match body.get_mut(links_name(envelope)) {
        Some(Value::Array(links)) => links.retain(|link| keep(field(link, "rel").as_str().unwrap_or_default())),
        Some(Value::Object(links)) => links.retain(|rel, _| keep(rel)),
        _ => {}
    }
}

/// Changes every link, which has its rel beside it.
fn each_link(envelope: Envelope, body: &mut Value, mut change: impl FnMut(&str, &mut Value)) {
    match body.get_mut(links_name(envelope)) {
        Some(Value::Array(links)) => {
            for link in links {
                let rel = field(link, "rel").as_str().unwrap_or_default().to_owned();
                change(&rel, link);
            }
        }
        Some(Value::Object(links)) => links.iter_mut().for_each(|(rel, link)| change(rel, link)),
        _ => {}
    }
}

/// Attributes, arrays and further rels.
fn dress_links(variation: &Variation, envelope: Envelope, url: &str, body: &mut Value) {
    each_link(envelope, body, |_, link| {
        if variation.link_attributes {
            put(link, "title", "Een titel");
            put(link, "type", "application/hal+json");
            put(link, "hreflang", "nl");
            if field(link, "templated").is_null() {
                put(link, "templated", false);
            }
        }
        if variation.link_arrays && envelope == Envelope::Hal {
            *link = json!([link.take()]);
        }
    });
    if !variation.other_rels {
        return;
    }
    let others: [(&str, Value); 5] = [
        ("help", json!({ "href": "/Help_Pagina/index.html#attesten" })),
        ("describedby", json!({ "href": "http://docs.example.be/Doc/schema.json/" })),
        ("search", json!({ "href": format!("{url}{{?year,q}}"), "templated": true })),
        ("https://rels.example.be/verlenging", json!({ "href": "https://elders.example.be/getVerlenging_1/" })),
        ("contact", json!({ "href": "mailto:attesten@example.be" })),
    ];
    match body.get_mut(links_name(envelope)) {
        Some(Value::Array(links)) => links.extend(others.into_iter().map(|(rel, mut link)| {
            put(&mut link, "rel", rel);
            link
        })),
        Some(Value::Object(links)) => {
            links.extend(others.map(|(rel, link)| (rel.to_owned(), link)));
            let curie = json!({ "name": "x", "href": "http://rels.example.be/{rel}", "templated": true });
            links.insert("curies".to_owned(), json!([curie]));
            links.insert("x:verwant".to_owned(), json!([{ "href": "../a" }, { "href": "//elders.example.be/b" }]));
        }
        _ => {}
    }
}

/// Varies the body of an error.
pub(in crate::sandbox) fn vary_problem(variation: &Variation, request: &Inbound, answer: &mut Answer) {
    if variation.silent_gateway && answer.status == 401 {
        answer.body.clear();
        answer.unset("content-type");
    }
    if answer.body.is_empty() {
        return;
    }
    answer.set("content-type", variation.error_media);
    let answer_status = answer.status;
    answer.edit_json(|body| {
        if variation.instance_is_path && body.get("instance").is_some() {
            put(body, "instance", request.path.as_str());
        }
        if let Some((title, detail)) = words(variation.wording, answer_status) {
            put(body, "title", title);
            put(body, "detail", detail);
        }
        if let Some(detail) = variation.error_detail.filter(|_| body.get("detail").is_some()) {
            put(body, "detail", detail);
        }
        if variation.error_members {
            let title = field(body, "title").clone();
            put(body, "errors", json!([{ "type": "about:blank", "title": title, "detail": "Kijk de aanvraag na." }]));
            put(body, "traceId", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
            put(body, "timestamp", jiff::Timestamp::now().to_string());
        }
    });
}

/// What is done to any answer, last of all.
pub(in crate::sandbox) fn dress(variation: &Variation, request: &Inbound, answer: &mut Answer) {
    let media = answer.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if media.ends_with("json") {
        if variation.integers != Integers::Plain {
            answer.edit_json(mark_integers);
        }
        match variation.json {
            JsonStyle::Compact => {}
            JsonStyle::Pretty => {
                if let Ok(body) = serde_json::from_slice::<Value>(&answer.body) {
                    answer.body = format!("{body:#}\n").into_bytes();
                }
            }
            JsonStyle::Escaped => answer.body = escaped(&answer.body),
        }
        if variation.integers != Integers::Plain {
            answer.body = with_integers(variation.integers, &answer.body);
        }
        answer.set("content-type", &format!("{media}{}", variation.media_parameter));
    }
    if variation.more_headers {
        answer.set("vary", "Accept, Authorization");
        answer.set("etag", "W/\"a1b2\"");
        answer.set("strict-transport-security", "max-age=31536000");
        answer.set("x-content-type-options", "nosniff");
        answer.set("set-cookie", "route=1; Path=/; Secure; HttpOnly");
        answer.set("server", "sandbox/1.0");
    }
    let wants_gzip = request.header("accept-encoding").is_some_and(|value| value.contains("gzip"));
    if variation.gzip && wants_gzip && !answer.body.is_empty() {
        answer.body = gzip(&answer.body);
        answer.set("content-encoding", "gzip");
        if let Some(vary) = variation.vary {
            answer.add("vary", vary);
        }
    }
    if variation.chunked && !answer.body.is_empty() {
        answer.set("transfer-encoding", if variation.trailers { TRAILERS } else { "chunked" });
    }
    if variation.is_old {
        answer.set("transfer-encoding", if variation.chunked { OLD_WITHOUT_LENGTH } else { OLD });
    }
}

/// What precedes an integer that is not written yet; no text of the source holds it.
const MARK: &str = "#integer ";
const INTEGERS: [&str; 7] = ["number", "size", "totalElements", "totalPages", "year", "community", "status"];

/// Puts a text in place of every integer but ids.
fn mark_integers(body: &mut Value) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(mark_integers),
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_u64() {
                    Some(integer) if INTEGERS.contains(&name.as_str()) => *value = json!(format!("{MARK}{integer}")),
                    _ => mark_integers(value),
                }
            }
        }
        _ => {}
    }
}

/// Writes the integers that were marked.
fn with_integers(style: Integers, body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let mark = format!("\"{MARK}");
    let mut parts = text.split(&mark);
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_once('"').unwrap_or((part, ""));
        let (first, others) = digits.split_at(digits.len().min(1));
        match style {
            Integers::Exponent if others.is_empty() => written.push_str(&format!("{first}e0")),
            Integers::Exponent => written.push_str(&format!("{first}.{others}E+{}", others.len())),
            Integers::Plain | Integers::Fraction => written.push_str(&format!("{digits}.0")),
        }
        written.push_str(rest);
    }
    written.into_bytes()
}

/// The headers with a challenge.
pub(in crate::sandbox) fn challenge(variation: &Variation, challenge: &str, answer: &mut Answer) {
    const OTHER: &str = "Negotiate, Basic realm=\"a, Bearer\", charset=\"UTF-8\"";
    match variation.challenge {
        Challenge::Bearer => answer.set("www-authenticate", challenge),
        Challenge::Bare => answer.set("www-authenticate", "Bearer"),
        Challenge::Realm => answer.set("www-authenticate", "Bearer realm=\"attesten, bron\", scope=\"a b\""),
        Challenge::SecondInHeader => answer.set("www-authenticate", &format!("{OTHER}, {challenge}")),
        Challenge::SecondHeader => {
            answer.set("www-authenticate", OTHER);
            answer.add("www-authenticate", challenge);
        }
        Challenge::SmallLetters => answer.set("www-authenticate", &challenge.replace("Bearer", "bearer")),
        Challenge::AfterToken68 => answer.set("www-authenticate", &format!("Negotiate YWJjZGVmZw==, {challenge}")),
        Challenge::Described => {
            let described =
                "error_description=\"De sleutel, of \\\"token\\\", geldt niet; Basic realm=x, probeer opnieuw\"";
            answer.set("www-authenticate", &format!("{challenge}, {described}"));
        }
        Challenge::Between => {
            answer.set("www-authenticate", "DPoP algs=\"ES256 PS256\"");
            answer.add("www-authenticate", challenge);
            answer.add("www-authenticate", "Basic realm=\"bron\", charset=\"UTF-8\"");
        }
        Challenge::Twice => {
            let second = challenge.replace("Bearer ", "Bearer realm=\"tni, bron\", ");
            answer.set("www-authenticate", &format!("{challenge}, {second}"));
        }
    }
}

/// The document with what stands around it, and its headers.
pub(in crate::sandbox) fn vary_document(variation: &Variation, number: usize, is_named: bool, answer: &mut Answer) {
    match variation.pdf {
        PdfForm::Plain => {}
        PdfForm::AfterComment => {
            let mut body = "% a comment of the printer that made this\n".repeat(20).into_bytes();
            body.append(&mut answer.body);
            answer.body = body;
        }
        PdfForm::BeforeSpace => answer.body.extend(b"\r\n".repeat(3000)),
        PdfForm::BeforeZeros => answer.body.extend(std::iter::repeat_n(0, 80_000)),
    }
    match variation.document_media {
        Some(media) => answer.set("content-type", media),
        None => answer.unset("content-type"),
    }
    if is_named {
        let value = match variation.disposition {
            Disposition::Attachment => format!("attachment; filename=\"attest-{number}.pdf\""),
            Disposition::Inline => format!("inline; FileName=attest-{number}.PDF"),
            Disposition::Extended => {
                format!(
                    "attachment; filename=\"attest; {number}.pdf\"; filename*=UTF-8''attest%20%E2%82%AC%20{number}.pdf"
                )
            }
        };
        answer.set("content-disposition", &value);
    }
}

/// JSON in ASCII with escaped slashes; both only occur in strings.
fn escaped(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body).replace('/', "\\/");
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| ascii.push_str(&format!("\\u{unit:04x}")));
        }
    }
    ascii.into_bytes()
}

/// The gzip form of a body (RFC 1952).
fn gzip(body: &[u8]) -> Vec<u8> {
    let mut coded = GzEncoder::new(Vec::new(), Compression::fast());
    // Into memory nothing can fail.
    coded.write_all(body).and_then(|()| coded.finish()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_coded_is_read_again() {
        use std::io::Read as _;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*gzip(b"123456789")).read_to_string(&mut text).unwrap();
        assert_eq!(text, "123456789");
    }

    #[test]
    fn integers_are_written_otherwise_and_are_the_same() {
        let plain = json!({ "pageMetadata": { "number": 1, "size": 100, "id": 7 }, "items": [{ "year": 2025 }] });
        for style in [Integers::Fraction, Integers::Exponent] {
            let mut body = plain.clone();
            mark_integers(&mut body);
            let text = String::from_utf8(with_integers(style, body.to_string().as_bytes())).unwrap();
            let read: Value = serde_json::from_str(&text).unwrap();
            let found = ["/pageMetadata/number", "/pageMetadata/size", "/items/0/year"].map(|at| read.pointer(at));
            assert_eq!(found.map(|value| value.unwrap().as_f64()), [Some(1.0), Some(100.0), Some(2025.0)], "{text}");
            assert_eq!((read["pageMetadata"]["id"].as_u64(), read["items"][0]["year"].as_u64()), (Some(7), None));
        }
    }

    #[test]
    fn escaped_json_says_the_same() {
        let body = json!({ "a/b": "é €/😀" });
        let ascii = escaped(body.to_string().as_bytes());
        assert!(ascii.is_ascii());
        assert_eq!(serde_json::from_slice::<Value>(&ascii).unwrap(), body);
    }

    #[test]
    fn other_rels_leave_the_own_ones_alone() {
        let variation = Variation { other_rels: true, link_arrays: true, ..Variation::default() };
        for envelope in [Envelope::Links, Envelope::Hal] {
            let links = super::super::envelope::links(envelope, vec![("self", "a".to_owned())]);
            let mut body = json!({});
            put(&mut body, links_name(envelope), links);
            dress_links(&variation, envelope, "u", &mut body);
            let read = crate::source::envelope::Links::of(body.as_object().unwrap(), "");
            assert_eq!(read.find(&["self"]).unwrap().href.as_ref(), "a");
            assert_eq!((read.malformed.len(), read.links.len() > 5), (0, true), "{envelope:?}");
        }
    }
}
