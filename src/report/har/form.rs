//! The parts of HAR 1.2 as we write them: every field that the format asks for, in its order.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::extension::{Body, LogExtension};

#[derive(Serialize)]
pub(super) struct File<'a, E> {
    pub(super) log: Log<'a, E>,
}

/// The log. `entries` is anything that serialises as a list of [`Entry`]: they are made one at a time.
#[derive(Serialize)]
pub(super) struct Log<'a, E> {
    pub(super) version: &'static str,
    pub(super) creator: Creator,
    pub(super) pages: Vec<Page>,
    #[serde(rename = "_bronkeur")]
    pub(super) own: LogExtension<'a>,
    pub(super) entries: E,
}

#[derive(Serialize)]
pub(super) struct Creator {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

/// A part of the run, as viewers of HAR group entries.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) started_date_time: String,
    pub(super) id: String,
    pub(super) title: String,
    #[serde(rename = "pageTimings")]
    pub(super) timings: Nothing,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry<'a, O> {
    #[serde(rename = "pageref")]
    pub(super) page: String,
    pub(super) started_date_time: String,
    pub(super) time: u64,
    pub(super) request: Request<'a>,
    pub(super) response: Response<'a>,
    pub(super) cache: Nothing,
    pub(super) timings: Timings,
    /// The id under which reports name the exchange.
    pub(super) comment: String,
    #[serde(rename = "_bronkeur")]
    pub(super) own: O,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    pub(super) http_version: &'static str,
    pub(super) cookies: [Nothing; 0],
    pub(super) headers: Pairs<'a>,
    pub(super) query_string: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) post_data: Option<PostData<'a>>,
    pub(super) headers_size: i64,
    pub(super) body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostData<'a> {
    pub(super) mime_type: &'static str,
    pub(super) params: Pairs<'a>,
    pub(super) text: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'a> {
    /// 0 where no answer came, as browsers write it.
    pub(super) status: u16,
    pub(super) status_text: &'static str,
    pub(super) http_version: &'static str,
    pub(super) cookies: [Nothing; 0],
    pub(super) headers: Pairs<'a>,
    pub(super) content: Content<'a>,
    #[serde(rename = "redirectURL")]
    pub(super) redirect_url: &'a str,
    pub(super) headers_size: i64,
    pub(super) body_size: i64,
    /// Why no answer came, where developer tools look for it.
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content<'a> {
    pub(super) size: u64,
    pub(super) mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<Body<'a>>,
}

/// The whole time is the wait: more is not measured. -1: does not apply.
#[derive(Serialize)]
pub(super) struct Timings {
    pub(super) blocked: i64,
    pub(super) dns: i64,
    pub(super) connect: i64,
    pub(super) send: u64,
    pub(super) wait: u64,
    pub(super) receive: u64,
    pub(super) ssl: i64,
}

/// An empty object.
#[derive(Serialize)]
pub(super) struct Nothing {}

#[derive(Serialize)]
pub(super) struct Pair<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

/// Names and values as HAR lists them.
pub(super) struct Pairs<'a>(pub(super) Cow<'a, [(String, String)]>);

impl Pairs<'_> {
    /// One pair, where there is one.
    pub(super) fn of_one(pair: Option<(&str, &str)>) -> Self {
        Self(pair.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect())
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(
            self.0.iter().map(|(name, value)| Pair { name: name.as_str().into(), value: value.as_str().into() }),
        )
    }
}
