//! `bronkeur merge`: the overviews of parts of a fleet as one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::fleet::{OutArgs, tell};
use super::{CliError, Done, Global, output, writable};
use crate::base::files::write;
use crate::base::input::Diagnostics;
use crate::evidence::vault::Gate;
use crate::judging::verdict::ExitStatus;
use crate::report::fleet::model::Overview;
use crate::run::fleet::{merge, read_overview};
use crate::text;

const AFTER_HELP: &str = "\
  bronkeur fleet sources.yaml --shard 1/2 --out part-1
  bronkeur fleet sources.yaml --shard 2/2 --out part-2
  bronkeur merge part-1 part-2 --out reports

What is in the folders of the sources is copied beside the overview. A source that is in two parts, and parts of \
other versions of the program or the requirements, are refused.

Exit status: the worst of the sources, as `fleet` · 3 a part is missing (it is named) · 2 parts that cannot be joined";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct MergeArgs {
    /// The folders that `fleet` wrote
    #[arg(value_name = "DIR", required = true)]
    parts: Vec<PathBuf>,
    #[command(flatten)]
    out: OutArgs,
}

pub(super) fn merged(args: &MergeArgs, global: &Global) -> Done {
    let (mut parts, mut faults) = (Vec::new(), Vec::new());
    for folder in &args.parts {
        let path = folder.join("fleet.json");
        match read_overview(&path) {
            Ok(part) => parts.push((path.display().to_string(), part)),
            Err(more) => faults.extend(more.0),
        }
    }
    let previous = args.out.earlier().unwrap_or_else(|more| {
        faults.extend(more.0);
        None
    });
    Diagnostics(faults).or(())?;
    let homes: Vec<(String, &Path)> = parts
        .iter()
        .zip(&args.parts)
        .flat_map(|((_, part), folder)| part.members.iter().map(|member| (member.name.clone(), folder.as_path())))
        .collect();
    let mut overview = merge(parts)?;
    writable(&args.out.out)?;
    copy(&mut overview, &homes, &args.out.out)?;
    if let Some(previous) = previous {
        let names: Vec<String> = overview.members.iter().map(|member| member.name.clone()).collect();
        overview.compare(&previous, &names.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let missing = missing_parts(&overview.shards);
    if !missing.is_empty() {
        let parts = missing.join(", ");
        let words = text!(
            "bronkeur: wat hier ontbreekt, is niet beoordeeld: deel {parts}; noem ook die map, of herstart dat deel",
            "bronkeur: what is missing here is not judged: part {parts}; name that folder too, or run that part again"
        );
        output::say(words.get(global.lang()));
        if overview.result.exit_status == ExitStatus::Success.code() {
            overview.result.exit_status = ExitStatus::Undecided.code();
        }
    }
    tell(&mut overview, &Gate::default(), &args.out, global)
}

/// The parts of a whole, such as `1/2`, that are not among these.
fn missing_parts(shards: &[String]) -> Vec<String> {
    let wholes: BTreeSet<u32> = shards.iter().filter_map(|shard| shard.split_once('/')?.1.parse().ok()).collect();
    // A fleet of another file could say anything: as many as there are members at most.
    let all = wholes.into_iter().flat_map(|whole| (1..=whole.min(1_000)).map(move |part| format!("{part}/{whole}")));
    all.filter(|part| !shards.contains(part)).collect()
}

/// Puts the files of every source beside the overview; what a part did not bring along is not linked either.
fn copy(overview: &mut Overview, homes: &[(String, &Path)], out: &Path) -> Result<(), CliError> {
    for member in &mut overview.members {
        let Some((_, home)) = homes.iter().find(|(name, _)| *name == member.name) else { continue };
        let (from, to) = (home.join(&member.name), out.join(&member.name));
        let mut problem = None;
        member.files.retain(|file| {
            let Ok(bytes) = std::fs::read(from.join(file)) else { return false };
            if let Err(error) = write(&to, file, &bytes) {
                problem.get_or_insert(error);
            }
            true
        });
        if let Some(problem) = problem {
            return Err(CliError::unwritten(&problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_there_is_named() {
        let missing = |shards: &[&str]| missing_parts(&shards.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(missing(&["2/2"]), ["1/2"]);
        assert_eq!(missing(&["1/3", "3/3"]), ["2/3"]);
        assert!(missing(&["1/2", "2/2"]).is_empty() && missing(&[]).is_empty() && missing(&["x"]).is_empty());
    }
}
