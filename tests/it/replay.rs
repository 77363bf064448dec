//! The same recording gives the same report, to the byte: in this process, and read back from its HAR.

use bronkeur::base::text::Lang;
use bronkeur::catalogue::{Catalogue, Selection};
use bronkeur::judging::verdict::{Gate, Outcome};
use bronkeur::report::{Languages, Report, RunMeta, har, render_all};
use bronkeur::run::Event;
use bronkeur::run::evaluate::Evaluator;
use bronkeur::run::session::{Finished, Session};
use bronkeur::sandbox::{Behaviour, Envelope, Options, Sandbox, faults};

use crate::secrets::echoing;
use crate::support::{block_on, catalogue, examine, with_outcome};

/// What a run of the command line knows besides.
fn meta(finished: &Finished) -> RunMeta {
    RunMeta {
        duration_ms: finished.duration_ms,
        gate: Gate { strict: true, ..Gate::default() },
        accepted: [("SEC-04".to_owned(), "no expired token to be had".to_owned())].into(),
        ..RunMeta::default()
    }
}

/// The same of a run of a source.
pub(crate) fn replays(finished: &Finished) {
    replays_of(catalogue(), finished);
}

/// Writes a run as HAR, reads it back and judges it again: everything that people get to see is the same. Returns all of
/// it: the evidence and every report.
pub(crate) fn replays_of(catalogue: &'static Catalogue, finished: &Finished) -> Vec<(&'static str, String)> {
    let meta = meta(finished);
    let mut spool = har::write(catalogue, &finished.recording, &meta).unwrap();
    let har = spool.text().unwrap();
    let mut files = vec![(har::FILE, har.clone())];
    assert!(!finished.vault.leaks(&har) && !spool.leaks(&*finished.vault).unwrap());
    let evidence = har::read("evidence.har", &har).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!((evidence.gone, evidence.recording.closed), (0, true));
    let as_json = |recording| serde_json::to_string(recording).unwrap();
    assert_eq!(as_json(&evidence.recording), as_json(&finished.recording));
    let again = Evaluator::new(catalogue).evaluate(&evidence.recording, &Selection::default());
    for ((row, online), again) in catalogue.requirements.iter().zip(&finished.verdicts).zip(&again) {
        assert_eq!(online, again, "{} replayed", row.id);
    }
    let online = Report::new(catalogue, &finished.recording, &finished.verdicts, &meta);
    let replayed = Report::new(catalogue, &evidence.recording, &again, &evidence.meta);
    for lang in [Lang::Nl, Lang::En] {
        let languages = Languages { first: lang, only: false };
        let online = render_all(&online, languages);
        for ((name, one), (_, other)) in online.into_iter().zip(render_all(&replayed, languages)) {
            let text = one.unwrap();
            assert!(text == other.unwrap(), "{name} differs");
            files.push((name, text));
        }
    }
    assert_eq!(har::write(catalogue, &evidence.recording, &evidence.meta).unwrap().text().unwrap(), har);
    files
}

#[test]
fn a_conformant_run_replays_in_both_envelopes() {
    for envelope in [Envelope::Links, Envelope::Hal] {
        let (finished, _sandbox) = examine(Behaviour { envelope, ..Behaviour::default() });
        assert_eq!(with_outcome(&finished, Outcome::Fail), Vec::<&str>::new());
        replays(&finished);
    }
}

#[test]
fn a_run_with_findings_replays() {
    let few = ["LST-11", "CRT-09", "SEC-05", "TOK-04"];
    // What is odd about an answer itself: bytes, headers, bodies that are no JSON, documents, handshakes.
    let odd = ["HTTP", "ERR", "DWN", "URL"];
    let all = || faults::all().filter(|fault| fault.breaks.iter().any(|id| odd.iter().any(|odd| id.starts_with(odd))));
    let chosen: Vec<Vec<&str>> = std::iter::once(few.to_vec())
        .chain((0..4).map(|part| all().map(|fault| fault.name).skip(part * 5).step_by(20).collect()))
        .collect();
    for names in chosen {
        let mut behaviour = Behaviour::default();
        for name in &names {
            (faults::find(name).first().unwrap().apply)(&mut behaviour);
        }
        let (finished, _sandbox) = examine(behaviour);
        assert!(!with_outcome(&finished, Outcome::Fail).is_empty(), "{names:?}");
        replays(&finished);
    }
}

#[test]
fn a_source_that_repeats_everything_replays() {
    let (finished, _sandbox) = examine(echoing());
    replays(&finished);
}

#[test]
fn a_run_without_a_single_answer_replays() {
    let finished = block_on(async {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let mut profile = sandbox.profile().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let source = profile.source_mut().unwrap();
        source.base_url = format!("https://{free}/v1").parse().unwrap();
        source.public_url = source.base_url.clone();
        let session = Session::new(&profile, catalogue(), 1).unwrap();
        session.run(catalogue(), &Selection::default(), std::future::pending(), |_| {}).await
    });
    let failures = finished.recording.exchanges().filter(|exchange| exchange.result.is_err()).count();
    assert!(failures > 5, "{failures}");
    replays(&finished);
}

#[test]
fn an_interrupted_run_replays() {
    let finished = block_on(async {
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let session = Session::new(&sandbox.profile().unwrap(), catalogue(), 1).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let mut stop = Some(stop);
        let mut seen = 0;
        let tell = |event: Event<'_>| {
            seen += usize::from(matches!(event, Event::Received(_)));
            if seen == 20 {
                drop(stop.take());
            }
        };
        let interrupted = async {
            let _ = stopped.await;
        };
        session.run(catalogue(), &Selection::default(), interrupted, tell).await
    });
    assert!(finished.recording.was_interrupted());
    replays(&finished);
}
