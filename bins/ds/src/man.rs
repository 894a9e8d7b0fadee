//! Man pages of ds, its commands, and every step.

use std::path::Path;

use clap::Command;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs::{PathContext, write_if_changed};

use crate::failures;
use crate::help;
use crate::output::{print, print_bytes};
use crate::table::STEPS;

/// Prints ds's own page, or writes all of them into a folder.
pub fn run(folder: Option<&Path>) -> Result<Exit, Failure> {
    let Some(folder) = folder else {
        return print_bytes(&page("ds", help::command()));
    };
    std::fs::create_dir_all(folder).at("make", folder).map_err(|e| failures::of_path(&e))?;
    let mut told = String::new();
    for (name, bytes) in pages() {
        let path = folder.join(name);
        if write_if_changed(&path, &bytes, 0o644).map_err(|error| failures::of_path(&error))? {
            told.push_str(&format!("wrote {}\n", path.display()));
        }
    }
    print(&told)
}

/// All pages by their file names.
pub fn pages() -> Vec<(String, Vec<u8>)> {
    let mut pages = Vec::new();
    collect("ds", help::command(), &mut pages);
    for step in STEPS {
        collect(step.executable, (step.command)(), &mut pages);
    }
    pages
}

/// The page of a command and those of its subcommands; two levels are all there are.
fn collect(name: &str, command: Command, pages: &mut Vec<(String, Vec<u8>)>) {
    for inner in command.get_subcommands() {
        let inner_name = format!("{name}-{}", inner.get_name());
        for leaf in inner.get_subcommands() {
            let leaf_name = format!("{inner_name}-{}", leaf.get_name());
            pages.push((format!("{leaf_name}.1"), page(&leaf_name, leaf.clone())));
        }
        pages.push((format!("{inner_name}.1"), page(&inner_name, inner.clone())));
    }
    pages.push((format!("{name}.1"), page(name, command)));
}

fn page(name: &str, command: Command) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let command = command.display_name(name).bin_name(name).version(version);
    let mut bytes = Vec::new();
    // Writing into memory cannot fail.
    let _ = clap_mangen::Man::new(command).manual("ds").render(&mut bytes);
    bytes
}
