//! A built-in world: an ACM with one subject of some kind, that can be made wrong on purpose. The kill matrix asks no more
//! of it than this.

use std::io;

use crate::base::input::Diagnostics;
use crate::catalogue::Catalogue;
use crate::evidence::recording::Recording;
use crate::run::session::Finished;
use crate::sandbox::fault::Fault;

/// Why a world could not be examined at all.
#[derive(Debug, thiserror::Error)]
pub enum Unable {
    /// It did not start.
    #[error("the sandbox does not start: {0}")]
    Start(#[from] io::Error),
    /// Its profile was refused.
    #[error("the sandbox's profile is refused: {0}")]
    Profile(#[from] Diagnostics),
}

/// A legal form of a world, on which every fault must be noticed alike.
pub struct Variant<B> {
    /// Its name, such as `hal`.
    pub name: &'static str,
    /// Gives a behaviour this form.
    pub apply: fn(&mut B),
}

/// A world of one kind of subject.
pub trait World: 'static {
    /// Every knob of it; the default is conformant.
    type Behaviour: Default + Send + 'static;

    /// Its forms; at least one.
    const VARIANTS: &'static [Variant<Self::Behaviour>];

    /// Requirements that no run of it can judge, whatever its subject does.
    const UNJUDGED: &'static [&'static str] = &[];

    /// Starts it, examines it once and stops it. `earlier`: what a run of the conformant world saw, for requirements that
    /// compare with it.
    ///
    /// # Errors
    /// When it does not start, or its profile cannot be used.
    fn examine(
        catalogue: &'static Catalogue,
        behaviour: Self::Behaviour,
        earlier: Option<Recording>,
    ) -> impl Future<Output = Result<Finished, Unable>> + Send;
}

/// A behaviour of that form, with a fault.
pub(super) fn behaviour<B: Default>(variant: &Variant<B>, fault: Option<&Fault<B>>) -> B {
    let mut behaviour = B::default();
    (variant.apply)(&mut behaviour);
    if let Some(fault) = fault {
        (fault.apply)(&mut behaviour);
    }
    behaviour
}
