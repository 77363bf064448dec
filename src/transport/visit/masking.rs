//! What is masked in a visit beyond what the vault knows: what stands in a URL or a form under the name of a secret. The
//! same value has the same surrogate wherever it comes, however it is written there.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;
use url::form_urlencoded;

use crate::evidence::vault::{SHORTEST_SECRET, SecretKind, Vault};

/// The parameters whose value is a token or a secret.
const TOKENS: [&str; 15] = [
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "id_token_hint",
    "logout_token",
    "subject_token",
    "actor_token",
    "papi_token",
    "client_secret",
    "client_assertion",
    "assertion",
    "password",
    "code",
    "device_code",
];

/// The parameters whose value belongs to one login or one browser. A page may hold it: nobody can use it elsewhere.
const PASSING: [&str; 9] =
    ["state", "nonce", "session_state", "code_verifier", "code_challenge", "ticket", "sid", "sessionid", "jsessionid"];

/// The parameter of which only the names of its members are kept: it is JSON in Base64, and about a person.
const HINT: &str = "login_hint";

/// What programs write where a value is missing: it must stay visible.
const NO_VALUES: [&str; 9] = ["", "undefined", "null", "none", "nil", "nan", "true", "false", "object"];

/// A part of a value shorter than this tells nothing.
const SHORTEST_PART: usize = 4;

/// A text that is recorded is no longer than this, in bytes.
pub(super) const LONGEST: usize = 4096;

/// What a parameter is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Token,
    Passing,
    Hint,
    Other,
}

impl Role {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            HINT => Self::Hint,
            name if TOKENS.contains(&name) => Self::Token,
            name if PASSING.contains(&name) => Self::Passing,
            _ => Self::Other,
        }
    }
}

/// What belongs to one login or one browser alone, of every visit of a run.
#[derive(Debug, Default)]
pub(super) struct Passing {
    surrogates: Mutex<HashSet<String>>,
    /// The names of cookies, in lower case: an address may carry a session under the same one.
    cookies: Mutex<HashSet<String>>,
}

impl Passing {
    fn all(&self) -> MutexGuard<'_, HashSet<String>> {
        self.surrogates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookies(&self) -> MutexGuard<'_, HashSet<String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What masks the facts of a visit.
#[derive(Clone, Copy)]
pub(super) struct Mask<'a> {
    pub(super) vault: &'a Vault,
    pub(super) passing: &'a Passing,
}

/// A secret by its place.
struct Candidate {
    raw: String,
    /// The value that it stands in.
    whole: String,
    /// It belongs to one login or one browser alone.
    passes: bool,
}

/// What may be a secret by the name that it stands under, gathered from a whole visit before any of it is made known:
/// what the vault searches by is built again after each value that it learns.
#[derive(Default)]
pub(super) struct Candidates {
    all: Vec<Candidate>,
    /// The names of cookies, in lower case.
    cookies: HashSet<String>,
    seen: HashSet<String>,
}

impl Candidates {
    /// Gathers what a URL holds under the name of a secret.
    pub(super) fn url(&mut self, url: &str) {
        let (_, query, fragment) = parts(url);
        // The route of a page that is one program may have a query of its own.
        let fragment = fragment.map(|fragment| fragment.split_once('?').map_or(fragment, |(_, query)| query));
        for (name, value, _) in query.into_iter().chain(fragment).flat_map(pairs) {
            self.parameter(&name, &value);
        }
    }

    /// Gathers the value of a parameter, where it is a secret that can be told from a word.
    pub(super) fn parameter(&mut self, name: &str, value: &str) {
        match Role::of(name) {
            Role::Other if is_url(value) => {
                let (_, query, fragment) = parts(value);
                // No deeper: a URL in a URL in a URL is masked by its values.
                for (name, value, _) in query.into_iter().chain(fragment).flat_map(pairs) {
                    self.named(&name, &value);
                }
            }
            _ => self.named(name, value),
        }
    }

    fn named(&mut self, name: &str, value: &str) {
        let (is_secret, passes): (fn(&str) -> bool, bool) = match Role::of(name) {
            Role::Token => (is_token, false),
            Role::Passing => (is_random, true),
            Role::Hint | Role::Other => return,
        };
        for run in value.split(|c| !is_of_token(c)).filter(|run| is_secret(run)) {
            self.note(run, value, passes);
        }
    }

    /// Gathers a cookie.
    pub(super) fn cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_ascii_lowercase());
        if is_random(value) {
            self.note(value, value, true);
        }
    }

    fn note(&mut self, raw: &str, whole: &str, passes: bool) {
        if self.seen.insert(raw.to_owned()) {
            self.all.push(Candidate { raw: raw.to_owned(), whole: whole.to_owned(), passes });
        }
    }
}

impl Mask<'_> {
    /// Makes known what may be a secret, so that it is masked wherever it shows; not what holds one that is known.
    pub(super) fn learn(self, candidates: Candidates) {
        self.passing.cookies().extend(candidates.cookies);
        let is_new = |candidate: &Candidate| {
            self.vault.surrogate_of(&candidate.whole).is_none() && self.vault.is_masked(&candidate.raw)
        };
        let new: Vec<Candidate> = candidates.all.into_iter().filter(is_new).collect();
        let mut learnt: Vec<String> = Vec::new();
        for Candidate { raw, passes, .. } in new {
            if learnt.iter().any(|known| raw.contains(known)) {
                continue;
            }
            let surrogate = self.vault.learn(&raw.as_str().into(), SecretKind::Token);
            if passes {
                self.passing.all().insert(surrogate);
            }
            learnt.push(raw);
        }
    }

    /// A URL or a reference to one, masked.
    pub(super) fn url(self, url: &str) -> String {
        let (path, query, fragment) = parts(url);
        let mut masked = self.vault.mask_text(&self.path(path));
        if let Some(query) = query {
            masked = format!("{masked}?{}", self.query(query));
        }
        if let Some(fragment) = fragment {
            let fragment = match fragment.split_once('?') {
                Some((route, query)) => format!("{}?{}", self.vault.mask_text(route), self.query(query)),
                None => self.query(fragment),
            };
            masked = format!("{masked}#{fragment}");
        }
        bounded(self.vault.mask_text(&masked))
    }

    /// A path without what a server of sessions writes into it (`;jsessionid=…`).
    fn path(self, path: &str) -> String {
        let pieces = path.split(';').map(|piece| match piece.split_once('=') {
            Some((name, value)) if self.role(name) != Role::Other => {
                let end = value.find('/').unwrap_or(value.len());
                let (value, rest) = value.split_at(end);
                format!("{name}={}{rest}", self.secret(value))
            }
            _ => piece.to_owned(),
        });
        pieces.collect::<Vec<_>>().join(";")
    }

    /// What a parameter is, by its name and by those of the cookies that were seen.
    fn role(self, name: &str) -> Role {
        match Role::of(name) {
            Role::Other if self.passing.cookies().contains(&name.to_ascii_lowercase()) => Role::Passing,
            role => role,
        }
    }

    fn query(self, query: &str) -> String {
        let masked = query.split('&').map(|piece| {
            let Some((name, value, raw)) = pairs(piece).next() else { return self.vault.mask_text(piece) };
            let (own_name, own) = (self.vault.mask_text(&name), self.parameter(&name, &value));
            if own_name == name && own == value {
                return raw.to_owned();
            }
            let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let name = if own_name == name {
                raw.split('=').next().unwrap_or_default().to_owned()
            } else {
                encoded(&own_name)
            };
            format!("{name}={}", encoded(&own))
        });
        masked.collect::<Vec<_>>().join("&")
    }

    /// The value of a parameter, masked.
    pub(super) fn parameter(self, name: &str, value: &str) -> String {
        let masked = match self.role(name) {
            Role::Token | Role::Passing => self.secret(value),
            Role::Hint => self.hint(value),
            Role::Other if is_url(value) => {
                let (path, query, fragment) = parts(value);
                let mut masked = path.to_owned();
                for (mark, pairs_of) in [("?", query), ("#", fragment)] {
                    let Some(text) = pairs_of else { continue };
                    let pieces = text.split('&').map(|piece| match pairs(piece).next() {
                        Some((name, value, _)) if matches!(Role::of(&name), Role::Token | Role::Passing) => {
                            format!("{name}={}", self.secret(&value))
                        }
                        Some((name, value, _)) if Role::of(&name) == Role::Hint => {
                            format!("{name}={}", self.hint(&value))
                        }
                        _ => piece.to_owned(),
                    });
                    masked = format!("{masked}{mark}{}", pieces.collect::<Vec<_>>().join("&"));
                }
                masked
            }
            Role::Other => value.to_owned(),
        };
        bounded(self.vault.mask_text(&masked))
    }

    /// A secret by its name: each run of characters that a token may have is one, what stands between them stays.
    fn secret(self, value: &str) -> String {
        if let Some(surrogate) = self.vault.surrogate_of(value) {
            return surrogate;
        }
        let mut masked = String::with_capacity(value.len());
        let mut rest = value;
        while !rest.is_empty() {
            let end = rest.find(|c| !is_of_token(c)).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            masked.push_str(&self.run(run));
            let next = after.find(is_of_token).unwrap_or(after.len());
            let (between, after) = after.split_at(next);
            masked.push_str(between);
            rest = after;
        }
        masked
    }

    fn run(self, run: &str) -> String {
        // The name stands there again where a URL was put together twice.
        let is_word = NO_VALUES.contains(&run.to_ascii_lowercase().as_str()) || Role::of(run) != Role::Other;
        if is_word || run.len() < SHORTEST_PART {
            return run.to_owned();
        }
        if let Some(surrogate) = self.vault.surrogate_of(run) {
            return surrogate;
        }
        let masked = self.vault.mask_text(run);
        if masked == run { self.vault.stand_in(run, SecretKind::Token) } else { masked }
    }

    fn hint(self, value: &str) -> String {
        let text = value.trim_end_matches('=');
        let decoded = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok();
        match decoded.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            Some(Value::Object(members)) => {
                let names: Vec<&str> = members.keys().map(String::as_str).take(20).collect();
                names.join(",")
            }
            _ => self.secret(value),
        }
    }

    /// A text, masked and bounded.
    pub(super) fn text(self, text: &str) -> String {
        bounded(self.vault.mask_text(text))
    }

    /// The tokens, secrets and numbers in a text, without what belongs to one login or one browser alone.
    pub(super) fn held_in(self, text: &str) -> Vec<String> {
        self.without_passing(self.vault.held_in(text))
    }

    /// The same of a script: only what is known.
    pub(super) fn known_in(self, text: &str) -> Vec<String> {
        self.without_passing(self.vault.known_in(text))
    }

    fn without_passing(self, mut held: Vec<String>) -> Vec<String> {
        let passing = self.passing.all();
        held.retain(|surrogate| !passing.contains(surrogate));
        held
    }
}

/// A text without what is too long of it.
fn bounded(mut text: String) -> String {
    text.truncate(text.floor_char_boundary(LONGEST));
    text
}

/// What stands before the query, the query and the fragment.
fn parts(url: &str) -> (&str, Option<&str>, Option<&str>) {
    let (rest, fragment) = url.split_once('#').map_or((url, None), |(rest, fragment)| (rest, Some(fragment)));
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    (path, query, fragment)
}

/// Names and values as the receiver reads them, each with what is written.
fn pairs(query: &str) -> impl Iterator<Item = (String, String, &str)> {
    query.split('&').filter_map(|piece| {
        let (name, value) = form_urlencoded::parse(piece.as_bytes()).next()?;
        Some((name.into_owned(), value.into_owned(), piece))
    })
}

fn is_url(value: &str) -> bool {
    value.starts_with("https://") || value.starts_with("http://") || value.starts_with('/')
}

/// Characters of a token (RFC 6750, section 2.1), but for the padding at its end.
fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~+/".contains(c)
}

fn has(text: &str, kind: fn(&u8) -> bool, times: usize) -> bool {
    text.bytes().filter(kind).count() >= times
}

/// Whether what stands in the place of a token can be told from a word.
fn is_token(text: &str) -> bool {
    let is_long = text.len() >= SHORTEST_SECRET;
    is_long && !text.starts_with('/') && (has(text, u8::is_ascii_digit, 1) || text.len() >= 24)
}

/// Whether a text was made by a program out of chance: a state may well be a path, and a cookie a language.
fn is_random(text: &str) -> bool {
    let is_long = (16..=LONGEST).contains(&text.len());
    is_long
        && !text.contains(['/', ' ', '{'])
        && has(text, u8::is_ascii_digit, 2)
        && has(text, u8::is_ascii_alphabetic, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a~token+of/many-kinds.0123==";

    fn with<T>(test: impl FnOnce(Mask<'_>) -> T) -> T {
        let (vault, passing) = (Vault::default(), Passing::default());
        test(Mask { vault: &vault, passing: &passing })
    }

    fn learn_url(mask: Mask<'_>, url: &str) {
        let mut candidates = Candidates::default();
        candidates.url(url);
        mask.learn(candidates);
    }

    #[test]
    fn a_value_has_the_same_surrogate_wherever_it_stands() {
        with(|mask| {
            let surrogate = mask.vault.learn(&TOKEN.into(), SecretKind::Token);
            let encoded: String = form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect();
            let lower = encoded.replace("%2B", "%2b");
            for value in [&encoded, &lower] {
                for url in
                    ["https://mbp.example/a?x=1&token=", "/a#token=", "https://a.example/?anything=", "#/r?token="]
                {
                    assert_eq!(mask.url(&format!("{url}{value}")), format!("{url}{surrogate}"));
                }
            }
            assert_eq!(mask.parameter("subject_token", TOKEN), surrogate);
            assert_eq!(mask.parameter("any", TOKEN), surrogate);
            assert_eq!(mask.held_in(&format!("<p>{TOKEN} {encoded}")), std::slice::from_ref(&surrogate));
            // Put into a URL as it is, it is another value to its receiver.
            let broken = mask.url(&format!("https://mbp.example/?token={TOKEN}"));
            assert!(
                broken != format!("https://mbp.example/?token={surrogate}") && !broken.contains("many"),
                "{broken}"
            );
        });
    }

    #[test]
    fn every_secret_name_is_masked_in_query_and_fragment() {
        let names = "token code state nonce id_token access_token refresh_token client_secret client_assertion \
                     login_hint session_state papi_token code_verifier code_challenge subject_token actor_token";
        for name in names.split_whitespace().chain(["Token", "id_token_hint"]) {
            for value in ["3fA9-x_7Qm2Lk8Zp", "kort", "with%20blank-and-more"] {
                for place in ["https://a.example/p?q=1&", "https://a.example/p#", "p?"] {
                    with(|mask| {
                        let url = format!("{place}{name}={value}");
                        learn_url(mask, &url);
                        let masked = mask.url(&url);
                        let word = value.split('%').next().unwrap();
                        assert!(masked.contains("TOKEN-1") && !masked.contains(word), "{url}: {masked}");
                        assert!(masked.starts_with(&format!("{place}{name}=")), "{url}: {masked}");
                        assert_eq!(mask.url(&url), masked);
                        assert!(!mask.vault.leaks(&masked));
                    });
                }
            }
        }
    }

    #[test]
    fn what_is_no_value_stays_visible() {
        with(|mask| {
            for url in [
                "https://mbp.example/?token=",
                "https://mbp.example/?token=undefined",
                "https://mbp.example/?token=%5Bobject+Object%5D",
                "https://mbp.example/?token",
                "https://mbp.example/a%20b?lang=nl&page=a%2Fb#here",
            ] {
                learn_url(mask, url);
                assert_eq!(mask.url(url).replace("TOKEN-1", "Object"), url);
            }
            let twice = "https://mbp.example/?token=8d7f6a5b4c3d2e1f?token=8d7f6a5b4c3d2e1f";
            learn_url(mask, twice);
            let masked = mask.url(twice);
            assert!(masked.matches("token").count() == 2 && !masked.contains("8d7f"), "{masked}");
        });
    }

    #[test]
    fn a_word_under_the_name_of_a_secret_is_masked_there_alone() {
        with(|mask| {
            let url = "https://app.example/dashboard?state=dashboard&code=overview";
            learn_url(mask, url);
            let masked = mask.url(url);
            assert!(masked.starts_with("https://app.example/dashboard?state=TOKEN-1"), "{masked}");
            assert_eq!(mask.url("https://app.example/overview"), "https://app.example/overview");
        });
    }

    #[test]
    fn a_session_in_an_address_is_masked_by_the_name_of_its_cookie() {
        with(|mask| {
            let mut candidates = Candidates::default();
            candidates.cookie("PHPSESSID", "klantamberblauw");
            mask.learn(candidates);
            for url in [
                "https://app.example/?PHPSESSID=klantamberblauw&x=1",
                "https://app.example/a;phpsessid=klantamberblauw/b?x=1",
                "https://app.example/;jsessionid=klantamberblauw?x=1",
            ] {
                let masked = mask.url(url);
                assert!(!masked.contains("amber") && masked.contains("TOKEN-1") && masked.ends_with("x=1"), "{masked}");
            }
        });
    }

    #[test]
    fn what_passes_is_held_against_no_page() {
        with(|mask| {
            let (state, token) = ("9f8e7d6c5b4a39281706", "0a1b2c3d4e5f60718293");
            let mut candidates = Candidates::default();
            candidates.url(&format!("https://acm.example/?state={state}&token={token}"));
            candidates.cookie("sid", "s%3AAbCdEf0123456789");
            mask.learn(candidates);
            let held = mask.held_in(&format!("{state} {token} s%3AAbCdEf0123456789"));
            assert_eq!(held, [mask.vault.surrogate_of(token).unwrap()]);
        });
    }

    #[test]
    fn a_nested_url_and_a_hint_are_masked_too() {
        with(|mask| {
            let nested =
                "https://a.example/?redirect_uri=https%3A%2F%2Fb.example%2F%3Ftoken%3D8d7f6a5b4c3d2e1f%26x%3D1";
            learn_url(mask, nested);
            let masked = mask.url(nested);
            assert!(!masked.contains("8d7f") && masked.contains("TOKEN-1") && masked.ends_with("x%3D1"), "{masked}");
            let hint = STANDARD_NO_PAD.encode(r#"{"kbo":"0123456789","capacity":"EA"}"#);
            assert_eq!(mask.parameter("login_hint", &hint), "kbo,capacity");
            assert!(mask.parameter("login_hint", "an@example.be").contains("TOKEN-"));
        });
    }
}
