//! A JSON Schema that explains in both languages what does not fit it.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;

use super::{Diagnostic, Diagnostics, Place, Step};
use crate::base::confidential;
use crate::base::text::Text;
use crate::text;

/// Under these keys stands what no message may repeat.
const SECRET_KEYS: [&str; 9] =
    ["insz", "secret", "token", "tx_token", "refresh_token", "access_token", "command", "private_key", "key"];

/// A schema (2020-12) with its compiled form. Two conventions add to the standard: `x-remedy` (`nl`, `en`) beside a
/// keyword says what to do when that keyword does not hold (`x-message` what is wrong then), and `$defs/reference` is how a secret is referred to: what
/// stands in its place is never repeated. A third, `x-confidential: false` at the top, refuses national numbers and tokens
/// wherever they stand.
#[derive(Debug)]
pub struct Schema {
    schema: Value,
    validator: Validator,
}

impl Schema {
    /// A schema from its JSON text. It refers to nothing outside itself.
    pub fn read(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let schema = super::read_tree(file, text)?;
        let validator = jsonschema::options().offline().build(&schema).map_err(|error| {
            let problem = error.masked();
            Diagnostics::one(
                file,
                text!("het JSON Schema is ongeldig: {problem}", "the JSON Schema is invalid: {problem}"),
                text!("herstel het schema", "fix the schema"),
            )
        })?;
        Ok(Self { schema, validator })
    }

    /// Everything in a tree that does not fit, in the order of the schema; each with its path as place.
    pub fn faults(&self, file: &str, tree: &Value) -> Vec<Diagnostic> {
        let mut faults: Vec<Diagnostic> =
            self.validator.iter_errors(tree).flat_map(|error| self.explain(file, &error)).collect();
        if self.schema.get("x-confidential") == Some(&Value::Bool(false)) {
            for (place, what) in confidential::in_tree(tree) {
                let (message, remedy) = confidential::refusal(what);
                let fault = Diagnostic::new(file, message, remedy).at(&place);
                // Where a reference is wanted, its own words say more.
                if !(is_secret(&place) && faults.iter().any(|other| other.place == fault.place)) {
                    faults.push(fault);
                }
            }
        }
        faults
    }

    fn explain(&self, file: &str, error: &ValidationError<'_>) -> Vec<Diagnostic> {
        let place = Place(error.instance_path().segments().map(step).collect());
        let at = error.schema_path().as_str();
        let holder = at.rsplit_once('/').and_then(|(holder, _)| self.schema.pointer(holder));
        let secret = at.contains("/$defs/reference/") || is_secret(&place);
        if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
            let known: Vec<_> = holder
                .and_then(|holder| holder.get("properties")?.as_object())
                .map(|properties| properties.keys().map(String::as_str).collect())
                .unwrap_or_default();
            return unexpected.iter().map(|key| unknown_key(file, &place, key, &known, secret)).collect();
        }
        let fault = match error.kind() {
            ValidationErrorKind::Type { .. } if at == "/$defs/reference/type" => literal(file, error.instance()),
            ValidationErrorKind::MinProperties { .. } | ValidationErrorKind::MaxProperties { .. }
                if at.starts_with("/$defs/reference/") =>
            {
                let message = text!(
                    "een verwijzing noemt precies één van env, file en command",
                    "a reference names exactly one of env, file and command"
                );
                Diagnostic::new(file, message, how_to_refer())
            }
            _ => {
                let message = stated(holder, "x-message").unwrap_or_else(|| sentence(error, !secret));
                Diagnostic::new(file, message, remedy(error, holder))
            }
        };
        vec![fault.at(place)]
    }
}

fn step(segment: LocationSegment<'_>) -> Step {
    match segment {
        LocationSegment::Property(key) => Step::Key(key.into_owned()),
        LocationSegment::Index(index) => Step::Index(index),
    }
}

fn is_secret(place: &Place) -> bool {
    place.0.iter().any(|step| matches!(step, Step::Key(key) if SECRET_KEYS.contains(&key.as_str())))
}

fn how_to_refer() -> Text {
    text!(
        "schrijf `{{ env: NAAM }}`, `{{ file: pad }}` of `{{ command: [programma, argument] }}`",
        "write `{{ env: NAME }}`, `{{ file: path }}` or `{{ command: [program, argument] }}`"
    )
}

fn literal(file: &str, found: &Value) -> Diagnostic {
    let (nl, en) = type_name(type_of(found));
    Diagnostic::new(
        file,
        Text::new(
            format!("een geheim of rijksregisternummer staat nooit letterlijk in dit bestand, maar hier staat {nl}"),
            format!("a secret or national number is never written in this file itself, but here is {en}"),
        ),
        how_to_refer(),
    )
}

/// Where a secret is referred to, `secret: { hunter2 }` has it for a key: shown is only what resembles a known one.
fn unknown_key(file: &str, place: &Place, key: &str, known: &[&str], secret: bool) -> Diagnostic {
    let list = known.join(", ");
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), *known))
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3))
        .min();
    let known = text!("bekende sleutels: {list}", "known keys: {list}");
    let remedy = match near {
        Some((_, near)) => {
            Text::new(format!("bedoelde u `{near}`? {}", known.nl), format!("did you mean `{near}`? {}", known.en))
        }
        None => known,
    };
    if secret && near.is_none() {
        let message = text!("er staat een onbekende sleutel", "there is an unknown key");
        return Diagnostic::new(file, message, remedy).at(place);
    }
    let shown = short(key, 60);
    Diagnostic::new(file, text!("onbekende sleutel `{shown}`", "unknown key `{shown}`"), remedy).at(place.key(key))
}

/// What the schema itself says beside a keyword.
fn stated(holder: Option<&Value>, key: &str) -> Option<Text> {
    holder.and_then(|holder| serde_json::from_value(holder.get(key)?.clone()).ok())
}

fn remedy(error: &ValidationError<'_>, holder: Option<&Value>) -> Text {
    stated(holder, "x-remedy").unwrap_or_else(|| match error.kind() {
        _ if error.instance().is_null() => text!("vul een waarde in", "fill in a value"),
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            text!("voeg `{key}` toe", "add `{key}`")
        }
        ValidationErrorKind::Enum { .. } => text!("kies een van deze waarden", "choose one of these values"),
        ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::String) } => {
            text!("zet de waarde tussen aanhalingstekens", "put the value in quotes")
        }
        ValidationErrorKind::Type { kind: TypeKind::Single(JsonType::Array) } => {
            text!(
                "schrijf een lijst, ook voor één waarde: tussen vierkante haken",
                "write a list, for a single value too: in square brackets"
            )
        }
        ValidationErrorKind::Type { .. } => {
            text!("schrijf een waarde van het gevraagde type", "write a value of the type asked for")
        }
        _ => text!("pas de waarde aan", "change the value"),
    })
}

/// The schema keyword that does not hold.
pub(crate) fn keyword<'e>(error: &'e ValidationError<'_>) -> &'e str {
    error.kind().keyword()
}

/// What does not fit, as a sentence whose subject is the value at the error's place. With `echo` it may repeat a short
/// value of a fixed list; without, nothing of the instance is in it.
pub(crate) fn sentence(error: &ValidationError<'_>, echo: bool) -> Text {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Type { kind } => wrong_type(kind, error.instance()),
        Kind::Required { property } => {
            let key = short(property.as_str().unwrap_or_default(), 80);
            text!("de sleutel `{key}` ontbreekt", "the key `{key}` is missing")
        }
        Kind::Enum { options } => not_in_list(options, error.instance(), echo),
        Kind::Constant { expected_value } => {
            let value = short(&expected_value.to_string(), 80);
            text!("moet {value} zijn", "must be {value}")
        }
        // A regular expression tells most people nothing: the remedy says what is asked for.
        Kind::Pattern { .. } => {
            text!("heeft niet de vorm die hier gevraagd wordt", "does not have the form asked for here")
        }
        Kind::Format { format } => {
            let format = short(format, 40);
            text!("is geen geldige {format}", "is not a valid {format}")
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let n = unexpected.len();
            text!("heeft {n} sleutel(s) die niet mogen", "has {n} key(s) that are not allowed")
        }
        Kind::PropertyNames { error } => {
            let inner = sentence(error, false);
            Text::new(format!("de naam van een sleutel {}", inner.nl), format!("the name of a key {}", inner.en))
        }
        Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } => {
            text!("past bij geen van de toegestane vormen", "fits none of the allowed forms")
        }
        Kind::OneOfMultipleValid { .. } => {
            text!("past bij meer dan één van de vormen (oneOf)", "fits more than one of the forms (oneOf)")
        }
        Kind::Not { .. } => text!("heeft een vorm die uitgesloten is", "has a form that is excluded"),
        Kind::FalseSchema => text!("mag hier niet staan", "must not be here"),
        Kind::UniqueItems => text!("heeft twee gelijke elementen", "has two equal items"),
        Kind::Contains => text!("heeft niet het gevraagde element", "lacks the item asked for"),
        kind => limit(kind),
    }
}

/// The keywords that compare with a number.
fn limit(kind: &ValidationErrorKind) -> Text {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Minimum { limit } => text!("moet minstens {limit} zijn", "must be at least {limit}"),
        Kind::Maximum { limit } => text!("mag hoogstens {limit} zijn", "must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => text!("moet groter zijn dan {limit}", "must be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => text!("moet kleiner zijn dan {limit}", "must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => {
            text!("moet een veelvoud van {multiple_of} zijn", "must be a multiple of {multiple_of}")
        }
        Kind::MinLength { limit: 1 } => text!("mag niet leeg zijn", "must not be empty"),
        Kind::MinLength { limit } => {
            text!("moet minstens {limit} tekens hebben", "must have at least {limit} characters")
        }
        Kind::MaxLength { limit } => {
            text!("mag hoogstens {limit} tekens hebben", "must have at most {limit} characters")
        }
        Kind::MinItems { limit } => {
            text!("moet minstens {limit} element(en) hebben", "must have at least {limit} item(s)")
        }
        Kind::MaxItems { limit } => {
            text!("mag hoogstens {limit} element(en) hebben", "must have at most {limit} item(s)")
        }
        Kind::MinProperties { limit } => {
            text!("moet minstens {limit} sleutel(s) hebben", "must have at least {limit} key(s)")
        }
        Kind::MaxProperties { limit } => {
            text!("mag hoogstens {limit} sleutel(s) hebben", "must have at most {limit} key(s)")
        }
        other => {
            let keyword = short(other.keyword(), 40);
            text!("voldoet niet aan `{keyword}` van het schema", "does not satisfy `{keyword}` of the schema")
        }
    }
}

fn wrong_type(kind: &TypeKind, found: &Value) -> Text {
    let wanted: Vec<_> = match kind {
        TypeKind::Single(wanted) => vec![type_name(*wanted)],
        TypeKind::Multiple(wanted) => wanted.iter().map(type_name).collect(),
    };
    let nl: Vec<_> = wanted.iter().map(|(nl, _)| *nl).collect();
    let en: Vec<_> = wanted.iter().map(|(_, en)| *en).collect();
    let found = type_name(type_of(found));
    Text::new(
        format!("moet {} zijn, maar is {}", nl.join(" of "), found.0),
        format!("must be {}, but is {}", en.join(" or "), found.1),
    )
}

fn type_of(value: &Value) -> JsonType {
    if value.is_i64() || value.is_u64() { JsonType::Integer } else { JsonType::from(value) }
}

fn type_name(kind: JsonType) -> (&'static str, &'static str) {
    match kind {
        JsonType::Null => ("null", "null"),
        JsonType::Boolean => ("true of false", "true or false"),
        JsonType::Integer => ("een geheel getal", "a whole number"),
        JsonType::Number => ("een getal", "a number"),
        JsonType::String => ("een string", "a string"),
        JsonType::Array => ("een lijst", "a list"),
        JsonType::Object => ("een object", "an object"),
    }
}

fn not_in_list(options: &Value, found: &Value, echo: bool) -> Text {
    let options: Vec<_> = options.as_array().into_iter().flatten().map(Value::to_string).collect();
    let list = short(&options.join(", "), 120);
    match found {
        // A value with many digits may be a number that landed on the wrong line.
        Value::String(value) if echo && value.len() <= 40 && value.bytes().filter(u8::is_ascii_digit).count() < 6 => {
            text!("\"{value}\" is geen van {list}", "\"{value}\" is none of {list}")
        }
        _ => text!("is geen van {list}", "is none of {list}"),
    }
}

/// At most `most` characters, the last one an ellipsis where something was left out.
pub(crate) fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
