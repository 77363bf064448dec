//! The recording of a run: exchanges by the request that they answer, masked. All verdicts follow from it.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::catalogue::hex;
use crate::exchange::{Content, Exchange, FailureKind, Json, Kind, Request, Response, Setup};
use crate::vault::Mark;

/// The most memory that the JSON bodies of a run take, in bytes. When they do, nothing more is asked for: what is open
/// becomes blocked.
const MOST_HELD: usize = 192 * 1024 * 1024;

/// The most bytes of JSON that a run reads, packed or not: its evidence must be short enough to be read again
/// ([`crate::har::LARGEST`]), and for the disk on which it comes.
const MOST_READ: u64 = 384 * 1024 * 1024;

/// The most memory that bodies take as trees; further pages and details of a long list are packed.
const MOST_IN_TREES: usize = 24 * 1024 * 1024;

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
    #[serde(skip)]
    room: Room,
    #[serde(with = "as_list")]
    exchanges: BTreeMap<Arc<Request>, Exchange>,
    #[serde(skip)]
    drawn: Mutex<HashMap<TypeId, Drawn>>,
}

/// How much memory the bodies take, and which there are: the same page may come in answer to many requests.
#[derive(Debug)]
struct Room {
    /// How much they may take, and how much of it as trees.
    most: usize,
    most_in_trees: usize,
    held: usize,
    in_trees: usize,
    /// Bytes of all bodies, those included that are kept once.
    read: u64,
    /// Those of lists and details, by the hash of their text.
    known: HashMap<u64, Json>,
    hashes: RandomState,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            most: MOST_HELD,
            most_in_trees: MOST_IN_TREES,
            held: 0,
            in_trees: 0,
            read: 0,
            known: HashMap::new(),
            hashes: RandomState::new(),
        }
    }
}

impl Room {
    /// The same body, in as little memory as need be. `is_content`: a page of a list, or a detail.
    fn keep(&mut self, is_content: bool, json: &Json) -> Json {
        let hash = is_content.then(|| self.hashes.hash_one(json.tree().to_string()));
        if let Some(known) = hash.and_then(|hash| self.known.get(&hash)).filter(|known| *known == json) {
            return known.clone();
        }
        if is_content {
            json.page();
        }
        let whole = json.weight();
        let kept = if is_content && self.in_trees + whole > self.most_in_trees {
            json.packed()
        } else {
            self.in_trees += whole;
            json.clone()
        };
        self.held += kept.weight();
        self.known.extend(hash.map(|hash| (hash, kept.clone())));
        kept
    }
}

/// What was asked for: the evidence of a verdict.
pub type Asked = BTreeSet<Arc<Request>>;

/// What checks draw alike from the exchanges, and from which; forgotten when an exchange is added.
#[derive(Clone, Debug)]
struct Drawn {
    what: Arc<dyn Any + Send + Sync>,
    from: Arc<Asked>,
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
            room: Room::default(),
            exchanges: BTreeMap::new(),
            drawn: Mutex::default(),
        }
    }

    /// The request and what came of it. Of the request everyone who looks at it shares one copy.
    pub(crate) fn shared(&self, request: &Request) -> Option<(&Arc<Request>, &Exchange)> {
        self.exchanges.get_key_value(request)
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
        let useful = |answer: &Response| answer.is_success() && answer.is_json();
        let needs = self.setup.needs(request);
        let failed = needs
            .iter()
            .find(|need| self.get(need).is_some_and(|exchange| !exchange.result.as_ref().is_ok_and(useful)));
        failed.and_then(|need| self.cause(need)).or(Some(own))
    }

    /// Adds an exchange. The first answer to a request stays.
    pub fn add(&mut self, mut exchange: Exchange) {
        self.drawn().clear();
        if let Ok(Response { status, content: Content::Json(json), facts, .. }) = &mut exchange.result {
            self.room.read = self.room.read.saturating_add(facts.body_bytes);
            // Errors are short, and looked at member by member.
            let is_content = *status == 200 && matches!(exchange.request.kind(), Kind::List | Kind::Detail);
            *json = self.room.keep(is_content, json);
        }
        self.exchanges.entry(Arc::new(exchange.request.clone())).or_insert(exchange);
    }

    /// Whether the bodies that it holds leave no room for more.
    pub fn is_full(&self) -> bool {
        self.room.held >= self.room.most || self.room.read >= MOST_READ
    }

    /// The same, with room for so many bytes.
    #[cfg(test)]
    pub(crate) fn with_room(mut self, bytes: usize) -> Self {
        self.room.most = bytes;
        self
    }

    /// The same exchanges, with every body packed that may be.
    #[cfg(test)]
    pub(crate) fn packed(self) -> Self {
        let mut packed = Self::new(self.setup, self.started, self.seed);
        packed.room.most_in_trees = 0;
        self.exchanges.into_values().for_each(|exchange| packed.add(exchange));
        (packed.marks, packed.closed) = (self.marks, self.closed);
        packed
    }

    /// Puts another exchange in the place of the one with the same request, which comes back. For trying what a check
    /// says of another answer; a run itself never does this.
    pub fn replace(&mut self, exchange: Exchange) -> Option<Exchange> {
        self.drawn().clear();
        self.exchanges.insert(Arc::new(exchange.request.clone()), exchange)
    }

    /// What was drawn from the exchanges before, and from which.
    pub(crate) fn known<T: Any + Send + Sync>(&self) -> Option<(Arc<T>, Arc<Asked>)> {
        let Drawn { what, from } = self.drawn().get(&TypeId::of::<T>())?.clone();
        Some((what.downcast().ok()?, from))
    }

    /// Keeps what was drawn from these exchanges, until another one is added.
    pub(crate) fn keep<T: Any + Send + Sync>(&self, what: Arc<T>, from: Asked) {
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

    use super::{Arc, BTreeMap, Exchange, Request};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Arc<Request>, Exchange>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<Arc<Request>, Exchange>, D::Error> {
        let list = Vec::<Exchange>::deserialize(from)?;
        Ok(list.into_iter().map(|exchange| (Arc::new(exchange.request.clone()), exchange)).collect())
    }
}

#[cfg(test)]
mod tests;
