//! `ds --list`: every command, where it comes from, and what it does.

use std::fmt::Write;

use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use crate::find::Places;
use crate::output::print;
use crate::table::{self, RELATIVES, STEPS};

struct Row {
    name: String,
    source: String,
    about: String,
}

pub fn run() -> Result<Exit, Failure> {
    print(&show(&rows(&Places::here())))
}

fn rows(places: &Places) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for step in STEPS {
        let source = match places.find(step.executable) {
            Some(file) => file.display().to_string(),
            None => format!("{} is missing", step.executable),
        };
        rows.push(Row { name: step.name.into(), source, about: step.about.into() });
    }
    for relative in RELATIVES {
        let Some(command) = relative.command() else { continue };
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let source = format!("{} {}", relative.executable, relative.name);
        rows.push(Row { name: relative.name.into(), source, about });
    }
    for command in crate::help::bare().get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        rows.push(Row { name: command.get_name().into(), source: "ds".into(), about });
    }
    let own = table::own();
    for (name, file) in places.all() {
        if table::step(&name).is_some() {
            continue;
        }
        let taken = own.contains(&name) || table::relative(&name).is_some();
        let about = if taken { "never runs: ds has a command of this name" } else { "a plugin" };
        rows.push(Row { name, source: file.display().to_string(), about: about.into() });
    }
    rows
}

fn show(rows: &[Row]) -> String {
    let width = |text: fn(&Row) -> &str| {
        rows.iter().map(|row| text(row).chars().count()).max().unwrap_or_default()
    };
    let (name, source) = (width(|row| &row.name), width(|row| &row.source));
    let mut text = String::new();
    for row in rows {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{:<name$}  {:<source$}  {}", row.name, row.source, row.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn plugins_are_listed_and_never_shadow_our_own() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ds-init", "ds-why", "ds-mine", "ds-build"] {
            let file = folder.path().join(name);
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let text = show(&rows(&Places::new(Some(folder.path()), None)));
        let line = |start: &str, end: &str| {
            text.lines().any(|line| line.starts_with(start) && line.trim_end().ends_with(end))
        };
        assert!(line("mine ", "a plugin"), "{text}");
        assert!(line("init ", "never runs: ds has a command of this name"), "{text}");
        assert!(line("why ", "never runs: ds has a command of this name"), "{text}");
        assert!(line("build ", "those whose inputs changed"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("build ")).count(), 1, "{text}");
        assert!(text.contains("ds-push is missing"), "{text}");
    }
}
