//! `bronkeur explain`: one requirement in full, from its one text in specs/.

use clap::Args;

use super::specs::{SpecArgs, requirement};
use super::{Done, Global, output};
use crate::catalogue::{Catalogue, Requirement};
use crate::text::{Lang, Text};
use crate::verdict::ExitStatus;

#[derive(Clone, Debug, Args)]
pub(super) struct ExplainArgs {
    /// The number of the requirement, such as LST-11
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    specs: SpecArgs,
}

pub(super) fn explain(args: &ExplainArgs, global: &Global) -> Done {
    let catalogue = args.specs.load()?;
    let row = requirement(&catalogue, &args.id)?;
    output::print(&explained(&catalogue, row, global.lang()));
    Ok(ExitStatus::Success)
}

fn explained(catalogue: &Catalogue, row: &Requirement, lang: Lang) -> String {
    let chapter = catalogue.chapters.iter().find(|chapter| chapter.name == row.chapter);
    let chapter = chapter.map(|chapter| chapter.title.get(lang)).unwrap_or_default();
    let mut text = format!("{}  {}\n\n", row.id, row.title.get(lang));
    let word = |nl: &str, en: &str| Text::new(nl, en).get(lang).to_owned();
    let bases: Vec<String> =
        row.basis.iter().map(|basis| format!("{} {}", basis.kind, basis.reference()).trim().to_owned()).collect();
    text.push_str(&format!("{:<12}{chapter}\n", word("hoofdstuk", "chapter")));
    text.push_str(&format!("{:<12}{}, {}\n", word("niveau", "level"), row.level.name(), row.mode.name()));
    text.push_str(&format!("{:<12}{}\n", word("steunt op", "rests on"), bases.join(", ")));
    if !row.link.is_empty() {
        text.push_str(&format!("{:<12}{}\n", word("document", "document"), row.link));
    }
    let parts = [
        (word("Waarom", "Why"), row.explanation.get(lang)),
        (word("Hoe beoordeeld", "How it is judged"), row.judged.get(lang)),
        (word("Wat te doen", "What to do"), row.fix.get(lang)),
    ];
    for (title, words) in parts {
        text.push_str(&format!("\n{title}\n{}\n", output::wrapped(words, 2)));
    }
    let right = row.examples.as_ref().map(|examples| examples.right.as_str());
    let wrong = row.examples.as_ref().and_then(|examples| examples.wrong.as_deref());
    for (title, example) in [(word("Goed", "Right"), right), (word("Fout", "Wrong"), wrong)] {
        if let Some(example) = example {
            text.push_str(&format!("\n{title}\n"));
            example.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
        }
    }
    text
}
