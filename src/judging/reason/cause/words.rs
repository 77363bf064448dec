//! The words of the causes that a call shows, in both languages: what and where, what to do, and who does it.

mod connection;
mod encryption;
mod status;

use super::{CauseKind, IssuerIs, Place, Server, Told};
use crate::base::text::Text;
use crate::judging::reason::issuer::ActionOwner;
use crate::text;

impl Place<'_> {
    /// How it is named: "the source https://localhost:8443".
    fn name(self) -> Text {
        // Where the address is not known the server is named without it.
        let origin = if self.origin.is_empty() { String::new() } else { format!(" {}", self.origin) };
        match (self.server, self.issuer) {
            (Server::Issuer, IssuerIs::Another) => {
                text!("de uitgever van tokens{origin}", "the issuer of tokens{origin}")
            }
            (Server::Issuer, _) => text!("ACM{origin}", "ACM{origin}"),
            (Server::Application, _) => text!("de toepassing{origin}", "the application{origin}"),
            _ => text!("de bron{origin}", "the source{origin}"),
        }
    }

    /// Whoever keeps it running.
    fn keeper(self) -> ActionOwner {
        match (self.server, self.issuer) {
            (Server::Source, _) => ActionOwner::Source,
            (Server::Application, _) => ActionOwner::Application,
            (Server::Issuer, IssuerIs::Acm) => ActionOwner::DigitaalVlaanderen,
            (Server::Issuer, IssuerIs::StandIn) | (Server::Run, _) => ActionOwner::Runner,
            _ => ActionOwner::Owner,
        }
    }

    /// Where the profile says its address.
    fn address(self) -> &'static str {
        match self.server {
            Server::Issuer => "acm.environment",
            Server::Application => "application.start_url",
            _ => "source.base_url",
        }
    }

    /// Where the profile names the authorities that vouch for it.
    fn bundle(self) -> &'static str {
        match self.server {
            Server::Issuer => "acm.ca_bundle",
            Server::Application => "application.ca_bundle",
            _ => "source.ca_bundle",
        }
    }

    /// What to do where it does not run.
    fn start(self) -> Text {
        let address = self.address();
        match (self.server, self.issuer) {
            (Server::Issuer, IssuerIs::StandIn) => text!(
                "start `bronkeur acm` in een ander venster en laat het draaien; klopt de poort in `{address}`?",
                "start `bronkeur acm` in another window and keep it running; is the port in `{address}` right?"
            ),
            (Server::Issuer, IssuerIs::Acm) => text!(
                "controleer eerst het eigen netwerk: proxy, firewall, VPN; meld het anders aan Digitaal Vlaanderen",
                "check your own network first: proxy, firewall, VPN; else tell Digitaal Vlaanderen"
            ),
            (Server::Issuer, IssuerIs::Another) => text!(
                "controleer of de uitgever draait, en de host en de poort in `{address}`",
                "check that the issuer runs, and the host and the port in `{address}`"
            ),
            (Server::Application, _) => text!(
                "start de toepassing, of verbeter de host of de poort in `{address}`; laten firewall en toegangslijst dit adres toe?",
                "start the application, or correct the host or the port in `{address}`; do firewall and allow-list admit this address?"
            ),
            _ => text!(
                "start de bron, of verbeter de host of de poort in `{address}`; laten firewall en toegangslijst dit adres toe?",
                "start the source, or correct the host or the port in `{address}`; do firewall and allow-list admit this address?"
            ),
        }
    }
}

impl CauseKind {
    /// What a cause of this kind is, what to do and who does it. `detail`: what is known besides, such as a status or the
    /// words of the system; may be empty. None for kinds whose words are those of the requirement that is blocked.
    pub fn told(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        self.of_connection(place, detail)
            .or_else(|| self.of_tls(place, detail))
            .or_else(|| self.of_status(place, detail))
            .or_else(|| self.of_run(place, detail))
    }

    fn of_run(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        let Text { nl: more_nl, en: more_en } = in_brackets(detail);
        let (what, remedy, who) = match self {
            Self::Interrupted => (
                text!("de keuring is onderbroken", "the run was interrupted"),
                text!(
                    "start ze opnieuw; `check --rerun-failed` met het report.json van deze keuring keurt alleen wat ontbreekt",
                    "start it again; `check --rerun-failed` with the report.json of this run judges only what is missing"
                ),
                ActionOwner::Runner,
            ),
            Self::LimitReached => (
                text!(
                    "de grens van het aantal oproepen was bereikt{more_nl}",
                    "the limit of calls was reached{more_en}"
                ),
                text!(
                    "verhoog de grens (`limits.requests` in het profiel, of --max-requests), of keur in delen met --only",
                    "raise the limit (`limits.requests` in the profile, or --max-requests), or check in parts with --only"
                ),
                ActionOwner::Runner,
            ),
            Self::MemoryFull => (
                text!(
                    "de antwoorden van de bron vullen het geheugen van een keuring",
                    "the answers of the source fill the memory of a run"
                ),
                text!(
                    "kies een burger met minder of kleinere attesten, of keur in delen met --only",
                    "choose a citizen with fewer or smaller certificates, or check in parts with --only"
                ),
                ActionOwner::Runner,
            ),
            Self::ProfileLacks => (
                text!(
                    "het profiel bevat niet wat hiervoor nodig is{more_nl}",
                    "the profile lacks what this needs{more_en}"
                ),
                text!("vul het profiel aan", "complete the profile"),
                ActionOwner::Owner,
            ),
            _ => return self.of_visit(place, detail).or_else(|| self.of_link(place)),
        };
        Some(Told { what, remedy, who })
    }

    /// An application that leads nobody to a login at the issuer, and what a way of running does not show.
    fn of_visit(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        let (Text { nl, en }, address) = (place.name(), place.address());
        let Text { nl: more_nl, en: more_en } = detail;
        let (what, remedy, who) = match self {
            Self::NothingAtStartUrl => (
                text!("{nl} heeft geen startpagina{more_nl}", "{en} has no start page{more_en}"),
                text!(
                    "verbeter `{address}` in het profiel: het adres waar een burger begint",
                    "correct `{address}` in the profile: the address where a citizen begins"
                ),
                ActionOwner::Owner,
            ),
            Self::LoginNotReached => (
                text!(
                    "{nl} leidt vanaf de startpagina niet naar een aanmelding",
                    "{en} does not lead from its start page to a login"
                ),
                text!(
                    "noem in `{address}` het adres dat de aanmelding begint; een knop of een formulier van de toepassing zelf wordt niet aangeklikt",
                    "name in `{address}` the address that begins the login; no button or form of the application itself is clicked"
                ),
                ActionOwner::Owner,
            ),
            Self::LoginElsewhere => (
                text!(
                    "{nl} meldt aan bij {more_nl}, niet bij de uitgever van het profiel",
                    "{en} logs in at {more_en}, not at the issuer of the profile"
                ),
                text!(
                    "stel in de toepassing de uitgever van het profiel in (bij `bronkeur acm --mbp`: die het toont); staat er een eigen aanmeldserver tussen, noem hem dan onder `application.origins`",
                    "configure the profile's issuer in the application (with `bronkeur acm --mbp`: the one that it shows); where a login server of your own is in between, name it under `application.origins`"
                ),
                ActionOwner::Application,
            ),
            Self::ScriptsWanted => (
                text!(
                    "{nl} gaat verder met scripts: dat vraagt een browser die scripts uitvoert",
                    "{en} goes on by scripts: that needs a browser that runs scripts"
                ),
                text!(
                    "noem in het profiel adressen die zonder script doorsturen, of wacht op de keuring met een browser",
                    "name addresses in the profile that lead on without a script, or wait for the check with a browser"
                ),
                ActionOwner::Runner,
            ),
            _ => return None,
        };
        Some(Told { what, remedy, who })
    }

    /// Links that are not followed: a token could go where it must not.
    fn of_link(self, place: Place<'_>) -> Option<Told> {
        let origin = if place.origin.is_empty() { String::new() } else { format!(" ({})", place.origin) };
        let (what, remedy, who) = match self {
            Self::ForeignOrigin => (
                text!(
                    "links van de bron leiden naar een andere server{origin}, waarvoor niemand instaat",
                    "links of the source lead to another server{origin} that nobody vouched for"
                ),
                text!(
                    "laat links naar de bron zelf wijzen, of noem die server onder `source.origins` of `source.public_url`",
                    "have links point to the source itself, or name that server under `source.origins` or `source.public_url`"
                ),
                ActionOwner::Owner,
            ),
            Self::LinkWithCredentials => (
                text!(
                    "links van de bron bevatten een gebruikersnaam of een wachtwoord, en worden niet gevolgd",
                    "links of the source hold a user name or a password, and are not followed"
                ),
                text!(
                    "laat de bron links geven zonder iets voor een `@`: het token alleen geeft toegang",
                    "have the source give links without anything before an `@`: the token alone gives access"
                ),
                ActionOwner::Source,
            ),
            Self::LinkWithoutTls => (
                text!(
                    "links van de bron leiden van https naar gewone http{origin}, waarover geen token gaat",
                    "links of the source lead from https to plain http{origin}, over which no token goes"
                ),
                text!(
                    "laat de bron links met `https://` geven; achter een proxy: gebruik `X-Forwarded-Proto`, of stel haar openbare adres in",
                    "have the source give links with `https://`; behind a proxy: use `X-Forwarded-Proto`, or configure its public address"
                ),
                ActionOwner::Source,
            ),
            _ => return None,
        };
        Some(Told { what, remedy, who })
    }
}

/// A call that was not sent for want of a token: why there is none is a cause of its own.
pub(super) fn no_token() -> Told {
    Told {
        what: text!("er was geen token", "there was no token"),
        remedy: text!("zie het hoofdstuk token voor de oorzaak", "see chapter token for the cause"),
        who: ActionOwner::Owner,
    }
}

/// A source that answers a good token with an error, and did not ask our own ACM about it where that can be asked.
pub(super) fn not_asked(status: Option<u16>, elsewhere: Option<&str>, introspection: &str) -> Told {
    let answers = match status {
        Some(status) => {
            text!("de bron antwoordt {status} op een goed token", "the source answers a good token with {status}")
        }
        None => text!("de bron geeft op een goed token geen antwoord", "the source gives no answer to a good token"),
    };
    let Text { nl, en } = answers;
    let what = match elsewhere {
        None => text!("{nl}, en vroeg deze ACM er niet één keer naar", "{en}, and did not once ask this ACM about it"),
        Some(call) => text!(
            "{nl}, en vroeg deze ACM ernaar waar niets is: {call}",
            "{en}, and asked this ACM about it where nothing is: {call}"
        ),
    };
    let remedy = match elsewhere {
        None => text!(
            "laat de bron elk token met POST voorleggen aan {introspection}, en zoek in haar logs of ze dat adres bereikt en zijn certificaat vertrouwt (`ca.pem` van `bronkeur acm`); antwoordt iets anders in haar plaats (een gateway, een filter op adres), zoek dan daar",
            "have the source post every token to {introspection}, and look in its log whether it reaches that address and trusts its certificate (`ca.pem` of `bronkeur acm`); if something else answers in its place (a gateway, a filter by address), look there"
        ),
        Some(_) => text!(
            "laat de bron elk token met POST voorleggen aan {introspection}",
            "have the source post every token to {introspection}"
        ),
    };
    Told { what, remedy, who: ActionOwner::Source }
}

/// Known words in brackets after a sentence; nothing where there are none.
fn in_brackets(detail: &Text) -> Text {
    detail.map(|words| if words.is_empty() { String::new() } else { format!(" ({words})") })
}
