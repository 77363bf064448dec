//! The signs against a corpus: sentences of honest errors in four languages, and texts that only the inside has.

use proptest::prelude::*;

use super::*;

fn words() -> Words<'static> {
    static REQUIREMENT: LazyLock<crate::catalogue::Catalogue> = LazyLock::new(|| {
        crate::catalogue::Catalogue::load(crate::catalogue::DEFAULT_SPEC, None, |_, _, _, _| true)
            .expect("the embedded specs")
    });
    let parameters = &REQUIREMENT.find("ERR-13").expect("the requirement").parameters;
    let list = |name: &str| parameters[name].iter().map(String::as_str).collect();
    Words { sql: list("sql"), folders: list("folders"), domains: list("domains") }
}

fn found(text: &str) -> Vec<Sign> {
    signs(text, &words(), &["api.example.be".to_owned(), "127.0.0.1".to_owned()])
}

/// The texts of a file, each under a line `--- kind`.
fn texts(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.split("\n--- ").skip(1).filter_map(|part| part.split_once('\n'))
}

#[test]
fn honest_sentences_show_nothing() {
    let sentences: Vec<&str> = include_str!("innocent.txt").lines().filter(|line| !line.is_empty()).collect();
    assert!(sentences.len() >= 80);
    let wrong: Vec<_> =
        sentences.iter().map(|text| (text, found(text))).filter(|(_, found)| !found.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Nor do they where they stand in a page.
    for text in sentences {
        let page = format!("<html><body><h1>Fout</h1><p>{text}</p></body></html>");
        assert_eq!(found(&page), [], "{text}");
    }
}

#[test]
fn what_only_the_inside_has_is_grave() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (kind, text) in texts(include_str!("guilty.txt")) {
        count += 1;
        let found = found(text);
        let wanted = match kind {
            "sql" => What::Sql,
            "page" => What::DebugPage,
            _ => What::StackTrace,
        };
        if !found.iter().any(|sign| sign.what == wanted && sign.is_grave && !sign.excerpt.is_empty()) {
            wrong.push((kind, text, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count >= 60, "{count}");
}

#[test]
fn one_weak_sign_is_no_grave_one() {
    for (text, what) in [
        ("Failed to convert value of type 'java.lang.String' to required type 'int'", What::Class),
        ("NullPointerException", What::Class),
        ("System.NullReferenceException: Object reference not set", What::Class),
        ("TypeError: Cannot read properties of undefined", What::Class),
        ("cannot open /var/lib/store/1", What::Path),
        ("cannot open /etc/store", What::Path),
        ("file \"C:\\inetpub\\wwwroot\\store\" is missing", What::Path),
        ("no route to store.prod.svc.cluster.local:8080", What::Host),
        ("connect http://10.1.2.3:8080/x failed", What::Host),
        ("at Example.Api.Store.Find(Int32 id)", What::StackTrace),
        ("in Store.java:42", What::StackTrace),
    ] {
        let found = found(text);
        assert!(found.iter().any(|sign| sign.what == what), "{text}: {found:?}");
        assert!(found.iter().all(|sign| !sign.is_grave), "{text}: {found:?}");
    }
}

proptest! {
    #[test]
    fn any_text_can_be_searched(text in "\\PC{0,80}", mark in 0usize..8) {
        let mark = ["at ", ".java:", "://", ":\\", "select ", "ORA-", "<!--", "&#"][mark];
        found(&format!("{text}{mark}{text}"));
    }
}
