//! The line `.devspace/` in the project's .gitignore.

use std::io::ErrorKind;
use std::path::Path;

use shared::util::fs::{PathContext, PathError, write_atomically};

/// Lines that leave the folder out already.
const SAME: &[&str] = &[".devspace/", ".devspace", "/.devspace/", "/.devspace"];

/// Adds the line unless it is there; returns whether something was written.
pub fn add(root: &Path) -> Result<bool, PathError> {
    let path = root.join(".gitignore");
    // A link stays a link: its target is changed.
    let path = std::fs::canonicalize(&path).unwrap_or(path);
    let old = match std::fs::read(&path) {
        Ok(old) => old,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).at("read", &path),
    };
    match with_line(&old) {
        Some(new) => write_atomically(&path, &new, 0o644).map(|()| true),
        None => Ok(false),
    }
}

/// The content with the line, in the file's own line ends; `None` where it has it.
fn with_line(old: &[u8]) -> Option<Vec<u8>> {
    let has = |line: &[u8]| SAME.iter().any(|same| line.trim_ascii_end() == same.as_bytes());
    if old.split(|&byte| byte == b'\n').any(has) {
        return None;
    }
    let end: &[u8] = if old.windows(2).any(|two| two == b"\r\n") { b"\r\n" } else { b"\n" };
    let mut new = old.to_vec();
    if !new.is_empty() && !new.ends_with(b"\n") {
        new.extend_from_slice(end);
    }
    new.extend_from_slice(b".devspace/");
    new.extend_from_slice(end);
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::with_line;

    #[test]
    fn the_line_is_added_once_and_nothing_else_changes() {
        let cases: &[(&str, Option<&str>)] = &[
            ("", Some(".devspace/\n")),
            ("/target\n", Some("/target\n.devspace/\n")),
            ("/target", Some("/target\n.devspace/\n")),
            ("a\r\nb", Some("a\r\nb\r\n.devspace/\r\n")),
            ("x\n.devspace/\ny\n", None),
            ("/.devspace\r\n", None),
            (".devspace", None),
            ("#.devspace/\n", Some("#.devspace/\n.devspace/\n")),
        ];
        for (old, wanted) in cases {
            let new = with_line(old.as_bytes()).map(|new| String::from_utf8(new).unwrap());
            assert_eq!(new.as_deref(), *wanted, "{old:?}");
        }
    }
}
