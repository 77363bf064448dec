//! Dates and moments: what is ISO 8601, and what looks like a date without being it.
//!
//! The two questions are apart on purpose. What a schema calls a date is judged by [`iso`] alone. What only a name
//! makes us expect is judged when the whole value looks like a date ([`looks_like_a_date`]): a year, a municipality's
//! code, an id or a version never does.

use std::cmp::Ordering;

use jiff::civil::{Date, ISOWeekDate, Weekday};
use serde_json::{Number, Value};

mod look;

pub use look::looks_like_a_date;

/// The years that a date of an API mostly has; beyond these digits alone are something else.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;

/// The zone of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// None is given.
    None,
    /// `Z`, or a plus with zeros.
    Utc,
    /// A minus with zeros: the moment is in UTC, and RFC 3339 says so; ISO 8601 knows no such offset.
    Unknown,
    /// Another offset.
    Offset,
}

/// What an ISO 8601 text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Iso {
    /// A date, a month or a year, without a time.
    Date,
    /// A date with a time, in that zone.
    Moment(Zone),
}

/// Reads a date, a moment or an interval of them in any of the forms of ISO 8601 (calendar, week and ordinal dates, basic
/// and extended). None for any other text, and for days that do not exist.
pub fn iso(text: &str) -> Option<Iso> {
    match text.split_once('/') {
        None => one(text),
        Some((from, to)) => interval(from, to),
    }
}

/// `2025-01-01/2025-12-31`, `2025-01-01T00:00:00Z/P1Y`: of two moments the one whose zone is not UTC says most.
fn interval(from: &str, to: &str) -> Option<Iso> {
    match (is_duration(from), is_duration(to)) {
        (true, true) => None,
        (true, false) => one(to),
        (false, true) => one(from),
        (false, false) => match (one(from)?, one(to)?) {
            (Iso::Date | Iso::Moment(Zone::Utc), other) | (other, _) => Some(other),
        },
    }
}

/// `P1Y2M3DT4H5M6S`, `P3W`.
fn is_duration(text: &str) -> bool {
    let Some(parts) = text.strip_prefix('P') else { return false };
    let allowed = parts.chars().all(|c| c.is_ascii_digit() || "YMWDTHS.,".contains(c));
    allowed
        && parts.starts_with(|c: char| c.is_ascii_digit() || c == 'T')
        && parts.ends_with(|c: char| c.is_ascii_uppercase() && c != 'T')
}

fn one(text: &str) -> Option<Iso> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    match time {
        None => (is_date(date) || is_reduced(date)).then_some(Iso::Date),
        Some(time) if is_date(date) => zone_of_time(time).map(Iso::Moment),
        Some(_) => None,
    }
}

/// A text with every digit as a 9: its shape.
fn shape(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect()
}

fn number<T: std::str::FromStr>(text: &str, from: usize, to: usize) -> Option<T> {
    text.get(from..to)?.parse().ok()
}

fn is_date(text: &str) -> bool {
    let whole = match shape(text).as_str() {
        "9999-99-99" => calendar(text, 5, 8),
        "99999999" => calendar(text, 4, 6),
        "9999-999" => ordinal(text, 5),
        "9999999" => ordinal(text, 4),
        "9999-W99-9" => week(text, 6, Some(9)),
        "9999W999" => week(text, 5, Some(7)),
        _ => None,
    };
    whole.is_some()
}

/// A month, a week or a year.
fn is_reduced(text: &str) -> bool {
    let whole = match shape(text).as_str() {
        "9999" => Some(()),
        "9999-99" => number(text, 5, 7).filter(|month: &u8| (1..=12).contains(month)).map(drop),
        "9999-W99" => week(text, 6, None),
        "9999W99" => week(text, 5, None),
        _ => None,
    };
    whole.is_some()
}

fn calendar(text: &str, month: usize, day: usize) -> Option<()> {
    Date::new(number(text, 0, 4)?, number(text, month, month + 2)?, number(text, day, day + 2)?).ok().map(drop)
}

fn ordinal(text: &str, day: usize) -> Option<()> {
    let days = Date::new(number(text, 0, 4)?, 1, 1).ok()?.days_in_year();
    number(text, day, day + 3).filter(|day: &i16| (1..=days).contains(day)).map(drop)
}

fn week(text: &str, week: usize, day: Option<usize>) -> Option<()> {
    let day = day.map_or(Some(1), |day| number(text, day, day + 1))?;
    let weekday = Weekday::from_monday_one_offset(day).ok()?;
    ISOWeekDate::new(number(text, 0, 4)?, number(text, week, week + 2)?, weekday).ok().map(drop)
}

/// The zone of the part after the `T`; none where it is no time.
fn zone_of_time(time: &str) -> Option<Zone> {
    let (clock, zone) = match time.char_indices().find(|(_, c)| matches!(c, 'Z' | 'z' | '+' | '-' | '\u{2212}')) {
        None => (time, Zone::None),
        Some((at, sign)) => {
            let (clock, zone) = time.split_at(at);
            (clock, offset(sign, zone.strip_prefix(sign)?)?)
        }
    };
    is_clock(clock).then_some(zone)
}

fn offset(sign: char, digits: &str) -> Option<Zone> {
    if matches!(sign, 'Z' | 'z') {
        return digits.is_empty().then_some(Zone::Utc);
    }
    let minutes: u8 = match shape(digits).as_str() {
        "99" => 0,
        "9999" => number(digits, 2, 4)?,
        "99:99" => number(digits, 3, 5)?,
        _ => return None,
    };
    let hours: u8 = number(digits, 0, 2)?;
    match (hours, minutes) {
        (0, 0) if sign == '+' => Some(Zone::Utc),
        (0, 0) => Some(Zone::Unknown),
        (0..=18, 0..=59) => Some(Zone::Offset),
        _ => None,
    }
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = text.split_once(['.', ',']).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    if fraction.is_some_and(|digits| digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit())) {
        return false;
    }
    let at = match shape(whole).as_str() {
        "99" => (0, None, None),
        "9999" => (0, Some(2), None),
        "99:99" => (0, Some(3), None),
        "999999" => (0, Some(2), Some(4)),
        "99:99:99" => (0, Some(3), Some(6)),
        _ => return false,
    };
    let part = |at: Option<usize>| at.map_or(Some(0), |at| number::<u8>(whole, at, at + 2));
    match (part(Some(at.0)), part(at.1), part(at.2)) {
        (Some(24), Some(0), Some(0)) => true,
        // 60 is a leap second.
        (Some(hour), Some(minute), Some(second)) => hour < 24 && minute < 60 && second <= 60,
        _ => false,
    }
}

/// Whether a number can only be seconds or milliseconds since 1970: 10 or 13 digits before the point, from 2001 up to
/// the end of this century.
pub fn is_epoch(number: &Number) -> bool {
    const SECONDS: (f64, f64) = (1_000_000_000.0, 4_102_444_800.0);
    let Some(value) = number.as_f64() else { return false };
    let within = |from: f64, to: f64| {
        value.partial_cmp(&from).is_some_and(Ordering::is_ge) && value.partial_cmp(&to).is_some_and(Ordering::is_lt)
    };
    within(SECONDS.0, SECONDS.1) || within(SECONDS.0 * 1000.0, SECONDS.1 * 1000.0)
}

/// Whether a text is a moment as a library that knows no dates in JSON writes it: `/Date(1709287200000+0100)/`, or 10 or
/// 13 digits.
pub fn is_epoch_text(text: &str) -> bool {
    let digits = text.trim().trim_matches('/');
    let digits = digits.strip_prefix("Date(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(digits);
    let is_wrapped = digits.len() < text.trim().len();
    let digits = digits.split(['+', '-']).find(|part| !part.is_empty()).unwrap_or_default();
    let is_number = !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
    is_number
        && (is_wrapped
            || (matches!(digits.len(), 10 | 13) && digits.parse().is_ok_and(|number: u64| is_epoch(&number.into()))))
}

/// Whether an object is a date in pieces, as some libraries write it: `{ "year": 2025, "month": 4, "day": 3 }`.
pub fn is_date_object(value: &Value) -> bool {
    let number = |names: [&str; 2]| names.iter().find_map(|name| i16::try_from(value.get(name)?.as_i64()?).ok());
    let parts = (number(["year", "Year"]), number(["month", "monthValue"]), number(["day", "dayOfMonth"]));
    let (Some(year), Some(month), Some(day)) = parts else { return false };
    let (month, day) = (i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0));
    Date::new(year, month, day).is_ok()
}

/// Whether an array is a date as some JSON libraries write it: `[2025, 4, 3]`, with or without a time.
pub fn is_date_array(value: &Value) -> bool {
    let Some(parts) = value.as_array().filter(|parts| (3..=7).contains(&parts.len())) else { return false };
    let parts: Option<Vec<i16>> = parts.iter().take(3).map(|part| i16::try_from(part.as_i64()?).ok()).collect();
    match parts.as_deref() {
        Some([year, month, day]) => {
            let (month, day) = (i8::try_from(*month).unwrap_or(0), i8::try_from(*day).unwrap_or(0));
            YEARS.contains(year) && Date::new(*year, month, day).is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
