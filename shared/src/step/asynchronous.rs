//! The runtime of the steps that talk to a network, and what ends them early.

use std::future::Future;

use tokio::signal::unix::{SignalKind, signal};

use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Runs a step's work to its end, or until Ctrl-C or SIGTERM: then the work is
/// dropped, which ends its children and closes its connections.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot start threads: {error}")))?;
    let result = runtime.block_on(async {
        tokio::select! {
            result = work => result,
            failure = signalled() => Err(failure),
        }
    });
    // A thread that still reads a file must not hold up the end.
    runtime.shutdown_background();
    result
}

async fn signalled() -> Failure {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => Failure::new(Exit::Interrupted, "interrupted"),
        _ = terminate.recv() => Failure::new(Exit::Terminated, "ended by SIGTERM"),
    }
}
