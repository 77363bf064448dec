//! Stack traces, by their frames.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{Patterns, excerpt, first, patterns};

/// What a stack trace of a language alone holds: a frame with its file and line, or the words around the frames.
const STRONG: &[&str] = &[
    // Java, Kotlin, Scala, Groovy, Clojure
    r"\bat [\w.$/<>@~-]+\([\w$]+\.(?:java|kt|kts|scala|groovy|clj):\d+\)",
    r"\bat [\w$~]+(?:[./][\w$<>-]+)+\((?:Native Method|Unknown Source|<generated>)\)",
    r"\bCaused by: [\w$]+(?:\.[\w$]+)+(?:Exception|Error|Throwable)\b",
    r#"\bException in thread ""#,
    r"(?m)^\s*\.\.\. \d+ (?:more|common frames omitted)\s*$",
    // .NET, which translates the words
    r"(?i)\.(?:cs|vb|fs|cshtml|vbhtml|razor):(?:line|regel|zeile|ligne) \d+",
    r"--- End of (?:inner exception )?stack trace",
    // Python
    r"Traceback \(most recent call last\)",
    r#"\bFile "[^"\n]+", line \d+"#,
    r#"[\w)/\\.-]+\.py"?,? (?:in \w+,? )?line \d+,? in \S"#,
    // Node.js
    r"\bat (?:async |new )*(?:[\w.$<>\[\] ]{1,120} )?\(?(?:file://|node:|webpack:|[A-Za-z]:)?[\w@./\\+~-]*\.(?:js|mjs|cjs|jsx|ts|tsx):\d+:\d+",
    r"\bnode:internal/[\w/]+:\d+:\d+",
    // PHP
    r"#\d+ [^\n]{0,260}?\.php\(\d+\)",
    r"#\d+ \{main\}",
    r"\bin \S*\.php(?:\(\d+\)|:\d+| on line \d+| at line \d+|, line \d+)",
    // Ruby
    r"\S+\.(?:rb|erb|haml|rake|ru):\d+:in ",
    // Go
    r"\bgoroutine \d+ \[",
    r"\S+\.go:\d+ \+0x[0-9a-f]+",
    // Rust
    r"\bpanicked at (?:'|\S+\.rs:\d+:\d+)",
    r"\bat \S+\.rs:\d+:\d+",
    // Perl
    r"\bat \S+\.(?:pl|pm|cgi|psgi) line \d+",
    // Elixir
    r"\b(?:lib|test|src)/\S+\.exs?:\d+: \w",
    // Dart, Lua, Haskell, C
    r"#\d+ +\S+ \((?:package|dart|file):\S+\.dart:\d+",
    r"\bstack traceback:\s+\S+:\d+: in ",
    r"\bCallStack \(from HasCallStack\)",
    r"#\d+ +0x[0-9a-f]+ in \S+",
];

/// A frame without file and line: one is a weak sign.
const FRAMES: &[&str] = &[
    r"(?:^|\s)(?:at|bij|bei|à) [\w<>`][\w$<>`]*(?:[.+/][\w$<>`\[\],|]+)+\(",
    r"(?m)^\s*[\w.<>`+]+\.[\w<>`]+\([\w.,& \[\]`]*\) ?\+\d+",
    r"\bat (?:new |async )?[\w.$\[\]]+ \(<anonymous>\)",
    r"\b[\w$-]+\.(?:java|kt|scala|groovy|cs|vb|py|rb|php|go|ts|tsx|jsx|mjs|cjs|exs):\d+\b",
    r"\b[\w$-]+\.(?:php|py|rb|pl)\(\d+\)",
    r"\bat \w+\.\w+, line \d+",
];

static OF_A_STACK: Patterns = LazyLock::new(|| patterns(STRONG));
static OF_A_FRAME: Patterns = LazyLock::new(|| patterns(FRAMES));

/// A stack trace, by a frame that only one has, or by several.
pub(super) fn stack(text: &str) -> Option<String> {
    first(&OF_A_STACK, text).or_else(|| {
        let several = |pattern: &&regex::Regex| pattern.find_iter(text).nth(1).is_some();
        let found = OF_A_FRAME.iter().find(several)?.find(text)?;
        Some(excerpt(text, found.start()))
    })
}

/// What may be one frame.
pub(super) fn one_frame(text: &str) -> Option<String> {
    first(&OF_A_FRAME, text)
}

/// The names under which libraries write the parts of a frame as an object.
const FUNCTIONS: [&str; 5] = ["methodname", "method", "function", "functionname", "func"];
const CLASSES: [&str; 4] = ["classname", "class", "declaringclass", "type"];
const FILES: [&str; 4] = ["filename", "file", "path", "source"];
const LINES: [&str; 5] = ["linenumber", "line", "lineno", "linenum", "lno"];
/// The endings of files with code.
const CODE: [&str; 16] =
    ["java", "kt", "scala", "groovy", "cs", "vb", "py", "rb", "php", "go", "rs", "js", "mjs", "ts", "pl", "ex"];

/// What is called in an object that is a frame: it has a line, and names a file with code, a class and its method, or what
/// only a frame calls `methodName`.
pub fn is_frame(members: &Map<String, Value>) -> Option<String> {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let of =
        |names: &[&str]| members.iter().find(|(name, _)| names.contains(&plain(name).as_str())).map(|(_, value)| value);
    let line = of(&LINES)?;
    if !line.is_number() && line.as_str().is_none_or(|line| line.parse::<u32>().is_err()) {
        return None;
    }
    let text = |names: &[&str]| of(names).and_then(Value::as_str).map(str::to_owned);
    let (function, class, file) = (text(&FUNCTIONS), text(&CLASSES), text(&FILES));
    let file = file.filter(|file| file.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending)));
    let is_method = members.keys().any(|name| plain(name) == "methodname");
    match (function, class, file) {
        (function, _, Some(file)) => Some(function.unwrap_or(file)),
        (Some(function), Some(class), None) => Some(format!("{class} {function}")),
        (Some(function), ..) if is_method => Some(function),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_valid() {
        assert_eq!((OF_A_STACK.len(), OF_A_FRAME.len()), (STRONG.len(), FRAMES.len()));
    }

    #[test]
    fn frames_may_be_objects() {
        let frame = |json: serde_json::Value| is_frame(json.as_object().unwrap()).is_some();
        for frames in [
            serde_json::json!({ "methodName": "find", "lineNumber": 42 }),
            serde_json::json!({ "file": "/var/www/Store.php", "line": 12 }),
            serde_json::json!({ "class": "Illuminate\\Routing\\Router", "function": "run", "line": "12" }),
            serde_json::json!({ "FileName": "Store.cs", "Method": "Find", "LineNumber": 3 }),
            serde_json::json!({ "filename": "app/store.py", "function": "find", "lineno": 3 }),
        ] {
            assert!(frame(frames.clone()), "{frames}");
        }
        for other in [
            serde_json::json!({ "line": 3, "column": 5 }),
            serde_json::json!({ "source": "body", "line": 3, "name": "page" }),
            serde_json::json!({ "file": "attest.pdf", "line": 3 }),
            serde_json::json!({ "methodName": "find" }),
            serde_json::json!({ "file": "Store.java", "line": "first" }),
            serde_json::json!({ "name": "page", "path": "$.page", "line": 3 }),
            serde_json::json!({ "method": "GET", "path": "/v1/certificates", "line": 3 }),
        ] {
            assert!(!frame(other.clone()), "{other}");
        }
    }
}
