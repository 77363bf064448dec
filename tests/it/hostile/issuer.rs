//! Issuers that hang, lie or answer with something else: their fault, and never the source's.

use serde_json::json;

use super::server::{Asked, Handler, Server, Stream, answer, ok};
use super::{IMPATIENT, Outcome, TIMEOUT, inspect_with};

/// The discovery document of this issuer, at the place of the source.
fn discovery(asked: &Asked) -> Vec<u8> {
    let issuer = format!("{}/op", asked.base);
    let body = json!({
        "issuer": issuer, "token_endpoint": format!("{issuer}/v1/token"),
        "introspection_endpoint": format!("{issuer}/v1/introspect"), "jwks_uri": format!("{issuer}/v1/keys")
    });
    ok("application/json", body.to_string().as_bytes())
}

/// Checks a harmless source whose issuer answers token requests with `token`, and so gives none.
fn inspect_issuer(token: Handler, timeout: &str) -> Outcome {
    let ran = inspect_lying(token, timeout);
    assert_eq!(ran.status, 3, "{}", ran.shown);
    for row in ran.report["requirements"].as_array().unwrap() {
        assert_ne!(row["severity"], "failure", "{row:#}");
        let of_the_list = ["list", "certificate", "download"].contains(&row["chapter"].as_str().unwrap());
        assert!(!of_the_list || row["outcome"] != "pass", "without a token nothing is in order: {row:#}");
    }
    ran
}

fn inspect_lying(token: Handler, timeout: &str) -> Outcome {
    let server = Server::start(move |asked, stream| match asked.path() {
        path if path.ends_with("openid-configuration") => stream.write_all(&discovery(asked)),
        path if path.ends_with("/token") => token(asked, stream),
        _ => stream.write_all(&asked.harmless()),
    });
    let (base, issuer) = (&server.url, format!("{}/op", server.url));
    let profile = json!({
        "source": { "base_url": base },
        "acm": {
            "environment": issuer, "client": { "id": "caller", "secret": { "env": "SECRET" } },
            "audience": "the-source", "actor": "client_credentials"
        },
        "citizens": [{ "name": "an", "role": "subject", "insz": { "env": "NUMBER" }, "token": { "env": "TOKEN" } }]
    });
    inspect_with(timeout, |folder| {
        let file = folder.join("bron.yaml");
        // JSON is YAML.
        std::fs::write(&file, profile.to_string()).unwrap();
        vec!["-p".to_owned(), file.display().to_string()]
    })
}

#[test]
fn it_hangs() {
    let ran = inspect_issuer(
        |_, stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")?;
            stream.flush()?;
            stream.read(&mut [0; 1]).map(drop)
        },
        IMPATIENT,
    );
    ran.proves_nothing(&["TOK-02", "LST-01"]);
}

#[test]
fn it_answers_without_end() {
    let ran = inspect_issuer(
        |_, stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"access_token\": \"")?;
            let piece = vec![b'x'; 65_536];
            loop {
                stream.write_all(&piece)?;
            }
        },
        TIMEOUT,
    );
    ran.expect(&[("TOK-02", "fail"), ("TOK-03", "blocked")]);
    ran.proves_nothing(&["LST-01"]);
}

#[test]
fn it_answers_something_else() {
    let redirect: Handler = |_, stream| {
        stream.write_all(&answer("302 Found", &[("location", "http://169.254.169.254/latest/meta-data/")], b""))
    };
    let page: Handler = |_, stream| stream.write_all(&ok("text/html", b"<!doctype html><title>Maintenance</title>"));
    let nothing: Handler = |_, stream| stream.write_all(&ok("application/json", b""));
    let array: Handler = |_, stream| stream.write_all(&ok("application/json", b"[[[]]]"));
    let number: Handler = |_, stream| stream.write_all(&ok("application/json", b"{\"access_token\": 5}"));
    let empty: Handler = |_, stream| stream.write_all(&ok("application/json", b"{\"access_token\": \"\"}"));
    let split: Handler = |_, stream| {
        stream.write_all(&ok(
            "application/json",
            b"{\"access_token\": \"a\\r\\nx-injected: 1\", \"token_type\": \"Bearer\"}",
        ))
    };
    for token in [redirect, page, nothing, array, number, empty] {
        let ran = inspect_issuer(token, TIMEOUT);
        assert!(ran.of("TOK-02") != "pass" || ran.of("TOK-03") == "fail", "{}", ran.shown);
    }
    // Masked it looks like any token: it is the source's rows that say that it cannot be sent.
    inspect_issuer(split, TIMEOUT);
}

#[test]
fn it_says_that_a_token_ended_before_it_began() {
    let server: Handler = |_, stream: &mut dyn Stream| {
        let body = b"{\"access_token\": \"tx-1f0c2b9d4e7f8a1c\", \"token_type\": \"Bearer\", \"expires_in\": -5}";
        stream.write_all(&ok("application/json", body))
    };
    let ran = inspect_lying(server, TIMEOUT);
    assert!([1, 3].contains(&ran.status), "{}", ran.shown);
    let sent = ran.report["run"]["requests"].as_u64().unwrap();
    assert!(sent < 400, "{sent} requests: tokens are asked for over and over");
}
