//! A source that writes its answers by hand, byte for byte.

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

/// What a source is asked.
pub(super) struct Asked {
    /// Path and query, raw.
    pub(super) target: String,
    /// The value of `Authorization`.
    pub(super) authorization: String,
    /// Where the source is: `http://127.0.0.1:port/v1`.
    pub(super) base: String,
    /// How many requests came before this one.
    pub(super) number: usize,
}

impl Asked {
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The collection of a citizen, not something below it.
    pub(super) fn is_list(&self) -> bool {
        self.path().strip_prefix("/v1/certificates/").is_some_and(|rest| !rest.contains('/'))
    }

    pub(super) fn is_download(&self) -> bool {
        self.path().ends_with("/download")
    }

    /// The number in a parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<u64> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
    }

    /// The list of this citizen: three certificates, one page.
    pub(super) fn list(&self) -> Value {
        let own = format!("{}{}", self.base.trim_end_matches("/v1"), self.path());
        let page = |number: u64| format!("{own}?limit=10&page={number}");
        let item = |id: &str| {
            json!({
                "id": id, "language": "nl", "name": "Attest", "year": 2025,
                "links": [
                    { "rel": "self", "href": format!("{own}/{id}/nl") },
                    { "rel": "download", "href": format!("{own}/{id}/nl/download") }
                ]
            })
        };
        json!({
            "certificates": [item("a1"), item("a2"), item("a3")],
            "pageMetadata": { "number": 1, "size": 10, "totalElements": 3, "totalPages": 1 },
            "links": [
                { "rel": "self", "href": page(0) },
                { "rel": "start", "href": page(0) },
                { "rel": "last", "href": page(0) }
            ]
        })
    }

    /// What a harmless source answers to this.
    pub(super) fn harmless(&self) -> Vec<u8> {
        if self.is_list() {
            return ok("application/hal+json", self.list().to_string().as_bytes());
        }
        if self.is_download() {
            return ok("application/pdf", b"%PDF-1.7\n1 0 obj\n%%EOF\n");
        }
        ok("application/hal+json", self.list()["certificates"][0].to_string().as_bytes())
    }
}

/// Answers one request. When it returns, the connection is closed.
pub(super) type Handler = fn(&Asked, &mut dyn Stream) -> std::io::Result<()>;

/// A connection, encrypted or not.
pub(super) trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// A whole answer.
pub(super) fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// An answer 200 of that media type.
pub(super) fn ok(media_type: &str, body: &[u8]) -> Vec<u8> {
    answer("200 OK", &[("content-type", media_type)], body)
}

/// An answer 200 of HAL.
pub(super) fn hal(body: &[u8]) -> Vec<u8> {
    ok("application/hal+json", body)
}

/// A server on loopback; it ends when this is dropped.
pub(super) struct Server {
    pub(super) url: String,
    address: std::net::SocketAddr,
    over: Arc<AtomicBool>,
}

impl Server {
    pub(super) fn start(
        handler: impl Fn(&Asked, &mut dyn Stream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::over("http", move |asked, mut stream| {
            let asked = asked(&mut stream)?;
            handler(&asked, &mut stream)
        })
    }

    /// A server whose connections `serve` handles, given what reads a request off one.
    pub(super) fn over(
        scheme: &str,
        serve: impl Fn(&dyn Fn(&mut dyn Stream) -> std::io::Result<Asked>, TcpStream) -> std::io::Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let host = if scheme == "https" { "localhost" } else { "127.0.0.1" };
        let url = format!("{scheme}://{host}:{}/v1", address.port());
        let over = Arc::new(AtomicBool::new(false));
        let (ended, base, serve) = (Arc::clone(&over), url.clone(), Arc::new(serve));
        let count = Arc::new(AtomicUsize::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let (serve, base, count) = (Arc::clone(&serve), base.clone(), Arc::clone(&count));
                // Nobody waits for a source that sends for ever: its connection breaks when the run is over.
                std::thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
                    let _ = stream.set_write_timeout(Some(Duration::from_secs(10)));
                    serve(&|stream| asked(stream, &base, count.fetch_add(1, Ordering::Relaxed)), stream)
                });
            }
        });
        Self { url, address, over }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // One more connection, so that the loop sees it.
        let _ = TcpStream::connect(self.address);
    }
}

/// Reads a request: its head, and a body that is not looked at.
fn asked(stream: &mut dyn Stream, base: &str, number: usize) -> std::io::Result<Asked> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut authorization, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => value.clone_into(&mut authorization),
            "content-length" => length = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
    // What is not read would make the end of the connection a reset.
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    Ok(Asked { target, authorization, base: base.to_owned(), number })
}
