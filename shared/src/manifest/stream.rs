//! Inputs part by part, on all cores, in bounded memory.
//!
//! An input is cut where documents end ([`super::cut`]); each part is worked on by itself,
//! and the results come in the order of the inputs. A part holds whole documents, so it is
//! as long as the longest of them at least: over [`DOCUMENT_MAX`] the input is refused.

use std::io::{self, Read};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::cut::{Cut, Cutter};
use crate::util::parallel::processors;

/// Longest document, in bytes.
pub const DOCUMENT_MAX: usize = 256 << 20;
/// Parts are of about so many bytes.
const PART: usize = 256 << 10;
/// What a pipe gives at once, at most.
const PIPE: usize = 64 << 10;
const THREADS_MAX: usize = 16;

/// Whole documents, cut from an input.
#[derive(Debug)]
pub(super) struct Part {
    pub bytes: Vec<u8>,
    /// They can be nothing but JSON.
    pub json: bool,
    /// There is no more behind it.
    pub last: bool,
}

/// Why there is no next part.
#[derive(Debug)]
pub(super) enum Broken {
    Read(io::Error),
    /// A document is longer than [`DOCUMENT_MAX`].
    TooLong,
}

/// An input that is cut into parts.
pub(super) struct Parts<R> {
    input: R,
    cutter: Cutter,
    buffer: Vec<u8>,
    ended: bool,
    /// The last part has been given.
    done: bool,
    /// Parts may be small: whatever is whole is given at once.
    eager: bool,
    /// About so many bytes make a part.
    size: usize,
}

impl<R: Read> Parts<R> {
    pub fn new(input: R, eager: bool) -> Self {
        let (cutter, buffer) = (Cutter::new(), Vec::new());
        Self { input, cutter, buffer, ended: false, done: false, eager, size: PART }
    }

    #[cfg(test)]
    pub fn of_size(size: usize, input: R) -> Self {
        Self { size, ..Self::new(input, false) }
    }

    /// The next part; `None` after the last, and after something went wrong.
    pub fn next(&mut self) -> Option<Result<Part, Broken>> {
        if self.done {
            return None;
        }
        let part = self.cut();
        self.done = !matches!(part, Ok(Part { last: false, .. }));
        Some(part)
    }

    fn cut(&mut self) -> Result<Part, Broken> {
        let mut wanted = self.size;
        loop {
            match () {
                () if self.ended => {}
                () if self.eager => self.fill_once()?,
                () => self.fill(wanted)?,
            }
            if let Some(cut) = self.cutter.cut(&self.buffer, self.ended) {
                return Ok(self.take(cut));
            }
            if self.buffer.len() > DOCUMENT_MAX {
                return Err(Broken::TooLong);
            }
            wanted = self.buffer.len() + self.buffer.len().max(self.size);
        }
    }

    /// Reads until the buffer has so many bytes, or the input ends.
    fn fill(&mut self, wanted: usize) -> Result<(), Broken> {
        let room = wanted.saturating_sub(self.buffer.len()) as u64;
        let read = (&mut self.input).take(room).read_to_end(&mut self.buffer);
        self.ended = (read.map_err(Broken::Read)? as u64) < room;
        Ok(())
    }

    /// Takes what is there, and waits only where there is nothing.
    fn fill_once(&mut self) -> Result<(), Broken> {
        let length = self.buffer.len();
        self.buffer.resize(length + PIPE, 0);
        let read = loop {
            match self.input.read(&mut self.buffer[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(length + *read.as_ref().unwrap_or(&0));
        self.ended = read.map_err(Broken::Read)? == 0;
        Ok(())
    }

    fn take(&mut self, cut: Cut) -> Part {
        let rest = &self.buffer[cut.at..];
        let last = self.ended && rest.is_empty();
        let mut buffer = Vec::with_capacity(if self.ended { 0 } else { rest.len() + self.size });
        buffer.extend_from_slice(rest);
        self.buffer.truncate(cut.at);
        Part { bytes: std::mem::replace(&mut self.buffer, buffer), json: cut.json, last }
    }
}

/// Does the jobs that `next` gives, on all cores; `take` gets the results in their order,
/// until it says that it wants no more. Where `next` may have to wait, `take` does not wait
/// with it; otherwise one job alone is done here, without a thread.
pub(super) fn run<J: Send, T: Send>(
    mut next: impl FnMut() -> Option<J> + Send,
    waits: bool,
    work: impl Fn(J) -> T + Sync,
    mut take: impl FnMut(T) -> bool + Send,
) {
    let Some(first) = next() else { return };
    let second = if waits { None } else { next() };
    if second.is_none() && !waits {
        take(work(first));
        return;
    }
    let ready = [Some(first), second].into_iter().flatten();
    let queue = Mutex::new(ready.chain(std::iter::from_fn(next).fuse()).enumerate());
    let turn = Turn { index: 0, take, over: false };
    let line = Line { turn: Mutex::new(turn), moved: Condvar::new() };
    let worker = || {
        // A worker that dies must not leave the others waiting.
        let _leave = Leave(&line);
        while !line.is_over()
            && let Some((index, job)) = next_of(&queue)
        {
            line.hand_in(index, work(job));
        }
    };
    thread::scope(|scope| {
        for _ in 1..processors().min(THREADS_MAX) {
            scope.spawn(worker);
        }
        worker();
    });
}

/// Taken apart so that the lock is not held while the job is done.
fn next_of<I: Iterator>(queue: &Mutex<I>) -> Option<I::Item> {
    lock(queue).next()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where results are handed in, one after the other.
struct Line<F> {
    moved: Condvar,
    turn: Mutex<Turn<F>>,
}

struct Turn<F> {
    /// Whose turn it is.
    index: usize,
    take: F,
    /// No more results are wanted.
    over: bool,
}

impl<F> Line<F> {
    fn is_over(&self) -> bool {
        lock(&self.turn).over
    }

    /// Waits for its turn.
    fn hand_in<T>(&self, index: usize, result: T)
    where
        F: FnMut(T) -> bool,
    {
        let waits = |turn: &mut Turn<F>| turn.index != index && !turn.over;
        let turn = self.moved.wait_while(lock(&self.turn), waits);
        let mut turn = turn.unwrap_or_else(PoisonError::into_inner);
        turn.over = turn.over || !(turn.take)(result);
        turn.index += 1;
        self.moved.notify_all();
    }
}

/// Lets the others go when its thread panics.
struct Leave<'l, F>(&'l Line<F>);

impl<F> Drop for Leave<'_, F> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.0.turn).over = true;
            self.0.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        for count in [0, 1, 2, 3, 1_000] {
            for waits in [false, true] {
                let mut jobs = 0..count;
                let mut results = Vec::new();
                let take = |n| {
                    results.push(n);
                    true
                };
                run(|| jobs.next(), waits, |n: usize| n * 2, take);
                assert_eq!(results, (0..count).map(|n| n * 2).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn no_more_is_done_when_no_more_is_wanted() {
        let mut jobs = 0..1_000_000;
        let mut results = 0;
        let take = |n| {
            results += 1;
            n < 10
        };
        run(|| jobs.next(), false, |n| n, take);
        assert_eq!(results, 11);
        assert!(jobs.start < 100);
    }

    #[test]
    #[should_panic]
    fn a_job_that_panics_ends_all() {
        let mut jobs = 0..1_000;
        run(|| jobs.next(), false, |n| assert_ne!(n, 500), |()| true);
    }
}
