//! Names of JSON members.

use super::code;

/// The words of a name in lower case: camelCase, underscores, hyphens and dots are split. `XMLDate` is `xml`, `date`.
pub fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut end = |word: &mut String| {
        if !word.is_empty() {
            words.push(std::mem::take(word));
        }
    };
    let characters: Vec<char> = name.chars().collect();
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let after = characters.get(at + 1);
        if !c.is_alphanumeric() {
            end(&mut word);
            continue;
        }
        let starts = c.is_uppercase()
            && (before.is_some_and(|before| !before.is_uppercase()) || after.is_some_and(|after| after.is_lowercase()));
        if starts {
            end(&mut word);
        }
        word.extend(c.to_lowercase());
    }
    end(&mut word);
    words
}

/// Whether a name is written in camelCase: no capital in front, no underscore, hyphen or dot.
pub fn is_camel_case(name: &str) -> bool {
    !name.starts_with(char::is_uppercase) && !name.contains(['_', '-', '.'])
}

/// Whether a key is data rather than a name: a language tag (`nl-BE`), a number or a date, a UUID, a URI or a
/// prefixed name of JSON-LD, or an `@…` of JSON-LD itself.
pub fn is_data(key: &str) -> bool {
    let uuid = key.len() == 36 && uuid::Uuid::parse_str(key).is_ok();
    let tag = key.contains('-') && code::is_language(key);
    uuid || tag || key.contains([':', '/']) || key.starts_with('@') || key.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a name says what its value is about: one of its words is one of these, or ends so (`geboortedatum`).
pub fn is_about(name: &str, kinds: &[&str], endings: &[&str]) -> bool {
    let is_kind = |word: &String| kinds.contains(&word.as_str()) || endings.iter().any(|ending| word.ends_with(ending));
    words(name).iter().any(is_kind)
}

/// Whether a name says that its value is a code of a kind: its last word is that kind, or the one before `code`; or the
/// whole name, without its separators, is one of these.
pub fn is_code_of(name: &str, kinds: &[&str], whole: &[&str]) -> bool {
    let words = words(name);
    let mut words = words.iter().map(String::as_str);
    if whole.contains(&words.clone().collect::<String>().as_str()) {
        return true;
    }
    let last = match words.next_back() {
        Some("code" | "codes") => words.next_back(),
        last => last,
    };
    last.is_some_and(|last| kinds.contains(&last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_falls_into_words() {
        for (name, expected) in [
            ("issueDate", "issue date"),
            ("createdAt", "created at"),
            ("createdAT", "created at"),
            ("uitgereiktOp", "uitgereikt op"),
            ("XMLDate", "xml date"),
            ("issue_date", "issue date"),
            ("updated", "updated"),
            ("dateOfBirth", "date of birth"),
            ("format", "format"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn camel_case_has_no_capital_in_front_and_no_separators() {
        for right in ["id", "issueDate", "nisCode2", "insz", "élan", "$ref"] {
            assert!(is_camel_case(right), "{right}");
        }
        for wrong in ["issue_date", "IssueDate", "issue-date", "issue.date", "_meta", "ID"] {
            assert!(!is_camel_case(wrong), "{wrong}");
        }
    }

    #[test]
    fn keys_that_are_data_are_no_names() {
        for data in ["nl-BE", "2025", "2025-01-01", "0b7c9d52-5f0e-4d53-9a55-1a4a3c1b8f60", "ext:some-name", "@id"] {
            assert!(is_data(data), "{data}");
        }
        for name in ["issue-date", "IssueDate", "issue_date", "id"] {
            assert!(!is_data(name), "{name}");
        }
    }

    #[test]
    fn a_name_says_what_its_value_is() {
        let (kinds, endings) = (["date", "at", "op"], ["datum"]);
        for right in ["issueDate", "createdAt", "uitgereiktOp", "geboortedatum", "datumVanAfgifte", "date"] {
            assert!(is_about(right, &kinds, &endings), "{right}");
        }
        for wrong in ["updated", "format", "opmerking", "category", "year", "mandate", "nisCode"] {
            assert!(!is_about(wrong, &kinds, &endings), "{wrong}");
        }
    }

    #[test]
    fn a_name_says_which_code_its_value_is() {
        let (kinds, whole) = (["language", "taal"], ["lang", "taalcode"]);
        for right in ["documentLanguage", "languageCode", "taal", "taalcode", "taalCode", "lang", "document_language"] {
            assert!(is_code_of(right, &kinds, &whole), "{right}");
        }
        for wrong in ["languageName", "languageId", "totaal", "hoeLang", "languageLevel", "betaal", "code", ""] {
            assert!(!is_code_of(wrong, &kinds, &whole), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn words_lose_nothing_but_separators(name in "\\PC{0,30}") {
            let letters: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            prop_assert_eq!(words(&name).concat(), letters);
        }
    }
}
