//! The recording of a run: exchanges by the request that they answer, masked. All verdicts follow from it.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::catalogue::hex;
use crate::exchange::{Content, Exchange, FailureKind, Request, Response, Setup};
use crate::vault::Mark;

/// The most bytes of JSON bodies that a run holds. More of them are not asked for: what is open becomes blocked.
const MOST_HELD: u64 = 24 * 1024 * 1024;

/// What happened in a run, and what the run knew of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Recording {
    /// What the run knew of itself.
    pub setup: Setup,
    /// When it started; what checks take for "now".
    pub started: Timestamp,
    /// Where invented ids and tokens come from.
    pub seed: u64,
    /// The surrogates and how people see them.
    pub marks: Vec<Mark>,
    /// Nothing more is added: what looks at the whole run can be judged.
    pub closed: bool,
    /// Bytes of the bodies that are held.
    #[serde(skip)]
    held: u64,
    #[serde(with = "as_list")]
    exchanges: BTreeMap<Request, Exchange>,
    #[serde(skip)]
    drawn: Mutex<HashMap<TypeId, Drawn>>,
}

/// What checks draw alike from the exchanges, and from which; forgotten when an exchange is added.
#[derive(Clone, Debug)]
struct Drawn {
    what: Arc<dyn Any + Send + Sync>,
    from: Arc<BTreeSet<Request>>,
}

impl Recording {
    /// A recording without exchanges.
    pub fn new(setup: Setup, started: Timestamp, seed: u64) -> Self {
        Self {
            setup,
            started,
            seed,
            marks: Vec::new(),
            closed: false,
            held: 0,
            exchanges: BTreeMap::new(),
            drawn: Mutex::default(),
        }
    }

    /// What came of a request.
    pub fn get(&self, request: &Request) -> Option<&Exchange> {
        self.exchanges.get(request)
    }

    /// The exchange that says why a request has no answer of its own: that of the first request it needs which did not
    /// come to anything; else its own.
    pub fn cause(&self, request: &Request) -> Option<&Exchange> {
        let own = self.get(request)?;
        if own.result.as_ref().err().is_none_or(|failure| failure.kind.was_sent()) {
            return Some(own);
        }
        let useful = |answer: &Response| answer.is_success() && answer.json().is_some();
        let needs = self.setup.needs(request);
        let failed = needs
            .iter()
            .find(|need| self.get(need).is_some_and(|exchange| !exchange.result.as_ref().is_ok_and(useful)));
        failed.and_then(|need| self.cause(need)).or(Some(own))
    }

    /// Adds an exchange. The first answer to a request stays.
    pub fn add(&mut self, exchange: Exchange) {
        self.drawn().clear();
        if let Ok(Response { content: Content::Json(_), facts, .. }) = &exchange.result {
            self.held += facts.body_bytes;
        }
        self.exchanges.entry(exchange.request.clone()).or_insert(exchange);
    }

    /// Whether the bodies that it holds leave no room for more: they take a dozen times their bytes in memory.
    pub fn is_full(&self) -> bool {
        self.held >= MOST_HELD
    }

    /// Puts another exchange in the place of the one with the same request, which comes back. For trying what a check
    /// says of another answer; a run itself never does this.
    pub fn replace(&mut self, exchange: Exchange) -> Option<Exchange> {
        self.drawn().clear();
        self.exchanges.insert(exchange.request.clone(), exchange)
    }

    /// What was drawn from the exchanges before, and from which.
    pub(crate) fn known<T: Any + Send + Sync>(&self) -> Option<(Arc<T>, Arc<BTreeSet<Request>>)> {
        let Drawn { what, from } = self.drawn().get(&TypeId::of::<T>())?.clone();
        Some((what.downcast().ok()?, from))
    }

    /// Keeps what was drawn from these exchanges, until another one is added.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, what: Arc<T>, from: BTreeSet<Request>) {
        self.drawn().insert(TypeId::of::<T>(), Drawn { what, from: Arc::new(from) });
    }

    fn drawn(&self) -> MutexGuard<'_, HashMap<TypeId, Drawn>> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All exchanges, in the order of their requests: the order of their ids `x1`, `x2`, …
    pub fn exchanges(&self) -> impl ExactSizeIterator<Item = &Exchange> {
        self.exchanges.values()
    }

    /// Whether the run was interrupted before everything that it wanted was sent.
    pub fn was_interrupted(&self) -> bool {
        let kinds = self.exchanges().filter_map(|exchange| exchange.result.as_ref().err());
        kinds.map(|failure| failure.kind).any(|kind| kind == FailureKind::Interrupted)
    }

    /// How many requests left this machine.
    pub fn sent(&self) -> usize {
        self.exchanges().filter(|exchange| exchange.was_sent()).count()
    }
}

/// 32 hexadecimal digits that depend on the seed and the label alone: invented ids and tokens, the same in a replay.
pub fn invented(seed: u64, label: &str) -> String {
    let digest = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(label).finalize();
    hex(digest.get(..16).unwrap_or_default())
}

/// A map with a structured key is a list in JSON.
mod as_list {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use super::{BTreeMap, Exchange, Request};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Request, Exchange>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Request, Exchange>, D::Error> {
        let list = Vec::<Exchange>::deserialize(from)?;
        Ok(list.into_iter().map(|exchange| (exchange.request.clone(), exchange)).collect())
    }
}
