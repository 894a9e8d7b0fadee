use crate::dockerfile::scope::{BuildArgs, Platform, Text};
use crate::dockerfile::{Base, Stages};

use super::{args, options, parsed};

const FILE: &str = "ARG V=1\nFROM a:$V AS Build\nRUN x\nFROM scratch AS empty\n\
                    FROM BUILD AS test\nFROM alpine\nCOPY --from=0 a b\nFROM empty AS last-1\nRUN \
                    --mount=type=bind,from=test,target=/x y\n";

fn needed(text: &str, target: Option<&str>) -> Result<Vec<usize>, String> {
    let file = parsed(text);
    let args = BuildArgs::new();
    let stages = Stages::resolve(&file, &options(target, &args, None))
        .map_err(|e| format!("{e}; {}", e.hint.clone().unwrap_or_default()))?;
    stages.needed(&file).map_err(|error| error.to_string())
}

#[test]
fn targets_by_name_in_any_case_and_by_number() {
    let rows: &[(Option<&str>, &[usize])] = &[
        (None, &[0, 1, 2, 4]),
        (Some(""), &[0, 1, 2, 4]),
        (Some("build"), &[0]),
        (Some("BUILD"), &[0]),
        (Some("test"), &[0, 2]),
        (Some("0"), &[0]),
        (Some("3"), &[0, 3]),
        (Some("empty"), &[1]),
        (Some("LAST-1"), &[0, 1, 2, 4]),
    ];
    for (target, expected) in rows {
        assert_eq!(&needed(FILE, *target).unwrap(), expected, "{target:?}");
    }
}

#[test]
fn a_target_that_is_not_there_lists_what_is() {
    let rows = [
        (FILE, "biuld", "there is no stage `biuld`; did you mean `build`?"),
        (
            FILE,
            "production",
            "there is no stage `production`; the stages are `build`, `empty`, `test`, `last-1`",
        ),
        (FILE, "9", "there is no stage `9`; the stages are `build`, `empty`, `test`, `last-1`"),
        (
            "FROM a\nFROM b\n",
            "x",
            "there is no stage `x`; no stage has a name; their numbers are 0 to 1",
        ),
    ];
    for (text, target, expected) in rows {
        let said = needed(text, Some(target)).unwrap_err();
        assert!(said.ends_with(expected), "{said}");
    }
}

#[test]
fn names_mean_the_stage_before_in_from_and_the_last_elsewhere() {
    let rows: &[(&str, &[usize])] = &[
        ("FROM alpine AS alpine\n", &[0]),
        ("FROM x AS a\nFROM y AS a\nFROM a\n", &[1, 2]),
        ("FROM x AS a\nFROM a AS b\nFROM y AS a\nFROM b\n", &[0, 1, 3]),
        ("FROM x\nCOPY --from=later a b\nFROM y AS later\nFROM 0\n", &[2]),
        ("FROM y\nFROM x AS t\nCOPY --from=later a b\nFROM z AS later\nFROM t\n", &[1, 2, 3]),
        ("FROM x AS a\nFROM y\nCOPY --from=A b c\n", &[0, 1]),
        ("FROM x AS a\nFROM y\nCOPY --from=image:1 b c\n", &[1]),
        ("FROM x AS a\nFROM y\nADD a b\n", &[1]),
        ("FROM x AS a\nONBUILD COPY --from=b c d\nFROM y AS b\nFROM a\n", &[0, 1, 2]),
        (
            "FROM x AS a\nONBUILD COPY --from=b c d\nFROM y AS b\nFROM x\nCOPY --from=a c d\n",
            &[0, 2],
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(&needed(text, None).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_stage_that_needs_itself_is_refused() {
    for text in [
        "FROM a AS x\nCOPY --from=x b c\n",
        "FROM a AS x\nCOPY --from=0 b c\n",
        "FROM a AS x\nCOPY --from=y b c\nFROM x AS y\n",
        "FROM a AS x\nRUN --mount=from=y,target=/y b\nFROM x AS y\nFROM y\n",
    ] {
        assert_eq!(
            needed(text, None).unwrap_err(),
            "Dockerfile:1:1: stage `x` is made from itself"
        );
    }
    assert_eq!(needed("FROM a AS x\nCOPY --from=x b c\nFROM b\n", None).unwrap(), [1]);
}

fn bases(text: &str, build_args: &BuildArgs, platform: Option<&str>) -> Vec<Base> {
    let file = parsed(text);
    let stages = Stages::resolve(&file, &options(None, build_args, platform)).unwrap();
    stages.list.into_iter().map(|stage| stage.base).collect()
}

#[test]
fn bases_are_expanded_with_global_arguments() {
    let image = |name: &str| Base::Image(name.to_owned());
    let none = BuildArgs::new();
    let rows = [
        ("ARG A=1\nARG B=$A.2\nFROM x:$B\n", image("x:1.2")),
        ("ARG A\nFROM x:${A:-d}\n", image("x:d")),
        ("FROM x:$UNSET\n", image("x:")),
        ("FROM x-$TARGETARCH$TARGETVARIANT\n", image("x-armv7")),
        ("FROM $TARGETSTAGE-x\n", image("default-x")),
        ("ARG TARGETARCH=own\nFROM x-$TARGETARCH\n", image("x-own")),
        ("FROM \"quoted\"\n", image("quoted")),
        ("ARG B=scratch\nFROM $B\n", Base::Scratch),
    ];
    for (text, expected) in rows {
        assert_eq!(bases(text, &none, Some("linux/arm")), [expected], "{text}");
    }
    let given = args(&[("A", "9"), ("TARGETARCH", "given")]);
    assert_eq!(bases("ARG A=1\nFROM x:$A\n", &given, None), [image("x:9")]);
    assert_eq!(bases("FROM x:$A\n", &given, None), [image("x:")]);
    assert_eq!(bases("FROM x:$TARGETARCH\n", &given, None), [image("x:given")]);
    let unknown = &bases("FROM x-$BUILDARCH\n", &none, Some("linux/arm"))[0];
    assert!(matches!(unknown, Base::Unknown { variable, .. } if variable == "BUILDARCH"));
}

#[test]
fn a_base_that_is_empty_or_a_platform_that_is_none_is_refused() {
    let none = BuildArgs::new();
    let file = parsed("ARG V\nFROM $V\n");
    let error = Stages::resolve(&file, &options(None, &none, None)).unwrap_err();
    assert_eq!(error.to_string(), "Dockerfile:2:1: the stage's base is empty: `$V`");
    let error = Stages::resolve(&file, &options(None, &none, Some("arm64"))).unwrap_err();
    assert!(error.to_string().contains("`arm64` is not a platform"), "{error}");
    let file = parsed("FROM ${X:=1}\n");
    let error = Stages::resolve(&file, &options(None, &none, None)).unwrap_err();
    assert!(error.to_string().starts_with("Dockerfile:1:1: `${X:=1}`: modifier"), "{error}");
}

#[test]
fn platforms_come_out_in_their_normal_form() {
    let rows = [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/amd64/v2", "linux/amd64/v2"),
        ("Linux/arm64/v8", "linux/arm64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"),
        ("linux/i386", "linux/386"),
    ];
    for (text, expected) in rows {
        let platform = Platform::parse(text);
        let none = BuildArgs::new();
        let scope = crate::dockerfile::Scope::global('\\', platform.as_ref(), None, &none);
        let found = scope.expand("$TARGETPLATFORM").unwrap();
        assert_eq!(found, Text::Known(expected.to_owned()), "{text}");
    }
    assert!(["", "linux", "a/b/c/d", "/x"].iter().all(|text| Platform::parse(text).is_none()));
}

#[test]
fn too_many_stages_or_triggers_end_early() {
    let none = BuildArgs::new();
    let file = parsed(&"FROM a\n".repeat(5000));
    let error = Stages::resolve(&file, &options(None, &none, None)).unwrap_err();
    assert!(error.to_string().ends_with("more than 4096 stages"), "{error}");
    let text =
        format!("FROM a AS x\n{}{}", "ONBUILD RUN y\n".repeat(1000), "FROM x\n".repeat(1000));
    let error = Stages::resolve(&parsed(&text), &options(None, &none, None)).unwrap_err();
    assert!(error.to_string().ends_with("more than 100000 `ONBUILD` triggers fire"), "{error}");
}
