//! What people see of the login.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::base::text::{Lang, Text};
use crate::sandbox::answer::Answer;
use crate::sandbox::citizens::Citizen;
use crate::sandbox::page::{escaped, message, page};
use crate::text;

/// The login page: one button for each test citizen. No national number stands in it.
pub(super) fn login(lang: Lang, ticket: &str, people: &[Citizen], hint: Option<&str>) -> Answer {
    let chosen = hint.and_then(|hint| hinted(hint, people));
    let is_chosen = |person: &Citizen| chosen.is_some_and(|chosen| chosen.name == person.name);
    let button = |person: &Citizen| {
        let focus = if is_chosen(person) { " autofocus" } else { "" };
        let (value, name) = (escaped(person.name), escaped(&person.shown_name()));
        format!("<button type=\"submit\" name=\"citizen\" value=\"{value}\"{focus}>{name}</button>\n")
    };
    let (first, others): (Vec<_>, Vec<_>) = people.iter().partition(|person| is_chosen(person));
    let buttons: String = first.into_iter().chain(others).map(button).collect();
    let words = text!(
        "Dit is de ingebouwde ACM van bronkeur. Kies de testburger die zich aanmeldt.",
        "This is the built-in ACM of bronkeur. Choose the test citizen who signs in."
    );
    let (words, ticket) = (escaped(words.get(lang)), escaped(ticket));
    let content = format!(
        "<p id=\"what\">{words}</p>\n<form method=\"post\" action=\"/op/v1/login\" aria-describedby=\"what\">\n\
         <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\n{buttons}</form>"
    );
    page(200, lang, &text!("Aanmelden als testburger", "Sign in as a test citizen"), &content)
}

/// The citizen whom a `login_hint` names: Base64 of a JSON object. Whatever else it may be says nothing here.
fn hinted<'a>(hint: &str, people: &'a [Citizen]) -> Option<&'a Citizen> {
    let hint = hint.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let hint: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(hint).ok()?).ok()?;
    let names = |person: &Citizen| {
        let mut texts = hint.as_object().into_iter().flat_map(|hint| hint.values()).filter_map(Value::as_str);
        texts.any(|text| text == person.name || text == person.insz)
    };
    people.iter().find(|person| names(person))
}

/// The login cannot go on.
pub(super) fn refused(lang: Lang, words: &Text) -> Answer {
    message(400, lang, &text!("Aanmelden kan niet", "Signing in is not possible"), words)
}

/// The session has ended.
pub(super) fn logged_out(lang: Lang) -> Answer {
    let words = text!(
        "U bent afgemeld bij de ingebouwde ACM van bronkeur.",
        "You are signed out of the built-in ACM of bronkeur."
    );
    message(200, lang, &text!("Afgemeld", "Signed out"), &words)
}

/// The session has ended, and there is no going back.
pub(super) fn no_way_back(lang: Lang) -> Answer {
    let words = text!(
        "U bent afgemeld. De toepassing vraagt u terug te sturen naar een adres dat niet aanvaard wordt.",
        "You are signed out. The application asks to send you back to an address that is not accepted."
    );
    message(400, lang, &text!("Afgemeld", "Signed out"), &words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::citizens::people;

    #[test]
    fn a_hint_chooses_a_citizen_or_says_nothing() {
        let people = people();
        let hint = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
        let name = |hint: &str| hinted(hint, &people).map(|person| person.name);
        assert_eq!(name(&hint(r#"{"type":"x?>~","who":"bo"}"#)), Some("bo"));
        assert_eq!(name(&hint(&format!("{{\"rrn\":\"{}\"}}", people[2].insz))), Some("cy"));
        for other in [hint(r#"{"who":"dirk"}"#), hint(r#"["an"]"#), hint("an"), "an".to_owned(), "%%é".to_owned()] {
            assert_eq!(name(&other), None);
        }
        let answer = login(Lang::Nl, "ticket", &people, Some(&hint(r#"{"who":"bo"}"#)));
        let html = String::from_utf8(answer.body).unwrap();
        let places: Vec<_> =
            ["bo", "an", "cy"].map(|name| html.find(&format!("value=\"{name}\""))).into_iter().collect();
        assert!(places.is_sorted() && places.iter().all(Option::is_some), "{html}");
        assert!(html.contains("value=\"bo\" autofocus") && html.matches("autofocus").count() == 1);
        assert!(people.iter().all(|person| !html.contains(&person.insz)));
    }
}
