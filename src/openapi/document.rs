//! Reads an OpenAPI document part by part, so that one wrong part leaves the others usable.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::{Registry, RegistryBuilder, Validator};
use openapiv3::{Components, OpenAPI, ParameterData};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::path::Template;
use super::schema::{Dialect, Translator, Weights, escape, fragment_of, target};
use super::{Declared, Media, OpenApi, ParameterDecl, Response, ResponseDecl, Status};
use crate::fault::{InputFault, InputFaults, Place, Step, read_tree, short};
use crate::text;
use crate::text::Text;

/// The name of the document among the validator's resources; it is never fetched.
const NAME: &str = "urn:bronkeur:openapi";
/// References from one reference to the next.
const MOST_HOPS: usize = 32;
/// Schemas that one value may be held against.
const HEAVIEST: usize = 10_000;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What stands at a place of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Root,
    PathItem,
    Operation,
    Callback,
    /// A parameter or a header.
    Parameter,
    RequestBody,
    Response,
    Media,
    Schema,
}

impl Kind {
    /// What stands within it; a star is every key or position.
    const fn parts(self) -> &'static [(&'static str, Self)] {
        match self {
            Self::Root => &[
                ("paths/*", Self::PathItem),
                ("webhooks/*", Self::PathItem),
                ("components/schemas/*", Self::Schema),
                ("components/responses/*", Self::Response),
                ("components/parameters/*", Self::Parameter),
                ("components/headers/*", Self::Parameter),
                ("components/requestBodies/*", Self::RequestBody),
                ("components/callbacks/*", Self::Callback),
                ("components/pathItems/*", Self::PathItem),
            ],
            Self::PathItem => &[
                ("parameters/*", Self::Parameter),
                ("get", Self::Operation),
                ("put", Self::Operation),
                ("post", Self::Operation),
                ("delete", Self::Operation),
                ("options", Self::Operation),
                ("head", Self::Operation),
                ("patch", Self::Operation),
                ("trace", Self::Operation),
            ],
            Self::Operation => &[
                ("parameters/*", Self::Parameter),
                ("requestBody", Self::RequestBody),
                ("responses/*", Self::Response),
                ("callbacks/*", Self::Callback),
            ],
            Self::Callback => &[("*", Self::PathItem)],
            Self::Parameter => &[("schema", Self::Schema), ("content/*", Self::Media)],
            Self::RequestBody => &[("content/*", Self::Media)],
            Self::Response => &[("headers/*", Self::Parameter), ("content/*", Self::Media)],
            Self::Media => &[("schema", Self::Schema), ("encoding/*/headers/*", Self::Parameter)],
            Self::Schema => &[],
        }
    }
}

/// Shows every schema of a document, with its JSON pointer.
fn each_schema(node: &mut Value, kind: Kind, at: &str, visit: &mut dyn FnMut(&str, &mut Value)) {
    if kind == Kind::Schema {
        return visit(at, node);
    }
    for (path, kind) in kind.parts() {
        descend(node, path, *kind, at, visit);
    }
}

fn descend(node: &mut Value, path: &str, kind: Kind, at: &str, visit: &mut dyn FnMut(&str, &mut Value)) {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let mut step = |key: &str, inner: &mut Value| {
        let at = format!("{at}/{}", escape(key));
        if rest.is_empty() { each_schema(inner, kind, &at, visit) } else { descend(inner, rest, kind, &at, visit) }
    };
    match node {
        Value::Object(members) if first == "*" => {
            members.iter_mut().filter(|(key, _)| !key.starts_with("x-")).for_each(|(key, inner)| step(key, inner));
        }
        Value::Array(items) if first == "*" => {
            items.iter_mut().enumerate().for_each(|(n, inner)| step(&n.to_string(), inner));
        }
        Value::Object(members) => {
            if let Some(inner) = members.get_mut(first) {
                step(first, inner);
            }
        }
        _ => {}
    }
}

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
    Ok(OpenApi { version, document, operations, bases, errors, unjudged })
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

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    dialect: Dialect,
    document: &'a Value,
    skeleton: &'a Value,
    errors: Vec<InputFault>,
    unjudged: Vec<InputFault>,
}

impl<'a> Reader<'a> {
    fn fault(&self, pointer: &str, message: Text, remedy: Text) -> InputFault {
        let fault = InputFault::new(self.file, message, remedy).at(place(self.document, pointer));
        // Each place costs one more pass over the text.
        if self.errors.len() + self.unjudged.len() < 20 { fault.located(self.text) } else { fault }
    }

    fn error(&mut self, pointer: &str, message: Text, remedy: Text) {
        let fault = self.fault(pointer, message, remedy);
        // What is used twice is wrong once.
        if !self.errors.contains(&fault) {
            self.errors.push(fault);
        }
    }

    fn beyond(&mut self, pointer: &str, message: Text, remedy: Text) {
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

    /// Holds every schema against the meta-schema.
    fn schemas(&mut self) {
        let mut document = self.document.clone();
        let mut wrong = Vec::new();
        each_schema(&mut document, Kind::Root, "", &mut |at, schema| {
            if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
                let inner = error.instance_path().as_str().to_owned();
                wrong.push((format!("{at}{inner}"), crate::fault::sentence(&error, false)));
            }
        });
        for (pointer, problem) in wrong {
            let (nl, en) = (problem.nl, problem.en);
            self.error(
                &pointer,
                text!("is geen geldig schema: {nl}", "is not a valid schema: {en}"),
                text!("vergelijk met het Schema Object van OpenAPI", "compare with the Schema Object of OpenAPI"),
            );
        }
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

    /// Compiles the schemas of what can be answered to GET, HEAD and OPTIONS: nothing else is ever sent. Operations
    /// share the validator of a schema that they refer to.
    fn compile(&mut self, operations: &mut [Declared]) {
        let registry = Registry::new().add(NAME, self.document.clone()).and_then(RegistryBuilder::prepare);
        let registry = match registry {
            Ok(registry) => registry,
            Err(error) => return self.not_compiled("", &error.to_string()),
        };
        let mut compiled = HashMap::new();
        let mut weights = Weights::new(self.document);
        let sent = operations.iter_mut().filter(|operation| matches!(&*operation.method, "GET" | "HEAD" | "OPTIONS"));
        for media in sent.flat_map(|operation| &mut operation.responses).flat_map(|response| &mut response.media) {
            let Some(pointer) = &media.schema else { continue };
            let Some(schema) = self.document.pointer(pointer) else { continue };
            // In 3.1 what stands beside a reference counts.
            let alone = schema.as_object().filter(|members| members.len() == 1);
            let reference = alone.and_then(|members| members.get("$ref")?.as_str());
            let reference = reference.map_or_else(|| fragment_of(pointer), str::to_owned);
            if !compiled.contains_key(&reference) {
                let heavy = weights.of(schema) > HEAVIEST;
                let validator = if heavy { None } else { self.validator(&registry, pointer, &reference) };
                if heavy {
                    self.not_compiled(pointer, "too many schemas for one value");
                }
                compiled.insert(reference.clone(), validator.map(Arc::new));
            }
            media.validator = compiled.get(&reference).cloned().flatten();
        }
    }

    fn validator(&mut self, registry: &Registry<'_>, pointer: &str, reference: &str) -> Option<Validator> {
        let schema = json!({ "$ref": format!("{NAME}{reference}") });
        let options = jsonschema::options().with_registry(registry).offline().should_validate_formats(false);
        match options.build(&schema) {
            Ok(validator) => Some(validator),
            Err(error) => {
                self.not_compiled(pointer, &error.to_string());
                None
            }
        }
    }

    fn not_compiled(&mut self, pointer: &str, problem: &str) {
        let problem = short(problem, 160);
        self.beyond(
            pointer,
            text!("dit schema kan niet gebruikt worden: {problem}", "this schema cannot be used: {problem}"),
            text!(
                "kijk het schema na, vooral zijn reguliere expressies",
                "check the schema, above all its regular expressions"
            ),
        );
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
