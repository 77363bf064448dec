use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::*;

// Invented: serial 999 is never issued.
const SUBJECT: &str = "85073099932";
const TOKEN: &str = "tok-5f0c+/=2b9d4e7f8a1c3b5d7e9f";

fn vault() -> Vault {
    assert!(insz::valid(SUBJECT));
    let vault = Vault::new([(Citizen::Subject, SUBJECT.into())].into());
    vault.learn(&TOKEN.into(), SecretKind::Token);
    vault
}

#[test]
fn a_known_value_is_masked_in_every_encoding() {
    let vault = vault();
    for shift in ["", "a", "ab"] {
        let text = format!("{shift}{SUBJECT}");
        let encoded = STANDARD_NO_PAD.encode(&text);
        assert_ne!(vault.mask_text(&encoded), encoded, "Base64 with {} bytes before", shift.len());
    }
    let percent = utf8_percent_encode(TOKEN, NON_ALPHANUMERIC).to_string();
    let form = "tok-5f0c%2B%2F%3D2b9d4e7f8a1c3b5d7e9f";
    let lower = "tok-5f0c%2b%2f%3d2b9d4e7f8a1c3b5d7e9f";
    let twice = "tok-5f0c%252B%252F%253D2b9d4e7f8a1c3b5d7e9f";
    let capitals = &TOKEN.to_uppercase();
    let json = r"tok-5f0c+\/=2b9d4e7f8a1c3b5d7e9f";
    let numbers = [SUBJECT, "85.07.30-999.32", "850730-999-32", "850730 999 32", "850730%20999%2032"]
        .into_iter()
        .chain(["85.073.099.932", "850 730 999 32", "%385073099932", "850730%252D999%252E32", r"\u00385073099932"]);
    let tokens = [TOKEN, &percent, form, lower, twice, capitals, json];
    for text in numbers.chain(tokens) {
        let masked = vault.mask_text(&format!("<{text}>"));
        assert!(!masked.contains(text), "{masked}");
    }
}

#[test]
fn a_surrogate_keeps_type_and_length_and_identity() {
    let vault = vault();
    let mut found = Found::default();
    let number: u64 = SUBJECT.parse().unwrap();
    let masked = vault.mask_json(json!({"a": SUBJECT, "b": number, SUBJECT: TOKEN}), &mut found);
    let surrogate = vault.surrogate(Citizen::Subject).unwrap();
    assert_eq!(masked["a"], json!(surrogate));
    assert_eq!(masked["b"], json!(surrogate.parse::<u64>().unwrap()));
    assert_eq!(masked[&surrogate].as_str().unwrap().len(), TOKEN.len());
    assert_eq!(found.secrets, ["TOKEN-1"]);
    assert!(insz::valid(&surrogate));
}

#[test]
fn strangers_and_jwts_are_masked_by_their_look() {
    let vault = vault();
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.";
    let masked = vault.mask_text(&format!("for 90.01.01-999.92 with {jwt} and 12345678901 and eyJust a word"));
    assert!(insz::valid("90010199992"));
    assert!(!masked.contains("90.01.01-999.92") && !masked.contains(jwt), "{masked}");
    assert!(masked.ends_with(" and 12345678901 and eyJust a word"), "{masked}");
}

#[test]
fn masking_twice_changes_nothing() {
    let vault = vault();
    let once = vault.mask_text(&format!("{SUBJECT} {TOKEN} 90010199992"));
    assert_eq!(vault.mask_text(&once), once);
}

#[test]
fn numbers_of_every_json_form_are_masked() {
    let vault = vault();
    let surrogate = vault.surrogate(Citizen::Subject).unwrap();
    let masked = |json: &str| vault.mask_json(serde_json::from_str(json).unwrap(), &mut Found::default()).to_string();
    assert_eq!(masked(SUBJECT), surrogate);
    assert_eq!(masked("85073099932.0"), format!("{surrogate}.0"));
    assert_eq!(masked("-8.5073099932e10"), format!("-{surrogate}.0"));
    assert_eq!(masked("185073099932"), format!("1{surrogate}"));
    let stranger = masked("90010199992");
    assert!(insz::valid(&stranger) && stranger != "90010199992");
    assert_eq!(masked("90010199992.0"), format!("{stranger}.0"));
    for other in ["12345678901", "1.5", "-3", "18446744073709551615", "0", "1e300"] {
        assert_eq!(masked(other), serde_json::from_str::<Value>(other).unwrap().to_string());
    }
}

#[test]
fn a_number_without_its_leading_zeros_is_masked_whoever_it_is_of() {
    // Invented: serial 999 is never issued.
    let (known, stranger) = ("05123199935", "00010199974");
    let valid = |nine: u64| format!("{nine:09}{:02}", insz::check_number(nine, true));
    assert_eq!((known, stranger), (valid(51_231_999).as_str(), valid(101_999).as_str()));
    let vault = Vault::new([(Citizen::Subject, known.into())].into());
    let mask = |text: &str| vault.mask_json(serde_json::from_str(text).unwrap(), &mut Found::default());
    let masked = mask("[5123199935, 10199974, -10199974, 10199974.0, 20260730, 1790000000, 470123456]");
    let (known, stranger) = (insz::surrogate(0), insz::surrogate(1));
    let expected = format!("[{known},{stranger},-{stranger},{stranger}.0,20260730,1790000000,470123456]");
    assert_eq!(masked.to_string(), expected);
    assert!(!vault.mask_text("nr;5123199935;").contains("5123199935"));
}

#[test]
fn what_is_no_secret_stays() {
    let vault = vault();
    for text in [
        "2026-07-30T03:35:42.123456789+02:00",
        "+32 470 12 34 56",
        "0470/12.34.56",
        "02 553 72 02",
        "BE68 5390 0754 7034",
        "0123.456.749",
        "6fa6220a-5dab-4fe3-b6d2-e81c1f5da2cc",
        "192.168.100.10 10.123.100.200",
        "1785380142 1785380142123 20260730033542",
        "https://h/v1/certificates?limit=10&page=0%20%C3%A9",
        "12345678901 00000000000 %31%32%33",
    ] {
        assert_eq!(vault.mask_text(text), text);
        assert_eq!(vault.mask_json(json!({text: text}), &mut Found::default()), json!({text: text}));
    }
}

#[test]
fn what_shows_only_in_a_url_is_masked_too() {
    let vault = vault();
    let token = "Tok5f0C2b9D4e7F8a1C3b5D7e9F";
    vault.learn(&token.into(), SecretKind::Token);
    for href in [
        format!("https://h/v1/{}\n{}/x", &SUBJECT[..6], &SUBJECT[6..]),
        format!("/v1/{}\t{}", &SUBJECT[..6], &SUBJECT[6..]),
        format!("https://{}.example/x", token.replace('5', "%35")),
        format!("https://{token}.example/x"),
    ] {
        let Value::String(masked) = vault.mask_json(json!(href), &mut Found::default()) else { panic!() };
        let base = Url::parse("https://h/").unwrap();
        let read = base.join(&masked).unwrap_or_else(|error| panic!("{error}: {masked}")).to_string();
        assert!(!read.contains(SUBJECT) && !read.contains(&token.to_ascii_lowercase()), "{href:?} {masked:?}");
        assert_eq!(vault.mask_json(json!(masked), &mut Found::default()), json!(masked));
    }
    for other in ["two\nlines", "HTTPS://H/a b", "a:b\tc"] {
        assert_eq!(vault.mask_json(json!(other), &mut Found::default()), json!(other));
    }
}

#[test]
fn a_token_is_known_by_its_place_however_short() {
    let vault = Vault::default();
    let masked = vault.mask_json(json!({"access_token": "abc", "id_token": "", "scope": "abc"}), &mut Found::default());
    assert_eq!(masked, json!({"access_token": "TOKEN-1", "id_token": "", "scope": "abc"}));
    assert_eq!(vault.mask_json(masked.clone(), &mut Found::default()), masked);
}

#[test]
fn a_token_that_holds_a_value_is_masked_as_a_whole() {
    let vault = vault();
    for token in [format!("sess-{SUBJECT}-7f8a"), "sess-90.01.01-999.92-7f8a".to_owned(), format!("Bearer {TOKEN}")] {
        let masked = vault.mask_json(json!({"access_token": token}), &mut Found::default());
        let text = masked["access_token"].as_str().unwrap();
        assert!(text.starts_with("TOKEN-") && !text.contains(['s', '7', ' ']), "{text}");
        assert_eq!(vault.mask_json(masked.clone(), &mut Found::default()), masked);
        assert!(
            vault.is_masked_json(&masked) && !vault.is_masked_json(&json!({"access_token": vault.mask_text(&token)}))
        );
    }
}

#[test]
fn what_was_met_by_its_look_can_still_become_known() {
    let vault = Vault::default();
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.";
    let surrogate = vault.mask_text(jwt);
    assert_eq!(vault.learn(&jwt.into(), SecretKind::Token), surrogate);
    let mut found = Found::default();
    let encoded = STANDARD_NO_PAD.encode(jwt);
    assert_ne!(vault.mask_noting(&encoded, &mut found), encoded);
    assert_eq!(found.secrets, ["TOKEN-1"]);
    assert!(vault.leaks(jwt));
}

#[test]
fn masking_takes_no_more_than_one_look_at_each_character() {
    let vault = vault();
    let start = std::time::Instant::now();
    for hostile in ["eyJ".repeat(1 << 18), "eyJaaaaaaa.!".repeat(1 << 16), "%25".repeat(1 << 18), "25".repeat(1 << 19)]
    {
        assert!(vault.mask_text(&hostile) == hostile);
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn the_last_look_sees_a_leak_and_accepts_surrogates() {
    let vault = vault();
    assert!(vault.leaks(&format!("x{TOKEN}")));
    assert!(!vault.leaks(&vault.mask_text(&format!("x{TOKEN} {SUBJECT}"))));
}

/// A value in every writing that hides it.
fn every_writing(value: &str) -> Vec<String> {
    let each = |write: &dyn Fn(char) -> String| value.chars().map(write).collect::<String>();
    let standard = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let url_safe = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let percent = each(&|c| format!("%{:02X}", u32::from(c)));
    let decimal = each(&|c| format!("&#{};", u32::from(c)));
    let escapes = each(&|c| format!("\\u{:04x}", u32::from(c)));
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c };
    let json = format!("{{\"error\": \"no access\", \"value\": \"{value}\", \"more\": \"é\"}}");
    vec![
        percent.clone(),
        percent.replace('%', "%25"),
        percent.replace('%', "%2525"),
        decimal.clone(),
        decimal.replace('&', "&amp;"),
        decimal.replace('&', "%26").replace('#', "%23"),
        each(&|c| format!("&#x{:X};", u32::from(c))),
        each(&|c| format!("&#0{}", u32::from(c))),
        escapes.clone(),
        escapes.replace('\\', "\\\\"),
        each(&|c| format!("\\x{:02x}", u32::from(c))),
        each(&|c| format!("\\u{{{:x}}}", u32::from(c))),
        each(&|c| format!("{c}\u{200b}")),
        each(&|c| format!("\u{ad}{c}")),
        each(&|c| wide(c).to_string()),
        standard(value),
        url_safe(value),
        standard(&json),
        url_safe(&format!("a{json}")),
        standard(&standard(&json)),
        standard(&decimal),
        format!("prefix{}suffix", url_safe(&json)),
        standard(value).replace('=', "%3D"),
    ]
}

#[test]
fn a_known_value_is_masked_in_every_writing_and_recognised_where_it_is_a_number() {
    let vault = vault();
    let surrogate = vault.surrogate(Citizen::Subject).unwrap();
    let mut numbers = every_writing(SUBJECT);
    numbers.extend(every_writing("85.07.30-999.32"));
    numbers.extend(insz::written_forms(SUBJECT));
    numbers.extend(insz::grouped_forms(SUBJECT));
    numbers.extend(
        ["85/07/30 - 999/32", "85\u{2009}07\u{2009}30\u{2013}999\u{a0}32", "85&period;07&period;30&ndash;999&nbsp;32"]
            .map(str::to_owned),
    );
    for (around, writing) in
        numbers.iter().flat_map(|writing| ["<>", "\"\"", "\n\n", "x\"", ". "].map(|around| (around, writing)))
    {
        let text = format!("{}{writing}{}", &around[..1], &around[1..]);
        let masked = vault.mask_text(&text);
        assert!(!vault.leaks(&masked), "{text} {masked}");
        assert!(vault.leaks(&text), "{text}");
        assert_eq!(insz::numbers_in(&masked), [surrogate.clone()].into(), "{text} {masked}");
        assert_eq!(vault.mask_text(&masked), masked);
        assert!(Vault::of_marks(&vault.marks()).unwrap().is_masked(&masked), "{masked}");
    }
    for writing in every_writing(TOKEN) {
        let mut found = Found::default();
        let masked = vault.mask_noting(&format!("<{writing}>"), &mut found);
        assert!(!vault.leaks(&masked) && found.secrets == ["TOKEN-1"], "{writing} {masked}");
        assert_eq!(vault.mask_text(&masked), masked);
    }
}

#[test]
fn a_part_of_a_token_is_masked_and_noted() {
    let vault = vault();
    let jwt = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FjbS5leGFtcGxlIiwic3ViIjoiMDEyMzQ1Njc4OSJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbi0wMTIzNDU2Nzg5";
    vault.learn(&jwt.into(), SecretKind::Token);
    for (text, mark) in [
        (&TOKEN[..16], "TOKEN-1"),
        (&TOKEN[12..28], "TOKEN-1"),
        (&jwt[..=(jwt.len() / 2)], "TOKEN-2"),
        (&jwt[jwt.len() - 20..], "TOKEN-2"),
        (&jwt[..jwt.len() - 4], "TOKEN-2"),
        (&STANDARD_NO_PAD.encode(format!("see {} and", &TOKEN[3..22])), "TOKEN-1"),
        (&utf8_percent_encode(&TOKEN[..20], NON_ALPHANUMERIC).to_string(), "TOKEN-1"),
    ] {
        let mut found = Found::default();
        let masked = vault.mask_noting(&format!("token {text}…"), &mut found);
        assert_eq!(found.secrets, [mark], "{text} {masked}");
        assert!(vault.leaks(text) && !vault.leaks(&masked), "{masked}");
        assert_eq!(vault.mask_text(&masked), masked);
    }
    let foreign =
        "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL3NvdXJjZS5leGFtcGxlIn0.b3RoZXItc2lnbmF0dXJlLTU0MzIx";
    for text in [&TOKEN[..15], &jwt[..36], foreign] {
        let mut found = Found::default();
        vault.mask_noting(&format!("token {text}…"), &mut found);
        assert_eq!(found.secrets, [""; 0], "{text}");
    }
}

#[test]
fn a_long_text_of_many_writings_is_masked_in_little_time() {
    let vault = vault();
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FjbSJ9.c2lnbmF0dXJlLW9mLXRoZQ";
    vault.learn(&"a".repeat(40).into(), SecretKind::Token);
    vault.learn(&jwt.into(), SecretKind::Token);
    let start = std::time::Instant::now();
    let base64 = STANDARD_NO_PAD.encode("a text of words ".repeat(1 << 15));
    for hostile in [
        "&#57;".repeat(1 << 17),
        "%2539".repeat(1 << 17),
        base64,
        "aaaaaaaaaaaaaaa ".repeat(1 << 15),
        "\u{200b}".repeat(1 << 17),
    ] {
        vault.mask_text(&hostile);
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// What a source may put around a number, a token and a mark of its own.
fn some_answer() -> impl Strategy<Value = Value> {
    let text = "[a-z\"/%:. <_-]{0,6}";
    let part = prop_oneof![
        Just(SUBJECT.to_owned()),
        Just(TOKEN.to_owned()),
        Just("90010199992".to_owned()),
        Just("900101 999-92".to_owned()),
        Just("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.".to_owned()),
        Just(STANDARD_NO_PAD.encode(TOKEN)),
        Just("INSZ-1 TOKEN-9x".to_owned()),
        Just("https://h/%20".to_owned()),
        "[0-9]{0,12}",
    ];
    let words = (text, part, text).prop_map(|(a, b, c)| format!("{a}{b}{c}"));
    prop::collection::vec(words, 0..4).prop_map(|words| {
        let number = words.first().and_then(|word| word.parse::<i64>().ok());
        json!({"access_token": words.first(), "a": words.concat(), words.join("-"): number})
    })
}

/// The ways in which a number may be written into a text, a name or a URL.
fn some_way(digits: &str) -> Vec<String> {
    let mut ways = [vec![digits.to_owned()], insz::written_forms(digits)].concat();
    let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let each: String = digits.chars().flat_map(|digit| ['%', '3', digit]).collect();
    let names = ways.clone().into_iter().map(|way| format!("attachment; filename=\"attest_{way}.pdf\""));
    let starred = ways.clone().into_iter().map(|way| format!("attachment; filename*=UTF-8''{}.pdf", percent(&way)));
    let twice: Vec<String> = ways.iter().map(|way| percent(&percent(way))).collect();
    let once: Vec<String> = ways.iter().map(|way| percent(way)).collect();
    let more: Vec<String> = names.chain(starred).chain(once).chain(twice).collect();
    ways.extend(more);
    ways.extend([each.clone(), each.replace('%', "%25"), format!("id-{digits}-v2"), format!("Basic {digits}")]);
    ways
}

/// What is left of a text for whoever undoes its percent encoding and takes the separators away.
fn undone(text: &str) -> String {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    decode(&decode(&decode(text))).replace(['.', '-', ' ', '/', '_', '+'], "")
}

proptest! {
    // Each case looks at dozens of texts.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_way_of_writing_brings_a_number_through(nine in 0u64..1_000_000_000, from_2000: bool) {
        let digits = format!("{nine:09}{:02}", insz::check_number(nine, from_2000));
        let known = Vault::new([(Citizen::Subject, digits.clone().into())].into());
        for vault in [Vault::default(), known] {
            for way in some_way(&digits) {
                let mut found = Found::default();
                let masked = vault.mask_json(json!({&way: way, "a": [{"b": format!("x{way}y")}]}), &mut found).to_string();
                let link = vault.mask_link(&way, &mut found);
                for left in [&masked, &link, &vault.mask_text(&way)] {
                    prop_assert!(!undone(left).contains(&digits), "{} {}", way, left);
                }
            }
        }
    }

    #[test]
    fn a_known_number_is_masked_within_longer_runs(nine in 100_000_000u64..1_000_000_000, before in "[0-9]{0,8}", after in "[0-9]{0,8}") {
        let digits = format!("{nine:09}{:02}", insz::check_number(nine, false));
        let vault = Vault::new([(Citizen::Subject, digits.clone().into())].into());
        let written = insz::written_forms(&digits);
        let percent = |text: &String| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let once: Vec<String> = written.iter().map(percent).collect();
        let twice: Vec<String> = once.iter().map(percent).collect();
        for text in [written, once, twice, insz::grouped_forms(&digits), vec![digits.clone()]].concat() {
            let masked = vault.mask_text(&format!("{before}{text}{after}"));
            prop_assert!(!masked.contains(&text), "{}", masked);
        }
    }

}

proptest! {
    #[test]
    fn what_is_masked_is_so_for_whoever_has_the_marks(answer in some_answer()) {
        let vault = vault();
        let text = vault.mask_text(&answer.to_string());
        let masked = vault.mask_json(answer, &mut Found::default());
        let elsewhere = Vault::of_marks(&vault.marks()).unwrap();
        prop_assert!(elsewhere.is_masked_json(&masked), "{masked}");
        prop_assert!(elsewhere.is_masked(&text), "{text}");
    }

    #[test]
    fn masking_twice_is_masking_once_and_only_surrogates_look_like_numbers(answer in some_answer()) {
        let vault = vault();
        let text = vault.mask_text(&answer.to_string());
        prop_assert_eq!(&vault.mask_text(&text), &text);
        let surrogates: Vec<String> = vault.marks().into_iter().map(|mark| mark.surrogate).collect();
        prop_assert!(insz::look_alikes(&text).iter().all(|(_, _, digits)| surrogates.contains(digits)), "{text}");
        let masked = vault.mask_json(answer, &mut Found::default());
        prop_assert_eq!(&vault.mask_json(masked.clone(), &mut Found::default()), &masked);
        for output in [text, masked.to_string()] {
            prop_assert!(!vault.leaks(&output) && !vault.leaks(&vault.for_people(&output)), "{output}");
        }
    }
}

#[test]
fn what_is_not_masked_is_seen_without_knowing_it() {
    let vault = Vault::of_marks(&self::vault().marks()).unwrap();
    assert!(!vault.is_masked(SUBJECT) && !vault.is_masked("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."));
    let number: u64 = SUBJECT.parse().unwrap();
    for value in [json!([number]), json!({ SUBJECT: 1 }), json!({"access_token": "abc"}), json!({"a": {"b": SUBJECT}})]
    {
        assert!(!vault.is_masked_json(&value), "{value}");
    }
}

#[test]
fn a_value_cannot_pass_for_the_surrogate_of_a_mark() {
    let mark = |surrogate: &str, mark: &str| Mark { surrogate: surrogate.to_owned(), mark: mark.to_owned() };
    let number = mark(&insz::surrogate(0), "INSZ-1");
    assert!(Vault::of_marks(&[number.clone(), mark("TOKEN-1", "TOKEN-1"), mark("SECRET-12xx", "SECRET-12")]).is_ok());
    for other in [
        mark(SUBJECT, "INSZ-1"),
        mark(&insz::surrogate(1), "INSZ-1"),
        mark(&insz::surrogate(1), "INSZ-02"),
        mark("TOKEN-1abc", "TOKEN-1"),
        mark("TOKEN-0xxx", "TOKEN-0"),
        mark("", ""),
        mark("WORD-1x", "WORD-1"),
        number.clone(),
    ] {
        assert_eq!(Vault::of_marks(&[number.clone(), other.clone()]).err(), Some(1), "{other:?}");
    }
}

#[test]
fn the_password_in_a_url_is_masked() {
    let vault = Vault::default();
    for (text, masked) in [
        ("https://user:hunter22@host/a", "https://user:SECRET-1@host/a"),
        (
            "see <ftp://a:b@c:d@host> and https://user:hunter22@x",
            "see <ftp://a:SECRET-2@host> and https://user:SECRET-1@x",
        ),
        ("https://host:8443/a@b:c", "https://host:8443/a@b:c"),
        ("https://user@host/", "https://user@host/"),
        ("https://user:@host/", "https://user:@host/"),
        ("://", "://"),
    ] {
        assert_eq!(vault.mask_text(text), masked);
        assert_eq!(vault.mask_text(masked), masked, "masking twice changes nothing");
    }
}

#[test]
fn a_value_that_shows_behind_an_escape_alone_is_masked() {
    let vault = vault();
    let tail = &TOKEN[1..];
    let number = Vault::new([(Citizen::Subject, "10073099945".into()), (Citizen::Other, SUBJECT.into())].into());
    for (vault, text) in [
        (&vault, format!("a\t{tail}")),
        (&vault, format!("\u{18}{}", &SUBJECT[1..])),
        (&vault, format!("/\u{18}{}", &SUBJECT[1..])),
        (&number, "\u{10}073099945".to_owned()),
        (&number, "\u{e1}0073099945".to_owned()),
    ] {
        let masked = vault.mask_json(json!([text]), &mut Found::default());
        assert_ne!(masked, json!([text]));
        assert!(!vault.leaks(&masked.to_string()), "{masked}");
        let path = Url::parse("https://h/").unwrap().join(masked[0].as_str().unwrap()).unwrap();
        assert!(!vault.leaks(path.as_str()), "{path}");
        assert_eq!(vault.mask_json(masked.clone(), &mut Found::default()), masked);
    }
    let plain = "één attest\tvan 2025\n".to_owned();
    assert_eq!(vault.mask_text(&plain), plain);
}

/// A vault to which an answer with this link came, and the link's masked form.
fn vault_with(raw: &str) -> (Vault, String) {
    let vault = vault();
    let masked = vault.mask_text(raw);
    vault.keep_url(masked.clone(), raw.to_owned());
    (vault, masked)
}

#[test]
fn a_link_comes_back_as_the_source_wrote_it() {
    let surrogate = vault().surrogate(Citizen::Subject).unwrap();
    let links = [
        format!("https://h/v1/certificates/{SUBJECT}/7/nl"),
        format!("https://h/v1/certificates/{}/7/nl", SUBJECT.replace('9', "%39")),
        format!("https://h/v1/certificates/{SUBJECT}/{surrogate}/nl"),
        format!("https://h/{surrogate}"),
        "https://h/v1/certificates?page=2".to_owned(),
    ];
    for raw in &links {
        let (vault, masked) = vault_with(raw);
        assert_eq!(vault.url(&masked).as_ref(), Some(raw), "{masked}");
        assert_eq!(vault.is_plain(&masked, raw), *raw == links[0] || *raw == links[4], "{masked}");
    }
}

#[test]
fn the_mark_of_a_stranger_leads_nowhere_but_to_a_link_that_an_answer_held() {
    let (stranger, token) = ("https://h/90010199992", format!("https://h/?token={TOKEN}"));
    let vault = vault();
    let id = format!("https://h/{}0", vault.mask_text("90010199992"));
    assert_eq!(vault.url(&id), Some(id), "an id that holds one of our surrogates");
    let planted = vault.mask_text(&format!("https://h/{SUBJECT}/90010199992")).replace("10000000016", SUBJECT);
    let masked = vault.mask_text(&planted);
    assert_eq!(vault.url(&masked), None);
    vault.keep_url(masked.clone(), planted.clone());
    assert_eq!(vault.url(&masked), Some(planted));
    for raw in [stranger, &token] {
        let (vault, masked) = vault_with(raw);
        assert_eq!(vault.url(&masked).as_deref(), Some(raw));
        assert_eq!(vault.url(&format!("{masked}/other")), None);
    }
}

#[test]
fn a_surrogate_that_a_source_plants_never_becomes_a_number() {
    let surrogate = vault().surrogate(Citizen::Subject).unwrap();
    let planted = format!("https://h/{surrogate}");
    let (vault, _) = vault_with(&planted);
    vault.keep_url(planted.clone(), "https://h/other".to_owned());
    assert_eq!(vault.url(&planted).as_ref(), Some(&planted), "the first that an answer held stays");
}

#[test]
fn only_links_that_do_not_follow_from_their_masked_form_are_noted() {
    let vault = vault();
    let surrogate = vault.surrogate(Citizen::Subject).unwrap();
    let long = format!("/{}", "a".repeat(LONG));
    let broken = format!("/{}\n{}", &surrogate[..4], &surrogate[4..]);
    let stranger = vault.mask_text("90010199992");
    let odd = [
        format!("/{}", SUBJECT.replace('9', "%39")),
        format!("/{surrogate}"),
        long.clone(),
        broken,
        format!("/{stranger}"),
        format!("/{SUBJECT}/{stranger}"),
    ];
    let links: Vec<_> = odd.iter().map(|href| json!({"rel": "next", "href": href})).collect();
    let mut found = Found::default();
    let body = json!({"links": links, "href": format!("/{SUBJECT}"), "next": {"href": "/2"}, "name": long});
    let masked = vault.mask_json(body, &mut found);
    assert_eq!(masked["href"], format!("/{surrogate}"));
    let raw: Vec<_> = found.links.iter().map(|(_, raw)| raw.expose_secret()).collect();
    assert_eq!(raw, odd);
    let shown: Vec<_> = found.links.iter().map(|(masked, _)| masked.as_str()).collect();
    assert_eq!(shown, [0, 1, 2, 3, 4, 5].map(|place| masked["links"][place]["href"].as_str().unwrap()));
}

proptest! {
    #[test]
    fn any_link_comes_back_raw(parts in prop::collection::vec(
        prop_oneof![Just(SUBJECT.to_owned()), Just("10000000016".to_owned()), "[0-9]{0,3}", "[a-z/%]{0,3}"], 0..8,
    )) {
        let raw = parts.concat();
        let (vault, masked) = vault_with(&raw);
        prop_assert_eq!(vault.url(&masked), Some(raw));
    }
}
