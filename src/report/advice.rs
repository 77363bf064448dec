//! What to do with a source, and what a run comes to, each in one sentence. No number in them is 0.

use std::collections::BTreeSet;

use crate::base::text::{Lang, Text};
use crate::catalogue::{Level, SubjectKind};
use crate::judging::reason::cause::CauseKind;
use crate::judging::verdict::Conformant;
use crate::text;

use super::model::{Cause, Report, Requirement};
use super::words::{State, why_partial};

/// Ids that a sentence names.
const MOST_NAMED: usize = 3;

/// Whether to connect the source, and why.
pub(super) fn advice(report: &Report) -> Text {
    let open = report.result.counts.reviews_open;
    match report.result.conformant {
        Conformant::No => not_met(report),
        Conformant::Undecided => undecided(report),
        Conformant::Partial => {
            let why = joined(&why_partial(report), "; ");
            let (nl, en) = (why.nl, why.en);
            text!(
                "Niet aansluiten op grond van deze keuring alleen: {nl}.",
                "Do not connect on the strength of this run alone: {en}."
            )
        }
        Conformant::ReviewsOpen if open == 1 => text!(
            "Aansluiten kan zodra een beoordelaar de ene verplichte eis heeft beantwoord die nog open staat.",
            "Connect once a reviewer has answered the one obligation that is still open."
        ),
        Conformant::ReviewsOpen => text!(
            "Aansluiten kan zodra een beoordelaar de {open} verplichte eisen heeft beantwoord die nog open staan.",
            "Connect once a reviewer has answered the {open} obligations that are still open."
        ),
        Conformant::Yes => text!("De bron mag worden aangesloten.", "The source may be connected."),
    }
}

fn not_met(report: &Report) -> Text {
    let failures = report.failures();
    let musts = failures.iter().filter(|row| row.level == Level::Must).count();
    let Text { nl: harm_nl, en: harm_en } = worst(&failures);
    let Text { nl, en } = if musts > 0 { failing(musts) } else { followed(failures.len()) };
    text!("Niet aansluiten: {nl}{harm_nl}.", "Do not connect: {en}{harm_en}.")
}

/// So many obligations are not met.
fn failing(count: usize) -> Text {
    match count {
        1 => text!("1 verplichte eis is niet nageleefd", "1 obligation is not met"),
        _ => text!("{count} verplichte eisen zijn niet nageleefd", "{count} obligations are not met"),
    }
}

/// So many recommendations are not followed, in a run that counts them as failures.
fn followed(count: usize) -> Text {
    match count {
        1 => text!(
            "1 aanbeveling is niet gevolgd, en deze keuring telt ze als inbreuk",
            "1 recommendation is not followed, and this run counts them as failures"
        ),
        _ => text!(
            "{count} aanbevelingen zijn niet gevolgd, en deze keuring telt ze als inbreuk",
            "{count} recommendations are not followed, and this run counts them as failures"
        ),
    }
}

/// What the worst of the failures do, where that is to show data to whoever has no right to them: to anyone, to another
/// citizen, to callers with the wrong token.
fn worst(failures: &[&Requirement]) -> Text {
    let of = |holds: fn(&Requirement) -> bool| -> Vec<&str> {
        failures.iter().filter(|row| holds(row)).map(|row| row.id.as_str()).collect()
    };
    let anyone = of(Requirement::opens_to_anyone);
    let (others, opens) = (of(Requirement::shows_others), of(Requirement::lets_in));
    if failures.len() == 1 {
        return alone(&anyone, &others, &opens);
    }
    let parts: Vec<Text> = [to_anyone(&anyone), to_others(&others), to_callers(&opens)].into_iter().flatten().collect();
    let Some((last, before)) = parts.split_last() else { return Text::default() };
    let (Text { nl, en }, before) = (last, joined(before, ", "));
    if before.en.is_empty() {
        return text!(", waarvan er {nl}", ", of which {en}");
    }
    let (before_nl, before_en) = (before.nl, before.en);
    text!(", waarvan er {before_nl} en {nl}", ", of which {before_en} and {en}")
}

/// The same of the only failure.
fn alone(anyone: &[&str], others: &[&str], opens: &[&str]) -> Text {
    let ids = named(&[anyone, others, opens].concat());
    match (anyone.len(), others.len(), opens.len()) {
        (1, ..) => text!(
            ": de bron geeft gegevens aan iedereen, zonder token ({ids})",
            ": the source gives data to anyone, without a token ({ids})"
        ),
        (_, 1, _) => text!(
            ": de bron toont gegevens van andere burgers ({ids})",
            ": the source shows other citizens' data ({ids})"
        ),
        (.., 1) => text!(
            ": de bron geeft gegevens aan wie er geen recht op heeft ({ids})",
            ": the source gives data to callers who have no right to it ({ids})"
        ),
        _ => Text::default(),
    }
}

fn to_anyone(ids: &[&str]) -> Option<Text> {
    let named = named(ids);
    (!ids.is_empty()).then(|| {
        text!(
            "één gegevens geeft aan iedereen, zonder token ({named})",
            "one gives data to anyone, without a token ({named})"
        )
    })
}

fn to_others(ids: &[&str]) -> Option<Text> {
    let (count, named) = (ids.len(), named(ids));
    match count {
        0 => None,
        1 => Some(text!("één gegevens van andere burgers toont ({named})", "one shows other citizens' data ({named})")),
        _ => Some(text!(
            "{count} gegevens van andere burgers tonen ({named})",
            "{count} show other citizens' data ({named})"
        )),
    }
}

fn to_callers(ids: &[&str]) -> Option<Text> {
    let (count, named) = (ids.len(), named(ids));
    match count {
        0 => None,
        1 => Some(text!(
            "één gegevens geeft aan wie er geen recht op heeft ({named})",
            "one gives data to callers who have no right to it ({named})"
        )),
        _ => Some(text!(
            "{count} gegevens geven aan wie er geen recht op heeft ({named})",
            "{count} give data to callers who have no right to it ({named})"
        )),
    }
}

fn undecided(report: &Report) -> Text {
    let blocked = blocked(report).len();
    let Text { nl, en } = could_not(blocked).unwrap_or_else(|| why_undecided(report));
    text!("Nog niet aansluiten: {nl}.", "Do not connect yet: {en}.")
}

/// The obligations that could not be judged.
fn blocked(report: &Report) -> Vec<&Requirement> {
    report.requirements.iter().filter(|row| row.state() == State::BlockedMust).collect()
}

/// So many obligations could not be judged.
fn could_not(count: usize) -> Option<Text> {
    Some(match count {
        0 => return None,
        1 => text!("1 verplichte eis kon niet worden beoordeeld", "1 obligation could not be judged"),
        _ => text!("{count} verplichte eisen konden niet worden beoordeeld", "{count} obligations could not be judged"),
    })
}

/// How many obligations could not be judged, and why.
fn unjudged(report: &Report) -> Option<Text> {
    let blocked = blocked(report);
    let because: BTreeSet<&str> = blocked.iter().filter_map(|row| row.cause.as_deref()).collect();
    let causes: Vec<&Cause> = report.causes.iter().filter(|cause| because.contains(cause.id.as_str())).collect();
    let Text { nl, en } = could_not(blocked.len())?;
    Some(match causes.as_slice() {
        [] => Text::new(nl, en),
        [cause] => {
            let (why_nl, why_en) = (&cause.what.nl, &cause.what.en);
            text!("{nl}: {why_nl}", "{en}: {why_en}")
        }
        [first, others @ ..] => {
            let (why_nl, why_en, more) = (&first.what.nl, &first.what.en, others.len());
            match more {
                1 => text!("{nl}: {why_nl}; en om 1 andere reden", "{en}: {why_en}; and for 1 other reason"),
                _ => {
                    text!("{nl}: {why_nl}; en om {more} andere redenen", "{en}: {why_en}; and for {more} other reasons")
                }
            }
        }
    })
}

/// Why there is no conclusion, where every obligation could be judged.
fn why_undecided(report: &Report) -> Text {
    let counts = &report.result.counts;
    let errors = counts.errors;
    if errors > 0 {
        return text!("de uitgever van tokens maakt fouten ({errors})", "the issuer of tokens makes errors ({errors})");
    }
    if let Some(cause) = report.causes.first() {
        return cause.what.clone();
    }
    open_reviews(counts.review).unwrap_or_else(|| text!("de keuring is onderbroken", "the run was interrupted"))
}

fn open_reviews(count: usize) -> Option<Text> {
    match count {
        0 => None,
        1 => Some(text!("1 beoordeling staat nog open", "1 review is still open")),
        _ => Some(text!("{count} beoordelingen staan nog open", "{count} reviews are still open")),
    }
}

/// What the run comes to, in one sentence: what fails, what could not be judged and why, what is open.
pub(super) fn conclusion(report: &Report) -> Text {
    let counts = &report.result.counts;
    let (nl, en) = match report.run.kind {
        SubjectKind::Source => ("De bron", "The source"),
        SubjectKind::Application => ("De toepassing", "The application"),
        SubjectKind::Website => ("De website", "The website"),
    };
    let head = match report.result.conformant {
        Conformant::Yes => text!(
            "{nl} voldoet: elke verplichting is nageleefd of kan hier niet voorkomen",
            "{en} conforms: every obligation is met or cannot arise here"
        ),
        Conformant::No => text!("{nl} voldoet niet", "{en} does not conform"),
        Conformant::Undecided => text!("Er is geen besluit", "There is no conclusion"),
        Conformant::Partial => {
            text!("Geen inbreuken, maar geen volledig oordeel", "No failures, but no full judgement")
        }
        Conformant::ReviewsOpen => {
            text!("Alles wat het programma beoordeelt, is in orde", "All that the program judges is as it should be")
        }
    };
    let failures = report.failures();
    let musts = failures.iter().filter(|row| row.level == Level::Must).count();
    let mut parts = Vec::new();
    if musts > 0 {
        parts.push(failing(musts));
    } else if !failures.is_empty() {
        parts.push(followed(failures.len()));
    }
    if report.result.conformant == Conformant::Partial {
        parts.extend(why_partial(report));
    }
    parts.extend(unjudged(report));
    if report.result.conformant == Conformant::Undecided && parts.is_empty() {
        parts.push(why_undecided(report));
    }
    let interrupted = report.causes.iter().skip(1).find(|cause| cause.kind == CauseKind::Interrupted);
    parts.extend(interrupted.map(|cause| cause.what.clone()));
    parts.extend(obligatory(counts.reviews_open));
    let all = joined(&parts, "; ");
    let whole = |lang: Lang| match (head.get(lang), all.get(lang)) {
        (head, "") => format!("{head}."),
        (head, all) => format!("{head}: {all}."),
    };
    Text::new(whole(Lang::Nl), whole(Lang::En))
}

fn obligatory(count: usize) -> Option<Text> {
    match count {
        0 => None,
        1 => Some(text!("1 verplichte beoordeling staat nog open", "1 obligatory review is still open")),
        _ => {
            Some(text!("{count} verplichte beoordelingen staan nog open", "{count} obligatory reviews are still open"))
        }
    }
}

fn named(ids: &[&str]) -> String {
    let some = ids.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", ");
    if ids.len() > MOST_NAMED { format!("{some}, …") } else { some }
}

fn joined(texts: &[Text], by: &str) -> Text {
    let join = |lang: Lang| texts.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join(by);
    Text::new(join(Lang::Nl), join(Lang::En))
}
