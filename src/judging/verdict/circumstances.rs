//! What a run was like, besides its verdicts, and why that is no full judgement.

use super::Counts;
use crate::evidence::exchange::is_acm;

/// What a run was like, besides its verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// The source was called over plain http.
    pub plain_http: bool,
    /// The tokens came from elsewhere than ACM.
    pub not_acm: bool,
    /// It was interrupted before everything that it wanted was sent.
    pub interrupted: bool,
}

/// What a full judgement lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// The source was called over plain http.
    PlainHttp,
    /// The tokens came from elsewhere than ACM.
    NotAcm,
    /// Requirements were left out.
    LeftOut,
    /// Waivers cover failures.
    Waived,
    /// The gate accepts what could not be judged.
    Accepted,
}

impl Circumstances {
    /// Those of a run that was not interrupted, by the URL of the source and by where its tokens came from.
    pub fn of(base_url: &str, environment: &str) -> Self {
        Self {
            plain_http: base_url.to_ascii_lowercase().starts_with("http:"),
            not_acm: !is_acm(environment),
            interrupted: false,
        }
    }

    /// What a run like this lacks of a full judgement. `accepted`: the gate accepts what could not be judged.
    pub fn shortfalls(self, counts: &Counts, accepted: bool) -> Vec<Shortfall> {
        let all = [
            (self.plain_http, Shortfall::PlainHttp),
            (self.not_acm, Shortfall::NotAcm),
            (counts.not_selected > 0, Shortfall::LeftOut),
            (counts.waived > 0, Shortfall::Waived),
            (accepted, Shortfall::Accepted),
        ];
        all.into_iter().filter(|(holds, _)| *holds).map(|(_, shortfall)| shortfall).collect()
    }
}
