//! `ds-build`: see `ds-build --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_build::args::{Args, Cache, Command};
use shared::registry::blobs::prune::Limits;
use shared::state::Fresh;
use shared::step::options::Options;
use shared::step::report;
use shared::step::{build, cache, deliver};

fn main() -> ExitCode {
    // A RUN of the embedded builder is carried out by this program, started a second time.
    if let Some(code) = shared::builder::embedded::run::internal() {
        return code;
    }
    let args = Args::parse();
    let options = Options::resolve(args.common.clone());
    let request = args.request();
    let delivery = args.delivery();
    match args.command {
        None => report::main(options, Fresh::Allowed, args.output, |run| {
            let report = build::build(run, &request)?;
            if report.failures.is_empty() {
                deliver::deliver(run, &delivery)?;
            }
            Ok(report)
        }),
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
        Some(Command::Cache(Cache::Info { output })) => {
            report::main_of_text(&options, || cache::info(output))
        }
        Some(Command::Cache(Cache::Prune { max_size, older_than })) => {
            let limits = Limits { size: max_size, age: older_than };
            let dry = options.common.dry_run;
            report::main_of_text(&options, || cache::prune(limits, dry))
        }
    }
}
