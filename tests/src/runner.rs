//! Runs stories: by name, in parallel, each with its own verdict on a line, and
//! `N passed, N failed, N skipped` as the last one.
//!
//! Cargo's own harness cannot say "skipped, because" while running; this one can.

use std::any::type_name;
use std::cell::RefCell;
use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::bed::{Bed, Skip};
use crate::kube_tools::Generation;
use crate::sweep;

/// Failing is a panic; `Err` is a part that could not be had.
pub type Outcome = Result<(), Skip>;

/// `--with-engine COMMAND…` runs a command with DOCKER_HOST naming an engine of ours,
/// which ends with it. For benches and the demonstration.
const WITH_ENGINE: &str = "--with-engine";
/// The same with a Kubernetes node beside it, whose KUBECONFIG is set, registries for its
/// pods in REGISTRY and PRIVATE_REGISTRY, and kubectl and helm on the PATH.
const WITH_NODE: &str = "--with-node";

/// `--compare FOLDER` builds a folder of Dockerfiles by two builders: see [`crate::compare`].
const COMPARE: &str = "--compare";

/// Longer than this is worth a remark.
const SLOW: Duration = Duration::from_secs(60);

/// One thing a user does, and what must come of it.
pub struct Story {
    name: String,
    run: Box<dyn Fn(&Bed) -> Outcome + Sync + Send>,
    serial: bool,
    long: bool,
}

/// A story named after its function: `module::function`.
pub fn story<F: Fn(&Bed) -> Outcome + Sync + Send + 'static>(run: F) -> Story {
    let name = type_name::<F>().trim_start_matches("stories::").to_owned();
    Story { name, run: Box::new(run), serial: false, long: false }
}

impl Story {
    /// Runs while no other story does: it measures, or disturbs.
    #[must_use]
    pub fn serial(mut self) -> Self {
        self.serial = true;
        self
    }

    /// Runs with `--long` only.
    #[must_use]
    pub fn long(mut self) -> Self {
        self.long = true;
        self
    }
}

/// The command line. Flags of cargo's own harness are passed over.
#[derive(Default)]
struct Arguments {
    names: Vec<String>,
    list: bool,
    long: bool,
    jobs: usize,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Self {
        let mut arguments = Self { jobs: 2, ..Self::default() };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--list" => arguments.list = true,
                "--long" => arguments.long = true,
                "-j" => arguments.jobs = words.next().and_then(|n| n.parse().ok()).unwrap_or(2),
                flag if flag.starts_with('-') => {}
                _ => arguments.names.push(word),
            }
        }
        arguments
    }

    fn wants(&self, story: &Story) -> bool {
        let named = |name: &String| story.name.contains(name.as_str());
        (self.long || !story.long) && (self.names.is_empty() || self.names.iter().any(named))
    }
}

enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

#[derive(Default)]
struct Counts {
    passed: AtomicUsize,
    failed: AtomicUsize,
    skipped: AtomicUsize,
}

/// The test binary's main.
pub fn main(stories: Vec<Story>) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [first, folder] = words.as_slice()
        && first == sweep::ARGUMENT
    {
        sweep::run(Path::new(folder));
        return ExitCode::SUCCESS;
    }
    if let [first, command @ ..] = words.as_slice()
        && [WITH_ENGINE, WITH_NODE].contains(&first.as_str())
    {
        return with_parts(command, first == WITH_NODE);
    }
    if let [first, folder] = words.as_slice()
        && first == COMPARE
    {
        return compare(Path::new(folder));
    }
    let arguments = Arguments::parse(words.into_iter());
    let chosen: Vec<Story> = stories.into_iter().filter(|story| arguments.wants(story)).collect();
    if arguments.list {
        chosen.iter().for_each(|story| println!("{}", story.name));
        return ExitCode::SUCCESS;
    }
    let counts = run_all(&chosen, &arguments);
    let [passed, failed, skipped] =
        [counts.passed, counts.failed, counts.skipped].map(AtomicUsize::into_inner);
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    ExitCode::from(u8::from(failed > 0))
}

fn with_parts(command: &[String], node: bool) -> ExitCode {
    let bed = Bed::new(false);
    let code = match (environment(&bed, node), command) {
        (Ok(variables), [program, args @ ..]) => {
            let status = Command::new(program).args(args).envs(variables).status();
            status.ok().and_then(|status| status.code()).unwrap_or(1)
        }
        (Ok(_), []) => 2,
        (Err(skip), _) => {
            eprintln!("not to be had: {skip}");
            1
        }
    };
    bed.end();
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

fn environment(bed: &Bed, node: bool) -> Result<Vec<(&'static str, OsString)>, Skip> {
    let mut variables = vec![("DOCKER_HOST", bed.engine()?.host().into())];
    if node {
        let tools = bed.kube_tools(Generation::Helm4)?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(tools.folder().into()).chain(std::env::split_paths(&path));
        variables.push(("PATH", std::env::join_paths(paths).unwrap()));
        variables.push(("KUBECONFIG", bed.node()?.kubeconfig().into()));
        variables.push(("REGISTRY", bed.registry()?.host().into()));
        variables.push(("PRIVATE_REGISTRY", bed.private_registry()?.host().into()));
    }
    Ok(variables)
}

fn compare(folder: &Path) -> ExitCode {
    let bed = Bed::new(false);
    let code = match crate::compare::compare(&bed, folder) {
        Ok(compared) => {
            compared.lines.iter().for_each(|line| println!("{line}"));
            println!("{} same, {} different", compared.same, compared.different.len());
            u8::from(!compared.different.is_empty())
        }
        Err(skip) => {
            eprintln!("cannot compare: {skip}");
            1
        }
    };
    bed.end();
    ExitCode::from(code)
}

fn run_all(chosen: &[Story], arguments: &Arguments) -> Counts {
    let counts = Counts::default();
    if chosen.is_empty() {
        return counts;
    }
    let bed = Bed::new(arguments.long);
    // From here on a panic is told on its story's line.
    panic::set_hook(Box::new(|info| {
        LAST_PANIC.with_borrow_mut(|last| *last = info.to_string());
    }));
    let (serial, parallel): (Vec<&Story>, Vec<&Story>) = chosen.iter().partition(|s| s.serial);
    let queue = Mutex::new(parallel.into_iter());
    thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let Some(story) = queue.lock().unwrap().next() else { break };
                    judge(story, &bed, &counts);
                }
            });
        }
    });
    serial.into_iter().for_each(|story| judge(story, &bed, &counts));
    bed.end();
    counts
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

fn judge(story: &Story, bed: &Bed, counts: &Counts) {
    let begun = Instant::now();
    let verdict = match panic::catch_unwind(AssertUnwindSafe(|| (story.run)(bed))) {
        Ok(Ok(())) => Verdict::Passed,
        Ok(Err(skip)) => Verdict::Skipped(skip.to_string()),
        Err(_) => Verdict::Failed(LAST_PANIC.with_borrow(Clone::clone)),
    };
    let took = begun.elapsed();
    let slow = if took > SLOW { " SLOW" } else { "" };
    let seconds = format!("({:.1} s{slow})", took.as_secs_f32());
    let name = &story.name;
    // One print a story: lines of stories that run at once must not mix.
    let (counter, text) = match verdict {
        Verdict::Passed => (&counts.passed, format!("passed   {name} {seconds}")),
        Verdict::Skipped(why) => (&counts.skipped, format!("skipped  {name}: {why}")),
        Verdict::Failed(why) => {
            let why: String = why.lines().map(|line| format!("\n    {line}")).collect();
            (&counts.failed, format!("FAILED   {name} {seconds}{why}"))
        }
    };
    counter.fetch_add(1, Ordering::Relaxed);
    println!("{text}");
}
