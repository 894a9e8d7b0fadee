//! How much beneath a folder counts: all, nothing, or what `--parents` and
//! `--exclude` let through.
//!
//! Both are moby's patterns, relative to the folder that is copied (BuildKit's fsutil
//! `copy`), and so the matcher of `.dockerignore` decides.

use std::sync::Arc;

use super::ignore::{self, Matcher, State};
use crate::dockerfile::CopySource;

/// How much beneath a folder counts.
#[derive(Debug, Clone, Default)]
pub(super) enum Cover {
    #[default]
    Nothing,
    All,
    /// What at least one of these lets through.
    Some(Vec<Filter>),
}

/// What `--parents` and `--exclude` of one source leave of a folder that it names.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// Length of the folder's path with its `/`.
    base: usize,
    /// What counts, where not all does.
    only: Option<Sieve>,
    except: Option<Sieve>,
}

/// Patterns, and what the folder at hand has matched of them.
#[derive(Debug, Clone)]
struct Sieve {
    matcher: Arc<Matcher>,
    state: State,
}

impl Sieve {
    fn of(matcher: Option<&Arc<Matcher>>) -> Option<Self> {
        matcher.map(|matcher| Self { matcher: Arc::clone(matcher), state: State::default() })
    }

    fn holds(&self, path: &[u8]) -> bool {
        self.matcher.ignores(path, &self.state)
    }

    /// Whether it holds a folder, and itself for what lies in it.
    fn enter(&self, path: &[u8]) -> (bool, Self) {
        let (held, state) = self.matcher.ignores_folder(path, &self.state);
        (held, Self { matcher: Arc::clone(&self.matcher), state })
    }
}

impl Filter {
    fn takes(&self, path: &[u8]) -> bool {
        let path = &path[self.base..];
        self.only.as_ref().is_none_or(|only| only.holds(path))
            && !self.except.as_ref().is_some_and(|except| except.holds(path))
    }

    /// Whether a folder counts, and the filter for what lies in it, if anything can count there.
    fn enter(&self, path: &[u8]) -> (bool, Option<Self>) {
        let path = &path[self.base..];
        let (wanted, only) = self.only.as_ref().map(|only| only.enter(path)).unzip();
        let (held, except) = self.except.as_ref().map(|except| except.enter(path)).unzip();
        let (wanted, held) = (wanted.unwrap_or(true), held.unwrap_or(false));
        let alive = (wanted
            || only.as_ref().is_some_and(|only| only.matcher.may_match_below(path)))
            && (!held || except.as_ref().is_some_and(|e| e.matcher.may_except_below(path)));
        (wanted && !held, alive.then_some(Self { base: self.base, only, except }))
    }
}

impl Cover {
    /// Whether a file at this path counts.
    pub(super) fn takes(&self, path: &[u8]) -> bool {
        match self {
            Cover::Nothing => false,
            Cover::All => true,
            Cover::Some(filters) => filters.iter().any(|filter| filter.takes(path)),
        }
    }

    /// Whether the folder at this path counts, and what beneath it does.
    pub(super) fn enter(&self, path: &[u8]) -> (bool, Cover) {
        let Cover::Some(filters) = self else {
            return (matches!(self, Cover::All), self.clone());
        };
        let mut covered = false;
        let mut inside = Vec::new();
        for filter in filters {
            let (counts, within) = filter.enter(path);
            covered |= counts;
            inside.extend(within);
        }
        (covered, if inside.is_empty() { Cover::Nothing } else { Cover::Some(inside) })
    }

    /// Joins what another source takes.
    pub(super) fn add(&mut self, other: &Cover) {
        match (&mut *self, other) {
            (Cover::All, _) | (_, Cover::Nothing) => {}
            (Cover::Some(mine), Cover::Some(theirs)) => mine.extend_from_slice(theirs),
            _ => *self = other.clone(),
        }
    }
}

/// The patterns of one source: what of its folders counts.
pub(super) struct Sift {
    only: Option<Arc<Matcher>>,
    except: Option<Arc<Matcher>>,
}

impl Sift {
    pub(super) fn of(source: &CopySource) -> Result<Self, ignore::Error> {
        let read = |name, patterns: &[Vec<u8>]| {
            let matcher = Matcher::of_patterns(name, source.line, patterns)?;
            Ok((!matcher.is_empty()).then(|| Arc::new(matcher)))
        };
        let only = read("--parents", source.only.as_slice())?;
        Ok(Self { only, except: read("--exclude", &source.excludes)? })
    }

    pub(super) fn cover(&self, folder: &[u8]) -> Cover {
        if self.only.is_none() && self.except.is_none() {
            return Cover::All;
        }
        let base = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let only = Sieve::of(self.only.as_ref());
        Cover::Some(vec![Filter { base, only, except: Sieve::of(self.except.as_ref()) }])
    }
}
