//! What a report tells of its subject besides the verdicts: the only place here that knows one kind from another.

use crate::catalogue::SubjectKind;
use crate::evidence::exchange::Kind;
use crate::evidence::recording::Recording;
use crate::evidence::snapshot::ApiSnapshot;
use crate::source::envelope::Envelope;

/// What was seen of a subject.
#[derive(Debug)]
pub(super) struct Seen {
    /// The form of its answers: of a source `links`, `hal` or `unknown`, of any other subject `none`.
    pub(super) envelope: &'static str,
    /// Which members, types and links its answers had; nothing where its kind has none.
    pub(super) shapes: ApiSnapshot,
}

impl Seen {
    /// What a recording shows of a subject of that kind.
    pub(super) fn of(kind: SubjectKind, recording: &Recording) -> Self {
        match kind {
            SubjectKind::Source => Self {
                envelope: envelope(recording).name(),
                shapes: ApiSnapshot::of(&recording.setup.base_url, recording.exchanges()),
            },
            SubjectKind::Application | SubjectKind::Website => {
                Self { envelope: "none", shapes: ApiSnapshot::default() }
            }
        }
    }
}

/// The envelope of the first list that was given.
fn envelope(recording: &Recording) -> Envelope {
    let lists = recording.exchanges().filter(|one| one.request.kind() == Kind::List);
    let pages = lists.filter_map(|one| one.result.as_ref().ok().filter(|answer| answer.is_success())?.page());
    let mut envelopes = pages.map(|page| page.envelope);
    envelopes.find(|envelope| *envelope != Envelope::Unknown).unwrap_or_default()
}
