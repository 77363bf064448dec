//! Connections that drip, break, lie about lengths or never end.

use std::time::Duration;

use super::server::{Server, Stream, answer, hal};
use super::{TIMEOUT, inspect, inspect_at, inspect_endless};

/// What rests on an answer of the list, and must not be called in order without one.
const NEEDS_A_LIST: [&str; 2] = ["LST-11", "CRT-01"];

fn drip(stream: &mut dyn Stream, piece: &[u8]) -> std::io::Result<()> {
    loop {
        stream.write_all(piece)?;
        stream.flush()?;
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn headers_that_drip() {
    let ran = inspect_endless(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nx-slow: ")?;
        drip(stream, b"x")
    });
    ran.proves_nothing(&NEEDS_A_LIST);
    assert_eq!(ran.status, 3);
}

#[test]
fn a_body_that_drips() {
    let ran = inspect_endless(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\ncontent-length: 100000\r\n\r\n")?;
        drip(stream, b" ")
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn a_body_without_end() {
    let ran = inspect_endless(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\n\r\n[")?;
        let piece = vec![b' '; 65_536];
        loop {
            stream.write_all(&piece)?;
        }
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn chunks_without_end() {
    let ran = inspect_endless(|_, stream| {
        stream.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\ntransfer-encoding: chunked\r\n\r\n",
        )?;
        loop {
            stream.write_all(b"1\r\n \r\n")?;
        }
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn a_download_without_end() {
    let ran = inspect_endless(|asked, stream| {
        if !asked.is_download() {
            return stream.write_all(&asked.harmless());
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7\n")?;
        let piece = vec![b'x'; 65_536];
        loop {
            stream.write_all(&piece)?;
        }
    });
    // Its first bytes tell what it is, and nothing tells that it is whole.
    ran.proves_nothing(&["DWN-03"]);
}

#[test]
fn two_gigabytes_are_announced() {
    let ran = inspect(|_, stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\ncontent-length: 2147483648\r\n\r\n{}";
        stream.write_all(head.as_bytes())
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn lengths_that_are_none() {
    for length in ["-1", "18446744073709551616", "1e3", "10, 20", "0x10"] {
        let server = Server::start(move |_, stream| lying(stream, length));
        inspect_at(&server, TIMEOUT, &[]).proves_nothing(&NEEDS_A_LIST);
    }
}

fn lying(stream: &mut dyn Stream, length: &str) -> std::io::Result<()> {
    stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{{}}").as_bytes())
}

#[test]
fn a_length_that_is_too_short() {
    let ran = inspect(|asked, stream| {
        let body = asked.list().to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\ncontent-length: {}\r\n\r\n", 20);
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())
    });
    ran.proves_nothing(&["LST-11", "CRT-01"]);
}

#[test]
fn a_length_that_is_too_long() {
    let ran = inspect(|asked, stream| {
        let body = asked.list().to_string();
        let length = body.len() + 100;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/hal+json\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())
    });
    // All that was promised of the list came: what is missing is what was announced after it.
    ran.expect(&[("HTTP-17", "fail")]);
}

#[test]
fn resets_at_each_stage() {
    let accepted = inspect(|_, _| Ok(()));
    assert_eq!(accepted.status, 3);
    let in_the_headers = inspect(|_, stream| stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-ty"));
    assert_eq!(in_the_headers.status, 3);
    let in_a_chunk = inspect(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n{\"certificates\"")
    });
    in_a_chunk.proves_nothing(&NEEDS_A_LIST);
    let in_a_chunk_size = inspect(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n{")
    });
    in_a_chunk_size.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn two_answers_on_one_connection() {
    let ran = inspect(|asked, stream| {
        let first = String::from_utf8(asked.harmless()).unwrap().replace("connection: close\r\n", "");
        stream.write_all(first.as_bytes())?;
        stream.write_all(&answer("200 OK", &[("x-second", "smuggled")], b"{\"certificates\": []}"))
    });
    // The second answer is never taken for the answer to another request.
    assert!(!serde_json::to_string(&ran.report).unwrap().contains("smuggled"));
}

#[test]
fn headers_without_end() {
    let ran = inspect(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
        for number in 0..100_000 {
            stream.write_all(format!("x-{number}: x\r\n").as_bytes())?;
        }
        stream.write_all(b"\r\n")
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn a_header_of_a_megabyte() {
    let ran = inspect(|asked, stream| {
        let value = "x".repeat(1 << 20);
        stream.write_all(&answer("200 OK", &[("x-large", &value)], asked.list().to_string().as_bytes()))
    });
    ran.proves_nothing(&["LST-11", "CRT-01"]);
}

#[test]
fn headers_of_unexpected_bytes() {
    inspect(|asked, stream| {
        let mut bytes = b"HTTP/1.1 200 \xff\xfe\x1b[31m\r\nx-\x1b: 1\r\nx-latin: \xe9t\xe9 \x9b31m\r\n".to_vec();
        bytes.extend(hal(asked.list().to_string().as_bytes()).splitn(2, |byte| *byte == b'\n').nth(1).unwrap());
        stream.write_all(&bytes)
    });
}

#[test]
fn informational_answers_without_end() {
    let ran = inspect_endless(|_, stream| {
        loop {
            stream.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")?;
        }
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn other_answers_each_time() {
    let ran = inspect(|asked, stream| {
        let mut list = asked.list();
        list["certificates"][0]["id"] = format!("a{}", asked.number).into();
        list["pageMetadata"]["totalElements"] = asked.number.into();
        stream.write_all(&hal(list.to_string().as_bytes()))
    });
    assert_eq!(ran.status, 1);
}

#[test]
fn too_many_requests_for_ever() {
    let ran = inspect(|_, stream| stream.write_all(&answer("429 Too Many Requests", &[("retry-after", "0")], b"")));
    ran.proves_nothing(&NEEDS_A_LIST);
    let ran = inspect(|_, stream| {
        stream.write_all(&answer("429 Too Many Requests", &[("retry-after", "99999999999999999999")], b""))
    });
    ran.proves_nothing(&NEEDS_A_LIST);
}

#[test]
fn unavailable_for_a_while() {
    let ran = inspect(|asked, stream| {
        if asked.number < 3 {
            return stream.write_all(&answer("503 Service Unavailable", &[("retry-after", "1")], b""));
        }
        stream.write_all(&asked.harmless())
    });
    assert_eq!(ran.status, 1, "{}", ran.shown);
}
