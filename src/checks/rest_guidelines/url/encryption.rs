//! Https, TLS, and what plain http gives.

use jiff::SignedDuration;

use super::hrefs::{Base, judged, some_hrefs};
use crate::base::href;
use crate::base::text::{Text, shown};
use crate::catalogue::Level;
use crate::checks::shared::absent;
use crate::evidence::exchange::{
    Auth, Citizen, Content, Exchange, FailureKind, Request, Response, Target, Tls, TlsFacts,
};
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

/// A certificate that expires sooner than this is worth a note.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn https_is_used_everywhere(cx: &CheckContext<'_>) -> Judgement {
    let base = Base::asked(cx)?;
    if base.url.scheme() == "http" && href::is_loopback(&base.url) {
        return Err(reason::no_encryption().into());
    }
    let expected = || text!("een https-adres", "an https address");
    let in_base = if base.url.scheme() == "http" { vec![base.finding(expected())] } else { Vec::new() };
    let in_hrefs = some_hrefs(cx).map(|hrefs| {
        let plain = hrefs.iter().filter(|href| href.url.scheme() == "http");
        plain.map(|href| href.binding_finding(expected())).collect()
    });
    judged(cx, in_base, in_hrefs)
}

/// Only an https source has TLS to judge.
fn encrypted(cx: &CheckContext<'_>) -> Result<(), Stop> {
    let base = Base::asked(cx)?;
    match base.url.scheme() {
        "https" => Ok(()),
        _ if href::is_loopback(&base.url) => Err(reason::no_encryption().into()),
        _ => Err(reason::unmet(text!("de bron gebruikt http", "the source uses http")).into()),
    }
}

fn hello(offer: Tls) -> Request {
    Request::probe(Target::Tls(offer))
}

fn facts(response: &Response) -> Result<&TlsFacts, Stop> {
    response.facts.tls.as_ref().ok_or_else(|| reason::not_recorded().into())
}

fn is_modern(version: &str) -> bool {
    matches!(version, "TLS 1.2" | "TLS 1.3")
}

pub(super) fn tls_is_modern_and_the_certificate_is_valid(cx: &CheckContext<'_>) -> Judgement {
    encrypted(cx)?;
    let exchange = cx.attempt(&hello(Tls::Modern))?;
    let finding = |expected: Text, actual: Text| Finding::new(&exchange.request, "fact tls", expected, actual);
    let expected = || text!("TLS 1.2 of 1.3, met een geldig certificaat", "TLS 1.2 or 1.3, with a valid certificate");
    let response = match &exchange.result {
        Ok(response) => response,
        Err(failure) if failure.kind == FailureKind::Tls => {
            let Text { nl, en } = failure.detail.map(shown);
            return cx.judged(vec![finding(
                expected(),
                text!("TLS kwam niet tot stand: {nl}", "TLS could not be established: {en}"),
            )]);
        }
        Err(failure) => return Err(reason::no_answer(&exchange.request, failure).into()),
    };
    let facts = facts(response)?;
    let mut findings = Vec::new();
    if !facts.version.as_deref().is_some_and(is_modern) {
        findings.push(finding(expected(), spoken(facts).unwrap_or_else(absent)));
    }
    if let Some(end) = facts.not_after {
        let left = end.duration_since(cx.now());
        if left.is_negative() {
            findings.push(finding(expected(), text!("vervallen op {end}", "expired on {end}")));
        } else if left < SOON {
            let expected = text!("nog minstens 30 dagen geldig", "valid for 30 more days at least");
            findings.push(finding(expected, text!("vervalt op {end}", "expires on {end}")).at_most(Level::May));
        }
    }
    cx.judged(findings)
}

pub(super) fn old_tls_versions_are_refused(cx: &CheckContext<'_>) -> Judgement {
    encrypted(cx)?;
    let offers = [Tls::Control, Tls::Only11, Tls::Only10];
    let answers = cx.attempts(&offers.map(hello))?;
    let [control, old @ ..] = answers.as_slice() else { return Err(reason::not_recorded().into()) };
    let findings: Vec<Finding> = old.iter().filter_map(|exchange| old_hello(exchange)).collect();
    if !findings.is_empty() {
        return cx.judged(findings);
    }
    let control = facts(answered(control)?)?;
    if !control.version.as_deref().is_some_and(is_modern) {
        let Text { nl, en } = spoken(control).unwrap_or_default();
        return Err(Verdict::blocked(
            text!(
                "dezelfde test kreeg ook voor TLS 1.2 en 1.3 geen hello ({nl}): een weigering bewijst dan niets",
                "the same test got no hello for TLS 1.2 and 1.3 either ({en}): a refusal then proves nothing"
            ),
            text!("zie URL-02, of keur opnieuw zonder proxy", "see URL-02, or check again without a proxy"),
        )
        .by(Obstacle::Call(hello(Tls::Modern)))
        .into());
    }
    for exchange in old {
        if facts(answered(exchange)?)?.refusal.is_none() {
            return Err(reason::not_recorded().into());
        }
    }
    cx.judged(Vec::new())
}

/// What a hello was answered with: a version, the name of an alert, or the end of the connection.
fn spoken(facts: &TlsFacts) -> Option<Text> {
    facts.version.as_deref().or(facts.refusal.as_deref()).map(|words| match words {
        "connection closed" => text!("verbinding gesloten", "connection closed"),
        "connection reset" => text!("verbinding verbroken", "connection reset"),
        other => Text::same(shown(other)),
    })
}

fn answered(exchange: &Exchange) -> Result<&Response, Stop> {
    exchange.result.as_ref().map_err(|failure| reason::no_answer(&exchange.request, failure).into())
}

/// A hello in an old version, to an offer of nothing else.
fn old_hello(exchange: &Exchange) -> Option<Finding> {
    let version = exchange.result.as_ref().ok()?.facts.tls.as_ref()?.version.as_ref()?;
    let expected = text!("een weigering", "a refusal");
    let version = shown(version);
    let actual = text!("een hello in {version}", "a hello in {version}");
    Some(Finding::new(&exchange.request, "fact tls", expected, actual))
}

pub(super) fn plain_http_gives_no_data(cx: &CheckContext<'_>) -> Judgement {
    encrypted(cx)?;
    let list = cx.entry_request(Citizen::Subject);
    let asked = cx.attempts(&[Request::probe(Target::PlainHttp), list.clone(), hello(Tls::Modern)])?;
    let [plain, encrypted @ ..] = asked.as_slice() else { return Err(reason::not_recorded().into()) };
    // A closed port proves something only where the source can be reached at all.
    if encrypted.iter().all(|exchange| exchange.result.is_err()) {
        let failed = encrypted.iter().find_map(|exchange| Some((&exchange.request, exchange.result.as_ref().err()?)));
        let verdict = failed.map(|(request, failure)| reason::no_answer(request, failure));
        return Err(verdict.unwrap_or_else(reason::not_recorded).into());
    }
    let response = match &plain.result {
        Ok(response) => response,
        Err(failure) if matches!(failure.kind, FailureKind::Connect | FailureKind::Timeout | FailureKind::Broken) => {
            return cx.judged(Vec::new());
        }
        Err(failure) => return Err(reason::no_answer(&plain.request, failure).into()),
    };
    let status = response.status;
    let expected = text!("gesloten, een doorverwijzing of een fout", "closed, a redirect or an error");
    if response.is_success() && matches!(response.content, Content::Json(_)) {
        let actual = text!("{status}, met JSON", "{status}, with JSON");
        return cx.judged(vec![Finding::new(&plain.request, "status", expected, actual)]);
    }
    if status != 401 {
        return cx.judged(Vec::new());
    }
    // Only an API that takes tokens here as well gives the challenge that it gives on https.
    let probed = cx.probed(&list, &[list.clone().auth(Auth::None)])?;
    let [unauthorized] = probed.exchanges.as_slice() else {
        return Err(reason::not_recorded().into());
    };
    let challenges = |response: &Response| response.headers("www-authenticate").map(scheme).collect::<Vec<_>>();
    let same = unauthorized.result.as_ref().is_ok_and(|https| {
        https.status == 401 && !challenges(https).is_empty() && challenges(https) == challenges(response)
    });
    let actual =
        text!("dezelfde 401 met `WWW-Authenticate` als op https", "the same 401 with `WWW-Authenticate` as on https");
    let finding = Finding::new(&plain.request, "header www-authenticate", expected, actual);
    cx.judged(same.then_some(finding))
}

/// The scheme of a challenge: its parameters may name the address.
fn scheme(challenge: &str) -> String {
    challenge.split_whitespace().next().unwrap_or_default().trim_end_matches(',').to_ascii_lowercase()
}
