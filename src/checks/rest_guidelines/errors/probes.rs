//! The errors that the chapter provokes, and those that the access chapter provoked before it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use url::Url;

use crate::base::text::Text;
use crate::base::value::date;
use crate::base::value::described::kind_of;
use crate::base::{href, insz};
use crate::checks::rest_guidelines::is_wrapped;
use crate::checks::shared::no_json;
use crate::evidence::exchange::{
    Auth, Citizen, Content, Exchange, Kind, Malformed, Phase, Replacement, Request, Response, SniffedType, Target,
    Variation,
};
use crate::judging::context::{Answer, CheckContext, Judgement, Probed, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::Certificate;
use crate::source::{Listed, with_other_id};
use crate::text;

/// The statuses that come from the source itself. A gateway's 429 or 502 is not the source's error format.
const OWN_STATUSES: [u16; 7] = [400, 401, 403, 404, 409, 410, 500];

/// The control of the probes of the list.
pub(super) fn list(cx: &CheckContext<'_>) -> Request {
    cx.entry_request(Citizen::Subject)
}

/// The list with another value of `page` or `limit`.
pub(super) fn paging(cx: &CheckContext<'_>, page: &str, limit: &str) -> Request {
    Request::entry(Citizen::Subject).query(&cx.entry().limit, limit).query(&cx.entry().page, page)
}

/// Values that are no number: `page=abc`, `limit=abc`.
pub(super) fn no_numbers(cx: &CheckContext<'_>) -> [Request; 2] {
    let (page, limit) = ordinary_paging(cx);
    [paging(cx, "abc", &limit), paging(cx, &page, "abc")]
}

/// Numbers that are no page and no length: `page=-1`, `limit=0`.
pub(super) fn bad_numbers(cx: &CheckContext<'_>) -> [Request; 2] {
    let (page, limit) = ordinary_paging(cx);
    [paging(cx, "-1", &limit), paging(cx, &page, "0")]
}

fn ordinary_paging(cx: &CheckContext<'_>) -> (String, String) {
    (cx.entry().first_page.to_string(), cx.entry().default_limit.to_string())
}

/// The list of somebody whose number is none, with the good token.
pub(super) fn malformed(cx: &CheckContext<'_>, number: Malformed) -> Request {
    cx.entry_request(Citizen::Malformed(number)).auth(Auth::Token(Citizen::Subject))
}

/// A path below the base URL that nobody gave.
pub(super) fn unknown_path(cx: &CheckContext<'_>) -> Request {
    let word: String = cx.invented("unknown path").chars().take(8).collect();
    Request::probe(Target::Path(format!("no-such-{word}"))).auth(Auth::Token(Citizen::Subject))
}

/// The detail of a certificate, and the same with an id that nobody has.
pub(super) fn unknown_certificate(cx: &CheckContext<'_>) -> Result<(Request, Request), Stop> {
    let first = cx.first_page()?;
    if first.items().is_empty() {
        return Err(reason::too_few(0, 1).into());
    }
    let followed: Vec<(String, Request)> = first.items().iter().filter_map(|item| self_of(cx, first, item)).collect();
    if followed.is_empty() {
        let what =
            text!("geen attest heeft een id en een bruikbare `self`", "no certificate has an id and a usable `self`");
        return Err(reason::unmet(what).into());
    }
    let found = followed.into_iter().find_map(|(id, request)| {
        let Target::Link { url, .. } = &request.target else { return None };
        let url = Url::parse(url).ok().filter(|url| with_other_id(url, &id, &id).is_some())?;
        Some((id, request, url))
    });
    let Some((id, control, url)) = found else {
        let reason = text!(
            "de id staat niet op precies één plaats in de URL `self`",
            "the id is not in exactly one place of the URL `self`"
        );
        return Err(Verdict::not_applicable(reason).into());
    };
    let unknown = unused(cx, &id, &known_ids(cx)?);
    let (part, text) = with_other_id(&url, &id, &unknown).ok_or_else(reason::not_recorded)?;
    Ok((control.clone(), control.edit(part, Replacement::Text(text))))
}

/// What an id that nobody has is answered, for those that compare with it; none where it cannot be asked for.
pub(in crate::checks) fn answer_to_an_unknown_certificate<'a>(
    cx: &CheckContext<'a>,
) -> Result<Option<&'a Response>, Stop> {
    match unknown_certificate(cx).and_then(|(control, probe)| cx.probed(&control, &[probe])) {
        Err(Stop::Verdict(_) | Stop::Moment(_)) => Ok(None),
        probed => Ok(probed?.exchanges.first().and_then(|exchange| exchange.result.as_ref().ok())),
    }
}

fn self_of<'a>(cx: &CheckContext<'a>, on: Listed<'a>, item: &'a Certificate) -> Option<(String, Request)> {
    let link = item.links.find(&["self"])?;
    Some((item.id_text()?.into_owned(), Request::link(Kind::Detail, cx.resolve(on.answer, link)?.as_str())))
}

/// The ids of all pages, as far as they can be seen.
fn known_ids(cx: &CheckContext<'_>) -> Result<BTreeSet<String>, Stop> {
    let pages = match cx.pages() {
        Err(missing @ Stop::Missing(_)) => return Err(missing),
        Err(_) => vec![cx.first_page()?],
        Ok(pages) => pages.pages,
    };
    let ids = pages.iter().flat_map(|listed| listed.items().iter().filter_map(Certificate::id_text));
    Ok(ids.map(Cow::into_owned).collect())
}

/// An id of the same look that is not in use. Where all short ones are, it becomes longer.
pub(in crate::checks) fn unused(cx: &CheckContext<'_>, id: &str, known: &BTreeSet<String>) -> String {
    let is_known = |other: &String| known.iter().any(|known| known.eq_ignore_ascii_case(other));
    // What could be somebody's national number is asked of nobody.
    let is_free = |other: &String| {
        !other.eq_ignore_ascii_case(id) && !is_known(other) && insz::look_alikes(other.as_bytes()).is_empty()
    };
    let salt = |attempt: usize| cx.invented(&format!("unknown certificate {attempt}"));
    let alike = (0..64).map(|attempt| other_id(id, &salt(attempt), attempt));
    let longer = (1..64).map(|more| format!("{id}{}", "7".repeat(more)));
    alike.chain(longer).find(is_free).unwrap_or_else(|| cx.invented("unknown certificate"))
}

/// The most digits that certainly fit in a number of 32 bits.
const SHORT_NUMBER: usize = 9;

/// An id of the same look. A date stays one, and a long number does not grow: a source that reads ids as such would
/// refuse another as malformed, which is no answer to whether it is known.
fn other_id(id: &str, salt: &str, attempt: usize) -> String {
    let alike = href::alike(id, salt);
    if date::iso(id).is_some() && id.len() >= "20250403".len() {
        let year = 1801 + attempt % 99;
        return format!("{year}{}", id.get(4..).unwrap_or_default());
    }
    let is_number = id.len() > SHORT_NUMBER && id.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { below(id, &alike) } else { alike }
}

/// A smaller number with as many digits: at the first digit that can be smaller it is, and from there on as the other.
fn below(number: &str, other: &str) -> String {
    let least = |index: usize| if index == 0 { b'1' } else { b'0' };
    let Some(at) = number.bytes().enumerate().position(|(index, digit)| digit > least(index)) else {
        return other.to_owned();
    };
    let (kept, rest) = (number.get(..at).unwrap_or_default(), other.get(at + 1..).unwrap_or_default());
    let digit = number.as_bytes().get(at).map_or('0', |digit| char::from(digit - 1));
    format!("{kept}{digit}{rest}")
}

/// Judges what probes are answered, between the controls. 429 and silence say nothing, and an error with the status of a
/// success is a finding elsewhere.
pub(super) fn judge(
    cx: &CheckContext<'_>,
    control: &Request,
    probes: &[Request],
    finding: impl Fn(Answer<'_>) -> Option<Finding>,
) -> Judgement {
    let Probed { exchanges, closing } = cx.probed(control, probes)?;
    closing?;
    let mut findings = Vec::new();
    let mut silent = None;
    for exchange in exchanges {
        match conclusive(exchange) {
            Ok(answer) => match finding(answer) {
                Some(_) if is_wrapped(answer) => silent = silent.or(Some(Box::new(wrapped(answer)))),
                finding => findings.extend(finding),
            },
            Err(stop) => silent = silent.or(Some(stop)),
        }
    }
    match silent {
        Some(verdict) if findings.is_empty() => Err(verdict.into()),
        _ => cx.judged(findings),
    }
}

/// The verdict where an error came with the status of a success.
pub(super) fn wrapped(answer: Answer<'_>) -> Verdict {
    let status = answer.response.status;
    reason::unmet(text!("de bron gaf een fout met status {status}", "the source gave an error with status {status}"))
}

/// Every error that was provoked: by the probes of this chapter, which are asked for here, and by those of chapter
/// access, as far as they were made. Blocked where a control failed or there is none.
pub(super) fn provoked<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let mut probes = [no_numbers(cx), bad_numbers(cx)].concat();
    probes
        .extend([Malformed::TooShort, Malformed::Letters, Malformed::CheckNumber].map(|number| malformed(cx, number)));
    probes.push(unknown_path(cx));
    let of_list = Ok((list(cx), probes));
    let of_detail = unknown_certificate(cx).map(|(control, probe)| (control, vec![probe]));
    let mut missing = Vec::new();
    let mut stopped = None;
    for group in [of_list, of_detail] {
        let control = match group {
            Ok((control, probes)) => cx.probed(&control, &probes).and_then(|probed| probed.closing),
            Err(Stop::Missing(more)) => Err(Stop::Missing(more)),
            // There is no certificate to ask for: the list is enough.
            Err(_) => Ok(()),
        };
        match control {
            Ok(()) => {}
            Err(Stop::Missing(more)) => missing.extend(more),
            Err(stop) => stopped = stopped.or(Some(stop)),
        }
    }
    if !missing.is_empty() {
        return Err(Stop::Missing(missing));
    }
    if let Some(stop) = stopped {
        return Err(stop);
    }
    // To a host that is not its own a gateway may answer, and nothing of the source.
    let own = |exchange: &&Exchange| !matches!(exchange.request.variation, Variation::Host(_));
    let errors: Vec<Answer<'a>> = cx.whole_run()?.filter(own).filter_map(error).collect();
    if errors.is_empty() {
        let what = text!("er kon geen enkele fout worden uitgelokt", "no error could be provoked");
        return Err(reason::unmet(what).into());
    }
    Ok(errors)
}

fn error(exchange: &Exchange) -> Option<Answer<'_>> {
    let request = &exchange.request;
    let accepts_json = !matches!(request.variation, Variation::Accept(_) | Variation::Head | Variation::Options);
    let response = exchange.result.as_ref().ok().filter(|response| response.status >= 400)?;
    (request.phase == Phase::Hostile && accepts_json).then_some(Answer { exchange, response })
}

/// The provoked errors whose description is the source's own.
pub(super) fn described<'a>(cx: &CheckContext<'a>) -> Result<Vec<Answer<'a>>, Stop> {
    let mut errors = provoked(cx)?;
    errors.retain(|answer| OWN_STATUSES.contains(&answer.response.status));
    if errors.is_empty() {
        let statuses = OWN_STATUSES.map(|status| status.to_string()).join(", ");
        let what = text!(
            "geen enkele uitgelokte fout had een van de statussen {statuses}",
            "no provoked error had one of the statuses {statuses}"
        );
        return Err(reason::unmet(what).into());
    }
    Ok(errors)
}

pub(super) fn is_described(status: u16) -> bool {
    OWN_STATUSES.contains(&status)
}

/// What the body of an error is.
pub(super) enum Body<'a> {
    /// Nothing, or nothing but white space.
    Empty,
    /// A JSON object.
    Object(&'a Map<String, Value>),
    /// Something else, in words.
    Other(Text),
    /// JSON of which nothing was kept.
    Unseen,
    /// In a coding that was not asked for.
    Coded,
}

pub(super) fn body(answer: Answer<'_>) -> Body<'_> {
    if !matches!(answer.response.content, Content::Empty) && answer.unreadable().is_some() {
        return Body::Coded;
    }
    match &answer.response.content {
        Content::Empty => Body::Empty,
        Content::Text(text) if text.trim().is_empty() => Body::Empty,
        Content::Json(json) => match json.value() {
            Value::Object(members) => Body::Object(members),
            other => Body::Other(Text::same(kind_of(other))),
        },
        Content::Text(_) => Body::Other(no_json(answer)),
        Content::Document(document) if document.look == SniffedType::Json => Body::Unseen,
        Content::Document(_) => Body::Other(text!("een document", "a document")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "9f3c0a7715e2b8d4";

    #[test]
    fn a_date_stays_a_date() {
        for id in ["2025-04-03", "20250403", "2025-093", "2025-04-03T09:30:00Z"] {
            let other = other_id(id, SALT, 0);
            assert!(other != id && other.len() == id.len() && date::iso(&other).is_some(), "{other}");
        }
        assert_ne!(other_id("2025", SALT, 0), "1801");
    }

    #[test]
    fn a_long_number_does_not_grow() {
        for id in ["2147483647", "9223372036854775807", "18446744073709551615", "10000000001", "00000000012"] {
            let other = other_id(id, SALT, 0);
            assert!(other != id && other.len() == id.len() && other.as_str() < id, "{id}: {other}");
        }
        assert_eq!(other_id("10000000000", SALT, 0).len(), 11);
    }
}
