//! The report on a terminal: what is wrong and what to do, for people.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, Width};

use crate::base::text::{Lang, Text};
use crate::judging::verdict::{FailOn, WaiverState};
use crate::text;

use super::model::{Chapter, Report, Requirement};
use super::words::{self, Entry, State, bounded};

/// Below this nothing can be read, above it lines get too long to read.
const WIDTHS: std::ops::RangeInclusive<u16> = 60..=140;

/// Characters of the short reason in a table: the details stand below.
const LONGEST_REASON: usize = 240;

/// The columns of ids and levels.
const IDS: u16 = 9;
const LEVELS: u16 = 8;

/// Beyond this an outcome goes on in the next line.
const WIDEST_OUTCOME: u16 = 23;

/// How a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The language.
    pub lang: Lang,
    /// Columns of the terminal.
    pub width: u16,
    /// Whether there is colour; it never says anything alone.
    pub color: bool,
    /// All passes and all findings, one by one.
    pub verbose: bool,
}

/// The report as text, ending in a line feed. The last line is stable: see [`words::last_line`].
pub fn render(report: &Report, options: Options) -> String {
    let width = options.width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let mut screen = Screen { report, options: Options { width, ..options }, text: String::new() };
    screen.header();
    if options.verbose {
        for (chapter, rows) in report.by_chapter() {
            screen.chapter(chapter, rows);
        }
    } else {
        screen.chapters();
        screen.others();
    }
    screen.actions();
    screen.counts();
    screen.text.push_str(&words::last_line(&report.result.counts, report.result.exit_status));
    screen.text.push('\n');
    screen.text
}

struct Screen<'a> {
    report: &'a Report,
    options: Options,
    text: String,
}

impl Screen<'_> {
    fn say(&self, text: &Text) -> String {
        text.get(self.options.lang).to_owned()
    }

    fn header(&mut self) {
        let run = &self.report.run;
        let lang = self.options.lang;
        let calls = words::calls(run.requests);
        let form = self.say(&words::envelope(&run.envelope));
        let calls = format!(
            "{} in {}, {:.0}{}{form}",
            self.say(&calls),
            words::seconds(run.duration_ms, lang),
            run.started,
            if form.is_empty() { "" } else { ", " },
        );
        let tool = &self.report.tool;
        let mut lines = vec![
            (words::subject(run.kind), format!("{}  {}", run.source, bounded(&run.base_url, 300))),
            (text!("omgeving", "environment"), bounded(self.say(&words::environment(&run.environment)).as_str(), 300)),
            (text!("keuring", "run"), calls),
        ];
        if self.options.verbose {
            let specs: Vec<String> = run.specs.iter().map(|spec| format!("{} {}", spec.name, spec.version)).collect();
            lines.push((text!("specificaties", "specifications"), specs.join(", ")));
        }
        if !run.declares.is_empty() {
            lines.push((text!("eigenaar verklaart", "owner declares"), run.declares.join(", ")));
        }
        if run.gate.strict {
            lines.push((text!("streng", "strict"), self.say(&words::strict())));
        }
        if run.gate.fail_on != FailOn::default() {
            lines.push((text!("eindigt met 1 bij", "ends with 1 on"), run.gate.fail_on.name().to_owned()));
        }
        let lines: Vec<(String, String)> = lines.into_iter().map(|(label, said)| (self.say(&label), said)).collect();
        let title = self.bold(&format!("{} {}", tool.name, tool.version));
        let _ = writeln!(self.text, "{title}");
        self.pairs(&lines, 1);
    }

    /// The chapters, a line each: how many requirements there are of each kind.
    fn chapters(&mut self) {
        let mut table = self.table();
        for (chapter, rows) in self.report.by_chapter() {
            let tallies = words::tallies_of(rows.iter().copied());
            let tallies: Vec<String> = tallies
                .into_iter()
                .map(|tally| format!("{} {} {}", tally.symbol, tally.count, tally.word.get(self.options.lang)))
                .collect();
            table.add_row(vec![cell(&chapter.name), cell(&tallies.join(", "))]);
        }
        if !table.is_empty() {
            self.text.push('\n');
            self.print(&table);
        }
    }

    /// What is worth knowing, a line each, and the ids of the open reviews.
    fn others(&mut self) {
        let lang = self.options.lang;
        let mut table = self.table();
        for row in words::others(self.report) {
            let brief = bounded(&row.brief(lang).unwrap_or_default(), LONGEST_REASON);
            let said = format!("{}\n{brief}", row.title.get(lang));
            table.add_row(vec![cell(&self.outcome(row)), cell(&row.id), cell(&said)]);
        }
        if !table.is_empty() {
            let title = self.bold(&self.say(&text!("Goed om te weten", "Good to know")));
            let _ = writeln!(self.text, "\n{title}");
            self.print(&table);
        }
        if let Some(open) = words::open_reviews(self.report) {
            self.text.push('\n');
            self.paragraph(&format!("{} {}", State::Review.symbol(), open.get(lang)));
        }
    }

    fn paragraph(&mut self, text: &str) {
        let mut table = self.table();
        table.add_row(vec![cell(text)]);
        self.print(&table);
    }

    fn chapter(&mut self, chapter: &Chapter, mut rows: Vec<&Requirement>) {
        let title = self.bold(&format!("{}  {}", chapter.name, chapter.title.get(self.options.lang)));
        let _ = writeln!(self.text, "\n{title}");
        rows.sort_by_key(|row| row.harm());
        let is_row = |row: &&Requirement| row.state() != State::NotSelected;
        let mut table = self.table();
        rows.iter().copied().filter(is_row).for_each(|row| {
            table.add_row(self.row(row));
        });
        if !table.is_empty() {
            table.set_constraints([
                ColumnConstraint::Absolute(Width::Fixed(IDS)),
                ColumnConstraint::Absolute(Width::Fixed(LEVELS)),
                ColumnConstraint::Absolute(Width::Fixed(self.outcomes())),
            ]);
            self.print(&table);
        }
        self.collapsed(&rows, State::NotSelected);
    }

    /// The columns of the outcome: the same in every chapter, so that the titles stand in one line.
    fn outcomes(&self) -> u16 {
        let rows = self.report.requirements.iter();
        let widest = rows.map(|row| self.outcome(row).chars().count()).max().unwrap_or_default();
        u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(2).min(WIDEST_OUTCOME)
    }

    fn outcome(&self, row: &Requirement) -> String {
        let state = row.state();
        let accepted = text!(", aanvaard", ", accepted");
        let accepted = if row.accepted.is_some() { self.say(&accepted) } else { String::new() };
        format!("{} {}{accepted}", state.symbol(), self.say(&row.word()))
    }

    fn row(&self, row: &Requirement) -> Row {
        let state = row.state();
        let outcome = self.outcome(row);
        let mut title = row.title.get(self.options.lang).to_owned();
        // What is repeated below is not said twice.
        if let Some(brief) = row.brief(self.options.lang).filter(|_| !state.needs_action()) {
            // Two columns of padding and one at the end.
            let room = usize::from(self.options.width.saturating_sub(IDS + LEVELS + self.outcomes() + 3));
            let _ = write!(title, "\n{}", breakable(&bounded(&brief, LONGEST_REASON), room));
        }
        let mut outcome = cell(&outcome);
        if self.options.color {
            outcome = match color(state) {
                Some(color) => outcome.fg(color),
                None => outcome,
            };
        }
        Row::from(vec![cell(&row.id), cell(row.level.name()), outcome, cell(&title)])
    }

    /// The requirements in one state, by their ids only.
    fn collapsed(&mut self, rows: &[&Requirement], state: State) {
        let ids: Vec<&str> = rows.iter().filter(|row| row.state() == state).map(|row| row.id.as_str()).collect();
        if ids.is_empty() {
            return;
        }
        let word = format!("{} {} {}", ids.len(), state.symbol(), self.say(&state.word()));
        let all = self.say(&text!("alles", "all"));
        let is_all = ids.len() == rows.len() && state == State::NotSelected;
        let mut table = self.table();
        table.add_row(vec![cell(&word), cell(&if is_all { all } else { ids.join(" ") })]);
        self.print(&table);
    }

    /// What somebody has to do something about, in full: what is not met, and what keeps others from being judged.
    fn actions(&mut self) {
        let (report, lang, verbose) = (self.report, self.options.lang, self.options.verbose);
        let entries = words::entries(report);
        if entries.is_empty() {
            return;
        }
        let title = self.bold(&self.say(&text!("Te doen", "To do")));
        let _ = writeln!(self.text, "\n{title}");
        for entry in entries {
            match entry {
                Entry::Row(row) => self.action(row),
                Entry::Cause(cause, state) => {
                    self.heading(
                        state,
                        &format!("{} {}  {}", state.symbol(), self.say(&state.word()), cause.what.get(lang)),
                    );
                    self.details(words::cause_details(report, cause, lang, verbose));
                }
            }
        }
    }

    fn action(&mut self, row: &Requirement) {
        let state = row.state();
        let (word, title) = (self.say(&row.word()), row.title.get(self.options.lang));
        // A waiver that is no longer needed is a warning, though the requirement itself is met.
        let is_stale = row.waiver.as_ref().is_some_and(|waiver| waiver.state == WaiverState::Stale);
        let about = text!("; over de vrijstelling", "; about its waiver");
        let about = if is_stale { self.say(&about) } else { String::new() };
        self.heading(state, &format!("{} {word}  {} ({}{about})  {title}", state.symbol(), row.id, row.level.name()));
        let mut details = words::details(self.report, row, self.options.lang, self.options.verbose);
        details.extend(words::waits_for(self.report, row, self.options.lang));
        self.details(details);
    }

    fn heading(&mut self, state: State, text: &str) {
        let mut heading = self.table();
        let cell = cell(text);
        heading.add_row(vec![match color(state).filter(|_| self.options.color) {
            Some(color) => cell.fg(color).add_attribute(Attribute::Bold),
            None => cell,
        }]);
        self.text.push('\n');
        self.print(&heading);
    }

    fn details(&mut self, details: Vec<(&'static str, String)>) {
        let details: Vec<(String, String)> =
            details.into_iter().map(|(label, said)| (label.to_owned(), said)).collect();
        self.pairs(&details, 3);
    }

    fn counts(&mut self) {
        let title = self.bold(&self.say(&text!("Besluit", "Result")));
        let _ = writeln!(self.text, "\n{title}");
        let lang = self.options.lang;
        let counts: Vec<String> = words::tallies(self.report)
            .into_iter()
            .map(|tally| format!("{} {} {}", tally.symbol, tally.count, tally.word.get(lang)))
            .collect();
        self.paragraph(&counts.join(", "));
        self.text.push('\n');
        self.paragraph(&words::conclusion(self.report, lang));
        self.paragraph(self.report.result.advice.get(lang));
        self.text.push('\n');
    }

    /// Labels and texts, in two columns.
    fn pairs(&mut self, pairs: &[(String, String)], indent: u16) {
        let widest = pairs.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
        let column = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(indent + 2);
        let room = usize::from(self.options.width.saturating_sub(column + 2));
        let mut table = self.table();
        for (label, said) in pairs {
            table.add_row(vec![cell(label), Cell::new(breakable(&printable(said), room))]);
        }
        table.set_constraints([ColumnConstraint::Absolute(Width::Fixed(column))]);
        if let Some(labels) = table.column_mut(0) {
            labels.set_padding((indent, 1));
        }
        self.print(&table);
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(NOTHING).force_no_tty();
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(self.options.width);
        if self.options.color {
            table.enforce_styling();
        }
        table
    }

    fn print(&mut self, table: &Table) {
        self.text.push_str(&table.trim_fmt());
        self.text.push('\n');
    }

    fn bold(&self, text: &str) -> String {
        let text = printable(text);
        if self.options.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text }
    }
}

fn color(state: State) -> Option<Color> {
    match state {
        State::Failure | State::Error => Some(Color::Red),
        State::Warning => Some(Color::Yellow),
        State::BlockedMust | State::Blocked => Some(Color::Magenta),
        State::Waived | State::Note | State::PassWithNote => Some(Color::Cyan),
        State::Pass => Some(Color::Green),
        State::Review | State::Observed | State::NotApplicable | State::NotSelected => None,
    }
}

/// A text whose words fit into so many columns: a URL is broken before a `/`, `?` or `&`, not anywhere.
fn breakable(text: &str, columns: usize) -> String {
    let columns = columns.max(10);
    let mut lines = String::with_capacity(text.len());
    for word in text.split_inclusive(' ') {
        let mut rest = word;
        while rest.trim_end().chars().count() > columns {
            let end = rest.char_indices().nth(columns).map_or(rest.len(), |(end, _)| end);
            let head = rest.get(..end).unwrap_or_default();
            let seam = head.rfind(['/', '?', '&']).filter(|seam| *seam > end / 2).unwrap_or(end);
            let (line, left) = rest.split_at(seam);
            lines.push_str(line);
            lines.push('\n');
            rest = left;
        }
        lines.push_str(rest);
    }
    lines
}

fn cell(text: &str) -> Cell {
    Cell::new(printable(text))
}

/// The last gate before a terminal: no control character passes, whatever the report holds.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => printable.push(c),
            c => crate::base::text::push_safe(&mut printable, c),
        }
    }
    printable
}
