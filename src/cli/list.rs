//! `bronkeur list`: the catalogue.

use clap::{Args, ValueEnum};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::json;

use super::specs::SpecArgs;
use super::{Done, Global, output};
use crate::base::input::Diagnostics;
use crate::base::text::Lang;
use crate::catalogue::{Catalogue, Requirement, matches_id, selector, unknown_ids};
use crate::judging::verdict::ExitStatus;
use crate::text;

#[derive(Clone, Debug, Args)]
pub(super) struct ListArgs {
    /// Only these requirements or chapters, such as LST, list or SEC-08
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// The form of the list
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    specs: SpecArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For documentation
    Markdown,
    /// For programs
    Json,
}

pub(super) fn list(args: &ListArgs, global: &Global) -> Done {
    let catalogues = args.specs.load_all()?;
    let unknown = |catalogue: &Catalogue| unknown_ids(catalogue, "command line", &args.ids);
    // Without an id it is the usual set; else the one that has them.
    let own = catalogues.all().find(|catalogue| unknown(catalogue).is_empty());
    let Some(catalogue) = own else {
        let faults = catalogues.all().next().map(unknown).unwrap_or_default();
        return Err(Diagnostics(faults).into());
    };
    let names: Vec<String> = args.ids.iter().map(|name| selector(catalogue, name)).collect();
    let named = |row: &&Requirement| names.is_empty() || names.iter().any(|name| matches_id(name, &row.id));
    let rows: Vec<&Requirement> = catalogue.requirements.iter().filter(named).collect();
    let lang = global.lang();
    output::print(&match args.format {
        Format::Table => table(catalogue, &rows, lang),
        Format::Markdown => markdown(catalogue, &rows, lang),
        Format::Json => as_json(&rows),
    });
    Ok(ExitStatus::Success)
}

/// `quoted ATT 5.3, derived`
fn basis(row: &Requirement, lang: Lang) -> String {
    row.basis.iter().map(|basis| basis.word().get(lang).to_owned()).collect::<Vec<_>>().join(", ")
}

fn table(catalogue: &Catalogue, rows: &[&Requirement], lang: Lang) -> String {
    let mut text = String::new();
    for chapter in &catalogue.chapters {
        let of_chapter: Vec<&&Requirement> = rows.iter().filter(|row| row.chapter == chapter.name).collect();
        if of_chapter.is_empty() {
            continue;
        }
        let mut table = Table::new();
        table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(output::width());
        for row in of_chapter {
            let mode = row.mode.word();
            table.add_row([row.id.as_str(), row.level.name(), mode.get(lang), row.title.get(lang), &basis(row, lang)]);
        }
        text.push_str(&format!("{} ({})\n{}\n\n", chapter.title.get(lang), chapter.name, table.trim_fmt()));
    }
    text
}

fn markdown(catalogue: &Catalogue, rows: &[&Requirement], lang: Lang) -> String {
    let mut text = String::new();
    for chapter in &catalogue.chapters {
        let of_chapter: Vec<&&Requirement> = rows.iter().filter(|row| row.chapter == chapter.name).collect();
        if of_chapter.is_empty() {
            continue;
        }
        text.push_str(&format!("## {} (`{}`)\n\n", chapter.title.get(lang), chapter.name));
        let head = text!("| nr. | niveau | wijze | eis | steunt op |", "| id | level | mode | requirement | basis |");
        text.push_str(&format!("{}\n| --- | --- | --- | --- | --- |\n", head.get(lang)));
        for row in of_chapter {
            let title = row.title.get(lang).replace('|', "\\|");
            text.push_str(&format!(
                "| {} | {} | {} | {title} | {} |\n",
                row.id,
                row.level.name(),
                if lang == Lang::Nl { row.mode.word().nl } else { row.mode.name().to_owned() },
                basis(row, lang)
            ));
        }
        text.push('\n');
    }
    text
}

fn as_json(rows: &[&Requirement]) -> String {
    let rows: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id, "chapter": row.chapter, "level": row.level, "about": row.about, "mode": row.mode,
                "basis": row.basis.iter().map(|basis| &basis.kind).collect::<Vec<_>>(),
                "reference": row.reference, "link": row.link, "title": row.title,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}
