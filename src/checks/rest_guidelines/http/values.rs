//! Values in the answers: dates, moments, languages, countries.

use std::collections::BTreeSet;

use serde_json::Value;

use super::openapi::{Stating, own};
use super::{Offence, in_one};
use crate::base::text::{Text, shown};
use crate::base::value::date::{
    Iso, Zone, is_date_array, is_date_object, is_epoch, is_epoch_text, iso, looks_like_a_date,
};
use crate::base::value::described::described;
use crate::base::value::walk::{Member, members};
use crate::base::value::{code, name};
use crate::catalogue::Level;
use crate::evidence::exchange::Kind;
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, request_all};
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::source::envelope::Page;
use crate::text;

/// The pages of the list and the details of the sample. Blocked without certificates.
pub(super) fn bodies<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let details = cx.details()?;
    let mut answers: Vec<Answer<'a>> = cx.pages()?.pages.into_iter().map(|listed| listed.answer).collect();
    answers.extend(details.into_iter().filter_map(|(_, exchange)| {
        let response = exchange.result.as_ref().ok()?;
        (response.is_success() && response.is_json()).then_some(Answer { exchange, response })
    }));
    Ok(answers)
}

/// The errors of the run that the source describes in JSON: their moments are values too.
fn errors<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let mut errors = cx.api_answers()?;
    errors.retain(|answer| {
        let response = answer.response;
        response.status >= 400 && !response.is_unavailable() && response.is_json()
    });
    Ok(errors)
}

/// Links are not values: their `hreflang` and `title` are not the source's data.
fn is_no_links(member: Member<'_, '_>) -> bool {
    !matches!(member.name, "links" | "_links")
}

/// A value that is a date or should be one.
#[derive(Clone, Copy)]
struct Dated<'a, 'b> {
    answer: Answer<'a>,
    pointer: &'b str,
    value: &'b Value,
    /// A schema says that it is a date.
    documented: bool,
    /// What it says, where it is ISO 8601.
    iso: Option<Iso>,
}

impl<'a> Dated<'a, '_> {
    fn offence(self) -> Offence<'a> {
        let actual = match self.value {
            Value::Array(_) | Value::Object(_) => shown(&self.value.to_string()),
            value => shown(&described(Some(value))),
        };
        let level = (!self.documented).then_some(Level::Should);
        Offence { answer: self.answer, place: self.pointer.to_owned(), actual: Text::same(actual), level }
    }

    /// It holds a time of day, as far as one can see.
    fn has_time(self) -> bool {
        match (self.iso, self.value) {
            (Some(iso), _) => iso != Iso::Date,
            (None, Value::String(text)) => text.contains(':') || is_epoch_text(text),
            (None, Value::Array(parts)) => parts.len() > 3,
            (None, value) => value.is_number(),
        }
    }
}

/// Shows every value that is a date by a schema, or by name and look.
fn each_date<'a>(cx: &CheckContext<'a>, look: &mut dyn FnMut(Dated<'a, '_>)) -> Result<(), Stop> {
    request_all([bodies(cx).map(drop), own(cx).map(drop)])?;
    let (words, endings, among) = (cx.parameter("words"), cx.parameter("endings"), cx.parameter("among_others"));
    let stating = Stating::new(cx, &["date", "date-time"])?;
    let mut answers = bodies(cx)?;
    answers.extend(errors(cx)?);
    for answer in answers {
        let Some(json) = answer.response.tree() else { continue };
        let stated = stating.places(cx, answer, &json);
        members(&json, &is_no_links, &mut |Member { pointer, name, value, .. }| {
            let documented = stated.contains(pointer);
            let is_named = name::is_about(name, &words, &endings);
            // `from` alone may say where something comes from: only what is written as a date is one there.
            let may_be = || name::is_about(name, &among, &[]);
            let by_name = (is_named && looks_dated(value)) || (may_be() && is_written_as_a_date(name, value));
            if (documented || by_name) && !value.is_null() {
                look(Dated { answer, pointer, value, documented, iso: read(value) });
            }
        });
    }
    Ok(())
}

/// What a value says as a date, in ISO 8601.
fn read(value: &Value) -> Option<Iso> {
    match value {
        Value::String(text) => iso(text),
        // Eight digits are a date, whether or not they are written as a number.
        Value::Number(number) => iso(&number.to_string()).filter(|_| value.as_u64().is_some_and(|n| n >= 10_000_000)),
        _ => None,
    }
}

/// Whether a value that only its name makes a date looks like one.
fn looks_dated(value: &Value) -> bool {
    match value {
        Value::String(text) => looks_like_a_date(text) || is_epoch_text(text),
        Value::Number(number) => is_epoch(number) || looks_like_a_date(&number.to_string()),
        Value::Array(_) => is_date_array(value),
        Value::Object(_) => is_date_object(value),
        _ => false,
    }
}

/// Whether a value looks like a date by more than its digits. In a name of several words, such as `validFrom`, digits
/// are enough.
fn is_written_as_a_date(name: &str, value: &Value) -> bool {
    let by_its_form = match value {
        Value::String(text) => text.contains(|c: char| !c.is_ascii_digit()),
        Value::Array(_) | Value::Object(_) => true,
        _ => false,
    };
    looks_dated(value) && (by_its_form || name::words(name).len() > 1)
}

pub(super) fn dates_are_iso_8601(cx: &CheckContext<'_>) -> Judgement {
    let (mut any, mut offences) = (false, Vec::new());
    each_date(cx, &mut |date| {
        any = true;
        offences.extend(date.iso.is_none().then(|| date.offence()));
    })?;
    if !any {
        return Err(none_of(text!("geen enkele datum", "no date")).into());
    }
    cx.judged(in_one(text!("een datum of tijdstip in ISO 8601", "a date or time in ISO 8601"), offences))
}

pub(super) fn moments_are_in_utc(cx: &CheckContext<'_>) -> Judgement {
    let (mut any, mut unread, mut offences) = (false, false, Vec::new());
    each_date(cx, &mut |date| match date.iso {
        Some(Iso::Moment(zone)) => {
            any = true;
            let offence = || Offence {
                // In UTC by RFC 3339, and no offset of ISO 8601.
                level: if zone == Zone::Unknown { Some(Level::Should) } else { date.offence().level },
                ..date.offence()
            };
            offences.extend((zone != Zone::Utc).then(offence));
        }
        Some(_) => {}
        None => unread |= date.has_time(),
    })?;
    if !any {
        return Err(if unread {
            reason::unmet(text!("geen enkel tijdstip is leesbaar", "no time can be read")).into()
        } else {
            none_of(text!("geen enkel tijdstip", "no time")).into()
        });
    }
    let expected = text!("een tijdstip dat op `Z` of `+00:00` eindigt", "a time that ends in `Z` or `+00:00`");
    cx.judged(in_one(expected, offences))
}

/// The verdict where no value of the kind occurs.
fn none_of(what: Text) -> Verdict {
    let Text { nl, en } = what;
    Verdict::not_applicable(text!("{nl} in lijst en details", "{en} in list and details"))
}

/// Judges the strings and numbers of which the name says that they are of a kind.
fn codes(cx: &CheckContext<'_>, expected: Text, nothing: Text, is_code: impl Fn(&str, &[&str]) -> bool) -> Judgement {
    let (words, names, domains) = (cx.parameter("words"), cx.parameter("names"), cx.parameter("domains"));
    let mut seen = 0;
    let mut offences = Vec::new();
    for answer in bodies(cx)? {
        let Some(json) = answer.response.tree() else { continue };
        let own = own_languages(answer);
        members(&json, &is_no_links, &mut |member| {
            let judged = matches!(member.value, Value::String(_) | Value::Number(_))
                && name::is_code_of(member.name, &words, &names)
                && !own.contains(member.pointer);
            if !judged {
                return;
            }
            seen += 1;
            let text = member.value.as_str().unwrap_or_default();
            if !is_code(text, &domains) {
                let actual = Text::same(shown(&described(Some(member.value))));
                offences.push(Offence { answer, place: member.pointer.to_owned(), actual, level: None });
            }
        });
    }
    if seen == 0 {
        return Err(none_of(nothing).into());
    }
    cx.judged(in_one(expected, offences))
}

/// Where the languages of the certificates themselves stand.
fn own_languages(answer: Answer<'_>) -> BTreeSet<String> {
    if answer.request().kind() == Kind::Detail {
        return BTreeSet::from(["/language".to_owned()]);
    }
    let items = answer.response.page().into_iter().flat_map(Page::items);
    items.map(|item| format!("{}/language", item.place)).collect()
}

pub(super) fn language_codes_are_iso_639_1(cx: &CheckContext<'_>) -> Judgement {
    let expected = text!(
        "een code als `nl` of `nl-BE`, of een URI van OSLO of de EU",
        "a code such as `nl` or `nl-BE`, or a URI of OSLO or the EU"
    );
    let nothing = text!("geen ander taalveld", "no other language field");
    codes(cx, expected, nothing, |text, domains| code::is_language(text) || code::is_uri_of(text, domains))
}

pub(super) fn country_codes_are_iso_3166_1(cx: &CheckContext<'_>) -> Judgement {
    let expected =
        text!("een code als `BE`, of een URI van OSLO of de EU", "a code such as `BE`, or a URI of OSLO or the EU");
    let nothing = text!("geen enkel landveld", "no country field");
    codes(cx, expected, nothing, |text, domains| code::is_country(text) || code::is_uri_of(text, domains))
}
