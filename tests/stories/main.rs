//! What users do, told as stories: one binary, so that linking is paid once.

use std::process::ExitCode;

mod arrows;
mod house;
mod parts;

fn main() -> ExitCode {
    let stories = [arrows::stories(), house::stories(), parts::stories()];
    suite::main(stories.into_iter().flatten().collect())
}
