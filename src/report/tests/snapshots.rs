use super::sample;
use crate::base::text::Lang;
use crate::report::{Options, json, junit, render};

fn terminal(lang: Lang, width: u16, verbose: bool) -> String {
    render(&sample::report(), Options { lang, width, color: false, verbose })
}

/// The version of the tool is no part of a snapshot.
fn assert_snapshot(name: &str, text: &str) {
    let version = env!("CARGO_PKG_VERSION");
    let named = [
        (format!("bronkeur {version}"), "bronkeur [version]"),
        (format!("name=\"tool.version\" value=\"{version}\""), "name=\"tool.version\" value=\"[version]\""),
        (format!("\"version\": \"{version}\"\n"), "\"version\": \"[version]\"\n"),
    ];
    let text = named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from.as_str(), to));
    insta::assert_snapshot!(name, text);
}

fn assert_fits(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= width, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn terminal_of_80_columns() {
    let text = terminal(Lang::En, 80, false);
    assert_fits(&text, 80);
    assert_snapshot("terminal_of_80_columns", &text);
}

#[test]
fn terminal_of_80_columns_in_dutch() {
    let text = terminal(Lang::Nl, 80, false);
    assert_fits(&text, 80);
    assert_snapshot("terminal_of_80_columns_in_dutch", &text);
}

#[test]
fn terminal_of_140_columns() {
    let text = terminal(Lang::En, 140, true);
    assert_fits(&text, 140);
    assert_snapshot("terminal_of_140_columns", &text);
}

#[test]
fn a_wide_terminal_shows_no_more_than_140_columns_and_a_narrow_one_is_readable() {
    assert_eq!(terminal(Lang::Nl, 200, false), terminal(Lang::Nl, 140, false));
    assert_fits(&terminal(Lang::Nl, 1, false), 60);
}

#[test]
fn colour_changes_nothing_but_colour() {
    let colored = render(&sample::report(), Options { lang: Lang::En, width: 80, color: true, verbose: false });
    assert!(colored.contains("\u{1b}[1m"));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(&plain), lines(&terminal(Lang::En, 80, false)));
    assert!(!terminal(Lang::En, 80, false).contains('\u{1b}'));
}

#[test]
fn junit_in_english() {
    assert_snapshot("junit_in_english", &junit(&sample::report(), Lang::En).unwrap());
}

#[test]
fn junit_in_dutch() {
    assert_snapshot("junit_in_dutch", &junit(&sample::report(), Lang::Nl).unwrap());
}

#[test]
fn the_raw_report() {
    assert_snapshot("the_raw_report", &json(&sample::report()).unwrap());
}
