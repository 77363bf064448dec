//! The Belgian national number (INSZ): its check number, the ways to write it, and numbers that were never issued.

use secrecy::SecretString;

mod written;

pub use written::{at_start, grouped_forms, look_alikes, numbers_in, with_separators, written_forms};

/// How many digits a national number has.
pub const DIGITS: usize = 11;

/// The check number of the first nine digits: 97 minus their remainder modulo 97, with a 2 put before them for people
/// born from 2000 on.
pub fn check_number(nine: u64, from_2000: bool) -> u64 {
    let number = if from_2000 { 2_000_000_000 + nine } else { nine };
    97 - number % 97
}

/// Whether these are 11 digits of which the last two are the check number of the first nine.
pub fn valid(digits: &str) -> bool {
    if digits.len() != DIGITS || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let (nine, check) = digits.split_at(9);
    match (nine.parse::<u64>(), check.parse::<u64>()) {
        (Ok(nine), Ok(check)) => [false, true].iter().any(|from_2000| check_number(nine, *from_2000) == check),
        _ => false,
    }
}

/// The eleven digits of a national number, without the dots, dashes and spaces that people write between them.
pub fn bare(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '.' | '-' | ' ')).collect();
    valid(&digits).then_some(digits)
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

/// The national number that a JSON number may stand for that lost the leading zeros of one: of somebody born in 2000 to
/// 2009 eight to ten digits are left. So few digits are many other things too: the date of birth must be possible, and
/// a date such as 20260730 stays one.
pub fn without_zeros(digits: &str) -> Option<String> {
    let part = |from: usize, to: usize, text: &str| text.get(from..to).and_then(|text| text.parse::<u32>().ok());
    let is_day = |month: Option<u32>, day: Option<u32>, least: u32| {
        month.is_some_and(|month| (least..=12).contains(&month)) && day.is_some_and(|day| (least..=31).contains(&day))
    };
    let is_date = digits.len() == 8
        && (digits.starts_with("19") || digits.starts_with("20"))
        && is_day(part(4, 6, digits), part(6, 8, digits), 1);
    if !(8..DIGITS).contains(&digits.len()) || is_date {
        return None;
    }
    let number = format!("{digits:0>DIGITS$}");
    // The bis numbers add 20 or 40 to the month; where the date is not known, month and day are 0.
    let month = part(2, 4, &number).filter(|month| *month < 60).map(|month| month % 20);
    (is_day(month, part(4, 6, &number), 0) && valid(&number)).then_some(number)
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
    fn leading_zeros_that_a_json_number_lost_come_back() {
        let number = |nine: u64| format!("{nine:09}{:02}", check_number(nine, true));
        for nine in [51_231_999, 1_231_999, 101_999, 50_000_999, 55_231_999] {
            let whole = number(nine);
            let short = whole.trim_start_matches('0');
            assert_eq!(without_zeros(short), Some(whole.clone()), "{short}");
        }
        // The seconds of this decade and the next have no month; nor have dates, counts and telephone numbers.
        let seconds = (1_700_000_000_u64..2_000_000_000).step_by(99_991).map(|seconds| seconds.to_string());
        let dates = (1..=28).map(|day| format!("202602{day:02}"));
        let others = ["1", "2026", "44021", "9999999", "12345678901"].map(str::to_owned);
        for other in seconds.chain(dates).chain(others) {
            assert_eq!(without_zeros(&other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn surrogates_are_valid_and_all_different(a in 0usize..50_000, b in 0usize..50_000) {
            prop_assert!(valid(&surrogate(a)));
            prop_assert_eq!(surrogate(a).len(), 11);
            prop_assert_eq!(surrogate(a) == surrogate(b), a == b);
            prop_assert_eq!(&surrogate(a)[6..9], "000");
        }
    }
}
