//! Values that must not show, in every form in which they could.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Shorter than this a form says nothing: it stands in innocent texts too.
const SHORTEST: usize = 8;

/// Every form of these values, in lower case: as they are, escaped in JSON, URL-encoded once and twice, form-encoded, and
/// in Base64, wherever they start in the text that was encoded.
pub(crate) fn forms(values: &[String]) -> BTreeSet<String> {
    let values: BTreeSet<&String> = values.iter().collect();
    let all = values.into_iter().flat_map(|value| {
        let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let json = |text: &str| serde_json::Value::from(text).to_string().trim_matches('"').to_owned();
        let plain = [
            value.clone(),
            json(value),
            json(&json(value)),
            json(value).replace('/', "\\/"),
            percent(value),
            percent(&percent(value)),
            form(value),
            form(&form(value)),
        ];
        plain.into_iter().chain((0..3).flat_map(|before| base64(value, before)))
    });
    all.filter(|form| form.len() >= SHORTEST).map(|form| form.to_lowercase()).collect()
}

/// The characters of Base64 that depend on the value alone, when this many bytes stand before it.
fn base64(value: &str, before: usize) -> [String; 2] {
    let bytes = [vec![b'.'; before], value.as_bytes().to_vec()].concat();
    let from = (before * 8).div_ceil(6);
    let to = bytes.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)].map(|text| text[from..to].to_owned())
}

/// A number or a token in every writing that hides it from whoever looks for its characters.
pub(crate) fn writings(value: &str) -> Vec<String> {
    let each = |write: &dyn Fn(char) -> String| value.chars().map(write).collect::<String>();
    let code = |c: char| u32::from(c);
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(code(c) + 0xfee0).unwrap() } else { c };
    let standard = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let json = format!("{{\"level\": \"warn\", \"value\": \"{value}\"}}");
    let percent = each(&|c| format!("%{:02x}", code(c)));
    let decimal = each(&|c| format!("&#{};", code(c)));
    let escapes = each(&|c| format!("\\u{:04x}", code(c)));
    vec![
        percent.clone(),
        percent.replace('%', "%25"),
        decimal.replace('&', "&amp;"),
        each(&|c| format!("&#x{:x};", code(c))),
        escapes.replace('\\', "\\\\"),
        escapes,
        each(&|c| wide(c).to_string()),
        each(&|c| format!("{c}\u{200b}")),
        standard(value),
        standard(&json),
        URL_SAFE_NO_PAD.encode(format!("a{json}")),
        standard(&decimal),
        standard(&standard(value)),
        decimal,
    ]
}

/// A national number as people write it, and each of that in every writing.
pub(crate) fn writings_of_number(number: &str) -> Vec<String> {
    let mut plain = bronkeur::base::insz::written_forms(number);
    let dotted = plain[0].clone();
    plain.extend([
        dotted.replace('.', "\u{a0}").replace('-', "\u{2013}"),
        dotted.replace('.', "\u{2009}").replace('-', " \u{2212} "),
        dotted.replace('.', "&period;").replace('-', "&ndash;"),
        dotted.replace(['.', '-'], "/"),
        dotted.replace('-', "."),
    ]);
    let hidden = [writings(number), writings(&dotted)].concat();
    [plain, hidden].concat()
}

/// The forms that stand in a text.
pub(crate) fn found(text: &str, forms: &BTreeSet<String>) -> BTreeSet<String> {
    let text = text.to_lowercase();
    let finder = aho_corasick::AhoCorasick::new(forms).unwrap();
    finder.find_iter(&text).map(|hit| text[hit.range()].to_owned()).collect()
}

#[test]
fn a_value_is_found_in_every_form() {
    let value = "geheim/+\"%&=é".to_owned();
    let forms = forms(std::slice::from_ref(&value));
    let percent = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
    let encoded = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{value} and more"));
    let texts = [
        format!("x{value}x"),
        serde_json::json!({ "a": value }).to_string(),
        percent.to_lowercase(),
        percent.replace('%', "%25"),
        encoded(""),
        encoded("a"),
        encoded("id:"),
        encoded("ab"),
    ];
    for text in texts {
        assert!(!found(&text, &forms).is_empty(), "{text}");
    }
    assert!(found("nothing of the kind", &forms).is_empty());
}
