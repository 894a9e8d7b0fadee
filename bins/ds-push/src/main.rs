//! `ds-push`: see `ds-push --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_push::args::{Args, Command};
use shared::state::Fresh;
use shared::step::options::Options;
use shared::step::push::{self, Request};
use shared::step::{copy, gc, report};

fn main() -> ExitCode {
    let Args { common, skip_push, force, reuse, output, command } = Args::parse();
    let options = Options::resolve(common);
    match command {
        None => {
            let request = Request { skip: skip_push, force, reuse };
            report::main(options, Fresh::Refused, output, |run| push::push(run, request))
        }
        Some(Command::Copy(args)) => {
            let request = args.request();
            report::main_of_text(&options, || copy::copy(&options, &request))
        }
        Some(Command::Gc(args)) => report::main_of_look(options, |run| gc::gc(run, args.request())),
    }
}
