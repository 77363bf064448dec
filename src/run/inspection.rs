//! One source, from a prepared session or a recording to its report. It writes and shows nothing: that is for whoever
//! asked, and for `report`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::files::WriteError;
use crate::catalogue::{Catalogue, Selection};
use crate::evidence::vault::Vault;
use crate::judging::decisions::Decisions;
use crate::judging::verdict::{FailOn, Gate};
use crate::report::har::{self, Evidence, EvidenceFile};
use crate::report::{self, Report, RunMeta};
use crate::run::Event;
use crate::run::evaluate::Evaluator;
use crate::run::session::Session;

/// What is asked of a run besides its profile.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// What is judged.
    pub selection: Selection,
    /// When it fails.
    pub gate: Gate,
    /// What the judgement of evidence fails on; none: what its run did.
    pub fail_on: Option<FailOn>,
    /// The blocked requirements that the gate accepts, by id, and why.
    pub accepted: BTreeMap<String, String>,
    /// What people decided, and what an earlier run saw.
    pub decisions: Decisions,
}

/// What came of it.
pub struct Inspected {
    /// The report.
    pub report: Report,
    /// The evidence, or why there is none.
    pub evidence: Result<EvidenceFile, WriteError>,
    /// What must not stand in any output.
    pub vault: Arc<Vault>,
}

/// Runs a session and judges it. When `interrupted` completes, what is judged so far stays.
pub async fn inspect(
    session: Session,
    catalogue: &Catalogue,
    asked: RunOptions,
    interrupted: impl Future<Output = ()>,
    tell: impl FnMut(Event<'_>),
) -> Inspected {
    let RunOptions { selection, gate, accepted, decisions, .. } = asked;
    let session = session.after(decisions.previous.clone());
    let finished = session.run(catalogue, &selection, interrupted, tell).await;
    let vault = finished.vault;
    let Decisions { reviews, waivers, .. } = decisions.masked(&vault);
    let meta = RunMeta {
        duration_ms: finished.duration_ms,
        selection: (!selection.is_everything()).then(|| told(&selection)),
        gate,
        // Whatever people write into a reason, no report holds a national number.
        accepted: accepted.into_iter().map(|(id, reason)| (id, vault.mask_text(&reason))).collect(),
        reviews,
        waivers,
    };
    let evidence = har::write(catalogue, &finished.recording, &meta);
    let report = Report::new(catalogue, &finished.recording, &finished.verdicts, &meta)
        .with_evidence(evidence.as_ref().ok().map(|spool| spool.fingerprint().to_owned()));
    Inspected { report, evidence, vault }
}

/// The report that follows from the evidence of a run, judged as that run was asked to, with what is asked on top.
pub fn judge(evidence: &Evidence, catalogue: &Catalogue, asked: Option<&RunOptions>) -> Report {
    let mut meta = evidence.meta.clone();
    if let Some(asked) = asked {
        meta.on_top(&asked.selection, asked.gate, asked.fail_on);
    }
    let selection = meta
        .selection
        .as_ref()
        .map(|selection| Selection { only: selection.only.clone(), skip: selection.skip.clone() });
    let verdicts = Evaluator::new(catalogue).evaluate(&evidence.recording, &selection.unwrap_or_default());
    Report::new(catalogue, &evidence.recording, &verdicts, &meta)
}

impl RunMeta {
    /// What a recorded run was asked for, with more on top: another selection and another `fail_on` take the
    /// place of the run's, and a gate only becomes stricter.
    pub fn on_top(&mut self, selection: &Selection, gate: Gate, fail_on: Option<FailOn>) {
        if !selection.is_everything() {
            self.selection = Some(told(selection));
        }
        self.gate.fail_on = fail_on.unwrap_or(self.gate.fail_on);
        self.gate.strict |= gate.strict;
        self.gate.require_reviews |= gate.require_reviews;
        self.gate.stale_waivers_fail |= gate.stale_waivers_fail;
    }
}

/// A selection as reports tell it.
fn told(selection: &Selection) -> report::Selection {
    report::Selection { only: selection.only.clone(), skip: selection.skip.clone() }
}
