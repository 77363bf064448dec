//! Legal variety: knobs of the source whose every value is conformant, unless it says otherwise. Most of what a real
//! source does differently from the default stands here.

pub use crate::sandbox::source::wording::Wording;

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
