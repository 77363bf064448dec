//! Why something could not be judged or cannot arise, in words, with what to do. The checks say which; the sentences
//! stand here once.

pub mod cause;
pub mod issuer;

use crate::base::text::Text;
use crate::evidence::exchange::{Citizen, Failure, Request};
use crate::evidence::setup::SubjectSetup;
use crate::judging::verdict::{Obstacle, Verdict};
use crate::text;

use cause::{Place, Told};

/// No answer came to that call.
pub fn no_answer(request: &Request, failure: &Failure) -> Verdict {
    by_call(request, cause::no_answer(Place::of(request), failure))
}

/// The source, or the issuer, is not available now: it asks to come back later, or a gateway does not reach it.
pub fn unavailable(request: &Request, status: u16) -> Verdict {
    cause::unavailable(Place::of(request), status)
        .map_or_else(|| unexplained(request, status), |told| by_call(request, told))
}

/// Blocked by what came of a call, in the words of its cause. A report puts the address of the server into them.
fn by_call(request: &Request, told: Told) -> Verdict {
    Verdict::blocked(told.what, told.remedy).by(Obstacle::Call(request.clone()))
}

/// The source opens for nobody: what answers at that address may be another one.
pub fn unopened(request: &Request, status: u16) -> Verdict {
    Verdict::blocked(
        text!(
            "geen enkele lijst opende (de eerste gaf {status}): wat hier antwoordt, is misschien niet de bron",
            "no list opened (the first gave {status}): what answers here may not be the source"
        ),
        text!(
            "controleer `source.base_url`, en zoek in de logs van de bron waarom",
            "check `source.base_url`, and find the reason in the log of the source"
        ),
    )
    .by(Obstacle::Call(request.clone()))
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
    .by(Obstacle::Memory)
}

/// An answer is longer, or holds more values, than is read of one.
pub fn too_long() -> Verdict {
    Verdict::blocked(
        text!(
            "bronkeur kan dit antwoord niet lezen: het is te lang, te diep genest, of bevat een getal of teken buiten zijn bereik",
            "bronkeur cannot read this answer: it is too long, nested too deep, or holds a number or a character out of its reach"
        ),
        text!("kies een burger met minder of kleinere attesten", "choose a citizen with fewer or smaller certificates"),
    )
}

/// Replaying: the recording does not hold what the check asks for.
pub fn not_recorded() -> Verdict {
    Verdict::blocked(
        text!("staat niet in het bewijs", "not recorded in the evidence"),
        text!("keur de bron opnieuw met deze versie", "check the source again with this version"),
    )
    .by(Obstacle::NotRecorded)
}

/// What must hold first does not, and another requirement asks for it: which one follows from `needs` in the catalogue,
/// once all are judged.
pub fn unmet(what: Text) -> Verdict {
    let again = text!("zoek daar de oorzaak, en keur opnieuw", "find the cause there, and check again");
    Verdict { unmet: Some(Vec::new()), ..Verdict::blocked(what, again) }
}

/// The profile has no citizen of that role, as this subject needs one.
pub fn no_citizen(citizen: Citizen, subject: &SubjectSetup) -> Verdict {
    let is_source = matches!(subject, SubjectSetup::Source(_));
    let (role, nl, en) = match citizen {
        Citizen::Other if !is_source => ("other", "(rol `other`)", "(role `other`)"),
        _ if !is_source => ("subject", "(rol `subject`)", "(role `subject`)"),
        Citizen::Subject | Citizen::Nobody | Citizen::Malformed(_) => {
            ("subject", "(rol `subject`) met attesten", "(role `subject`) with certificates")
        }
        Citizen::Other => (
            "other",
            "(rol `other`) zonder band met de eerste en met eigen attesten",
            "(role `other`) unrelated to the first, with their own certificates",
        ),
        Citizen::Empty => ("empty", "(rol `empty`) zonder attesten", "(role `empty`) without certificates"),
    };
    Verdict::blocked(
        text!("in het profiel ontbreekt een burger {nl}", "the profile lacks a citizen {en}"),
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
    let has = match have {
        0 => text!("de burger heeft geen attesten", "the citizen has no certificates"),
        1 => text!("de burger heeft 1 attest", "the citizen has 1 certificate"),
        _ => text!("de burger heeft {have} attesten", "the citizen has {have} certificates"),
    };
    let needs = match needed {
        1 => text!("om dit te beoordelen is er minstens 1 nodig", "at least 1 is needed to judge this"),
        _ => text!("om dit te beoordelen zijn er {needed} nodig", "{needed} are needed to judge this"),
    };
    Verdict::blocked(
        Text::new(format!("{}; {}", has.nl, needs.nl), format!("{}; {}", has.en, needs.en)),
        text!(
            "geef deze burger (rol `subject`) in de bron meer testgegevens, of kies een burger met meer attesten; kan het niet voorkomen, verklaar dat dan (`source.declares`)",
            "give this citizen (role `subject`) more test data in the source, or choose one with more certificates; if it cannot arise, declare that (`source.declares`)"
        ),
    )
    .by(Obstacle::TooFew { have, needed })
}

/// Plain http on the machine itself: there is no TLS to judge.
pub fn no_encryption() -> Verdict {
    Verdict::not_applicable(text!("de bron gebruikt http op loopback", "the source uses http on loopback"))
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
