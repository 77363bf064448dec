//! Characters that are read as those of ASCII, and characters that nobody sees.

use super::plain::{Read, Unit};

/// The zeros of the decimal digits of other alphabets; nine digits follow each.
const ZEROS: [u32; 60] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0x2080, 0xa620,
    0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16b50,
    0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6,
];

/// The character with which a text starts, where it is one of these.
pub(super) fn of(text: &[u8]) -> Option<Unit> {
    let length = match text.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let c = std::str::from_utf8(text.get(..length)?).ok()?.chars().next()?;
    let read = match read_as(c)? {
        '\0' => Read::Nothing,
        ascii => Read::Char(ascii),
    };
    Some(Unit { length, read })
}

/// What a character is read as; NUL where nobody sees it.
fn read_as(c: char) -> Option<char> {
    let code = u32::from(c);
    let digit = |value: u32| char::from_digit(value, 10);
    match code {
        0xad | 0x34f | 0x61c | 0x180b..=0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0x20e3 => {
            Some('\0')
        }
        0xfe00..=0xfe0f | 0xfeff | 0xe_0000..=0xe_01ef => Some('\0'),
        0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 => Some(' '),
        0x2010..=0x2015 | 0x2043 | 0x2212 | 0xfe58 | 0xfe63 => Some('-'),
        0xb7 | 0x2022 | 0x2024 | 0x2027 | 0x22c5 | 0x30fb | 0x3002 => Some('.'),
        0x2044 | 0x2215 | 0x29f8 => Some('/'),
        0xb2 | 0xb3 => digit(code - 0xb0),
        0xb9 => Some('1'),
        0x2074..=0x2079 => digit(code - 0x2070),
        // In circles.
        0x2460..=0x2468 => digit(code - 0x245f),
        0x2070 | 0x24ea => Some('0'),
        // Full width.
        0xff01..=0xff0f | 0xff1a..=0xff5e => char::from_u32(code - 0xfee0),
        0x660.. => {
            let zero = ZEROS.get(ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?)?;
            digit(code - zero).filter(|_| code - zero < 10)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_alphabet_have_their_value() {
        assert!(ZEROS.is_sorted());
        for zero in ZEROS {
            for value in 0..10 {
                let c = char::from_u32(zero + value).unwrap();
                assert_eq!(read_as(c).and_then(|c| c.to_digit(10)), Some(value), "{c}");
                assert!(c.is_numeric());
            }
        }
        assert_eq!("é€Ωß\u{2026}".chars().filter_map(read_as).count(), 0);
    }
}
