//! Sources that were written from the documents, without a look at the checks: legal oddities of which nothing may fail,
//! quiet violations of which exactly the right row must, and leaks. Each case says what a just judge would say of it.
//!
//! `STRANGERS_OTHER_FORM=1` gives every source the other of the two envelopes; `STRANGERS=word|other` runs the cases whose name holds one of these words, `STRANGERS_AT_ONCE=4` so many at a time; `STRANGERS_EVIDENCE=file` keeps the last one's HAR.

mod body;
mod cases;
mod gzip;
mod laptop;
mod server;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use bronkeur::catalogue::{Level, Mode, Selection};
use bronkeur::judging::verdict::{Gate, Outcome, Severity, severity};
use bronkeur::profile::{
    Actor, CitizenToken, Pem, Resolved, ResolvedAcm, ResolvedCitizen, ResolvedClient, ResolvedClientAuth,
    Role as ProfileRole, Target,
};
use bronkeur::report::{RunMeta, har};
use bronkeur::run::evaluate::Evaluator;
use bronkeur::run::session::{Finished, Session};
use bronkeur::sandbox::{ClientCredentials, Kept, Role, StandIn, StandInOptions};
use tokio::net::TcpListener;
use url::Url;

use crate::support::{block_on, catalogue};
use base64::Engine as _;
use serde_json::Value;
use server::Reply;
use source::{Ask, Claims, Form, Person, Site, Twists};

/// What sort of stranger it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Oddity,
    Violation,
    Leak,
}

/// A source, and what is right to say of it.
struct Case {
    kind: Kind,
    name: &'static str,
    twists: Twists,
    /// Rows that must fail at the weight of a must.
    fails: &'static [&'static str],
    /// Rows that must warn.
    warns: &'static [&'static str],
    /// Rows that may be blocked, besides those that say for which failing row they are.
    blocked: &'static [&'static str],
    /// Rows of which either is right: the documents leave it open.
    open: &'static [&'static str],
    new_row: bool,
}

impl Case {
    fn new(kind: Kind, name: &'static str, form: Form, count: usize) -> Self {
        let twists = Twists::new(form, count);
        Self { kind, name, twists, fails: &[], warns: &[], blocked: &[], open: &[], new_row: false }
    }

    fn fails(mut self, rows: &'static [&'static str]) -> Self {
        self.fails = rows;
        self
    }

    fn warns(mut self, rows: &'static [&'static str]) -> Self {
        self.warns = rows;
        self
    }

    fn blocked(mut self, rows: &'static [&'static str]) -> Self {
        self.blocked = rows;
        self
    }

    fn open(mut self, rows: &'static [&'static str]) -> Self {
        self.open = rows;
        self
    }

    /// A finding belongs in a row that is being added: in which one, its id does not say yet.
    fn new_row(mut self) -> Self {
        self.new_row = true;
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Twists)) -> Self {
        change(&mut self.twists);
        self
    }

    /// Answers before anything else is looked at.
    fn early(self, early: impl Fn(&Ask, &Site) -> Option<Reply> + Send + Sync + 'static) -> Self {
        self.with(|twists| twists.early.push(Box::new(early)))
    }

    /// Answers once the caller is in.
    fn inside(self, inside: impl Fn(&Ask, &Site) -> Option<Reply> + Send + Sync + 'static) -> Self {
        self.with(|twists| twists.inside.push(Box::new(inside)))
    }

    /// Decides who gets in.
    fn door(
        self,
        door: impl Fn(&Ask, &Site, &Claims, Result<usize, u16>) -> Result<usize, u16> + Send + Sync + 'static,
    ) -> Self {
        self.with(|twists| twists.door.push(Box::new(door)))
    }

    /// Edits every JSON body, in the form of the documents.
    fn json(self, edit: impl Fn(&Ask, &Site, &mut Value) + Send + Sync + 'static) -> Self {
        self.with(|twists| twists.json.push(Box::new(edit)))
    }

    /// Edits every JSON body, in the form that is sent.
    fn formed(self, edit: impl Fn(&Ask, &Site, &mut Value) + Send + Sync + 'static) -> Self {
        self.with(|twists| twists.formed.push(Box::new(edit)))
    }

    /// Edits every answer before it is sent.
    fn last(self, last: impl Fn(&Ask, &Site, &mut Reply) + Send + Sync + 'static) -> Self {
        self.with(|twists| twists.last.push(Box::new(last)))
    }

    /// Edits every certificate, in list and detail.
    fn items(self, change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        self.json(move |ask, _, body| {
            if ask.status == 200 {
                body::each_item(body, &change);
            }
        })
    }

    fn profile(self, change: impl Fn(&mut Resolved, &Site) + Send + Sync + 'static) -> Self {
        self.with(|twists| twists.profile.push(Box::new(change)))
    }
}

/// Too little data to show the opposite, by the number of certificates: no fault of the source.
fn too_little(count: usize) -> &'static [&'static str] {
    match count {
        1 => &[
            "LST-07", "LST-10", "LST-12", "LST-13", "LST-17", "LST-18", "LST-19", "LST-23", "LST-24", "CRT-09",
            "URL-14",
        ],
        2 | 3 => &["URL-14"],
        _ => &[],
    }
}

/// A source that runs, with its ACM.
struct Running {
    site: Arc<Site>,
    profile: Resolved,
    _server: server::Server,
    _acm: StandIn,
}

async fn start(twists: Twists) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (acceptor, authority) = if twists.tls {
        let (acceptor, authority) = server::certificate();
        (Some(acceptor), Some(authority))
    } else {
        (None, None)
    };
    let scheme = if twists.tls { "https" } else { "http" };
    let base = format!("{scheme}://127.0.0.1:{port}{}", twists.prefix);
    let acm = StandIn::start(StandInOptions {
        tls: false,
        port: 0,
        audience: "stranger-3f2a".to_owned(),
        scope: "attesten_lezen".to_owned(),
        resource: base.clone(),
        numbers: Vec::new(),
        kept: Kept::default(),
        watch: None,
        login: None,
        mbp: None,
    })
    .await
    .unwrap();
    let credentials = acm.credentials();
    let mut first = 1;
    let people = [Role::Subject, Role::Other, Role::Empty].into_iter().zip(twists.counts).map(|(role, count)| {
        let person = credentials.people.iter().find(|person| person.role == role).unwrap();
        let certs = (twists.certs)(twists.id, first, count);
        first += count + 50;
        Person { insz: person.insz.clone(), certs }
    });
    let people = people.collect();
    let site = Arc::new(Site {
        base: base.clone(),
        people,
        audience: credentials.source_client.id.clone(),
        secret: credentials.source_client.secret.clone(),
        scope: credentials.scope.clone(),
        expired: credentials.expired.clone(),
        introspection: acm.introspection(),
        http: reqwest::Client::builder().no_proxy().tls_certs_only(None).build().unwrap(),
        tokens: std::sync::Mutex::default(),
        twists,
    });
    let mut profile = profile(&acm, &base, authority);
    for change in &site.twists.profile {
        change(&mut profile, &site);
    }
    let server = server::serve(listener, acceptor, Arc::clone(&site));
    Running { site, profile, _server: server, _acm: acm }
}

fn profile(acm: &StandIn, base: &str, authority: Option<String>) -> Resolved {
    let credentials = acm.credentials();
    let client = |party: &ClientCredentials| ResolvedClient {
        id: party.id.clone(),
        auth: ResolvedClientAuth::Post(party.secret.clone().into()),
    };
    let mut profile = Resolved::new(&Url::parse(base).unwrap());
    profile.rename("Een onbekende bron");
    profile.source_mut().unwrap().ca_bundle = authority.map(Pem);
    profile.acm = Some(ResolvedAcm {
        ca_file: None,
        environment: acm.issuer().to_owned(),
        issuer: Url::parse(acm.issuer()).unwrap(),
        issuer_name: acm.issuer().to_owned(),
        stand_in: true,
        client: client(&credentials.client),
        target: Target::Audience(credentials.audience.clone()),
        scope: Some(credentials.scope.clone()),
        actor: Actor::ClientCredentials,
        login_client: None,
        source_client: Some(client(&credentials.source_client)),
        other_audience: None,
        hops: Vec::new(),
        names_token_type: false,
        client_certificate: None,
        ca_bundle: None,
    });
    profile.citizens = credentials
        .people
        .iter()
        .map(|person| ResolvedCitizen {
            name: person.name.clone(),
            role: match person.role {
                Role::Subject => ProfileRole::Subject,
                Role::Other => ProfileRole::Other,
                Role::Empty => ProfileRole::Empty,
            },
            insz: person.insz.clone().into(),
            token: Some(CitizenToken::Access(person.token.clone().into())),
        })
        .collect();
    profile.tokens.expired = Some(credentials.expired.clone().into());
    profile.tokens.other_audience = Some(credentials.for_another_audience.clone().into());
    profile.tokens.without_scope = Some(credentials.without_scope.clone().into());
    profile.tokens.without_citizen = Some(credentials.without_citizen.clone().into());
    profile
}

async fn examine(twists: Twists) -> (Finished, Running) {
    let running = start(twists).await;
    let session = Session::new(&running.profile, catalogue(), 1).unwrap();
    let finished = session.run(catalogue(), &Selection::default(), std::future::pending(), |_| {}).await;
    (finished, running)
}

/// What was said, row by row.
struct Said {
    severity: Severity,
    outcome: Outcome,
    level: Level,
    words: String,
    reason: String,
}

fn said(finished: &Finished) -> BTreeMap<&'static str, Said> {
    let rows = catalogue().requirements.iter().zip(&finished.verdicts);
    rows.filter(|(row, _)| row.mode != Mode::Review || row.check.is_some())
        .map(|(row, verdict)| {
            let mut words = String::new();
            for finding in verdict.findings.iter().take(4) {
                let exchange =
                    finding.exchange.as_ref().map(|request| format!("{:?} {:?}", request.target, request.auth));
                let exchange = exchange.unwrap_or_default();
                write!(
                    words,
                    "\n        [{} @ {exchange}] {} | {}",
                    finding.place, finding.expected.en, finding.actual.en
                )
                .unwrap();
            }
            let reason = verdict.reason.as_ref().map(|reason| reason.en.clone()).unwrap_or_default();
            let severity = severity(row.level, row.about, None, verdict, Gate::default());
            (row.id.as_str(), Said { severity, outcome: verdict.outcome, level: row.level, words, reason })
        })
        .collect()
}

/// The ids of requirements that a text names.
fn named(text: &str) -> BTreeSet<&'static str> {
    let ids = catalogue().requirements.iter().map(|row| row.id.as_str());
    ids.filter(|id| text.contains(id)).collect()
}

fn is_in(id: &str, rows: &[&str]) -> bool {
    rows.iter().any(|row| *row == id || (!row.contains('-') && id.starts_with(&format!("{row}-"))))
}

/// Everything that is wrong about what was said, one line each; empty where it is just.
fn wrongs(case: &Expected, said: &BTreeMap<&'static str, Said>) -> Vec<String> {
    let mut wrongs = Vec::new();
    let bad = |id: &str| said.get(id).is_some_and(|row| row.outcome == Outcome::Fail);
    let stuck = |id: &str| said.get(id).is_some_and(|row| row.outcome == Outcome::Blocked);
    for (id, row) in said {
        if is_in(id, case.open) || (case.new_row && !is_known(id)) {
            continue;
        }
        let wanted = match () {
            () if is_in(id, case.fails) => Severity::Failure,
            () if is_in(id, case.warns) => Severity::Warning,
            () => Severity::None,
        };
        let got = if row.severity >= Severity::Warning { row.severity } else { Severity::None };
        if wanted != got {
            let state = if row.outcome == Outcome::Fail {
                String::new()
            } else {
                format!(" ({:?}: {})", row.outcome, row.reason)
            };
            wrongs.push(format!("{id}: right is {wanted:?}, said was {got:?}{state}{}", row.words));
        }
        if row.outcome == Outcome::Blocked && wanted == Severity::None {
            let because = named(&row.reason);
            let chain = because.iter().any(|other| other != id && (bad(other) || stuck(other)));
            if !(chain || is_in(id, case.blocked) || is_in(id, too_little(case.count))) {
                wrongs.push(format!("{id} ({:?}) is blocked without a good reason: {}", row.level, row.reason));
            }
        }
        if matches!(row.outcome, Outcome::Blocked | Outcome::Fail)
            && let Some(at) = row.reason.find("see ")
        {
            for other in named(&row.reason[at..]) {
                if other != *id && said.get(other).is_some_and(|row| row.outcome == Outcome::Pass) {
                    wrongs.push(format!("{id} points at {other}, which passes: {}", row.reason));
                }
            }
        }
    }
    if case.new_row && !said.iter().any(|(id, row)| !is_known(id) && row.severity == Severity::Warning) {
        wrongs.push("no row asks this yet, or it saw nothing".to_owned());
    }
    wrongs
}

/// The rows that stood in the catalogue when these cases were written.
fn is_known(id: &str) -> bool {
    let last = [
        ("URL", 21),
        ("HTTP", 26),
        ("ERR", 15),
        ("SEC", 20),
        ("TOK", 6),
        ("LST", 28),
        ("CRT", 15),
        ("DWN", 5),
        ("OPS", 3),
    ];
    let (chapter, number) = id.split_once('-').unwrap();
    last.iter().any(|(own, last)| *own == chapter && number.parse::<u32>().unwrap() <= *last)
}

struct Expected {
    fails: &'static [&'static str],
    warns: &'static [&'static str],
    blocked: &'static [&'static str],
    open: &'static [&'static str],
    count: usize,
    new_row: bool,
}

/// Runs one case, and says what is wrong.
async fn judged(case: Case) -> (Kind, &'static str, String, Vec<String>) {
    let Case { kind, name, twists, fails, warns, blocked, open, new_row } = case;
    let what = format!("{:?}, {} certificates", twists.form, twists.counts[0]);
    let expected = Expected { fails, warns, blocked, open, count: twists.counts[0], new_row };
    let start = Instant::now();
    let (finished, running) = examine(twists).await;
    if start.elapsed().as_secs() >= 5 {
        println!("{:?} for {name}", start.elapsed());
    }
    let said = said(&finished);
    let mut wrongs = wrongs(&expected, &said);
    let text = har::write(catalogue(), &finished.recording, &RunMeta::default()).unwrap().text().unwrap();
    if let Some(path) = std::env::var_os("STRANGERS_EVIDENCE") {
        std::fs::write(path, &text).unwrap();
    }
    for secret in hidden(&running.site) {
        for (id, row) in &said {
            if row.words.contains(&secret) || row.reason.contains(&secret) {
                wrongs.push(format!("{id} shows what must be masked"));
            }
        }
        if let Some(at) = text.find(&secret) {
            let before: String = text[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
            wrongs
                .push(format!("the evidence holds what must be masked, {} characters behind {before:?}", secret.len()));
        }
    }
    match har::read("evidence.har", &text) {
        Err(faults) => wrongs.push(format!("the evidence is refused: {}", faults.0[0].message.en)),
        Ok(evidence) => {
            let again = Evaluator::new(catalogue()).evaluate(&evidence.recording, &Selection::default());
            for ((row, live), again) in catalogue().requirements.iter().zip(&finished.verdicts).zip(&again) {
                if live.outcome != again.outcome {
                    wrongs.push(format!("{}: live {:?}, replayed {:?}", row.id, live.outcome, again.outcome));
                }
            }
        }
    }
    (kind, name, what, wrongs)
}

/// What must stand nowhere: numbers and tokens, in usual writings, and large parts of tokens.
fn hidden(site: &Site) -> BTreeSet<String> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let mut hidden = BTreeSet::from([site.secret.clone(), site.expired.clone()]);
    for person in &site.people {
        let number = &person.insz;
        let dotted = cases::dotted(number);
        hidden.extend([number.clone(), dotted.replace(['.', '-'], " "), base64(number), percent(number), dotted]);
    }
    for token in site.tokens.lock().unwrap().iter().filter(|token| token.is_ascii() && !token.contains('.')) {
        let half = token.len() / 2;
        hidden.extend([token.clone(), base64(token), token[..half].to_owned(), token[half..].to_owned()]);
        hidden.insert(token[token.len() - 16..].to_owned());
    }
    hidden
}

#[test]
fn strangers_are_judged_justly() {
    let wanted = std::env::var("STRANGERS").unwrap_or_default();
    let at_once = std::env::var("STRANGERS_AT_ONCE").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut cases = cases::all();
    if std::env::var_os("STRANGERS_OTHER_FORM").is_some() {
        for case in cases.iter_mut().filter(|case| case.twists.formed.is_empty() && case.twists.profile.is_empty()) {
            case.twists.form = if case.twists.form == Form::Hal { Form::Links } else { Form::Hal };
        }
    }
    let mut cases: Vec<Case> =
        cases.into_iter().filter(|case| wanted.split('|').any(|wanted| case.name.contains(wanted))).collect();
    assert!(!cases.is_empty(), "no case has that name");
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len(), "two cases have the same name");
    let total = cases.len();
    for kind in [Kind::Oddity, Kind::Violation, Kind::Leak] {
        println!("{kind:?}: {} cases", cases.iter().filter(|case| case.kind == kind).count());
    }
    cases.reverse();
    let mut wrong = block_on(async move {
        let mut under_way = tokio::task::JoinSet::new();
        let mut wrong = Vec::new();
        loop {
            while under_way.len() < at_once {
                let Some(case) = cases.pop() else { break };
                under_way.spawn(judged(case));
            }
            match under_way.join_next().await {
                None => return wrong,
                Some(done) => {
                    let done = done.unwrap();
                    if !done.3.is_empty() {
                        wrong.push(done);
                    }
                }
            }
        }
    });
    wrong.sort_by_key(|(kind, name, ..)| (*kind, *name));
    let mut table = String::new();
    for (kind, name, what, lines) in &wrong {
        write!(table, "\n{kind:?}: {name} [{what}]").unwrap();
        for line in lines {
            write!(table, "\n    {line}").unwrap();
        }
    }
    println!("{} of {total} strangers are judged wrongly{table}", wrong.len());
    assert!(wrong.is_empty(), "{} of {total} strangers are judged wrongly{table}", wrong.len());
}
