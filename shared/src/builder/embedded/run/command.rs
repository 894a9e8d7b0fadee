//! What a RUN runs: shell form, exec form and heredocs.
//!
//! As BuildKit's `dispatchRun`: a heredoc that is all of the RUN is run by the shell, or
//! by itself if it begins with `#!`; others are left to the shell to read.

use super::spec::Script;

use crate::dockerfile::instruction::Command;
use crate::dockerfile::{Heredoc, of_word};

/// Where scripts are seen.
pub(super) const SCRIPTS: &str = "/dev/pipes";

/// Program and arguments; `shell` is the stage's SHELL.
pub fn command(
    command: &Command,
    heredocs: &[Heredoc],
    shell: &[String],
) -> (Vec<String>, Option<Script>) {
    let line = match command {
        Command::Exec(argv) => return (argv.clone(), None),
        Command::Shell(line) => line,
    };
    let (text, script) = match heredocs {
        [] => (line.clone(), None),
        [only] if matches!(of_word(line.trim()), Ok(Some(_))) => {
            let content = only.chomped();
            if content.starts_with("#!") {
                let path = format!("{SCRIPTS}/{}", only.name);
                (path, Some(Script { name: only.name.clone(), content }))
            } else {
                (content, None)
            }
        }
        several => {
            let mut text = line.clone();
            for one in several {
                text.push('\n');
                text.push_str(&one.content);
                text.push_str(&one.name);
            }
            (text, None)
        }
    };
    (shell.iter().cloned().chain([text]).collect(), script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::{Body, parse};

    /// What the RUN of a Dockerfile comes to.
    fn of(text: &str) -> (Vec<String>, Option<Script>) {
        let file = parse(format!("FROM scratch\n{text}").as_bytes(), "Dockerfile").unwrap();
        let run = &file.instructions[1];
        let Body::Run(body) = &run.body else { panic!("{text}") };
        command(body, &run.heredocs, &["/bin/sh".into(), "-c".into()])
    }

    #[test]
    fn forms() {
        let shell = |line: &str| (vec!["/bin/sh".into(), "-c".into(), line.to_owned()], None);
        assert_eq!(of("RUN echo  a && b\n"), shell("echo  a && b"));
        assert_eq!(of(r#"RUN ["a", "b c"]"#), (vec!["a".into(), "b c".into()], None));
        assert_eq!(of("RUN <<E\nset -e\nfalse\nE\n"), shell("set -e\nfalse\n"));
        assert_eq!(of("RUN <<-E\n\techo a\n\tE\n"), shell("echo a\n"));
        assert_eq!(of("RUN cat <<E > /x\na\nE\n"), shell("cat <<E > /x\na\nE"));
        assert_eq!(of("RUN cat <<A <<B\n1\nA\n2\nB\n"), shell("cat <<A <<B\n1\nA\n2\nB"));
        let (argv, script) = of("RUN <<E\n#!/usr/bin/env python3\nprint(1)\nE\n");
        assert_eq!(argv, ["/bin/sh", "-c", "/dev/pipes/E"]);
        let content = "#!/usr/bin/env python3\nprint(1)\n".into();
        assert_eq!(script, Some(Script { name: "E".into(), content }));
    }
}
