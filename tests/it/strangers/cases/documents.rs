//! Certificates, their URLs and their documents, quietly wrong.

use serde_json::json;

use super::*;

/// The documents of certificates in that language.
fn in_language(ask: &Ask, language: &str) -> bool {
    ask.cert.as_ref().is_some_and(|cert| cert.language == language)
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Violation, "the French details have another name than the list", Links, 11).fails(&["CRT-12"]).json(
            |ask, _, body| {
                if ask.is_detail() && in_language(ask, "fr") {
                    body["name"] = json!("Attestation");
                }
            },
        ),
        Case::new(Violation, "details have a community that the list lacks", Hal, 5).fails(&["CRT-12"]).json(
            |ask, _, body| {
                if ask.is_list() {
                    each_item(body, &|item| {
                        item.as_object_mut().unwrap().remove("community");
                    });
                }
            },
        ),
        Case::new(Violation, "self of a French detail leads to the Dutch one", Links, 5)
            .fails(&["CRT-13"])
            .open(&["CRT-12", "CRT-10"])
            .json(|ask, _, body| {
                if ask.is_detail() && in_language(ask, "fr") {
                    let href = href(body, "self").unwrap();
                    set_href(body, "self", &format!("{}/nl", href.strip_suffix("/fr").unwrap()));
                }
            }),
        Case::new(Violation, "German details are application/json", Hal, 5).fails(&["CRT-11"]).open(&["HTTP-04"]).last(
            |ask, _, reply| {
                if ask.is_detail() && in_language(ask, "de") {
                    reply.set("content-type", "application/json");
                }
            },
        ),
        Case::new(Violation, "the detail of the last certificate is 404", Links, 10).fails(&["CRT-11"]).inside(
            |ask, site| {
                let last = site.people[0].certs.last();
                (ask.what == What::Detail && ask.cert.as_ref() == last).then(|| problem_reply(404))
            },
        ),
        Case::new(Violation, "one language of twenty-three is written with a capital", Hal, 23)
            .fails(&["CRT-03"])
            .items(|item| {
                if item["name"].as_str().is_some_and(|name| name.ends_with("nr 17")) {
                    item["language"] = json!("Nl");
                }
            }),
        Case::new(Violation, "one language is that of no country of ours", Links, 11).fails(&["CRT-03"]).with(
            |twists| {
                twists.certs = |id, first, count| {
                    let mut certs = super::super::source::certs(id, first, count);
                    if count > 9 {
                        certs[9].language = "lb";
                    }
                    certs
                };
            },
        ),
        Case::new(Violation, "the year is a text on the last page", Links, 11).warns(&["CRT-05"]).items(|item| {
            if item["name"].as_str().is_some_and(|name| name.ends_with("nr 11")) {
                item["year"] = json!(item["year"].to_string());
            }
        }),
        Case::new(Violation, "one community has four digits", Hal, 5).warns(&["CRT-06"]).items(|item| {
            if item["community"] == 44022 {
                item["community"] = json!(4402);
            }
        }),
        Case::new(Violation, "ids are numbers that a double cannot hold", Hal, 5)
            .warns(&["CRT-02"])
            .with(|twists| {
                twists.id = |serial| (9_007_199_254_740_993 + 2 * serial as u64).to_string();
            })
            .items(|item| item["id"] = json!(item["id"].as_str().unwrap().parse::<u64>().unwrap())),
        Case::new(Violation, "names are empty in one language", Links, 5).warns(&["CRT-04"]).items(|item| {
            if item["language"] == "de" {
                item["name"] = json!("");
            }
        }),
        Case::new(Violation, "no id on a later page", Hal, 23).fails(&["CRT-01"]).open(&["CRT-10", "CRT-09"]).items(
            |item| {
                if item["name"].as_str().is_some_and(|name| name.ends_with("nr 21")) {
                    item["id"] = json!("");
                }
            },
        ),
        Case::new(Violation, "one certificate on the last page has no self", Links, 11)
            .fails(&["CRT-07"])
            .open(&["CRT-12"])
            .json(|ask, _, body| {
                if ask.is_list() {
                    each_item(body, &|item| {
                        if item["name"].as_str().is_some_and(|name| name.ends_with("nr 11")) {
                            drop_rel(item, "self");
                        }
                    });
                }
            }),
        Case::new(Violation, "no document anywhere", Hal, 3)
            .warns(&["CRT-08"])
            .blocked(&["DWN-01", "DWN-02", "DWN-03", "DWN-04", "DWN-05", "DWN-06"])
            .items(|item| drop_rel(item, "download")),
        Case::new(Violation, "the language is not in the URL", Links, 5).fails(&["CRT-10"]).open(&["CRT-14"]).with(
            |twists| {
                twists.certs = |id, first, count| {
                    let mut certs = super::super::source::certs(id, first, count);
                    for (place, cert) in certs.iter_mut().enumerate() {
                        cert.id = id(first + place);
                    }
                    certs
                };
                twists.item = |insz, cert| format!("/certificates/{insz}/{}", cert.id);
                twists.document = |insz, cert| format!("/certificates/{insz}/{}/download", cert.id);
            },
        ),
        Case::new(Violation, "the id in the URL is cut short", Hal, 5).fails(&["CRT-10"]).open(&["CRT-14"]).with(
            |twists| {
                twists.id = |serial| format!("{}{serial}kwaliteitsattest", ["za", "zb", "zc"][serial % 3]);
                twists.item = |insz, cert| format!("/certificates/{insz}/{}/{}", &cert.id[..6], cert.language);
                twists.document =
                    |insz, cert| format!("/certificates/{insz}/{}/{}/download", &cert.id[..6], cert.language);
            },
        ),
        Case::new(Violation, "a capital in the name of the document's resource", Links, 5).fails(&["URL-07"]).with(
            |twists| {
                twists.document = |insz, cert| format!("/certificates/{insz}/{}/{}/Download", cert.id, cert.language);
            },
        ),
        Case::new(Violation, "an underscore in the name of a resource", Hal, 11).fails(&["URL-08"]).with(|twists| {
            twists.document =
                |insz, cert| format!("/certificates/{insz}/{}/{}/signed_files/download", cert.id, cert.language);
        }),
        Case::new(Violation, "a fragment in self, in details only", Links, 2)
            .fails(&["URL-09"])
            .open(&["CRT-12", "CRT-13"])
            .json(|ask, _, body| {
                if ask.is_detail() {
                    let href = href(body, "self").unwrap();
                    set_href(body, "self", &format!("{href}#inhoud"));
                }
            }),
        Case::new(Violation, "the document's URL ends in a slash", Hal, 3).fails(&["URL-10"]).with(|twists| {
            twists.document = |insz, cert| format!("/certificates/{insz}/{}/{}/download/", cert.id, cert.language);
        }),
        Case::new(Violation, "the document's URL ends in .PDF", Links, 5)
            .fails(&["URL-11"])
            .open(&["URL-08", "URL-07"])
            .with(|twists| {
                twists.document = |insz, cert| format!("/certificates/{insz}/{}/{}/attest.PDF", cert.id, cert.language);
            }),
        Case::new(Violation, "a resource is called ns", Hal, 5).fails(&["URL-12"]).open(&["URL-14"]).with(|twists| {
            twists.item = |insz, cert| format!("/certificates/{insz}/ns/{}/{}", cert.id, cert.language);
        }),
        Case::new(Violation, "a resource is a verb", Links, 11).warns(&["URL-15"]).open(&["URL-14"]).with(|twists| {
            twists.document = |insz, cert| format!("/certificates/{insz}/{}/{}/ophalen", cert.id, cert.language);
        }),
        Case::new(Violation, "the identifier is a URI", Links, 5)
            .fails(&["URL-13"])
            .open(&["CRT-10"])
            .with(|twists| {
                twists.id = |serial| format!("https%3A%2F%2Fdata.example%2Fattesten%2F{serial}");
            })
            .items(|item| {
                let id = item["id"].as_str().unwrap().replace("%3A", ":").replace("%2F", "/");
                item["id"] = json!(id);
            }),
        Case::new(Violation, "x-version of details is that of the next version", Hal, 3).fails(&["URL-16"]).last(
            |ask, _, reply| {
                if ask.is_detail() {
                    reply.set("x-version", "v2.0.1");
                }
            },
        ),
        Case::new(Violation, "a login page instead of the French document", Links, 5)
            .fails(&["DWN-02"])
            .open(&["DWN-03"])
            .last(|ask, _, reply| {
                if ask.is_download() && in_language(ask, "fr") {
                    reply.body =
                        b"<!DOCTYPE html><html><title>Aanmelden</title><body>Meld u aan</body></html>".to_vec();
                }
            }),
        Case::new(Violation, "the last document breaks off in the middle", Hal, 3).fails(&["DWN-03"]).last(
            |ask, site, reply| {
                if ask.is_download() && ask.cert.as_ref() == site.people[0].certs.last() {
                    let half = reply.body.len() / 2;
                    reply.body.truncate(half);
                }
            },
        ),
        Case::new(Violation, "the last document is empty", Links, 2).fails(&["DWN-01"]).last(|ask, site, reply| {
            if ask.is_download() && ask.cert.as_ref() == site.people[0].certs.last() {
                reply.body.clear();
            }
        }),
        Case::new(Violation, "the document is a data URI in JSON", Links, 2).warns(&["DWN-04"]).last(
            |ask, _, reply| {
                if ask.is_download() {
                    let text = String::from_utf8(reply.body.clone()).unwrap();
                    let body =
                        json!({ "inhoud": { "bestand": format!("data:application/pdf;base64,{}", base64(&text)) } });
                    *reply = json_reply(200, "application/json", &body);
                }
            },
        ),
        Case::new(Violation, "German documents have a file name without an extension", Hal, 5).warns(&["DWN-05"]).last(
            |ask, _, reply| {
                if ask.is_download() && in_language(ask, "de") {
                    reply.set("content-disposition", "attachment; filename=bescheinigung");
                }
            },
        ),
        Case::new(Violation, "documents are given as JSON's media type", Hal, 10).fails(&["DWN-02"]).last(
            |ask, _, reply| {
                if ask.is_download() {
                    reply.set("content-type", "application/hal+json");
                }
            },
        ),
        Case::new(Violation, "documents only for Accept */*", Links, 5).new_row().inside(|ask, _| {
            let accept = ask.http.header("accept").unwrap_or("*/*");
            (ask.what == What::Download && !accept.contains("*/*")).then(|| problem_reply(406))
        }),
        Case::new(Violation, "documents to anybody's cache", Links, 3).warns(&["HTTP-16"]).last(|ask, _, reply| {
            if ask.is_download() {
                reply.set("cache-control", "max-age=600, public");
            }
        }),
        Case::new(Violation, "details may stay in a shared cache", Hal, 11).warns(&["HTTP-16"]).last(
            |ask, _, reply| {
                if ask.is_detail() {
                    reply.set("cache-control", "private, s-maxage=30");
                }
            },
        ),
        Case::new(Violation, "documents without a media type", Hal, 2).warns(&["HTTP-17"]).last(|ask, _, reply| {
            if ask.is_download() {
                reply.drop_header("content-type");
            }
        }),
        Case::new(Violation, "documents compressed unasked", Links, 5)
            .fails(&["HTTP-05"])
            .open(&["DWN-02", "DWN-03", "DWN-04"])
            .last(|ask, _, reply| {
                if ask.is_download() {
                    reply.body = gzip::gzip(&reply.body);
                    reply.set("content-encoding", "gzip");
                    reply.set("vary", "Accept-Encoding");
                }
            }),
        Case::new(Violation, "French details are Latin-1", Hal, 5)
            .fails(&["HTTP-03"])
            .open(&["CRT-11", "CRT-12", "CRT-13", "HTTP-02", "CRT-15"])
            .last(|ask, _, reply| {
                if ask.is_detail() && in_language(ask, "fr") {
                    let text = String::from_utf8(reply.body.clone()).unwrap().replace("\"Attest", "\"Pr\u{e9}c");
                    reply.body = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
                }
            }),
        Case::new(Violation, "a date with the day first, in details only", Links, 5).warns(&["HTTP-07"]).json(
            |ask, _, body| {
                if ask.is_detail() {
                    body["geldigTot"] = json!("31-12-2025");
                }
            },
        ),
        Case::new(Violation, "a date with slashes on the last page", Hal, 11).warns(&["HTTP-07"]).items(|item| {
            if item["name"].as_str().is_some_and(|name| name.ends_with("nr 11")) {
                item["afgeleverdOp"] = json!("2024/3/1");
            }
        }),
        Case::new(Violation, "a moment without a zone", Links, 3).warns(&["HTTP-08"]).items(|item| {
            item["validSince"] = json!("2024-03-01T10:15:00");
        }),
        Case::new(Violation, "a moment in Brussels' winter", Hal, 2).warns(&["HTTP-08"]).items(|item| {
            item["tijdstip"] = json!("2024-01-15T10:15:00.000+01:00");
        }),
        Case::new(Violation, "a country of three letters", Links, 5).warns(&["HTTP-10"]).items(|item| {
            item["issuer"] = json!({ "name": "Gent", "countryCode": "BEL" });
        }),
        Case::new(Violation, "a language of three letters", Hal, 3).warns(&["HTTP-09"]).items(|item| {
            item["document"] = json!({ "language": "dut" });
        }),
        Case::new(Violation, "a name with an underscore deep in details", Links, 11).warns(&["HTTP-11"]).json(
            |ask, _, body| {
                if ask.is_detail() {
                    body["dossier"] = json!([{ "stap": { "uitgevoerd_door": "dienst" } }]);
                }
            },
        ),
        Case::new(Violation, "over TLS, documents have http links", Links, 3)
            .fails(&["URL-01"])
            .open(&["LST-09"])
            .with(|twists| twists.tls = true)
            .items(|item| {
                let href = href(item, "download").unwrap();
                set_href(item, "download", &href.replacen("https:", "http:", 1));
            })
            .blocked(&["DWN-01", "DWN-02", "DWN-03", "DWN-04", "DWN-05", "DWN-06", "SEC-14", "SEC-08", "SEC-09"]),
    ]
}
