//! `bronkeur check`: the main job.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::decisions::DecisionArgs;
use super::profile::{ProfileArgs, Written, above_zero, of_a_source, of_an_application};
use super::progress::Progress;
use super::specs::SpecArgs;
use super::{CliError, Done, Global, elsewhere, interrupt, output, rerun, runtime, writable};
use crate::base::confidential::masked;
use crate::base::files::WriteError;
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::{Text, shown};
use crate::catalogue::{Catalogue, Selection, matches_id, selector, unknown_ids};
use crate::evidence::setup::Setup;
use crate::evidence::snapshot::Baseline;
use crate::evidence::vault::Vault;
use crate::judging::decisions::{Decisions, Named};
use crate::judging::reason::cause::CauseKind;
use crate::judging::verdict::{ExitStatus, FailOn, Gate};
use crate::profile::Resolved;
use crate::report::har::EvidenceFile;
use crate::report::{self, Options, Report, RunMeta};
use crate::run::inspection::{Inspected, RunOptions, inspect};
use crate::run::sends::sends;
use crate::run::session::Session;
use crate::text;

const AFTER_HELP: &str = "\
Without a profile three flags are enough, for a source on a laptop with a token of your own:
  export INSZ=… TOKEN=…
  bronkeur check --base-url https://localhost:8443/v1 --insz-env INSZ --token-env TOKEN

A flag wins over its BRONKEUR_* variable, and that wins over the profile. A national number or a token is never an \
argument, since arguments show in process lists: name the variable that holds it.

Exit status: 0 no failure · 1 failures · 2 wrong command line, profile or specs · 3 no conclusion · 4 internal";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    profile: ProfileArgs,
    /// The most calls in a second
    #[arg(long, value_name = "N", env = "BRONKEUR_RATE", value_parser = rate)]
    rate: Option<f64>,
    /// The most calls at the same time
    #[arg(long, value_name = "N", env = "BRONKEUR_CONCURRENCY", value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: Option<u16>,
    /// The most calls in all
    #[arg(long, value_name = "N", env = "BRONKEUR_MAX_REQUESTS",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_requests: Option<u32>,
    /// Ask for the detail and the document of this many certificates, spread over the whole list [default: a few of the
    /// first page, one of each language and one of the last page; five documents]
    #[arg(long, value_name = "N", env = "BRONKEUR_SAMPLE", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sample: Option<u32>,
    /// Wait for a token of this run to expire, at most so long (SEC-04) [default: 3600 if no number is given]
    #[arg(long, value_name = "SECONDS", env = "BRONKEUR_WAIT_EXPIRY", num_args = 0..=1, default_missing_value = "3600",
          value_parser = clap::value_parser!(u64).range(0..=86400))]
    wait_expiry: Option<u64>,
    /// Of an application, in TNI or on a laptop: let the browser go on to Mijn Burgerprofiel after one hand-over (SSO-47)
    #[arg(long)]
    follow: bool,
    /// Of an application, in TNI or on a laptop: hand in one exchanged token of our own at the token API of Mijn
    /// Burgerprofiel, by POST; the temporary token that it gives is dropped (SSO-47)
    #[arg(long)]
    hand_in: bool,
    #[command(flatten)]
    specs: SpecArgs,
    #[command(flatten)]
    gate: GateArgs,
}

/// What is judged, when it fails, and where the reports go.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Gate and reports")]
pub(super) struct GateArgs {
    #[command(flatten)]
    pub(super) judging: JudgingArgs,
    /// Judge again only what failed or was blocked in that report.json; --only and --skip narrow it further
    #[arg(long, value_name = "FILE", env = "BRONKEUR_RERUN_FAILED")]
    rerun_failed: Option<PathBuf>,
    /// Blocked requirements, or chapters, that may stay so
    #[arg(long, value_name = "ID,…", value_delimiter = ',', env = "BRONKEUR_ACCEPT_BLOCKED")]
    accept_blocked: Vec<String>,
    #[command(flatten)]
    pub(super) told: OutputArgs,
    #[command(flatten)]
    pub(super) decisions: DecisionArgs,
}

/// What is judged, and when it fails: of one source as of many.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Gate and reports")]
pub(super) struct JudgingArgs {
    /// Judge only these requirements or chapters, such as LST,SEC-08 or list,SEC-08
    #[arg(long, value_name = "ID,…", value_delimiter = ',', env = "BRONKEUR_ONLY")]
    only: Vec<String>,
    /// Leave out these requirements or chapters
    #[arg(long, value_name = "ID,…", value_delimiter = ',', env = "BRONKEUR_SKIP")]
    skip: Vec<String>,
    /// Which findings end the run with 1; it changes only the exit status, no report [default: must; a replay: as the
    /// run]
    #[arg(long, value_enum, env = "BRONKEUR_FAIL_ON")]
    fail_on: Option<FailOn>,
    /// Warnings count as failures, in every report
    #[arg(long, env = "BRONKEUR_STRICT")]
    strict: bool,
    /// Open reviews keep the run from concluding
    #[arg(long, env = "BRONKEUR_REQUIRE_REVIEWS")]
    require_reviews: bool,
    /// What a waiver counts as that is no longer needed
    #[arg(long, value_enum, value_name = "WHAT", env = "BRONKEUR_STALE_WAIVERS", default_value_t = Stale::Warn)]
    stale_waivers: Stale,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stale {
    /// A warning
    Warn,
    /// A failure
    Fail,
}

/// How the result is told.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Gate and reports")]
pub(super) struct OutputArgs {
    /// The form of what is printed
    #[arg(long, value_enum, env = "BRONKEUR_FORMAT", default_value_t = Printed::Terminal)]
    pub(super) format: Printed,
    /// Where report.json, junit.xml and the rest go
    #[arg(short, long, value_name = "DIR", env = "BRONKEUR_OUT", default_value = "reports")]
    pub(super) out: PathBuf,
}

/// The form of what is printed; the files are always the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Printed {
    /// For people
    Terminal,
    /// Annotations for GitHub Actions, and the last line
    Github,
}

fn rate(text: &str) -> Result<f64, String> {
    above_zero(text, 10_000.0)
}

pub(super) fn check(args: &CheckArgs, global: &Global) -> Done {
    let written = args.profile.read()?;
    let catalogue = args.specs.load_for(written.kind())?;
    let (profile, decisions) = args.profile(written, &catalogue)?;
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
    let asked = RunOptions {
        selection: gate.selection(catalogue)?,
        gate: gate.judging.gate(),
        accepted: gate.accepted(catalogue, profile.accept_blocked.clone()),
        decisions,
        ..RunOptions::default()
    };
    let session = Session::new(profile, catalogue, seed())?;
    writable(&gate.told.out)?;
    say_what_is_sent(profile, global);
    let wait = Duration::from_secs(profile.limits.wait_expiry);
    let mut progress = Progress::new(catalogue, session.vault(), wait, global);
    // It lives until the reports are written: a second interrupt ends that too.
    let runtime = runtime()?;
    let interrupted = interrupt::interrupted(runtime.handle());
    let inspecting = inspect(session, catalogue, asked, interrupted, |event| progress.tell(event));
    let Inspected { report, evidence, vault } = runtime.block_on(inspecting);
    progress.finish();
    tell(report, Some(evidence), &vault, &gate.told, global)
}

/// Says, before anything is sent, what a run sends besides reading.
pub(super) fn say_what_is_sent(profile: &Resolved, global: &Global) {
    let (lines, lang) = (sends(profile), global.lang());
    if lines.is_empty() || global.quiet {
        return;
    }
    let name = shown(profile.name());
    let head = text!("bronkeur: de keuring van {name} verstuurt", "bronkeur: the check of {name} sends");
    let lines: Vec<String> = lines.iter().map(|line| format!("    {}", line.get(lang))).collect();
    output::say(&masked(&format!("{}\n{}", head.get(lang), lines.join("\n")), lang));
}

/// Shows a report and writes every file of it.
pub(super) fn tell(
    mut report: Report,
    evidence: Option<Result<EvidenceFile, WriteError>>,
    vault: &Vault,
    told: &OutputArgs,
    global: &Global,
) -> Done {
    let lang = global.lang();
    let files = report::render_all(&report, global.languages());
    let screen = screen(&report, told.format, global);
    let unwritten = report::publish(vault, &told.out, &screen, files, evidence)?.problems;
    if unwritten.is_empty() {
        output::print(&screen);
        if !global.quiet {
            output::say(&format!("bronkeur: {}", where_written(&told.out).get(lang)));
            if report.causes.iter().any(|cause| cause.kind == CauseKind::Interrupted) {
                output::say(&format!("bronkeur: {}", how_to_go_on(&told.out).get(lang)));
            }
        }
        return Ok(ExitStatus::of_code(report.result.exit_status));
    }
    // What cannot be written is the worst status: the last line says so too.
    report.result.exit_status = ExitStatus::Internal.code();
    output::print(&self::screen(&report, told.format, global));
    for problem in &unwritten {
        output::say(&problem.in_words(lang));
    }
    output::say(&format!("    {}", elsewhere().get(lang)));
    Ok(ExitStatus::Internal)
}

/// Where the files are, and which one people open.
fn where_written(folder: &Path) -> Text {
    let (page, folder) = (folder.join(report::PAGE), folder.display());
    let page = page.display();
    text!(
        "alle rapporten staan in {folder}; open {page} in een browser",
        "all reports are in {folder}; open {page} in a browser"
    )
}

/// How to judge what an interrupted run did not.
fn how_to_go_on(folder: &Path) -> Text {
    let report = folder.join(report::DATA);
    let report = report.display();
    text!(
        "keur alleen wat ontbreekt met: bronkeur check --rerun-failed {report}",
        "judge only what is missing with: bronkeur check --rerun-failed {report}"
    )
}

/// What the terminal shows: everything, or the last line.
fn screen(report: &Report, format: Printed, global: &Global) -> String {
    if global.quiet {
        return format!("{}\n", report::last_line(&report.result.counts, report.result.exit_status));
    }
    let (lang, width) = (global.lang(), output::width());
    if format == Printed::Github {
        return report::github(report, lang);
    }
    report::render(report, Options { lang, width, color: global.color(), verbose: global.verbose > 0 })
}

/// A number that decides about invented ids and tokens: another one in each run, recorded with it.
pub(super) fn seed() -> u64 {
    let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
    high ^ low
}

impl CheckArgs {
    /// The flags that are given and have no meaning for anything but a source.
    fn of_a_source(&self) -> impl Iterator<Item = Diagnostic> {
        let given = [
            ("--rate", self.rate.is_some()),
            ("--concurrency", self.concurrency.is_some()),
            ("--sample", self.sample.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| of_a_source(flag))
    }

    /// The profile, with what the flags say instead, and what people decided. All faults at once.
    fn profile(&self, mut written: Written, catalogue: &Catalogue) -> Result<(Resolved, Decisions), CliError> {
        let profile = &mut written.profile;
        if let Some(source) = &mut profile.source {
            source.rate = self.rate.or(source.rate);
            source.concurrency = self.concurrency.map(usize::from).or(source.concurrency);
            let given = [("--follow", self.follow), ("--hand-in", self.hand_in)];
            written
                .flags
                .extend(given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| of_an_application(flag)));
        } else {
            written.flags.extend(self.of_a_source());
        }
        if let Some(requests) = self.max_requests.and_then(|most| usize::try_from(most).ok()) {
            profile.limits.requests = requests;
        }
        profile.limits.sample = self.sample.map(|count| count as usize).or(profile.limits.sample);
        profile.limits.wait_expiry = self.wait_expiry.unwrap_or(profile.limits.wait_expiry);
        let mut faults = self.gate.faults(catalogue);
        let accepted = unknown_ids(catalogue, &written.file, profile.accept_blocked.keys());
        faults.extend(accepted.into_iter().map(|fault| fault.at("accept_blocked")));
        let decisions = self.gate.decisions.read(
            &Named::of(&written.folder, profile.reviews.as_deref(), profile.waivers.as_deref(), profile.names()),
            catalogue,
        );
        let decisions = decisions.unwrap_or_else(|more| {
            faults.extend(more.0);
            Decisions::default()
        });
        let mut profile = written.resolve(faults)?;
        self.at_mbp(&mut profile)?;
        Ok((profile, decisions))
    }

    /// What may go to MBP: nothing in production, whoever allows it.
    fn at_mbp(&self, profile: &mut Resolved) -> Result<(), Diagnostics> {
        let given = [("--follow", self.follow), ("--hand-in", self.hand_in)];
        let Some(application) = profile.application_mut() else { return Ok(()) };
        let is_production = application.is_in_production();
        let refused = given.into_iter().filter(|(_, given)| *given && is_production).map(|(flag, _)| {
            Diagnostic::new(
                "command line",
                text!("de MBP van dit profiel is die van productie", "the MBP of this profile is that of production"),
                text!("laat {flag} weg, of keur in tni", "leave out {flag}, or check in tni"),
            )
            .at(flag)
        });
        let refused: Vec<Diagnostic> = refused.collect();
        (application.follows, application.hands_in) = (self.follow, self.hand_in);
        if refused.is_empty() { Ok(()) } else { Err(Diagnostics(refused)) }
    }
}

impl JudgingArgs {
    /// What is asked for, by id and by the prefix of a chapter.
    pub(super) fn selection(&self, catalogues: &[&Catalogue]) -> Selection {
        // The name of a chapter means something in the catalogue that has it.
        let selectors = |name: &String| {
            let mut all: Vec<String> = catalogues.iter().map(|catalogue| selector(catalogue, name)).collect();
            all.sort();
            all.dedup();
            all
        };
        let named = |names: &[String]| names.iter().flat_map(selectors).collect();
        Selection { only: named(&self.only), skip: named(&self.skip) }
    }

    /// What the gate is asked for.
    pub(super) fn gate(&self) -> Gate {
        Gate {
            strict: self.strict,
            require_reviews: self.require_reviews,
            stale_waivers_fail: self.stale_waivers == Stale::Fail,
            fail_on: self.fail_on.unwrap_or_default(),
        }
    }

    /// What is to end a run with 1, where that is said.
    pub(super) fn fail_on(&self) -> Option<FailOn> {
        self.fail_on
    }

    /// Everything that is wrong with the names; a selection that leaves nothing is wrong too.
    pub(super) fn faults(&self, catalogues: &[&Catalogue]) -> Vec<Diagnostic> {
        let unknown_in =
            |catalogue: &&Catalogue| unknown_ids(catalogue, "command line", self.only.iter().chain(&self.skip));
        let unknown = catalogues.iter().map(unknown_in).reduce(|known, more| {
            // What one of them knows is known.
            known
                .into_iter()
                .filter(|fault| more.iter().any(|other| other.place == fault.place && other.message == fault.message))
                .collect()
        });
        let (unknown, selection) = (unknown.unwrap_or_default(), self.selection(catalogues));
        let mut rows = catalogues.iter().flat_map(|catalogue| &catalogue.requirements);
        let empty = unknown.is_empty() && !rows.any(|row| selection.holds(&row.id));
        unknown.into_iter().chain(empty.then(nothing_left)).collect()
    }
}

/// An empty selection is a mistake, not a green run.
fn nothing_left() -> Diagnostic {
    Diagnostic::new(
        "command line",
        text!(
            "--only, --skip en --rerun-failed laten samen niets over om te beoordelen",
            "--only, --skip and --rerun-failed together leave nothing to judge"
        ),
        text!("kies een van de drie ruimer", "widen one of them"),
    )
}

impl GateArgs {
    /// Everything that is wrong with the names, and with the report to judge again.
    fn faults(&self, catalogue: &Catalogue) -> Vec<Diagnostic> {
        let mut faults = self.judging.faults(&[catalogue]);
        faults.extend(unknown_ids(catalogue, "command line", &self.accept_blocked));
        faults.extend(self.failed(catalogue).err().map(|faults| faults.0).unwrap_or_default());
        faults
    }

    /// What failed or was blocked in the report to judge again, where one is named.
    fn failed(&self, catalogue: &Catalogue) -> Result<Option<Vec<String>>, Diagnostics> {
        self.rerun_failed.as_deref().map(|path| rerun::failed(path, catalogue)).transpose()
    }

    /// What is judged.
    fn selection(&self, catalogue: &Catalogue) -> Result<Selection, CliError> {
        Diagnostics(self.faults(catalogue)).or(())?;
        let asked = self.judging.selection(&[catalogue]);
        let Some(failed) = self.failed(catalogue)? else { return Ok(asked) };
        let judged: Vec<String> = failed.into_iter().filter(|id| asked.holds(id)).collect();
        if judged.is_empty() {
            return Err(CliError::Input(nothing_left().into()));
        }
        Ok(Selection { only: judged, skip: Vec::new() })
    }

    /// The blocked requirements that are accepted: of the profile with their reasons, and of the command line.
    fn accepted(&self, catalogue: &Catalogue, with_reasons: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let named = self.accept_blocked.iter().map(|id| (id.clone(), "--accept-blocked".to_owned()));
        // A chapter stands for all of its requirements.
        let of_each = named.chain(with_reasons).flat_map(|(name, reason)| {
            let name = selector(catalogue, &name);
            let ids = catalogue.requirements.iter().map(|row| row.id.as_str()).filter(|id| matches_id(&name, id));
            ids.map(|id| (id.to_owned(), reason.clone())).collect::<Vec<_>>()
        });
        of_each.collect()
    }

    /// What a recorded run was asked for, with what these flags say on top: another selection takes the place of the
    /// run's, and so does what ends it with 1; the rest of the gate only becomes stricter, and decisions are added. Returns the earlier report, if one is named.
    pub(super) fn on_top_of(
        &self,
        meta: &mut RunMeta,
        setup: &Setup,
        catalogue: &Catalogue,
    ) -> Result<Option<Baseline>, CliError> {
        let selection = self.selection(catalogue)?;
        let source = vec![setup.name.clone(), setup.base_url.clone()];
        let decisions = self.decisions.read(&Named { source, ..Named::default() }, catalogue)?;
        meta.on_top(&selection, self.judging.gate(), self.judging.fail_on());
        meta.accepted = self.accepted(catalogue, std::mem::take(&mut meta.accepted));
        meta.reviews.extend(decisions.reviews);
        meta.waivers.extend(decisions.waivers);
        Ok(decisions.previous)
    }
}
