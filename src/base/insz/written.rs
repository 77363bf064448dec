//! How people and programs write a national number in a text: with separators, percent-encoded, in a longer text.

use std::collections::BTreeSet;

use super::{DIGITS, valid};
use crate::base::writing;

/// The positions, counted in digits, at which people put a separator: `YY.MM.DD-SSS.CC`.
const SEPARATED: [usize; 4] = [2, 4, 6, 9];

/// The usual ways to write a number with separators.
pub fn written_forms(digits: &str) -> Vec<String> {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (yy, mm, dd, serial, check) = (part(0, 2), part(2, 4), part(4, 6), part(6, 9), part(9, 11));
    vec![
        format!("{yy}.{mm}.{dd}-{serial}.{check}"),
        format!("{yy}{mm}{dd}-{serial}.{check}"),
        format!("{yy}{mm}{dd}-{serial}-{check}"),
        format!("{yy}{mm}{dd} {serial} {check}"),
        format!("{yy} {mm} {dd} {serial} {check}"),
    ]
}

/// Other ways to write a number: in groups of three, as a program writes any number. Too much else is written so for it
/// to be looked for where the number is not known.
pub fn grouped_forms(digits: &str) -> Vec<String> {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let from_the_end = [part(0, 2), part(2, 5), part(5, 8), part(8, 11)];
    let from_the_start = [part(0, 3), part(3, 6), part(6, 9), part(9, 11)];
    let forms = [from_the_end, from_the_start].into_iter();
    forms.flat_map(|parts| [".", ",", " ", "-", "'", "\u{a0}", "\u{202f}"].map(|between| parts.join(between))).collect()
}

/// The number that a text starts with, valid or not: its end and its digits.
pub fn at_start(text: &str) -> Option<(usize, String)> {
    let written = read(text.as_bytes(), 0)?;
    Some((written.end, written.digits(text.as_bytes())))
}

/// Every place in a text that looks like a national number: start, end (bytes) and the bare digits. A longer run of
/// digits is no national number, and neither are the seconds of a moment with their fraction (`42.123456789`) or a part
/// of a hexadecimal id; the digits of a percent escape before it do not count.
pub fn look_alikes(text: impl AsRef<[u8]>) -> Vec<(usize, usize, String)> {
    let bytes = text.as_ref();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let starts = bytes.get(at..).and_then(digit_at).is_some();
        if !starts || (at > 0 && digit(at - 1) && !follows_escape(bytes, at)) {
            at += 1;
            continue;
        }
        let written = read(bytes, at).filter(|written| !digit(written.end));
        match written.map(|written| (written.end, written.digits(bytes))) {
            Some((end, digits)) if valid(&digits) && !is_in_an_id(bytes, at, end) => {
                found.push((at, end, digits));
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// The digits of every national number that a text names, in whatever writing: with separators, behind escapes and
/// entities, in digits of other alphabets, in Base64.
pub fn numbers_in(text: &str) -> BTreeSet<String> {
    let mut numbers = BTreeSet::new();
    writing::each(text.as_bytes(), &mut |reading| {
        numbers.extend(look_alikes(reading).into_iter().map(|(_, _, digits)| digits));
    });
    numbers
}

/// How often a percent escape may be encoded itself: `%20`, `%2520`, …
const ESCAPED: usize = 3;

/// Whether a percent escape ends before this place.
fn follows_escape(bytes: &[u8], at: usize) -> bool {
    let Some((before, code)) = bytes.get(..at).and_then(|before| before.split_last_chunk::<2>()) else { return false };
    let mut encoded = std::iter::successors(Some(before), |before| before.strip_suffix(b"25")).take(ESCAPED);
    code.iter().all(u8::is_ascii_hexdigit) && encoded.any(|before| before.ends_with(b"%"))
}

/// The most hexadecimal digits of an id: a SHA-512.
const LONGEST_ID: usize = 128;

/// Whether a number stands in an id of hexadecimal digits: in 32 of them and more, amid 24 in lower case, in the span of a
/// `traceparent`, or in the last group of a UUID. One UUID in eleven thousand holds a number by chance, and a run sees
/// hundreds of them. Others put a number together with letters and a year: these are none.
fn is_in_an_id(bytes: &[u8], from: usize, to: usize) -> bool {
    let Some((before, after)) = bytes.get(..from).zip(bytes.get(to..)) else { return false };
    let left = hexadecimal_end(before);
    let right = after.iter().take(LONGEST_ID).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (start, end) = (from - left, to + right);
    let run = bytes.get(start..end).unwrap_or_default();
    let is_lower = !run.iter().any(u8::is_ascii_uppercase);
    let is_one = match run.len() {
        12 => is_a_uuid(bytes, end),
        16 => is_a_span(bytes, start, end),
        24 => left > 0 && right > 0 && is_lower,
        length => (32..=LONGEST_ID).contains(&length) && length.is_multiple_of(8),
    };
    to - from == DIGITS && is_one
}

/// How many hexadecimal digits end a text, without those of an escape.
fn hexadecimal_end(text: &[u8]) -> usize {
    let length = text.iter().rev().take(LONGEST_ID).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let Some((before, mut digits)) = text.split_at_checked(text.len() - length) else { return 0 };
    if before.ends_with(b"%") {
        while let Some(code) = digits.strip_prefix(b"25") {
            digits = code;
        }
        digits = digits.get(2..).unwrap_or_default();
    }
    digits.len()
}

/// Whether a UUID ends at this place.
fn is_a_uuid(bytes: &[u8], end: usize) -> bool {
    are_groups(bytes, end, [8, 4, 4, 4, 12])
}

/// Whether the id of a span stands here: `version-trace-span-flags` (W3C Trace Context).
fn is_a_span(bytes: &[u8], start: usize, end: usize) -> bool {
    end - start == 16 && bytes.get(end) == Some(&b'-') && are_groups(bytes, end, [2, 32, 16])
}

/// Whether groups of hexadecimal digits, with dashes between them and nothing before them, end at this place.
fn are_groups<const COUNT: usize>(bytes: &[u8], end: usize, groups: [usize; COUNT]) -> bool {
    let mut rest = bytes.get(..end).unwrap_or_default();
    let all = groups.iter().rev().enumerate().all(|(place, length)| {
        let separated = place == 0 || rest.split_off_last().is_some_and(|byte| *byte == b'-');
        let group = rest.len().checked_sub(*length).and_then(|start| rest.split_off(start..));
        separated && group.is_some_and(|group| group.iter().all(u8::is_ascii_hexdigit))
    });
    all && (!rest.last().is_some_and(u8::is_ascii_alphanumeric) || follows_escape(bytes, rest.len()))
}

/// A number as it is written: where its digits stand, and where it ends.
struct Written {
    at: [usize; DIGITS],
    end: usize,
}

impl Written {
    fn digits(&self, bytes: &[u8]) -> String {
        self.at.iter().filter_map(|at| bytes.get(*at).copied()).map(char::from).collect()
    }
}

/// The most separators at one position: ` - `.
const SEPARATORS: usize = 3;

/// Reads 11 digits from a place on, with separators at the usual positions alone.
fn read(bytes: &[u8], start: usize) -> Option<Written> {
    let mut written = Written { at: [0; DIGITS], end: start };
    let (mut separators, mut year_apart, mut month_apart) = (0, false, false);
    let mut count = 0;
    while let Some(at) = written.at.get_mut(count) {
        if let Some(length) = digit_at(bytes.get(written.end..)?) {
            written.end += length;
            *at = written.end - 1;
            (count, separators) = (count + 1, 0);
        } else if separators < SEPARATORS && SEPARATED.contains(&count) {
            written.end += separator(bytes.get(written.end..)?)?;
            separators += 1;
            (year_apart, month_apart) = (year_apart || count == 2, month_apart || count == 4);
        } else {
            return None;
        }
    }
    // Who sets the year apart also sets the month apart.
    (year_apart == month_apart).then_some(written)
}

/// The length of the digit with which a text starts: as it is, percent-encoded (once or more), or as JSON escapes it.
/// Its last byte is the digit itself in every case.
fn digit_at(text: &[u8]) -> Option<usize> {
    let first = |text: &[u8]| text.first().is_some_and(u8::is_ascii_digit);
    if first(text) {
        return Some(1);
    }
    if let Some(rest) = text.strip_prefix(b"\\u003") {
        return first(rest).then(|| text.len() - rest.len() + 1);
    }
    let code = text.strip_prefix(b"%")?;
    let mut encoded = std::iter::successors(Some(code), |code| code.strip_prefix(b"25")).take(ESCAPED);
    encoded.find_map(|code| code.strip_prefix(b"3").filter(|rest| first(rest))).map(|rest| text.len() - rest.len() + 1)
}

/// The length of the separator with which a text starts: as it is, percent-encoded (once or more), or as HTML.
fn separator(text: &[u8]) -> Option<usize> {
    const WHOLE: [&[u8]; 9] = [
        b"&nbsp;",
        b"&#160;",
        "\u{a0}".as_bytes(),
        "\u{202f}".as_bytes(),
        "\u{2010}".as_bytes(),
        "\u{2011}".as_bytes(),
        "\u{2013}".as_bytes(),
        "\u{2014}".as_bytes(),
        b"%C2%A0",
    ];
    let is_one = |byte: &u8| b".- /+_\t".contains(byte);
    if text.first().is_some_and(is_one) {
        return Some(1);
    }
    if let Some(whole) = WHOLE.iter().find(|whole| text.starts_with(whole)) {
        return Some(whole.len());
    }
    let code = text.strip_prefix(b"%")?;
    let mut encoded = std::iter::successors(Some(code), |code| code.strip_prefix(b"25")).take(ESCAPED);
    let is_escape = |code: &&[u8]| {
        let hexadecimal = code.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        hexadecimal.and_then(|code| u8::from_str_radix(code, 16).ok()).is_some_and(|byte| is_one(&byte))
    };
    encoded.find(is_escape).map(|code| text.len() - code.len() + 2)
}

/// Other digits in the places of the digits of a number as it is written, whose separators stay.
pub fn with_separators(digits: &str, written: &str) -> String {
    let mut bytes = written.as_bytes().to_vec();
    let places = read(&bytes, 0).map(|written| written.at);
    for (at, digit) in places.into_iter().flatten().zip(digits.bytes()) {
        if let Some(place) = bytes.get_mut(at) {
            *place = digit;
        }
    }
    // Digits took the places of digits: it is as valid as it was.
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{check_number, surrogate};
    use super::*;

    #[test]
    fn seconds_with_their_fraction_are_no_national_number() {
        let fractions = 100_000_000_u64..100_000_200;
        let moments = fractions.map(|nanoseconds| format!("2026-07-30T03:35:42.{nanoseconds}Z"));
        assert_eq!(moments.map(|moment| look_alikes(&moment).len()).sum::<usize>(), 0);
    }

    #[test]
    fn a_longer_run_of_digits_is_no_national_number() {
        assert_eq!(look_alikes("185073099970").len(), 0);
        assert_eq!(look_alikes("x90010199992y").len(), usize::from(valid("90010199992")));
    }

    #[test]
    fn the_digits_of_an_id_are_no_national_number() {
        for id in [
            "0b0d4d2c-7d6c-4f5e-9f0a-a90010199992",
            "urn:uuid:0B0D4D2C-7D6C-4F5E-9F0A-90010199992F, and",
            "%7B0B0D4D2C-7D6C-4F5E-9F0A-90010199992F%7D",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-f90010199992abcd-01",
            "\"9c1f90010199992e9c1f0000\"",
            "etag: 0123456789abcdef0123f90010199992",
        ] {
            assert_eq!(look_alikes(id), [], "{id}");
        }
        for number in [
            "attest-fee90010199992.pdf",
            "90010199992A0001",
            "DOC-90010199992C2025.pdf",
            "BE90010199992FA01",
            "facade90010199992",
            "BE90010199992A01",
            "A90010199992B001",
            "BE90010199992FA0100000ABC",
            "%252F90010199992abc",
            "%252F90010199992ABC0123456789abcdef0",
            "/x%2F90010199992abc",
            "%2f90010199992%2fabc",
            "2c-7d6c-4f5e-9f0a-a90010199992",
            "x0b0d4d2c-7d6c-4f5e-9f0a-a90010199992",
            "90010199992-7d6c-4f5e-9f0a-a00000000000",
            "insz 90010199992 of 0b0d4d2c-7d6c-4f5e-9f0a-a00000000000",
        ] {
            assert_eq!(look_alikes(number).len(), 1, "{number}");
        }
    }

    #[test]
    fn a_long_run_of_numbers_and_letters_is_looked_at_a_few_times() {
        let text = "a90010199992".repeat(100_000);
        assert_eq!(look_alikes(&text).len(), 100_000);
    }

    #[test]
    fn a_number_is_found_behind_and_between_escapes() {
        let digits = "90010199992";
        for text in [
            "%2090010199992",
            "%2290010199992%22",
            "%252290010199992%2522",
            "%2590010199992",
            "900101%20999%2092",
            "90%2e01%2E01-999.92",
            "90.01.01%252D999.92",
            "900101+999+92",
            "900101_999_92",
            "90.01.01 - 999.92",
            "90.01.01\u{2013}999.92",
            "900101&nbsp;999&nbsp;92",
            "900101\t999\t92",
            "%390%30101999%39%32",
            "%2539%2530%2530%2531%2530%2531%252D%2539%2539%2539%2539%2532",
            "\\u003900101\\u003999\\u00392",
        ] {
            let found = look_alikes(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].2, digits, "{text}");
            let written = &text[found[0].0..found[0].1];
            assert_eq!(with_separators(digits, written), written);
            let other = with_separators(&surrogate(0), written);
            assert_eq!(look_alikes(text.replace(written, &other))[0].2, surrogate(0), "{text}");
        }
        for other in ["2090010199992", "90010199992%20", "900101 - - 999 92"] {
            assert_eq!(look_alikes(other).len(), usize::from(other.ends_with("%20")), "{other}");
        }
    }

    #[test]
    fn a_number_is_named_in_whatever_writing() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        let each = |write: fn(char) -> String| "90.01.01-999.92".chars().map(write).collect::<String>();
        for text in [
            "90.01.01-999.92".to_owned(),
            "attest 90.01.01-999.92.pdf".to_owned(),
            STANDARD.encode("90010199992"),
            STANDARD.encode("{\"insz\":\"90.01.01-999.92\"}"),
            format!("/x/{}/y", URL_SAFE_NO_PAD.encode("insz=90010199992;?>")),
            STANDARD.encode(STANDARD.encode("90010199992")),
            each(|c| format!("&#{};", u32::from(c))),
            each(|c| format!("&#x{:x};", u32::from(c))),
            each(|c| format!("&amp;#{};", u32::from(c))),
            each(|c| format!("\\u{:04x}", u32::from(c))),
            each(|c| format!("\\\\u{:04X}", u32::from(c))),
            each(|c| format!("%{:02X}", u32::from(c))),
            each(|c| format!("%25{:02x}", u32::from(c))),
            each(|c| format!("{c}\u{200b}")),
            each(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap().to_string()),
            "90&period;01&period;01&ndash;999&nbsp;92".to_owned(),
            "90\u{2009}01\u{2009}01\u{2013}999\u{a0}92".to_owned(),
            "%EF%BC%990010199992".to_owned(),
        ] {
            assert_eq!(numbers_in(&text), ["90010199992".to_owned()].into(), "{text}");
        }
        assert_eq!(numbers_in("12345678901 en één attest, 100%, R&D").len(), 0);
    }

    proptest! {
        #[test]
        fn every_usual_way_of_writing_is_found(nine in 0u64..1_000_000_000, from_2000: bool, before in "[a-z<\"/]{0,3}") {
            let digits = format!("{nine:09}{:02}", check_number(nine, from_2000));
            for form in written_forms(&digits).into_iter().chain([digits.clone()]) {
                let text = format!("{before}{form}.");
                let found = look_alikes(&text);
                prop_assert_eq!(found.len(), 1, "{}", text);
                prop_assert_eq!(&found[0].2, &digits);
                prop_assert_eq!(with_separators(&found[0].2, &form), form);
            }
        }

        #[test]
        fn any_text_can_be_searched(text in ".{0,200}") {
            for (from, to, _) in look_alikes(&text) {
                prop_assert!(text.get(from..to).is_some());
            }
        }
    }
}
