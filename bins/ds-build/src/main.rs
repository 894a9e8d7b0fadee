//! `ds-build`: see `ds-build --help`.

use clap::Parser;
use ds_build::args::Args;

fn main() {
    let _args = Args::parse();
}
