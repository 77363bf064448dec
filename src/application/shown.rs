//! What a browser got to see of an application or sent on: every place in which a token could leak, with its masked text.

use std::borrow::Cow;

use super::{Tokens, Visited, marks_in};
use crate::base::text::{Text, shown};
use crate::evidence::exchange::visit::{Issued, Navigation, TokenKind};
use crate::text;

/// Where something was to be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the address of a page.
    Url,
    /// In what a browser tells of where it came from.
    Referer,
    /// In a header of an answer.
    Header(String),
    /// In a cookie.
    Cookie(String),
    /// In a page.
    Page,
    /// In what of a page leads to MBP.
    Lead,
    /// In the address at MBP.
    Mbp,
}

/// A place that a browser got to see.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    /// The place of its fact.
    pub at: usize,
    /// During which step.
    pub step: u8,
    /// The member of that fact.
    pub member: &'static str,
    /// Where.
    pub place: Where,
    /// What was there, masked; the tokens and numbers alone where no text is kept.
    pub text: Cow<'a, str>,
    /// The address of the page that it belongs to.
    pub of: &'a str,
}

impl Where {
    /// In words.
    pub fn in_words(&self) -> Text {
        match self {
            Self::Url => text!("in het adres van een pagina", "in the address of a page"),
            Self::Referer => text!("in de Referer", "in the Referer"),
            Self::Header(name) => {
                let name = shown(name);
                text!("in de header {name}", "in the header {name}")
            }
            Self::Cookie(name) => {
                let name = shown(name);
                text!("in de cookie {name}", "in the cookie {name}")
            }
            Self::Page => text!("in de pagina", "in the page"),
            Self::Lead => text!("in een link naar MBP", "in a link to MBP"),
            Self::Mbp => text!("in het adres bij MBP", "in the address at MBP"),
        }
    }
}

impl<'a> Visited<'a> {
    /// Everything that its browsers got to see or sent on.
    pub fn shown(&self) -> Vec<Shown<'a>> {
        let mut all = Vec::new();
        for seen in self.navigations() {
            let (at, step, navigation) = (seen.at, seen.step, seen.what);
            let of = navigation.url.as_str();
            let mut add = |member, place, text| all.push(Shown { at, step, member, place, text, of });
            add("url", Where::Url, Cow::Borrowed(of));
            if let Some(referer) = &navigation.referer {
                add("referer", Where::Referer, Cow::Borrowed(referer));
            }
            for (name, value) in &navigation.headers {
                add("headers", Where::Header(name.clone()), Cow::Borrowed(value));
            }
            for cookie in &navigation.cookies {
                let text = std::iter::once(&cookie.name).chain(&cookie.holds).map(String::as_str).collect::<Vec<_>>();
                add("cookies", Where::Cookie(cookie.name.clone()), Cow::Owned(text.join(" ")));
            }
            add("page", Where::Page, Cow::Owned(held_in_page(navigation).join(" ")));
            for lead in &navigation.page.leads {
                add("page/leads", Where::Lead, Cow::Borrowed(&lead.url));
            }
        }
        for seen in self.hand_overs() {
            let (at, step, hand_over) = (seen.at, seen.step, seen.what);
            let of = hand_over.from.as_str();
            let mut add = |member, place, text| all.push(Shown { at, step, member, place, text, of });
            add("url", Where::Mbp, Cow::Borrowed(&hand_over.url));
            add("from", Where::Url, Cow::Borrowed(of));
            if let Some(referer) = &hand_over.referer {
                add("referer", Where::Referer, Cow::Borrowed(referer));
            }
            for (name, value) in &hand_over.headers {
                add("headers", Where::Header(name.clone()), Cow::Borrowed(value));
            }
        }
        all
    }

    /// The places that show tokens of these kinds, with the first of them.
    pub fn leaks(&self, tokens: &Tokens<'a>, kinds: &[TokenKind]) -> Vec<(Shown<'a>, &'a Issued)> {
        let leak = |shown: Shown<'a>| {
            let token = tokens.within(&shown.text, kinds).first().copied()?;
            Some((shown, token))
        };
        self.shown().into_iter().filter_map(leak).collect()
    }
}

/// The tokens and numbers in a page. Nobody looks at the page of a redirect: what repeats where it leads counts there.
fn held_in_page(navigation: &Navigation) -> Vec<&str> {
    let is_redirect = navigation.status.is_some_and(|status| (300..400).contains(&status));
    let location = navigation.header("location").filter(|_| is_redirect);
    let repeated = location.map(marks_in).unwrap_or_default();
    let holds = navigation.page.holds.iter().map(String::as_str);
    holds.filter(|held| marks_in(held).first().is_none_or(|mark| !repeated.contains(mark))).collect()
}
