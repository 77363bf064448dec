//! Data of somebody else, tokens and secrets, in every place and writing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;

fn spaced(insz: &str) -> String {
    dotted(insz).replace(['.', '-'], " ")
}

fn is_refused_other(ask: &Ask) -> bool {
    ask.status == 403 && ask.owner == Some(1)
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Leak, "a French detail names the other citizen, with dots", Links, 5)
            .fails(&["SEC-19"])
            .open(&["CRT-12"])
            .json(|ask, site, body| {
                if ask.is_detail()
                    && ask.owner == Some(0)
                    && ask.cert.as_ref().is_some_and(|cert| cert.language == "fr")
                {
                    body["partner"] = json!(dotted(site.number(1)));
                }
            }),
        Case::new(Leak, "a header of documents names the other citizen", Hal, 3).fails(&["SEC-19"]).last(
            |ask, site, reply| {
                if ask.is_download() && ask.owner == Some(0) {
                    reply.set("x-archived-with", &spaced(site.number(1)));
                }
            },
        ),
        Case::new(Leak, "the empty list holds the first citizen's number in Base64", Links, 2).fails(&["SEC-19"]).json(
            |ask, site, body| {
                if ask.is_list() && ask.owner == Some(2) {
                    body["vorige"] = json!(base64(site.number(0)));
                }
            },
        ),
        Case::new(Leak, "a cookie of the list holds the other citizen's number in Base64", Hal, 11)
            .fails(&["SEC-19"])
            .last(|ask, site, reply| {
                if ask.is_list() && ask.owner == Some(0) {
                    reply.set("set-cookie", &format!("sessie={}; Path=/; HttpOnly", base64(site.number(1))));
                }
            }),
        Case::new(Leak, "the second page has the other citizen's number, percent-encoded, in a link", Links, 23)
            .fails(&["SEC-19"])
            .json(|ask, site, body| {
                if ask.is_list() && ask.owner == Some(0) && ask.page == 1 {
                    let number: String = site.number(1).bytes().map(|byte| format!("%{byte:02X}")).collect();
                    let href = format!("{}/mandates?for={number}", site.base);
                    links(body).push(json!({ "rel": "mandaat", "href": href }));
                }
            }),
        Case::new(Leak, "the last certificate's name holds the other citizen's number, with \\u escapes", Hal, 11)
            .fails(&["SEC-19"])
            .items(|_| ())
            .last(|ask, site, reply| {
                if ask.is_list() && ask.owner == Some(0) {
                    let number: String =
                        site.number(1).bytes().map(|byte| format!("\\u{:04x}", u32::from(byte))).collect();
                    in_text(reply, |text| text.replace(" nr 11\"", &format!(" nr 11\",\"kind\":\"{number}\"")));
                }
            }),
        Case::new(Leak, "the error to a bad page names the last citizen served", Links, 3)
            .fails(&["ERR-13"])
            .open(&["SEC-19"])
            .json(|ask, site, body| {
                if ask.status == 400 {
                    body["detail"] = json!(format!("Ongeldig; vorige aanvraag was voor {}", spaced(site.number(1))));
                }
            }),
        Case::new(Leak, "the error to an unknown path names another citizen with entities", Hal, 5)
            .fails(&["ERR-13"])
            .open(&["SEC-19"])
            .json(|ask, site, body| {
                if ask.what == What::Elsewhere && ask.is_error() {
                    let number: String = site.number(2).bytes().map(|byte| format!("&#x{byte:x};")).collect();
                    body["detail"] = json!(format!("<p>dossier {number}</p>"));
                }
            }),
        Case::new(Leak, "a refusal shows the ids and names of the other citizen's certificates", Links, 3)
            .fails(&["SEC-08"])
            .open(&["SEC-13", "SEC-19", "ERR-13"])
            .json(|ask, site, body| {
                if is_refused_other(ask) && ask.what == What::List {
                    let rows: Vec<_> = site.people[1].certs.iter().map(|cert| json!([cert.id, cert.year])).collect();
                    body["debug"] = json!({ "rows": rows });
                }
            }),
        Case::new(Leak, "a refusal has a Link header to the other citizen's certificates", Hal, 5)
            .fails(&["SEC-08"])
            .open(&["SEC-13", "SEC-19", "ERR-13"])
            .last(|ask, site, reply| {
                if is_refused_other(ask) && ask.what == What::List {
                    let cert = &site.people[1].certs[1];
                    let href = format!("<{}/items/{}/{}>; rel=\"item\"", site.base, cert.id, cert.language);
                    reply.set("link", &href);
                }
            }),
        Case::new(Leak, "the other citizen's list under other names, with 200", Links, 11)
            .fails(&["SEC-08"])
            .open(&["SEC-13", "SEC-18", "SEC-19"])
            .last(|ask, site, reply| {
                if is_refused_other(ask) && ask.what == What::List {
                    let rows = site.people[1].certs.iter();
                    let rows: Vec<_> = rows.map(|cert| json!({ "kenmerk": cert.id, "taal": cert.language })).collect();
                    *reply = json_reply(200, "application/json", &json!({ "resultaten": rows }));
                }
            }),
        Case::new(Leak, "the other citizen's list as a table in HTML, with 404", Hal, 3)
            .fails(&["SEC-08"])
            .open(&["SEC-13", "SEC-18", "SEC-19", "ERR-01", "ERR-05", "ERR-13"])
            .last(|ask, site, reply| {
                if is_refused_other(ask) && ask.what == What::List {
                    let rows = site.people[1].certs.iter();
                    let rows: String = rows
                        .map(|cert| {
                            format!("<tr><td>{}</td><td>Attest {} nr {}</td></tr>", cert.id, cert.year, cert.serial)
                        })
                        .collect();
                    *reply = Reply::with(404, "text/html; charset=utf-8", format!("<table>{rows}</table>"));
                }
            }),
        Case::new(Leak, "the other citizen's documents come under one's own number", Links, 5)
            .fails(&["SEC-09"])
            .open(&["SEC-18", "SEC-19"])
            .inside(|ask, site| {
                let path = ask.http.path();
                let mut certs = site.people[1].certs.iter();
                let cert = certs.find(|cert| path.ends_with(&format!("/{}/{}/download", cert.id, cert.language)))?;
                (ask.what == What::Nothing).then(|| Reply::with(200, "application/octet-stream", pdf(cert)))
            }),
        Case::new(Leak, "the 404 to another's certificate says what it is called", Hal, 3)
            .fails(&["SEC-09"])
            .open(&["ERR-13", "SEC-19", "ERR-14"])
            .json(|ask, site, body| {
                let path = ask.http.path();
                let mut certs = site.people[1].certs.iter();
                let cert = certs.find(|cert| path.ends_with(&format!("/{}/{}", cert.id, cert.language)));
                if let Some(cert) = cert.filter(|_| ask.what == What::Nothing && ask.status == 404) {
                    body["detail"] = json!(format!("\"Attest {} nr {}\" is niet van u", cert.year, cert.serial));
                }
            }),
        Case::new(
            Leak,
            "a token without a citizen is told the ids of the citizen's certificates in its refusal",
            Links,
            5,
        )
        .fails(&["SEC-06"])
        .open(&["ERR-13", "SEC-13"])
        .with(|twists| {
            let without: Arc<Mutex<HashSet<String>>> = Arc::default();
            let seen = Arc::clone(&without);
            twists.door.push(Box::new(move |ask, _, claims, admitted| {
                if matches!(claims, Claims::Known(claims) if claims["active"] == true && claims["rrn"].is_null()) {
                    seen.lock().unwrap().insert(ask.token.clone());
                }
                admitted
            }));
            twists.json.push(Box::new(move |ask, site, body| {
                let nobody = without.lock().unwrap().contains(&ask.token);
                if ask.status == 403 && nobody && ask.what == What::List && ask.owner == Some(0) {
                    let ids: Vec<_> = site.people[0].certs.iter().map(|cert| cert.id.clone()).collect();
                    body["beschikbaar"] = json!(ids);
                }
            }));
        }),
        Case::new(Leak, "the last twenty characters of the token in a header", Hal, 5).fails(&["SEC-17"]).last(
            |ask, _, reply| {
                if ask.is_list() && ask.token.len() > 24 {
                    reply.set("x-session-hint", &ask.token[ask.token.len() - 20..]);
                }
            },
        ),
        Case::new(Leak, "the first half of the token in details", Links, 3).fails(&["SEC-17"]).open(&["CRT-12"]).json(
            |ask, _, body| {
                if ask.is_detail() {
                    body["sessie"] = json!(format!("{}…", &ask.token[..ask.token.len() / 2]));
                }
            },
        ),
        Case::new(Leak, "the token in Base64 on documents", Hal, 2).fails(&["SEC-17"]).last(|ask, _, reply| {
            if ask.is_download() {
                reply.set("x-trace", &base64(&ask.token));
            }
        }),
        Case::new(Leak, "the token in the href of the last page, as a parameter", Links, 11)
            .fails(&["SEC-17"])
            .open(&["CRT-13", "CRT-12"])
            .json(|ask, _, body| {
                if ask.is_list() && ask.page > 0 {
                    let last = href(body, "last").unwrap();
                    set_href(body, "last", &format!("{last}&jeton={}", ask.token));
                }
            }),
        Case::new(Leak, "the client's secret in the error when the issuer is silent", Hal, 3)
            .fails(&["SEC-17"])
            .open(&["ERR-13"])
            .json(|ask, site, body| {
                if ask.status == 503 {
                    body["detail"] = json!(format!("POST introspect met {}:{} mislukt", site.audience, site.secret));
                }
            }),
        Case::new(Leak, "the own number in an extended file name, percent-encoded dots", Links, 5)
            .warns(&["DWN-05"])
            .last(|ask, site, reply| {
                if let (true, Some(owner)) = (ask.is_download(), ask.owner) {
                    let name = dotted(site.number(owner)).replace('.', "%2E");
                    reply.set("content-disposition", &format!("attachment; filename*=UTF-8''attest%20{name}.pdf"));
                }
            }),
        Case::new(Leak, "the own number with blanks in the file name of the last document", Hal, 3)
            .warns(&["DWN-05"])
            .last(|ask, site, reply| {
                if ask.is_download() && ask.cert.as_ref() == site.people[0].certs.last() {
                    let name = spaced(site.number(0));
                    reply.set("content-disposition", &format!("attachment; filename=\"{name}.pdf\""));
                }
            }),
    ]
}
