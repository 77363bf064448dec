//! In what a call differs from the ordinary one, in words: what a finding is about when five calls look alike.

use crate::base::text::{Lang, Text};
use crate::evidence::exchange::{
    Accept, Auth, Citizen, Kind, Malformed, Phase, Replacement, Request, Target, Tls, Variation,
};
use crate::text;

use super::credential::{presented, presented_in_words, role, role_in_words};

/// What was varied; none where nothing was.
pub(super) fn varied(request: &Request) -> Option<Text> {
    let all: Vec<Text> =
        [credential(request), path(request), header(request), moment(request)].into_iter().flatten().collect();
    let joined = |lang| all.iter().map(|text| text.get(lang)).collect::<Vec<_>>().join("; ");
    (!all.is_empty()).then(|| Text::new(joined(Lang::Nl), joined(Lang::En)))
}

/// Another credential than the good token.
fn credential(request: &Request) -> Option<Text> {
    let is_source = matches!(request.kind(), Kind::List | Kind::Detail | Kind::Download);
    match request.auth {
        Auth::None if !is_source => None,
        Auth::Token(_) => None,
        auth => Some(presented_in_words(presented(auth))),
    }
}

/// Another number or id in the path than that of the token's citizen, or a handshake of its own.
fn path(request: &Request) -> Option<Text> {
    match &request.target {
        Target::Entry { citizen: Citizen::Malformed(how), .. } => Some(malformed(*how)),
        Target::Entry { citizen: citizen @ Citizen::Nobody, .. } => Some(number_of(*citizen)),
        Target::Entry { citizen, .. } if whose(request.auth) != Some(*citizen) && request.auth != Auth::None => {
            (*citizen != Citizen::Subject).then(|| number_of(*citizen))
        }
        Target::Link { edit: Some(edit), .. } => Some(match &edit.with {
            Replacement::Number(citizen) => number_of(*citizen),
            Replacement::Text(_) => text!("een andere id in het pad", "another id in the path"),
        }),
        Target::Link { .. } => match request.auth {
            Auth::Token(citizen) if citizen != Citizen::Subject => {
                let Text { nl, en } = role_in_words(role(citizen));
                Some(text!("het token van {nl}", "the token of {en}"))
            }
            _ => None,
        },
        Target::Tls(Tls::Only10) => Some(text!("alleen TLS 1.0 aangeboden", "only TLS 1.0 offered")),
        Target::Tls(Tls::Only11) => Some(text!("alleen TLS 1.1 aangeboden", "only TLS 1.1 offered")),
        Target::PlainHttp => Some(text!("http in plaats van https", "http instead of https")),
        _ => None,
    }
}

/// Whose good token it presents.
fn whose(auth: Auth) -> Option<Citizen> {
    match auth {
        Auth::Token(citizen) => Some(citizen),
        _ => None,
    }
}

fn number_of(citizen: Citizen) -> Text {
    let Text { nl, en } = role_in_words(role(citizen));
    text!("het nummer van {nl} in het pad", "the number of {en} in the path")
}

fn malformed(how: Malformed) -> Text {
    match how {
        Malformed::TooShort => text!("een nummer van tien cijfers", "a number of ten digits"),
        Malformed::Letters => text!("een nummer met letters", "a number with letters"),
        Malformed::CheckNumber => text!("een nummer met een fout controlegetal", "a number with a wrong check number"),
    }
}

/// The header or the method that is another.
fn header(request: &Request) -> Option<Text> {
    Some(match &request.variation {
        Variation::None if request.accept == Accept::Json && request.kind() != Kind::Issuer => {
            Text::same("`Accept: application/json`")
        }
        Variation::None => return None,
        Variation::NoAccept => text!("zonder header `Accept`", "without an `Accept` header"),
        Variation::Accept(value) => Text::same(format!("`Accept: {value}`")),
        Variation::AcceptLanguage(value) => Text::same(format!("`Accept-Language: {value}`")),
        Variation::AcceptEncoding(value) => Text::same(format!("`Accept-Encoding: {value}`")),
        Variation::NoIds => {
            text!("zonder `x-correlation-id` en `x-request-id`", "without `x-correlation-id` and `x-request-id`")
        }
        Variation::Head => text!("methode HEAD", "method HEAD"),
        Variation::Options => text!("methode OPTIONS", "method OPTIONS"),
        Variation::TrailingSlash => text!("een `/` achter het pad", "a `/` after the path"),
        Variation::Host(value) => Text::same(format!("`Host: {value}`")),
    })
}

/// A moment at which the issuer does not answer the source.
fn moment(request: &Request) -> Option<Text> {
    match request.phase {
        _ if request.kind() == Kind::Issuer => None,
        Phase::Outage => Some(text!("terwijl introspectie niet antwoordt", "while introspection does not answer")),
        Phase::Recovery => Some(text!("nadat introspectie weer antwoordt", "after introspection answers again")),
        Phase::Ordinary | Phase::Opening | Phase::Hostile | Phase::Closing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::exchange::{Edit, Part};

    fn said(request: &Request) -> Option<String> {
        varied(request).map(|text| text.en)
    }

    #[test]
    fn an_ordinary_call_varies_nothing() {
        assert_eq!(said(&Request::entry(Citizen::Subject).query("page", 3)), None);
        assert_eq!(said(&Request::entry(Citizen::Empty)), None);
        assert_eq!(said(&Request::link(Kind::Detail, "https://h.be/v1/a")), None);
    }

    #[test]
    fn what_is_varied_is_named() {
        let list = || Request::entry(Citizen::Subject);
        assert_eq!(said(&list().auth(Auth::TamperedToken)).unwrap(), "token changed in the middle");
        assert_eq!(said(&list().auth(Auth::None)).unwrap(), "no token");
        let other = Request::entry(Citizen::Other).auth(Auth::Token(Citizen::Subject));
        assert_eq!(said(&other).unwrap(), "the number of the other citizen in the path");
        let head = list().varied(Variation::Head).phase(Phase::Outage);
        assert_eq!(said(&head).unwrap(), "method HEAD; while introspection does not answer");
        let with = Replacement::Text("x".to_owned());
        let mut unknown = Request::link(Kind::Detail, "https://h.be/v1/a");
        if let Target::Link { edit, .. } = &mut unknown.target {
            *edit = Some(Edit { part: Part::Segment(1), with });
        }
        assert_eq!(said(&unknown).unwrap(), "another id in the path");
    }
}
