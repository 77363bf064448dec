//! Reads an OpenAPI document part by part, so that one wrong part leaves the others usable.

use serde_json::{Map, Value};

use super::path::Template;
use super::schema::{Dialect, Translator, escape, target};
use super::walk::{Kind, each_schema};
use super::{Declared, Media, OpenApi, ParameterDecl, Response, ResponseDecl, Status, rules, structure};
use crate::base::input::{Diagnostic, Diagnostics, Place, Step, read_tree, short};
use crate::base::text::Text;
use crate::text;

/// References from one reference to the next.
const MOST_HOPS: usize = 32;
pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) fn read(file: &str, text: &str) -> Result<OpenApi, Diagnostics> {
    let mut written = read_tree(file, text)?;
    merge(&mut written);
    let (version, minor) = version(file, &written)?;
    let dialect = if minor == 0 { Dialect::V30 } else { Dialect::V31 };
    let mut translator = Translator { document: &written, dialect, bad_refs: Vec::new() };
    let mut document = written.clone();
    each_schema(&mut document, Kind::Root, "", &mut |at, schema| *schema = translator.translate(schema, at));
    let bad_refs = translator.bad_refs;

    let mut reader = Reader {
        file,
        text,
        dialect,
        document: &document,
        errors: Vec::new(),
        unjudged: Vec::new(),
        hides: false,
        heavy: None,
    };
    if minor > NEWEST {
        let message =
            text!("OpenAPI 3.{minor} is beoordeeld als 3.{NEWEST}", "OpenAPI 3.{minor} was judged as 3.{NEWEST}");
        reader.beyond("/openapi", message, text!("werk dit programma bij", "update this program"));
    }
    reader.form(&written, minor.min(NEWEST));
    for bad in bad_refs {
        reader.bad_reference(&bad.at, &bad.reference, bad.external);
    }
    reader.schemas();
    let bases = bases(&document);
    let mut operations = reader.operations();
    reader.compile(&mut operations);
    let Reader { errors, unjudged, hides, .. } = reader;
    let formats = super::formats::all(&document);
    Ok(OpenApi { version, document, operations, bases, formats, errors, unjudged, hides })
}

/// The newest minor version of OpenAPI 3 whose structure is known here.
const NEWEST: u8 = 2;

/// Takes in what the merge keys (`<<`) of YAML refer to: the keys that stand there themselves win.
fn merge(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(merge),
        Value::Object(members) => {
            members.values_mut().for_each(merge);
            if !members.get("<<").is_some_and(|merged| merged.is_object() || merged.is_array()) {
                return;
            }
            let sources = match members.shift_remove("<<") {
                Some(Value::Array(sources)) => sources,
                source => source.into_iter().collect(),
            };
            for (key, value) in sources.iter().filter_map(Value::as_object).flatten() {
                members.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        _ => {}
    }
}

/// The version as it is written, and its minor number.
fn version(file: &str, document: &Value) -> Result<(String, u8), Diagnostics> {
    let fail = |message: Text| {
        let remedy =
            text!("geef een OpenAPI-document, versie 3.0 of 3.1", "give an OpenAPI document, version 3.0 or 3.1");
        Err(Diagnostics::one(file, message, remedy))
    };
    if let Some(old) = document.get("swagger") {
        let old = short(&old.to_string(), 20);
        return fail(text!("is Swagger {old}, niet OpenAPI 3", "is Swagger {old}, not OpenAPI 3"));
    }
    let Some(version) = document.get("openapi").and_then(Value::as_str) else {
        return fail(text!(
            "de sleutel `openapi` met een versie als string ontbreekt",
            "the key `openapi` with a version as a string is missing"
        ));
    };
    let minor = match version.split('.').collect::<Vec<_>>().as_slice() {
        ["3", minor, ..] => minor.parse::<u8>().ok(),
        _ => None,
    };
    let Some(minor) = minor else {
        let version = short(version, 20);
        return fail(text!("is versie {version}, niet 3", "is version {version}, not 3"));
    };
    let has = |name: &str| document.get(name).is_some_and(Value::is_object);
    // From 3.1 on a document may hold nothing but parts for others.
    if !has("paths") && (minor == 0 || !(has("components") || has("webhooks"))) {
        return fail(text!("de sleutel `paths` met de paden ontbreekt", "the key `paths` with the paths is missing"));
    }
    Ok((version.to_owned(), minor))
}

/// A media type in lower case, without parameters.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The path of a JSON pointer in a document, as people read it.
fn place(document: &Value, pointer: &str) -> Place {
    let mut node = Some(document);
    let steps = pointer.split('/').skip(1).map(|step| {
        let key = step.replace("~1", "/").replace("~0", "~");
        let index = node.filter(|node| node.is_array()).and_then(|_| key.parse().ok());
        node = node.and_then(|node| index.map_or_else(|| node.get(&key), |n: usize| node.get(n)));
        index.map_or(Step::Key(key), Step::Index)
    });
    Place(steps.collect())
}

/// Reads the parts of one document and keeps what is wrong with them.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    pub(super) dialect: Dialect,
    pub(super) document: &'a Value,
    errors: Vec<Diagnostic>,
    unjudged: Vec<Diagnostic>,
    /// A path, an operation or a response could not be read.
    hides: bool,
    /// A schema that would take too long to validate with.
    pub(super) heavy: Option<String>,
}

impl<'a> Reader<'a> {
    fn fault(&self, pointer: &str, message: Text, remedy: Text) -> Diagnostic {
        let fault = Diagnostic::new(self.file, message, remedy).at(place(self.document, pointer));
        // Each place costs one more pass over the text.
        if self.errors.len() + self.unjudged.len() < 20 { fault.located(self.text) } else { fault }
    }

    pub(super) fn error(&mut self, pointer: &str, message: Text, remedy: Text) {
        let fault = self.fault(pointer, message, remedy);
        // What is used twice is wrong once.
        if !self.errors.contains(&fault) {
            self.errors.push(fault);
        }
    }

    pub(super) fn beyond(&mut self, pointer: &str, message: Text, remedy: Text) {
        let fault = self.fault(pointer, message, remedy);
        self.unjudged.push(fault);
    }

    fn bad_reference(&mut self, pointer: &str, reference: &str, external: bool) {
        let reference = short(reference, 120);
        if external {
            self.beyond(
                pointer,
                text!(
                    "`$ref: {reference}` leidt naar een ander document, en dat wordt nooit opgehaald",
                    "`$ref: {reference}` leads to another document, which is never fetched"
                ),
                text!("bundel de documenten tot één", "bundle the documents into one"),
            );
        } else {
            self.error(
                pointer,
                text!("`$ref: {reference}` leidt nergens heen", "`$ref: {reference}` leads nowhere"),
                text!("verbeter de verwijzing, of voeg toe wat ze noemt", "fix the reference, or add what it names"),
            );
        }
    }

    /// Holds the document against the structure and the rules of its version.
    fn form(&mut self, written: &Value, minor: u8) {
        let seen = structure::look(written, minor);
        for flaw in seen.flaws.into_iter().chain(rules::look(written, minor)) {
            self.error(&flaw.at, flaw.message, flaw.remedy);
        }
        for structure::Reference { at, to } in seen.references {
            if target(self.document, &to).is_none() {
                self.bad_reference(&at, &to, !to.starts_with('#'));
            } else if self.is_endless(&at) {
                self.bad_reference(&at, "…", false);
            }
        }
    }

    /// Whether a reference leads back to itself.
    fn is_endless(&self, pointer: &str) -> bool {
        let mut node = self.document.pointer(pointer);
        for _ in 0..MOST_HOPS {
            let Some(reference) = node.and_then(|node| node.get("$ref")?.as_str()) else { return false };
            node = target(self.document, reference);
        }
        true
    }

    /// What stands at a place once references are followed, with its own pointer. What leads nowhere is said elsewhere.
    fn follow(&self, pointer: &str) -> Option<(&'a Value, String)> {
        let mut at = pointer.to_owned();
        for _ in 0..MOST_HOPS {
            let node = self.document.pointer(&at)?;
            let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some((node, at)) };
            target(self.document, reference)?;
            at = percent_encoding::percent_decode_str(reference.trim_start_matches('#'))
                .decode_utf8_lossy()
                .into_owned();
        }
        None
    }

    fn operations(&mut self) -> Vec<Declared> {
        let mut operations = Vec::new();
        let paths = self.document.get("paths").and_then(Value::as_object);
        for template in paths.into_iter().flat_map(Map::keys).filter(|key| key.starts_with('/')) {
            let pointer = format!("/paths/{}", escape(template));
            let Some((item, at)) = self.follow(&pointer).filter(|(item, _)| item.is_object()) else {
                self.hides = true;
                continue;
            };
            let shared = self.parameters(&format!("{at}/parameters"));
            for method in METHODS {
                let at = format!("{at}/{method}");
                match item.get(method) {
                    Some(operation) if operation.is_object() => {
                        operations.push(self.operation(operation, &at, method, template, &shared));
                    }
                    Some(_) => self.hides = true,
                    None => {}
                }
            }
        }
        operations
    }

    fn operation(
        &mut self,
        node: &Value,
        at: &str,
        method: &str,
        template: &str,
        shared: &[ParameterDecl],
    ) -> Declared {
        let mut parameters = self.parameters(&format!("{at}/parameters"));
        let own = parameters.clone();
        let overridden =
            |one: &&ParameterDecl| own.iter().any(|other| (&other.name, other.location) == (&one.name, one.location));
        parameters.extend(shared.iter().filter(|one| !overridden(one)).cloned());
        Declared {
            method: method.to_ascii_uppercase(),
            template: Template::new(template),
            summary: said(node, "summary"),
            description: said(node, "description"),
            parameters,
            responses: self.responses(&format!("{at}/responses")),
        }
    }

    fn parameters(&mut self, pointer: &str) -> Vec<ParameterDecl> {
        let count = self.document.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).filter_map(|n| self.parameter(&format!("{pointer}/{n}"))).collect()
    }

    fn parameter(&self, pointer: &str) -> Option<ParameterDecl> {
        let (node, _) = self.follow(pointer)?;
        let location = node.get("in").and_then(Value::as_str)?;
        let location = LOCATIONS.into_iter().find(|known| *known == location)?;
        let name = node.get("name").and_then(Value::as_str)?.to_owned();
        let required = node.get("required") == Some(&Value::Bool(true));
        Some(ParameterDecl { name, location, description: said(node, "description"), required })
    }

    fn responses(&mut self, pointer: &str) -> Vec<Response> {
        let keys = self.document.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys);
        let mut responses = Vec::new();
        for key in keys.filter(|key| !key.starts_with("x-")) {
            let found = self.follow(&format!("{pointer}/{}", escape(key))).filter(|(node, _)| node.is_object());
            let (Some(status), Some((node, at))) = (status(key), found) else {
                self.hides = true;
                continue;
            };
            let content = node.get("content").and_then(Value::as_object);
            let media = content.into_iter().flatten().map(|(name, media)| Media {
                name: essence(name),
                schema: media.get("schema").map(|_| format!("{at}/content/{}/schema", escape(name))),
                validator: None,
            });
            let description = node.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
            let media_types = content.into_iter().flat_map(Map::keys).cloned().collect();
            responses.push(Response {
                status,
                media: media.collect(),
                decl: ResponseDecl { status: key.clone(), description, media_types },
            });
        }
        responses
    }
}

/// Where a parameter may stand.
pub(super) const LOCATIONS: [&str; 5] = ["query", "querystring", "header", "path", "cookie"];

/// A text of an object; an empty one counts as none.
fn said(node: &Value, name: &str) -> Option<String> {
    node.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}
fn status(key: &str) -> Option<Status> {
    if key == "default" {
        return Some(Status::Default);
    }
    let digits = key.bytes().all(|byte| byte.is_ascii_digit());
    match key.as_bytes() {
        [b'1'..=b'9', _, _] if digits => key.parse().ok().map(Status::Exact),
        [first @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => Some(Status::Range(u16::from(first - b'0'))),
        _ => None,
    }
}

/// The paths of the servers; one empty path where the document names none.
fn bases(document: &Value) -> Vec<String> {
    let servers = document.get("servers").and_then(Value::as_array).into_iter().flatten();
    let mut bases: Vec<String> = servers.filter_map(base_path).collect();
    if bases.is_empty() {
        bases.push(String::new());
    }
    bases.dedup();
    bases
}

/// The path of a server's URL, its variables replaced by their defaults, without a slash at its end.
fn base_path(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            url = url.replace(&format!("{{{name}}}"), default);
        }
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => &url,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    Some(if path.is_empty() { String::new() } else { format!("/{path}") })
}
