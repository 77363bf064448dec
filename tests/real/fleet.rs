//! `fleet.html` in Chromium: accessible in both languages and colour schemes, usable with the keyboard on a narrow screen,
//! light with many sources, and printed on A4 in landscape.

mod towns;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use self::towns::Towns;
use crate::page::{assert_accessible, assert_runs_only, count};
use crate::support::{Need, run_script, trial};

/// Nodes of the table at first sight.
const MOST_NODES: u64 = 5_000;

/// Milliseconds to print the page of 60 sources.
const MOST_PRINTING: u64 = 10_000;

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [Need::Node, Need::Chromium];
    vec![
        trial("fleet::is_accessible_and_usable_with_the_keyboard", &needs, is_accessible_and_usable_with_the_keyboard),
        trial("fleet::of_60_mixed_members_is_light_and_prints", &needs, of_60_mixed_members_is_light_and_prints),
        trial("fleet::figures", &needs, figures).with_ignored_flag(true),
    ]
}

fn is_accessible_and_usable_with_the_keyboard() {
    let towns = Towns::mixed();
    let page = towns.changed();
    let seen = run_script("page.mjs", &["fleet", &page]);
    assert_runs_only(&seen, 1);
    assert_accessible(&seen);
    assert_eq!(seen["looks"].as_array().unwrap().len(), 8);
    let keyboard = &seen["keyboard"];
    let reached: Vec<&Value> = keyboard["reached"].as_array().unwrap().iter().collect();
    for id in ["language-en", "outcome-all", "tag-all", "matrix", "BUTTON"] {
        assert!(reached.contains(&&json!(id)), "{id} is not reached with the keyboard: {reached:?}");
    }
    // The table is wider than a narrow screen; it scrolls, the page does not.
    assert!(count(&keyboard["scrolled"]) > 0, "{keyboard}");
    assert_eq!((&keyboard["target"], &keyboard["overflow"]), (&json!(true), &json!(0)), "{keyboard}");
    let orders = &seen["orders"];
    let first = orders["first"].as_array().unwrap();
    assert_eq!((first.len(), &first[0]), (13, &json!("stuck")));
    assert_eq!(first[1], "list-of-another-citizen-is-shown", "the most harmful failure is not the first");
    assert_eq!((&orders["rank"]["names"], &orders["bare"]["names"]), (&orders["first"], &orders["first"]));
    assert_eq!((&orders["bare"]["buttons"], &orders["worse"]["sorted"]), (&json!(0), &json!(["worse"])));
    let by_name: Vec<&str> =
        orders["name"]["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(by_name.is_sorted() && by_name.len() == 13, "{by_name:?}");
    let choices = seen["choices"].as_object().unwrap();
    assert!(choices.len() > 4, "{choices:?}");
    for (id, choice) in choices {
        assert_eq!(choice["shown"], choice["wanted"], "{id}");
        let said = choice["status"].as_str().unwrap();
        assert!(said.ends_with(&format!(" {}", choice["shown"])), "{id}: {said:?}");
    }
    assert!(count(&seen["paper"]["pages"]) > 0 && seen["paper"]["hidden"] == 0, "{}", seen["paper"]);
}

fn of_60_mixed_members_is_light_and_prints() {
    let towns = Towns::mixed();
    let (page, _) = towns.fleet(60);
    let weight = run_script("page.mjs", &["weight", &page]);
    assert!(count(&weight["first"]) < MOST_NODES, "{weight}");
    assert!(count(&weight["columns"]) <= 4 + 16, "{weight}");
    assert!(count(&weight["printed"]) < MOST_PRINTING && count(&weight["pages"]) <= 8, "{weight}");
    let side = |at: usize| format!("{:.0}", weight["box"][at].as_f64().unwrap());
    assert_eq!((side(2), side(3)), ("842".to_owned(), "595".to_owned()), "no A4 in landscape: {weight}");
}

/// Figures, not judged: `cargo test --test real fleet::figures -- --ignored --nocapture`.
fn figures() {
    let towns = Towns::mixed();
    for members in [6, 60, 1_000] {
        let (page, cost) = towns.fleet(members);
        let weight = run_script("page.mjs", &["weight", &page]);
        println!("{members} members: {cost}; {weight}");
    }
}
