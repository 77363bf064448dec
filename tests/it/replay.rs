//! The same recording gives the same verdicts, in this process and after a trip through JSON.

use bronkeur::evaluate::{Selection, evaluate};
use bronkeur::recording::Recording;
use bronkeur::sandbox::{Behaviour, faults};

use crate::support::{catalogue, examine};

fn verdicts_survive(behaviour: Behaviour) {
    let (finished, _sandbox) = examine(behaviour);
    let again = evaluate(catalogue(), &finished.recording, &Selection::default());
    let json = serde_json::to_string(&finished.recording).unwrap();
    let read: Recording = serde_json::from_str(&json).unwrap();
    let replayed = evaluate(catalogue(), &read, &Selection::default());
    for (((row, online), again), replayed) in
        catalogue().requirements.iter().zip(&finished.verdicts).zip(&again).zip(&replayed)
    {
        assert_eq!(online, again, "{} judged again", row.id);
        assert_eq!(online, replayed, "{} replayed", row.id);
    }
}

#[test]
fn a_conformant_run_replays() {
    verdicts_survive(Behaviour::default());
}

#[test]
fn a_run_with_findings_replays() {
    let mut behaviour = Behaviour::default();
    for id in ["LST-11", "CRT-09", "SEC-05", "TOK-04"] {
        (faults::find(id).first().unwrap().apply)(&mut behaviour);
    }
    verdicts_survive(behaviour);
}
