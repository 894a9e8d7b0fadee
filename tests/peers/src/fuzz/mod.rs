//! Damaged inputs for one of our readers at a time, until something breaks.
//!
//! `peers fuzz TARGET --corpus FOLDER --seconds N`: first every input of the corpus, then
//! damaged ones and fresh ones. What a target says of an input guides the choice: one with
//! a new answer is damaged further. A panic, a hang, or a rule that does not hold ends it
//! with 1, and the input stays in the folder of findings: put it into the corpus, since the
//! stories replay that. What a reader was given when the process died is in `current` there.

mod expansion;
mod ignore;
mod lexer;
mod manifest;
mod recipe;
mod stat_cache;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use crate::numbers::Numbers;
use crate::texts;

/// No input takes a thousandth of this; a machine at work may be slow.
const HANG: Duration = Duration::from_secs(60);
/// Inputs that are kept to be damaged further, and how long they may grow.
const POOL_MAX: usize = 20_000;
const INPUT_MAX: usize = 4096;

#[derive(clap::Args)]
pub struct Fuzz {
    target: Name,
    /// A folder of inputs to begin with, or one input.
    #[arg(long)]
    corpus: PathBuf,
    /// How long to go on after the corpus.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where an input is put that breaks something.
    #[arg(long, default_value = "findings")]
    findings: PathBuf,
    /// Write every input with a new answer here: what a corpus can be chosen from.
    #[arg(long)]
    keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    /// Dockerfiles, and all that is asked of them.
    Lexer,
    /// Words with variables; the first byte says how they are read.
    Expansion,
    /// Ignore files.
    Ignore,
    /// Manifests, rewritten; the first byte says how.
    Manifest,
    /// The stat cache; an input tells what is done to a sound file.
    StatCache,
}

/// A reader, and what must hold for anything it is given.
trait Target {
    /// An input as it might be.
    fn fresh(&self, numbers: &mut Numbers) -> Vec<u8>;
    /// What the reader makes of an input, alike for inputs that take the same ways; `Err`:
    /// the rule that does not hold.
    fn judge(&mut self, input: &[u8]) -> Result<String, String>;
}

impl Fuzz {
    pub fn run(&self) -> io::Result<ExitCode> {
        let mut target: Box<dyn Target> = match self.target {
            Name::Lexer => Box::new(lexer::Lexer),
            Name::Expansion => Box::new(expansion::Expansion),
            Name::Ignore => Box::new(ignore::Ignore),
            Name::Manifest => Box::new(manifest::Manifest),
            Name::StatCache => Box::new(stat_cache::StatCache::new()?),
        };
        let mut search = Search::new(self)?;
        let corpus = inputs(&self.corpus)?;
        let outcome = search.run(target.as_mut(), &corpus, Duration::from_secs(self.seconds));
        let name = self.target.to_possible_value().map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        let (count, answers, slowest) = (search.count, search.answers.len(), search.slowest);
        match outcome {
            Ok(()) => {
                fs::remove_file(self.findings.join("current"))?;
                println!(
                    "{name}: {count} inputs with seed {}, nothing found; {} of them in the corpus, {answers} different answers, the slowest took {slowest:?}",
                    self.seed,
                    corpus.len(),
                );
                Ok(ExitCode::SUCCESS)
            }
            Err(why) => {
                let path = self.findings.join(format!("{name}-{}-{count}", self.seed));
                fs::rename(self.findings.join("current"), &path)?;
                println!("{name}: input {count} with seed {}: {why}", self.seed);
                println!("it is in `{}`", path.display());
                Ok(ExitCode::FAILURE)
            }
        }
    }
}

/// The inputs of a corpus, in the order of their names.
fn inputs(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    if path.is_file() {
        return Ok(vec![fs::read(path)?]);
    }
    let mut paths: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    paths.iter().map(fs::read).collect()
}

/// A run: what is known so far.
struct Search {
    numbers: Numbers,
    pool: Vec<Vec<u8>>,
    answers: HashSet<String>,
    /// Inputs judged; the watch looks at it.
    count: u64,
    seen: Arc<AtomicU64>,
    slowest: Duration,
    /// What is judged now, so that it is there after any kind of death.
    current: File,
    keep: Option<PathBuf>,
}

impl Search {
    fn new(fuzz: &Fuzz) -> io::Result<Self> {
        fs::create_dir_all(&fuzz.findings)?;
        if let Some(keep) = &fuzz.keep {
            fs::create_dir_all(keep)?;
        }
        let seen = Arc::new(AtomicU64::new(0));
        watch(Arc::clone(&seen));
        Ok(Self {
            numbers: Numbers::new(fuzz.seed),
            pool: Vec::new(),
            answers: HashSet::new(),
            count: 0,
            seen,
            slowest: Duration::ZERO,
            current: File::create(fuzz.findings.join("current"))?,
            keep: fuzz.keep.clone(),
        })
    }

    fn run(
        &mut self,
        target: &mut dyn Target,
        corpus: &[Vec<u8>],
        time: Duration,
    ) -> Result<(), String> {
        for input in corpus {
            self.judge(target, input)?;
        }
        let end = Instant::now() + time;
        while Instant::now() < end {
            let input = self.next(target);
            self.judge(target, &input)?;
        }
        Ok(())
    }

    fn next(&mut self, target: &dyn Target) -> Vec<u8> {
        if self.pool.is_empty() || self.numbers.once_in(4) {
            let fresh = target.fresh(&mut self.numbers);
            return if self.numbers.once_in(2) {
                fresh
            } else {
                texts::damage(&fresh, &mut self.numbers)
            };
        }
        let mut input = self.pool[self.numbers.below(self.pool.len())].clone();
        if self.numbers.once_in(4) {
            let other = &self.pool[self.numbers.below(self.pool.len())];
            input.truncate(self.numbers.below(input.len() + 1));
            input.extend_from_slice(&other[self.numbers.below(other.len() + 1)..]);
        }
        let mut input = texts::damage(&input, &mut self.numbers);
        input.truncate(INPUT_MAX);
        input
    }

    fn judge(&mut self, target: &mut dyn Target, input: &[u8]) -> Result<(), String> {
        self.count += 1;
        self.seen.store(self.count, Ordering::Relaxed);
        let noted = self.current.set_len(0).and_then(|()| self.current.write_all_at(input, 0));
        noted.map_err(|error| format!("cannot note the input: {error}"))?;
        let begun = Instant::now();
        let answer = target.judge(input)?;
        self.slowest = self.slowest.max(begun.elapsed());
        if self.answers.insert(answer) {
            if let Some(keep) = &self.keep {
                let path = keep.join(format!("{:07}", self.count));
                fs::write(path, input).map_err(|error| format!("cannot keep it: {error}"))?;
            }
            if self.pool.len() < POOL_MAX {
                self.pool.push(input.to_vec());
            }
        }
        Ok(())
    }
}

/// Ends the process when one input takes too long.
fn watch(seen: Arc<AtomicU64>) {
    thread::spawn(move || {
        let mut last = (0, Instant::now());
        loop {
            thread::sleep(Duration::from_secs(1));
            let now = seen.load(Ordering::Relaxed);
            if now != last.0 {
                last = (now, Instant::now());
            } else if now > 0 && last.1.elapsed() > HANG {
                println!("input {now} takes more than {HANG:?}; it is `current` in the findings");
                std::process::exit(1);
            }
        }
    });
}

/// What an error says without the names in it: its variant.
fn kind_of(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.split(['(', '{', '"']).next().unwrap_or_default().trim().to_owned()
}
