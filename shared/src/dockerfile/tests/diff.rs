use crate::dockerfile::diff::diff;

fn told(old: &str, new: &str) -> Vec<String> {
    let edits = diff(old.as_bytes(), new.as_bytes()).unwrap();
    edits.iter().map(|edit| format!("{} {edit}", edit.line)).collect()
}

#[test]
fn instructions_are_told_with_their_lines() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("FROM a\nCOPY x /\n", "FROM a\nCOPY x /\n", &[]),
        ("FROM a\nCOPY x /\n", "# c\n\nfrom a\n  copy  x \\\n  /\n", &[]),
        ("FROM a\n", "FROM b\n", &["1 another base image: `FROM a` became `FROM b`"]),
        ("FROM a\nCOPY x /\n", "FROM a\n\nCOPY x y /\n", &["3 `COPY x /` became `COPY x y /`"]),
        ("FROM a\nRUN b\n", "FROM a\nUSER u\nRUN b\n", &["2 `USER u` was added"]),
        ("FROM a\nUSER u\nRUN b\n", "FROM a\nRUN b\n", &["2 `USER u` was removed"]),
        (
            "FROM a\nRUN 1\nRUN 2\nRUN 3\n",
            "FROM a\nRUN 1\nRUN x\nRUN 3\n",
            &["3 `RUN 2` became `RUN x`"],
        ),
        ("FROM a\nRUN 1\nRUN 2\n", "FROM a\nRUN 2\nRUN 1\n", &["3 the place of `RUN 1` changed"]),
        ("# syntax=x\nFROM a\n", "# syntax=y\nFROM a\n", &["1 `# syntax=x` became `# syntax=y`"]),
        ("FROM a\n", "# escape=`\nFROM a\n", &["1 `# escape=`` was added"]),
        ("FROM a\nLABEL a=b\n", "FROM a\nLABEL a=c\n", &["2 `LABEL a=b` became `LABEL a=c`"]),
        (
            "FROM a\nCOPY --link x /\n",
            "FROM a\nCOPY x /\n",
            &["2 `COPY --link x /` became `COPY x /`"],
        ),
        (
            "FROM a\nONBUILD COPY x /\n",
            "FROM a\nONBUILD COPY y /\n",
            &["2 `ONBUILD COPY x /` became `ONBUILD COPY y /`"],
        ),
        (
            "FROM a\nRUN <<E\nx\nE\n",
            "FROM a\nRUN <<E\ny\nE\n",
            &["2 the heredoc of `RUN <<E` changed"],
        ),
        (
            "FROM a\nRUN echo 'a  b'\n",
            "FROM a\nRUN echo 'a b'\n",
            &["2 the spacing of `RUN echo 'a b'` changed"],
        ),
    ];
    for (old, new, wanted) in cases {
        assert_eq!(told(old, new), *wanted, "{old:?} {new:?}");
    }
}

#[test]
fn values_of_variables_are_never_told() {
    for (old, new, wanted) in [
        ("ENV T=s3cret", "ENV T=n3w", "2 the value of `ENV T` changed"),
        ("ENV A=s3cret T=1", "ENV A=s3cret T=n3w", "2 the value of `ENV T` changed"),
        ("ENV T s3cret", "ENV T=n3w", "2 the value of `ENV T` changed"),
        ("ARG T=s3cret", "ARG T=n3w", "2 the default of `ARG T` changed"),
        ("ARG T=s3cret", "ARG T", "2 the default of `ARG T` changed"),
        ("ARG T=s3cret", "ARG T=s3cret U=n3w", "2 `ARG T` became `ARG T U`"),
        ("ONBUILD ENV T=s3cret", "ONBUILD ENV T=n3w", "2 the value of `ENV T` changed"),
    ] {
        assert_eq!(told(&format!("FROM a\n{old}\n"), &format!("FROM a\n{new}\n")), [wanted]);
    }
}

#[test]
fn long_instructions_are_cut_where_they_differ() {
    let packages =
        "RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates";
    let told = told(&format!("FROM a\n{packages} git\n"), &format!("FROM a\n{packages} git jq\n"));
    assert_eq!(told, ["2 `RUN … git` became `RUN … git jq`"]);
    let long = "é".repeat(300);
    let edit = &diff(b"FROM a\n", format!("FROM a\nRUN {long}\n").as_bytes()).unwrap()[0];
    assert_eq!(edit.new.as_ref().unwrap().chars().count(), 61);
}

#[test]
fn what_cannot_be_read_is_not_compared() {
    assert_eq!(diff(b"FROM", b"FROM a\n"), None);
    assert_eq!(diff(b"FROM a\n", b""), None);
}

/// Thousands of instructions that all differ take neither time nor memory.
#[test]
fn hostile_texts_end_soon() {
    let text = |n: usize| format!("FROM a\n{}", format!("RUN {n}\n").repeat(20_000));
    let edits = diff(text(1).as_bytes(), text(2).as_bytes()).unwrap();
    assert_eq!(edits.len(), 20_000);
}
