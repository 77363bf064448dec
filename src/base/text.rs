//! Words in the two languages of the reports. Every sentence that a person reads is a [`Text`].

mod shown;
mod system;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use shown::{escaped, push_safe, shown, unsafe_in_text};

/// A language of the reports, by its ISO 639-1 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Dutch
    Nl,
    /// English
    En,
}

impl Lang {
    /// The language of a locale name such as `nl_BE.UTF-8`; English for every other language.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("nl") { Self::Nl } else { Self::En }
    }
}

/// One sentence, word or value in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Dutch
    pub nl: String,
    /// English
    pub en: String,
}

impl Text {
    /// A text in Dutch and in English.
    pub fn new(nl: impl Into<String>, en: impl Into<String>) -> Self {
        Self { nl: nl.into(), en: en.into() }
    }

    /// A value that reads the same in both languages: a number, a header, a media type.
    pub fn same(value: impl fmt::Display) -> Self {
        let value = value.to_string();
        Self { nl: value.clone(), en: value }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Nl => &self.nl,
            Lang::En => &self.en,
        }
    }

    /// The same change made to both languages.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self { nl: change(&self.nl), en: change(&self.en) }
    }
}

/// A [`Text`] from two format strings, which may capture variables: `text!("{n} stuks", "{n} items")`.
#[macro_export]
macro_rules! text {
    ($nl:literal, $en:literal $(,)?) => {
        $crate::base::text::Text::new(format!($nl), format!($en))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_chooses_the_language() {
        assert_eq!(Lang::of_locale("nl_BE.UTF-8"), Lang::Nl);
        assert_eq!(Lang::of_locale("C"), Lang::En);
        assert_eq!(Lang::of_locale("fr_BE"), Lang::En);
    }

    #[test]
    fn a_text_captures_variables_in_both_languages() {
        let n = 3;
        assert_eq!(text!("{n} stuks", "{n} items"), Text::new("3 stuks", "3 items"));
    }
}
