//! Sources that are right and look strange. Nothing may fail, warn, or be blocked.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::source::Twists;
use super::*;

/// A national number of nobody: serial 999.
fn nobody(place: usize) -> String {
    let nine = format!("70{:02}{:02}999", place / 28 % 12 + 1, place % 28 + 1);
    let check = 97 - nine.parse::<u64>().unwrap() % 97;
    format!("{nine}{check:02}")
}

/// The same pseudonym for the same citizen, with capitals.
fn pseudonym(insz: &str) -> String {
    format!("Bp{:X}", insz.parse::<u64>().unwrap() % 65_521 + 4096)
}

fn in_four_languages(id: fn(usize) -> String, first: usize, count: usize) -> Vec<Cert> {
    let languages = ["nl", "fr", "de", "en"];
    let cert = |place: usize| Cert {
        id: id(first + place / 4),
        language: languages[place % 4],
        year: 2020 + i32::try_from(place / 4).unwrap(),
        serial: first + place,
    };
    (0..count).map(cert).collect()
}

/// Answers this, so many times, to the requests that it is about.
fn for_a_while(times: usize, is_about: fn(&Ask) -> bool, answer: fn() -> Reply) -> impl Fn(&Ask) -> Option<Reply> {
    let seen = AtomicUsize::new(0);
    move |ask| (is_about(ask) && seen.fetch_add(1, Ordering::Relaxed) < times).then(answer)
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Oddity, "extra fields of every type, and extra rels to other hosts and files", Links, 5)
            .items(|item| {
                item["dossier"] = json!({ "kenmerk": null, "stappen": [[], [1, 2.5], { "klaar": true }] });
                item["bedrag"] = json!(-12.5e-3);
                links(item).push(json!({ "rel": "help", "href": "http://www.vlaanderen.be/Hulp_Pagina/uitleg.pdf#deel2" }));
                links(item).push(json!({ "rel": "describedby", "href": "https://data.vlaanderen.be/id/doc/ns/" }));
            })
            .json(|ask, _, body| {
                if ask.is_list() {
                    body["facetten"] = json!([{ "naam": "jaar", "aantal": 3 }]);
                    links(body).push(json!({ "rel": "help", "href": "https://www.vlaanderen.be/attesten/" }));
                }
            }),
        Case::new(Oddity, "links with type, title, hreflang and name, and curies", Hal, 11)
            .formed(|ask, _, body| {
                if !ask.is_list() && !ask.is_detail() {
                    return;
                }
                let dress = |body: &mut Value| {
                    let links = body["_links"].as_object_mut().unwrap();
                    for link in links.values_mut() {
                        link["type"] = json!("application/hal+json");
                        link["title"] = json!("Volg deze link");
                        link["templated"] = json!(false);
                        link["hreflang"] = json!("nl-BE");
                    }
                    links.insert(
                        "curies".to_owned(),
                        json!([{ "name": "mbp", "href": "http://docs.example/rels/{rel}", "templated": true }]),
                    );
                    links.insert("mbp:mandaat".to_owned(), json!({ "href": "https://mandaten.example/Beheer.html" }));
                };
                dress(body);
                let items = body.get_mut("_embedded").and_then(|embedded| embedded["certificates"].as_array_mut());
                items.into_iter().flatten().for_each(dress);
            }),
        Case::new(Oddity, "whole numbers written with exponent and fraction", Links, 23).last(|ask, _, reply| {
            if ask.is_list() {
                in_text(reply, |text| {
                    text.replace("\"totalElements\":23", "\"totalElements\":2.3e1")
                        .replace("\"size\":10,", "\"size\":1E1,")
                        .replace("\"number\":2,", "\"number\":0.2e1,")
                        .replace("\"totalPages\":3", "\"totalPages\":3.00")
                });
            }
        }),
        Case::new(Oddity, "years and communities written as 2.02e3 and 44021.0", Hal, 5).last(|ask, _, reply| {
            if ask.is_list() || ask.is_detail() {
                in_text(reply, |text| text.replace("\"community\":44022", "\"community\":4.4022E+4").replace("\"year\":2015", "\"year\":2015.0"));
            }
        }),
        Case::new(Oddity, "chunked answers", Hal, 11).last(|_, _, reply| reply.wire = Wire::Chunked),
        Case::new(Oddity, "documents without a length: they end with the connection", Links, 3).last(|ask, _, reply| {
            if ask.is_download() {
                reply.wire = Wire::UntilClose;
            }
        }),
        Case::new(Oddity, "every fourth answer on a connection is its last, unannounced", Links, 23).last(|ask, _, reply| {
            reply.hangs_up = ask.http.on_connection % 4 == 3;
        }),
        Case::new(Oddity, "every answer is the last of its connection, unannounced", Hal, 3)
            .last(|_, _, reply| reply.hangs_up = true),
        Case::new(Oddity, "a connection that was used before gets no answer once in a while", Links, 11).early(|ask, _| {
            (ask.http.on_connection > 0 && ask.http.number % 23 == 7).then(Reply::nothing)
        }),
        Case::new(Oddity, "a second page answered 429 with Retry-After once", Links, 23).early({
            let first = for_a_while(
                1,
                |ask| ask.what == What::List && ask.http.parameter("page") == Some("1"),
                || {
                    let mut reply = Reply::with(429, "text/html", "<h1>Slow down</h1>");
                    reply.set("retry-after", "1");
                    reply
                },
            );
            move |ask, _| first(ask)
        }),
        Case::new(Oddity, "the first two details answered 503", Hal, 5).early({
            let first = for_a_while(2, |ask| ask.what == What::Detail, || Reply::with(503, "text/plain", "restarting"));
            move |ask, _| first(ask)
        }),
        Case::new(Oddity, "three times a gateway page 502 or 504 in the whole run", Links, 11).early(|ask, _| {
            let status = match ask.http.number {
                15 | 61 => 502,
                120 => 504,
                _ => return None,
            };
            Some(Reply::with(status, "text/html", "<html><title>gateway</title></html>"))
        }),
        Case::new(Oddity, "a detail answered 500 once", Hal, 3).early({
            let first = for_a_while(1, |ask| ask.what == What::Detail, || problem_reply(500));
            move |ask, _| first(ask)
        }),
        Case::new(Oddity, "hrefs with more parameters, in another order", Hal, 23).json(|ask, _, body| {
            if ask.is_list() {
                let links = body["links"].take();
                let mut only = json!({ "links": links });
                each_href(&mut only, &|href| {
                    let (path, query) = href.split_once('?').unwrap();
                    let (limit, page) = query.split_once('&').unwrap();
                    format!("{path}?sort=-year&{page}&lang=nl&{limit}")
                });
                body["links"] = only["links"].take();
            }
        }),
        Case::new(Oddity, "first and previous instead of start and prev, links in any order", Links, 23).json(|ask, _, body| {
            if ask.is_list() {
                for link in links(body) {
                    match link["rel"].as_str() {
                        Some("start") => link["rel"] = json!("first"),
                        Some("prev") => link["rel"] = json!("previous"),
                        _ => {}
                    }
                }
                links(body).reverse();
            }
        }),
        Case::new(Oddity, "ids with blanks, accents, brackets, a comma and a semicolon", Links, 5).with(|twists| {
            twists.id = |serial| format!("reeks ({serial}),é;A=7");
            twists.item = |insz, cert| {
                let id = cert.id.replace(' ', "%20").replace('é', "%C3%A9");
                format!("/certificates/{insz}/{id}/{}", cert.language)
            };
            twists.document = |insz, cert| {
                let id = cert.id.replace(' ', "%20").replace('é', "%C3%A9");
                format!("/certificates/{insz}/{id}/{}/download", cert.language)
            };
        }),
        Case::new(Oddity, "ids that look like national numbers and are nobody's", Hal, 5).with(|twists| twists.id = nobody),
        Case::new(Oddity, "ids that look like national numbers, in the links only after a letter", Links, 11).with(|twists| {
            twists.id = nobody;
            twists.item = |insz, cert| format!("/certificates/{insz}/k-{}/{}", cert.id, cert.language);
            twists.document = |insz, cert| format!("/certificates/{insz}/k-{}/{}/download", cert.id, cert.language);
        }),
        Case::new(Oddity, "languages in capitals in the URL", Links, 5).with(|twists| {
            twists.item = |insz, cert| format!("/certificates/{insz}/{}/{}", cert.id, cert.language.to_uppercase());
            twists.document =
                |insz, cert| format!("/certificates/{insz}/{}/{}/download", cert.id, cert.language.to_uppercase());
        }),
        Case::new(Oddity, "the language stands before the id, with its region", Hal, 11).with(|twists| {
            twists.item = |insz, cert| format!("/certificates/{insz}/{}-BE/{}", cert.language, cert.id);
            twists.document = |insz, cert| format!("/certificates/{insz}/{}-BE/{}/download", cert.language, cert.id);
        }),
        Case::new(Oddity, "id and language in one segment with a tilde between", Links, 11).with(|twists| {
            twists.item = |insz, cert| format!("/certificates/{insz}/{}~{}", cert.id, cert.language);
            twists.document = |insz, cert| format!("/certificates/{insz}/{}~{}/download", cert.id, cert.language);
        }),
        Case::new(Oddity, "language in the query", Hal, 10).with(|twists| {
            twists.item = |insz, cert| format!("/certificates/{insz}/{}?language={}", cert.id, cert.language);
            twists.document = |insz, cert| format!("/certificates/{insz}/{}/download?language={}", cert.id, cert.language);
        }),
        Case::new(Oddity, "a pseudonym instead of the number in the hrefs of certificates", Links, 5).with(|twists| {
            twists.alias = Some(pseudonym);
            twists.item = |insz, cert| format!("/certificates/{}/{}/{}", pseudonym(insz), cert.id, cert.language);
            twists.document =
                |insz, cert| format!("/certificates/{}/{}/{}/download", pseudonym(insz), cert.id, cert.language);
        }),
        Case::new(Oddity, "another prefix and version", Hal, 11).with(|twists| twists.prefix = "/api/v12"),
        Case::new(Oddity, "every certificate in four languages", Links, 10).with(|twists| twists.certs = in_four_languages),
        Case::new(Oddity, "small whole numbers as ids", Hal, 23).with(|twists| twists.id = |serial| serial.to_string()),
        Case::new(Oddity, "ids that are words", Links, 3)
            .with(|twists| twists.id = |serial| ["beuk", "eik", "linde", "wilg", "berk", "els"][serial % 6].to_owned()),
        Case::new(Oddity, "an empty list says one page", Hal, 2).json(|ask, _, body| {
            if ask.is_list() && body["pageMetadata"]["totalElements"] == 0 {
                body["pageMetadata"]["totalPages"] = json!(1);
            }
        }),
        Case::new(Oddity, "a page past the end is 404", Links, 11).inside(|ask, site| {
            let count = site.people[ask.owner?].certs.len();
            (ask.what == What::List && ask.page > 0 && ask.page * ask.limit >= count).then(|| problem_reply(404))
        }),
        Case::new(Oddity, "another citizen's data and unknown citizens are 404", Hal, 3)
            .door(|_, _, _, admitted| if admitted == Err(403) { Err(404) } else { admitted })
            .door(|_, _, claims, admitted| match claims {
                // What lacks a scope or a citizen stays 403.
                Claims::Known(claims) if claims["scope"] == "openid" || claims["rrn"].is_null() => {
                    if admitted == Err(404) { Err(403) } else { admitted }
                }
                _ => admitted,
            }),
        Case::new(Oddity, "errors without a body", Links, 10).last(|ask, _, reply| {
            if ask.is_error() {
                reply.body.clear();
                reply.drop_header("content-type");
            }
        }),
        Case::new(Oddity, "status as a text, relative type, own path and number in detail", Hal, 5).json(|ask, _, body| {
            if ask.is_error() {
                body["status"] = json!(ask.status.to_string());
                body["type"] = json!(format!("/problems/{}", ask.status));
                body["detail"] = json!(format!("Geen antwoord op {}", ask.http.target));
                body["instance"] = json!(ask.http.target);
            }
        }),
        Case::new(Oddity, "sentences that hold words of SQL and of programs", Links, 5).json(|ask, _, body| {
            if ask.is_error() {
                body["detail"] = json!(match ask.status {
                    400 => "Please select a page from the list where the number is zero or more, and order by year.",
                    401 => "Token ontbreekt: meld u aan (at Gent, loket 12).",
                    403 => "Insert your card into the reader; drop the table reservation of room 12 in the cafe.",
                    404 => "Het bestand nr. /2024/17 van de Java-cursus (lijn 12) bestaat niet. Caused by: verhuis van de dienst.",
                    _ => "Fout: probeer later opnieuw.",
                });
            }
        }),
        Case::new(Oddity, "file names in the extended form only", Hal, 3).last(|ask, _, reply| {
            if ask.is_download() {
                reply.set("content-disposition", "inline; filename*=UTF-8''attest%20%C3%A9%C3%A9n%20(kopie).pdf");
            }
        }),
        Case::new(Oddity, "file names with a file number of eleven digits that is no national number", Links, 5).last(
            |ask, _, reply| {
                if let (true, Some(cert)) = (ask.is_download(), &ask.cert) {
                    let name = format!("attachment; filename=\"dossier-{}00.PDF\"", 202_401_000 + cert.serial);
                    reply.set("content-disposition", &name);
                }
            },
        ),
        Case::new(Oddity, "documents that begin with blank lines and were saved twice", Hal, 3).last(|ask, _, reply| {
            if ask.is_download() {
                let mut body = b"\r\n\r\n".to_vec();
                body.extend(&reply.body);
                body.extend(b"5 0 obj\n<< /Producer (x) >>\nendobj\ntrailer\n<< /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\r\n\r\n\r\n");
                reply.body = body;
            }
        }),
        Case::new(Oddity, "cookies, security headers and a server name on every answer", Links, 11).last(|ask, _, reply| {
            reply.set("set-cookie", &format!("lb={:032x}; Path=/; HttpOnly; Secure", ask.http.number % 3));
            reply.set("strict-transport-security", "max-age=31536000");
            reply.set("server", "nginx");
            reply.set("x-version", "v.1.4.12");
            reply.set("x-content-type-options", "nosniff");
        }),
        Case::new(Oddity, "HEAD and OPTIONS are refused", Hal, 2).early(|ask, _| {
            (ask.http.method != "GET").then(|| {
                let mut reply = problem_reply(405);
                reply.set("allow", "GET");
                reply
            })
        }),
        Case::new(Oddity, "introspection is remembered for a minute", Links, 11).door({
            let known: Mutex<HashMap<String, (Instant, Value)>> = Mutex::default();
            move |ask, site, claims, admitted| {
                let mut known = known.lock().unwrap();
                match claims {
                    Claims::Known(claims) => {
                        known.insert(ask.token.clone(), (Instant::now(), claims.clone()));
                        admitted
                    }
                    Claims::Unknown => {
                        let Some((at, claims)) = known.get(&ask.token) else { return admitted };
                        let fits = claims["active"] == true
                            && claims["aud"] == site.audience.as_str()
                            && claims["scope"].as_str().is_some_and(|scope| scope.contains(&site.scope))
                            && ask.owner.is_some_and(|owner| claims["rrn"] == site.number(owner));
                        if at.elapsed() < Duration::from_mins(1) && fits { Ok(ask.owner.unwrap()) } else { admitted }
                    }
                }
            }
        }),
        Case::new(Oddity, "no answer without the issuer: 401 instead of 503", Hal, 3)
            .door(|_, _, claims, admitted| if matches!(claims, Claims::Unknown) { Err(401) } else { admitted }),
        Case::new(Oddity, "no answer without the issuer: 500, and the connection ends", Links, 5)
            .door(|_, _, claims, admitted| if matches!(claims, Claims::Unknown) { Err(500) } else { admitted })
            .last(|ask, _, reply| reply.hangs_up = ask.status == 500),
        Case::new(Oddity, "slow, and later questions are answered sooner", Hal, 23).last(|ask, _, reply| {
            reply.delay = Duration::from_millis(60 - u64::try_from(ask.http.number % 4).unwrap() * 20);
        }),
        Case::new(Oddity, "compressed where that is accepted, and says so", Links, 11).last(|ask, _, reply| {
            let accepted = ask.http.header("accept-encoding").unwrap_or_default();
            reply.set("vary", "Authorization, accept-encoding");
            let wants = |part: &str| part.trim().starts_with("gzip") && !part.replace(' ', "").ends_with("q=0");
            if accepted.split(',').any(wants) && !reply.body.is_empty() {
                reply.body = gzip::gzip(&reply.body);
                reply.set("content-encoding", "gzip");
            }
        }),
        Case::new(Oddity, "all text behind escapes: slashes, and digits of the own number", Links, 5).last(|ask, _, reply| {
            if ask.is_list() || ask.is_detail() {
                in_text(reply, |text| text.replace('/', "\\/").replace("certificates\\/8", "certificates\\/\\u0038"));
            }
        }),
        Case::new(Oddity, "media types in capitals and with a charset", Hal, 11).last(|_, _, reply| {
            let kind = reply.header("content-type").map(|kind| match kind {
                "application/hal+json" => "Application/HAL+JSON;charset=UTF-8",
                "application/problem+json" => "application/problem+json; charset=\"utf-8\"",
                _ => "application/pdf;qs=0.9",
            });
            if let Some(kind) = kind {
                reply.set("content-type", kind);
            }
        }),
        Case::new(Oddity, "dates of every form of ISO 8601, and names that only look like dates", Links, 3).items(|item| {
            item["issuedAt"] = json!("2024-03-01T08:00:00.123456789Z");
            item["validFrom"] = json!("2024-061");
            item["validUntil"] = json!("9999-12-31");
            item["issuedOn"] = json!("20240301");
            item["sinds"] = json!("2024-W09-5");
            item["sentAt"] = json!("2024-03-01T08:00:00+00:00");
            item["from"] = json!("Vlaamse Belastingdienst");
            item["openAt"] = json!(null);
            item["format"] = json!("A4");
            item["update"] = json!("neen");
            item["period"] = json!("2024-01-01/2024-12-31");
            item["op"] = json!("verzoek");
        }),
        Case::new(Oddity, "names with quotes, emoji, markup, other scripts and a great length", Hal, 3).items(|item| {
            item["name"] = json!(format!("\"Attest\" <b>\u{1f4c4}</b> \u{5e9}\u{5dc}\u{5d5}\u{5dd} {}", "é\u{301}'&".repeat(900)));
        }),
        Case::new(Oddity, "another ticket in the document's href at every answer", Links, 11)
            .json({
                let count = AtomicUsize::new(0);
                move |ask, _, body| {
                    if ask.status == 200 {
                        each_item(body, &|item| {
                            let Some(href) = href(item, "download") else { return };
                            let ticket = count.fetch_add(1, Ordering::Relaxed) * 7919 + 1_000_003;
                            set_href(item, "download", &format!("{href}?ticket={ticket:x}"));
                        });
                    }
                }
            }),
        Case::new(Oddity, "over TLS", Links, 5).with(|twists| twists.tls = true),
        Case::new(Oddity, "over TLS, a hundred and one certificates", Hal, 101).with(|twists| twists.tls = true),
        Case::new(Oddity, "a certificate is withdrawn during the run", Links, 23).with(|twists| withdrawn(twists, 40)),
        Case::new(Oddity, "a certificate is added at the end during the run", Hal, 11).with(|twists| added(twists, 30)),
        Case::new(Oddity, "a certificate is added in front during the run", Links, 5).with(|twists| added_in_front(twists, 35)),
        Case::new(Oddity, "one representation, whatever is accepted", Hal, 5).inside(|ask, site| {
            match (ask.what, &ask.cert) {
                (What::List, _) => Some(json_reply(200, "application/hal+json", &site.list(ask))),
                (What::Detail, Some(cert)) => {
                    Some(json_reply(200, "application/hal+json", &site.item(site.number(ask.owner?), cert)))
                }
                _ => None,
            }
        }),
        Case::new(Oddity, "two challenges in one header, Bearer last and in lower case", Links, 2).last(|ask, _, reply| {
            if ask.status == 401 {
                reply.set("www-authenticate", "Negotiate, Basic realm=\"intern\", charset=\"UTF-8\", bearer realm=\"attesten\"");
            }
        }),
        Case::new(Oddity, "the refusal names the caller's own number", Hal, 5).json(|ask, site, body| {
            if ask.status == 404
                && let Some(caller) = ask.caller
            {
                body["detail"] = json!(format!("Niets gevonden voor {}", dotted(site.number(caller))));
            }
        }),
        Case::new(Oddity, "everything in one page: the owner says so, and a page is ten at most", Links, 5).profile(
            |profile, _| profile.source_mut().unwrap().declares.one_page = true,
        ),
        Case::new(Oddity, "private and revalidated instead of not stored", Hal, 3).last(|_, _, reply| {
            reply.set("cache-control", "private, max-age=0, must-revalidate");
        }),
        Case::new(Oddity, "names of four citizens' streets: numbers that are no national numbers", Links, 11).items(|item| {
            item["phone"] = json!("+32 9 276 15 00");
            item["vat"] = json!("BE 0306.999.910");
            item["account"] = json!("BE71 0961 2345 6769");
            item["hash"] = json!("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
        }),
    ]
}

/// From that request on, the fourteenth certificate is gone.
fn withdrawn(twists: &mut Twists, from: usize) {
    changed(twists, from, |certs| {
        certs.remove(13);
    });
}

/// From that request on, there is one more at the end.
fn added(twists: &mut Twists, from: usize) {
    changed(twists, from, |certs| {
        certs.push(Cert { id: "nieuw-1".to_owned(), language: "nl", year: 2026, serial: 40 });
    });
}

/// From that request on, there is one more in front.
fn added_in_front(twists: &mut Twists, from: usize) {
    changed(twists, from, |certs| {
        certs.insert(0, Cert { id: "nieuw-2".to_owned(), language: "nl", year: 2026, serial: 41 });
    });
}

fn changed(twists: &mut Twists, from: usize, change: fn(&mut Vec<Cert>)) {
    let now = move |ask: &Ask, certs: &[Cert]| {
        let mut certs = certs.to_vec();
        if ask.owner == Some(0) && ask.http.number >= from {
            change(&mut certs);
        }
        certs
    };
    // Details and documents of the new one are there as well, and of the one that went not any more.
    twists.inside.push(Box::new(move |ask, site| {
        let (insz, certs) = (site.number(0).to_owned(), now(ask, &site.people[0].certs));
        if ask.owner != Some(0) {
            return None;
        }
        if ask.what == What::List {
            let body = site.list_of(ask, &certs);
            let accept = ask.http.header("accept").unwrap_or("*/*");
            let fits =
                ["hal+json", "application/json", "application/*", "*/*"].iter().any(|kind| accept.contains(kind));
            return Some(if fits { json_reply(200, "application/hal+json", &body) } else { problem_reply(406) });
        }
        let path = ask.http.path().to_owned();
        let found = |given: String| path.ends_with(&given);
        if let Some(cert) = certs.iter().find(|cert| found(plain_item(&insz, cert))) {
            return Some(json_reply(200, "application/hal+json", &site.item(&insz, cert)));
        }
        if let Some(cert) = certs.iter().find(|cert| found(plain_document(&insz, cert))) {
            let mut reply = Reply::with(200, "application/pdf", pdf(cert));
            reply.set("content-disposition", "attachment; filename=\"attest.pdf\"");
            return Some(reply);
        }
        Some(problem_reply(404))
    }));
}
