//! `ds-secret`: see `ds-secret --help`.

use clap::Parser;
use ds_secret::args::Args;

fn main() {
    let _args = Args::parse();
}
