//! The tables of names: the steps, and the relatives that are a step's subcommand.

use clap::Command;

/// A step: its name, its executable, and its command line.
pub struct Step {
    pub name: &'static str,
    pub executable: &'static str,
    pub about: &'static str,
    pub command: fn() -> Command,
}

/// In the order of an image's life.
pub const STEPS: &[Step] = &[
    Step {
        name: "build",
        executable: "ds-build",
        about: "Builds the images of devspace.yaml, those whose inputs changed",
        command: ds_build::command,
    },
    Step {
        name: "tag",
        executable: "ds-tag",
        about: "Computes the tags that built images shall have",
        command: ds_tag::command,
    },
    Step {
        name: "push",
        executable: "ds-push",
        about: "Gives built images their tags and sends them to their registries",
        command: ds_push::command,
    },
    Step {
        name: "rewrite",
        executable: "ds-rewrite",
        about: "Puts the new image references into manifests, and changes no other byte",
        command: ds_rewrite::command,
    },
    Step {
        name: "secret",
        executable: "ds-secret",
        about: "Puts image pull secrets where pods need them",
        command: ds_secret::command,
    },
];

/// `ds <name>` that runs `<executable> <name>`.
pub struct Relative {
    pub name: &'static str,
    pub executable: &'static str,
}

pub const RELATIVES: &[Relative] = &[
    Relative { name: "why", executable: "ds-build" },
    Relative { name: "key", executable: "ds-build" },
    Relative { name: "affected", executable: "ds-build" },
    Relative { name: "lock", executable: "ds-build" },
    Relative { name: "cache", executable: "ds-build" },
    Relative { name: "copy", executable: "ds-push" },
    Relative { name: "gc", executable: "ds-push" },
];

pub fn step(name: &str) -> Option<&'static Step> {
    STEPS.iter().find(|step| step.name == name)
}

pub fn relative(name: &str) -> Option<&'static Relative> {
    RELATIVES.iter().find(|relative| relative.name == name)
}

impl Relative {
    /// The subcommand as its executable declares it; `None` where this version has none.
    pub fn command(&self) -> Option<Command> {
        let step = STEPS.iter().find(|step| step.executable == self.executable)?;
        (step.command)().find_subcommand(self.name).cloned()
    }
}

/// The names of ds's own commands.
pub fn own() -> Vec<String> {
    let command = crate::help::bare();
    command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_tell_of_themselves_as_ds_does() {
        for step in STEPS {
            let about = (step.command)().get_about().map(ToString::to_string);
            assert_eq!(about.as_deref(), Some(step.about), "{}", step.name);
        }
    }

    #[test]
    fn no_name_means_two_things() {
        let mut names: Vec<String> = own();
        names.extend(STEPS.iter().map(|step| step.name.to_owned()));
        names.extend(RELATIVES.iter().map(|relative| relative.name.to_owned()));
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
