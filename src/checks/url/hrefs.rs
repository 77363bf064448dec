//! The hrefs that the chapter looks at, and the address of the API that they belong to.

use std::borrow::Cow;
use std::collections::HashSet;

use url::Url;

use crate::case::{Answer, Case, Item, Judgement, Listed, Stop};
use crate::catalogue::Level;
use crate::envelope::{Certificate, Link, Links};
use crate::exchange::{Citizen, Exchange};
use crate::href;
use crate::reason;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, shown};

/// An href with a judged rel.
#[derive(Clone, Debug)]
pub(super) struct Href<'a> {
    pub answer: Answer<'a>,
    pub link: &'a Link,
    /// The item that it belongs to, in the list or in its detail.
    pub item: Option<&'a Certificate>,
    /// Absolute; of a template the part before its first brace.
    pub url: &'a Url,
    /// On another origin than the API itself.
    pub foreign: bool,
}

impl Href<'_> {
    /// A finding in this href. What stands on another origin follows rules of its own: there it is a recommendation.
    pub(super) fn finding(&self, expected: Text) -> Finding {
        let finding = self.binding_finding(expected);
        if self.foreign { finding.at_most(Level::Should) } else { finding }
    }

    /// A finding in this href, wherever it leads.
    pub(super) fn binding_finding(&self, expected: Text) -> Finding {
        self.answer.finding(self.place(), expected, Text::same(shown(&self.link.href)))
    }

    pub(super) fn place(&self) -> String {
        format!("{}/href", self.link.place)
    }

    pub(super) fn segments(&self) -> Vec<Cow<'_, str>> {
        href::segments(self.url)
    }
}

/// What was crawled: the pages of the list and the details of the sample, asked for together.
pub(super) type Crawled<'a> = (Vec<Listed<'a>>, Vec<(Item<'a>, &'a Exchange)>);

pub(super) fn crawled<'a>(case: &Case<'a>) -> Result<Crawled<'a>, Stop> {
    let details = match case.details() {
        Err(missing @ Stop::Missing(_)) => return Err(missing),
        // An empty list has no details.
        other => other.unwrap_or_default(),
    };
    Ok((case.pages()?.pages, details))
}

/// Every judged href of list and details; the same href of the same item counts once.
pub(super) fn hrefs<'a>(case: &Case<'a>) -> Result<Vec<Href<'a>>, Stop> {
    let (pages, details) = crawled(case)?;
    let mut hrefs = Hrefs { origins: origins(case), seen: HashSet::new(), found: Vec::new() };
    for listed in &pages {
        hrefs.add(listed.answer, &listed.page.links, None);
        for item in listed.items() {
            hrefs.add(listed.answer, &item.links, Some(item));
        }
    }
    for (item, exchange) in details {
        let Some(response) = exchange.result.as_ref().ok().filter(|response| response.is_success()) else { continue };
        if let Some(certificate) = response.certificate() {
            hrefs.add(Answer { exchange, response }, &certificate.links, Some(item.certificate));
        }
    }
    Ok(hrefs.found)
}

/// Like [`hrefs`], blocked where there is none to be seen.
pub(super) fn some_hrefs<'a>(case: &Case<'a>) -> Result<Vec<Href<'a>>, Stop> {
    let hrefs = hrefs(case)?;
    if hrefs.is_empty() {
        return Err(
            reason::see("LST-05", text!("er was geen enkele href te zien", "there was no href to be seen")).into()
        );
    }
    Ok(hrefs)
}

struct Hrefs<'a> {
    origins: Vec<url::Origin>,
    seen: HashSet<(Option<String>, String, &'a str)>,
    found: Vec<Href<'a>>,
}

impl<'a> Hrefs<'a> {
    fn add(&mut self, answer: Answer<'a>, links: &'a Links, item: Option<&'a Certificate>) {
        for link in links.links.iter().filter(|link| href::is_judged(&link.rel)) {
            let Some(url) = link.url(&answer.exchange.sent.url) else { continue };
            let key = (item.and_then(Certificate::id_text), link.rel.to_ascii_lowercase(), link.href.as_str());
            if self.seen.insert(key) {
                let foreign = !self.origins.contains(&url.origin());
                self.found.push(Href { answer, link, item, url, foreign });
            }
        }
    }
}

/// Where the API itself stands; further declared origins hold documents and the like.
fn origins(case: &Case<'_>) -> Vec<url::Origin> {
    let setup = case.setup();
    let own = [Some(&setup.base_url), setup.public_url.as_ref()].into_iter().flatten();
    own.filter_map(|own| Url::parse(own).ok()).map(|own| own.origin()).collect()
}

/// The address of the API as the outside world knows it, with the place in the profile that gives it.
pub(super) struct Base {
    pub url: Url,
    place: &'static str,
    request: crate::exchange::Request,
}

impl Base {
    /// That address: `source.public_url` where hrefs carry it, else `source.base_url`.
    pub(super) fn of(case: &Case<'_>) -> Result<Self, Stop> {
        let setup = case.setup();
        let (address, place) = match &setup.public_url {
            Some(public) => (public, "source.public_url"),
            None => (&setup.base_url, "source.base_url"),
        };
        Self::at(case, address, place)
    }

    /// The address to which requests go.
    pub(super) fn asked(case: &Case<'_>) -> Result<Self, Stop> {
        Self::at(case, &case.setup().base_url, "source.base_url")
    }

    fn at(case: &Case<'_>, address: &str, place: &'static str) -> Result<Self, Stop> {
        let lacking =
            || reason::lacks(place, text!("het adres van de bron is geen URL", "the address of the source is no URL"));
        let url = Url::parse(address).map_err(|_| lacking())?;
        Ok(Self { url, place, request: case.entry_request(Citizen::Subject) })
    }

    pub(super) fn segments(&self) -> Vec<String> {
        let segments = href::segments(&self.url).into_iter();
        segments.filter(|segment| !segment.is_empty()).map(Cow::into_owned).collect()
    }

    pub(super) fn finding(&self, expected: Text) -> Finding {
        Finding::new(&self.request, self.place, expected, Text::same(shown(self.url.as_str())))
    }
}

/// The findings in the base URL and those in the hrefs. A finding in the base URL stands although the list could not be
/// fetched.
pub(super) fn judged(case: &Case<'_>, base: Vec<Finding>, hrefs: Result<Vec<Finding>, Stop>) -> Judgement {
    match hrefs {
        Ok(more) => case.judged(base.into_iter().chain(more).collect()),
        Err(Stop::Verdict(_)) if !base.is_empty() => case.judged(base),
        Err(stop) => Err(stop),
    }
}
