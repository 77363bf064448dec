//! Signs by which the inside of a program is recognised in a text. Pure; when in doubt, there is none.

use std::net::Ipv4Addr;

/// The words by which the inside is recognised: the parameters of the requirement.
pub(super) struct Words<'a> {
    pub traces: Vec<&'a str>,
    pub source_files: Vec<&'a str>,
    pub sql: Vec<&'a str>,
    pub folders: Vec<&'a str>,
    pub domains: Vec<&'a str>,
}

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

/// Some characters from a place on.
fn excerpt(text: &str, from: usize) -> String {
    text.get(from..).unwrap_or_default().trim_start().chars().take(60).collect()
}

/// The first place where a word stands, and what follows it.
fn after<'t>(text: &'t str, word: &str) -> Option<(usize, &'t str)> {
    let at = text.find(word)?;
    Some((at, text.get(at + word.len()..).unwrap_or_default()))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn stack_trace(text: &str, words: &Words<'_>) -> Option<String> {
    let named = words.traces.iter().find_map(|word| text.find(word));
    let frame = || at_frame(text);
    let in_file = || words.source_files.iter().find_map(|extension| source_line(text, extension));
    named.or_else(frame).or_else(in_file).map(|at| excerpt(text, at))
}

/// `at org.example.Store.find(`
fn at_frame(text: &str) -> Option<usize> {
    let found = text.match_indices("at ").find(|(at, word)| {
        let starts = text.get(..*at).is_some_and(|before| before.chars().next_back().is_none_or(char::is_whitespace));
        let rest = text.get(at + word.len()..).unwrap_or_default();
        let (name, arguments) =
            rest.split_at(rest.find(|c: char| !c.is_alphanumeric() && !"._$<>`".contains(c)).unwrap_or(rest.len()));
        starts && arguments.starts_with('(') && name.trim_matches('.').contains('.')
    });
    found.map(|(at, _)| at)
}

/// `Store.java:42`, `Store.cs:line 42`, `store.php(42)`, `store.py", line 42`
fn source_line(text: &str, extension: &str) -> Option<usize> {
    let ending = format!(".{extension}");
    let found = text.match_indices(ending.as_str()).find(|(at, ending)| {
        let named = text
            .get(..*at)
            .is_some_and(|before| before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || "_-".contains(c)));
        let rest = text.get(at + ending.len()..).unwrap_or_default();
        let marks = [":line ", ":", "(", "\", line ", " on line "];
        named && marks.iter().any(|mark| rest.strip_prefix(mark).is_some_and(starts_with_digit))
    });
    found.map(|(at, _)| text.get(..at).and_then(|before| before.rfind(char::is_whitespace)).unwrap_or_default())
}

pub(super) fn sql(text: &str, words: &Words<'_>) -> Option<String> {
    let named = words.sql.iter().find_map(|word| text.find(word));
    let oracle = || {
        let (at, rest) = after(text, "ORA-")?;
        (rest.bytes().take_while(u8::is_ascii_digit).count() == 5).then_some(at)
    };
    named.or_else(oracle).or_else(|| statement(text)).map(|at| excerpt(text, at))
}

/// A statement of SQL. Capitals say so by themselves; in small letters more than the two words is needed.
fn statement(text: &str) -> Option<usize> {
    let in_capitals = |first: &str, second: &str| {
        let (at, rest) = after(text, first)?;
        rest.contains(second).then_some(at)
    };
    let small = text.to_ascii_lowercase();
    let select = || {
        let (at, rest) = after(&small, "select ")?;
        let (columns, _) = rest.split_once(" from ")?;
        let first = columns.split_whitespace().next()?;
        first.contains(['*', '.', '_', '(']).then_some(at)
    };
    let insert = || {
        let (at, rest) = after(&small, "insert into ")?;
        (rest.contains(" values") || rest.contains(")values")).then_some(at)
    };
    let update = || {
        let (at, rest) = after(&small, "update ")?;
        rest.split_once(" set ").is_some_and(|(_, rest)| rest.contains('=')).then_some(at)
    };
    let delete = || {
        let (at, rest) = after(&small, "delete from ")?;
        rest.split_once(" where ").is_some_and(|(_, rest)| rest.contains('=')).then_some(at)
    };
    in_capitals("SELECT ", " FROM ")
        .or_else(|| in_capitals("INSERT INTO ", ""))
        .or_else(|| in_capitals("DELETE FROM ", ""))
        .or_else(|| in_capitals("UPDATE ", " SET "))
        .or_else(select)
        .or_else(insert)
        .or_else(update)
        .or_else(delete)
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
            && parts.iter().skip(2).any(|part| camel(part));
        let last = parts.last().copied().unwrap_or_default();
        let exception = last.strip_suffix("Exception").is_some_and(camel);
        qualified || exception
    });
    names.next().map(|name| name.chars().take(60).collect())
}

pub(super) fn file_path(text: &str, words: &Words<'_>) -> Option<String> {
    let begins = |at: usize| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=[:,".contains(c))
    };
    let unix =
        words.folders.iter().find_map(|folder| text.match_indices(folder).map(|(at, _)| at).find(|at| begins(*at)));
    let windows = || {
        let drives = text.match_indices(":\\").filter_map(|(at, _)| at.checked_sub(1));
        drives.into_iter().find(|at| {
            text.get(*at..*at + 1).is_some_and(|c| c.chars().all(|c| c.is_ascii_alphabetic())) && begins(*at)
        })
    };
    unix.or_else(windows).map(|at| excerpt(text, at))
}

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
        (is_private || is_named || host == "localhost") && !own_hosts.contains(&host)
    });
    hosts.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words() -> Words<'static> {
        Words {
            traces: vec!["Traceback (most recent call last)", "(Native Method)"],
            source_files: vec!["java", "cs", "py", "php", "js"],
            sql: vec!["SQLSTATE"],
            folders: vec!["/var/", "/opt/"],
            domains: vec!["local", "internal"],
        }
    }

    fn kinds(text: &str) -> Vec<&'static str> {
        let words = words();
        let text = without_paths_of_urls(text);
        let own_hosts = ["api.example.be".to_owned(), "127.0.0.1".to_owned()];
        let found = [
            ("trace", stack_trace(&text, &words)),
            ("sql", sql(&text, &words)),
            ("class", class_name(&text)),
            ("path", file_path(&text, &words)),
            ("host", internal_host(&text, &words, &own_hosts)),
        ];
        found.into_iter().filter(|(_, found)| found.is_some()).map(|(kind, _)| kind).collect()
    }

    #[test]
    fn the_inside_is_recognised() {
        for (text, kind) in [
            ("java.lang.NullPointerException\n\tat be.example.Store.find(Store.java:42)", "trace"),
            ("   at Example.Api.Store.Find(Int32 id) in C:\\src\\Store.cs:line 42", "trace"),
            ("Traceback (most recent call last):\n  File \"/var/app/store.py\", line 3", "trace"),
            ("#0 /var/www/store.php(12): find()", "trace"),
            ("Error at Object.find (/opt/app/store.js:12:5)", "trace"),
            ("SELECT id FROM certificate WHERE insz = ?", "sql"),
            ("could not execute: select c1_0.id,c1_0.name from certificate c1_0", "sql"),
            ("update certificate set name=? where id=?", "sql"),
            ("ORA-00942: table or view does not exist", "sql"),
            ("SQLSTATE[42S02]", "sql"),
            ("Failed to convert value of type 'java.lang.String' to required type 'int'", "class"),
            ("NullPointerException", "class"),
            ("System.NullReferenceException: Object reference", "class"),
            ("cannot open /var/lib/store/1", "path"),
            ("file \"C:\\inetpub\\wwwroot\\store\" is missing", "path"),
            ("no route to store.prod.svc.cluster.local:8080", "host"),
            ("connect http://10.1.2.3:8080/x failed", "host"),
        ] {
            assert!(kinds(text).contains(&kind), "{text}: {:?}", kinds(text));
        }
    }

    #[test]
    fn what_an_honest_error_says_is_not_held_against_it() {
        for text in [
            "De parameter page moet een getal zijn.",
            "Select a language from the list, or update it. Set it at once.",
            "urn:problem-type:example:not-found",
            "https://api.example.be/opt/v1/certificates/1?page=abc",
            "/v1/certificates/opt/1",
            "https://docs.example.be/problems/Store.java:42",
            "certificates.find.page: must be a number",
            "Not found at api.example.be (version 1.4.0.2), see https://example.local.be/x",
            "Je kan dit niet verwijderen; delete from your list where it stands",
            "127.0.0.1",
            "2025-01-01T10:00:00Z",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "Exception",
            "e.g.The name of a certificate",
            "ORA-1",
            "Bad Request",
        ] {
            assert_eq!(kinds(text), Vec::<&str>::new(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_searched(text in "\\PC{0,80}", mark in 0usize..6) {
            let mark = ["at ", ".java:", "://", ":\\", "select ", "ORA-"][mark];
            kinds(&format!("{text}{mark}{text}"));
        }
    }
}
