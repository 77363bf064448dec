//! What is read from a JSON body once, however many checks look at it: a page of a list, a certificate, whatever a kind
//! of subject takes its answers for. The evidence itself knows no such form; whoever asks for one brings it as a type.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

/// A form that a JSON body is read in.
pub trait View: Any + Debug + Send + Sync {
    /// The body in this form; whatever does not fit is part of what is read.
    fn read(body: &Value) -> Self
    where
        Self: Sized;

    /// About how many bytes it takes in memory.
    fn weight(&self) -> usize;
}

/// The views of one body, each under its own type, in the order in which they were first asked for. A copy shares what was
/// read until then, and what is read later too: it is a view of the same body.
#[derive(Clone, Debug, Default)]
pub(super) struct Views(OnceLock<Arc<Link>>);

#[derive(Debug)]
struct Link {
    view: Box<dyn View>,
    further: Views,
}

impl Views {
    /// The body as a `V`, read by the first who asks.
    pub(super) fn get<'a, V: View>(&self, body: impl Fn() -> Cow<'a, Value>) -> &V {
        let mut views = self;
        loop {
            let read = || Arc::new(Link { view: Box::new(V::read(&body())), further: Self::default() });
            let link = views.0.get_or_init(read);
            let view: &dyn Any = &*link.view;
            match view.downcast_ref() {
                Some(view) => return view,
                None => views = &link.further,
            }
        }
    }

    /// About how many bytes they take in memory, together.
    pub(super) fn weight(&self) -> usize {
        let links = std::iter::successors(self.0.get(), |link| link.further.0.get());
        links.map(|link| link.view.weight()).sum()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct Length(usize);

    impl View for Length {
        fn read(body: &Value) -> Self {
            Self(body.as_str().map_or(0, str::len))
        }

        fn weight(&self) -> usize {
            self.0
        }
    }

    #[derive(Debug, PartialEq)]
    struct IsText(bool);

    impl View for IsText {
        fn read(body: &Value) -> Self {
            Self(body.is_string())
        }

        fn weight(&self) -> usize {
            1
        }
    }

    #[test]
    fn each_form_is_read_once_and_copies_share_it() {
        let body = json!("five!");
        let reads = std::cell::Cell::new(0);
        let read = || {
            reads.set(reads.get() + 1);
            Cow::Borrowed(&body)
        };
        let views = Views::default();
        assert_eq!(views.weight(), 0);
        assert_eq!(views.get::<Length>(read), &Length(5));
        let copy = views.clone();
        assert_eq!(copy.get::<IsText>(read), &IsText(true));
        assert_eq!((views.get::<IsText>(read), views.get::<Length>(read)), (&IsText(true), &Length(5)));
        assert_eq!((reads.get(), views.weight(), copy.weight()), (2, 6, 6));
    }
}
