//! `ds-push`: see `ds-push --help`.

use clap::Parser;
use ds_push::args::Args;

fn main() {
    let _args = Args::parse();
}
