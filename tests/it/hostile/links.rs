//! Links and redirects that lead elsewhere, in circles, or nowhere.

use serde_json::{Value, json};

use super::inspect;
use super::server::{Asked, answer, hal};

/// A second citizen's number: of nobody, with serial 999.
const OTHER: &str = "90010199992";

fn list_with(asked: &Asked, rel: &str, href: &str) -> Vec<u8> {
    let mut list = asked.list();
    let links = list["links"].as_array_mut().unwrap();
    links.retain(|link| link["rel"] != rel);
    links.push(json!({ "rel": rel, "href": href }));
    hal(list.to_string().as_bytes())
}

fn list_where_items_link_to(asked: &Asked, href: &Value) -> Vec<u8> {
    let mut list = asked.list();
    for link in list["certificates"][0]["links"].as_array_mut().unwrap() {
        link["href"] = href.clone();
    }
    hal(list.to_string().as_bytes())
}

/// The requests that the report says were sent, by URL.
fn urls(ran: &super::Outcome) -> Vec<String> {
    let exchanges = ran.report["exchanges"].as_array().unwrap().iter();
    exchanges.filter(|one| one["status"].is_u64()).map(|one| one["url"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn redirects_are_recorded_and_not_followed() {
    for ran in [
        inspect(|_, stream| {
            stream.write_all(&answer("302 Found", &[("location", "http://169.254.169.254/latest/meta-data/")], b""))
        }),
        inspect(|_, stream| {
            stream.write_all(&answer("307 Temporary Redirect", &[("location", "file:///etc/passwd")], b""))
        }),
        inspect(|asked, stream| {
            stream.write_all(&answer("308 Permanent Redirect", &[("location", &asked.target)], b""))
        }),
        inspect(|_, stream| {
            stream.write_all(&answer("301 Moved Permanently", &[("location", "http://localhost:1/v1")], b""))
        }),
    ] {
        ran.proves_nothing(&["LST-11", "CRT-01"]);
        assert!(urls(&ran).iter().all(|url| url.starts_with("http://127.0.0.1:")), "{:?}", urls(&ran));
    }
}

#[test]
fn the_next_page_is_this_page() {
    let ran = inspect(|asked, stream| {
        let own = format!("{}{}", asked.base.trim_end_matches("/v1"), asked.target);
        stream.write_all(&if asked.is_list() { list_with(asked, "next", &own) } else { asked.harmless() })
    });
    // Every page is the same one: that comes first.
    ran.expect(&[("LST-10", "fail"), ("LST-18", "blocked")]);
}

#[test]
fn the_next_page_is_the_page_before() {
    let ran = inspect(|asked, stream| {
        let page = asked.parameter("page").unwrap_or_default();
        let before =
            format!("{}{}?limit=10&page={}", asked.base.trim_end_matches("/v1"), asked.path(), 1 - page.min(1));
        stream.write_all(&if asked.is_list() { list_with(asked, "next", &before) } else { asked.harmless() })
    });
    // Every page is the same one: that comes first.
    ran.expect(&[("LST-10", "fail"), ("LST-18", "blocked")]);
}

#[test]
fn there_is_always_a_next_page() {
    let ran = inspect(|asked, stream| {
        let page = asked.parameter("page").unwrap_or_default() + 1;
        let next = format!("{}{}?limit=10&page={page}", asked.base.trim_end_matches("/v1"), asked.path());
        stream.write_all(&if asked.is_list() { list_with(asked, "next", &next) } else { asked.harmless() })
    });
    ran.proves_nothing(&["LST-18"]);
    assert!(ran.report["run"]["requests"].as_u64().unwrap() <= 400);
}

#[test]
fn the_next_page_grows() {
    let ran = inspect(|asked, stream| {
        let next = format!(
            "{}{}&x={}",
            asked.base.trim_end_matches("/v1"),
            asked.target,
            "x".repeat(asked.target.len().min(4000))
        );
        let next = if next.contains('?') { next } else { next.replacen('&', "?", 1) };
        stream.write_all(&if asked.is_list() { list_with(asked, "next", &next) } else { asked.harmless() })
    });
    ran.proves_nothing(&["LST-18"]);
}

#[test]
fn the_next_page_is_elsewhere() {
    let ran = inspect(|asked, stream| {
        let next = "http://localhost:9/v1/certificates?page=1";
        stream.write_all(&if asked.is_list() { list_with(asked, "next", next) } else { asked.harmless() })
    });
    assert!(urls(&ran).iter().all(|url| url.starts_with("http://127.0.0.1:")), "{:?}", urls(&ran));
    assert_eq!(ran.status, 1);
}

#[test]
fn the_next_page_is_of_another_citizen() {
    let ran = inspect(|asked, stream| {
        let next = format!("{}/certificates/{OTHER}?limit=10&page=1", asked.base);
        stream.write_all(&if asked.is_list() { list_with(asked, "next", &next) } else { asked.harmless() })
    });
    assert_eq!(ran.status, 1);
    assert!(!serde_json::to_string(&ran.report).unwrap().contains(OTHER));
}

/// What a link may hold instead of a URL.
fn no_hrefs() -> Vec<Value> {
    vec![
        json!("not a url"),
        json!("http://"),
        json!("//"),
        json!("javascript:alert(1)"),
        json!("data:text/html,<script>alert(1)</script>"),
        json!("file:///etc/passwd"),
        json!("http://[::1"),
        json!("http://user:password@127.0.0.1:1/v1/a"),
        json!("http://127.0.0.1:1/\r\nX-Injected: 1"),
        json!("\u{0}"),
        json!(42),
        json!(null),
        json!(["http://127.0.0.1/"]),
        json!({ "href": "http://127.0.0.1/" }),
        json!(""),
        json!("?"),
        json!("#"),
        json!(format!("http://127.0.0.1:1/{}", "x".repeat(1 << 20))),
    ]
}

#[test]
fn hrefs_that_are_no_links() {
    let ran = inspect(|asked, stream| {
        if !asked.is_list() {
            return stream.write_all(&asked.harmless());
        }
        let mut list = asked.list();
        let item = |(number, href): (usize, Value)| {
            json!({ "id": format!("a{number}"), "language": "nl", "links": [
                { "rel": "self", "href": href }, { "rel": "download", "href": href }
            ] })
        };
        list["certificates"] = no_hrefs().into_iter().enumerate().map(item).collect();
        list["pageMetadata"]["totalElements"] = no_hrefs().len().into();
        stream.write_all(&hal(list.to_string().as_bytes()))
    });
    assert_eq!(ran.status, 1);
    assert!(!ran.shown.contains("password@"), "{}", ran.shown);
    assert!(urls(&ran).iter().all(|url| url.starts_with("http://127.0.0.1:")), "{:?}", urls(&ran));
}

#[test]
fn a_list_whose_every_link_is_none() {
    let ran = inspect(|asked, stream| {
        let href = json!("http://user:password@[::1");
        stream.write_all(&if asked.is_list() { list_where_items_link_to(asked, &href) } else { asked.harmless() })
    });
    assert_eq!(ran.status, 1);
}
