//! The hrefs that the chapter looks at, and the address of the API that they belong to.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use url::Url;

use crate::base::href;
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::evidence::exchange::{Auth, Citizen, Exchange, Kind, Phase, Request};
use crate::judging::context::{Answer, CheckContext, Findings, Judgement, Stop, join};
use crate::judging::reason;
use crate::judging::verdict::Finding;
use crate::source::envelope::{Certificate, Link, Links, Page};
use crate::source::{Item, Listed};
use crate::text;

/// An href with a judged rel.
#[derive(Clone, Debug)]
pub(super) struct Href<'a> {
    pub answer: Answer<'a>,
    pub link: &'a Link,
    /// The item that it belongs to, in the list or in its detail.
    pub item: Option<&'a Certificate>,
    /// Whose it is.
    pub citizen: Citizen,
    /// Absolute; of a template the part before its first brace.
    pub url: Url,
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
        href::segments(&self.url)
    }
}

/// What was crawled: the pages of the list and the details of the sample, asked for together.
pub(super) type Crawled<'a> = (Vec<Listed<'a>>, Vec<(Item<'a>, &'a Exchange)>);

pub(super) fn crawled<'a>(cx: &CheckContext<'a>) -> Result<Crawled<'a>, Stop> {
    let details = match cx.details() {
        Err(missing @ Stop::Missing(_)) => return Err(missing),
        // An empty list has no details.
        other => other.unwrap_or_default(),
    };
    Ok((cx.pages()?.pages, details))
}

/// The judged hrefs of list and details. Each is made when its turn comes: a long list has hundreds of thousands.
pub(super) struct Hrefs<'a> {
    origins: Vec<url::Origin>,
    pages: Vec<Listed<'a>>,
    details: Vec<(Item<'a>, &'a Exchange)>,
    /// What else the run saw of lists.
    further: Vec<Answer<'a>>,
}

/// A links section, with where it was found.
#[derive(Clone, Copy)]
struct Section<'a> {
    answer: Answer<'a>,
    links: &'a Links,
    item: Option<&'a Certificate>,
    citizen: Citizen,
}

pub(super) fn hrefs<'a>(cx: &CheckContext<'a>) -> Result<Hrefs<'a>, Stop> {
    let ((pages, details), ()) = join(crawled(cx), cx.request_lists())?;
    let further = further(cx, &pages)?;
    Ok(Hrefs { origins: origins(cx), pages, details, further })
}

/// The other lists of the run: of other citizens, in other languages, in other lengths. What is asked once more, controls
/// included, shows nothing new.
fn further<'a>(cx: &CheckContext<'a>, pages: &[Listed<'a>]) -> Result<Vec<Answer<'a>>, Stop> {
    let known: BTreeSet<&Request> = pages.iter().map(|listed| listed.answer.request()).collect();
    let is_new = |answer: &Answer<'a>| {
        let request = answer.request();
        let is_ordinary =
            request.phase == Phase::Ordinary && request.ordinal == 0 && matches!(request.auth, Auth::Token(_));
        is_ordinary && answer.is_content() && request.kind() == Kind::List && !known.contains(request)
    };
    Ok(cx.api_answers()?.into_iter().filter(is_new).collect())
}

/// Like [`hrefs`], blocked where there is none to be seen.
pub(super) fn some_hrefs<'a>(cx: &CheckContext<'a>) -> Result<Hrefs<'a>, Stop> {
    let hrefs = hrefs(cx)?;
    if hrefs.iter().next().is_none() {
        return Err(reason::unmet(text!("er was geen enkele href te zien", "there was no href to look at")).into());
    }
    Ok(hrefs)
}

impl<'a> Hrefs<'a> {
    /// All of them; the same href of the same item counts once.
    pub(super) fn iter(&self) -> impl Iterator<Item = Href<'a>> {
        let mut seen = HashSet::new();
        let hashes = RandomState::new();
        self.sections().flat_map(|section| section.links.links.iter().map(move |link| (link, section))).filter_map(
            move |(link, Section { answer, item, citizen, .. })| {
                let url = Some(link).filter(|link| href::is_judged(&link.rel))?.url(&answer.exchange.sent.url)?;
                let key = (citizen, item.and_then(Certificate::id_text), link.rel.to_ascii_lowercase(), &link.href);
                // By its hash: the keys of a long list would take as much room as the list.
                let is_new = seen.insert(hashes.hash_one(key));
                let foreign = !self.origins.contains(&href::origin(&url));
                is_new.then_some(Href { answer, link, item, citizen, url, foreign })
            },
        )
    }

    /// The certificates to which any of them belongs, one after the other.
    pub(super) fn items(&self) -> impl Iterator<Item = &'a Certificate> {
        self.sections().filter_map(|Section { answer, links, item, .. }| {
            let leads = |link: &Link| href::is_judged(&link.rel) && link.url(&answer.exchange.sent.url).is_some();
            item.filter(|_| links.links.iter().any(leads))
        })
    }

    fn sections(&self) -> impl Iterator<Item = Section<'a>> {
        let pages = self.pages.iter().flat_map(|listed| of_page(listed.answer, listed.page));
        let details = self.details.iter().filter_map(|(item, exchange)| {
            let response = exchange.result.as_ref().ok().filter(|response| response.is_success())?;
            Some(of_detail(Answer { exchange, response }, response.certificate()?, item.certificate))
        });
        let further = self.further.iter().filter_map(|answer| Some((*answer, answer.response.page()?)));
        let further = further.flat_map(|(answer, page)| of_page(answer, page));
        pages.chain(details).chain(further)
    }
}

/// The links of a page and those of its items.
fn of_page<'a>(answer: Answer<'a>, page: &'a Page) -> impl Iterator<Item = Section<'a>> {
    let citizen = owner(answer);
    let items = page.items().iter().map(move |item| Section { answer, links: &item.links, item: Some(item), citizen });
    std::iter::once(Section { answer, links: &page.links, item: None, citizen }).chain(items)
}

fn of_detail<'a>(answer: Answer<'a>, detail: &'a Certificate, item: &'a Certificate) -> Section<'a> {
    Section { answer, links: &detail.links, item: Some(item), citizen: owner(answer) }
}

fn owner(answer: Answer<'_>) -> Citizen {
    answer.request().citizen().unwrap_or(Citizen::Subject)
}

/// Where the API itself stands; further declared origins hold documents and the like.
fn origins(cx: &CheckContext<'_>) -> Vec<url::Origin> {
    let setup = cx.setup();
    let own = [Some(&setup.base_url), setup.source().public_url.as_ref()].into_iter().flatten();
    own.filter_map(|own| Url::parse(own).ok()).map(|own| href::origin(&own)).collect()
}

/// The address of the API as the outside world knows it, with the place in the profile that gives it.
pub(super) struct Base {
    pub url: Url,
    place: &'static str,
    request: Request,
}

impl Base {
    /// That address: `source.public_url` where hrefs carry it, else `source.base_url`.
    pub(super) fn of(cx: &CheckContext<'_>) -> Result<Self, Stop> {
        let setup = cx.setup();
        let (address, place) = match &setup.source().public_url {
            Some(public) => (public, "source.public_url"),
            None => (&setup.base_url, "source.base_url"),
        };
        Self::at(cx, address, place)
    }

    /// The address to which requests go.
    pub(super) fn asked(cx: &CheckContext<'_>) -> Result<Self, Stop> {
        Self::at(cx, &cx.setup().base_url, "source.base_url")
    }

    fn at(cx: &CheckContext<'_>, address: &str, place: &'static str) -> Result<Self, Stop> {
        let lacking = || {
            reason::lacks(place, text!("het adres van de bron is geen URL", "the address of the source is not a URL"))
        };
        let url = Url::parse(address).map_err(|_| lacking())?;
        Ok(Self { url, place, request: cx.entry_request(Citizen::Subject) })
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
pub(super) fn judged(cx: &CheckContext<'_>, base: Vec<Finding>, hrefs: Result<Findings, Stop>) -> Judgement {
    let mut findings: Findings = base.into_iter().collect();
    match hrefs {
        Ok(more) => findings.append(more),
        Err(Stop::Verdict(_)) if !findings.is_empty() => {}
        Err(stop) => return Err(stop),
    }
    cx.concluded(findings)
}
