//! Chapter http: methods, headers, values, statuses, and the owner's OpenAPI document.

use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::checks;
use crate::judging::context::Answer;
use crate::judging::verdict::Finding;
use crate::text;

mod answers;
mod covered;
mod get;
mod ids;
mod names;
mod negotiation;
mod observed;
mod openapi;
#[cfg(test)]
mod tests;
mod values;

pub(in crate::checks) use answers::is_wrapped;
use answers::{
    content_headers_are_right, errors_have_an_error_status, personal_answers_are_not_cacheable_by_others,
    statuses_are_from_the_agreed_set,
};
use covered::own_openapi_document_covers_the_answers;
use get::{advertised_paging_links_answer_get, get_is_safe};
use ids::{calls_with_and_without_correlation_ids_are_answered, correlation_ids_come_back};
use names::names_are_camel_case;
use negotiation::{
    accept_is_honoured, accept_language_leads_to_no_error, compressed_answers_vary_by_encoding,
    content_encoding_is_an_accepted_one, json_is_the_default,
};
use observed::{absent_mandatory_members_are_reported, head_and_options_are_reported, oslo_context_is_reported};
use openapi::{
    own_openapi_document_describes_everything, own_openapi_document_is_valid, query_parameters_have_the_agreed_names,
};
use values::{country_codes_are_iso_3166_1, dates_are_iso_8601, language_codes_are_iso_639_1, moments_are_in_utc};

checks!(
    advertised_paging_links_answer_get,
    get_is_safe,
    json_is_the_default,
    accept_is_honoured,
    content_encoding_is_an_accepted_one,
    accept_language_leads_to_no_error,
    dates_are_iso_8601,
    moments_are_in_utc,
    language_codes_are_iso_639_1,
    country_codes_are_iso_3166_1,
    names_are_camel_case,
    statuses_are_from_the_agreed_set,
    errors_have_an_error_status,
    calls_with_and_without_correlation_ids_are_answered,
    correlation_ids_come_back,
    personal_answers_are_not_cacheable_by_others,
    content_headers_are_right,
    own_openapi_document_is_valid,
    own_openapi_document_describes_everything,
    own_openapi_document_covers_the_answers,
    oslo_context_is_reported,
    head_and_options_are_reported,
    query_parameters_have_the_agreed_names,
    absent_mandatory_members_are_reported,
    compressed_answers_vary_by_encoding,
);

/// How many more places one finding names.
const MORE_PLACES: usize = 4;

/// One of possibly many things of the same kind that are wrong.
struct Offence<'a> {
    answer: Answer<'a>,
    place: String,
    actual: Text,
    /// Weaker than its row.
    level: Option<Level>,
}

/// Many offences make one finding: the strongest and first with its place, a few more places, and how many there are.
fn in_one(expected: Text, mut offences: Vec<Offence<'_>>) -> Option<Finding> {
    offences.sort_by_key(|offence| std::cmp::Reverse(offence.level.unwrap_or(Level::Must)));
    let first = offences.first()?;
    let mut places: Vec<String> = Vec::new();
    for offence in &offences {
        let place = shown(&offence.place);
        if place != shown(&first.place) && !places.contains(&place) && places.len() < MORE_PLACES {
            places.push(place);
        }
    }
    let count = offences.len();
    let actual = if count == 1 { first.actual.clone() } else { counted(&first.actual, count, &places) };
    let finding = first.answer.finding(shown(&first.place), expected, actual);
    Some(match first.level {
        Some(level) => finding.at_most(level),
        None => finding,
    })
}

fn counted(actual: &Text, count: usize, places: &[String]) -> Text {
    let Text { nl, en } = actual;
    if places.is_empty() {
        return text!("{nl} ({count} keer)", "{en} ({count} times)");
    }
    let places = places.join(", ");
    text!("{nl} ({count} keer, ook op {places})", "{en} ({count} times, also at {places})")
}
