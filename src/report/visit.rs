//! A visit in words: what was done, what came of it, and how people do the same by hand. Nothing of a page is in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::credential::{role, role_in_words};
use crate::base::text::{Lang, Text};
use crate::evidence::exchange::visit::{AcmConduct, Act, Deed, Ended, Fact, MbpConduct, Party, Step, Timeline, What};
use crate::evidence::exchange::{Citizen, Exchange, Request, Target, Visit};
use crate::evidence::setup::{Person, Setup};
use crate::text;

/// The most lines of the way of a visit that are shown.
const MOST_LINES: usize = 40;

/// The public form of a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitShown {
    /// What was done.
    pub title: Text,
    /// How the deeds ended, one after the other; empty where no visit was made.
    pub ended: Text,
    /// Where browsers went, and what ACM and MBP were asked, one after the other.
    pub way: Vec<Text>,
    /// How many more there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: usize,
    /// How people do the same.
    pub by_hand: Text,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl VisitShown {
    /// The public form of an exchange that is a visit.
    pub(super) fn of(exchange: &Exchange, setup: &Setup, shown: impl Fn(&Text) -> Text) -> Option<Self> {
        let Target::Visit(visit) = &exchange.request.target else { return None };
        let timeline = exchange.result.as_ref().ok().and_then(|answer| answer.view::<Timeline>());
        let facts = timeline.map_or(&[][..], |timeline| &timeline.facts);
        let way: Vec<Text> = facts.iter().filter_map(line).collect();
        Some(Self {
            title: shown(&title(visit, &setup.citizens)),
            ended: shown(&ended(facts)),
            left: way.len().saturating_sub(MOST_LINES),
            way: way.iter().take(MOST_LINES).map(shown).collect(),
            by_hand: by_hand(visit, &setup.citizens),
        })
    }
}

/// What a visit is called: what is done in it, and how ACM and MBP behave meanwhile.
pub fn title(visit: &Visit, citizens: &BTreeMap<Citizen, Person>) -> Text {
    let (steps, conducts) = (steps(visit, citizens), conducts(visit));
    let Text { nl, en } = match conducts {
        Some(Text { nl, en }) => text!(" ({nl})", " ({en})"),
        None => Text::default(),
    };
    let (of_nl, of_en) = (steps.get(Lang::Nl), steps.get(Lang::En));
    text!("Bezoek: {of_nl}{nl}", "Visit: {of_en}{en}")
}

/// The title of a request that is a visit, for those who know no citizen by name.
pub fn title_of(request: &Request) -> Option<Text> {
    match &request.target {
        Target::Visit(visit) => Some(title(visit, &BTreeMap::new())),
        _ => None,
    }
}

/// The lines of the way of a visit, for those who watch; none where it was not made.
pub fn way(exchange: &Exchange) -> Option<Vec<Text>> {
    let Target::Visit(_) = &exchange.request.target else { return None };
    let timeline = exchange.result.as_ref().ok()?.view::<Timeline>()?;
    Some(timeline.facts.iter().filter_map(line).collect())
}

fn steps(visit: &Visit, citizens: &BTreeMap<Citizen, Person>) -> Text {
    let browsers = |deed: &Deed| deed.browser;
    let has_several = visit.steps.iter().flat_map(|Step(deeds)| deeds).map(browsers).any(|browser| browser > 0);
    let one = |Step(deeds): &Step| {
        let all = deeds.iter().map(|deed| {
            let Text { nl, en } = act(deed.act, citizens);
            let number = usize::from(deed.browser) + 1;
            if has_several { text!("{nl} (browser {number})", "{en} (browser {number})") } else { Text::new(nl, en) }
        });
        joined(all, " en tegelijk ", " and at the same time ")
    };
    joined(visit.steps.iter().map(one), ", ", ", ")
}

fn joined(texts: impl Iterator<Item = Text>, nl: &str, en: &str) -> Text {
    let (of_nl, of_en): (Vec<String>, Vec<String>) = texts.map(|Text { nl, en }| (nl, en)).unzip();
    Text::new(of_nl.join(nl), of_en.join(en))
}

fn act(act: Act, citizens: &BTreeMap<Citizen, Person>) -> Text {
    match act {
        Act::Start => text!("de startpagina openen", "opening the start page"),
        Act::LogIn(citizen) => {
            let Text { nl, en } = name(citizen, citizens);
            text!("aanmelden als {nl}", "logging in as {en}")
        }
        Act::HandOver(0) => text!("overgaan", "handing over"),
        Act::HandOver(place) => {
            let number = usize::from(place) + 1;
            text!("overgaan (pagina {number})", "handing over (page {number})")
        }
        Act::Again => text!("nog eens", "once more"),
        Act::Expire => text!("de tokens laten vervallen", "letting the tokens expire"),
        Act::LogOut => text!("afmelden", "logging out"),
        Act::Follow => text!("bij MBP openen waar de overdracht heen leidde", "opening at MBP where that led"),
        Act::HandIn => text!("een eigen token bij MBP afgeven", "handing in a token of our own at MBP"),
    }
}

fn name(citizen: Citizen, citizens: &BTreeMap<Citizen, Person>) -> Text {
    citizens.get(&citizen).map_or_else(|| role_in_words(role(citizen)), |person| Text::same(&person.name))
}

fn conducts(visit: &Visit) -> Option<Text> {
    let acm = match visit.acm {
        AcmConduct::AsUsual => None,
        AcmConduct::RefusesExchange => Some(text!("ACM weigert de uitwisseling", "ACM refuses the exchange")),
        AcmConduct::FailsAtExchange => Some(text!("ACM valt uit bij de uitwisseling", "ACM fails at the exchange")),
        AcmConduct::OddTokens => {
            Some(text!("ACM geeft lange tokens met elk toegelaten teken", "ACM gives long tokens of every character"))
        }
    };
    let mbp = match visit.mbp {
        MbpConduct::AsUsual => None,
        MbpConduct::Refuses => Some(text!("de token-API van MBP weigert", "the token API of MBP refuses")),
        MbpConduct::Fails => Some(text!("de token-API van MBP valt uit", "the token API of MBP fails")),
        MbpConduct::TalksNonsense => {
            Some(text!("de token-API van MBP antwoordt onzin", "the token API of MBP answers nonsense"))
        }
        MbpConduct::Hangs => Some(text!("de token-API van MBP antwoordt niet", "the token API of MBP does not answer")),
        MbpConduct::AnswersMore => {
            Some(text!("de token-API van MBP antwoordt 201, en meer", "the token API of MBP answers 201, and more"))
        }
        MbpConduct::OddTokens => {
            Some(text!("MBP geeft lange tokens met elk toegelaten teken", "MBP gives long tokens of every character"))
        }
    };
    let all: Vec<Text> = [acm, mbp].into_iter().flatten().collect();
    (!all.is_empty()).then(|| joined(all.into_iter(), "; ", "; "))
}

/// How the deeds of a visit ended, one after the other.
fn ended(facts: &[Fact]) -> Text {
    let ends = facts.iter().filter_map(|fact| match &fact.what {
        What::Ended(ended) => Some(end(*ended)),
        _ => None,
    });
    joined(ends, ", ", ", ")
}

fn end(ended: Ended) -> Text {
    match ended {
        Ended::Page { .. } => text!("pagina", "page"),
        Ended::AtMbp { .. } => Text::same("MBP"),
        Ended::AtLogin { .. } => text!("aanmeldpagina van ACM", "login page of ACM"),
        Ended::TooManyRedirects { .. } => text!("te veel omleidingen", "too many redirects"),
        Ended::Elsewhere { .. } => text!("ander adres, niet gevolgd", "another address, not followed"),
        Ended::NoAnswer { ms, .. } => {
            let seconds = ms.div_ceil(1000);
            text!("geen antwoord binnen {seconds} s", "no answer within {seconds} s")
        }
        Ended::Nothing { .. } => text!("geen zulke pagina in het profiel", "no such page in the profile"),
        Ended::Expired { .. } => text!("vervallen", "expired"),
    }
}

/// A fact as a line; none for those that others tell already.
fn line(fact: &Fact) -> Option<Text> {
    Some(match &fact.what {
        What::Navigation(one) => {
            let (method, url) = (&one.method, &one.url);
            let Text { nl, en } = match (one.failure, one.status) {
                (Some(failure), _) => failure.in_brief(),
                (None, Some(status)) => Text::same(status),
                (None, None) => Text::same("-"),
            };
            text!("{method} {url} -> {nl}", "{method} {url} -> {en}")
        }
        What::HandOver(one) => {
            let (method, url) = (&one.method, &one.url);
            text!("naar MBP: {method} {url}", "to MBP: {method} {url}")
        }
        What::AskedMbp(one) => {
            let (method, url) = (&one.method, &one.url);
            let Text { nl, en } = match (one.failure, one.status) {
                (Some(failure), _) => failure.in_brief(),
                (None, status) => Text::same(status.map_or_else(|| "-".to_owned(), |status| status.to_string())),
            };
            text!("bij MBP: {method} {url} -> {nl}", "at MBP: {method} {url} -> {en}")
        }
        What::Received(one) => {
            let by = match one.by {
                Party::Acm => "ACM",
                Party::Mbp => "MBP",
            };
            let (method, path) = (&one.method, &one.path);
            let status = one.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
            let error = one.error.as_ref().map(|error| format!(" {error}")).unwrap_or_default();
            text!(
                "de toepassing vroeg {by}: {method} {path} -> {status}{error}",
                "the application asked {by}: {method} {path} -> {status}{error}"
            )
        }
        What::Issued(one) => {
            let (kind, token) = (one.kind, &one.token);
            text!("gegeven: {kind} {token}", "given: {kind} {token}")
        }
        What::Ended(_) => return None,
    })
}

/// How people do the same by hand. With our own ACM and MBP behaving otherwise they cannot.
fn by_hand(visit: &Visit, citizens: &BTreeMap<Citizen, Person>) -> Text {
    let is_usual = visit.acm == AcmConduct::AsUsual && visit.mbp == MbpConduct::AsUsual;
    let expires = visit.steps.iter().any(|Step(deeds)| deeds.iter().any(|deed| deed.act == Act::Expire));
    if !is_usual || expires {
        return text!(
            "met de hand lukt dit niet: het eigen ACM en MBP van bronkeur gedragen zich tijdens dit bezoek anders; voer de keuring opnieuw uit",
            "this cannot be done by hand: bronkeur's own ACM and MBP behave otherwise during this visit; run again"
        );
    }
    let Text { nl, en } = steps(visit, citizens);
    text!(
        "met de hand: open een nieuw privévenster met de ontwikkelaarstools (Netwerk, log bewaren), en doe daar na elkaar: {nl}",
        "by hand: open a new private window with the developer tools (Network, preserve log), and do there, one after the other: {en}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> BTreeMap<Citizen, Person> {
        let an = Person { name: "an".to_owned(), insz: String::new(), ready_token: false, refreshes: false };
        [(Citizen::Subject, an)].into()
    }

    #[test]
    fn a_visit_is_called_by_what_is_done_in_it() {
        let log_in = Act::LogIn(Citizen::Subject);
        let visit = Visit::of([log_in, Act::HandOver(0), Act::Again]).with_acm(AcmConduct::RefusesExchange);
        let said = title(&visit, &people());
        assert_eq!(said.nl, "Bezoek: aanmelden als an, overgaan, nog eens (ACM weigert de uitwisseling)");
        assert_eq!(said.en, "Visit: logging in as an, handing over, once more (ACM refuses the exchange)");
        assert_eq!(
            title(&Visit::of([log_in]).with_mbp(MbpConduct::Hangs), &BTreeMap::new()).en,
            "Visit: logging in as the citizen (the token API of MBP does not answer)"
        );
        let two = Visit::of([log_in]).then([(0, Act::HandOver(0)), (1, Act::HandOver(1))]);
        assert_eq!(
            title(&two, &people()).nl,
            "Bezoek: aanmelden als an (browser 1), overgaan (browser 1) en tegelijk overgaan (pagina 2) (browser 2)"
        );
    }

    #[test]
    fn what_our_own_world_does_nobody_does_by_hand() {
        let by = |visit: &Visit| by_hand(visit, &people()).en;
        assert!(by(&Visit::of([Act::Start, Act::LogOut])).ends_with("opening the start page, logging out"));
        for visit in [Visit::of([Act::Expire]), Visit::default().with_mbp(MbpConduct::Fails)] {
            assert!(by(&visit).contains("cannot be done by hand"));
        }
    }
}
