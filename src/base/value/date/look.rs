//! What people take for a date, whatever a standard says.

use jiff::civil::Date;

use super::{YEARS, iso, shape};

/// The longest text that is looked at.
const LONGEST: usize = 64;

/// Whether the whole text reads as a calendar date, with or without a time: `2025-04-03`, `03/04/2025 10:30`,
/// `3 april 2025`. Eight digits count where they are a date of this age.
pub fn looks_like_a_date(text: &str) -> bool {
    let text = text.trim();
    text.len() <= LONGEST && (is_numeric(text) || is_worded(text))
}

/// A date in digits, and after it nothing or a time.
fn is_numeric(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.')).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    is_day(date) && (rest.is_empty() || is_tail(rest))
}

/// `T10:30`, ` 10:30:00 CET`, `T103000Z`.
fn is_tail(rest: &str) -> bool {
    let Some(clock) = rest.strip_prefix(['T', 't', ' ', ',']).map(str::trim_start) else { return false };
    let digits = clock.bytes().take_while(u8::is_ascii_digit).count();
    let after = clock.get(digits..).and_then(|rest| rest.chars().next());
    match digits {
        1 | 2 => matches!(after, Some(':' | 'h' | 'u' | '.')),
        4 | 6 => matches!(after, None | Some('Z' | '+' | '-' | '.')),
        _ => false,
    }
}

/// Year, month and day in some order, as `2025-04-03`, `3/4/2025`, `03.04.2025`, `03/04/25` or `20250403`.
fn is_day(text: &str) -> bool {
    if shape(text) == "99999999" {
        return YEARS.contains(&number(text.get(..4).unwrap_or_default())) && iso(text).is_some();
    }
    // Written so, any year is one: 0001-01-01 is how some libraries write none.
    if shape(text) == "9999-99-99" && iso(text).is_some() {
        return true;
    }
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return false };
    let parts: Vec<&str> = text.split(separator).collect();
    let [first, middle, last] = parts.as_slice() else { return false };
    let lengths = (first.len(), middle.len(), last.len());
    match (separator, lengths) {
        ('-' | '/', (4, 1 | 2, 1 | 2)) => is_plausible(first, middle, last),
        // Versions have dots too: so never the year in front.
        ('-' | '/' | '.', (1 | 2, 1 | 2, 4)) => is_plausible(last, middle, first),
        ('/' | '-', (2, 2, 2)) => is_plausible("2000", middle, first),
        _ => false,
    }
}

/// Whether these can be a year, and a month and a day in either order. Days that do not exist (30 February) can.
fn is_plausible(year: &str, one: &str, two: &str) -> bool {
    let (year, one, two) = (number(year), number(one), number(two));
    YEARS.contains(&year) && (1..=31).contains(&one) && (1..=31).contains(&two) && one.min(two) <= 12
}

fn number(text: &str) -> i16 {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().unwrap_or(0) } else { 0 }
}

/// The months in Dutch, French, German and English, by how they begin; long enough to be no other word.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb", "fév", "fev"],
    &["maart", "mrt", "mars", "märz", "mar", "march"],
    &["apr", "avr"],
    &["mei", "mai", "may"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "août", "aout"],
    &["sep"],
    &["okt", "oct"],
    &["nov"],
    &["dec", "déc", "dez"],
];
/// Endings that make a month's beginning a whole word.
const MONTH_ENDINGS: &[&str] = &[
    "", "t", "uari", "uary", "uar", "ruari", "ruary", "ruar", "rier", "vier", "ier", "il", "i", "e", "y", "ember",
    "embre", "tember", "tembre", "ober", "obre", "ustus", "ust", "let", "s",
];
const WEEKDAYS: &[&str] = &[
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "ma",
    "di",
    "wo",
    "do",
    "vr",
    "za",
    "zo",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];
const FILLERS: &[&str] = &["gmt", "utc", "z", "cet", "cest", "am", "pm", "om", "uur", "de", "le", "of", "à", "at"];

/// A day, the name of a month and a year, and beside these nothing but a weekday, a time and their fillers.
fn is_worded(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut day = None;
    let mut month = None;
    let mut year = None;
    let words = lower.split([' ', ',', '-', '.', '/', '(', ')']);
    for word in words.filter(|word| !word.is_empty()) {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let ending = word.get(digits.len()..).unwrap_or_default();
        let fresh = match (digits.len(), ending) {
            (4, "") if YEARS.contains(&number(word)) => year.replace(number(word)).is_none(),
            (1 | 2, "" | "st" | "nd" | "rd" | "th" | "er" | "e") if day.is_none() => {
                day.replace(number(&digits)).is_none()
            }
            (1 | 2, rest) => rest.starts_with([':', 'h', 'u']) || (rest.is_empty() && year.is_some()),
            (0, word) if word.starts_with('+') || word.starts_with("gmt+") || word.starts_with("utc+") => true,
            (0, word) => match month_of(word) {
                Some(found) => month.replace(found).is_none(),
                None => WEEKDAYS.contains(&word) || FILLERS.contains(&word),
            },
            _ => false,
        };
        if !fresh {
            return false;
        }
    }
    match (year, month, day) {
        (Some(year), Some(month), Some(day)) => i8::try_from(day).is_ok_and(|day| Date::new(year, month, day).is_ok()),
        _ => false,
    }
}

fn month_of(word: &str) -> Option<i8> {
    let is_one = |beginnings: &[&str]| {
        beginnings.iter().any(|start| word.strip_prefix(start).is_some_and(|rest| MONTH_ENDINGS.contains(&rest)))
    };
    MONTHS.iter().zip(1..).find(|(beginnings, _)| is_one(beginnings)).map(|(_, month)| month)
}
