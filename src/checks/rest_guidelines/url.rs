//! Chapter url: the form of the URLs. Encryption is in `encryption`, the names in the path in `names`.

use std::collections::BTreeSet;

use crate::base::href;
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::checks;
use crate::checks::rest_guidelines::is_wrapped;
use crate::evidence::exchange::{Citizen, Response, Variation};
use crate::judging::context::{Answer, CheckContext, Findings, Judgement, join};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Outcome, Verdict};
use crate::source::envelope::{Collection, Field, Key, Page};
use crate::text;

mod changes;
mod encryption;
mod hrefs;
mod names;
#[cfg(test)]
mod tests;

use changes::no_breaking_change_within_a_version;
use encryption::{
    https_is_used_everywhere, old_tls_versions_are_refused, plain_http_gives_no_data,
    tls_is_modern_and_the_certificate_is_valid,
};
use hrefs::{Base, Href, hrefs, judged, some_hrefs};
use names::{
    identifiers_are_not_uris, resource_names_are_not_reserved_words, resource_names_are_nouns,
    resource_names_are_plural, resource_names_have_no_underscore_or_dot, version_and_resource_segments_are_lower_case,
};

checks!(
    https_is_used_everywhere,
    tls_is_modern_and_the_certificate_is_valid,
    old_tls_versions_are_refused,
    plain_http_gives_no_data,
    version_segment_is_v_and_a_number,
    url_follows_the_agreed_shape,
    version_and_resource_segments_are_lower_case,
    resource_names_have_no_underscore_or_dot,
    hrefs_have_no_fragment,
    urls_do_not_end_in_a_slash,
    hrefs_have_no_file_extension,
    resource_names_are_not_reserved_words,
    identifiers_are_not_uris,
    resource_names_are_plural,
    resource_names_are_nouns,
    version_header_agrees_with_the_url,
    no_breaking_change_within_a_version,
    depth_of_sub_resources_is_reported,
);

fn version_segment_is_v_and_a_number(cx: &CheckContext<'_>) -> Judgement {
    let base = Base::of(cx)?;
    let segments = base.segments();
    let version = href::version(&segments).map(|(_, version)| version.to_owned());
    let expected = || text!("een segment `v` met een natuurlijk getal", "a segment `v` with a natural number");
    let in_base = if version.is_none() { vec![base.finding(expected())] } else { Vec::new() };
    let in_hrefs = some_hrefs(cx).map(|hrefs| {
        // Where the base URL has none, the hrefs are at least to agree among themselves.
        let first = hrefs.iter().find_map(|href| Some(href::version(&href.segments())?.1.to_owned()));
        let wanted = version.or(first);
        let of = |href: &Href<'_>| href::version(&href.segments()).map(|(_, version)| version.to_owned());
        let differing = hrefs.iter().filter(|href| wanted.is_none() || of(href) != wanted);
        differing.map(|href| href.finding(wanted.as_ref().map_or_else(expected, Text::same))).collect()
    });
    judged(cx, in_base, in_hrefs)
}

fn url_follows_the_agreed_shape(cx: &CheckContext<'_>) -> Judgement {
    let base = Base::of(cx)?;
    let expected = || text!("niets of alleen `api` voor de versie", "nothing or only `api` before the version");
    let in_base = prefix(&base.segments());
    let known = in_base.clone();
    let mut seen = BTreeSet::new();
    let in_hrefs = some_hrefs(cx).map(|hrefs| {
        let mut shapeless = known.is_none();
        // One finding for each prefix is enough.
        let odd = hrefs.iter().filter(|href| {
            prefix(&href.segments()).is_some_and(|prefix| {
                shapeless = false;
                !is_agreed(&prefix) && seen.insert(prefix)
            })
        });
        let odd: Findings = odd.map(|href| href.finding(expected())).collect();
        (shapeless, odd)
    });
    if in_hrefs.as_ref().is_ok_and(|(shapeless, _)| *shapeless) {
        return Ok(Verdict::not_applicable(text!(
            "er is geen versiesegment: zie URL-05",
            "there is no version segment: see URL-05"
        )));
    }
    let odd = in_base.is_some_and(|prefix| !is_agreed(&prefix));
    let in_base = if odd { vec![base.finding(expected())] } else { Vec::new() };
    judged(cx, in_base, in_hrefs.map(|(_, findings)| findings))
}

/// What stands before the version; none without a version.
fn prefix<S: AsRef<str>>(segments: &[S]) -> Option<Vec<String>> {
    let (position, _) = href::version(segments)?;
    let before = segments.iter().take(position).map(AsRef::as_ref);
    Some(before.filter(|segment| !segment.is_empty()).map(str::to_owned).collect())
}

fn is_agreed(prefix: &[String]) -> bool {
    prefix.is_empty() || prefix == ["api"]
}

fn hrefs_have_no_fragment(cx: &CheckContext<'_>) -> Judgement {
    let hrefs = some_hrefs(cx)?;
    let with = hrefs.iter().filter(|href| href.link.href.contains('#'));
    cx.judged(with.map(|href| href.finding(text!("geen `#`", "no `#`"))))
}

fn urls_do_not_end_in_a_slash(cx: &CheckContext<'_>) -> Judgement {
    let (hrefs, slashed) = join(hrefs(cx), cx.lasting(slash_leads_to_no_other_list))?;
    let ends = |href: &Href<'_>| {
        !href.link.templated && href.link.href.split(['?', '#']).next().is_some_and(|path| path.ends_with('/'))
    };
    let expected = || text!("een adres zonder schuine streep achteraan", "an address without a slash at its end");
    let mut findings: Findings = hrefs.iter().filter(|href| ends(href)).map(|href| href.finding(expected())).collect();
    if slashed.outcome == Outcome::Blocked && findings.is_empty() {
        return Ok(slashed);
    }
    findings.extend(slashed.findings);
    cx.concluded(findings)
}

/// Whether the list with a slash after its path is refused, redirected, or the same list.
fn slash_leads_to_no_other_list(cx: &CheckContext<'_>) -> Judgement {
    let plain = cx.entry_request(Citizen::Subject);
    let slashed = cx.response(&plain.clone().varied(Variation::TrailingSlash))?;
    let status = slashed.response.status;
    if status >= 500 {
        return Err(reason::unexplained(slashed.request(), status).into());
    }
    // A problem that says 200 is for HTTP-13: nothing else is shown there.
    let is_refusal = !slashed.response.is_success() || is_wrapped(slashed);
    if is_refusal || same_list(cx.listed(&plain)?.response, slashed.response) {
        return cx.judged(None);
    }
    cx.judged([slashed.finding(
        "status",
        text!("een 4xx, een doorverwijzing of hetzelfde antwoord", "a 4xx, a redirect or the same answer"),
        text!("{status}, met een ander antwoord", "{status}, with another answer"),
    )])
}

/// Whether two answers are the same page: the same certificates and the same total. Links may carry the slash.
fn same_list(one: &Response, other: &Response) -> bool {
    match (one.page(), other.page()) {
        (Some(one), Some(other)) => content_of(one) == content_of(other),
        _ => false,
    }
}

fn content_of(page: &Page) -> (bool, Vec<Key<'_>>, &Field) {
    let mut keys = page.keys();
    keys.sort();
    (matches!(page.collection, Collection::Items(_)), keys, &page.metadata.total_elements)
}

fn hrefs_have_no_file_extension(cx: &CheckContext<'_>) -> Judgement {
    let extensions = cx.parameter("extensions");
    let ends = |href: &Href<'_>| {
        let segments = href.segments();
        let extension = segments.last().and_then(|last| last.rsplit_once('.')).filter(|(name, _)| !name.is_empty());
        !href.link.templated
            && extension.is_some_and(|(_, found)| extensions.iter().any(|known| found.eq_ignore_ascii_case(known)))
    };
    let expected = || text!("een adres zonder bestandsextensie", "an address without a file extension");
    let hrefs = some_hrefs(cx)?;
    cx.judged(hrefs.iter().filter(|href| ends(href)).map(|href| href.finding(expected())))
}

fn version_header_agrees_with_the_url(cx: &CheckContext<'_>) -> Judgement {
    cx.request_everything()?;
    let answers = cx.api_answers()?.into_iter().filter(|answer| !answer.response.is_unavailable());
    if !answers.clone().any(|answer| answer.response.is_success()) {
        some_hrefs(cx)?;
    }
    let base = Base::of(cx)?;
    let segments = base.segments();
    let Some((_, version)) = href::version(&segments) else {
        return Ok(Verdict::not_applicable(text!(
            "de URL bevat geen versie: zie URL-05",
            "the URL holds no version: see URL-05"
        )));
    };
    let major = version.trim_start_matches('v');
    let sent: Vec<(Answer<'_>, &str)> =
        answers.filter_map(|answer| answer.response.header("x-version").map(|value| (answer, value))).collect();
    if sent.is_empty() {
        return Ok(Verdict::not_applicable(text!(
            "de bron stuurt geen `x-version`",
            "the source sends no `x-version`"
        )));
    }
    let mut seen = BTreeSet::new();
    // One finding for each value is enough.
    let values = sent.into_iter().filter(|(_, value)| seen.insert(*value));
    cx.judged(values.filter_map(|(answer, value)| version_finding(answer, value, major)))
}

fn version_finding(answer: Answer<'_>, value: &str, major: &str) -> Option<Finding> {
    let actual = Text::same(shown(value));
    let digits = value.trim_start_matches(|c: char| !c.is_ascii_digit());
    let first: &str = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let unpadded = if first.len() > 1 { first.trim_start_matches('0') } else { first };
    if !first.is_empty() && unpadded != major {
        let expected = text!("hoofdversie {major}, als in de URL", "major version {major}, as in the URL");
        return Some(answer.finding("header x-version", expected, actual));
    }
    let value = value.trim();
    let numbers = value.strip_prefix("v.").or_else(|| value.strip_prefix('v')).unwrap_or(value);
    let parts: Vec<&str> = numbers.split('.').collect();
    let plain =
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let expected = || text!("een vorm als v.{major}.2.3", "a form such as v.{major}.2.3");
    (!plain).then(|| answer.finding("header x-version", expected(), actual).at_most(Level::May))
}

fn depth_of_sub_resources_is_reported(cx: &CheckContext<'_>) -> Judgement {
    let depth = |href: &Href<'_>| {
        let segments = href.segments();
        let after = href::version(&segments).map_or(0, |(position, _)| position + 1);
        segments.iter().skip(after).filter(|segment| !segment.is_empty()).count()
    };
    let deepest = some_hrefs(cx)?
        .iter()
        .map(|href| (depth(&href), href))
        .reduce(|deepest, next| if next.0 > deepest.0 { next } else { deepest });
    let Some((depth, href)) = deepest else { return Err(reason::not_recorded().into()) };
    let example = shown(&href.link.href);
    Ok(Verdict::observed(text!(
        "{depth} segmenten na de versie: {example}",
        "{depth} segments after the version: {example}"
    )))
}
