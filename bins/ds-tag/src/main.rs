//! `ds-tag`: see `ds-tag --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_tag::args::Args;
use shared::state::Fresh;
use shared::step::options::Options;
use shared::step::{report, tag};

fn main() -> ExitCode {
    let Args { common, tags, output } = Args::parse();
    report::main(Options::resolve(common), Fresh::Refused, output, |run| tag::tag(run, &tags))
}
