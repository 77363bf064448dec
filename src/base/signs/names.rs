//! Names of the inside: classes, files, hosts. Each is a weak sign.

use std::net::Ipv4Addr;

use super::{Words, excerpt};

/// `https://host/path?query` becomes `https host`: a host may be internal, its path is no file.
pub(super) fn without_paths_of_urls(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        kept.push_str(before);
        kept.push(' ');
        let ends = |c: char| c.is_whitespace() || "\"'<>()[]{},;".contains(c);
        let (url, left) = after.split_at(after.find(ends).unwrap_or(after.len()));
        let authority = url.split(['/', '?', '#', ':']).next().unwrap_or_default();
        kept.push_str(authority);
        kept.push(' ');
        rest = left;
    }
    kept.push_str(rest);
    kept
}

/// `java.lang.String`, `System.NullReferenceException`, `NullPointerException`
pub(super) fn class_name(text: &str) -> Option<String> {
    let tokens =
        text.split(|c: char| !c.is_ascii_alphanumeric() && !"._$".contains(c)).map(|token| token.trim_matches('.'));
    let camel = |part: &str| {
        let mut characters = part.chars();
        characters.next().is_some_and(|c| c.is_ascii_uppercase())
            && characters.next().is_some_and(|c| c.is_ascii_lowercase())
    };
    // Not the letters of "e.g.".
    let small = |part: &&str| part.len() > 1 && part.starts_with(|c: char| c.is_ascii_lowercase());
    let mut names = tokens.filter(|token| {
        let parts: Vec<&str> = token.split('.').collect();
        let qualified = parts.iter().take(2).filter(|part| small(part)).count() == 2
            && parts.iter().skip(2).any(|part| camel(part))
            && !is_host_and_sentence(&parts);
        let last = parts.last().copied().unwrap_or_default();
        let exception = last.strip_suffix("Exception").is_some_and(camel);
        qualified || exception
    });
    let error = || text.split_whitespace().find(|word| ERRORS.contains(word));
    names.next().or_else(error).map(|name| name.chars().take(60).collect())
}

/// `www.example.be.Try`: a host at the end of a sentence, and no blank before the next.
fn is_host_and_sentence(parts: &[&str]) -> bool {
    const TOP: [&str; 9] = ["be", "nl", "fr", "de", "eu", "com", "org", "net", "gov"];
    let last = parts.iter().rposition(|part| part.starts_with(|c: char| c.is_ascii_lowercase()));
    last.is_some_and(|last| last > 0 && parts.get(last).is_some_and(|part| TOP.contains(part)))
}

/// What languages call an error, where a colon follows.
const ERRORS: [&str; 14] = [
    "TypeError:",
    "ReferenceError:",
    "RangeError:",
    "SyntaxError:",
    "KeyError:",
    "ValueError:",
    "AttributeError:",
    "NameError:",
    "IndexError:",
    "ZeroDivisionError:",
    "NoMethodError:",
    "ArgumentError:",
    "RuntimeError:",
    "AssertionError:",
];

pub(super) fn file_path(text: &str, words: &Words<'_>) -> Option<String> {
    let begins = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=[:,".contains(c))
    };
    // `/home/news` may be a path of the site: a folder of the system has more in it.
    let goes_on = |at: usize, folder: &str| {
        let rest = text.get(at + folder.len()..).unwrap_or_default();
        let name = rest.split(|c: char| c.is_whitespace() || "\"'`()<>,;:".contains(c)).next().unwrap_or_default();
        let deep = name.trim_end_matches('.').contains(['/', '.']);
        if SHALLOW.contains(&folder) { name.starts_with(|c: char| c.is_alphanumeric()) } else { deep }
    };
    let unix = words.folders.iter().find_map(|folder| {
        let mut places = text.match_indices(folder).map(|(at, _)| at);
        places.find(|at| begins(*at) && goes_on(*at, folder))
    });
    let windows = || {
        let drives = text.match_indices(":\\").filter_map(|(at, _)| at.checked_sub(1));
        drives.into_iter().find(|at| {
            text.get(*at..*at + 1).is_some_and(|c| c.chars().all(|c| c.is_ascii_alphabetic())) && begins(*at)
        })
    };
    unix.or_else(windows).map(|at| excerpt(text, at))
}

/// Folders in which no site has its pages.
const SHALLOW: [&str; 6] = ["/etc/", "/tmp/", "/root/", "/proc/", "/Users/", "file:/"];

pub(super) fn internal_host(text: &str, words: &Words<'_>, own_hosts: &[String]) -> Option<String> {
    let tokens = text
        .split(|c: char| !c.is_ascii_alphanumeric() && !".-".contains(c))
        .map(|token| token.trim_matches(['.', '-']));
    let mut hosts = tokens.filter(|token| {
        let host = token.to_ascii_lowercase();
        let is_private =
            host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_private() || ip.is_loopback() || ip.is_link_local());
        let is_named = words
            .domains
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|name| name.ends_with('.') && name.len() > 1));
        (is_private || is_named || host == "localhost") && !own_hosts.contains(&host) && !is_version(text, token)
    });
    hosts.next().map(str::to_owned)
}

/// Whether numbers with dots between them are a version: `version 10.0.0.1`.
fn is_version(text: &str, token: &str) -> bool {
    let before = text.split_once(token).map(|(before, _)| before.trim_end().to_lowercase()).unwrap_or_default();
    ["version", "versie", "release", "build", " v"].iter().any(|word| before.ends_with(word))
}
