//! What users do, told as stories: one binary, so that linking is paid once.

// Here a failed `unwrap` is a failed test, with its place.
#![allow(clippy::unwrap_used)]

use std::process::ExitCode;

mod affected;
mod arrows;
mod bad_input;
mod base;
mod cases;
mod context;
mod copy;
mod copy_faults;
mod crash;
mod deploy;
mod dispatch;
mod embedded;
mod endpoints;
mod fuzz;
mod generated;
mod house;
mod init;
mod like_buildkit;
mod like_docker;
mod lock;
mod make;
mod mutations;
mod node;
mod options;
mod parts;
mod pipeline;
mod projects;
mod pull_secrets;
mod pull_secrets_refused;
mod push;
mod reuse;
mod rewrite;
mod rewrite_bad;
mod rewrite_corpus;
mod rewrite_from;
mod rewrite_output;
mod rewrite_places;
mod rows;
mod scale;
mod secrets;
mod strategies;
mod tokens;
mod unchanged;
mod variants;
mod why;

fn main() -> ExitCode {
    let stories = [
        arrows::stories(),
        house::stories(),
        parts::stories(),
        node::stories(),
        dispatch::stories(),
        generated::stories(),
        init::stories(),
        pipeline::stories(),
        unchanged::stories(),
        affected::stories(),
        lock::stories(),
        make::stories(),
        variants::stories(),
        bad_input::stories(),
        base::stories(),
        options::stories(),
        context::stories(),
        scale::stories(),
        like_docker::stories(),
        like_buildkit::stories(),
        embedded::stories(),
        endpoints::stories(),
        push::stories(),
        copy::stories(),
        copy_faults::stories(),
        tokens::stories(),
        reuse::stories(),
        rows::stories(),
        strategies::stories(),
        why::stories(),
        secrets::stories(),
        pull_secrets::stories(),
        pull_secrets_refused::stories(),
        rewrite::stories(),
        rewrite_output::stories(),
        rewrite_places::stories(),
        rewrite_from::stories(),
        rewrite_bad::stories(),
        rewrite_corpus::stories(),
        mutations::stories(),
        fuzz::stories(),
        projects::stories(),
        crash::stories(),
        deploy::stories(),
    ];
    suite::main(stories.into_iter().flatten().collect())
}
