//! What the fields of one object ask of each other.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::parts::Part;
use crate::base::text::Text;
use crate::text;

/// Where within the object, and what is wrong there.
type Wrong = (&'static str, Text);

/// What is wrong in an object as a whole.
pub(super) fn of(part: Part, members: &Map<String, Value>, minor: u8) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut not_both = |one: &'static str, other: &str| {
        if members.contains_key(one) && members.contains_key(other) {
            wrong.push((
                one,
                text!("`{one}` en `{other}` sluiten elkaar uit", "`{one}` and `{other}` exclude each other"),
            ));
        }
    };
    match part {
        Part::Media | Part::Parameter | Part::Header => not_both("example", "examples"),
        Part::Example => {
            not_both("value", "externalValue");
            not_both("value", "dataValue");
            not_both("value", "serializedValue");
            not_both("serializedValue", "externalValue");
        }
        Part::License => not_both("identifier", "url"),
        Part::Link => not_both("operationRef", "operationId"),
        _ => {}
    }
    match part {
        Part::Root => wrong.extend(root(members, minor)),
        Part::Link => wrong.extend(link(members, minor)),
        Part::ServerVariable if minor > 0 => wrong.extend(server_variable(members)),
        Part::Parameter => {
            wrong.extend(described(members));
            wrong.extend(parameter(members, minor));
        }
        Part::Header => wrong.extend(described(members)),
        Part::SecurityScheme => wrong.extend(security_scheme(members, minor)),
        Part::Schema => wrong.extend(schema(members)),
        _ => {}
    }
    wrong
}

fn text_of<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

fn root(members: &Map<String, Value>, minor: u8) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    if minor > 0 && !["paths", "components", "webhooks"].iter().any(|name| members.contains_key(*name)) {
        let message = text!(
            "`paths`, `components` en `webhooks` ontbreken alle drie",
            "`paths`, `components` and `webhooks` are all missing"
        );
        wrong.push(("", message));
    }
    let patch = text_of(members, "openapi").and_then(|version| version.splitn(3, '.').nth(2));
    if !patch.is_some_and(|patch| patch.starts_with(|c: char| c.is_ascii_digit())) {
        wrong.push((
            "openapi",
            text!("een versie heeft drie getallen: `3.0.3`", "a version has three numbers: `3.0.3`"),
        ));
    }
    let mut names = BTreeSet::new();
    let tags = members.get("tags").and_then(Value::as_array).into_iter().flatten();
    if !tags.filter_map(|tag| tag.get("name")?.as_str()).all(|name| names.insert(name)) {
        wrong.push(("tags", text!("twee tags hebben dezelfde naam", "two tags have the same name")));
    }
    wrong
}

fn link(members: &Map<String, Value>, minor: u8) -> Option<Wrong> {
    let leads = members.contains_key("operationRef") || members.contains_key("operationId");
    let message =
        text!("noemt geen `operationId` en geen `operationRef`", "names neither `operationId` nor `operationRef`");
    (minor > 0 && !leads).then_some(("", message))
}

fn server_variable(members: &Map<String, Value>) -> Option<Wrong> {
    let values = members.get("enum")?.as_array()?;
    let message = text!("`default` is een van `enum`", "`default` is one of `enum`");
    let default = members.get("default")?;
    (!values.contains(default)).then_some(("default", message))
}

/// Either a schema, with all that belongs to it, or one media type.
fn described(members: &Map<String, Value>) -> Option<Wrong> {
    let message = match (members.contains_key("schema"), members.get("content")) {
        (true, Some(_)) => {
            text!("`schema` en `content` sluiten elkaar uit", "`schema` and `content` exclude each other")
        }
        (false, None) => text!("`schema` of `content` ontbreekt", "`schema` or `content` is missing"),
        (false, Some(content)) if content.as_object().is_some_and(|content| content.len() != 1) => {
            text!("`content` noemt hier precies één mediatype", "`content` names exactly one media type here")
        }
        (false, Some(_)) => {
            let of_schema =
                ["style", "explode", "allowReserved"].into_iter().find(|name| members.contains_key(*name))?;
            text!(
                "`{of_schema}` hoort bij `schema`, niet bij `content`",
                "`{of_schema}` goes with `schema`, not with `content`"
            )
        }
        (true, None) => return None,
    };
    Some(("", message))
}

fn parameter(members: &Map<String, Value>, minor: u8) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let location = text_of(members, "in").unwrap_or_default();
    let styles: &[&str] = match location {
        "path" => &["matrix", "label", "simple"],
        "header" => &["simple"],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "cookie" if minor >= 2 => &["form", "cookie"],
        "cookie" => &["form"],
        "querystring" if minor >= 2 => &[],
        // That it is no string, or missing, is said elsewhere.
        "" => return wrong,
        _ => {
            wrong.push(("in", text!("een van query, header, path, cookie", "one of query, header, path, cookie")));
            return wrong;
        }
    };
    if location == "path" && members.get("required") != Some(&Value::Bool(true)) {
        let message =
            text!("een parameter in het pad heeft `required: true`", "a parameter in the path has `required: true`");
        wrong.push(("", message));
    }
    if text_of(members, "style").is_some_and(|style| !styles.contains(&style)) {
        let styles = styles.join(", ");
        wrong.push((
            "style",
            text!("bij `in: {location}` hoort een van {styles}", "`in: {location}` takes one of {styles}"),
        ));
    }
    wrong
}

fn security_scheme(members: &Map<String, Value>, minor: u8) -> Vec<Wrong> {
    let kind = text_of(members, "type").unwrap_or_default();
    let (needed, further): (&[&str], &[&str]) = match kind {
        "apiKey" => (&["name", "in"], &[]),
        "http" if text_of(members, "scheme").is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")) => {
            (&["scheme"], &["bearerFormat"])
        }
        "http" => (&["scheme"], &[]),
        "oauth2" => (&["flows"], &["oauth2MetadataUrl"]),
        "openIdConnect" => (&["openIdConnectUrl"], &[]),
        "mutualTLS" if minor > 0 => (&[], &[]),
        "" => return Vec::new(),
        _ => {
            let message =
                text!("een van apiKey, http, oauth2, openIdConnect", "one of apiKey, http, oauth2, openIdConnect");
            return vec![("type", message)];
        }
    };
    let missing = needed.iter().filter(|name| !members.contains_key(**name));
    let missing = missing.map(|name| ("", text!("bij `type: {kind}` hoort `{name}`", "`type: {kind}` needs `{name}`")));
    let special = ["name", "in", "scheme", "bearerFormat", "flows", "openIdConnectUrl", "oauth2MetadataUrl"];
    let strange = special.into_iter().filter(|name| members.contains_key(*name));
    let strange = strange.filter(|name| !needed.contains(name) && !further.contains(name));
    let strange = strange
        .map(|name| (name, text!("`{name}` past niet bij `type: {kind}`", "`{name}` does not go with `type: {kind}`")));
    missing.chain(strange).collect()
}

/// The Schema Object of 3.0.
fn schema(members: &Map<String, Value>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let combines = ["allOf", "anyOf", "oneOf"].iter().any(|name| members.contains_key(*name));
    if text_of(members, "type") == Some("array") && !members.contains_key("items") && !combines {
        wrong.push(("", text!("bij `type: array` hoort `items`", "`type: array` needs `items`")));
    }
    let mut names = BTreeSet::new();
    let required = members.get("required").and_then(Value::as_array).into_iter().flatten();
    if !required.filter_map(Value::as_str).all(|name| names.insert(name)) {
        wrong.push(("required", text!("noemt een naam twee keer", "names a name twice")));
    }
    if members.get("multipleOf").and_then(Value::as_f64).is_some_and(|factor| factor <= 0.0) {
        wrong.push(("multipleOf", text!("is groter dan 0", "is greater than 0")));
    }
    wrong
}
