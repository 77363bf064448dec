//! How a credential was made, in words: a reviewer must know what each negative token is.

use crate::base::text::Text;
use crate::evidence::exchange::{Auth, Citizen, Grant};
use crate::evidence::setup::Setup;
use crate::text;

/// What a credential is and where it comes from.
pub(super) fn made(setup: &Setup, auth: Auth) -> Text {
    let Text { nl, en } = what(auth);
    match origin(setup, auth) {
        Some(Text { nl: from, en: origin }) => text!("{nl} ({from})", "{en} ({origin})"),
        None => text!("{nl}", "{en}"),
    }
}

fn what(auth: Auth) -> Text {
    match auth {
        Auth::None => text!("geen credential", "no credential"),
        Auth::Token(citizen) => {
            let Text { nl, en } = whose(citizen);
            text!("TX-token van {nl}", "TX token of {en}")
        }
        Auth::OtherScheme => text!("het goede token onder het schema Basic", "the good token under the scheme Basic"),
        Auth::NoScheme => text!("het goede token zonder schema", "the good token without a scheme"),
        Auth::LowerCaseScheme => {
            text!("het goede token met het schema in kleine letters", "the good token under the scheme in lower case")
        }
        Auth::InQuery => text!("het goede token in de query", "the good token in the query string"),
        Auth::WithoutScope => text!("een token zonder de scope van de bron", "a token without the source's scope"),
        Auth::RandomToken => text!("een willekeurige ondoorzichtige tekst", "a random opaque token"),
        Auth::UnsignedJwt => text!(
            "een goed gevormde JWT zonder handtekening (alg none)",
            "a well-formed JWT without a signature (alg none)"
        ),
        Auth::TamperedToken => {
            text!("het goede token met één teken gewijzigd", "the good token with one character changed")
        }
        Auth::TamperedStart => {
            text!("het goede token met een ander eerste teken", "the good token with another first character")
        }
        Auth::TamperedEnd => {
            text!("het goede token met een ander laatste teken", "the good token with another last character")
        }
        Auth::CutToken => text!("het goede token zonder zijn einde", "the good token without its end"),
        Auth::LengthenedToken => {
            text!("het goede token met tekens erachter", "the good token with characters after it")
        }
        Auth::OtherCaseToken => text!(
            "het goede token met hoofdletters en kleine letters omgewisseld",
            "the good token with upper and lower case swapped"
        ),
        Auth::EmptyBearer => text!("`Bearer` zonder token", "`Bearer` without a token"),
        Auth::ExpiredToken => text!("een vervallen token", "an expired token"),
        Auth::OtherAudience => text!("een token voor een andere audience", "a token for another audience"),
        Auth::Unexchanged => text!(
            "het eigen toegangstoken van het subject, voor de uitwisseling",
            "the subject's own access token, before the exchange"
        ),
        Auth::WithoutCitizen => {
            text!("een token voor de bron zonder burger", "a token for the source without a citizen")
        }
        Auth::Fresh => text!("nog een TX-token van het subject", "a further TX token of the subject"),
    }
}

/// From which grant it comes, or that the profile has it ready; nothing for what we made ourselves.
fn origin(setup: &Setup, auth: Auth) -> Option<Text> {
    let ours = [Auth::None, Auth::RandomToken, Auth::UnsignedJwt, Auth::EmptyBearer];
    if ours.contains(&auth) || auth.is_made_of_the_good_token() || auth == Auth::Unexchanged {
        return None;
    }
    let exchange = match setup.acm.as_ref().map_or(0, |acm| acm.hops.len()) {
        0 => text!("token exchange voor de audience van de bron", "token exchange for the source's audience"),
        before => text!(
            "token exchange voor de audience van de bron, na {before} eerdere uitwisseling(en)",
            "token exchange for the source's audience, after {before} exchange(s) before it"
        ),
    };
    let Text { nl, en } = exchange;
    Some(match setup.grant(auth) {
        None => text!("uit het profiel", "from the profile"),
        Some(Grant::OtherAudience) => {
            text!("token exchange voor die audience", "token exchange for that audience")
        }
        Some(Grant::WithoutScope) => text!("{nl}, zonder scope te vragen", "{en}, no scope asked for"),
        Some(Grant::ToExpire) => text!("{nl}; gewacht tot het vervallen was", "{en}; waited until it had expired"),
        Some(Grant::WithoutCitizen | Grant::Actor | Grant::HopActor(_)) => {
            text!("client credentials", "client credentials")
        }
        Some(Grant::Refresh(_)) => text!("met het refresh token", "by the refresh token"),
        Some(
            Grant::Exchange(_)
            | Grant::Fresh
            | Grant::Hop(..)
            | Grant::OwnAudience
            | Grant::WithoutActor
            | Grant::CitizenAsActor
            | Grant::RefreshAsSubject,
        ) => text!("{nl}", "{en}"),
    })
}

/// A citizen, as others speak of him.
pub(in crate::transport) fn whose(citizen: Citizen) -> Text {
    match citizen {
        Citizen::Subject => text!("het subject", "the subject"),
        Citizen::Other => text!("de andere burger", "the other citizen"),
        Citizen::Empty => text!("de burger zonder attesten", "the citizen without certificates"),
        Citizen::Nobody => text!("niemand", "nobody"),
        Citizen::Malformed(_) => text!("een nummer dat geen INSZ is", "a number that is not an INSZ"),
    }
}
