//! Reads contexts: walks them, takes digests from the stat caches, and hashes the rest.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::entries;
use super::folder::Stat;
use super::gather::Common;
use super::hash::{Hashed, Target, hash_all};
use super::look::{Context, Look};
use super::narrow::Plan;
use super::stat_cache::{StatCache, Table};
use super::walk::{Found, Item, Tree, Walk, walk_all};
use super::{Error, Kind};
use crate::ui::event::{Level, Reporter};
use crate::util::parallel;

/// Keeps the memory for results small when a cache is lost.
const HASHED_AT_ONCE: usize = 16_384;
/// Names told in a note.
const TOLD: usize = 5;

/// What is to be read.
pub(super) struct Reading<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) look: &'a Look,
    pub(super) plan: &'a Plan,
    /// For one image only: once something fails, the rest need not be hashed.
    pub(super) alone: bool,
}

impl Reading<'_> {
    fn walk(&self) -> Walk<'_> {
        Walk {
            context: self.context.path,
            root: self.context.root.as_fd(),
            ignore: &self.look.ignore.matcher,
            never: &self.context.never,
            plan: self.plan,
        }
    }
}

/// What was read.
pub(super) struct List {
    pub(super) list: Arc<entries::List>,
    /// By index: files that could not be read.
    failed: BTreeMap<u32, Error>,
}

impl List {
    /// The first failure that concerns these indices.
    pub(super) fn failure_in(&self, ranges: &[Range<u32>]) -> Option<Error> {
        let first = |range: &Range<u32>| self.failed.range(range.clone()).next();
        ranges.iter().find_map(first).map(|(_, error)| error.again())
    }
}

/// Nanoseconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Reads all, answers in their order. `now` is when the run began.
pub(super) fn read_all(
    readings: &[Reading<'_>],
    common: Common<'_>,
    now: i64,
    reporter: &dyn Reporter,
) -> Vec<Result<List, Error>> {
    let walks: Vec<_> = readings.iter().map(Reading::walk).collect();
    let trees = walk_all(&walks, common.threads);
    let jobs = readings.iter().zip(trees).collect();
    let mut read = parallel::run(jobs, common.threads, |(reading, tree): (&Reading<'_>, _)| {
        let tree: Tree = tree?;
        tell_passed_over(&tree.passed_over, reporter);
        let cache = common.cache.map(|caches| caches.of(reading.context.path, reporter));
        let (list, misses) = assemble(&tree, cache.as_deref())?;
        Ok(Partly { list, misses, cache, failed: BTreeMap::new() })
    });
    hash_misses(readings, &mut read, common.threads, now);
    let whole = |partly: Partly| List { list: Arc::new(partly.list), failed: partly.failed };
    read.into_iter().map(|partly| partly.map(whole)).collect()
}

/// A list some of whose files have no digest yet.
struct Partly {
    list: entries::List,
    /// By index, ascending.
    misses: Vec<u32>,
    cache: Option<Arc<StatCache>>,
    failed: BTreeMap<u32, Error>,
}

fn tell_passed_over(paths: &[Vec<u8>], reporter: &dyn Reporter) {
    if paths.is_empty() {
        return;
    }
    let shown = |path: &Vec<u8>| format!("`{}`", String::from_utf8_lossy(path));
    let mut names: Vec<_> = paths.iter().take(TOLD).map(shown).collect();
    if paths.len() > TOLD {
        names.push(format!("{} more", paths.len() - TOLD));
    }
    let text =
        format!("sockets, pipes and devices are no part of the context: {}", names.join(", "));
    // Builders disagree about them, so it is said aloud: docker's classic one takes pipes
    // and devices along, its BuildKit makes empty files of sockets.
    reporter.note(Level::Info, text);
}

/// A listing half gone through.
struct Open<'t> {
    items: std::slice::Iter<'t, Item>,
    listing: usize,
    prefix: usize,
}

/// Puts the listings into one list in order, taking digests from the cache; returns
/// the files (by index) that it does not know.
fn assemble(tree: &Tree, cache: Option<&StatCache>) -> Result<(entries::List, Vec<u32>), Error> {
    let empty = Table::default();
    let table = cache.map_or(&empty, StatCache::table);
    let (mut list, mut misses) = (entries::List::default(), Vec::new());
    let (mut prefix, mut cursor) = (Vec::new(), 0);
    let open = |listing: usize, prefix: usize| Open {
        items: tree.listings[listing].items.iter(),
        listing,
        prefix,
    };
    let mut stack = vec![open(0, 0)];
    while let Some(level) = stack.last_mut() {
        prefix.truncate(level.prefix);
        let Some(item) = level.items.next() else {
            stack.pop();
            continue;
        };
        if !tree.counts(item) {
            continue;
        }
        let listing = &tree.listings[level.listing];
        let name = listing.name(item);
        match item.found {
            Found::Content { listing: inner } => {
                prefix.extend_from_slice(name);
                prefix.push(b'/');
                stack.push(open(inner as usize, prefix.len()));
            }
            Found::Folder { .. } => {
                list.push(&prefix, name, Kind::Folder, item.stat.mode, item.own)?;
            }
            Found::Link => {
                let target = listing.target(item);
                list.push(&prefix, name, Kind::Link { target }, 0, true)?;
            }
            Found::File => {
                let known = table.find(&mut cursor, &prefix, name, &item.stat);
                push_file(&mut list, &mut misses, (&prefix, name), &item.stat, known)?;
            }
        }
    }
    Ok((list, misses))
}

fn push_file(
    list: &mut entries::List,
    misses: &mut Vec<u32>,
    (prefix, name): (&[u8], &[u8]),
    stat: &Stat,
    known: Option<Hashed>,
) -> Result<(), Error> {
    let index = list.len();
    let digest = known.as_ref().map_or([0; 32], |known| known.digest);
    list.push(prefix, name, Kind::File { size: stat.size, digest: &digest }, stat.mode, true)?;
    match known {
        None => misses.push(index as u32),
        Some(known) => {
            if let Some(capability) = known.capability {
                list.set_capability(index, capability);
            }
        }
    }
    Ok(())
}

/// A reading, and the index of a file in its list.
type Miss = (u32, u32);

/// The files that the caches did not know, each once; and those that are another's of the
/// same context, by that other one.
fn to_hash(
    readings: &[Reading<'_>],
    read: &mut [Result<Partly, Error>],
) -> (Vec<Miss>, HashMap<Miss, Vec<Miss>>) {
    let mut misses: Vec<Miss> = Vec::new();
    for (of, partly) in (0u32..).zip(read.iter_mut()) {
        let partly = partly.iter_mut().flat_map(|partly| std::mem::take(&mut partly.misses));
        misses.extend(partly.map(|index| (of, index)));
    }
    let mut users: HashMap<&Path, usize> = HashMap::new();
    readings.iter().for_each(|reading| *users.entry(reading.context.path).or_default() += 1);
    let mut first: HashMap<(&Path, &[u8]), Miss> = HashMap::new();
    let mut again: HashMap<Miss, Vec<Miss>> = HashMap::new();
    misses.retain(|&(of, index)| {
        let context = readings[of as usize].context.path;
        let Ok(partly) = &read[of as usize] else { return false };
        if users[context] == 1 {
            return true;
        }
        let path = partly.list.at(index as usize).path;
        match first.entry((context, path)) {
            Entry::Vacant(vacant) => {
                vacant.insert((of, index));
                true
            }
            Entry::Occupied(occupied) => {
                again.entry(*occupied.get()).or_default().push((of, index));
                false
            }
        }
    });
    (misses, again)
}

/// Hashes what the caches did not know, whosever it is, and fills it in.
fn hash_misses(
    readings: &[Reading<'_>],
    read: &mut [Result<Partly, Error>],
    threads: usize,
    now: i64,
) {
    let (misses, again) = to_hash(readings, read);
    let given_up: Vec<AtomicBool> = readings.iter().map(|_| AtomicBool::new(false)).collect();
    for misses in misses.chunks(HASHED_AT_ONCE) {
        let hashed = {
            let read = &*read;
            let target = |at: usize| {
                let (of, index) = (misses[at].0 as usize, misses[at].1 as usize);
                let partly = read[of].as_ref().ok()?;
                let context = readings[of].context;
                (!given_up[of].load(Ordering::Relaxed)).then(|| Target {
                    context: context.path,
                    root: context.root.as_fd(),
                    path: partly.list.at(index).path,
                })
            };
            let failed = |at: usize| {
                let of = misses[at].0 as usize;
                // Others may count on what is hashed for this one.
                let spare = readings[of].alone && again.is_empty();
                given_up[of].fetch_or(spare, Ordering::Relaxed);
            };
            hash_all(misses.len(), threads, &target, &failed)
        };
        for (miss, hashed) in misses.iter().zip(hashed) {
            let Some(hashed) = hashed else { continue };
            for &(of, index) in again.get(miss).into_iter().flatten() {
                if let Ok(partly) = &mut read[of as usize] {
                    let hashed = hashed.as_ref().map(Hashed::clone).map_err(Error::again);
                    partly.fill_in(index, hashed, now);
                }
            }
            if let Ok(partly) = &mut read[miss.0 as usize] {
                partly.fill_in(miss.1, hashed, now);
            }
        }
    }
}

impl Partly {
    fn fill_in(&mut self, index: u32, hashed: Result<Hashed, Error>, now: i64) {
        let at = index as usize;
        match hashed {
            Ok(hashed) => {
                self.list.set_file(at, hashed.stat.size, hashed.digest, hashed.stat.mode);
                if let Some(cache) = &self.cache {
                    cache.learn(self.list.at(at).path, &hashed, now);
                }
                if let Some(capability) = hashed.capability {
                    self.list.set_capability(at, capability);
                }
            }
            Err(error) => drop(self.failed.insert(index, error)),
        }
    }
}
