//! The run loop: evaluate, send what is missing, evaluate again what waited for it. The only driver of the transport.
//!
//! There is no plan and no barrier: a check is evaluated again as soon as its own exchanges have arrived, so the time
//! of a run is its longest chain of dependent calls. `queue` decides what goes out, and when.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet, spawn_blocking};

use super::queue::Queue;
use crate::catalogue::Selection;
use crate::evidence::exchange::{Exchange, FailureKind, Request};
use crate::evidence::recording::{Measured, Recording};
use crate::judging::verdict::Verdict;
use crate::run::evaluate::{Evaluated, Evaluator, not_selected};

/// How many answers are read at once, or are read and wait to be recorded: each may take many times its bytes.
const READ_AT_ONCE: usize = 4;

/// What a run tells while it runs.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A request goes out.
    Sending(&'a Request),
    /// Something came of it.
    Received(&'a Exchange),
    /// A requirement is judged: its position in the catalogue.
    Judged(usize, &'a Verdict),
}

/// Bounds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Ordinary requests that wait for an answer at once.
    pub concurrency: usize,
    /// Requests in all.
    pub requests: usize,
    /// The start of the run, from which exchanges count their time.
    pub started: Instant,
}

impl Bounds {
    pub(super) fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Runs the catalogue against a source. Returns the verdicts, in the order of the catalogue; the exchanges are added
/// to the recording.
///
/// `send` performs one request, until its answer is there; whatever happens on the way is an [`Exchange`]. While one is
/// read and masked the next one goes out. When `interrupted` completes, nothing more is sent, what was answered is judged,
/// and what is open becomes blocked.
pub async fn run<S, F, A>(
    evaluator: Evaluator<'_>,
    recording: &mut Recording,
    selection: &Selection,
    bounds: Bounds,
    send: S,
    interrupted: impl Future<Output = ()>,
    mut tell: impl FnMut(Event<'_>),
) -> Vec<Verdict>
where
    S: Fn(Request) -> F,
    F: Future<Output = A> + Send + 'static,
    A: Into<Exchange> + Send + 'static,
{
    let mut judging = Judging::new(evaluator, selection);
    let mut queue = Queue::new(bounds);
    let mut under_way = JoinSet::new();
    let mut unanswered: HashMap<Request, AbortHandle> = HashMap::new();
    let reading = Arc::new(Semaphore::new(READ_AT_ONCE));
    let (arrival, mut arrivals) = mpsc::unbounded_channel();
    tokio::pin!(interrupted);
    let mut stopped = false;
    judging.evaluate_all(recording, &mut queue, &mut tell);
    loop {
        if stopped {
            while let Ok(request) = arrivals.try_recv() {
                unanswered.remove(&request);
                queue.arrived(&request);
            }
            for (_, task) in unanswered.drain() {
                task.abort();
            }
            queue.refuse(recording, FailureKind::Interrupted);
        }
        for request in queue.ready(recording) {
            tell(Event::Sending(&request));
            let (coming, arrival) = (send(request.clone()), arrival.clone());
            let reading = Arc::clone(&reading);
            let sent = request.clone();
            let task = under_way.spawn(async move {
                let arrived = coming.await;
                // Nobody listens any more where the run has ended.
                let _ = arrival.send(sent);
                let turn = reading.acquire_owned().await;
                // Apart from those who wait for answers: how long these take is measured.
                let read = spawn_blocking(|| Measured::of(arrived.into())).await;
                // It is not cancelled, but by the end of the process.
                (read.unwrap_or_else(|error| resume_unwind(error.into_panic())), turn)
            });
            unanswered.insert(request, task);
        }
        if let Some(refused) = queue.take_refused() {
            judging.arrived(&refused, recording, &mut queue, &mut tell);
            continue;
        }
        if under_way.is_empty() && queue.is_empty() {
            if recording.closed {
                break;
            }
            // Everything that was asked for is there: now what looks at the whole run is judged.
            recording.closed = true;
            judging.evaluate_all(recording, &mut queue, &mut tell);
            continue;
        }
        tokio::select! {
            Some(done) = under_way.join_next() => {
                // The turn ends when the answer is recorded.
                let (measured, _turn) = match done {
                    Ok(read) => read,
                    // A panic in a task is a defect of ours: it goes on as one. Its request would never be answered.
                    Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                    // A task that was aborted leaves its request to `refuse`.
                    Err(_) => continue,
                };
                let request = measured.exchange().request.clone();
                unanswered.remove(&request);
                tell(Event::Received(measured.exchange()));
                recording.add_measured(measured);
                queue.done(&request);
                judging.arrived(&request, recording, &mut queue, &mut tell);
            }
            Some(request) = arrivals.recv() => {
                unanswered.remove(&request);
                queue.arrived(&request);
            }
            () = &mut interrupted, if !stopped => stopped = true,
        }
    }
    judging.finish(recording)
}

/// Which requirement waits for which requests.
struct Judging<'a> {
    evaluator: Evaluator<'a>,
    verdicts: Vec<Option<Verdict>>,
    /// For how many requests each of them waits.
    waits: Vec<usize>,
    waiting: HashMap<Request, BTreeSet<usize>>,
}

impl<'a> Judging<'a> {
    fn new(evaluator: Evaluator<'a>, selection: &Selection) -> Self {
        let verdicts: Vec<Option<Verdict>> = evaluator
            .catalogue
            .requirements
            .iter()
            .map(|requirement| (!selection.holds(&requirement.id)).then(not_selected))
            .collect();
        let waits = vec![0; verdicts.len()];
        Self { evaluator, verdicts, waits, waiting: HashMap::new() }
    }

    fn evaluate_all(&mut self, recording: &Recording, queue: &mut Queue, tell: &mut impl FnMut(Event<'_>)) {
        for position in 0..self.verdicts.len() {
            if self.verdicts.get(position).is_some_and(Option::is_none) {
                self.evaluate(position, None, recording, queue, tell);
            }
        }
    }

    /// Evaluates one requirement. `after`: the request whose answer it waited for.
    fn evaluate(
        &mut self,
        position: usize,
        after: Option<&Request>,
        recording: &Recording,
        queue: &mut Queue,
        tell: &mut impl FnMut(Event<'_>),
    ) {
        let Some(requirement) = self.evaluator.catalogue.requirements.get(position) else { return };
        match self.evaluator.evaluate_one(requirement, recording) {
            Evaluated::Verdict(verdict) => {
                tell(Event::Judged(position, &verdict));
                if let Some(slot) = self.verdicts.get_mut(position) {
                    *slot = Some(verdict);
                }
            }
            // Evaluated again when the run is over.
            Evaluated::NeedsWholeRun => {}
            // What looks at the whole run may not change it any more.
            Evaluated::Missing(_) if recording.closed => {}
            Evaluated::Missing(missing) => {
                let mut waits = 0;
                for request in missing {
                    queue.want(&request, after, recording);
                    waits += usize::from(self.waiting.entry(request).or_default().insert(position));
                }
                if let Some(slot) = self.waits.get_mut(position) {
                    *slot = waits;
                }
            }
        }
    }

    /// Evaluates again every requirement for which this was the last missing exchange.
    fn arrived(
        &mut self,
        request: &Request,
        recording: &Recording,
        queue: &mut Queue,
        tell: &mut impl FnMut(Event<'_>),
    ) {
        for position in self.waiting.remove(request).unwrap_or_default() {
            let Some(waits) = self.waits.get_mut(position) else { continue };
            *waits = waits.saturating_sub(1);
            if *waits == 0 {
                self.evaluate(position, Some(request), recording, queue, tell);
            }
        }
    }

    fn finish(self, recording: &Recording) -> Vec<Verdict> {
        let verdicts = self.verdicts.into_iter();
        let mut verdicts: Vec<Verdict> =
            verdicts.map(|verdict| verdict.unwrap_or_else(crate::judging::reason::not_recorded)).collect();
        self.evaluator.conclude(recording, &mut verdicts);
        verdicts
    }
}

#[cfg(test)]
mod tests;
