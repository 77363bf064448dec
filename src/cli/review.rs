//! `bronkeur review`: what a person still has to judge, and a file to answer in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::decisions::named_by_profile;
use super::specs::SpecArgs;
use super::{CliError, Done, Global, output};
use crate::base::files;
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::{Lang, Text};
use crate::catalogue::{APPLICATION_SPEC, Catalogue, Mode, Requirement, SubjectKind};
use crate::judging::decisions::{Named, Review, reviews_in, today};
use crate::judging::verdict::{ExitStatus, Outcome};
use crate::profile::quoted;
use crate::report::har;
use crate::report::{self, Report};
use crate::text;

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

/// The requirements that wait for an answer, and the source they are about, where that is known.
struct Open<'a> {
    rows: Vec<&'a Requirement>,
    source: Option<String>,
}

pub(super) fn review(args: &ReviewArgs, global: &Global) -> Done {
    let subject = args.subject()?;
    let catalogue = args.specs.load_as(subject.kind())?;
    let open = args.open(subject, &catalogue)?;
    let lang = global.lang();
    if let Some(path) = &args.out {
        let done = written(path, &template(&open, lang), lang)?;
        output::print(args.next(&path.display().to_string()).get(lang));
        return Ok(done);
    }
    output::print(&if args.template { template(&open, lang) } else { listed(&open.rows, args, lang) });
    Ok(ExitStatus::Success)
}

impl ReviewArgs {
    /// Whose reviews they are, and which kind of subject that is.
    fn subject(&self) -> Result<Subject, CliError> {
        if let Some(path) = &self.report {
            return Ok(Subject::Reported(path.clone(), Box::new(report::read_report(path)?)));
        }
        let (named, kind) = named_by_profile(self.profile.as_deref())?;
        Ok(Subject::Named(named, kind))
    }

    fn open<'a>(&self, subject: Subject, catalogue: &'a Catalogue) -> Result<Open<'a>, CliError> {
        let named = match subject {
            Subject::Reported(path, report) => return open_in(&path, &report, catalogue),
            Subject::Named(named, _) => named,
        };
        let file = self.reviews.as_ref().or(named.reviews.as_ref());
        let today = today();
        let answers: BTreeMap<String, Review> =
            file.map_or_else(|| Ok(BTreeMap::new()), |file| reviews_in(file, catalogue, today, &named.source))?;
        let is_open = |row: &&Requirement| {
            row.mode == Mode::Review && answers.get(&row.id).is_none_or(|answer| answer.has_ended(today))
        };
        let rows = catalogue.requirements.iter().filter(is_open).collect();
        Ok(Open { rows, source: named.source.into_iter().next() })
    }

    /// How a reviewer goes on: the evidence of the run is judged again, with the answers.
    fn next(&self, file: &str) -> Text {
        let folder = self.report.as_deref().and_then(Path::parent).unwrap_or(Path::new("reports"));
        let evidence = folder.join(har::FILE);
        let evidence = evidence.display();
        text!(
            "Vul de antwoorden in en oordeel opnieuw, zonder één oproep:\n    bronkeur replay {evidence} --reviews {file} --out reviewed\n",
            "Fill in the answers and judge again, without a single call:\n    bronkeur replay {evidence} --reviews {file} --out reviewed\n"
        )
    }
}

/// Whose reviews they are.
enum Subject {
    /// Those of a run.
    Reported(PathBuf, Box<Report>),
    /// Those of a profile.
    Named(Named, SubjectKind),
}

impl Subject {
    fn kind(&self) -> SubjectKind {
        match self {
            Self::Reported(_, report) => {
                let is_application = report.run.specs.last().is_some_and(|set| set.name == APPLICATION_SPEC);
                if is_application { SubjectKind::Application } else { SubjectKind::Source }
            }
            Self::Named(_, kind) => *kind,
        }
    }
}

/// What was open in a run.
fn open_in<'a>(path: &Path, report: &Report, catalogue: &'a Catalogue) -> Result<Open<'a>, CliError> {
    let open = report.requirements.iter().filter(|row| row.outcome == Outcome::Review);
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for row in open {
        match catalogue.find(&row.id) {
            Some(requirement) => rows.push(requirement),
            None => faults.push(catalogue.unknown(&path.display().to_string(), &row.id)),
        }
    }
    let source = Some(report.run.source.clone()).filter(|source| !source.trim().is_empty());
    Diagnostics(faults).or(Open { rows, source }).map_err(CliError::from)
}

fn listed(open: &[&Requirement], args: &ReviewArgs, lang: Lang) -> String {
    let count = open.len();
    let mut text = text!("Open beoordelingen: {count}\n", "Open reviews: {count}\n").get(lang).to_owned();
    for row in open {
        let _ = writeln!(text, "\n{} ({})  {}", row.id, row.level.name(), row.title.get(lang));
        let _ = writeln!(text, "{}", output::wrapped(row.judged.get(lang), 4));
        let _ = writeln!(text, "    {}", document(row));
    }
    if count > 0 {
        let report = args.report.as_ref().map(|path| format!("{} ", path.display())).unwrap_or_default();
        let next = text!(
            "\nAntwoord in een bestand:\n    bronkeur review {report}--out reviews.yaml\n",
            "\nAnswer in a file:\n    bronkeur review {report}--out reviews.yaml\n"
        );
        text.push_str(next.get(lang));
        text.push_str(args.next("reviews.yaml").get(lang));
        if args.report.is_none() {
            let after = text!(
                "Sommige ervan kan een keuring zelf beoordelen; wat er na een keuring open staat:\n    bronkeur review reports/report.json\n",
                "A run can judge some of them itself; what is open after one:\n    bronkeur review reports/report.json\n"
            );
            text.push_str(after.get(lang));
        }
    }
    text
}

/// The section it rests on, and where that stands.
fn document(row: &Requirement) -> String {
    let parts = [row.reference.as_str(), row.link.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A `reviews.yaml` with an entry for each of them. What is not answered in it stays open.
fn template(open: &Open<'_>, lang: Lang) -> String {
    let head = text!(
        "# Antwoorden van beoordelaars. Waar `answer` leeg is, blijft de beoordeling open.\n# answer: accepted of rejected; date: de dag van het antwoord; eventueel ook `link` en `ends_on` (de laatste dag).\n",
        "# The answers of reviewers. Where `answer` is empty, the review stays open.\n# answer: accepted or rejected; date: the day of the answer; optionally `link` and `ends_on` (the last day) too.\n"
    );
    let mut yaml = head.get(lang).to_owned();
    if let Some(source) = &open.source {
        // For another source the file is refused.
        let _ = write!(yaml, "source: {}\nreviews:", quoted(source));
    }
    yaml.push_str(if open.rows.is_empty() { " []\n" } else { "\n" });
    for row in &open.rows {
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
        let there = Diagnostic::new(
            shown.to_string(),
            text!("dit bestand bestaat al", "this file exists already"),
            text!(
                "kies een andere naam, of gebruik --template en vul het bestand zelf aan",
                "choose another name, or use --template and add to the file yourself"
            ),
        );
        return Err(Diagnostics::from(there).into());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    files::write(folder, &name, yaml.as_bytes()).map_err(|unwritten| {
        CliError::Other(
            ExitStatus::Internal,
            text!("{unwritten}", "{unwritten}"),
            text!("kies met --out een andere plaats", "choose another place with --out"),
        )
    })?;
    output::print(text!("{shown} geschreven\n", "{shown} written\n").get(lang));
    Ok(ExitStatus::Success)
}
