//! Rows after moby/patternmatcher's own tables (patternmatcher_test.go,
//! ignorefile_test.go), and a slow plain matcher to compare with.

use proptest::prelude::*;

use super::*;

fn matcher(patterns: &[&str]) -> Matcher {
    let patterns: Vec<_> = patterns.iter().map(|p| p.as_bytes().to_vec()).collect();
    Matcher::of_patterns("test", 1, &patterns).unwrap()
}

/// Walks down to the path as a walk would.
fn ignored(matcher: &Matcher, path: &[u8]) -> bool {
    let mut state = State::default();
    for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        (_, state) = matcher.ignores_folder(&path[..at], &state);
    }
    matcher.ignores(path, &state)
}

#[test]
fn single_patterns() {
    let rows: &[(&str, &str, bool)] = &[
        ("**", "file", true),
        ("**/", "file", true),
        ("**", "dir/file", true),
        ("**/", "dir/file", true),
        ("**/**", "dir/file", true),
        ("dir/**", "dir/file", true),
        ("dir/**", "dir/dir2/file", true),
        ("**/dir", "dir", true),
        ("**/dir", "dir/file", true),
        ("**/dir2/*", "dir/dir2/file", true),
        ("**/dir2/**", "dir/dir2/dir3/file", true),
        ("**file", "file", true),
        ("**file", "dir/file", true),
        ("**file", "dir/xfile", true),
        ("**/file", "dir/file", true),
        ("**/file", "dir/xfile", false),
        ("**/file", "dir/dir/file", true),
        ("**/file*", "dir/dir/file.txt", true),
        ("**/file*txt", "dir/dir/file.txt", true),
        ("**/file*.txt*", "dir/dir/file.txt", true),
        ("**/**/*.txt", "dir/dir/file.txt", true),
        ("**/**/*.txt2", "dir/dir/file.txt", false),
        ("**/*.txt", "file.txt", true),
        ("**/**/*.txt", "file.txt", true),
        ("a**/*.txt", "a/file.txt", true),
        ("a**/*.txt", "a/dir/dir/file.txt", true),
        ("a/*.txt", "a/dir/file.txt", false),
        ("a/*.txt", "a/file.txt", true),
        ("a/*.txt**", "a/file.txt", true),
        ("a[b-d]e", "ae", false),
        ("a[b-d]e", "ace", true),
        ("a[b-d]e", "aae", false),
        ("a[^b-d]e", "aze", true),
        (".*", ".foo", true),
        (".*", "foo", false),
        ("abc.def", "abcdef", false),
        ("abc.def", "abc.def", true),
        ("abc.def", "abcZdef", false),
        ("abc?def", "abcZdef", true),
        ("abc?def", "abcdef", false),
        ("**/foo/bar", "foo/bar", true),
        ("**/foo/bar", "dir/dir2/foo/bar", true),
        ("abc/**", "abc", false),
        ("abc/**", "abc/def/ghi", true),
        ("**/.foo", ".foo", true),
        ("**/.foo", "bar.foo", false),
        ("a(b)c/def", "a(b)c/def", true),
        ("a(b)c/def", "a(b)c/xyz", false),
        ("a.|)$(}+{bc", "a.|)$(}+{bc", true),
        ("dist/*.whl", "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl", true),
        ("a\\*b", "a*b", true),
        ("a\\\\", "a\\", true),
        ("*", "abc", true),
        ("*c", "abc", true),
        ("a*", "ab/c", true),
        ("a*/b", "abc/b", true),
        ("a*/b", "a/c/b", false),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
        ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false),
        ("a*b?c*x", "abxbbxdbxebxczzx", true),
        ("a*b?c*x", "abxbbxdbxebxczzy", false),
        ("ab[^c]", "abc", false),
        ("ab[^e-g]", "abc", true),
        ("a\\*b", "ab", false),
        ("a?b", "a☺b", true),
        ("a[^a]b", "a☺b", true),
        ("a???b", "a☺b", false),
        ("[a-ζ]*", "α", true),
        ("*[a-ζ]", "A", false),
        ("a?b", "a/b", false),
        ("a*b", "a/b", false),
        ("[\\]a]", "]", true),
        ("[\\-]", "-", true),
        ("[x\\-]", "x", true),
        ("[x\\-]", "z", false),
        ("[\\-x]", "a", false),
        ("*x", "xxx", true),
        ("docs/", "docs/README.md", true),
        ("doc", "docs", false),
        // What the translation to a regular expression brings along.
        ("v\\d", "v7", true),
        ("v\\d", "vd", false),
        ("[[:digit:]]x", "7x", true),
        ("[a*]", "b]", false),
        ("[a*]", "a]", true),
        ("[a*]", "a", false),
        ("**/x*", "a\nb/xy", false),
        ("a^b", "a^b", true),
        ("^a*", "abc", true),
        ("[^a]b", "/b", true),
    ];
    for (pattern, path, expected) in rows {
        assert_eq!(ignored(&matcher(&[pattern]), path.as_bytes()), *expected, "{pattern} {path}");
    }
}

#[test]
fn several_patterns() {
    let rows: &[(&[&str], &str, bool)] = &[
        (&["**", "!util/docker/web"], "util/docker/web/foo", false),
        (&["**", "!util/docker/web", "util/docker/web/foo"], "util/docker/web/foo", true),
        (&["**", "!dist/*.whl"], "dist/proxy.py-2.4.0rc3-py3-none-any.whl", false),
        (&["!fileutils.go", "*.go"], "fileutils.go", true),
        (&["*.go", "!fileutils.go"], "fileutils.go", false),
        (&["docs", "!docs/README.md"], "docs/README.md", false),
        (&["docs/", "!docs/README.md"], "docs/README.md", false),
        (&["docs/*", "!docs/README.md"], "docs/README.md", false),
        (&["docs", "  !docs/README.md"], "docs/README.md", false),
        (&["docs", "!docs/README.md  "], "docs/README.md", false),
        (&["docs", "config", ""], "config/a", true),
        (&[], "any/path", false),
        // A `!` that could change nothing for the folder is not passed down.
        (&["*/x", "!dir"], "dir/x", true),
    ];
    for (patterns, path, expected) in rows {
        assert_eq!(ignored(&matcher(patterns), path.as_bytes()), *expected, "{patterns:?} {path}");
    }
}

#[test]
fn lines_of_a_file() {
    let text =
        "\u{feff}test1\r\n/test2\n#comment\n # name\n\n  ./a//b/../file/here/ \n! /inv/abs\nx \n";
    let matcher = Matcher::parse("f", text.as_bytes()).unwrap();
    let programs: Vec<_> =
        matcher.patterns.iter().map(|p| (p.exception, p.program.clone())).collect();
    let exact = |text: &str| Program::Exact(text.as_bytes().to_vec());
    assert_eq!(
        programs,
        [
            (false, exact("test1")),
            (false, exact("test2")),
            (false, exact("# name")),
            (false, exact("a/file/here")),
            (true, exact("inv/abs")),
            (false, exact("x")),
        ]
    );
}

#[test]
fn errors_name_file_and_line() {
    let rows: &[(&[u8], &str)] = &[
        (b"a\n!\n", "f:2: a `!` stands alone; a pattern must follow it"),
        (b"! \n", "f:1: a `!` stands alone; a pattern must follow it"),
        (b"ok\n\n[", "f:3: `[` is not a pattern: its `[` has no end"),
        (b"a\\", "f:1: `a\\` is not a pattern: its last `\\` escapes nothing"),
        (
            b"[Local-Only]/",
            "f:1: `[Local-Only]` is not a pattern: a range between `[` and `]` runs backwards",
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(Matcher::parse("f", text).unwrap_err().to_string(), *expected);
    }
    for bad in ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[^", "[^bc", "a["] {
        assert!(Matcher::parse("f", bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn names_that_are_not_utf8() {
    let matcher = Matcher::parse("f", b"a\xffb\n*\xfe\nx?y\n").unwrap();
    assert!(ignored(&matcher, b"a\xffb"));
    assert!(!ignored(&matcher, b"a\xfdb"));
    assert!(ignored(&matcher, b"dd\xfe"));
    assert!(ignored(&matcher, b"x\xc3y"));
}

#[test]
fn ignored_folders_are_walked_only_for_exceptions() {
    let rows: &[(&[&str], &str, bool)] = &[
        (&["node_modules"], "node_modules", false),
        (&["*", "!src"], "node_modules", false),
        (&["*", "!src/a"], "src", true),
        (&["*", "!src/a"], "src/b", false),
        (&["*", "!srcx/a"], "src", false),
        (&["*", "!**/*.md"], "node_modules", true),
        (&["*", "!*.md"], "node_modules", false),
        (&["*", "!*/x.md"], "node_modules", true),
        (&["*", "!*/x.md"], "node_modules/b", false),
        (&["*", "!src/**"], "src/b", true),
        (&["*", "!s*"], "src", false),
    ];
    for (patterns, folder, expected) in rows {
        let matcher = matcher(patterns);
        assert_eq!(matcher.may_except_below(folder.as_bytes()), *expected, "{patterns:?} {folder}");
    }
}

#[test]
fn a_hostile_pattern_ends_soon() {
    let text = ["a*".repeat(500), "**/b".repeat(500), "[^/]*c".to_owned()].concat();
    let matcher = matcher(&[&text]);
    assert!(!ignored(&matcher, &b"a/".repeat(2000)[..3999]));
}

#[test]
fn clean_is_gos() {
    let rows = [
        ("abc//def/../ghi/.", "abc/ghi"),
        ("/../a", "/a"),
        ("../../a", "../../a"),
        ("a/../..", ".."),
        ("", "."),
        ("./", "."),
        ("//", "/"),
    ];
    for (path, expected) in rows {
        assert_eq!(clean_path(path.as_bytes()), expected.as_bytes(), "{path}");
    }
}

/// Plain and slow: recursion over characters, no quick ways.
fn slow(pattern: &[char], path: &[char]) -> bool {
    match pattern {
        [] => path.is_empty(),
        ['*', '*', '/', rest @ ..] | ['*', '*', rest @ ..] => {
            if rest.is_empty() {
                return !path.contains(&'\n');
            }
            let after = path.iter().enumerate().filter(|(_, c)| **c == '/').map(|(i, _)| i + 1);
            std::iter::once(0).chain(after).any(|from| slow(rest, &path[from..]))
        }
        ['*', rest @ ..] => {
            slow(rest, path) || matches!(path, [c, after @ ..] if *c != '/' && slow(pattern, after))
        }
        ['?', rest @ ..] => matches!(path, [c, after @ ..] if *c != '/' && slow(rest, after)),
        [c, rest @ ..] => matches!(path, [d, after @ ..] if c == d && slow(rest, after)),
    }
}

/// moby's three quick ways are not only quicker: `**x` there is any path that ends in `x`.
fn slow_moby(pattern: &str, path: &str) -> bool {
    if let Some(rest) = pattern.strip_prefix("**")
        && !rest.contains(['*', '?'])
    {
        return path.ends_with(rest) || rest.strip_prefix('/') == Some(path);
    }
    let pattern: Vec<_> = pattern.chars().collect();
    slow(&pattern, &path.chars().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn agrees_with_the_slow_matcher(pattern in "[ab./*?é]{1,9}", path in "[ab.é]{1,3}(/[ab.é]{1,3}){0,3}") {
        let cleaned = String::from_utf8(clean_path(pattern.as_bytes())).unwrap();
        prop_assume!(!cleaned.contains("***"));
        let program = Program::compile(cleaned.as_bytes()).unwrap();
        prop_assert_eq!(program.matches(path.as_bytes()), slow_moby(&cleaned, &path), "{}", cleaned);
    }

    #[test]
    fn no_pattern_panics(text in prop::collection::vec(any::<u8>(), 0..40), path in prop::collection::vec(any::<u8>(), 1..20)) {
        if let Ok(matcher) = Matcher::parse("f", &text) {
            ignored(&matcher, &path);
            matcher.may_except_below(&path);
        }
    }

    /// What the walk leaves out below an ignored folder is ignored anyway.
    #[test]
    fn pruning_loses_nothing(patterns in prop::collection::vec("!?[ab*/]{1,5}", 1..5), path in "[ab]{1,2}(/[ab]{1,2}){1,3}") {
        let patterns: Vec<_> = patterns.iter().map(|p| p.as_bytes().to_vec()).collect();
        let Ok(matcher) = Matcher::of_patterns("t", 1, &patterns) else { return Ok(()) };
        let mut state = State::default();
        for (at, _) in path.bytes().enumerate().filter(|(_, byte)| *byte == b'/') {
            let folder = &path.as_bytes()[..at];
            let (folder_ignored, next) = matcher.ignores_folder(folder, &state);
            state = next;
            if folder_ignored && !matcher.may_except_below(folder) {
                prop_assert!(ignored(&matcher, path.as_bytes()));
                return Ok(());
            }
        }
    }

    /// Names that no pattern spells out need not be looked at.
    #[test]
    fn names_that_are_not_spelled_out_are_ignored(
        lines in prop::collection::vec("!?[ab*.?/{2}|]{1,6}", 1..6),
        all in any::<bool>(),
        path in "[ab]{1,2}(/[ab]{1,2}){0,3}",
    ) {
        let first = all.then(|| "*".to_owned());
        let lines: Vec<_> = first.into_iter().chain(lines).map(String::into_bytes).collect();
        let Ok(matcher) = Matcher::parse("t", &lines.join(&b'\n')) else { return Ok(()) };
        let (mut state, mut folder, mut open) = (State::default(), &b""[..], true);
        for (end, _) in path.bytes().chain([b'/']).enumerate().filter(|(_, byte)| *byte == b'/') {
            let inner = &path.as_bytes()[..end];
            let name = &inner[if folder.is_empty() { 0 } else { folder.len() + 1 }..];
            let (ignored, next) = matcher.ignores_folder(inner, &state);
            if open
                && let Some(names) = matcher.spelled_out(folder)
                && !names.contains(name)
            {
                prop_assert!(ignored && !matcher.may_except_below(inner), "{inner:?} {lines:?}");
            }
            // Only of the root and of ignored folders this may be asked.
            (state, folder, open) = (next, inner, ignored);
        }
    }
}

#[test]
fn what_is_spelled_out() {
    let names = |text: &str, folder: &str| {
        let matcher = Matcher::parse("f", text.as_bytes()).unwrap();
        let names = matcher.spelled_out(folder.as_bytes())?;
        Some(
            names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect::<Vec<_>>(),
        )
    };
    let some = |list: &[&str]| Some(list.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(names("*\n!a\n!b/c\n!b/d/**\n", ""), some(&["a", "b"]));
    assert_eq!(names("*\n!a\n!b/c\n!b/d/**\n", "b"), some(&["c", "d"]));
    assert_eq!(names("*\n!a\n", "b"), some(&[]));
    assert_eq!(names("*\n!../x\n!.\n", ""), some(&[]));
    assert_eq!(names(&format!("*\n!{}\n", "x".repeat(300)), ""), some(&[]));
    for open in ["!a\n", "x*\n!a\n", "*\n!a*\n", "*\n!**/x\n", "*\n!a|b*\n", "!*\n!a\n"] {
        assert_eq!(names(open, ""), None, "{open}");
    }
    assert_eq!(names("*\n!b/c*\n", ""), some(&["b"]));
    assert_eq!(names("*\n!b/c*\n", "b"), None);
}
