//! That every hand-over has a token of its own, made for it and sent once.

use std::collections::BTreeMap;

use crate::application::{Seen, Tokens, Visited, Way, Where, mark_of, token_in, visits};
use crate::catalogue::Level;
use crate::evidence::exchange::visit::{HandOver, TokenKind};
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::reason;
use crate::judging::verdict::Finding;
use crate::text;

use super::super::shared::{exchanges, handed_over, no_hand_over, scripts};

/// The hand-overs of a visit that carry a value that an earlier one carried.
fn sent_again(visited: &Visited<'_>) -> Vec<Finding> {
    let mut first: BTreeMap<String, Seen<'_, HandOver>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (seen, token) in visited.with_token() {
        let value = mark_of(&token).map_or(token.clone(), str::to_owned);
        if let Some(before) = first.get(&value) {
            let at = before.at;
            let expected = text!("een ander token dan voordien", "another token than before");
            let actual = text!("hetzelfde token (feit {at})", "the same token (fact {at})");
            findings.push(visited.finding(seen.at, "url", expected, actual));
        } else {
            first.insert(value, seen);
        }
    }
    findings
}

pub(super) fn every_hand_over_has_its_own_token(cx: &CheckContext<'_>) -> Judgement {
    let visited = handed_over(cx)?;
    if visited.with_token().count() < 2 {
        return Err(no_hand_over().into());
    }
    cx.judged(sent_again(&visited))
}

pub(super) fn token_is_not_sent_again(cx: &CheckContext<'_>) -> Judgement {
    let first = handed_over(cx)?;
    if !sent_again(&first).is_empty() {
        let why = text!("elke overdracht neemt hetzelfde token mee", "every hand-over takes the same token along");
        return Err(reason::unmet(why).into());
    }
    let mut visits = vec![visits::again()];
    if cx.way() == Way::Laptop {
        visits.push(visits::at_once());
    }
    let visits = cx.visits(&visits)?;
    let findings: Vec<Finding> = visits.iter().flat_map(sent_again).collect();
    let several = |visited: &Visited<'_>| visited.with_token().count() > 1;
    if findings.is_empty() && !visits.first().is_some_and(several) {
        return Err(no_hand_over().into());
    }
    cx.judged(findings)
}

pub(super) fn token_is_made_at_the_click(cx: &CheckContext<'_>) -> Judgement {
    let application = cx.application()?;
    // Where people start by going to MBP, they click at once.
    let starts_there = application.start_url.iter().any(|start| application.hand_over_urls.contains(start));
    let mut wanted = visits::sequential(1);
    wanted.push(visits::as_nobody());
    let visits = cx.visits(&wanted)?;
    let tokens = Tokens::of(&visits);
    let mut findings = Vec::new();
    for visited in &visits {
        let before = |step: u8| !visited.hands_over(step) && !starts_there;
        let made = visited.issued().filter(|seen| seen.what.kind == TokenKind::Temporary && before(seen.step));
        for seen in made {
            let expected = text!("geen token voor er iemand doorgaat", "no token before somebody goes on");
            let actual = text!("een tijdelijk token, zonder klik", "a temporary token, without a click");
            findings.push(visited.finding(seen.at, "kind", expected, actual));
        }
        for (shown, _) in visited.leaks(&tokens, &[TokenKind::Temporary]) {
            if matches!(shown.place, Where::Page | Where::Lead) {
                findings.push(in_page(visited, shown.at, shown.member));
            }
        }
        // A link with a token is one, whoever made that.
        for seen in visited.navigations() {
            let leads =
                |url: &str| token_in(url).is_some_and(|token| tokens.find(&token).is_none() && !token.is_empty());
            if seen.what.page.leads.iter().any(|lead| leads(&lead.url)) {
                findings.push(in_page(visited, seen.at, "page/leads"));
            }
        }
        for seen in exchanges(visited).filter(|seen| before(seen.step)) {
            let expected = text!("geen uitwisseling voor er iemand doorgaat", "no exchange before somebody goes on");
            let actual = text!("een uitwisseling op voorhand", "an exchange in advance");
            findings.push(visited.finding(seen.at, "parameters", expected, actual).at_most(Level::May));
        }
    }
    cx.judged_unless(findings, scripts(cx, &visits))
}

fn in_page(visited: &Visited<'_>, at: usize, member: &str) -> Finding {
    let expected = text!("geen token in een pagina", "no token in a page");
    visited.finding(at, member, expected, text!("een pagina met een token voor MBP", "a page with a token for MBP"))
}
