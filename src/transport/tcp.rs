//! A connection below HTTP, for the calls that reqwest cannot make: straight, or in a tunnel through the proxy.

use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

use super::words;
use crate::base::href::without_brackets;
use crate::base::text::Text;
use crate::evidence::exchange::{Failure, FailureKind};
use crate::text;

/// The longest head of a proxy's answer, in bytes.
const HEAD: usize = 8 * 1024;

/// A connection with a host and a port, through the proxy where there is one. `within` bounds each of its steps.
///
/// # Errors
/// Why there is none.
pub(super) async fn connect(
    host: &str,
    port: u16,
    proxy: Option<&Url>,
    within: Duration,
) -> Result<TcpStream, Failure> {
    let Some(proxy) = proxy else { return straight(host, port, within).await };
    let mut stream = to_proxy(proxy, within).await?;
    let asked = timeout(within, tunnel(&mut stream, proxy, host, port));
    asked.await.map_err(|_| {
        failure(FailureKind::Timeout, text!("de proxy antwoordt niet op CONNECT", "the proxy does not answer CONNECT"))
    })??;
    Ok(stream)
}

/// A connection with the proxy itself.
///
/// # Errors
/// Why there is none.
pub(super) async fn to_proxy(proxy: &Url, within: Duration) -> Result<TcpStream, Failure> {
    let (Some(host), Some(port), "http") = (proxy.host_str(), proxy.port_or_known_default(), proxy.scheme()) else {
        let words = text!(
            "deze oproep gaat niet door een proxy die zelf over https bereikt wordt",
            "this call does not go through a proxy that is itself reached over https"
        );
        return Err(failure(FailureKind::NotConfigured, words));
    };
    let named = |failure: Failure| Failure { detail: of_the_proxy(failure.detail), ..failure };
    straight(host, port, within).await.map_err(named)
}

/// The value of `Proxy-Authorization`, where the proxy's URL holds a user name.
pub(super) fn proxy_authorization(proxy: &Url) -> Option<SecretString> {
    let decoded = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    let user = Some(proxy.username()).filter(|user| !user.is_empty())?;
    let credentials = [decoded(user), decoded(proxy.password().unwrap_or_default())].join(&b':');
    Some(format!("Basic {}", STANDARD.encode(credentials)).into())
}

async fn straight(host: &str, port: u16, within: Duration) -> Result<TcpStream, Failure> {
    // A URL writes an IPv6 address in brackets.
    let host = without_brackets(host);
    let connected = async {
        let unknown = |error: io::Error| failure(FailureKind::Dns, words::resolver(&error.to_string()));
        let addresses: Vec<_> = tokio::net::lookup_host((host, port)).await.map_err(unknown)?.collect();
        let refused =
            |error: io::Error| failure(FailureKind::Connect, Text::of_system(&error)).with(words::trouble(&error));
        TcpStream::connect(addresses.as_slice()).await.map_err(refused)
    };
    let late = |_| failure(FailureKind::Connect, words::not_in_time());
    let stream = timeout(within, connected).await.map_err(late)??;
    // Small messages, each of them waited for.
    stream.set_nodelay(true).ok();
    Ok(stream)
}

/// Asks the proxy for a tunnel (RFC 9110, section 9.3.6).
async fn tunnel(stream: &mut TcpStream, proxy: &Url, host: &str, port: u16) -> Result<(), Failure> {
    let broken = |error: io::Error| failure(FailureKind::Broken, of_the_proxy(Text::of_system(&error)));
    let authorization = proxy_authorization(proxy)
        .map(|value| format!("Proxy-Authorization: {}\r\n", value.expose_secret()))
        .unwrap_or_default();
    let request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut head = Vec::new();
    // Byte by byte: what follows the head belongs to the tunnel.
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD {
            return Err(failure(FailureKind::Broken, no_http()));
        }
        head.push(stream.read_u8().await.map_err(broken)?);
    }
    match status(&head) {
        Some(200..300) => Ok(()),
        Some(status) => Err(failure(
            FailureKind::Connect,
            text!("de proxy antwoordde {status} op CONNECT", "the proxy answered {status} to CONNECT"),
        )),
        None => Err(failure(FailureKind::Broken, no_http())),
    }
}

/// The status in the head of an HTTP/1 answer.
fn status(head: &[u8]) -> Option<u16> {
    let head = String::from_utf8_lossy(head);
    let mut words = head.strip_prefix("HTTP/1.")?.split_ascii_whitespace().skip(1);
    words.next()?.parse().ok()
}

fn failure(kind: FailureKind, detail: Text) -> Failure {
    Failure::new(kind, detail)
}

fn of_the_proxy(words: Text) -> Text {
    let Text { nl, en } = words;
    text!("de proxy: {nl}", "the proxy: {en}")
}

fn no_http() -> Text {
    text!("de proxy antwoordt niet met HTTP op CONNECT", "the proxy does not answer CONNECT with HTTP")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_head() {
        assert_eq!(status(b"HTTP/1.1 200 Connection established\r\n\r\n"), Some(200));
        assert_eq!(status(b"HTTP/1.0 407\r\n\r\n"), Some(407));
        for other in [&b"HTTP/2 200 OK\r\n\r\n"[..], b"SSH-2.0\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 99999 x"] {
            assert_eq!(status(other), None);
        }
    }

    #[test]
    fn credentials_of_a_proxy_are_decoded_before_base64() {
        let value = |url: &str| proxy_authorization(&url.parse().unwrap());
        let given = value("http://a%40b:p%3Aw@proxy:3128").unwrap();
        assert_eq!(given.expose_secret(), &format!("Basic {}", STANDARD.encode("a@b:p:w")));
        assert!(value("http://proxy:3128").is_none());
    }
}
