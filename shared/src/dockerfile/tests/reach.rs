//! Narrow reach: which sources, with which excludes.

use crate::dockerfile::scope::BuildArgs;
use crate::dockerfile::{Reach, reach};

use super::{args, options, parsed};

/// `line pattern +only -exclude…`, with `=` behind the line where wildcards don't count.
fn narrow(text: &str, build_args: &BuildArgs, target: Option<&str>) -> Vec<String> {
    let file = parsed(text);
    let found = reach(&file, &options(target, build_args, Some("linux/arm64/v8")));
    let sources = match found.unwrap_or_else(|error| panic!("{error}\n{text}")) {
        Reach::Narrow(sources) => sources,
        Reach::Whole { why } => panic!("whole: {why}\n{text}"),
    };
    let shown = sources.iter().map(|source| {
        let sign = if source.wildcard { "" } else { "=" };
        let mut shown =
            format!("{}{sign} {}", source.line, String::from_utf8_lossy(&source.pattern));
        if let Some(only) = &source.only {
            shown += &format!(" +{}", String::from_utf8_lossy(only));
        }
        for exclude in &source.excludes {
            shown += &format!(" -{}", String::from_utf8_lossy(exclude));
        }
        shown
    });
    shown.collect()
}

#[test]
fn sources_of_copy_add_and_bind_mounts() {
    let rows: &[(&str, &[&str])] = &[
        ("FROM a\nRUN x\n", &[]),
        ("FROM a\nCOPY . /x\n", &["2 ."]),
        ("FROM a\nCOPY / /x\n", &["2 ."]),
        ("FROM a\nCOPY b a ./c/ d/../e //f/g/ /x\n", &["2 a", "2 b", "2 c", "2 e", "2 f/g"]),
        ("FROM a\nCOPY ../../b /x\n", &["2 b"]),
        ("FROM a\nCOPY [\"a b\", \"/x\"]\n", &["2 a b"]),
        ("FROM a\nCOPY *.txt sub/?[a-z]\\* /x\n", &["2 *.txt", "2 sub/?[a-z]*"]),
        ("FROM a\nCOPY a/**/b** c[**] /x\n", &["2 a/*/b*", "2 c[**]"]),
        ("FROM a\nADD a.tar /x\n", &["2 a.tar"]),
        // Older builders know no git repositories: files of these names to them.
        (
            "FROM a\nADD http://h/x https://h/y git@h:p.git git://h/p b /x\n",
            &["2 b", "2 git:/h/p", "2 git@h:p.git"],
        ),
        ("FROM a\nADD a@b /x\n", &["2 a@b"]),
        ("FROM a\nCOPY <<E b <<F /x\n1\nE\n2\nF\n", &["2 b"]),
        ("FROM a\nCOPY <<E /x\n1\nE\n", &[]),
        (
            "FROM a AS s\nFROM b\nCOPY --from=s a /x\nCOPY --from=img:1 b /x\nCOPY --from=0 c /x\n",
            &[],
        ),
        ("FROM a\nCOPY --from=scratch a /x\n", &[]),
        ("FROM a\nRUN --mount=source=go.mod,target=/m x\n", &["2= go.mod"]),
        ("FROM a\nRUN --mount=type=bind,src=./a/*,dst=/m x\n", &["2= a/*"]),
        ("FROM a\nRUN --mount=type=bind,\\\"source=a,b\\\",target=/m x\n", &["2= a,b"]),
        (
            "FROM a\nRUN --mount=type=cache,target=/c --mount=type=secret,id=s --mount=type=ssh \
             --mount=type=tmpfs,target=/t --mount=type=bind,from=img,target=/i x\n",
            &[],
        ),
        // Only what the target needs.
        ("FROM a\nCOPY one /x\nFROM b\nCOPY two /x\n", &["4 two"]),
        (
            "FROM a AS s\nCOPY one /x\nFROM b\nCOPY --from=s /x /y\nCOPY two /x\n",
            &["2 one", "5 two"],
        ),
        ("FROM a AS s\nCOPY one /x\nFROM s\nCOPY two /x\n", &["2 one", "4 two"]),
        ("FROM a AS s\nCOPY one /x\nFROM b\nRUN --mount=from=s,target=/s x\n", &["2 one"]),
        // ONBUILD of our own stages fires in those made from them, and only there.
        ("FROM a AS s\nONBUILD COPY one /x\nFROM s\nCOPY two /x\n", &["2 one", "4 two"]),
        ("FROM a AS s\nONBUILD COPY one /x\nFROM b\nCOPY --from=s two /x\n", &[]),
        (
            "FROM a AS s\nONBUILD COPY one /x\nFROM s AS t\nFROM t\nCOPY two /x\n",
            &["2 one", "5 two"],
        ),
        ("FROM a\nONBUILD COPY one /x\n", &[]),
        ("FROM a AS s\nONBUILD ARG D=d\nONBUILD COPY $D /x\nFROM s\n", &["3 d"]),
    ];
    for (text, expected) in rows {
        assert_eq!(&narrow(text, &BuildArgs::new(), None), expected, "{text}");
    }
}

#[test]
fn variables_that_the_file_sets() {
    let rows: &[(&str, &[&str])] = &[
        (
            "FROM a\nARG D=src\nCOPY $D/x ${D}y \"$D\"z '$D' \\$D /x\n",
            &["3 $D", "3 src/x", "3 srcy", "3 srcz"],
        ),
        ("FROM a\nENV D=src E=$D-$D\nENV F $E f\nCOPY $D /x\n", &["4 src"]),
        ("FROM a\nARG D=1\nENV D=2\nCOPY $D /x\n", &["4 2"]),
        ("ARG D=g\nFROM a\nARG D\nCOPY $D /x\n", &["4 g"]),
        ("ARG D=g\nFROM a\nARG D=own\nCOPY $D /x\n", &["4 own"]),
        (
            "FROM a\nARG TARGETARCH\nARG TARGETVARIANT\nCOPY x-$TARGETARCH$TARGETVARIANT /x\n",
            &["4 x-arm64"],
        ),
        ("FROM a AS s\nARG D=1\nENV E=2\nFROM s\nCOPY $D$E /x\n", &["5 12"]),
        ("FROM a\nARG D=1 E=${D:-x}\nARG F=${D:+y}\nCOPY f$F /x\n", &["4 fy"]),
        ("FROM scratch\nCOPY a$UNSET ${V:-d} /x\n", &["2 a", "2 d"]),
        ("FROM scratch AS s\nFROM s\nCOPY ${V:-d} /x\n", &["3 d"]),
        ("FROM a\nCOPY a$$b /x\n", &["2 ab"]),
        ("FROM a\nARG D=x\nRUN --mount=source=$D,target=/m y\n", &["3= x"]),
        // BuildKit excludes what is called `$D`.
        ("FROM a\nARG D=*.md\nCOPY --exclude=$D --exclude=a src /x\n", &["3 src"]),
        ("# escape=`\nFROM a\nARG D=c\nCOPY b`$D $D\\d /x\n", &["4 b$D", "4 c\\d"]),
        ("FROM a\nARG D=x.y.z\nCOPY ${D%%.*} ${D#x.} ${D/y/w} /x\n", &["3 x", "3 x.w.z", "3 y.z"]),
        ("FROM a\nARG D=1\nARG D=1\nCOPY $D /x\n", &["4 1"]),
        ("FROM a\nRUN echo $PATH\nUSER $U\nCOPY a $HOME/x\n", &["4 a"]),
    ];
    for (text, expected) in rows {
        assert_eq!(&narrow(text, &BuildArgs::new(), None), expected, "{text}");
    }
}

#[test]
fn build_arguments_and_targets_count() {
    let given = args(&[("D", "given"), ("UNDECLARED", "u")]);
    let rows: &[(&str, Option<&str>, &[&str])] = &[
        ("FROM a\nARG D=own\nCOPY $D /x\n", None, &["3 given"]),
        ("ARG D\nFROM $D\nCOPY a /x\n", None, &["3 a"]),
        (
            "ARG D=s\nFROM a AS given\nCOPY one /x\nFROM $D\nCOPY two /x\n",
            None,
            &["3 one", "5 two"],
        ),
        ("FROM a AS s\nCOPY one /x\nFROM b\nCOPY two /x\n", Some("S"), &["2 one"]),
        ("FROM a AS s\nCOPY one /x\nFROM b\nCOPY two /x\n", Some("1"), &["4 two"]),
    ];
    for (text, target, expected) in rows {
        assert_eq!(&narrow(text, &given, *target), expected, "{text}");
    }
}

#[test]
fn excludes_stay_as_they_are_written() {
    let rows: &[(&str, &[&str])] = &[
        ("COPY --exclude=*.md . /x", &["2 . -*.md"]),
        ("COPY --exclude=*.md --exclude=!a.md src/ /x", &["2 src -*.md -!a.md"]),
        ("COPY --exclude=/**/x hom* /x", &["2 hom* -/**/x"]),
        ("COPY --exclude=a b c /x", &["2 b -a", "2 c -a"]),
        ("ADD --exclude=../a b /x", &["2 b -../a"]),
        // Flags are read byte by byte.
        ("COPY --exclude=é b /x", &["2 b -Ã©"]),
    ];
    for (line, expected) in rows {
        assert_eq!(&narrow(&format!("FROM a\n{line}\n"), &BuildArgs::new(), None), expected);
    }
}

#[test]
fn parents_begin_at_the_pivot() {
    let rows: &[(&str, &[&str])] = &[
        ("COPY --parents a /x", &["2 . +a"]),
        ("COPY --parents a/b/c /x", &["2 . +a/b/c"]),
        ("COPY --parents p/./a/b /x", &["2 p +a/b"]),
        ("COPY --parents ./p/./a /x", &["2 p +a"]),
        ("COPY --parents **/go.mod /x", &["2 . +**/go.mod"]),
        ("COPY --parents p*/./a/*/**/b /x", &["2 p* +a/*/**/b"]),
        ("COPY --parents . p/./ /x", &["2 .", "2 p"]),
        ("COPY --parents --exclude=*.md a/ p/./b /x", &["2 . +a -*.md", "2 p +b -*.md"]),
        ("COPY --parents=false a/b /x", &["2 a/b"]),
    ];
    for (line, expected) in rows {
        let text = format!("FROM a\n{line}\n");
        assert_eq!(&narrow(&text, &BuildArgs::new(), None), expected, "{line}");
    }
}
