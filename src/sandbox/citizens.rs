//! The people of the sandbox and their invented national numbers.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a citizen is for in a run, as the profile names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The citizen whose certificates are judged.
    Subject,
    /// An unrelated citizen, for the probes of chapter access.
    Other,
    /// A citizen without certificates.
    Empty,
}

/// Which rule of the national number gives the check number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Born {
    /// Before the year 2000: the nine digits as they are.
    Before2000,
    /// From 2000 on: a 2 is put before the nine digits.
    From2000,
}

/// The check number of the first nine digits of a national number: 97 minus the number modulo 97.
/// `None` unless `nine` is exactly nine digits.
pub fn check_number(nine: &str, born: Born) -> Option<u64> {
    if nine.len() != 9 || !nine.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: u64 = nine.parse().ok()?;
    let base = match born {
        Born::Before2000 => digits,
        Born::From2000 => 2_000_000_000 + digits,
    };
    Some(97 - base % 97)
}

/// The national number with these first nine digits.
pub fn national_number(nine: &str, born: Born) -> Option<String> {
    check_number(nine, born).map(|check| format!("{nine}{check:02}"))
}

/// Whether these are eleven digits whose last two are a valid check number, in either of the two ways.
pub fn is_national_number(text: &str) -> bool {
    let (Some(nine), Some(check)) = (text.get(..9), text.get(9..)) else { return false };
    if check.len() != 2 || !check.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let check = check.parse().ok();
    [Born::Before2000, Born::From2000].into_iter().any(|born| check.is_some() && check_number(nine, born) == check)
}

/// A citizen as every part of the sandbox knows them.
#[derive(Clone, Debug)]
pub(super) struct Citizen {
    pub name: &'static str,
    pub role: Role,
    pub insz: String,
    /// The `sub` of every token of this citizen.
    pub sub: String,
}

impl Citizen {
    /// The name as people read it.
    pub(super) fn shown_name(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map(|first| format!("{}{} Zandbak", first.to_uppercase(), letters.as_str())).unwrap_or_default()
    }
}

/// The three people. The serial number 999 keeps their numbers apart from those of real citizens, as far as that goes.
pub(super) fn people() -> Vec<Citizen> {
    let person = |name, role, nine, born| {
        let insz = national_number(nine, born).unwrap_or_default();
        Citizen { name, role, insz, sub: Uuid::new_v4().to_string() }
    };
    vec![
        person("an", Role::Subject, "850730999", Born::Before2000),
        person("bo", Role::Other, "040312999", Born::From2000),
        person("cy", Role::Empty, "911130999", Born::Before2000),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_number_depends_on_the_century() {
        // 850730999 = 97 * 8770422 + 65, and 2040312999 = 97 * 21034154 + 61.
        assert_eq!(check_number("850730999", Born::Before2000), Some(97 - 850_730_999 % 97));
        assert_eq!(check_number("040312999", Born::From2000), Some(97 - 2_040_312_999 % 97));
        assert_ne!(check_number("040312999", Born::From2000), check_number("040312999", Born::Before2000));
    }

    #[test]
    fn a_multiple_of_97_has_check_number_97() {
        assert_eq!(check_number("000000097", Born::Before2000), Some(97));
        assert_eq!(national_number("000000097", Born::Before2000).unwrap(), "00000009797");
    }

    #[test]
    fn only_nine_digits_have_a_check_number() {
        for nine in ["", "12345678", "1234567890", "12345678x", "+12345678"] {
            assert_eq!(check_number(nine, Born::Before2000), None, "{nine}");
        }
    }

    #[test]
    fn a_national_number_is_eleven_digits_with_a_valid_check() {
        let good = national_number("850730999", Born::Before2000).unwrap();
        assert!(is_national_number(&good));
        let wrong = format!("850730999{:02}", good[9..].parse::<u64>().unwrap() % 97 + 1);
        for text in [wrong.as_str(), "8507309991", "850730999123", "85073099x12", "", "ééééééééééé"] {
            assert!(!is_national_number(text), "{text}");
        }
    }

    #[test]
    fn the_people_have_national_numbers() {
        let names: Vec<_> = people().iter().map(|person| person.name).collect();
        assert_eq!(names, ["an", "bo", "cy"]);
        assert!(people().iter().all(|person| is_national_number(&person.insz)));
    }
}
