//! `bronkeur login` by the real binary, with an issuer that the test holds by the hand; the real server is in tests/real.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{bronkeur, ran};

const ACCESS: &str = "at-5f0c2b9d4e7f8a1c3b5d7e9f";
const REFRESH: &str = "rt-91c74e7f8a1c3b5d7e9f5f0c";

/// What the token endpoint answers, and the forms that it saw.
#[derive(Clone)]
struct Tokens {
    answer: Arc<Mutex<(StatusCode, Value)>>,
    forms: Arc<Mutex<Vec<BTreeMap<String, String>>>>,
}

/// An issuer, as long as its runtime lives.
struct Issuer {
    url: String,
    tokens: Tokens,
    _runtime: tokio::runtime::Runtime,
}

impl Issuer {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let tokens = Tokens { answer: Arc::new(Mutex::new((StatusCode::OK, json!({})))), forms: Arc::default() };
        let discovery = async |headers: HeaderMap| {
            let url = format!("http://{}/op", headers["host"].to_str().unwrap());
            Json(
                json!({"issuer": url, "authorization_endpoint": format!("{url}/auth"), "token_endpoint": format!("{url}/token")}),
            )
        };
        let token = async |State(tokens): State<Tokens>, Form(form): Form<BTreeMap<String, String>>| {
            tokens.forms.lock().unwrap().push(form);
            let (status, answer) = tokens.answer.lock().unwrap().clone();
            (status, Json(answer))
        };
        let router = Router::new()
            .route("/op/.well-known/openid-configuration", get(discovery))
            .route("/op/token", post(token))
            .with_state(tokens.clone());
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}/op", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, tokens, _runtime: runtime }
    }

    /// A good answer, with an id_token for this login.
    fn good(&self, nonce: &str) -> (StatusCode, Value) {
        let claims = json!({"iss": self.url, "aud": "desk", "exp": 4_000_000_000_u32, "nonce": nonce, "sub": "x"});
        let id_token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let answer = json!({"access_token": ACCESS, "refresh_token": REFRESH, "id_token": id_token, "expires_in": 60});
        (StatusCode::OK, answer)
    }

    fn answers(&self, answer: (StatusCode, Value)) {
        *self.tokens.answer.lock().unwrap() = answer;
    }
}

/// A login under way.
struct Login {
    child: Child,
    /// The parameters of the login page.
    asked: BTreeMap<String, String>,
}

impl Login {
    fn start(issuer: &Issuer, folder: &TempDir, more: &[&str]) -> Self {
        let mut command = bronkeur(folder);
        command.env("XDG_STATE_HOME", folder.path().join("state"));
        command.args(["login", "--issuer", &issuer.url, "--client-id", "desk", "--name", "an", "--no-browser"]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let url: url::Url = lines.find(|line| line.contains("/op/auth?")).unwrap().trim().parse().unwrap();
        Self { child, asked: url.query_pairs().into_owned().collect() }
    }

    /// What the callback answers to this request line's path and query.
    fn visit(&self, method: &str, target: &str) -> String {
        let redirect: url::Url = self.asked["redirect_uri"].parse().unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", redirect.port().unwrap())).unwrap();
        let request = format!("{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        // It may be refused before all of it is sent.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn callback(&self, query: &str) -> String {
        self.visit("GET", &format!("/callback?{query}&state={}", self.asked["state"]))
    }

    /// What it said in the end, on both streams.
    fn ended(mut self, status: i32) -> String {
        let mut text = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(status), "{text}");
        assert!(![ACCESS, REFRESH, "code-1234"].iter().any(|secret| text.contains(secret)), "{text}");
        text
    }
}

fn kept(folder: &TempDir) -> bool {
    folder.path().join("state/bronkeur/logins/an.json").exists()
}

#[test]
fn whatever_else_comes_to_the_callback_changes_nothing() {
    let (issuer, folder) = (Issuer::start(), tempfile::tempdir().unwrap());
    let login = Login::start(&issuer, &folder, &[]);
    issuer.answers(issuer.good(&login.asked["nonce"]));
    for (method, target, status) in [
        ("GET", "/", "404"),
        ("POST", "/callback?code=a", "405"),
        ("GET", "/callback?code=evil&state=guess", "400"),
        ("GET", "/callback?error=access_denied", "400"),
    ] {
        let answer = login.visit(method, target);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{target}: {answer}");
    }
    login.visit("GET", &format!("/callback?{}", "x".repeat(1 << 20)));
    let page = login.callback("code=code-1234");
    assert!(page.contains("You may close this window") && page.contains("U mag dit venster sluiten"), "{page}");
    let verifier = issuer.tokens.forms.lock().unwrap()[0]["code_verifier"].clone();
    let text = login.ended(0);
    assert!(!text.contains(&verifier) && text.contains("`login: an`"), "{text}");
    let forms = issuer.tokens.forms.lock().unwrap();
    assert_eq!(forms.len(), 1, "only our own code was swapped");
    assert_eq!((forms[0]["code"].as_str(), forms[0]["client_id"].as_str()), ("code-1234", "desk"));
    assert!(kept(&folder));
}

#[test]
fn a_login_that_fails_keeps_nothing_and_says_why() {
    let issuer = Issuer::start();
    let cases = [
        (
            "error=access_denied&error_description=No+thanks%0A",
            issuer.good(""),
            "refused: access_denied No thanks\\u{a}",
        ),
        ("code=code-1234", issuer.good("another"), "belongs to another login"),
        ("code=code-1234", (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"})), "400 invalid_grant"),
        ("code=code-1234", (StatusCode::OK, json!({"access_token": ACCESS})), "no id_token"),
        ("code=code-1234", (StatusCode::OK, json!([])), "gave no tokens"),
    ];
    for (query, answer, words) in cases {
        let folder = tempfile::tempdir().unwrap();
        let login = Login::start(&issuer, &folder, &[]);
        issuer.answers(answer);
        let page = login.callback(query);
        assert!(page.contains("Not logged in"), "{page}");
        let text = login.ended(3);
        assert!(text.contains(words), "{words}: {text}");
        assert!(!kept(&folder), "{words}");
    }
}

#[test]
fn nobody_logs_in() {
    let (issuer, folder) = (Issuer::start(), tempfile::tempdir().unwrap());
    let login = Login::start(&issuer, &folder, &["--timeout", "1"]);
    login.visit("GET", "/callback?code=a&state=guess");
    let text = login.ended(3);
    assert!(text.contains("after 1 s; 1 answers belonged to another login"), "{text}");
    assert!(!kept(&folder));
}

#[test]
fn a_wrong_call_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, status, words) in [
        (&["login"][..], 2, "no profile and no issuer"),
        (&["login", "--issuer", "tni"], 2, "--client-id"),
        (&["login", "--issuer", "prod", "--client-id", "x"], 2, "is production"),
        (&["login", "--issuer", "http://acm.example.be", "--client-id", "x"], 2, "uses http"),
        (&["login", "--issuer", "nonsense", "--client-id", "x"], 2, "command line:--issuer: is not a valid URL"),
        (&["login", "--issuer", "prod", "--client-id", "x"], 2, "give tni, prod with --i-may-test-production"),
        (
            &["login", "--issuer", "tni", "--client-id", "x", "--client-secret-env", "NONE"],
            2,
            "line:--client-secret-env:",
        ),
        (&["login", "--issuer", "tni", "--client-id", "x", "--client-secret-env", "NONE"], 2, "`NONE` is not set"),
        (&["login", "--name", "../an"], 2, "letters, digits"),
        (&["login", "--issuer", "http://127.0.0.1:9/op", "--client-id", "x"], 3, "cannot be reached"),
        (&["login", "--remove", "an"], 2, "there is no login `an`"),
        (&["login", "--list"], 0, "There are no logins."),
    ] {
        let mut command = bronkeur(&folder);
        let ran = ran(command.env("XDG_STATE_HOME", folder.path()).args(arguments));
        assert_eq!(ran.status, status, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(words) || ran.stdout.contains(words), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn a_profile_names_a_login_that_fits_it() {
    let (issuer, folder) = (Issuer::start(), tempfile::tempdir().unwrap());
    let profile = |client: &str, issuer: &str| {
        format!(
            "source: {{ base_url: http://127.0.0.1:9/v1 }}\nacm:\n  environment: {issuer}\n  client: {client}\n  audience: them\n\
             citizens:\n  - {{ name: an, role: subject, insz: {{ env: INSZ }}, login: an }}\n"
        )
    };
    let check = |profile: &str| {
        std::fs::write(folder.path().join("bron.yaml"), profile).unwrap();
        let mut command = bronkeur(&folder);
        // Serial 999 is never issued.
        command.env("XDG_STATE_HOME", folder.path().join("state")).env("INSZ", "85073099932");
        ran(command.args(["check", "--only", "TOK-02"]))
    };
    let good = profile("{ id: desk, auth: none }", &issuer.url);
    let fault = |text: &str, words: &str| {
        let ran = check(text);
        assert!(ran.status == 2 && ran.stderr.contains(words), "{} {}", ran.status, ran.stderr);
    };
    fault(&good, "there is no login `an`");
    let login = Login::start(&issuer, &folder, &[]);
    issuer.answers(issuer.good(&login.asked["nonce"]));
    login.callback("code=code-1234");
    login.ended(0);
    fault(&profile("{ id: other, auth: none }", &issuer.url), "is a login of the client desk");
    fault(&profile("{ id: desk, auth: none }", "http://127.0.0.1:9/op"), "is a login at ");
    assert_eq!(check(&good).status, 0);
    let forms = issuer.tokens.forms.lock().unwrap();
    assert_eq!(forms[1]["grant_type"], "refresh_token");
    assert_eq!((forms[1]["refresh_token"].as_str(), forms[2]["subject_token"].as_str()), (REFRESH, ACCESS));
}
