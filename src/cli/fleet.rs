//! `bronkeur fleet`: many sources in one run.

mod progress;

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use jiff::Timestamp;
use tokio::sync::watch;

use self::progress::Progress;
use super::check::{JudgingArgs, Printed, say_what_is_sent, seed};
use super::specs::SpecArgs;
use super::{Done, Global, elsewhere, environment, interrupt, output, runtime, writable};
use crate::base::input::Diagnostics;
use crate::catalogue::Catalogue;
use crate::evidence::vault::Gate;
use crate::judging::verdict::ExitStatus;
use crate::report::fleet::model::Overview;
use crate::report::{self, fleet_as_github, fleet_in_words, render_fleet};
use crate::run::fleet::{Bounds, Choice, Order, Shard, Sources, What, gather, read_overview, run};
use crate::run::inspection::RunOptions;

const AFTER_HELP: &str = "\
Every source gets a folder of its name with what `check` writes; the overview (fleet.html, fleet.md, fleet.json, \
fleet.junit.xml) is beside them. A source can also be the evidence.har of its owner: then nothing is called, and \
nobody's secrets are needed. Or the report.json of an earlier run, which is shown as it is.

The overview begins with what to read first: sources that are new or worse than in --previous, sources that cannot be \
reached now, and waivers and answered reviews that end within 30 days of their run. The most harmful source is the \
first of the rest.

  sources.yaml:
    defaults: { acm: { environment: tni, client: { id: c, secret: { env: SECRET } }, audience: portal } }
    sources:
      - { name: town-a, tags: [towns], profile: town-a/bron.yaml }
      - { name: town-b, tags: [towns], profile: town-b/bron.yaml, overrides: { source: { rate: 2 } } }
      - { name: agency, evidence: from-agency/evidence.har }
      - { name: province, report: from-province/report.json }

  bronkeur fleet sources.yaml --tag towns
  bronkeur fleet sources.yaml --shard 2/5 --out part-2      then: bronkeur merge part-* --out reports

Reviews, waivers and accepted requirements are those that the profile of each source names; `defaults` names files for \
all, such as `defaults: { waivers: waivers.yaml }`. Of evidence and reports they are those of their run: to add answers, \
judge the evidence with `replay --reviews`, and name the report.json that it writes.

Exit status: the worst of the sources, in this order: 4 internal · 2 wrong input · 1 failures · 3 no conclusion · 0. \
Mistakes in the file or in the files it names are reported at once, before the first call";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct FleetArgs {
    /// The file with the sources
    #[arg(value_name = "FILE", env = "BRONKEUR_SOURCES", default_value = "sources.yaml")]
    sources: PathBuf,
    /// Only the sources with one of these tags
    #[arg(long, value_name = "TAG,…", value_delimiter = ',', env = "BRONKEUR_TAG")]
    tag: Vec<String>,
    /// Only a part of them, by name, such as 2/5; `merge` joins the parts
    #[arg(long, value_name = "N/M", env = "BRONKEUR_SHARD")]
    shard: Option<Shard>,
    /// The most sources at the same time
    #[arg(long, value_name = "N", env = "BRONKEUR_JOBS", default_value_t = 4,
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=256))]
    jobs: usize,
    /// The most sources of the same host at the same time
    #[arg(long, value_name = "N", env = "BRONKEUR_PER_HOST", default_value_t = 2,
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=256))]
    per_host: usize,
    #[command(flatten)]
    out: OutArgs,
    #[command(flatten)]
    specs: SpecArgs,
    #[command(flatten)]
    judging: JudgingArgs,
}

/// Where the overview goes, and with what it is compared.
#[derive(Clone, Debug, Args)]
pub(super) struct OutArgs {
    /// The form of what is printed
    #[arg(long, value_enum, env = "BRONKEUR_FORMAT", default_value_t = Printed::Terminal)]
    format: Printed,
    /// Where the overview and the folders of the sources go
    #[arg(short, long, value_name = "DIR", env = "BRONKEUR_OUT", default_value = "reports")]
    pub(super) out: PathBuf,
    /// The fleet.json of an earlier run: marks what changed since
    #[arg(long, value_name = "FILE", env = "BRONKEUR_PREVIOUS_FLEET")]
    previous: Option<PathBuf>,
}

impl OutArgs {
    /// The overview of the earlier run, where one is named.
    pub(super) fn earlier(&self) -> Result<Option<Overview>, Diagnostics> {
        self.previous.as_deref().map(read_overview).transpose()
    }
}

pub(super) fn fleet(args: &FleetArgs, global: &Global) -> Done {
    let catalogues = args.specs.load_all()?;
    let all: Vec<&Catalogue> = catalogues.all().collect();
    let sources = Sources::read(&args.sources);
    let previous = args.out.earlier();
    let mut faults = args.judging.faults(&all);
    let choice = Choice { tags: args.tag.clone(), shard: args.shard };
    let chosen = sources.as_ref().map_err(Clone::clone);
    let chosen = chosen.and_then(|sources| sources.choose(&choice, &catalogues, &environment, &args.out.out));
    let (sources, chosen, previous) = match (sources, chosen, previous) {
        (Ok(sources), Ok(chosen), Ok(previous)) if faults.is_empty() => (sources, chosen, previous),
        (_, chosen, previous) => {
            faults.extend([chosen.err(), previous.err()].into_iter().flatten().flat_map(|faults| faults.0));
            return Err(Diagnostics(faults).into());
        }
    };
    let asked = RunOptions {
        selection: args.judging.selection(&all),
        gate: args.judging.gate(),
        fail_on: args.judging.fail_on(),
        ..RunOptions::default()
    };
    writable(&args.out.out)?;
    for source in &chosen {
        if let What::Live(profile, _) = &source.what {
            say_what_is_sent(profile, global);
        }
    }
    let (started, clock) = (Timestamp::now(), Instant::now());
    let progress = Progress::new(&chosen, &catalogues, global);
    // It lives until the overview is written: a second interrupt ends that too.
    let runtime = runtime()?;
    let (stop, interrupted) = watch::channel(false);
    let first = interrupt::interrupted(runtime.handle());
    runtime.spawn(async move {
        first.await;
        stop.send_replace(true);
        // Nobody may take its end for an interrupt that cannot come any more.
        std::future::pending::<()>().await;
    });
    let (out, languages) = (args.out.out.as_path(), global.languages());
    let order = Order { catalogues: &catalogues, asked: &asked, out, languages, seed, interrupted };
    let bounds = Bounds { jobs: args.jobs, per_host: args.per_host };
    let ended = run(chosen, &order, bounds, &|name, told| progress.tell(name, &told));
    progress.finish();
    let (members, vaults): (Vec<_>, Vec<_>) = ended.into_iter().map(|ended| (ended.member, ended.vault)).unzip();
    let duration = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut overview = gather(&catalogues, started, duration, members);
    overview.shards = args.shard.iter().map(ToString::to_string).collect();
    if let Some(previous) = previous {
        overview.compare(&previous, &sources.names().collect::<Vec<_>>());
    }
    tell(&mut overview, &Gate::of(vaults), &args.out, global)
}

/// Shows an overview and writes every file of it.
pub(super) fn tell(overview: &mut Overview, gate: &Gate, out: &OutArgs, global: &Global) -> Done {
    let lang = global.lang();
    let screen = screen(overview, out.format, global);
    let files = render_fleet(overview, global.languages());
    let unwritten = report::publish(gate, &out.out, &screen, files, None)?.problems;
    if unwritten.is_empty() {
        output::print(&screen);
        return Ok(ExitStatus::of_code(overview.result.exit_status));
    }
    overview.result.exit_status = ExitStatus::Internal.code();
    output::print(&self::screen(overview, out.format, global));
    for problem in &unwritten {
        output::say(&problem.in_words(lang));
    }
    output::say(&format!("    {}", elsewhere().get(lang)));
    Ok(ExitStatus::Internal)
}

/// What is printed: a line or an annotation for what needs somebody, and the last line; that alone where nothing more is
/// wanted.
fn screen(overview: &Overview, format: Printed, global: &Global) -> String {
    match format {
        Printed::Github if !global.quiet => fleet_as_github(overview, global.lang()),
        _ => fleet_in_words(overview, global.lang(), global.quiet),
    }
}
