//! Legal variety: knobs of the source whose every value is conformant, unless it says otherwise. Most of what a real
//! source does differently from the default stands here.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::base::insz;
use crate::sandbox::answer::put;
use crate::sandbox::answer::{Answer, Inbound, OLD, OLD_WITHOUT_LENGTH, TRAILERS};
use crate::sandbox::source::behaviour::{CertificateContext, Envelope, ListContext};
use crate::sandbox::source::described;
use crate::sandbox::source::envelope::{field, links_name};
use crate::sandbox::source::register::Certificate;
pub use crate::sandbox::source::wording::Wording;
use crate::sandbox::source::wording::words;

/// The legal variety of a source.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent choice of an implementer")]
#[derive(Clone, Debug)]
pub struct Variation {
    /// Every id exists in all languages, one after the other.
    pub every_language: bool,
    /// Each citizen's ids are counted from the same number: the national number in the URL keeps them apart.
    pub ids_by_citizen: bool,
    /// Names with letters beyond ASCII.
    pub accents: bool,
    /// Links with other rels: to other hosts, relative, templated, in arrays.
    pub other_rels: bool,
    /// Links with `title`, `type`, `templated: false` and the like.
    pub link_attributes: bool,
    /// Official HAL: a link that is not there is null.
    pub null_links: bool,
    /// Official HAL: a link may be an array of one.
    pub link_arrays: bool,
    /// What the `self` of a list says.
    pub list_self: ListSelf,
    /// The query of paging links.
    pub query: QueryStyle,
    /// How ids are percent-encoded in URLs.
    pub escapes: Escapes,
    /// What the source calls a citizen in its URLs, where that is not the national number.
    pub pseudonym: Pseudonym,
    /// UUIDs stand in URLs in capitals.
    pub upper_ids: bool,
    /// The links of documents carry a signature and the moment until which they hold, others each time.
    pub signed_downloads: bool,
    /// The links of a list carry a parameter that says so.
    pub marked_links: bool,
    /// Members beside the documented ones, in the list and in its metadata; one of them is another one each time.
    pub members: bool,
    /// Members of many forms, which the source's own OpenAPI document fixes.
    pub rich_members: bool,
    /// How integers are written.
    pub integers: Integers,
    /// `year` and `community` are null.
    pub null_fields: bool,
    /// Official HAL: the metadata are called `page`.
    pub metadata_is_page: bool,
    /// Where `download` is offered.
    pub download_in: DownloadIn,
    /// The detail has members that the list lacks; a note (CRT-12).
    pub detail_members: bool,
    /// An empty list has no link but `self`.
    pub bare_when_empty: bool,
    /// How JSON is written.
    pub json: JsonStyle,
    /// What follows the media type of JSON.
    pub media_parameter: &'static str,
    /// Bodies are coded with gzip where the caller accepts it.
    pub gzip: bool,
    /// What `Vary` then says; none is not conformant (HTTP-27).
    pub vary: Option<&'static str>,
    /// Bodies come without a length: HTTP/1.1 sends them in chunks.
    pub chunked: bool,
    /// Fields follow the body, where the caller accepts that.
    pub trailers: bool,
    /// HTTP/1.0 answers where HTTP/1.1 would.
    pub is_old: bool,
    /// Headers that have nothing to do with the documents.
    pub more_headers: bool,
    /// What stands in `WWW-Authenticate`.
    pub challenge: Challenge,
    /// The media type of errors; `application/json` is a warning (ERR-05).
    pub error_media: &'static str,
    /// In which words errors are told.
    pub wording: Wording,
    /// Errors have members of their own, and a list `errors`.
    pub error_members: bool,
    /// What every error says in `detail`, in place of its own sentence.
    pub error_detail: Option<&'static str>,
    /// `instance` is the path of the call.
    pub instance_is_path: bool,
    /// A 401 has no body: a gateway gives it. A note (ERR-07).
    pub silent_gateway: bool,
    /// What stands around the PDF.
    pub pdf: PdfForm,
    /// The media type of a document; other than PDF is a note (DWN-02).
    pub document_media: Option<&'static str>,
    /// How a download names its file.
    pub disposition: Disposition,
    /// What a list with a slash at the end of its path gives.
    pub trailing_slash: TrailingSlash,
    /// `limit=0` counts as no limit stated, and is no error.
    pub zero_is_default: bool,
    /// What a malformed national number gives: 400, 403 or 404.
    pub malformed_number: u16,
    /// A wrong check number is noticed; else it is a number that was never issued.
    pub verifies_check_number: bool,
    /// No `Accept` is refused: everybody gets the same media type.
    pub ignores_accept: bool,
    /// Nothing but GET is answered.
    pub get_only: bool,
    /// Certificates have a telephone number that may look like a national number, the citizen's own number with dots and
    /// a logo in Base64, and the source's own document has a pattern for each.
    pub patterns: bool,
}

impl Default for Variation {
    fn default() -> Self {
        Self {
            every_language: false,
            ids_by_citizen: false,
            accents: false,
            other_rels: false,
            link_attributes: false,
            null_links: false,
            link_arrays: false,
            list_self: ListSelf::Full,
            query: QueryStyle::LimitFirst,
            escapes: Escapes::Usual,
            pseudonym: Pseudonym::Mixed,
            upper_ids: false,
            signed_downloads: false,
            marked_links: false,
            members: false,
            rich_members: false,
            integers: Integers::Plain,
            null_fields: false,
            metadata_is_page: false,
            download_in: DownloadIn::Both,
            detail_members: false,
            bare_when_empty: false,
            json: JsonStyle::Compact,
            media_parameter: "",
            gzip: false,
            vary: Some("Accept-Encoding"),
            chunked: false,
            trailers: false,
            is_old: false,
            more_headers: false,
            challenge: Challenge::Bearer,
            error_media: "application/problem+json",
            wording: Wording::Own,
            error_members: false,
            error_detail: None,
            instance_is_path: false,
            silent_gateway: false,
            pdf: PdfForm::Plain,
            document_media: Some("application/pdf"),
            disposition: Disposition::Attachment,
            trailing_slash: TrailingSlash::NotFound,
            zero_is_default: false,
            malformed_number: 400,
            verifies_check_number: true,
            ignores_accept: false,
            get_only: false,
            patterns: false,
        }
    }
}

/// What the `self` of a list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListSelf {
    /// Page and limit in force.
    Full,
    /// The query of the call, to the letter.
    AsAsked,
    /// The list without a query.
    Bare,
    /// A template.
    Templated,
}

/// The query of paging links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryStyle {
    /// `limit` and `page`.
    LimitFirst,
    /// `page` and `limit`.
    PageFirst,
    /// With a parameter of the source's own between them.
    WithSort,
}

/// How ids are percent-encoded in URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// What must be encoded, in capitals.
    Usual,
    /// The same, in small letters.
    Small,
    /// All but letters and digits.
    More,
    /// As forms do it: a space in a query is a plus.
    Form,
}

/// What a source calls a citizen in its URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pseudonym {
    /// Capitals, a dot and an underscore.
    Mixed,
    /// The number of a file.
    FileNumber,
    /// Ten digits.
    Digits,
    /// Base64 with percent-encoded padding.
    Padded,
    /// A UUID in capitals within braces.
    Braces,
    /// Small letters only, as a resource name has.
    Word,
}

/// How integers are written; they are the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integers {
    /// `12`.
    Plain,
    /// `12.0`.
    Fraction,
    /// `1.2e1`.
    Exponent,
}

/// Where `download` is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownloadIn {
    /// In the list and in the detail.
    Both,
    /// In the list only.
    List,
    /// In the detail only.
    Detail,
    /// In both, for every second certificate.
    EverySecond,
    /// Nowhere: a source without documents. A warning (CRT-08) unless that is declared.
    Nowhere,
}

/// How JSON is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonStyle {
    /// Without white space.
    Compact,
    /// Over several lines.
    Pretty,
    /// In ASCII, with every slash escaped.
    Escaped,
}

/// What stands in `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A Bearer challenge with its error.
    Bearer,
    /// The scheme alone.
    Bare,
    /// With a realm that holds commas.
    Realm,
    /// After another challenge, in the same header.
    SecondInHeader,
    /// After another challenge, in a header of its own.
    SecondHeader,
    /// The scheme in small letters.
    SmallLetters,
    /// After a challenge whose data have no name.
    AfterToken68,
    /// With a description that holds quotes, commas and another scheme.
    Described,
    /// Between others, each in a header of its own.
    Between,
    /// Twice in one header, for two realms.
    Twice,
}

/// What stands around the PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdfForm {
    /// Nothing.
    Plain,
    /// A comment of some hundreds of bytes before it.
    AfterComment,
    /// White space after it.
    BeforeSpace,
    /// Eighty thousand zeros after it.
    BeforeZeros,
}

/// How a download names its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// `attachment` and a quoted name.
    Attachment,
    /// `inline` and a name without quotes.
    Inline,
    /// An encoded name beside a plain one.
    Extended,
}

/// What a list with a slash at the end of its path gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrailingSlash {
    /// 404.
    NotFound,
    /// A redirect to the list.
    Redirect,
    /// The list.
    Same,
}

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
