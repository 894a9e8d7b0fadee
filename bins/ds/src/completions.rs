//! Completions for ds and every step, made from the same command lines that parse.

use std::path::{Path, PathBuf};

use clap::Command;
use clap_complete::{generate, shells};
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::fs::{PathContext, write_if_changed};

use crate::args::{Completions, Shell};
use crate::failures;
use crate::help;
use crate::man;
use crate::output::{print, print_bytes};
use crate::table::STEPS;

pub fn run(args: &Completions) -> Result<Exit, Failure> {
    match (args.shell, &args.write) {
        (Some(shell), _) => print_bytes(script(shell).as_bytes()),
        (None, Some(folder)) => write(folder),
        // clap's group asks for one of the two.
        (None, None) => Ok(Exit::Usage),
    }
}

/// Writes every generated file, and names those that changed.
fn write(folder: &Path) -> Result<Exit, Failure> {
    let mut told = String::new();
    for (name, bytes) in files() {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).at("make", parent).map_err(|e| failures::of_path(&e))?;
        if write_if_changed(&path, &bytes, 0o644).map_err(|error| failures::of_path(&error))? {
            told.push_str(&format!("wrote {}\n", path.display()));
        }
    }
    print(&told)
}

/// Everything that is generated: path in the folder, and content.
pub fn files() -> Vec<(PathBuf, Vec<u8>)> {
    let scripts = [("ds.bash", Shell::Bash), ("ds.zsh", Shell::Zsh), ("ds.fish", Shell::Fish)];
    let mut files: Vec<(PathBuf, Vec<u8>)> = scripts
        .into_iter()
        .map(|(name, shell)| (name.into(), script(shell).into_bytes()))
        .collect();
    let pages = man::pages().into_iter();
    files.extend(pages.map(|(name, page)| (Path::new("man").join(name), page)));
    files
}

/// One script that completes `ds` and every `ds-<step>`.
pub fn script(shell: Shell) -> String {
    let mut commands = vec![("ds", help::whole())];
    commands.extend(STEPS.iter().map(|step| (step.executable, (step.command)())));
    let parts: Vec<(&str, String)> =
        commands.into_iter().map(|(name, command)| (name, one(shell, name, command))).collect();
    match shell {
        Shell::Bash | Shell::Fish => parts.into_iter().map(|(_, text)| text + "\n").collect(),
        Shell::Zsh => zsh(&parts),
    }
}

fn one(shell: Shell, name: &str, mut command: Command) -> String {
    let mut bytes = Vec::new();
    match shell {
        Shell::Bash => generate(shells::Bash, &mut command, name, &mut bytes),
        Shell::Zsh => generate(shells::Zsh, &mut command, name, &mut bytes),
        Shell::Fish => generate(shells::Fish, &mut command, name, &mut bytes),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// zsh loads one file for all names that its first line lists, as the function
/// `_ds`: its end binds each name to its own function and runs the one asked for.
fn zsh(parts: &[(&str, String)]) -> String {
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let mut text = format!("#compdef {}\n", names.join(" "));
    for (_, part) in parts {
        let body = part.split_once('\n').map_or("", |(_, rest)| rest);
        let end = body.find("\nif [ \"$funcstack[1]\"").map_or(body.len(), |end| end + 1);
        text.push_str(&body[..end]);
    }
    text.push_str("\nlocal loaded_as=$funcstack[1]\n");
    for name in names {
        text.push_str(&format!("compdef _{name} {name}\n"));
    }
    text.push_str("if [ \"$loaded_as\" = \"_ds\" ]; then\n    \"_${service:-ds}\" \"$@\"\nfi\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_files_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../completions");
        let hint = "run `ds completions --write completions` and commit what it wrote";
        let mut known = Vec::new();
        for (name, bytes) in files() {
            let committed = std::fs::read(folder.join(&name)).unwrap_or_default();
            assert!(committed == bytes, "{} is not current: {hint}", name.display());
            known.push(name);
        }
        for entry in std::fs::read_dir(folder.join("man")).unwrap() {
            let name = Path::new("man").join(entry.unwrap().file_name());
            assert!(known.contains(&name), "{} is no page any more", name.display());
        }
    }

    #[test]
    fn every_script_knows_every_executable() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let text = script(shell);
            for name in ["ds", "ds-build", "ds-tag", "ds-push", "ds-rewrite", "ds-secret"] {
                let marks = [format!(" {name}\n"), format!("-c {name} ")];
                assert!(marks.iter().any(|mark| text.contains(mark.as_str())), "{shell:?} {name}");
            }
        }
    }
}
