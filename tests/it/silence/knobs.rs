//! Everything in which conformant sources differ, as data.

use std::time::Duration;

use bronkeur::sandbox::behaviour::{Change, ErrorBody, IdLook, KeyIn, ListContext, Moment, PastEnd, Place as At};
use bronkeur::sandbox::variation::{
    Challenge, Disposition, DownloadIn, Escapes, Integers, JsonStyle, ListSelf, PdfForm, Pseudonym, QueryStyle,
    TrailingSlash, Wording,
};
use bronkeur::sandbox::wire::{Accident, Ending, Protocol, Struck};
use bronkeur::sandbox::{Behaviour, Envelope};
use serde_json::{Value, json};

/// A source and what its owner says of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) behaviour: Behaviour,
    pub(super) latency: Duration,
    pub(super) plain_http: bool,
    /// The profile has no citizen without certificates.
    pub(super) no_empty: bool,
    /// The profile declares what the source cannot show.
    pub(super) declares: bool,
    /// The address that the hrefs carry, where it is another than the one that is asked.
    pub(super) public: Option<&'static str>,
}

pub(super) type Choice = (&'static str, fn(&mut Plan));

/// A property of a source; its first choice is that of the default source.
pub(super) struct Knob {
    pub(super) name: &'static str,
    pub(super) choices: &'static [Choice],
}

macro_rules! knobs {
    ($($name:literal: { $($choice:literal => |$plan:ident| $change:expr),+ $(,)? })+) => {
        &[$(Knob { name: $name, choices: &[("default", |_| {}), $(($choice, |$plan| { $change; })),+] }),+]
    };
}

/// Everything in which conformant sources differ, but for numbers.
pub(super) const KNOBS: &[Knob] = knobs! {
    "envelope": { "hal" => |p| p.behaviour.envelope = Envelope::Hal }
    "empty list": {
        "without embedded" => |p| p.behaviour.empty_without_embedded = p.behaviour.envelope == Envelope::Hal,
        "one page" => |p| p.behaviour.paging.pages_when_empty = 1,
        "self only" => |p| p.behaviour.variation.bare_when_empty = true,
    }
    "languages": {
        "nl" => |p| p.behaviour.languages = vec!["nl"],
        "fr nl" => |p| p.behaviour.languages = vec!["fr", "nl"],
        "all of each" => |p| p.behaviour.variation.every_language = true,
    }
    "id": {
        "number" => |p| p.behaviour.id_look = IdLook::Number,
        "text" => |p| p.behaviour.id_look = IdLook::Text,
        "small" => |p| p.behaviour.id_look = IdLook::Small,
        "beyond 64 bits" => |p| p.behaviour.id_look = IdLook::Beyond,
        "eleven digits" => |p| p.behaviour.id_look = IdLook::ElevenDigits,
        "marked" => |p| p.behaviour.id_look = IdLook::Marked,
        "encoded" => |p| p.behaviour.id_look = IdLook::Encoded,
        "long" => |p| p.behaviour.id_look = IdLook::Long,
        "sealed" => |p| p.behaviour.id_look = IdLook::Sealed,
        "uuid in capitals" => |p| p.behaviour.id_look = IdLook::UuidInCapitals,
        "percent" => |p| p.behaviour.id_look = IdLook::Percent,
        "unicode" => |p| p.behaviour.id_look = IdLook::Unicode,
        "one character" => |p| p.behaviour.id_look = IdLook::OneCharacter,
        "date" => |p| p.behaviour.id_look = IdLook::Date,
        "language" => |p| p.behaviour.id_look = IdLook::Language,
        "nested" => |p| p.behaviour.id_look = IdLook::Nested,
    }
    "id type": { "number where it can be" => |p| p.behaviour.id_is_number = true }
    "ids": { "by citizen" => |p| {
        // Else the URL of a certificate would name two.
        p.behaviour.variation.ids_by_citizen = p.behaviour.number_in_certificate_url;
    } }
    "key": {
        "query" => |p| p.behaviour.key_in = KeyIn::Query,
        "language first" => |p| p.behaviour.key_in = KeyIn::LanguageFirst,
        "language in query" => |p| p.behaviour.key_in = KeyIn::LanguageInQuery,
        "joined" => |p| p.behaviour.key_in = KeyIn::Joined,
        "prefixed" => |p| p.behaviour.key_in = KeyIn::Prefixed,
        "matrix" => |p| p.behaviour.key_in = KeyIn::Matrix,
        "matrix names" => |p| p.behaviour.key_in = KeyIn::MatrixNames,
        "locale" => |p| p.behaviour.key_in = KeyIn::Locale,
        "locale first" => |p| p.behaviour.key_in = KeyIn::LocaleFirst,
        "language in capitals" => |p| p.behaviour.key_in = KeyIn::CapitalsInQuery,
        "with a dot" => |p| p.behaviour.key_in = KeyIn::Dotted,
    }
    "escapes": {
        "small" => |p| p.behaviour.variation.escapes = Escapes::Small,
        "more" => |p| p.behaviour.variation.escapes = Escapes::More,
        "form" => |p| p.behaviour.variation.escapes = Escapes::Form,
    }
    "what the source calls a citizen": {
        "file number" => |p| p.behaviour.variation.pseudonym = Pseudonym::FileNumber,
        "digits" => |p| p.behaviour.variation.pseudonym = Pseudonym::Digits,
        "padded" => |p| p.behaviour.variation.pseudonym = Pseudonym::Padded,
        "braces" => |p| p.behaviour.variation.pseudonym = Pseudonym::Braces,
        "word" => |p| p.behaviour.variation.pseudonym = Pseudonym::Word,
    }
    "own document": { "patterns" => |p| p.behaviour.variation.patterns = true }
    "id in url": { "capitals" => |p| p.behaviour.variation.upper_ids = true }
    "certificate url": {
        "without number" => |p| {
            p.behaviour.number_in_certificate_url = false;
            p.behaviour.variation.ids_by_citizen = false;
        },
        "pseudonym" => |p| {
            p.behaviour.number_in_certificate_url = false;
            p.behaviour.pseudonym_in_certificate_url = true;
            p.behaviour.variation.ids_by_citizen = false;
        },
    }
    "document links": { "signed" => |p| p.behaviour.variation.signed_downloads = true }
    "links of the list": { "marked" => |p| p.behaviour.variation.marked_links = true }
    "extra fields": { "none" => |p| p.behaviour.extra_fields = false }
    "optional fields": {
        "none" => |p| p.behaviour.optional_fields = false,
        "null" => |p| p.behaviour.variation.null_fields = true,
    }
    "names": { "accents" => |p| p.behaviour.variation.accents = true }
    "members of many forms": { "yes" => |p| p.behaviour.variation.rich_members = true }
    "integers": {
        "with a fraction" => |p| p.behaviour.variation.integers = Integers::Fraction,
        "with an exponent" => |p| p.behaviour.variation.integers = Integers::Exponent,
    }
    "more members": { "in the list" => |p| p.behaviour.variation.members = true }
    "more in detail": { "yes" => |p| p.behaviour.variation.detail_members = true }
    "metadata": { "page" => |p| p.behaviour.variation.metadata_is_page = true }
    "version header": {
        "none" => |p| p.behaviour.version_header = None,
        "with v." => |p| p.behaviour.version_header = Some("v.1.4.0"),
        "plain" => |p| p.behaviour.version_header = Some("1.12.0"),
    }
    "prefix": {
        "/api/v1" => |p| p.behaviour.prefix = "/api/v1".to_owned(),
        "/api/v2" => |p| { p.behaviour.prefix = "/api/v2".to_owned(); p.behaviour.version_header = Some("v2.0.1") },
        "/v12" => |p| { p.behaviour.prefix = "/v12".to_owned(); p.behaviour.version_header = None },
        "/attesten/v1" => |p| p.behaviour.prefix = "/attesten/v1".to_owned(),
    }
    "public address": {
        "another" => |p| p.public = Some("https://bron.example.be"),
        "with the default port" => |p| p.public = Some("https://bron.example.be:443"),
        "in capitals" => |p| p.public = Some("https://BRON.Example.be"),
        "with another port" => |p| p.public = Some("https://bron.example.be:8443"),
    }
    "echo": { "none" => |p| p.behaviour.echo_ids = false }
    "cache control": {
        "none" => |p| p.behaviour.cache_control = None,
        "private" => |p| p.behaviour.cache_control = Some("private, max-age=60"),
        "no-store" => |p| p.behaviour.cache_control = Some("no-store"),
    }
    "error body": {
        "status as string" => |p| p.behaviour.error_body = ErrorBody::StatusAsString,
        "short" => |p| p.behaviour.error_body = ErrorBody::Short,
        "none" => |p| p.behaviour.error_body = ErrorBody::None,
    }
    "error media": {
        "charset" => |p| p.behaviour.variation.error_media = "application/problem+json; charset=utf-8",
        "json" => |p| p.behaviour.variation.error_media = "application/json",
    }
    "wording of errors": {
        "Dutch" => |p| p.behaviour.variation.wording = Wording::Dutch,
        "French" => |p| p.behaviour.variation.wording = Wording::French,
        "German" => |p| p.behaviour.variation.wording = Wording::German,
        "English" => |p| p.behaviour.variation.wording = Wording::English,
        "technical" => |p| p.behaviour.variation.wording = Wording::Technical,
    }
    "error detail": {
        "nl" => |p| p.behaviour.variation.error_detail = Some("Kies (select) een taal uit de lijst, of pas (update) ze aan: page=0."),
        "fr" => |p| p.behaviour.variation.error_detail = Some("Sélectionnez (select) une valeur de la table, puis (order by) le nom."),
        "de" => |p| p.behaviour.variation.error_detail = Some("Fehler in Zeile 3: siehe at www.example.be (FLORA-12345)."),
        "en" => |p| p.behaviour.variation.error_detail = Some("Please update your request and set page=0; invalid value at $.page(0), line 3."),
    }
    "error members": { "more" => |p| p.behaviour.variation.error_members = true }
    "error instance": { "path" => |p| p.behaviour.variation.instance_is_path = true }
    "gateway": { "silent" => |p| p.behaviour.variation.silent_gateway = true }
    "granted scope": { "not stated" => |p| p.behaviour.issuer.states_scope = false }
    "answers of introspection": {
        "remembered for seconds" => |p| p.behaviour.access.remembers_for = 3,
        "remembered for minutes" => |p| p.behaviour.access.remembers_for = 300,
    }
    "introspection": { "in a JWT" => |p| p.behaviour.issuer.introspects_in_jwt = true }
    "other audience": { "403" => |p| p.behaviour.access.refusals.audience = 403 }
    "no citizen": { "401" => |p| p.behaviour.access.refusals.no_citizen = 401 }
    "no scope": { "401" => |p| p.behaviour.access.refusals.scope = 401 }
    "other citizen": { "404" => |p| {
        p.behaviour.access.refusals.other_citizen = 404;
        p.behaviour.access.refusals.never_issued = 404;
    } }
    "challenge": {
        "bare" => |p| p.behaviour.variation.challenge = Challenge::Bare,
        "realm" => |p| p.behaviour.variation.challenge = Challenge::Realm,
        "second in header" => |p| p.behaviour.variation.challenge = Challenge::SecondInHeader,
        "second header" => |p| p.behaviour.variation.challenge = Challenge::SecondHeader,
        "small letters" => |p| p.behaviour.variation.challenge = Challenge::SmallLetters,
        "after data" => |p| p.behaviour.variation.challenge = Challenge::AfterToken68,
        "described" => |p| p.behaviour.variation.challenge = Challenge::Described,
        "between others" => |p| p.behaviour.variation.challenge = Challenge::Between,
        "twice" => |p| p.behaviour.variation.challenge = Challenge::Twice,
    }
    "malformed number": {
        "403" => |p| p.behaviour.variation.malformed_number = 403,
        "404" => |p| p.behaviour.variation.malformed_number = 404,
    }
    "check number": { "not verified" => |p| p.behaviour.variation.verifies_check_number = false }
    "default limit": {
        "5" => |p| p.behaviour.paging.default_limit = 5,
        "100" => |p| p.behaviour.paging.default_limit = 100,
    }
    "limit 0": { "is default" => |p| p.behaviour.variation.zero_is_default = true }
    "past end": {
        "404" => |p| p.behaviour.paging.past_end = PastEnd::NotFound,
        "last" => |p| p.behaviour.paging.past_end = PastEnd::Last,
        "last ten" => |p| p.behaviour.paging.past_end = PastEnd::LastTen,
        "first" => |p| p.behaviour.paging.past_end = PastEnd::First,
        "everything" => |p| p.behaviour.paging.past_end = PastEnd::Everything,
    }
    "counts": { "with a fraction" => |p| p.behaviour.edits.list.push(with_fractions) }
    "life": {
        "one comes at the front" => |p| live(p, &[(25, Change::Arrives(At::Front))]),
        "one comes early" => |p| live(p, &[(4, Change::Arrives(At::Front))]),
        "one comes late, in the middle" => |p| live(p, &[(60, Change::Arrives(At::Middle))]),
        "one comes at the end" => |p| live(p, &[(15, Change::Arrives(At::End))]),
        "the last one goes" => |p| live(p, &[(20, Change::Leaves(At::End))]),
        "one goes in the middle" => |p| live(p, &[(35, Change::Leaves(At::Middle))]),
        "the first one goes" => |p| live(p, &[(12, Change::Leaves(At::Front))]),
        "one comes and goes" => |p| {
            live(p, &[(10, Change::Arrives(At::Front)), (50, Change::Leaves(At::Front))]);
        },
        "they come and go" => |p| {
            live(p, &[
                (8, Change::Arrives(At::Front)),
                (30, Change::Leaves(At::End)),
                (55, Change::Arrives(At::Middle)),
                (80, Change::Leaves(At::Middle)),
            ]);
        },
    }
    "first rel": { "first" => |p| p.behaviour.paging.first_rel = "first" }
    "back rel": {
        "previous" => |p| p.behaviour.paging.back_rel = "previous",
        "none" => |p| p.behaviour.paging.links_back = false,
    }
    "other rels": { "many" => |p| p.behaviour.variation.other_rels = true }
    "link attributes": { "many" => |p| p.behaviour.variation.link_attributes = true }
    "null links": { "yes" => |p| p.behaviour.variation.null_links = true }
    "link arrays": { "yes" => |p| p.behaviour.variation.link_arrays = true }
    "list self": {
        "as asked" => |p| p.behaviour.variation.list_self = ListSelf::AsAsked,
        "bare" => |p| p.behaviour.variation.list_self = ListSelf::Bare,
        "templated" => |p| p.behaviour.variation.list_self = ListSelf::Templated,
    }
    "paging query": {
        "page first" => |p| p.behaviour.variation.query = QueryStyle::PageFirst,
        "with sort" => |p| p.behaviour.variation.query = QueryStyle::WithSort,
    }
    "json": {
        "pretty" => |p| p.behaviour.variation.json = JsonStyle::Pretty,
        "escaped" => |p| p.behaviour.variation.json = JsonStyle::Escaped,
    }
    "media parameter": {
        "charset" => |p| p.behaviour.variation.media_parameter = ";charset=UTF-8",
        "profile" => |p| p.behaviour.variation.media_parameter = "; profile=\"https://x.example.be/a;b\"",
    }
    "coding": {
        "gzip" => |p| p.behaviour.variation.gzip = true,
        "gzip, vary *" => |p| { p.behaviour.variation.gzip = true; p.behaviour.variation.vary = Some("*") },
        "gzip, several" => |p| {
            p.behaviour.variation.gzip = true;
            p.behaviour.variation.vary = Some("Origin, ACCEPT-Encoding");
        },
    }
    "transfer": {
        "chunked" => |p| p.behaviour.variation.chunked = true,
        "chunked, with trailers" => |p| {
            p.behaviour.variation.chunked = true;
            p.behaviour.variation.trailers = true;
        },
        "HTTP/1.0" => |p| { p.behaviour.variation.is_old = true; p.behaviour.wire.protocol = Protocol::Http1 },
        "HTTP/1.0 without a length" => |p| {
            p.behaviour.variation.is_old = true;
            p.behaviour.variation.chunked = true;
            p.behaviour.wire.protocol = Protocol::Http1;
        },
    }
    "headers": { "more" => |p| p.behaviour.variation.more_headers = true }
    "accept": { "ignored" => |p| p.behaviour.variation.ignores_accept = true }
    "methods": { "GET" => |p| p.behaviour.variation.get_only = true }
    "trailing slash": {
        "redirect" => |p| p.behaviour.variation.trailing_slash = TrailingSlash::Redirect,
        "same" => |p| p.behaviour.variation.trailing_slash = TrailingSlash::Same,
    }
    "download": {
        "in list" => |p| p.behaviour.variation.download_in = DownloadIn::List,
        "in detail" => |p| p.behaviour.variation.download_in = DownloadIn::Detail,
        "every second" => |p| p.behaviour.variation.download_in = DownloadIn::EverySecond,
        "nowhere" => |p| p.behaviour.variation.download_in = DownloadIn::Nowhere,
    }
    "pdf": {
        "after comment" => |p| p.behaviour.variation.pdf = PdfForm::AfterComment,
        "before space" => |p| p.behaviour.variation.pdf = PdfForm::BeforeSpace,
        "before zeros" => |p| p.behaviour.variation.pdf = PdfForm::BeforeZeros,
    }
    "pdf size": {
        "20 kB" => |p| p.behaviour.pdf_size = 20_000,
        "2 MB" => |p| p.behaviour.pdf_size = 2_000_000,
    }
    "document media": {
        "octets" => |p| p.behaviour.variation.document_media = Some("application/octet-stream"),
        "none" => |p| p.behaviour.variation.document_media = None,
        "parameter" => |p| p.behaviour.variation.document_media = Some("Application/PDF; name=\"a.pdf\""),
    }
    "disposition": {
        "none" => |p| p.behaviour.content_disposition = false,
        "inline" => |p| p.behaviour.variation.disposition = Disposition::Inline,
        "extended" => |p| p.behaviour.variation.disposition = Disposition::Extended,
    }
    "latency": { "3 ms" => |p| p.latency = Duration::from_millis(3) }
    "order": { "any" => |p| p.behaviour.wire.jitter = Duration::from_millis(8) }
    "protocol": {
        "HTTP/1.1" => |p| p.behaviour.wire.protocol = Protocol::Http1,
        "HTTP/2" => |p| p.behaviour.wire.protocol = Protocol::Http2,
    }
    "connections": {
        "end after an answer" => |p| ends(p, Ending::After(1)),
        "end after nine answers" => |p| ends(p, Ending::After(9)),
        "end late" => |p| ends(p, Ending::Late(5)),
        "are reset late" => |p| ends(p, Ending::LateReset(2)),
        "end after errors" => |p| ends(p, Ending::AfterErrors),
    }
    "accident": {
        "502 first" => |p| struck(p, Struck::Nth(0), Accident::Status(502, None)),
        "429 somewhere" => |p| struck(p, Struck::Nth(75), Accident::Status(429, None)),
        "reset somewhere" => |p| struck(p, Struck::Nth(60), Accident::Resets),
        "502 somewhere" => |p| p.behaviour.wire.struck = Struck::Nth(33),
        "503 somewhere, and come back" => |p| struck(p, Struck::Nth(12), Accident::Status(503, Some("1"))),
        "502 on some" => |p| struck(p, Struck::OneIn(12), Accident::Status(502, None)),
        "503 on some, and come back" => |p| struck(p, Struck::OneIn(9), Accident::Status(503, Some("0"))),
        "504 twice on some" => |p| struck(p, Struck::TwiceOneIn(30), Accident::Status(504, Some("0"))),
        "429 on some" => |p| struck(p, Struck::OneIn(25), Accident::Status(429, Some("0"))),
        "429 on some, without a wait" => |p| struck(p, Struck::OneIn(60), Accident::Status(429, None)),
        "closed on some" => |p| struck(p, Struck::OneIn(12), Accident::Closes),
        "reset on some" => |p| struck(p, Struck::OneIn(12), Accident::Resets),
    }
    "without its issuer": {
        "503" => |p| p.behaviour.access.refusals.no_acm = 503,
        "502" => |p| p.behaviour.access.refusals.no_acm = 502,
        "401" => |p| p.behaviour.access.refusals.no_acm = 401,
    }
    "transport": { "plain http" => |p| p.plain_http = true }
    "empty citizen": { "none" => |p| p.no_empty = true }
    "declares": { "all" => |p| p.declares = true }
};

pub(super) fn struck(plan: &mut Plan, struck: Struck, accident: Accident) {
    (plan.behaviour.wire.struck, plan.behaviour.wire.accident) = (struck, accident);
}

pub(super) fn subject(plan: &Plan) -> usize {
    plan.behaviour.certificates.subject
}

/// Has certificates come and go after so many calls, where there are enough of them.
pub(super) fn live(plan: &mut Plan, moments: &[(usize, Change)]) {
    if subject(plan) > 3 {
        plan.behaviour.life = moments.iter().map(|(after, change)| Moment { after: *after, change: *change }).collect();
    }
}

/// Has connections end. Over HTTP/2 a long body is sent in parts, as the caller makes room for them: a server that ends the
/// connection meanwhile cuts it off, and is not conformant.
pub(super) fn ends(plan: &mut Plan, ending: Ending) {
    plan.behaviour.wire.ending = ending;
    if subject(plan) > 60 || plan.behaviour.pdf_size > 60_000 {
        plan.behaviour.wire.protocol = Protocol::Http1;
    }
}

/// The integers of the metadata as 1.0: the same numbers.
pub(super) fn with_fractions(_: &ListContext, body: &mut Value) {
    for number in
        body.pointer_mut("/pageMetadata").and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut())
    {
        if let Some(integer) = number.as_u64().and_then(|integer| u32::try_from(integer).ok()) {
            *number = json!(f64::from(integer));
        }
    }
}
