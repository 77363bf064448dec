//! Chapter handover: from the exchanged token to a citizen who is in at MBP.
//!
//! - `landing`: where the browser lands, and with which token; `fresh`: that every hand-over has a token of its own;
//!   `manner`: how the browser is sent on.

mod fresh;
mod landing;
mod manner;

use crate::application::{Tokens, Visited, visits};
use crate::base::text::{Text, shown};
use crate::checks::checks;
use crate::checks::shared::absent;
use crate::evidence::exchange::visit::{Call, LeadBy, Party, Received, TokenKind};
use crate::judging::context::{CheckContext, Judgement};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

use super::shared::{ACCESS_TOKEN, exchanges, kind_in_words, no_hand_over, sequential, well_handed_over};
use fresh::{every_hand_over_has_its_own_token, token_is_made_at_the_click, token_is_not_sent_again};
use landing::{chosen_page_stays, citizen_lands_at_mbp, parameter_is_the_temporary_token};
use manner::{hand_over_is_not_stored, nobody_gets_no_token, redirect_is_temporary};

checks!(
    token_is_handed_in,
    answer_of_mbp_may_grow,
    citizen_lands_at_mbp,
    parameter_is_the_temporary_token,
    chosen_page_stays,
    every_hand_over_has_its_own_token,
    token_is_not_sent_again,
    token_is_made_at_the_click,
    redirect_is_temporary,
    hand_over_is_not_stored,
    nobody_gets_no_token,
    odd_tokens_arrive,
    same_browser_instance,
);

/// The path of MBP's token API. Known only from an older version of the page (C-API).
const TOKEN_API: &str = "/auth/v1/token";

fn token_is_handed_in(cx: &CheckContext<'_>) -> Judgement {
    let visits = sequential(cx)?;
    let tokens = Tokens::of(&visits);
    let (mut findings, mut any) = (Vec::new(), false);
    for visited in &visits {
        // What was refused says nothing of the form in which its result would have been handed in.
        for seen in visited.received().filter(|seen| is_hand_in(seen.what)) {
            any = true;
            findings.extend(wrong_hand_in(visited, seen, &tokens));
        }
    }
    if any {
        return cx.judged(findings);
    }
    let handed_over = visits.iter().find_map(|visited| Some((visited, visited.with_token().next()?)));
    if let Some((visited, (seen, _))) = handed_over {
        let expected = text!("eerst een afgifte bij de token-API van MBP", "a hand-in at MBP's token API first");
        let actual = text!("een overdracht zonder afgifte", "a hand-over without a hand-in");
        return cx.judged([visited.finding(seen.at, "url", expected, actual)]);
    }
    let refused = visits
        .iter()
        .flat_map(|visited| exchanges(visited))
        .any(|seen| seen.what.status.is_none_or(|status| status >= 400));
    Err(if refused {
        reason::unmet(text!("ACM weigerde de uitwisseling", "ACM refused the exchange"))
    } else {
        reason::unmet(text!("er werd niets afgegeven bij MBP", "nothing was handed in at MBP"))
    }
    .into())
}

/// Whether MBP was asked for a temporary token, be it where there is none to be had.
fn is_hand_in(received: &Received) -> bool {
    received.by == Party::Mbp
        && (received.call == Call::TokenApi || (received.method == "POST" && received.call != Call::Other))
}

fn wrong_hand_in(
    visited: &Visited<'_>,
    seen: crate::application::Seen<'_, Received>,
    tokens: &Tokens<'_>,
) -> Vec<Finding> {
    let received = seen.what;
    if received.call != Call::TokenApi {
        let actual = Text::same(shown(&format!("{} {}", received.method, received.path)));
        return vec![visited.finding(seen.at, "path", Text::same(format!("POST {TOKEN_API}")), actual)];
    }
    let mut findings = Vec::new();
    let mut add = |member: &str, expected: Text, actual: Text| {
        findings.push(visited.finding(seen.at, member, expected, actual));
    };
    if received.method != "POST" {
        add("method", Text::same("POST"), Text::same(shown(&received.method)));
    }
    let is_json = |kind: &str| kind.eq_ignore_ascii_case("application/json");
    if !received.media_type.as_deref().is_some_and(is_json) {
        let actual = received.media_type.as_deref().map_or_else(absent, |kind| Text::same(shown(kind)));
        add("media_type", Text::same("application/json"), actual);
    }
    let expected = kind_in_words(TokenKind::Exchanged);
    match received.parameter("token").filter(|token| !token.is_empty()) {
        None => add("parameters", Text::same("token"), absent()),
        Some(token) => match tokens.find(token) {
            Some(issued) if issued.kind != TokenKind::Exchanged => {
                add("parameters", expected, kind_in_words(issued.kind));
            }
            // It may be kept from an earlier visit: then MBP knows whether it is one.
            None if received.status.is_none_or(|status| status >= 400) => {
                add("parameters", expected, text!("een token dat niemand gaf", "a token that nobody gave"));
            }
            Some(_) | None => {}
        },
    }
    if received.parameter("token_type") != Some(ACCESS_TOKEN) {
        let actual = received.parameter("token_type").map_or_else(absent, |kind| Text::same(shown(kind)));
        add("parameters", Text::same(format!("token_type={ACCESS_TOKEN}")), actual);
    }
    findings
}

fn answer_of_mbp_may_grow(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let visited = cx.visit(&visits::with_more_answered())?;
    let tokens = Tokens::of(&[visited]);
    let asked = visited.calls(Call::TokenApi).next();
    let came = visited.came_to(1);
    if came.iter().any(|came| visited.arrived(came, &tokens)) {
        return cx.judged(None);
    }
    let Some(asked) = asked else { return Err(no_hand_over().into()) };
    let expected = text!("een overdracht met het tijdelijke token", "a hand-over with the temporary token");
    let actual =
        text!("geen, na een antwoord 201 met een extra veld", "none, after an answer 201 with a further field");
    cx.judged([visited.finding(asked.at, "status", expected, actual)])
}

fn odd_tokens_arrive(cx: &CheckContext<'_>) -> Judgement {
    well_handed_over(cx)?;
    let visited = cx.visit(&visits::with_odd_tokens())?;
    let tokens = Tokens::of(&[visited]);
    let mut arrived = visited.with_token().filter(|(_, token)| tokens.is(token, TokenKind::Temporary));
    let Some((seen, token)) = arrived.next() else {
        let last = visited.received().last().map_or(0, |seen| seen.at);
        let expected = text!("een overdracht, zoals met gewone tokens", "a hand-over, as with usual tokens");
        let actual = odd_end(&visited);
        return cx.judged([visited.finding(last, "status", expected, actual)]);
    };
    // A part of it, or it in another encoding, has the same mark and another length.
    let given = tokens.find(&token).map(|issued| issued.token.as_str());
    if given != Some(token.as_str()) {
        let expected =
            text!("het token zoals MBP het gaf, één keer gecodeerd", "the token as MBP gave it, encoded once");
        let actual = text!("een deel ervan, of anders gecodeerd", "a part of it, or encoded otherwise");
        return cx.judged([visited.finding(seen.at, "url", expected, actual)]);
    }
    cx.judged(None)
}

/// At which call a hand-over with odd tokens ended.
fn odd_end(visited: &Visited<'_>) -> Text {
    let refused = |call: Call| visited.calls(call).any(|seen| seen.what.status.is_none_or(|status| status >= 400));
    if refused(Call::Token) {
        text!(
            "een token kwam anders bij ACM terug dan het gegeven was",
            "a token came back to ACM otherwise than it was given"
        )
    } else if refused(Call::TokenApi) {
        text!(
            "een token kwam anders bij MBP aan dan het gegeven was",
            "a token came to MBP otherwise than it was given"
        )
    } else {
        text!("geen, of met een ander token", "none, or with another token")
    }
}

fn same_browser_instance(cx: &CheckContext<'_>) -> Judgement {
    let visited = cx.visit(&visits::twice())?;
    let mut leads = visited.navigations().flat_map(|seen| &seen.what.page.leads);
    if leads.any(|lead| lead.by == LeadBy::Part) {
        return Ok(Verdict::observed(text!("MBP staat in een kader van een pagina", "MBP is in a frame of a page")));
    }
    Err(crate::application::needs_browser().into())
}
