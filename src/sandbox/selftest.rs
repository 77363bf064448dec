//! The kill matrix: every fault of a built-in world, and which requirements noticed it. The answer to "is the tool wrong, or
//! my source?".

use std::collections::{BTreeMap, BTreeSet};

use tokio::task::JoinSet;

use super::fault::{Claim, Fault};
use super::world::{Unable, Variant, World, behaviour};
use crate::catalogue::{Catalogue, Mode};
use crate::evidence::recording::Recording;
use crate::judging::verdict::Outcome;

/// What became of one fault in one variant of its world.
#[derive(Clone, Debug)]
pub struct Row {
    /// The fault; none: the conformant world.
    pub fault: Option<Claim>,
    /// The name of the variant.
    pub variant: &'static str,
    /// The requirements that failed.
    pub failed: BTreeSet<String>,
    /// The requirements that are blocked.
    pub blocked: BTreeSet<String>,
    /// Those of them that wait for others, with the requirements that it comes down to.
    pub waiting: BTreeMap<String, Vec<String>>,
    /// Requirements that no run of this world can judge.
    pub unjudged: &'static [&'static str],
}

impl Row {
    fn named(&self, ids: fn(Claim) -> &'static [&'static str]) -> BTreeSet<String> {
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
        let is_judged = |id: &String| !self.unjudged.contains(&id.as_str());
        self.blocked.iter().filter(|id| is_judged(id) && !may_block(id) && !follows(id)).cloned().collect()
    }

    /// The requirements that wait for others of which none failed or is blocked itself: nobody learns what to fix.
    pub fn dangling(&self) -> BTreeSet<String> {
        self.waiting.iter().filter(|(_, roots)| roots.is_empty()).map(|(id, _)| id.clone()).collect()
    }

    /// Whether the fault turned exactly what it names.
    pub fn is_exact(&self) -> bool {
        [self.missed(), self.surplus(), self.stray(), self.dangling()].iter().all(BTreeSet::is_empty)
    }

    /// The name of the fault, or of the world without one.
    pub fn name(&self) -> &'static str {
        self.fault.map_or("conformant", |fault| fault.name)
    }
}

/// Runs the conformant world and every one of these faults, each in every variant, a few at a time; `tell` hears of each.
///
/// # Errors
/// The first world that could not be examined.
pub async fn matrix<W: World>(
    catalogue: &'static Catalogue,
    faults: Vec<&'static Fault<W::Behaviour>>,
    at_once: usize,
    mut tell: impl FnMut(&Row),
) -> Result<Vec<Row>, Unable> {
    let all = std::iter::once(None).chain(faults.into_iter().map(Some));
    let mut open: Vec<_> = all.flat_map(|fault| W::VARIANTS.iter().map(move |variant| (fault, variant))).collect();
    open.reverse();
    let mut rows = Vec::new();
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < at_once.max(1) {
            let Some((fault, variant)) = open.pop() else { break };
            under_way.spawn(row::<W>(catalogue, fault, variant));
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
    let place = |row: &Row| W::VARIANTS.iter().position(|variant| variant.name == row.variant);
    rows.sort_by_key(|row| (row.name(), place(row)));
    Ok(rows)
}

/// What a run of the conformant world saw, for a fault that only shows beside an earlier report.
async fn earlier<W: World>(
    catalogue: &'static Catalogue,
    fault: Option<&Fault<W::Behaviour>>,
    variant: &Variant<W::Behaviour>,
) -> Result<Option<Recording>, Unable> {
    let is_compared = |id: &str| catalogue.find(id).is_some_and(|row| row.mode == Mode::Compare);
    if fault.is_none_or(|fault| !fault.breaks.iter().any(|id| is_compared(id))) {
        return Ok(None);
    }
    W::examine(catalogue, behaviour(variant, None), None).await.map(|finished| Some(finished.recording))
}

async fn row<W: World>(
    catalogue: &'static Catalogue,
    fault: Option<&'static Fault<W::Behaviour>>,
    variant: &'static Variant<W::Behaviour>,
) -> Result<Row, Unable> {
    let earlier = earlier::<W>(catalogue, fault, variant).await?;
    let finished = W::examine(catalogue, behaviour(variant, fault), earlier).await?;
    let with = |outcome: Outcome| {
        let verdicts = catalogue.requirements.iter().zip(&finished.verdicts);
        verdicts.filter(|(_, verdict)| verdict.outcome == outcome).map(|(row, _)| row.id.clone()).collect()
    };
    let verdicts = catalogue.requirements.iter().zip(&finished.verdicts);
    let waiting = verdicts.filter_map(|(row, verdict)| Some((row.id.clone(), verdict.unmet.clone()?))).collect();
    let (failed, blocked) = (with(Outcome::Fail), with(Outcome::Blocked));
    Ok(Row { fault: fault.map(Fault::claim), variant: variant.name, failed, blocked, waiting, unjudged: W::UNJUDGED })
}
