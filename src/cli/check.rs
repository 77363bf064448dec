//! `bronkeur check`: the main job.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::progress::Progress;
use super::specs::{SpecArgs, unknown_ids};
use super::{Done, Global, Trouble, environment, interrupt, output, runtime};
use crate::catalogue::Catalogue;
use crate::evaluate::Selection;
use crate::fault::{InputFault, InputFaults, LARGEST_TEXT, read_text};
use crate::profile::{Profile, Resolved};
use crate::report::{self, Options, Report, RunMeta};
use crate::session::{Finished, Session};
use crate::text;
use crate::verdict::{ExitStatus, Gate};

/// The profile that is read when none is named.
const DEFAULT_PROFILE: &str = "bron.yaml";

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
    /// The profile of the source [default: bron.yaml, if there is one]
    #[arg(short, long, value_name = "FILE", env = "BRONKEUR_PROFILE")]
    profile: Option<PathBuf>,
    /// The URL of the source, up to and including the version
    #[arg(long, value_name = "URL", env = "BRONKEUR_BASE_URL")]
    base_url: Option<String>,
    /// The variable that holds the citizen's national number
    #[arg(long, value_name = "NAME", env = "BRONKEUR_INSZ_ENV", requires = "token_env")]
    insz_env: Option<String>,
    /// The variable that holds the citizen's TX token
    #[arg(long, value_name = "NAME", env = "BRONKEUR_TOKEN_ENV", requires = "insz_env")]
    token_env: Option<String>,
    /// Certificate authorities of the source, beside those of the system (PEM)
    #[arg(long, value_name = "FILE", env = "BRONKEUR_CA_BUNDLE")]
    ca_bundle: Option<PathBuf>,
    /// The longest wait for one answer, in seconds
    #[arg(long, value_name = "SECONDS", env = "BRONKEUR_TIMEOUT")]
    timeout: Option<f64>,
    /// The most requests in a second
    #[arg(long, value_name = "N", env = "BRONKEUR_RATE")]
    rate: Option<f64>,
    /// The most requests at the same time
    #[arg(long, value_name = "N", env = "BRONKEUR_CONCURRENCY")]
    concurrency: Option<usize>,
    /// The most requests in all
    #[arg(long, value_name = "N", env = "BRONKEUR_MAX_REQUESTS")]
    max_requests: Option<usize>,
    /// This run may go against production
    #[arg(long, env = "BRONKEUR_I_MAY_TEST_PRODUCTION")]
    i_may_test_production: bool,
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
    /// Where report.json and junit.xml go
    #[arg(short, long, value_name = "DIR", env = "BRONKEUR_OUT", default_value = "reports")]
    out: PathBuf,
}

pub(super) fn check(args: &CheckArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let profile = args.profile(&catalogue)?;
    run(&profile, &catalogue, &args.gate, global)
}

/// Checks one source and tells and writes what came of it.
pub(super) fn run(profile: &Resolved, catalogue: &Catalogue, gate: &GateArgs, global: &Global) -> Done {
    let selection = gate.selection(catalogue)?;
    let session = Session::new(profile, catalogue, seed())?;
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
        accepted: gate.accepted(profile),
        waivers: BTreeMap::new(),
    };
    let report = Report::new(catalogue, &finished.recording, &finished.verdicts, &meta);
    tell(report, &finished, &gate.out, global)
}

fn tell(mut report: Report, finished: &Finished, out: &Path, global: &Global) -> Done {
    let lang = global.lang();
    let files = report::render_all(&report, global.languages());
    let screen = screen(&report, global);
    // The last look: what must not leave is looked for in everything that does.
    let leak = std::iter::once(&screen).chain(files.iter().filter_map(|(_, text)| text.as_ref().ok()));
    if leak.into_iter().any(|text| finished.vault.leaks(text)) {
        return Err(Trouble::Other(
            ExitStatus::Internal,
            text!(
                "een geheim of rijksregisternummer zou in een rapport komen; er is niets geschreven",
                "a secret or a national number would have entered a report; nothing was written"
            ),
            text!("meld dit: het is een fout in bronkeur", "please report this: it is a defect of bronkeur"),
        ));
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
fn seed() -> u64 {
    let (high, low) = uuid::Uuid::new_v4().as_u64_pair();
    high ^ low
}

impl CheckArgs {
    /// The profile: the file, or what the flags make; flags win. All faults at once.
    fn profile(&self, catalogue: &Catalogue) -> Result<Resolved, Trouble> {
        let (file, mut profile, folder) = self.source_of_profile()?;
        if let Some(base_url) = &self.base_url {
            profile.source.base_url.clone_from(base_url);
        }
        if let Some(bundle) = &self.ca_bundle {
            profile.source.ca_bundle =
                Some(std::path::absolute(bundle).unwrap_or_else(|_| bundle.clone()).display().to_string());
        }
        profile.source.timeout = self.timeout.or(profile.source.timeout);
        profile.source.rate = self.rate.or(profile.source.rate);
        profile.source.concurrency = self.concurrency.or(profile.source.concurrency);
        profile.limits.requests = self.max_requests.unwrap_or(profile.limits.requests);
        profile.production |= self.i_may_test_production;
        let mut faults = unknown_ids(
            catalogue,
            "command line",
            self.gate.only.iter().chain(&self.gate.skip).chain(&self.gate.accept_blocked),
        );
        faults.extend(
            unknown_ids(catalogue, &file, profile.accept_blocked.keys())
                .into_iter()
                .map(|fault| fault.at("accept_blocked")),
        );
        match profile.resolve(&file, &environment, &folder) {
            Ok(resolved) => InputFaults(faults).or(resolved).map_err(Trouble::from),
            Err(more) => Err(InputFaults([faults, more.0].concat()).into()),
        }
    }

    /// The name for messages, the profile, and the folder from which its paths count.
    fn source_of_profile(&self) -> Result<(String, Profile, PathBuf), Trouble> {
        let default = Path::new(DEFAULT_PROFILE);
        let path = match &self.profile {
            Some(path) => Some(path.as_path()),
            None => Some(default).filter(|path| self.insz_env.is_none() && path.exists()),
        };
        if let Some(path) = path {
            let file = path.display().to_string();
            let text = read_text(path, LARGEST_TEXT)?;
            let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
            return Ok((file.clone(), Profile::read(&file, &text)?, folder));
        }
        match (&self.base_url, &self.insz_env, &self.token_env) {
            (Some(base_url), Some(insz_env), Some(token_env)) => {
                Ok(("command line".to_owned(), Profile::of_flags(base_url, insz_env, token_env), PathBuf::new()))
            }
            _ => Err(InputFaults::one(
                "command line",
                text!("er is geen profiel, en ook geen {DEFAULT_PROFILE} in deze map", "there is no profile, and no {DEFAULT_PROFILE} in this folder either"),
                text!(
                    "noem een profiel met -p, of geef --base-url, --insz-env en --token-env; `bronkeur demo` werkt zonder",
                    "name a profile with -p, or give --base-url, --insz-env and --token-env; `bronkeur demo` works without"
                ),
            )
            .into()),
        }
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
        Gate { strict: self.strict, require_reviews: self.require_reviews }
    }

    /// The blocked rows that are accepted: of the profile with their reasons, and of the command line.
    fn accepted(&self, profile: &Resolved) -> BTreeMap<String, String> {
        let named = self.accept_blocked.iter().map(|id| (id.to_uppercase(), "--accept-blocked".to_owned()));
        named.chain(profile.accept_blocked.clone()).collect()
    }
}
