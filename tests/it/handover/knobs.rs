//! Everything in which conformant applications differ, as data.

use bronkeur::sandbox::application::behaviour::{
    Authentication, Behaviour, Keeps, Nobody, Order, Refusal, Unrefreshed,
};

pub(super) type Choice = (&'static str, fn(&mut Behaviour));

/// A property of an application; its first choice is that of the default application.
pub(super) struct Knob {
    pub(super) name: &'static str,
    pub(super) choices: &'static [Choice],
}

macro_rules! knobs {
    ($($name:literal: { $($choice:literal => |$behaviour:ident| $change:expr),+ $(,)? })+) => {
        &[$(Knob { name: $name, choices: &[("default", |_| {}), $(($choice, |$behaviour| { $change; })),+] }),+]
    };
}

pub(super) const KNOBS: &[Knob] = knobs! {
    "tokens": {
        "sealed cookie" => |b| b.build.keeps = Keeps::Cookie,
        "open cookie" => |b| b.build.keeps = Keeps::Open,
    }
    "login": { "in a cookie" => |b| b.build.login_in_cookie = true }
    "prefix": {
        "/loket" => |b| b.build.prefix = "/loket",
        "/a/b" => |b| b.build.prefix = "/a/b",
    }
    "locale": { "redirect" => |b| b.build.locale = true }
    "pages": { "furnished" => |b| b.build.furnished = true }
    "start": { "login" => |b| b.build.starts_with_login = true }
    "redirect": {
        "302" => |b| b.build.redirect = 302,
        "307" => |b| b.build.redirect = 307,
    }
    "redirect page": { "yes" => |b| b.build.redirect_page = true }
    "own redirects": { "relative" => |b| b.build.relative = true }
    "detour": { "yes" => |b| b.build.detour = true }
    "tab": { "new" => |b| b.build.new_tab = true }
    "hand-over": { "asks first" => |b| b.build.asks_first = true }
    "no-store": {
        "private" => |b| b.build.no_store = "private, no-store, max-age=0",
        "everything" => |b| b.build.no_store = "no-cache, no-store, must-revalidate",
        "capitals" => |b| b.build.no_store = "No-Store",
    }
    "referrer policy": {
        "none" => |b| b.build.referrer_policy = None,
        "origin" => |b| b.build.referrer_policy = Some("origin"),
        "same origin" => |b| b.build.referrer_policy = Some("same-origin"),
        "list" => |b| b.build.referrer_policy = Some("no-referrer, strict-origin-when-cross-origin"),
    }
    "parameters for MBP": {
        "before" => |b| b.build.further = ("taal=nl", ""),
        "after" => |b| b.build.further = ("", "bron=loket"),
        "both" => |b| b.build.further = ("taal=nl&van=start%20pagina", "bron=loket&x="),
    }
    "pages of MBP": {
        "one" => |b| b.build.pages = &["meldingen"],
        "the start page" => |b| b.build.pages = &[""],
        "deep" => |b| b.build.pages = &["profiel/mijn-gegevens", "", "meldingen"],
    }
    "actor token": { "kept" => |b| b.build.keeps_actor = true }
    "exchanged token": { "kept" => |b| b.build.keeps_exchanged = true }
    "authentication": {
        "basic" => |b| b.build.authentication = Authentication::Basic,
        "private key" => |b| b.build.authentication = Authentication::PrivateKeyJwt,
    }
    "order": {
        "reversed" => |b| b.build.order = Order::Reversed,
        "sorted" => |b| b.build.order = Order::Sorted,
    }
    "extra parameters": { "yes" => |b| b.build.extra = true }
    "scopes of the exchange": {
        "turned" => |b| b.build.exchange_scope = "rrn profile",
        "with openid" => |b| b.build.exchange_scope = "openid profile rrn",
    }
    "logout": { "own only" => |b| b.build.logs_out_at_acm = false }
    "refresh token": {
        "none, logs in" => |b| b.gives_refresh = false,
        "none, asks" => |b| (b.gives_refresh, b.build.unrefreshed) = (false, Unrefreshed::Asks),
        "none, tries" => |b| (b.gives_refresh, b.build.unrefreshed) = (false, Unrefreshed::Tries),
    }
    "cookie": {
        "plain name" => |b| b.build.cookie = "sessie",
        "secure" => |b| b.build.cookie = "__Secure-loket",
        "as a framework" => |b| b.build.cookie = "connect.sid",
    }
    "cookie life": { "a day's work" => |b| b.build.persistent = true }
    "scopes": {
        "turned" => |b| b.login.scope = "rrn profile openid",
        "more" => |b| b.login.scope = "openid profile vo rrn",
    }
    "pkce": { "none" => |b| b.login.pkce = false }
    "prompt": { "login" => |b| b.login.prompt = Some("login") }
    "nobody": { "to MBP" => |b| b.nobody = Nobody::ToMbp }
    "refused by ACM": { "page" => |b| b.at_acm = Refusal::Page }
    "refused by MBP": { "page" => |b| b.at_mbp = Refusal::Page }
};
