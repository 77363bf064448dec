//! An OpenAPI document: its operations, and whether an answer fits the schema that it declares.
//!
//! Versions 3.0, 3.1 and 3.2 are read, and held against the structure that each of them has. Nothing is ever fetched: a `$ref` to another document is noted as something that
//! this program cannot judge.

mod compile;
mod document;
mod formats;
mod path;
mod rules;
mod schema;
mod structure;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use url::Url;

use crate::base::input::{Diagnostic, Diagnostics, keyword, sentence, short};
use crate::base::text::Text;

use path::Template;

/// More violations than these are not reported for one answer.
const MOST_VIOLATIONS: usize = 50;
/// A message is no longer than this, in characters.
const LONGEST_MESSAGE: usize = 200;

/// An OpenAPI document, read and compiled.
#[derive(Debug)]
pub struct OpenApi {
    version: String,
    /// With every schema translated to JSON Schema 2020-12, at its own place.
    document: Value,
    operations: Vec<Declared>,
    bases: Vec<String>,
    /// Every `format` that occurs in it.
    formats: BTreeSet<String>,
    errors: Vec<Diagnostic>,
    unjudged: Vec<Diagnostic>,
    /// A path, an operation or a response could not be read.
    hides: bool,
}

/// An operation as the document declares it.
#[derive(Debug)]
struct Declared {
    /// Upper case.
    method: String,
    template: Template,
    summary: Option<String>,
    description: Option<String>,
    parameters: Vec<ParameterDecl>,
    responses: Vec<Response>,
}

#[derive(Debug)]
struct Response {
    status: Status,
    decl: ResponseDecl,
    media: Vec<Media>,
}

/// A key of `responses`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Exact(u16),
    /// The first digit: 4 for `4XX`.
    Range(u16),
    Default,
}

/// A media type of a response with its compiled schema.
#[derive(Debug)]
struct Media {
    /// Lower case, without parameters; may be a range such as `*/*`.
    name: String,
    /// Where its schema stands in the document.
    schema: Option<String>,
    validator: Option<Arc<Validator>>,
}

/// A response as the document declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseDecl {
    /// The key that matched: `200`, `4XX` or `default`.
    pub status: String,
    /// What the document says about it.
    pub description: String,
    /// The media types as written; empty when no body is declared.
    pub media_types: Vec<String>,
}

/// A parameter of an operation or of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterDecl {
    /// Its name.
    pub name: String,
    /// `query`, `path`, `header` or `cookie`.
    pub location: &'static str,
    /// What the document says about it; empty texts count as none.
    pub description: Option<String>,
    /// It has to be sent.
    pub required: bool,
}

/// The schema of a page in the source specification: an answer with `certificates` at the top is the documented form,
/// any other official HAL.
pub fn schema_of_list(body: &Value) -> &'static str {
    if body.get("certificates").is_some() { "DocumentedList" } else { "HalList" }
}

/// Something in an answer that does not fit its schema. No value of the answer is in it, but keys are.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SchemaViolation {
    /// JSON pointer into the answer; empty for the whole answer.
    pub pointer: String,
    /// What does not fit, about the value at the pointer; at most 200 characters.
    pub message: Text,
    /// The schema keyword that does not hold: `type`, `required`, …
    pub keyword: String,
}

impl OpenApi {
    /// Reads a document from YAML or JSON. An error means that nothing can be done with it: no YAML, no OpenAPI 3, no
    /// paths. What is wrong in one part leaves the others usable and is in [`OpenApi::errors`].
    pub fn read(file: &str, text: &str) -> Result<Self, Diagnostics> {
        document::read(file, text)
    }

    /// The version that it states, such as `3.0.3`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What is wrong in the document: parts without the form that OpenAPI asks for, invalid schemas, a `$ref` that
    /// leads nowhere.
    pub fn errors(&self) -> &[Diagnostic] {
        &self.errors
    }

    /// What may be right, but is beyond this program: a `$ref` to another document, a schema too large to compile.
    /// What depends on it is judged as if it allowed everything.
    pub fn unjudged(&self) -> &[Diagnostic] {
        &self.unjudged
    }

    /// Whether a path, an operation or a response is described that could not be read: what is not found may stand there.
    pub fn is_incomplete(&self) -> bool {
        self.hides
    }

    /// The paths of the document's servers, without a slash at their end; one empty path when it names no server.
    pub fn base_paths(&self) -> &[String] {
        &self.bases
    }

    /// Whether any of these formats occurs in the document: where none does, no answer need be looked through for them.
    pub fn states_format(&self, formats: &[&str]) -> bool {
        formats.iter().any(|format| self.formats.contains(*format))
    }

    /// Every operation that could be read, in the order of the document.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.operations.iter().map(|declared| Operation { document: &self.document, declared })
    }

    /// The operation for a method and a path below the server's base (`/certificates/85…`, no query). Where several
    /// templates match, the most literal one wins, compared from the left.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        self.operations()
            .filter(|operation| operation.declared.method.eq_ignore_ascii_case(method))
            .filter(|operation| operation.declared.template.matches(path))
            .min_by_key(|operation| operation.declared.template.variables())
    }

    /// A schema of `components/schemas` by its name; none where there is no such schema, or the document holds one that
    /// is beyond this program.
    pub fn component(&self, name: &str) -> Option<Component> {
        self.unjudged.is_empty().then(|| compile::component(&self.document, name)).flatten().map(Component)
    }

    /// The operation that a call is of, wherever the paths of the document begin: at one of its servers, or anywhere in
    /// the one of these base URLs that the call went to.
    pub fn operation_of(&self, method: &str, url: &Url, bases: &[Url]) -> Option<Operation<'_>> {
        let base = bases.iter().find(|base| base.origin() == url.origin())?;
        let below = || {
            let depth = base.path().split('/').filter(|segment| !segment.is_empty()).count();
            let segments: Vec<&str> = url.path().split('/').skip(1).collect();
            (1..=depth).find_map(|from| self.operation(method, &format!("/{}", segments.get(from..)?.join("/"))))
        };
        self.operation_at(method, url).or_else(below)
    }

    /// The operation for a method and a whole URL, whichever of the document's servers its path is below. The host is
    /// not compared: the document may describe another environment.
    pub fn operation_at(&self, method: &str, url: &Url) -> Option<Operation<'_>> {
        let mut bases: Vec<_> = self.bases.iter().collect();
        bases.sort_by_key(|base| std::cmp::Reverse(base.len()));
        bases.into_iter().find_map(|base| {
            let below = url.path().strip_prefix(base.as_str())?;
            below.starts_with('/').then(|| self.operation(method, below)).flatten()
        })
    }
}

/// A schema of `components/schemas`, compiled.
#[derive(Debug)]
pub struct Component(Validator);

impl Component {
    /// What in a value does not fit the schema. Formats are not judged.
    pub fn judge<'v>(&'v self, value: &'v Value) -> impl Iterator<Item = SchemaViolation> + 'v {
        // Most answers fit, which is found out in less time than what does not.
        let validator = Some(&self.0).filter(|validator| !validator.is_valid(value));
        validator.into_iter().flat_map(|validator| violations(validator, value))
    }
}

fn violations<'v>(validator: &'v Validator, body: &'v Value) -> impl Iterator<Item = SchemaViolation> + 'v {
    validator
        .iter_errors(body)
        .filter(|error| {
            // The engine gave up: that says nothing about the answer.
            !matches!(
                error.kind(),
                ValidationErrorKind::BacktrackLimitExceeded { .. }
                    | ValidationErrorKind::RegexEngineFailure { .. }
                    | ValidationErrorKind::Referencing(_)
            )
        })
        .map(|error| SchemaViolation {
            pointer: error.instance_path().as_str().to_owned(),
            message: sentence(&error, false).map(|message| short(message, LONGEST_MESSAGE)),
            keyword: short(keyword(&error), 40),
        })
}

/// One operation of a document.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    document: &'a Value,
    declared: &'a Declared,
}

impl<'a> Operation<'a> {
    /// The method, in upper case.
    pub fn method(&self) -> &'a str {
        &self.declared.method
    }

    /// The path template, such as `/certificates/{insz}`.
    pub fn path(&self) -> &'a str {
        self.declared.template.text()
    }

    /// Its summary; an empty one counts as none.
    pub fn summary(&self) -> Option<&'a str> {
        self.declared.summary.as_deref()
    }

    /// Its description; an empty one counts as none.
    pub fn description(&self) -> Option<&'a str> {
        self.declared.description.as_deref()
    }

    /// Its parameters and those of its path, references followed.
    pub fn parameters(&self) -> &'a [ParameterDecl] {
        &self.declared.parameters
    }

    /// What is declared for a status: the status itself, else its range (`4XX`), else `default`.
    pub fn response(&self, status: u16) -> Option<ResponseDecl> {
        self.find(status).map(|response| response.decl.clone())
    }

    fn find(&self, status: u16) -> Option<&'a Response> {
        [Status::Exact(status), Status::Range(status / 100), Status::Default]
            .iter()
            .find_map(|key| self.declared.responses.iter().find(|response| response.status == *key))
    }

    /// The declared media type for one that was received: the same, a range, or, where only one JSON type is declared,
    /// that one for any other JSON type (what a media type should be, other requirements say).
    fn media(&self, status: u16, media_type: &str) -> Option<&'a Media> {
        let received = document::essence(media_type);
        let main = received.split('/').next().unwrap_or_default();
        let media = &self.find(status)?.media;
        let named = |name: &str| media.iter().find(|media| media.name == name);
        named(&received).or_else(|| named(&format!("{main}/*"))).or_else(|| named("*/*")).or_else(|| {
            let mut json = media.iter().filter(|media| is_json(&media.name));
            json.next().filter(|_| is_json(&received) && json.next().is_none())
        })
    }

    /// How well a media type that was received is declared. Where no body is declared, anything is.
    pub fn declares(&self, status: u16, media_type: &str) -> Declaration {
        let Some(response) = self.find(status).filter(|response| !response.media.is_empty()) else {
            return Declaration::Fits;
        };
        let received = document::essence(media_type);
        let names = || response.media.iter().map(|media| media.name.as_str());
        let is_covered = |name: &str| {
            let range = name.strip_suffix("/*").is_some_and(|main| received.split('/').next() == Some(main));
            // Where it is another JSON type than it should be, other requirements say so.
            let is_other_json = is_json(&received) && !ASKED_FOR.contains(&received.as_str());
            let suffixed = name == "application/*+json" && received.ends_with("+json");
            name == received || name == "*/*" || name == "*" || range || suffixed || (is_json(name) && is_other_json)
        };
        if names().any(is_covered) {
            Declaration::Fits
        } else if !is_json(&received) && (received == BINARY || names().any(|name| name == BINARY)) {
            Declaration::Binary
        } else {
            Declaration::Differs
        }
    }

    /// Whether there is a schema to judge such an answer with; without one [`Operation::judge`] finds nothing.
    pub fn can_judge(&self, status: u16, media_type: &str) -> bool {
        self.media(status, media_type).is_some_and(|media| media.validator.is_some())
    }

    /// What does not fit the declared schema, in at most 50 violations. Formats are not judged.
    pub fn judge(&self, status: u16, media_type: &str, body: &Value) -> Vec<SchemaViolation> {
        let validator = self.media(status, media_type).and_then(|media| media.validator.as_ref());
        // Most answers fit, which is found out in less time than what does not.
        let validator = validator.filter(|validator| !validator.is_valid(body));
        validator.into_iter().flat_map(|validator| violations(validator, body)).take(MOST_VIOLATIONS).collect()
    }

    /// The values of an answer for which the schema states a `format`, as JSON pointer and format. A value for which
    /// two branches of the schema state different things is left out.
    pub fn formats(&self, status: u16, media_type: &str, body: &Value) -> Vec<(String, String)> {
        let schema = self.media(status, media_type).and_then(|media| self.document.pointer(media.schema.as_ref()?));
        schema.map(|schema| formats::collect(self.document, schema, body)).unwrap_or_default()
    }
}

/// How well the media type of an answer is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declaration {
    /// It is among the declared ones, or in a range of them.
    Fits,
    /// One of the two is `application/octet-stream`: bytes of any kind.
    Binary,
    /// Others are declared.
    Differs,
}

/// The JSON types that the requirements ask for, of answers and of errors.
const ASKED_FOR: [&str; 2] = ["application/hal+json", "application/problem+json"];

/// Bytes of any kind.
const BINARY: &str = "application/octet-stream";

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests;
