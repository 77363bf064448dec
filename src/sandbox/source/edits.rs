//! Small changes made to what is sent, and what each of them can know.

use serde_json::Value;

use crate::sandbox::answer::Answer;
use crate::sandbox::source::behaviour::Envelope;

/// Small changes made to what is sent, in the order in which they were added.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// On the body of a list.
    pub list: Vec<fn(&ListContext, &mut Value)>,
    /// On a certificate, in the list and as a detail alike.
    pub certificate: Vec<fn(&CertificateContext, &mut Value)>,
    /// On a certificate in the list only.
    pub item: Vec<fn(&CertificateContext, &mut Value)>,
    /// On a detail only.
    pub detail: Vec<fn(&CertificateContext, &mut Value)>,
    /// On any answer of the source, just before it is sent.
    pub answer: Vec<fn(&AnswerContext, &mut Answer)>,
    /// On the list of another citizen than the token's, where it opens.
    pub foreign: Vec<fn(&mut Answer)>,
    /// What is another citizen's, and opens, is refused all the same unless this is so.
    pub closed_unless: Vec<fn(&AnswerContext) -> bool>,
    /// A certificate that is not there answers 200, with what this makes of the problem.
    pub absent: Vec<fn(&mut Value) -> Value>,
    /// On the JSON body of any error of the source.
    pub problem: Vec<fn(&mut Value)>,
    /// On any answer of the source, before those of `answer`, whatever was asked.
    pub sent: Vec<fn(&mut Answer)>,
    /// On the source's own OpenAPI document.
    pub document: Vec<fn(&mut Value)>,
}

/// What an edit of a list can know.
#[derive(Clone, Debug)]
pub struct ListContext {
    /// How the body is written.
    pub envelope: Envelope,
    /// The URL of the list without its query.
    pub url: String,
    /// The limit that the links state.
    pub limit: usize,
    /// The page of the URL.
    pub page: usize,
    /// The number in the URL of the first page.
    pub first_page: usize,
    /// How many certificates are on this page.
    pub length: usize,
    /// How many certificates there are.
    pub total: usize,
    /// How many pages there are; 0 for an empty list.
    pub pages: usize,
    /// How many different ids there are.
    pub ids: usize,
    /// The national number of the path.
    pub insz: String,
    /// The national number of the last other citizen whose list was asked before.
    pub previous_insz: Option<String>,
}

impl ListContext {
    /// The URL of a page of this list.
    pub fn page_url(&self, page: usize) -> String {
        format!("{}?limit={}&page={page}", self.url, self.limit)
    }

    /// The number in the URL of the last page.
    pub fn last_page(&self) -> usize {
        self.first_page + self.pages.saturating_sub(1)
    }
}

/// What an edit of a certificate can know.
#[derive(Clone, Debug)]
pub struct CertificateContext {
    /// How the body is written.
    pub envelope: Envelope,
    /// The place in its owner's whole list, from 0.
    pub place: usize,
    /// The URL of its owner's list.
    pub list_url: String,
    /// Its own URL.
    pub url: String,
    /// How often its detail was given before; 0 in a list.
    pub repeat: usize,
}

/// A kind of call to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// The list of a citizen.
    List,
    /// One certificate.
    Detail,
    /// The document of one certificate.
    Download,
    /// The source's own OpenAPI document.
    Document,
    /// A path that the source does not know.
    Unknown,
}

/// What an edit of an answer can know.
#[derive(Clone, Debug)]
pub struct AnswerContext {
    /// The kind of call.
    pub call: Call,
    /// The method.
    pub method: String,
    /// The path, with the national number in it.
    pub path: String,
    /// The query string.
    pub query: Option<String>,
    /// The national number of the path.
    pub insz: Option<String>,
    /// The certificate's place in its owner's list, for a detail or a download that exists.
    pub place: Option<usize>,
    /// Whether that is the last place.
    pub is_last: bool,
    /// How often a detail was given at this URL before; 0 for anything else.
    pub repeat: usize,
    /// The language of the certificate, for a detail or a download that exists.
    pub language: Option<String>,
    /// Whether it is another citizen's: the number of the path is not that of the token, or the certificate is not that
    /// of the path's citizen.
    pub is_foreign: bool,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// The value of `Host`.
    pub host: Option<String>,
    /// The value of `Accept`.
    pub accept: Option<String>,
    /// The value of `Accept-Language`.
    pub accept_language: Option<String>,
    /// The value of `Accept-Encoding`.
    pub accept_encoding: Option<String>,
    /// Whether the call carries both `x-request-id` and `x-correlation-id`.
    pub has_ids: bool,
}
