//! Where the links of the source lead: to the source itself, whatever host a request names.

use url::{Origin, Url};

use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::evidence::exchange::{Citizen, Phase, Variation};
use crate::judging::context::{Answer, CheckContext, Findings, Judgement};
use crate::judging::reason;
use crate::judging::verdict::Finding;
use crate::source::envelope::{Link, Links, Page};
use crate::text;

pub(super) fn hrefs_are_absolute_and_own(cx: &CheckContext<'_>) -> Judgement {
    let mut judged = Judged { rels: cx.parameter("rels"), own: Own::of(cx.own_origins()), ..Judged::default() };
    let pages = cx.pages()?.pages;
    for listed in &pages {
        judged.add(listed.answer, &listed.page.links);
        listed.items().iter().for_each(|item| judged.add(listed.answer, &item.links));
    }
    if pages.iter().any(|listed| !listed.items().is_empty()) {
        for (_, exchange) in cx.details()? {
            let Ok(response) = &exchange.result else { continue };
            if let Some(certificate) = response.certificate().filter(|_| response.is_success()) {
                judged.add(Answer { exchange, response }, &certificate.links);
            }
        }
    }
    cx.concluded(judged.findings())
}

/// The links that were looked at.
#[derive(Default)]
struct Judged<'a> {
    rels: Vec<&'a str>,
    own: Own,
    /// Some lead to the source itself.
    usable: bool,
    relative: Findings,
    foreign: Findings,
}

impl Judged<'_> {
    fn add(&mut self, answer: Answer<'_>, links: &Links) {
        for link in links.links.iter().filter(|link| self.rels.iter().any(|rel| link.rel.eq_ignore_ascii_case(rel))) {
            match self.own.lead(link) {
                Lead::Own => self.usable = true,
                Lead::Relative => self.relative.push(finding(answer, link, absolute()).at_most(Level::Should)),
                Lead::Foreign(words) => self.foreign.push(finding(answer, link, words)),
            }
        }
    }

    /// One dead link is a nuisance; where every link is dead, nothing can be opened.
    fn findings(self) -> Findings {
        let every = !self.usable && self.relative.is_empty();
        let mut findings = if every { self.foreign } else { self.foreign.at_most(Level::Should) };
        findings.append(self.relative);
        findings
    }
}

/// What was expected of a link, and what it is.
type Words = (Text, Text);

fn absolute() -> Words {
    (text!("een absolute URL", "an absolute URL"), text!("relatief", "relative"))
}

fn finding(answer: Answer<'_>, link: &Link, (expected, actual): Words) -> Finding {
    let (href, Text { nl, en }) = (shown(&link.href), actual);
    answer.finding(format!("{}/href", link.place), expected, text!("{nl}: {href}", "{en}: {href}"))
}

/// Where a link leads.
enum Lead {
    Own,
    Relative,
    Foreign(Words),
}

/// The source's own origins, with the text that a URL of each starts with in the plainest writing.
#[derive(Default)]
struct Own(Vec<(Origin, String)>);

impl Own {
    fn of(origins: Vec<Origin>) -> Self {
        let text = |origin: Origin| {
            let text = format!("{}/", origin.ascii_serialization());
            (origin, text)
        };
        Self(origins.into_iter().map(text).collect())
    }

    fn lead(&self, link: &Link) -> Lead {
        let href = link.href.split('{').next().unwrap_or_default();
        // It is seen at a glance of nearly all links of a long list.
        if self.0.iter().any(|(_, start)| href.starts_with(start)) {
            return Lead::Own;
        }
        match Url::parse(href) {
            Ok(url) if self.0.iter().any(|(own, _)| *own == url.origin()) => Lead::Own,
            Ok(url) => Lead::Foreign(self.difference(&url)),
            Err(_) => Lead::Relative,
        }
    }

    /// In what an origin differs from that of the source: in its port or scheme alone, or altogether.
    fn difference(&self, url: &Url) -> Words {
        let host = url.host().map(|host| host.to_owned());
        let own = self.0.iter().find_map(|(origin, _)| match origin {
            Origin::Tuple(scheme, own, port) if host.as_ref() == Some(own) => Some((scheme.as_str(), *port)),
            _ => None,
        });
        let expected = text!("een URL op de bron zelf", "a URL on the source itself");
        match (own, url.port_or_known_default()) {
            (Some((scheme, own)), _) if scheme != url.scheme() => {
                let (found, own) = (shown(url.scheme()), format!("{scheme}, {own}"));
                (expected, text!("{found} in plaats van {own}", "{found} instead of {own}"))
            }
            (Some((_, own)), Some(port)) => {
                (expected, text!("poort {port} in plaats van {own}", "port {port} instead of {own}"))
            }
            _ => (expected, text!("een andere server", "another server")),
        }
    }
}

/// A host that nobody has (RFC 2606).
const OTHER_HOST: &str = "other.example";

pub(super) fn links_ignore_the_host_header(cx: &CheckContext<'_>) -> Judgement {
    let list = cx.entry_request(Citizen::Subject);
    let page = cx.page(&list)?;
    let request = list.phase(Phase::Hostile).varied(Variation::Host(OTHER_HOST.to_owned()));
    let answer = cx.response(&request)?;
    // To refuse another host than its own is as good.
    let Some(found) = answer.response.page().filter(|_| answer.response.is_success()) else {
        return cx.judged(Vec::new());
    };
    if all_links(page.page).next().is_none() {
        return Err(reason::unmet(text!("de lijst heeft geen links", "the list has no links")).into());
    }
    let names = |link: &&Link| {
        let url = link.url(&answer.exchange.sent.url);
        url.is_some_and(|url| url.host_str().is_some_and(|host| host.eq_ignore_ascii_case(OTHER_HOST)))
    };
    let expected = text!("het eigen adres van de bron", "the source's own address");
    let findings = all_links(found)
        .filter(names)
        .map(|link| answer.finding(format!("{}/href", link.place), expected.clone(), Text::same(shown(&link.href))));
    cx.judged(findings)
}

/// The links of a page and of the certificates on it.
fn all_links(page: &Page) -> impl Iterator<Item = &Link> {
    let items = page.items().iter().flat_map(|item| &*item.links.links);
    page.links.links.iter().chain(items)
}
