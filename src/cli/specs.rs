//! Which specs a command works with.

use std::path::PathBuf;

use clap::Args;

use super::Trouble;
use crate::catalogue::{Catalogue, DEFAULT_SPEC};
use crate::checks;
use crate::evaluate::matches_id;
use crate::fault::{InputFault, InputFaults};
use crate::text;

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Requirements")]
pub(super) struct SpecArgs {
    /// The source specification
    #[arg(long, value_name = "NAME", env = "BRONKEUR_SPEC", default_value = DEFAULT_SPEC)]
    pub(super) spec: String,
    /// A folder with specs, instead of those in the program
    #[arg(long, value_name = "DIR", env = "BRONKEUR_SPECS")]
    pub(super) specs: Option<PathBuf>,
}

impl SpecArgs {
    pub(super) fn load(&self) -> Result<Catalogue, Trouble> {
        let is_check = |chapter: &str, name: &str| checks::find(chapter, name).is_some();
        Ok(Catalogue::load(&self.spec, self.specs.as_deref(), is_check)?)
    }
}

/// A fault for every name that is neither the id of a requirement nor the prefix of a chapter.
pub(super) fn unknown_ids<'a>(
    catalogue: &Catalogue,
    place: &str,
    names: impl IntoIterator<Item = &'a String>,
) -> Vec<InputFault> {
    let known = |name: &str| catalogue.requirements.iter().any(|requirement| matches_id(name, &requirement.id));
    names
        .into_iter()
        .filter(|name| !known(name))
        .map(|name| {
            let near = nearest(catalogue, name);
            InputFault::new(
                place,
                text!("er is geen requirement `{name}`", "there is no requirement `{name}`"),
                text!(
                    "bedoelde u {near}? `bronkeur list` toont alle nummers",
                    "did you mean {near}? `bronkeur list` shows every id"
                ),
            )
        })
        .collect()
}

/// The id, or the prefix of a chapter, that is nearest to a name.
fn nearest<'a>(catalogue: &'a Catalogue, name: &str) -> &'a str {
    let name = name.to_uppercase();
    let ids = catalogue.requirements.iter().map(|requirement| requirement.id.as_str());
    ids.min_by_key(|id| strsim::damerau_levenshtein(id, &name)).unwrap_or_default()
}

/// One requirement by its id.
pub(super) fn requirement<'a>(
    catalogue: &'a Catalogue,
    id: &str,
) -> Result<&'a crate::catalogue::Requirement, InputFaults> {
    catalogue.find(id).ok_or_else(|| InputFaults(unknown_ids_of(catalogue, id)))
}

fn unknown_ids_of(catalogue: &Catalogue, id: &str) -> Vec<InputFault> {
    let near = nearest(catalogue, id);
    vec![InputFault::new(
        "command line",
        text!("er is geen requirement `{id}`", "there is no requirement `{id}`"),
        text!(
            "bedoelde u {near}? `bronkeur list` toont alle nummers",
            "did you mean {near}? `bronkeur list` shows every id"
        ),
    )]
}
