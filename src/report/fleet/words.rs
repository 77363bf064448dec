//! How a fleet and its sources read, on every medium alike.

use super::model::{CauseSummary, Changes, DecisionKind, Ending, Member, Overview, Row, Worsened, Worst};
use crate::base::text::{Lang, Text};
use crate::judging::verdict::ExitStatus;
use crate::report::Harm;
use crate::report::words::{self, State};
use crate::text;

/// Ids that are named of those that fail newly at a source.
const MOST_IDS: usize = 6;

/// What a source came to, in a mark and two words.
pub(super) fn came_to(member: &Member) -> (char, Text) {
    match member.conformant {
        Some(conformant) => (words::mark(conformant), words::conformant(conformant)),
        None => (State::Error.symbol(), Text::new("Geen rapport", "No report")),
    }
}

/// What is first to be known about a source.
pub(super) enum Matter<'a> {
    /// Why there is no report, or not all of it.
    Trouble(&'a Text),
    /// What its run came to nothing by.
    Stopped(&'a CauseSummary),
    /// Its worst failure, and how many more there are.
    Failure(&'a Worst, usize),
    /// What keeps obligations from being judged.
    Cause(&'a CauseSummary),
    /// What it comes to.
    Conclusion(Text),
}

impl<'a> Matter<'a> {
    pub(super) fn of(overview: &Overview, member: &'a Member) -> Self {
        if let Some(trouble) = &member.trouble {
            return Self::Trouble(trouble);
        }
        // Whoever gives data away is told first all the same.
        let leaks = member.worst.as_ref().is_some_and(|worst| worst.harm < Harm::of_root_cause().rank());
        if let Some(cause) = member.stopped().filter(|_| !leaks) {
            return Self::Stopped(cause);
        }
        if let Some(worst) = &member.worst {
            let failures = overview.rows(member).filter(Row::is_failure).count();
            return Self::Failure(worst, failures.saturating_sub(1));
        }
        let cause = member.causes.iter().find(|cause| cause.must > 0 && !cause.is_requirement());
        match (cause, &member.conclusion) {
            (Some(cause), _) => Self::Cause(cause),
            (None, Some(conclusion)) => Self::Conclusion(conclusion.clone()),
            (None, None) => Self::Conclusion(numbers(member)),
        }
    }

    /// The same in one line.
    pub(super) fn in_words(&self) -> Text {
        match self {
            Self::Trouble(trouble) => (*trouble).clone(),
            Self::Stopped(cause) | Self::Cause(cause) => cause.what.clone(),
            Self::Failure(worst, more) => {
                let Worst { id, title, why, .. } = worst;
                let in_lang = |lang: Lang| {
                    let why = why.as_ref().map(|why| format!(" ({})", why.get(lang))).unwrap_or_default();
                    let more = others(*more).map(|more| format!("; {}", more.get(lang))).unwrap_or_default();
                    format!("{id} {}{why}{more}", title.get(lang))
                };
                Text::new(in_lang(Lang::Nl), in_lang(Lang::En))
            }
            Self::Conclusion(conclusion) => conclusion.clone(),
        }
    }
}

/// How many failures there are beside the one that is told; none where there is no other.
pub(super) fn others(count: usize) -> Option<Text> {
    match count {
        0 => None,
        1 => Some(text!("en 1 andere inbreuk", "and 1 other failure")),
        _ => Some(text!("en {count} andere inbreuken", "and {count} other failures")),
    }
}

/// How many of its requirements need somebody, in a few words.
fn numbers(member: &Member) -> Text {
    let counts = &member.counts;
    let all = [
        (counts.failures, State::Failure),
        (counts.errors, State::Error),
        (counts.warnings, State::Warning),
        (counts.waived, State::Waived),
        (counts.blocked, State::Blocked),
        (counts.review, State::Review),
        (counts.pass, State::Pass),
    ];
    let named = |lang: Lang| {
        let some = all.iter().filter(|(count, _)| *count > 0);
        some.map(|(count, state)| format!("{count} {}", state.word().get(lang))).collect::<Vec<_>>().join(", ")
    };
    Text::new(named(Lang::Nl), named(Lang::En))
}

/// In what a source differs from the earlier run; none where it does not, or was not compared.
pub(super) fn changed(changes: &Changes, member: &Member) -> Option<Text> {
    let Changes { new, exit_status, worse, better, .. } = *changes;
    if new {
        return Some(Text::new("nieuw", "new"));
    }
    let ended = exit_status.filter(|then| *then != member.exit_status);
    let ended = ended.map(|then| {
        let Text { nl, en } = ended_with(ExitStatus::of_code(then));
        text!("toen: {nl}", "then: {en}")
    });
    let worse = (worse > 0).then(|| text!("{worse} slechter", "{worse} worse"));
    let better = (better > 0).then(|| text!("{better} beter", "{better} better"));
    joined([worse, better, ended].into_iter().flatten())
}

/// How a run ended.
fn ended_with(status: ExitStatus) -> Text {
    match status {
        ExitStatus::Success => text!("geen inbreuken", "no failures"),
        ExitStatus::Failures => text!("inbreuken", "failures"),
        ExitStatus::Usage => text!("verkeerde invoer", "wrong input"),
        ExitStatus::Undecided => text!("geen besluit", "no conclusion"),
        ExitStatus::Internal => text!("geen rapport", "no report"),
    }
}

/// In what a source is new or worse.
pub(super) fn worsened(one: &Worsened) -> Text {
    let failing = (!one.failing.is_empty()).then(|| {
        let named = one.failing.iter().take(MOST_IDS).map(String::as_str).collect::<Vec<_>>().join(" ");
        let more = if one.failing.len() > MOST_IDS { " …" } else { "" };
        text!("nu inbreuk op {named}{more}", "newly failing {named}{more}")
    });
    let lost = one.no_longer_judged;
    let lost = (lost > 0).then(|| match lost {
        1 => text!("1 eis niet meer beoordeeld", "1 requirement no longer judged"),
        _ => text!("{lost} eisen niet meer beoordeeld", "{lost} requirements no longer judged"),
    });
    let new = one.new.then(|| Text::new("nieuw", "new"));
    joined([new, failing, lost].into_iter().flatten())
        .unwrap_or_else(|| Text::new("loopt slechter af dan toen", "ends worse than then"))
}

fn joined(parts: impl Iterator<Item = Text>) -> Option<Text> {
    let all: Vec<Text> = parts.collect();
    let joined = |lang| all.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join(", ");
    (!all.is_empty()).then(|| Text::new(joined(Lang::Nl), joined(Lang::En)))
}

/// What ends, and who answers for it.
pub(super) fn ending(one: &Ending) -> Text {
    let Ending { id, by, until, .. } = one;
    match one.kind {
        DecisionKind::Waiver => {
            text!("vrijstelling van {id} tot en met {until} ({by})", "waiver of {id} until {until} ({by})")
        }
        DecisionKind::Review => {
            text!("beoordeling van {id} tot en met {until} ({by})", "review of {id} until {until} ({by})")
        }
    }
}

/// The causes by which runs came to nothing, each once, with the sources: the one of most sources first.
pub(super) fn stopped<'a>(
    overview: &'a Overview,
    which: impl Fn(&'a Member) -> Option<&'a CauseSummary>,
) -> Vec<(&'a CauseSummary, Vec<&'a Member>)> {
    let mut shared: Vec<(&CauseSummary, Vec<&Member>)> = Vec::new();
    for member in &overview.members {
        let Some(cause) = which(member) else { continue };
        let same =
            |(known, _): &&mut (&CauseSummary, Vec<&Member>)| known.kind == cause.kind && known.what == cause.what;
        match shared.iter_mut().find(same) {
            Some((_, members)) => members.push(member),
            None => shared.push((cause, vec![member])),
        }
    }
    shared.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    shared
}

/// The last line of a fleet, in English in every language, for scripts:
/// `bronkeur: 6 sources, 2 not conformant, 1 undecided -> exit 1`.
pub(super) fn last_line(overview: &Overview) -> String {
    let sources = &overview.result.sources;
    let count = overview.members.len();
    let mut parts = vec![format!("{count} source{}", if count == 1 { "" } else { "s" })];
    let some = [
        (sources.no, "not conformant"),
        (sources.undecided, "undecided"),
        (sources.without_report, "without a report"),
        (sources.partial, "not fully judged"),
        (sources.reviews_open, "with open reviews"),
    ];
    parts.extend(some.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")));
    format!("bronkeur: {} -> exit {}", parts.join(", "), overview.result.exit_status)
}
