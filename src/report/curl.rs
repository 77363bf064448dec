//! The same request for a shell. What a source wrote into a URL is hostile: it must reach curl as one plain argument.

use std::fmt::Write as _;

use crate::exchange::{Citizen, Sent, Setup};
use crate::verdict::{escaped, unsafe_in_text};

use super::people::{People, Piece};

/// Headers that curl writes itself, or that only hold for the original call.
const LEFT_OUT: [&str; 4] = ["host", "user-agent", "content-length", "connection"];

/// Longer lines help nobody.
const LONGEST: usize = 4_000;

/// The curl line of a request, with `$TOKEN` (or `$EXPIRED_TOKEN` and the like) and `$INSZ_SUBJECT` where the
/// values stood. None where nothing was sent.
pub(super) fn line(sent: &Sent, token: String, setup: &Setup, people: &People) -> Option<String> {
    // A recording may come from elsewhere: nothing in it may turn into an option of curl.
    let is_url = sent.url.starts_with("https://") || sent.url.starts_with("http://");
    let is_method = !sent.method.is_empty() && sent.method.bytes().all(|b| b.is_ascii_uppercase());
    (is_url && is_method).then_some(())?;
    let words = Words { token, setup, people };
    let mut line = "curl".to_owned();
    match sent.method.as_str() {
        "GET" => {}
        "HEAD" => line.push_str(" --head"),
        method => {
            let _ = write!(line, " -X {method}");
        }
    }
    // Brackets and braces are ranges and sets to curl, unless told otherwise.
    if sent.url.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    for (name, value) in &sent.headers {
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let of_form = !sent.form.is_empty() && name.eq_ignore_ascii_case("content-type");
        if is_name && !of_form && !LEFT_OUT.iter().any(|left_out| name.eq_ignore_ascii_case(left_out)) {
            let _ = write!(line, " -H {}", words.header(name, value));
        }
    }
    if !sent.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
        line.push_str(" -H 'Accept:'");
    }
    for (name, value) in &sent.form {
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_name {
            let _ = write!(line, " --data-urlencode {}", words.quoted(&format!("{name}={value}"), escaped));
        }
    }
    let _ = write!(line, " {}", words.quoted(&sent.url, encoded));
    (line.len() <= LONGEST).then_some(line)
}

struct Words<'a> {
    /// The variable for what is presented in the header.
    token: String,
    setup: &'a Setup,
    people: &'a People,
}

impl Words<'_> {
    fn header(&self, name: &str, value: &str) -> String {
        if !name.eq_ignore_ascii_case("authorization") {
            return self.quoted(&format!("{name}: {value}"), escaped);
        }
        let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
        match scheme.filter(|scheme| scheme.bytes().all(|b| b.is_ascii_alphabetic())) {
            Some(scheme) => format!("\"{name}: {scheme} ${}\"", self.token),
            None => format!("\"{name}: ${}\"", self.token),
        }
    }

    /// One argument of a shell: in double quotes where nothing in it means anything there, else in single quotes with
    /// the placeholders between them.
    fn quoted(&self, text: &str, plain: impl Fn(&str) -> String) -> String {
        let pieces = self.people.pieces(text);
        let is_harmless = |piece: &Piece<'_>| match piece {
            Piece::Mark(_) => true,
            Piece::Text(text) => text.bytes().all(|b| b.is_ascii_alphanumeric() || b" /:?&=.,%_~@+*;-#()".contains(&b)),
        };
        let has_mark = pieces.iter().any(|piece| matches!(piece, Piece::Mark(_)));
        if !has_mark || !pieces.iter().all(is_harmless) {
            let word = |piece: &Piece<'_>| match piece {
                Piece::Text(text) => format!("'{}'", plain(text).replace('\'', r"'\''")),
                Piece::Mark(mark) => format!("\"${}\"", self.variable(mark)),
            };
            return pieces.iter().map(word).collect();
        }
        let mut word = String::from("\"");
        for (position, piece) in pieces.iter().enumerate() {
            let goes_on = |next: &Piece<'_>| match next {
                Piece::Text(text) => text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
                Piece::Mark(_) => false,
            };
            let _ = match piece {
                Piece::Text(text) => write!(word, "{text}"),
                Piece::Mark(mark) if pieces.get(position + 1).is_some_and(goes_on) => {
                    write!(word, "${{{}}}", self.variable(mark))
                }
                Piece::Mark(mark) => write!(word, "${}", self.variable(mark)),
            };
        }
        word.push('"');
        word
    }

    /// The variable for a mark: by role for a citizen of the profile, else by its number.
    fn variable(&self, mark: &str) -> String {
        let citizens = &self.setup.citizens;
        let of_role = citizens.iter().find(|(_, person)| self.people.mark(&person.insz) == Some(mark));
        match of_role.map(|(citizen, _)| citizen) {
            Some(Citizen::Subject) => "INSZ_SUBJECT".to_owned(),
            Some(Citizen::Other) => "INSZ_OTHER".to_owned(),
            Some(Citizen::Empty) => "INSZ_EMPTY".to_owned(),
            Some(Citizen::Nobody) => "INSZ_NOBODY".to_owned(),
            Some(Citizen::Malformed(_)) | None => mark.replace('-', "_"),
        }
    }
}

/// For a URL: what may not stand in it, percent-encoded.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        if unsafe_in_text(c) || c.is_whitespace() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(c);
        }
    }
    encoded
}
