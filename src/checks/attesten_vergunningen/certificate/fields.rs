//! The documented members of a certificate.

use super::value_of;
use crate::base::text::Text;
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::Item;
use crate::source::envelope::{Certificate, Scalar};
use crate::text;

/// Reads one member of a certificate.
type Member = fn(&Certificate) -> Option<&Scalar>;

/// A finding about one member of a certificate; what is no object has no members.
fn finding(item: &Item<'_>, member: &str, value: Option<&Scalar>, expected: &Text) -> Finding {
    let certificate = item.certificate;
    let (place, actual) = match &certificate.wrong_type {
        Some(kind) => (certificate.place.to_string(), Text::same(kind)),
        None => (format!("{}/{member}", certificate.place), value_of(value)),
    };
    item.on.answer.finding(place, expected.clone(), actual)
}

/// Findings for every certificate whose member does not fit; absence is for `fits` to judge.
fn every(
    cx: &CheckContext<'_>,
    name: &str,
    member: Member,
    expected: &Text,
    fits: impl Fn(Option<&Scalar>) -> bool,
) -> Judgement {
    let items = cx.everyones_items()?;
    let wrong = items.iter().filter(|item| !fits(member(item.certificate)));
    cx.judged(wrong.map(|item| finding(item, name, member(item.certificate), expected)))
}

/// The same for a member that may be absent or null; not applicable where it always is.
fn optional(
    cx: &CheckContext<'_>,
    name: &str,
    member: Member,
    expected: &Text,
    fits: impl Fn(&Scalar) -> bool,
) -> Judgement {
    let there = |value: &&Scalar| !value.is_null();
    if !cx.everyones_items()?.iter().any(|item| member(item.certificate).as_ref().is_some_and(there)) {
        return Ok(Verdict::not_applicable(text!("geen enkel attest heeft `{name}`", "no certificate has `{name}`")));
    }
    every(cx, name, member, expected, |value| value.filter(there).is_none_or(&fits))
}

fn is_text(value: Option<&Scalar>) -> bool {
    value.and_then(Scalar::as_str).is_some_and(|text| !text.is_empty())
}

fn is_id(value: Option<&Scalar>) -> bool {
    is_text(value) || value.is_some_and(Scalar::is_number)
}

pub(super) fn id_is_present(cx: &CheckContext<'_>) -> Judgement {
    let expected = text!("een tekst die niet leeg is", "a string that is not empty");
    every(cx, "id", |certificate| certificate.id.as_ref(), &expected, is_id)
}

pub(super) fn id_is_a_string(cx: &CheckContext<'_>) -> Judgement {
    if !cx.everyones_items()?.iter().any(|item| is_id(item.certificate.id.as_ref())) {
        return Err(reason::unmet(text!("geen enkel attest heeft een id", "no certificate has an id")).into());
    }
    let is_number = |value: Option<&Scalar>| value.is_some_and(Scalar::is_number);
    let expected = text!("een tekst", "a string");
    every(cx, "id", |certificate| certificate.id.as_ref(), &expected, |value| !is_number(value))
}

pub(super) fn language_is_known(cx: &CheckContext<'_>) -> Judgement {
    let known = cx.parameter("languages");
    let is_known = |value: Option<&Scalar>| value.and_then(Scalar::as_str).is_some_and(|text| known.contains(&text));
    let expected = Text::same(known.join(" / "));
    every(cx, "language", |certificate| certificate.language.as_ref(), &expected, is_known)
}

pub(super) fn name_is_present(cx: &CheckContext<'_>) -> Judgement {
    let expected = text!("een tekst die niet leeg is", "a string that is not empty");
    every(cx, "name", |certificate| certificate.name.as_ref(), &expected, is_text)
}

pub(super) fn year_has_four_digits(cx: &CheckContext<'_>) -> Judgement {
    let expected = text!("een geheel getal van vier cijfers", "an integer of four digits");
    let fits = |value: &Scalar| value.as_integer().is_some_and(|year| (1000..=9999).contains(&year));
    optional(cx, "year", |certificate| certificate.year.as_ref(), &expected, fits)
}

pub(super) fn community_is_a_nis_code(cx: &CheckContext<'_>) -> Judgement {
    let expected = text!("een NIS-code: een geheel getal van vijf cijfers", "a NIS code: an integer of five digits");
    let fits = |value: &Scalar| value.as_integer().is_some_and(|code| (10_000..=99_999).contains(&code));
    optional(cx, "community", |certificate| certificate.community.as_ref(), &expected, fits)
}
