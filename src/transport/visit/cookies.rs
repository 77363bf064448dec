//! The cookies of one browser, and what is noted of those that an answer sets: never a value.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderValue;
use url::Url;

/// The most cookies that a browser keeps in a visit.
const MOST: usize = 200;

/// The longest cookie that a browser keeps, its attributes included, in bytes.
const LONGEST: usize = 4096;

/// The cookies of one browser. Whether a cookie may go along by `SameSite` is not looked at: the pages of a visit are
/// opened by hand, so that `Lax` always lets it.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    jar: Jar,
    /// Those that are kept, by host and name.
    kept: Mutex<HashSet<(String, String)>>,
}

impl CookieStore for Cookies {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let host = url.host_str().unwrap_or_default();
        let mut taken = headers.filter(|header| {
            let bytes = header.as_bytes();
            let name = bytes.split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default();
            let place = (host.to_owned(), String::from_utf8_lossy(name).trim().to_owned());
            let fits = bytes.len() <= LONGEST && (kept.len() < MOST || kept.contains(&place));
            if fits {
                kept.insert(place);
            }
            fits
        });
        self.jar.set_cookies(&mut taken, url);
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        self.jar.cookies(url)
    }
}

/// A cookie as an answer sets it.
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SetCookie {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: Option<String>,
    pub(super) persistent: bool,
    pub(super) removed: bool,
}

impl SetCookie {
    /// Reads a `Set-Cookie` (RFC 6265, section 5.2).
    pub(super) fn read(header: &str, now: Timestamp) -> Self {
        let mut parts = header.split(';');
        let pair = parts.next().unwrap_or_default();
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let mut cookie =
            Self { name: name.trim().to_owned(), value: value.trim().trim_matches('"').to_owned(), ..Self::default() };
        let (mut age, mut expires) = (None, None);
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "samesite" => cookie.same_site = Some(value.chars().take(16).collect::<String>().to_ascii_lowercase()),
                "max-age" => age = value.parse::<i64>().ok(),
                "expires" => expires = Some(value.to_owned()),
                _ => {}
            }
        }
        // Where both are there, Max-Age counts (RFC 6265, section 4.1.2.2).
        cookie.removed = match (age, &expires) {
            (Some(age), _) => age <= 0,
            (None, Some(expires)) => is_past(expires, now),
            (None, None) => false,
        };
        cookie.persistent = !cookie.removed && (age.is_some() || expires.is_some());
        cookie
    }
}

/// Whether a date of a cookie lies before now; old servers write it with hyphens, and always 1970 to take a cookie away.
fn is_past(date: &str, now: Timestamp) -> bool {
    match jiff::fmt::rfc2822::parse(&date.replace('-', " ")) {
        Ok(moment) => moment.timestamp() <= now,
        Err(_) => date.contains("1970") || date.contains("1-Jan-70") || date.contains("01-Jan-70"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attributes_of_a_cookie_are_read_as_browsers_do() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (header, secure, http_only, same_site, persistent, removed) in [
            ("sid=a", false, false, None, false, false),
            ("sid=\"a\"; Path=/; SECURE; httponly; SameSite=Lax", true, true, Some("lax"), false, false),
            ("sid=a; Max-Age=60", false, false, None, true, false),
            ("sid=; Max-Age=0; Expires=Wed, 21 Oct 2099 07:28:00 GMT", false, false, None, false, true),
            ("sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", false, false, None, false, true),
            ("sid=; Expires=Thu, 01-Jan-1970 00:00:00 GMT", false, false, None, false, true),
            ("sid=a; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Secure", true, false, None, true, false),
            ("sid=a; Expires=whenever", false, false, None, true, false),
        ] {
            let read = SetCookie::read(header, now);
            let own = (read.secure, read.http_only, read.same_site.as_deref(), read.persistent, read.removed);
            assert_eq!(own, (secure, http_only, same_site, persistent, removed), "{header}");
            assert_eq!(read.name, "sid", "{header}");
        }
        assert_eq!(SetCookie::read("no pair", now).value, "no pair");
    }

    #[test]
    fn a_browser_keeps_no_more_cookies_than_its_bound() {
        let cookies = Cookies::default();
        let url: Url = "http://127.0.0.1:1/".parse().unwrap();
        let all: Vec<HeaderValue> =
            (0..10_000).map(|n| HeaderValue::from_str(&format!("c{n}={n}; Path=/")).unwrap()).collect();
        cookies.set_cookies(&mut all.iter(), &url);
        let again = HeaderValue::from_static("c0=changed; Path=/");
        let long = HeaderValue::from_str(&format!("c1={}", "a".repeat(LONGEST))).unwrap();
        cookies.set_cookies(&mut [&again, &long].into_iter(), &url);
        let sent = cookies.cookies(&url).unwrap();
        let sent = sent.to_str().unwrap();
        assert_eq!(sent.split("; ").count(), MOST);
        assert!(sent.contains("c0=changed") && !sent.contains("aaa"), "{sent}");
    }
}
