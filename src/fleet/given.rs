//! The report of an earlier run as a member of a fleet: it comes from elsewhere, and what is not masked in it must not get
//! into an overview.

use std::path::Path;

use crate::confidential;
use crate::fault::{InputFault, InputFaults, read_text};
use crate::report::{LARGEST_REPORT, Report, parse_report};
use crate::text;
use crate::text::Text;

/// The report in a file, and its text.
///
/// # Errors
/// What is wrong with it; what it holds unmasked is not repeated.
pub(super) fn given_report(path: &Path) -> Result<(Report, String), InputFaults> {
    let file = path.display().to_string();
    let text = read_text(path, LARGEST_REPORT)?;
    let report = parse_report(&file, &text)?;
    let tree = serde_json::from_str(&text).unwrap_or_default();
    let faults = confidential::in_tree(&tree).into_iter().map(|(place, what)| {
        let Text { nl, en } = what.name();
        let message = text!("bevat {nl}", "holds {en}");
        let remedy = text!(
            "geef een report.json zoals bronkeur het schreef: daarin is alles gemaskeerd",
            "give a report.json as bronkeur wrote it: everything in it is masked"
        );
        InputFault::new(&file, message, remedy).at(place)
    });
    InputFaults(faults.take(MOST_FAULTS).collect()).or((report, text))
}

/// Places beyond this number help nobody.
const MOST_FAULTS: usize = 5;
