//! Reads a body within bounds. Of what is not kept, as of a document, the bytes are hashed as they stream by.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{base64, unicode};
use crate::base::hex::hex;
use crate::evidence::exchange::{Document, Kind, SniffedType, is_html};

const MIB: usize = 1024 * 1024;

/// What some programs write before a text in UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How much of a body is read and how much of it is kept for parsing.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    read: usize,
    keep: usize,
}

impl Bounds {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Issuer => Self { read: MIB, keep: MIB },
            Kind::List | Kind::Detail | Kind::Probe | Kind::Visit => Self { read: 8 * MIB, keep: 8 * MIB },
            Kind::Download => Self { read: 64 * MIB, keep: 8 * MIB },
        }
    }
}

/// Beyond this a body needs one of the [`LARGE_AT_ONCE`] turns, so that many large ones together stay within bounds.
const LARGE: usize = MIB / 4;

/// How many large bodies are in memory at the same time.
pub(super) const LARGE_AT_ONCE: usize = 2;

/// The length of the two ends in which a document's markers stand.
const END: usize = 1024;

/// What arrived of a body.
pub(super) struct Body {
    /// The bytes, as long as they are worth parsing: none of a PDF, none of what is larger than the bound.
    pub(super) kept: Vec<u8>,
    /// `kept` holds all that arrived.
    pub(super) whole: bool,
    /// How many bytes arrived and were read.
    pub(super) arrived: u64,
    /// How it ended.
    pub(super) end: End,
    /// How long it waited for its turn.
    pub(super) waited: Duration,
    bounds: Bounds,
    /// Held as long as a large body is in memory.
    turn: Option<OwnedSemaphorePermit>,
    head: Vec<u8>,
    /// The last bytes up to the last one that is not blank.
    tail: Vec<u8>,
    /// How many blank bytes followed these, as far as they count.
    blank: usize,
    /// What was told of the bytes that are not kept.
    passed: Passed,
}

/// What is told of bytes when they have passed.
#[derive(Clone, Debug, Default)]
struct Passed {
    hash: Sha256,
    base64: base64::Reader,
}

impl Passed {
    fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.base64.take(bytes);
    }
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// As announced.
    Announced,
    /// There was more than we read.
    TooLong,
    /// The connection broke before.
    Broken,
}

impl Body {
    /// Reads the body of an answer; a large one waits for its turn. The deadline is the caller's.
    pub(super) async fn read<B>(from: &mut B, kind: Kind, turns: &Arc<Semaphore>) -> Self
    where
        B: hyper::body::Body<Data = Bytes> + Unpin,
    {
        let mut body = Self::new(kind);
        while let Some(frame) = from.frame().await {
            if body.kept.len() > LARGE && body.turn.is_none() {
                let start = Instant::now();
                body.turn = Arc::clone(turns).acquire_owned().await.ok();
                body.waited = start.elapsed();
            }
            match frame.map(hyper::body::Frame::into_data) {
                Ok(Ok(chunk)) if !body.take(&chunk) => break,
                // What is no data is a trailer.
                Ok(_) => {}
                Err(_) => {
                    body.end = End::Broken;
                    break;
                }
            }
        }
        body
    }

    /// A body that is there already.
    pub(super) fn of(bytes: &[u8], kind: Kind) -> Self {
        let mut body = Self::new(kind);
        body.take(bytes);
        body
    }

    fn new(kind: Kind) -> Self {
        Self {
            kept: Vec::new(),
            whole: true,
            arrived: 0,
            end: End::Announced,
            waited: Duration::ZERO,
            bounds: Bounds::of(kind),
            turn: None,
            head: Vec::new(),
            tail: Vec::new(),
            blank: 0,
            passed: Passed::default(),
        }
    }

    /// Takes in a piece; false when no more is read.
    fn take(&mut self, chunk: &[u8]) -> bool {
        let room = self.bounds.read.saturating_sub(usize::try_from(self.arrived).unwrap_or(usize::MAX));
        if chunk.len() > room {
            self.end = End::TooLong;
        }
        let chunk = chunk.get(..room).unwrap_or(chunk);
        self.arrived += chunk.len() as u64;
        self.head.extend(chunk.iter().take(END - self.head.len()));
        self.take_tail(chunk);
        if self.whole && (self.kept.len() + chunk.len() > self.bounds.keep || self.is_pdf()) {
            self.whole = false;
            self.passed.take(&std::mem::take(&mut self.kept));
        }
        if self.whole {
            self.kept.extend_from_slice(chunk);
        } else {
            self.passed.take(chunk);
        }
        self.end == End::Announced
    }

    /// Zeros and white space after the end of a document, as some stores fill up their blocks, are no part of its end.
    fn take_tail(&mut self, chunk: &[u8]) {
        let is_blank = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
        let Some(last) = chunk.iter().rposition(|byte| !is_blank(byte)) else {
            self.blank = (self.blank + chunk.len()).min(END);
            return;
        };
        self.tail.extend(std::iter::repeat_n(b' ', self.blank));
        let telling = chunk.get(..=last).unwrap_or_default();
        self.tail.extend_from_slice(telling.get(telling.len().saturating_sub(END)..).unwrap_or_default());
        self.tail.drain(..self.tail.len().saturating_sub(END));
        self.blank = (chunk.len() - telling.len()).min(END);
    }

    /// The turn of a large body, for as long as what is made of it is as large.
    pub(super) fn into_turn(self) -> Option<OwnedSemaphorePermit> {
        self.turn
    }

    /// The body ended as announced and we read all of it.
    pub(super) fn complete(&self) -> bool {
        self.end == End::Announced
    }

    /// `%PDF-` stands within the first 1,024 bytes.
    pub(super) fn is_pdf(&self) -> bool {
        holds(&self.head, b"%PDF-")
    }

    /// The first bytes are those of an HTML page.
    pub(super) fn is_html(&self) -> bool {
        is_html(&String::from_utf8_lossy(&self.head))
    }

    /// What the first bytes are those of, where it is no PDF, no page of HTML and no JSON.
    pub(super) fn other_look(&self) -> SniffedType {
        let text = self.text_head().trim_ascii_start();
        match () {
            () if self.head.starts_with(b"\x89PNG\r\n\x1a\n") => SniffedType::Png,
            () if self.head.starts_with(b"\xff\xd8\xff") => SniffedType::Jpeg,
            () if self.head.starts_with(b"PK\x03\x04") => SniffedType::Zip,
            () if text.starts_with(b"<?xml") => SniffedType::Xml,
            () => SniffedType::Other,
        }
    }

    /// No text: a zero byte near the start.
    pub(super) fn is_binary(&self) -> bool {
        self.is_pdf() || self.head.contains(&0)
    }

    /// The first character that is no white space.
    pub(super) fn first(&self) -> Option<u8> {
        self.text_head().iter().copied().find(|byte| !byte.is_ascii_whitespace())
    }

    /// The first bytes without a byte order mark.
    fn text_head(&self) -> &[u8] {
        self.head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.head)
    }

    /// Valid UTF-8, but for a character that the end cut off. Of what is not kept this is not looked at.
    pub(super) fn utf8(&self) -> bool {
        let cut = !self.complete();
        self.whole && std::str::from_utf8(&self.kept).map_or_else(|error| cut && error.error_len().is_none(), |_| true)
    }

    /// The same in UTF-8, where it is text in another form of Unicode.
    pub(super) fn in_utf8(&self, kind: Kind) -> Option<Self> {
        let text = unicode::decoded(&self.kept).filter(|_| self.whole)?;
        let body = Self::of(text.as_bytes(), kind);
        // What was cut off before stays so.
        let end = if body.end == End::Announced { self.end } else { body.end };
        Some(Self { end, ..body })
    }

    /// What is kept of it as a document.
    pub(super) fn document(&self, look: SniffedType) -> Document {
        let mut all = self.passed.clone();
        all.take(&self.kept);
        Document {
            look,
            sha256: hex(&all.hash.finalize()),
            ends_with_eof: holds(&self.tail, b"%%EOF"),
            base64: all.base64.is_base64(),
            names: Vec::new(),
        }
    }
}

fn holds(bytes: &[u8], marker: &[u8]) -> bool {
    bytes.windows(marker.len()).any(|window| window == marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(kind: Kind, chunks: &[&[u8]]) -> Body {
        let mut body = Body::new(kind);
        for chunk in chunks {
            if !body.take(chunk) {
                break;
            }
        }
        body
    }

    #[test]
    fn markers_are_found_across_chunks_and_the_bytes_are_dropped() {
        let filling = vec![b'x'; 5000];
        let read = body(Kind::Download, &[b"%PD", b"F-1.7\n", &filling, b"%%E", b"OF\n"]);
        let document = read.document(SniffedType::Pdf);
        assert!(read.is_pdf() && read.is_binary() && document.ends_with_eof && !document.base64);
        assert!(read.kept.is_empty() && !read.whole && read.complete());
        assert_eq!(read.arrived, 3 + 6 + 5000 + 6);
        let whole: Vec<u8> = [b"%PDF-1.7\n".as_slice(), &filling, b"%%EOF\n"].concat();
        assert_eq!(document.sha256, hex(&Sha256::digest(whole)));
    }

    #[test]
    fn blank_bytes_after_the_end_of_a_document_do_not_count() {
        let filling = vec![b'x'; 5000];
        let (zeros, spaces) = (vec![0; 80_000], vec![b' '; 700]);
        let ends = |pieces: &[&[u8]]| {
            let chunks = [&[b"%PDF-1.7\n".as_slice(), filling.as_slice()], pieces].concat();
            let whole = body(Kind::Download, &[&chunks.concat()]).document(SniffedType::Pdf).ends_with_eof;
            assert_eq!(body(Kind::Download, &chunks).document(SniffedType::Pdf).ends_with_eof, whole);
            whole
        };
        assert!(ends(&[b"%%EOF\n", &zeros]));
        assert!(ends(&[b"%%E", b"OF\r\n", &zeros[..3], &spaces, b"x", &spaces]));
        assert!(!ends(&[b"%%EOF\r\n", &spaces, &spaces, b"x", &zeros]));
        assert!(!ends(&[b"%%EOF", &filling]));
        assert!(!ends(&[&zeros]));
    }

    #[test]
    fn other_documents_are_known_by_their_first_bytes() {
        for (start, look) in [
            (b"\x89PNG\r\n\x1a\n".as_slice(), SniffedType::Png),
            (b"\xff\xd8\xff\xe0", SniffedType::Jpeg),
            (b"PK\x03\x04", SniffedType::Zip),
            (b"\xef\xbb\xbf\n<?xml version='1.0'?>", SniffedType::Xml),
            (b"PK", SniffedType::Other),
        ] {
            assert_eq!(body(Kind::Download, &[start]).other_look(), look);
        }
    }

    #[test]
    fn reading_ends_at_the_bound() {
        let chunk = vec![b'x'; MIB];
        let chunks = vec![chunk.as_slice(); 100];
        for (kind, bound) in [(Kind::Issuer, 1), (Kind::List, 8), (Kind::Download, 64)] {
            let read = body(kind, &chunks);
            assert_eq!((read.arrived, read.end), (bound * MIB as u64, End::TooLong), "{kind:?}");
            assert!(read.kept.len() <= 8 * MIB && !read.complete());
        }
    }

    #[test]
    fn base64_is_one_long_word() {
        let word = b"JVBERi0xLjcKJcTl8uXrp/Og0MTGCjMgMCBvYmoKPDwgL0ZpbHRlciAvRmxhdGVEZWNv";
        assert!(body(Kind::Download, &[word, b"\r\n", b"Zg=="]).document(SniffedType::Other).base64);
        assert!(body(Kind::Download, &[b"\"JVBERi0xLjcK\""]).document(SniffedType::Json).base64);
        assert!(!body(Kind::Download, &[b"word"]).document(SniffedType::Other).base64);
        assert!(!body(Kind::Download, &[word, b" ", word]).document(SniffedType::Other).base64);
    }

    #[test]
    fn a_character_that_the_end_cut_off_is_still_utf8() {
        let mut read = body(Kind::List, &[&"é".as_bytes()[..1]]);
        assert!(!read.utf8());
        read.end = End::Broken;
        assert!(read.utf8());
        assert!(body(Kind::List, &["é".as_bytes()]).utf8());
        assert!(!body(Kind::List, &[b"\xe9t\xe9"]).utf8());
    }

    #[test]
    fn html_is_known_by_its_first_words() {
        assert!(body(Kind::Download, &[b"\n<!DOCTYPE html><p>"]).is_html());
        assert!(body(Kind::Download, &[b"<?xml version='1.0'?><html>"]).is_html());
        assert!(!body(Kind::Download, &[b"see <html>"]).is_html());
    }
}
