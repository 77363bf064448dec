//! The Belgian national number (INSZ): its check number, the ways to write it, and numbers that were never issued.

use secrecy::SecretString;

/// The check number of the first nine digits: 97 minus their remainder modulo 97, with a 2 put before them for people
/// born from 2000 on.
pub fn check_number(nine: u64, from_2000: bool) -> u64 {
    let number = if from_2000 { 2_000_000_000 + nine } else { nine };
    97 - number % 97
}

/// Whether these are 11 digits of which the last two are the check number of the first nine.
pub fn valid(digits: &str) -> bool {
    if digits.len() != 11 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let (nine, check) = digits.split_at(9);
    match (nine.parse::<u64>(), check.parse::<u64>()) {
        (Ok(nine), Ok(check)) => [false, true].iter().any(|from_2000| check_number(nine, *from_2000) == check),
        _ => false,
    }
}

/// The n-th surrogate: 11 digits with a valid check number that were never issued, since serial 000 does not exist and
/// the first ones have month and day 00 too.
pub fn surrogate(index: usize) -> String {
    let index = index as u64;
    // From 10 on, so that a surrogate keeps its 11 digits as a JSON number.
    let year = 10 + index % 90;
    let month_and_day = index / 90 % 10_000;
    let nine = year * 10_000_000 + month_and_day * 1_000;
    format!("{nine:09}{:02}", check_number(nine, false))
}

/// A well-formed number that is never issued (serial 999), for requests about nobody.
pub fn nobody() -> SecretString {
    let nine = 700_101_999;
    format!("{nine}{:02}", check_number(nine, false)).into()
}

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

/// Every place in a text that looks like a national number: start, end (bytes) and the bare digits. A longer run of
/// digits is no national number, and neither are the seconds of a moment with their fraction (`42.123456789`).
pub fn look_alikes(text: &str) -> Vec<(usize, usize, String)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !digit(at) || (at > 0 && digit(at - 1)) {
            at += 1;
            continue;
        }
        match read(bytes, at).filter(|(end, _)| !digit(*end)) {
            Some((end, digits)) if valid(&digits) => {
                found.push((at, end, digits));
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

/// Reads 11 digits from a place on, with at most one separator at each of the usual positions.
fn read(bytes: &[u8], start: usize) -> Option<(usize, String)> {
    let mut digits = String::with_capacity(11);
    let mut separated = Vec::new();
    let mut at = start;
    while digits.len() < 11 {
        match bytes.get(at) {
            Some(byte) if byte.is_ascii_digit() => digits.push(char::from(*byte)),
            Some(b'.' | b'-' | b' ' | b'/')
                if SEPARATED.contains(&digits.len()) && bytes.get(at - 1).is_some_and(u8::is_ascii_digit) =>
            {
                separated.push(digits.len());
            }
            _ => return None,
        }
        at += 1;
    }
    // Who sets the year apart also sets the month apart.
    (separated.contains(&2) == separated.contains(&4)).then_some((at, digits))
}

/// Other digits in the places of the digits of `written`, whose separators stay.
pub fn with_separators(digits: &str, written: &str) -> String {
    let mut digits = digits.chars();
    written.chars().map(|c| if c.is_ascii_digit() { digits.next().unwrap_or(c) } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn both_centuries_have_their_check_number() {
        let nine = 850_730_999;
        assert!(valid(&format!("{nine}{:02}", check_number(nine, false))));
        assert!(valid(&format!("{nine}{:02}", check_number(nine, true))));
        assert!(!valid("85073099900") && !valid("8507309998") && !valid("8507309998a"));
        assert!(valid(nobody().expose_secret()));
    }

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

    proptest! {
        #[test]
        fn surrogates_are_valid_and_all_different(a in 0usize..50_000, b in 0usize..50_000) {
            prop_assert!(valid(&surrogate(a)));
            prop_assert_eq!(surrogate(a).len(), 11);
            prop_assert_eq!(surrogate(a) == surrogate(b), a == b);
            prop_assert_eq!(&surrogate(a)[6..9], "000");
        }

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
