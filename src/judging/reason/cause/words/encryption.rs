//! TLS and certificates.

use super::{CauseKind, IssuerIs, Place, Server, Told, in_brackets};
use crate::base::text::Text;
use crate::judging::reason::issuer::ActionOwner;
use crate::text;

impl CauseKind {
    pub(super) fn of_tls(self, place: Place<'_>, detail: &Text) -> Option<Told> {
        let Text { nl, en } = place.name();
        let Text { nl: by_nl, en: by_en } = in_brackets(detail);
        let (address, keeper) = (place.address(), place.keeper());
        let (what, remedy, who) = match self {
            Self::CertificateExpired => (
                text!("het certificaat van {nl} is vervallen", "the certificate of {en} has expired"),
                text!(
                    "vernieuw het certificaat op de server; in het profiel is hier niets aan te doen",
                    "renew the certificate on the server; nothing in the profile can help"
                ),
                keeper,
            ),
            Self::CertificateNotYetValid => (
                text!("het certificaat van {nl} is nog niet geldig", "the certificate of {en} is not valid yet"),
                text!(
                    "gebruik op de server een certificaat dat nu al geldig is, of wacht tot zijn begindatum (als de klok van deze computer juist staat)",
                    "use a certificate on the server that is valid already, or wait until its first day (if the clock of this computer is right)"
                ),
                keeper,
            ),
            Self::UnknownAuthority => unknown_authority(place),
            Self::CertificateIsAuthority => is_authority(place),
            Self::WrongHostName => (
                text!(
                    "het certificaat van {nl} is voor een andere hostnaam{by_nl}",
                    "the certificate of {en} is for another host name{by_en}"
                ),
                text!(
                    "schrijf in `{address}` de naam waarvoor het certificaat is, of maak een certificaat met deze naam (subjectAltName)",
                    "write in `{address}` the name that the certificate is for, or make a certificate with this name (subjectAltName)"
                ),
                keeper,
            ),
            Self::CertificateInvalid => (
                text!(
                    "het certificaat van {nl} is niet bruikbaar{by_nl}",
                    "the certificate of {en} is of no use{by_en}"
                ),
                text!(
                    "vervang het certificaat op de server door een geldig",
                    "replace the certificate on the server by a valid one"
                ),
                keeper,
            ),
            Self::TlsTooOld => (
                text!("{nl} spreekt geen TLS 1.2 of 1.3", "{en} speaks neither TLS 1.2 nor 1.3"),
                text!(
                    "zet TLS 1.3 aan op de server, of minstens TLS 1.2 met gangbare cipher suites",
                    "switch on TLS 1.3 at the server, or at least TLS 1.2 with usual cipher suites"
                ),
                keeper,
            ),
            Self::ClientCertificateWanted => (
                text!("{nl} vraagt een certificaat van de client", "{en} asks for a certificate of the client"),
                text!(
                    "geef het certificaat met zijn sleutel op als `source.client_certificate`",
                    "give the certificate with its key as `source.client_certificate`"
                ),
                ActionOwner::Owner,
            ),
            Self::TlsFailed => (
                text!("TLS met {nl} komt niet tot stand{by_nl}", "TLS with {en} cannot be established{by_en}"),
                text!(
                    "kijk in de logs van de server, en van wat TLS ervoor afhandelt",
                    "look in the log of the server, and of what ends TLS before it"
                ),
                keeper,
            ),
            _ => return None,
        };
        Some(Told { what, remedy, who })
    }
}

fn unknown_authority(place: Place<'_>) -> (Text, Text, ActionOwner) {
    let (Text { nl, en }, bundle) = (place.name(), place.bundle());
    let what = text!(
        "het certificaat van {nl} is van een certificaatautoriteit die deze computer niet vertrouwt",
        "the certificate of {en} is of a certificate authority that this computer does not trust"
    );
    match (place.server, place.issuer) {
        (Server::Issuer, IssuerIs::Acm) => (
            what,
            text!(
                "een proxy die TLS openbreekt? noem dan zijn certificaatautoriteit (PEM) als `{bundle}`",
                "does a proxy break up TLS? then name its certificate authority (PEM) as `{bundle}`"
            ),
            ActionOwner::Owner,
        ),
        _ => (
            what,
            text!(
                "noem die certificaatautoriteit (PEM) in het profiel als `{bundle}` of met --ca-bundle; een server op het internet stuurt ook de tussencertificaten mee",
                "name that certificate authority (PEM) in the profile as `{bundle}` or with --ca-bundle; a server on the internet sends the intermediate certificates too"
            ),
            ActionOwner::Owner,
        ),
    }
}

fn is_authority(place: Place<'_>) -> (Text, Text, ActionOwner) {
    let Text { nl, en } = place.name();
    (
        text!(
            "het zelfondertekende certificaat van {nl} is dat van een certificaatautoriteit (CA:TRUE), en kan geen servercertificaat zijn",
            "the self-signed certificate of {en} is that of a certificate authority (CA:TRUE), and cannot be a server's"
        ),
        text!(
            "maak het opnieuw met `-addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:localhost` bij `openssl req -x509`, of laat de CA van `bronkeur acm` (acm/ca.pem en acm/ca-key.pem) een servercertificaat ondertekenen",
            "make it again with `-addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:localhost` at `openssl req -x509`, or have the CA of `bronkeur acm` (acm/ca.pem and acm/ca-key.pem) sign a certificate for the server"
        ),
        place.keeper(),
    )
}
