//! `ds-rewrite`: see `ds-rewrite --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_rewrite::args::Args;
use shared::step::options::Options;
use shared::step::rewrite;

fn main() -> ExitCode {
    let args = Args::parse();
    let request = args.request();
    rewrite::main(Options::resolve(args.common), &request)
}
