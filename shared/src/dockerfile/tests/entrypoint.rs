use crate::dockerfile::{BuildArgs, parse, with_entrypoint};

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn overridden(
    text: &str,
    target: Option<&str>,
    entry: Option<&[&str]>,
    cmd: Option<&[&str]>,
) -> String {
    let (entry, cmd) = (entry.map(words), cmd.map(words));
    let out = with_entrypoint(
        text.as_bytes(),
        "f",
        target,
        &BuildArgs::new(),
        entry.as_deref(),
        cmd.as_deref(),
    )
    .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_stage_that_is_built_gets_it() {
    const E: &str = "ENTRYPOINT [\"e\"]\nCMD []\n";
    let rows: &[(&str, Option<&str>, &str)] = &[
        ("FROM a\n", None, "FROM a\n{}"),
        ("FROM a", None, "FROM a\n{}"),
        ("FROM a\nRUN x", None, "FROM a\nRUN x\n{}"),
        ("FROM a\nRUN x\n\n# end\n", None, "FROM a\nRUN x\n{}\n# end\n"),
        ("FROM a AS b\nRUN x\n\n# c\nFROM d\n", Some("B"), "FROM a AS b\nRUN x\n{}\n# c\nFROM d\n"),
        ("FROM a AS b\nFROM d\nRUN x\n", Some("0"), "FROM a AS b\n{}FROM d\nRUN x\n"),
        // An escape character that continues into the end of the file goes.
        ("FROM a\nRUN x \\", None, "FROM a\nRUN x \n{}"),
        ("FROM a\nRUN x \\\n", None, "FROM a\nRUN x \n{}"),
        ("FROM a\nRUN x \\ \t\n\n# c\n", None, "FROM a\nRUN x  \t\n\n# c\n{}"),
        ("FROM a\nRUN x \\\n y \\", None, "FROM a\nRUN x \\\n y \n{}"),
        ("FROM a\nRUN x \\\\", None, "FROM a\nRUN x \\\\\n{}"),
        ("# escape=`\nFROM a\nRUN x `", None, "# escape=`\nFROM a\nRUN x \n{}"),
        ("FROM a AS b\nFROM c\nRUN x \\\n", Some("b"), "FROM a AS b\n{}FROM c\nRUN x \\\n"),
        ("FROM a\nRUN <<EOF\nx\nEOF", None, "FROM a\nRUN <<EOF\nx\nEOF\n{}"),
        ("FROM a\nONBUILD ENTRYPOINT z\n", None, "FROM a\nONBUILD ENTRYPOINT z\n{}"),
        ("\u{feff}FROM a\n", None, "\u{feff}FROM a\n{}"),
    ];
    for (text, target, expected) in rows {
        let found = overridden(text, *target, Some(&["e"]), None);
        assert_eq!(found, expected.replace("{}", E), "{text:?}");
    }
}

#[test]
fn lines_end_as_the_file_ends_them() {
    let found = overridden("FROM a\r\nRUN x", None, Some(&["e"]), None);
    assert_eq!(found, "FROM a\r\nRUN x\r\nENTRYPOINT [\"e\"]\r\nCMD []\r\n");
    let found = overridden("FROM a\r\nRUN x \\\r\n", None, Some(&["e"]), None);
    assert_eq!(found, "FROM a\r\nRUN x \r\nENTRYPOINT [\"e\"]\r\nCMD []\r\n");
}

#[test]
fn which_lines_are_put_in() {
    let rows: &[(Option<&[&str]>, Option<&[&str]>, &str)] = &[
        (None, None, ""),
        (Some(&["a", "b"]), None, "ENTRYPOINT [\"a\",\"b\"]\nCMD []\n"),
        (None, Some(&["c"]), "CMD [\"c\"]\n"),
        (None, Some(&[]), "CMD []\n"),
        (Some(&["a"]), Some(&["c"]), "ENTRYPOINT [\"a\"]\nCMD [\"c\"]\n"),
        (Some(&[]), None, "ENTRYPOINT []\nCMD []\n"),
        (
            Some(&["a \"b\" \\ ", "$X", "<<EOF", "x\ny\\"]),
            None,
            "ENTRYPOINT [\"a \\\"b\\\" \\\\ \",\"$X\",\"<<EOF\",\"x\\ny\\\\\"]\nCMD []\n",
        ),
    ];
    for (entry, cmd, expected) in rows {
        assert_eq!(overridden("FROM a\n", None, *entry, *cmd), format!("FROM a\n{expected}"));
    }
}

#[test]
fn what_was_there_reads_as_before() {
    for text in ["FROM a\nRUN x \\", "FROM a\r\nCOPY <<E /x\r\n1\r\nE", "FROM a\nRUN y\n\nFROM b"] {
        let before = parse(text.as_bytes(), "f").unwrap();
        let after = parse(overridden(text, None, Some(&["e"]), None).as_bytes(), "f").unwrap();
        let count = before.instructions.len();
        assert_eq!(after.instructions.len(), count + 2);
        for (old, new) in before.instructions.iter().zip(&after.instructions) {
            assert_eq!((&old.body, old.line), (&new.body, new.line));
        }
    }
}

#[test]
fn faults_are_told_before_anything_is_put_in() {
    let entry = words(&["e"]);
    let none = BuildArgs::new();
    let error =
        with_entrypoint(b"FROM a\nCOPY x\n", "f", None, &none, Some(&entry), None).unwrap_err();
    assert!(error.to_string().starts_with("f:2:1: `COPY` needs"), "{error}");
    let error =
        with_entrypoint(b"FROM a\n", "f", Some("no"), &none, Some(&entry), None).unwrap_err();
    assert!(error.to_string().ends_with("there is no stage `no`"), "{error}");
    let long = vec!["x".repeat(70_000)];
    let error = with_entrypoint(b"FROM a\n", "f", None, &none, Some(&long), None).unwrap_err();
    assert!(error.to_string().contains("entrypoint or command is 70015 bytes"), "{error}");
}

/// A base that only the build's arguments name.
#[test]
fn arguments_of_the_build_name_the_base() {
    let args = BuildArgs::from([("BASE".into(), Some("x".into()))]);
    let text = b"ARG BASE\nFROM ${BASE}\n";
    let entry = words(&["e"]);
    let out = with_entrypoint(text, "f", None, &args, Some(&entry), None).unwrap();
    assert!(out.ends_with(b"FROM ${BASE}\nENTRYPOINT [\"e\"]\nCMD []\n"));
}
