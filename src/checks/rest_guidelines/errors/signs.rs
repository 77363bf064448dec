//! Signs by which the inside of a program is recognised in a text. Pure; when in doubt, there is none, or a weak one:
//! sentences for people hold words of SQL, paths and line numbers too.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

mod names;
mod page;
mod sql;
#[cfg(test)]
mod tests;
mod trace;

use names::without_paths_of_urls;
pub(super) use trace::is_frame;

/// The words by which the inside is recognised: the parameters of the requirement.
pub(super) struct Words<'a> {
    /// What databases say; a star is some text on the same line.
    pub sql: Vec<&'a str>,
    pub folders: Vec<&'a str>,
    pub domains: Vec<&'a str>,
}

/// Something that a text shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub what: What,
    /// Only the inside has this form.
    pub is_grave: bool,
    pub excerpt: String,
}

/// What a sign is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    DebugPage,
    StackTrace,
    Sql,
    Class,
    Path,
    Host,
}

impl What {
    /// In Dutch and in English.
    pub(super) const fn named(self) -> (&'static str, &'static str) {
        match self {
            Self::DebugPage => ("een foutpagina voor ontwikkelaars", "a debug page"),
            Self::StackTrace => ("een stack trace", "a stack trace"),
            Self::Sql => ("SQL", "SQL"),
            Self::Class => ("de naam van een klasse", "the name of a class"),
            Self::Path => ("een bestandspad", "a file-system path"),
            Self::Host => ("een interne hostnaam", "an internal host name"),
        }
    }
}

/// What a text shows of the inside: all that only the inside has, else the weaker signs. `own_hosts`: those that the
/// caller knows already.
pub(super) fn signs(text: &str, words: &Words<'_>, own_hosts: &[String]) -> Vec<Sign> {
    let grave = grave(text, words);
    if !grave.is_empty() {
        return grave;
    }
    let text = &*without_paths_of_urls(&page::plain(text));
    let found = [
        (What::StackTrace, trace::one_frame(text)),
        (What::Class, names::class_name(text)),
        (What::Path, names::file_path(text, words)),
        (What::Host, names::internal_host(text, words, own_hosts)),
    ];
    found.into_iter().filter_map(|(what, excerpt)| Some(Sign { what, is_grave: false, excerpt: excerpt? })).collect()
}

/// What a text shows that only the inside has.
pub(super) fn grave(text: &str, words: &Words<'_>) -> Vec<Sign> {
    let plain: &str = &page::plain(text);
    let found = [
        (What::DebugPage, page::of_a_framework(text, plain)),
        (What::StackTrace, trace::stack(plain)),
        (What::Sql, sql::shown(plain, words)),
    ];
    found.into_iter().filter_map(|(what, excerpt)| Some(Sign { what, is_grave: true, excerpt: excerpt? })).collect()
}

/// Regular expressions that are tried one after the other. They are tested to be valid.
type Patterns = LazyLock<Vec<Regex>>;

fn patterns(all: &[&str]) -> Vec<Regex> {
    all.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
}

/// The first place where one of the patterns holds, and what stands there.
fn first(patterns: &[Regex], text: &str) -> Option<String> {
    patterns.iter().find_map(|pattern| pattern.find(text)).map(|found| excerpt(text, found.start()))
}

/// Some characters from a place on, on one line.
fn excerpt(text: &str, from: usize) -> String {
    let line = text.get(from..).unwrap_or_default().trim_start();
    line.chars().take(60).map(|c| if c.is_whitespace() { ' ' } else { c }).collect::<String>().trim_end().to_owned()
}

/// A text in which white space is always one blank.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\t', '\r']) || text.contains("  ") {
        return Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    Cow::Borrowed(text)
}
