//! Random texts, each put to our code and to BuildKit's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::numbers::Numbers;
use crate::oracle::Oracle;
use crate::{ignore, parse, reads, texts, words};

#[derive(clap::Args)]
pub struct Random {
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

/// What came of one case.
struct Verdict {
    case: String,
    difference: Option<String>,
    /// Where we are safe, but could be sharper: of which kind.
    loose: Option<String>,
}

impl Random {
    pub fn run(&self) -> std::io::Result<ExitCode> {
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
    fn judge(self, oracle: &mut Oracle, numbers: &mut Numbers, folder: &Path) -> Verdict {
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
