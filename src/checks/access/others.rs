//! Two citizens: the one's token never opens the other's data.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::{Shows, has_certificates, list, no_proof, refused, shows};
use crate::case::{Case, Item, Judgement, Listed, Stop, part_with_id, parts_that};
use crate::catalogue::Level;
use crate::envelope::{Certificate, Datum};
use crate::exchange::{Auth, Citizen, Exchange, Kind, Replacement, Request, Response};
use crate::reason;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, Verdict};

/// The other citizen's first page, with their own token and at least one certificate: what makes a refusal telling.
fn other_page<'a>(case: &Case<'a>) -> Result<Listed<'a>, Stop> {
    case.insz(Citizen::Other)?;
    let other = case.page(&case.entry_request(Citizen::Other))?;
    if other.items().is_empty() {
        return Err(Verdict::blocked(
            text!(
                "de burger met `role: other` heeft zelf geen attesten",
                "the citizen with `role: other` has no certificates"
            ),
            text!(
                "kies voor `role: other` een burger met attesten",
                "choose for `role: other` a citizen with certificates"
            ),
        )
        .into());
    }
    Ok(other)
}

/// Links of a certificate with what they lead to.
fn links_of(case: &Case<'_>, item: Item<'_>) -> Vec<Request> {
    let rels = [("self", Kind::Detail), ("download", Kind::Download)];
    rels.into_iter()
        .filter_map(|(rel, kind)| case.follow(item.on.answer, item.certificate.links.find(&[rel])?, kind))
        .collect()
}

fn url_of(request: &Request) -> Option<Url> {
    match &request.target {
        crate::exchange::Target::Link { url, .. } => Url::parse(url).ok(),
        _ => None,
    }
}

pub(super) fn list_of_another_citizen_stays_closed(case: &Case<'_>) -> Judgement {
    let other = other_page(case)?;
    let number = case.insz(Citizen::Other)?;
    let control = list(case);
    let mut probes = vec![case.entry_request(Citizen::Other).auth(Auth::Token(Citizen::Subject))];
    if let Some(certificate) = other.items().first() {
        let links = links_of(case, Item { on: other, certificate });
        let names = |url: Url| !parts_that(&url, |text| text == number).is_empty();
        probes.extend(links.into_iter().filter(|link| url_of(link).is_some_and(names)));
    }
    let probed = case.probed(&control, &probes)?;
    let findings: Vec<Finding> = probed.exchanges.iter().filter_map(|exchange| leak(exchange)).collect();
    if findings.iter().all(|finding| finding.level.is_some()) {
        probed.closing?;
        if let Some(unproven) = probed.exchanges.iter().find(|exchange| shows(exchange) == Shows::Nothing) {
            return Err(no_proof(unproven).into());
        }
    }
    case.judged(findings)
}

/// A finding where another citizen's data came back. A 200 without any is for SEC-18.
fn leak(exchange: &Exchange) -> Option<Finding> {
    let response = exchange.result.as_ref().ok()?;
    let expected = text!("geen enkel attest van een ander", "no certificate of anybody else");
    let status = response.status;
    let is_list = exchange.request.kind() == Kind::List;
    if has_certificates(response) || (response.is_success() && !is_list) {
        let actual = text!("{status}, met gegevens", "{status}, with data");
        return Some(Finding::new(&exchange.request, "status", expected, actual));
    }
    let odd = shows(exchange) == Shows::OddRefusal;
    odd.then(|| Finding::new(&exchange.request, "status", expected, Text::same(status)).at_most(Level::Should))
}

pub(super) fn certificate_of_another_citizen_stays_closed(case: &Case<'_>) -> Judgement {
    let (control, originals, probes) = swapped(case)?;
    // The certificate does open for its owner: else its refusal shows nothing.
    for answer in case.responses(&originals)? {
        if !answer.response.is_success() {
            let status = answer.response.status;
            return Err(Verdict::blocked(
                text!(
                    "de andere burger krijgt het eigen attest zelf niet ({status})",
                    "the other citizen does not get their own certificate ({status})"
                ),
                text!(
                    "kies voor `role: other` een burger wiens attesten te openen zijn",
                    "choose for `role: other` a citizen whose certificates open"
                ),
            )
            .into());
        }
    }
    refused(case, &control, &probes)
}

/// The subject's control, the other citizen's links with their own token, and the same under the subject's number.
pub(super) fn swapped(case: &Case<'_>) -> Result<(Request, Vec<Request>, Vec<Request>), Stop> {
    let other = other_page(case)?;
    let number = case.insz(Citizen::Other)?;
    let pages = case.pages()?;
    if pages.cut {
        // What lies beyond the limit may be the subject's own.
        return Err(case.beyond_the_walk().into());
    }
    let own: BTreeSet<_> = pages.pages.iter().flat_map(Listed::keys).collect();
    let foreign = other.items().iter().find(|item| item.key().is_some_and(|key| !own.contains(&key)));
    let Some(certificate) = foreign else {
        return Err(Verdict::blocked(
            text!(
                "de andere burger heeft geen attest dat de eerste niet heeft",
                "the other citizen has no certificate that the first lacks"
            ),
            text!(
                "kies voor `role: other` een burger met eigen attesten",
                "choose for `role: other` a citizen with certificates of their own"
            ),
        )
        .into());
    };
    let links = links_of(case, Item { on: other, certificate });
    let first = case.first_page()?;
    if first.items().is_empty() {
        return Err(reason::too_few(0, 1).into());
    }
    let control =
        first.items().iter().find_map(|item| case.follow(first.answer, item.links.find(&["self"])?, Kind::Detail));
    let (Some(control), false) = (control, links.is_empty()) else {
        return Err(
            reason::unmet(text!("een attest heeft geen link `self`", "a certificate has no link `self`")).into()
        );
    };
    let originals = links.iter().map(|link| link.clone().auth(Auth::Token(Citizen::Other))).collect();
    let probes = links.into_iter().map(|link| match url_of(&link).and_then(|url| part_with_id(&url, number)) {
        Some(part) => link.edit(part, Replacement::Number(Citizen::Subject)),
        None => link,
    });
    Ok((control, originals, probes.collect()))
}

pub(super) fn refusal_does_not_tell_whether_a_citizen_exists(case: &Case<'_>) -> Judgement {
    other_page(case)?;
    let control = list(case);
    let probe = |citizen| case.entry_request(citizen).auth(Auth::Token(Citizen::Subject));
    let answers = case.between_controls(&control, &[probe(Citizen::Other), probe(Citizen::Nobody)])?;
    let [other, nobody] = answers.as_slice() else { return Err(reason::not_recorded().into()) };
    for answer in [other, nobody] {
        if answer.response.status == 429 || answer.response.status >= 500 {
            return Err(no_proof(answer.exchange).into());
        }
    }
    let (known, unknown) = (shape(other.response), shape(nobody.response));
    if known == unknown {
        return case.judged(Vec::new());
    }
    let expected = text!("hetzelfde als voor de andere burger: {known}", "the same as for the other citizen: {known}");
    case.judged(vec![nobody.finding("", expected, Text::same(unknown))])
}

/// Status, media type, and the names and kinds of the members.
fn shape(response: &Response) -> String {
    let media_type = response.media_type().unwrap_or_default();
    let members = match response.json() {
        Some(Value::Object(members)) => {
            let mut names: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}: {}", crate::envelope::kind_of(value))).collect();
            names.sort();
            format!("{{{}}}", names.join(", "))
        }
        Some(other) => crate::envelope::kind_of(other).to_owned(),
        None => String::new(),
    };
    crate::verdict::shown(&format!("{} {media_type} {members}", response.status))
}

pub(super) fn citizens_are_not_mixed(case: &Case<'_>) -> Judgement {
    case.insz(Citizen::Other)?;
    let requests: Vec<Request> = [0, 1]
        .into_iter()
        .flat_map(|ordinal| {
            [Citizen::Subject, Citizen::Other].map(|citizen| case.entry_request(citizen).again(ordinal))
        })
        .collect();
    let pages = case.pages_of(&requests)?;
    if pages.iter().any(|listed| listed.items().is_empty()) {
        return Err(reason::lacks(
            "citizens",
            text!("een van de twee burgers heeft geen attesten", "one of the two citizens has no certificates"),
        )
        .into());
    }
    let mut findings = Vec::new();
    let mut unsure = false;
    for pair in pages.chunks(2) {
        let [subject, other] = pair else { continue };
        for (listed, stranger) in [(subject, Citizen::Other), (other, Citizen::Subject)] {
            let number = case.insz(stranger)?;
            let body = listed.answer.response.tree().map(|body| body.to_string()).unwrap_or_default();
            let headers = listed.answer.response.headers.iter().any(|(_, value)| value.contains(number));
            if body.contains(number) || headers {
                let expected = text!("alleen gegevens van de burger zelf", "data of the citizen alone");
                let actual = text!("het nummer van de andere burger", "the number of the other citizen");
                findings.push(listed.answer.finding("", expected, actual));
            }
        }
        if subject.keys() == other.keys() && same(subject, other, fields_of) {
            if !same(subject, other, hrefs_of) {
                unsure = true;
                continue;
            }
            let expected =
                text!("een andere lijst dan die van de eerste burger", "another list than that of the first citizen");
            findings.push(other.answer.finding(
                other.page.place.as_str(),
                expected,
                text!("dezelfde lijst", "the same list"),
            ));
        }
    }
    case.judged_unless(findings, unsure.then(|| Box::new(alike())))
}

/// Whether something of the certificates is the same in two lists, one by one.
fn same<T: PartialEq>(one: &Listed<'_>, other: &Listed<'_>, of: fn(&Certificate) -> T) -> bool {
    one.items().iter().map(of).eq(other.items().iter().map(of))
}

fn fields_of(certificate: &Certificate) -> Vec<Option<Datum>> {
    certificate.fields().into_iter().map(|(_, value)| value.cloned()).collect()
}

fn hrefs_of(certificate: &Certificate) -> Vec<Box<str>> {
    certificate.links.links.iter().map(|link| link.href.clone()).collect()
}

/// Ids that are counted for each citizen can be the same by chance; only the URLs then tell them apart.
fn alike() -> Verdict {
    Verdict::blocked(
        text!(
            "de twee burgers hebben attesten die alleen in hun URL verschillen",
            "the two citizens have certificates that differ in their URLs alone"
        ),
        text!("kies twee burgers met verschillende attesten", "choose two citizens with different certificates"),
    )
}
