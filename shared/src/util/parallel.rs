//! Jobs on all cores, their results in order.

use std::sync::{Mutex, PoisonError};
use std::thread;

const THREADS_MAX: usize = 16;

/// Does all jobs; one alone is done here, without a thread.
pub(super) fn run<J: Send, T: Send>(jobs: Vec<J>, work: impl Fn(J) -> T + Sync) -> Vec<T> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(jobs.len()).min(THREADS_MAX);
    if threads <= 1 {
        return jobs.into_iter().map(work).collect();
    }
    let mut done: Vec<Option<T>> = jobs.iter().map(|_| None).collect();
    let queue = Mutex::new(jobs.into_iter().zip(&mut done));
    // Taken apart so that the lock is not held while the job is done.
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let worker = || {
        while let Some((job, slot)) = take() {
            *slot = Some(work(job));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_the_jobs() {
        for count in [0, 1, 2, 1_000] {
            let doubled = super::run((0..count).collect(), |n: usize| n * 2);
            assert_eq!(doubled, (0..count).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
