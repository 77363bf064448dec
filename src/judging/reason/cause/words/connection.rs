//! No connection, or nothing of use over it.

use super::{CauseKind, Place, Server, Told, in_brackets};
use crate::base::text::Text;
use crate::judging::reason::issuer::ActionOwner;
use crate::text;

impl CauseKind {
    pub(super) fn of_connection(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        let Text { nl, en } = place.name();
        let Text { nl: by_nl, en: by_en } = in_brackets(detail);
        let (address, keeper) = (place.address(), place.keeper());
        let (what, remedy, who) = match self {
            Self::NameNotFound => (
                text!("de hostnaam van {nl} is niet gevonden (DNS)", "the host name of {en} was not found (DNS)"),
                text!(
                    "verbeter de hostnaam in `{address}`, of zorg voor DNS of VPN op deze computer",
                    "correct the host name in `{address}`, or see to DNS or VPN on this computer"
                ),
                ActionOwner::Owner,
            ),
            Self::ConnectionRefused => {
                (text!("{nl} weigert verbindingen", "{en} refuses connections"), place.start(), keeper)
            }
            Self::NoConnection => (
                text!("{nl} is niet bereikbaar{by_nl}", "{en} cannot be reached{by_en}"),
                text!(
                    "laat firewall, proxy of VPN deze computer toe, en controleer de host en de poort in `{address}`",
                    "have firewall, proxy or VPN admit this computer, and check the host and the port in `{address}`"
                ),
                keeper,
            ),
            Self::NoAnswerInTime => (
                text!("{nl} antwoordt niet op tijd{by_nl}", "{en} does not answer in time{by_en}"),
                in_time(place),
                keeper,
            ),
            Self::ConnectionBroken => (
                text!(
                    "{nl} verbreekt de verbinding zonder volledig antwoord{by_nl}",
                    "{en} ends the connection without a complete answer{by_en}"
                ),
                text!(
                    "kijk op het tijdstip van die oproep in de logs van de server, en van de proxy of gateway ervoor",
                    "look at the time of that call in the log of the server, and of the proxy or gateway before it"
                ),
                keeper,
            ),
            Self::NotHttp => (
                text!("wat {nl} antwoordt, is geen HTTP{by_nl}", "what {en} answers is no HTTP{by_en}"),
                text!(
                    "op die poort draait iets anders: verbeter `{address}`",
                    "something else runs on that port: correct `{address}`"
                ),
                ActionOwner::Owner,
            ),
            Self::HttpToHttpsPort => (
                text!(
                    "{nl} spreekt geen gewone http; die poort is wellicht voor https",
                    "{en} does not speak plain http; that port is probably for https"
                ),
                text!("schrijf `https://` in `{address}`", "write `https://` in `{address}`"),
                ActionOwner::Owner,
            ),
            Self::HttpsToHttpPort => (
                text!("{nl} spreekt op die poort geen TLS", "{en} does not speak TLS on that port"),
                text!(
                    "zet TLS aan op de server, of verbeter de poort in `{address}`; op de eigen computer (localhost) mag het ook met `http://`",
                    "switch TLS on at the server, or correct the port in `{address}`; on this computer (localhost) `http://` will do"
                ),
                keeper,
            ),
            _ => return None,
        };
        Some(Told { what, remedy, who })
    }
}

fn in_time(place: Place<'_>) -> Text {
    if place.server == Server::Issuer {
        return place.start();
    }
    if place.server == Server::Application {
        return text!("zoek waarom de toepassing traag is of hangt", "find out why the application is slow or hangs");
    }
    text!(
        "zoek waarom de bron traag is of hangt; is traag hier normaal, verhoog dan `source.timeout`",
        "find out why the source is slow or hangs; if that is usual here, raise `source.timeout`"
    )
}
