//! Lists and their paging, quietly wrong.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::json;

use super::*;

/// Replaces the value of a parameter in an href, or takes it out.
fn with_parameter(href: &str, name: &str, value: Option<usize>) -> String {
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    let kept = query.split('&').filter_map(|pair| {
        let own = pair.split('=').next().unwrap_or_default();
        if own == name { value.map(|value| format!("{name}={value}")) } else { Some(pair.to_owned()) }
    });
    format!("{path}?{}", kept.collect::<Vec<_>>().join("&"))
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Violation, "next forgets the limit", Links, 23).warns(&["LST-28"]).open(&["LST-18", "LST-17"]).json(
            |ask, _, body| {
                if ask.is_list()
                    && let Some(next) = href(body, "next")
                {
                    set_href(body, "next", &with_parameter(&next, "limit", None));
                }
            },
        ),
        Case::new(Violation, "totalPages is rounded down", Hal, 23).fails(&["LST-17"]).json(|ask, _, body| {
            if ask.is_list() {
                let total = body["pageMetadata"]["totalElements"].as_u64().unwrap();
                body["pageMetadata"]["totalPages"] = json!(total / ask.limit as u64);
            }
        }),
        Case::new(Violation, "totalElements counts the page only", Links, 11).fails(&["LST-17"]).json(
            |ask, _, body| {
                if ask.is_list() {
                    body["pageMetadata"]["totalElements"] = json!(body["certificates"].as_array().unwrap().len());
                }
            },
        ),
        Case::new(Violation, "totalPages counts from the page that is shown", Hal, 101).fails(&["LST-17"]).json(
            |ask, _, body| {
                if ask.is_list() && ask.page > 0 {
                    let pages = body["pageMetadata"]["totalPages"].as_u64().unwrap();
                    body["pageMetadata"]["totalPages"] = json!(pages.saturating_sub(1));
                }
            },
        ),
        Case::new(Violation, "pages count from one in the URL, links too", Links, 11)
            .fails(&["LST-10"])
            .open(&["LST-11", "LST-22", "LST-06"])
            .blocked(&["LST-27"])
            .with(|twists| {
                twists.slice = Some(Box::new(|ask, certs| {
                    certs
                        .iter()
                        .skip(ask.page.saturating_sub(1).saturating_mul(ask.limit))
                        .take(ask.limit)
                        .cloned()
                        .collect()
                }));
            })
            .json(|ask, site, body| {
                if !ask.is_list() {
                    return;
                }
                let page = ask.page.max(1);
                let pages = body["pageMetadata"]["totalPages"].as_u64().unwrap() as usize;
                let url = |page| site.page_url(&ask.insz, ask.limit, page);
                body["pageMetadata"]["number"] = json!(page);
                body["links"] = json!([
                    { "rel": "self", "href": url(page) },
                    { "rel": "start", "href": url(1) },
                    { "rel": "last", "href": url(pages.max(1)) }
                ]);
                if page < pages {
                    set_href(body, "next", &url(page + 1));
                }
                if page > 1 {
                    set_href(body, "prev", &url(page - 1));
                }
            }),
        Case::new(Violation, "number is that of the URL, but for the first page", Hal, 23).fails(&["LST-11"]).json(
            |ask, _, body| {
                if ask.is_list() {
                    body["pageMetadata"]["number"] = json!(ask.page.max(1));
                }
            },
        ),
        Case::new(Violation, "a limit above fifty is fifty", Links, 101)
            .fails(&["LST-13"])
            .open(&["LST-14", "LST-28"])
            .with(|twists| twists.max_limit = 50),
        Case::new(Violation, "a limit above a hundred is refused", Hal, 23).fails(&["LST-14"]).inside(|ask, _| {
            let limit = ask.http.parameter("limit").and_then(|limit| limit.parse::<u64>().ok());
            (ask.what == What::List && limit.is_some_and(|limit| limit > 100)).then(|| problem_reply(400))
        }),
        Case::new(Violation, "the last page has a next", Links, 11).fails(&["LST-07"]).open(&["LST-18"]).json(
            |ask, site, body| {
                let last = ask.is_list() && body["pageMetadata"]["totalPages"] == ask.page + 1;
                if last && ask.page > 0 {
                    set_href(body, "next", &site.page_url(&ask.insz, ask.limit, ask.page + 1));
                }
            },
        ),
        Case::new(Violation, "the second page has no next, although there are more", Hal, 23)
            .fails(&["LST-07"])
            .open(&["LST-18"])
            .json(|ask, _, body| {
                if ask.is_list() && ask.page == 1 {
                    drop_rel(body, "next");
                }
            }),
        Case::new(Violation, "next leads back to the page that it stands on, from the second page", Links, 23)
            .fails(&["LST-18"])
            .open(&["LST-07"])
            .json(|ask, site, body| {
                if ask.is_list() && ask.page > 0 && href(body, "next").is_some() {
                    set_href(body, "next", &site.page_url(&ask.insz, ask.limit, ask.page));
                }
            }),
        Case::new(Violation, "self of a later page is that of the first", Hal, 11).warns(&["LST-06"]).json(
            |ask, site, body| {
                if ask.is_list() && ask.page > 0 {
                    set_href(body, "self", &site.page_url(&ask.insz, ask.limit, 0));
                }
            },
        ),
        Case::new(Violation, "last counts from one", Hal, 5).fails(&["LST-19"]).json(|ask, site, body| {
            if ask.is_list() && !body["certificates"].as_array().unwrap().is_empty() {
                let pages = body["pageMetadata"]["totalPages"].as_u64().unwrap();
                set_href(body, "last", &site.page_url(&ask.insz, ask.limit, pages as usize));
            }
        }),
        Case::new(Violation, "last is the page before the last", Links, 101).fails(&["LST-19"]).json(
            |ask, site, body| {
                let pages = body["pageMetadata"]["totalPages"].as_u64().unwrap_or(0);
                if ask.is_list() && pages > 1 {
                    set_href(body, "last", &site.page_url(&ask.insz, ask.limit, pages as usize - 2));
                }
            },
        ),
        Case::new(Violation, "start leads to the second page", Links, 23).new_row().json(|ask, site, body| {
            if ask.is_list() && body["pageMetadata"]["totalPages"].as_u64().is_some_and(|pages| pages > 1) {
                set_href(body, "start", &site.page_url(&ask.insz, ask.limit, 1));
            }
        }),
        Case::new(Violation, "first leads to the page that it stands on", Hal, 11).new_row().json(|ask, site, body| {
            if ask.is_list() {
                drop_rel(body, "start");
                set_href(body, "first", &site.page_url(&ask.insz, ask.limit, ask.page));
            }
        }),
        Case::new(Violation, "twenty-five where no limit is asked", Hal, 11)
            .warns(&["LST-16"])
            .with(|twists| twists.default_limit = 25),
        Case::new(Violation, "seven where no limit is asked", Links, 101)
            .warns(&["LST-16"])
            .with(|twists| twists.default_limit = 7),
        Case::new(Violation, "two neighbours change places at every second look at a page", Links, 23)
            .warns(&["LST-24"])
            .open(&["HTTP-02"])
            .json({
                let looks: Mutex<HashMap<String, usize>> = Mutex::default();
                move |ask, _, body| {
                    if ask.is_list() {
                        let mut looks = looks.lock().unwrap();
                        let look = looks.entry(ask.http.target.clone()).or_default();
                        *look += 1;
                        let items = body["certificates"].as_array_mut().unwrap();
                        if (*look).is_multiple_of(2) && items.len() > 1 {
                            items.swap(0, 1);
                        }
                    }
                }
            }),
        Case::new(Violation, "the empty list is 204", Links, 3)
            .fails(&["LST-20"])
            .open(&["HTTP-12", "LST-21"])
            .inside(|ask, _| (ask.what == What::List && ask.owner == Some(2)).then(|| Reply::new(204))),
        Case::new(Violation, "the empty list has null for the array", Hal, 5)
            .fails(&["LST-20"])
            .open(&["LST-03", "LST-21", "CRT-15"])
            .json(|ask, _, body| {
                if ask.is_list() && ask.owner == Some(2) {
                    body["certificates"] = json!(null);
                }
            }),
        Case::new(Violation, "the empty list has no self", Links, 2).warns(&["LST-21"]).json(|ask, _, body| {
            if ask.is_list() && ask.owner == Some(2) {
                drop_rel(body, "self");
            }
        }),
        Case::new(Violation, "the empty list counts one", Hal, 10).warns(&["LST-21"]).open(&["LST-17"]).json(
            |ask, _, body| {
                if ask.is_list() && ask.owner == Some(2) {
                    body["pageMetadata"]["totalElements"] = json!(1);
                }
            },
        ),
        Case::new(Violation, "a limit of one gives two", Links, 11).fails(&["LST-12"]).open(&["LST-17"]).with(
            |twists| {
                twists.slice = Some(Box::new(|ask, certs| {
                    certs.iter().skip(ask.page.saturating_mul(ask.limit)).take(ask.limit.max(2)).cloned().collect()
                }));
            },
        ),
        Case::new(Violation, "a later page holds one more than the limit", Hal, 23)
            .fails(&["LST-12"])
            .open(&["CRT-09", "LST-17"])
            .with(|twists| {
                twists.slice = Some(Box::new(|ask, certs| {
                    let more = usize::from(ask.page == 1);
                    certs.iter().skip(ask.page.saturating_mul(ask.limit)).take(ask.limit + more).cloned().collect()
                }));
            }),
        Case::new(Violation, "a page past the end is a server error", Links, 5).warns(&["LST-22"]).inside(
            |ask, site| {
                let count = site.people[ask.owner?].certs.len();
                (ask.what == What::List && ask.page > 0 && ask.page * ask.limit >= count).then(|| problem_reply(500))
            },
        ),
        Case::new(Violation, "a page past the end is the last page once more", Hal, 23).warns(&["LST-22"]).with(
            |twists| {
                twists.slice = Some(Box::new(|ask, certs| {
                    let last = certs.len().div_ceil(ask.limit).saturating_sub(1);
                    certs.iter().skip(ask.page.min(last) * ask.limit).take(ask.limit).cloned().collect()
                }));
            },
        ),
        Case::new(Violation, "size is the number on the page", Links, 11).warns(&["LST-27"]).json(|ask, _, body| {
            if ask.is_list() {
                body["pageMetadata"]["size"] = json!(body["certificates"].as_array().unwrap().len());
            }
        }),
        Case::new(Violation, "totalPages is a text on later pages", Hal, 23).warns(&["LST-04"]).json(|ask, _, body| {
            if ask.is_list() && ask.page > 0 {
                body["pageMetadata"]["totalPages"] = json!(body["pageMetadata"]["totalPages"].to_string());
            }
        }),
        Case::new(Violation, "later pages have no links", Links, 23).fails(&["LST-05"]).json(|ask, _, body| {
            if ask.is_list() && ask.page > 0 {
                body.as_object_mut().unwrap().remove("links");
            }
        }),
        Case::new(Violation, "later pages are application/json", Hal, 23).fails(&["LST-02"]).open(&["HTTP-04"]).last(
            |ask, _, reply| {
                if ask.is_list() && ask.page > 0 {
                    reply.set("content-type", "application/json");
                }
            },
        ),
        Case::new(Violation, "the list of the other citizen is text/json", Links, 3)
            .fails(&["LST-02"])
            .open(&["HTTP-04"])
            .last(|ask, _, reply| {
                if ask.is_list() && ask.owner == Some(1) {
                    reply.set("content-type", "text/json");
                }
            }),
        Case::new(Violation, "documents' hrefs are relative", Hal, 5).warns(&["LST-09"]).json(|ask, site, body| {
            if ask.status == 200 {
                each_item(body, &|item| {
                    let href = href(item, "download").unwrap();
                    set_href(item, "download", href.strip_prefix(site.origin()).unwrap());
                });
            }
        }),
        Case::new(Violation, "last is missing on all pages but the first", Links, 11).warns(&["LST-08"]).json(
            |ask, _, body| {
                if ask.is_list() && ask.page > 0 {
                    drop_rel(body, "last");
                }
            },
        ),
        Case::new(Violation, "without page the second page comes", Hal, 23)
            .fails(&["LST-15"])
            .open(&["LST-10", "LST-06"])
            .with(|twists| {
                twists.slice = Some(Box::new(|ask, certs| {
                    let page = ask.page + usize::from(ask.http.parameter("page").is_none() && ask.owner == Some(0));
                    certs.iter().skip(page * ask.limit).take(ask.limit).cloned().collect()
                }));
            }),
        Case::new(Violation, "the same certificate first and last", Links, 23).fails(&["CRT-09"]).with(|twists| {
            twists.certs = |id, first, count| {
                let mut certs = super::super::source::certs(id, first, count);
                if count > 5 {
                    certs[count - 1] = certs[0].clone();
                }
                certs
            };
        }),
        Case::new(Violation, "links follow the Host header of the request", Links, 5).new_row().json(
            |ask, site, body| {
                let host = ask.http.header("host").unwrap_or_default().to_owned();
                each_href(body, &|href| format!("http://{host}{}", &href[site.origin().len()..]));
            },
        ),
        Case::new(Oddity, "links follow X-Forwarded-Host only", Hal, 3).open(&["LST-09"]).json(|ask, site, body| {
            // Not Host: whoever calls straight cannot steer anything with it. Nothing is wrong that is asked.
            if let Some(host) = ask.http.header("x-forwarded-host").map(str::to_owned) {
                each_href(body, &|href| format!("http://{host}{}", &href[site.origin().len()..]));
            }
        }),
        Case::new(Violation, "compressed and no Vary", Links, 11).new_row().last(|ask, _, reply| {
            let accepted = ask.http.header("accept-encoding").unwrap_or_default();
            if accepted.contains("gzip") && !accepted.contains("gzip;q=0") && !reply.body.is_empty() {
                reply.body = gzip::gzip(&reply.body);
                reply.set("content-encoding", "gzip");
            }
        }),
        Case::new(Violation, "GET is not safe: every second look at the list has another name", Hal, 3)
            .warns(&["HTTP-02"])
            .open(&["CRT-12", "LST-24"])
            .json({
                let looks: Mutex<HashMap<String, usize>> = Mutex::default();
                move |ask, _, body| {
                    if ask.is_list() && ask.owner == Some(0) {
                        let mut looks = looks.lock().unwrap();
                        let look = looks.entry(ask.http.target.clone()).or_default();
                        *look += 1;
                        let odd = (*look).is_multiple_of(2);
                        each_item(body, &|item| {
                            if odd {
                                item["name"] = json!("Attest (gelezen)");
                            }
                        });
                    }
                }
            }),
    ]
}
