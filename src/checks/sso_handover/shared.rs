//! What several chapters say of a visit.

use crate::application::{CameTo, Seen, Tokens, Visited, Way, needs_browser, token_in, visits};
use crate::base::text::{Text, shown};
use crate::evidence::exchange::visit::{Call, HandOver, Party, Received, TokenKind};
use crate::judging::context::{CheckContext, Stop};
use crate::judging::reason;
use crate::judging::verdict::{Finding, Obstacle, Verdict};
use crate::text;

/// The grant of a token exchange (RFC 8693, section 2.1).
pub(super) const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// The type of an access token (RFC 8693, section 3).
pub(super) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Tokens that are meant for servers alone.
pub(super) const OF_SERVERS: [TokenKind; 5] =
    [TokenKind::Access, TokenKind::Refresh, TokenKind::Id, TokenKind::Actor, TokenKind::Exchanged];

/// Whether a call is an exchange, or was meant to be one.
pub(super) fn is_exchange(received: &Received) -> bool {
    received.parameter("grant_type") == Some(EXCHANGE) || received.parameter("subject_token").is_some()
}

/// The exchanges that our own ACM was asked for in a visit.
pub(super) fn exchanges<'a>(visited: &Visited<'a>) -> impl Iterator<Item = Seen<'a, Received>> + use<'a> {
    visited.received().filter(|seen| is_exchange(seen.what))
}

/// The visits in which one thing is done after the other, at our own ACM and MBP.
pub(super) fn sequential<'a>(cx: &CheckContext<'a>) -> Result<Vec<Visited<'a>>, Stop> {
    let application = cx.application()?;
    cx.at_stand_ins()?;
    cx.visits(&visits::sequential(application.hand_over_urls.len()))
}

/// The ordinary visits with hand-overs: twice by the first page of the profile, and where that can be, once by each.
pub(super) fn ordinary<'a>(cx: &CheckContext<'a>) -> Result<Vec<Visited<'a>>, Stop> {
    let count = cx.application()?.hand_over_urls.len();
    let pages = visits::pages(count).filter(|_| cx.way() == Way::Laptop);
    cx.visits(&[visits::twice()].into_iter().chain(pages).collect::<Vec<_>>())
}

/// Without scripts, and without a browser that somebody sits at, a login at an ACM that is not ours is the end.
pub(super) fn not_logged_in() -> Verdict {
    Verdict::blocked(
        text!("bronkeur kan een burger niet bij ACM aanmelden", "bronkeur cannot log a citizen in at ACM"),
        text!(
            "keur de toepassing met `bronkeur acm --mbp`: daar meldt bronkeur zijn testburgers zelf aan",
            "check the application with `bronkeur acm --mbp`: there bronkeur logs its test citizens in itself"
        ),
    )
    .by(Obstacle::OtherWay)
}

/// Whether a visit that was to log somebody in came no further than the login page of an ACM that is not ours.
pub(super) fn ends_at_the_login(cx: &CheckContext<'_>, visited: &Visited<'_>) -> bool {
    let is_login = |came: &CameTo<'_>| matches!(came, CameTo::Login);
    cx.way() == Way::Running && visited.citizen(0).is_some() && visited.came_to(0).iter().any(is_login)
}

/// The same, each with an exchange; blocked where the application asks for none.
pub(super) fn with_exchanges<'a>(cx: &CheckContext<'a>) -> Result<Vec<Visited<'a>>, Stop> {
    let visited = sequential(cx)?;
    if visited.iter().any(|visited| exchanges(visited).next().is_some()) {
        return Ok(visited);
    }
    Err(no_exchange(&visited).into())
}

/// There was no exchange that gave a token: what ACM refused instead, where it did.
pub(super) fn no_exchange(visits: &[Visited<'_>]) -> Verdict {
    let refused = visits.iter().find_map(refusal);
    refused.unwrap_or_else(|| {
        reason::unmet(text!("de toepassing vroeg ACM geen uitwisseling", "the application asked ACM for no exchange"))
    })
}

/// The first call of an application that ACM or MBP refused in a visit, with what to look at.
pub(super) fn refusal(visited: &Visited<'_>) -> Option<Verdict> {
    let is_refused = |seen: &Seen<'_, Received>| {
        let is_asked = matches!(seen.what.call, Call::Authorization | Call::Token | Call::TokenApi);
        is_asked && seen.what.status.is_some_and(|status| status >= 400)
    };
    let Received { by, call, method, path, status, error, .. } = visited.received().find(is_refused)?.what;
    let by = match by {
        Party::Acm => "ACM",
        Party::Mbp => "MBP",
    };
    let came = status.map(|status| status.to_string()).unwrap_or_default();
    let came = shown(&[came, error.clone().unwrap_or_default()].join(" ")).trim_end().to_owned();
    let asked = shown(&format!("{method} {}", path.split('?').next().unwrap_or_default()));
    let why = text!(
        "{by} weigerde een oproep van de toepassing ({asked}: {came})",
        "{by} refused a call of the application ({asked}: {came})"
    );
    let remedy = match (call, error.as_deref()) {
        (_, Some("invalid_client")) => Some(text!(
            "kijk client-id en secret van de toepassing na: `bronkeur acm --mbp` zegt waar ze te vinden zijn",
            "check the client-id and secret of the application: `bronkeur acm --mbp` says where they are"
        )),
        (Call::Authorization, _) => Some(text!(
            "kijk client-id, `redirect_uri` en scopes van de aanmelding na; een `redirect_uri` op een andere host laat `acm --redirect-uri` toe",
            "check the client-id, `redirect_uri` and scopes of the login; `acm --redirect-uri` allows a `redirect_uri` on another host"
        )),
        _ => None,
    };
    let verdict = reason::unmet(why);
    Some(Verdict { remedy: remedy.or(verdict.remedy), ..verdict })
}

/// The hand-overs with a token in an ordinary visit; blocked where there is none.
pub(super) fn handed_over<'a>(cx: &CheckContext<'a>) -> Result<Visited<'a>, Stop> {
    let visited = cx.visit(&visits::twice())?;
    if visited.with_token().next().is_some() { Ok(visited) } else { Err(no_hand_over().into()) }
}

/// There was no hand-over with a token: why, another requirement says.
pub(super) fn no_hand_over() -> Verdict {
    reason::unmet(text!("er was geen overdracht met een token", "there was no hand-over with a token"))
}

/// The ordinary visit, where its hand-overs carry temporary tokens; blocked where they do not, or where nobody knows.
pub(super) fn well_handed_over<'a>(cx: &CheckContext<'a>) -> Result<Visited<'a>, Stop> {
    cx.application()?;
    cx.at_stand_ins()?;
    let visited = handed_over(cx)?;
    let tokens = Tokens::of(&[visited]);
    if visited.with_token().all(|(_, token)| tokens.is(&token, TokenKind::Temporary)) {
        return Ok(visited);
    }
    Err(reason::unmet(text!(
        "ook gewoon komt de burger niet met een tijdelijk token aan",
        "ordinarily too the citizen does not arrive with a temporary token"
    ))
    .into())
}

/// Why nothing that was not seen proves anything: a page with scripts shows no more than what came with it, of a long one
/// only a part was read, and behind a login nobody was.
pub(super) fn scripts<'a>(
    cx: &CheckContext<'_>,
    visited: impl IntoIterator<Item = &'a Visited<'a>> + Copy,
) -> Option<Stop> {
    let any = |holds: &dyn Fn(&Visited<'_>) -> bool| visited.into_iter().any(holds);
    if any(&|visited| ends_at_the_login(cx, visited)) {
        return Some(not_logged_in().into());
    }
    if any(&|visited| visited.has_scripts(cx)) {
        return Some(needs_browser().into());
    }
    any(&|visited| visited.has_unread(cx)).then(|| {
        let why = text!(
            "een pagina is langer dan bronkeur leest, of in een codering die het niet leest",
            "a page is longer than bronkeur reads, or in an encoding that it does not read"
        );
        let remedy = text!(
            "maak de pagina korter dan 2 MB, en stuur ze in UTF-8 en zonder `Content-Encoding` als er niet om gevraagd is",
            "make the page shorter than 2 MB, and send it in UTF-8 and without `Content-Encoding` where none was asked for"
        );
        Verdict::blocked(why, remedy).into()
    })
}

/// What a citizen meets where there can be no good token: what is wrong with how a deed came out. `tokens`: what was
/// given. None where the citizen reaches MBP without a token, reads a page, or logs in again.
pub(super) fn bad_end(visited: &Visited<'_>, came: &CameTo<'_>, tokens: &Tokens<'_>) -> Option<Finding> {
    let expected = || {
        text!(
            "MBP zonder token, of een pagina die zegt wat te doen",
            "MBP without a token, or a page that says what to do"
        )
    };
    let no_answer = |at: usize, ms: u64| {
        let actual = text!("geen antwoord na {ms} ms", "no answer after {ms} ms");
        visited.finding(at, "ms", expected(), actual)
    };
    match came {
        CameTo::HandOver(seen) => bad_token(visited, *seen, tokens),
        CameTo::Page(seen) => {
            let (page, status) = (&seen.what.page, seen.what.status.unwrap_or_default());
            if status == 0 {
                return Some(no_answer(seen.at, seen.what.ms));
            }
            if status >= 500 {
                return Some(visited.finding(seen.at, "status", expected(), Text::same(status)));
            }
            if let Some(tell) = page.tells.first() {
                return Some(visited.finding(seen.at, "page/tells", expected(), tell_in_words(*tell)));
            }
            let kinds = [&OF_SERVERS[..], &[TokenKind::Temporary]].concat();
            let held = page.holds.iter().flat_map(|held| tokens.within(held, &kinds)).next()?;
            let kind = kind_in_words(held.kind);
            Some(visited.finding(seen.at, "page/holds", expected(), kind))
        }
        CameTo::Redirects(seen) => {
            let actual = text!("een eindeloze doorverwijzing", "an endless redirect");
            Some(visited.finding(seen.at, "url", expected(), actual))
        }
        CameTo::NoAnswer(seen, ms) => Some(no_answer(seen.map_or(0, |seen| seen.at), *ms)),
        CameTo::Login | CameTo::Elsewhere(_) | CameTo::Nothing => None,
    }
}

/// A hand-over with a token that is none: empty, or not one that MBP gave.
fn bad_token(visited: &Visited<'_>, seen: Seen<'_, HandOver>, tokens: &Tokens<'_>) -> Option<Finding> {
    let token = token_in(&seen.what.url)?;
    if tokens.is(&token, TokenKind::Temporary) {
        return None;
    }
    let expected = text!("geen parameter `token`", "no parameter `token`");
    let actual = match tokens.find(&token) {
        Some(issued) => kind_in_words(issued.kind),
        None if token.is_empty() => text!("een lege `token`", "an empty `token`"),
        None => {
            let token = shown(&token);
            text!("`token={token}`", "`token={token}`")
        }
    };
    Some(visited.finding(seen.at, "url", expected, actual))
}

fn tell_in_words(tell: crate::evidence::exchange::visit::Tell) -> Text {
    use crate::evidence::exchange::visit::Tell;
    match tell {
        Tell::StackTrace => text!("een stack trace in de pagina", "a stack trace in the page"),
        Tell::OauthError => text!("een foutcode van OAuth in de pagina", "an error code of OAuth in the page"),
    }
}

/// A kind of token, for people.
pub(super) fn kind_in_words(kind: TokenKind) -> Text {
    match kind {
        TokenKind::Code => text!("een autorisatiecode", "an authorization code"),
        TokenKind::Access => text!("het toegangstoken van de burger", "the citizen's access token"),
        TokenKind::Refresh => text!("het refresh token van de burger", "the citizen's refresh token"),
        TokenKind::Id => text!("het ID-token van de burger", "the citizen's ID token"),
        TokenKind::Actor => text!("het eigen token van de toepassing", "the application's own token"),
        TokenKind::Exchanged => text!("het uitgewisselde token", "the exchanged token"),
        TokenKind::Temporary => text!("een tijdelijk token van MBP", "a temporary token of MBP"),
    }
}

/// Several words as one text, joined by commas.
pub(super) fn listed(words: impl IntoIterator<Item = Text>) -> Text {
    let (nl, en): (Vec<String>, Vec<String>) = words.into_iter().map(|Text { nl, en }| (nl, en)).unzip();
    Text::new(nl.join(", "), en.join(", "))
}
