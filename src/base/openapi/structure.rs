//! Whether a document has the structure that OpenAPI gives it: the right fields, each of the right form, in the version
//! that it names. The tables are in `parts`, what fields ask of each other in `exclusive`.
//!
//! No crate does this without reaching for files and hosts that a `$ref` names, or without rules of its own that a
//! correct document breaks; a JSON Schema says of a part that may be a reference only that it fits neither.

use serde_json::{Map, Value};

use super::schema::{escape, target};
use crate::base::input::short;
use crate::base::text::Text;
use crate::text;

mod exclusive;
mod parts;

use parts::{Field, Form, Part};

/// More flaws than these are not looked for.
const MOST_FLAWS: usize = 200;
/// Objects within each other.
const DEEPEST: usize = 200;

/// Something that the specification does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// JSON pointer.
    pub(super) at: String,
    pub(super) message: Text,
    pub(super) remedy: Text,
}

/// A reference that stands where an object other than a schema is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// JSON pointer of the object that holds it.
    pub(super) at: String,
    pub(super) to: String,
}

/// What the structure of a document shows.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) flaws: Vec<Flaw>,
    pub(super) references: Vec<Reference>,
}

/// Looks through a document of OpenAPI 3 with this minor version.
pub(super) fn look(document: &Value, minor: u8) -> Seen {
    let mut walk = Walk { document, minor, seen: Seen::default() };
    walk.object(Part::Root, document, "", DEEPEST);
    walk.seen
}

struct Walk<'a> {
    document: &'a Value,
    minor: u8,
    seen: Seen,
}

impl Walk<'_> {
    fn flaw(&mut self, at: &str, message: Text, remedy: Text) {
        if self.seen.flaws.len() < MOST_FLAWS {
            self.seen.flaws.push(Flaw { at: at.to_owned(), message, remedy });
        }
    }

    fn object(&mut self, part: Part, node: &Value, at: &str, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let Some(members) = node.as_object() else {
            return self.wrong(at, &text!("een object", "an object"));
        };
        if let (Part::PathItem, Some(reference)) = (part, members.get("$ref").and_then(Value::as_str)) {
            self.reference(part, reference, at);
        }
        match part {
            Part::Paths => {
                self.each(members, at, depth, |key| key.starts_with('/').then_some(Form::Part(Part::PathItem)));
            }
            Part::Callback => self.each(members, at, depth, |_| Some(Form::Referable(Part::PathItem))),
            Part::Responses => {
                self.each(members, at, depth, |key| is_status(key).then_some(Form::Referable(Part::Response)));
                if members.keys().all(|key| key.starts_with("x-")) {
                    let message = text!("noemt geen enkel antwoord", "names no response");
                    self.flaw(at, message, text!("beschrijf minstens één antwoord", "describe at least one response"));
                }
            }
            _ => self.fields(part, members, at, depth),
        }
        for (below, message) in exclusive::of(part, members, self.minor) {
            let at = if below.is_empty() { at.to_owned() } else { format!("{at}/{below}") };
            self.flaw(&at, message, compare());
        }
    }

    fn fields(&mut self, part: Part, members: &Map<String, Value>, at: &str, depth: usize) {
        let minor = self.minor;
        let known = |key: &str| part.fields().iter().find(move |field| field.name == key && field.since <= minor);
        for (key, value) in members {
            match known(key) {
                Some(field) => self.value(field.form, value, &format!("{at}/{}", escape(key)), depth),
                None if key.starts_with("x-") || part.is_open(minor) => {}
                None => self.unknown(key, at),
            }
        }
        for Field { name, .. } in part.fields().iter().filter(|field| (field.must.0..field.must.1).contains(&minor)) {
            if !members.contains_key(*name) {
                let message = text!("het verplichte `{name}` ontbreekt", "the obligatory `{name}` is missing");
                self.flaw(at, message, text!("voeg `{name}` toe", "add `{name}`"));
            }
        }
    }

    fn unknown(&mut self, key: &str, at: &str) {
        let (key, minor) = (short(key, 60), self.minor);
        let message = text!("OpenAPI 3.{minor} kent hier geen `{key}`", "OpenAPI 3.{minor} knows no `{key}` here");
        let remedy = text!(
            "laat de sleutel weg, of begin zijn naam met `x-`",
            "leave the key out, or let its name begin with `x-`"
        );
        self.flaw(at, message, remedy);
    }

    /// Members whose names say of which form they are; a name without one is wrong.
    fn each(&mut self, members: &Map<String, Value>, at: &str, depth: usize, form: impl Fn(&str) -> Option<Form>) {
        for (key, value) in members.iter().filter(|(key, _)| !key.starts_with("x-")) {
            let below = format!("{at}/{}", escape(key));
            match form(key) {
                Some(form) => self.value(form, value, &below, depth),
                None if at == "/paths" => self.flaw(
                    &below,
                    text!("een pad begint met `/`", "a path starts with `/`"),
                    text!("zet er een `/` voor", "put a `/` before it"),
                ),
                None => self.flaw(
                    &below,
                    text!(
                        "is geen status: drie cijfers, `4XX` of `default`",
                        "is not a status: three digits, `4XX` or `default`"
                    ),
                    text!("schrijf een status", "write a status"),
                ),
            }
        }
    }

    fn value(&mut self, form: Form, value: &Value, at: &str, depth: usize) {
        let fits = match form {
            Form::Any => true,
            Form::Text => value.is_string(),
            Form::Flag => value.is_boolean(),
            Form::Number => value.is_number(),
            Form::Count => is_count(value),
            Form::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Form::Part(part) => return self.object(part, value, at, depth),
            Form::Referable(part) => return self.referable(part, value, at, depth),
            Form::Map(inner) | Form::Named(inner) => return self.map(form, *inner, value, at, depth),
            Form::List(inner) | Form::Some(inner) => return self.list(form, *inner, value, at, depth),
            Form::SchemaOrFlag if value.is_boolean() => true,
            Form::Schema | Form::SchemaOrFlag => return self.schema(value, at, depth),
        };
        if !fits {
            self.wrong(at, &expected(form));
        }
    }

    fn map(&mut self, form: Form, inner: Form, value: &Value, at: &str, depth: usize) {
        let Some(members) = value.as_object() else { return self.wrong(at, &text!("een object", "an object")) };
        for (key, member) in members {
            let below = format!("{at}/{}", escape(key));
            let named =
                key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) && !key.is_empty();
            if matches!(form, Form::Named(_)) && !named {
                let message = text!(
                    "een naam onder `components` heeft alleen letters, cijfers, `.`, `_` en `-`",
                    "a name below `components` has letters, digits, `.`, `_` and `-` only"
                );
                self.flaw(&below, message, text!("kies een andere naam", "choose another name"));
            }
            self.value(inner, member, &below, depth);
        }
    }

    fn list(&mut self, form: Form, inner: Form, value: &Value, at: &str, depth: usize) {
        let Some(items) = value.as_array() else { return self.wrong(at, &text!("een array", "an array")) };
        if items.is_empty() && matches!(form, Form::Some(_)) {
            let message = text!("heeft minstens één element", "has at least one element");
            self.flaw(at, message, text!("vul de lijst, of laat ze weg", "fill the list, or leave it out"));
        }
        for (index, item) in items.iter().enumerate() {
            self.value(inner, item, &format!("{at}/{index}"), depth);
        }
    }

    fn referable(&mut self, part: Part, node: &Value, at: &str, depth: usize) {
        let reference = node.get("$ref").filter(|_| part != Part::Media || self.minor >= 2);
        match reference {
            None => self.object(part, node, at, depth),
            // Beside `$ref` nothing counts, in 3.0 as in 3.1; a path item reads its own.
            Some(Value::String(_)) if part == Part::PathItem => self.object(part, node, at, depth),
            Some(Value::String(reference)) => self.reference(part, reference, at),
            Some(_) => self.wrong(&format!("{at}/$ref"), &expected(Form::Text)),
        }
    }

    fn reference(&mut self, part: Part, reference: &str, at: &str) {
        let section = reference.strip_prefix("#/components/").and_then(|rest| rest.split_once('/'));
        if let (Some((section, _)), Some(own)) = (section, part.section())
            && section != own
            && target(self.document, reference).is_some()
        {
            let shown = short(reference, 120);
            let message = text!(
                "`$ref: {shown}` leidt niet naar een van `components.{own}`",
                "`$ref: {shown}` does not lead to one of `components.{own}`"
            );
            return self.flaw(at, message, text!("verbeter de verwijzing", "fix the reference"));
        }
        if self.seen.references.len() < MOST_FLAWS * 10 {
            self.seen.references.push(Reference { at: at.to_owned(), to: reference.to_owned() });
        }
    }

    /// In 3.0 a schema is one more object. Later ones are JSON Schema, of which only what OpenAPI adds is looked at.
    fn schema(&mut self, node: &Value, at: &str, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if self.minor > 0 {
            return self.json_schema(node, at, depth);
        }
        match node.get("$ref") {
            // Where it leads is judged where schemas are translated.
            Some(Value::String(_)) => {}
            Some(_) => self.wrong(&format!("{at}/$ref"), &expected(Form::Text)),
            None => self.object(Part::Schema, node, at, depth),
        }
    }

    fn json_schema(&mut self, node: &Value, at: &str, depth: usize) {
        // Its own form is for its meta-schema.
        let Some(members) = node.as_object() else { return };
        for (name, part) in
            [("discriminator", Part::Discriminator), ("xml", Part::Xml), ("externalDocs", Part::ExternalDocs)]
        {
            if let Some(value) = members.get(name) {
                self.object(part, value, &format!("{at}/{name}"), depth);
            }
        }
        for (below, inner) in super::schema::subschemas(members) {
            self.schema(inner, &format!("{at}/{below}"), depth);
        }
    }

    fn wrong(&mut self, at: &str, expected: &Text) {
        let Text { nl, en } = expected;
        self.flaw(at, text!("hier hoort {nl}", "here {en} belongs"), compare());
    }
}

fn compare() -> Text {
    text!("vergelijk met de OpenAPI-specificatie", "compare with the OpenAPI specification")
}

fn is_status(key: &str) -> bool {
    let digit = |byte: &u8| byte.is_ascii_digit();
    match key.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', rest @ ..] => rest.len() == 2 && rest.iter().all(digit),
        _ => key == "default",
    }
}

fn is_count(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number >= 0.0 && number.fract() == 0.0)
}

fn expected(form: Form) -> Text {
    match form {
        Form::Text => text!("een string", "a string"),
        Form::Flag => text!("`true` of `false`", "`true` or `false`"),
        Form::Number => text!("een getal", "a number"),
        Form::Count => text!("een geheel getal vanaf 0", "a whole number from 0 on"),
        Form::Word(words) => {
            let words = words.join(", ");
            text!("een van {words}", "one of {words}")
        }
        _ => text!("een schema", "a schema"),
    }
}

#[cfg(test)]
mod tests;
