//! The list of all calls, and the shell variables of the lines that the page shows.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::base::text::Text;
use crate::report::credential::{presented_in_words, role_in_words};
use crate::report::exchange::Exchange;
use crate::report::model::Report;
use crate::report::variables::{Variable, names_in};
use crate::report::words::{self, bounded};
use crate::text;

/// Characters of a URL in the list of all calls.
const LONGEST_URL: usize = 160;

/// Calls in the list of all calls.
const MOST_EXCHANGES: usize = 2_500;

/// Requirements that are named beside a call.
const MOST_ROWS: usize = 2;

/// The list of all calls.
#[derive(Debug, Serialize)]
pub(super) struct Calls<'a> {
    pub(super) listed: Vec<Call<'a>>,
    /// Calls beyond those that are listed.
    left: usize,
    all: usize,
}

/// One call in it.
#[derive(Debug, Serialize)]
pub(super) struct Call<'a> {
    id: &'a str,
    method: &'a str,
    url: String,
    citizen: Option<Text>,
    /// What it presents, and what else is not as usual.
    shows: Text,
    answer: Text,
    ms: u64,
    /// The requirements that it shows something about: the way back.
    rows: Vec<&'a str>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(report: &'a Report) -> Self {
        let rows = shown_by(report);
        let call = |exchange: &'a Exchange| Call::new(report, exchange, rows.get(exchange.id.as_str()));
        Self {
            listed: report.exchanges.iter().take(MOST_EXCHANGES).map(call).collect(),
            left: report.exchanges.len().saturating_sub(MOST_EXCHANGES),
            all: report.exchanges.len(),
        }
    }
}

/// The requirements that have a finding in a call.
fn shown_by(report: &Report) -> HashMap<&str, Vec<&str>> {
    let mut rows: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in &report.requirements {
        for id in row.findings.iter().filter_map(|finding| finding.exchange.as_deref()) {
            let of_call = rows.entry(id).or_default();
            if of_call.len() < MOST_ROWS && !of_call.contains(&row.id.as_str()) {
                of_call.push(&row.id);
            }
        }
    }
    rows
}

impl<'a> Call<'a> {
    fn new(report: &Report, exchange: &'a Exchange, rows: Option<&Vec<&'a str>>) -> Self {
        Self {
            id: &exchange.id,
            method: &exchange.method,
            url: bounded(&exchange.url, LONGEST_URL),
            citizen: exchange.citizen.as_deref().map(|role| named(report, role)),
            shows: exchange.varied.clone().unwrap_or_else(|| presented_in_words(&exchange.auth)),
            answer: words::answer(exchange),
            ms: exchange.ms,
            rows: rows.cloned().unwrap_or_default(),
        }
    }
}

/// A citizen by the name in the profile, with the role.
fn named(report: &Report, role: &str) -> Text {
    let words = role_in_words(role);
    match report.run.citizens.get(role) {
        Some(name) => {
            let (name, Text { nl, en }) = (bounded(name, 40), words);
            text!("{name} ({nl})", "{name} ({en})")
        }
        None => words,
    }
}

/// The variables that stand in these lines.
pub(super) fn variables<'a>(report: &'a Report, lines: &[String]) -> Vec<&'a Variable> {
    let names: BTreeSet<&str> = lines.iter().flat_map(|line| names_in(line)).collect();
    report.run.variables.iter().filter(|variable| names.contains(variable.name.as_str())).collect()
}
