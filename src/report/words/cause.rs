//! How a cause reads: what it is, what waits for it, what to do and who does it.

use crate::base::text::{Lang, Text};
use crate::judging::reason::cause::CauseKind;
use crate::report::model::{Cause, Report, Requirement};
use crate::text;

use super::{Label, TO_DO, bounded, call};

/// Ids, or ranges of them, that are named of those that wait.
const MOST_NAMED: usize = 4;

const WAITING: Label = Label { nl: "wacht hierop", en: "waiting" };
const FAILING: Label = Label { nl: "faalt hierdoor", en: "fails by it" };
const SINCE: Label = Label { nl: "sinds oproep", en: "since" };
const WHO: Label = Label { nl: "aan zet", en: "up to" };

impl Cause {
    /// Whether it is said with the requirement that is not met, and needs no entry of its own.
    pub(in crate::report) fn is_requirement(&self) -> bool {
        matches!(self.kind, CauseKind::RequirementNotMet | CauseKind::WrongIssuer)
    }

    /// How many requirements wait for it, and how many of them are obligations.
    pub(in crate::report) fn waits(&self) -> Text {
        let (all, must) = (self.waiting.len(), self.must);
        let Text { nl, en } = match all {
            1 => text!("1 eis", "1 requirement"),
            _ => text!("{all} eisen", "{all} requirements"),
        };
        match (all, must) {
            (_, 0) => text!("{nl}, geen ervan verplicht", "{en}, none of them obligatory"),
            (1, _) => text!("{nl}, verplicht", "{en}, obligatory"),
            _ => text!("{nl}, waarvan {must} verplicht", "{en}, {must} of them obligatory"),
        }
    }
}

/// The same, with the first ids, or with all.
fn waiting(cause: &Cause, lang: Lang, all: bool) -> String {
    let ranges = ranges(&cause.waiting);
    let most = if all { ranges.len() } else { MOST_NAMED };
    let named = ranges.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(" ");
    let more = if ranges.len() > most { " …" } else { "" };
    format!("{}: {named}{more}", cause.waits().get(lang))
}

/// Ids in a row as one: `LST-01…05`.
fn ranges(ids: &[String]) -> Vec<String> {
    let mut ranges: Vec<(&str, &str, u32)> = Vec::new();
    let number = |id: &str| id.rsplit_once('-').and_then(|(_, number)| number.parse::<u32>().ok());
    let chapter = |id: &str| id.rsplit_once('-').map_or(String::new(), |(chapter, _)| chapter.to_owned());
    for id in ids {
        let own = number(id).unwrap_or_default();
        match ranges.last_mut() {
            Some((first, last, next)) if own == *next && chapter(first) == chapter(id) => {
                (*last, *next) = (id, own + 1);
            }
            _ => ranges.push((id, id, own + 1)),
        }
    }
    let shown = |(first, last, _): (&str, &str, u32)| match last.rsplit_once('-') {
        Some((_, number)) if first != last => format!("{first}…{number}"),
        _ => first.to_owned(),
    };
    ranges.into_iter().map(shown).collect()
}

/// Everything about a cause but what it is: labels and texts, in order.
pub(in crate::report) fn cause_details(
    report: &Report,
    cause: &Cause,
    lang: Lang,
    all: bool,
) -> Vec<(&'static str, String)> {
    let mut lines = vec![(WAITING.get(lang), waiting(cause, lang, all))];
    if !cause.failing.is_empty() {
        let failing = cause.failing.iter().filter_map(|id| {
            let row = report.requirements.iter().find(|row| row.id == *id)?;
            let (state, level, title) = (row.state(), row.level.name(), row.title.get(lang));
            Some(format!("{} {} {} ({level}) {title}", state.symbol(), state.word().get(lang), row.id))
        });
        lines.push((FAILING.get(lang), failing.collect::<Vec<_>>().join("\n")));
    }
    if let Some(exchange) = cause.since.as_deref().and_then(|id| report.exchange(id)) {
        lines.push((SINCE.get(lang), bounded(&call(exchange, lang), 200)));
    }
    if !cause.remedy.get(lang).is_empty() {
        lines.push((TO_DO.get(lang), cause.remedy.get(lang).to_owned()));
    }
    lines.push((WHO.get(lang), cause.who.name().get(lang).to_owned()));
    lines
}

/// What waits for a requirement that is not met; none where nothing does.
pub(in crate::report) fn waits_for(report: &Report, row: &Requirement, lang: Lang) -> Option<(&'static str, String)> {
    let cause = report.cause_of(row).filter(|cause| cause.is_requirement() && cause.failing.contains(&row.id))?;
    Some((WAITING.get(lang), waiting(cause, lang, false)))
}

/// The causes that have an entry of their own, the weightiest first.
pub(super) fn own_causes(report: &Report) -> impl Iterator<Item = &Cause> {
    report.causes.iter().filter(|cause| !cause.is_requirement() || cause.failing.is_empty())
}

impl Report {
    /// Whether a requirement is told with its cause: it fails by something that keeps others waiting, which is not the
    /// requirement itself.
    pub fn is_told_by_cause(&self, row: &Requirement) -> bool {
        self.cause_of(row).is_some_and(|cause| {
            let own = !cause.is_requirement() || cause.failing.is_empty();
            own && (cause.waiting.contains(&row.id) || cause.failing.contains(&row.id) && self.stands_for(cause, row))
                || cause.is_requirement() && cause.waiting.contains(&row.id)
        })
    }
}
