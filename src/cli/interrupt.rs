//! Ctrl-C and SIGTERM: the first asks the run to end with what it has, the second ends the process at once.

use std::io;

use tokio::runtime::Handle;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How the process ends at a second interrupt: 128 + SIGINT, as shells count.
const AT_ONCE: i32 = 130;

/// Completes at the first interrupt. It listens from the moment that this is called, not from the first poll. Where
/// nothing can listen, an interrupt ends the process as it always does, which leaves no half file either.
pub(super) fn interrupted(runtime: &Handle) -> impl Future<Output = ()> + use<> {
    let _within = runtime.enter();
    let listening = Interrupts::listen();
    async move {
        let Ok(mut interrupts) = listening else { return std::future::pending().await };
        interrupts.next().await;
        tokio::spawn(async move {
            interrupts.next().await;
            std::process::exit(AT_ONCE);
        });
    }
}

#[cfg(unix)]
struct Interrupts {
    int: Signal,
    term: Signal,
}

#[cfg(unix)]
impl Interrupts {
    fn listen() -> io::Result<Self> {
        Ok(Self { int: signal(SignalKind::interrupt())?, term: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Interrupts {
    ctrl_c: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Interrupts {
    fn listen() -> io::Result<Self> {
        Ok(Self { ctrl_c: tokio::signal::windows::ctrl_c()? })
    }

    async fn next(&mut self) {
        self.ctrl_c.recv().await;
    }
}
