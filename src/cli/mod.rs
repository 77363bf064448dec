//! The command line.
//!
//! - One file per command: `acm`, `check`, `completions`, `demo`, `diff`, `doctor`, `explain`, `fleet`, `init`, `list`,
//!   `login`, `man`, `merge`, `replay`, `review`, `selftest`, `serve`, `token`, `waivers`.
//! - `profile`, `specs`, `decisions`, `rerun`: flags that several commands share; `said`: no secret may stand in one.
//! - `output`, `progress`, `interrupt`: words on the terminal, while a run goes on, and its end by Ctrl-C.

mod acm;
mod check;
mod completions;
mod decisions;
mod demo;
mod diff;
mod doctor;
mod explain;
mod fleet;
mod init;
mod interrupt;
mod list;
mod login;
mod man;
mod merge;
mod output;
mod profile;
mod progress;
mod replay;
mod rerun;
mod review;
mod said;
mod selftest;
mod serve;
mod specs;
mod token;
mod waivers;

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::base::confidential::masked;
use crate::base::files::{self, WriteError};
use crate::base::input::Diagnostics;
use crate::base::text::{Lang, Text};
use crate::judging::verdict::ExitStatus;
use crate::report::{Languages, Leaked};
use crate::text;

/// How the program is called.
const NAME: &str = "bronkeur";

const AFTER_HELP: &str = "\
Start here:
  bronkeur demo                       checks the built-in source: nothing to configure, nothing leaves this machine
  bronkeur init                       writes a profile of your own source
  bronkeur doctor -p bron.yaml        checks that everything is ready, and says who has to act
  bronkeur check -p bron.yaml         checks your own source
  bronkeur fleet sources.yaml         checks many sources, with an overview of all
  bronkeur replay evidence.har        makes the reports of a run again, offline
  bronkeur acm                        starts an issuer for a source on your laptop, with a profile for it
  bronkeur demo --spec sso-handover   checks the built-in application that hands its users over to Mijn Burgerprofiel
  bronkeur acm --mbp                  starts an issuer and an MBP for such an application of your own
  bronkeur explain LST-11             says what a requirement asks, why, and how it is judged

Exit status:
  0  no failure, and nothing obligatory left undecided
  1  at least one failure
  2  the command line, the profile or the specs are wrong; nothing was sent
  3  no conclusion: something obligatory is blocked, no token, source unreachable, interrupted
  4  internal error, or a result that could not be written";

/// Checks whether a source of attesten and vergunningen, or an application that hands its users over, conforms to what
/// Mijn Burgerprofiel asks of it.
///
/// Reads the requirements and a profile, gets tokens from the access management (ACM), calls the source with GET, HEAD
/// and OPTIONS only, or opens the pages of the application with GET, and says pass or fail per requirement, with
/// evidence. Secrets and national numbers are masked everywhere.
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = AFTER_HELP, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
struct Global {
    /// The language of terminal and JUnit [default: from LC_ALL or LANG, else en], and the only one of HTML and Markdown
    #[arg(long, global = true, env = "BRONKEUR_LANG", value_enum)]
    lang: Option<Lang>,
    /// Colour on the terminal; NO_COLOR is respected
    #[arg(long, global = true, env = "BRONKEUR_COLOR", value_enum, default_value_t = When::Auto)]
    color: When,
    /// Only the last line, and errors
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Every requirement on its own line, and each call when its answer is there; twice (-vv): the bodies too, masked and
    /// shortened
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a source or an application: the main job
    Check(Box<check::CheckArgs>),
    /// Write a first profile of a source or an application, with comments
    Init(Box<init::InitArgs>),
    /// Before a check: look at profile, network, clocks, tokens and one call, and say what to do
    Doctor(doctor::DoctorArgs),
    /// Get a citizen's TX token, for the source or for MBP, and describe it
    Token(token::TokenArgs),
    /// Check many sources and applications in one run, with an overview of all
    Fleet(Box<fleet::FleetArgs>),
    /// Join the overviews of parts of a fleet
    Merge(merge::MergeArgs),
    /// Make the reports of a recorded run again, offline; or compare them with a report
    Replay(Box<replay::ReplayArgs>),
    /// Start the built-in ACM with its source or application on this machine, check it, show the result
    Demo(demo::DemoArgs),
    /// Keep the built-in ACM with its source or application running, with a profile for them
    Serve(serve::ServeArgs),
    /// Start the built-in ACM alone: an issuer for your own source or application, on this machine
    Acm(acm::AcmArgs),
    /// Break the built-in source or application in every known way and show which requirements notice
    Selftest(selftest::SelftestArgs),
    /// Show what changed between two reports
    Diff(diff::DiffArgs),
    /// Show what a person still has to judge, and write a file to answer in
    Review(review::ReviewArgs),
    /// Check a file with waivers, and show which end soon
    Waivers(waivers::WaiversArgs),
    /// Log a test citizen in, in the browser, and keep the tokens for `check`
    Login(login::LoginArgs),
    /// Show the requirements: id, level, basis, how they are judged
    List(list::ListArgs),
    /// Explain one requirement: what it asks, why, how it is judged, what to do
    Explain(explain::ExplainArgs),
    /// Print what a shell needs to complete the command line
    Completions(completions::CompletionsArgs),
    /// Print or write the manual pages
    Man(man::ManArgs),
}

impl Global {
    /// The language: the flag, else the locale.
    fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(of_locale)
    }

    /// The languages of the files: `--lang` narrows those that would hold both.
    fn languages(&self) -> Languages {
        Languages { first: self.lang(), only: self.lang.is_some() }
    }

    fn color(&self) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                std::io::stdout().is_terminal()
                    && environment("NO_COLOR").is_none()
                    && environment("TERM").as_deref() != Some("dumb")
            }
        }
    }
}

/// A variable of the environment that is set and not empty. The only place that reads it, besides clap.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn of_locale() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(environment);
    Lang::of_locale(&locale.unwrap_or_default())
}

/// Why a command could not do its work: what to say and how to end.
#[derive(Debug)]
enum CliError {
    /// The call, the profile or the specs are wrong.
    Input(Diagnostics),
    /// Something else, in words, with what to do.
    Other(ExitStatus, Text, Text),
}

impl From<Leaked> for CliError {
    fn from(Leaked: Leaked) -> Self {
        Self::leak()
    }
}

impl From<Diagnostics> for CliError {
    fn from(faults: Diagnostics) -> Self {
        Self::Input(faults)
    }
}

impl CliError {
    fn internal(what: &str, error: &dyn std::fmt::Display) -> Self {
        Self::Other(
            ExitStatus::Internal,
            text!("{what}: {error}", "{what}: {error}"),
            text!(
                "meld dit met de versie (`bronkeur --version`) en de opdracht",
                "report this with the version (`bronkeur --version`) and the command"
            ),
        )
    }

    /// A file that a command was asked for and could not write.
    fn unwritten(problem: &WriteError) -> Self {
        Self::Other(ExitStatus::Internal, problem.told(), elsewhere())
    }

    /// What was to be printed could not be, for another reason than a reader that went away.
    fn lost() -> Self {
        Self::Other(
            ExitStatus::Internal,
            text!("niet alles kon naar de standaarduitvoer", "not everything could be written to standard output"),
            text!(
                "maak plaats op die schijf, of leid de uitvoer elders heen",
                "make room on that disk, or redirect the output elsewhere"
            ),
        )
    }

    /// What must not leave was about to.
    fn leak() -> Self {
        Self::Other(
            ExitStatus::Internal,
            text!(
                "een geheim of rijksregisternummer dreigde uit te lekken; er is niets getoond of geschreven",
                "a secret or a national number was about to leak; nothing was shown or written"
            ),
            text!("meld dit: het is een fout in bronkeur", "please report this: it is a bug in bronkeur"),
        )
    }

    fn status(&self) -> ExitStatus {
        match self {
            Self::Input(_) => ExitStatus::Usage,
            Self::Other(status, ..) => *status,
        }
    }

    fn show(&self, lang: Lang) {
        match self {
            Self::Input(faults) => output::say(&faults.render(lang)),
            Self::Other(_, message, remedy) => {
                let text = format!("bronkeur: {}\n    {}", message.get(lang), remedy.get(lang));
                output::say(&masked(&text, lang));
            }
        }
    }
}

/// What to do where a folder cannot be written.
fn elsewhere() -> Text {
    text!(
        "kies een map waarin u mag schrijven, op een schijf met plaats (--out)",
        "choose a folder in which you may write, on a disk with room (--out)"
    )
}

/// Whether files can be written into a folder: before the first request, not after the last.
fn writable(folder: &Path) -> Result<(), CliError> {
    files::writable(folder).map_err(|problem| CliError::unwritten(&problem))
}

type Done = Result<ExitStatus, CliError>;

/// Runs the program. Usage errors end with 2, as clap does.
pub fn main() -> ExitCode {
    // A closed pipe (`bronkeur list | head`) is no reason for a message; a defect of ours is status 4.
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // The message itself could hold anything, a secret too: it is not shown.
        output::say(&format!(
            "bronkeur: internal error at {place}; please report it with the command and `bronkeur --version`"
        ));
    }));
    let status = std::panic::catch_unwind(|| {
        let (raw, said) = said::arguments();
        let refused = said::refused(&said, &Cli::command());
        if !refused.0.is_empty() {
            output::say(&refused.render(said::lang(&said)));
            return ExitCode::from(ExitStatus::Usage.code());
        }
        match Cli::try_parse_from(raw) {
            Ok(cli) => ExitCode::from(cli.ended().code()),
            Err(error) => said::unparsed(&error, &said, said::lang(&said)),
        }
    });
    status.unwrap_or_else(|_| ExitCode::from(ExitStatus::Internal.code()))
}

impl Cli {
    /// Does what was asked, and says what went wrong.
    fn ended(self) -> ExitStatus {
        let lang = self.global.lang();
        let ended = match self.command.run(&self.global) {
            Ok(_) if output::lost() => Err(CliError::lost()),
            ended => ended,
        };
        ended.unwrap_or_else(|trouble| {
            trouble.show(lang);
            trouble.status()
        })
    }
}

impl Command {
    fn run(self, global: &Global) -> Done {
        match self {
            Self::Check(args) => check::check(&args, global),
            Self::Init(args) => init::init(&args, global),
            Self::Doctor(args) => doctor::doctor(&args, global),
            Self::Token(args) => token::token(&args, global),
            Self::Fleet(args) => fleet::fleet(&args, global),
            Self::Merge(args) => merge::merged(&args, global),
            Self::Replay(args) => replay::replay(&args, global),
            Self::Demo(args) => demo::demo(&args, global),
            Self::Serve(args) => serve::serve(&args, global),
            Self::Acm(args) => acm::acm(&args, global),
            Self::Selftest(args) => selftest::selftest(&args, global),
            Self::Diff(args) => diff::diff(&args, global),
            Self::Review(args) => review::review(&args, global),
            Self::Waivers(args) => waivers::waivers(&args, global),
            Self::Login(args) => login::login(&args, global),
            Self::List(args) => list::list(&args, global),
            Self::Explain(args) => explain::explain(&args, global),
            Self::Completions(args) => completions::completions(&args),
            Self::Man(args) => man::man(&args),
        }
    }
}

/// The runtime of the commands that speak to the network.
fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .map_err(|error| CliError::internal("tokio", &error))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
