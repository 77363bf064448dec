//! Chapter failure: when ACM or MBP does not cooperate, and when it is busy.

use crate::application::{CameTo, Tokens, Visited, mark_of, token_in, visits};
use crate::base::text::Text;
use crate::catalogue::Level;
use crate::checks::checks;
use crate::evidence::exchange::Visit;
use crate::evidence::exchange::visit::{Call, TokenKind};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::Finding;
use crate::text;

use super::shared::{bad_end, exchanges, no_hand_over, well_handed_over};

checks!(
    citizens_are_never_mixed_up,
    refused_exchange_is_explained,
    expired_token_is_renewed,
    failing_mbp_is_explained,
    two_at_once_both_arrive,
);

/// The longest that a citizen waits for a page, in milliseconds.
const LONGEST_WAIT: u64 = 10_000;

/// In which step of these visits somebody is handed over.
const HAND_OVER: u8 = 1;

fn citizens_are_never_mixed_up(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let visited = cx.visit(&visits::two_citizens())?;
    let tokens = Tokens::of(&[visited]);
    let (mut findings, mut judged) = (Vec::new(), 0);
    for (seen, token) in visited.with_token() {
        let given = tokens.find(&token).and_then(|issued| issued.citizen);
        let (Some(given), Some(own)) = (given, visited.citizen(seen.what.browser)) else { continue };
        judged += 1;
        if given != own {
            let expected = text!("een token van de burger van deze browser", "a token of this browser's citizen");
            let actual = text!("een token van de andere burger", "a token of the other citizen");
            findings.push(visited.finding(seen.at, "url", expected, actual));
        }
    }
    if judged == 0 { Err(no_hand_over().into()) } else { cx.judged(findings) }
}

/// What citizens meet in visits in which ACM or MBP fails, as long as that was asked: `asked` says of a call whether it
/// met the failure.
fn explained(
    cx: &CheckContext<'_>,
    wanted: &[Visit],
    asked: impl Fn(&Visited<'_>) -> bool,
) -> Result<(Vec<Finding>, Option<Stop>), Stop> {
    let visits = cx.visits(wanted)?;
    let (mut findings, mut obstacle) = (Vec::new(), None);
    for visited in &visits {
        if !asked(visited) {
            let why = text!(
                "de toepassing vroeg er in dat bezoek niet om",
                "the application did not ask for it in that visit"
            );
            obstacle = obstacle.or_else(|| Some(reason::unmet(why).into()));
            continue;
        }
        let tokens = Tokens::of(&[*visited]);
        let came = visited.came_to(HAND_OVER);
        findings.extend(came.iter().filter_map(|came| bad_end(visited, came, &tokens)));
        findings.extend(too_slow(visited));
    }
    Ok((findings, obstacle))
}

/// A finding where a citizen had to wait for longer than a page may take.
fn too_slow(visited: &Visited<'_>) -> Option<Finding> {
    let of_step = || visited.navigations().filter(|seen| seen.step == HAND_OVER);
    let last = of_step().last()?.at;
    let ms: u64 = of_step().map(|seen| seen.what.ms).sum();
    (ms > LONGEST_WAIT).then(|| {
        let expected = text!("een antwoord binnen 10 s", "an answer within 10 s");
        visited.finding(last, "ms", expected, text!("{ms} ms", "{ms} ms"))
    })
}

fn refused_exchange_is_explained(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let (findings, obstacle) =
        explained(cx, &visits::without_exchange(), |visited| exchanges(visited).next().is_some())?;
    cx.judged_unless(findings, obstacle)
}

fn failing_mbp_is_explained(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let (findings, obstacle) =
        explained(cx, &visits::without_temporary_token(), |visited| visited.calls(Call::TokenApi).next().is_some())?;
    cx.judged_unless(findings, obstacle)
}

fn expired_token_is_renewed(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let visited = cx.visit(&visits::expired())?;
    let tokens = Tokens::of(&[visited]);
    let step = visited.steps().saturating_sub(1);
    let expected = || {
        text!(
            "een refresh of een nieuwe aanmelding, en dan de overdracht",
            "a refresh or a new login, and then the hand-over"
        )
    };
    let mut findings = Vec::new();
    for came in visited.came_to(step) {
        if visited.arrived(&came, &tokens) || matches!(came, CameTo::Login) {
            continue;
        }
        if let Some(finding) = bad_end(&visited, &came, &tokens) {
            findings.push(Finding { expected: expected(), ..finding });
            continue;
        }
        let (at, actual) = match came {
            CameTo::HandOver(seen) => (seen.at, text!("een overdracht zonder token", "a hand-over without a token")),
            CameTo::Page(seen) => {
                let status = seen.what.status.unwrap_or_default();
                (seen.at, text!("een pagina ({status})", "a page ({status})"))
            }
            _ => continue,
        };
        findings.push(visited.finding(at, "url", expected(), actual));
    }
    // Who recovers from it has only asked once too often: the application cannot know that ACM ended the token.
    for seen in exchanges(&visited).filter(|seen| seen.step == step) {
        let subject = seen.what.parameter("subject_token").unwrap_or_default();
        let is_expired = visited.issued().any(|issued| {
            issued.step < step
                && issued.what.kind == TokenKind::Access
                && mark_of(&issued.what.token) == mark_of(subject)
        });
        if is_expired && mark_of(subject).is_some() {
            let actual = text!("het vervallen token naar ACM", "the expired token to ACM");
            findings.push(visited.finding(seen.at, "parameters", expected(), actual).at_most(Level::May));
        }
    }
    cx.judged(findings)
}

fn two_at_once_both_arrive(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let visited = cx.visit(&visits::at_once())?;
    let tokens = Tokens::of(&[visited]);
    let mut findings = Vec::new();
    for step in (0..visited.steps()).filter(|step| visited.hands_over(*step)) {
        for came in visited.came_to(step) {
            if visited.arrived(&came, &tokens) {
                continue;
            }
            let expected = text!("elke overdracht met een tijdelijk token", "every hand-over with a temporary token");
            let (at, actual) = broken(&came);
            findings.push(visited.finding(at, "url", expected, actual));
        }
    }
    cx.judged(findings)
}

/// How a hand-over beside another one came out, where it did not arrive.
fn broken(came: &CameTo<'_>) -> (usize, Text) {
    match came {
        CameTo::HandOver(seen) => match token_in(&seen.what.url).filter(|token| !token.is_empty()) {
            Some(_) => (seen.at, text!("een overdracht met een ander token", "a hand-over with another token")),
            None => (seen.at, text!("een overdracht zonder token", "a hand-over without a token")),
        },
        CameTo::Page(seen) => {
            let status = seen.what.status.unwrap_or_default();
            (seen.at, text!("een pagina ({status})", "a page ({status})"))
        }
        CameTo::Redirects(seen) => (seen.at, text!("een eindeloze doorverwijzing", "an endless redirect")),
        CameTo::Elsewhere(seen) => (seen.at, text!("een andere server", "another server")),
        CameTo::NoAnswer(seen, ms) => {
            (seen.map_or(0, |seen| seen.at), text!("geen antwoord na {ms} ms", "no answer after {ms} ms"))
        }
        CameTo::Login => (0, text!("opnieuw de aanmelding", "the login again")),
        CameTo::Nothing => (0, text!("niets", "nothing")),
    }
}
