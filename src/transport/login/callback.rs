//! The server on loopback to which the browser comes back after the login. It gives out nothing but a few words.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::Url;

/// Where the browser comes back: the redirect URI of the client is `http://127.0.0.1/callback`, with any port or with
/// the one that is always used.
const PATH: &str = "/callback";

/// How many visits may wait; the others are sent away.
const QUEUE: usize = 8;

/// How long the last page may take to go out.
const LAST_PAGE: Duration = Duration::from_secs(2);

/// A browser that came to the callback. Unless it is answered it is told that it came in vain.
pub struct Visit {
    /// The query, raw.
    pub query: String,
    answer: oneshot::Sender<bool>,
}

impl Visit {
    /// Shows that the login worked, or that it did not.
    pub fn answer(self, worked: bool) {
        // A browser that went away needs no page.
        let _ = self.answer.send(worked);
    }
}

/// The server, as long as it runs.
pub struct Callback {
    /// Where it is reached.
    pub url: Url,
    visits: mpsc::Receiver<Visit>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

impl Callback {
    /// Starts it on this port; 0 for any.
    pub async fn start(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let url = Url::parse(&format!("http://127.0.0.1:{port}{PATH}")).map_err(io::Error::other)?;
        let (send, visits) = mpsc::channel(QUEUE);
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(visited).with_state(send);
        let server = axum::serve(listener, router).with_graceful_shutdown(async move {
            let _ = stopped.await;
        });
        Ok(Self { url, visits, stop, server: tokio::spawn(server.into_future()) })
    }

    /// The next browser that comes to the callback.
    pub async fn visit(&mut self) -> Option<Visit> {
        self.visits.recv().await
    }

    /// Ends the server, after the pages that are under way.
    pub async fn stop(self) {
        drop(self.visits);
        let _ = self.stop.send(());
        let mut server = self.server;
        if timeout(LAST_PAGE, &mut server).await.is_err() {
            server.abort();
        }
    }
}

async fn visited(
    State(visits): State<mpsc::Sender<Visit>>,
    method: Method,
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Response {
    if uri.path() != PATH {
        return page(StatusCode::NOT_FOUND, NOTHING_HERE);
    }
    if method != Method::GET {
        return page(StatusCode::METHOD_NOT_ALLOWED, NOTHING_HERE);
    }
    let (answer, answered) = oneshot::channel();
    if visits.try_send(Visit { query: query.unwrap_or_default(), answer }).is_err() {
        return page(StatusCode::SERVICE_UNAVAILABLE, NOTHING_HERE);
    }
    match answered.await {
        Ok(true) => page(StatusCode::OK, LOGGED_IN),
        Ok(false) => page(StatusCode::OK, NOT_LOGGED_IN),
        Err(_) => page(StatusCode::BAD_REQUEST, NOTHING_HERE),
    }
}

/// A page in both languages: title and sentence. Nothing of a request is ever in it.
type Words = [(&'static str, &'static str, &'static str); 2];

const LOGGED_IN: Words = [
    ("nl", "Aangemeld", "U mag dit venster sluiten. bronkeur gaat verder in uw terminal."),
    ("en", "Logged in", "You may close this window. bronkeur goes on in your terminal."),
];
const NOT_LOGGED_IN: Words = [
    ("nl", "Niet aangemeld", "U mag dit venster sluiten. In uw terminal staat wat er misging."),
    ("en", "Not logged in", "You may close this window. Your terminal says what went wrong."),
];
const NOTHING_HERE: Words = [
    ("nl", "Hier is niets", "Deze pagina hoort niet bij een aanmelding die bezig is. U mag dit venster sluiten."),
    ("en", "Nothing here", "This page belongs to no login that is under way. You may close this window."),
];

fn page(status: StatusCode, words: Words) -> Response {
    let part = |(lang, title, sentence): &(&str, &str, &str)| {
        format!("<section lang=\"{lang}\"><h2>{title}</h2><p>{sentence}</p></section>")
    };
    let body: String = words.iter().map(part).collect();
    let html = format!(
        "<!doctype html><html lang=\"nl\"><head><meta charset=\"utf-8\"><title>bronkeur</title>\
         <meta name=\"viewport\" content=\"width=device-width\"></head><body><main><h1>bronkeur</h1>{body}</main></body></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONNECTION, "close"),
    ];
    (status, headers, html).into_response()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn answer(url: &Url, request: String) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn asked(url: &Url, line: &str) -> String {
        answer(url, format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await
    }

    #[tokio::test]
    async fn each_visit_gets_its_page_and_nothing_of_its_request() {
        let mut callback = Callback::start(0).await.unwrap();
        let url = callback.url.clone();
        let visits = tokio::spawn(async move {
            let mut queries = Vec::new();
            while let Some(visit) = callback.visit().await {
                queries.push(visit.query.clone());
                match visit.query.as_str() {
                    "code=good" => {
                        visit.answer(true);
                        break;
                    }
                    "error=no" => visit.answer(false),
                    _ => {}
                }
            }
            callback.stop().await;
            queries
        });
        for (line, status, words) in [
            ("GET /favicon.ico", "404", "Nothing here"),
            ("POST /callback?code=good", "405", "Nothing here"),
            ("GET /callback?<script>", "400", ""),
            ("GET /callback?x=%3Cscript%3E", "400", "Hier is niets"),
            ("GET /callback?error=no", "200", "Not logged in"),
            ("GET /callback?code=good", "200", "U mag dit venster sluiten"),
        ] {
            let answer = asked(&url, line).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(words), "{line}: {answer}");
            assert!(!answer.contains("cript"), "{answer}");
        }
        assert_eq!(visits.await.unwrap(), ["x=%3Cscript%3E", "error=no", "code=good"]);
        assert!(TcpStream::connect(("127.0.0.1", url.port().unwrap())).await.is_err());
    }

    #[tokio::test]
    async fn a_huge_request_ends_itself_and_nobody_else() {
        let mut callback = Callback::start(0).await.unwrap();
        let url = callback.url.clone();
        let huge = format!("GET /callback?{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(1 << 20));
        let refused = answer(&url, huge).await;
        assert!(refused.is_empty() || refused.starts_with("HTTP/1.1 4"), "{}", refused.len());
        let good = tokio::spawn(async move { asked(&url, "GET /callback?a").await });
        callback.visit().await.unwrap().answer(true);
        assert!(good.await.unwrap().contains("Logged in"));
        callback.stop().await;
    }
}
