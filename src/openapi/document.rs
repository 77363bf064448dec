//! Reads an OpenAPI document part by part, so that one wrong part leaves the others usable.

use openapiv3::{Components, OpenAPI, ParameterData};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::path::Template;
use super::schema::{Dialect, Translator, escape, target};
use super::walk::{Kind, each_schema};
use super::{Declared, Media, OpenApi, ParameterDecl, Response, ResponseDecl, Status};
use crate::fault::{InputFault, InputFaults, Place, Step, read_tree, short};
use crate::text;
use crate::text::Text;

/// References from one reference to the next.
const MOST_HOPS: usize = 32;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) fn read(file: &str, text: &str) -> Result<OpenApi, InputFaults> {
    let written = read_tree(file, text)?;
    let (version, dialect) = version(file, &written)?;
    let mut translator = Translator { document: &written, dialect, bad_refs: Vec::new() };
    let mut document = written.clone();
    each_schema(&mut document, Kind::Root, "", &mut |at, schema| *schema = translator.translate(schema, at));
    let bad_refs = translator.bad_refs;
    // Without schemas: these have a compiler of their own, and openapiv3 takes exponential time for deep wrong ones.
    let mut skeleton = document.clone();
    each_schema(&mut skeleton, Kind::Root, "", &mut |_, schema| *schema = json!({}));

    let mut reader = Reader {
        file,
        text,
        dialect,
        document: &document,
        skeleton: &skeleton,
        errors: Vec::new(),
        unjudged: Vec::new(),
        heavy: None,
    };
    for bad in bad_refs {
        reader.bad_reference(&bad.at, &bad.reference, bad.external);
    }
    reader.schemas();
    reader.components();
    let bases = reader.root();
    let mut operations = reader.operations();
    reader.compile(&mut operations);
    let (errors, unjudged) = (reader.errors, reader.unjudged);
    let formats = super::formats::all(&document);
    Ok(OpenApi { version, document, operations, bases, formats, errors, unjudged })
}

fn version(file: &str, document: &Value) -> Result<(String, Dialect), InputFaults> {
    let fail = |message: Text| {
        let remedy =
            text!("geef een OpenAPI-document, versie 3.0 of 3.1", "give an OpenAPI document, version 3.0 or 3.1");
        Err(InputFaults::one(file, message, remedy))
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
    let dialect = match version.split('.').collect::<Vec<_>>().as_slice() {
        ["3", "0", ..] => Dialect::V30,
        ["3", ..] => Dialect::V31,
        _ => {
            let version = short(version, 20);
            return fail(text!("is versie {version}, niet 3", "is version {version}, not 3"));
        }
    };
    if !document.get("paths").is_some_and(Value::is_object) {
        return fail(text!("de sleutel `paths` met de paden ontbreekt", "the key `paths` with the paths is missing"));
    }
    Ok((version.to_owned(), dialect))
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
    dialect: Dialect,
    pub(super) document: &'a Value,
    skeleton: &'a Value,
    errors: Vec<InputFault>,
    unjudged: Vec<InputFault>,
    /// A schema that would take too long to validate with.
    pub(super) heavy: Option<String>,
}

impl<'a> Reader<'a> {
    fn fault(&self, pointer: &str, message: Text, remedy: Text) -> InputFault {
        let fault = InputFault::new(self.file, message, remedy).at(place(self.document, pointer));
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
                text!("verbeter de verwijzing, of voeg toe wat ze noemt", "mend the reference, or add what it names"),
            );
        }
    }

    /// A part as openapiv3 has it; a part without the right form is an error, and none.
    fn typed<T: DeserializeOwned>(&mut self, pointer: &str, part: Value) -> Option<T> {
        match serde_json::from_value(part) {
            Ok(part) => Some(part),
            Err(error) => {
                let problem = short(&error.to_string(), 160);
                self.error(
                    pointer,
                    text!(
                        "heeft niet de vorm die OpenAPI vraagt: {problem}",
                        "does not have the form that OpenAPI asks for: {problem}"
                    ),
                    text!("vergelijk met de OpenAPI-specificatie", "compare with the OpenAPI specification"),
                );
                None
            }
        }
    }

    /// What stands at a place once references are followed, with its own pointer.
    fn follow(&mut self, pointer: &str) -> Option<(&'a Value, String)> {
        let mut at = pointer.to_owned();
        for _ in 0..MOST_HOPS {
            let node = self.skeleton.pointer(&at)?;
            let Some(reference) = node.get("$ref").and_then(Value::as_str) else { return Some((node, at)) };
            if target(self.skeleton, reference).is_none() {
                self.bad_reference(pointer, reference, !reference.starts_with('#'));
                return None;
            }
            at = percent_encoding::percent_decode_str(reference.trim_start_matches('#'))
                .decode_utf8_lossy()
                .into_owned();
        }
        self.bad_reference(pointer, "…", false);
        None
    }

    /// Every entry of `components`, each on its own.
    fn components(&mut self) {
        let Some(components) = self.skeleton.get("components") else { return };
        let Some(sections) = components.as_object() else {
            let _ = self.typed::<Components>("/components", components.clone());
            return;
        };
        for (section, entries) in sections {
            // Callbacks and path items are judged where operations use them; 3.1 knows more security schemes.
            let other = section.starts_with("x-") || matches!(section.as_str(), "callbacks" | "pathItems" | "schemas");
            if other || (self.dialect == Dialect::V31 && section == "securitySchemes") {
                continue;
            }
            for (name, entry) in entries.as_object().into_iter().flatten() {
                let alone = json!({ section: { name: entry } });
                let _ = self.typed::<Components>(&format!("/components/{section}/{}", escape(name)), alone);
            }
        }
    }

    /// All that is neither a path nor a component; gives the servers' paths.
    fn root(&mut self) -> Vec<String> {
        let rest = self.skeleton.as_object().into_iter().flatten();
        let mut rest: Map<_, _> =
            rest.filter(|(key, _)| *key != "components").map(|(key, value)| (key.clone(), value.clone())).collect();
        rest.insert("paths".to_owned(), json!({}));
        let servers = self.typed::<OpenAPI>("", Value::Object(rest)).map(|root| root.servers).unwrap_or_default();
        let mut bases: Vec<_> = servers.iter().map(base_path).collect();
        if bases.is_empty() {
            bases.push(String::new());
        }
        bases.dedup();
        bases
    }

    fn operations(&mut self) -> Vec<Declared> {
        let mut operations = Vec::new();
        let paths = self.skeleton.get("paths").and_then(Value::as_object);
        for template in paths.into_iter().flat_map(Map::keys).filter(|key| !key.starts_with("x-")) {
            let pointer = format!("/paths/{}", escape(template));
            if !template.starts_with('/') {
                self.error(
                    &pointer,
                    text!("een pad begint met `/`", "a path starts with `/`"),
                    text!("zet er een `/` voor", "put a `/` before it"),
                );
                continue;
            }
            let Some((item, at)) = self.follow(&pointer) else { continue };
            if !item.is_object() {
                let _ = self.typed::<openapiv3::PathItem>(&pointer, item.clone());
                continue;
            }
            let shared = self.parameters(&format!("{at}/parameters"));
            for method in METHODS {
                let at = format!("{at}/{method}");
                if let Some(node) = self.skeleton.pointer(&at)
                    && let Some(operation) = self.operation(node, &at, method, template, &shared)
                {
                    operations.push(operation);
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
    ) -> Option<Declared> {
        let mut node = node.clone();
        if let Value::Object(members) = &mut node {
            members.remove("callbacks");
            if self.dialect == Dialect::V31 {
                members.entry("responses").or_insert_with(|| json!({}));
            }
        }
        let typed: openapiv3::Operation = self.typed(at, node)?;
        let mut parameters = self.parameters(&format!("{at}/parameters"));
        let own = parameters.clone();
        let overridden =
            |one: &&ParameterDecl| own.iter().any(|other| (&other.name, other.location) == (&one.name, one.location));
        parameters.extend(shared.iter().filter(|one| !overridden(one)).cloned());
        Some(Declared {
            method: method.to_ascii_uppercase(),
            template: Template::new(template),
            summary: said(typed.summary),
            description: said(typed.description),
            parameters,
            responses: self.responses(&format!("{at}/responses")),
        })
    }

    fn parameters(&mut self, pointer: &str) -> Vec<ParameterDecl> {
        let count = self.skeleton.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).filter_map(|n| self.parameter(&format!("{pointer}/{n}"))).collect()
    }

    fn parameter(&mut self, pointer: &str) -> Option<ParameterDecl> {
        use openapiv3::Parameter;
        let (node, at) = self.follow(pointer)?;
        let parameter: Parameter = self.typed(&at, node.clone())?;
        let location = match &parameter {
            Parameter::Query { .. } => "query",
            Parameter::Header { .. } => "header",
            Parameter::Path { .. } => "path",
            Parameter::Cookie { .. } => "cookie",
        };
        let ParameterData { name, description, required, .. } = parameter.parameter_data();
        Some(ParameterDecl { name, location, description: said(description), required })
    }

    fn responses(&mut self, pointer: &str) -> Vec<Response> {
        let keys = self.skeleton.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::keys);
        let mut responses = Vec::new();
        for key in keys.filter(|key| !key.starts_with("x-")) {
            let at = format!("{pointer}/{}", escape(key));
            let Some(status) = status(key) else {
                self.error(
                    &at,
                    text!(
                        "is geen status: drie cijfers, `4XX` of `default`",
                        "is not a status: three digits, `4XX` or `default`"
                    ),
                    text!("schrijf een status", "write a status"),
                );
                continue;
            };
            let Some((node, at)) = self.follow(&at) else { continue };
            let Some(typed) = self.typed::<openapiv3::Response>(&at, node.clone()) else { continue };
            let media_types: Vec<_> = typed.content.keys().cloned().collect();
            let media = typed.content.iter().map(|(name, media)| Media {
                name: essence(name),
                schema: media.schema.is_some().then(|| format!("{at}/content/{}/schema", escape(name))),
                validator: None,
            });
            responses.push(Response {
                status,
                media: media.collect(),
                decl: ResponseDecl { status: key.clone(), description: typed.description, media_types },
            });
        }
        responses
    }
}

fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
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

/// The path of a server's URL, its variables replaced by their defaults, without a slash at its end.
fn base_path(server: &openapiv3::Server) -> String {
    let mut url = server.url.clone();
    for (name, variable) in server.variables.iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), &variable.default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => &url,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}
