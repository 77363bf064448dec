//! What a team reads first on a Monday, in parts that every medium shows in its own form.

use serde::Serialize;

use super::model::{CauseSummary, Member, Overview};
use crate::base::text::Text;
use crate::judging::decisions::SOON;
use crate::judging::reason::cause::Server;
use crate::text;

use super::words;

/// Names of sources that are given with a cause.
const MOST_NAMES: usize = 12;

/// A part of it.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) title: Text,
    pub(super) lines: Vec<Line>,
}

/// Sources, and what there is to know about them.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// Their names.
    pub(super) names: Vec<String>,
    /// How many more there are.
    pub(super) more: usize,
    /// They have a row in the table.
    listed: bool,
    pub(super) said: Text,
}

impl Line {
    fn of(name: &str, said: Text) -> Self {
        Self { names: vec![name.to_owned()], more: 0, listed: true, said }
    }

    /// The names, as far as they are given.
    pub(super) fn all(&self) -> Text {
        let (named, more) = (self.names.join(", "), self.more);
        match more {
            0 => Text::same(named),
            _ => text!("{named} en nog {more}", "{named} and {more} more"),
        }
    }
}

/// Its parts, without those in which nothing stands.
pub(super) fn parts(overview: &Overview) -> Vec<Part> {
    let briefing = &overview.briefing;
    let worse = briefing.worse.iter().map(|one| Line::of(&one.name, words::worsened(one)));
    let now = |server| grouped(overview, move |member| member.unreachable(server).filter(|_| member.was_called()));
    let then = grouped(overview, |member| member.unreachable(Server::Source).filter(|_| !member.was_called()));
    let ending = briefing.ending.iter().map(|one| Line::of(&one.name, words::ending(one)));
    let gone = overview.gone.iter();
    let since = overview.previous.map(|since| since.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let all = [
        Part { title: text!("Nieuw of slechter sinds {since}", "New or worse since {since}"), lines: worse.collect() },
        Part { title: text!("Nu onbereikbaar", "Unreachable now"), lines: now(Server::Source) },
        Part {
            title: text!("Geen token: de uitgever is nu onbereikbaar", "No token: the issuer is unreachable now"),
            lines: now(Server::Issuer),
        },
        Part { title: text!("Onbereikbaar bij hun eigen keuring", "Unreachable at their own run"), lines: then },
        Part { title: text!("Loopt af binnen {SOON} dagen", "Ends within {SOON} days"), lines: ending.collect() },
        Part {
            title: text!("Niet meer in het overzicht", "No longer in the overview"),
            lines: gone.map(|name| Line { listed: false, ..Line::of(name, Text::default()) }).collect(),
        },
    ];
    all.into_iter().filter(|part| !part.lines.is_empty()).collect()
}

/// The sources to which that happened, those with the same cause in one line; since when, as far as it is known.
fn grouped<'a>(overview: &'a Overview, which: impl Fn(&'a Member) -> Option<&'a CauseSummary>) -> Vec<Line> {
    let since = |member: &Member| {
        let day = member.started.filter(|_| !member.was_called()).map(|run| run.strftime("%Y-%m-%d").to_string());
        let then = member.changes.is_some_and(|changes| changes.unreachable_then);
        (day, then)
    };
    let mut lines: Vec<((Option<String>, bool), Line)> = Vec::new();
    for (cause, members) in words::stopped(overview, which) {
        let from = lines.len();
        for member in members {
            let since = since(member);
            let known = lines.iter_mut().skip(from).find(|(known, _)| *known == since);
            match known {
                Some((_, line)) if line.names.len() < MOST_NAMES => line.names.push(member.name.clone()),
                Some((_, line)) => line.more += 1,
                None => lines.push((since.clone(), Line::of(&member.name, unreachable(cause, since)))),
            }
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

fn unreachable(cause: &CauseSummary, (day, then): (Option<String>, bool)) -> Text {
    let Text { nl, en } = &cause.what;
    match (day, then) {
        (Some(day), _) => text!("{nl} (keuring van {day})", "{en} (run of {day})"),
        (None, true) => text!("{nl}, net als de vorige keer", "{en}, as the last time"),
        (None, false) => cause.what.clone(),
    }
}
