//! What people decide about requirements: the answers of reviewers (`reviews.yaml`) and waivers (`waivers.yaml`). Both
//! are read strictly, before the first request, and every fault of a file is reported at once.

mod files;
mod review;
mod waiver;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use serde::Deserialize;

use crate::base::confidential;
use crate::base::input::{Diagnostic, Diagnostics};
use crate::base::text::{Text, shown};
use crate::catalogue::{Catalogue, Requirement};
use crate::evidence::snapshot::Baseline;
use crate::evidence::vault::Vault;
use crate::text;

pub use files::{Named, reviews_in, today, waivers_in};
pub use review::{Answer, REVIEWS_SCHEMA, Review, read_reviews};
pub use waiver::{Scope, WAIVERS_SCHEMA, Waiver, read_waivers};

/// Compiled in, so that no system needs a tz database for it.
static BRUSSELS: TimeZone = jiff::tz::get!("Europe/Brussels");

/// The day that it is in Brussels at a moment.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned(BRUSSELS.clone()).date()
}

/// So many days before the end of a decision somebody should think of what follows.
pub const SOON: i64 = 30;

/// Whether the last day of a decision is at hand: not over, and within [`SOON`] days.
pub fn ends_soon(last: Date, today: Date) -> bool {
    today <= last && last <= today.saturating_add(SOON.days())
}

/// What people decided, by the id of the requirement, and what an earlier run saw.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// The answers of reviewers.
    pub reviews: BTreeMap<String, Review>,
    /// The waivers.
    pub waivers: BTreeMap<String, Waiver>,
    /// What an earlier run saw.
    pub previous: Option<Baseline>,
}

impl Decisions {
    /// Whatever people write into these files, no report holds a secret.
    #[must_use]
    pub fn masked(mut self, vault: &Vault) -> Self {
        let mask = |text: &mut String| *text = vault.mask_text(text);
        for review in self.reviews.values_mut() {
            [&mut review.by, &mut review.note].into_iter().chain(&mut review.link).for_each(mask);
        }
        for waiver in self.waivers.values_mut() {
            [&mut waiver.reason, &mut waiver.owner].into_iter().chain(&mut waiver.approved_by).for_each(mask);
        }
        self
    }
}

/// A file of decisions as it is written: a list, or a list with the source that it is for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written<T> {
    /// For whichever source it is named for.
    List(Vec<T>),
    /// For one source.
    Tied {
        source: String,
        #[serde(alias = "reviews", alias = "waivers")]
        rows: Vec<T>,
    },
}

impl<T> Written<T> {
    /// Its rows, the source that it is for, and where in the file they stand.
    fn parts(self, key: &'static str) -> (Vec<T>, Option<String>, &'static str) {
        match self {
            Self::List(rows) => (rows, None, ""),
            Self::Tied { source, rows } => (rows, Some(source), key),
        }
    }
}

/// A file with one row per requirement, while it is judged.
struct Reading<'a> {
    file: &'a str,
    /// The key under which the rows stand; empty where they are the file.
    under: &'static str,
    text: &'a str,
    catalogue: &'a Catalogue,
    faults: Vec<Diagnostic>,
}

impl<'a> Reading<'a> {
    fn new(file: &'a str, text: &'a str, catalogue: &'a Catalogue) -> Self {
        Self { file, under: "", text, catalogue, faults: Vec::new() }
    }

    /// The rows stand under this key. A file for another source than `asked` is at fault.
    fn of(mut self, under: &'static str, source: Option<&str>, asked: &[String]) -> Self {
        self.under = under;
        let same = |one: &String| Some(normal(one)) == source.map(normal);
        if let Some(source) = source.filter(|_| !asked.is_empty() && !asked.iter().any(same)) {
            let (source, asked) = (shown(source), shown(asked.first().map_or("", String::as_str)));
            let fault = Diagnostic::new(
                self.file,
                text!(
                    "dit bestand is voor de bron `{source}`, niet voor `{asked}`",
                    "this file is for the source `{source}`, not for `{asked}`"
                ),
                text!(
                    "neem het bestand van deze bron, of verbeter `source`",
                    "take the file of this source, or correct `source`"
                ),
            );
            self.faults.push(fault.at("source").located(self.text));
        }
        self
    }

    fn fault(&mut self, row: usize, key: &str, message: Text, remedy: Text) {
        let under = self.under;
        let fault = Diagnostic::new(self.file, message, remedy).at(format!("{under}[{row}].{key}"));
        self.faults.push(fault.located(self.text));
    }

    /// The requirement of a row; none, and a fault, where there is no such requirement or an earlier row has it.
    fn requirement(&mut self, row: usize, ids: &[&str]) -> Option<&'a Requirement> {
        let id = ids.get(row).copied().unwrap_or_default();
        if ids.iter().take(row).any(|earlier| earlier.eq_ignore_ascii_case(id)) {
            self.fault(
                row,
                "id",
                text!("`{id}` staat er al", "`{id}` is there already"),
                text!("houd er één over", "keep one of them"),
            );
            return None;
        }
        let found = self.catalogue.find(id);
        if found.is_none() {
            let Diagnostic { message, remedy, .. } = self.catalogue.unknown(self.file, id);
            self.fault(row, "id", message, remedy);
        }
        found
    }

    /// A day such as `2026-06-30`; none, and a fault, where the calendar does not have it.
    fn day(&mut self, row: usize, key: &str, written: &str) -> Option<Date> {
        let day = written.parse().ok();
        if day.is_none() {
            self.fault(
                row,
                key,
                text!("die dag bestaat niet", "there is no such day"),
                text!("schrijf een datum als 2026-06-30", "write a date such as 2026-06-30"),
            );
        }
        day
    }

    /// These texts go into every report: a national number or a token has no place in them.
    fn no_numbers<'t>(&mut self, row: usize, texts: impl IntoIterator<Item = (&'t str, &'t str)>) {
        for (key, said) in texts {
            if let Some(what) = confidential::found(said) {
                let Text { nl, en } = what.name();
                self.fault(
                    row,
                    key,
                    text!("bevat {nl}", "holds {en}"),
                    text!(
                        "laat het weg: deze tekst komt in elk rapport",
                        "leave it out: this text goes into every report"
                    ),
                );
            }
        }
    }

    fn or<T>(self, value: T) -> Result<T, Diagnostics> {
        Diagnostics(self.faults).or(value)
    }
}

/// A name as names are compared: without what surrounds it, capitals, and the slash at the end of a URL.
fn normal(name: &str) -> String {
    name.trim().trim_end_matches('/').to_lowercase()
}
