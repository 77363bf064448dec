//! HTML entities, as far as they stand for what a number or a token is written with.

use super::plain::{Read, Unit, hexadecimal};

/// The most digits of a numeric entity.
const MOST_DIGITS: usize = 10;

/// The names of those that stand for a mark, a space or nothing.
const NAMED: [(&str, char); 48] = [
    ("amp", '&'),
    ("apos", '\''),
    ("ast", '*'),
    ("bsol", '\\'),
    ("colon", ':'),
    ("comma", ','),
    ("commat", '@'),
    ("dash", '\u{2010}'),
    ("dot", '\u{2024}'),
    ("emsp", ' '),
    ("emsp13", ' '),
    ("emsp14", ' '),
    ("ensp", ' '),
    ("equals", '='),
    ("gt", '>'),
    ("hairsp", ' '),
    ("horbar", '\u{2015}'),
    ("hyphen", '\u{2010}'),
    ("lowbar", '_'),
    ("lpar", '('),
    ("lrm", '\u{200e}'),
    ("lt", '<'),
    ("mdash", '\u{2014}'),
    ("middot", '.'),
    ("minus", '\u{2212}'),
    ("nbsp", ' '),
    ("ndash", '\u{2013}'),
    ("NewLine", '\n'),
    ("NoBreak", '\u{2060}'),
    ("NonBreakingSpace", ' '),
    ("num", '#'),
    ("numsp", ' '),
    ("percnt", '%'),
    ("period", '.'),
    ("plus", '+'),
    ("puncsp", ' '),
    ("quot", '"'),
    ("rlm", '\u{200f}'),
    ("rpar", ')'),
    ("semi", ';'),
    ("shy", '\u{ad}'),
    ("sol", '/'),
    ("Tab", '\t'),
    ("thinsp", ' '),
    ("UnderBar", '_'),
    ("ZeroWidthSpace", '\u{200b}'),
    ("zwj", '\u{200d}'),
    ("zwnj", '\u{200c}'),
];

/// What follows a `&`, as one entity. A numeric one needs no semicolon; browsers do not ask for it either.
pub(super) fn of(rest: &[u8]) -> Option<Unit> {
    if let [b'#', digits @ ..] = rest {
        return numeric(digits);
    }
    let length = rest.iter().take(20).position(|byte| !byte.is_ascii_alphanumeric())?;
    let name = rest.get(..length).filter(|_| rest.get(length) == Some(&b';'))?;
    let (_, c) = NAMED.iter().find(|(known, _)| known.as_bytes() == name)?;
    Some(Unit { length: length + 2, read: Read::Char(*c) })
}

/// What follows `&#`.
fn numeric(rest: &[u8]) -> Option<Unit> {
    let (mark, rest, is_digit): (usize, &[u8], fn(&u8) -> bool) = match rest {
        [b'x' | b'X', rest @ ..] => (1, rest, u8::is_ascii_hexdigit),
        _ => (0, rest, u8::is_ascii_digit),
    };
    let length = rest.iter().take(MOST_DIGITS).take_while(|byte| is_digit(byte)).count();
    let has_end = rest.get(length) == Some(&b';');
    let digits = rest.get(..length).filter(|digits| !digits.is_empty())?;
    let code = if mark == 1 { hexadecimal(digits)? } else { std::str::from_utf8(digits).ok()?.parse().ok()? };
    let c = char::from_u32(code).filter(|c| *c != '\0')?;
    Some(Unit { length: 2 + mark + length + usize::from(has_end), read: Read::Char(c) })
}
