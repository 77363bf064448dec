//! Two citizens' answers that are mixed up: the one's number or data in an answer to the other, or the same list twice.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::Text;
use crate::evidence::exchange::{Auth, Citizen, Edit, Exchange, Kind, Phase, Replacement, Request, Target};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, request_all};
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::source::envelope::{Certificate, Key, Scalar};
use crate::source::{Listed, place_of};
use crate::text;

pub(super) fn citizens_are_not_mixed(cx: &CheckContext<'_>) -> Judgement {
    cx.insz(Citizen::Other)?;
    let requests: Vec<Request> = [0, 1]
        .into_iter()
        .flat_map(|ordinal| [Citizen::Subject, Citizen::Other].map(|citizen| cx.entry_request(citizen).again(ordinal)))
        .collect();
    // Every answer of the run counts, so that what others ask for must be there first.
    request_all([cx.attempts(&requests).map(drop), cx.request_everything()])?;
    let mut findings = Vec::new();
    for answer in cx.api_answers()?.into_iter().filter(|answer| !is_of_another_row(answer.request())) {
        findings.extend(number_in(cx, answer));
        findings.extend(data_in(cx, answer.exchange)?);
    }
    findings.extend(list_of_somebody_else(cx)?);
    match same_lists(cx, &requests) {
        Ok(same) => {
            findings.extend(same);
            cx.judged(findings)
        }
        Err(stop) => cx.judged_unless(findings, Some(stop)),
    }
}

/// Links of one citizen with the token of the other: what comes of these is judged where they are tried.
fn is_of_another_row(request: &Request) -> bool {
    let Target::Link { edit, .. } = &request.target else { return false };
    let is_text = |edit: &Edit| matches!(edit.with, Replacement::Text(_));
    request.phase == Phase::Hostile
        && matches!(request.auth, Auth::Token(Citizen::Subject | Citizen::Other))
        && !edit.as_ref().is_some_and(is_text)
}

/// The number of a citizen whom the call was not about, in a header or in the body.
fn number_in(cx: &CheckContext<'_>, answer: Answer<'_>) -> Option<Finding> {
    let mut known = cx.citizens_in(&answer.exchange.sent.url);
    known.extend(holder(answer.request().auth));
    let is_stranger = |citizens: BTreeSet<Citizen>| citizens.iter().any(|citizen| !known.contains(citizen));
    if !is_stranger(cx.citizens_in_answer(answer)) {
        return None;
    }
    let place = place_of(answer.response, |text| is_stranger(cx.citizens_in(text))).unwrap_or_default();
    let expected = text!("alleen gegevens van de burger zelf", "data of the citizen alone");
    let actual = text!("het nummer van een andere burger", "the number of another citizen");
    Some(answer.finding(place, expected, actual))
}

/// Whose token was presented, if anybody's.
fn holder(auth: Auth) -> Option<Citizen> {
    match auth {
        Auth::Token(citizen) => Some(citizen),
        Auth::None | Auth::EmptyBearer | Auth::RandomToken | Auth::UnsignedJwt | Auth::WithoutCitizen => None,
        _ => Some(Citizen::Subject),
    }
}

/// Data of the other citizen in the subject's own details and documents. Lists are compared as a whole.
fn data_in(cx: &CheckContext<'_>, exchange: &Exchange) -> Result<Option<Finding>, Stop> {
    let request = &exchange.request;
    let is_own = request.auth == Auth::Token(Citizen::Subject) && request.phase == Phase::Ordinary;
    if !is_own || request.kind() == Kind::List {
        return Ok(None);
    }
    let leak = match cx.leak_of_the_other(exchange) {
        Err(Stop::Verdict(_)) => None,
        leak => leak?,
    };
    let expected = text!("alleen gegevens van de burger zelf", "data of the citizen alone");
    let found = |leak: crate::source::Leak| {
        let Text { nl, en } = leak.what;
        let actual = text!("van een andere burger: {nl}", "of another citizen: {en}");
        Finding::new(request, leak.place, expected, actual)
    };
    Ok(leak.map(found))
}

/// A page that a citizen got with their own token and that is the other's: all that it holds the other has too, with the
/// same fields, and nothing of it is on any page that is certainly the citizen's own.
fn list_of_somebody_else(cx: &CheckContext<'_>) -> Result<Option<Finding>, Stop> {
    let mut pages: BTreeMap<Citizen, Vec<Listed<'_>>> = BTreeMap::new();
    // However a citizen asks for their own list, it is not the other's.
    for exchange in cx.whole_run()?.filter(|exchange| exchange.request.is_of_own_list()) {
        let page = Listed::of(exchange).filter(|page| !page.items().is_empty());
        if let (Some(citizen), Some(page)) = (exchange.request.citizen(), page) {
            pages.entry(citizen).or_default().push(page);
        }
    }
    let of = |citizen| pages.get(&citizen).map(Vec::as_slice).unwrap_or_default();
    // Only what the other citizen was given, too, can be on a page that is mixed up: of a long list the rest is left out.
    let shared: BTreeSet<Key<'_>> = of(Citizen::Other).iter().flat_map(Listed::keys).collect();
    for (caller, owner) in [(Citizen::Subject, Citizen::Other), (Citizen::Other, Citizen::Subject)] {
        let mut theirs: BTreeMap<Key<'_>, Vec<&Certificate>> = BTreeMap::new();
        for page in of(owner) {
            for (key, certificate) in page.keys().into_iter().zip(page.items()) {
                if shared.contains(&key) {
                    theirs.entry(key).or_default().push(certificate);
                }
            }
        }
        let is_theirs = |(key, own): (Key<'_>, &Certificate)| {
            // Not by their hrefs: a source may make these of the number that was asked for.
            let alike = |other: &Certificate| fields_of(own) == fields_of(other);
            own.key().is_some() && theirs.get(&key).is_some_and(|all| all.iter().any(|other| alike(other)))
        };
        let is_suspect = |page: &&Listed<'_>| page.keys().into_iter().zip(page.items()).all(is_theirs);
        let (suspects, certain): (Vec<&Listed<'_>>, Vec<&Listed<'_>>) = of(caller).iter().partition(is_suspect);
        if suspects.is_empty() || certain.is_empty() {
            continue;
        }
        let own: BTreeSet<Key<'_>> = certain.iter().flat_map(|page| page.keys()).collect();
        if let Some(page) = suspects.into_iter().find(|page| !page.keys().iter().any(|key| own.contains(key))) {
            let expected = text!("de eigen lijst van de burger", "the citizen's own list");
            let actual = text!("de lijst van de andere burger", "the list of the other citizen");
            return Ok(Some(page.answer.finding(page.page.place.as_str(), expected, actual)));
        }
    }
    Ok(None)
}

/// Whether both citizens got the same list, each time that it was asked for: one answer may be of another moment than
/// the other.
fn same_lists(cx: &CheckContext<'_>, requests: &[Request]) -> Result<Option<Finding>, Stop> {
    let pages = cx.pages_of(requests)?;
    let pairs: Vec<(&Listed<'_>, &Listed<'_>)> = pages
        .chunks(2)
        .filter_map(|pair| match pair {
            [subject, other] => Some((subject, other)),
            _ => None,
        })
        .collect();
    // An empty list is not the other's; where both have certificates at one moment, a mix-up would have shown.
    if !pairs.iter().any(|(subject, other)| !subject.items().is_empty() && !other.items().is_empty()) {
        return Err(nothing_to_mix().into());
    }
    let alike = |(subject, other): &(&Listed<'_>, &Listed<'_>)| {
        subject.keys() == other.keys() && same(subject, other, fields_of)
    };
    if !pairs.iter().all(alike) {
        return Ok(None);
    }
    if !pairs.iter().all(|(subject, other)| same(subject, other, hrefs_of)) {
        return Err(only_urls_differ().into());
    }
    let expected =
        text!("een andere lijst dan die van de eerste burger", "another list than that of the first citizen");
    let finding = |(_, other): &(&Listed<'_>, &Listed<'_>)| {
        other.answer.finding(other.page.place.as_str(), expected.clone(), text!("dezelfde lijst", "the same list"))
    };
    Ok(pairs.first().map(finding))
}

/// Whether something of the certificates is the same in two lists, one by one.
fn same<T: PartialEq>(one: &Listed<'_>, other: &Listed<'_>, of: fn(&Certificate) -> T) -> bool {
    one.items().iter().map(of).eq(other.items().iter().map(of))
}

fn fields_of(certificate: &Certificate) -> Vec<Option<Scalar>> {
    certificate.fields().into_iter().map(|(_, value)| value.cloned()).collect()
}

fn hrefs_of(certificate: &Certificate) -> Vec<Box<str>> {
    certificate.links.links.iter().map(|link| link.href.clone()).collect()
}

fn nothing_to_mix() -> Verdict {
    Verdict::blocked(
        text!(
            "een van de twee burgers (rol `subject` en rol `other`) heeft geen attesten",
            "one of the two citizens (role `subject` and role `other`) has no certificates"
        ),
        text!(
            "geef beide burgers in de bron testgegevens: minstens één eigen attest elk",
            "give both citizens test data in the source: at least one certificate of their own each"
        ),
    )
    .by(Obstacle::Lacks("citizens".to_owned()))
}

/// Ids that are counted for each citizen can be the same by chance; only the URLs then tell them apart.
fn only_urls_differ() -> Verdict {
    Verdict::blocked(
        text!(
            "de twee burgers hebben attesten die alleen in hun URL verschillen",
            "the two citizens have certificates that differ in their URLs alone"
        ),
        text!("kies twee burgers met verschillende attesten", "choose two citizens with different certificates"),
    )
    .by(Obstacle::NoCitizen(Citizen::Other))
}
