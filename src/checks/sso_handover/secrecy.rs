//! Chapter secrecy: who gets to see which token.

use std::collections::BTreeSet;

use url::Url;

use crate::application::{Seen, Shown, Tokens, Visited, Where, is_at, marks_in, visits};
use crate::base::text::{Text, shown};
use crate::checks::checks;
use crate::evidence::exchange::visit::{Call, Issued, Navigation, Party, TokenKind};
use crate::evidence::setup::ApplicationSetup;
use crate::judging::context::{CheckContext, Judgement, Stop};
use crate::judging::reason;
use crate::judging::reason::cause::origin_of;
use crate::judging::verdict::{Finding, Verdict};
use crate::text;

use super::shared::{
    OF_SERVERS, ends_at_the_login, handed_over, kind_in_words, listed, no_hand_over, not_logged_in, scripts,
    with_exchanges,
};

checks!(
    exchanged_token_stays_between_servers,
    browser_calls_no_api,
    only_mbp_sees_the_temporary_token,
    browser_keeps_no_temporary_token,
    referer_tells_nothing,
    front_end_holds_no_secret,
    own_url_tells_nothing,
    whole_way_is_encrypted,
    where_tokens_live,
);

/// The names under which a URL carries a token.
const NAMES: [&str; 5] = ["token", "access_token", "refresh_token", "id_token", "client_secret"];

/// The finding of a token where it must not be.
fn leaked(visited: &Visited<'_>, shown: &Shown<'_>, kind: TokenKind, expected: Text) -> Finding {
    let (Text { nl, en }, place) = (kind_in_words(kind), shown.place.in_words());
    let actual = Text::new(format!("{nl} {}", place.nl), format!("{en} {}", place.en));
    visited.finding(shown.at, shown.member, expected, actual)
}

fn exchanged_token_stays_between_servers(cx: &CheckContext<'_>) -> Judgement {
    with_exchanges(cx)?;
    let (visits, obstacle) = cx.whole_visits()?;
    let tokens = Tokens::of(&visits);
    let mbp = &cx.application()?.mbp.base_url;
    // In these SSO-21 says what stands in `token`; in others it may be there in the place of none.
    let ordinary = visits::sequential(cx.application()?.hand_over_urls.len());
    let (mut findings, mut at_mbp, mut ordinarily) = (Vec::new(), Vec::new(), false);
    for visited in &visits {
        for (shown, issued) in visited.leaks(&tokens, &[TokenKind::Exchanged]) {
            let expected = text!("nergens in de browser", "nowhere in the browser");
            let finding = leaked(visited, &shown, issued.kind, expected);
            let is_at_mbp = is_at(&shown.text, mbp);
            ordinarily |= is_at_mbp && visited.is_one_of(&ordinary);
            if is_at_mbp { at_mbp.push(finding) } else { findings.push(finding) }
        }
    }
    if !ordinarily {
        findings.append(&mut at_mbp);
    }
    if findings.is_empty() && ordinarily {
        let why = text!("het staat in `token` van de URL naar MBP", "it is in `token` of the URL to MBP");
        return Err(reason::unmet(why).into());
    }
    cx.judged_unless(findings, obstacle.or_else(|| scripts(cx, &visits)))
}

fn browser_calls_no_api(cx: &CheckContext<'_>) -> Judgement {
    let (visits, obstacle) = cx.whole_visits()?;
    let mbp = &cx.application()?.mbp.base_url;
    let issuer = cx.setup().acm.as_ref().map_or("", |acm| acm.issuer.as_str());
    let mut findings = Vec::new();
    for visited in &visits {
        let expected = || text!("alleen oproepen van de server", "calls of the server alone");
        let by_script = visited
            .received()
            .filter(|seen| seen.what.by_script && matches!(seen.what.call, Call::Token | Call::TokenApi));
        for seen in by_script {
            let actual = match seen.what.by {
                Party::Acm => {
                    text!("een script riep het tokeneindpunt van ACM op", "a script called ACM's token endpoint")
                }
                Party::Mbp => text!("een script riep de token-API van MBP op", "a script called MBP's token API"),
            };
            findings.push(visited.finding(seen.at, "by_script", expected(), actual));
        }
        let went = visited.navigations().map(|seen| (seen.at, &seen.what.method, &seen.what.url));
        let left = visited.hand_overs().map(|seen| (seen.at, &seen.what.method, &seen.what.url));
        for (at, method, url) in went.chain(left).filter(|(_, _, url)| is_api(url, issuer, mbp)) {
            let actual = Text::same(shown(&format!("{method} {url}")));
            findings.push(visited.finding(at, "url", expected(), actual));
        }
    }
    cx.judged_unless(findings, obstacle.or_else(|| scripts(cx, &visits)))
}

/// Whether a browser went to the token endpoint of the issuer, or to the token API of MBP.
fn is_api(url: &str, issuer: &str, mbp: &str) -> bool {
    let path = Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
    (is_at(url, issuer) && path.ends_with("/v1/token")) || (is_at(url, mbp) && path == "/auth/v1/token")
}

/// The temporary tokens of visits, by mark: what MBP gave, or, where it is not our own, what was carried to it.
fn temporary(visits: &[Visited<'_>]) -> BTreeSet<String> {
    let given = visits.iter().flat_map(Visited::issued);
    let given = given.filter(|seen| seen.what.kind == TokenKind::Temporary).map(|seen| seen.what.token.clone());
    let carried = visits.iter().flat_map(Visited::with_token).map(|(_, token)| token);
    let known = Tokens::of(visits);
    let others = |token: &String| known.find(token).is_none_or(|issued| issued.kind == TokenKind::Temporary);
    let marks =
        given.chain(carried.filter(others)).filter_map(|token| marks_in(&token).first().map(|mark| (*mark).to_owned()));
    marks.collect()
}

/// The places that show one of these tokens.
fn places<'a>(visited: &Visited<'a>, temporary: &BTreeSet<String>) -> Vec<Shown<'a>> {
    let shows = |shown: &Shown<'_>| marks_in(&shown.text).iter().any(|mark| temporary.contains(*mark));
    visited.shown().into_iter().filter(shows).collect()
}

/// Every visit of the run, and the temporary tokens in them.
struct WithTokens<'a> {
    visits: Vec<Visited<'a>>,
    /// By mark.
    temporary: BTreeSet<String>,
    /// Why not every visit took place.
    obstacle: Option<Stop>,
}

/// The visits, and the temporary tokens in them; blocked where there is none.
fn with_temporary<'a>(cx: &CheckContext<'a>) -> Result<WithTokens<'a>, Stop> {
    let (visits, obstacle) = cx.whole_visits()?;
    let temporary = temporary(&visits);
    if temporary.is_empty() { Err(no_hand_over().into()) } else { Ok(WithTokens { visits, temporary, obstacle }) }
}

/// Whether an address is the application's own, or one that its owner vouches for.
fn is_own(cx: &CheckContext<'_>, application: &ApplicationSetup, url: &str) -> bool {
    let own = application.start_url.iter().chain(&application.hand_over_urls).chain(&application.logout_url);
    own.chain(&cx.setup().origins).any(|own| is_at(url, own))
}

fn only_mbp_sees_the_temporary_token(cx: &CheckContext<'_>) -> Judgement {
    let WithTokens { visits, temporary, obstacle } = with_temporary(cx)?;
    let application = cx.application()?;
    let is_own = |url: &str| is_own(cx, application, url);
    let mut findings = Vec::new();
    for visited in &visits {
        let expected = || text!("alleen MBP ziet het", "MBP alone sees it");
        for shown in places(visited, &temporary) {
            let is_sent = matches!(shown.place, Where::Url | Where::Referer) && shown.member != "from";
            // What the browser tells MBP of where it came from is for SSO-33.
            let to_mbp =
                is_at(shown.of, &application.mbp.base_url) || visited.hand_overs().any(|seen| seen.at == shown.at);
            let target = match &shown.place {
                Where::Header(name) if name == "location" => Some(shown.text.as_ref()),
                // A browser fetches what it is told to preload (RFC 8288).
                Where::Header(name) if name == "link" => {
                    shown.text.split_once('<').and_then(|(_, rest)| Some(rest.split_once('>')?.0))
                }
                _ => None,
            };
            let to_elsewhere = target.is_some_and(|target| {
                !is_at(target, &application.mbp.base_url) && !is_own(target) && Url::parse(target).is_ok()
            });
            if (is_sent && !to_mbp && !is_own(shown.of)) || to_elsewhere {
                findings.push(leaked(visited, &shown, TokenKind::Temporary, expected()));
            }
        }
        for seen in visited.received().filter(|seen| seen.what.by == Party::Acm) {
            let holds = |value: &str| marks_in(value).iter().any(|mark| temporary.contains(*mark));
            if seen.what.parameters.iter().any(|(_, value)| holds(value)) {
                let actual = text!("ACM kreeg het in een parameter", "ACM got it in a parameter");
                findings.push(visited.finding(seen.at, "parameters", expected(), actual));
            }
        }
    }
    cx.judged_unless(findings, obstacle.or_else(|| scripts(cx, &visits)))
}

fn browser_keeps_no_temporary_token(cx: &CheckContext<'_>) -> Judgement {
    let WithTokens { visits, temporary, obstacle } = with_temporary(cx)?;
    let application = cx.application()?;
    let mut findings = Vec::new();
    for visited in &visits {
        for shown in places(visited, &temporary) {
            let keeps = match &shown.place {
                Where::Cookie(_) | Where::Page => true,
                // What goes to others is for SSO-31.
                Where::Url => is_own(cx, application, &shown.text),
                _ => false,
            };
            if keeps {
                let expected = text!("nergens in de browser", "nowhere in the browser");
                findings.push(leaked(visited, &shown, TokenKind::Temporary, expected));
            }
        }
    }
    cx.judged_unless(findings, obstacle.or_else(|| scripts(cx, &visits)))
}

/// What a URL or a text tells that it must not: a token that is known, a parameter of such a name, or a number.
fn tells(cx: &CheckContext<'_>, tokens: &Tokens<'_>, text: &str) -> Option<Text> {
    let kinds = [&OF_SERVERS[..], &[TokenKind::Temporary]].concat();
    if let Some(issued) = tokens.within(text, &kinds).first() {
        return Some(kind_in_words(issued.kind));
    }
    let named = Url::parse(text).ok().and_then(|url| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(name, value)| NAMES.contains(&name.as_ref()) && !value.is_empty())
            .map(|(name, _)| name.into_owned())
    });
    if let Some(name) = named {
        return Some(text!("een parameter `{name}`", "a parameter `{name}`"));
    }
    let names = cx.citizens_in(text);
    (!names.is_empty()).then(|| text!("een rijksregisternummer", "a national number"))
}

fn referer_tells_nothing(cx: &CheckContext<'_>) -> Judgement {
    handed_over(cx)?;
    let (visits, obstacle) = cx.whole_visits()?;
    let tokens = Tokens::of(&visits);
    let mut findings = Vec::new();
    for visited in &visits {
        for seen in visited.hand_overs() {
            let told = seen.what.referer.as_deref().and_then(|referer| tells(cx, &tokens, referer));
            let expected = text!("een Referer zonder token en nummer", "a Referer without token and number");
            findings.extend(told.map(|told| visited.finding(seen.at, "referer", expected, told)));
        }
    }
    cx.judged_unless(findings, obstacle)
}

/// Whether a text holds a secret of the profile. The password of a URL is somebody's, whatever it is for: it stands between
/// `:` and `@`.
fn holds_secret(text: &str) -> bool {
    marks_in(text).into_iter().filter(|mark| mark.starts_with("SECRET-")).any(|mark| {
        let is_password = text.match_indices(mark).all(|(at, _)| {
            let after = text.get(at + mark.len()..).unwrap_or_default().trim_start_matches('x');
            text.get(..at).is_some_and(|before| before.ends_with(':')) && after.starts_with('@')
        });
        !is_password
    })
}

fn front_end_holds_no_secret(cx: &CheckContext<'_>) -> Judgement {
    let (visits, obstacle) = cx.whole_visits()?;
    let mut findings = Vec::new();
    for visited in &visits {
        for shown in visited.shown() {
            if holds_secret(&shown.text) {
                let Text { nl, en } = shown.place.in_words();
                let expected = text!("nergens in de browser", "nowhere in the browser");
                let actual = text!("een geheim van het profiel {nl}", "a secret of the profile {en}");
                findings.push(visited.finding(shown.at, shown.member, expected, actual));
            }
        }
    }
    cx.judged_unless(findings, obstacle.or_else(|| scripts(cx, &visits)))
}

fn own_url_tells_nothing(cx: &CheckContext<'_>) -> Judgement {
    handed_over(cx)?;
    let (visits, obstacle) = cx.whole_visits()?;
    let tokens = Tokens::of(&visits);
    let application = cx.application()?;
    let mut findings = Vec::new();
    for visited in &visits {
        let of_hand_over =
            |seen: &Seen<'_, Navigation>| visited.hands_over(seen.step) && is_own(cx, application, &seen.what.url);
        for seen in visited.navigations().filter(of_hand_over) {
            let expected = text!("een adres zonder token en nummer", "an address without token and number");
            let told = tells(cx, &tokens, &seen.what.url);
            findings.extend(told.map(|told| visited.finding(seen.at, "url", expected, told)));
        }
    }
    cx.judged_unless(findings, obstacle)
}

/// Whether a URL is encrypted, or stays on this machine.
fn is_encrypted(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return true };
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => true,
    };
    url.scheme() == "https" || is_local
}

fn whole_way_is_encrypted(cx: &CheckContext<'_>) -> Judgement {
    let (visits, obstacle) = cx.whole_visits()?;
    let mut findings = Vec::new();
    for visited in &visits {
        for seen in visited.navigations() {
            let url = &seen.what.url;
            if !is_encrypted(url) {
                findings.push(visited.finding(seen.at, "url", Text::same("https"), Text::same(shown(&origin_of(url)))));
            }
            if seen.what.page.mixed_content {
                let expected = text!("alle delen over https", "all parts over https");
                let actual = text!("een deel van de pagina over http", "a part of the page over http");
                findings.push(visited.finding(seen.at, "page/mixed_content", expected, actual));
            }
        }
    }
    let unseen = || visits.iter().any(|visited| ends_at_the_login(cx, visited)).then(|| not_logged_in().into());
    cx.judged_unless(findings, obstacle.or_else(unseen))
}

fn where_tokens_live(cx: &CheckContext<'_>) -> Judgement {
    cx.application()?;
    cx.at_stand_ins()?;
    let visited = cx.visit(&visits::twice())?;
    let tokens = Tokens::of(&[visited]);
    let of_oidc = [TokenKind::Access, TokenKind::Refresh, TokenKind::Id];
    let mut seen: Vec<Text> = Vec::new();
    for (shown, Issued { kind, .. }) in visited.leaks(&tokens, &of_oidc) {
        let (Text { nl, en }, place) = (kind_in_words(*kind), shown.place.in_words());
        let told = Text::new(format!("{nl} {}", place.nl), format!("{en} {}", place.en));
        if !seen.contains(&told) {
            seen.push(told);
        }
    }
    if !seen.is_empty() {
        return Ok(Verdict::observed(listed(seen)));
    }
    let cookies = visited.navigations().flat_map(|seen| &seen.what.cookies).filter(|cookie| !cookie.removed);
    let cookies = cookies.map(|cookie| &cookie.name).collect::<BTreeSet<_>>().len();
    Ok(Verdict::observed(text!(
        "in de browser was geen OIDC-token te zien (cookies: {cookies}, hoogstens versleuteld)",
        "no OIDC token was to be seen in the browser (cookies: {cookies}, encrypted at most)"
    )))
}
