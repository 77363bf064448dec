//! What refusals and answers look like.

use super::{
    INVENTED, NO_AUTHORIZATION, OTHER_SCHEME, Shows, expired, list, other_audience, others, shown, without_citizen,
    without_scope,
};
use crate::base::text::{Text, shown as shortened};
use crate::checks::shared::absent;
use crate::evidence::exchange::{Auth, Exchange, Request, Response};
use crate::judging::context::{Answer, CheckContext, Judgement, Stop, conclusive};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Verdict};
use crate::source::envelope::Collection;
use crate::text;

/// The probes of the list that every profile can make.
fn plain_probes(cx: &CheckContext<'_>) -> Vec<Request> {
    [NO_AUTHORIZATION, OTHER_SCHEME, INVENTED].concat().into_iter().map(|auth| list(cx).auth(auth)).collect()
}

pub(super) fn unauthorized_carries_a_bearer_challenge(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut judged = false;
    let exchanges = cx.probed(&list(cx), &plain_probes(cx))?.exchanges;
    // Whatever is refused so: details and documents too, as far as others asked for them.
    for exchange in cx.whole_run()? {
        let Some(response) = exchange.result.as_ref().ok().filter(|response| response.status == 401) else { continue };
        judged = true;
        let challenges: Vec<&str> = response.headers("www-authenticate").collect();
        if !challenges.iter().any(|challenge| offers_bearer(challenge)) {
            let actual = if challenges.is_empty() { absent() } else { Text::same(shortened(&challenges.join(", "))) };
            findings.push(Finding::new(&exchange.request, "header www-authenticate", Text::same("Bearer …"), actual));
        }
    }
    if !judged {
        if let Some(Err(unanswered)) = exchanges.iter().map(|exchange| conclusive(exchange)).find(Result::is_err) {
            return Err(unanswered.into());
        }
        return Ok(Verdict::not_applicable(text!(
            "de bron antwoordde nergens met 401",
            "the source answered 401 nowhere"
        )));
    }
    cx.judged(findings)
}

/// Whether a `WWW-Authenticate` value (RFC 9110, 11.6.1) holds a challenge with the Bearer scheme: a word at its start or
/// after a comma that is no name of a parameter.
fn offers_bearer(challenges: &str) -> bool {
    without_quoted(challenges).split(',').any(|part| {
        let part = part.trim();
        let (word, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        word.eq_ignore_ascii_case("bearer") && !rest.trim_start().starts_with('=')
    })
}

/// The text without its quoted strings; a quote may stand in one behind a backslash.
fn without_quoted(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let plain = |c: &char| {
        let is_quote = *c == '"' && !escaped;
        escaped = quoted && *c == '\\' && !escaped;
        quoted ^= is_quote;
        !quoted && !is_quote
    };
    text.chars().filter(plain).collect()
}

pub(super) fn scheme_name_ignores_case(cx: &CheckContext<'_>) -> Judgement {
    let usual = cx.listed(&list(cx))?;
    let answer = cx.response(&list(cx).auth(Auth::LowerCaseScheme))?;
    let status = answer.response.status;
    let actual = match status {
        200..300 if is_list(answer.response) || !is_list(usual.response) => return cx.judged(Vec::new()),
        200..300 => text!("{status}, zonder de lijst", "{status}, without the list"),
        _ => Text::same(status),
    };
    cx.judged(vec![answer.finding("status", Text::same(200), actual)])
}

fn is_list(response: &Response) -> bool {
    response.page().is_some_and(|page| matches!(page.collection, Collection::Items(_)))
}

pub(super) fn answers_hold_no_token_or_secret(cx: &CheckContext<'_>) -> Judgement {
    // So that there is something to look at, also when this row alone is selected.
    cx.listed(&list(cx))?;
    let mut findings = Vec::new();
    for exchange in cx.whole_run_and_outage()? {
        let Ok(response) = &exchange.result else { continue };
        // What was put into the URL comes back in a link of the page itself: that is our doing.
        if exchange.request.auth == Auth::InQuery || response.facts.secrets.is_empty() {
            continue;
        }
        let actual = Text::same(response.facts.secrets.join(", "));
        let expected = text!("geen token of geheim in het antwoord", "no token or secret in the answer");
        findings.push(Answer { exchange, response }.finding("", expected, actual));
    }
    cx.judged(findings)
}

/// A row with the probes of which this row looks at the status, and what they show.
type Row<'a> = (&'static str, Vec<(&'a Exchange, Shows)>);

pub(super) fn refusal_has_the_fitting_status(cx: &CheckContext<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut judged = false;
    for (id, probes) in rows(cx)? {
        let fitting = cx.parameter(id);
        for (exchange, shows) in probes {
            let Ok(response) = &exchange.result else { continue };
            if !is_for_its_status(&shows, response) {
                continue;
            }
            judged = true;
            let status = response.status.to_string();
            // Where a scheme stands without a token the header itself is malformed (RFC 6750, 3.1).
            let malformed = exchange.request.auth == Auth::EmptyBearer && response.status == 400;
            if !malformed && !fitting.contains(&status.as_str()) {
                let wanted = fitting.join(" / ");
                let expected = text!("{wanted} (proef van {id})", "{wanted} (probe of {id})");
                findings.push(Finding::new(&exchange.request, "status", expected, Text::same(status)));
            }
        }
    }
    if !judged {
        return Err(reason::unmet(text!("geen enkele proef werd geweigerd", "no probe was refused")).into());
    }
    cx.judged(findings)
}

/// Refusals, and successes that gave nothing away. An error that is wrapped in a success is no matter of this row.
fn is_for_its_status(shows: &Shows, response: &Response) -> bool {
    match shows {
        Shows::Refusal | Shows::OddRefusal => true,
        Shows::EmptySuccess => !is_problem(response),
        Shows::Breakdown | Shows::OwnByThen | Shows::Data(_) | Shows::Nothing(_) => false,
    }
}

/// Whether a body describes an error.
fn is_problem(response: &Response) -> bool {
    let Some(body) = response.json() else { return false };
    let status = body.get("status").and_then(|status| match status.as_str() {
        Some(text) => text.parse().ok(),
        None => status.as_u64(),
    });
    body.get("title").is_some() && status.is_some_and(|status| status >= 400)
}

/// The probes of SEC-01 to SEC-09 that this profile can make. Rows that cannot be judged are left out.
fn rows<'a>(cx: &CheckContext<'a>) -> Result<Vec<Row<'a>>, Stop> {
    let control = list(cx);
    let with = |auths: &[Auth]| auths.iter().map(|auth| control.clone().auth(*auth)).collect::<Vec<_>>();
    let at_the_list = |auths: &[Auth]| shown(cx, &control, &with(auths));
    let one = |credential: Result<Auth, Stop>| at_the_list(&[credential?]);
    let wanted = [
        ("SEC-01", at_the_list(NO_AUTHORIZATION)),
        ("SEC-02", at_the_list(OTHER_SCHEME)),
        ("SEC-03", at_the_list(INVENTED)),
        ("SEC-04", one(expired(cx))),
        ("SEC-05", one(other_audience(cx))),
        ("SEC-06", one(without_citizen(cx))),
        ("SEC-07", one(without_scope(cx))),
        ("SEC-08", others::under_their_number(cx)),
        ("SEC-09", others::under_ones_own(cx).and_then(|shown| others::but_for_unknown(cx, shown))),
    ];
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for (id, shown) in wanted {
        match shown {
            Ok(shown) if shown.closing.is_ok() => rows.push((id, shown.probes)),
            Err(Stop::Missing(more)) => missing.extend(more),
            _ => {}
        }
    }
    if missing.is_empty() { Ok(rows) } else { Err(Stop::Missing(missing)) }
}

#[cfg(test)]
mod tests {
    use super::offers_bearer;

    #[test]
    fn a_bearer_challenge_is_found_among_others() {
        for challenge in [
            "Bearer",
            "bearer realm=\"x\"",
            "Basic realm=\"a, b\", Bearer error=\"invalid_token\"",
            "Negotiate a87421000492aa874209af8bc028==, Bearer",
            "Basic realm=\"say \\\"Hi\\\", and go\" , BEARER realm = \"b\"",
            "DPoP algs=\"ES256 PS256\", Bearer scope=\"a b\", error=\"invalid_token\"",
            ",, Bearer,",
        ] {
            assert!(offers_bearer(challenge), "{challenge}");
        }
        for challenge in [
            "Basic realm=\"Bearer, Bearer\"",
            "",
            "Digest qop=Bearer",
            "Digest realm=\"\\\", Bearer \", nonce=1",
            "Digest a=1, Bearer = 2",
            "BearerToken",
        ] {
            assert!(!offers_bearer(challenge), "{challenge}");
        }
    }
}
