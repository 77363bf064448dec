//! `bronkeur check`: the main job.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::decisions::{DecisionArgs, Decisions, Named};
use super::profile::ProfileArgs;
use super::progress::Progress;
use super::specs::{SpecArgs, unknown_ids};
use super::{Done, Global, Trouble, interrupt, output, runtime};
use crate::catalogue::Catalogue;
use crate::evaluate::Selection;
use crate::fault::{InputFault, InputFaults};
use crate::har;
use crate::profile::Resolved;
use crate::report::{self, Options, Report, RunMeta};
use crate::session::Session;
use crate::shape::Previous;
use crate::text;
use crate::vault::Vault;
use crate::verdict::{ExitStatus, Gate};

const AFTER_HELP: &str = "\
Without a profile three flags are enough, for a source on a laptop with a token of your own:
  export INSZ=… TOKEN=…
  bronkeur check --base-url https://localhost:8443/v1 --insz-env INSZ --token-env TOKEN

A flag wins over its BRONKEUR_* variable, and that wins over the profile. A national number or a token is never an
argument, since arguments show in process lists: name the variable that holds it.

Exit status: 0 no failure · 1 failures · 2 wrong call, profile or specs · 3 could not be concluded · 4 internal";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    profile: ProfileArgs,
    /// The most requests in a second
    #[arg(long, value_name = "N", env = "BRONKEUR_RATE")]
    rate: Option<f64>,
    /// The most requests at the same time
    #[arg(long, value_name = "N", env = "BRONKEUR_CONCURRENCY")]
    concurrency: Option<usize>,
    /// The most requests in all
    #[arg(long, value_name = "N", env = "BRONKEUR_MAX_REQUESTS")]
    max_requests: Option<usize>,
    #[command(flatten)]
    specs: SpecArgs,
    #[command(flatten)]
    gate: GateArgs,
}

/// What is judged, when it fails, and where the reports go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Gate and reports")]
pub(super) struct GateArgs {
    /// Judge only these requirements or chapters, such as LST,SEC-08
    #[arg(long, value_name = "ID,…", value_delimiter = ',', env = "BRONKEUR_ONLY")]
    only: Vec<String>,
    /// Leave out these requirements or chapters
    #[arg(long, value_name = "ID,…", value_delimiter = ',', env = "BRONKEUR_SKIP")]
    skip: Vec<String>,
    /// Blocked requirements that may stay so
    #[arg(long, value_name = "ID,…", value_delimiter = ',', env = "BRONKEUR_ACCEPT_BLOCKED")]
    accept_blocked: Vec<String>,
    /// Warnings count as failures
    #[arg(long, env = "BRONKEUR_STRICT")]
    strict: bool,
    /// Open reviews keep the run from concluding
    #[arg(long, env = "BRONKEUR_REQUIRE_REVIEWS")]
    require_reviews: bool,
    /// Where report.json, junit.xml and the rest go
    #[arg(short, long, value_name = "DIR", env = "BRONKEUR_OUT", default_value = "reports")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) decisions: DecisionArgs,
}

pub(super) fn check(args: &CheckArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let (profile, decisions) = args.profile(&catalogue)?;
    run(&profile, &catalogue, &args.gate, decisions, global)
}

/// Checks one source and tells and writes what came of it.
pub(super) fn run(
    profile: &Resolved,
    catalogue: &Catalogue,
    gate: &GateArgs,
    decisions: Decisions,
    global: &Global,
) -> Done {
    let selection = gate.selection(catalogue)?;
    let session = Session::new(profile, catalogue, seed())?.after(decisions.previous);
    let mut progress = Progress::new(catalogue, session.vault(), global);
    // It lives until the reports are written: a second interrupt ends that too.
    let runtime = runtime()?;
    let interrupted = interrupt::interrupted(runtime.handle());
    let finished = runtime.block_on(session.run(catalogue, &selection, interrupted, |event| progress.tell(event)));
    progress.finish();
    let meta = RunMeta {
        duration_ms: finished.duration_ms,
        selection: (!selection.is_everything())
            .then(|| report::Selection { only: selection.only.clone(), skip: selection.skip.clone() }),
        gate: gate.gate(),
        accepted: gate.accepted(masked(&profile.accept_blocked, &finished.vault)),
        reviews: decisions.reviews,
        waivers: decisions.waivers,
    };
    let evidence = har::write(catalogue, &finished.recording, &meta);
    let report = Report::new(catalogue, &finished.recording, &finished.verdicts, &meta)
        .with_evidence(evidence.as_deref().ok().map(har::fingerprint));
    tell(report, Some((har::FILE, evidence)), &finished.vault, &gate.out, global)
}

/// Whatever people write into a reason, no report holds a national number.
fn masked(reasons: &BTreeMap<String, String>, vault: &Vault) -> BTreeMap<String, String> {
    reasons.iter().map(|(id, reason)| (id.clone(), vault.mask_text(reason))).collect()
}

/// Shows a report and writes every file of it.
pub(super) fn tell(
    mut report: Report,
    evidence: Option<report::File>,
    vault: &Vault,
    out: &Path,
    global: &Global,
) -> Done {
    let lang = global.lang();
    let files = report::render_all(&report, evidence, lang);
    let screen = screen(&report, global);
    // The last look: what must not leave is looked for in everything that does.
    let leak = std::iter::once(&screen).chain(files.iter().filter_map(|(_, text)| text.as_ref().ok()));
    if leak.into_iter().any(|text| vault.leaks(text)) {
        return Err(Trouble::leak());
    }
    let unwritten = report::write_all(out, files);
    if unwritten.is_empty() {
        output::print(&screen);
        return Ok(ExitStatus::of_code(report.result.exit_status));
    }
    // What cannot be written is the worst status: the last line says so too.
    report.result.exit_status = ExitStatus::Internal.code();
    output::print(&self::screen(&report, global));
    for problem in &unwritten {
        eprintln!("{}", problem.in_words(lang));
    }
    Ok(ExitStatus::Internal)
}

/// What the terminal shows: everything, or the last line.
fn screen(report: &Report, global: &Global) -> String {
    if global.quiet {
        return format!("{}\n", report::last_line(&report.result.counts, report.result.exit_status));
    }
    let (lang, width) = (global.lang(), output::width());
    report::render(report, Options { lang, width, color: global.color(), verbose: global.verbose > 0 })
}

/// A number that decides about invented ids and tokens: another one in each run, recorded with it.
pub(super) fn seed() -> u64 {
    let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
    high ^ low
}

impl CheckArgs {
    /// The profile, with what the flags say instead, and what people decided. All faults at once.
    fn profile(&self, catalogue: &Catalogue) -> Result<(Resolved, Decisions), Trouble> {
        let mut written = self.profile.read()?;
        let profile = &mut written.profile;
        profile.source.rate = self.rate.or(profile.source.rate);
        profile.source.concurrency = self.concurrency.or(profile.source.concurrency);
        profile.limits.requests = self.max_requests.unwrap_or(profile.limits.requests);
        let named = self.gate.only.iter().chain(&self.gate.skip).chain(&self.gate.accept_blocked);
        let mut faults = unknown_ids(catalogue, "command line", named);
        let accepted = unknown_ids(catalogue, &written.file, profile.accept_blocked.keys());
        faults.extend(accepted.into_iter().map(|fault| fault.at("accept_blocked")));
        let decisions = self.gate.decisions.read(&Named::of(profile, &written.folder), catalogue);
        let decisions = decisions.unwrap_or_else(|more| {
            faults.extend(more.0);
            Decisions::default()
        });
        Ok((written.resolve(faults)?, decisions))
    }
}

impl GateArgs {
    /// What is judged. An empty selection is a mistake, not a green run.
    fn selection(&self, catalogue: &Catalogue) -> Result<Selection, Trouble> {
        let names = self.only.iter().chain(&self.skip).chain(&self.accept_blocked);
        InputFaults(unknown_ids(catalogue, "command line", names)).or(())?;
        let selection = Selection { only: self.only.clone(), skip: self.skip.clone() };
        if catalogue.requirements.iter().any(|row| selection.holds(&row.id)) {
            return Ok(selection);
        }
        Err(InputFault::new(
            "command line",
            text!("--only en --skip laten niets over om te beoordelen", "--only and --skip leave nothing to judge"),
            text!("neem een van de twee ruimer", "widen one of the two"),
        ))
        .map_err(|fault| Trouble::Input(fault.into()))
    }

    fn gate(&self) -> Gate {
        Gate {
            strict: self.strict,
            require_reviews: self.require_reviews,
            stale_waivers_fail: self.decisions.stale_waivers_fail(),
        }
    }

    /// The blocked rows that are accepted: of the profile with their reasons, and of the command line.
    fn accepted(&self, with_reasons: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let named = self.accept_blocked.iter().map(|id| (id.to_uppercase(), "--accept-blocked".to_owned()));
        named.chain(with_reasons).collect()
    }

    /// What a recorded run was asked for, with what these flags say on top: another selection takes the place of the
    /// run's, a gate only becomes stricter, and decisions are added. Returns the earlier report, if one is named.
    pub(super) fn on_top_of(&self, meta: &mut RunMeta, catalogue: &Catalogue) -> Result<Option<Previous>, Trouble> {
        let selection = self.selection(catalogue)?;
        let decisions = self.decisions.read(&Named::default(), catalogue)?;
        if !selection.is_everything() {
            meta.selection = Some(report::Selection { only: selection.only, skip: selection.skip });
        }
        meta.gate.strict |= self.strict;
        meta.gate.require_reviews |= self.require_reviews;
        meta.gate.stale_waivers_fail |= self.decisions.stale_waivers_fail();
        meta.accepted = self.accepted(std::mem::take(&mut meta.accepted));
        meta.reviews.extend(decisions.reviews);
        meta.waivers.extend(decisions.waivers);
        Ok(decisions.previous)
    }
}
