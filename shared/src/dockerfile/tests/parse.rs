use crate::dockerfile::instruction::{Body, Command, Healthcheck};
use crate::dockerfile::parse;

use super::{fault, parsed};

/// An instruction in short: keyword, flags, then its words, exec form with `json`.
fn short(body: &Body) -> Vec<String> {
    let own = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let command = |command: &Command| match command {
        Command::Shell(text) if text.is_empty() => Vec::new(),
        Command::Shell(text) => own(&[text]),
        Command::Exec(words) => [own(&["json"]), words.clone()].concat(),
    };
    match body {
        Body::Add(t) | Body::Copy(t) => {
            [t.sources.clone(), t.documents.clone(), own(&[&t.destination])].concat()
        }
        Body::Cmd(c) | Body::Entrypoint(c) | Body::Run(c) => command(c),
        Body::Env(pairs) | Body::Label(pairs) => {
            pairs.iter().flat_map(|pair| [pair.name.clone(), pair.value.clone()]).collect()
        }
        Body::Arg(arguments) => arguments
            .iter()
            .map(|a| match &a.value {
                Some(value) => format!("{}={value}", a.name),
                None => a.name.clone(),
            })
            .collect(),
        Body::Expose(words) | Body::Shell(words) | Body::Volume(words) => words.clone(),
        Body::From(from) => [own(&[&from.base]), from.name.clone().into_iter().collect()].concat(),
        Body::Healthcheck(Healthcheck::None) => own(&["NONE"]),
        Body::Healthcheck(Healthcheck::Command(c)) => [own(&["CMD"]), command(c)].concat(),
        Body::Maintainer(t) | Body::Stopsignal(t) | Body::User(t) | Body::Workdir(t) => own(&[t]),
        Body::Onbuild(inner) => [own(&[&inner.keyword]), short(&inner.body)].concat(),
        Body::Unknown(keyword) => own(&["?", keyword]),
    }
}

/// BuildKit `parser/testfiles`: escapes, ADD-COPY-with-JSON, health, env, json,
/// mail, ONBUILD, flags, and its `line_parsers_test.go`.
const ROWS: &[(&str, &[&str])] = &[
    ("FROM ubuntu:14.04", &["ubuntu:14.04"]),
    ("FROM\tubuntu", &["ubuntu"]),
    ("from a as B.c-1_", &["a", "b.c-1_"]),
    ("FROM --platform=$BUILDPLATFORM a AS b", &["a", "b"]),
    (
        "MAINTAINER Erik \\\\Hollensbe <erik@hollensbe.org>\\\"",
        &["Erik \\\\Hollensbe <erik@hollensbe.org>\\\""],
    ),
    (
        "RUN apt-get \\update && \\\n  apt-get \\\"install znc -y",
        &["apt-get \\update &&   apt-get \\\"install znc -y"],
    ),
    ("ADD \\conf\\\\\" /.znc", &["\\conf\\\\\"", "/.znc"]),
    (
        "CMD [ \"\\/usr\\\\\\\"/bin/znc\", \"-f\", \"-r\" ]",
        &["json", "/usr\\\"/bin/znc", "-f", "-r"],
    ),
    ("COPY\t.\t/go/src", &[".", "/go/src"]),
    ("ADD\t\t[ \"vimrc\", \"/tmp\" ]", &["vimrc", "/tmp"]),
    ("COPY\t[ \"test file\", \"/tmp\" ]", &["test file", "/tmp"]),
    ("ADD\t\t[ \"test file\", \"/tmp/test file\" ]", &["test file", "/tmp/test file"]),
    ("COPY a b c/", &["a", "b", "c/"]),
    ("COPY 'a b' c", &["'a", "b'", "c"]),
    (
        "HEALTHCHECK --interval=5s --timeout=3s --retries=3 \\\n  CMD /app/check.sh --quiet",
        &["CMD", "/app/check.sh --quiet"],
    ),
    ("HEALTHCHECK   CMD   a b", &["CMD", "a b"]),
    ("HEALTHCHECK --timeout=3s CMD [\"foo\"]", &["CMD", "json", "foo"]),
    (
        "HEALTHCHECK --start-period=0s --interval=5s --timeout=0s --retries=0 CMD [\"foo\"]",
        &["CMD", "json", "foo"],
    ),
    ("HEALTHCHECK none", &["NONE"]),
    ("ENV name value", &["name", "value"]),
    ("ENV name=value", &["name", "value"]),
    ("ENV name=value name2=value2", &["name", "value", "name2", "value2"]),
    ("ENV name=\"value value1\"", &["name", "\"value value1\""]),
    ("ENV name=value\\ value2", &["name", "value\\ value2"]),
    ("ENV name=\"value'quote space'value2\"", &["name", "\"value'quote space'value2\""]),
    ("ENV name='value\"double quote\"value2'", &["name", "'value\"double quote\"value2'"]),
    (
        "ENV name=value\\ value2 name2=value2\\ value3",
        &["name", "value\\ value2", "name2", "value2\\ value3"],
    ),
    ("ENV name=\"a\\\"b\"", &["name", "\"a\\\"b\""]),
    ("ENV name=\"a\\'b\"", &["name", "\"a\\'b\""]),
    ("ENV name='a\\'b'", &["name", "'a\\'b'"]),
    ("ENV name='a\\'b''", &["name", "'a\\'b''"]),
    ("ENV name=''", &["name", "''"]),
    ("ENV name=", &["name", ""]),
    (
        "ENV name=value \\\n# comment\nname1=value1 \\\n\nname2=\"v 2\"",
        &["name", "value", "name1", "value1", "name2", "\"v 2\""],
    ),
    ("ENV name  value  with   blanks", &["name", "value  with   blanks"]),
    ("ENV name a=b", &["name", "a=b"]),
    ("LABEL a=b c.d=\"e f\"", &["a", "b", "c.d", "\"e f\""]),
    ("LABEL a b c", &["a", "b c"]),
    ("ARG a", &["a"]),
    ("ARG a=1 b c=", &["a=1", "b", "c="]),
    ("ARG a=\"x y\"", &["a=\"x y\""]),
    ("CMD []", &["json"]),
    ("CMD [\"\"]", &["json", ""]),
    ("CMD [\"a\",\"b\"]", &["json", "a", "b"]),
    ("CMD [ \"a\", \"b\" ]", &["json", "a", "b"]),
    ("CMD\t[\t\"a\",\t\"b\"\t]\t", &["json", "a", "b"]),
    ("CMD ['echo']", &["['echo']"]),
    ("CMD [\"echo\"", &["[\"echo\""]),
    ("CMD [\"a\"] b", &["[\"a\"] b"]),
    ("CMD", &[]),
    ("RUN", &[]),
    ("RUN [ -f x ] && y", &["[ -f x ] && y"]),
    ("RUN --mount=type=cache,target=/x --network=none make", &["make"]),
    ("RUN \\\n\n# c\n  ls", &["ls"]),
    ("ENTRYPOINT exec x", &["exec x"]),
    ("EXPOSE 80 443/tcp 8000-8010", &["80", "443/tcp", "8000-8010"]),
    ("VOLUME /a /b", &["/a", "/b"]),
    ("VOLUME [\"/a b\"]", &["/a b"]),
    ("USER a:b", &["a:b"]),
    ("WORKDIR /a b", &["/a b"]),
    ("STOPSIGNAL SIGTERM", &["SIGTERM"]),
    ("SHELL [\"pwsh\", \"-c\"]", &["pwsh", "-c"]),
    ("ONBUILD RUN [\"a\"]", &["RUN", "json", "a"]),
    ("ONBUILD ADD . /app/src", &["ADD", ".", "/app/src"]),
    ("ONBUILD copy --from=x a b", &["copy", "a", "b"]),
    ("ONBUILD ENV a=b", &["ENV", "a", "b"]),
];

#[test]
fn instructions_as_buildkit_reads_them() {
    for (line, expected) in ROWS {
        let from = if line.to_lowercase().starts_with("from") { "" } else { "FROM base\n" };
        let file = parsed(&format!("{from}{line}\n"));
        assert_eq!(&short(&file.instructions.last().unwrap().body), expected, "{line}");
    }
    let file = parsed("FROM a\nCOPY <<a.txt b.txt <<-'C' /x\n1\na.txt\n2\n\tC\n");
    assert_eq!(short(&file.instructions[1].body), ["b.txt", "a.txt", "C", "/x"]);
}

#[test]
fn flags_keep_names_and_values() {
    let file = parsed("FROM a\nCOPY --from=x --link --chown='a b' --exclude=1 --exclude=2 y z\n");
    let copy = &file.instructions[1];
    assert_eq!(copy.flag("from"), Some("x"));
    assert_eq!(copy.flag("chown"), Some("a b"));
    assert_eq!(copy.flags("exclude").collect::<Vec<_>>(), ["1", "2"]);
    assert!(copy.is_on("link"));
    assert!(!copy.is_on("parents"));
    assert!(!parsed("FROM a\nCOPY --link=false a b").instructions[1].is_on("link"));
}

/// What BuildKit refuses: `instructions/parse_test.go`, `bflag_test.go`,
/// `testfiles-negative`, and its messages' causes.
#[test]
fn faults_have_a_place_and_a_reason() {
    let rows = [
        ("", "1:1: the file has no instructions"),
        ("# only\n", "1:1: the file has no instructions"),
        ("ARG a\n", "1:1: there is no `FROM`"),
        ("\n  RUN a\nFROM b", "2:3: `RUN` before the first `FROM`, where only `ARG` may stand"),
        (
            "FROM a\nCOPY\t\n\t\tquux \\\n      bar",
            "2:1: `COPY` needs at least one source and a destination",
        ),
        ("FROM a\nADD arg1", "2:1: `ADD` needs at least one source and a destination"),
        ("FROM a\nCOPY [\"a\"]", "2:1: `COPY` needs at least one source and a destination"),
        ("FROM a\nCOPY a <<E\nE\n", "2:1: `COPY` has a heredoc as its destination"),
        ("FROM a\nMAINTAINER", "2:1: `MAINTAINER` needs an argument"),
        ("FROM a\nWORKDIR", "2:1: `WORKDIR` needs an argument"),
        ("FROM a\nUSER", "2:1: `USER` needs an argument"),
        ("FROM a\nSTOPSIGNAL", "2:1: `STOPSIGNAL` needs an argument"),
        ("FROM a\nENV", "2:1: `ENV` needs at least one argument"),
        ("FROM a\nLABEL", "2:1: `LABEL` needs at least one argument"),
        ("FROM a\nARG", "2:1: `ARG` needs at least one argument"),
        ("FROM a\nONBUILD", "2:1: `ONBUILD` needs an instruction"),
        ("FROM a\nHEALTHCHECK", "2:1: `HEALTHCHECK` needs `CMD` and a command, or `NONE`"),
        ("FROM a\nHEALTHCHECK CMD", "2:1: `HEALTHCHECK` needs a command behind `CMD`"),
        (
            "FROM a\nHEALTHCHECK CONNECT TCP 7000",
            "2:1: `HEALTHCHECK` takes `CMD` and a command, or `NONE`",
        ),
        ("FROM a\nHEALTHCHECK NONE x", "2:1: `HEALTHCHECK` takes nothing behind `NONE`"),
        (
            "FROM a\nHEALTHCHECK --interval=50ns CMD x",
            "2:1: flag `--interval`: it is a duration of 1ms or more, like `30s` or `1m30s`",
        ),
        (
            "FROM a\nHEALTHCHECK --retries=-1 CMD x",
            "2:1: flag `--retries`: it is a number, 0 or more",
        ),
        ("FROM a\nEXPOSE", "2:1: `EXPOSE` needs at least one argument"),
        ("FROM a\nVOLUME", "2:1: `VOLUME` needs at least one argument"),
        ("FROM a\nVOLUME [\"\"]", "2:1: `VOLUME` has an empty path"),
        ("FROM a\nENV =b", "2:5: `ENV` needs a name before `=`"),
        ("FROM a\nARG =b", "2:5: `ARG` needs a name before `=`"),
        ("FROM a\nENV a=b c", "2:9: `c` has no `=`; `ENV` takes `name=value`"),
        ("FROM a\nENV a=b \\\n   c", "3:4: `c` has no `=`; `ENV` takes `name=value`"),
        ("FROM a\nENV PATH", "2:1: `ENV` needs a name and a value"),
        (
            "FROM a\nCMD [ \"echo\", [ \"nested\" ] ]",
            "2:5: `CMD` takes a JSON array of strings only",
        ),
        ("FROM a\nSHELL sh -c", "2:1: `SHELL` takes a JSON array of strings, the program first"),
        ("FROM a\nSHELL []", "2:1: `SHELL` takes a JSON array of strings, the program first"),
        ("FROM", "1:1: `FROM` is written `FROM <image>` or `FROM <image> AS <name>`"),
        ("FROM a b", "1:1: `FROM` is written `FROM <image>` or `FROM <image> AS <name>`"),
        ("FROM a AS 1b", "1:11: `1b` is not a stage's name"),
        ("FROM a\nONBUILD FROM scratch", "2:9: `FROM` may not stand after `ONBUILD`"),
        ("FROM a\nONBUILD ONBUILD RUN x", "2:9: `ONBUILD` may not stand after `ONBUILD`"),
        ("FROM a\nONBUILD MAINTAINER x", "2:9: `MAINTAINER` may not stand after `ONBUILD`"),
        ("FROM a\nONBUILD \\\n ENV a", "3:2: `ENV` needs a name and a value"),
        ("FROM a\nONBUILD CMD [1]", "2:13: `CMD` takes a JSON array of strings only"),
        ("FROM a\nMAINTAINER --boo joe@example.com", "2:1: `MAINTAINER` has no flag `--boo`"),
        ("FROM a\nCOPY --form=b a c", "2:1: `COPY` has no flag `--form`"),
        ("FROM a\nCOPY --from a c", "2:6: flag `--from`: it needs a value: `--flag=value`"),
        ("FROM a\nCOPY --link=yes a c", "2:6: flag `--link`: it is either `true` or `false`"),
        ("FROM a\nCOPY --from=x --from=y a c", "2:15: flag `--from`: it stands twice"),
        (
            "FROM a\nRUN --mount=\"type=bind,\\\"x\" y",
            "2:1: `--mount=type=bind,\"x`: a quote is not closed",
        ),
        ("FROM a\nRUN --mount= y", "2:1: `--mount=`: it is empty"),
        (
            "FROM a\nRUN --mount=from=$F,target=/x y",
            "2:1: `--mount=from=$F,target=/x`: `from` takes no variables; name a stage that is made from one",
        ),
        (
            "FROM a\nRUN --network=bridge y",
            "2:1: flag `--network`: it is `default`, `none` or `host`",
        ),
        ("FROM a\nRUN --security=no y", "2:1: flag `--security`: it is `sandbox` or `insecure`"),
        ("FROM a\nFOO bar", "2:1: unknown instruction `FOO`"),
        ("FROM a\nfoo bar", "2:1: unknown instruction `foo`"),
        ("FROM a\n\\\n", "2:1: unknown instruction ``"),
    ];
    for (text, expected) in rows {
        assert_eq!(fault(text).0, format!("Dockerfile:{expected}"), "{text:?}");
    }
}

/// BuildKit looks neither at a trigger's arguments nor at the flags of these three.
#[test]
fn what_builders_do_not_look_at_is_no_fault() {
    for line in [
        "ONBUILD COPY a",
        "ONBUILD foo bar",
        "ONBUILD RUN --odd x",
        "ARG --odd=1 A",
        "STOPSIGNAL --odd 9",
        "HEALTHCHECK --interval NONE",
    ] {
        let file = parsed(&format!("FROM a\n{line}\n"));
        assert!(file.check_known().is_ok(), "{line}");
    }
}

#[test]
fn slips_get_a_suggestion() {
    let rows = [
        ("FROM a\nCOPI x y", "did you mean `COPY`?"),
        ("FORM a", "did you mean `FROM`?"),
        ("FROM a\nENTRYPONT x", "did you mean `ENTRYPOINT`?"),
        ("FROM a\nCOPY --form=b a c", "did you mean `--from`?"),
        ("FROM a\nUSER --x y", "`USER` takes no flags"),
        ("RUN x", "begin with `FROM <image>`"),
    ];
    for (text, expected) in rows {
        assert_eq!(fault(text).1.as_deref(), Some(expected), "{text:?}");
    }
}

#[test]
fn an_unknown_instruction_comes_before_the_faults_behind_it() {
    for behind in ["COPY a", "RUN <<EOF\nx", "ENV", "# escape=x\nFOO"] {
        let (said, _) = fault(&format!("FROM a\nCOPI <<x /y\n{behind}\n"));
        assert_eq!(said, "Dockerfile:2:1: unknown instruction `COPI`", "{behind}");
    }
    assert!(fault("FROM a\nCOPY a\nCOPI b").0.contains("needs at least one source"));
}

#[test]
fn columns_count_characters_and_leave_out_the_bom() {
    assert!(fault("\u{feff}FOO x").0.starts_with("Dockerfile:1:1: unknown"));
    assert!(fault("FROM a\nENV ä=\"日本\" c").0.starts_with("Dockerfile:2:12: `c` has no"));
}

#[test]
fn with_a_foreign_syntax_nothing_is_a_fault() {
    let text = "# syntax=example.com/other:1\nFROM a\nCOPY a\nINCLUDE b\nRUN <<EOF\n";
    let file = parse(text.as_bytes(), "f").unwrap();
    let unknown = file.instructions.iter().filter(|i| matches!(i.body, Body::Unknown(_))).count();
    assert_eq!((file.foreign(), unknown), (Some("example.com/other:1"), 2));
    for odd in ["//syntax=foo\n//key=value", "#!/bin/sh\n//syntax=foo", "{\"syntax\": \"foo\"}"] {
        assert_eq!(parse(odd.as_bytes(), "f").unwrap().foreign(), Some("foo"), "{odd}");
    }
    let official = [
        "docker/dockerfile:1",
        "docker.io/docker/dockerfile:1.7-labs",
        "docker/dockerfile",
        "docker/dockerfile@sha256:0",
    ];
    for name in official {
        assert_eq!(parsed(&format!("# syntax={name} // x\nFROM a\n")).foreign(), None, "{name}");
    }
    for name in ["docker/dockerfile-upstream:master", "dockerfile", "ghcr.io/docker/dockerfile:1"] {
        assert_eq!(parsed(&format!("# syntax={name}\nFROM a\n")).foreign(), Some(name), "{name}");
    }
}
