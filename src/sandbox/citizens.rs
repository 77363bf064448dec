//! The people of the sandbox, their invented national numbers and their certificates.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::behaviour::{Behaviour, IdLook};
use super::life;

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

/// A citizen as the source and the ACM know him.
#[derive(Clone, Debug)]
pub(super) struct Citizen {
    pub name: &'static str,
    pub role: Role,
    pub insz: String,
    /// The `sub` of every token of this citizen.
    pub sub: String,
    pub certificates: Vec<Certificate>,
    /// What comes while a run goes on.
    pub coming: Vec<Certificate>,
    /// How many different ids they have.
    pub ids: usize,
}

/// A certificate: its key is id and language together.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub id: String,
    pub language: String,
    pub name: String,
    pub year: i32,
    pub community: u32,
    /// A number that no other certificate of the sandbox has; the name of its document.
    pub number: usize,
    /// Whether its owner has this id in one language only.
    pub single: bool,
}

/// The three people. The serial number 999 keeps their numbers apart from those of real citizens, as far as that goes.
pub(super) fn people(behaviour: &Behaviour) -> Vec<Citizen> {
    let person = |name, role, nine, born, first, count| {
        let later = if role == Role::Subject { life::arrivals(&behaviour.life) } else { 0 };
        let mut certificates = certificates(behaviour, first, count + later);
        let coming = certificates.split_off(count);
        let ids = certificates.iter().map(|one| &one.id).collect::<HashSet<_>>().len();
        let insz = national_number(nine, born).unwrap_or_default();
        Citizen { name, role, insz, sub: Uuid::new_v4().to_string(), certificates, coming, ids }
    };
    let counts = behaviour.certificates;
    vec![
        person("an", Role::Subject, "850730999", Born::Before2000, 1, counts.subject),
        person("bo", Role::Other, "040312999", Born::From2000, counts.subject.max(50_000) + 1, counts.other),
        person("cy", Role::Empty, "911130999", Born::Before2000, 90_001, 0),
    ]
}

/// The places in a list whose certificate is one more language of the certificate before it. None of the first three,
/// of the pages of ten only one boundary (39 | 40), and of the pages of eleven only one (43 | 44), so that a source that
/// keeps languages together shows it once.
const FURTHER_LANGUAGES: [usize; 6] = [6, 40, 44, 64, 96, 97];
const COMMUNITIES: [u32; 5] = [44021, 11002, 24062, 31005, 71022];
/// The place of the one certificate in [`Behaviour::odd_language`].
const ODD_PLACE: usize = 4;
/// The place whose certificate is listed again at the next place, with [`Behaviour::certificate_twice`].
const TWICE_PLACE: usize = 11;

fn certificates(behaviour: &Behaviour, first: usize, count: usize) -> Vec<Certificate> {
    let mut made: Vec<Certificate> = Vec::with_capacity(count);
    let every_language = behaviour.variation.every_language;
    for place in 0..count {
        let number = first + place;
        let language = language_at(behaviour, place);
        let year = 2025 - i32::try_from(place % 11).unwrap_or_default();
        let counted = if behaviour.variation.ids_by_citizen { place + 1 } else { number };
        let mut certificate = Certificate {
            id: id(behaviour.id_look, counted, year),
            name: name(&language, year),
            language,
            year,
            community: COMMUNITIES.get(place % COMMUNITIES.len()).copied().unwrap_or_default(),
            number,
            single: true,
        };
        let further = if every_language {
            place % behaviour.languages.len().max(1) > 0
        } else {
            FURTHER_LANGUAGES.contains(&place)
        };
        let has_language = |id: &str| made.iter().any(|one| one.id == id && one.language == certificate.language);
        if further
            && made.last().is_some_and(|before| !has_language(&before.id))
            && let Some(before) = made.last_mut()
        {
            before.single = false;
            certificate.single = false;
            certificate.id.clone_from(&before.id);
        }
        made.push(certificate);
    }
    if behaviour.certificate_twice
        && let Some(again) = made.get(TWICE_PLACE).cloned()
        && let Some(place) = made.get_mut(TWICE_PLACE + 1)
    {
        *place = again;
    }
    made
}

fn language_at(behaviour: &Behaviour, place: usize) -> String {
    match behaviour.odd_language {
        Some(odd) if place == ODD_PLACE => odd.to_owned(),
        _ => {
            let languages = &behaviour.languages;
            languages.get(place % languages.len().max(1)).copied().unwrap_or("nl").to_owned()
        }
    }
}

fn id(look: IdLook, number: usize, year: i32) -> String {
    match look {
        IdLook::Uuid => Uuid::new_v4().to_string(),
        IdLook::Number => (7_300_000 + number).to_string(),
        IdLook::Beyond => (u128::from(u64::MAX) + 1013 * number as u128).to_string(),
        IdLook::Urn => format!("urn:attest:{number:06}"),
        IdLook::Text => format!("attest-{year}-{number:05}"),
        IdLook::Small => number.to_string(),
        IdLook::ElevenDigits => (70_000_000_000 + 1013 * number).to_string(),
        IdLook::Marked => format!("FISC.{year}~AB_{number:05}.x"),
        IdLook::Encoded => format!("attest {year}/é+{number:05}"),
        IdLook::Long => format!("{}{number:05}", "0a1b2c3d4e-".repeat(18)),
        IdLook::UuidInCapitals => Uuid::new_v4().to_string().to_uppercase(),
        IdLook::Percent => format!("100%-{year}%2F{number}"),
        IdLook::Unicode => format!("dossier-ße\u{301}-\u{1f4c4}{number}"),
        IdLook::OneCharacter => one_character(number).to_string(),
        IdLook::Date => format!("{:04}-{:02}-{:02}", 1900 + number / 336, number / 28 % 12 + 1, number % 28 + 1),
        IdLook::Language => language_like(number),
        IdLook::Nested => format!("K{}{}", number / 4, "-1".repeat(number % 4)),
        IdLook::Sealed => {
            format!("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.{:032x}.Zm9vYmFyYmF6cXV4{number:05}", number * 7919)
        }
    }
}

/// A letter, or a character of which a URL holds only the encoded form.
fn one_character(number: usize) -> char {
    let number = u32::try_from(number % 20_000).unwrap_or_default();
    let letter = char::from_u32(u32::from('a') + number.saturating_sub(1)).filter(char::is_ascii_lowercase);
    letter.or_else(|| char::from_u32(0x4e00 + number)).unwrap_or('a')
}

fn language_like(number: usize) -> String {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let letter = |place: usize| LETTERS.get(place % LETTERS.len()).copied().map(char::from);
    if number < LETTERS.len() * LETTERS.len() {
        return letter(number).into_iter().chain(letter(number / LETTERS.len())).collect();
    }
    format!("{}-{number}", ["nl", "fr", "de", "en"].get(number % 4).copied().unwrap_or("nl"))
}

fn name(language: &str, year: i32) -> String {
    let kind = match language {
        "fr" => "Attestation fiscale",
        "de" => "Steuerbescheinigung",
        "en" => "Tax certificate",
        "es" => "Certificado fiscal",
        _ => "Fiscaal attest",
    };
    format!("{kind} {year}")
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
    fn the_people_have_the_numbers_of_certificates_that_were_asked() {
        let people = people(&Behaviour::default());
        let counts: Vec<_> = people.iter().map(|person| (person.name, person.certificates.len())).collect();
        assert_eq!(counts, [("an", 124), ("bo", 7), ("cy", 0)]);
        assert!(people.iter().all(|person| is_national_number(&person.insz)));
        let an = &people[0].certificates;
        let ids: std::collections::HashSet<_> = an.iter().map(|certificate| &certificate.id).collect();
        let keys: std::collections::HashSet<_> = an.iter().map(|one| (&one.id, &one.language)).collect();
        assert_eq!((ids.len(), keys.len()), (118, 124));
    }
}
