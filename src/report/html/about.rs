//! About the run itself: where, with what and how. It stands at the end, for those who look it up.

use serde::Serialize;

use crate::base::text::{Lang, Text};
use crate::report::model::{Document, Override, Report};
use crate::report::words;
use crate::text;

use super::page::short;

/// A label and what is to be said.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    label: Text,
    value: Text,
    /// It is a value for programs: a hash, a URL.
    code: bool,
}

/// What was examined, and how.
pub(super) fn facts(report: &Report) -> Vec<Fact> {
    let run = &report.run;
    let mut facts = Vec::new();
    let mut say = |label: Text, value: Text, code: bool| {
        if !value.nl.is_empty() {
            facts.push(Fact { label, value: short(&value), code });
        }
    };
    say(text!("Basis-URL", "Base URL"), Text::same(&run.base_url), true);
    say(text!("Omgeving", "Environment"), words::environment(&run.environment), false);
    let requests = run.requests;
    let (nl, en) = (words::seconds(run.duration_ms, Lang::Nl), words::seconds(run.duration_ms, Lang::En));
    say(text!("Oproepen", "Calls"), text!("{requests} in {nl}", "{requests} in {en}"), false);
    say(text!("Vorm van de antwoorden", "Form of the answers"), words::envelope(&run.envelope), false);
    say(text!("Steekproef", "Sample"), sample(report), false);
    let declared: Vec<Text> = run.declares.iter().map(|name| words::declared(name)).collect();
    let joined = |lang| declared.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join("; ");
    say(text!("Eigenaar verklaart", "Owner declares"), Text::new(joined(Lang::Nl), joined(Lang::En)), false);
    if let Some(selection) = &run.selection {
        let [only, skip] = [("--only", &selection.only), ("--skip", &selection.skip)]
            .map(|(flag, ids)| if ids.is_empty() { String::new() } else { format!("{flag} {} ", ids.join(",")) });
        say(text!("Keuze", "Selection"), Text::same(format!("{only}{skip}").trim()), true);
    }
    if run.gate.strict {
        say(text!("Streng", "Strict"), words::strict(), false);
    }
    if run.gate.require_reviews {
        say(
            text!("Beoordelingen", "Reviews"),
            text!("een open beoordeling houdt het besluit tegen", "an open review keeps the run from concluding"),
            false,
        );
    }
    let tool = &report.tool;
    say(text!("Gekeurd met", "Examined with"), Text::same(format!("{} {}", tool.name, tool.version)), false);
    say(text!("Startgetal (seed)", "Seed"), Text::same(run.seed), false);
    facts
}

fn sample(report: &Report) -> Text {
    let run = &report.run;
    let (details, downloads) = (run.sample.details.len(), run.sample.downloads.len());
    match run.sample.asked {
        None => text!("{details} details, {downloads} documenten", "{details} details, {downloads} documents"),
        Some(asked) => text!(
            "{asked} attesten verspreid over de lijst: {details} details, {downloads} documenten",
            "{asked} certificates spread over the list: {details} details, {downloads} documents"
        ),
    }
}

/// With which requirements and on which evidence, by their hashes.
pub(super) fn versions(report: &Report) -> Vec<Fact> {
    let run = &report.run;
    let fact = |label: Text, sha256: &String| Fact { label, value: Text::same(format!("sha256 {sha256}")), code: true };
    let specs = run.specs.iter().map(|spec| fact(Text::same(format!("{} {}", spec.name, spec.version)), &spec.sha256));
    specs.chain(run.evidence_sha256.as_ref().map(|sha256| fact(Text::same("evidence.har"), sha256))).collect()
}

/// A document behind the requirements, or a rule that is not asked.
#[derive(Debug, Serialize)]
pub(super) struct Behind {
    what: Text,
    /// Empty where there is none that a browser may follow.
    link: String,
    said: Text,
}

/// The documents, with how completely they are known.
pub(super) fn documents(report: &Report) -> Vec<Behind> {
    let behind = |document: &Document| {
        let key = &document.key;
        let Text { nl, en } = &document.title;
        let knowledge = document.knowledge.clone().unwrap_or_default();
        let said = knowledge.map(|knowledge| {
            let parts = [document.publisher.as_str(), knowledge];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
        });
        let link = if words::is_web_link(&document.link) { document.link.clone() } else { String::new() };
        Behind { what: short(&text!("{key}: {nl}", "{key}: {en}")), link, said: short(&said) }
    };
    report.documents.iter().map(behind).collect()
}

/// The rules of general documents that are not asked, with what is asked instead.
pub(super) fn overrides(report: &Report) -> Vec<Behind> {
    let behind = |one: &Override| {
        let (by, Text { nl, en }) = (&one.by, &one.reason);
        let said = short(&text!("{by}: {nl}", "{by}: {en}"));
        Behind { what: short(&Text::same(&one.rule)), link: String::new(), said }
    };
    report.overrides.iter().map(behind).collect()
}
