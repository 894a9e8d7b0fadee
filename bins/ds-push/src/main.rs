//! `ds-push`: see `ds-push --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_push::args::Args;
use shared::state::Fresh;
use shared::step::options::Options;
use shared::step::push::{self, Request};
use shared::step::report;

fn main() -> ExitCode {
    let Args { common, skip_push, force, reuse, output } = Args::parse();
    let request = Request { skip: skip_push, force, reuse };
    report::main(Options::resolve(common), Fresh::Refused, output, |run| push::push(run, request))
}
