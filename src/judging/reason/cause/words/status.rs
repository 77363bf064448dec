//! Answers that a good call does not get.

use super::{CauseKind, Place, Server, Told};
use crate::base::text::Text;
use crate::judging::reason::issuer::ActionOwner;
use crate::text;

impl CauseKind {
    pub(super) fn of_status(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        let Text { nl, en } = place.name();
        let keeper = place.keeper();
        let (what, remedy, who) = match self {
            Self::TooManyRequests => (
                text!("{nl} antwoordt 429: te veel oproepen", "{en} answers 429: too many calls"),
                slower(place),
                if place.server == Server::Issuer { keeper } else { ActionOwner::Owner },
            ),
            Self::BadGateway => (
                text!(
                    "wat voor {nl} staat (gateway, proxy), krijgt er geen bruikbaar antwoord van (502)",
                    "what is in front of {en} (gateway, proxy) gets no usable answer from it (502)"
                ),
                text!(
                    "controleer of de toepassing achter de gateway draait, en de logs van beide",
                    "check that the application behind the gateway runs, and the logs of both"
                ),
                keeper,
            ),
            Self::Unavailable => (
                text!("{nl} is niet beschikbaar (503)", "{en} is not available (503)"),
                text!(
                    "start de toepassing, of wacht tot het onderhoud of de overbelasting voorbij is, en keur opnieuw",
                    "start the application, or wait until maintenance or overload is over, and check again"
                ),
                keeper,
            ),
            Self::GatewayTimeout => (
                text!(
                    "wat voor {nl} staat (gateway, proxy), wacht er vergeefs op antwoord van (504)",
                    "what is in front of {en} (gateway, proxy) waits in vain for its answer (504)"
                ),
                text!(
                    "zoek waarom de toepassing traag is of hangt, of verhoog de wachttijd van de gateway",
                    "find out why the application is slow or hangs, or raise the gateway's time limit"
                ),
                keeper,
            ),
            _ => return self.of_refusal(place, detail),
        };
        Some(Told { what, remedy, who })
    }

    /// A good call that is refused, or not understood.
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn of_refusal(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        let Text { nl, en } = place.name();
        let Text { nl: more_nl, en: more_en } = detail;
        let (address, keeper) = (place.address(), place.keeper());
        let (what, remedy, who) = match self {
            Self::TokenRefused => (
                text!("{nl} weigert een goed token met 401{more_nl}", "{en} refuses a good token with 401{more_en}"),
                text!(
                    "zoek in de logs van de bron waarom: wijst ze naar deze ACM, met het juiste introspectieadres, client-id en geheim?",
                    "find the reason in the log of the source: does it use this ACM, with the right introspection address, client-id and secret?"
                ),
                keeper,
            ),
            Self::BroughtTokenRefused => (
                text!(
                    "{nl} weigert met 401 het token dat het profiel meebrengt",
                    "{en} refuses with 401 the token that the profile brings"
                ),
                text!(
                    "breng een vers token mee: een TX-token leeft maar kort; is het nog goed, zoek dan in de logs van de bron waarom",
                    "bring a fresh token: a TX token lives for a short time only; if it is still good, find the reason in the log of the source"
                ),
                ActionOwner::Owner,
            ),
            Self::AccessForbidden => (
                text!("{nl} weigert een goed token met 403{more_nl}", "{en} refuses a good token with 403{more_en}"),
                text!(
                    "zoek in de logs van de bron, of van de gateway ervoor, waarom: een scope, een toegangsregel, of een filter op adres (laat dit adres dan toe)",
                    "find the reason in the log of the source, or of the gateway before it: a scope, a rule of access, or a filter by address (then admit this address)"
                ),
                keeper,
            ),
            Self::NothingAtBaseUrl => (
                text!(
                    "{nl} vindt de lijst van attesten niet (404)",
                    "{en} does not find the list of certificates (404)"
                ),
                text!(
                    "verbeter `{address}` in het profiel: alles tot en met de versie, zonder `/certificates` (zoals https://api.example.be/v1); klopt het, geef de bron dan testgegevens van deze burger",
                    "correct `{address}` in the profile: everything up to and including the version, without `/certificates` (such as https://api.example.be/v1); if it is right, give the source test data of this citizen"
                ),
                ActionOwner::Owner,
            ),
            Self::Redirected => (
                text!("{nl} verwijst een goede oproep door{more_nl}", "{en} redirects a good call{more_en}"),
                text!(
                    "schrijf in `{address}` de URL waarnaar ze doorverwijst; een token volgt geen doorverwijzing",
                    "write in `{address}` the URL to which it redirects; a token follows no redirect"
                ),
                ActionOwner::Owner,
            ),
            Self::WebPage => (
                text!(
                    "{nl} antwoordt met een webpagina (HTML) in plaats van met de API{more_nl}",
                    "{en} answers with a web page (HTML) in place of the API{more_en}"
                ),
                text!(
                    "verbeter `{address}` in het profiel: het adres van de API, tot en met de versie (zoals https://api.example.be/v1), en niet dat van een website of een aanmeldpagina",
                    "correct `{address}` in the profile: the address of the API, up to and including the version (such as https://api.example.be/v1), and not that of a website or a login page"
                ),
                ActionOwner::Owner,
            ),
            Self::UnexpectedStatus if place.server == Server::Application => (
                text!("{nl} antwoordt met een fout{more_nl}", "{en} answers with an error{more_en}"),
                text!(
                    "zoek de oorzaak in de logs van de toepassing, op het tijdstip van dat bezoek",
                    "find the cause in the log of the application, at the time of that visit"
                ),
                keeper,
            ),
            Self::UnexpectedStatus => (
                text!(
                    "{nl} antwoordt op een goede oproep niet met 200{more_nl}",
                    "{en} does not answer a good call with 200{more_en}"
                ),
                text!(
                    "zoek de oorzaak in de logs van de bron, op het tijdstip van die oproep",
                    "find the cause in the log of the source, at the time of that call"
                ),
                keeper,
            ),
            Self::SourceClientRefused => (
                text!(
                    "de bron introspecteert bij `bronkeur acm` met {more_nl}, en wordt geweigerd",
                    "the source introspects at `bronkeur acm` with {more_en}, and is refused"
                ),
                text!(
                    "stel in de bron de client-id en het geheim in die `bronkeur acm` toont (`client-id`, `client-secret-file`), en start ze opnieuw",
                    "configure in the source the client-id and the secret that `bronkeur acm` shows (`client-id`, `client-secret-file`), and start it again"
                ),
                ActionOwner::Source,
            ),
            _ => return None,
        };
        Some(Told { what, remedy, who })
    }
}

fn slower(place: Place<'_>) -> Text {
    if place.server == Server::Issuer {
        return text!(
            "keur later opnieuw: ACM beperkt het aantal aanvragen",
            "check again later: ACM limits the number of calls"
        );
    }
    if place.server == Server::Application {
        return text!(
            "keur later opnieuw, of laat deze computer meer oproepen toe",
            "check again later, or allow this computer more calls"
        );
    }
    text!(
        "keur trager met --rate (of `source.rate`), of laat deze computer meer oproepen toe",
        "check more slowly with --rate (or `source.rate`), or allow this computer more calls"
    )
}
