//! The detail of a certificate: what stands behind its `self`.

use super::value_of;
use crate::base::text::{Text, shown};
use crate::base::value::described::kind_of;
use crate::catalogue::Level;
use crate::checks::shared::{absent, media_type_finding, no_json};
use crate::evidence::exchange::{Kind, Request};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::{Certificate, Link, Links, Scalar};
use crate::source::{Item, Listed};
use crate::text;

/// A detail that was answered with 200 and a JSON object.
#[derive(Clone, Copy)]
pub(super) struct Detail<'a> {
    /// The certificate in the list.
    pub(super) item: Item<'a>,
    /// The answer.
    pub(super) answer: Answer<'a>,
    /// The certificate in it.
    pub(super) certificate: &'a Certificate,
}

/// No certificate of the sample has a `self` that can be followed.
fn nothing_to_follow() -> Verdict {
    let what = text!("geen enkel attest heeft een `self` die te volgen is", "no certificate has a `self` to follow");
    reason::unmet(what)
}

/// The details that came; blocked where none did.
pub(super) fn opened<'a>(cx: &CheckContext<'a>) -> Result<Vec<Detail<'a>>, Stop> {
    let details = cx.details()?;
    let mut obstacle = None;
    let mut opened = Vec::new();
    for (item, exchange) in &details {
        match conclusive(exchange) {
            Ok(answer) => {
                opened.extend(certificate_in(answer).map(|certificate| Detail { item: *item, answer, certificate }));
            }
            Err(verdict) => obstacle = obstacle.or(Some(verdict)),
        }
    }
    if !opened.is_empty() {
        return Ok(opened);
    }
    if details.is_empty() {
        return Err(nothing_to_follow().into());
    }
    let none = || reason::unmet(text!("er kwam geen enkel detail", "no detail arrived")).into();
    Err(obstacle.map_or_else(none, Stop::Verdict))
}

fn certificate_in(answer: Answer<'_>) -> Option<&Certificate> {
    answer
        .response
        .certificate()
        .filter(|certificate| certificate.wrong_type.is_none() && answer.response.status == 200)
}

pub(super) fn self_answers_hal_json(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(answers_hal_json)
}

fn answers_hal_json(cx: &CheckContext<'_>) -> Judgement {
    let details = cx.details()?;
    if details.is_empty() {
        return Err(nothing_to_follow().into());
    }
    let mut findings = Vec::new();
    let mut obstacle = None;
    for (_, exchange) in details {
        match conclusive(exchange) {
            Err(verdict) => obstacle = obstacle.or(Some(verdict)),
            Ok(answer) if answer.response.status == 200 => match answer.unreadable() {
                Some(verdict) => obstacle = obstacle.or(Some(Box::new(verdict))),
                None => findings.extend(form_findings(answer)),
            },
            Ok(answer) => {
                findings.push(answer.finding("status", Text::same(200), Text::same(answer.response.status)));
            }
        }
    }
    cx.judged_unless(findings, obstacle)
}

/// Findings where a detail is not a JSON object in hal+json.
fn form_findings(answer: Answer<'_>) -> Vec<Finding> {
    let actual = match answer.response.tree() {
        Some(body) if body.is_object() => None,
        Some(other) => Some(Text::same(kind_of(&other))),
        None => Some(no_json(answer)),
    };
    let body = actual.map(|actual| answer.finding("", text!("een JSON-object", "a JSON object"), actual));
    media_type_finding(answer, "application/hal+json").into_iter().chain(body).collect()
}

/// How often the list is asked again where a detail says something else.
const MORE_LOOKS: u32 = 4;

/// What is compared of list and detail: documented members, and rels.
struct Compared<'p> {
    fields: Vec<&'p str>,
    rels: Vec<&'p str>,
}

impl Compared<'_> {
    fn differences(&self, cx: &CheckContext<'_>, detail: Detail<'_>) -> Vec<Finding> {
        let fields = self.fields.iter().filter_map(|name| field_differs(detail, name));
        fields.chain(self.rels.iter().filter_map(|rel| link_differs(cx, detail, rel))).collect()
    }
}

pub(super) fn detail_and_list_agree(cx: &CheckContext<'_>) -> Judgement {
    let compared = Compared { fields: cx.parameter("fields"), rels: cx.parameter("rels") };
    let details = opened(cx)?;
    let extra = details.iter().find_map(|detail| more_in_the_detail(*detail));
    let differences = details.iter().map(|detail| (*detail, compared.differences(cx, *detail)));
    let suspects: Vec<(Detail<'_>, Vec<Finding>)> = differences.filter(|(_, found)| !found.is_empty()).collect();
    let (mut findings, obstacle) = confirmed(cx, &compared, suspects)?;
    findings.extend(extra);
    cx.judged_unless(findings, obstacle)
}

/// The differences that stand when the list is asked once more after the detail: a certificate may change in between.
fn confirmed(
    cx: &CheckContext<'_>,
    compared: &Compared<'_>,
    mut suspects: Vec<(Detail<'_>, Vec<Finding>)>,
) -> Result<(Vec<Finding>, Option<Box<Verdict>>), Stop> {
    let (mut findings, mut obstacle) = (Vec::new(), None);
    for look in 1..=MORE_LOOKS {
        let again = |detail: &Detail<'_>| detail.item.on.answer.request().clone().again(look);
        let requests: Vec<Request> = suspects.iter().map(|(detail, _)| again(detail)).collect();
        let exchanges = cx.attempts(&requests)?;
        let mut earlier = Vec::new();
        for ((detail, found), exchange) in suspects.into_iter().zip(exchanges) {
            if exchange.at_ms < detail.answer.exchange.at_ms {
                // Others asked the list again before this detail was asked.
                earlier.push((detail, found));
                continue;
            }
            match conclusive(exchange) {
                Err(verdict) => obstacle = obstacle.or(Some(verdict)),
                Ok(answer) => findings.extend(still(cx, compared, detail, found, answer)),
            }
        }
        suspects = earlier;
    }
    findings.extend(suspects.into_iter().flat_map(|(_, found)| found));
    Ok((findings, obstacle))
}

/// What of these differences the list still shows. A certificate that is not there any more, or says something new,
/// changed meanwhile.
fn still(
    cx: &CheckContext<'_>,
    compared: &Compared<'_>,
    detail: Detail<'_>,
    found: Vec<Finding>,
    answer: Answer<'_>,
) -> Vec<Finding> {
    let key = detail.item.certificate.key();
    let page = answer.response.page().filter(|_| answer.response.status == 200);
    let Some(page) = page.filter(|_| key.is_some()) else { return found };
    let Some(certificate) = page.items().iter().find(|item| item.key() == key) else { return Vec::new() };
    let on = Listed { answer, page };
    let now = compared.differences(cx, Detail { item: Item { on, certificate }, ..detail });
    let same = |one: &Finding, other: &Finding| one.expected == other.expected && one.actual == other.actual;
    found.into_iter().filter(|one| now.iter().any(|other| same(one, other))).collect()
}

/// A documented member, unless it is null: that tells no more than its absence.
fn member<'a>(certificate: &'a Certificate, name: &str) -> Option<&'a Scalar> {
    let fields = certificate.fields();
    let (_, value) = fields.into_iter().find(|(known, _)| *known == name)?;
    value.filter(|value| !value.is_null())
}

/// A finding where a documented member differs, or stands in the detail alone.
fn field_differs(detail: Detail<'_>, name: &str) -> Option<Finding> {
    let listed = member(detail.item.certificate, name);
    let own = member(detail.certificate, name)?;
    let Some(listed) = listed else {
        let Text { nl, en } = value_of(Some(own));
        let expected = text!("{nl}, als in het detail", "{en}, as in the detail");
        let place = format!("{}/{name}", detail.item.certificate.place);
        return Some(detail.item.on.answer.finding(place, expected, absent()));
    };
    let garbled = [detail.item.on.answer, detail.answer].iter().any(|answer| !answer.response.facts.utf8);
    // Of what is no UTF-8 (HTTP-03) some characters were lost.
    let is_lost = |datum: &Scalar| datum.as_str().is_some_and(|text| text.contains('\u{fffd}'));
    if same_value(name, listed, own) || (garbled && (is_lost(listed) || is_lost(own))) {
        return None;
    }
    let listed = value_of(Some(listed));
    Some(detail.answer.finding(format!("/{name}"), as_in_the_list(&listed), value_of(Some(own))))
}

fn as_in_the_list(listed: &Text) -> Text {
    let Text { nl, en } = listed;
    text!("{nl}, als in de lijst", "{en}, as in the list")
}

/// Ids are compared by their text, and numbers by what they are.
fn same_value(name: &str, one: &Scalar, other: &Scalar) -> bool {
    let same_number = || {
        let integers = one.as_integer().is_some_and(|number| other.as_integer() == Some(number));
        integers || name != "id" && one.as_float().is_some_and(|number| other.as_float() == Some(number))
    };
    one == other || same_number() || (name == "id" && one.text().is_some_and(|text| other.text() == Some(text)))
}

/// A finding where list and detail both have a link and it leads elsewhere.
fn link_differs(cx: &CheckContext<'_>, detail: Detail<'_>, rel: &str) -> Option<Finding> {
    let of = |links: &'_ Links| -> Vec<Link> {
        links.links.iter().filter(|link| link.rel.eq_ignore_ascii_case(rel)).cloned().collect()
    };
    let (listed, own) = (of(&detail.item.certificate.links), of(&detail.certificate.links));
    let target = |from: Answer<'_>, link: &Link| cx.target(from, link).unwrap_or_else(|| link.href.to_string());
    let (first, found) = (listed.first()?, own.first()?);
    let is_same = |listed: &str, own: &str| cx.same_target(listed, own) || in_passing(cx, detail, rel, listed, own);
    let same = listed.iter().any(|listed| {
        let listed = target(detail.item.on.answer, listed);
        own.iter().any(|own| is_same(&listed, &target(detail.answer, own)))
    });
    let expected = as_in_the_list(&Text::same(shown(&first.href)));
    let place = format!("{}/href", found.place);
    (!same).then(|| detail.answer.finding(place, expected, Text::same(shown(&found.href))))
}

/// Whether a link of the detail is another one than in the list only by a signature or the like, and is not the link of
/// another certificate.
fn in_passing(cx: &CheckContext<'_>, detail: Detail<'_>, rel: &str, listed: &str, own: &str) -> bool {
    let on = detail.item.on;
    let Some(key) = detail.item.certificate.key() else { return false };
    let is_of_another = || {
        let others = on.items().iter().filter(|item| item.key().as_ref() != Some(&key));
        let links = others.filter_map(|item| item.links.find(&[rel]));
        links.filter_map(|link| cx.target(on.answer, link)).any(|other| cx.same_target(&other, own))
    };
    cx.differ_in_passing(listed, own, &key) && !is_of_another()
}

/// A note where the detail has undocumented members that the list lacks.
fn more_in_the_detail(detail: Detail<'_>) -> Option<Finding> {
    let listed = &detail.item.certificate.extra;
    let more: Vec<&str> =
        detail.certificate.extra.iter().filter(|name| !listed.contains(name)).map(String::as_str).collect();
    let names = shown(&more.join(", "));
    let expected = text!("ook in de lijst: {names}", "in the list too: {names}");
    let place = &*detail.item.certificate.place;
    (!more.is_empty()).then(|| detail.item.on.answer.finding(place, expected, absent()).at_most(Level::May))
}

/// A detail whose `self` is another URL than the one that led to it.
struct Elsewhere<'a> {
    detail: Detail<'a>,
    link: &'a Link,
    request: Request,
}

pub(super) fn detail_links_to_itself(cx: &CheckContext<'_>) -> Judgement {
    cx.lasting(links_to_itself)
}

fn links_to_itself(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut obstacle = None;
    let mut elsewhere = Vec::new();
    for detail in opened(cx)? {
        let Some(link) = detail.certificate.links.find(&["self"]) else {
            let place = &*detail.certificate.links.place;
            let expected = text!("een link `self`", "a link `self`");
            findings.push(detail.answer.finding(place, expected, absent()).at_most(Level::Should));
            continue;
        };
        let asked = &detail.answer.exchange.sent.url;
        let is_it = |target: String| cx.same_target(&target, asked) || in_passing(cx, detail, "self", asked, &target);
        if cx.target(detail.answer, link).is_some_and(is_it) {
            continue;
        }
        match cx.follow(detail.answer, link, Kind::Detail) {
            Some(request) => elsewhere.push(Elsewhere { detail, link, request }),
            None if link.templated => obstacle = obstacle.or_else(|| Some(Box::new(templated()))),
            None => findings.push(leads_elsewhere(detail, link, None)),
        }
    }
    let requests: Vec<Request> = elsewhere.iter().map(|elsewhere| elsewhere.request.clone()).collect();
    for (Elsewhere { detail, link, .. }, exchange) in elsewhere.iter().zip(cx.attempts(&requests)?) {
        match conclusive(exchange) {
            Err(verdict) => obstacle = obstacle.or(Some(verdict)),
            Ok(answer) if is_the_same(*detail, answer) => {}
            Ok(answer) => findings.push(leads_elsewhere(*detail, link, Some(answer))),
        }
    }
    cx.judged_unless(findings, obstacle)
}

fn templated() -> Verdict {
    Verdict::blocked(
        text!("`self` van een detail is een sjabloon", "the `self` of a detail is templated"),
        text!("geef `self` als een gewone URL", "give `self` as a plain URL"),
    )
}

/// Whether an answer is the certificate whose detail this is.
fn is_the_same(detail: Detail<'_>, answer: Answer<'_>) -> bool {
    let key = detail.certificate.key().or_else(|| detail.item.certificate.key());
    // Without id or language (CRT-01, CRT-03) nothing shows that it is another one.
    certificate_in(answer).is_some_and(|certificate| key.is_none() || certificate.key() == key)
}

/// The finding where `self` is no URL, or leads to something else.
fn leads_elsewhere(detail: Detail<'_>, link: &Link, answer: Option<Answer<'_>>) -> Finding {
    let own = shown(&detail.answer.exchange.sent.url);
    let href = shown(&link.href);
    let found = answer.map(|answer| {
        let key = certificate_in(answer).and_then(Certificate::key);
        let key = key.map(|(id, language)| shown(&format!("{id} {language}")));
        (answer.response.status, key)
    });
    let actual = match found {
        None => Text::same(href),
        Some((status, Some(key))) => {
            text!("{href}, dat {status} gaf met {key}", "{href}, which gave {status} with {key}")
        }
        Some((status, None)) => text!("{href}, dat {status} gaf", "{href}, which gave {status}"),
    };
    let expected = text!("{own}, of hetzelfde attest", "{own}, or the same certificate");
    detail.answer.finding(format!("{}/href", link.place), expected, actual)
}
