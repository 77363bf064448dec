//! `bronkeur demo`: the first try. Nothing to configure, nothing leaves this machine.

use std::time::Duration;

use clap::Args;

use super::check::{self, GateArgs};
use super::specs::SpecArgs;
use super::{CliError, Done, Global, output, runtime};
use crate::base::input::Diagnostics;
use crate::base::text::{Text, shown};
use crate::catalogue::Catalogue;
use crate::judging::decisions::Named;
use crate::sandbox::{Behaviour, Fault, NAME, Options, Sandbox, faults};
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

/// How the built-in source behaves.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Built-in source")]
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
    fn options(&self, known: &[String], tell: impl Fn(&Fault, &[&str])) -> Result<Options, CliError> {
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
            match chosen(name, known) {
                Ok((fault, others)) => {
                    (fault.apply)(&mut behaviour);
                    tell(fault, &others);
                }
                Err(faults) => wrong.extend(faults.0),
            }
        }
        Diagnostics(wrong).or(())?;
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
        let tell = |fault: &Fault, others: &[&str]| told(fault, others, global);
        Sandbox::start(self.options(known, tell)?).await.map_err(|error| {
            let Text { nl, en } = Text::of_system(&error);
            CliError::Other(
                crate::judging::verdict::ExitStatus::Undecided,
                text!(
                    "de ingebouwde ACM en bron starten niet op poort {port}: {nl}",
                    "the built-in ACM and source do not start on port {port}: {en}"
                ),
                text!("kies met --port een vrije poort", "choose a free port with --port"),
            )
        })
    }
}

/// The fault of this name, or the first one that breaks this requirement; with the names of the others.
///
/// Several faults of one requirement at once may undo each other: so one is taken.
fn chosen(name: &str, known: &[String]) -> Result<(&'static Fault, Vec<&'static str>), Diagnostics> {
    if let Some(fault) = faults::all().find(|fault| fault.name == name) {
        return Ok((fault, Vec::new()));
    }
    let id = name.to_ascii_uppercase();
    let mut of_row = faults::find(&id).into_iter();
    if let Some(first) = of_row.next() {
        return Ok((first, of_row.map(|fault| fault.name).collect()));
    }
    let name = shown(name);
    if known.contains(&id) {
        return Err(Diagnostics::one(
            "command line",
            text!("geen fout van de ingebouwde bron breekt `{id}`", "no fault of the built-in source breaks `{id}`"),
            text!(
                "die eis beoordeelt een beoordelaar, of een keuring kan ze niet tonen: `bronkeur explain {id}`; `bronkeur serve --faults` toont wat er wel is",
                "a reviewer judges that requirement, or a run cannot show it: `bronkeur explain {id}`; `bronkeur serve --faults` shows what there is"
            ),
        ));
    }
    let names = faults::all().flat_map(|fault| std::iter::once(fault.name).chain(fault.breaks.iter().copied()));
    let near = names.min_by_key(|known| strsim::damerau_levenshtein(&known.to_ascii_uppercase(), &id));
    let near = near.unwrap_or_default();
    Err(Diagnostics::one(
        "command line",
        text!("er is geen fout met de naam `{name}`", "there is no fault with the name `{name}`"),
        text!(
            "bedoelde u `{near}`? `bronkeur serve --faults` toont ze allemaal",
            "did you mean `{near}`? `bronkeur serve --faults` shows them all"
        ),
    ))
}

/// Says which fault it is, where a requirement was named, and which others there are.
fn told(fault: &Fault, others: &[&str], global: &Global) {
    if others.is_empty() || global.quiet {
        return;
    }
    let (name, others) = (fault.name, others.join(", "));
    let words = text!(
        "bronkeur: de fout is `{name}`; --fault NAAM neemt een andere: {others}",
        "bronkeur: the fault is `{name}`; --fault NAME takes another: {others}"
    );
    output::say(words.get(global.lang()));
}

/// The ids of the requirements, as `chosen` wants to know them.
pub(super) fn ids(catalogue: &Catalogue) -> Vec<String> {
    catalogue.requirements.iter().map(|row| row.id.clone()).collect()
}

pub(super) fn demo(args: &DemoArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let decisions =
        args.gate.decisions.read(&Named { source: vec![NAME.to_owned()], ..Named::default() }, &catalogue)?;
    // The servers have threads of their own: judging never waits for them.
    let servers = runtime()?;
    let sandbox = servers.block_on(args.sandbox.start(&ids(&catalogue), global))?;
    let status = check::run(&sandbox.profile()?, &catalogue, &args.gate, decisions, global);
    drop(sandbox);
    servers.shutdown_background();
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_stands_for_its_first_fault_and_names_the_others() {
        let known = ["LST-11".to_owned(), "OPS-01".to_owned()];
        let (fault, others) = chosen("LST-11", &known).unwrap();
        assert_eq!(fault.name, faults::find("LST-11")[0].name);
        assert_eq!(others.len(), faults::find("LST-11").len() - 1);
        assert!(!others.contains(&fault.name));
        assert_eq!(chosen("lst-11", &known).unwrap().0.name, fault.name);
        let (named, others) = chosen("number-counts-from-zero", &known).unwrap();
        assert_eq!((named.name, others.len()), ("number-counts-from-zero", 0));
        assert!(chosen("OPS-01", &known).unwrap_err().0[0].message.en.contains("no fault of the built-in source"));
        let unknown = chosen("number-counts-from-zer", &known).unwrap_err().0.remove(0);
        assert!(unknown.remedy.nl.contains("number-counts-from-zero"), "{unknown:?}");
    }
}
