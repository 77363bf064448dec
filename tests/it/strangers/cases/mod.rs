//! The strangers.

mod access;
mod documents;
mod errors;
mod leaks;
mod lists;
mod oddities;
mod openapi;
mod plain;
mod second;
mod third;

use super::Kind::{Leak, Oddity, Violation};
use super::body::{drop_rel, each_href, each_item, href, links, set_href};
use super::server::{Reply, Wire};
use super::source::Form::{Hal, Links};
use super::source::{
    Ask, Cert, Claims, Site, What, json_reply, pdf, plain_document, plain_item, problem, problem_reply,
};
use super::{Case, gzip};

pub(super) fn all() -> Vec<Case> {
    let cases = [
        plain::cases(),
        oddities::cases(),
        lists::cases(),
        documents::cases(),
        errors::cases(),
        access::cases(),
        openapi::cases(),
        leaks::cases(),
        second::cases(),
        second::single_defects(),
        third::leaks(),
        third::cases(),
    ];
    cases.into_iter().flatten().collect()
}

/// The certificate of another citizen that is asked for under one's own number.
fn theirs<'a>(ask: &Ask, site: &'a Site) -> Option<&'a Cert> {
    let path = ask.http.path();
    let mut all = site.people.iter().flat_map(|person| &person.certs);
    let is_meant = |cert: &&Cert| path.ends_with(&format!("/{}/{}", cert.id, cert.language));
    all.find(is_meant).filter(|_| ask.what == What::Nothing)
}

/// Changes the text of every answer, where it is text.
fn in_text(reply: &mut Reply, change: impl Fn(&str) -> String) {
    if let Ok(text) = std::str::from_utf8(&reply.body) {
        reply.body = change(text).into_bytes();
    }
}

/// A national number as people write it.
pub(super) fn dotted(insz: &str) -> String {
    format!("{}.{}.{}-{}.{}", &insz[..2], &insz[2..4], &insz[4..6], &insz[6..9], &insz[9..])
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
