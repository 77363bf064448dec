//! What a source knows more of a certificate, and an own OpenAPI document that says exactly how each of it looks.

use serde_json::{Map, Value, json};

use crate::sandbox::answer::put;
use crate::sandbox::source::behaviour::{Behaviour, CertificateContext, Envelope, IdLook, PastEnd};
use crate::sandbox::source::register::Certificate;

/// The length of the logo and of the remark, beyond what evidence keeps of a text.
const LOGO: usize = 1_400;
const SEAL: usize = 3_200;

/// Adds members whose form the document fixes.
pub(in crate::sandbox) fn enrich(context: &CertificateContext, one: &Certificate, body: &mut Value) {
    let number = one.number;
    put(body, "phone", format!("32{:09}", 412_000_000 + number * 7_919 % 80_000_000));
    put(body, "holder", context.list_url.rsplit('/').next().unwrap_or_default());
    put(body, "reference", format!("{:03}/{:04}/{:05}", number % 1_000, number * 37 % 10_000, number * 733 % 100_000));
    put(body, "logo", base64_like(number, LOGO));
    if number.is_multiple_of(4) {
        put(body, "seal", base64_like(number + 1, SEAL));
    }
    put(body, "remark", "Dit attest geldt voor het hele gezin, zolang niemand verhuist. ".repeat(24).trim_end());
}

fn base64_like(seed: usize, length: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |place: usize| LETTERS.get((seed * 31 + place * place * 7 + place) % 64).copied().map(char::from);
    (0..length).filter_map(letter).collect()
}

/// The schemas of a document that says what it knows.
pub(in crate::sandbox) fn schemas(behaviour: &Behaviour) -> Value {
    json!({
        "Certificate": certificate(behaviour),
        "Answer": { "anyOf": [list(behaviour), { "$ref": "#/components/schemas/Certificate" }],
                    "description": "A certificate or a page of them, with links." },
        "Problem": { "type": "object", "description": "A problem as RFC 7807 has it.", "properties": {
            "title": { "type": "string", "minLength": 3 }, "detail": { "type": "string", "maxLength": 400 },
        } },
    })
}

fn list(behaviour: &Behaviour) -> Value {
    // Past its end such a list has them all on one page.
    let most = if behaviour.paging.past_end == PastEnd::Everything { 1_000 } else { 100 };
    let items = json!({ "type": "array", "maxItems": most, "items": { "$ref": "#/components/schemas/Certificate" } });
    let count = json!({ "type": "integer", "minimum": 0 });
    let metadata = json!({ "type": "object", "required": ["number", "size", "totalElements", "totalPages"],
        "properties": { "number": count, "size": count, "totalElements": count, "totalPages": count } });
    let is_hal = behaviour.envelope == Envelope::Hal;
    let is_page = is_hal && behaviour.variation.metadata_is_page;
    let mut properties = Map::new();
    properties.insert(if is_page { "page" } else { "pageMetadata" }.to_owned(), metadata);
    if is_hal {
        properties.insert("_embedded".to_owned(), json!({ "type": "object", "properties": { "certificates": items } }));
    } else {
        properties.insert("certificates".to_owned(), items);
    }
    let required = if is_page { "page" } else { "pageMetadata" };
    json!({ "type": "object", "required": [required], "properties": properties })
}

fn certificate(behaviour: &Behaviour) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let id = match behaviour.id_look {
        _ if behaviour.id_is_number => json!({}),
        IdLook::Uuid => text("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
        IdLook::UuidInCapitals => text("^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$"),
        IdLook::Number | IdLook::Small => text("^[0-9]{1,9}$"),
        IdLook::ElevenDigits => text("^7[0-9]{10}$"),
        IdLook::Text => text("^attest-20[0-9]{2}-[0-9]{5}$"),
        IdLook::Date => json!({ "type": "string", "format": "date" }),
        IdLook::Long => json!({ "type": "string", "minLength": 203, "maxLength": 203, "pattern": "^[-0-9a-e]+$" }),
        IdLook::Sealed => text("^eyJ[A-Za-z0-9]+\\.[0-9a-f]{32}\\.[A-Za-z0-9]{21}$"),
        _ => json!({ "type": "string", "minLength": 1, "maxLength": 80 }),
    };
    json!({ "type": "object", "required": ["id", "language", "phone", "holder", "logo"], "properties": {
        "id": id,
        "language": { "type": "string", "enum": ["nl", "fr", "de", "en"] },
        "name": { "type": "string", "minLength": 10, "maxLength": 120 },
        "year": { "type": "integer", "minimum": 1900, "maximum": 2100, "nullable": true },
        "community": { "type": "integer", "minimum": 10_000, "maximum": 99_999, "nullable": true },
        "phone": text("^32[0-9]{9}$"),
        "holder": { "type": "string", "pattern": "^[0-9]{11}$", "minLength": 11, "maxLength": 11 },
        "reference": text("^[0-9]{3}/[0-9]{4}/[0-9]{5}$"),
        "logo": { "type": "string", "format": "byte", "pattern": "^[A-Za-z0-9+/]+={0,2}$", "minLength": LOGO,
                  "maxLength": LOGO },
        "seal": { "type": "string", "pattern": "^[A-Za-z0-9+/]{3200}$" },
        "remark": { "type": "string", "minLength": 1_400, "maxLength": 1_600, "pattern": "^Dit attest .*verhuist\\.$" },
        "issuedAt": { "type": "string", "format": "date-time" },
        "endDate": { "type": "string", "format": "date" },
        "country": text("^[A-Z]{2}$"),
    } })
}
