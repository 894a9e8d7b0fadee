//! The inputs of a build as a rule for make.
//!
//! Folders stand among the prerequisites, since a file that is added or removed
//! changes its folder's time. Each prerequisite also gets an empty rule of its
//! own, so that make does not stop when it is gone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::util::fs::{PathError, write_if_changed};

/// Writes `target: inputs…` to `file`, unless it stands there already.
/// Paths with a newline cannot be written for make and are left out.
pub fn write(file: &Path, target: &Path, inputs: &BTreeSet<PathBuf>) -> Result<(), PathError> {
    write_if_changed(file, &rule(target, inputs), 0o644).map(drop)
}

fn rule(target: &Path, inputs: &BTreeSet<PathBuf>) -> Vec<u8> {
    let inputs: Vec<Vec<u8>> = inputs.iter().filter_map(|path| escape(path)).collect();
    let mut rule = escape(target).unwrap_or_default();
    rule.push(b':');
    for input in &inputs {
        rule.extend_from_slice(b" \\\n  ");
        rule.extend_from_slice(input);
    }
    rule.push(b'\n');
    for input in &inputs {
        // Only here would a `%` make it a pattern.
        rule.push(b'\n');
        for &byte in input {
            rule.extend_from_slice(if byte == b'%' { b"\\%" } else { std::slice::from_ref(&byte) });
        }
        rule.extend_from_slice(b":\n");
    }
    rule
}

/// GNU make's quoting in a rule: `$` is doubled; blanks, `#`, `:` and wildcards
/// get a backslash, and so do backslashes before one of these.
fn escape(path: &Path) -> Option<Vec<u8>> {
    use std::os::unix::ffi::OsStrExt;
    let mut out = Vec::new();
    let mut backslashes = 0;
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'\n' => return None,
            b'$' => out.push(b'$'),
            b' ' | b'\t' | b'#' | b':' | b'*' | b'?' | b'[' => {
                out.extend(std::iter::repeat_n(b'\\', backslashes + 1));
            }
            _ => {}
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
        out.push(byte);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_make_reads_them() {
        for (path, wanted) in [
            ("plain/a.txt", r"plain/a.txt"),
            ("with space", r"with\ space"),
            ("a$b#c", r"a$$b\#c"),
            (r"back\slash", r"back\slash"),
            (r"end\ x", r"end\\\ x"),
        ] {
            assert_eq!(escape(Path::new(path)).unwrap(), wanted.as_bytes(), "{path}");
        }
        assert_eq!(escape(Path::new("a\nb")), None);
    }

    /// GNU make itself reads the rule: nothing to do, then a changed input is seen.
    #[test]
    fn make_reads_what_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["a b", "c#d", "e$f", "g", r"h\i", "j:k", "l%m", "n*o", r"p\ q"];
        let inputs: BTreeSet<PathBuf> = names.iter().map(PathBuf::from).collect();
        for name in names {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        write(&dir.path().join("d"), Path::new("stamp"), &inputs).unwrap();
        std::fs::write(
            dir.path().join("Makefile"),
            "stamp:\n\t@echo made; touch stamp\n-include d\n",
        )
        .unwrap();
        let make = || {
            let output = std::process::Command::new("make").current_dir(&dir).output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{errors}");
            String::from_utf8(output.stdout).unwrap().contains("made")
        };
        assert!(make());
        assert!(!make());
        for name in names {
            let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
            let file = std::fs::File::options().append(true).open(dir.path().join(name)).unwrap();
            file.set_modified(later).unwrap();
            assert!(make(), "{name} not seen");
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
            assert!(!make(), "{name}");
        }
        std::fs::remove_file(dir.path().join("g")).unwrap();
        assert!(make(), "a removed input is a reason, and no error");
    }
}
