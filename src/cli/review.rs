//! `bronkeur review`: what a person still has to judge, and a file to answer in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::decisions::named_by_profile;
use super::specs::SpecArgs;
use super::{Done, Global, Trouble, output};
use crate::catalogue::{Catalogue, Mode, Requirement};
use crate::decisions::{Review, reviews_in, today};
use crate::fault::{InputFault, InputFaults};
use crate::report;
use crate::text;
use crate::text::Lang;
use crate::verdict::{ExitStatus, Outcome};

/// What is open, unless a report or a file with answers says otherwise: everything that only a person can judge.
#[derive(Clone, Debug, Args)]
pub(super) struct ReviewArgs {
    /// A report.json: what was open in that run
    #[arg(value_name = "REPORT")]
    report: Option<PathBuf>,
    /// The profile that names the file with answers [default: bron.yaml, if there is one]
    #[arg(short, long, value_name = "FILE", env = "BRONKEUR_PROFILE")]
    profile: Option<PathBuf>,
    /// The file with answers [default: `reviews` of the profile]
    #[arg(long, value_name = "FILE", env = "BRONKEUR_REVIEWS")]
    reviews: Option<PathBuf>,
    /// Print a file to answer in (reviews.yaml) instead
    #[arg(long)]
    template: bool,
    /// Write that file; one that is there stays as it is
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    specs: SpecArgs,
}

pub(super) fn review(args: &ReviewArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let open = args.open(&catalogue)?;
    let lang = global.lang();
    if let Some(path) = &args.out {
        return written(path, &template(&open, lang), lang);
    }
    output::print(&if args.template { template(&open, lang) } else { listed(&open, lang) });
    Ok(ExitStatus::Success)
}

impl ReviewArgs {
    /// The requirements that wait for an answer.
    fn open<'a>(&self, catalogue: &'a Catalogue) -> Result<Vec<&'a Requirement>, Trouble> {
        if let Some(path) = &self.report {
            return open_in(path, catalogue);
        }
        let named = match &self.reviews {
            Some(file) => Some(file.clone()),
            None => named_by_profile(self.profile.as_deref())?.reviews,
        };
        let today = today();
        let answers: BTreeMap<String, Review> =
            named.map_or_else(|| Ok(BTreeMap::new()), |file| reviews_in(&file, catalogue, today))?;
        let is_open = |row: &&Requirement| {
            row.mode == Mode::Review && answers.get(&row.id).is_none_or(|answer| answer.has_ended(today))
        };
        Ok(catalogue.requirements.iter().filter(is_open).collect())
    }
}

/// What was open in a run.
fn open_in<'a>(path: &Path, catalogue: &'a Catalogue) -> Result<Vec<&'a Requirement>, Trouble> {
    let report = report::read_report(path)?;
    let rows = report.requirements.iter().filter(|row| row.outcome == Outcome::Review);
    let (mut open, mut faults) = (Vec::new(), Vec::new());
    for row in rows {
        match catalogue.find(&row.id) {
            Some(requirement) => open.push(requirement),
            None => faults.push(catalogue.unknown(&path.display().to_string(), &row.id)),
        }
    }
    InputFaults(faults).or(open).map_err(Trouble::from)
}

fn listed(open: &[&Requirement], lang: Lang) -> String {
    let count = open.len();
    let mut text = text!("Open beoordelingen: {count}\n", "Open reviews: {count}\n").get(lang).to_owned();
    for row in open {
        let _ = writeln!(text, "\n{} ({})  {}", row.id, row.level.name(), row.title.get(lang));
        let _ = writeln!(text, "{}", output::wrapped(row.judged.get(lang), 4));
        let _ = writeln!(text, "    {}", document(row));
    }
    if count > 0 {
        let next = text!(
            "\nAntwoord in een bestand: `bronkeur review --out reviews.yaml`\n",
            "\nAnswer in a file: `bronkeur review --out reviews.yaml`\n"
        );
        text.push_str(next.get(lang));
    }
    text
}

/// The section it rests on, and where that stands.
fn document(row: &Requirement) -> String {
    let parts = [row.reference.as_str(), row.link.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A `reviews.yaml` with an entry for each of them. What is not answered in it stays open.
fn template(open: &[&Requirement], lang: Lang) -> String {
    let head = text!(
        "# Antwoorden van beoordelaars. Waar `answer` leeg is, blijft de beoordeling open.\n# answer: accepted of rejected; date: de dag van het antwoord; eventueel ook `link` en `ends_on` (de laatste dag).\n",
        "# The answers of reviewers. Where `answer` is empty, the review stays open.\n# answer: accepted or rejected; date: the day of the answer; optionally `link` and `ends_on` (the last day) too.\n"
    );
    let mut yaml = head.get(lang).to_owned();
    if open.is_empty() {
        yaml.push_str("[]\n");
    }
    for row in open {
        let question = format!("{} ({}): {}", row.id, row.level.name(), row.title.get(lang));
        yaml.push('\n');
        for paragraph in [&question, row.judged.get(lang), &document(row)] {
            for line in output::wrapped(paragraph, 0).lines() {
                let _ = writeln!(yaml, "# {line}");
            }
        }
        let _ = writeln!(yaml, "- id: {}\n  answer:\n  by:\n  date:\n  note:", row.id);
    }
    yaml
}

fn written(path: &Path, yaml: &str, lang: Lang) -> Done {
    let shown = path.display();
    if path.exists() {
        let there = InputFault::new(
            shown.to_string(),
            text!("dit bestand bestaat al", "this file exists already"),
            text!(
                "kies een andere naam, of gebruik --template en vul het bestand zelf aan",
                "choose another name, or use --template and add to the file yourself"
            ),
        );
        return Err(InputFaults::from(there).into());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    report::write(folder, &name, yaml.as_bytes()).map_err(|unwritten| {
        Trouble::Other(
            ExitStatus::Internal,
            text!("{unwritten}", "{unwritten}"),
            text!("kies met --out een andere plaats", "choose another place with --out"),
        )
    })?;
    output::print(text!("{shown} geschreven\n", "{shown} written\n").get(lang));
    Ok(ExitStatus::Success)
}
