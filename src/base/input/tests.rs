use super::*;

const SCHEMA: &str = r##"{
  "type": "object", "required": ["name"], "additionalProperties": false,
  "properties": {
    "name": { "type": "string" },
    "role": { "enum": ["subject", "other"] },
    "items": { "type": "array", "items": { "type": "object", "additionalProperties": false,
      "properties": { "port": { "type": "integer", "minimum": 1 } } } },
    "secret": { "$ref": "#/$defs/reference" }
  },
  "$defs": { "reference": { "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
    "properties": { "env": { "type": "string", "pattern": "^[A-Z_]+$" } } } }
}"##;

fn faults(text: &str) -> String {
    let schema = Schema::read("schema", SCHEMA).unwrap();
    read_yaml::<Value>("a.yaml", text, &schema).unwrap_err().to_string()
}

#[test]
fn every_fault_of_a_file_is_reported_with_its_line() {
    let seen = faults("rol: x\nrole: subjekt\nitems:\n  - port: 0\n  - { porrt: 1 }\n  - port: \"8\"\n");
    assert_eq!(
        seen.lines().filter(|line| !line.starts_with(' ')).collect::<std::collections::BTreeSet<_>>(),
        [
            "a.yaml:1:1: rol: unknown key `rol`",
            "a.yaml:2:1: role: \"subjekt\" is none of \"subject\", \"other\"",
            "a.yaml:4:5: items[0].port: must be at least 1",
            "a.yaml:5:7: items[1].porrt: unknown key `porrt`",
            "a.yaml:6:5: items[2].port: must be a whole number, but is a string",
            "a.yaml: the key `name` is missing",
        ]
        .into()
    );
    assert!(seen.contains("did you mean `port`? known keys: port"), "{seen}");
}

#[test]
fn a_literal_secret_is_named_by_its_type_only() {
    for literal in ["hunter2", "12345678901", "{ env: \"hunter2!\" }", "{ file: hunter2 }", "[hunter2]", "{}"] {
        let seen = faults(&format!("name: x\nsecret: {literal}\n"));
        assert!(!seen.contains("hunter2") && !seen.contains("12345678901"), "{seen}");
        assert!(seen.contains("a.yaml:2:"), "{seen}");
    }
    assert!(faults("name: x\nsecret: hunter2").contains("here is a string\n    write `{ env: NAME }`"));
}

#[test]
fn broken_yaml_has_line_and_column() {
    for (text, place, words) in [
        ("a: 1\nb: [1\n", "a.yaml:", "cannot be read"),
        ("name: x\nrole: other\nname: y\n", "a.yaml:3:1:", "`name` is there twice"),
        ("name: .inf\n", "a.yaml:1:7:", "infinity"),
        ("", "a.yaml:", "empty"),
        ("name: !secret x\n", "a.yaml:1:7:", "cannot be read"),
        ("a: 1\n---\nb: 1\n", "a.yaml:", "more than one document"),
        ("a: *b\n", "a.yaml:1:4:", "cannot be read"),
        ("{\"name\": \"a\", \"name\": \"b\"}", "a.yaml:1:15:", "twice"),
    ] {
        let seen = faults(text);
        assert!(seen.starts_with(place) && seen.contains(words), "{text}: {seen}");
    }
}

#[test]
fn an_alias_bomb_is_refused_at_once() {
    let big = vec!["x"; 100_000].join(",");
    let aliases = vec!["*a"; 100_000].join(",");
    let seen = faults(&format!("a: &a [{big}]\nb: [{aliases}]\n"));
    assert!(seen.contains("aliases"), "{seen}");
    let laughs: Vec<_> = (1..60).map(|n| format!("a{n}: &a{n} [*a{last}, *a{last}]", last = n - 1)).collect();
    assert!(faults(&format!("a0: &a0 [x, x]\n{}", laughs.join("\n"))).contains("repetition limit"));
    assert!(faults("a: &a [*a]\n").contains("cannot be read"));
    assert!(faults(&"[".repeat(2_000_000)).contains("nested too deeply"));
    assert!(faults(&"[".repeat(200)).contains("cannot be read"));
    assert!(faults(&"- ".repeat(500_000)).contains("cannot be read"));
    assert!(faults(&format!("{}{}", "[".repeat(250), "a,".repeat(1_000_000))).contains("cannot be read"));
    assert!(faults(&"a:\n".repeat(2_000_000)).contains("larger than 4096 KiB"));
}

#[test]
fn a_place_is_read_as_it_is_written() {
    for path in ["citizens[1].insz", "paths[\"/a/{b}\"].get", "[0][1]", "a[\"x.\\\"]\"].b", ""] {
        assert_eq!(Place::parse(path).map(|place| place.to_string()).as_deref(), Some(path));
    }
    for path in ["a b", "[", "[x]", "[\"x", "a..b", "é"] {
        assert_eq!(Place::parse(path), None, "{path}");
    }
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let seen = faults("name: x\n\"\\e[31mred\": 1\n");
    assert!(!seen.contains('\u{1b}'), "{seen:?}");
}

#[test]
fn a_fault_is_rendered_in_both_languages() {
    let fault = Diagnostic::new("bron.yaml", text!("fout", "wrong"), text!("herstel", "mend")).at("a[0]");
    assert_eq!(fault.render(Lang::Nl), "bron.yaml:a[0]: fout\n    herstel");
    assert_eq!(fault.located("a: [1]").render(Lang::En), "bron.yaml:1:5: a[0]: wrong\n    mend");
}

#[test]
fn only_regular_bounded_text_files_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), bytes).unwrap();
        path
    };
    assert_eq!(read_text(&file("a", b"abc"), 3).unwrap(), "abc");
    assert!(read_text(&file("b", b"abcd"), 3).is_err());
    assert!(read_text(&file("c", b"\xff"), 3).unwrap_err().to_string().contains("UTF-8"));
    assert!(read_text(dir.path(), 3).is_err());
    assert!(read_text(&dir.path().join("none"), 3).is_err());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        let schema = Schema::read("schema", SCHEMA).unwrap();
        let _ = read_yaml::<Value>("a.yaml", &text, &schema);
    }

    #[test]
    fn no_yaml_like_text_makes_the_reader_panic(text in "[\\[\\]{}:,\\-&*!|>'\"#%@ab1 \n\t]{0,60}") {
        let schema = Schema::read("schema", SCHEMA).unwrap();
        let _ = read_yaml::<Value>("a.yaml", &text, &schema);
        let _ = Place::parse("a[0].b").unwrap().locate(&text);
        let _ = Place::parse(&text);
    }
}
