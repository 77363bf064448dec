use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Mutex;

use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::layers::{Layer, Layers};
use super::*;
use crate::base::input::{Diagnostic, Place, read_tree};
use crate::base::text::{Lang, Text};
use crate::catalogue::{Catalogue, DEFAULT_SPEC, Selection};
use crate::checks;
use crate::judging::decisions::Decisions;
use crate::judging::reason::cause::{CauseKind, Server};
use crate::judging::reason::issuer::ActionOwner;
use crate::judging::verdict::{ExitStatus, Outcome, Severity};
use crate::report::Languages;
use crate::report::fleet::model::{CauseSummary, Cell, Member};
use crate::run::Event;
use crate::run::inspection::RunOptions;
use crate::sandbox::{Options, Sandbox};

fn layer(file: &str, text: &str, within: Place) -> Layer {
    let whole = read_tree(file, text).unwrap();
    let tree = within.0.iter().fold(&whole, |tree, step| match step {
        crate::base::input::Step::Key(key) => &tree[key],
        crate::base::input::Step::Index(index) => &tree[index],
    });
    Layer { file: file.to_owned(), text: Rc::from(text), within, tree: tree.clone() }
}

#[test]
fn the_stronger_text_wins_and_a_fault_is_told_where_it_was_written() {
    let sources = "defaults: { acm: { scope: a, hops: [1, 2] }, production: true }\n\
                   o: { acm: { hops: [3] }, production: null, limits: { pages: 1 } }\n";
    let layers = Layers(vec![
        layer("s.yaml", sources, Place::default().key("defaults")),
        layer("p.yaml", "acm: { scope: b, audience: x }\nlimits: { pages: 2 }\n", Place::default()),
        layer("s.yaml", sources, Place::default().key("o")),
    ]);
    assert_eq!(
        layers.merged(),
        json!({ "acm": { "scope": "b", "hops": [3], "audience": "x" }, "limits": { "pages": 1 } })
    );
    let told = |place: &str| {
        let fault = layers.told(Diagnostic::new("?", Text::default(), Text::default()).at(place));
        format!("{}:{}", fault.file, fault.place.unwrap())
    };
    assert_eq!(told("acm.scope"), "p.yaml:1:8: acm.scope");
    assert_eq!(told("acm.hops[0]"), "s.yaml:2:20: o.acm.hops[0]");
    assert_eq!(told("limits.pages"), "s.yaml:2:54: o.limits.pages");
    // What stands nowhere would stand in the strongest text that has what it belongs to.
    assert_eq!(told("acm.resource"), "s.yaml:2:6: o.acm: acm.resource");
    assert_eq!(told("citizens"), "s.yaml:2:1: o: citizens");
}

#[test]
fn a_part_is_written_as_a_number_of_how_many() {
    for (text, fits) in [("1/1", true), ("2/5", true), ("0/5", false), ("6/5", false), ("2", false), ("a/b", false)] {
        assert_eq!(text.parse::<Shard>().is_ok(), fits, "{text}");
    }
}

proptest! {
    /// Laying a text over itself changes nothing, and what the strongest says holds.
    #[test]
    fn layers_are_laid_over_each_other(below in tree(), above in tree()) {
        let layer = |tree: &Value| Layer { file: String::new(), text: Rc::from(""), within: Place::default(), tree: tree.clone() };
        let whole = Layers(vec![layer(&below), layer(&above)]).merged();
        prop_assert_eq!(&Layers(vec![layer(&below), layer(&above), layer(&above)]).merged(), &whole);
        for (key, value) in above.as_object().unwrap() {
            match value {
                Value::Null => prop_assert!(whole.get(key).is_none()),
                Value::Object(_) => prop_assert!(whole[key].is_object()),
                value => prop_assert_eq!(&whole[key], value),
            }
        }
    }
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<u8>().prop_map(Value::from)];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect()))
    });
    prop::collection::btree_map("[a-c]", value, 0..4).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// A defect of ours at one source is that source's trouble, and no more sources of a host run at once than may.
#[test]
fn a_panic_at_one_source_is_its_own_trouble() {
    let catalogues = Catalogues::one(Catalogue::load(DEFAULT_SPEC, None, checks::is_check).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = runtime.block_on(Sandbox::start(Options::default())).unwrap();
    let source = |name: &str| Source {
        name: name.to_owned(),
        tags: Vec::new(),
        what: What::Live(Box::new(sandbox.profile().unwrap()), Decisions::default()),
    };
    let (folder, (_stop, interrupted)) = (tempfile::tempdir().unwrap(), watch::channel(false));
    let asked = RunOptions {
        selection: Selection { only: vec!["LST-11".to_owned()], skip: Vec::new() },
        ..RunOptions::default()
    };
    let order = order(&catalogues, &asked, folder.path(), interrupted);
    let (under_way, most) = (Mutex::new(0_usize), Mutex::new(0_usize));
    let sources = ["a", "b", "c", "d"].map(source).into();
    let ended = run(sources, &order, Bounds { jobs: 4, per_host: 2 }, &|name, told| match told {
        FleetEvent::Begins => {
            let mut now = under_way.lock().unwrap();
            *now += 1;
            let mut most = most.lock().unwrap();
            *most = (*most).max(*now);
        }
        FleetEvent::Happens(Event::Received(_)) if name == "b" => panic!("a defect"),
        FleetEvent::Happens(_) => {}
        FleetEvent::Ends(_) => *under_way.lock().unwrap() -= 1,
    });
    let came: BTreeMap<&str, (u8, bool)> = ended
        .iter()
        .map(|ended| (ended.member.name.as_str(), (ended.member.exit_status, ended.member.trouble.is_some())))
        .collect();
    assert_eq!(came, BTreeMap::from([("a", (0, false)), ("b", (4, true)), ("c", (0, false)), ("d", (0, false))]));
    assert!((1..=2).contains(&*most.lock().unwrap()));
    assert!(folder.path().join("a/report.json").exists() && !folder.path().join("b").exists());
    assert!(Path::new(&folder.path().join("d/evidence.har")).exists());
}

fn order<'a>(
    catalogues: &'a Catalogues,
    asked: &'a RunOptions,
    out: &'a Path,
    interrupted: watch::Receiver<bool>,
) -> Order<'a> {
    let languages = Languages { first: Lang::En, only: true };
    Order { catalogues, asked, out, languages, seed: || 1, interrupted }
}

#[test]
fn after_an_interrupt_no_source_begins() {
    let catalogues = Catalogues::one(Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap());
    let (_stop, interrupted) = watch::channel(true);
    let (asked, folder) = (RunOptions::default(), tempfile::tempdir().unwrap());
    let order = order(&catalogues, &asked, folder.path(), interrupted);
    let what = What::Evidence("absent.har".into(), String::new());
    let source = Source { name: "a".to_owned(), tags: Vec::new(), what };
    let ended = run(vec![source], &order, Bounds { jobs: 1, per_host: 1 }, &|_, _| {});
    assert_eq!(ended[0].member.exit_status, 3);
}

/// A source that ends with 1, at which these obligations fail, or all by one cause.
fn failing(catalogue: &Catalogue, name: &str, ids: &[&str], cause: Option<&CauseSummary>) -> Member {
    let cell = |id: &str| {
        let fails = ids.contains(&id);
        let (outcome, severity) =
            if fails { (Outcome::Fail, Severity::Failure) } else { (Outcome::Pass, Severity::None) };
        let cause = cause.map(|cause| cause.id.clone());
        Cell { id: id.to_owned(), outcome, severity, accepted: false, fails, cause, why: None, change: None }
    };
    let (causes, cells) =
        (cause.into_iter().cloned().collect(), catalogue.requirements.iter().map(|row| cell(&row.id)));
    Member {
        exit_status: 1,
        stopped_by: cause.map(|cause| cause.id.clone()),
        causes,
        cells: cells.collect(),
        trouble: None,
        ..run::without_report(name.to_owned(), Vec::new(), ExitStatus::Failures, Text::default())
    }
}

#[test]
fn what_shows_others_data_comes_before_any_number_of_other_failures() {
    let catalogue = Catalogue::load(DEFAULT_SPEC, None, |_, _, _, _| true).unwrap();
    let cause = CauseSummary {
        id: "c1".to_owned(),
        kind: CauseKind::CertificateExpired,
        server: Server::Source,
        what: Text::default(),
        remedy: Text::default(),
        who: ActionOwner::Source,
        waiting: 100,
        must: 60,
    };
    let one = |name: &str, ids: &[&str]| failing(&catalogue, name, ids, None);
    let members = vec![
        one("a-sound", &[]),
        one("b-list", &["LST-01"]),
        one("c-lists", &["LST-01", "LST-02", "LST-03"]),
        failing(&catalogue, "d-expired", &["URL-02"], Some(&cause)),
        one("e-lets-in", &["SEC-02", "LST-01"]),
        one("f-shows-and-more", &["SEC-08", "LST-01"]),
        one("g-shows", &["SEC-08"]),
        one("h-open", &["SEC-01"]),
    ];
    let overview = gather(&Catalogues::one(catalogue.clone()), jiff::Timestamp::UNIX_EPOCH, 0, members);
    let names: Vec<&str> = overview.members.iter().map(|member| member.name.as_str()).collect();
    let worst = ["h-open", "f-shows-and-more", "g-shows", "e-lets-in"];
    assert_eq!(names, [worst.as_slice(), &["d-expired", "c-lists", "b-list", "a-sound"]].concat());
}
