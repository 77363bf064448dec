//! `bronkeur explain`: one requirement in full, from its one text in specs/.

use clap::Args;

use super::specs::SpecArgs;
use super::{Done, Global, output};
use crate::base::input::Diagnostics;
use crate::base::text::{Lang, Text};
use crate::catalogue::example::UNCHANGED;
use crate::catalogue::{Catalogue, Requirement};
use crate::judging::verdict::ExitStatus;

#[derive(Clone, Debug, Args)]
pub(super) struct ExplainArgs {
    /// The number of the requirement, such as LST-11
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    specs: SpecArgs,
}

pub(super) fn explain(args: &ExplainArgs, global: &Global) -> Done {
    let catalogues = args.specs.load_all()?;
    // Ids are unique over the sets of all kinds.
    let found = catalogues.all().find_map(|catalogue| Some((catalogue, catalogue.find(&args.id)?)));
    let unknown = || catalogues.all().next().map(|first| first.unknown("command line", &args.id));
    let (catalogue, row) = found.ok_or_else(|| Diagnostics(unknown().into_iter().collect()))?;
    output::print(&explained(catalogue, row, global.lang()));
    Ok(ExitStatus::Success)
}

fn explained(catalogue: &Catalogue, row: &Requirement, lang: Lang) -> String {
    let chapter = catalogue.chapters.iter().find(|chapter| chapter.name == row.chapter);
    let chapter = chapter.map(|chapter| chapter.title.get(lang)).unwrap_or_default();
    let mut text = format!("{}  {}\n\n", row.id, row.title.get(lang));
    let word = |nl: &str, en: &str| Text::new(nl, en).get(lang).to_owned();
    let bases: Vec<String> = row.basis.iter().map(|basis| basis.word().get(lang).to_owned()).collect();
    text.push_str(&format!("{:<12}{chapter}\n", word("hoofdstuk", "chapter")));
    text.push_str(&format!(
        "{:<12}{}, {}\n",
        word("niveau", "level"),
        row.level.word().get(lang),
        row.mode.word().get(lang)
    ));
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
    if let Some(examples) = &row.examples {
        let exchange = examples.exchange.as_ref();
        let asked = exchange.map(|exchange| exchange.of.label()).unwrap_or_default();
        let answer = word(&format!("Een antwoord op: {}", asked.nl), &format!("An answer to: {}", asked.en));
        let right = (word("Goed", "Right"), Some(&examples.right), exchange.map(|exchange| &exchange.right));
        let wrong = (word("Fout", "Wrong"), examples.wrong.as_ref(), exchange.map(|exchange| &exchange.wrong));
        for (title, words, message) in [right, wrong] {
            if words.or(message).is_some() {
                text.push_str(&format!("\n{title}\n"));
            }
            if let Some(words) = words {
                text.push_str(&indented(words));
            }
            if let Some(message) = message {
                text.push_str(&format!("\n  {answer}\n{}", indented(message)));
            }
        }
        let both = exchange.map(|exchange| format!("{}{}", exchange.right, exchange.wrong)).unwrap_or_default();
        if both.contains(&format!("\n{UNCHANGED}")) {
            let legend = word(
                "… vooraan in een inhoud: de rest is zoals in een antwoord dat voldoet",
                "… at the start of a body: the rest is as in an answer that conforms",
            );
            text.push_str(&format!("\n  {legend}\n"));
        }
    }
    text
}

fn indented(example: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") };
    example.lines().map(line).collect()
}
