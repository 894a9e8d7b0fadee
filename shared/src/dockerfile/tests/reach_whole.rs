//! Where the text does not tell, the reach is whole, with a reason; where no
//! builder could build, it is an error.

use crate::dockerfile::scope::BuildArgs;
use crate::dockerfile::{Reach, reach};

use super::{args, options, parsed};

#[test]
fn what_the_text_does_not_tell_is_whole() {
    let rows = [
        (
            "FROM a\nCOPY $SRC /x\n",
            "Dockerfile:2: COPY: `SRC` is not set for sure in this file; a base image may set it",
        ),
        ("FROM a\nCOPY ${SRC:-d} /x\n", "Dockerfile:2: COPY: `SRC`"),
        ("FROM a\nCOPY ${SRC:?must} /x\n", "Dockerfile:2: COPY: `SRC`"),
        ("FROM a\nARG SRC\nCOPY $SRC /x\n", "Dockerfile:3: COPY: `SRC`"),
        ("ARG G=1\nFROM a\nCOPY $G /x\n", "Dockerfile:3: COPY: `G`"),
        ("FROM a\nENV D=$BASE/x\nADD $D /x\n", "Dockerfile:3: ADD: `D`"),
        ("FROM a\nENV $N=1\nARG D=1\nCOPY $D /x\n", "Dockerfile:4: COPY: `N`"),
        ("FROM a AS s\nFROM s\nCOPY $SRC /x\n", "Dockerfile:3: COPY: `SRC`"),
        ("FROM scratch\nCOPY $PATH /x\n", "Dockerfile:2: COPY: `PATH`"),
        ("FROM a\nCOPY x-$TARGETARCH /x\n", "Dockerfile:2: COPY: `TARGETARCH`"),
        ("FROM a\nARG BUILDARCH\nCOPY x-$BUILDARCH /x\n", "Dockerfile:3: COPY: `BUILDARCH`"),
        ("FROM a\nARG ELSEWHERE\nCOPY $ELSEWHERE /x\n", "Dockerfile:3: COPY: `ELSEWHERE`"),
        // Builders disagree on these.
        ("FROM a\nENV D=1\nARG D=2\nCOPY $D /x\n", "Dockerfile:4: COPY: `D`"),
        ("FROM a\nARG D=1\nARG D=2\nCOPY $D /x\n", "Dockerfile:4: COPY: `D`"),
        ("FROM a\nARG D=1 E=$D\nCOPY $E /x\n", "Dockerfile:3: COPY: `E`"),
        ("FROM a\nARG N=D\nARG $N=1\nARG F=1\nCOPY $F /x\n", "Dockerfile:5: COPY: `$N`"),
        ("FROM a\nARG \"D\"=1\nARG F=1\nCOPY $F /x\n", "Dockerfile:4: COPY: `\"D\"`"),
        (
            "FROM a AS s\nARG TARGETSTAGE\nCOPY $TARGETSTAGE /x\n",
            "Dockerfile:3: COPY: `TARGETSTAGE`",
        ),
        ("FROM a\nARG D=x\nCOPY ${D#'\\*'} /x\n", "Dockerfile:3: COPY: `${D#'\\*'}`"),
        ("FROM a\nRUN --mount=target=/x y\n", "Dockerfile:2: RUN: a bind mount without `source`"),
        ("FROM a\nRUN --mount=source=.,target=/x y\n", "Dockerfile:2: RUN: a bind mount without"),
        ("FROM a\nRUN --mount=source=$S,target=/x y\n", "Dockerfile:2: RUN: `S` in `--mount`"),
        (
            "FROM a\nRUN --mount=type=odd,target=/x y\n",
            "Dockerfile:2: RUN: `--mount=type=odd,target=/x`: type `odd` is not known",
        ),
        (
            "FROM a\nRUN --mount=source=a,odd=1 y\n",
            "Dockerfile:2: RUN: `--mount=source=a,odd=1`: `odd` is not a key",
        ),
        ("FROM a\nRUN --mount=from=s$,target=/x y\n", "Dockerfile:2: RUN: `from=` of a mount"),
        ("FROM a AS s\nONBUILD COPI a b\nFROM s\n", "Dockerfile:2:9: unknown instruction `COPI`"),
        ("FROM a\nARG F=s\nCOPY --from=$F a /x\n", "Dockerfile:3: COPY: `--from=$F`"),
        ("FROM a\nCOPY --odd=1 a /x\n", "Dockerfile:2:1: `COPY` has no flag `--odd`"),
        ("FROM a\nCOPY a /x\nINCLUDE b\n", "Dockerfile:3:1: unknown instruction `INCLUDE`"),
        ("FROM a AS s\nONBUILD COPY $SRC /x\nFROM s\n", "Dockerfile:2: COPY: `SRC`"),
        ("FROM a-$BUILDARCH\nCOPY a /x\n", "Dockerfile:1: FROM: `BUILDARCH` is not known"),
        ("# syntax=example.com/x\nFROM a\nCOPY a /x\n", "Dockerfile: `example.com/x` is a syntax"),
    ];
    let mut build_args = BuildArgs::new();
    build_args.insert("ELSEWHERE".to_owned(), None);
    for (text, expected) in rows {
        match reach(&parsed(text), &options(None, &build_args, Some("linux/amd64"))) {
            Ok(Reach::Whole { why }) => assert!(why.starts_with(expected), "{why}\n{text}"),
            other => panic!("{other:?}\n{text}"),
        }
    }
}

#[test]
fn the_frontend_may_come_from_a_build_argument() {
    let file = parsed("FROM a\nCOPY a /x\n");
    let whole = |build_args| {
        matches!(reach(&file, &options(None, &build_args, None)), Ok(Reach::Whole { .. }))
    };
    assert!(whole(args(&[("BUILDKIT_SYNTAX", "example.com/x")])));
    assert!(!whole(args(&[("BUILDKIT_SYNTAX", "docker/dockerfile:1")])));
}

#[test]
fn without_a_platform_its_arguments_are_not_known() {
    let file = parsed("FROM a\nARG TARGETOS\nCOPY $TARGETOS /x\n");
    let none = BuildArgs::new();
    let found = reach(&file, &options(None, &none, None)).unwrap();
    assert!(matches!(found, Reach::Whole { .. }), "{found:?}");
}

#[test]
fn what_nobody_could_build_is_an_error() {
    let rows = [
        ("FROM a\nCOPY ${} /x\n", "Dockerfile:2:1: `${}`: bad substitution"),
        ("FROM a\nCOPY \"a b /x\n", "Dockerfile:2:1: `\"a`: a double quote is not closed"),
        ("FROM scratch\nCOPY ${A:?say} /x\n", "Dockerfile:2:1: `${A:?say}`: A: say"),
        ("FROM a\nENV A=${B:=1}\n", "Dockerfile:2:1: `${B:=1}`: modifier `:=` is not known"),
        ("FROM a AS x\nCOPY --from=x a /x\n", "Dockerfile:1:1: stage `x` is made from itself"),
    ];
    let none = BuildArgs::new();
    for (text, expected) in rows {
        let error = reach(&parsed(text), &options(None, &none, None)).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}\n{text}");
    }
    let error = reach(&parsed("FROM a\n"), &options(Some("x"), &none, None)).unwrap_err();
    assert_eq!(error.to_string(), "Dockerfile:1:1: there is no stage `x`");
}
