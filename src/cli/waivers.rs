//! `bronkeur waivers`: checks a file with waivers and shows which end soon.

use std::path::PathBuf;

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use jiff::civil::Date;

use super::decisions::named_by_profile;
use super::specs::SpecArgs;
use super::{CliError, Done, Global, output};
use crate::base::input::Diagnostics;
use crate::base::text::{Lang, Text};
use crate::catalogue::SubjectKind;
use crate::judging::decisions::{Named, SOON, Waiver, ends_soon, today, waivers_in};
use crate::judging::verdict::ExitStatus;
use crate::text;

const AFTER_HELP: &str = "\
Exit status: 0 all hold for longer than 30 days · 1 some ended or end within 30 days · 2 the file is wrong";

#[derive(Clone, Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct WaiversArgs {
    /// The file with the waivers [default: `waivers` of the profile]
    #[arg(value_name = "FILE", conflicts_with = "profile")]
    file: Option<PathBuf>,
    /// The profile that names it [default: bron.yaml]
    #[arg(short, long, value_name = "FILE", env = "BRONKEUR_PROFILE")]
    profile: Option<PathBuf>,
    #[command(flatten)]
    specs: SpecArgs,
}

/// How long a waiver still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Ended,
    Soon,
    Long,
}

impl Left {
    fn of(waiver: &Waiver, today: Date) -> Self {
        if waiver.has_ended(today) {
            Self::Ended
        } else if ends_soon(waiver.ends_on, today) {
            Self::Soon
        } else {
            Self::Long
        }
    }

    fn word(self) -> Text {
        match self {
            Self::Ended => text!("afgelopen", "ended"),
            Self::Soon => text!("loopt af binnen {SOON} dagen", "ends within {SOON} days"),
            Self::Long => text!("geldt", "holds"),
        }
    }
}

pub(super) fn waivers(args: &WaiversArgs, global: &Global) -> Done {
    let lang = global.lang();
    let (named, kind) = match &args.file {
        Some(file) => (Named { waivers: Some(file.clone()), ..Named::default() }, None),
        None => named_by_profile(args.profile.as_deref()).map(|(named, kind)| (named, Some(kind)))?,
    };
    let file = named.waivers.ok_or_else(|| {
        Diagnostics::one(
            "command line",
            text!("er is geen bestand met vrijstellingen opgegeven", "no file with waivers is named"),
            text!(
                "noem het bestand, of een profiel met de sleutel `waivers` (-p)",
                "name the file, or a profile with the key `waivers` (-p)"
            ),
        )
    })?;
    let of = |kind| -> Result<_, CliError> { Ok(waivers_in(&file, &args.specs.load_as(kind)?, &named.source)?) };
    let waivers = match kind {
        Some(kind) => of(kind)?,
        // A file alone does not say what it is about: the ids in it do.
        None => of(SubjectKind::Source).or_else(|faults| of(SubjectKind::Application).map_err(|_| faults))?,
    };
    let today = today();
    let mut rows: Vec<(&String, &Waiver)> = waivers.iter().collect();
    rows.sort_by_key(|(_, waiver)| waiver.ends_on);
    let ending = rows.iter().filter(|(_, waiver)| Left::of(waiver, today) != Left::Long).count();
    if !global.quiet && !rows.is_empty() {
        output::print(&table(&rows, today, lang));
    }
    let count = rows.len();
    let s = if count == 1 { "" } else { "s" };
    let status = if ending == 0 { ExitStatus::Success } else { ExitStatus::Failures };
    let code = status.code();
    output::print(&format!(
        "bronkeur: {count} waiver{s}, {ending} ended or ending within {SOON} days -> exit {code}\n"
    ));
    Ok(status)
}

fn table(rows: &[(&String, &Waiver)], today: Date, lang: Lang) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(output::width());
    for (id, waiver) in rows {
        let left = Left::of(waiver, today);
        let approved = waiver.approved_by.as_deref().unwrap_or("-");
        table.add_row([
            id.as_str(),
            &waiver.ends_on.to_string(),
            left.word().get(lang),
            waiver.scope.in_words().get(lang),
            &crate::base::text::shown(&waiver.owner),
            &crate::base::text::shown(approved),
            &crate::base::text::shown(&waiver.reason),
        ]);
    }
    format!("{}\n", table.trim_fmt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judging::decisions::Scope;

    #[test]
    fn thirty_days_are_soon_and_thirty_one_are_not() {
        let today: Date = "2026-06-15".parse().unwrap();
        let left = |ends_on: &str| {
            let ends_on = ends_on.parse().unwrap();
            let (reason, owner) = ("r".to_owned(), "o".to_owned());
            Left::of(&Waiver { scope: Scope::All, reason, owner, approved_by: None, ends_on }, today)
        };
        assert_eq!(left("2026-06-14"), Left::Ended);
        assert_eq!(left("2026-06-15"), Left::Soon);
        assert_eq!(left("2026-07-15"), Left::Soon);
        assert_eq!(left("2026-07-16"), Left::Long);
    }
}
