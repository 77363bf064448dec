//! What somebody gives of a source that is not called: the evidence or the report of an earlier run. It comes from elsewhere,
//! and what is not masked in it must not get into an overview.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::Catalogues;
use super::run::queue::{Load, Queue};
use super::run::{length, locked};
use super::sources::What;
use crate::base::confidential;
use crate::base::input::{Diagnostic, Diagnostics, read_text};
use crate::base::text::Text;
use crate::base::value::tree;
use crate::evidence::recording::LARGEST_EVIDENCE;
use crate::report::{LARGEST_REPORT, Report, har, parse_report};
use crate::text;

/// Places in a file that are named; more help nobody.
const MOST_FAULTS: usize = 5;

/// A file of an earlier run.
pub(super) enum Given {
    Evidence(PathBuf),
    Report(PathBuf),
}

/// Looks at these files, each by the number of its source; what is wrong with one is told with it.
pub(super) fn look_at(
    files: Vec<(usize, Given)>,
    catalogues: &Catalogues,
) -> HashMap<usize, Result<What, Diagnostics>> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(files.len());
    let (queue, looked) = (Queue::new(files, 1), Mutex::new(HashMap::new()));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(((number, given), _turn)) = queue.next() {
                    let what = given.looked_at(catalogues);
                    locked(&looked).insert(number, what);
                }
            });
        }
    });
    looked.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Load for (usize, Given) {
    fn host(&self) -> Option<String> {
        None
    }

    fn bytes(&self) -> u64 {
        let (Given::Evidence(path) | Given::Report(path)) = &self.1;
        length(path)
    }
}

impl Given {
    fn looked_at(self, catalogues: &Catalogues) -> Result<What, Diagnostics> {
        match self {
            Self::Evidence(path) => {
                let file = path.display().to_string();
                let text = read_text(&path, LARGEST_EVIDENCE)?;
                let evidence = har::read(&file, &text)?;
                evidence.of_this_spec(&file, catalogues.of(evidence.kind())?)?;
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
pub(super) fn given_report(path: &Path) -> Result<(Report, String), Diagnostics> {
    let file = path.display().to_string();
    let text = read_text(path, LARGEST_REPORT)?;
    let report = parse_report(&file, &text)?;
    unmasked(&file, &text, "report.json").or((report, text))
}

/// What a file of an earlier run holds that must not get any further: what is not masked, and names that stand twice in an
/// object, of which a reader sees one. `name`: what the file is.
pub(super) fn unmasked(file: &str, text: &str, name: &str) -> Diagnostics {
    let Ok((tree, twice)) = tree::read(text.as_bytes()) else { return Diagnostics::default() };
    let remedy = || {
        text!(
            "geef een {name} zoals bronkeur het schreef: daarin is alles gemaskeerd",
            "give a {name} as bronkeur wrote it: everything in it is masked"
        )
    };
    let unmasked = confidential::in_tree(&tree).into_iter().map(|(place, what)| {
        let Text { nl, en } = what.name();
        Diagnostic::new(file, text!("bevat {nl}", "holds {en}"), remedy()).at(place)
    });
    // The name itself may be anything.
    let doubled = (!twice.is_empty()).then(|| {
        let message = text!("een object bevat tweemaal dezelfde naam", "an object holds the same name twice");
        Diagnostic::new(file, message, remedy())
    });
    Diagnostics(unmasked.chain(doubled).take(MOST_FAULTS).collect())
}
