//! `ds-tag`: see `ds-tag --help`.

use clap::Parser;
use ds_tag::args::Args;

fn main() {
    let _args = Args::parse();
}
