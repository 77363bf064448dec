//! Which requirement a blocked one waits for: derived from `needs` in the catalogue once all are judged, so that nothing is
//! named that passed, and every chain ends at a failure or at something that never came.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::Text;
use crate::catalogue::{Catalogue, Requirement};
use crate::judging::verdict::{Outcome, Verdict};
use crate::text;

/// The most ids that a reason names.
const MOST_NAMED: usize = 3;

/// Gives every verdict that is blocked by what others ask for its words: the requirements that it comes down to. The
/// verdicts are in the order of the catalogue.
pub(super) fn name_unmet_needs(catalogue: &Catalogue, verdicts: &mut [Verdict]) {
    let judged: BTreeMap<&str, (&Requirement, &Verdict)> = catalogue
        .requirements
        .iter()
        .zip(verdicts.iter())
        .map(|(requirement, verdict)| (requirement.id.as_str(), (requirement, verdict)))
        .collect();
    let roots: Vec<Option<Vec<String>>> = catalogue
        .requirements
        .iter()
        .zip(verdicts.iter())
        .map(|(requirement, verdict)| verdict.unmet.is_some().then(|| roots_of(requirement, &judged)))
        .collect();
    for (verdict, roots) in verdicts.iter_mut().zip(roots) {
        if let Some(roots) = roots {
            name(verdict, roots);
        }
    }
}

fn name(verdict: &mut Verdict, roots: Vec<String>) {
    if !roots.is_empty() {
        let named = roots.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        verdict.reason = verdict.reason.take().map(|Text { nl, en }| text!("{nl}: zie {named}", "{en}: see {named}"));
        verdict.remedy = Some(text!("herstel eerst {named}", "fix {named} first"));
    }
    verdict.unmet = Some(roots);
}

/// The requirements at the ends of the ways along `needs`: those that failed; where none did, those that are blocked for
/// a reason of their own. What passed leads no further.
fn roots_of(requirement: &Requirement, judged: &BTreeMap<&str, (&Requirement, &Verdict)>) -> Vec<String> {
    let (mut failed, mut blocked) = (Vec::new(), Vec::new());
    let mut pending: Vec<&str> = requirement.needs.iter().rev().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = pending.pop() {
        let Some((need, verdict)) = judged.get(id).filter(|_| seen.insert(id.to_owned())) else { continue };
        match verdict.outcome {
            Outcome::Fail => failed.push(id.to_owned()),
            Outcome::Blocked if verdict.unmet.is_some() => pending.extend(need.needs.iter().rev().map(String::as_str)),
            Outcome::Blocked | Outcome::NotSelected => blocked.push(id.to_owned()),
            Outcome::Pass | Outcome::NotApplicable | Outcome::Review | Outcome::Observed => {}
        }
    }
    if failed.is_empty() { blocked } else { failed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::text::Text;
    use crate::catalogue::DEFAULT_SPEC;
    use crate::checks;
    use crate::judging::reason;
    use crate::run::evaluate::not_selected;

    fn catalogue() -> Catalogue {
        Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap()
    }

    /// What the row says where these rows have these verdicts, and all others passed.
    fn said(id: &str, judged: &[(&str, Verdict)]) -> (Option<Vec<String>>, String) {
        let catalogue = catalogue();
        let verdict_of = |id: &str| judged.iter().find(|(judged, _)| *judged == id).map(|(_, verdict)| verdict.clone());
        let mut verdicts: Vec<Verdict> = catalogue
            .requirements
            .iter()
            .map(|row| verdict_of(&row.id).unwrap_or_else(|| Verdict::of(Outcome::Pass)))
            .collect();
        name_unmet_needs(&catalogue, &mut verdicts);
        let position = catalogue.requirements.iter().position(|row| row.id == id).unwrap();
        (verdicts[position].unmet.clone(), verdicts[position].reason.clone().unwrap_or_default().en)
    }

    fn waits() -> Verdict {
        reason::unmet(Text::same("no page"))
    }

    #[test]
    fn the_need_that_failed_is_named_by_whatever_way_it_is_needed() {
        let failed = Verdict::of(Outcome::Fail);
        let judged = [("LST-01", failed.clone()), ("LST-03", waits()), ("CRT-10", waits())];
        assert_eq!(said("CRT-10", &judged), (Some(vec!["LST-01".to_owned()]), "no page: see LST-01".to_owned()));
        let both = [("LST-01", failed.clone()), ("LST-03", waits()), ("CRT-07", failed), ("CRT-10", waits())];
        assert_eq!(said("CRT-10", &both).1, "no page: see LST-01, CRT-07");
    }

    #[test]
    fn without_a_failure_the_chain_ends_at_what_is_blocked_for_a_reason_of_its_own() {
        let judged = [("LST-01", reason::not_recorded()), ("LST-03", waits()), ("CRT-10", waits())];
        assert_eq!(said("CRT-10", &judged).1, "no page: see LST-01");
        let left_out = [("LST-03", not_selected()), ("CRT-10", waits())];
        assert_eq!(said("CRT-10", &left_out).1, "no page: see LST-03");
    }

    #[test]
    fn what_passed_is_never_named() {
        assert_eq!(said("CRT-10", &[("CRT-10", waits())]), (Some(Vec::new()), "no page".to_owned()));
        assert_eq!(said("CRT-10", &[("CRT-10", reason::not_recorded())]).0, None);
    }
}
