//! `bronkeur doctor`: what is ready for a check and what is not, with the remedy and who has to act.

use clap::{Args, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::json;

use super::check::seed;
use super::profile::{ProfileArgs, Written};
use super::specs::SpecArgs;
use super::{Done, Global, output, runtime};
use crate::base::confidential::masked;
use crate::base::input::Diagnostics;
use crate::base::text::{Lang, Text};
use crate::evidence::vault::Vault;
use crate::judging::verdict::ExitStatus;
use crate::profile::Resolved;
use crate::run::doctor::{Line, State, Step, diagnose, exit_status, files, untried};
use crate::run::session::Session;
use crate::text;

/// The schema of the JSON form.
const SCHEMA: &str = "bronkeur.doctor/1";

const AFTER_HELP: &str = "\
It reads the profile, looks at names, connections, certificates and clocks, asks the issuer for its discovery document, \
for a token of the client and for the TX token of every citizen, and asks the source once for the list of the subject. \
What depends on a step that failed is not tried.

For an application it asks the issuer for a token for MBP in the name of every citizen who has a login, and opens the \
start page once, to see that it leads to the login of ACM. No form is filled in, and MBP is sent nothing.

Exit status: 0 everything works · 1 something to fix · 2 wrong call or profile, nothing was sent · 3 something could not \
be seen, since nobody answered · 4 internal";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    profile: ProfileArgs,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    specs: SpecArgs,
}

/// The form of what `doctor` and `token` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

pub(super) fn doctor(args: &DoctorArgs, global: &Global) -> Done {
    let written = args.profile.read();
    let catalogue = match &written {
        Ok(written) => args.specs.load_for(written.kind())?,
        Err(_) => args.specs.load()?,
    };
    let read = written.and_then(|written| {
        let known = ready(&written);
        let resolved = written.resolve(Vec::new())?;
        let session = Session::new(&resolved, &catalogue, seed())?;
        Ok((known, resolved, session))
    });
    let (mut lines, resolved, session) = match read {
        Ok((files, resolved, session)) => ([vec![profile_line(&resolved)], files].concat(), resolved, session),
        Err(faults) => {
            let lines = [faults_of_profile(&faults), untried(catalogue.kind)].concat();
            return show(&lines, &Vault::default(), args.format, global);
        }
    };
    let proxied = resolved.is_proxied();
    let mut inquiry = session.inquire();
    let runtime = runtime()?;
    loop {
        match diagnose(inquiry.recording(), proxied) {
            Ok(more) => {
                lines.extend(more);
                return show(&lines, inquiry.vault(), args.format, global);
            }
            Err(request) => {
                runtime.block_on(inquiry.ask(*request));
            }
        }
    }
}

/// The files of a profile, before it is resolved.
fn ready(written: &Written) -> Vec<Line> {
    let named = written.profile.secret_files();
    let paths: Vec<_> = named.iter().map(|(place, path)| (place.as_str(), written.folder.join(path))).collect();
    files(paths.iter().map(|(place, path)| (*place, path.as_path())))
}

fn profile_line(profile: &Resolved) -> Line {
    let (name, citizens) = (profile.name(), profile.citizens.len());
    let environment = profile.acm.as_ref().map_or("-", |acm| acm.environment.as_str());
    let (nl, en) = if profile.application().is_some() { ("toepassing", "application") } else { ("bron", "source") };
    Line::ok(
        Step::Profile,
        text!(
            "{nl} {name}, omgeving {environment}, burgers: {citizens}",
            "{en} {name}, environment {environment}, citizens: {citizens}"
        ),
    )
}

fn faults_of_profile(faults: &Diagnostics) -> Vec<Line> {
    let line = |fault: &crate::base::input::Diagnostic| {
        let place = fault.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let said = |lang: Lang, text: String| masked(&text, lang).into_owned();
        let (file, message, remedy) = (&fault.file, &fault.message, &fault.remedy);
        let seen = |lang: Lang| said(lang, format!("{file}: {place}{}", message.get(lang)));
        let remedy = Text::new(said(Lang::Nl, remedy.nl.clone()), said(Lang::En, remedy.en.clone()));
        Line::owner(Step::Profile, State::Fault, Text::new(seen(Lang::Nl), seen(Lang::En)), remedy)
    };
    faults.0.iter().map(line).collect()
}

fn show(lines: &[Line], vault: &Vault, format: Format, global: &Global) -> Done {
    let status = exit_status(lines);
    let text = match format {
        Format::Json => as_json(lines, status),
        Format::Table if global.quiet => last_line(lines, status),
        Format::Table => format!("{}\n{}", table(lines, global.lang()), last_line(lines, status)),
    };
    output::print_masked(&text, vault)?;
    Ok(status)
}

/// A mark and a word.
fn state(state: State) -> Text {
    match state {
        State::Ok => text!("✓ in orde", "✓ ok"),
        State::Warning => text!("! let op", "! warning"),
        State::Fault => text!("✗ fout", "✗ fault"),
        State::Unknown => text!("? onbekend", "? unknown"),
        State::NotTried => text!("– niet geprobeerd", "– not tried"),
    }
}

fn table(lines: &[Line], lang: Lang) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(output::width());
    for line in lines {
        let mut words = line.seen.get(lang).to_owned();
        if let Some(remedy) = &line.remedy {
            words = format!("{words}\n→ {}", remedy.get(lang));
        }
        if let Some(who) = line.who {
            let name = who.name();
            let (nl, en) = (name.nl, name.en);
            words = format!("{words}\n  {}", text!("aan zet: {nl}", "who acts: {en}").get(lang));
        }
        table.add_row([state(line.state).get(lang), line.step.name().get(lang), &words]);
    }
    format!("{}\n", table.trim_fmt())
}

/// Stable in every language, for scripts: `bronkeur: 1 fault, 2 not tried -> exit 1`.
fn last_line(lines: &[Line], status: ExitStatus) -> String {
    let count = |state: State| lines.iter().filter(|line| line.state == state).count();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let mut words = vec![plural(count(State::Fault), "fault")];
    let more = [
        (count(State::Warning), plural(count(State::Warning), "warning")),
        (count(State::Unknown), format!("{} unknown", count(State::Unknown))),
        (count(State::NotTried), format!("{} not tried", count(State::NotTried))),
    ];
    words.extend(more.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words));
    format!("bronkeur: {} -> exit {}\n", words.join(", "), status.code())
}

fn as_json(lines: &[Line], status: ExitStatus) -> String {
    let steps: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| {
            json!({
                "step": line.step, "state": line.state, "seen": line.seen, "remedy": line.remedy, "who": line.who,
            })
        })
        .collect();
    format!("{:#}\n", json!({ "schema": SCHEMA, "exit_status": status.code(), "steps": steps }))
}
