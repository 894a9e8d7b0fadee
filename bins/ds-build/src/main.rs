//! `ds-build`: see `ds-build --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_build::args::{Args, Command};
use shared::state::Fresh;
use shared::step::build;
use shared::step::options::Options;
use shared::step::report;

fn main() -> ExitCode {
    let args = Args::parse();
    let options = Options::resolve(args.common.clone());
    let (request, output) = (args.request(), args.output);
    match args.command {
        None => report::main(options, Fresh::Allowed, output, |run| build::build(run, &request)),
        Some(Command::Key { image, list, verify }) => {
            report::main_of_look(options, |run| build::key(run, &request, &image, list, verify))
        }
        Some(Command::Why { image, not }) => {
            report::main_of_look(options, |run| build::why(run, &request, &image, not, output))
        }
    }
}
