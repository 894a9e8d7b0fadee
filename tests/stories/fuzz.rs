//! Damaged inputs for one reader at a time, in process: what `peers fuzz` finds.
//!
//! The corpus is replayed in every run, with a few seconds of damage behind it. The long
//! tier goes on for ten minutes a target, thirty for manifests, or DS_FUZZ_SECONDS.

use std::process::Command;
use std::time::Duration;

use suite::{Bed, Outcome, Skip, Story, run_bounded, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(every_corpus_and_a_little_more),
        story(lexer_for_long).long(),
        story(expansion_for_long).long(),
        story(ignore_files_for_long).long(),
        story(stat_cache_for_long).long(),
        story(manifests_for_long).long(),
    ]
}

const TARGETS: [&str; 5] = ["lexer", "expansion", "ignore", "stat-cache", "manifest"];

fn fuzz(bed: &Bed, target: &str, seconds: u64, seed: u64) -> Outcome {
    let program = bed.bin().join("peers");
    if !program.is_file() {
        return Err(Skip("no `peers` beside the executables".into()));
    }
    let corpus = bed.workspace().join("tests/peers/corpus").join(target);
    let mut command = Command::new(program);
    command.args(["fuzz", target, "--corpus"]).arg(corpus);
    command.args(["--seconds", &seconds.to_string(), "--seed", &seed.to_string()]);
    command.arg("--findings").arg(bed.folder("findings"));
    let out = run_bounded(&mut command, b"", Duration::from_secs(seconds + 120)).ok();
    let _ = out.says(r"[1-9]\d* inputs with seed \d+, nothing found");
    Ok(())
}

fn every_corpus_and_a_little_more(bed: &Bed) -> Outcome {
    TARGETS.iter().try_for_each(|target| fuzz(bed, target, 2, 1))
}

/// Another seed each day, and printed when something is found.
fn for_long(bed: &Bed, target: &str) -> Outcome {
    for_seconds(bed, target, 600)
}

fn for_seconds(bed: &Bed, target: &str, seconds: u64) -> Outcome {
    let asked = std::env::var("DS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    fuzz(bed, target, asked.unwrap_or(seconds), since.as_secs() / 86_400)
}

fn lexer_for_long(bed: &Bed) -> Outcome {
    for_long(bed, "lexer")
}

fn expansion_for_long(bed: &Bed) -> Outcome {
    for_long(bed, "expansion")
}

fn ignore_files_for_long(bed: &Bed) -> Outcome {
    for_long(bed, "ignore")
}

fn stat_cache_for_long(bed: &Bed) -> Outcome {
    for_long(bed, "stat-cache")
}

fn manifests_for_long(bed: &Bed) -> Outcome {
    for_seconds(bed, "manifest", 1800)
}
