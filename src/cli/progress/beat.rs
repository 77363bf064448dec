//! A sign of life of a slow run, where no bar moves: a line whenever nothing was said for ten seconds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::base::text::{Lang, Text};
use crate::cli::output;
use crate::report::seconds;
use crate::text;

/// The longest silence.
const SILENCE: Duration = Duration::from_secs(10);

/// How far a run is.
#[derive(Debug)]
struct State {
    started: Instant,
    said: Mutex<Instant>,
    sent: AtomicUsize,
    judged: AtomicUsize,
}

/// Speaks on a thread of its own until it is dropped.
pub(super) struct Beat {
    state: Arc<State>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Beat {
    /// Starts to watch over a run that judges so many requirements.
    pub(super) fn new(all: usize, lang: Lang) -> Self {
        Self::every(SILENCE, move |state| output::say(line(state, all).get(lang)))
    }

    fn every(silence: Duration, say: impl Fn(&State) + Send + 'static) -> Self {
        let now = Instant::now();
        let state =
            State { started: now, said: Mutex::new(now), sent: AtomicUsize::new(0), judged: AtomicUsize::new(0) };
        let state = Arc::new(state);
        let (stop, stopped) = channel();
        let watched = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            loop {
                let quiet = watched.said.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
                match stopped.recv_timeout(silence.saturating_sub(quiet).max(Duration::from_millis(10))) {
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
                let mut said = watched.said.lock().unwrap_or_else(PoisonError::into_inner);
                if said.elapsed() >= silence {
                    say(&watched);
                    *said = Instant::now();
                }
            }
        });
        Self { state, stop: Some(stop), thread: Some(thread) }
    }

    /// How far the run is now.
    pub(super) fn at(&self, sent: usize, judged: usize) {
        self.state.sent.store(sent, Ordering::Relaxed);
        self.state.judged.store(judged, Ordering::Relaxed);
    }

    /// Another line was just said.
    pub(super) fn said(&self) {
        *self.state.said.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It says nothing that anybody waits for.
            let _ = thread.join();
        }
    }
}

fn line(state: &State, all: usize) -> Text {
    let (sent, judged) = (state.sent.load(Ordering::Relaxed), state.judged.load(Ordering::Relaxed));
    let elapsed = u64::try_from(state.started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (nl, en) = (seconds(elapsed, Lang::Nl), seconds(elapsed, Lang::En));
    text!(
        "nog bezig: {judged} van {all} eisen beoordeeld, {sent} oproepen, {nl}",
        "still running: {judged} of {all} requirements judged, {sent} calls, {en}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_broken_and_a_line_puts_it_off() {
        let (send, lines) = channel();
        let beat = Beat::every(Duration::from_millis(200), move |state| {
            send.send(line(state, 142)).unwrap();
        });
        beat.at(7, 3);
        let first = lines.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(first.en.starts_with("still running: 3 of 142 requirements judged, 7 calls, 0."), "{}", first.en);
        assert!(first.nl.starts_with("nog bezig: 3 van 142 eisen beoordeeld, 7 oproepen, 0,"), "{}", first.nl);
        // Who speaks all the time is not spoken over.
        let until = Instant::now() + Duration::from_secs(1);
        while Instant::now() < until {
            beat.said();
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(beat);
        assert!(lines.try_iter().count() <= 1);
    }
}
