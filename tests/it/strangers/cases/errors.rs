//! Errors, quietly wrong.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;

#[expect(clippy::too_many_lines, reason = "a list of cases")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(Violation, "an unknown certificate is an empty array with 200", Links, 5)
            .fails(&["ERR-08"])
            .open(&["ERR-15", "SEC-18"])
            .inside(|ask, site| {
                let known = site.people[0].certs.iter().any(|cert| ask.http.path().contains(&cert.id));
                (ask.what == What::Nothing && !known).then(|| json_reply(200, "application/hal+json", &json!([])))
            }),
        Case::new(Violation, "an unknown certificate is a server error", Hal, 3).fails(&["ERR-08"]).open(&["ERR-15"]).inside(
            |ask, site| {
                let known = site.people.iter().flat_map(|person| &person.certs).any(|cert| ask.http.path().contains(&cert.id));
                (ask.what == What::Nothing && !known).then(|| problem_reply(500))
            },
        ),
        Case::new(Violation, "a language that a certificate lacks gives another language", Links, 5).warns(&["CRT-14"]).inside(
            |ask, site| {
                let person = &site.people[ask.owner?];
                let cert = person.certs.iter().find(|cert| ask.http.path().contains(&format!("/{}/", cert.id)))?;
                (ask.what == What::Nothing)
                    .then(|| json_reply(200, "application/hal+json", &site.item(&person.insz, cert)))
            },
        ),
        Case::new(Violation, "status in the body of a 401 is 403", Links, 3).fails(&["ERR-03"]).json(|ask, _, body| {
            if ask.status == 401 {
                body["status"] = json!(403);
            }
        }),
        Case::new(Violation, "status in the body of a 404 is the text of its name", Hal, 10).fails(&["ERR-03"]).json(|ask, _, body| {
            if ask.status == 404 {
                body["status"] = json!("NOT_FOUND");
            }
        }),
        Case::new(Violation, "an empty title in refusals of a scope", Links, 5).fails(&["ERR-02"]).json(|ask, _, body| {
            if ask.status == 403 {
                body["title"] = json!("");
            }
        }),
        Case::new(Violation, "no title in the error to an unknown path", Hal, 2).fails(&["ERR-02"]).json(|ask, _, body| {
            if ask.what == What::Elsewhere && ask.is_error() {
                body.as_object_mut().unwrap().remove("title");
            }
        }),
        Case::new(Violation, "400 is application/json", Links, 11).warns(&["ERR-05"]).last(|ask, _, reply| {
            if ask.status == 400 {
                reply.set("content-type", "application/json; charset=utf-8");
            }
        }),
        Case::new(Violation, "the type of a 401 is no URI reference", Hal, 3).warns(&["ERR-04"]).json(|ask, _, body| {
            if ask.status == 401 {
                body["type"] = json!("geen toegang <401>");
            }
        }),
        Case::new(Violation, "errors of a 400 are keyed by field", Links, 5).fails(&["ERR-06"]).json(|ask, _, body| {
            if ask.status == 400 {
                body["errors"] = json!({ "page": [{ "type": "about:blank", "title": "Ongeldig", "detail": "geen getal" }] });
            }
        }),
        Case::new(Violation, "errors of a 400 lack detail", Hal, 5).fails(&["ERR-06"]).json(|ask, _, body| {
            if ask.status == 400 {
                body["errors"] = json!([{ "type": "about:blank", "title": "Ongeldig" }]);
            }
        }),
        Case::new(Violation, "the error to a bad number is an array", Links, 2).fails(&["ERR-01"]).json(|ask, _, body| {
            if ask.status == 400 {
                *body = json!([body.clone()]);
            }
        }),
        Case::new(Violation, "a page that is no number is a server error", Hal, 11)
            .fails(&["ERR-09"])
            .open(&["ERR-10"])
            .early(|ask, _| {
                let page = ask.http.parameter("page")?;
                let odd = !page.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
                (ask.what == What::List && odd).then(|| problem_reply(500))
            }),
        Case::new(Violation, "a limit that is no number is ignored", Links, 3).warns(&["ERR-10"]).with(|twists| twists.ignores_odd_limit = true),
        Case::new(Violation, "validation errors are 422", Hal, 5).warns(&["HTTP-12"]).open(&["ERR-10"]).last(|ask, _, reply| {
            if ask.status == 400 && ask.what == What::List && ask.http.query().is_some() {
                reply.status = 422;
                in_text(reply, |text| text.replace("\"status\":400", "\"status\":422"));
            }
        }),
        Case::new(Violation, "a number with letters is a server error", Links, 5).fails(&["ERR-11"]).early(|ask, _| {
            let letters = ask.insz.bytes().any(|byte| byte.is_ascii_alphabetic());
            (ask.what == What::List && letters).then(|| problem_reply(500))
        }),
        Case::new(Violation, "a number that is too short has an empty list", Hal, 3).fails(&["ERR-11"]).door(|ask, _, _, admitted| {
            let short = ask.insz.len() < 11 && ask.insz.bytes().all(|byte| byte.is_ascii_digit());
            if admitted == Err(400) && short && ask.what == What::List { Ok(0) } else { admitted }
        })
        .inside(|ask, site| {
            (ask.what == What::List && ask.owner.is_none())
                .then(|| json_reply(200, "application/hal+json", &site.list_of(ask, &[])))
        }),
        Case::new(Violation, "an unknown path is 400", Links, 2).warns(&["ERR-12"]).inside(|ask, _| {
            (ask.what == What::Elsewhere).then(|| problem_reply(400))
        }),
        Case::new(Violation, "Go's stack in the error to a bad page", Links, 11).fails(&["ERR-13"]).json(|ask, _, body| {
            if ask.status == 400 {
                body["detail"] = json!(
                    "goroutine 34 [running]:\nmain.(*Server).list(0xc00018e000, 0x1f)\n\t/app/main.go:88 +0x1d\n\
                     net/http.HandlerFunc.ServeHTTP(0xc0001a2000)\n\t/usr/local/go/src/net/http/server.go:2136 +0x29"
                );
            }
        }),
        Case::new(Violation, "Python's stack in the error to an unknown certificate, as a list of lines", Hal, 3)
            .fails(&["ERR-13"])
            .json(|ask, _, body| {
                if ask.status == 404 && ask.what == What::Nothing {
                    body["debug"] = json!([
                        "Traceback (most recent call last):",
                        "  File \"/srv/attesten/views.py\", line 88, in detail",
                        "    cert = self.store[key]",
                        "KeyError: 'onbekend'"
                    ]);
                }
            }),
        Case::new(Violation, "PHP's stack in a header of errors", Links, 5).fails(&["ERR-13"]).last(|ask, _, reply| {
            if ask.status == 404 {
                reply.set(
                    "x-debug-exception",
                    "App\\NotFound in /var/www/html/src/Ctl.php:88 #0 /var/www/html/src/Kernel.php(41): App\\Ctl->get() \
                     #1 /var/www/html/index.php(12): App\\Kernel->handle() #2 {main}",
                );
            }
        }),
        Case::new(Violation, "Node's stack in a refusal", Hal, 5).fails(&["ERR-13"]).json(|ask, _, body| {
            if ask.status == 401 {
                body["stack"] = json!(
                    "TypeError: Cannot read properties of undefined (reading 'sub')\n    at verify (/srv/app/auth.js:41:17)\n    \
                     at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"
                );
            }
        }),
        Case::new(Violation, "a database's words in the error to a bad number", Links, 3).fails(&["ERR-13"]).json(|ask, _, body| {
            if ask.status == 400 {
                body["detail"] = json!("SQLSTATE[22P02]: Invalid text representation: 7 ERROR: invalid input syntax for type bigint");
            }
        }),
        Case::new(Violation, "a query in the error to an unknown certificate", Hal, 10).fails(&["ERR-13"]).json(|ask, _, body| {
            if ask.status == 404 {
                body["detail"] = json!(
                    "No row for: SELECT c.id, c.taal FROM attest.certificaat c WHERE c.id = $1 AND c.taal = $2 LIMIT 1"
                );
            }
        }),
        Case::new(Violation, "another type at every error", Links, 2).warns(&["ERR-14"]).json({
            let count = AtomicUsize::new(0);
            move |ask, _, body| {
                if ask.is_error() {
                    let place = count.fetch_add(1, Ordering::Relaxed);
                    body["type"] = json!(format!("https://fouten.example/meldingen/{}", place * 7919 + 13));
                }
            }
        }),
        Case::new(Violation, "a page past the end is a problem with 200", Hal, 11)
            .fails(&["HTTP-13"])
            .open(&["LST-22"])
            .inside(|ask, site| {
                let count = site.people[ask.owner?].certs.len();
                let past = ask.what == What::List && ask.page > 0 && ask.page * ask.limit >= count;
                past.then(|| json_reply(200, "application/problem+json", &problem(404)))
            }),
        Case::new(Violation, "calls without ids are refused", Links, 3).warns(&["HTTP-14"]).early(|ask, _| {
            let without = ask.http.header("x-request-id").is_none() || ask.http.header("x-correlation-id").is_none();
            (without && ask.http.method == "GET").then(|| problem_reply(400))
        }),
        Case::new(Violation, "an unknown language is not acceptable", Hal, 3).warns(&["HTTP-06"]).inside(|ask, _| {
            let language = ask.http.header("accept-language")?;
            let known = ["nl", "fr", "de", "en", "*"].iter().any(|known| language.to_lowercase().contains(known));
            (!known).then(|| problem_reply(406))
        }),
        Case::new(Violation, "XML for Accept */*", Links, 5).fails(&["HTTP-03"]).inside(|ask, _| {
            (ask.what == What::List && ask.http.header("accept") == Some("*/*"))
                .then(|| Reply::with(200, "application/xml", "<certificates/>"))
        }),
        Case::new(Violation, "an Accept that nothing fits is a server error", Hal, 5).fails(&["HTTP-04"]).last(|ask, _, reply| {
            if ask.status == 406 {
                *reply = problem_reply(500);
            }
        }),
        Case::new(Violation, "errors are compressed unasked with deflate's name", Links, 2)
            .fails(&["HTTP-05"])
            .open(&["ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05"])
            .last(|ask, _, reply| {
                if ask.status == 404 {
                    reply.body = gzip::gzip(&reply.body);
                    reply.set("content-encoding", "x-gzip");
                    reply.set("vary", "Accept-Encoding");
                }
            }),
        // Whether a refusal is personal, the documents leave open.
        Case::new(Oddity, "refusals may stay in anybody's cache", Hal, 3).open(&["HTTP-16"]).last(|ask, _, reply| {
            if ask.status == 403 {
                reply.set("cache-control", "public, max-age=5");
            }
        }),
        Case::new(Violation, "names with a hyphen in errors", Links, 3).warns(&["HTTP-11"]).json(|ask, _, body| {
            if ask.status == 404 {
                body["trace-id"] = json!("7f3c");
            }
        }),
    ]
}
