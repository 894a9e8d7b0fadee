//! A rule for GNU make, whatever the names in it.
//!
//! Each prerequisite also gets an empty rule of its own, so that make does not stop when
//! it is gone. What make has no way to write (a newline, a tab, `;`, a `\` at the end, a
//! file's name like `a(b)`, which means an archive) makes the target due always: then
//! ds-build looks itself. All quoting here was tried on make 4.3.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A target that is never there.
const ALWAYS: &[u8] = b".ds-always";
const EQUALS: &[u8] = b"$(subst ,,=)";
const AND: &[u8] = b"$(subst ,,&)";

/// What a target is made of.
#[derive(Debug, Default)]
pub struct Rule {
    pub target: PathBuf,
    /// Files, in front of the others: the first prerequisite must be no word of make's.
    pub first: Vec<PathBuf>,
    pub files: BTreeSet<PathBuf>,
    /// Folders whose names matter: one that comes or goes changes the folder's time.
    pub folders: BTreeSet<PathBuf>,
    /// What is not there, and would be a reason; see [`is_plain`].
    pub absent: BTreeSet<PathBuf>,
    /// The target is always due.
    pub always: bool,
}

/// Whether make's `$(wildcard …)` can ask for this path.
pub fn is_plain(path: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(byte);
    path.as_os_str().as_bytes().iter().all(plain)
}

impl Rule {
    /// Whether make cannot be told of this one.
    pub fn is_unspeakable(path: &Path) -> bool {
        word(path, false, false).is_none()
    }

    /// The rule's text; `None` if make has no way to write the target.
    pub fn print(&self) -> Option<Vec<u8>> {
        let target = word(&self.target, false, true)?;
        let files = self.first.iter().chain(&self.files).map(|path| (path, false));
        let inputs = files.chain(self.folders.iter().map(|path| (path, true)));
        let mut always = self.always;
        let (mut rule, mut own) = (target.clone(), Vec::new());
        rule.push(b':');
        let mut seen = BTreeSet::new();
        for (path, folder) in inputs {
            if !seen.insert(path) {
                continue;
            }
            match (word(path, folder, false), word(path, folder, true)) {
                (Some(input), Some(name)) => {
                    rule.extend_from_slice(b" \\\n  ");
                    rule.extend_from_slice(&input);
                    own.push(b'\n');
                    own.extend_from_slice(&name);
                    own.extend_from_slice(b":\n");
                }
                _ => always = true,
            }
        }
        rule.push(b'\n');
        for path in &self.absent {
            let path = path.as_os_str().as_bytes();
            rule.extend([&target[..], b": $(if $(wildcard ", path, b"),", ALWAYS, b")\n"].concat());
        }
        if always {
            rule.extend([&target[..], b": ", ALWAYS, b"\n"].concat());
        }
        if always || !self.absent.is_empty() {
            rule.extend([b".PHONY: ", ALWAYS, b"\n"].concat());
        }
        rule.extend_from_slice(&own);
        Some(rule)
    }
}

/// A name as make reads it: `target` where a rule begins with it. A backslash before a
/// character that is quoted is doubled, any other stands for itself.
fn word(path: &Path, folder: bool, target: bool) -> Option<Vec<u8>> {
    let bytes = path.as_os_str().as_bytes();
    let mut out = Vec::new();
    let mut backslashes = 0;
    for &byte in bytes {
        let quoted = match byte {
            0..0x20 | 0x7f | b';' => return None,
            b' ' | b'#' | b':' | b'*' | b'?' | b'[' => true,
            b'%' => target,
            b'|' if backslashes > 0 => return None,
            b'|' => !target,
            _ => false,
        };
        if quoted {
            out.extend(std::iter::repeat_n(b'\\', backslashes + 1));
        }
        match byte {
            b'$' => out.extend_from_slice(b"$$"),
            b'=' => out.extend_from_slice(EQUALS),
            b'&' if target => out.extend_from_slice(AND),
            byte => out.push(byte),
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
    }
    let archive = bytes.ends_with(b")") && bytes.contains(&b'(');
    match (archive || backslashes > 0, folder) {
        (true, false) => return None,
        // Behind the slash it is neither.
        (true, true) => out.push(b'/'),
        (false, _) => {}
    }
    (!out.is_empty() && out[0] != b'~').then_some(out)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn names_are_quoted_as_make_reads_them() {
        for (path, input, target) in [
            ("plain/a.txt", Some("plain/a.txt"), Some("plain/a.txt")),
            ("with space", Some(r"with\ space"), Some(r"with\ space")),
            ("a$b#c", Some(r"a$$b\#c"), Some(r"a$$b\#c")),
            (r"back\slash", Some(r"back\slash"), Some(r"back\slash")),
            (r"end\ x", Some(r"end\\\ x"), Some(r"end\\\ x")),
            ("a=b", Some("a$(subst ,,=)b"), Some("a$(subst ,,=)b")),
            ("a|b", Some(r"a\|b"), Some("a|b")),
            ("a%b", Some("a%b"), Some(r"a\%b")),
            ("x&", Some("x&"), Some("x$(subst ,,&)")),
            ("a\nb", None, None),
            ("a;b", None, None),
            ("a\tb", None, None),
            (r"a\", None, None),
            ("a(b)", None, None),
            ("~", None, None),
        ] {
            let word = |target| word(Path::new(path), false, target);
            let text = |word: Option<Vec<u8>>| word.map(|word| String::from_utf8(word).unwrap());
            assert_eq!(text(word(false)).as_deref(), input, "{path}");
            assert_eq!(text(word(true)).as_deref(), target, "{path}");
        }
        assert_eq!(word(Path::new("a/(b)"), true, false).unwrap(), b"a/(b)/");
    }

    /// Files and folders, and a Makefile that is remade as the rule says.
    struct Scene(tempfile::TempDir);

    impl Scene {
        fn new(rule: &Rule) -> Self {
            let scene = Self(tempfile::tempdir().unwrap());
            for path in rule.files.iter().chain(&rule.first) {
                fs::create_dir_all(scene.0.path().join(path).parent().unwrap()).unwrap();
                fs::write(scene.0.path().join(path), "").unwrap();
            }
            for path in &rule.folders {
                fs::create_dir_all(scene.0.path().join(path)).unwrap();
            }
            fs::write(scene.0.path().join("rule.mk"), rule.print().unwrap()).unwrap();
            let makefile = "stamp:\n\t@echo made; touch stamp\n-include rule.mk\n";
            fs::write(scene.0.path().join("Makefile"), makefile).unwrap();
            // What was written just now is older than any stamp.
            for path in rule.files.iter().chain(&rule.first).chain(&rule.folders) {
                scene.date(path, -1000);
            }
            scene
        }

        fn date(&self, path: &Path, seconds: i64) {
            let now = SystemTime::now();
            let by = Duration::from_secs(seconds.unsigned_abs());
            let time = if seconds < 0 { now - by } else { now + by };
            fs::File::open(self.0.path().join(path)).unwrap().set_modified(time).unwrap();
        }

        fn made(&self) -> bool {
            let mut make = std::process::Command::new("make");
            let output = make.current_dir(&self.0).env("LC_ALL", "C").output().unwrap();
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{errors}");
            let told = errors
                .lines()
                .find(|line| !line.contains("modification time") && !line.contains("Clock skew"));
            assert_eq!(told, None, "{errors}");
            String::from_utf8(output.stdout).unwrap().contains("made")
        }
    }

    fn paths(names: &[&str]) -> BTreeSet<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    fn rule(files: &[&str], folders: &[&str]) -> Rule {
        Rule {
            target: "stamp".into(),
            first: vec!["devspace.yaml".into()],
            files: paths(files),
            folders: paths(folders),
            ..Rule::default()
        }
    }

    /// GNU make itself reads the rule: nothing to do, then a changed input is seen.
    #[test]
    fn make_reads_what_is_written() {
        let names = [
            "a b", "c#d", "e$f", "g", r"h\i", "j:k", "l%m", "n*o", r"p\ q", "k=v", "a|b", "x&",
            "[ab]", "define", "export", ".PHONY", "a(1).txt", "q'q", "d\"d", "b`b", "{a,b}", "é",
            r"q\=z", r"b\%c", "-l", "a::b=c",
        ];
        let rule = rule(&names, &["app/(auth)", "f(x)/in", r"odd\"]);
        let scene = Scene::new(&rule);
        assert!(scene.made());
        assert!(!scene.made());
        for path in rule.first.iter().chain(&rule.files).chain(&rule.folders) {
            scene.date(path, 60);
            assert!(scene.made(), "{} is not seen", path.display());
            scene.date(path, -1000);
            assert!(!scene.made(), "{}", path.display());
        }
        for path in &rule.files {
            fs::remove_file(scene.0.path().join(path)).unwrap();
            assert!(scene.made(), "{}: a removed input is a reason, and no error", path.display());
            fs::write(scene.0.path().join(path), "").unwrap();
            scene.date(path, -1000);
        }
    }

    #[test]
    fn what_make_cannot_say_is_always_due() {
        for name in ["a\nb", "a;b", "a\tb", r"a\", "d/(b)", "a\rb"] {
            assert!(Rule::is_unspeakable(Path::new(name)), "{name:?}");
            let scene = Scene::new(&rule(&[name], &[]));
            assert!(scene.made() && scene.made(), "{name:?}");
        }
        let scene = Scene::new(&Rule { always: true, ..rule(&[], &[]) });
        assert!(scene.made() && scene.made());
        assert_eq!(Rule { target: "a\nb".into(), ..rule(&[], &[]) }.print(), None);
    }

    #[test]
    fn what_was_absent_is_a_reason_once_it_is_there() {
        let absent = paths(&["sub/.dockerignore"]);
        let scene = Scene::new(&Rule { absent, ..rule(&["sub/a"], &[]) });
        assert!(scene.made());
        assert!(!scene.made());
        fs::write(scene.0.path().join("sub/.dockerignore"), "").unwrap();
        // As old as one that was moved there.
        scene.date(Path::new("sub/.dockerignore"), -100_000);
        assert!(scene.made());
    }
}
