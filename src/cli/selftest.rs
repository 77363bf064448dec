//! `bronkeur selftest`: the kill matrix.

use clap::Args;
use serde_json::{Value, json};

use super::{CliError, Done, Global, output, runtime};
use crate::base::input::Diagnostics;
use crate::catalogue::{Catalogue, SubjectKind, matches_id};
use crate::judging::verdict::ExitStatus;
use crate::sandbox::fault::Fault;
use crate::sandbox::selftest::{Row, matrix};
use crate::sandbox::{ApplicationWorld, SourceWorld, World, application, faults};
use crate::text;

/// The schema of the JSON form.
const SCHEMA: &str = "bronkeur.selftest/1";

#[derive(Clone, Debug, Args)]
pub(super) struct SelftestArgs {
    /// Only these faults, or the faults that break these requirements
    #[arg(value_name = "NAME|ID")]
    faults: Vec<String>,
    /// The result for programs, as JSON
    #[arg(long)]
    json: bool,
    /// Faults that are tried at the same time
    #[arg(long, value_name = "N", default_value_t = 4)]
    at_once: usize,
    #[command(flatten)]
    specs: super::specs::SpecArgs,
}

pub(super) fn selftest(args: &SelftestArgs, global: &Global) -> Done {
    // For the rest of the process: the runs share it across tasks.
    let catalogue = &*Box::leak(Box::new(args.specs.load()?));
    match catalogue.kind {
        SubjectKind::Application => {
            tested::<ApplicationWorld>(args, catalogue, application::faults::all().collect(), "variants", global)
        }
        SubjectKind::Source | SubjectKind::Website => {
            tested::<SourceWorld>(args, catalogue, faults::all().collect(), "envelopes", global)
        }
    }
}

/// The kill matrix of one world.
fn tested<W: World>(
    args: &SelftestArgs,
    catalogue: &'static Catalogue,
    all: Vec<&'static Fault<W::Behaviour>>,
    forms: &str,
    global: &Global,
) -> Done {
    let named = |fault: &&Fault<W::Behaviour>| {
        args.faults.iter().any(|name| fault.name == name || fault.breaks.iter().any(|id| matches_id(name, id)))
    };
    let chosen: Vec<_> = all.into_iter().filter(|fault| args.faults.is_empty() || named(fault)).collect();
    if chosen.is_empty() {
        return Err(Diagnostics::one(
            "command line",
            text!("er is geen fout met die naam", "there is no fault with that name"),
            text!("`bronkeur serve --faults` toont ze allemaal", "`bronkeur serve --faults` shows them all"),
        )
        .into());
    }
    let width = chosen.iter().map(|fault| fault.name.len()).max().unwrap_or_default().max("conformant".len());
    let quiet = global.quiet || args.json;
    let rows = runtime()?
        .block_on(matrix::<W>(catalogue, chosen, args.at_once, |row| {
            if !quiet {
                output::print(&line(row, width));
            }
        }))
        .map_err(|error| CliError::internal("selftest", &error))?;
    let exact = rows.iter().filter(|row| row.is_exact()).count();
    let noticed: std::collections::BTreeSet<&String> = rows.iter().flat_map(|row| &row.failed).collect();
    let faults = rows.iter().filter(|row| row.fault.is_some()).count() / W::VARIANTS.len();
    let status = if exact == rows.len() { ExitStatus::Success } else { ExitStatus::Failures };
    if args.json {
        output::print(&format!("{:#}\n", as_json(&rows, status)));
        return Ok(status);
    }
    output::print(&format!(
        "selftest: {faults} faults in {} {forms}, {} requirements noticed one, {exact} of {} runs exact\n",
        W::VARIANTS.len(),
        noticed.len(),
        rows.len()
    ));
    Ok(status)
}

/// The matrix as `selftest.schema.json` describes it.
fn as_json(rows: &[Row], status: ExitStatus) -> Value {
    let runs: Vec<Value> = rows.iter().map(run_as_json).collect();
    json!({ "schema": SCHEMA, "exit_status": status.code(), "runs": runs })
}

fn run_as_json(row: &Row) -> Value {
    json!({
        "fault": row.fault.map(|fault| fault.name),
        "summary": row.fault.map(|fault| fault.summary),
        "breaks": row.fault.map(|fault| fault.breaks).unwrap_or_default(),
        "variant": row.variant,
        "exact": row.is_exact(),
        "failed": row.failed,
        "blocked": row.blocked,
        "differences": {
            "missed": row.missed(), "surplus": row.surplus(), "blocked": row.stray(), "dangling": row.dangling(),
        },
    })
}

/// One row: the fault, the envelope, what noticed it, and what is not as the fault says.
fn line(row: &Row, width: usize) -> String {
    let variant = row.variant;
    let list = |ids: &std::collections::BTreeSet<String>| ids.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut line = format!("{:<width$}  {variant:5}  {}", row.name(), list(&row.failed));
    for (word, ids) in
        [("missed", row.missed()), ("surplus", row.surplus()), ("blocked", row.stray()), ("dangling", row.dangling())]
    {
        if !ids.is_empty() {
            line.push_str(&format!("  !! {word}: {}", list(&ids)));
        }
    }
    line.push('\n');
    line
}
