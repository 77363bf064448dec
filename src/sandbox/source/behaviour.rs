//! How the sandbox behaves: every knob of the source and of the ACM. The default is conformant; most other values are
//! too, and those that are not say so.

pub use crate::sandbox::acm::behaviour::{Issuer, IssuerEdits};
pub use crate::sandbox::answer::ErrorBody;
pub use crate::sandbox::source::edits::{AnswerContext, Call, CertificateContext, Edits, ListContext};
pub use crate::sandbox::source::life::{Change, Moment, Place};
pub use crate::sandbox::source::rules::{Access, Compares, OtherScheme, Refusals, Rules};
pub use crate::sandbox::source::variation::Variation;
pub use crate::sandbox::tls::ServerCertificate;
pub use crate::sandbox::wire::Wire;

/// The whole behaviour of ACM and source.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent choice of an implementer")]
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// How many certificates the people have.
    pub certificates: Counts,
    /// What an id looks like.
    pub id_look: IdLook,
    /// The id is a JSON number where it can be; not conformant (CRT-02).
    pub id_is_number: bool,
    /// The languages of the certificates, dealt out in turn.
    pub languages: Vec<&'static str>,
    /// The language of one certificate only.
    pub odd_language: Option<&'static str>,
    /// One certificate stands in the list twice; not conformant (CRT-09).
    pub certificate_twice: bool,
    /// Where id and language stand in the URL of a certificate.
    pub key_in: KeyIn,
    /// Whether the URL of a certificate holds the national number, as the list's does.
    pub number_in_certificate_url: bool,
    /// Where it does not, whether it holds a name of the source's own for the citizen, with capitals, a dot and an
    /// underscore.
    pub pseudonym_in_certificate_url: bool,
    /// How the path of a document ends.
    pub document_path: DocumentPath,
    /// An id that exists in one language has a URL without it; not conformant (CRT-10).
    pub language_only_when_needed: bool,
    /// A language that a certificate lacks gives the certificate in another one; not conformant (CRT-14).
    pub language_falls_back: bool,
    /// What an id that nobody has answers; other than 404 is not conformant (ERR-15).
    pub unknown_certificate: u16,
    /// What a known id in a language that it lacks answers, where it does not fall back; other than 404 is not
    /// conformant (CRT-14).
    pub lacking_language: u16,
    /// Which certificates of the subject come and go during a run, in the order of the moments.
    pub life: Vec<Moment>,
    /// How collections and links are written.
    pub envelope: Envelope,
    /// Official HAL may leave `_embedded` out of an empty list.
    pub empty_without_embedded: bool,
    /// Fields that no document asks for: dates, a country, a language.
    pub extra_fields: bool,
    /// The fields that a certificate may lack: `year`, `community`.
    pub optional_fields: bool,
    /// The least number of bytes of a document.
    pub pdf_size: usize,
    /// Whether a download names its file.
    pub content_disposition: bool,
    /// The path of the API up to and including its version.
    pub prefix: String,
    /// A second path of the API that answers as the first.
    pub further_prefix: Option<String>,
    /// What hrefs start with, in place of the source's own origin and prefix; without a slash at its end.
    pub public_base: Option<String>,
    /// What the source shows of itself in a TLS handshake.
    pub server_certificate: ServerCertificate,
    /// A hello of TLS 1.0 or 1.1 gets one back, and then nothing; not conformant (URL-03).
    pub answers_old_tls: bool,
    /// What stands on the http port of the source, beside a source with TLS.
    pub plain_http: PlainHttp,
    /// The value of `x-version`, where it is sent.
    pub version_header: Option<&'static str>,
    /// Whether the ids of a call come back in its answer.
    pub echo_ids: bool,
    /// The `Cache-Control` of the source's answers.
    pub cache_control: Option<&'static str>,
    /// What the body of an error holds.
    pub error_body: ErrorBody,
    /// How lists are cut in pages.
    pub paging: Paging,
    /// Who gets in.
    pub access: Access,
    /// How `Accept` is read, by kind of call.
    pub negotiation: Negotiation,
    /// Legal variety.
    pub variation: Variation,
    /// How the source stands on the network.
    pub wire: Wire,
    /// The ACM.
    pub issuer: Issuer,
    /// Small changes made to what is sent.
    pub edits: Edits,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            certificates: Counts { subject: 124, other: 7 },
            id_look: IdLook::Uuid,
            id_is_number: false,
            languages: vec!["nl", "fr", "de", "en"],
            odd_language: None,
            certificate_twice: false,
            key_in: KeyIn::Path,
            number_in_certificate_url: true,
            pseudonym_in_certificate_url: false,
            document_path: DocumentPath::Named("download"),
            language_only_when_needed: false,
            language_falls_back: false,
            unknown_certificate: 404,
            lacking_language: 404,
            life: Vec::new(),
            envelope: Envelope::Links,
            empty_without_embedded: false,
            extra_fields: true,
            optional_fields: true,
            pdf_size: 600,
            content_disposition: true,
            prefix: "/v1".to_owned(),
            further_prefix: None,
            public_base: None,
            server_certificate: ServerCertificate::Valid,
            answers_old_tls: false,
            plain_http: PlainHttp::Redirects,
            version_header: Some("v1.4.0"),
            echo_ids: true,
            cache_control: Some("private, no-store"),
            error_body: ErrorBody::Problem,
            paging: Paging::default(),
            access: Access::default(),
            negotiation: Negotiation::default(),
            variation: Variation::default(),
            wire: Wire::default(),
            issuer: Issuer::default(),
            edits: Edits::default(),
        }
    }
}

/// Numbers of certificates; the empty citizen has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Of the subject.
    pub subject: usize,
    /// Of the other citizen.
    pub other: usize,
}

/// What an id looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdLook {
    /// A UUID.
    Uuid,
    /// Digits.
    Number,
    /// More digits than 64 bits hold.
    Beyond,
    /// A URN; not conformant (URL-13).
    Urn,
    /// Words and digits with dashes.
    Text,
    /// A small number.
    Small,
    /// Eleven digits, of which some pass for a national number.
    ElevenDigits,
    /// Capitals, dots, tildes and underscores.
    Marked,
    /// A space, a slash, a plus and letters that a URL holds only encoded.
    Encoded,
    /// Two hundred characters.
    Long,
    /// An encrypted key that looks like a token.
    Sealed,
    /// A UUID in capitals; in URLs it may stand in small letters.
    UuidInCapitals,
    /// What is already encoded once: a percent sign with two digits of sixteen.
    Percent,
    /// Letters and signs beyond ASCII, one of them in two parts, one beyond sixteen bits.
    Unicode,
    /// One character.
    OneCharacter,
    /// A date.
    Date,
    /// Two letters, as a language has, or a language with a number.
    Language,
    /// The id of another certificate and something behind it.
    Nested,
}

/// Where id and language stand in the URL of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyIn {
    /// As path segments.
    Path,
    /// As path segments, the language first.
    LanguageFirst,
    /// The id in the path, the language in the query.
    LanguageInQuery,
    /// In one path segment, with a dash between them.
    Joined,
    /// As query parameters.
    Query,
    /// As path segments, a word and a dash before the id.
    Prefixed,
    /// As path segments, a matrix parameter after the id.
    Matrix,
    /// As matrix parameters of one path segment.
    MatrixNames,
    /// The id in the path, the language in the query with a region after it.
    Locale,
    /// As path segments, the language first and with a region after it.
    LocaleFirst,
    /// The id in the path, the language in the query in capitals.
    CapitalsInQuery,
    /// In one path segment, with a dot between them.
    Dotted,
    /// In one path segment without anything between them; not conformant (CRT-10).
    Glued,
    /// Nowhere: a handle stands for both; not conformant (CRT-10).
    Handle,
}

/// How the path of a document ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentPath {
    /// With this resource name; `download` is the documented one.
    Named(&'static str),
    /// With `download` and a slash; not conformant (URL-10).
    WithSlash,
    /// With a file name of its own; not conformant (URL-11).
    FileName,
}

/// What stands on the http port of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// Every call is sent on to https.
    Redirects,
    /// The source itself; not conformant (URL-04).
    Serves,
}

/// How collections and links are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// The documented form: `certificates` and an array `links`.
    Links,
    /// Official HAL: `_embedded.certificates` and an object `_links`.
    Hal,
}

/// How lists are cut in pages.
#[expect(clippy::struct_excessive_bools, reason = "each is an independent choice of an implementer")]
#[derive(Clone, Debug)]
pub struct Paging {
    /// The limit of a call that states none.
    pub default_limit: usize,
    /// The greatest limit.
    pub max_limit: usize,
    /// The smallest limit: a smaller one is raised to it; more than 1 is not conformant (LST-12).
    pub min_limit: usize,
    /// No page is longer, though links state what was asked; less than 100 is not conformant (LST-13).
    pub longest_page: usize,
    /// Pages that have one certificate too many: the first one of the next page. Not conformant (LST-12).
    pub one_too_many: OneOff,
    /// Pages that lack their last certificate, though more follow; not conformant (LST-17).
    pub one_too_few: OneOff,
    /// `page` is read as the number of a certificate, not of a page; not conformant (LST-10).
    pub page_is_a_certificate: bool,
    /// What a limit above the greatest gives.
    pub above_max: AboveMax,
    /// Whether the caller's limit counts; not conformant otherwise (LST-13).
    pub honours_limit: bool,
    /// The number in the URL of the first page; other than 0 is not conformant (LST-10).
    pub first_page: usize,
    /// Whether `number` follows the first page of the URL (its page less `first_page`, plus 1) or the URL's own page.
    pub number_follows_position: bool,
    /// Pages grow so that the languages of one id stay on one page; not conformant (LST-12).
    pub keeps_languages_together: bool,
    /// `page` without `limit` is an error; not conformant (LST-15).
    pub page_needs_limit: bool,
    /// What a page past the end gives.
    pub past_end: PastEnd,
    /// What the list of a citizen without certificates gives.
    pub empty: EmptyList,
    /// `totalPages` of an empty list: 0 or 1.
    pub pages_when_empty: usize,
    /// Whether later pages link back.
    pub links_back: bool,
    /// The rel of the first page: `start` or `first`.
    pub first_rel: &'static str,
    /// The rel of the page before: `prev` or `previous`.
    pub back_rel: &'static str,
    /// Every second call for the same page reverses it; not conformant (LST-24).
    pub reverses_repeats: bool,
}

impl Default for Paging {
    fn default() -> Self {
        Self {
            default_limit: 10,
            max_limit: 100,
            min_limit: 1,
            longest_page: usize::MAX,
            one_too_many: OneOff::Never,
            one_too_few: OneOff::Never,
            page_is_a_certificate: false,
            above_max: AboveMax::Clamp,
            honours_limit: true,
            first_page: 0,
            number_follows_position: true,
            keeps_languages_together: false,
            page_needs_limit: false,
            past_end: PastEnd::Empty,
            empty: EmptyList::Ok,
            pages_when_empty: 0,
            links_back: true,
            first_rel: "start",
            back_rel: "prev",
            reverses_repeats: false,
        }
    }
}

/// Which pages are one certificate off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneOff {
    /// None.
    Never,
    /// Those of the greatest limit.
    AtTheGreatest,
    /// The second one of every limit.
    OnTheSecondPage,
    /// All.
    Always,
}

impl OneOff {
    /// Whether a page is: by its limit, whether that is the greatest, and its position from 0.
    pub(in crate::sandbox) fn holds(self, limit: usize, greatest: usize, position: usize) -> bool {
        match self {
            Self::Never => false,
            Self::AtTheGreatest => limit == greatest,
            Self::OnTheSecondPage => position == 1,
            Self::Always => true,
        }
    }
}

/// What a limit above the greatest gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AboveMax {
    /// The greatest.
    Clamp,
    /// 400; not conformant (LST-14).
    Refuse,
    /// As many as asked; not conformant (LST-14).
    Honour,
}

/// What a page past the end gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastEnd {
    /// 200 without certificates.
    Empty,
    /// 404.
    NotFound,
    /// The last page again; not conformant (LST-22).
    Last,
    /// The last ten certificates again; not conformant (LST-22).
    LastTen,
    /// The first page again; not conformant (LST-22).
    First,
    /// Every certificate; not conformant (LST-22).
    Everything,
    /// 500; not conformant (LST-22).
    Error,
}

/// What the list of a citizen without certificates gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyList {
    /// 200 and an empty collection.
    Ok,
    /// 404; not conformant (LST-20).
    NotFound,
    /// 204; not conformant (LST-20).
    NoContent,
}

/// How `Accept` is read, by kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiation {
    /// On the list.
    pub list: Accepts,
    /// On the detail.
    pub detail: Accepts,
}

impl Default for Negotiation {
    fn default() -> Self {
        Self { list: Accepts::Hal, detail: Accepts::Hal }
    }
}

/// The media type that an acceptable `Accept` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// `application/hal+json`, whichever JSON was asked.
    Hal,
    /// `application/json` where its name occurs in the header at all; not conformant (LST-02, CRT-11).
    JsonWhenNamed,
    /// `application/json`, always; not conformant.
    Json,
}
