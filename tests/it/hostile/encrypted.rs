//! TLS that does not hold, and HTTP/2 that does not behave.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::server::{Server, Stream};
use super::{IMPATIENT, Outcome, inspect_at};

/// A certificate that the run is told to trust, and a server's configuration with it.
struct Identity {
    pem: tempfile::NamedTempFile,
    config: Arc<ServerConfig>,
}

fn identity(change: impl Fn(&mut CertificateParams), protocols: &[&[u8]]) -> Identity {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    let mut pem = tempfile::NamedTempFile::new().unwrap();
    pem.write_all(certificate.pem().as_bytes()).unwrap();
    Identity { pem, config: Arc::new(config) }
}

/// Checks a source over TLS; `serve` has the connection once hands are shaken.
fn encrypted(identity: &Identity, trusted: bool, serve: fn(&mut dyn Stream) -> std::io::Result<()>) -> Outcome {
    let config = Arc::clone(&identity.config);
    let server = Server::over("https", move |_, stream: TcpStream| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        serve(&mut StreamOwned::new(connection, stream))
    });
    let bundle = identity.pem.path().display().to_string();
    let arguments = if trusted { vec!["--ca-bundle", bundle.as_str()] } else { Vec::new() };
    inspect_at(&server, IMPATIENT, &arguments)
}

fn silent(stream: &mut dyn Stream) -> std::io::Result<()> {
    stream.read(&mut [0; 1024]).map(drop)
}

#[test]
fn certificates_that_do_not_hold() {
    let unknown = encrypted(&identity(|_| (), &[]), false, silent);
    let expired = identity(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1), &[]);
    let expired = encrypted(&expired, true, silent);
    let other = identity(
        |params| params.subject_alt_names = vec![rcgen::SanType::DnsName("elsewhere.example".try_into().unwrap())],
        &[],
    );
    let other = encrypted(&other, true, silent);
    let future = identity(|params| params.not_before = rcgen::date_time_ymd(2200, 1, 1), &[]);
    let future = encrypted(&future, true, silent);
    for ran in [&unknown, &expired, &other, &future] {
        ran.proves_nothing(&["LST-01", "CRT-01"]);
    }
}

#[test]
fn handshakes_that_break() {
    for serve in [plaintext, garbage, alert, hello_without_end] {
        let server = Server::over("https", move |_, mut stream| serve(&mut stream));
        let ran = inspect_at(&server, IMPATIENT, &[]);
        ran.proves_nothing(&["LST-01", "CRT-01"]);
    }
}

fn plaintext(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
}

fn garbage(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(&[0x16, 0x03, 0x03, 0xff, 0xff, 0x02, 0xff, 0xff, 0xff, 0x00].repeat(1000))
}

fn alert(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(&[0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])
}

/// Records of a handshake message that announces sixteen megabytes.
fn hello_without_end(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(&[0x16, 0x03, 0x03, 0x40, 0x00, 0x02, 0xff, 0xff, 0xff])?;
    stream.write_all(&[0; 0x3ffc])?;
    loop {
        stream.write_all(&[0x16, 0x03, 0x03, 0x40, 0x00])?;
        stream.write_all(&[0; 0x4000])?;
    }
}

/// A frame of HTTP/2 (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

const SETTINGS: u8 = 4;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const PING: u8 = 6;

/// Reads the preface and the first frames, and sends our settings.
fn greet(stream: &mut dyn Stream) -> std::io::Result<()> {
    stream.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    stream.flush()?;
    stream.read(&mut [0; 4096]).map(drop)
}

fn goes_away(stream: &mut dyn Stream) -> std::io::Result<()> {
    greet(stream)?;
    stream.write_all(&frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 0]))?;
    stream.flush()
}

fn goes_away_in_anger(stream: &mut dyn Stream) -> std::io::Result<()> {
    greet(stream)?;
    stream.write_all(&frame(GOAWAY, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 11]))?;
    stream.flush()
}

fn resets_each_stream(stream: &mut dyn Stream) -> std::io::Result<()> {
    greet(stream)?;
    for number in (1..200).step_by(2) {
        stream.write_all(&frame(RST_STREAM, 0, number, &[0, 0, 0, 2]))?;
    }
    stream.flush()?;
    stream.read(&mut [0; 4096]).map(drop)
}

fn pings_for_ever(stream: &mut dyn Stream) -> std::io::Result<()> {
    greet(stream)?;
    loop {
        stream.write_all(&frame(PING, 0, 0, &[0; 8]))?;
    }
}

fn frames_of_garbage(stream: &mut dyn Stream) -> std::io::Result<()> {
    greet(stream)?;
    stream.write_all(&frame(0xee, 0xff, 1, &[0; 100]))?;
    stream.write_all(&frame(1, 4, 1, &[0xff; 16_000]))?;
    stream.flush()
}

#[test]
fn http_2_that_does_not_behave() {
    let identity = identity(|_| (), &[b"h2"]);
    for serve in [goes_away, goes_away_in_anger, resets_each_stream, pings_for_ever, frames_of_garbage] {
        let ran = encrypted(&identity, true, serve);
        ran.proves_nothing(&["LST-11", "CRT-01"]);
    }
}
