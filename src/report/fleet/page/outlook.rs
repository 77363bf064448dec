//! What the fleet comes to, and when and with what it was examined.

use serde::Serialize;

use crate::base::text::{Lang, Text};
use crate::report::fleet::model::Overview;
use crate::report::words::{self as reports, State};
use crate::text;

/// What the fleet comes to.
#[derive(Debug, Serialize)]
pub(super) struct Outlook {
    key: &'static str,
    symbol: char,
    word: Text,
    sentence: Text,
}

/// When, with what, and compared with what.
pub(super) fn facts(overview: &Overview) -> Vec<(Text, Text)> {
    let moment = |moment: jiff::Timestamp| Text::same(moment.strftime("%Y-%m-%d %H:%M:%S UTC"));
    let (nl, en) = (reports::seconds(overview.duration_ms, Lang::Nl), reports::seconds(overview.duration_ms, Lang::En));
    let mut facts = vec![
        (text!("Bronnen", "Sources"), Text::same(overview.members.len())),
        (text!("Gekeurd op", "Examined on"), moment(overview.started)),
        (text!("Duur", "Duration"), Text::new(nl, en)),
        (text!("Keuring door", "Examined by"), Text::same(format!("{} {}", overview.tool.name, overview.tool.version))),
    ];
    let specs = overview.specs.iter().map(|spec| (Text::same(&spec.name), Text::same(&spec.version)));
    facts.extend(specs);
    if !overview.shards.is_empty() {
        facts.push((text!("Delen", "Parts"), Text::same(overview.shards.join(", "))));
    }
    facts.extend(overview.previous.map(|previous| (text!("Vergeleken met", "Compared with"), moment(previous))));
    facts
}

impl Outlook {
    pub(super) fn new(overview: &Overview) -> Self {
        let sources = &overview.result.sources;
        let (key, state, word) = if sources.no + sources.without_report > 0 {
            ("no", State::Failure, text!("Niet alle bronnen voldoen", "Not all sources conform"))
        } else if sources.undecided > 0 {
            ("undecided", State::Blocked, text!("Niet over alle bronnen is besloten", "Not all sources are decided"))
        } else if sources.partial > 0 {
            (
                "partial",
                State::Waived,
                text!("Niet alle bronnen zijn volledig beoordeeld", "Not all sources are fully judged"),
            )
        } else if sources.reviews_open > 0 {
            ("reviews-open", State::Review, text!("Niet alle beoordelingen zijn gedaan", "Not all reviews are done"))
        } else {
            ("yes", State::Pass, text!("Alle bronnen voldoen", "All sources conform"))
        };
        let all = [
            (sources.no, text!("voldoen niet", "do not conform")),
            (sources.undecided, text!("zonder besluit", "undecided")),
            (sources.partial, text!("zonder volledig oordeel", "without a full judgement")),
            (sources.reviews_open, text!("met open beoordelingen", "with open reviews")),
            (sources.without_report, text!("zonder rapport", "without a report")),
            (sources.yes, text!("voldoen", "conform")),
        ];
        let some: Vec<Text> = all
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| words.map(|words| format!("{count} {words}")))
            .collect();
        let join = |lang| some.iter().map(|part| part.get(lang)).collect::<Vec<_>>().join(", ");
        let sentence = Text::new(format!("{}.", join(Lang::Nl)), format!("{}.", join(Lang::En)));
        Self { key, symbol: state.symbol(), word, sentence }
    }
}
