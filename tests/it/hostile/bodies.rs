//! Bodies that are no JSON, too much JSON, or not what their headers say.

use super::inspect;
use super::server::{answer, hal, ok};

#[test]
fn compressed_bombs_are_not_unpacked() {
    // The first bytes of each format; what follows does not matter, since nobody unpacks it.
    let gzip = inspect(|_, stream| stream.write_all(&bomb("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")));
    let deflate = inspect(|_, stream| stream.write_all(&bomb("deflate", b"\x78\x9c")));
    let brotli = inspect(|_, stream| stream.write_all(&bomb("br", b"\xcf\xff\xff\x7f")));
    let zstd = inspect(|_, stream| stream.write_all(&bomb("zstd", b"\x28\xb5\x2f\xfd")));
    let every = inspect(|_, stream| stream.write_all(&bomb("gzip, br, zstd, deflate, gzip", b"\x1f\x8b")));
    for ran in [gzip, deflate, brotli, zstd, every] {
        ran.proves_nothing(&["LST-11", "CRT-01"]);
    }
}

fn bomb(coding: &str, head: &[u8]) -> Vec<u8> {
    let body = [head, &vec![0; 1 << 20]].concat();
    answer("200 OK", &[("content-type", "application/hal+json"), ("content-encoding", coding)], &body)
}

#[test]
fn bytes_that_are_no_utf_8() {
    let ran = inspect(|_, stream| stream.write_all(&hal(b"{\"certificates\": [{\"id\": \"\xff\xfe\"}]}")));
    ran.expect(&[("HTTP-03", "fail")]);
}

#[test]
fn bytes_that_are_no_text() {
    for ran in [
        inspect(|_, stream| stream.write_all(&hal(br#"{"certificates": [{"id": "\ud800", "name": "\udfff\ud800"}]}"#))),
        inspect(|_, stream| stream.write_all(&hal(b"{\"certificates\": [{\"id\": \"a\x00b\"}]}"))),
        inspect(|_, stream| stream.write_all(&hal(b"\x00\x00\x00\x00"))),
        inspect(|_, stream| {
            stream.write_all(&hal(&[b"\xff\xfe".as_slice(), &utf16("{\"certificates\": []}")].concat()))
        }),
    ] {
        ran.proves_nothing(&["LST-11", "CRT-01"]);
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_byte_order_mark() {
    let ran = inspect(|asked, stream| {
        let body = [b"\xef\xbb\xbf".as_slice(), asked.list().to_string().as_bytes()].concat();
        stream.write_all(&hal(&body))
    });
    assert_eq!(ran.status, 1);
}

#[test]
fn nested_a_hundred_thousand_deep() {
    for ran in [
        inspect(|_, stream| stream.write_all(&hal("[".repeat(100_000).as_bytes()))),
        inspect(|_, stream| {
            let body = format!("{{\"certificates\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
            stream.write_all(&hal(body.as_bytes()))
        }),
        inspect(|_, stream| stream.write_all(&hal("{\"certificates\":".repeat(100_000).as_bytes()))),
    ] {
        ran.proves_nothing(&["LST-11", "CRT-01"]);
    }
}

#[test]
fn nested_as_deep_as_is_read() {
    // Just below what a JSON parser reads: what is recorded must still be readable inside a recording.
    let ran = inspect(|asked, stream| {
        let mut list = asked.list().to_string();
        list.pop();
        let depth = 60 + asked.number.min(66);
        let body = format!("{list}, \"deep\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        stream.write_all(&hal(body.as_bytes()))
    });
    assert!(ran.report["exchanges"].as_array().unwrap().len() > 5);
}

#[test]
fn millions_of_items() {
    for ran in [
        inspect(|_, stream| {
            let body = format!("{{\"certificates\": [{}0]}}", "0,".repeat(10_000_000));
            stream.write_all(&hal(body.as_bytes()))
        }),
        inspect(|_, stream| {
            let body = format!("{{\"certificates\": [{}{{}}]}}", "{},".repeat(2_500_000));
            stream.write_all(&hal(body.as_bytes()))
        }),
    ] {
        ran.proves_nothing(&["CRT-01", "LST-11"]);
    }
}

#[test]
fn numbers_of_ten_thousand_digits() {
    let ran = inspect(|asked, stream| {
        let digits = "9".repeat(10_000);
        let list = asked.list().to_string().replace("\"totalElements\":3", &format!("\"totalElements\":{digits}"));
        let list = list.replace("\"year\":2025", &format!("\"year\":1e{digits}"));
        stream.write_all(&hal(list.as_bytes()))
    });
    assert_eq!(ran.status, 1);
}

#[test]
fn totals_that_no_list_has() {
    for ran in [
        inspect(|asked, stream| stream.write_all(&with_total(&asked.list(), "9223372036854775808"))),
        inspect(|asked, stream| stream.write_all(&with_total(&asked.list(), "18446744073709551615"))),
        inspect(|asked, stream| stream.write_all(&with_total(&asked.list(), "-1"))),
        inspect(|asked, stream| stream.write_all(&with_total(&asked.list(), "1.5"))),
        inspect(|asked, stream| stream.write_all(&with_total(&asked.list(), "1e400"))),
    ] {
        assert_eq!(ran.status, 1);
        let sent = ran.report["run"]["requests"].as_u64().unwrap();
        assert!(sent <= 400, "{sent} requests");
    }
}

fn with_total(list: &serde_json::Value, total: &str) -> Vec<u8> {
    let text = list.to_string();
    let text = text.replace("\"totalElements\":3", &format!("\"totalElements\":{total}"));
    hal(text.replace("\"totalPages\":1", &format!("\"totalPages\":{total}")).as_bytes())
}

#[test]
fn keys_that_are_there_twice_and_text_after_the_end() {
    let twice = inspect(|asked, stream| {
        let list = asked.list().to_string().replacen('{', "{\"certificates\": [], \"links\": [], ", 1);
        stream.write_all(&hal(list.as_bytes()))
    });
    assert_eq!(twice.status, 1);
    let after = inspect(|asked, stream| stream.write_all(&hal(format!("{} {{}}", asked.list()).as_bytes())));
    after.proves_nothing(&["LST-11", "CRT-01"]);
}

#[test]
fn html_with_status_200() {
    let page = |_: &super::server::Asked, stream: &mut dyn super::server::Stream| {
        stream.write_all(&ok("text/html", b"<!doctype html><title>Sign in</title><script>alert(1)</script>"))
    };
    let ran = inspect(page);
    ran.proves_nothing(&["LST-11", "CRT-01"]);
    // A website may stand at a wrong address: nothing is held against the source.
    assert_eq!(ran.status, 3);
}

#[test]
fn nothing_at_all_with_status_200() {
    let ran = inspect(|_, stream| stream.write_all(&hal(b"")));
    ran.proves_nothing(&["LST-11", "CRT-01"]);
}
