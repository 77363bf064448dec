//! The kill matrix: every fault of the sandbox, and which requirements noticed it. The answer to "is the tool wrong, or
//! my source?".

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::base::input::InputFaults;
use crate::catalogue::{Catalogue, Mode, Selection};
use crate::evidence::shape::Previous;
use crate::judging::verdict::Outcome;
use crate::run::session::{Finished, Session};
use crate::sandbox::{Behaviour, Envelope, Fault, Options, Sandbox};

/// Why a sandbox could not be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// It did not start.
    #[error("the sandbox does not start: {0}")]
    Start(#[from] io::Error),
    /// Its profile was refused.
    #[error("the sandbox's profile is refused: {0}")]
    Profile(#[from] InputFaults),
}

/// What became of one fault in one envelope.
#[derive(Clone, Debug)]
pub struct Row {
    /// The fault; none: the conformant source.
    pub fault: Option<&'static Fault>,
    /// The envelope.
    pub envelope: Envelope,
    /// The requirements that failed.
    pub failed: BTreeSet<String>,
    /// The requirements that are blocked.
    pub blocked: BTreeSet<String>,
    /// Those of them that wait for others, with the requirements that it comes down to.
    pub waiting: BTreeMap<String, Vec<String>>,
}

impl Row {
    fn named(&self, ids: fn(&Fault) -> &'static [&'static str]) -> BTreeSet<String> {
        self.fault.map(|fault| ids(fault).iter().map(ToString::to_string).collect()).unwrap_or_default()
    }

    /// The requirements that the fault names and that did not notice it.
    pub fn missed(&self) -> BTreeSet<String> {
        self.named(|fault| fault.breaks).difference(&self.failed).cloned().collect()
    }

    /// The requirements that failed although the fault does not name them.
    pub fn surplus(&self) -> BTreeSet<String> {
        self.failed.difference(&self.named(|fault| fault.breaks)).cloned().collect()
    }

    /// The requirements that are blocked although the fault does not say so, and that wait for none that it breaks.
    pub fn stray(&self) -> BTreeSet<String> {
        let may_block = |id: &String| self.fault.is_some_and(|fault| fault.may_block(id));
        let breaks = |id: &String| self.fault.is_some_and(|fault| fault.breaks.contains(&id.as_str()));
        let follows = |id: &String| {
            let roots = self.waiting.get(id).map(Vec::as_slice).unwrap_or_default();
            !roots.is_empty() && roots.iter().all(|root| breaks(root) || may_block(root))
        };
        self.blocked.iter().filter(|id| !may_block(id) && !follows(id)).cloned().collect()
    }

    /// The requirements that wait for others of which none failed or is blocked itself: nobody learns what to fix.
    pub fn dangling(&self) -> BTreeSet<String> {
        self.waiting.iter().filter(|(_, roots)| roots.is_empty()).map(|(id, _)| id.clone()).collect()
    }

    /// Whether the fault turned exactly what it names.
    pub fn is_exact(&self) -> bool {
        [self.missed(), self.surplus(), self.stray(), self.dangling()].iter().all(BTreeSet::is_empty)
    }

    /// The name of the fault, or of the source without one.
    pub fn name(&self) -> &'static str {
        self.fault.map_or("conformant", |fault| fault.name)
    }
}

/// Checks a sandbox once. The sandbox lives as long as the run.
///
/// # Errors
/// When it does not start, or its profile cannot be used.
pub async fn examine(catalogue: &Catalogue, options: Options) -> Result<(Finished, Sandbox), Unable> {
    examine_after(catalogue, options, None).await
}

/// The same, with what an earlier run saw.
///
/// # Errors
/// When it does not start, or its profile cannot be used.
pub async fn examine_after(
    catalogue: &Catalogue,
    options: Options,
    previous: Option<Previous>,
) -> Result<(Finished, Sandbox), Unable> {
    let sandbox = Sandbox::start(options).await?;
    let session = Session::new(&sandbox.profile()?, catalogue, 1)?.after(previous);
    let finished = session.run(catalogue, &Selection::default(), std::future::pending(), |_| {}).await;
    Ok((finished, sandbox))
}

/// What a run of the conformant source saw, for a fault that only shows beside an earlier report.
async fn earlier(catalogue: &Catalogue, fault: Option<&Fault>, envelope: Envelope) -> Result<Option<Previous>, Unable> {
    let is_compared = |id: &str| catalogue.find(id).is_some_and(|row| row.mode == Mode::Compare);
    if fault.is_none_or(|fault| !fault.breaks.iter().any(|id| is_compared(id))) {
        return Ok(None);
    }
    let options = Options { behaviour: behaviour(None, envelope), latency: Duration::ZERO, ..Options::default() };
    let (finished, _sandbox) = examine(catalogue, options).await?;
    Ok(Some(Previous::of(&finished.recording)))
}

/// The behaviour of the sandbox with a fault, in an envelope.
pub fn behaviour(fault: Option<&Fault>, envelope: Envelope) -> Behaviour {
    let mut behaviour = Behaviour { envelope, ..Behaviour::default() };
    if let Some(fault) = fault {
        (fault.apply)(&mut behaviour);
    }
    behaviour
}

/// Runs the conformant source and every one of these faults in both envelopes, a few at a time; `tell` hears of each.
///
/// # Errors
/// The first sandbox that could not be checked.
pub async fn matrix(
    catalogue: &'static Catalogue,
    faults: Vec<&'static Fault>,
    at_once: usize,
    mut tell: impl FnMut(&Row),
) -> Result<Vec<Row>, Unable> {
    let both = [Envelope::Links, Envelope::Hal];
    let all = std::iter::once(None).chain(faults.into_iter().map(Some));
    let mut open: Vec<_> = all.flat_map(|fault| both.map(|envelope| (fault, envelope))).collect();
    open.reverse();
    let mut rows = Vec::new();
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < at_once.max(1) {
            let Some((fault, envelope)) = open.pop() else { break };
            under_way.spawn(row(catalogue, fault, envelope));
        }
        match under_way.join_next().await {
            None => break,
            // A panic in a task is a defect of ours: it goes on as one.
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            Some(Ok(row)) => {
                let row = row?;
                tell(&row);
                rows.push(row);
            }
        }
    }
    rows.sort_by_key(|row| (row.name(), row.envelope == Envelope::Hal));
    Ok(rows)
}

async fn row(catalogue: &'static Catalogue, fault: Option<&'static Fault>, envelope: Envelope) -> Result<Row, Unable> {
    let options = Options { behaviour: behaviour(fault, envelope), latency: Duration::ZERO, ..Options::default() };
    let previous = earlier(catalogue, fault, envelope).await?;
    let (finished, _sandbox) = examine_after(catalogue, options, previous).await?;
    let with = |outcome: Outcome| {
        let verdicts = catalogue.requirements.iter().zip(&finished.verdicts);
        verdicts.filter(|(_, verdict)| verdict.outcome == outcome).map(|(row, _)| row.id.clone()).collect()
    };
    let verdicts = catalogue.requirements.iter().zip(&finished.verdicts);
    let waiting = verdicts.filter_map(|(row, verdict)| Some((row.id.clone(), verdict.unmet.clone()?))).collect();
    Ok(Row { fault, envelope, failed: with(Outcome::Fail), blocked: with(Outcome::Blocked), waiting })
}
