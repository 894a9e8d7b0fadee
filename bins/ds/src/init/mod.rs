//! `ds init`: a devspace.yaml from flags, or from answers on a terminal.
//!
//! Deletes nothing: an existing config is kept, or backed up first when asked to
//! write a new one. Asks for no credentials.

mod answers;
mod ask;
mod gitignore;
mod text;
mod user;

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::env;
use shared::util::fs::{PathContext, PathError, write_atomically};

use crate::args::Init;
use crate::failures;
use crate::output::print;
use crate::project;

use answers::Surroundings;
use ask::Terminal;

/// The config that is written.
const CONFIG: &str = "devspace.yaml";
/// Where the first versions of devspace had theirs.
const OLD_CONFIG: &str = ".devspace/config.yaml";

pub fn run(args: &Init) -> Result<Exit, Failure> {
    let root = project::working_folder()?;
    if let Some(existing) = existing(&root)
        && (!args.reconfigure || existing != CONFIG)
    {
        return keep(args, existing);
    }
    let surroundings =
        Surroundings { users: user::known(&user::config_file()), root: root.clone() };
    let person = !args.yes
        && !env::is_on(env::CI)
        && std::io::stdin().is_terminal()
        && std::io::stderr().is_terminal();
    let mut terminal = person.then_some(Terminal);
    let asker = terminal.as_mut().map(|terminal| terminal as &mut dyn ask::Ask);
    let answers = answers::collect(args, &surroundings, asker)?;
    let told = write(&root, &text::config(&answers))?;
    let advice = answers.advice(&surroundings);
    print(&format!("{told}{advice}next: ds build\n"))
}

/// The config that is there already, if any.
fn existing(root: &Path) -> Option<&'static str> {
    let mut names = project::CONFIGS.iter().copied().chain([OLD_CONFIG]);
    names.find(|name| fs::symlink_metadata(root.join(name)).is_ok())
}

fn keep(args: &Init, existing: &str) -> Result<Exit, Failure> {
    if args.reconfigure {
        let text = format!("`{existing}` would count instead of the {CONFIG} to be written");
        return Err(Failure::new(Exit::Config, text).hint("move it away first"));
    }
    print(&format!(
        "{existing} is there already and was kept\n\
         to write a new one beside a backup: ds init --reconfigure\n"
    ))
}

/// Writes config and .gitignore; returns lines that name what was written.
fn write(root: &Path, config: &str) -> Result<String, Failure> {
    let fail = |error: PathError| failures::of_path(&error);
    let mut told = String::new();
    // A link stays a link: its target is written.
    let path = root.join(CONFIG);
    let path = fs::canonicalize(&path).unwrap_or(path);
    let is_there = fs::symlink_metadata(&path).is_ok();
    let old = match fs::read(&path) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == ErrorKind::NotFound && !is_there => None,
        Err(source) => {
            let path = PathBuf::from(CONFIG);
            return Err(fail(PathError { action: "back up", path, source }));
        }
    };
    match &old {
        Some(old) if old == config.as_bytes() => told.push_str("devspace.yaml is as it was\n"),
        old => {
            if let Some(old) = old {
                told.push_str(&format!("kept the old {CONFIG} as {}\n", back_up(root, old)?));
            }
            write_atomically(&path, config.as_bytes(), 0o644).map_err(fail)?;
            told.push_str(&format!("wrote {CONFIG}\n"));
        }
    }
    if gitignore::add(root).map_err(fail)? {
        told.push_str("added .devspace/ to .gitignore\n");
    }
    Ok(told)
}

/// Writes the old config to the first free name of `devspace.yaml.bak`, `.bak.1`, …
fn back_up(root: &Path, old: &[u8]) -> Result<String, Failure> {
    for number in 0..1_000 {
        let name = match number {
            0 => format!("{CONFIG}.bak"),
            number => format!("{CONFIG}.bak.{number}"),
        };
        let path = root.join(&name);
        let written = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => Err(error),
            Ok(mut file) => file.write_all(old).and_then(|()| file.sync_all()),
        };
        written.at("write", &path).map_err(|error| failures::of_path(&error))?;
        return Ok(name);
    }
    Err(Failure::new(Exit::Failed, format!("{CONFIG} has a thousand backups already"))
        .hint("move some of them away"))
}

#[cfg(test)]
mod tests;
