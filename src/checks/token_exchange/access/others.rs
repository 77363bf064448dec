//! Two citizens: the one's token never opens the other's data.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::list;
use super::shown::{Shown, Shows, has_certificates, judged, shows};
use crate::base::text::Text;
use crate::checks::rest_guidelines::answer_to_an_unknown_certificate;
use crate::evidence::exchange::{
    Auth, Citizen, Content, Exchange, Kind, Phase, Replacement, Request, Response, SniffedType, Target,
};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Obstacle, Verdict};
use crate::source::envelope::{Certificate, Key};
use crate::source::{Item, Leak, Listed, holds_key, is_same_content, parts_that};
use crate::text;

mod names;

use names::name_of_the_owners;

/// Whose token is presented, and whose data it must not open.
#[derive(Clone, Copy, Debug)]
struct Parties {
    caller: Citizen,
    owner: Citizen,
}

/// The usual ones.
const TO_THE_OTHER: Parties = Parties { caller: Citizen::Subject, owner: Citizen::Other };

/// The other way round.
const TO_THE_SUBJECT: Parties = Parties { caller: Citizen::Other, owner: Citizen::Subject };

/// The other citizen's first page, with their own token and at least one certificate: what makes a refusal telling.
fn other_page<'a>(cx: &CheckContext<'a>) -> Result<Listed<'a>, Stop> {
    cx.insz(Citizen::Other)?;
    let other = cx.page(&cx.entry_request(Citizen::Other))?;
    if other.items().is_empty() {
        // Some may be there at another moment.
        return Err(Stop::Moment(Box::new(
            Verdict::blocked(
                text!(
                    "de burger met `role: other` heeft zelf geen attesten",
                    "the citizen with `role: other` has no certificates"
                ),
                text!(
                    "kies voor `role: other` een burger met attesten",
                    "choose for `role: other` a citizen with certificates"
                ),
            )
            .by(Obstacle::NoCitizen(Citizen::Other)),
        )));
    }
    Ok(other)
}

/// Links of a certificate with what they lead to.
pub(super) fn links_of(cx: &CheckContext<'_>, item: Item<'_>) -> Vec<Request> {
    let rels = [("self", Kind::Detail), ("download", Kind::Download)];
    rels.into_iter()
        .filter_map(|(rel, kind)| cx.follow(item.on.answer, item.certificate.links.find(&[rel])?, kind))
        .collect()
}

fn url_of(request: &Request) -> Option<Url> {
    match &request.target {
        Target::Link { url, .. } => Url::parse(url).ok(),
        _ => None,
    }
}

/// Whether a part of a URL is that citizen's number, in whatever writing, and nothing more.
fn is_theirs(cx: &CheckContext<'_>, owner: Citizen, part: &str) -> bool {
    !part.contains(char::is_alphabetic) && cx.citizens_in(part).contains(&owner)
}

/// A few of many certificates: the first, the last, and one of each language that is not among these.
pub(super) fn a_few<'a>(items: &[Item<'a>]) -> Vec<Item<'a>> {
    let ends = items.iter().take(1).chain(items.iter().skip(1).next_back());
    let mut few: Vec<Item<'a>> = ends.copied().collect();
    let mut languages: BTreeSet<_> = few.iter().map(|item| item.certificate.language_text()).collect();
    few.extend(items.iter().filter(|item| languages.insert(item.certificate.language_text())));
    few
}

/// A request to another citizen's door, and what that citizen gets there.
struct Door<'a> {
    probe: Request,
    /// What its owner asks; none for a list.
    rightful: Option<Request>,
    /// Whether that is asked beforehand. Of the first certificate only: of the others where the door opens.
    is_first: bool,
    /// The certificate behind it; none for a list.
    item: Option<Item<'a>>,
}

/// The links of a few certificates of an owner, with the caller's token: of the last one as many as `last`, of the others
/// both. Only those that `counts` lets through.
fn doors<'a>(
    cx: &CheckContext<'a>,
    Parties { caller, owner }: Parties,
    certificates: &[Item<'a>],
    last: usize,
    counts: impl Fn(&Url, &Certificate) -> bool,
) -> Vec<Door<'a>> {
    let mut doors = Vec::new();
    let mut first = None;
    for (place, item) in a_few(certificates).into_iter().enumerate() {
        let most = if place == 1 { last } else { 2 };
        let links = links_of(cx, item).into_iter().take(most);
        for link in links.filter(|link| url_of(link).is_some_and(|url| counts(&url, item.certificate))) {
            let is_first = *first.get_or_insert(place) == place;
            let with = |citizen| link.clone().auth(Auth::Token(citizen));
            let rightful = if is_first { right_before(cx, with(owner)) } else { with(owner) };
            doors.push(Door { probe: with(caller), rightful: Some(rightful), is_first, item: Some(item) });
        }
    }
    doors
}

/// The owner's own call right before the probes: what they have may change in the course of a run. Evidence of a run that
/// did not ask so holds the ordinary call.
fn right_before(cx: &CheckContext<'_>, call: Request) -> Request {
    let opening = call.clone().phase(Phase::Opening);
    let is_there = |request: &Request| cx.recorded(&cx.looked(request)).is_some();
    if cx.is_over() && !is_there(&opening) && is_there(&call) { call } else { opening }
}

pub(super) fn list_of_another_citizen_stays_closed(cx: &CheckContext<'_>) -> Judgement {
    judged(cx, under_their_number(cx)?)
}

/// The other citizen's list and links, with the subject's token: what each answer shows.
pub(super) fn under_their_number<'a>(cx: &CheckContext<'a>) -> Result<Shown<'a>, Stop> {
    let other = other_page(cx)?;
    let certificates: Vec<Item<'a>> = other.each().collect();
    let mut lists = vec![cx.entry_request(Citizen::Other), Request::entry(Citizen::Other)];
    // A later page that is not empty.
    if certificates.len() > 1 {
        lists.push(cx.page_request(Citizen::Other, certificates.len().div_ceil(2) as u64, 1));
    }
    let list_door = |list: Request| {
        let probe = list.auth(Auth::Token(Citizen::Subject));
        Door { probe, rightful: None, is_first: false, item: None }
    };
    let mut all: Vec<Door<'a>> = lists.into_iter().map(list_door).collect();
    let names = |url: &Url, _: &Certificate| !parts_that(url, |text| is_theirs(cx, Citizen::Other, text)).is_empty();
    all.extend(doors(cx, TO_THE_OTHER, &certificates, 2, names));
    shown(cx, TO_THE_OTHER, &list(cx), &all)
}

pub(super) fn certificate_of_another_citizen_stays_closed(cx: &CheckContext<'_>) -> Judgement {
    judged(cx, under_ones_own(cx)?)
}

/// The links of the one citizen under the number of the other, with the token of that other: what each answer shows.
pub(super) fn under_ones_own<'a>(cx: &CheckContext<'a>) -> Result<Shown<'a>, Stop> {
    let Swapped { parties, control, doors } = swapped(cx)?;
    // The first certificate does open for its owner: else its refusal shows nothing.
    let originals = asked_beforehand(&doors);
    for answer in cx.responses(&originals)? {
        if !answer.response.is_success() {
            return Err(Stop::by_answer(answer.response, stays_closed(parties.owner, answer.response.status)));
        }
    }
    let mut shown = shown(cx, parties, &control, &doors)?;
    for ((exchange, what), door) in shown.probes.iter_mut().zip(&doors) {
        // Where ids are counted for each citizen, a new certificate of the caller may have got the id of one of theirs.
        let key = door.item.and_then(|item| item.certificate.key());
        if let (Shows::Data(_), Some(key)) = (&*what, key)
            && keys_after(cx, parties.caller, exchange)?.contains(&key)
        {
            *what = Shows::OwnByThen;
        }
    }
    Ok(shown)
}

/// What tells a caller's certificates apart, as their list stood after an answer.
fn keys_after<'a>(cx: &CheckContext<'a>, caller: Citizen, earlier: &Exchange) -> Result<BTreeSet<Key<'a>>, Stop> {
    if caller == Citizen::Subject { cx.keys_after(earlier) } else { cx.keys_of_the_other_after(earlier) }
}

/// The verdict where the owner of a certificate does not get it.
fn stays_closed(owner: Citizen, status: u16) -> Verdict {
    if owner == Citizen::Subject {
        return reason::unmet(text!("het detail antwoordde met {status}", "the detail answered {status}"));
    }
    Verdict::blocked(
        text!(
            "de andere burger krijgt het eigen attest zelf niet ({status})",
            "the other citizen does not get their own certificate ({status})"
        ),
        text!(
            "kies voor `role: other` een burger wiens attesten te openen zijn",
            "choose for `role: other` a citizen whose certificates open"
        ),
    )
    .by(Obstacle::NoCitizen(Citizen::Other))
}

/// What the owner of the first certificate asks, before its doors are tried.
fn asked_beforehand(doors: &[Door<'_>]) -> Vec<Request> {
    doors.iter().filter(|door| door.is_first).filter_map(|door| door.rightful.clone()).collect()
}

/// What the answers at these doors show.
fn shown<'a>(
    cx: &CheckContext<'a>,
    parties: Parties,
    control: &Request,
    doors: &[Door<'_>],
) -> Result<Shown<'a>, Stop> {
    let originals = asked_beforehand(doors);
    cx.attempts(&originals)?;
    let probes: Vec<Request> = doors.iter().map(|door| door.probe.clone()).collect();
    let probed = cx.probed(control, &probes)?;
    let own = own_keys(cx, parties.caller)?;
    let mut shown = Vec::new();
    for (exchange, door) in probed.exchanges.into_iter().zip(doors) {
        let mut leak = None;
        if !door.is_first {
            leak = data_of_the_owner(cx, parties, &own, exchange, None)?;
        }
        // What opens and is not known as theirs yet is compared with what they get.
        let opens = exchange.result.as_ref().is_ok_and(Response::is_success);
        if let Some(request) = door.rightful.as_ref().filter(|_| leak.is_none() && (door.is_first || opens)) {
            let rightful = cx.attempt(request)?.result.as_ref().ok();
            leak = data_of_the_owner(cx, parties, &own, exchange, rightful)?;
        }
        if leak.is_none() {
            leak = cx.where_possible(name_of_the_owners(cx, parties, door, exchange))?;
        }
        shown.push((exchange, shows(exchange, leak)));
    }
    Ok(Shown { probes: shown, closing: probed.closing })
}

/// The keys of a caller's own certificates, as far as the list can be read.
fn own_keys<'a>(cx: &CheckContext<'a>, caller: Citizen) -> Result<BTreeSet<Key<'a>>, Stop> {
    let pages = match caller {
        Citizen::Subject => cx.pages().map(|pages| pages.pages),
        _ => cx.pages_of_the_other().map(|pages| pages.pages),
    };
    let pages = match pages {
        Err(Stop::Verdict(_)) => Vec::new(),
        pages => pages?,
    };
    Ok(pages.iter().flat_map(Listed::keys).collect())
}

/// What an answer to the caller shows of the owner's data. `rightful`: what the owner gets there.
fn data_of_the_owner(
    cx: &CheckContext<'_>,
    Parties { caller, owner }: Parties,
    own: &BTreeSet<Key<'_>>,
    exchange: &Exchange,
    rightful: Option<&Response>,
) -> Result<Option<Leak>, Stop> {
    let Ok(response) = &exchange.result else { return Ok(None) };
    let leak = |what| Ok(Some(Leak { place: String::new(), what }));
    let is_theirs = rightful.is_some_and(|rightful| is_same_content(rightful, response));
    let is_shown = match &response.content {
        Content::Document(document) => {
            is_theirs || (document.look == SniffedType::Pdf && !is_own_document(cx, caller, response)?)
        }
        // A document that comes in JSON, where others are not the same.
        Content::Json(_) if is_theirs && exchange.request.kind() == Kind::Download => {
            response.is_success() && !is_own_document(cx, caller, response)?
        }
        Content::Json(_) | Content::Text(_) | Content::Empty => false,
    };
    if is_shown {
        return leak(text!("een document", "a document"));
    }
    if has_certificates(response) && holds_a_stranger(own, response) {
        return leak(text!("attesten", "certificates"));
    }
    if owner == Citizen::Other { cx.leak_of_the_other(exchange) } else { cx.leak_to_the_other(exchange) }
}

/// Whether an answer holds certificates, and none of them is the caller's own.
fn holds_a_stranger(own: &BTreeSet<Key<'_>>, response: &Response) -> bool {
    let listed = response.page().map(crate::source::envelope::Page::keys).unwrap_or_default();
    let single = response.certificate().and_then(Certificate::key);
    let mut keys = listed.into_iter().chain(single).peekable();
    keys.peek().is_some() && !keys.any(|key| own.contains(&key))
}

/// Whether a document is one that the caller gets with a link of their own.
fn is_own_document(cx: &CheckContext<'_>, caller: Citizen, response: &Response) -> Result<bool, Stop> {
    let requests = match caller {
        Citizen::Subject => cx.download_requests(),
        _ => other_page(cx).map(|on| {
            let links = on.each().flat_map(|item| links_of(cx, item));
            let own = links.filter(|link| link.kind() == Kind::Download).map(|link| link.auth(Auth::Token(caller)));
            own.take(cx.setup().limits.downloads).collect()
        }),
    };
    let requests = match requests {
        Err(Stop::Verdict(_) | Stop::Moment(_)) => return Ok(false),
        requests => requests?,
    };
    let documents = cx.attempts(&requests)?;
    Ok(documents.iter().any(|own| own.result.as_ref().is_ok_and(|own| is_same_content(own, response))))
}

/// Without the answers that gave nothing away, where a certificate that nobody has is answered alike, and not with 404:
/// that is a fault of its own.
pub(super) fn but_for_unknown<'a>(cx: &CheckContext<'a>, mut shown: Shown<'a>) -> Result<Shown<'a>, Stop> {
    if let Some(unknown) = answer_to_an_unknown_certificate(cx)?.filter(|unknown| unknown.status != 404) {
        let is_alike =
            |answer: &Response| answer.status == unknown.status || (answer.is_success() && unknown.is_success());
        shown.probes.retain(|(exchange, _)| exchange.result.as_ref().is_ok_and(|answer| !is_alike(answer)));
    }
    Ok(shown)
}

/// The links of the one citizen under the number of the other.
struct Swapped<'a> {
    parties: Parties,
    /// What the caller gets of their own.
    control: Request,
    doors: Vec<Door<'a>>,
}

/// The other citizen's links under the subject's number: of the first page, or of a later one where ids are counted for each
/// citizen. Then the subject may have all those of the other, and more: the other way round.
fn swapped<'a>(cx: &CheckContext<'a>) -> Result<Swapped<'a>, Stop> {
    let other = other_page(cx)?;
    let pages = cx.pages()?;
    if pages.cut {
        // What lies beyond the limit may be the subject's own.
        return Err(cx.beyond_the_walk().into());
    }
    let first = cx.first_page()?;
    if first.items().is_empty() {
        return Err(reason::too_few(0, 1).into());
    }
    let of_the_subject: BTreeSet<_> = pages.pages.iter().flat_map(Listed::keys).collect();
    let lacks =
        |keys: &BTreeSet<Key<'_>>, item: &Item<'_>| item.certificate.key().is_some_and(|key| !keys.contains(&key));
    let foreign: Vec<Item<'a>> = other.each().filter(|item| lacks(&of_the_subject, item)).collect();
    if !foreign.is_empty() {
        return swapped_of(cx, TO_THE_OTHER, first, &foreign);
    }
    let theirs = cx.pages_of_the_other()?;
    let foreign: Vec<Item<'a>> = theirs.each().filter(|item| lacks(&of_the_subject, item)).collect();
    if !foreign.is_empty() {
        return swapped_of(cx, TO_THE_OTHER, first, &foreign);
    }
    if theirs.cut {
        // Only of a whole list it is known what it lacks.
        return Err(cx.beyond_the_walk().into());
    }
    let of_the_other: BTreeSet<_> = theirs.pages.iter().flat_map(Listed::keys).collect();
    let foreign: Vec<Item<'a>> = pages.each().filter(|item| lacks(&of_the_other, item)).collect();
    if foreign.is_empty() {
        return Err(Verdict::blocked(
            text!(
                "geen van beide burgers heeft een attest dat de andere niet heeft",
                "neither citizen has a certificate that the other lacks"
            ),
            text!(
                "kies voor `role: other` een burger met eigen attesten",
                "choose for `role: other` a citizen with certificates of their own"
            ),
        )
        .by(Obstacle::NoCitizen(Citizen::Other))
        .into());
    }
    swapped_of(cx, TO_THE_SUBJECT, other, &foreign)
}

/// These certificates of the owner under the caller's number. `own`: a page of the caller's.
fn swapped_of<'a>(
    cx: &CheckContext<'a>,
    parties: Parties,
    own: Listed<'a>,
    foreign: &[Item<'a>],
) -> Result<Swapped<'a>, Stop> {
    let control = own.items().iter().find_map(|item| cx.follow(own.answer, item.links.find(&["self"])?, Kind::Detail));
    let has_links = foreign.iter().any(|item| !links_of(cx, *item).is_empty());
    let (Some(control), true) = (control, has_links) else {
        return Err(
            reason::unmet(text!("een attest heeft geen link `self`", "a certificate has no link `self`")).into()
        );
    };
    // Under the caller's number a link that does not name the certificate leads to one of the caller's own.
    let names =
        |url: &Url, certificate: &Certificate| certificate.id_text().is_some_and(|id| holds_key(url, &id, "").0);
    let mut doors = doors(cx, parties, foreign, 1, names);
    if doors.is_empty() {
        let what =
            text!("geen link van een attest bevat de id van dat attest", "no link of a certificate holds its id");
        return Err(reason::unmet(what).into());
    }
    for door in &mut doors {
        let is_number = |text: &str| is_theirs(cx, parties.owner, text);
        let parts = url_of(&door.probe).map(|url| parts_that(&url, is_number)).unwrap_or_default();
        if let [(part, _)] = parts.as_slice() {
            door.probe = door.probe.clone().edit(part.clone(), Replacement::Number(parties.caller));
        }
    }
    Ok(Swapped { parties, control: control.auth(Auth::Token(parties.caller)), doors })
}

pub(super) fn refusal_does_not_tell_whether_a_citizen_exists(cx: &CheckContext<'_>) -> Judgement {
    other_page(cx)?;
    let control = list(cx);
    let probe = |citizen| cx.entry_request(citizen).auth(Auth::Token(Citizen::Subject));
    let answers = cx.between_controls(&control, &[probe(Citizen::Other), probe(Citizen::Nobody)])?;
    let [other, nobody] = answers.as_slice() else { return Err(reason::not_recorded().into()) };
    let own = own_keys(cx, Citizen::Subject)?;
    if data_of_the_owner(cx, TO_THE_OTHER, &own, other.exchange, None)?.is_some() {
        let what = text!("de lijst van een andere burger gaat open", "the list of another citizen opens");
        return Err(reason::unmet(what).into());
    }
    let (known, unknown) = (shape(other.response), shape(nobody.response));
    if known == unknown {
        return cx.judged(Vec::new());
    }
    let expected = text!("hetzelfde als voor de andere burger: {known}", "the same as for the other citizen: {known}");
    cx.judged(vec![nobody.finding("", expected, Text::same(unknown))])
}

/// Status, media type, the names and kinds of the members, and what kind of error they say that it is.
fn shape(response: &Response) -> String {
    let media_type = response.media_type().unwrap_or_default();
    let members = match response.json() {
        Some(Value::Object(members)) => {
            let mut names: Vec<String> =
                members.iter().map(|(name, value)| format!("{name}: {}", told(name, value))).collect();
            names.sort();
            format!("{{{}}}", names.join(", "))
        }
        Some(other) => crate::base::value::described::kind_of(other).to_owned(),
        None => String::new(),
    };
    crate::base::text::shown(&format!("{} {media_type} {members}", response.status))
}

/// The kind of a member; of those that name the kind of error, what they say.
fn told(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) if ["type", "title", "code", "error"].contains(&name) => {
            // The number that was asked for may come back.
            let text: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
            format!("\"{text}\"")
        }
        other => crate::base::value::described::kind_of(other).to_owned(),
    }
}
