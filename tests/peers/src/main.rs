//! Asks BuildKit's own code what ours must answer.
//!
//! `peers KIND --oracle FILE [--cases N] [--seed N]`: random texts, each put to both;
//! prints every difference and ends with 1 if there is one. `peers tables` goes through
//! the tables of the real projects' tests. `peers fuzz TARGET` damages inputs of one reader
//! without any oracle. The stories run all three; by hand they take as many cases as one
//! has patience for.

mod fuzz;
mod ignore;
mod numbers;
mod oracle;
mod parse;
mod random;
mod reads;
mod tables;
mod texts;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use oracle::Oracle;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Random texts, put to both.
    Random(random::Random),
    /// Damaged inputs for one reader.
    Fuzz(fuzz::Fuzz),
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

fn main() -> ExitCode {
    let outcome = match Arguments::parse().what {
        What::Random(random) => random.run(),
        What::Fuzz(fuzz) => fuzz.run(),
        What::Tables { oracle, buildkit, matcher } => Oracle::start(&oracle)
            .and_then(|mut oracle| tables::all(&mut oracle, &buildkit, &matcher))
            .map(|tables| tables::tell(&tables)),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("peers: {error}");
        ExitCode::from(2)
    })
}
