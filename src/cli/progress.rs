//! What is told while a run goes on: a line that moves on a terminal, plain lines elsewhere, on standard error; and the
//! calls themselves (`-v`), each when its answer is there. The numbers that they get in the report are not known yet.

use std::borrow::Cow;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dialoguer::console::{Term, truncate_str};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::{SignedDuration, Zoned};

use super::{Global, output};
use crate::base::text::{Lang, Text};
use crate::catalogue::Catalogue;
use crate::evidence::exchange::{Exchange, IssuerCall, Kind, Target};
use crate::evidence::vault::Vault;
use crate::report::seconds;
use crate::run::Event;
use crate::text;

mod beat;
mod exchange;

use beat::Beat;

/// How the progress of a run is shown.
pub(super) struct Progress<'a> {
    catalogue: &'a Catalogue,
    lang: Lang,
    vault: Arc<Vault>,
    bar: Option<ProgressBar>,
    /// Says that a slow run goes on, where there is no bar.
    beat: Option<Beat>,
    /// Plain lines: how many requirements of each chapter are still open.
    open: Vec<(&'a str, usize)>,
    /// 1: the calls; 2: their bodies too.
    verbose: u8,
    quiet: bool,
    started: Instant,
    sent: usize,
    judged: usize,
    /// Visits that are under way, or wait for the one that is.
    visits: usize,
    /// The longest wait for a token to expire.
    longest_wait: Duration,
    /// The moment at which such a wait that is under way ends at last.
    waits_until: Option<String>,
}

impl<'a> Progress<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, vault: Arc<Vault>, longest_wait: Duration, global: &Global) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !global.quiet).then(|| {
            let bar = ProgressBar::new(catalogue.requirements.len() as u64);
            let style = ProgressStyle::with_template("{spinner} {pos}/{len} {wide_msg} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let open = catalogue.chapters.iter().map(|chapter| {
            (chapter.name.as_str(), catalogue.requirements.iter().filter(|row| row.chapter == chapter.name).count())
        });
        Self {
            catalogue,
            lang: global.lang(),
            vault,
            beat: (bar.is_none() && !global.quiet).then(|| Beat::new(catalogue.requirements.len(), global.lang())),
            bar,
            open: open.collect(),
            verbose: global.verbose,
            quiet: global.quiet,
            started: Instant::now(),
            sent: 0,
            judged: 0,
            visits: 0,
            longest_wait,
            waits_until: None,
        }
    }

    pub(super) fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Sending(request) if request.target == Target::Issuer(IssuerCall::Expiry) => self.waiting(),
            Event::Sending(request) => {
                self.sent += 1;
                self.visits += usize::from(request.kind() == Kind::Visit);
            }
            Event::Received(exchange) if exchange.request.target == Target::Issuer(IssuerCall::Expiry) => {
                self.waits_until = None;
            }
            Event::Received(exchange) => {
                self.visits = self.visits.saturating_sub(usize::from(exchange.request.kind() == Kind::Visit));
                self.called(exchange);
            }
            Event::Judged(position, _) => self.judged(position),
        }
        let (sent, judged, visits) = (self.sent, self.judged, self.visits);
        if let Some(beat) = &self.beat {
            beat.at(sent, judged);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(judged as u64);
            let message = match &self.waits_until {
                Some(until) => text!(
                    "beoordeeld, {sent} oproepen; wacht tot een token vervallen is, hoogstens tot {until}",
                    "judged, {sent} calls; waiting for a token to expire, until {until} at most"
                ),
                None if visits == 1 => {
                    text!("beoordeeld, {sent} oproepen; nog 1 bezoek", "judged, {sent} calls; 1 visit left")
                }
                None if visits > 1 => {
                    text!(
                        "beoordeeld, {sent} oproepen; nog {visits} bezoeken",
                        "judged, {sent} calls; {visits} visits left"
                    )
                }
                None => text!("beoordeeld, {sent} oproepen", "judged, {sent} calls"),
            };
            bar.set_message(message.get(self.lang).to_owned());
        }
    }

    /// What `-v` shows of a call.
    fn called(&self, exchange: &Exchange) {
        if self.verbose == 0 {
            return;
        }
        let bodies = if self.verbose > 1 { exchange::bodies(exchange, self.lang) } else { Vec::new() };
        std::iter::once(exchange::line(exchange, self.lang)).chain(bodies).for_each(|line| self.masked_line(&line));
    }

    fn judged(&mut self, position: usize) {
        self.judged += 1;
        let Some(row) = self.catalogue.requirements.get(position) else { return };
        let Some((name, left)) = self.open.iter_mut().find(|(name, _)| *name == row.chapter) else { return };
        *left = left.saturating_sub(1);
        if *left == 0 {
            let name = *name;
            let title = self.catalogue.chapters.iter().find(|chapter| chapter.name == name);
            let title = title.map_or_else(Text::default, |chapter| chapter.title.clone());
            let (nl, en, sent, judged, all) =
                (title.nl, title.en, self.sent, self.judged, self.catalogue.requirements.len());
            let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let elapsed = seconds(elapsed, self.lang);
            let line = text!(
                "{nl}: beoordeeld ({judged} van {all} eisen, {sent} oproepen, {elapsed})",
                "{en}: judged ({judged} of {all} requirements, {sent} calls, {elapsed})"
            );
            if self.bar.is_none() {
                self.line(line.get(self.lang));
            }
        }
    }

    /// Said once: nothing else may happen for minutes.
    fn waiting(&mut self) {
        let until = Zoned::now().saturating_add(SignedDuration::try_from(self.longest_wait).unwrap_or_default());
        let until = until.strftime("%H:%M:%S").to_string();
        if self.bar.is_none() {
            let line = text!(
                "wacht tot een token vervallen is (SEC-04), hoogstens tot {until}; Ctrl-C stopt",
                "waiting for a token to expire (SEC-04), until {until} at most; Ctrl-C stops"
            );
            self.line(line.get(self.lang));
        }
        self.waits_until = Some(until);
    }

    /// A line of what was recorded: as people see it, after a last look for what must not leave.
    fn masked_line(&self, line: &str) {
        let line = self.vault.for_people(line);
        if self.vault.leaks(&line) {
            return;
        }
        match &self.bar {
            // Marks are in it by now: none of them is cut unseen. A pipe has no width.
            Some(_) => self.line(&cut(&line, Term::stderr().size().1)),
            None => self.line(&line),
        }
    }

    fn line(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None if !self.quiet => output::say(line),
            None => {}
        }
        if let Some(beat) = &self.beat {
            beat.said();
        }
    }

    /// The run is over.
    pub(super) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

/// As much of a line as fits on one of a terminal.
fn cut(line: &str, columns: u16) -> Cow<'_, str> {
    truncate_str(line, usize::from(columns), "…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_long_as_the_terminal_is_wide() {
        let line = "x".repeat(300);
        for columns in [40, 80, 250] {
            let cut = cut(&line, columns);
            assert_eq!(cut.chars().count(), usize::from(columns));
            assert!(cut.ends_with("x…"));
        }
        assert_eq!(cut(&line, 300), line);
        // A character that is two columns wide.
        assert_eq!(cut("漢漢漢", 5), "漢漢…");
    }
}
