//! `bronkeur man`: the manual pages, from the same description of the command line as its help.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use super::{Cli, CliError, Done, output};
use crate::base::files;
use crate::judging::verdict::ExitStatus;

const AFTER_HELP: &str = "\
  bronkeur man | man -l -                              reads the first page
  bronkeur man --out ~/.local/share/man/man1           then: man bronkeur-check";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ManArgs {
    /// Write the page of every command into this folder, instead of printing that of bronkeur
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn man(args: &ManArgs) -> Done {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.out else {
        output::print(&page(&manual(command))?);
        return Ok(ExitStatus::Success);
    };
    let commands: Vec<clap::Command> = command.get_subcommands().cloned().collect();
    for command in std::iter::once(command).chain(commands) {
        let man = manual(command);
        files::write(folder, &man.get_filename(), page(&man)?.as_bytes())
            .map_err(|problem| CliError::unwritten(&problem))?;
    }
    Ok(ExitStatus::Success)
}

/// The page of one command; a subcommand has no version of its own.
fn manual(command: clap::Command) -> Man {
    Man::new(command).source(concat!("bronkeur ", env!("CARGO_PKG_VERSION"))).manual("bronkeur")
}

fn page(man: &Man) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    man.render(&mut bytes).map_err(|error| CliError::internal("man", &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
