//! The command line of `ds-push`, apart from its main so that `ds` can complete it.

pub mod args;

/// The clap command, for completions and man pages.
pub fn command() -> clap::Command {
    <args::Args as clap::CommandFactory>::command()
}
