//! Masking: no known value stays, in whatever writing, in a link neither once it is read as a URL, and none that
//! has the look of a national number; to mask twice is to mask once; whoever has the marks sees that all is masked; and a
//! text without anything to mask stays as it is.
#![no_main]

use bronkeur::base::href;
use bronkeur::base::insz::look_alikes;
use bronkeur::evidence::exchange::Citizen;
use bronkeur::evidence::vault::{Found, SecretKind, Vault};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

/// Invented, all of them: serial 999 is never issued.
const NUMBER: &str = "85073099932";
const TOKEN: &str = "tok-5f0c+/=2b9d4e7f8a1c3b5d7e9f";

/// What the characters from 14 on stand for: the known values, and then what is masked by its look.
const WRITINGS: [&str; 22] = [
    NUMBER,
    TOKEN,
    "85.07.30-999.32",
    "850730-999-32",
    "850730 999 32",
    "850730%20999%2032",
    "850730%252D999%252E32",
    "85.073.099.932",
    "850 730 999 32",
    "ODUwNzMwOTk5Mz",
    "tok-5f0c%2B%2F%3D2b9d4e7f8a1c3b5d7e9f",
    "TOK-5F0C%252B%252F%253D2B9D4E7F8A1C3B5D7E9F",
    r"tok-5f0c+\/=2b9d4e7f8a1c3b5d7e9f",
    "dG9rLTVmMGMrLz0yYjlkNGU3ZjhhMWMzYjVkN2U5Z",
    "&#56;&#53;&#48;&#55;&#51;&#48;&#57;&#57;&#57;&#51;&#50;",
    "85\u{2009}07\u{2009}30\u{2013}999\u{a0}32",
    "\u{ff18}\u{ff15}\u{ff10}\u{ff17}\u{ff13}\u{ff10}\u{ff19}\u{ff19}\u{ff19}\u{ff13}\u{ff12}",
    "f0c+/=2b9d4e7f8a",
    "90.01.01-999.92",
    "90010199992",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
    "https://user:hunter22@host/",
];
const KNOWN: usize = 18;

fn written(data: &str) -> String {
    let writing = |c: char| u32::from(c).checked_sub(14).and_then(|at| WRITINGS.get(at as usize));
    let mut text = String::new();
    for c in data.chars() {
        match writing(c) {
            Some(writing) => text.push_str(writing),
            None => text.push(c),
        }
    }
    text
}

fn nothing_known(vault: &Vault, masked: &str) {
    assert!(!vault.leaks(masked), "{masked:?}");
    for writing in WRITINGS.iter().take(KNOWN) {
        assert!(!masked.contains(writing), "{writing}: {masked:?}");
    }
}

fn nothing_left(vault: &Vault, text: &str, masked: &str) {
    nothing_known(vault, masked);
    let marks = vault.marks();
    for (_, _, digits) in look_alikes(masked) {
        assert!(marks.iter().any(|mark| mark.surrogate == digits), "{digits}: {text:?} {masked:?}");
    }
    // As people see it.
    assert!(!vault.leaks(&vault.for_people(masked)), "{text:?} {masked:?}");
}

fuzz_target!(|data: &str| {
    let vault = Vault::new([(Citizen::Subject, NUMBER.into())].into());
    vault.learn(&TOKEN.into(), SecretKind::Token);
    let text = written(data);

    let masked = vault.mask_text(&text);
    nothing_left(&vault, &text, &masked);
    assert_eq!(vault.mask_text(&masked), masked, "{text:?}");
    // A word of Base64 may hold a number without a digit of its own, and so may digits of other alphabets.
    let is_word = |word: &str| word.len() < 11;
    let is_short = text.split(|c: char| !c.is_ascii_alphanumeric()).all(is_word) && text.is_ascii();
    if is_short && !text.contains(|c: char| c.is_ascii_digit()) && !text.contains("://") {
        assert_eq!(masked, text);
    }

    let link = vault.mask_link(&text, &mut Found::default());
    nothing_left(&vault, &text, &link);
    assert_eq!(vault.mask_link(&link, &mut Found::default()), link, "{text:?}");
    // As a reader of URLs writes it: there an escape and nine digits may have the look of a number.
    if let Some(url) = href::absolute("https://host/v1/", &link) {
        nothing_known(&vault, url.as_str());
    }

    let json = serde_json::from_str(&text).unwrap_or_else(|_| json!({&text: [text], "access_token": text}));
    let masked_json = vault.mask_json(json, &mut Found::default());
    assert!(!vault.leaks(&masked_json.to_string()), "{text:?} {masked_json}");
    let again: Value = vault.mask_json(masked_json.clone(), &mut Found::default());
    assert_eq!(again, masked_json, "{text:?}");

    let others = Vault::of_marks(&vault.marks()).unwrap();
    assert!(others.is_masked(&masked), "{text:?} {masked:?}");
    assert!(others.is_masked_json(&masked_json), "{text:?} {masked_json}");
});
