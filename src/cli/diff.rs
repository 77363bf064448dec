//! `bronkeur diff`: what changed between two reports.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{CliError, Done, Global, output};
use crate::base::input::Diagnostics;
use crate::judging::verdict::ExitStatus;
use crate::report::{Difference, difference_as_markdown, difference_as_text, difference_in_short, read_report};

const AFTER_HELP: &str = "\
Worse is what newly fails, fails more severely, or was judged and is blocked or open for review now. What cannot arise \
any more, or was left out with --only or --skip, is shown and is not worse. Response times are shown, never judged.

Exit status: 0 nothing got worse · 1 something got worse · 2 a file that is no report of schema bronkeur.report/1";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct DiffArgs {
    /// The earlier report.json
    old: PathBuf,
    /// The later report.json
    new: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For pull requests
    Markdown,
    /// For programs
    Json,
}

pub(super) fn diff(args: &DiffArgs, global: &Global) -> Done {
    let (old, new) = match (read_report(&args.old), read_report(&args.new)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let faults = [old.err(), new.err()].into_iter().flatten().flat_map(|faults| faults.0);
            return Err(Diagnostics(faults.collect()).into());
        }
    };
    let difference = Difference::between(&old, &new);
    let lang = global.lang();
    output::print(&match args.format {
        Format::Text if global.quiet => format!("{}\n", difference_in_short(&difference).get(lang)),
        Format::Text => difference_as_text(&difference, lang),
        Format::Markdown => difference_as_markdown(&difference, lang),
        Format::Json => {
            let json = serde_json::to_string_pretty(&difference);
            format!("{}\n", json.map_err(|error| CliError::internal("diff", &error))?)
        }
    });
    Ok(if difference.worse { ExitStatus::Failures } else { ExitStatus::Success })
}
