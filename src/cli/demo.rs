//! `bronkeur demo`: the first try. Nothing to configure, nothing leaves this machine.

use std::time::Duration;

use clap::Args;

use super::check::{self, GateArgs};
use super::specs::SpecArgs;
use super::{Done, Global, Trouble, runtime};
use crate::decisions::Named;
use crate::fault::{InputFault, InputFaults};
use crate::sandbox::{Behaviour, Options, Sandbox, faults};
use crate::text;
use crate::text::Text;

#[derive(Clone, Debug, Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    specs: SpecArgs,
    #[command(flatten)]
    gate: GateArgs,
}

/// How the built-in source behaves.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Built-in source")]
pub(super) struct SandboxArgs {
    /// Break it on purpose: the name of a fault, or a requirement for all faults that break it
    #[arg(long, value_name = "NAME|ID")]
    fault: Vec<String>,
    /// Which envelope it answers in
    #[arg(long, value_enum, default_value_t = Envelope::Links)]
    envelope: Envelope,
    /// How many certificates the citizen has whose list is examined [default: 124]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    certificates: Option<u32>,
    /// How long each of its answers waits, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// The port of the ACM; the source takes the next one [default: any]
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Plain http instead of TLS
    #[arg(long)]
    plain_http: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Envelope {
    /// The documented form
    Links,
    /// Official HAL
    Hal,
}

impl SandboxArgs {
    /// The options of the sandbox; a fault that does not exist is a mistake in the call.
    pub(super) fn options(&self) -> Result<Options, Trouble> {
        let envelope = match self.envelope {
            Envelope::Links => crate::sandbox::Envelope::Links,
            Envelope::Hal => crate::sandbox::Envelope::Hal,
        };
        let mut behaviour = Behaviour { envelope, ..Behaviour::default() };
        if let Some(count) = self.certificates {
            behaviour.certificates.subject = count as usize;
        }
        let mut wrong = Vec::new();
        for name in &self.fault {
            let found = faults::find(name);
            if found.is_empty() {
                let near =
                    faults::all().map(|fault| fault.name).min_by_key(|known| strsim::damerau_levenshtein(known, name));
                let near = near.unwrap_or_default();
                wrong.push(InputFault::new(
                    "command line",
                    text!("er is geen fout met de naam `{name}`", "there is no fault of the name `{name}`"),
                    text!(
                        "bedoelde u `{near}`? `bronkeur serve --faults` toont ze alle",
                        "did you mean `{near}`? `bronkeur serve --faults` shows them all"
                    ),
                ));
            }
            for fault in found {
                (fault.apply)(&mut behaviour);
            }
        }
        InputFaults(wrong).or(())?;
        Ok(Options {
            behaviour,
            latency: Duration::from_millis(self.latency),
            tls: !self.plain_http,
            port: self.port,
            ..Options::default()
        })
    }

    /// Starts the sandbox on the runtime that is given.
    pub(super) async fn start(&self) -> Result<Sandbox, Trouble> {
        let port = self.port;
        Sandbox::start(self.options()?).await.map_err(|error| {
            let Text { nl, en } = Text::of_system(&error);
            Trouble::Other(
                crate::verdict::ExitStatus::Undecided,
                text!(
                    "de ingebouwde ACM en bron starten niet op poort {port}: {nl}",
                    "the built-in ACM and source do not start on port {port}: {en}"
                ),
                text!("kies met --port een vrije poort", "choose a free port with --port"),
            )
        })
    }
}

pub(super) fn demo(args: &DemoArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let decisions = args.gate.decisions.read(&Named::default(), &catalogue)?;
    // The servers have threads of their own: judging never waits for them.
    let servers = runtime()?;
    let sandbox = servers.block_on(args.sandbox.start())?;
    let status = check::run(&sandbox.profile()?, &catalogue, &args.gate, decisions, global);
    drop(sandbox);
    servers.shutdown_background();
    status
}
