//! The packages of `tests/node` are those of its lock file.

use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{NODE_FOLDER, Need, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("packages::are_those_of_the_lock_file", &[Need::Node], are_those_of_the_lock_file)]
}

fn are_those_of_the_lock_file() {
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(format!("{NODE_FOLDER}/{name}")).unwrap()).unwrap()
    };
    let (wanted, installed) = (read("package-lock.json"), read("node_modules/.package-lock.json"));
    let versions = wanted["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty());
    let mut seen = 0;
    for (path, package) in versions {
        assert_eq!(installed["packages"][path]["version"], package["version"], "{path}: run npm ci in tests/node");
        assert!(package.get("resolved").is_none(), "{path}: the lock file names a download address");
        seen += 1;
    }
    assert!(seen > 3, "the lock file lists {seen} packages");
}
