//! The world of the source: an ACM and a source that gives to whom it vouches for.

use std::time::Duration;

use super::behaviour::{Behaviour, Envelope};
use crate::catalogue::{Catalogue, Selection};
use crate::evidence::recording::Recording;
use crate::evidence::snapshot::Baseline;
use crate::run::session::{Finished, Session};
use crate::sandbox::world::{Unable, Variant, World};
use crate::sandbox::{Options, Sandbox};

/// ACM and source. Every fault must be noticed in both envelopes.
#[derive(Clone, Copy, Debug)]
pub struct SourceWorld;

impl World for SourceWorld {
    type Behaviour = Behaviour;

    const VARIANTS: &'static [Variant<Behaviour>] = &[
        Variant { name: "links", apply: |behaviour| behaviour.envelope = Envelope::Links },
        Variant { name: "hal", apply: |behaviour| behaviour.envelope = Envelope::Hal },
    ];

    async fn examine(
        catalogue: &'static Catalogue,
        behaviour: Behaviour,
        earlier: Option<Recording>,
    ) -> Result<Finished, Unable> {
        let options = Options { behaviour, latency: Duration::ZERO, ..Options::default() };
        let previous = earlier.map(|earlier| Baseline::of(&earlier));
        examine_after(catalogue, options, previous).await.map(|(finished, _)| finished)
    }
}

/// Examines a source once. Its world lives as long as the sandbox that comes back.
///
/// # Errors
/// When it does not start, or its profile cannot be used.
pub async fn examine(catalogue: &Catalogue, options: Options) -> Result<(Finished, Sandbox), Unable> {
    examine_after(catalogue, options, None).await
}

/// The same, with what an earlier run saw.
///
/// # Errors
/// When it does not start, or its profile cannot be used.
pub async fn examine_after(
    catalogue: &Catalogue,
    options: Options,
    previous: Option<Baseline>,
) -> Result<(Finished, Sandbox), Unable> {
    let sandbox = Sandbox::start(options).await?;
    let session = Session::new(&sandbox.profile()?, catalogue, 1)?.after(previous);
    let finished = session.run(catalogue, &Selection::default(), std::future::pending(), |_| {}).await;
    Ok((finished, sandbox))
}
