//! `bronkeur demo`: the first try. Nothing to configure, nothing leaves this machine.

mod chosen;

use std::time::Duration;

use clap::Args;

use self::chosen::{chosen, told};
use super::check::{self, GateArgs};
use super::profile::of_a_source;
use super::specs::SpecArgs;
use super::{CliError, Done, Global, runtime};
use crate::base::input::Diagnostics;
use crate::base::text::Text;
use crate::catalogue::{Catalogue, SubjectKind};
use crate::judging::decisions::Named;
use crate::judging::verdict::ExitStatus;
use crate::sandbox::fault::{Claim, Fault};
use crate::sandbox::{ApplicationSandbox, Behaviour, NAME, Options, Sandbox, application, faults};
use crate::text;

#[derive(Clone, Debug, Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    sandbox: SandboxArgs,
    #[command(flatten)]
    specs: SpecArgs,
    #[command(flatten)]
    gate: GateArgs,
}

/// How the built-in source or application behaves.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Built-in source or application")]
pub(super) struct SandboxArgs {
    /// Break it on purpose: the name of a fault, or a requirement for the first fault that breaks it; several stack
    #[arg(long, value_name = "NAME|ID")]
    fault: Vec<String>,
    /// Which envelope it answers in
    #[arg(long, value_enum, default_value_t = Envelope::Links)]
    envelope: Envelope,
    /// How many certificates the citizen has whose list is checked [default: 124]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    certificates: Option<u32>,
    /// How long each of its answers waits, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0)]
    latency: u64,
    /// The port of the ACM, after which the source takes the next one; that of the application itself [default: any]
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
    fn options(&self, known: &[String], tell: impl Fn(Claim, &[&str])) -> Result<Options, CliError> {
        let envelope = match self.envelope {
            Envelope::Links => crate::sandbox::Envelope::Links,
            Envelope::Hal => crate::sandbox::Envelope::Hal,
        };
        let mut behaviour = Behaviour { envelope, ..Behaviour::default() };
        if let Some(count) = self.certificates {
            behaviour.certificates.subject = count as usize;
        }
        self.break_on_purpose(&mut behaviour, &faults::all().collect::<Vec<_>>(), known, tell)?;
        Ok(Options {
            behaviour,
            latency: Duration::from_millis(self.latency),
            tls: !self.plain_http,
            port: self.port,
            ..Options::default()
        })
    }

    /// Starts the sandbox on the runtime that is given. `known` are the ids of the requirements.
    pub(super) async fn start(&self, known: &[String], global: &Global) -> Result<Sandbox, CliError> {
        let port = self.port;
        let tell = |fault: Claim, others: &[&str]| told(fault, others, global);
        let options = self.options(known, tell)?;
        Sandbox::start(options).await.map_err(|error| {
            let Text { nl, en } = Text::of_system(&error);
            not_started(text!(
                "de ingebouwde ACM en bron starten niet op poort {port}: {nl}",
                "the built-in ACM and source do not start on port {port}: {en}"
            ))
        })
    }

    /// Starts the application of the sandbox, with its ACM and MBP.
    pub(super) async fn start_application(
        &self,
        known: &[String],
        global: &Global,
    ) -> Result<ApplicationSandbox, CliError> {
        let given = [
            ("--envelope", self.envelope != Envelope::Links),
            ("--certificates", self.certificates.is_some()),
            ("--latency", self.latency > 0),
            ("--plain-http", self.plain_http),
        ];
        let wrong = given.into_iter().filter(|(_, given)| *given).map(|(flag, _)| of_a_source(flag));
        Diagnostics(wrong.collect()).or(())?;
        let mut behaviour = application::behaviour::Behaviour::default();
        let all: Vec<_> = application::faults::all().collect();
        self.break_on_purpose(&mut behaviour, &all, known, |fault, others| told(fault, others, global))?;
        let port = self.port;
        ApplicationSandbox::start(behaviour, port).await.map_err(|error| {
            let Text { nl, en } = Text::of_system(&error);
            not_started(text!(
                "de ingebouwde ACM, MBP en toepassing starten niet op poort {port}: {nl}",
                "the built-in ACM, MBP and application do not start on port {port}: {en}"
            ))
        })
    }

    /// Makes a behaviour wrong in the ways that were asked for.
    fn break_on_purpose<B>(
        &self,
        behaviour: &mut B,
        all: &[&'static Fault<B>],
        known: &[String],
        tell: impl Fn(Claim, &[&str]),
    ) -> Result<(), Diagnostics> {
        let mut wrong = Vec::new();
        for name in &self.fault {
            match chosen(all, name, known) {
                Ok((fault, others)) => {
                    (fault.apply)(behaviour);
                    tell(fault.claim(), &others);
                }
                Err(faults) => wrong.extend(faults.0),
            }
        }
        Diagnostics(wrong).or(())
    }
}

/// The ids of the requirements, as `chosen` wants to know them.
pub(super) fn ids(catalogue: &Catalogue) -> Vec<String> {
    catalogue.requirements.iter().map(|row| row.id.clone()).collect()
}

fn not_started(why: Text) -> CliError {
    let remedy = text!("kies met --port een vrije poort", "choose a free port with --port");
    CliError::Other(ExitStatus::Undecided, why, remedy)
}

pub(super) fn demo(args: &DemoArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let decisions =
        args.gate.decisions.read(&Named { source: vec![NAME.to_owned()], ..Named::default() }, &catalogue)?;
    // The servers have threads of their own: judging never waits for them.
    let servers = runtime()?;
    let ids = ids(&catalogue);
    let status = if catalogue.kind == SubjectKind::Application {
        let sandbox = servers.block_on(args.sandbox.start_application(&ids, global))?;
        check::run(&sandbox.profile()?, &catalogue, &args.gate, decisions, global)
    } else {
        let sandbox = servers.block_on(args.sandbox.start(&ids, global))?;
        check::run(&sandbox.profile()?, &catalogue, &args.gate, decisions, global)
    };
    servers.shutdown_background();
    status
}
