//! Text of a source that means something to what shows it, and secrets that come back.

use serde_json::{Value, json};

use super::inspect;
use super::server::{Asked, answer, hal};

/// Escape sequences, markup, and what a table, a shell or a workflow command would understand.
const PLANTED: &str = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{9b}2J<script>alert(1)</script><img src=x onerror=alert(1)>\
    ]]>&amp;\u{0}\u{8}\u{b}\u{fffe}\u{202e}| a | b |\n# title\n::error::planted\n```\n$(reboot)`reboot`{{ 7*7 }}{% raw %}\r";

/// A list whose every text is planted.
fn planted(asked: &Asked) -> Value {
    let mut list = asked.list();
    let item = &mut list["certificates"][0];
    for key in ["id", "language", "name", "year", "community"] {
        item[key] = PLANTED.into();
    }
    item[PLANTED] = PLANTED.into();
    item["links"].as_array_mut().unwrap().push(json!({ "rel": PLANTED, "href": PLANTED }));
    list["links"].as_array_mut().unwrap().push(json!({ "rel": "next", "href": PLANTED }));
    list["pageMetadata"] =
        json!({ "number": PLANTED, "size": PLANTED, "totalElements": PLANTED, "totalPages": PLANTED });
    list[PLANTED] = PLANTED.into();
    list
}

#[test]
fn text_that_would_act_in_a_report() {
    // What must not reach a terminal or a report raw is asserted for every source.
    let lists = inspect(|asked, stream| stream.write_all(&hal(planted(asked).to_string().as_bytes())));
    assert_eq!(lists.status, 1);
    let problems = inspect(|asked, stream| {
        if asked.authorization.is_empty() || !asked.is_list() {
            let problem = json!({ "title": PLANTED, "detail": PLANTED, "type": PLANTED, "status": PLANTED,
                "errors": [{ "title": PLANTED, "detail": PLANTED, "type": PLANTED }] });
            let body = problem.to_string();
            return stream.write_all(&answer(
                "404 Not Found",
                &[("content-type", "application/problem+json")],
                body.as_bytes(),
            ));
        }
        stream.write_all(&asked.harmless())
    });
    assert_eq!(problems.status, 1);
    let headers = inspect(|asked, stream| {
        let body = asked.list().to_string();
        let bytes = answer(
            "200 OK",
            &[
                ("content-type", "text/<b>html</b>; charset=\"][\"'`|"),
                ("server", "<script>|`$(x)"),
                ("www-authenticate", "Bearer realm=\"<b>\""),
            ],
            body.as_bytes(),
        );
        stream.write_all(&bytes)
    });
    assert_eq!(headers.status, 1);
}

#[test]
fn the_token_comes_back() {
    let in_the_body = inspect(|asked, stream| {
        let token = asked.authorization.trim_start_matches("Bearer ");
        let mut list = asked.list();
        list["certificates"][0]["name"] = token.into();
        list["echo"] = json!({ token: { token: [token, format!("x{token}x"), token.to_uppercase()] } });
        stream.write_all(&hal(list.to_string().as_bytes()))
    });
    let in_a_header = inspect(|asked, stream| {
        let token = asked.authorization.trim_start_matches("Bearer ");
        let body = asked.list().to_string();
        let cookie = format!("session={token}");
        stream.write_all(&answer(
            "200 OK",
            &[("x-echo", token), ("set-cookie", &cookie), ("location", token)],
            body.as_bytes(),
        ))
    });
    let in_a_link = inspect(|asked, stream| {
        let token = asked.authorization.trim_start_matches("Bearer ");
        let mut list = asked.list();
        let href = format!("{}/certificates/x?token={token}", asked.base);
        list["certificates"][0]["links"] = json!([{ "rel": "self", "href": href }, { "rel": token, "href": href }]);
        stream.write_all(&hal(list.to_string().as_bytes()))
    });
    for ran in [in_the_body, in_a_header, in_a_link] {
        assert_eq!(ran.status, 1);
    }
}
