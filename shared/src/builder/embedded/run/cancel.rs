//! Ends what is under way, from another thread.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Cloned at will; once cancelled it stays so.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<(Mutex<bool>, Condvar)>);

/// Cancels when dropped: held by a future that may be dropped.
#[derive(Debug)]
pub struct Guard(Cancel);

impl Cancel {
    pub fn cancel(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    pub fn is_cancelled(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn guard(&self) -> Guard {
        Guard(self.clone())
    }

    /// Waits until it is cancelled, `until` has come, or `done` says so after [`Cancel::wake`].
    pub(super) fn wait(&self, until: Option<Instant>, done: impl Fn() -> bool) {
        let mut cancelled = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*cancelled && !done() {
            let left = until.map_or(Duration::from_secs(3600), |until| {
                until.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return;
            }
            let woken = self.0.1.wait_timeout(cancelled, left);
            cancelled = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Has waiters look at their `done` again.
    pub(super) fn wake(&self) {
        let _held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.1.notify_all();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
