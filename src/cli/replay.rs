//! `bronkeur replay`: the verdicts of a recorded run again, offline.

mod verify;

use std::path::PathBuf;

use clap::Args;

use super::check::{self, GateArgs};
use super::specs::SpecArgs;
use super::{CliError, Done, Global, output, writable};
use crate::base::input::{Diagnostics, read_text};
use crate::base::text::{Lang, Text};
use crate::catalogue::Catalogue;
use crate::evidence::recording::LARGEST_EVIDENCE;
use crate::evidence::vault::Vault;
use crate::report::har::{self, Evidence};
use crate::report::{Report, read_report};
use crate::run::inspection;
use crate::text;

const AFTER_HELP: &str = "\
Nothing is sent. The same program with the same specs writes the same report.json, to the byte: start and duration are \
those of the run. With --specs another version judges it (\"would you pass the next version?\"): what that version asks \
and the run did not record is blocked. Selection, gate and accepted requirements are
those of the run; flags come on top.

  bronkeur replay reports/evidence.har --out again
  bronkeur replay reports/evidence.har --verify reports/report.json

Exit status: as `check`; with --verify 0 when the report is the same, 1 when it is not · 2 the file cannot be used";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ReplayArgs {
    /// The evidence.har of a run
    #[arg(value_name = "EVIDENCE")]
    evidence: PathBuf,
    /// Write nothing: compare with this report.json, and show what differs
    #[arg(long, value_name = "REPORT")]
    verify: Option<PathBuf>,
    #[command(flatten)]
    specs: SpecArgs,
    #[command(flatten)]
    gate: GateArgs,
}

pub(super) fn replay(args: &ReplayArgs, global: &Global) -> Done {
    let file = args.evidence.display().to_string();
    let evidence = read_text(&args.evidence, LARGEST_EVIDENCE)
        .and_then(|text| Ok((har::read(&file, &text)?, har::fingerprint(&text))));
    let claimed = args.verify.as_deref().map(read_report).transpose();
    // Both files are looked at before either is refused.
    let ((evidence, fingerprint), claimed) = match (evidence, claimed) {
        (Ok(evidence), Ok(claimed)) => (evidence, claimed),
        (Err(one), Err(other)) => return Err(Diagnostics([one.0, other.0].concat()).into()),
        (Err(faults), _) | (_, Err(faults)) => return Err(faults.into()),
    };
    let catalogue = args.specs.load_as(evidence.kind())?;
    evidence.of_this_spec(&file, &catalogue)?;
    if claimed.is_none() {
        writable(&args.gate.told.out)?;
    }
    if !global.quiet {
        for note in notes(&evidence, &catalogue) {
            output::say(&format!("bronkeur: {}", note.get(global.lang())));
        }
    }
    let report = judged(evidence, &catalogue, &args.gate)?.with_evidence(Some(fingerprint));
    match claimed {
        Some(claimed) => verify::verify(&claimed, &report, global),
        None => check::tell(report, None, &Vault::default(), &args.gate.told, global),
    }
}

/// The report that follows from the evidence: judged as the run was, unless a flag says otherwise.
fn judged(mut evidence: Evidence, catalogue: &Catalogue, gate: &GateArgs) -> Result<Report, CliError> {
    if let Some(previous) = gate.on_top_of(&mut evidence.meta, &evidence.recording.setup, catalogue)? {
        evidence.recording.setup.compare_with(Some(previous));
    }
    Ok(inspection::judge(&evidence, catalogue, None))
}

/// What makes this other than the run: exchanges that are gone, and other specs.
fn notes(evidence: &Evidence, catalogue: &Catalogue) -> Vec<Text> {
    let mut notes = Vec::new();
    let gone = evidence.gone;
    if gone > 0 {
        notes.push(text!(
            "oproepen van de keuring die in het bewijs ontbreken: {gone}; wat daarop steunt, is niet te beoordelen",
            "calls of the run that are missing from the evidence: {gone}; what rests on them cannot be judged"
        ));
    }
    for own in &catalogue.sets {
        let run = evidence.specs.iter().find(|run| run.name == own.name);
        if run.is_none_or(|run| run.sha256 != own.sha256) {
            let (name, version) = (&own.name, &own.version);
            let then = crate::base::text::shown(run.map_or("-", |run| &run.version));
            notes.push(text!(
                "de keuring gebruikte een andere inhoud van {name} ({then}) dan nu wordt toegepast ({version})",
                "the run used another content of {name} ({then}) than is applied now ({version})"
            ));
        }
    }
    notes
}

/// One line that stays the same in every language, for scripts.
fn last_line(differences: usize, status: u8) -> String {
    let word = if differences == 1 { "difference" } else { "differences" };
    format!("bronkeur: {differences} {word} -> exit {status}\n")
}

/// A label in front of a value.
fn label(text: &Text, lang: Lang) -> String {
    format!("{:<14}", format!("{}:", text.get(lang)))
}
