//! What somebody gives of a source that is not called: the evidence or the report of an earlier run. It comes from elsewhere,
//! and what is not masked in it must not get into an overview.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::sources::What;
use crate::base::confidential;
use crate::base::input::{InputFault, InputFaults, read_text};
use crate::base::text::Text;
use crate::catalogue::Catalogue;
use crate::evidence::recording::LARGEST_EVIDENCE;
use crate::report::{LARGEST_REPORT, Report, har, parse_report};
use crate::text;

/// Files that are looked at at the same time: each is in memory as a whole.
const MOST_THREADS: usize = 4;

/// Places in a file that are named; more help nobody.
const MOST_FAULTS: usize = 5;

/// A file of an earlier run.
pub(super) enum Given {
    Evidence(PathBuf),
    Report(PathBuf),
}

/// Looks at these files, each by the number of its source; what is wrong with one is told with it.
pub(super) fn look_at(files: Vec<(usize, Given)>, catalogue: &Catalogue) -> HashMap<usize, Result<What, InputFaults>> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS).min(files.len());
    let (waiting, looked) = (Mutex::new(files.into_iter()), Mutex::new(HashMap::new()));
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((number, given)) = next() {
                    let what = given.looked_at(catalogue);
                    looked.lock().unwrap_or_else(PoisonError::into_inner).insert(number, what);
                }
            });
        }
    });
    looked.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Given {
    fn looked_at(self, catalogue: &Catalogue) -> Result<What, InputFaults> {
        match self {
            Self::Evidence(path) => {
                let file = path.display().to_string();
                let text = read_text(&path, LARGEST_EVIDENCE)?;
                har::read(&file, &text)?.of_this_spec(&file, catalogue)?;
                Ok(What::Evidence(path, har::fingerprint(&text)))
            }
            Self::Report(path) => given_report(&path).map(|_| What::Report(path)),
        }
    }
}

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
