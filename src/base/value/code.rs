//! Codes of languages (ISO 639-1) and countries (ISO 3166-1 alpha-2), and URIs of an authority's code list.

use url::{Host, Url};

/// ISO 639-1 as of 2002, the last edition, sorted; `bh` is withdrawn since 2021 and still in use. As data here and not by a
/// crate: two letters are all that is asked, and those of the crates carry names, scripts and enums of every code.
pub const LANGUAGES: [&str; 184] = [
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi", "bm", "bn",
    "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en",
    "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he",
    "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv",
    "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li",
    "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne",
    "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm",
    "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st",
    "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk",
    "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
];

/// ISO 3166-1 alpha-2, edition of 2020, sorted.
pub const COUNTRIES: [&str; 249] = [
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD",
    "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA",
    "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE",
    "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA",
    "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK",
    "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP",
    "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT",
    "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS",
    "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ",
    "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS",
    "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
    "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW",
    "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA",
    "ZM", "ZW",
];

/// Whether a text is an ISO 639-1 code, alone or with subtags (`nl`, `nl-BE`). Only the case of the code itself counts.
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let code = parts.next().unwrap_or_default();
    LANGUAGES.binary_search(&code).is_ok()
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether a text is an ISO 3166-1 alpha-2 code, or one of those that the standard leaves to its users (`XK`).
pub fn is_country(text: &str) -> bool {
    let left_to_users = match text.as_bytes() {
        b"AA" | b"ZZ" => true,
        [b'Q', second] => (b'M'..=b'Z').contains(second),
        [b'X', second] => second.is_ascii_uppercase(),
        _ => false,
    };
    left_to_users || COUNTRIES.binary_search(&text).is_ok()
}

/// Whether a text is an http(s) URI at one of these domains or below it.
pub fn is_uri_of(text: &str, domains: &[&str]) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let Some(Host::Domain(host)) = url.host() else { return false };
    matches!(url.scheme(), "http" | "https")
        && domains
            .iter()
            .any(|domain| host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_complete_sorted_and_of_one_form() {
        assert!(LANGUAGES.is_sorted() && COUNTRIES.is_sorted());
        assert!(LANGUAGES.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(COUNTRIES.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(LANGUAGES.iter().all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase())));
        assert!(COUNTRIES.iter().all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase())));
        for country in ["BE", "NL", "FR", "DE", "GB", "US", "GR"] {
            assert!(is_country(country), "{country}");
        }
    }

    #[test]
    fn languages_are_codes_with_or_without_subtags() {
        for right in ["nl", "fr", "de", "en", "nl-BE", "zh-Hant-TW", "de-1996"] {
            assert!(is_language(right), "{right}");
        }
        for wrong in ["", "NL", "nld", "Nederlands", "nl_BE", "nl-", "xx", "nl-België", "-"] {
            assert!(!is_language(wrong), "{wrong}");
        }
    }

    #[test]
    fn countries_are_two_capitals() {
        assert!(is_country("XK"), "Kosovo has only a code that is left to users");
        for wrong in ["", "be", "BEL", "België", "UK", "EL", "B", "BE "] {
            assert!(!is_country(wrong), "{wrong}");
        }
    }

    #[test]
    fn uris_are_of_a_domain_or_below_it() {
        let domains = ["vlaanderen.be", "europa.eu"];
        for right in [
            "http://publications.europa.eu/resource/authority/language/NLD",
            "https://data.vlaanderen.be/id/concept/land/BE",
            "https://vlaanderen.be",
        ] {
            assert!(is_uri_of(right, &domains), "{right}");
        }
        for wrong in ["https://notvlaanderen.be/x", "nl", "ftp://europa.eu/x", "https://europa.eu.example/x", "//"] {
            assert!(!is_uri_of(wrong, &domains), "{wrong}");
        }
    }
}
