//! `ds-build`: see `ds-build --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_build::args::{Args, Command};
use shared::state::Fresh;
use shared::step::build;
use shared::step::options::Options;
use shared::step::report;

fn main() -> ExitCode {
    // A RUN of the embedded builder is carried out by this program, started a second time.
    if let Some(code) = shared::builder::embedded::run::internal() {
        return code;
    }
    let args = Args::parse();
    let options = Options::resolve(args.common.clone());
    let request = args.request();
    match args.command {
        None => {
            report::main(options, Fresh::Allowed, args.output, |run| build::build(run, &request))
        }
        Some(Command::Key { image, list, verify }) => report::main_of_look(options, |run| {
            build::key(run, &request, image.as_deref(), list, verify)
        }),
        Some(Command::Why { image, not, output }) => report::main_of_look(options, |run| {
            build::why(run, &request, image.as_deref(), not, output)
        }),
        Some(Command::Affected(args)) => {
            report::main_of_look(options, |run| build::affected(run, &request, &args.asked()))
        }
        Some(Command::Lock(args)) => report::main_of_look(options, |run| {
            build::lock::lock(run, &request, args.update.as_deref(), args.output)
        }),
    }
}
