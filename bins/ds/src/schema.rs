//! `ds schema`: the JSON Schemas of the files that people and scripts read and write.

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use crate::args::SchemaOf;
use crate::output::print;

pub fn run(of: SchemaOf) -> Result<Exit, Failure> {
    let schema = match of {
        SchemaOf::Config => shared::config::schema(),
        SchemaOf::State => shared::state::schema(),
        SchemaOf::Lock => shared::step::build::lock::schema(),
    };
    print(&format!("{schema:#}\n"))
}
