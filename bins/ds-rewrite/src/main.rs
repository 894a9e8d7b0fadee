//! `ds-rewrite`: see `ds-rewrite --help`.

use clap::Parser;
use ds_rewrite::args::Args;

fn main() {
    let _args = Args::parse();
}
