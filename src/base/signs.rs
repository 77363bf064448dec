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
pub use trace::is_frame;

/// The words by which the inside is recognised: the parameters of the requirement.
pub struct Words<'a> {
    /// What databases say; a star is some text on the same line.
    pub sql: Vec<&'a str>,
    /// Where the file systems of servers begin.
    pub folders: Vec<&'a str>,
    /// The ends of the names of internal hosts.
    pub domains: Vec<&'a str>,
}

/// Something that a text shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What it is of.
    pub what: What,
    /// Only the inside has this form.
    pub is_grave: bool,
    /// Where it begins, some characters of it.
    pub excerpt: String,
}

/// What a sign is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The page of a framework for developers.
    DebugPage,
    /// A stack trace.
    StackTrace,
    /// SQL, or what a database says.
    Sql,
    /// The name of a class.
    Class,
    /// A path of a file system.
    Path,
    /// The name of an internal host.
    Host,
}

impl What {
    /// In Dutch and in English.
    pub const fn named(self) -> (&'static str, &'static str) {
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
pub fn signs(text: &str, words: &Words<'_>, own_hosts: &[String]) -> Vec<Sign> {
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
pub fn grave(text: &str, words: &Words<'_>) -> Vec<Sign> {
    let plain: &str = &page::plain(text);
    let found = [
        (What::DebugPage, page::of_a_framework(text, plain)),
        (What::StackTrace, trace::stack(plain)),
        (What::Sql, sql::shown(plain, words)),
    ];
    found.into_iter().filter_map(|(what, excerpt)| Some(Sign { what, is_grave: true, excerpt: excerpt? })).collect()
}

/// Whether a text shows a stack trace, or what a framework shows of one.
pub fn shows_a_stack(text: &str) -> bool {
    let plain: &str = &page::plain(text);
    page::of_a_framework(text, plain).is_some() || trace::stack(plain).is_some()
}

/// The text of a page as people see it, comments included; any other text as it is, but for entities.
pub fn seen_text(text: &str) -> Cow<'_, str> {
    page::plain(text)
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
