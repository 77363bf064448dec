//! What is recorded of bodies.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::evidence::exchange::{Content, Document, Kind, SniffedType};

fn http(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

async fn received(kind: Kind, status: &str, body: &[u8]) -> Response {
    let base = serve_bytes(http(status, "application/octet-stream", body)).await;
    let request = if kind == Kind::List { entry() } else { Request::link(kind, format!("{base}/x")) };
    send_one(&base, request).await.result.unwrap()
}

fn document(response: &Response) -> &Document {
    match &response.content {
        Content::Document(document) => document,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn json_is_read_whatever_the_content_type_says() {
    let body = format!(r#"{{"insz": {SUBJECT}, "a": 1, "a": "{SUBJECT}"}}"#);
    let response = received(Kind::List, "200 OK", body.as_bytes()).await;
    assert!(response.json().unwrap()["insz"].is_u64());
    assert_eq!(response.facts.body_bytes, body.len() as u64);
    assert_eq!(response.facts.announced_bytes, Some(body.len() as u64));
    assert_eq!(response.facts.duplicate_keys, ["a"]);
    assert!(response.facts.complete && response.facts.utf8 && !response.facts.framed);
}

#[tokio::test]
async fn what_is_no_json_is_text_or_a_document() {
    let long = format!("<html>{SUBJECT}{}", "é".repeat(5000));
    let response = received(Kind::Detail, "500 Oops", long.as_bytes()).await;
    assert!(matches!(&response.content, Content::Text(text) if text.len() <= 4096 && text.starts_with("<html>")));
    assert!(response.facts.json_error.is_some());
    let response = received(Kind::Detail, "200 OK", b"%PDF-1.7\n%%EOF").await;
    assert_eq!((document(&response).look, document(&response).ends_with_eof), (SniffedType::Pdf, true));
    let response = received(Kind::List, "200 OK", b"\x00\x01\x02").await;
    assert_eq!(document(&response).look, SniffedType::Other);
    let response = received(Kind::List, "204 No Content", b"").await;
    assert_eq!((response.content, response.facts.json_error), (Content::Empty, None));
}

#[tokio::test]
async fn other_encodings_are_noted_and_read_all_the_same() {
    let response = received(Kind::List, "200 OK", b"{\"name\": \"caf\xe9\"}").await;
    assert_eq!(response.json(), Some(&json!({"name": "caf\u{fffd}"})));
    assert!(!response.facts.utf8);
    assert!(!response.facts.byte_order_mark);
    let response = received(Kind::List, "200 OK", b"\xef\xbb\xbf{}").await;
    assert_eq!(response.json(), Some(&json!({})));
    assert!(response.facts.byte_order_mark && response.facts.json_error.is_none());
    let response = received(Kind::Download, "404 Not Found", b"\xef\xbb\xbf{\"title\": 1}").await;
    assert_eq!(response.json(), Some(&json!({"title": 1})));
}

#[tokio::test]
async fn deep_nesting_is_no_json_to_us() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let response = received(Kind::List, "200 OK", deep.as_bytes()).await;
    assert!(response.facts.json_error.unwrap().contains("recursion limit"));
}

#[tokio::test]
async fn a_download_leaves_its_hash() {
    let pdf = b"%PDF-1.7\nabc\n%%EOF\n";
    let response = received(Kind::Download, "200 OK", pdf).await;
    assert_eq!(document(&response).sha256, crate::base::hex::hex(&Sha256::digest(pdf)));
    assert_eq!((document(&response).look, document(&response).base64), (SniffedType::Pdf, false));
    let page = format!("<!doctype html><p>{TX}");
    let response = received(Kind::Download, "200 OK", page.as_bytes()).await;
    assert_eq!((document(&response).look, response.facts.secrets.len()), (SniffedType::Html, 1));
    let response = received(Kind::Download, "404 Not Found", b"{\"title\": \"No\", \"status\": 404}").await;
    assert_eq!(response.json(), Some(&json!({"title": "No", "status": 404})));
    let response = received(Kind::Download, "404 Not Found", SUBJECT.as_bytes()).await;
    assert!(matches!(&response.content, Content::Text(text) if text.len() == 11));
    let response = received(Kind::Download, "200 OK", "JVBERi0xLjcK".repeat(10).as_bytes()).await;
    assert_eq!((document(&response).look, document(&response).base64), (SniffedType::Other, true));
    let word = "JVBERi0xLjcK".repeat(10);
    for (body, look) in [
        (format!("\"{word}\"\n"), SniffedType::Json),
        (format!("data:application/pdf;base64,{word}"), SniffedType::Other),
    ] {
        let response = received(Kind::Download, "200 OK", body.as_bytes()).await;
        assert_eq!((document(&response).look, document(&response).base64), (look, true), "{body}");
    }
    let response = received(Kind::Download, "200 OK", b"{\"file\": ").await;
    assert_eq!(document(&response).look, SniffedType::Other);
    assert!(response.facts.json_error.is_some());
}

#[tokio::test]
async fn no_document_hides_in_json() {
    let body = format!(r#"{{"file": "{}"}}"#, "JVBERi0xLjcK".repeat(200));
    let response = received(Kind::Download, "200 OK", body.as_bytes()).await;
    let file = response.json().and_then(|json| json["file"].as_str()).unwrap_or_default();
    assert!(file.starts_with("JVBERi0x…(") && file.ends_with(", 2400 characters)"), "{file}");
}

#[tokio::test]
async fn a_body_without_end_is_cut() {
    let base = serve_raw(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[").await;
        let filling = vec![b'1'; 1 << 16];
        while stream.write_all(&filling).await.is_ok() {}
    })
    .await;
    let exchange = send_one(&base, entry()).await;
    let facts = &answer(&exchange).facts;
    assert_eq!((facts.body_bytes, facts.truncated, facts.complete), (8 << 20, true, false));
    assert!(facts.json_error.as_ref().unwrap().contains("larger than"));
    assert!(matches!(&answer(&exchange).content, Content::Text(text) if text.len() <= 4096));
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_incomplete() {
    let cut = format!("for {SUBJECT} and the token {}", &TX[..TX.len() - 1]);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", cut.len() + 1);
    let base = serve_bytes([head.as_bytes(), cut.as_bytes()].concat()).await;
    let exchange = send_one(&base, entry()).await;
    let response = answer(&exchange);
    assert_eq!((response.facts.body_bytes, response.facts.complete), (cut.len() as u64, false));
    assert_eq!(response.facts.announced_bytes, Some(cut.len() as u64 + 1));
    // Half a token would not be recognised: it is not recorded.
    assert!(matches!(&response.content, Content::Text(text) if text.ends_with("and the token")), "{response:?}");
}

#[tokio::test]
async fn chunks_are_framed() {
    let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".to_vec();
    let exchange = send_one(&serve_bytes(bytes).await, entry()).await;
    let facts = &answer(&exchange).facts;
    assert!(facts.framed && facts.complete && facts.announced_bytes.is_none());
}
