//! Masking: no known value stays, to mask twice changes nothing, and whoever has the marks sees that all is masked.
#![no_main]

use bronkeur::exchange::Citizen;
use bronkeur::vault::{Found, Nature, Vault};
use libfuzzer_sys::fuzz_target;

/// Invented: serial 999 is never issued.
const NUMBER: &str = "85073099932";
const TOKEN: &str = "tok-5f0c+/=2b9d4e7f8a1c3b5d7e9f";

fuzz_target!(|data: &str| {
    let vault = Vault::new([(Citizen::Subject, NUMBER.into())].into());
    vault.learn(&TOKEN.into(), Nature::Token);
    let text = data.replace('\u{1}', NUMBER).replace('\u{2}', TOKEN);
    let masked = vault.mask_text(&text);
    assert!(!vault.leaks(&masked), "{text:?} {masked:?}");
    assert_eq!(vault.mask_text(&masked), masked);
    let others = Vault::of_marks(&vault.marks()).unwrap();
    assert!(others.is_masked(&masked), "{masked:?}");
    if let Ok(json) = serde_json::from_str(&text) {
        let masked = vault.mask_json(json, &mut Found::default());
        assert!(!vault.leaks(&masked.to_string()), "{text:?}");
        let others = Vault::of_marks(&vault.marks()).unwrap();
        assert!(others.is_masked_json(&masked), "{masked}");
    }
});
