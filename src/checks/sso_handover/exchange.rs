//! Chapter exchange: from the citizen's token to one for MBP. What the application sends is seen by our own ACM alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::application::{Seen, Tokens, Visited, Way, mark_of, visits};
use crate::base::lifetime::lifetime;
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::checks;
use crate::checks::shared::absent;
use crate::evidence::exchange::visit::{Call, Received, TokenKind};
use crate::evidence::exchange::{Citizen, Grant, Request};
use crate::evidence::introspection::names;
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::reason::issuer;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

use super::shared::{ACCESS_TOKEN, EXCHANGE, exchanges, kind_in_words, no_exchange, sequential, with_exchanges};
use super::trust::is_mbp_of_acm;

checks!(
    token_carries_the_scopes,
    actor_token_is_sent,
    exchange_is_well_formed,
    subject_is_the_access_token_of_the_citizen,
    actor_is_the_client_itself,
    refreshes_before_the_exchange,
    keeps_the_next_refresh_token,
    lifetime_handed_over,
);

/// The types of tokens that RFC 8693, section 3 defines.
const TYPES: [&str; 6] = [
    ACCESS_TOKEN,
    "urn:ietf:params:oauth:token-type:refresh_token",
    "urn:ietf:params:oauth:token-type:id_token",
    "urn:ietf:params:oauth:token-type:saml1",
    "urn:ietf:params:oauth:token-type:saml2",
    "urn:ietf:params:oauth:token-type:jwt",
];

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// What may occur more than once (RFC 8693, section 2.1).
const REPEATED: [&str; 2] = ["audience", "resource"];

/// What our own exchange for MBP came to, where the profile has an issuer and a token to exchange.
fn own_exchange<'a>(cx: &CheckContext<'a>) -> Result<crate::judging::context::Answer<'a>, Stop> {
    if cx.setup().acm.is_none() {
        return Err(reason::no_acm().into());
    }
    let answer = cx.response(&Request::token(Grant::Exchange(Citizen::Subject)))?;
    if answer.response.is_grant() {
        return Ok(answer);
    }
    let Text { nl, en } = issuer::came(answer.response);
    Err(reason::unmet(text!("de uitwisseling antwoordde {nl}", "the exchange answered {en}")).into())
}

/// The scopes that our own exchange lacks; blocked where the answer does not say and nothing was asked for.
fn lacking_in_own(cx: &CheckContext<'_>, wanted: &[&str]) -> Result<Vec<Finding>, Stop> {
    let answer = own_exchange(cx)?;
    let asked = cx.setup().acm.as_ref().and_then(|acm| acm.scope.as_deref());
    let stated = answer.response.json().and_then(|json| json.get("scope")).filter(|scope| !scope.is_null());
    let scopes: Vec<&str> = match (stated, asked) {
        (Some(_), _) => names(stated),
        (None, Some(asked)) => asked.split_whitespace().collect(),
        (None, None) => {
            let why = text!(
                "het antwoord op de uitwisseling noemt geen `scope`, en er werd geen gevraagd",
                "the answer to the exchange names no `scope`, and none was asked for"
            );
            return Err(reason::lacks("acm.scope", why).into());
        }
    };
    let has = shown(&scopes.join(" "));
    let lacking = wanted.iter().filter(|scope| !scopes.contains(scope));
    let finding = |scope: &&str| answer.finding("/scope", Text::same(*scope), Text::same(&has));
    Ok(lacking.map(finding).collect())
}

/// The scopes that the application's own exchanges lack, at our own ACM.
fn lacking_in_visits(cx: &CheckContext<'_>, wanted: &[&str]) -> Result<Vec<Finding>, Stop> {
    let mut findings = Vec::new();
    for visited in with_exchanges(cx)? {
        for seen in visited.issued().filter(|seen| seen.what.kind == TokenKind::Exchanged) {
            let Some(scopes) = seen.what.scope.as_deref() else { continue };
            let has = |scope: &&&str| scopes.split_whitespace().any(|own| own == **scope);
            for scope in wanted.iter().filter(|scope| !has(scope)) {
                findings.push(visited.finding(seen.at, "scope", Text::same(*scope), Text::same(shown(scopes))));
            }
        }
    }
    Ok(findings)
}

fn token_carries_the_scopes(cx: &CheckContext<'_>) -> Judgement {
    let wanted = cx.parameter("scopes");
    match cx.way() {
        Way::Laptop => {
            let findings = lacking_in_visits(cx, &wanted)?;
            cx.judged(findings)
        }
        Way::OwnFlow | Way::Running => {
            let findings = lacking_in_own(cx, &wanted)?;
            cx.judged(findings)
        }
    }
}

/// The findings in each exchange of the application.
fn each(
    cx: &CheckContext<'_>,
    judge: impl Fn(&Visited<'_>, Seen<'_, Received>) -> Vec<Finding>,
) -> Result<Vec<Finding>, Stop> {
    let visits = with_exchanges(cx)?;
    let of_visit = |visited: &Visited<'_>| exchanges(visited).flat_map(|seen| judge(visited, seen)).collect::<Vec<_>>();
    Ok(visits.iter().flat_map(of_visit).collect())
}

fn actor_token_is_sent(cx: &CheckContext<'_>) -> Judgement {
    let findings = each(cx, |visited, seen| {
        let has_actor = seen.what.parameter("actor_token").is_some_and(|token| !token.is_empty());
        let finding = || visited.finding(seen.at, "parameters", Text::same("actor_token"), absent());
        (!has_actor).then(finding).into_iter().collect()
    })?;
    cx.judged(findings)
}

fn exchange_is_well_formed(cx: &CheckContext<'_>) -> Judgement {
    let visits = sequential(cx)?;
    let is_mbp = cx.application()?.mbp.client_id.as_str();
    let mut findings = Vec::new();
    let mut any = false;
    for visited in &visits {
        for seen in exchanges(visited) {
            any = true;
            findings.extend(malformed(visited, seen, is_mbp));
        }
    }
    if any {
        return cx.judged(findings);
    }
    // Without one, what was handed in at MBP is something else.
    let handed_in = visits.iter().find_map(|visited| Some((visited, visited.calls(Call::TokenApi).next()?)));
    match handed_in {
        Some((visited, seen)) => {
            let expected = text!("eerst een uitwisseling bij ACM", "an exchange at ACM first");
            let actual = text!("meteen een afgifte bij MBP", "a hand-in at MBP at once");
            cx.judged([visited.finding(seen.at, "call", expected, actual)])
        }
        None => Err(no_exchange(&visits).into()),
    }
}

/// Everything that is wrong with the form of an exchange (RFC 8693, section 2.1). Which tokens it carries is for others.
fn malformed(visited: &Visited<'_>, seen: Seen<'_, Received>, mbp: &str) -> Vec<Finding> {
    let received = seen.what;
    let tokens = Tokens::of(std::slice::from_ref(visited));
    let is_access = |token: &str| tokens.is(token, TokenKind::Access) || tokens.is(token, TokenKind::Actor);
    let value = |name: &str| received.parameter(name).filter(|value| !value.is_empty());
    let mut findings = Vec::new();
    let mut add = |member: &str, expected: Text, actual: Text| {
        findings.push(visited.finding(seen.at, member, expected, actual));
    };
    let stated = |name: &str| value(name).map_or_else(absent, |value| Text::same(shown(&format!("{name}={value}"))));
    if received.method != "POST" {
        add("method", Text::same("POST"), Text::same(shown(&received.method)));
    }
    if received.media_type.as_deref().is_none_or(|kind| !kind.eq_ignore_ascii_case(FORM)) {
        let actual = received.media_type.as_deref().map_or_else(absent, |kind| Text::same(shown(kind)));
        add("media_type", Text::same(FORM), actual);
    }
    if value("grant_type") != Some(EXCHANGE) {
        add("parameters", Text::same(format!("grant_type={EXCHANGE}")), stated("grant_type"));
    }
    if value("subject_token").is_none() {
        add("parameters", Text::same("subject_token"), absent());
    }
    for (name, token) in [("subject_token_type", "subject_token"), ("actor_token_type", "actor_token")] {
        match (value(token), value(name)) {
            // What is no access token is for SSO-09 and SSO-10, whatever type it is called.
            (Some(given), kind)
                if kind.is_none_or(|kind| !TYPES.contains(&kind) || (kind != ACCESS_TOKEN && is_access(given))) =>
            {
                let expected = Text::same(format!("{name}={ACCESS_TOKEN}"));
                add("parameters", expected, stated(name));
            }
            (None, Some(_)) if token == "actor_token" => {
                let expected = text!("geen {name} zonder {token}", "no {name} without {token}");
                add("parameters", expected, stated(name));
            }
            _ => {}
        }
    }
    if value("requested_token_type").is_some_and(|kind| kind != ACCESS_TOKEN) {
        add("parameters", Text::same(format!("requested_token_type={ACCESS_TOKEN}")), stated("requested_token_type"));
    }
    let audiences: Vec<&str> =
        received.parameters.iter().filter(|(name, _)| name == "audience").map(|(_, value)| value.as_str()).collect();
    // That of another environment is for SSO-11.
    let is_meant = audiences.iter().any(|audience| *audience == mbp || is_mbp_of_acm(audience));
    if !is_meant && value("resource").is_none() {
        let expected = text!("audience={mbp}, de client-id van MBP", "audience={mbp}, the client-id of MBP");
        add("parameters", expected, stated("audience"));
    }
    let mut once = BTreeSet::new();
    for (name, _) in &received.parameters {
        if !once.insert(name) && !REPEATED.contains(&name.as_str()) {
            let name = shown(name);
            let expected = text!("elke parameter één keer", "every parameter once");
            add("parameters", expected, text!("{name} twee keer", "{name} twice"));
        }
    }
    findings
}

fn subject_is_the_access_token_of_the_citizen(cx: &CheckContext<'_>) -> Judgement {
    let visits = with_exchanges(cx)?;
    let tokens = Tokens::of(&visits);
    let mut findings = Vec::new();
    for visited in &visits {
        for seen in exchanges(visited) {
            let Some(subject) = seen.what.parameter("subject_token").filter(|token| !token.is_empty()) else {
                continue;
            };
            let expected = kind_in_words(TokenKind::Access);
            match tokens.find(subject) {
                Some(issued) if issued.kind == TokenKind::Access => {
                    if let Some(newer) = newer(visited, seen, subject) {
                        let expected =
                            text!("het jongste toegangstoken van de burger", "the citizen's newest access token");
                        let actual = text!(
                            "een ouder: ACM gaf er voordien een nieuwer (feit {newer})",
                            "an older one: ACM had given a newer one before (fact {newer})"
                        );
                        findings.push(visited.finding(seen.at, "parameters", expected, actual).at_most(Level::Should));
                    }
                }
                Some(issued) => {
                    findings.push(visited.finding(seen.at, "parameters", expected, kind_in_words(issued.kind)));
                }
                None => {
                    let actual = text!(
                        "een token dat ACM in dit bezoek niet gaf",
                        "a token that ACM did not give in this visit"
                    );
                    findings.push(visited.finding(seen.at, "parameters", expected, actual));
                }
            }
        }
    }
    cx.judged(findings)
}

/// The place of the last access token that ACM gave before an exchange, where that is not the one that was exchanged.
fn newer(visited: &Visited<'_>, exchange: Seen<'_, Received>, subject: &str) -> Option<usize> {
    let given = visited.issued().filter(|seen| seen.what.kind == TokenKind::Access && seen.at < exchange.at);
    let last = given.last()?;
    (mark_of(&last.what.token) != mark_of(subject)).then_some(last.at)
}

fn actor_is_the_client_itself(cx: &CheckContext<'_>) -> Judgement {
    let visits = with_exchanges(cx)?;
    // It may be kept from one visit to the next.
    let everything = cx.whole_visits()?.0;
    let tokens = Tokens::of(&everything);
    let (mut findings, mut known, mut any) = (Vec::new(), false, false);
    for visited in &visits {
        for seen in exchanges(visited) {
            let Some(actor) = seen.what.parameter("actor_token").filter(|token| !token.is_empty()) else { continue };
            any = true;
            let Some(issued) = tokens.find(actor) else { continue };
            known = true;
            if issued.kind != TokenKind::Actor {
                let expected = kind_in_words(TokenKind::Actor);
                findings.push(visited.finding(seen.at, "parameters", expected, kind_in_words(issued.kind)));
            }
        }
    }
    if !any {
        let why = text!("er ging geen actortoken mee", "no actor token was sent along");
        return Err(reason::unmet(why).into());
    }
    if known {
        return cx.judged(findings);
    }
    Err(Verdict::blocked(
        text!(
            "het actortoken is van voor deze keuring: welk token het is, is niet bekend",
            "the actor token is from before this run: which token it is, is not known"
        ),
        text!("start de toepassing opnieuw, en keur dan", "start the application again, and check then"),
    )
    .into())
}

fn refreshes_before_the_exchange(cx: &CheckContext<'_>) -> Judgement {
    let visits = with_exchanges(cx)?;
    let could = |visited: &Visited<'_>, before: usize| {
        visited.issued().any(|seen| seen.what.kind == TokenKind::Refresh && seen.at < before)
    };
    let (mut findings, mut applies) = (Vec::new(), false);
    for visited in &visits {
        for seen in exchanges(visited).filter(|seen| could(visited, seen.at)) {
            applies = true;
            let mut refreshes = visited.grants("refresh_token").filter(|one| one.step == seen.step && one.at < seen.at);
            if !refreshes.any(|one| one.what.status.is_some_and(|status| status < 300)) {
                let expected = text!("eerst een refresh", "a refresh first");
                let actual = text!(
                    "een uitwisseling zonder refresh in dezelfde stap",
                    "an exchange without a refresh in the same step"
                );
                findings.push(visited.finding(seen.at, "parameters", expected, actual));
            }
        }
    }
    if applies {
        return cx.judged(findings);
    }
    Err(Verdict::not_applicable(text!(
        "ACM gaf de toepassing geen refresh token",
        "ACM gave the application no refresh token"
    ))
    .into())
}

fn keeps_the_next_refresh_token(cx: &CheckContext<'_>) -> Judgement {
    let visits = sequential(cx)?;
    let (mut findings, mut applies) = (Vec::new(), false);
    for visited in &visits {
        // The refresh tokens that worked, by mark.
        let mut used: BTreeMap<&str, usize> = BTreeMap::new();
        let mut count = 0;
        for seen in visited.grants("refresh_token") {
            count += 1;
            let Some(mark) = seen.what.parameter("refresh_token").and_then(mark_of) else { continue };
            if let Some(first) = used.get(mark) {
                let expected =
                    text!("het refresh token van het vorige antwoord", "the refresh token of the answer before");
                let actual = text!(
                    "het token dat al gebruikt is (feit {first})",
                    "the token that is used up already (fact {first})"
                );
                findings.push(visited.finding(seen.at, "parameters", expected, actual));
            } else if seen.what.status.is_some_and(|status| status < 300) {
                used.insert(mark, seen.at);
            }
        }
        applies |= count > 1;
    }
    if applies {
        return cx.judged(findings);
    }
    Err(Verdict::not_applicable(text!(
        "de toepassing ververste niet twee keer na elkaar",
        "the application did not refresh twice after each other"
    ))
    .into())
}

fn lifetime_handed_over(cx: &CheckContext<'_>) -> Judgement {
    let seconds = if cx.way() == Way::Laptop {
        let visited = cx.visit(&visits::twice())?;
        let given =
            visited.issued().filter(|seen| seen.what.kind == TokenKind::Exchanged).find_map(|seen| seen.what.lifetime);
        if given.is_none() {
            return Err(no_exchange(&[visited]).into());
        }
        given
    } else {
        let answer = own_exchange(cx)?;
        let stated = answer.response.json().and_then(|json| json.get("expires_in"));
        stated.and_then(lifetime).and_then(|seconds| u64::try_from(seconds).ok())
    };
    match seconds {
        Some(seconds) => Ok(Verdict::observed(text!("{seconds} seconden", "{seconds} seconds"))),
        None => Err(no_exchange(&[]).into()),
    }
}
