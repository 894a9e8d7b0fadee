//! `ds-secret`: see `ds-secret --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_secret::args::{Args, Manifests};
use shared::state::Fresh;
use shared::step::options::{Options, Output};
use shared::step::{report, secret};

fn main() -> ExitCode {
    let args = Args::parse();
    let (common, output) = (args.common.clone(), args.output);
    let password = match secret::password_of_stdin(args.password_stdin, &args.manifests) {
        Ok(password) => password,
        Err(failure) => return report::end(Err(failure), &common, None),
    };
    let request = args.request(password);
    let options = Options::resolve(common);
    match output {
        None => {
            report::main(options, Fresh::Refused, Output::Text, |run| secret::put(run, &request))
        }
        Some(Manifests::Yaml) => {
            report::main_of_manifests(options, |run| secret::yaml(&secret::secrets(run, &request)?))
        }
        Some(Manifests::Json) => {
            report::main_of_manifests(options, |run| secret::json(&secret::secrets(run, &request)?))
        }
    }
}
