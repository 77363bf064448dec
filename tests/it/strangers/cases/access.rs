//! Who gets in, quietly wrong.

use std::collections::HashSet;
use std::sync::Mutex;

use serde_json::json;

use super::*;

/// The token was found good for something: it is active and has a citizen.
fn is_of_owner(ask: &Ask, site: &super::super::source::Site, claims: &Claims) -> bool {
    let Claims::Known(claims) = claims else { return false };
    ask.owner.is_some_and(|owner| claims["active"] == true && claims["rrn"] == site.number(owner))
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Violation, "documents need no token", Links, 3).fails(&["SEC-14"]).open(&["SEC-16", "SEC-18"]).door(
            |ask, _, _, admitted| match ask.owner {
                Some(owner) if ask.what == What::Download && ask.http.header("authorization").is_none() => Ok(owner),
                _ => admitted,
            },
        ),
        Case::new(Violation, "the list opens for any Basic credentials", Hal, 5)
            .fails(&["SEC-02"])
            .open(&["SEC-16", "SEC-18"])
            .door(|ask, _, _, admitted| match ask.owner {
                Some(owner)
                    if ask.what == What::List
                        && ask.http.header("authorization").is_some_and(|value| value.starts_with("Basic ")) =>
                {
                    Ok(owner)
                }
                _ => admitted,
            }),
        Case::new(Violation, "a token without a scheme opens the list", Links, 11)
            .fails(&["SEC-02"])
            .open(&["SEC-18"])
            .with(|twists| {
                twists.token = Some(|ask| {
                    let value = ask.http.header("authorization")?;
                    (ask.what == What::List && !value.contains(' ')).then(|| value.to_owned())
                });
            }),
        Case::new(Violation, "known tokens are known by their first twenty characters", Hal, 3)
            .fails(&["SEC-03"])
            .open(&["SEC-16", "SEC-18"])
            .door({
                let known: Mutex<HashSet<(String, usize)>> = Mutex::default();
                move |ask, _, _, admitted| {
                    let Some(owner) = ask.owner.filter(|_| ask.what == What::List) else { return admitted };
                    let key = (ask.token.chars().take(20).collect(), owner);
                    let mut known = known.lock().unwrap();
                    if admitted.is_ok() {
                        known.insert(key);
                    } else if admitted == Err(401) && ask.token.len() > 20 && known.contains(&key) {
                        return Ok(owner);
                    }
                    admitted
                }
            }),
        Case::new(Violation, "known tokens are known regardless of case", Links, 5)
            .fails(&["SEC-03"])
            .open(&["SEC-16", "SEC-18"])
            .door({
                let known: Mutex<HashSet<(String, usize)>> = Mutex::default();
                move |ask, _, _, admitted| {
                    let Some(owner) = ask.owner.filter(|_| ask.what == What::List) else { return admitted };
                    let key = (ask.token.to_lowercase(), owner);
                    let mut known = known.lock().unwrap();
                    if admitted.is_ok() {
                        known.insert(key);
                    } else if admitted == Err(401) && known.contains(&key) {
                        return Ok(owner);
                    }
                    admitted
                }
            }),
        Case::new(Violation, "an expired token opens the list", Hal, 2)
            .fails(&["SEC-04"])
            .open(&["SEC-16", "SEC-18"])
            .door(|ask, site, _, admitted| {
                let opens = ask.what == What::List && ask.token == site.expired && ask.owner == Some(0);
                if opens { Ok(0) } else { admitted }
            }),
        Case::new(Violation, "the audience is not looked at, on the list", Links, 10)
            .fails(&["SEC-05"])
            .open(&["SEC-18"])
            .door(|ask, site, claims, admitted| {
                let opens = ask.what == What::List && admitted == Err(401) && is_of_owner(ask, site, claims);
                if opens { Ok(ask.owner.unwrap()) } else { admitted }
            }),
        Case::new(Violation, "an audience that only begins with ours will do", Hal, 3)
            .fails(&["SEC-05", "SEC-14"])
            .open(&["SEC-18"])
            .door(|ask, site, claims, admitted| {
                let Claims::Known(known) = claims else { return admitted };
                let begins = known["aud"].as_str().is_some_and(|aud| aud.starts_with(&site.audience));
                let opens = admitted == Err(401) && begins && is_of_owner(ask, site, claims);
                if opens { Ok(ask.owner.unwrap()) } else { admitted }
            }),
        Case::new(Violation, "a token without a citizen opens any list", Links, 5)
            .fails(&["SEC-06"])
            .open(&["SEC-18"])
            .door(|ask, site, claims, admitted| match claims {
                Claims::Known(claims)
                    if ask.what == What::List
                        && claims["active"] == true
                        && claims["rrn"].is_null()
                        && claims["aud"] == site.audience.as_str() =>
                {
                    ask.owner.ok_or(403)
                }
                _ => admitted,
            }),
        Case::new(Violation, "details do not look at the scope", Hal, 5).fails(&["SEC-14"]).open(&["SEC-18"]).door(
            |ask, site, claims, admitted| {
                let opens = ask.what == What::Detail && admitted == Err(403) && is_of_owner(ask, site, claims);
                if opens { Ok(ask.owner.unwrap()) } else { admitted }
            },
        ),
        Case::new(Violation, "a scope that holds ours as a part will do, and so will none at all", Links, 3)
            .fails(&["SEC-07"])
            .open(&["SEC-18"])
            .door(|ask, site, claims, admitted| {
                let opens = ask.what == What::List && admitted == Err(403) && is_of_owner(ask, site, claims);
                if opens { Ok(ask.owner.unwrap()) } else { admitted }
            }),
        Case::new(Violation, "the other citizen's list opens where a page is asked for", Hal, 11)
            .fails(&["SEC-08"])
            .open(&["SEC-13", "SEC-18", "SEC-19"])
            .door(|ask, _, claims, admitted| {
                let good =
                    matches!(claims, Claims::Known(claims) if claims["rrn"].is_string() && claims["scope"] != "openid");
                let opens =
                    admitted == Err(403) && good && ask.what == What::List && ask.http.parameter("page").is_some();
                match ask.owner {
                    Some(owner) if opens => Ok(owner),
                    _ => admitted,
                }
            }),
        Case::new(Violation, "French certificates of others open under one's own number", Links, 5)
            .fails(&["SEC-09"])
            .open(&["SEC-18", "ERR-08", "SEC-19"])
            .inside(|ask, site| {
                let cert = theirs(ask, site).filter(|cert| cert.language == "fr")?;
                Some(json_reply(200, "application/hal+json", &site.item(&ask.insz, cert)))
            }),
        Case::new(Violation, "documents are refused without a challenge", Hal, 3).warns(&["SEC-10"]).last(
            |ask, _, reply| {
                if ask.status == 401 && ask.what == What::Download {
                    reply.drop_header("www-authenticate");
                }
            },
        ),
        Case::new(Violation, "the challenge names Basic only", Links, 2).warns(&["SEC-10"]).last(|ask, _, reply| {
            if ask.status == 401 {
                reply.set("www-authenticate", "Basic realm=\"Bearer\"");
            }
        }),
        Case::new(Violation, "the token may stand in the query", Links, 5).warns(&["SEC-11"]).with(|twists| {
            twists.token = Some(|ask| ask.http.parameter("access_token").map(str::to_owned));
        }),
        Case::new(Violation, "the scheme must be written with a capital", Hal, 2).warns(&["SEC-12"]).door(
            |ask, _, _, admitted| {
                let lower = ask.http.header("authorization").is_some_and(|value| value.starts_with("bearer "));
                if lower { Err(401) } else { admitted }
            },
        ),
        Case::new(Violation, "unknown citizens are 404, known ones 403", Links, 3).warns(&["SEC-13"]).door(
            |ask, _, _, admitted| {
                if admitted == Err(403) && ask.owner.is_none() && ask.what == What::List { Err(404) } else { admitted }
            },
        ),
        Case::new(Violation, "the refusal says that the citizen has a file", Hal, 5).warns(&["SEC-13"]).json(
            |ask, _, body| {
                if ask.status == 403 && ask.owner == Some(1) {
                    body["reasonCode"] = json!("GEEN_MANDAAT");
                }
            },
        ),
        Case::new(Violation, "invented tokens are 403", Links, 2).warns(&["SEC-18"]).door(
            |ask, _, claims, admitted| match claims {
                Claims::Known(claims) if claims["active"] == false && !ask.token.is_empty() => Err(403),
                _ => admitted,
            },
        ),
        Case::new(Violation, "an expired token is a server error", Hal, 5).warns(&["SEC-04"]).door(
            |ask, site, _, admitted| {
                if ask.what == What::List && ask.token == site.expired { Err(500) } else { admitted }
            },
        ),
        Case::new(Violation, "what looks like a JWT is a server error", Links, 3).warns(&["SEC-03"]).door(
            |ask, _, _, admitted| {
                if ask.what == What::List && ask.token.split('.').count() == 3 { Err(500) } else { admitted }
            },
        ),
        Case::new(Violation, "the other citizen's list is a server error", Hal, 3)
            .warns(&["SEC-08"])
            .open(&["SEC-13"])
            .door(|ask, _, claims, admitted| {
                let good =
                    matches!(claims, Claims::Known(claims) if claims["rrn"].is_string() && claims["scope"] != "openid");
                let other = ask.what == What::List && ask.owner.is_some() && good;
                if admitted == Err(403) && other { Err(500) } else { admitted }
            }),
        Case::new(Violation, "open when the issuer is silent", Links, 3).fails(&["SEC-20"]).door(
            |ask, _, claims, admitted| match ask.owner {
                Some(owner) if matches!(claims, Claims::Unknown) => Ok(owner),
                _ => admitted,
            },
        ),
    ]
}
