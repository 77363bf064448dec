//! `--rerun-failed`: the requirements that failed or were blocked in an earlier report.

use std::path::Path;

use crate::base::input::Diagnostics;
use crate::catalogue::{Catalogue, unknown_ids};
use crate::judging::verdict::Outcome;
use crate::report;
use crate::text;

/// Their ids, in the order of the report. A report in which nothing failed is a fault: nothing would be judged, and
/// that is no green run.
pub(super) fn failed(path: &Path, catalogue: &Catalogue) -> Result<Vec<String>, Diagnostics> {
    let file = path.display().to_string();
    let rows = report::read_report(path)?.requirements.into_iter();
    let again = rows.filter(|row| matches!(row.outcome, Outcome::Fail | Outcome::Blocked)).map(|row| row.id);
    let again: Vec<String> = again.collect();
    if again.is_empty() {
        return Err(Diagnostics::one(
            file,
            text!(
                "in dit rapport is geen inbreuk en was alles te beoordelen: er is niets om opnieuw te keuren",
                "nothing failed and nothing was blocked in this report: there is nothing to judge again"
            ),
            text!("laat --rerun-failed weg voor een volledig oordeel", "leave out --rerun-failed for a full judgement"),
        ));
    }
    let mut faults = unknown_ids(catalogue, &file, &again);
    for fault in &mut faults {
        fault.remedy = text!(
            "kies met --spec en --specs de specificaties waarmee het rapport gemaakt is, of maak het opnieuw",
            "choose with --spec and --specs the specifications that the report was made with, or make it again"
        );
    }
    Diagnostics(faults).or(again)
}
