//! The help of `ds`, with the steps and relatives that clap does not know of.

use clap::{Command, CommandFactory};
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use crate::args::Ds;
use crate::dispatch;
use crate::find::{Places, is_name};
use crate::output::print;
use crate::table::{self, RELATIVES, STEPS};

const TEMPLATE: &str = "\
{about}

{usage-heading} ds <COMMAND> [ARGUMENTS]...

{before-help}Commands:
{subcommands}

Options:
{options}{after-help}";

/// ds's own commands alone.
pub fn bare() -> Command {
    Ds::command()
}

/// The command line as it is parsed: whatever it does not know runs a `ds-<name>`.
pub fn command() -> Command {
    bare().help_template(TEMPLATE).before_help(steps()).after_help(after())
}

/// The command line as it is completed: steps and relatives are mounted as subcommands.
pub fn whole() -> Command {
    let mut whole = command();
    for step in STEPS {
        whole = whole
            .subcommand((step.command)().name(step.name).bin_name(format!("ds {}", step.name)));
    }
    for relative in RELATIVES {
        whole = whole.subcommands(relative.command());
    }
    whole
}

/// `ds help [NAME…]`
pub fn run(name: &[String]) -> Result<Exit, Failure> {
    let Some((first, rest)) = name.split_first() else {
        return print(&command().render_help().ansi().to_string());
    };
    if table::own().contains(first) {
        return own(name);
    }
    let places = Places::here();
    let (executable, relative) = dispatch::target(first);
    if !is_name(first) {
        return Err(dispatch::unknown(first, &places));
    }
    let Some(program) = places.find(&executable) else {
        // A step's help is known even where its executable is not there.
        let step = STEPS.iter().find(|step| step.executable == executable);
        return match step.map(|step| (step.command)()) {
            Some(mut command) => print(&command.render_long_help().ansi().to_string()),
            None => Err(dispatch::unknown(first, &places)),
        };
    };
    let mut words: Vec<_> = rest.iter().map(Into::into).collect();
    words.push("--help".into());
    Err(dispatch::replace(&program, relative, &words))
}

/// The help of a command of our own, or of its subcommand.
fn own(name: &[String]) -> Result<Exit, Failure> {
    let mut command = command();
    command.build();
    for word in name {
        match command.find_subcommand(word) {
            Some(found) => command = found.clone(),
            None => {
                let text = format!("`ds {}` has no command `{word}`", command.get_name());
                return Err(Failure::new(Exit::Usage, text));
            }
        }
    }
    print(&command.render_long_help().ansi().to_string())
}

fn steps() -> String {
    let mut text = String::from("Steps, in the order of an image's life:\n");
    for step in STEPS {
        text.push_str(&format!("  {:<12} {}\n", step.name, step.about));
    }
    text
}

fn after() -> String {
    let names: Vec<&str> = RELATIVES
        .iter()
        .filter(|relative| relative.command().is_some())
        .map(|relative| relative.name)
        .collect();
    let mut text = String::new();
    if !names.is_empty() {
        text.push_str(&format!(
            "Also: {} (parts of a step; see `ds help NAME`)\n",
            names.join(", ")
        ));
    }
    text.push_str("Any executable `ds-NAME` on PATH is `ds NAME`.\n\nExit codes:\n");
    for (code, meaning) in Exit::TABLE {
        text.push_str(&format!("  {:>3}  {meaning}\n", *code as u8));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_lines_are_sound() {
        command().debug_assert();
        whole().debug_assert();
    }

    #[test]
    fn the_help_names_every_step_and_command() {
        let text = command().render_help().to_string();
        let names = table::own().into_iter().chain(STEPS.iter().map(|step| step.name.to_owned()));
        for name in names {
            assert!(text.contains(&format!("\n  {name} ")), "{name} is not in\n{text}");
        }
    }
}
