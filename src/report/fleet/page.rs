//! What the template of `fleet.html` sees: an overview, cut to what a page can hold. It decides nothing.

use std::cmp::Reverse;

use serde::Serialize;

use crate::fleet::{Cell, Member, Overview, Requirement};
use crate::report::words::{self as reports, State};
use crate::text;
use crate::text::{Lang, Text};
use crate::verdict::Conformant;

use super::words;

/// The whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    facts: Vec<(Text, Text)>,
    result: Outlook,
    /// The table, once in every order: a browser needs no script to sort it.
    orders: Vec<Order<'a>>,
    /// What has a column in the table: the most failed first.
    columns: Vec<Column<'a>>,
    /// Requirements about which nothing is to be done anywhere.
    settled: Vec<&'a str>,
    gone: &'a [String],
    details: Vec<Detail<'a>>,
    last_line: String,
    /// The style of reports filters by these; here nothing is filtered.
    filters: Filters,
}

#[derive(Debug, Default, Serialize)]
struct Filters {
    outcomes: [(); 0],
    levels: [(); 0],
    chapters: [(); 0],
}

/// What the fleet comes to.
#[derive(Debug, Serialize)]
struct Outlook {
    key: &'static str,
    symbol: char,
    word: Text,
    sentence: Text,
}

#[derive(Debug, Serialize)]
struct Order<'a> {
    key: &'static str,
    word: Text,
    rows: Vec<Row<'a>>,
}

/// A source in the table.
#[derive(Clone, Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    /// Whether its report stands in its folder.
    linked: bool,
    key: &'static str,
    symbol: char,
    word: Text,
    about: Text,
    changed: Option<Text>,
    cells: Vec<Mark<'a>>,
}

/// What became of a requirement at a source, in one mark.
#[derive(Clone, Debug, Serialize)]
struct Mark<'a> {
    id: &'a str,
    key: &'static str,
    symbol: char,
    word: Text,
    changed: Option<Text>,
    /// It is told below.
    told: bool,
}

#[derive(Debug, Serialize)]
struct Column<'a> {
    id: &'a str,
    title: &'a Text,
    level: Text,
    /// At how many sources somebody has to do something about it.
    needing: usize,
}

/// What is to be done at a source.
#[derive(Debug, Serialize)]
struct Detail<'a> {
    name: &'a str,
    linked: bool,
    base_url: Option<&'a str>,
    trouble: Option<&'a Text>,
    actions: Vec<Action<'a>>,
}

#[derive(Debug, Serialize)]
struct Action<'a> {
    id: &'a str,
    key: &'static str,
    symbol: char,
    word: Text,
    title: &'a Text,
    why: Option<&'a Text>,
    changed: Option<Text>,
}

impl<'a> Page<'a> {
    pub(super) fn new(overview: &'a Overview) -> Self {
        let columns = columns(overview);
        let in_table = |id: &str| columns.iter().any(|column| column.id == id);
        let settled = overview.requirements.iter().map(|row| row.id.as_str()).filter(|id| !in_table(id)).collect();
        let rows: Vec<Row<'_>> = overview.members.iter().map(|member| Row::new(member, &columns, overview)).collect();
        let details = overview.members.iter().filter_map(|member| Detail::new(overview, member)).collect();
        Self {
            facts: facts(overview),
            result: Outlook::new(overview),
            orders: orders(overview, rows),
            columns,
            settled,
            gone: &overview.gone,
            details,
            last_line: words::last_line(overview),
            filters: Filters::default(),
        }
    }
}

/// When, with what, and compared with what.
fn facts(overview: &Overview) -> Vec<(Text, Text)> {
    let moment = |moment: jiff::Timestamp| Text::same(moment.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let (nl, en) = (reports::seconds(overview.duration_ms, Lang::Nl), reports::seconds(overview.duration_ms, Lang::En));
    let mut facts = vec![
        (text!("Bronnen", "Sources"), Text::same(overview.members.len())),
        (text!("Gekeurd op", "Examined on"), moment(overview.started)),
        (text!("Duur", "Duration"), Text::new(nl, en)),
        (text!("Keuring door", "Examined by"), Text::same(format!("{} {}", overview.tool.name, overview.tool.version))),
    ];
    let specs = overview.specs.iter().map(|spec| (Text::same(&spec.name), Text::same(&spec.version)));
    facts.extend(specs);
    if !overview.shards.is_empty() {
        facts.push((text!("Delen", "Parts"), Text::same(overview.shards.join(", "))));
    }
    facts.extend(overview.previous.map(|previous| (text!("Vergeleken met", "Compared with"), moment(previous))));
    facts
}

impl Outlook {
    fn new(overview: &Overview) -> Self {
        let sources = &overview.result.sources;
        let (key, state, word) = if sources.no + sources.without_report > 0 {
            ("no", State::Failure, text!("Niet alle bronnen voldoen", "Not all sources conform"))
        } else if sources.undecided > 0 {
            ("undecided", State::Blocked, text!("Niet over alle bronnen is besloten", "Not all sources are decided"))
        } else if sources.partial > 0 {
            (
                "partial",
                State::Waived,
                text!("Niet alle bronnen zijn volledig beoordeeld", "Not all sources are fully judged"),
            )
        } else if sources.reviews_open > 0 {
            ("reviews-open", State::Review, text!("Niet alle beoordelingen zijn gedaan", "Not all reviews are done"))
        } else {
            ("yes", State::Pass, text!("Alle bronnen voldoen", "All sources conform"))
        };
        let all = [
            (sources.no, text!("voldoen niet", "do not conform")),
            (sources.undecided, text!("zonder besluit", "undecided")),
            (sources.partial, text!("zonder volledig oordeel", "without a full judgement")),
            (sources.reviews_open, text!("met open beoordelingen", "with open reviews")),
            (sources.without_report, text!("zonder rapport", "without a report")),
            (sources.yes, text!("voldoen", "conform")),
        ];
        let some: Vec<Text> = all
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| words.map(|words| format!("{count} {words}")))
            .collect();
        let join = |lang| some.iter().map(|part| part.get(lang)).collect::<Vec<_>>().join(", ");
        let sentence = Text::new(format!("{}.", join(Lang::Nl)), format!("{}.", join(Lang::En)));
        Self { key, symbol: state.symbol(), word, sentence }
    }
}

/// The most failed first; what needs nobody and is not changed anywhere has no column.
fn columns(overview: &Overview) -> Vec<Column<'_>> {
    let all: Vec<Vec<(&Requirement, &Cell, State)>> =
        overview.members.iter().map(|member| words::cells(overview, member)).collect();
    let of = |id: &str, what: &dyn Fn(&Cell, State) -> bool| {
        all.iter().flatten().filter(|(row, cell, state)| row.id == id && what(cell, *state)).count()
    };
    let mut columns: Vec<(usize, Column<'_>)> = Vec::new();
    for row in &overview.requirements {
        let needing = of(&row.id, &|_, state| state.needs_action());
        let telling =
            of(&row.id, &|cell, state| matches!(state, State::Waived | State::Blocked) || cell.change.is_some());
        if needing + telling > 0 {
            let failing = of(&row.id, &|_, state| state == State::Failure);
            columns
                .push((failing, Column { id: &row.id, title: &row.title, level: reports::level(row.level), needing }));
        }
    }
    columns.sort_by_key(|(failing, column)| (Reverse(*failing), Reverse(column.needing)));
    columns.into_iter().map(|(_, column)| column).collect()
}

fn orders<'a>(overview: &Overview, rows: Vec<Row<'a>>) -> Vec<Order<'a>> {
    let mut by_name = rows.clone();
    by_name.sort_by_key(|row| row.name.to_lowercase());
    let mut by_change = rows.clone();
    let changes = |name: &str| {
        let member = overview.members.iter().find(|member| member.name == name)?;
        member.changes.map(|changes| (changes.worse, changes.new, changes.better))
    };
    by_change.sort_by_key(|row| Reverse(changes(row.name)));
    let mut orders = vec![
        Order { key: "worst", word: text!("slechtste eerst", "worst first"), rows },
        Order { key: "name", word: text!("op naam", "by name"), rows: by_name },
    ];
    if overview.previous.is_some() {
        let word = text!("meest veranderd eerst", "most changed first");
        orders.push(Order { key: "changed", word, rows: by_change });
    }
    orders
}

fn linked(member: &Member) -> bool {
    member.files.iter().any(|file| file == "report.html")
}

impl<'a> Row<'a> {
    fn new(member: &'a Member, columns: &[Column<'_>], overview: &'a Overview) -> Self {
        let (symbol, word) = words::came_to(member);
        let cells = words::cells(overview, member);
        let mark = |column: &Column<'_>| {
            let (row, cell, state) = cells.iter().find(|(row, _, _)| row.id == column.id)?;
            Some(Mark {
                id: &row.id,
                key: state.key(),
                symbol: state.symbol(),
                word: state.word(),
                changed: cell.change.map(crate::report::Change::word),
                told: state.needs_action(),
            })
        };
        let key = match member.conformant {
            Some(Conformant::Yes) => "yes",
            Some(Conformant::No) => "no",
            Some(Conformant::Undecided) => "undecided",
            Some(Conformant::Partial) => "partial",
            Some(Conformant::ReviewsOpen) => "reviews-open",
            None => "error",
        };
        Self {
            name: &member.name,
            linked: linked(member),
            key,
            symbol,
            word,
            about: member.trouble.clone().unwrap_or_else(|| words::numbers(member)),
            changed: member.changes.and_then(|changes| words::changed(&changes, member)),
            cells: columns.iter().filter_map(mark).collect(),
        }
    }
}

impl<'a> Detail<'a> {
    /// None where nothing is to be done.
    fn new(overview: &'a Overview, member: &'a Member) -> Option<Self> {
        let actions: Vec<Action<'a>> = words::actions(overview, member)
            .into_iter()
            .map(|(row, cell, state)| Action {
                id: &row.id,
                key: state.key(),
                symbol: state.symbol(),
                word: state.word(),
                title: &row.title,
                why: cell.why.as_ref(),
                changed: cell.change.map(crate::report::Change::word),
            })
            .collect();
        (!actions.is_empty() || member.trouble.is_some()).then(|| Self {
            name: &member.name,
            linked: linked(member),
            base_url: member.base_url.as_deref(),
            trouble: member.trouble.as_ref(),
            actions,
        })
    }
}
