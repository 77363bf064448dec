//! What somebody has to do something about, in the order of all views: each requirement that is not met, and each cause
//! once, in place of what waits for it.

use crate::base::text::{Lang, Text};
use crate::catalogue::{About, Level};
use crate::report::exchange::Exchange;
use crate::report::harm::Harm;
use crate::report::model::{Cause, Report, Requirement};
use crate::text;

use super::cause::own_causes;
use super::{ACCEPTED, EXPECTED, FOUND, State, WAIVER, bounded, call, waived};
use crate::judging::verdict::{Outcome, WaiverState};

/// Characters of a call in a message.
const LONGEST_CALL: usize = 120;

/// Something to act on.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) enum Entry<'a> {
    /// A requirement that is not met, or not followed.
    Row(&'a Requirement),
    /// What keeps requirements from being judged, and how it reads: as that of an obligation, or not.
    Cause(&'a Cause, State),
}

impl Entry<'_> {
    /// How it reads.
    pub(in crate::report) fn state(self) -> State {
        match self {
            Self::Row(row) => row.state(),
            Self::Cause(_, state) => state,
        }
    }

    /// How much harm it does: the order of all views. `root`: what keeps most of the run from being judged.
    fn harm(self, root: Option<&Cause>) -> Harm {
        match self {
            Self::Row(row) => row.harm(),
            Self::Cause(cause, _) if root.is_some_and(|root| root.id == cause.id) => Harm::of_root_cause(),
            Self::Cause(_, state) => Harm::of_cause(state),
        }
    }
}

/// What somebody has to do something about.
pub(in crate::report) fn entries(report: &Report) -> Vec<Entry<'_>> {
    let rows = report.by_harm().into_iter();
    let rows = rows.filter(|row| row.state().needs_action() && !report.is_told_by_cause(row)).map(Entry::Row);
    let causes = own_causes(report).filter_map(|cause| Some(Entry::Cause(cause, report.cause_state(cause)?)));
    let mut entries: Vec<Entry<'_>> = rows.chain(causes).collect();
    let root = report.root_cause();
    entries.sort_by_key(|entry| entry.harm(root));
    entries
}

/// The same, with the requirements that fail by a cause and are else told with it.
pub(in crate::report) fn every_entry(report: &Report) -> Vec<Entry<'_>> {
    let folded =
        |row: &&Requirement| row.state().needs_action() && row.outcome == Outcome::Fail && report.is_told_by_cause(row);
    let mut entries = entries(report);
    entries.extend(report.by_harm().into_iter().filter(folded).map(Entry::Row));
    let root = report.root_cause();
    entries.sort_by_key(|entry| entry.harm(root));
    entries
}

/// What is worth knowing, and what the gate or a reviewer accepts: told, and nothing to act on. The worst first.
pub(in crate::report) fn others(report: &Report) -> Vec<&Requirement> {
    let told = |row: &&Requirement| match row.state() {
        State::Waived | State::Note | State::PassWithNote => true,
        State::Blocked => row.accepted.is_some(),
        State::Pass => row.accepting().is_some(),
        _ => false,
    };
    report.by_harm().into_iter().filter(told).collect()
}

/// The open reviews, the obligations first.
pub(in crate::report) fn reviews(report: &Report) -> Vec<&Requirement> {
    report.by_harm().into_iter().filter(|row| row.state() == State::Review).collect()
}

/// How many reviews are open, and which; none where none is. An answer that has ended is told with the last day on which
/// it held.
pub(in crate::report) fn open_reviews(report: &Report) -> Option<Text> {
    let rows = reviews(report);
    let named = |lang: Lang| {
        let one = |row: &&Requirement| match (&row.review, &row.reason) {
            (Some(_), Some(ended)) => format!("{} ({})", row.id, ended.get(lang)),
            _ => row.id.clone(),
        };
        rows.iter().map(one).collect::<Vec<_>>().join(" ")
    };
    let (count, must) = (rows.len(), report.result.counts.reviews_open);
    let (in_nl, in_en) = (named(Lang::Nl), named(Lang::En));
    let Text { nl, en } = match (count, must) {
        (0, _) => return None,
        (1, 0) => text!("1 beoordeling open", "1 review open"),
        (1, _) => text!("1 beoordeling open, verplicht", "1 review open, obligatory"),
        (_, 0) => text!("{count} beoordelingen open", "{count} reviews open"),
        _ => text!(
            "{count} beoordelingen open, waarvan {must} verplicht",
            "{count} reviews open, {must} of them obligatory"
        ),
    };
    Some(text!("{nl}: {in_nl}", "{en}: {in_en}"))
}

impl Report {
    /// The cause that a run comes down to: more obligations wait for it than of the source were judged for themselves.
    pub fn root_cause(&self) -> Option<&Cause> {
        let is_judged = |row: &&Requirement| {
            row.level == Level::Must
                && row.about == About::Source
                && matches!(row.outcome, Outcome::Pass | Outcome::Fail)
                && !self.is_told_by_cause(row)
        };
        let judged = self.requirements.iter().filter(is_judged).count();
        own_causes(self).find(|cause| cause.must > judged)
    }

    /// How a cause reads: as what waits for it; none where the gate accepts all of that.
    fn cause_state(&self, cause: &Cause) -> Option<State> {
        let waits = |row: &&Requirement| row.accepted.is_none() && row.cause.as_ref() == Some(&cause.id);
        let waiting = self.requirements.iter().filter(waits).map(Requirement::state);
        waiting.filter(|state| matches!(state, State::BlockedMust | State::Blocked)).min()
    }

    /// Whether a cause that fails a requirement weighs as much as that does: it stands for it then.
    pub(super) fn stands_for(&self, cause: &Cause, row: &Requirement) -> bool {
        match (self.cause_state(cause), row.state()) {
            (Some(State::BlockedMust), _) => true,
            (Some(_), state) => !matches!(state, State::Failure | State::Error | State::BlockedMust),
            (None, _) => false,
        }
    }
}

/// A requirement in one short message: where and in which call first, then what was found; of what is blocked its cause.
pub(in crate::report) fn message(report: &Report, row: &Requirement, lang: Lang) -> String {
    let cause = report.cause_of(row).filter(|_| row.outcome == Outcome::Blocked);
    let said = match (cause, &row.reason) {
        (Some(cause), _) => Some(cause.what.get(lang).to_owned()),
        (None, Some(reason)) => Some(reason.get(lang).to_owned()),
        (None, None) => found(report, row, lang),
    };
    let accepted = row.accepted.as_ref().map(|why| format!("{}: {why}", ACCEPTED.get(lang)));
    let waiver = row.waiver.as_ref().filter(|waiver| waiver.state != WaiverState::Unused);
    let waiver = waiver.map(|waiver| format!("{}: {}", WAIVER.get(lang), waived(waiver).get(lang)));
    let all: Vec<String> = [said, accepted, waiver].into_iter().flatten().collect();
    if all.is_empty() { row.state().word().get(lang).to_owned() } else { all.join("; ") }
}

/// A call without what all calls of the run have in common.
fn short_call(report: &Report, exchange: &Exchange, lang: Lang) -> String {
    let long = call(exchange, lang);
    let base = report.run.base_url.trim_end_matches('/');
    if base.is_empty() || !exchange.url.starts_with(base) { long } else { long.replacen(base, "", 1) }
}

fn found(report: &Report, row: &Requirement, lang: Lang) -> Option<String> {
    let finding = row.worst_finding()?;
    let exchange = finding.exchange.as_deref().and_then(|id| report.exchange(id));
    let called = exchange.map(|exchange| bounded(&short_call(report, exchange, lang), LONGEST_CALL));
    let place = Some(finding.place.clone()).filter(|place| !place.is_empty());
    let at: Vec<String> = [place, called].into_iter().flatten().collect();
    let (expected, actual) = (finding.expected.get(lang), finding.actual.get(lang));
    let expected = if expected.is_empty() { String::new() } else { format!("; {} {expected}", EXPECTED.get(lang)) };
    let said = format!("{} {actual}{expected}", FOUND.get(lang));
    Some(if at.is_empty() { said } else { format!("{}: {said}", at.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    /// The states of the entries, in their order.
    fn states(report: &Report) -> Vec<State> {
        entries(report).into_iter().map(Entry::state).collect()
    }

    #[test]
    fn failures_come_before_what_only_blocks_unless_the_run_comes_down_to_that() {
        let mut report = sample::report();
        let order = [State::Failure, State::Error, State::BlockedMust, State::Warning, State::Blocked];
        assert_eq!(states(&report), order);
        // More obligations wait for it than were judged.
        let judged = report.requirements.len();
        report.causes.iter_mut().take(1).for_each(|cause| cause.must = judged + 1);
        assert_eq!(states(&report).first(), Some(&State::BlockedMust));
        // Whoever shows data to others is told first all the same.
        let failing = report.requirements.iter_mut().find(|row| row.id == "LST-02").unwrap();
        failing.chapter = "access".to_owned();
        assert_eq!(states(&report)[..2], [State::Failure, State::BlockedMust]);
    }
}
