//! The name of a certificate where nothing else of it is shown. By itself it may be a word that the source uses whatever is
//! asked: the same is asked about what nobody has, and only what is not said there is about the owner.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Door, Parties, links_of, url_of};
use crate::checks::rest_guidelines::unused;
use crate::evidence::exchange::{Auth, Citizen, Exchange, Phase, Replacement, Request, Target};
use crate::judging::context::{CheckContext, Stop};
use crate::source::envelope::Certificate;
use crate::source::{Item, Leak, Listed, name_told, names_in, names_on, with_other_id};

/// The name of a certificate of the owner that an answer to the caller holds, and the answer about nothing does not.
pub(super) fn name_of_the_owners(
    cx: &CheckContext<'_>,
    parties: Parties,
    door: &Door<'_>,
    exchange: &Exchange,
) -> Result<Option<Leak>, Stop> {
    let on = match door.item {
        Some(item) => item.on,
        None => cx.page(&cx.entry_request(parties.owner))?,
    };
    // Mostly there is none: the caller's own list is looked at only where one is.
    let mut names = names_on(on);
    if names_in(exchange, &names).is_empty() {
        return Ok(None);
    }
    let own = own_pages(cx, parties)?;
    for page in &own {
        let known = names_on(*page);
        names.retain(|name| !known.contains(name));
    }
    let found = names_in(exchange, &names);
    let nothing = if found.is_empty() { None } else { about_nothing(cx, parties, door, &own) };
    let Some(nothing) = nothing else { return Ok(None) };
    Ok(name_told(&found, cx.attempt(&nothing.phase(Phase::Hostile))?))
}

/// The caller's own list, as far as it opens.
fn own_pages<'a>(cx: &CheckContext<'a>, parties: Parties) -> Result<Vec<Listed<'a>>, Stop> {
    let pages = match parties.caller {
        Citizen::Subject => cx.all_own_pages(),
        _ => cx.pages_of_the_other().map(|pages| pages.pages),
    };
    match pages {
        Err(Stop::Verdict(_)) => Ok(Vec::new()),
        pages => pages,
    }
}

/// The same question about what nobody has: the list of nobody, or the same link with an id that nobody has. Under the
/// caller's own number that is one of the caller's own links. None where it cannot be asked.
fn about_nothing(cx: &CheckContext<'_>, parties: Parties, door: &Door<'_>, own: &[Listed<'_>]) -> Option<Request> {
    let token = Auth::Token(parties.caller);
    let Some(item) = door.item else { return Some(cx.entry_request(Citizen::Nobody).auth(token)) };
    let id = item.certificate.id_text()?;
    let pages = own.iter().chain([&item.on]);
    let known: BTreeSet<String> =
        pages.flat_map(Listed::items).filter_map(Certificate::id_text).map(Cow::into_owned).collect();
    let unknown = unused(cx, &id, &known);
    let with_unknown = |link: &Request, id: &str| {
        let (part, text) = with_other_id(&url_of(link)?, id, &unknown)?;
        Some(link.clone().auth(token).edit(part, Replacement::Text(text)))
    };
    let is_under_their_number = matches!(door.probe.target, Target::Link { edit: None, .. });
    if is_under_their_number {
        return with_unknown(&door.probe, &id);
    }
    let of_own = |own: Item<'_>| {
        let link = links_of(cx, own).into_iter().find(|link| link.kind() == door.probe.kind())?;
        with_unknown(&link, &own.certificate.id_text()?)
    };
    own.iter().flat_map(|page| page.each()).find_map(of_own)
}
