//! Judges and compiles the schemas of a document.

use std::collections::HashMap;
use std::sync::Arc;

use jsonschema::{Registry, RegistryBuilder, Validator};
use serde_json::{Value, json};

use super::Declared;
use super::document::Reader;
use super::schema::{Dialect, Weights, escape, fragment_of};
use super::walk::{Kind, each_schema};
use crate::base::input::{sentence, short};
use crate::text;

/// The name of the document among the validator's resources; it is never fetched.
const NAME: &str = "urn:bronkeur:openapi";
/// Schemas that one value may be held against.
const HEAVIEST: usize = 10_000;

/// The validator of a schema of `components/schemas`.
pub(super) fn component(document: &Value, name: &str) -> Option<Validator> {
    let pointer = format!("/components/schemas/{}", escape(name));
    document.pointer(&pointer)?;
    let registry = Registry::new().add(NAME, document.clone()).and_then(RegistryBuilder::prepare).ok()?;
    let schema = json!({ "$ref": format!("{NAME}{}", fragment_of(&pointer)) });
    jsonschema::options().with_registry(&registry).offline().should_validate_formats(false).build(&schema).ok()
}

impl Reader<'_> {
    /// Holds every schema against the meta-schema, and notes one that would take too long to validate with.
    pub(super) fn schemas(&mut self) {
        let mut document = self.document.clone();
        let mut weights = Weights::new(self.document);
        let dialect = self.dialect;
        let mut wrong = Vec::new();
        each_schema(&mut document, Kind::Root, "", &mut |at, schema| {
            // Those of 3.0 were held against its own table, as they were written.
            let judged = dialect == Dialect::V31;
            if let Err(error) = jsonschema::draft202012::meta::validate(schema)
                && judged
            {
                let inner = error.instance_path().as_str().to_owned();
                wrong.push((format!("{at}{inner}"), sentence(&error, false)));
            }
            if weights.heaviest(schema) > HEAVIEST {
                self.heavy = Some(at.to_owned());
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

    /// Compiles the schemas of what can be answered to GET, HEAD and OPTIONS: nothing else is ever sent. Operations
    /// share the validator of a schema that they refer to.
    pub(super) fn compile(&mut self, operations: &mut [Declared]) {
        if let Some(pointer) = self.heavy.take() {
            return self.not_compiled(&pointer, "one value would be held against too many schemas");
        }
        let registry = Registry::new().add(NAME, self.document.clone()).and_then(RegistryBuilder::prepare);
        let registry = match registry {
            Ok(registry) => registry,
            Err(error) => return self.not_compiled("", &error.to_string()),
        };
        let mut compiled = HashMap::new();
        let sent = operations.iter_mut().filter(|operation| matches!(&*operation.method, "GET" | "HEAD" | "OPTIONS"));
        for media in sent.flat_map(|operation| &mut operation.responses).flat_map(|response| &mut response.media) {
            let Some((pointer, schema)) = media.schema.as_ref().and_then(|at| Some((at, self.document.pointer(at)?)))
            else {
                continue;
            };
            // In 3.1 what stands beside a reference counts.
            let alone = schema.as_object().filter(|members| members.len() == 1);
            let reference = alone.and_then(|members| members.get("$ref")?.as_str());
            let reference = reference.map_or_else(|| fragment_of(pointer), str::to_owned);
            if !compiled.contains_key(&reference) {
                let validator = self.validator(&registry, pointer, &reference);
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
                "controleer het schema, vooral de reguliere expressies",
                "check the schema, above all its regular expressions"
            ),
        );
    }
}
