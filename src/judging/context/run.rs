//! What a check needs that looks at the whole run: to ask first for what must be in it, and then to look.

use super::{Answer, Stop};
use crate::base::text::shown;
use crate::evidence::exchange::Kind;
use crate::judging::reason;
use crate::judging::verdict::Verdict;
use crate::text;

/// Asks for several things at once, whatever comes of them: only what is not there yet stops the check.
pub fn request_all(asked: impl IntoIterator<Item = Result<(), Stop>>) -> Result<(), Stop> {
    let mut missing = Vec::new();
    for result in asked {
        match result {
            Err(Stop::Missing(more)) => missing.extend(more),
            Err(Stop::NeedsWholeRun) => return Err(Stop::NeedsWholeRun),
            Ok(()) | Err(Stop::Verdict(_) | Stop::Moment(_)) => {}
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Stop::Missing(missing)) }
}

impl Answer<'_> {
    /// Why nothing in its body can be judged, where it came in a coding that was not asked for.
    pub fn unreadable(&self) -> Option<Verdict> {
        if self.response.facts.truncated && !self.response.is_json() {
            return Some(reason::too_long());
        }
        let coded = |value: &str| value.split(',').any(|coding| !matches!(coding.trim(), "" | "identity"));
        let coding = self.response.headers("content-encoding").find(|value| coded(&value.to_ascii_lowercase()))?;
        let coding = Some(shown(coding)).filter(|_| !self.response.is_json())?;
        Some(reason::unmet(text!("het antwoord kwam gecodeerd als {coding}", "the answer came encoded as {coding}")))
    }

    /// A success of the list, a detail or a document.
    pub fn is_content(&self) -> bool {
        self.response.is_success() && self.request().kind() != Kind::Probe
    }
}
