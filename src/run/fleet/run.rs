//! Runs the sources of a fleet side by side, each on a thread and with a vault of its own: a source that is slow, hostile
//! or makes us fail touches none of the others.

mod files;
pub(super) mod queue;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use self::files::{Given, Judged};
use self::queue::{Load, Queue};
use super::Catalogues;
use super::given::given_report;
use super::sources::{Source, What};
use super::summary::summary;
use crate::base::input::{Diagnostics, read_text};
use crate::base::text::{Lang, Text};
use crate::evidence::recording::LARGEST_EVIDENCE;
use crate::evidence::vault::Vault;
use crate::judging::decisions::Decisions;
use crate::judging::verdict::{Counts, ExitStatus};
use crate::profile::Resolved;
use crate::report::fleet::model::Member;
use crate::report::har;
use crate::report::{Languages, Leaked};
use crate::run::Event;
use crate::run::inspection::{Inspected, RunOptions, inspect, judge};
use crate::run::session::Session;
use crate::text;

/// How much happens at once.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Sources.
    pub jobs: usize,
    /// Sources on the same host.
    pub per_host: usize,
}

/// What holds for every source of the run.
pub struct Order<'a> {
    /// The requirements of each kind.
    pub catalogues: &'a Catalogues,
    /// What is judged, and when it fails.
    pub asked: &'a RunOptions,
    /// The folder in which every source gets one.
    pub out: &'a Path,
    /// The languages of the files.
    pub languages: Languages,
    /// A number for each run, from which it invents ids and tokens.
    pub seed: fn() -> u64,
    /// Becomes true at the first interrupt.
    pub interrupted: watch::Receiver<bool>,
}

/// What a run tells while it runs.
pub enum FleetEvent<'a> {
    /// A source begins.
    Begins,
    /// Something happens at a source.
    Happens(Event<'a>),
    /// A source is done.
    Ends(&'a Member),
}

/// What came of a source.
pub struct Ended {
    /// Its part of the overview.
    pub member: Member,
    /// What must not stand in any output.
    pub vault: Arc<Vault>,
}

/// Runs all sources. Each one's files are written as soon as it is done; what is kept of it is its part of the
/// overview. `tell` hears of each source by name.
pub fn run(
    sources: Vec<Source>,
    order: &Order<'_>,
    bounds: Bounds,
    tell: &(dyn Fn(&str, FleetEvent<'_>) + Sync),
) -> Vec<Ended> {
    let (jobs, ended) = (bounds.jobs.max(1).min(sources.len()), Mutex::new(Vec::new()));
    let queue = Queue::new(sources, bounds.per_host.max(1));
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let Some((source, _turn)) = queue.next() {
                    let name = source.name.clone();
                    tell(&name, FleetEvent::Begins);
                    let one = order.one(source, |event| tell(&name, FleetEvent::Happens(event)));
                    tell(&name, FleetEvent::Ends(&one.member));
                    locked(&ended).push(one);
                }
            });
        }
    });
    ended.into_inner().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Order<'_> {
    /// Judges one source and writes its files, whatever happens.
    fn one(&self, source: Source, tell: impl FnMut(Event<'_>)) -> Ended {
        let Source { name, tags, what } = source;
        let (from_evidence, from_report) = (matches!(what, What::Evidence(..)), matches!(what, What::Report(_)));
        let of_origin = |member: Member| Member { from_evidence, from_report, ..member };
        let none = |status, trouble| of_origin(without_report(name.clone(), tags.clone(), status, trouble));
        if *self.interrupted.borrow() {
            let trouble = text!("onderbroken voor de keuring begon", "interrupted before its run began");
            return Ended::of(none(ExitStatus::Undecided, trouble));
        }
        // Nobody is called for what cannot be kept. A folder that is not there yet can be made: that of all can be written.
        let folder = self.out.join(&name);
        if folder.symlink_metadata().is_ok()
            && let Err(problem) = crate::base::files::writable(&folder)
        {
            return Ended::of(none(ExitStatus::Internal, problem.told()));
        }
        let judged = catch_unwind(AssertUnwindSafe(|| match what {
            What::Live(profile, decisions) => self.live(&profile, decisions, tell),
            What::Evidence(path, known) => self.evidence(&path, &known),
            What::Report(path) => told(&path),
        }));
        let result = match judged {
            Ok(Ok(result)) => result,
            Ok(Err((status, trouble))) => return Ended::of(none(status, trouble)),
            Err(panicked) => return Ended::of(none(ExitStatus::Internal, internal(&*panicked))),
        };
        let mut member = of_origin(summary(name.clone(), tags.clone(), &result.report));
        let vault = Arc::clone(&result.vault);
        let written = catch_unwind(AssertUnwindSafe(|| result.write(&self.out.join(&name), self.languages)));
        match written {
            Ok(Ok(written)) => {
                member.files = written.files;
                if let Some(first) = written.problems.first() {
                    member.fail(first.told().map(|words| vault.mask_text(words)));
                }
            }
            // The report itself may be what leaks: nothing of it goes into the overview either.
            Ok(Err(Leaked)) => member = none(ExitStatus::Internal, leak()),
            Err(panicked) => member.fail(internal(&*panicked)),
        }
        Ended { member, vault }
    }

    fn live(
        &self,
        profile: &Resolved,
        decisions: Decisions,
        tell: impl FnMut(Event<'_>),
    ) -> Result<Judged, (ExitStatus, Text)> {
        let failed = |error: &dyn std::fmt::Display| (ExitStatus::Internal, text!("{error}", "{error}"));
        let refused = |faults: Diagnostics| (ExitStatus::Usage, in_words(&faults));
        let catalogue = self.catalogues.of(profile.kind()).map_err(refused)?;
        let session = Session::new(profile, catalogue, (self.seed)()).map_err(refused)?;
        let asked = RunOptions { accepted: profile.accept_blocked.clone(), decisions, ..self.asked.clone() };
        // One thread for each source: what it judges, it judges there.
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
        let mut interrupted = self.interrupted.clone();
        let interrupted = async move {
            if interrupted.wait_for(|interrupted| *interrupted).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let inspected = runtime.block_on(inspect(session, catalogue, asked, interrupted, tell));
        runtime.shutdown_background();
        let Inspected { report, evidence, vault, .. } = inspected;
        Ok(Judged { report, given: Given::Evidence(evidence), vault })
    }

    /// `known` is the fingerprint of the evidence when it was looked at.
    fn evidence(&self, path: &Path, known: &str) -> Result<Judged, (ExitStatus, Text)> {
        let file = path.display().to_string();
        let read = read_text(path, LARGEST_EVIDENCE).and_then(|text| {
            let fingerprint = har::fingerprint(&text);
            let read = if fingerprint == known { har::read_again } else { har::read };
            read(&file, &text)
        });
        let refused = |faults: Diagnostics| (ExitStatus::Usage, in_words(&faults));
        let evidence = read.map_err(refused)?;
        let catalogue = self.catalogues.of(evidence.kind()).map_err(refused)?;
        // What was read is written, and not what was given: besides it anything may stand there, masked or not.
        let written = har::write(catalogue, &evidence.recording, &evidence.meta);
        let fingerprint = written.as_ref().ok().map(|written| written.fingerprint().to_owned());
        let report = judge(&evidence, catalogue, Some(self.asked)).with_evidence(fingerprint);
        Ok(Judged { report, given: Given::Evidence(written), vault: Arc::default() })
    }
}

impl Load for Source {
    fn host(&self) -> Option<String> {
        match &self.what {
            What::Live(profile, _) => profile.base_url().host_str().map(str::to_owned),
            What::Evidence(..) | What::Report(_) => None,
        }
    }

    fn bytes(&self) -> u64 {
        match &self.what {
            What::Live(..) => 0,
            What::Evidence(path, _) | What::Report(path) => length(path),
        }
    }
}

/// The length of a file; whoever reads it says what is wrong with it.
pub(super) fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |file| file.len())
}

/// What an earlier run told.
fn told(path: &Path) -> Result<Judged, (ExitStatus, Text)> {
    let read = given_report(path).map_err(|faults| (ExitStatus::Usage, in_words(&faults)))?;
    let (report, text) = read;
    Ok(Judged { report, given: Given::Report(text), vault: Arc::default() })
}

fn in_words(faults: &Diagnostics) -> Text {
    Text::new(faults.render(Lang::Nl), faults.render(Lang::En))
}

impl Ended {
    fn of(member: Member) -> Self {
        Self { member, vault: Arc::default() }
    }
}

impl Member {
    /// A result that is not all there is the worst.
    fn fail(&mut self, trouble: Text) {
        self.exit_status = ExitStatus::Internal.code();
        self.trouble = Some(trouble);
    }
}

/// A source of which there is no report, and why.
pub(super) fn without_report(name: String, tags: Vec<String>, status: ExitStatus, trouble: Text) -> Member {
    Member {
        name,
        tags,
        from_evidence: false,
        from_report: false,
        base_url: None,
        started: None,
        duration_ms: 0,
        requests: 0,
        conformant: None,
        conclusion: None,
        exit_status: status.code(),
        counts: Counts::default(),
        causes: Vec::new(),
        stopped_by: None,
        worst: None,
        decisions: Vec::new(),
        trouble: Some(trouble),
        files: Vec::new(),
        cells: Vec::new(),
        changes: None,
    }
}

/// A defect of ours. What it says could hold anything, a secret too: it is not repeated.
fn internal(_: &(dyn Any + Send)) -> Text {
    text!(
        "interne fout van bronkeur bij deze bron; meld dit met de versie en de opdracht",
        "internal error of bronkeur at this source; report this with the version and the command"
    )
}

fn leak() -> Text {
    text!(
        "een geheim of rijksregisternummer dreigde uit te lekken; van deze bron is niets geschreven; meld dit",
        "a secret or a national number was about to leak; nothing of this source was written; please report this"
    )
}
