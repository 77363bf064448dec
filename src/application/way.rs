//! How an application is examined, and what is said where that way does not show something.

use crate::evidence::setup::ApplicationSetup;
use crate::judging::context::{CheckContext, Stop};
use crate::judging::verdict::{Obstacle, Verdict};
use crate::text;

/// How an application is examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By our own calls to ACM with its credentials; it need not run.
    OwnFlow,
    /// With ACM and MBP of our own: what they were asked is known, and every token that they gave.
    Laptop,
    /// As it runs, with the ACM and MBP of its environment: what a browser sees.
    Running,
}

impl<'a> CheckContext<'a> {
    /// What the run knows of the application; blocked where the subject is none.
    pub fn application(&self) -> Result<&'a ApplicationSetup, Stop> {
        self.setup().application().ok_or_else(|| needs_stand_ins().into())
    }

    /// How the application is examined.
    pub fn way(&self) -> Way {
        match self.setup().application() {
            Some(application) if application.start_url.is_none() => Way::OwnFlow,
            Some(application) if application.stand_in => Way::Laptop,
            _ => Way::Running,
        }
    }

    /// Blocked where ACM and MBP are not our own, so that nobody tells what they were asked.
    pub fn at_stand_ins(&self) -> Result<(), Stop> {
        if self.way() == Way::Laptop { Ok(()) } else { Err(needs_stand_ins().into()) }
    }
}

/// Only our own ACM and MBP see it.
pub fn needs_stand_ins() -> Verdict {
    Verdict::blocked(
        text!(
            "dit is alleen te zien met de eigen ACM en MBP van `bronkeur acm --mbp`",
            "this can only be seen with the ACM and MBP of `bronkeur acm --mbp`"
        ),
        text!(
            "start `bronkeur acm --mbp`, stel de toepassing erop in, en keur met het profiel dat het schrijft",
            "start `bronkeur acm --mbp`, configure the application for it, and check with the profile that it writes"
        ),
    )
    .by(Obstacle::OtherWay)
}

/// Only a browser that runs scripts sees it.
pub fn needs_browser() -> Verdict {
    Verdict::blocked(
        text!(
            "dit is alleen te zien in een browser die scripts uitvoert",
            "this can only be seen in a browser that runs scripts"
        ),
        text!(
            "bronkeur volgt de toepassing over HTTP, zonder scripts; kijk dit na in de ontwikkelaarstools van een browser",
            "bronkeur follows the application over HTTP, without scripts; look at it in the developer tools of a browser"
        ),
    )
    .by(Obstacle::OtherWay)
}
