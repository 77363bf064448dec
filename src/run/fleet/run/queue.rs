//! Which source is next: no more of one host at once than it may bear, and no more in memory than fits there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, PoisonError};

use super::locked;

/// Bytes of files that are read at the same time; one that is longer is read alone. What is made of a file takes several
/// times its length.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What something that waits for its turn asks of others while it is under way.
pub(in crate::run::fleet) trait Load {
    /// The host that it calls, whatever its port.
    fn host(&self) -> Option<String>;

    /// The length of the file that it reads.
    fn bytes(&self) -> u64;
}

/// What waits for its turn.
pub(in crate::run::fleet) struct Queue<T> {
    state: Mutex<Waiting<T>>,
    freed: Condvar,
    per_host: usize,
}

struct Waiting<T> {
    items: VecDeque<(T, Share)>,
    /// How many of a host are under way.
    busy: HashMap<String, usize>,
    /// The length of the files that are read now.
    bytes: u64,
}

/// What one of them takes.
#[derive(Clone)]
struct Share {
    host: Option<String>,
    bytes: u64,
}

/// One is under way; what it takes is free again when this goes away, however it ends.
pub(in crate::run::fleet) struct Turn<'a, T> {
    queue: &'a Queue<T>,
    share: Share,
}

impl<T: Load> Queue<T> {
    pub(in crate::run::fleet) fn new(items: Vec<T>, per_host: usize) -> Self {
        let shared = |item: T| {
            let share = Share { host: item.host(), bytes: item.bytes() };
            (item, share)
        };
        let items = items.into_iter().map(shared).collect();
        let state = Mutex::new(Waiting { items, busy: HashMap::new(), bytes: 0 });
        Self { state, freed: Condvar::new(), per_host }
    }

    /// The next one for which there is room; waits until there is some. None when all have begun.
    pub(in crate::run::fleet) fn next(&self) -> Option<(T, Turn<'_, T>)> {
        let mut state = locked(&self.state);
        loop {
            if state.items.is_empty() {
                return None;
            }
            let position = state.items.iter().position(|(_, share)| state.has_room(share, self.per_host));
            if let Some((item, share)) = position.and_then(|position| state.items.remove(position)) {
                if let Some(host) = &share.host {
                    *state.busy.entry(host.clone()).or_default() += 1;
                }
                state.bytes += share.bytes;
                return Some((item, Turn { queue: self, share }));
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Waiting<T> {
    fn has_room(&self, share: &Share, per_host: usize) -> bool {
        let busy = |host: &String| self.busy.get(host).copied().unwrap_or_default();
        share.host.as_ref().is_none_or(|host| busy(host) < per_host)
            && (self.bytes == 0 || share.bytes == 0 || self.bytes + share.bytes <= MOST_BYTES)
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut state = locked(&self.queue.state);
        if let Some(busy) = self.share.host.as_ref().and_then(|host| state.busy.get_mut(host)) {
            *busy = busy.saturating_sub(1);
        }
        state.bytes = state.bytes.saturating_sub(self.share.bytes);
        drop(state);
        self.queue.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    use super::*;

    struct File(u64);

    impl Load for File {
        fn host(&self) -> Option<String> {
            None
        }

        fn bytes(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn files_are_read_side_by_side_up_to_a_length_and_a_longer_one_alone() {
        let queue = Queue::new([1, 2, 1, 9, 0, 1, 1, 3].map(|n| File(n * MOST_BYTES / 4)).into(), 1);
        let (bytes, turns) = (AtomicU64::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some((File(length), _turn)) = queue.next() {
                        let others = bytes.fetch_add(length, Ordering::SeqCst);
                        assert!(others == 0 || length == 0 || others + length <= MOST_BYTES, "{others} and {length}");
                        turns.fetch_add(1, Ordering::SeqCst);
                        std::thread::yield_now();
                        bytes.fetch_sub(length, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!((turns.into_inner(), bytes.into_inner()), (8, 0));
        let queue = Queue::new([2, 9, 1, 0].map(|n| File(n * MOST_BYTES / 4)).into(), 1);
        // The long one waits for the first; what fits beside the first does not.
        let (first, beside, without) = (queue.next().unwrap(), queue.next().unwrap(), queue.next().unwrap());
        let lengths = [&first, &beside, &without].map(|(File(length), _)| *length * 4 / MOST_BYTES);
        assert_eq!(lengths, [2, 1, 0]);
        drop((first, beside));
        assert_eq!(queue.next().unwrap().0.0 * 4 / MOST_BYTES, 9);
    }
}
