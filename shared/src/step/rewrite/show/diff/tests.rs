use super::*;

fn edit(text: &str, old: &str, new: &str) -> Edit {
    let start = text.find(old).unwrap();
    Edit {
        file: String::new(),
        range: start..start + old.len(),
        line: 0,
        column: 0,
        old: old.to_owned(),
        new: new.to_owned(),
        path: String::new(),
        rule: "",
        also: Vec::new(),
    }
}

fn diff(text: &str, edits: &[(&str, &str)]) -> String {
    let mut diff = Diff { text: Vec::new(), colored: false, folder: PathBuf::from("/w") };
    let edits: Vec<Edit> = edits.iter().map(|(old, new)| edit(text, old, new)).collect();
    diff.add(&Source::Stdin, text.as_bytes(), &edits);
    String::from_utf8(diff.text()).unwrap()
}

const HEAD: &str = "--- a/stdin\n+++ b/stdin\n";

#[test]
fn hunks_have_three_lines_around_and_join_where_these_meet() {
    assert_eq!(diff("a\n", &[]), "");
    assert_eq!(diff("a\n", &[("a", "a")]), "");
    assert_eq!(
        diff("1\n2\n3\n4\nOLD\n6\n7\n8\n9\n", &[("OLD", "new")]),
        format!("{HEAD}@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-OLD\n+new\n 6\n 7\n 8\n")
    );
    let apart = "A\n1\n2\n3\n4\n5\n6\n7\nB\n";
    assert_eq!(diff(apart, &[("A", "x"), ("B", "y")]).matches("@@ -").count(), 2);
    let near = "A\n1\n2\n3\n4\n5\n6\nB\n";
    assert_eq!(
        diff(near, &[("A", "x"), ("B", "y")]),
        format!("{HEAD}@@ -1,8 +1,8 @@\n-A\n+x\n 1\n 2\n 3\n 4\n 5\n 6\n-B\n+y\n")
    );
}

#[test]
fn lines_without_a_break_are_marked() {
    let mark = "\\ No newline at end of file\n";
    assert_eq!(
        diff("OLD", &[("OLD", "n")]),
        format!("{HEAD}@@ -1,1 +1,1 @@\n-OLD\n{mark}+n\n{mark}")
    );
    assert_eq!(
        diff("OLD\nx", &[("OLD", "n")]),
        format!("{HEAD}@@ -1,2 +1,2 @@\n-OLD\n+n\n x\n{mark}")
    );
}

#[test]
fn lines_that_come_and_go_shift_what_follows() {
    // As where a folded block becomes one line.
    let text = "i: >\n  a\n  b\n1\n2\n3\n4\n5\n6\n7\nOLD\n";
    assert_eq!(
        diff(text, &[(">\n  a\n  b", "x"), ("OLD", "n")]),
        format!(
            "{HEAD}@@ -1,6 +1,4 @@\n-i: >\n-  a\n-  b\n+i: x\n 1\n 2\n 3\n\
             @@ -8,4 +6,4 @@\n 5\n 6\n 7\n-OLD\n+n\n"
        )
    );
    // Two edits of one line, and a line that only seems to be touched.
    assert_eq!(
        diff("a: A b: B\nc\n", &[("A", "1"), ("B\n", "2\n")]),
        format!("{HEAD}@@ -1,2 +1,2 @@\n-a: A b: B\n+a: 1 b: 2\n c\n")
    );
}

#[test]
fn names_are_below_the_working_folder_and_quoted_where_they_must() {
    for (path, wanted) in
        [("a/b.yaml", "a/b.yaml"), ("/w/./a", "a"), ("../x/a", "x/a"), ("/etc/a", "etc/a")]
    {
        assert_eq!(name(Path::new("/w"), Path::new(path)), wanted);
    }
    for (name, wanted) in
        [("a", "a"), ("a b", "a b\t"), ("a\"\\", "\"a\\\"\\\\\""), ("é\t\u{1}", "\"é\\t\\001\"")]
    {
        assert_eq!(quoted(name), wanted);
    }
}
