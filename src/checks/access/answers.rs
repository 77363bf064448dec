//! What refusals and answers look like.

use super::{
    INVENTED, NO_AUTHORIZATION, OTHER_SCHEME, Shows, expired, list, no_proof, other_audience, others, shows,
    without_citizen, without_scope,
};
use crate::case::{Answer, Case, Judgement, Stop};
use crate::exchange::{Auth, Citizen, Exchange, Request};
use crate::reason;
use crate::text;
use crate::text::Text;
use crate::verdict::{Finding, Verdict, shown};

/// The probes of the list that every profile can make.
fn plain_probes(case: &Case<'_>) -> Vec<Request> {
    [NO_AUTHORIZATION, OTHER_SCHEME, INVENTED].concat().into_iter().map(|auth| list(case).auth(auth)).collect()
}

pub(super) fn unauthorized_carries_a_bearer_challenge(case: &Case<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut judged = false;
    let exchanges = case.probed(&list(case), &plain_probes(case))?.exchanges;
    for exchange in &exchanges {
        let Some(response) = exchange.result.as_ref().ok().filter(|response| response.status == 401) else { continue };
        judged = true;
        let challenges: Vec<&str> = response.headers("www-authenticate").collect();
        if !challenges.iter().any(|challenge| offers_bearer(challenge)) {
            let actual = if challenges.is_empty() {
                super::super::list::absent()
            } else {
                Text::same(shown(&challenges.join(", ")))
            };
            findings.push(Finding::new(&exchange.request, "header www-authenticate", Text::same("Bearer …"), actual));
        }
    }
    if !judged {
        if let Some(unanswered) = exchanges.iter().find(|exchange| shows(exchange) == Shows::Nothing) {
            return Err(no_proof(unanswered).into());
        }
        return Ok(Verdict::not_applicable(text!(
            "de bron antwoordde nergens met 401",
            "the source answered 401 nowhere"
        )));
    }
    case.judged(findings)
}

/// Whether a `WWW-Authenticate` value (RFC 9110, 11.6.1) holds a challenge with the Bearer scheme.
fn offers_bearer(challenges: &str) -> bool {
    // Outside quoted strings a scheme is a word that starts a challenge: first, or after a comma.
    let mut quoted = false;
    let plain: String = challenges
        .chars()
        .filter(|c| {
            quoted ^= *c == '"';
            !quoted
        })
        .collect();
    plain.split(',').any(|part| part.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("bearer")))
}

pub(super) fn scheme_name_ignores_case(case: &Case<'_>) -> Judgement {
    case.listed(&list(case))?;
    let answer = case.response(&list(case).auth(Auth::LowerCaseScheme))?;
    match answer.response.status {
        200..300 => case.judged(Vec::new()),
        429 | 500.. => Err(no_proof(answer.exchange).into()),
        status => case.judged(vec![answer.finding("status", Text::same(200), Text::same(status))]),
    }
}

pub(super) fn answers_hold_no_token_or_secret(case: &Case<'_>) -> Judgement {
    // So that there is something to look at, also when this row alone is selected.
    case.listed(&list(case))?;
    let mut findings = Vec::new();
    for exchange in case.whole_run_and_outage()? {
        let Ok(response) = &exchange.result else { continue };
        // What was put into the URL comes back in a link of the page itself: that is our doing.
        if exchange.request.auth == Auth::InQuery || response.facts.secrets.is_empty() {
            continue;
        }
        let actual = Text::same(response.facts.secrets.join(", "));
        let expected = text!("geen token of geheim in het antwoord", "no token or secret in the answer");
        findings.push(Answer { exchange, response }.finding("", expected, actual));
    }
    case.judged(findings)
}

/// A row with the probes of which this row looks at the status.
type Row<'a> = (&'static str, Vec<&'a Exchange>);

pub(super) fn refusal_has_the_fitting_status(case: &Case<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut judged = false;
    for (id, exchanges) in rows(case)? {
        let fitting = case.parameter(id);
        for exchange in exchanges {
            let Ok(response) = &exchange.result else { continue };
            let status = response.status.to_string();
            let empty_list = id == "SEC-08" && response.is_success() && !super::has_certificates(response);
            if !empty_list && !matches!(shows(exchange), Shows::Refusal | Shows::OddRefusal) {
                continue;
            }
            judged = true;
            if !fitting.contains(&status.as_str()) {
                let wanted = fitting.join(" / ");
                let expected = text!("{wanted} (proef van {id})", "{wanted} (probe of {id})");
                findings.push(Finding::new(&exchange.request, "status", expected, Text::same(status)));
            }
        }
    }
    if !judged {
        return Err(reason::unmet(text!("geen enkele proef werd geweigerd", "no probe was refused")).into());
    }
    case.judged(findings)
}

/// The probes of SEC-01 to SEC-09 that this profile can make. Rows that cannot be judged are left out.
fn rows<'a>(case: &Case<'a>) -> Result<Vec<Row<'a>>, Stop> {
    let control = list(case);
    let with = |auths: &[Auth]| auths.iter().map(|auth| control.clone().auth(*auth)).collect::<Vec<_>>();
    let one = |credential: Result<Auth, Stop>| credential.map(|auth| (list(case), with(&[auth])));
    let wanted = [
        ("SEC-01", Ok((list(case), with(NO_AUTHORIZATION)))),
        ("SEC-02", Ok((list(case), with(OTHER_SCHEME)))),
        ("SEC-03", Ok((list(case), with(INVENTED)))),
        ("SEC-04", one(expired(case))),
        ("SEC-05", one(other_audience(case))),
        ("SEC-06", one(without_citizen(case))),
        ("SEC-07", one(without_scope(case))),
        ("SEC-08", other_list(case)),
        ("SEC-09", others::swapped(case).map(|(control, _, probes)| (control, probes))),
    ];
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for (id, probes) in wanted {
        match probes.and_then(|(control, probes)| case.probed(&control, &probes)) {
            Ok(probed) if probed.closing.is_ok() => rows.push((id, probed.exchanges)),
            Err(Stop::Missing(more)) => missing.extend(more),
            _ => {}
        }
    }
    if missing.is_empty() { Ok(rows) } else { Err(Stop::Missing(missing)) }
}

fn other_list(case: &Case<'_>) -> Result<(Request, Vec<Request>), Stop> {
    case.insz(Citizen::Other)?;
    let probe = case.entry_request(Citizen::Other).auth(Auth::Token(Citizen::Subject));
    Ok((list(case), vec![probe]))
}

#[cfg(test)]
mod tests {
    use super::offers_bearer;

    #[test]
    fn a_bearer_challenge_is_found_among_others() {
        for challenge in ["Bearer", "bearer realm=\"x\"", "Basic realm=\"a, b\", Bearer error=\"invalid_token\""] {
            assert!(offers_bearer(challenge), "{challenge}");
        }
        for challenge in ["Basic realm=\"Bearer, Bearer\"", "", "Digest qop=Bearer"] {
            assert!(!offers_bearer(challenge), "{challenge}");
        }
    }
}
