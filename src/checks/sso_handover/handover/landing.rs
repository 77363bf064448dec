//! Where the browser lands, and with which token.

use url::Url;

use crate::application::{
    CameTo, Seen, Tokens, Visited, Way, is_at, mark_of, needs_browser, needs_stand_ins, token_in, visits,
};
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::shared::absent;
use crate::evidence::exchange::visit::{HandOver, TokenKind};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::reason::cause::origin_of;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

use super::super::shared::{ends_at_the_login, handed_over, kind_in_words, not_logged_in, ordinary, refusal};
use super::super::trust::is_host_of_acm;

pub(super) fn citizen_lands_at_mbp(cx: &CheckContext<'_>) -> Judgement {
    let visits = ordinary(cx)?;
    let (mut findings, mut obstacle) = (Vec::new(), None);
    for visited in &visits {
        if ends_at_the_login(cx, visited) {
            return Err(not_logged_in().into());
        }
        for step in (0..visited.steps()).filter(|step| visited.hands_over(*step)) {
            let came = visited.came_to(step);
            if came.is_empty() {
                obstacle = obstacle.or_else(|| Some(nowhere(None)));
            }
            for came in came {
                match landed(cx, visited, step, &came)? {
                    Ok(found) => findings.extend(found),
                    Err(stop) => obstacle = obstacle.or(Some(stop)),
                }
            }
        }
    }
    cx.judged_unless(findings, obstacle)
}

/// What is wrong with how one hand-over came out, or why that cannot be said.
fn landed(
    cx: &CheckContext<'_>,
    visited: &Visited<'_>,
    step: u8,
    came: &CameTo<'_>,
) -> Result<Result<Vec<Finding>, Stop>, Stop> {
    let mbp = &cx.application()?.mbp.base_url;
    let issuer = cx.setup().acm.as_ref().map_or("", |acm| acm.issuer.as_str());
    let refused = || visited.was_refused(step);
    let expected = || text!("een overdracht naar MBP", "a hand-over to MBP");
    Ok(match came {
        CameTo::HandOver(seen) => at_mbp(cx, visited, *seen, mbp),
        CameTo::Page(_) | CameTo::Redirects(_) if refused() => Err(refusal(visited).unwrap_or_else(unmet).into()),
        CameTo::Page(seen) if is_at(&seen.what.url, issuer) => {
            Err(refusal(visited).map_or_else(|| nowhere(seen.what.status), Stop::from))
        }
        CameTo::Redirects(_) if visited.was_ever_refused(step) => Err(refusal(visited).unwrap_or_else(unmet).into()),
        CameTo::Redirects(seen) => {
            let actual = text!("een eindeloze doorverwijzing", "an endless redirect");
            Ok(vec![visited.finding(seen.at, "url", expected(), actual)])
        }
        CameTo::Page(seen) if seen.what.status.is_some_and(|status| status >= 500) => {
            let status = seen.what.status.unwrap_or_default();
            Ok(vec![visited.finding(seen.at, "status", expected(), Text::same(status))])
        }
        CameTo::Page(seen) if seen.what.page.scripts => Err(needs_browser().into()),
        CameTo::Page(seen) => Err(nowhere(seen.what.status)),
        CameTo::Elsewhere(seen) => {
            let left = seen.what.header("location").unwrap_or(&seen.what.url);
            match token_in(left).filter(|token| !token.is_empty()) {
                // That of another environment is for SSO-11.
                Some(_) if !is_host_of_acm(left) => {
                    let actual = Text::same(shown(&origin_of(left)));
                    Ok(vec![visited.finding(seen.at, "url", Text::same(origin_of(mbp)), actual)])
                }
                Some(_) => {
                    let why = text!(
                        "de browser gaat naar de MBP van een andere omgeving",
                        "the browser goes to the MBP of another environment"
                    );
                    Err(reason::unmet(why).into())
                }
                None => Err(elsewhere(left)),
            }
        }
        CameTo::Login if cx.way() == Way::Running => Err(not_logged_in().into()),
        CameTo::Login => {
            Err(reason::unmet(text!("de burger raakte niet aangemeld", "the citizen did not get logged in")).into())
        }
        CameTo::NoAnswer(_, ms) => Err(Verdict::blocked(
            text!("de toepassing antwoordde niet binnen {ms} ms", "the application did not answer within {ms} ms"),
            text!("zoek waarom ze traag is of hangt", "find out why it is slow or hangs"),
        )
        .into()),
        CameTo::Nothing => {
            let why = text!(
                "het profiel noemt geen pagina die naar MBP doorstuurt",
                "the profile names no page that hands over to MBP"
            );
            Err(reason::lacks("application.hand_over_urls", why).into())
        }
    })
}

fn unmet() -> Verdict {
    reason::unmet(text!("ACM of MBP weigerde een oproep ervoor", "ACM or MBP refused a call before it"))
}

/// The page of the profile does not send on.
fn nowhere(status: Option<u16>) -> Stop {
    let status = status.map(|status| format!(" ({status})")).unwrap_or_default();
    Verdict::blocked(
        text!(
            "de pagina voor de overdracht stuurt niet door naar MBP{status}",
            "the page of the hand-over does not send on to MBP{status}"
        ),
        text!(
            "noem in `application.hand_over_urls` het adres dat doorstuurt, en niet de pagina met de link ernaartoe",
            "name in `application.hand_over_urls` the address that sends on, and not the page with the link to it"
        ),
    )
    .into()
}

/// The application sends the browser to somebody else, without a token.
fn elsewhere(url: &str) -> Stop {
    let origin = shown(&origin_of(url));
    Verdict::blocked(
        text!(
            "de overdracht leidt zonder token naar {origin}, en dat is niet de MBP van het profiel",
            "the hand-over leads without a token to {origin}, which is not the MBP of the profile"
        ),
        text!(
            "stel in de toepassing het adres van die MBP in, of noem het goede in `application.mbp.base_url`",
            "set the address of that MBP in the application, or name the right one in `application.mbp.base_url`"
        ),
    )
    .into()
}

/// What is wrong with the address at MBP.
fn at_mbp(
    cx: &CheckContext<'_>,
    visited: &Visited<'_>,
    seen: Seen<'_, HandOver>,
    mbp: &str,
) -> Result<Vec<Finding>, Stop> {
    let url = seen.what.url.as_str();
    let Ok(parsed) = Url::parse(url) else {
        return Ok(vec![visited.finding(seen.at, "url", text!("een URL", "a URL"), Text::same(shown(url)))]);
    };
    let mut findings = Vec::new();
    let mut add = |expected: Text, actual: Text| findings.push(visited.finding(seen.at, "url", expected, actual));
    if origin_of(url) != origin_of(mbp) && !is_host_of_acm(url) {
        add(Text::same(origin_of(mbp)), Text::same(origin_of(url)));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        add(
            text!("geen gebruikersnaam in de URL", "no user name in the URL"),
            text!("een gebruikersnaam", "a user name"),
        );
    }
    let in_fragment = parsed.fragment().is_some_and(|fragment| fragment.contains("token="));
    if in_fragment {
        add(
            text!("`token` in de query", "`token` in the query"),
            text!("`token` in het fragment", "`token` in the fragment"),
        );
    }
    if token_in(url).is_some_and(|token| !token.is_empty()) || in_fragment {
        return Ok(findings);
    }
    let tokens = Tokens::of(std::slice::from_ref(visited));
    let other = parsed.query_pairs().find(|(_, value)| tokens.is(value, TokenKind::Temporary));
    if let Some((name, _)) = other {
        let name = shown(&name);
        add(
            text!("de parameter `token`", "the parameter `token`"),
            text!("de parameter `{name}`", "the parameter `{name}`"),
        );
    } else if visited.was_refused(seen.step) {
        return Err(unmet().into());
    } else if cx.way() != Way::Laptop {
        // Where ACM or MBP refuses, the application rightly leaves without one.
        return Err(needs_stand_ins().into());
    } else {
        add(text!("de parameter `token`", "the parameter `token`"), absent());
    }
    Ok(findings)
}

pub(super) fn parameter_is_the_temporary_token(cx: &CheckContext<'_>) -> Judgement {
    handed_over(cx)?;
    cx.at_stand_ins()?;
    let visits = ordinary(cx)?;
    let tokens = Tokens::of(&visits);
    let mut findings = Vec::new();
    let all = visits.iter().flat_map(|visited| visited.with_token().map(move |(seen, token)| (visited, seen, token)));
    for (visited, seen, token) in all {
        let actual = match tokens.find(first_part(&token)) {
            Some(issued) if issued.kind == TokenKind::Temporary => continue,
            Some(issued) => kind_in_words(issued.kind),
            None => {
                let token = shown(&token);
                text!("{token}: geen token van deze MBP", "{token}: no token of this MBP")
            }
        };
        findings.push(visited.finding(seen.at, "url", kind_in_words(TokenKind::Temporary), actual));
    }
    cx.judged(findings)
}

/// A value without what was attached to it by joining texts: that is for SSO-22.
fn first_part(token: &str) -> &str {
    token.split_once('?').map_or(token, |(first, _)| first)
}

pub(super) fn chosen_page_stays(cx: &CheckContext<'_>) -> Judgement {
    let first = handed_over(cx)?;
    let count = cx.application()?.hand_over_urls.len();
    let further = if cx.way() == Way::Laptop { visits::pages(count) } else { None };
    let further = further.map(|visit| cx.visit(&visit)).transpose()?;
    let mut findings = Vec::new();
    for visited in [Some(first), further].into_iter().flatten() {
        for (seen, token) in visited.with_token() {
            let Ok(url) = Url::parse(&seen.what.url) else { continue };
            let many = url.query_pairs().filter(|(name, _)| name == "token").count();
            if many > 1 {
                let expected = text!("`token` één keer", "`token` once");
                findings.push(visited.finding(seen.at, "url", expected, text!("{many} keer", "{many} times")));
            }
            if token.contains('?') && mark_of(first_part(&token)).is_some() {
                let expected =
                    text!("één vraagteken, en dan parameters met `&`", "one question mark, then parameters with `&`");
                let actual = text!("een tweede vraagteken achter het token", "a second question mark behind the token");
                findings.push(visited.finding(seen.at, "url", expected, actual));
            }
        }
    }
    findings.extend(further.and_then(|visited| always_the_start_page(&visited)));
    cx.judged(findings)
}

/// A note where every page of the profile leads to the start page of MBP: that may be meant so.
fn always_the_start_page(visited: &Visited<'_>) -> Option<Finding> {
    let bare = |url: &str| Url::parse(url).is_ok_and(|url| url.path() == "/");
    let handed: Vec<_> = visited.with_token().collect();
    let all = handed.len() > 1 && handed.iter().all(|(seen, _)| bare(&seen.what.url));
    let (last, _) = handed.last().filter(|_| all)?;
    let expected = text!("de gekozen pagina", "the chosen page");
    let actual = text!("altijd de startpagina van MBP", "always the start page of MBP");
    Some(visited.finding(last.at, "url", expected, actual).at_most(Level::May))
}
