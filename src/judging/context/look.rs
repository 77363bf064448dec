//! What is true of a moment alone is looked at again: each look sends the same requests once more.

use std::sync::Arc;

use super::{CheckContext, Judgement, Stop};
use crate::evidence::exchange::{Exchange, Request};
use crate::judging::reason;
use crate::judging::verdict::Verdict;

/// How often something is looked at, at most.
pub const LOOKS: u32 = 6;

impl<'a> CheckContext<'a> {
    /// A request as this look asks for it.
    pub fn looked(&self, request: &Request) -> Request {
        request.clone().in_look(self.look.get())
    }

    /// Which look it is.
    pub fn present_look(&self) -> u32 {
        self.look.get()
    }

    /// What came of a request of any look, without asking for it.
    pub fn recorded(&self, request: &Request) -> Option<(&'a Arc<Request>, &'a Exchange)> {
        self.recording.shared(request)
    }

    /// When the last of all that the check asked for so far was answered.
    pub fn answered_until(&self) -> u64 {
        let asked = self.asked.borrow();
        let answered = asked.iter().filter_map(|request| self.recording.shared(request));
        answered.map(|(_, exchange)| exchange.answered_ms()).max().unwrap_or_default()
    }

    /// The same call as it was sent after another one was answered: others may have asked for it before. None where it
    /// never was.
    pub fn after(&self, request: &Request, earlier: &Exchange) -> Result<Option<&'a Exchange>, Stop> {
        for look in 1..LOOKS {
            let exchange = self.attempt(&request.clone().in_look(self.look.get() + look))?;
            if exchange.at_ms >= earlier.answered_ms() {
                return Ok(Some(exchange));
            }
        }
        Ok(None)
    }

    /// What is asked for beside what a verdict rests on: nothing where nothing is sent any more, as in evidence of a run
    /// that did not ask for it.
    pub fn where_possible<T: Default>(&self, asked: Result<T, Stop>) -> Result<T, Stop> {
        match asked {
            Err(Stop::Missing(_)) if self.is_over() => Ok(T::default()),
            asked => asked,
        }
    }

    /// What a check says, at a moment at which what it asks for is there. Nothing more is asked for where the first look
    /// finds it.
    pub fn while_there(&self, check: impl Fn(&Self) -> Judgement) -> Judgement {
        let mut last = None;
        for look in 0..LOOKS {
            match (self.looking(look, &check), last) {
                (Err(Stop::Moment(verdict)), _) => last = Some(verdict),
                // No more is sent: what was seen is what there is.
                (Err(Stop::Missing(_)), Some(last)) if self.is_over() => return Err(Stop::Verdict(last)),
                (judged, _) => return judged,
            }
        }
        Err(last.map_or_else(|| reason::not_recorded().into(), Stop::Verdict))
    }

    /// The verdict of so many looks after the present one, also where it was known early.
    pub fn at_look(&self, look: u32, judge: &impl Fn(&Self) -> Judgement) -> Result<Verdict, Stop> {
        match self.looking(look, judge) {
            Err(Stop::Verdict(verdict)) => Ok(*verdict),
            other => other,
        }
    }

    /// What is said at the first look, whichever the present one is.
    pub fn at_first(&self, judge: impl Fn(&Self) -> Judgement) -> Judgement {
        let present = self.look.replace(0);
        let judged = judge(self);
        self.look.set(present);
        judged
    }

    /// What is said so many looks after the present one.
    fn looking(&self, look: u32, judge: &impl Fn(&Self) -> Judgement) -> Judgement {
        let present = self.look.get();
        self.look.set(present + look);
        let judged = judge(self);
        self.look.set(present);
        judged
    }
}
