//! The good token, changed a little in each of the ways that a careless comparison does not see.

use secrecy::SecretString;

use crate::evidence::exchange::Auth;

/// The alphabet of Base64url; the two marks of plain Base64 stand in the same places.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a token is lengthened by: a whole group of Base64, so that more bytes come of it.
const MORE: &str = "x7Qk";

/// The good token, changed; none where it has nothing that could be changed so.
pub(super) fn bent(token: &str, auth: Auth) -> Option<SecretString> {
    let at = |place: usize| replaced(token, place);
    let usable = |place: &usize| token.as_bytes().get(*place).is_some_and(u8::is_ascii_alphanumeric);
    let middle = token.len() / 2;
    let changed = match auth {
        Auth::TamperedStart => (0..token.len()).find(usable).and_then(at)?,
        Auth::TamperedEnd => (0..token.len()).rev().find(usable).and_then(|place| last_replaced(token, place))?,
        Auth::CutToken => cut(token)?.to_owned(),
        Auth::LengthenedToken => format!("{token}{MORE}"),
        // Of hexadecimal digits the case says nothing: whoever takes them for numbers is right.
        Auth::OtherCaseToken if is_hexadecimal(token) => (0..=middle).rev().skip(1).find(usable).and_then(at)?,
        Auth::OtherCaseToken => swapped(token),
        _ => place_in_the_middle(token).and_then(at)?,
    };
    (changed != token).then(|| changed.into())
}

/// A character at or after the middle. The last character of a part is left alone: in Base64 its last bits may mean
/// nothing.
fn place_in_the_middle(token: &str) -> Option<usize> {
    let bytes = token.as_bytes();
    let solid = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let usable = |at: &usize| solid(*at) && (solid(at + 1) || bytes.len() < 8);
    let middle = bytes.len() / 2;
    (middle..bytes.len()).chain((0..middle).rev()).find(usable)
}

/// The token with the character at this place replaced by the next one of its alphabet.
fn replaced(token: &str, place: usize) -> Option<String> {
    with(token, place, next(*token.as_bytes().get(place)?))
}

/// The same at the end: such that other bytes come of it, whichever of its last bits mean nothing.
fn last_replaced(token: &str, place: usize) -> Option<String> {
    if is_hexadecimal(token) {
        return replaced(token, place);
    }
    let old = *token.as_bytes().get(place)?;
    let value = ALPHABET.iter().position(|letter| *letter == old)?;
    let letter = |value: usize| ALPHABET.get(value).copied().filter(u8::is_ascii_alphanumeric);
    // The first bit always counts.
    with(token, place, letter(value ^ 0b10_0000).or_else(|| letter(value ^ 0b11_0000))?)
}

fn with(token: &str, place: usize, letter: u8) -> Option<String> {
    let (before, after) = (token.get(..place)?, token.get(place + 1..)?);
    Some(format!("{before}{}{after}", char::from(letter)))
}

/// The header and the claims of a JWT; three quarters of any other token.
fn cut(token: &str) -> Option<&str> {
    match token.rsplit_once('.') {
        Some((signed, _)) if signed.contains('.') => token.get(..=signed.len()),
        _ => token.get(..token.floor_char_boundary(token.len() * 3 / 4)).filter(|rest| !rest.is_empty()),
    }
}

fn swapped(token: &str) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    token.chars().map(swap).collect()
}

/// Whether a token is written in hexadecimal digits, or in digits alone; dashes as in a UUID.
fn is_hexadecimal(token: &str) -> bool {
    token.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Another character of the same alphabet; a hexadecimal digit stays one.
fn next(character: u8) -> u8 {
    match character {
        b'9' => b'0',
        b'f' => b'a',
        b'F' => b'A',
        b'z' => b'g',
        b'Z' => b'G',
        other => other.saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
    use secrecy::ExposeSecret as _;

    use super::*;

    const WAYS: [Auth; 6] = [
        Auth::TamperedToken,
        Auth::TamperedStart,
        Auth::TamperedEnd,
        Auth::CutToken,
        Auth::LengthenedToken,
        Auth::OtherCaseToken,
    ];

    fn bent_text(token: &str, auth: Auth) -> Option<String> {
        bent(token, auth).map(|bent| bent.expose_secret().to_owned())
    }

    #[test]
    fn one_character_changes_within_its_alphabet() {
        for token in ["0123456789abcdef", "zzzzzzzzzz", "a.b", "FFFFFFFF", "eyJh.eyJpc3MiOiJ4In0.c2ln"] {
            for way in [Auth::TamperedToken, Auth::TamperedStart] {
                let changed = bent_text(token, way).unwrap();
                let differ: Vec<_> = token.chars().zip(changed.chars()).filter(|(a, b)| a != b).collect();
                assert_eq!((changed.len(), differ.len()), (token.len(), 1), "{token} {changed}");
                let (before, after) = differ[0];
                assert_eq!(before.is_ascii_hexdigit(), after.is_ascii_hexdigit());
                assert_eq!(before.is_ascii_digit(), after.is_ascii_digit());
                assert_eq!(before.is_ascii_uppercase(), after.is_ascii_uppercase());
            }
        }
        assert!(bent("-._~", Auth::TamperedToken).is_none());
    }

    #[test]
    fn another_last_character_gives_other_bytes() {
        let lenient = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent);
        let lenient = GeneralPurpose::new(&base64::alphabet::URL_SAFE, lenient);
        for start in ["tokenTOKEN1", "tokenTOKEN12", "tokenTOKEN"] {
            for last in ALPHABET {
                let token = format!("{start}{}", char::from(*last));
                let Some(changed) = bent_text(&token, Auth::TamperedEnd) else { continue };
                let decoded = |text: &str| lenient.decode(text).ok();
                assert!(decoded(&token).is_none() || decoded(&token) != decoded(&changed), "{token} {changed}");
            }
        }
        assert_eq!(bent_text("00ff", Auth::TamperedEnd).unwrap(), "00fa");
    }

    #[test]
    fn every_way_gives_another_token() {
        for token in
            ["Zm9vYmFyYmF6cXV4", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl", "0f1e2d3c-aaaa", "1234567890123"]
        {
            let all: std::collections::BTreeSet<String> =
                WAYS.iter().map(|way| bent_text(token, *way).unwrap()).collect();
            assert!(all.len() == WAYS.len() && !all.contains(token), "{token} {all:?}");
        }
        assert_eq!(bent_text("a.b.c", Auth::CutToken).unwrap(), "a.b.");
        assert_eq!(bent_text("xYz1-", Auth::OtherCaseToken).unwrap(), "XyZ1-");
    }
}
