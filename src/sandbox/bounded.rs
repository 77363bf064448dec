//! A memory that forgets what it learnt first: what callers without any credential can fill must have an end.

use std::collections::{HashMap, VecDeque};

/// Values by a text, of which the oldest make room for new ones.
#[derive(Debug)]
pub(super) struct Bounded<V> {
    most: usize,
    values: HashMap<String, V>,
    /// In the order of their coming, those that were taken out as well.
    order: VecDeque<String>,
}

impl<V> Bounded<V> {
    /// An empty one, of at most so many values.
    pub(super) fn of(most: usize) -> Self {
        Self { most, values: HashMap::new(), order: VecDeque::new() }
    }

    /// Puts a value in; of a key that is there already, it takes the place.
    pub(super) fn insert(&mut self, key: String, value: V) {
        if self.values.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.values.remove(&oldest);
            }
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&V> {
        self.values.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, key: &str) -> Option<V> {
        self.values.remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let mut memory = Bounded::of(3);
        for key in 0..1000 {
            memory.insert(key.to_string(), key);
            memory.insert(key.to_string(), key + 1);
        }
        assert_eq!((memory.get("996"), memory.get("997"), memory.get("999")), (None, Some(&998), Some(&1000)));
        assert_eq!((memory.values.len(), memory.order.len()), (3, 3));
    }

    #[test]
    fn what_was_taken_out_holds_no_place_for_ever() {
        let mut memory = Bounded::of(2);
        for key in 0..1000 {
            memory.insert(key.to_string(), ());
            assert_eq!(memory.remove(&key.to_string()), Some(()));
        }
        assert!(memory.order.len() <= 2 && memory.values.is_empty());
    }
}
