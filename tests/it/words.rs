//! One term for one thing, in both languages: words that are not to appear in what people read, and the texts that are
//! searched for them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{bronkeur, ran};

/// Dutch: the word, and what is said instead.
const DUTCH: [(&str, &str); 47] = [
    ("afnemer", "oproeper"),
    ("afnemers", "oproepers"),
    ("bewerking", "operatie"),
    ("bewerkingen", "operaties"),
    ("body", "inhoud"),
    ("faalde", "was een inbreuk"),
    ("faalt", "is een inbreuk"),
    ("falen", "een inbreuk zijn"),
    ("geblokkeerd", "niet te beoordelen"),
    ("geblokkeerde", "niet te beoordelen"),
    ("gekend", "bekend"),
    ("gekende", "bekende"),
    ("ids", "id's"),
    ("inwisseling", "uitwisseling"),
    ("inwisselen", "uitwisselen"),
    ("ingewisseld", "uitgewisseld"),
    ("leden", "velden"),
    ("lid", "veld"),
    ("oorsprong", "herkomst"),
    ("oorsprongen", "herkomsten"),
    ("redirect", "doorverwijzing"),
    ("redirects", "doorverwijzingen"),
    ("requirement", "eis"),
    ("requirements", "eisen"),
    ("rij", "eis"),
    ("rijen", "eisen"),
    ("ruilen", "uitwisselen"),
    ("ruilt", "wisselt uit"),
    ("run", "keuring"),
    ("runs", "keuringen"),
    ("toevalsgetal", "startgetal"),
    ("uitbating", "beheer"),
    ("vereiste", "eis"),
    ("vereisten", "eisen"),
    ("verlopen", "vervallen"),
    ("verloopt", "vervalt"),
    ("verslag", "rapport"),
    ("verslagen", "rapporten"),
    ("verzoek", "oproep"),
    ("verzoeken", "oproepen"),
    ("vloot", "overzicht"),
    ("wandeling", "de lijst doorlopen"),
    // Phrases: one gender for one noun.
    ("de insz", "het INSZ"),
    ("het id", "de id"),
    ("het client-id", "de client-id"),
    ("hou rekening", "houd rekening"),
    ("een keer en", "één keer en"),
];

/// English: the word, and what is said instead.
const ENGLISH: [(&str, &str); 24] = [
    ("consumer", "caller"),
    ("consumers", "callers"),
    ("human", "person"),
    ("inspection", "run"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("mends", "fixes"),
    ("obtains", "gets"),
    ("request", "call"),
    ("requested", "asked for"),
    ("requests", "calls"),
    ("row", "requirement"),
    ("rows", "requirements"),
    ("stands", "is"),
    ("unasked", "without asking"),
    ("weigh", "count"),
    ("weighs", "counts"),
    // Phrases.
    ("a should at most", "at most a recommendation"),
    ("another 1 of", "1 more"),
    ("no passes", "not passed"),
    ("for ever", "always"),
    ("up to and until", "until"),
    ("these rules", "these requirements"),
];

/// Terms of others, in which these words may appear.
const TERMS: [&str; 5] = ["pull request", "pull requests", "merge request", "in a row", "twice in a row"];

/// A text without what is code in it, and without the names of what is filled in.
fn prose(text: &str) -> String {
    let mut shown = String::new();
    for (place, part) in text.split('`').enumerate() {
        shown.push_str(if place % 2 == 0 { part } else { "#" });
    }
    let filled = shown.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let mut shown = filled.collect::<Vec<_>>().join("#").to_lowercase();
    for term in TERMS {
        shown = shown.replace(term, "#");
    }
    // Words of a URL are nobody's.
    shown.split_whitespace().filter(|word| !word.contains("://")).collect::<Vec<_>>().join(" ")
}

/// The words of these that a text holds.
fn found(text: &str, words: &[(&str, &str)]) -> Vec<String> {
    let prose = prose(text);
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'' | '.' | '/' | '$');
    let end = |c: char| matches!(c, '.' | '\'');
    let own: Vec<&str> = prose.split(|c: char| !is_part(c)).map(|word| word.trim_matches(end)).collect();
    let line = format!(" {} ", own.join(" "));
    let hit = |(word, _): &&(&str, &str)| line.contains(&format!(" {word} "));
    words.iter().filter(hit).map(|(word, better)| format!("`{word}` for `{better}`")).collect()
}

/// Everything that is said wrongly, each with where.
#[derive(Default)]
struct Wrong(BTreeSet<String>);

impl Wrong {
    fn look(&mut self, place: &str, text: &str, words: &[(&str, &str)]) {
        for hit in found(text, words) {
            let start: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(150).collect();
            self.0.insert(format!("{place}: {hit}: {start}"));
        }
    }

    fn both(&mut self, place: &str, nl: &str, en: &str) {
        self.look(place, nl, &DUTCH);
        self.look(place, en, &ENGLISH);
    }

    /// Every pair of texts in a tree, and every description of a schema.
    fn tree(&mut self, place: &str, tree: &Value) {
        match tree {
            Value::Object(map) => {
                if let (Some(Value::String(nl)), Some(Value::String(en))) = (map.get("nl"), map.get("en")) {
                    self.both(place, nl, en);
                }
                for (key, value) in map {
                    match value {
                        Value::String(text) if key == "description" => self.look(place, text, &ENGLISH),
                        value => self.tree(place, value),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.tree(place, value)),
            _ => {}
        }
    }

    fn end(self) {
        let lines: Vec<String> = self.0.into_iter().collect();
        assert!(lines.is_empty(), "{}\n{} in all", lines.join("\n"), lines.len());
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn below(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    files(&root().join(folder), &mut all);
    all.retain(|path| path.extension().is_some_and(|own| own == extension));
    all.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        (name, fs::read_to_string(path).unwrap())
    };
    all.into_iter().map(read).collect()
}

/// A page without its blocks of code.
fn page(text: &str) -> String {
    text.split("```").step_by(2).collect::<Vec<_>>().join("\n")
}

/// The string literals of a Rust file that are the arguments of such a call, two by two.
fn pairs(source: &str, call: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for rest in source.split(call).skip(1) {
        let mut two = Vec::new();
        let mut rest = rest.trim_start();
        while let Some(inner) = rest.strip_prefix('"') {
            let mut end = 0;
            let bytes = inner.as_bytes();
            while bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            two.push(inner[..end].replace("\\n", " ").replace("\\\n", " ").replace("\\\"", "\""));
            rest = inner[end + 1..].trim_start().trim_start_matches(',').trim_start();
        }
        if let [nl, en] = &two[..] {
            pairs.push((nl.clone(), en.clone()));
        }
    }
    pairs
}

#[test]
fn the_texts_of_specs_use_one_term_for_one_thing() {
    let mut wrong = Wrong::default();
    let mut count = 0;
    for (name, text) in below("specs", "yaml") {
        // What a source of the API says is its own.
        if !name.ends_with("openapi.yaml") {
            let tree = bronkeur::base::input::read_tree(&name, &text).unwrap();
            count += text.matches("nl:").count();
            wrong.tree(&name, &tree);
        }
    }
    assert!(count > 500, "{count}");
    // The earlier version of a schema stays as it was.
    for (name, text) in below("specs", "json").into_iter().filter(|(name, _)| !name.ends_with("-1.schema.json")) {
        wrong.tree(&name, &serde_json::from_str(&text).unwrap());
    }
    wrong.end();
}

#[test]
fn the_pages_use_one_term_for_one_thing() {
    let mut wrong = Wrong::default();
    let mut pages = below("docs", "md");
    pages.extend(
        ["README.md", "specs/README.md"].map(|name| (name.to_owned(), fs::read_to_string(root().join(name)).unwrap())),
    );
    for (name, text) in pages {
        for line in page(&text).split("\n\n").flat_map(|part| part.split("\n|")) {
            wrong.look(&name, line, &ENGLISH);
        }
    }
    wrong.end();
}

#[test]
fn the_messages_of_the_program_use_one_term_for_one_thing() {
    let mut wrong = Wrong::default();
    let mut count = 0;
    for (name, text) in below("src", "rs").into_iter().filter(|(name, _)| !name.contains("tests")) {
        for call in ["text!(", "Text::new(", "word("] {
            for (nl, en) in pairs(&text, call) {
                count += 1;
                wrong.both(&name, &nl, &en);
            }
        }
    }
    assert!(count > 1000, "{count}");
    let templates = below("src/report", "html");
    assert!(templates.len() > 3);
    for (name, text) in templates {
        for (nl, en) in pairs(&text, "say(") {
            wrong.both(&name, &nl, &en);
        }
    }
    wrong.end();
}

#[test]
fn the_help_uses_one_term_for_one_thing() {
    let folder = tempfile::tempdir().unwrap();
    let help = |command: &[&str]| ran(bronkeur(&folder).args(command).arg("--help")).stdout;
    let all = help(&[]);
    let commands = all.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15, "{names:?}");
    let mut wrong = Wrong::default();
    wrong.look("bronkeur", &all, &ENGLISH);
    for name in names.into_iter().filter(|name| *name != "help") {
        for line in help(&[name]).lines() {
            // The name of a flag is what it is.
            let words: Vec<&str> = line.split_whitespace().filter(|word| !word.contains("--")).collect();
            wrong.look(name, &words.join(" "), &ENGLISH);
        }
    }
    wrong.end();
}

#[test]
fn a_word_is_found_where_it_is_one() {
    let words = |text: &str| found(text, &ENGLISH).len();
    assert_eq!(words("What stands here, and two requests."), 2);
    assert_eq!(words("`requests`, x-request-id, limits.requests and a pull request in a row"), 0);
    assert_eq!(found("De INSZ van het verzoek; de redirect-URI", &DUTCH).len(), 2);
    assert_eq!(
        pairs("text!(\n  \"een\\n \\\"a\\\"\",\n \"one\"\n)", "text!("),
        [("een  \"a\"".to_owned(), "one".to_owned())]
    );
}
