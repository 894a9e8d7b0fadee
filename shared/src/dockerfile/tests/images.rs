use crate::dockerfile::scope::BuildArgs;
use crate::dockerfile::{What, exposed_ports, image_uses};

use super::{args, options, parsed};

fn uses(text: &str, target: Option<&str>) -> Vec<String> {
    let build_args = args(&[("GIVEN", "g")]);
    let found = image_uses(&parsed(text), &options(target, &build_args, Some("linux/arm64")));
    let shown = found.unwrap().into_iter().map(|image| {
        let what = match image.what {
            What::From => "from",
            What::CopyFrom => "copy",
            What::MountFrom => "mount",
            What::Syntax => "syntax",
        };
        let doubt = if image.known { "" } else { "?" };
        let platform = image.platform.map_or(String::new(), |p| format!(" on {p}"));
        format!("{} {what} {}{doubt}{platform}", image.line, image.reference_text)
    });
    shown.collect()
}

#[test]
fn images_from_outside() {
    let rows: &[(&str, &[&str])] = &[
        ("FROM alpine\n", &["1 from alpine"]),
        ("FROM scratch\nCOPY --from=scratch a b\n", &[]),
        (
            "# syntax=docker/dockerfile:1 // x\nFROM a\n",
            &["1 syntax docker/dockerfile:1", "2 from a"],
        ),
        ("# syntax=example.com/x:1\nWHAT a\n", &["1 syntax example.com/x:1"]),
        ("ARG V=1\nARG GIVEN=0\nFROM r/a:$V-$GIVEN\n", &["3 from r/a:1-g"]),
        (
            "FROM --platform=$BUILDPLATFORM a AS b\nFROM --platform=$TARGETPLATFORM c\nCOPY --from=b x y\n",
            &["1 from a", "2 from c on linux/arm64"],
        ),
        (
            "FROM a AS b\nFROM c\nCOPY --from=b x y\nCOPY --from=d:1 x y\nRUN --mount=from=e,target=/e --mount=type=cache,from=f,target=/f z\n",
            &["1 from a", "2 from c", "4 copy d:1", "5 mount e", "5 mount f"],
        ),
        ("FROM unused\nFROM a\n", &["2 from a"]),
        ("FROM a-$BUILDARCH\n", &["1 from a-?"]),
        ("ARG X=1\nFROM a\nCOPY --from=r/b:$X c d\n", &["2 from a", "3 copy r/b:$X?"]),
        ("FROM a AS s\nONBUILD COPY --from=tool c d\nFROM s\n", &["1 from a", "2 copy tool"]),
        ("FROM a AS s\nONBUILD COPY --from=tool c d\n", &["1 from a"]),
        ("FROM a\nCOPY --from=a x y\n", &["1 from a", "2 copy a"]),
    ];
    for (text, expected) in rows {
        assert_eq!(&uses(text, None), expected, "{text}");
    }
    assert_eq!(uses("FROM a AS s\nFROM b\n", Some("s")), ["1 from a"]);
}

#[test]
fn the_frontend_of_a_build_argument_is_used() {
    let given = args(&[("BUILDKIT_SYNTAX", "r/x:1")]);
    let found = image_uses(&parsed("FROM a\n"), &options(None, &given, None)).unwrap();
    assert_eq!((found.len(), found[0].reference_text.as_str()), (1, "r/x:1"));
    let mut unsaid = BuildArgs::new();
    unsaid.insert("BUILDKIT_SYNTAX".to_owned(), None);
    let found = image_uses(&parsed("FROM a\n"), &options(None, &unsaid, None)).unwrap();
    assert!(!found[0].known);
}

#[test]
fn ports_of_the_last_stage_and_those_below() {
    let rows: &[(&str, &[u16])] = &[
        ("FROM a\n", &[]),
        ("FROM a\nEXPOSE 8080 443/tcp 53/udp 8080/TCP\n", &[8080, 443]),
        ("FROM a\nEXPOSE 8000-8002/tcp\n", &[8000, 8001, 8002]),
        ("FROM a AS b\nEXPOSE 1\nFROM x\nEXPOSE 2\nFROM b\nEXPOSE 3\n", &[1, 3]),
        ("FROM a\nARG P=90\nENV Q=91\nEXPOSE $P ${Q}/tcp $UNSET\n", &[90, 91]),
        ("FROM a\nENV P=\"1 2\"\nEXPOSE $P\n", &[1, 2]),
        ("FROM a\nEXPOSE 0 70000 x 9-8 -1\n", &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(&exposed_ports(&parsed(text)), expected, "{text}");
    }
}
