//! `ds-secret`: see `ds-secret --help`.

use std::process::ExitCode;

use clap::Parser;
use ds_secret::args::{Args, Manifests};
use shared::step::options::Options;
use shared::step::report;
use shared::step::secret::{self, Request};

fn main() -> ExitCode {
    let Args { common, output, namespace, kube_context } = Args::parse();
    let request = Request { namespace, kube_context };
    report::main_of_manifests(Options::resolve(common), |run| {
        let secrets = secret::secrets(run, &request)?;
        match output {
            Manifests::Yaml => secret::yaml(&secrets),
            Manifests::Json => secret::json(&secrets),
        }
    })
}
