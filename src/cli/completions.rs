//! `bronkeur completions`: what a shell needs to complete the command line, requirement ids and faults included.

use std::collections::BTreeSet;

use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;

use super::specs::SpecArgs;
use super::{Cli, Done, NAME, output};
use crate::judging::verdict::ExitStatus;
use crate::run::fleet::Catalogues;
use crate::sandbox::fault::Fault;
use crate::sandbox::{application, faults};

const AFTER_HELP: &str = "\
  bash        bronkeur completions bash > ~/.local/share/bash-completion/completions/bronkeur
  zsh         bronkeur completions zsh > ~/.zfunc/_bronkeur      (with ~/.zfunc in fpath, before compinit)
  fish        bronkeur completions fish > ~/.config/fish/completions/bronkeur.fish
  PowerShell  bronkeur completions powershell >> $PROFILE";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
    #[command(flatten)]
    specs: SpecArgs,
}

pub(super) fn completions(args: &CompletionsArgs) -> Done {
    let catalogues = args.specs.load_all()?;
    let mut command = with_values(Cli::command(), &catalogues);
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, NAME, &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Ok(ExitStatus::Success)
}

/// The command line with the values that only the catalogue knows. Parsing stays without them: it says what is unknown
/// in its own words, and `--specs` brings ids of its own.
fn with_values(command: Command, catalogues: &Catalogues) -> Command {
    let rows = catalogues.all().flat_map(|catalogue| &catalogue.requirements);
    let ids: BTreeSet<String> = rows.map(|row| row.id.clone()).collect();
    let chapters = ids.iter().filter_map(|id| id.split_once('-')).map(|(prefix, _)| prefix.to_owned());
    let named = catalogues.all().flat_map(|catalogue| &catalogue.chapters);
    let chapters = chapters.chain(named.map(|chapter| chapter.name.clone()));
    let names: BTreeSet<String> = chapters.chain(ids.iter().cloned()).collect();
    // A requirement stands for the faults that break it.
    let claims = faults::all().map(Fault::claim).chain(application::faults::all().map(Fault::claim));
    let faults = claims.flat_map(|fault| std::iter::once(fault.name).chain(fault.breaks.iter().copied()));
    let faults: BTreeSet<String> = faults.map(str::to_owned).collect();
    command.mut_subcommands(|subcommand| {
        subcommand.mut_args(|argument| {
            let values = match argument.get_id().as_str() {
                "only" | "skip" | "ids" => &names,
                "accept_blocked" | "id" => &ids,
                "fault" | "faults" if argument.get_action().takes_values() => &faults,
                _ => return argument,
            };
            argument.value_parser(PossibleValuesParser::new(values.iter().cloned()))
        })
    })
}
