//! Lists: which certificates stand on a page, and what is said about it.

use std::ops::Range;

use serde_json::{Value, json};

use super::{envelope, links, representation};
use crate::sandbox::answer::{Inbound, Problem};
use crate::sandbox::source::behaviour::{AboveMax, Behaviour, EmptyList, ListContext, OneOff, Paging, PastEnd};
use crate::sandbox::source::register::{Certificate, Holder};
use crate::sandbox::source::vary::vary_list;

/// What the caller asked for, read and brought within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Asked {
    page: usize,
    /// The limit that links state.
    stated: usize,
    /// The limit in force.
    limit: usize,
}

/// A page of a list that is ready to be sent.
pub(in crate::sandbox) enum Listed {
    Body(Value),
    NoContent,
}

/// The list of `owner` as this request asks for it.
pub(in crate::sandbox) fn list(
    behaviour: &Behaviour,
    base: &str,
    owner: &Holder,
    request: &Inbound,
    reversed: bool,
    previous_insz: Option<String>,
) -> Result<Listed, Problem> {
    let paging = &behaviour.paging;
    let asked = asked(behaviour, request)?;
    let total = owner.certificates.len();
    match paging.empty {
        EmptyList::NotFound if total == 0 => return Err(NO_CERTIFICATES),
        EmptyList::NoContent if total == 0 => return Ok(Listed::NoContent),
        _ => {}
    }
    let pages = cut(&owner.certificates, asked.limit, paging.keeps_languages_together);
    let position = position(paging, asked, pages.len())?;
    let range = if paging.page_is_a_certificate {
        position.min(total)..(position + asked.limit).min(total)
    } else {
        pages.get(position).cloned().unwrap_or(total..total)
    };
    let range = one_off(paging, asked, position, range, total);
    let range = if asked.page < paging.first_page + pages.len() { range } else { past_end(paging, range, total) };
    let certificates = owner.certificates.iter().enumerate().skip(range.start).take(range.len());
    let mut items: Vec<_> =
        certificates.map(|one| representation::certificate(behaviour, base, owner, one, None)).collect();
    if reversed {
        items.reverse();
    }
    let context = ListContext {
        envelope: behaviour.envelope,
        url: links::list_url(base, &owner.citizen.insz),
        limit: asked.stated,
        page: asked.page,
        first_page: paging.first_page,
        length: items.len(),
        total,
        pages: pages.len(),
        ids: owner.ids,
        insz: owner.citizen.insz.clone(),
        previous_insz,
    };
    let metadata = metadata(paging, asked, position, &context);
    let mut body = envelope::list(behaviour.envelope, items, metadata, page_links(paging, &context, position));
    if total == 0
        && behaviour.empty_without_embedded
        && let Some(body) = body.as_object_mut()
    {
        body.shift_remove("_embedded");
    }
    vary_list(&behaviour.variation, &context, request.query.as_deref(), &mut body);
    behaviour.edits.list.iter().for_each(|edit| edit(&context, &mut body));
    Ok(Listed::Body(body))
}

fn metadata(paging: &Paging, asked: Asked, position: usize, context: &ListContext) -> Value {
    json!({
        "number": if paging.number_follows_position { position + 1 } else { asked.page + 1 },
        "size": asked.limit,
        "totalElements": context.total,
        "totalPages": if context.total == 0 { paging.pages_when_empty } else { context.pages },
    })
}

/// Which of so many pages is asked, counted from 0; past the end where there is no such page and that is no error.
fn position(paging: &Paging, asked: Asked, pages: usize) -> Result<usize, Problem> {
    let position = asked.page.saturating_sub(paging.first_page);
    if position < pages || pages == 0 {
        return Ok(position);
    }
    match paging.past_end {
        PastEnd::Empty | PastEnd::LastTen | PastEnd::Everything => Ok(position),
        PastEnd::First => Ok(0),
        PastEnd::NotFound => Err(NO_SUCH_PAGE),
        PastEnd::Last => Ok(pages - 1),
        PastEnd::Error => Err(FAILURE),
    }
}

fn page_links(paging: &Paging, context: &ListContext, position: usize) -> Vec<envelope::Link> {
    let mut links = vec![("self", context.page_url(context.page))];
    if position + 1 < context.pages {
        links.push(("next", context.page_url(paging.first_page + position + 1)));
    }
    if paging.links_back && position > 0 && position < context.pages {
        links.push((paging.back_rel, context.page_url(paging.first_page + position - 1)));
    }
    links.push((paging.first_rel, context.page_url(paging.first_page)));
    links.push(("last", context.page_url(context.last_page())));
    links
}

fn asked(behaviour: &Behaviour, request: &Inbound) -> Result<Asked, Problem> {
    let paging = &behaviour.paging;
    let number = |name| match request.parameter(name) {
        None => Ok(None),
        Some(text) => text.parse::<usize>().map(Some).map_err(|_| NO_NUMBER),
    };
    let (page, limit) = (number("page")?, number("limit")?);
    let stated = match limit {
        None if page.is_some() && paging.page_needs_limit => return Err(PAGE_ALONE),
        None => paging.default_limit,
        Some(0) if behaviour.variation.zero_is_default => paging.default_limit,
        Some(0) => return Err(NO_NUMBER),
        Some(limit) if limit > paging.max_limit => match paging.above_max {
            AboveMax::Clamp => paging.max_limit,
            AboveMax::Refuse => return Err(LIMIT_TOO_GREAT),
            AboveMax::Honour => limit,
        },
        Some(limit) => limit,
    };
    let limit = if paging.honours_limit {
        stated.clamp(paging.min_limit, paging.longest_page.max(paging.min_limit))
    } else {
        paging.default_limit
    };
    // No list has this many pages, and what is added to a page never overflows.
    let page = page.unwrap_or(paging.first_page).min(u32::MAX as usize);
    Ok(Asked { page, stated, limit })
}

/// The places on a page of those sources that are one off.
fn one_off(paging: &Paging, asked: Asked, position: usize, range: Range<usize>, total: usize) -> Range<usize> {
    let is_off = |which: OneOff| which.holds(asked.limit, paging.max_limit, position) && range.end < total;
    match range {
        Range { start, end } if is_off(paging.one_too_many) => start..end + 1,
        Range { start, end } if is_off(paging.one_too_few) && start < end => start..end - 1,
        range => range,
    }
}

/// The places on a page past the end, which is none of the pages.
fn past_end(paging: &Paging, range: Range<usize>, total: usize) -> Range<usize> {
    match paging.past_end {
        PastEnd::LastTen => total.saturating_sub(paging.default_limit)..total,
        PastEnd::Everything => 0..total,
        _ => range,
    }
}

/// The places on each page.
fn cut(certificates: &[Certificate], limit: usize, together: bool) -> Vec<Range<usize>> {
    let mut pages = Vec::new();
    let mut start = 0;
    while start < certificates.len() {
        let mut end = start.saturating_add(limit.max(1)).min(certificates.len());
        while together && end < certificates.len() && same_id(certificates, end - 1, end) {
            end += 1;
        }
        pages.push(start..end);
        start = end;
    }
    pages
}

fn same_id(certificates: &[Certificate], one: usize, other: usize) -> bool {
    matches!((certificates.get(one), certificates.get(other)), (Some(one), Some(other)) if one.id == other.id)
}

const NO_NUMBER: Problem = Problem {
    status: 400,
    kind: "invalid-parameter",
    title: "Invalid parameter",
    detail: "page must be a whole number from 0, limit a whole number from 1.",
};
const PAGE_ALONE: Problem = Problem { detail: "page needs limit.", ..NO_NUMBER };
const LIMIT_TOO_GREAT: Problem = Problem { detail: "limit is at most 100.", ..NO_NUMBER };
const NO_SUCH_PAGE: Problem =
    Problem { status: 404, kind: "no-such-page", title: "No such page", detail: "The list has fewer pages." };
const NO_CERTIFICATES: Problem =
    Problem { status: 404, kind: "no-certificates", title: "No certificates", detail: "There are none." };
const FAILURE: Problem =
    Problem { status: 500, kind: "internal-error", title: "Internal error", detail: "Something went wrong." };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::citizens::people;
    use crate::sandbox::source::register::register;

    #[test]
    fn pages_cover_the_list_without_overlap() {
        let person = &register(&people(), &Behaviour::default())[0];
        for (limit, pages) in [(1, 124), (10, 13), (100, 2), (1000, 1)] {
            let cut = cut(&person.certificates, limit, false);
            assert_eq!(cut.len(), pages);
            assert_eq!(cut.iter().cloned().flatten().collect::<Vec<_>>(), (0..124).collect::<Vec<_>>());
        }
    }

    #[test]
    fn keeping_languages_together_makes_one_page_too_long() {
        let person = &register(&people(), &Behaviour::default())[0];
        let lengths: Vec<_> = cut(&person.certificates, 10, true).iter().map(ExactSizeIterator::len).collect();
        assert_eq!(lengths, [10, 10, 10, 11, 10, 10, 10, 10, 10, 10, 10, 10, 3]);
    }
}
