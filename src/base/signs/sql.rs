//! SQL: statements by keyword, object and syntax, and what databases say.

use std::sync::LazyLock;

use regex::Regex;

use super::{Patterns, Words, excerpt, first, on_one_line, patterns};

/// Codes of databases, as words of their own.
const CODES: &[&str] = &[
    r"(?:^|[^\w-])(?:ORA|PLS|TNS)-\d{5}\b",
    r"\bSQLSTATE[\s:=\[(]{1,3}(?:\d[0-9A-Z]{4}|[A-Z]\d[0-9A-Z]{3}|[A-Z]{2}\d[0-9A-Z]{2})\b",
    r"\bSQLCODE[\s:=]{1,3}-?\d+",
    r"\bSQL\d{4,5}N\b",
    r"\bMsg \d+, Level \d+, State \d+",
    r"\bERROR \d{4} \([0-9A-Z]{5}\)",
    r"\bSQLITE_(?:ERROR|CONSTRAINT|BUSY|LOCKED|CORRUPT|MISUSE)",
    r"\bE11000 duplicate key",
    r"\bSQL state \[",
    r"\bPG::[A-Z]\w+",
    r"\{ ?(?:\? ?= ?)?call [\w.]+ ?\(",
    r"(?i)\bexec(?:ute)? (?:sp_|dbo\.)\w+",
];

const NAME: &str = r#"(?:[\p{L}_$#][\w$#]*|"[^"]+"|`[^`]+`|\[[^\]]+\])(?:\.(?:[\w$#]+|"[^"]+"|`[^`]+`|\[[^\]]+\]))*"#;

/// Statements other than a query, with the name of what they are about.
static STATEMENTS: Patterns = LazyLock::new(|| {
    let condition = r"[^.;]{1,80}?(?:=|<|>|\blike\b|\bin ?\(|\bis (?:not )?null)";
    patterns(&[
        &format!(r"(?i)\binsert into ({NAME}) ?(?:\([^)]*\) ?)?(?:values ?\(|select |default values)"),
        &format!(r"(?i)\bupdate ({NAME}) (?:as )?(?:(\w+) )?set {NAME} ?="),
        &format!(r"(?i)\bdelete from ({NAME}) (?:(\w+) )?where {condition}"),
        &format!(r"\bDELETE FROM ({NAME}) ?(?:;|$)"),
        &format!(
            r"(?i)\b(?:create|alter|drop|truncate) (?:table|index|view|sequence) (?:if (?:not )?exists )?({NAME}) ?(?:\(|;|add |drop |rename |cascade)"
        ),
        &format!(r"(?i)\bmerge into ({NAME}) (?:(\w+) )?using .{{1,200}}? on .{{1,80}}?="),
    ])
});

/// A query: its columns, its table, and what follows.
static QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let columns = r"(?P<select>select) (?:distinct |all |top ?\(?\d+\)? )?(?P<columns>[^;]+?)";
    Regex::new(&format!(r"(?i)\b{columns} (?P<from>from) (?P<table>{NAME})(?P<rest>.*)")).ok()
});

/// A column of a query, with or without another name.
static COLUMN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(r"(?i)^(?:\*|{NAME}(?:\.\*)?(?: ?\([^()]*\))?|\?|:\w+|\d+)(?: as {NAME})?(?: \w+)?$")).ok()
});

/// What may follow the table of a query, and in a sentence does not.
static REST: Patterns = LazyLock::new(|| {
    patterns(&[
        r"(?i)\bwhere [^;]{1,120}?(?:=|<|>|\blike\b|\bin ?\(|\bis (?:not )?null|\bbetween\b)",
        &format!(r"(?i)\bjoin {NAME} (?:(?:as )?\w+ )?(?:on|using)\b"),
        r"(?i)\blimit (?:\d|\?|:|\$)",
        r"(?i)\boffset [\d?:$@]",
        r"(?i)\bfetch (?:first|next)\b",
        r"(?i)\border by [\w.,` ]+ (?:asc|desc)\b",
        r"(?i)\bgroup by [\w]+[._]",
        r"(?i)\bfor update\b",
    ])
});

/// Words of sentences that no table and no alias is called.
const WORDS: [&str; 44] = [
    "the", "a", "an", "your", "our", "his", "her", "their", "this", "that", "these", "those", "it", "and", "or", "to",
    "de", "het", "een", "uw", "je", "deze", "dit", "die", "dat", "en", "of", "la", "le", "les", "un", "une", "votre",
    "cette", "et", "ou", "der", "das", "ein", "eine", "ihre", "diese", "und", "oder",
];

fn is_word(name: &str) -> bool {
    WORDS.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// SQL, or what a database says of it.
pub(super) fn shown(text: &str, words: &Words<'_>) -> Option<String> {
    let text = &*on_one_line(text);
    first(&CODES_FOUND, text)
        .or_else(|| words.sql.iter().find_map(|sentence| said(text, sentence)))
        .or_else(|| statement(text))
        .or_else(|| query(text))
}

static CODES_FOUND: Patterns = LazyLock::new(|| patterns(CODES));

/// The most characters for which a star stands.
const STAR: usize = 120;

/// A sentence of a database; each star is some text.
fn said(text: &str, sentence: &str) -> Option<String> {
    let mut parts = sentence.split('*');
    let start = parts.next()?;
    let ends = |at: &usize| {
        let mut end = at + start.len();
        parts.clone().all(|part| {
            let rest = text.get(end..).unwrap_or_default();
            let found = rest.find(part).filter(|found| *found <= STAR);
            end += found.unwrap_or_default() + part.len();
            found.is_some()
        })
    };
    let begins = |at: &usize| !text.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    text.match_indices(start).map(|(at, _)| at).filter(begins).find(ends).map(|at| excerpt(text, at))
}

fn statement(text: &str) -> Option<String> {
    let found = STATEMENTS
        .iter()
        .flat_map(|pattern| pattern.captures_iter(text))
        .find(|found| found.iter().skip(1).flatten().all(|name| !is_word(name.as_str())))?;
    Some(excerpt(text, found.get(0)?.start()))
}

fn query(text: &str) -> Option<String> {
    let pattern = QUERY.as_ref()?;
    let mut from = 0;
    // The pattern takes the whole rest: what is no query may be followed by one.
    while let Some(found) = pattern.captures_at(text, from) {
        let start = found.name("select")?.start();
        if is_query(&found) {
            return Some(excerpt(text, start));
        }
        from = start + "select".len();
    }
    None
}

fn is_query(found: &regex::Captures<'_>) -> bool {
    let part = |name: &str| found.name(name).map(|part| part.as_str()).unwrap_or_default();
    let (columns, table, rest) = (part("columns"), part("table"), part("rest"));
    let is_marked = |text: &str| text.contains(['*', '_', '(', '"', '`', '[', '?', ':']) || has_inner_dot(text);
    // `a language` is a column and an alias only where something else says that it is a column.
    let is_column = |column: &str| {
        let mut words = column.split_whitespace();
        let first = words.next().unwrap_or_default();
        let second = words.next();
        !is_word(first) && (is_marked(column) || second.is_none_or(|second| second.eq_ignore_ascii_case("as")))
    };
    let is_named = |column: &str| COLUMN.as_ref().is_some_and(|pattern| pattern.is_match(column));
    if is_word(table)
        || !separated(columns).iter().map(|column| column.trim()).all(|one| is_named(one) && is_column(one))
    {
        return false;
    }
    let in_capitals = part("select") == "SELECT" && part("from") == "FROM";
    let has_small = [columns, table, rest].iter().any(|part| part.contains(char::is_lowercase));
    is_marked(columns)
        || REST.iter().any(|pattern| pattern.is_match(rest))
        || (in_capitals && has_small)
        || (in_capitals && (rest.trim_start().starts_with(';') || rest.contains(" WHERE ")))
}

/// The columns, of which a function may have commas within.
fn separated(columns: &str) -> Vec<&str> {
    let mut open = 0_usize;
    let split = columns.split(|c: char| {
        match c {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
        c == ',' && open == 0
    });
    split.collect()
}

/// A dot between two characters of a name, not at the end of a sentence.
fn has_inner_dot(text: &str) -> bool {
    text.split_whitespace().any(|word| word.trim_matches('.').contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_valid() {
        assert_eq!((CODES_FOUND.len(), STATEMENTS.len(), REST.len()), (CODES.len(), 6, 8));
        assert!(QUERY.is_some() && COLUMN.is_some());
    }

    #[test]
    fn a_star_is_some_text() {
        assert!(said(r#"ERROR: relation "a" does not exist"#, r#"relation "*" does not exist"#).is_some());
        assert!(said("your relation \"a\" exists", r#"relation "*" does not exist"#).is_none());
        assert!(said("interrelation \"a\" does not exist", r#"relation "*" does not exist"#).is_none());
        assert!(
            said(&format!("relation \"{}\" does not exist", "a".repeat(200)), r#"relation "*" does not exist"#)
                .is_none()
        );
    }
}
