//! Reads YAML and JSON into a tree, strictly and within bounds.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::base::text::Text;
use crate::text;

/// What a tree may cost, where a value costs 16 and a byte of text 1. The parser's own limit counts aliases, not what
/// they expand to.
const BUDGET: usize = 16 * 1024 * 1024;

/// Brackets that are open at the same time, in the text; the parser's time grows with the square of this.
const DEEPEST: usize = 256;

/// Line and column, message, remedy.
pub(super) type Problem = (Option<(usize, usize)>, Text, Text);

pub(super) fn read(text: &str) -> Result<Value, Problem> {
    if text.trim().is_empty() {
        return Err((None, text!("het bestand is leeg", "the file is empty"), mend()));
    }
    if deepest(text) > DEEPEST {
        return Err((None, text!("de haakjes zijn te diep genest", "the brackets are nested too deeply"), mend()));
    }
    let context = Context::default();
    // JSON is YAML but for a few escapes: so JSON gets its own parser first.
    if text.trim_start().starts_with('{') {
        let mut parser = serde_json::Deserializer::from_str(text);
        if let Ok(tree) = Tree(&context).deserialize(&mut parser)
            && parser.end().is_ok()
        {
            return Ok(tree);
        }
        context.left.set(BUDGET);
        context.problem.take();
    }
    Tree(&context).deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| {
        let place = error.location().map(|at| (at.line(), at.column()));
        let (message, remedy) = context.problem.take().unwrap_or_else(|| {
            let problem = without_values(&error.to_string());
            (text!("de YAML is niet te lezen: {problem}", "the YAML cannot be read: {problem}"), mend())
        });
        (place, message, remedy)
    })
}

fn mend() -> Text {
    text!(
        "controleer de opmaak van het bestand (YAML, inspringing met spaties)",
        "check the form of the file (YAML, indented with spaces)"
    )
}

fn deepest(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}

/// A parser's message without the value that it stumbled over, which may be a secret.
pub(crate) fn without_values(message: &str) -> String {
    let Some(start) = message.find("invalid type: ").or_else(|| message.find("invalid value: ")) else {
        return message.to_owned();
    };
    let expected = message.rfind(", expected ").and_then(|at| message.get(at..)).unwrap_or_default();
    format!("{}invalid value{expected}", message.get(..start).unwrap_or_default())
}

struct Context {
    left: Cell<usize>,
    /// Our own words for the error that follows; the parsers only carry one string.
    problem: RefCell<Option<(Text, Text)>>,
}

impl Default for Context {
    fn default() -> Self {
        Self { left: Cell::new(BUDGET), problem: RefCell::default() }
    }
}

impl Context {
    fn fail<T, E: Error>(&self, message: Text, remedy: Text) -> Result<T, E> {
        let error = E::custom(&message.en);
        self.problem.replace(Some((message, remedy)));
        Err(error)
    }

    fn spend<E: Error>(&self, bytes: usize) -> Result<(), E> {
        match self.left.get().checked_sub(bytes.saturating_add(16)) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => self.fail(
                text!(
                    "het bestand heeft te veel waarden, of zijn aliassen (`*naam`) herhalen te veel",
                    "the file has too many values, or its aliases (`*name`) repeat too much"
                ),
                text!("schrijf minder, of zonder aliassen", "write less, or without aliases"),
            ),
        }
    }
}

struct Tree<'a>(&'a Context);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without a tag")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.0.spend(0).map(|()| Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.0.spend(0).map(|()| Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.0.spend(0).map(|()| Value::from(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON numbers of this size are floating point everywhere")]
    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON numbers of this size are floating point everywhere")]
    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.0.spend(0)?;
        match Number::from_f64(value) {
            Some(number) => Ok(Value::Number(number)),
            None => self.0.fail(
                text!("oneindig en NaN zijn geen geldige getallen", "infinity and NaN are not valid numbers"),
                text!(
                    "schrijf een gewoon getal, of zet aanhalingstekens",
                    "write an ordinary number, or put it in quotes"
                ),
            ),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.0.spend(value.len()).map(|()| Value::from(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.0.spend(0).map(|()| Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        self.0.spend(0)?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Tree(self.0))? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        self.0.spend(0)?;
        let mut values = Map::new();
        while let Some(key) = map.next_key_seed(Key { context: self.0, known: &values })? {
            let value = map.next_value_seed(Tree(self.0))?;
            values.insert(key, value);
        }
        Ok(Value::Object(values))
    }
}

/// Reads a key; one that is there already fails here, so that the parser reports the key's own line.
struct Key<'a> {
    context: &'a Context,
    known: &'a Map<String, Value>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is text")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<String, E> {
        self.context.spend(key.len())?;
        if self.known.contains_key(key) {
            return self.context.fail(
                text!("de sleutel `{key}` staat er twee keer", "the key `{key}` is there twice"),
                text!("laat er een weg", "leave one of them out"),
            );
        }
        Ok(key.to_owned())
    }
}
