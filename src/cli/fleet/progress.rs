//! What is told while a fleet runs: a moving line for each source on a terminal, plain lines elsewhere.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::base::text::Lang;
use crate::cli::{Global, output};
use crate::judging::verdict::Conformant;
use crate::run::Event;
use crate::run::fleet::{Catalogues, FleetEvent, Source};
use crate::text;

/// How the progress of a fleet is shown.
pub(super) struct Progress {
    lang: Lang,
    quiet: bool,
    count: usize,
    requirements: u64,
    bars: Option<MultiProgress>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ended: usize,
    bars: HashMap<String, ProgressBar>,
}

impl Progress {
    pub(super) fn new(sources: &[Source], catalogues: &Catalogues, global: &Global) -> Self {
        let moving = std::io::stderr().is_terminal() && !global.quiet;
        Self {
            lang: global.lang(),
            quiet: global.quiet,
            count: sources.len(),
            requirements: catalogues.all().map(|own| own.requirements.len() as u64).max().unwrap_or_default(),
            bars: moving.then(MultiProgress::new),
            state: Mutex::default(),
        }
    }

    pub(super) fn tell(&self, name: &str, told: &FleetEvent<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match told {
            FleetEvent::Begins => {
                if let Some(bars) = &self.bars {
                    state.bars.insert(name.to_owned(), self.bar(bars, name));
                }
            }
            FleetEvent::Happens(Event::Judged(..)) => {
                if let Some(bar) = state.bars.get(name) {
                    bar.inc(1);
                }
            }
            FleetEvent::Happens(_) => {}
            FleetEvent::Ends(member) => {
                state.ended += 1;
                if let Some(bar) = state.bars.remove(name) {
                    bar.finish_and_clear();
                }
                let word = match member.conformant {
                    Some(Conformant::Yes) => text!("voldoet", "conforms"),
                    Some(Conformant::No) => text!("voldoet niet", "does not conform"),
                    Some(Conformant::Undecided) => text!("geen besluit", "undecided"),
                    Some(Conformant::Partial) => text!("geen volledig oordeel", "no full judgement"),
                    Some(Conformant::ReviewsOpen) => text!("beoordelingen open", "reviews open"),
                    None => text!("geen rapport", "no report"),
                };
                let (ended, count, word, status) = (state.ended, self.count, word.get(self.lang), member.exit_status);
                self.line(&format!("[{ended}/{count}] {name}: {word} (status {status})"));
            }
        }
    }

    fn bar(&self, bars: &MultiProgress, name: &str) -> ProgressBar {
        let bar = bars.add(ProgressBar::new(self.requirements));
        let style = ProgressStyle::with_template("{spinner} {prefix} {pos}/{len} {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    fn line(&self, line: &str) {
        match &self.bars {
            // A terminal that went away is no reason to stop.
            Some(bars) => drop(bars.println(line)),
            None if !self.quiet => output::say(line),
            None => {}
        }
    }

    pub(super) fn finish(self) {
        if let Some(bars) = self.bars {
            drop(bars.clear());
        }
    }
}
