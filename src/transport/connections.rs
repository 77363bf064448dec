//! Over which connections answers came, and what a failed call says of the one that it went over.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::http::Extensions;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;

use super::retry::Came;
use super::words;
use crate::evidence::exchange::FailureKind;

/// Of no more connections it is known that they were used.
const MOST: usize = 4096;

/// The connections over which an answer came, by our own address: each has its own port.
#[derive(Default)]
pub(super) struct Connections(Mutex<HashSet<SocketAddr>>);

impl Connections {
    fn lock(&self) -> MutexGuard<'_, HashSet<SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that an answer came, by what is known of its connection.
    pub(super) fn answered(&self, extensions: &Extensions) {
        if let Some(info) = extensions.get::<HttpInfo>() {
            let mut used = self.lock();
            if used.len() >= MOST {
                used.clear();
            }
            used.insert(info.local_addr());
        }
    }

    /// What an error of the network comes to.
    pub(super) fn came(&self, error: &reqwest::Error, kind: FailureKind) -> Came {
        match kind {
            FailureKind::Broken if self.was_used(error) => Came::Stale,
            FailureKind::Broken if !words::is_no_http(error) => Came::Broken,
            FailureKind::Connect | FailureKind::Tls if words::is_cut_off(error) => Came::NoConnection,
            _ => Came::Final,
        }
    }

    /// Whether the call went over a connection of earlier calls. Over HTTP/2 it may have been one of several.
    fn was_used(&self, error: &reqwest::Error) -> bool {
        let chain = words::chain(error);
        let info = chain.iter().find_map(|error| error.downcast_ref::<legacy::Error>()?.connect_info());
        let mut extensions = Extensions::new();
        if let Some(info) = info {
            info.get_extras(&mut extensions);
        }
        extensions.get::<HttpInfo>().is_some_and(|info| self.lock().contains(&info.local_addr()))
    }
}
