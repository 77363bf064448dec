//! A JSON body: a tree, or packed where a run holds many of them. A tree takes a dozen times the bytes of its text, and
//! packed text a fraction of them.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::view::{View, Views};
use crate::base::value::{tree, weight};

/// A JSON body, masked; copies share it.
#[derive(Clone, Debug)]
pub struct Json(Arc<Parts>);

/// The body, with what is read from it once, whatever the number of checks.
#[derive(Debug)]
struct Parts {
    form: Form,
    kept: OnceLock<Value>,
    views: Views,
    may_be_packed: OnceLock<()>,
}

#[derive(Debug)]
enum Form {
    Tree(Value),
    /// The text of the JSON, compressed.
    Packed(Box<[u8]>),
}

impl Json {
    /// Reads a body that was written as text.
    ///
    /// # Errors
    /// What makes it no JSON, with line and column.
    pub fn read(text: &[u8]) -> serde_json::Result<Self> {
        tree::read(text).map(|(tree, _)| Self::from(tree))
    }

    /// The tree, which stays.
    pub fn value(&self) -> &Value {
        match &self.0.form {
            Form::Tree(value) => value,
            Form::Packed(packed) => self.0.kept.get_or_init(|| unpacked(packed)),
        }
    }

    /// The tree; of a packed body one that is made for whoever asks, and goes with them. For those who look at one body
    /// after the other.
    pub fn tree(&self) -> Cow<'_, Value> {
        match &self.0.form {
            Form::Tree(value) => Cow::Borrowed(value),
            Form::Packed(packed) => Cow::Owned(unpacked(packed)),
        }
    }

    /// The body in a form that it is read in once, whatever the number of those who ask.
    pub fn view<V: View>(&self) -> &V {
        self.0.views.get(|| self.tree())
    }

    /// Reads the body in a form that is all that is looked at of most bodies of its kind: it may be packed then.
    pub fn rely_on<V: View>(&self) {
        self.view::<V>();
        self.0.may_be_packed.get_or_init(|| ());
    }

    /// Whether a form that was read of it is all that most look at.
    pub fn may_be_packed(&self) -> bool {
        self.0.may_be_packed.get().is_some()
    }

    /// The same body, packed, with what was read from it already. `text`: the body as text.
    #[must_use]
    pub fn packed(&self, text: &str) -> Self {
        let packed = lz4_flex::compress_prepend_size(text.as_bytes());
        let (views, may_be_packed) = (self.0.views.clone(), self.0.may_be_packed.clone());
        Self(Arc::new(Parts { form: Form::Packed(packed.into()), kept: OnceLock::new(), views, may_be_packed }))
    }

    /// Whether it was packed and its tree is kept all the same.
    #[cfg(test)]
    pub(crate) fn is_packed_in_vain(&self) -> bool {
        self.0.kept.get().is_some()
    }

    /// The tree, for a test that builds an answer step by step.
    #[cfg(test)]
    pub(crate) fn value_mut(&mut self) -> &mut Value {
        *self = Self::from(self.tree().into_owned());
        match Arc::get_mut(&mut self.0) {
            Some(Parts { form: Form::Tree(value), .. }) => value,
            _ => unreachable!("it was just made, and is ours alone"),
        }
    }

    /// About how many bytes it takes in memory, with what was read from it.
    pub fn weight(&self) -> usize {
        let form = match &self.0.form {
            Form::Tree(value) => weight::of(value),
            Form::Packed(packed) => packed.len(),
        };
        form + self.0.views.weight()
    }
}

/// What was packed comes back as it was: we compressed it ourselves, and the same reader made the tree before.
fn unpacked(packed: &[u8]) -> Value {
    let text = lz4_flex::decompress_size_prepended(packed).unwrap_or_default();
    tree::read(&text).map(|(tree, _)| tree).unwrap_or_default()
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        let (kept, may_be_packed) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Parts { form: Form::Tree(value), kept, views: Views::default(), may_be_packed }))
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.tree() == other.tree()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.tree().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::source::envelope::Page;

    #[test]
    fn a_packed_body_says_the_same_in_fewer_bytes() {
        let items: Vec<Value> = (0..100).map(|id| json!({"id": id.to_string(), "name": "Attest \u{7f}é"})).collect();
        let body = json!({ "certificates": items });
        let tree = Json::from(body.clone());
        let text = body.to_string();
        let packed = tree.packed(&text);
        let Form::Packed(bytes) = &packed.0.form else { panic!("not packed") };
        assert!(bytes.len() * 3 < text.len(), "{} bytes", bytes.len());
        assert_eq!((packed.tree().into_owned(), packed.view::<Page>().items().len()), (body.clone(), 100));
        assert_eq!(packed.view::<Page>(), tree.view::<Page>());
        assert_eq!(packed, tree);
        assert_eq!(*packed.packed(&text).value(), body);
        let (packed, tree) = (Json::from(body.clone()).packed(&text), Json::from(body));
        assert!(packed.weight() * 10 < tree.weight(), "{} and {}", packed.weight(), tree.weight());
        assert_ne!(packed, Json::from(json!({})));
    }

    proptest! {
        #[test]
        fn packing_loses_nothing(text: String, number: f64, whole: u64) {
            let raw = json!({ "$serde_json::private::RawValue": "\"a\"" });
            let body = json!({ "texts": [text, &text], text.clone(): number, "": whole, "raw": raw });
            prop_assert_eq!(Json::from(body.clone()).packed(&body.to_string()).tree().into_owned(), body);
        }
    }
}
