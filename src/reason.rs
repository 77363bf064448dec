//! Why something could not be judged or cannot arise, in words, with what to do. The checks say which; the sentences
//! stand here once.

pub mod cause;
pub mod issuer;

use crate::exchange::{Citizen, Failure, FailureKind, Kind, Request};
use crate::text;
use crate::text::Text;
use crate::verdict::{Obstacle, Verdict, shown};

/// No answer came to that call.
pub fn no_answer(request: &Request, failure: &Failure) -> Verdict {
    let (reason, remedy) = unanswered(failure);
    Verdict::blocked(reason, remedy).by(Obstacle::Call(request.clone()))
}

/// Why no answer came, and what to do.
pub fn unanswered(failure: &Failure) -> (Text, Text) {
    let detail = |words: &str| if words.is_empty() { String::new() } else { format!(" ({})", shown(words)) };
    let Text { nl, en } = failure.detail.map(detail);
    match failure.kind {
        FailureKind::Dns => (
            text!("de naam van de server is niet gevonden{nl}", "the host name was not found{en}"),
            text!("controleer de URL in het profiel, en DNS of VPN", "check the URL in the profile, and DNS or VPN"),
        ),
        FailureKind::Connect => (
            text!("er kwam geen verbinding tot stand{nl}", "no connection could be made{en}"),
            text!(
                "controleer of de server draait, en of firewall of toegangslijst dit adres toelaat",
                "check that the server runs, and that firewall or allow-list admits this address"
            ),
        ),
        FailureKind::Tls => (
            text!("TLS kwam niet tot stand{nl}", "TLS could not be established{en}"),
            text!(
                "kijk op de server naar TLS en het certificaat; `bronkeur doctor` zegt meer",
                "look at TLS and the certificate on the server; `bronkeur doctor` says more"
            ),
        ),
        FailureKind::Timeout => (
            text!("er kwam niet op tijd een antwoord{nl}", "no answer came in time{en}"),
            text!("controleer de server, of verhoog `source.timeout`", "check the server, or raise `source.timeout`"),
        ),
        FailureKind::Broken => (
            text!(
                "de verbinding brak af of het antwoord was geen HTTP{nl}",
                "the connection broke, or the answer was no HTTP{en}"
            ),
            text!(
                "kijk in het logboek van de server en van wat ervoor staat",
                "look into the log of the server and of what stands before it"
            ),
        ),
        FailureKind::NoToken => (
            text!("er was geen token{nl}", "there was no token{en}"),
            text!("zie het hoofdstuk token voor de oorzaak", "see chapter token for the cause"),
        ),
        FailureKind::NotConfigured => (
            text!("het profiel bevat niet wat hiervoor nodig is{nl}", "the profile lacks what this needs{en}"),
            text!("vul het profiel aan", "complete the profile"),
        ),
        FailureKind::ForeignOrigin => (
            text!(
                "de link leidt naar een server waarvoor niemand instaat{nl}",
                "the link leads to a server that nobody vouched for{en}"
            ),
            text!(
                "laat links naar de bron zelf wijzen, of noem de server onder `source.origins` of `source.public_url`",
                "have links point to the source itself, or name the server under `source.origins` or `source.public_url`"
            ),
        ),
        FailureKind::Limit => (
            text!("de grens van het aantal verzoeken was bereikt{nl}", "the limit of requests was reached{en}"),
            text!("verhoog `limits.requests`", "raise `limits.requests`"),
        ),
        FailureKind::Memory => (
            text!("de grens van het geheugen was bereikt", "the limit of memory was reached"),
            text!(
                "kies een burger met minder of kleinere attesten, of keur in delen met `--only`",
                "choose a citizen with fewer or smaller certificates, or check in parts with `--only`"
            ),
        ),
        FailureKind::Interrupted => {
            (text!("de keuring is onderbroken", "the run was interrupted"), text!("start ze opnieuw", "start it again"))
        }
    }
}

/// The source, or the issuer, is not available now: it asks to come back later, or a gateway does not reach it.
pub fn unavailable(request: &Request, status: u16) -> Verdict {
    let verdict = |reason, remedy| Verdict::blocked(reason, remedy).by(Obstacle::Call(request.clone()));
    if request.kind() == Kind::Issuer {
        return verdict(
            text!("ACM antwoordde {status}", "ACM answered {status}"),
            text!("ACM is nu niet bereikbaar: keur later opnieuw", "ACM is not available now: check again later"),
        );
    }
    verdict(
        text!("de bron antwoordde {status}", "the source answered {status}"),
        text!("keur later opnieuw, of verlaag `source.rate`", "check again later, or lower `source.rate`"),
    )
}

/// A walk ended at the limit of the profile.
pub fn page_limit() -> Verdict {
    Verdict::blocked(
        text!("de grens van het aantal pagina's was bereikt", "the limit of pages was reached"),
        text!("verhoog `limits.pages`", "raise `limits.pages`"),
    )
    .by(Obstacle::Limit)
}

/// A walk ended where there was no room for more of the list.
pub fn no_room(pages: u64) -> Verdict {
    Verdict::blocked(
        text!(
            "de grens van het geheugen was bereikt: van deze lange lijst zijn de eerste {pages} pagina's gelezen",
            "the limit of memory was reached: of this long list the first {pages} pages were read"
        ),
        text!(
            "kies een burger met minder attesten; de gelezen pagina's zijn beoordeeld",
            "choose a citizen with fewer certificates; the pages that were read are judged"
        ),
    )
    .by(Obstacle::Limit)
}

/// An answer is longer, or holds more values, than is read of one.
pub fn too_long() -> Verdict {
    Verdict::blocked(
        text!("het antwoord is langer dan bronkeur leest", "the answer is longer than bronkeur reads"),
        text!("kies een burger met minder of kleinere attesten", "choose a citizen with fewer or smaller certificates"),
    )
}

/// Replaying: the recording does not hold what the check asks for.
pub fn not_recorded() -> Verdict {
    Verdict::blocked(
        text!("niet opgenomen in het bewijs", "not recorded in the evidence"),
        text!("keur de bron opnieuw met deze versie", "check the source again with this version"),
    )
    .by(Obstacle::NotRecorded)
}

/// What must hold first does not, and another requirement asks for it: which one follows from `needs` in the catalogue,
/// once all are judged.
pub fn unmet(what: Text) -> Verdict {
    let again = text!("zoek de oorzaak bij de bron, en keur opnieuw", "find the cause at the source, and check again");
    Verdict { unmet: Some(Vec::new()), ..Verdict::blocked(what, again) }
}

/// The profile has no citizen of that role.
pub fn no_citizen(citizen: Citizen) -> Verdict {
    let (role, nl, en) = match citizen {
        Citizen::Subject | Citizen::Nobody | Citizen::Malformed(_) => ("subject", "met attesten", "with certificates"),
        Citizen::Other => (
            "other",
            "die niets met de eerste te maken heeft en zelf attesten heeft",
            "unrelated to the first, who has certificates",
        ),
        Citizen::Empty => ("empty", "zonder attesten", "without certificates"),
    };
    Verdict::blocked(
        text!("het profiel heeft geen burger {nl}", "the profile has no citizen {en}"),
        text!(
            "voeg onder `citizens` een burger toe met `role: {role}`",
            "add a citizen with `role: {role}` under `citizens`"
        ),
    )
    .by(Obstacle::NoCitizen(citizen))
}

/// The profile has no ACM.
pub fn no_acm() -> Verdict {
    Verdict::blocked(
        text!(
            "het profiel haalt geen token bij ACM: er is niets te beoordelen",
            "the profile gets no token at ACM: there is nothing to judge"
        ),
        text!("vul `acm` in het profiel in", "fill in `acm` in the profile"),
    )
    .by(Obstacle::NoIssuer)
}

/// Something of the profile is missing: the key to add.
pub fn lacks(key: &str, why: Text) -> Verdict {
    let (nl, en) = (why.nl, why.en);
    Verdict::blocked(text!("{nl}", "{en}"), text!("vul `{key}` in het profiel in", "fill in `{key}` in the profile"))
        .by(Obstacle::Lacks(key.to_owned()))
}

/// Not enough data to see anything.
pub fn too_few(have: u64, needed: u64) -> Verdict {
    Verdict::blocked(
        text!(
            "de burger heeft {have} attesten; om dit te beoordelen zijn er {needed} nodig",
            "the citizen has {have} certificates; {needed} are needed to judge this"
        ),
        text!(
            "kies een burger met meer attesten, of verklaar dat het niet kan voorkomen (`source.declares`)",
            "choose a citizen with more certificates, or declare that it cannot arise (`source.declares`)"
        ),
    )
    .by(Obstacle::TooFew)
}

/// The owner declares that it cannot arise.
pub fn declared(key: &str) -> Verdict {
    Verdict::not_applicable(text!(
        "de eigenaar verklaart: `source.declares.{key}`",
        "the owner declares: `source.declares.{key}`"
    ))
}

/// An answer that this requirement has nothing to say about.
pub fn unexplained(request: &Request, status: u16) -> Verdict {
    Verdict::blocked(
        text!("de bron antwoordde {status}", "the source answered {status}"),
        text!(
            "zoek de oorzaak in het logboek van de bron, en keur opnieuw",
            "find the cause in the log of the source, and check again"
        ),
    )
    .by(Obstacle::Call(request.clone()))
}
