//! Whose certificates the source holds.

use std::collections::HashSet;

use uuid::Uuid;

use crate::sandbox::citizens::{Citizen, Role};
use crate::sandbox::source::behaviour::{Behaviour, IdLook};
use crate::sandbox::source::life;

/// A citizen with their certificates.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Holder {
    pub citizen: Citizen,
    pub certificates: Vec<Certificate>,
    /// What comes while a run goes on.
    pub coming: Vec<Certificate>,
    /// How many different ids they have.
    pub ids: usize,
}

/// A certificate: its key is id and language together.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Certificate {
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

/// What these people hold.
pub(in crate::sandbox) fn register(people: &[Citizen], behaviour: &Behaviour) -> Vec<Holder> {
    let counts = behaviour.certificates;
    let holder = |citizen: &Citizen| {
        let (first, count, later) = match citizen.role {
            Role::Subject => (1, counts.subject, life::arrivals(&behaviour.life)),
            Role::Other => (counts.subject.max(50_000) + 1, counts.other, 0),
            Role::Empty => (90_001, 0, 0),
        };
        let mut certificates = certificates(behaviour, first, count + later);
        let coming = certificates.split_off(count);
        let ids = certificates.iter().map(|one| &one.id).collect::<HashSet<_>>().len();
        Holder { citizen: citizen.clone(), certificates, coming, ids }
    };
    people.iter().map(holder).collect()
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
    use crate::sandbox::citizens::people;

    #[test]
    fn the_people_have_the_numbers_of_certificates_that_were_asked() {
        let holders = register(&people(), &Behaviour::default());
        let counts: Vec<_> = holders.iter().map(|holder| (holder.citizen.name, holder.certificates.len())).collect();
        assert_eq!(counts, [("an", 124), ("bo", 7), ("cy", 0)]);
        let an = &holders[0].certificates;
        let ids: HashSet<_> = an.iter().map(|certificate| &certificate.id).collect();
        let keys: HashSet<_> = an.iter().map(|one| (&one.id, &one.language)).collect();
        assert_eq!((ids.len(), keys.len()), (118, 124));
    }
}
