//! The parallel walk over what counts: one status call an entry, each folder
//! sorted by its own thread, so that the whole is in order without a final sort.
//! Many contexts are walked at once: the threads take folders, whosever they are.
//!
//! Links are entries, never followed; the depth of the tree is not limited.
//! Sockets, FIFOs and devices are passed over and told of: their content can be
//! neither keyed nor sent (docker's own builders each do something else with them).

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rustix::fs::FileType;

use super::Error;
use super::cover::Cover;
use super::folder::{self, Stat};
use super::ignore::{Matcher, State};
use super::narrow::Plan;

/// So many names are looked for one by one; for more a folder is listed.
const NAMED_MAX: usize = 64;

/// What a walk needs to know.
pub(super) struct Walk<'a> {
    pub(super) context: &'a Path,
    pub(super) root: BorrowedFd<'a>,
    pub(super) ignore: &'a Matcher,
    /// Paths of the context that never count, whatever an ignore file says.
    pub(super) never: &'a [Vec<u8>],
    pub(super) plan: &'a Plan,
}

/// What a walk found: the folders' listings by number, the root's first.
pub(super) struct Tree {
    pub(super) listings: Vec<Listing>,
    /// Sockets, FIFOs and devices.
    pub(super) passed_over: Vec<Vec<u8>>,
}

/// One folder's names.
#[derive(Default)]
pub(super) struct Listing {
    names: Vec<u8>,
    pub(super) items: Vec<Item>,
    /// Something in it counts.
    live: bool,
}

pub(super) struct Item {
    start: u32,
    length: u16,
    /// Counts by itself, not only for what lies in it.
    pub(super) own: bool,
    pub(super) found: Found,
    /// Of a link, `size` is its target's length.
    pub(super) stat: Stat,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    File,
    Link,
    Folder {
        /// Number of its listing, if it was walked.
        listing: Option<u32>,
    },
    /// Stands where a folder's content belongs in the order: behind `name.x`.
    Content {
        listing: u32,
    },
}

impl Listing {
    pub(super) fn name(&self, item: &Item) -> &[u8] {
        &self.names[item.start as usize..][..usize::from(item.length)]
    }

    pub(super) fn target(&self, item: &Item) -> &[u8] {
        let start = item.start as usize + usize::from(item.length);
        &self.names[start..][..item.stat.size as usize]
    }

    fn push(&mut self, name: &[u8], target: &[u8], own: bool, found: Found, stat: Stat) {
        let start = self.names.len() as u32;
        self.names.extend_from_slice(name);
        self.names.extend_from_slice(target);
        // Names are at most 255 bytes in every file system we meet.
        self.items.push(Item { start, length: name.len() as u16, own, found, stat });
    }

    /// Puts the items into the order of path bytes: `a`, `a.b`, then `a/…`.
    fn sort(&mut self) {
        let names = std::mem::take(&mut self.names);
        self.items.sort_unstable_by(|a, b| {
            let key = |item: &Item| {
                let name = &names[item.start as usize..][..usize::from(item.length)];
                let slash: &[u8] =
                    if matches!(item.found, Found::Content { .. }) { b"/" } else { b"" };
                (name, slash)
            };
            let ((a, a_end), (b, b_end)) = (key(a), key(b));
            let common = a.len().min(b.len());
            a[..common]
                .cmp(&b[..common])
                .then_with(|| a[common..].iter().chain(a_end).cmp(b[common..].iter().chain(b_end)))
        });
        self.names = names;
    }
}

impl Tree {
    /// Whether an item of a listing counts.
    pub(super) fn counts(&self, item: &Item) -> bool {
        match item.found {
            Found::Folder { listing } => item.own || listing.is_some_and(|id| self.is_live(id)),
            Found::Content { listing } => self.is_live(listing),
            Found::File | Found::Link => true,
        }
    }

    fn is_live(&self, listing: u32) -> bool {
        self.listings[listing as usize].live
    }

    /// Folders have higher numbers than the folder they lie in.
    fn find_live(&mut self) {
        for index in (0..self.listings.len()).rev() {
            let live = self.listings[index].items.iter().any(|item| self.counts(item));
            self.listings[index].live = live;
        }
    }
}

/// A folder still to be read.
struct Job<'a> {
    /// Which walk it is of.
    walk: usize,
    listing: u32,
    path: Vec<u8>,
    /// Names in it are ignored unless a `!` pattern matches them themselves.
    ignored: bool,
    ignored_state: State,
    cover: Cover,
    plan: Option<&'a Plan>,
}

struct Queue<'a> {
    jobs: Vec<Job<'a>>,
    working: usize,
}

struct Shared<'a> {
    walks: &'a [Walk<'a>],
    queue: Mutex<Queue<'a>>,
    wake: Condvar,
    progress: Vec<Progress>,
}

/// How far one walk is.
struct Progress {
    next_listing: AtomicU32,
    failed: AtomicBool,
}

/// What one thread found of one walk.
enum Part {
    Listing(u32, Listing),
    PassedOver(Vec<u8>),
    Failed(Error),
}

/// Walks the planned part of each context, all at once, by `threads` threads; one that
/// fails does not end the others.
pub(super) fn walk_all(walks: &[Walk<'_>], threads: usize) -> Vec<Result<Tree, Error>> {
    let jobs = walks.iter().enumerate().rev().map(|(walk, of)| Job {
        walk,
        listing: 0,
        path: Vec::new(),
        ignored: true,
        ignored_state: State::default(),
        cover: of.plan.cover.clone(),
        plan: Some(of.plan),
    });
    let progress = || Progress { next_listing: AtomicU32::new(1), failed: AtomicBool::new(false) };
    let shared = Shared {
        walks,
        queue: Mutex::new(Queue { jobs: jobs.collect(), working: 0 }),
        wake: Condvar::new(),
        progress: walks.iter().map(|_| progress()).collect(),
    };
    let parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(|| work(&shared))).collect();
        let mut parts = vec![work(&shared)];
        parts.extend(threads.into_iter().map(|thread| thread.join().expect("a walk never panics")));
        parts
    });
    let mut trees: Vec<Result<Tree, Error>> = shared
        .progress
        .into_iter()
        .map(|progress| {
            let mut tree = Tree { listings: Vec::new(), passed_over: Vec::new() };
            let count = progress.next_listing.into_inner() as usize;
            tree.listings.resize_with(count, Listing::default);
            Ok(tree)
        })
        .collect();
    for (walk, part) in parts.into_iter().flatten() {
        match (&mut trees[walk], part) {
            (Err(_), _) => {}
            (tree, Part::Failed(error)) => *tree = Err(error),
            (Ok(tree), Part::Listing(id, listing)) => tree.listings[id as usize] = listing,
            (Ok(tree), Part::PassedOver(path)) => tree.passed_over.push(path),
        }
    }
    for tree in trees.iter_mut().flatten() {
        tree.passed_over.sort();
        tree.find_live();
    }
    trees
}

fn work(shared: &Shared<'_>) -> Vec<(usize, Part)> {
    let (mut parts, mut found, mut passed_over) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(job) = shared.take() {
        let failed = &shared.progress[job.walk].failed;
        if !failed.load(Ordering::Relaxed) {
            match read_folder(shared, &job, &mut found, &mut passed_over) {
                Ok(listing) => parts.push((job.walk, Part::Listing(job.listing, listing))),
                Err(error) => {
                    failed.store(true, Ordering::Relaxed);
                    parts.push((job.walk, Part::Failed(error)));
                }
            }
            parts.extend(passed_over.drain(..).map(|path| (job.walk, Part::PassedOver(path))));
        }
        shared.give(&mut found);
    }
    parts
}

impl<'a> Shared<'a> {
    fn lock(&self) -> MutexGuard<'_, Queue<'a>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next folder; waits while others may still find some.
    fn take(&self) -> Option<Job<'a>> {
        let mut queue = self.lock();
        loop {
            if let Some(job) = queue.jobs.pop() {
                queue.working += 1;
                return Some(job);
            }
            if queue.working == 0 {
                return None;
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends a folder's work, with the folders found in it.
    fn give(&self, found: &mut Vec<Job<'a>>) {
        let mut queue = self.lock();
        queue.working -= 1;
        queue.jobs.append(found);
        drop(queue);
        self.wake.notify_all();
    }
}

/// The folder at hand.
struct Place<'s, 'a> {
    shared: &'s Shared<'a>,
    job: &'s Job<'a>,
    fd: BorrowedFd<'s>,
    listing: Listing,
    found: &'s mut Vec<Job<'a>>,
    passed_over: &'s mut Vec<Vec<u8>>,
    /// The folder's path and a `/`; names are put behind it.
    path: Vec<u8>,
    prefix: usize,
}

fn read_folder<'a>(
    shared: &Shared<'a>,
    job: &Job<'a>,
    found: &mut Vec<Job<'a>>,
    passed_over: &mut Vec<Vec<u8>>,
) -> Result<Listing, Error> {
    let walk = &shared.walks[job.walk];
    let fault = |source| folder::fault(walk.context, &job.path, "read", source);
    let fd = folder::open_folder(walk.root, &job.path).map_err(fault)?;
    let mut path = job.path.clone();
    if !path.is_empty() {
        path.push(b'/');
    }
    let prefix = path.len();
    let listing = Listing::default();
    let mut place =
        Place { shared, job, fd: fd.as_fd(), listing, found, passed_over, path, prefix };
    let spelled_out =
        || walk.ignore.spelled_out(&job.path).filter(|names| names.len() <= NAMED_MAX);
    if matches!(job.cover, Cover::Nothing) {
        for name in job.plan.iter().flat_map(|plan| plan.children.keys()) {
            place.visit(name, FileType::Unknown)?;
        }
    } else if let Some(names) = job.ignored.then(spelled_out).flatten() {
        for name in names {
            match place.visit(name, FileType::Unknown) {
                // A pattern may name what there is not.
                Err(Error::Vanished(_)) => {}
                visited => visited?,
            }
        }
    } else {
        for name in folder::names(fd.as_fd()).map_err(fault)? {
            let (name, kind) = name.map_err(fault)?;
            place.visit(&name, kind)?;
        }
    }
    let mut listing = place.listing;
    listing.sort();
    Ok(listing)
}

impl<'a> Place<'_, 'a> {
    fn walk(&self) -> &'a Walk<'a> {
        &self.shared.walks[self.job.walk]
    }

    fn visit(&mut self, name: &[u8], kind: FileType) -> Result<(), Error> {
        self.path.truncate(self.prefix);
        self.path.extend_from_slice(name);
        let walk = self.walk();
        if walk.never.contains(&self.path) {
            return Ok(());
        }
        let plan = self.job.plan.and_then(|plan| plan.children.get(name));
        let ignored = walk.ignore.ignores(&self.path, &self.job.ignored_state);
        // Most of what is ignored needs no status call.
        if ignored && !matches!(kind, FileType::Directory | FileType::Unknown) {
            return Ok(());
        }
        if ignored && kind == FileType::Directory && !walk.ignore.may_except_below(&self.path) {
            return Ok(());
        }
        let stat = match Stat::of_name(self.fd, name) {
            Ok(stat) => stat,
            Err(error) => return Err(folder::fault(walk.context, &self.path, "read", error)),
        };
        if stat.file_type() == FileType::Directory {
            self.visit_folder(name, stat, ignored, plan);
            return Ok(());
        }
        let wanted = plan.is_some_and(|plan| plan.exact) || self.job.cover.takes(&self.path);
        if ignored || !wanted {
            return Ok(());
        }
        match stat.file_type() {
            FileType::RegularFile => self.listing.push(name, b"", true, Found::File, stat),
            FileType::Symlink => {
                let target = folder::read_link(self.fd, name)
                    .map_err(|error| folder::fault(walk.context, &self.path, "read", error))?;
                let stat = Stat { size: target.len() as u64, ..stat };
                self.listing.push(name, &target, true, Found::Link, stat);
            }
            _ => self.passed_over.push(self.path.clone()),
        }
        Ok(())
    }

    fn visit_folder(&mut self, name: &[u8], stat: Stat, ignored: bool, plan: Option<&'a Plan>) {
        let ignore = self.walk().ignore;
        if ignored && !ignore.may_except_below(&self.path) {
            return;
        }
        let (covered, mut cover) = self.job.cover.enter(&self.path);
        let own = !ignored && (covered || plan.is_some_and(|plan| plan.exact));
        if let Some(plan) = plan {
            cover.add(&plan.cover);
        }
        let inside =
            !matches!(cover, Cover::Nothing) || plan.is_some_and(|p| !p.children.is_empty());
        let mut listing = None;
        if inside {
            let progress = &self.shared.progress[self.job.walk];
            let id = progress.next_listing.fetch_add(1, Ordering::Relaxed);
            listing = Some(id);
            self.listing.push(name, b"", own, Found::Content { listing: id }, stat);
            let ignored_state = ignore.ignores_folder(&self.path, &self.job.ignored_state).1;
            let path = self.path.clone();
            let walk = self.job.walk;
            self.found.push(Job { walk, listing: id, path, ignored, ignored_state, cover, plan });
        }
        self.listing.push(name, b"", own, Found::Folder { listing }, stat);
    }
}
