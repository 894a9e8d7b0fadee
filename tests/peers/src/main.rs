//! Asks BuildKit's own code what ours must answer.
//!
//! `peers KIND --oracle FILE [--cases N] [--seed N]`: random texts, each put to both;
//! prints every difference and ends with 1 if there is one. The stories run it; by hand
//! it takes as many cases as one has patience for.

mod ignore;
mod numbers;
mod oracle;
mod parse;
mod reads;
mod texts;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use numbers::Numbers;
use oracle::Oracle;

#[derive(Parser)]
struct Arguments {
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
    most: usize,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Parse,
    Words,
    Ignore,
    Walk,
    Reads,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut oracle = match Oracle::start(&arguments.oracle) {
        Ok(oracle) => oracle,
        Err(error) => {
            eprintln!("cannot start {}: {error}", arguments.oracle.display());
            return ExitCode::from(2);
        }
    };
    let mut numbers = Numbers::new(arguments.seed);
    let mut wrong = 0;
    let mut loose = std::collections::BTreeMap::<String, (u64, String)>::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    if matches!(arguments.kind, Kind::Walk) {
        for _ in 0..120 {
            let path = folder.path().join(texts::path(&mut numbers));
            if path.parent().is_some_and(|p| std::fs::create_dir_all(p).is_ok()) {
                let _ = std::fs::write(path, "x");
            }
        }
    }
    for case in 0..arguments.cases {
        let (text, difference) = match arguments.kind {
            Kind::Parse => {
                let mut text = texts::dockerfile(&mut numbers);
                if !numbers.once_in(4) {
                    text = texts::damage(&text, &mut numbers);
                }
                let difference = parse::compare(&mut oracle, &text);
                (String::from_utf8_lossy(&text).into_owned(), difference)
            }
            Kind::Words => {
                let case = words::Case::random(&mut numbers);
                (format!("{case:?}"), words::compare(&mut oracle, &case))
            }
            Kind::Ignore => {
                let text = texts::ignore_file(&mut numbers);
                let paths: Vec<String> = (0..20).map(|_| texts::path(&mut numbers)).collect();
                let difference = ignore::compare(&mut oracle, &text, &paths);
                (String::from_utf8_lossy(&text).into_owned(), difference)
            }
            Kind::Reads => {
                let case = reads::Case::random(&mut numbers);
                let (missing, more) = reads::compare(&mut oracle, &case);
                if let Some(more) = more {
                    let kind = more.split(':').take(2).collect::<Vec<_>>().join(":");
                    let kind = kind.chars().take(30).collect::<String>();
                    let entry = loose.entry(kind).or_insert((0, String::new()));
                    entry.0 += 1;
                    entry.1 = format!("{case:?}: {more}");
                }
                (format!("{case:?}"), missing)
            }
            Kind::Walk => {
                let text = texts::ignore_file(&mut numbers);
                let difference = ignore::compare_walk(&mut oracle, folder.path(), &text);
                (String::from_utf8_lossy(&text).into_owned(), difference)
            }
        };
        if let Some(difference) = difference {
            wrong += 1;
            println!("case {case}: {text:?}\n  {difference}");
            if wrong == arguments.most {
                break;
            }
        }
    }
    for (kind, (count, example)) in &loose {
        println!("{count} × {kind}…, such as {example}");
    }
    println!("{} cases with seed {}: {wrong} differ", arguments.cases, arguments.seed);
    ExitCode::from(u8::from(wrong > 0))
}
