//! A link: any text against any base is an absolute URL or none; that URL leads where it leads, wherever it stands, and
//! its parts can be asked for.
#![no_main]

use bronkeur::base::href::{self, ItemPath, Role, Roles};
use libfuzzer_sys::fuzz_target;
use url::Url;

const BASE: &str = "https://host:8443/v1/certificates?page=0";

fn absolute(url: &Url, link: &str) {
    assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{url}");
    assert!(url.as_str().bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
    assert_eq!(href::absolute(BASE, url.as_str()).as_ref(), Some(url).filter(|url| url.as_str().len() <= 16_000));
    let segments = href::segments(url);
    assert_eq!(segments.len(), url.path().split('/').count() - 1);
    if let Some((at, version)) = href::version(&segments) {
        assert!(href::is_version(version) && href::is_meant_as_version(version) && segments[at] == version);
    }
    href::is_loopback(url);
    href::query_values(url).for_each(drop);
    let items = |look: &mut dyn FnMut(ItemPath<'_>)| {
        ["a", "b", "c"].into_iter().for_each(|id| look(ItemPath { id, rel: "self", segments: &segments }));
    };
    let roles = Roles::new(vec![vec!["certificates".to_owned()]], &items, ["1".to_owned()].into_iter());
    let found = roles.of("SELF", &segments);
    assert_eq!(found.len(), segments.len());
    assert!(found.iter().filter(|role| **role == Role::Version).count() <= 1);
    for segment in &segments {
        assert!(href::words(segment).iter().all(|word| !word.is_empty()));
        assert_eq!(href::alike(segment, link).chars().count(), segment.chars().count());
        href::can_be_plural(segment);
    }
}

// The first line is the base, the rest the link.
fuzz_target!(|text: &str| {
    let (base, link) = text.split_once('\n').unwrap_or((BASE, text));
    for base in [base, BASE] {
        if let Some(url) = href::absolute(base, link) {
            absolute(&url, link);
        }
    }
    href::is_absolute_uri(link);
    href::is_judged(link);
});
