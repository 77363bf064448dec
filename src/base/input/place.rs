//! A place in a YAML or JSON text: the path of keys and positions that leads there, and its line and column.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a mapping, by key.
    Key(String),
    /// Into a list, by position from 0.
    Index(usize),
}

/// A path such as `citizens[1].insz`; the empty path is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place(pub Vec<Step>);

impl Place {
    /// The path of a key within this place.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        Self(self.0.iter().cloned().chain([Step::Key(key.into())]).collect())
    }

    /// The path of an item within this place.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(self.0.iter().cloned().chain([Step::Index(index)]).collect())
    }

    /// Reads what `Display` wrote; none for anything else.
    pub fn parse(path: &str) -> Option<Self> {
        let (mut rest, mut steps) = (path, Vec::new());
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix("[\"") {
                // Quoted as a JSON string, so that keys may hold dots and brackets.
                let mut strings = serde_json::Deserializer::from_str(rest.get(1..)?).into_iter::<String>();
                steps.push(Step::Key(strings.next()?.ok()?));
                rest = inner.get(strings.byte_offset() - 1..)?.strip_prefix(']')?;
            } else if let Some(inner) = rest.strip_prefix('[') {
                let (index, after) = inner.split_once(']')?;
                steps.push(Step::Index(index.parse().ok()?));
                rest = after;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, after) = rest.split_at(end);
                if !plain(key) {
                    return None;
                }
                steps.push(Step::Key(key.to_owned()));
                rest = after;
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        Some(Self(steps))
    }

    /// Line and column, from 1, of the key (in a list: of the value) that the path leads to.
    pub fn locate(&self, text: &str) -> Option<(usize, usize)> {
        // The parser knows where it is only when it fails: so we follow the path and fail on purpose at its end.
        let end = Find(&self.0).deserialize(serde_yaml::Deserializer::from_str(text)).err()?;
        end.to_string().contains(HERE).then(|| end.location()).flatten().map(|at| (at.line(), at.column()))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) if !plain(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
                Step::Key(key) if n == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

fn plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

const HERE: &str = "the place that was looked for";

/// Walks a document along a path and fails where the path ends.
struct Find<'a>(&'a [Step]);

impl<'de> DeserializeSeed<'de> for Find<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Find<'_> {
    fn scalar<E: Error>(&self) -> Result<(), E> {
        if self.0.is_empty() { Err(E::custom(HERE)) } else { Ok(()) }
    }
}

impl<'de> Visitor<'de> for Find<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Some((step, rest)) = self.0.split_first() else { return Err(A::Error::custom(HERE)) };
        let mut n = 0;
        loop {
            let more = if *step == Step::Index(n) {
                list.next_element_seed(Find(rest))?.is_some()
            } else {
                list.next_element::<IgnoredAny>()?.is_some()
            };
            if !more {
                return Ok(());
            }
            n += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((step, rest)) = self.0.split_first() else { return Err(A::Error::custom(HERE)) };
        while let Some(found) = map.next_key_seed(FindKey { step, last: rest.is_empty() })? {
            if found {
                map.next_value_seed(Find(rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Compares a key; fails on it where it is the end of the path.
struct FindKey<'a> {
    step: &'a Step,
    last: bool,
}

impl<'de> DeserializeSeed<'de> for FindKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for FindKey<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<bool, E> {
        let found = matches!(self.step, Step::Key(wanted) if wanted == key);
        if found && self.last { Err(E::custom(HERE)) } else { Ok(found) }
    }
}
