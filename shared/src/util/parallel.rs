//! Jobs on several threads, their results in order.

use std::sync::{Mutex, PoisonError};
use std::thread;

/// More threads than this gain nothing.
const THREADS_MAX: usize = 16;

/// How many threads this machine can run at once.
pub fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Does all jobs, so many at a time; one alone is done here, without a thread.
pub fn run<J: Send, T: Send>(jobs: Vec<J>, threads: usize, work: impl Fn(J) -> T + Sync) -> Vec<T> {
    let threads = threads.min(jobs.len()).min(THREADS_MAX);
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
        for (count, threads) in [(0, 4), (1, 4), (2, 4), (1_000, 3), (5, 0)] {
            let doubled = super::run((0..count).collect(), threads, |n: usize| n * 2);
            assert_eq!(doubled, (0..count).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
