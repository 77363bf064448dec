//! What a team reads first on a Monday, in parts that every medium shows in its own form.

use serde::Serialize;

use super::model::{Member, Overview};
use crate::base::text::Text;
use crate::judging::decisions::SOON;
use crate::text;

use super::words;

/// Names of sources that are given with a cause.
const MOST_NAMES: usize = 12;

/// A part of it.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub(super) title: Text,
    pub(super) lines: Vec<Line>,
}

/// Sources, and what there is to know about them.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// Their names.
    pub(super) names: Vec<String>,
    /// How many more there are.
    pub(super) more: usize,
    /// They have a row in the table.
    listed: bool,
    pub(super) said: Text,
}

impl Line {
    fn of(name: &str, said: Text) -> Self {
        Self { names: vec![name.to_owned()], more: 0, listed: true, said }
    }

    /// The names, as far as they are given.
    pub(super) fn all(&self) -> Text {
        let (named, more) = (self.names.join(", "), self.more);
        match more {
            0 => Text::same(named),
            _ => text!("{named} en nog {more}", "{named} and {more} more"),
        }
    }
}

/// Its parts, without those in which nothing stands.
pub(super) fn parts(overview: &Overview) -> Vec<Part> {
    let briefing = &overview.briefing;
    let worse = briefing.worse.iter().map(|one| Line::of(&one.name, words::worsened(one)));
    let unreachable = words::stopped(overview, Member::unreachable).into_iter().map(|(cause, members)| Line {
        names: members.iter().take(MOST_NAMES).map(|member| member.name.clone()).collect(),
        more: members.len().saturating_sub(MOST_NAMES),
        listed: true,
        said: cause.what.clone(),
    });
    let ending = briefing.ending.iter().map(|one| Line::of(&one.name, words::ending(one)));
    let gone = overview.gone.iter();
    let since = overview.previous.map(|since| since.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let all = [
        Part { title: text!("Nieuw of slechter sinds {since}", "New or worse since {since}"), lines: worse.collect() },
        Part { title: text!("Nu onbereikbaar", "Unreachable now"), lines: unreachable.collect() },
        Part { title: text!("Loopt af binnen {SOON} dagen", "Ends within {SOON} days"), lines: ending.collect() },
        Part {
            title: text!("Niet meer in het overzicht", "No longer in the overview"),
            lines: gone.map(|name| Line { listed: false, ..Line::of(name, Text::default()) }).collect(),
        },
    ];
    all.into_iter().filter(|part| !part.lines.is_empty()).collect()
}
