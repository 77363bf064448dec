//! The source's own OpenAPI document where it is a file, recorded as if it had been fetched.

use std::io;
use std::path::Path;

use tokio::io::AsyncReadExt as _;
use tokio::time::Instant;

use super::body::Body;
use super::http::{Transport, milliseconds};
use super::record::RawResponse;
use crate::base::text::Text;
use crate::evidence::exchange::{Exchange, Failure, FailureKind, Request, Sent};
use crate::text;

/// The largest file that is read, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

impl Transport {
    /// Reads the document. Only the file's name is recorded: where it stands is this machine's business.
    pub(super) async fn read_openapi(&self, request: Request, path: &Path) -> Exchange {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let sent = Sent { method: "FILE".to_owned(), url: self.vault.mask_text(&name), ..Sent::default() };
        let at_ms = milliseconds(self.settings.started.elapsed());
        let start = Instant::now();
        let bytes = self.bytes_of(path, &name).await;
        let ms = milliseconds(start.elapsed());
        let result = bytes.map(|bytes| {
            let body = Body::of(&bytes, request.kind());
            let answer = RawResponse::new(hyper::Response::new(()), body, request.kind());
            answer.read().into_openapi(&self.vault, &self.judge)
        });
        Exchange { request, sent, at_ms, ms, credential: None, earlier: Vec::new(), result }
    }

    async fn bytes_of(&self, path: &Path, name: &str) -> Result<Vec<u8>, Failure> {
        let broken = |words: Text| {
            let Text { nl, en } = words;
            self.failure(FailureKind::Broken, &text!("{name}: {nl}", "{name}: {en}"))
        };
        let unreadable = |error: io::Error| broken(Text::of_system(&error));
        let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
        let mut bytes = Vec::new();
        file.take(MOST + 1).read_to_end(&mut bytes).await.map_err(unreadable)?;
        if bytes.len() as u64 > MOST { Err(broken(text!("groter dan 4 MiB", "larger than 4 MiB"))) } else { Ok(bytes) }
    }
}
