//! What a call presents and whose data it asks for: the names in `report.json`, the words for people, and the shell
//! variables of curl lines.

use crate::base::text::Text;
use crate::evidence::exchange::{Auth, Citizen};

/// The name of a citizen's role.
pub(super) fn role(citizen: Citizen) -> &'static str {
    match citizen {
        Citizen::Subject => "subject",
        Citizen::Other => "other",
        Citizen::Empty => "empty",
        Citizen::Nobody => "nobody",
        Citizen::Malformed(_) => "malformed",
    }
}

/// The words for a role; what is no role of ours reads as it is.
pub(super) fn role_in_words(role: &str) -> Text {
    match role {
        "subject" => Text::new("de burger", "the citizen"),
        "other" => Text::new("de andere burger", "the other citizen"),
        "empty" => Text::new("de burger zonder attesten", "the citizen without certificates"),
        "nobody" => Text::new("niemand", "nobody"),
        "malformed" => Text::new("een ongeldig nummer", "an invalid number"),
        other => Text::same(other),
    }
}

/// The name of a credential; whose token it is stands beside it.
pub(super) fn presented(auth: Auth) -> &'static str {
    match auth {
        Auth::None => "none",
        Auth::Token(_) => "token",
        Auth::OtherScheme => "other_scheme",
        Auth::NoScheme => "no_scheme",
        Auth::LowerCaseScheme => "lower_case_scheme",
        Auth::InQuery => "in_query",
        Auth::RandomToken => "random_token",
        Auth::UnsignedJwt => "unsigned_jwt",
        Auth::TamperedToken => "tampered_token",
        Auth::TamperedStart => "tampered_start",
        Auth::TamperedEnd => "tampered_end",
        Auth::CutToken => "cut_token",
        Auth::LengthenedToken => "lengthened_token",
        Auth::OtherCaseToken => "other_case_token",
        Auth::EmptyBearer => "empty_bearer",
        Auth::ExpiredToken => "expired_token",
        Auth::OtherAudience => "other_audience",
        Auth::Unexchanged => "unexchanged",
        Auth::WithoutScope => "without_scope",
        Auth::WithoutCitizen => "without_citizen",
        Auth::Fresh => "fresh",
    }
}

/// The words for a credential by its name; what is no name of ours reads as it is.
pub(super) fn presented_in_words(name: &str) -> Text {
    match name {
        "none" => Text::new("geen token", "no token"),
        "token" => Text::new("goed token", "good token"),
        "other_scheme" => Text::new("token onder het schema `Basic`", "token under the scheme `Basic`"),
        "no_scheme" => Text::new("token zonder schema", "token without a scheme"),
        "lower_case_scheme" => {
            Text::new("token onder `bearer` in kleine letters", "token under `bearer` in lower case")
        }
        "in_query" => Text::new("token in de query", "token in the query"),
        "random_token" => Text::new("willekeurig token", "random token"),
        "unsigned_jwt" => Text::new("JWT zonder handtekening", "JWT without a signature"),
        "tampered_token" => Text::new("token in het midden gewijzigd", "token changed in the middle"),
        "tampered_start" => Text::new("token aan het begin gewijzigd", "token changed at the start"),
        "tampered_end" => Text::new("token aan het einde gewijzigd", "token changed at the end"),
        "cut_token" => Text::new("token zonder zijn einde", "token without its end"),
        "lengthened_token" => Text::new("token met tekens erachter", "token with characters after it"),
        "other_case_token" => Text::new(
            "token met omgewisselde hoofdletters en kleine letters",
            "token with upper and lower case swapped",
        ),
        "empty_bearer" => Text::new("`Bearer` zonder token", "`Bearer` without a token"),
        "expired_token" => Text::new("vervallen token", "expired token"),
        "other_audience" => Text::new("token voor een andere audience", "token for another audience"),
        "unexchanged" => Text::new("token van voor de uitwisseling", "token from before the exchange"),
        "without_scope" => Text::new("token zonder scope", "token without the scope"),
        "without_citizen" => Text::new("token zonder burger", "token without a citizen"),
        "fresh" => Text::new("nieuw goed token", "new good token"),
        other => Text::same(other),
    }
}

/// The shell variable for what is presented: each role, and each token that should be refused, has its own.
pub(super) fn variable(auth: Auth) -> String {
    match auth {
        Auth::Token(Citizen::Subject)
        | Auth::None
        | Auth::OtherScheme
        | Auth::NoScheme
        | Auth::LowerCaseScheme
        | Auth::InQuery
        | Auth::EmptyBearer
        | Auth::Fresh => "TOKEN".to_owned(),
        Auth::Token(citizen) => format!("TOKEN_{}", role(citizen).to_uppercase()),
        Auth::Unexchanged => "UNEXCHANGED_TOKEN".to_owned(),
        Auth::OtherAudience => "OTHER_AUDIENCE_TOKEN".to_owned(),
        Auth::WithoutScope => "WITHOUT_SCOPE_TOKEN".to_owned(),
        Auth::WithoutCitizen => "WITHOUT_CITIZEN_TOKEN".to_owned(),
        Auth::TamperedStart => "TAMPERED_START_TOKEN".to_owned(),
        Auth::TamperedEnd => "TAMPERED_END_TOKEN".to_owned(),
        Auth::RandomToken
        | Auth::UnsignedJwt
        | Auth::TamperedToken
        | Auth::CutToken
        | Auth::LengthenedToken
        | Auth::OtherCaseToken
        | Auth::ExpiredToken => presented(auth).to_uppercase(),
    }
}

/// The credentials that `bronkeur token --kind` makes, by name: what a source should refuse and a shell does not have.
pub(super) const NEGATIVE: [Auth; 13] = [
    Auth::RandomToken,
    Auth::UnsignedJwt,
    Auth::TamperedToken,
    Auth::TamperedStart,
    Auth::TamperedEnd,
    Auth::CutToken,
    Auth::LengthenedToken,
    Auth::OtherCaseToken,
    Auth::ExpiredToken,
    Auth::OtherAudience,
    Auth::Unexchanged,
    Auth::WithoutScope,
    Auth::WithoutCitizen,
];

/// The credential of that name.
pub fn negative(name: &str) -> Option<Auth> {
    NEGATIVE.into_iter().find(|auth| presented(*auth) == name)
}

/// The names of the credentials that a correct source refuses.
pub fn negative_names() -> Vec<&'static str> {
    NEGATIVE.into_iter().map(presented).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_credential_and_role_has_words() {
        let others = [
            Auth::None,
            Auth::Token(Citizen::Subject),
            Auth::OtherScheme,
            Auth::NoScheme,
            Auth::LowerCaseScheme,
            Auth::InQuery,
            Auth::EmptyBearer,
            Auth::Fresh,
        ];
        for auth in NEGATIVE.into_iter().chain(others) {
            let (name, words) = (presented(auth), presented_in_words(presented(auth)));
            assert!(words.nl != name && words.en != name, "{name}");
        }
        for citizen in [Citizen::Subject, Citizen::Other, Citizen::Empty] {
            assert_ne!(role_in_words(role(citizen)).en, role(citizen));
        }
    }

    #[test]
    fn each_token_has_a_variable_of_its_own() {
        let tokens = [Citizen::Subject, Citizen::Other, Citizen::Empty].map(Auth::Token);
        let mut names: Vec<String> = NEGATIVE.into_iter().chain(tokens).map(variable).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(names.contains(&"TOKEN_OTHER".to_owned()));
        assert_eq!(negative("expired_token"), Some(Auth::ExpiredToken));
        assert_eq!(negative("token"), None);
    }
}
