//! Asks BuildKit's own code what ours must answer.
//!
//! `peers KIND --oracle FILE [--cases N] [--seed N]`: random texts, each put to both;
//! prints every difference and ends with 1 if there is one. `peers tables` goes through
//! the tables of the real projects' tests. The stories run it; by hand it takes as many
//! cases as one has patience for.

mod ignore;
mod numbers;
mod oracle;
mod parse;
mod reads;
mod tables;
mod texts;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use numbers::Numbers;
use oracle::Oracle;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Random texts, put to both.
    Random(Random),
    /// The tables in the real projects' tests.
    Tables {
        /// The executable of `tests/oracle`.
        #[arg(long)]
        oracle: PathBuf,
        /// The folder of the module github.com/moby/buildkit.
        #[arg(long)]
        buildkit: PathBuf,
        /// The folder of the module github.com/moby/patternmatcher.
        #[arg(long)]
        matcher: PathBuf,
    },
}

#[derive(clap::Args)]
struct Random {
    kind: Kind,
    /// The executable of `tests/oracle`.
    #[arg(long)]
    oracle: PathBuf,
    #[arg(long, default_value_t = 10_000)]
    cases: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Differences to print before giving up.
    #[arg(long, default_value_t = 20)]
    most: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Dockerfiles, instruction by instruction.
    Parse,
    /// Words: quotes, escapes, variables.
    Words,
    /// Ignore files: which paths match.
    Ignore,
    /// Ignore files: what of a folder is sent.
    Walk,
    /// What a build reads of its context.
    Reads,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().what {
        What::Random(random) => random.run(),
        What::Tables { oracle, buildkit, matcher } => Oracle::start(&oracle)
            .and_then(|mut oracle| tables::all(&mut oracle, &buildkit, &matcher))
            .map(tell),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("peers: {error}");
        ExitCode::from(2)
    })
}

fn tell(tables: Vec<tables::Table>) -> ExitCode {
    let mut wrong = 0;
    for table in tables {
        let (rows, holds, named) = (table.rows, table.holds, table.named.len());
        println!("{}: {holds} of {rows} rows hold, {named} are named", table.name);
        table.named.iter().for_each(|why| println!("  named: {why}"));
        table.wrong.iter().for_each(|what| println!("  WRONG: {what}"));
        wrong += table.wrong.len();
    }
    ExitCode::from(u8::from(wrong > 0))
}

/// What came of one case.
struct Verdict {
    case: String,
    difference: Option<String>,
    /// Where we are safe, but could be sharper: of which kind.
    loose: Option<String>,
}

impl Random {
    fn run(&self) -> std::io::Result<ExitCode> {
        let mut oracle = Oracle::start(&self.oracle)?;
        let mut numbers = Numbers::new(self.seed);
        let folder = tempfile::tempdir()?;
        if matches!(self.kind, Kind::Walk) {
            ignore::plant(folder.path(), &mut numbers);
        }
        let mut wrong = 0;
        let mut loose = BTreeMap::<String, u64>::new();
        for case in 0..self.cases {
            let verdict = self.kind.judge(&mut oracle, &mut numbers, folder.path());
            if let Some(kind) = verdict.loose {
                *loose.entry(kind).or_default() += 1;
            }
            if let Some(difference) = verdict.difference {
                wrong += 1;
                println!("case {case}: {}\n  {difference}", verdict.case);
                if wrong == self.most {
                    break;
                }
            }
        }
        loose.iter().for_each(|(kind, count)| println!("{count} times {kind}"));
        println!("{:?}: {} cases with seed {}: {wrong} differ", self.kind, self.cases, self.seed);
        Ok(ExitCode::from(u8::from(wrong > 0)))
    }
}

impl Kind {
    fn judge(
        self,
        oracle: &mut Oracle,
        numbers: &mut Numbers,
        folder: &std::path::Path,
    ) -> Verdict {
        let (case, difference) = match self {
            Self::Parse => {
                let mut text = texts::dockerfile(numbers);
                if !numbers.once_in(4) {
                    text = texts::damage(&text, numbers);
                }
                let difference = parse::compare(oracle, &text);
                (shown(&text), difference)
            }
            Self::Words => {
                let case = words::Case::random(numbers);
                (format!("{case:?}"), words::compare(oracle, &case))
            }
            Self::Ignore => {
                let text = texts::ignore_file(numbers);
                let paths: Vec<String> = (0..20).map(|_| texts::path(numbers)).collect();
                (shown(&text), ignore::compare(oracle, &text, &paths))
            }
            Self::Walk => {
                let text = texts::ignore_file(numbers);
                (shown(&text), ignore::compare_walk(oracle, folder, &text))
            }
            Self::Reads => {
                let case = reads::Case::random(numbers);
                let (difference, loose) = reads::compare(oracle, &case);
                return Verdict { case: format!("{case:?}"), difference, loose };
            }
        };
        Verdict { case, difference, loose: None }
    }
}

fn shown(text: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(text))
}
