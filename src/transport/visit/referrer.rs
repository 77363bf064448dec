//! What a browser tells the next page of the one before (Referrer Policy, W3C).

use url::Url;

use super::route::is_loopback;

/// Longer ones a browser shortens to the origin.
const LONGEST: usize = 4096;

/// How much of its address a page lets others know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Policy {
    /// `no-referrer`
    Nothing,
    /// `no-referrer-when-downgrade`
    AllUnlessDowngraded,
    /// `origin`
    Origin,
    /// `origin-when-cross-origin`
    OriginForOthers,
    /// `same-origin`
    SameOrigin,
    /// `strict-origin`
    StrictOrigin,
    /// `strict-origin-when-cross-origin`
    #[default]
    StrictOriginForOthers,
    /// `unsafe-url`
    All,
}

impl Policy {
    /// The policy that a header or a `<meta name="referrer">` says: the last one in it that is known.
    pub(super) fn read(text: &str) -> Option<Self> {
        text.split(',').filter_map(|token| Self::named(&token.trim().to_ascii_lowercase())).next_back()
    }

    fn named(token: &str) -> Option<Self> {
        Some(match token {
            "no-referrer" | "never" => Self::Nothing,
            "no-referrer-when-downgrade" => Self::AllUnlessDowngraded,
            "origin" => Self::Origin,
            "origin-when-cross-origin" | "origin-when-crossorigin" => Self::OriginForOthers,
            "same-origin" => Self::SameOrigin,
            "strict-origin" => Self::StrictOrigin,
            "strict-origin-when-cross-origin" | "default" => Self::StrictOriginForOthers,
            "unsafe-url" | "always" => Self::All,
            _ => return None,
        })
    }

    /// What a browser that comes `from` one page tells another one.
    pub(super) fn referrer(self, from: &Url, to: &Url) -> Option<String> {
        if !matches!(from.scheme(), "http" | "https") {
            return None;
        }
        let origin = format!("{}/", from.origin().ascii_serialization());
        let mut whole = from.clone();
        whole.set_fragment(None);
        // Both fail only for addresses that cannot have any.
        let _ = whole.set_username("").and_then(|()| whole.set_password(None));
        let all = if whole.as_str().len() > LONGEST { origin.clone() } else { whole.into() };
        let is_same = from.origin() == to.origin();
        let is_downgrade = from.scheme() == "https" && to.scheme() != "https" && !is_loopback(to);
        match self {
            Self::Nothing => None,
            Self::All => Some(all),
            Self::Origin => Some(origin),
            Self::OriginForOthers => Some(if is_same { all } else { origin }),
            Self::SameOrigin => is_same.then_some(all),
            Self::AllUnlessDowngraded => (!is_downgrade).then_some(all),
            Self::StrictOrigin => (!is_downgrade).then_some(origin),
            Self::StrictOriginForOthers => match (is_same, is_downgrade) {
                (true, _) => Some(all),
                (false, true) => None,
                (false, false) => Some(origin),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_tells_what_the_standard_says() {
        let from = Url::parse("https://an:secret@app.example/page?token=1#here").unwrap();
        let (all, origin) = (Some("https://app.example/page?token=1"), Some("https://app.example/"));
        for (words, same, other, plain) in [
            ("", all, origin, None),
            ("no-referrer", None, None, None),
            ("no-referrer-when-downgrade", all, all, None),
            ("origin", origin, origin, origin),
            ("origin-when-cross-origin", all, origin, origin),
            ("same-origin", all, None, None),
            ("strict-origin", origin, origin, None),
            ("unsafe-url", all, all, all),
            ("unsafe-url, no-such-policy", all, all, all),
            ("no-referrer, Strict-Origin-When-Cross-Origin", all, origin, None),
        ] {
            let policy = Policy::read(words).unwrap_or_default();
            for (to, told) in
                [("https://app.example/b", same), ("https://mbp.example/", other), ("http://mbp.example/", plain)]
            {
                let to = Url::parse(to).unwrap();
                assert_eq!(policy.referrer(&from, &to).as_deref(), told, "{words} {to}");
            }
        }
    }

    #[test]
    fn a_long_address_is_told_by_its_origin_alone() {
        let from = Url::parse(&format!("https://app.example/{}", "a".repeat(LONGEST))).unwrap();
        assert_eq!(Policy::All.referrer(&from, &from).as_deref(), Some("https://app.example/"));
    }
}
