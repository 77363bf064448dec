//! How the browser is sent on, and what becomes of somebody who is not signed in.

use crate::application::{CameTo, Tokens, Visited, Way, token_in, visits};
use crate::base::text::{Text, shown};
use crate::checks::shared::absent;
use crate::evidence::exchange::visit::{Call, Cause, Lead, LeadBy, PageKind, TokenKind};
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::reason;
use crate::judging::verdict::Finding;
use crate::text;

use super::super::shared::{handed_over, no_hand_over, ordinary};

pub(super) fn redirect_is_temporary(cx: &CheckContext<'_>) -> Judgement {
    let visits = ordinary(cx)?;
    let tokens = Tokens::of(&visits);
    let expected = || text!("302 of 303", "302 or 303");
    let mut findings = Vec::new();
    for visited in &visits {
        for (seen, _) in visited.with_token() {
            let actual = match seen.what.cause {
                Cause::Redirect(302 | 303 | 307) | Cause::Opened => continue,
                Cause::Redirect(status) => Text::same(status),
                Cause::Form => text!("een formulier", "a form"),
                Cause::Link => text!("een link", "a link"),
                Cause::Refresh => text!("een pagina die vanzelf doorgaat", "a page that leads on by itself"),
                Cause::Script => text!("een script", "a script"),
            };
            findings.push(visited.finding(seen.at, "cause", expected(), actual));
        }
        // A page from which somebody has to go on.
        let steps = (0..visited.steps()).filter(|step| visited.hands_over(*step));
        for came in steps.flat_map(|step| visited.came_to(step)) {
            let CameTo::Page(seen) = came else { continue };
            let page = &seen.what.page;
            let holds_one = page.holds.iter().any(|held| !tokens.within(held, &[TokenKind::Temporary]).is_empty());
            // The token of a form is in one of its fields.
            let with_token = |lead: &&Lead| {
                token_in(&lead.url).is_some_and(|token| !token.is_empty()) || (lead.by == LeadBy::Form && holds_one)
            };
            let actual = match page.leads.iter().find(with_token).map(|lead| lead.by) {
                Some(LeadBy::Link) => text!("een link in een pagina", "a link in a page"),
                Some(LeadBy::Form) => text!("een formulier in een pagina", "a form in a page"),
                Some(LeadBy::Script) => text!("een script in een pagina", "a script in a page"),
                _ => continue,
            };
            findings.push(visited.finding(seen.at, "page/leads", expected(), actual));
        }
    }
    if findings.is_empty() && visits.iter().all(|visited| visited.with_token().next().is_none()) {
        return Err(no_hand_over().into());
    }
    cx.judged(findings)
}

pub(super) fn hand_over_is_not_stored(cx: &CheckContext<'_>) -> Judgement {
    handed_over(cx)?;
    let visits = ordinary(cx)?;
    let all = visits.iter().flat_map(|visited| visited.with_token().map(move |(seen, _)| (visited, seen)));
    let findings = all.filter_map(|(visited, seen)| {
        let of_cache = seen.what.headers.iter().filter(|(name, _)| name == "cache-control");
        let stated = of_cache.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
        let forbids = stated.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("no-store"));
        (!forbids).then(|| {
            let actual = if stated.is_empty() { absent() } else { Text::same(shown(&stated)) };
            visited.finding(seen.at, "headers/cache-control", Text::same("no-store"), actual)
        })
    });
    cx.judged(findings.collect::<Vec<_>>())
}

pub(super) fn nobody_gets_no_token(cx: &CheckContext<'_>) -> Judgement {
    let mut wanted = vec![visits::as_nobody()];
    let logs_out = cx.application()?.logout_url.is_some() && cx.way() == Way::Laptop;
    if logs_out {
        wanted.push(visits::logged_out());
    }
    let visits = cx.visits(&wanted)?;
    let mut findings = Vec::new();
    for visited in &visits {
        // The last step is that of somebody who is not signed in, or not any more.
        let step = visited.steps().saturating_sub(1);
        let came = visited.came_to(step);
        if came.iter().any(|came| matches!(came, CameTo::Nothing)) {
            let why = text!(
                "het profiel noemt geen pagina die naar MBP doorstuurt",
                "the profile names no page that hands over to MBP"
            );
            return Err(reason::lacks("application.hand_over_urls", why).into());
        }
        // ACM's own session may outlive that of the application, and log in at once.
        let logged_in = visited.calls(Call::Authorization).any(|seen| seen.step == step);
        let bad = came.iter().filter_map(|came| let_in(visited, came, logged_in));
        findings.extend(bad);
    }
    cx.judged(findings)
}

/// What is wrong with how the hand-over of nobody came out.
fn let_in(visited: &Visited<'_>, came: &CameTo<'_>, logged_in: bool) -> Option<Finding> {
    let expected = || text!("eerst een aanmelding, of MBP zonder token", "a login first, or MBP without a token");
    match came {
        CameTo::HandOver(seen) => {
            let token = token_in(&seen.what.url).filter(|token| !token.is_empty() && !logged_in)?;
            let tokens = Tokens::of(std::slice::from_ref(visited));
            let actual = match tokens.find(&token) {
                Some(_) => text!("een overdracht met een token", "a hand-over with a token"),
                None => text!("een overdracht met een waarde als token", "a hand-over with a value as token"),
            };
            Some(visited.finding(seen.at, "url", expected(), actual))
        }
        CameTo::Page(seen) => {
            let status = seen.what.status?;
            let asks_to_log_in = status == 401 && seen.what.page.kind == PageKind::Html;
            let finding = || visited.finding(seen.at, "status", expected(), Text::same(status));
            // Where a login came first, it went wrong: that is no matter of the hand-over.
            (status >= 400 && !asks_to_log_in && !logged_in).then(finding)
        }
        CameTo::Redirects(seen) => {
            let actual = text!("een eindeloze doorverwijzing", "an endless redirect");
            Some(visited.finding(seen.at, "url", expected(), actual))
        }
        CameTo::Login | CameTo::Elsewhere(_) | CameTo::NoAnswer(..) | CameTo::Nothing => None,
    }
}
