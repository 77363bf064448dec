use super::sample::{self, SUBJECT, TOKEN};
use crate::base::text::Lang;
use crate::evidence::exchange::{
    Auth, Citizen, Exchange, IssuerCall, Kind, Request, Response, Sent, Target, Tls, Variation,
};
use crate::evidence::recording::Recording;
use crate::evidence::vault::Mark;
use crate::report::curl::Shell;
use crate::report::people::People;
use crate::report::{Report, json, junit};

fn people() -> People {
    People::new(&sample::recording())
}

fn curl_of(url: &str, headers: &[(&str, &str)]) -> Option<String> {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sent = Sent { method: "GET".into(), url: url.into(), headers, form: Vec::new() };
    line_of(sample::list(), sent)
}

/// The line of a call, in a recording that it is the only one of.
fn line_of(request: Request, sent: Sent) -> Option<String> {
    let mut recording = sample::recording();
    recording.setup.authorities.source = Some("ca.pem".into());
    let one = Exchange { sent, ..sample::exchange(request, "", 0, Ok(Response::default())) };
    Shell::new(&recording, &people()).line(&one)
}

#[test]
fn people_see_marks_for_surrogates_in_every_form() {
    let people = people();
    for (text, seen) in [
        (SUBJECT, "INSZ-1"),
        ("a 10.00.00-000.95!", "a INSZ-1!"),
        ("/v1/100000 000 95/", "/v1/INSZ-1/"),
        ("?q=100000%20000%252095&a", "?q=INSZ-1&a"),
        ("%31%30000000095", "INSZ-1"),
        ("é10000000095x", "éINSZ-1x"),
        (TOKEN, "TOKEN-1"),
        ("Bearer TOKEN-1xxxx.", "Bearer TOKEN-1."),
        ("TOKEN-9xxx and 10000000192", "TOKEN-9xxx and 10000000192"),
        ("a\u{202e}b\u{1b}", "a\\u{202e}b\\u{1b}"),
    ] {
        assert_eq!(people.for_people(text), seen);
    }
    assert_eq!(people.for_people(&"a".repeat(9_000)).chars().count(), 4_001);
}

#[test]
fn marks_of_more_digits_are_told_apart() {
    let mut recording = sample::recording();
    let mark = |n: usize| Mark { surrogate: format!("TOKEN-{n}xxxxxx"), mark: format!("TOKEN-{n}") };
    recording.marks = vec![mark(1), mark(12)];
    let people = People::new(&recording);
    assert_eq!(people.for_people("TOKEN-12xxxxxx TOKEN-1xxxxxx TOKEN-13"), "TOKEN-12 TOKEN-1 TOKEN-13");
}

#[test]
fn no_surrogate_is_left_in_a_report() {
    let report = sample::report();
    for text in [json(&report).unwrap(), junit(&report, Lang::Nl).unwrap()] {
        assert!(!text.contains(SUBJECT) && !text.contains("10.00.00") && !text.contains("TOKEN-1x"), "{text}");
        assert!(text.contains("INSZ-1") && text.contains("$INSZ_SUBJECT") && text.contains("$TOKEN"));
    }
}

#[test]
fn a_curl_line_holds_placeholders() {
    assert_eq!(
        curl_of(
            &format!("https://h.be/v1/{SUBJECT}?page=0"),
            &[("Accept", "a/b"), ("Authorization", &format!("Bearer {TOKEN}"))]
        )
        .unwrap(),
        "curl -i --cacert \"$CA_BUNDLE\" -H 'Accept: a/b' \\\n  \
         -H \"Authorization: Bearer $TOKEN\" \"https://h.be/v1/$INSZ_SUBJECT?page=0\""
    );
    assert_eq!(
        curl_of(&format!("https://h.be/{SUBJECT}a"), &[("accept", "*/*"), ("authorization", TOKEN)]).unwrap(),
        "curl -i --cacert \"$CA_BUNDLE\" -H 'accept: */*' -H \"authorization: $TOKEN\" \\\n  \
         \"https://h.be/${INSZ_SUBJECT}a\""
    );
}

#[test]
fn a_hostile_url_stays_one_argument_of_curl() {
    let url = format!("https://h.be/{SUBJECT}/a'b$(id)`id`\"\\!\n{{1,2}} $TOKEN");
    let line = curl_of(&url, &[("accept", "*/*"), ("@file", "x"), ("x", "$(id)'")]).unwrap();
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}; INSZ_SUBJECT=number CA_BUNDLE=ca.pem; {line}");
    let output = std::process::Command::new("sh").arg("-c").arg(script).output().unwrap();
    let words: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    let asked = "https://h.be/number/a'b$(id)`id`\"\\!%0A{1,2}%20$TOKEN";
    assert_eq!(words, ["-i", "--cacert", "ca.pem", "--globoff", "-H", "accept: */*", "-H", "x: $(id)'", asked]);
    assert_eq!(curl_of("-o/etc/passwd", &[]), None);
    assert_eq!(curl_of("file:///etc/passwd", &[]), None);
}

#[test]
fn a_form_of_the_issuer_holds_no_secret() {
    let form =
        vec![("client_secret".to_owned(), "SECRET-1xx".to_owned()), ("subject_token".to_owned(), TOKEN.to_owned())];
    let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let sent = Sent { method: "POST".into(), url: "https://acm.be/token".into(), headers, form };
    let line = line_of(Request::issuer(IssuerCall::Discovery), sent).unwrap();
    assert_eq!(
        line,
        "curl -i -X POST -H 'Accept:' --data-urlencode \"client_secret=$SECRET_1\" \\\n  \
         --data-urlencode \"subject_token=$TOKEN\" 'https://acm.be/token'"
    );
}

#[test]
fn each_citizen_and_each_token_has_a_variable_of_its_own() {
    let sent = || Sent {
        method: "GET".into(),
        url: "http://h.be/v1".into(),
        headers: vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))],
        form: Vec::new(),
    };
    let line = |auth: Auth| line_of(sample::list().auth(auth), sent()).unwrap();
    assert!(line(Auth::Token(Citizen::Other)).contains("Bearer $TOKEN_OTHER\""));
    assert!(line(Auth::Token(Citizen::Empty)).contains("Bearer $TOKEN_EMPTY\""));
    assert!(line(Auth::ExpiredToken).contains("Bearer $EXPIRED_TOKEN\""));
    assert!(line(Auth::EmptyBearer).contains("'authorization: Bearer'"));
    assert!(!line(Auth::ExpiredToken).contains("--cacert"), "plain http");
    let hosted = sample::list().varied(Variation::Host("other.example".to_owned()));
    assert!(line_of(hosted, sent()).unwrap().contains("-H 'Host: other.example'"));
    let document = Request::link(Kind::Download, "http://h.be/v1");
    assert!(line_of(document, sent()).unwrap().starts_with("curl -D - -o document "));
}

#[test]
fn a_handshake_is_repeated_with_openssl() {
    let shake = |url: &str, offer| {
        let sent = Sent { method: "TLS".into(), url: url.into(), ..Sent::default() };
        line_of(Request::probe(Target::Tls(offer)), sent)
    };
    assert_eq!(
        shake("https://h.be/v1", Tls::Only10).unwrap(),
        "openssl s_client -connect 'h.be:443' -tls1 -cipher 'DEFAULT@SECLEVEL=0' \\\n  </dev/null"
    );
    let modern = shake("https://127.0.0.1:8443", Tls::Modern).unwrap();
    for part in ["'127.0.0.1:8443'", "-verify_ip 127.0.0.1", "-verify_return_error", "-CAfile \"$CA_BUNDLE\""] {
        assert!(modern.contains(part), "{modern}");
    }
    let hostile = shake("https://a'b$(id).be/", Tls::Modern).unwrap_or_default();
    assert!(!hostile.contains("$("), "{hostile}");
}

#[test]
fn every_variable_of_a_line_is_explained_once() {
    let report = sample::report();
    let mut names: Vec<&str> = report.run.variables.iter().map(|variable| variable.name.as_str()).collect();
    let lines: String = report.exchanges.iter().filter_map(|exchange| exchange.curl.clone()).collect();
    for used in lines.split('$').skip(1) {
        let used = used.trim_start_matches('{');
        let end = used.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(used.len());
        assert!(names.contains(&&used[..end]) || used.starts_with('('), "${}: {names:?}", &used[..end]);
    }
    let token = report.run.variables.iter().find(|variable| variable.name == "TOKEN").unwrap();
    assert_eq!(token.command.as_deref(), Some("export TOKEN=$(bronkeur token --citizen an --show)"));
    names.dedup();
    assert_eq!(names.len(), report.run.variables.len());
}

#[test]
fn the_sample_names_what_was_examined_and_how_long_it_took() {
    let report = sample::report();
    let [examined] = report.run.sample.details.as_slice() else { panic!("{:?}", report.run.sample) };
    assert!(report.exchange(examined).unwrap().url.contains("it's"));
    assert!(report.run.sample.downloads.is_empty(), "no answer: not examined");
    assert_eq!(report.run.envelope, "links");
    let counts: Vec<usize> = report.run.timings.iter().map(|timing| timing.count).collect();
    assert_eq!((counts.iter().sum::<usize>(), report.run.requests), (4, 4));
}

#[test]
fn times_are_those_of_the_nearest_rank() {
    let mut recording = Recording::new(sample::setup(), "2026-03-01T10:00:00Z".parse().unwrap(), 0);
    for ms in 1..=20 {
        let request: Request = sample::list().again(ms);
        recording.add(sample::exchange(request, "https://h.be/", u64::from(ms), Ok(Response::default())));
    }
    let report = Report::new(&sample::catalogue(), &recording, &sample::verdicts(), &sample::meta());
    let timing = report.run.timings.first().unwrap();
    assert_eq!((timing.median_ms, timing.p95_ms, timing.max_ms), (10, 19, 20));
}

#[test]
fn plain_http_and_a_stand_in_issuer_make_a_result_partial() {
    let mut catalogue = sample::catalogue();
    catalogue.requirements.truncate(3);
    let verdicts = vec![crate::judging::verdict::Verdict::of(crate::judging::verdict::Outcome::Pass); 3];
    let conformant = |base_url: &str, environment: &str| {
        let mut recording = sample::recording();
        recording.setup.base_url = base_url.into();
        recording.setup.environment = environment.into();
        let report = Report::new(&catalogue, &recording, &verdicts, &sample::meta());
        (format!("{:?}", report.result.conformant), crate::report::why_partial(&report).len())
    };
    assert_eq!(conformant("https://h.be/v1", "tni"), ("Yes".to_owned(), 0));
    assert_eq!(conformant("HTTP://h.be/v1", "tni"), ("Partial".to_owned(), 1));
    for environment in ["bronkeur-acm", "not-acm", "none", "https://acm.example/op", "https://127.0.0.1:8443/op"] {
        assert_eq!(conformant("https://h.be/v1", environment), ("Partial".to_owned(), 1), "{environment}");
    }
    for issuer in [crate::evidence::exchange::TNI_ISSUER, crate::evidence::exchange::PROD_ISSUER] {
        assert_eq!(conformant("https://h.be/v1", issuer), ("Yes".to_owned(), 0));
    }
}
