//! The recording of a run: exchanges by the request that they answer, masked. All verdicts follow from it.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::base::hex::hex;
use crate::evidence::exchange::{Content, Exchange, FailureKind, Json, Request, Response};
use crate::evidence::setup::Setup;
use crate::evidence::vault::Mark;

/// The most memory that the JSON bodies of a run take, in bytes. When they do, nothing more is asked for: what is open
/// becomes blocked.
const MOST_HELD: usize = 192 * 1024 * 1024;

/// The most memory that bodies take as trees, in bytes; further ones that may be packed, such as pages of a long list, are.
const MOST_IN_TREES: usize = 24 * 1024 * 1024;

/// The largest evidence that is read again, in bytes. A run stops before its own becomes that large.
pub const LARGEST_EVIDENCE: usize = 512 * 1024 * 1024;

/// The most values in the bodies of evidence together, by the commas between them: each costs many times its few bytes of
/// text.
pub const MOST_VALUES: usize = 16_000_000;

/// How many bytes an exchange takes in the evidence besides its texts, about.
const ENTRY: usize = 4 * 1024;

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
    budget: MemoryBudget,
    #[serde(with = "as_list")]
    exchanges: BTreeMap<Arc<Request>, Exchange>,
    #[serde(skip)]
    derived: Mutex<HashMap<TypeId, Derived>>,
}

/// How much the bodies take, and which there are: the same page may come in answer to many requests.
#[derive(Debug)]
struct MemoryBudget {
    /// How much memory they may take, and how much of it as trees.
    most: usize,
    most_in_trees: usize,
    held: usize,
    in_trees: usize,
    /// How long the evidence may become and becomes, and how many values are in its bodies: it must be read again.
    longest: usize,
    written: usize,
    values: usize,
    /// Bodies that may be packed, by the hash of their text.
    bodies: HashMap<u64, Json>,
    hashes: RandomState,
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self {
            most: MOST_HELD,
            most_in_trees: MOST_IN_TREES,
            held: 0,
            in_trees: 0,
            longest: LARGEST_EVIDENCE / 4 * 3,
            written: 0,
            values: 0,
            bodies: HashMap::new(),
            hashes: RandomState::new(),
        }
    }
}

/// An exchange with what a recording asks of it. To find that out takes longer than to add it, and may be done elsewhere.
#[derive(Debug)]
pub struct Measured {
    exchange: Exchange,
    /// How long it becomes in the evidence, in bytes.
    written: usize,
    body: Option<BodySize>,
}

#[derive(Debug)]
struct BodySize {
    values: usize,
    held: usize,
    /// The text of a body that may be packed, such as a page of a list, or be there already.
    text: Option<String>,
}

impl Measured {
    /// Reads and weighs the body of an exchange.
    pub fn of(exchange: Exchange) -> Self {
        let Ok(Response { headers, content, .. }) = &exchange.result else {
            return Self { exchange, written: 0, body: None };
        };
        let headers = headers.iter().map(|(name, value)| name.len() + 2 * value.len());
        let mut written = ENTRY + headers.sum::<usize>();
        let Content::Json(json) = content else { return Self { exchange, written, body: None } };
        let text = json.tree().to_string();
        written += text.bytes().map(escaped_length).sum::<usize>();
        let values = text.bytes().filter(|byte| *byte == b',').count();
        // What was read from it counts.
        let body = BodySize { values, held: json.weight(), text: json.may_be_packed().then_some(text) };
        Self { exchange, written, body: Some(body) }
    }

    /// The exchange.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }
}

impl MemoryBudget {
    /// Makes room for an exchange.
    fn take(&mut self, Measured { mut exchange, written, body }: Measured) -> Exchange {
        self.written += written;
        if let (Some(weight), Ok(Response { content: Content::Json(json), .. })) = (body, &mut exchange.result) {
            self.take_body(json, &weight);
        }
        exchange
    }

    fn take_body(&mut self, json: &mut Json, BodySize { values, held, text }: &BodySize) {
        self.values += values;
        let Some(text) = text else { return self.take_tree(*held) };
        let hash = self.hashes.hash_one(text);
        if let Some(known) = self.bodies.get(&hash).filter(|known| *known == json) {
            *json = known.clone();
            return;
        }
        if self.in_trees + held > self.most_in_trees {
            *json = json.packed(text);
            self.held += json.weight();
        } else {
            self.take_tree(*held);
        }
        self.bodies.insert(hash, json.clone());
    }

    fn take_tree(&mut self, weight: usize) {
        self.in_trees += weight;
        self.held += weight;
    }

    fn is_full(&self) -> bool {
        // A run may hold a few dozen answers more than there is room for: those that are under way.
        self.held >= self.most || self.written >= self.longest || self.values >= MOST_VALUES / 4 * 3
    }
}

/// How long a byte of JSON is as a part of a text in JSON.
fn escaped_length(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' => 2,
        // What a terminal acts on; the second is the first byte of such a character, or of another one.
        0x7f | 0xc2 => 6,
        _ => 1,
    }
}

/// What was asked for: the evidence of a verdict.
pub type EvidenceKeys = BTreeSet<Arc<Request>>;

/// What checks draw alike from the exchanges, and from which; forgotten when an exchange is added.
#[derive(Clone, Debug)]
struct Derived {
    what: Arc<dyn Any + Send + Sync>,
    from: Arc<EvidenceKeys>,
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
            budget: MemoryBudget::default(),
            exchanges: BTreeMap::new(),
            derived: Mutex::default(),
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
    pub fn add(&mut self, exchange: Exchange) {
        self.add_measured(Measured::of(exchange));
    }

    /// The same, of one that was weighed before.
    pub fn add_measured(&mut self, measured: Measured) {
        self.derived().clear();
        let exchange = self.budget.take(measured);
        self.exchanges.entry(Arc::new(exchange.request.clone())).or_insert(exchange);
    }

    /// Whether the bodies that it holds leave no room for more, in memory or in the evidence.
    pub fn is_full(&self) -> bool {
        self.budget.is_full()
    }

    /// The same, with room for so many bytes.
    #[cfg(test)]
    pub(crate) fn with_room(mut self, bytes: usize) -> Self {
        self.budget.most = bytes;
        self
    }

    /// The same, with so many bytes for its evidence.
    #[cfg(test)]
    pub(crate) fn with_longest_evidence(mut self, bytes: usize) -> Self {
        self.budget.longest = bytes;
        self
    }

    /// The same exchanges, with every body packed that may be.
    #[cfg(test)]
    pub(crate) fn packed(self) -> Self {
        let mut packed = Self::new(self.setup, self.started, self.seed);
        packed.budget.most_in_trees = 0;
        self.exchanges.into_values().for_each(|exchange| packed.add(exchange));
        (packed.marks, packed.closed) = (self.marks, self.closed);
        packed
    }

    /// Puts another exchange in the place of the one with the same request, which comes back. For trying what a check
    /// says of another answer; a run itself never does this.
    pub fn replace(&mut self, exchange: Exchange) -> Option<Exchange> {
        self.derived().clear();
        self.exchanges.insert(Arc::new(exchange.request.clone()), exchange)
    }

    /// Takes an exchange out again that was put there to try something.
    pub fn take(&mut self, request: &Request) -> Option<Exchange> {
        self.derived().clear();
        self.exchanges.remove(request)
    }

    /// What was drawn from the exchanges before, and from which.
    pub(crate) fn memoized<T: Any + Send + Sync>(&self) -> Option<(Arc<T>, Arc<EvidenceKeys>)> {
        let Derived { what, from } = self.derived().get(&TypeId::of::<T>())?.clone();
        Some((what.downcast().ok()?, from))
    }

    /// Keeps what was drawn from these exchanges, until another one is added.
    pub(crate) fn memoize<T: Any + Send + Sync>(&self, what: Arc<T>, from: EvidenceKeys) {
        self.derived().insert(TypeId::of::<T>(), Derived { what, from: Arc::new(from) });
    }

    fn derived(&self) -> MutexGuard<'_, HashMap<TypeId, Derived>> {
        self.derived.lock().unwrap_or_else(PoisonError::into_inner)
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
