//! The state file: what each step learned, on one card an image.
//!
//! Refuses what it does not understand (a newer schema, a torn or foreign file)
//! and never overwrites it. Saves under a lock, whole or not at all, and only
//! what its caller changed. Knows nothing of engines, registries or manifests.

mod card;
mod deployed;
mod error;
mod file;
mod held;
mod kept;
mod lock;
mod merge;
mod schema;
mod stream;
mod text;
mod view;

#[cfg(test)]
mod samples;

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::held::Held;

pub use card::{Artifact, Build, Card, Drawn, Push, Secrets, State, Tags, Variant, VariantName};
pub use deployed::{Deployed, Placed, Release};
pub use error::{Change, Error, Overtaken};
pub use file::{FOLDER, default_path, make_folder};
pub use merge::{Conflict, MergeError, Side, merge};
pub use schema::schema;
pub use stream::standard_input;
pub use text::{LIMIT, SCHEMA, parse, print};

/// How long a step waits for another one's lock, which is held for milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the state lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    /// `--state -`: standard input to standard output.
    Stream,
}

/// Whether an empty stream may be a fresh state: only ds-build begins a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    Allowed,
    Refused,
}

/// Whether an update changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    pub changed: bool,
}

/// The state, wherever it lives. Shared by all threads of a step.
#[derive(Debug)]
pub struct Store {
    home: Home,
    patience: Duration,
}

#[derive(Debug)]
enum Home {
    File(PathBuf, Held),
    Stream(Mutex<Arc<State>>),
}

impl Store {
    /// Opens the state; a stream is read to its end here, `stdin` being `None`
    /// where it is a terminal (see [`standard_input`]). A file need not be there.
    pub fn open(place: Place, fresh: Fresh, stdin: Option<&mut dyn Read>) -> Result<Self, Error> {
        let home = match place {
            Place::File(path) => Home::File(path, Held::default()),
            Place::Stream => Home::Stream(Mutex::new(Arc::new(stream::receive(stdin, fresh)?))),
        };
        Ok(Self { home, patience: PATIENCE })
    }

    /// The same with another bound on waiting for the lock.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The state as it is now; cheap while nobody changes it.
    pub fn load(&self) -> Result<Arc<State>, Error> {
        match &self.home {
            Home::File(path, held) => file::load(path, held),
            Home::Stream(state) => {
                Ok(Arc::clone(&state.lock().unwrap_or_else(PoisonError::into_inner)))
            }
        }
    }

    /// Takes the lock, reads again, lets `change` put down its own part, and saves.
    ///
    /// Nothing is written when `change` refuses, and nothing when it changes
    /// nothing. Keep `change` short: others wait for it.
    pub fn update<E: From<Error>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<(), E>,
    ) -> Result<Saved, E> {
        match &self.home {
            Home::File(path, held) => {
                Ok(Saved { changed: file::update(path, self.patience, held, change)? })
            }
            Home::Stream(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                let mut next = State::clone(&state);
                change(&mut next)?;
                let changed = **state != next;
                *state = Arc::new(next);
                Ok(Saved { changed })
            }
        }
    }

    /// Call at the end of a step that succeeded, and only then: hands a streamed
    /// state on to `stdout`. A state in a file is saved already.
    pub fn finish(&self, stdout: &mut dyn Write) -> Result<(), Error> {
        match &self.home {
            Home::File(..) => Ok(()),
            Home::Stream(_) => {
                let state = self.load()?;
                stream::send(&state, stdout)
            }
        }
    }

    /// Whether the state goes to standard output, which then must carry nothing else.
    pub fn is_stream(&self) -> bool {
        matches!(self.home, Home::Stream(_))
    }
}
