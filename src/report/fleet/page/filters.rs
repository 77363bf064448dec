//! By what the page can be filtered: what sources came to, and their tags.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::base::text::Text;
use crate::judging::verdict::Conformant;
use crate::report::fleet::model::{Member, Overview};

use super::super::words;

/// Tags that have a chip: those of most sources.
const MOST_TAGS: usize = 24;

/// The choices, each with its key.
#[derive(Debug, Serialize)]
pub(super) struct Filters {
    outcomes: Vec<Choice>,
    tags: Vec<Choice>,
}

/// What can be chosen, and how many sources that leaves.
#[derive(Debug, Serialize)]
struct Choice {
    key: String,
    symbol: Option<char>,
    word: Text,
    count: usize,
}

/// The name of what a source came to.
pub(super) fn key(member: &Member) -> &'static str {
    match member.conformant {
        Some(Conformant::Yes) => "yes",
        Some(Conformant::No) => "no",
        Some(Conformant::Undecided) => "undecided",
        Some(Conformant::Partial) => "partial",
        Some(Conformant::ReviewsOpen) => "reviews-open",
        None => "error",
    }
}

impl Filters {
    pub(super) fn of(overview: &Overview) -> Self {
        let mut outcomes: Vec<Choice> = Vec::new();
        let mut tags: BTreeMap<&str, usize> = BTreeMap::new();
        for member in &overview.members {
            let key = key(member);
            if let Some(choice) = outcomes.iter_mut().find(|choice| choice.key == key) {
                choice.count += 1;
            } else {
                let (symbol, word) = words::came_to(member);
                outcomes.push(Choice { key: key.to_owned(), symbol: Some(symbol), word, count: 1 });
            }
            for tag in &member.tags {
                *tags.entry(tag).or_default() += 1;
            }
        }
        let mut tags: Vec<(&str, usize)> = tags.into_iter().collect();
        tags.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let tags = tags.into_iter().take(MOST_TAGS).enumerate();
        let tags = tags.map(|(position, (tag, count))| Choice {
            key: format!("t{position}"),
            symbol: None,
            word: Text::same(tag),
            count,
        });
        Self { outcomes, tags: tags.collect() }
    }

    /// The keys of these tags.
    pub(super) fn keys_of(&self, tags: &[String]) -> String {
        let has = |choice: &&Choice| tags.contains(&choice.word.en);
        self.tags.iter().filter(has).map(|choice| choice.key.as_str()).collect::<Vec<_>>().join(" ")
    }
}
