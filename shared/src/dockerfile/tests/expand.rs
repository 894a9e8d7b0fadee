use std::collections::BTreeMap;

use crate::dockerfile::expand::{DEPTH_MAX, Expander, Kind, Style};

fn lookup(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let map: BTreeMap<String, String> =
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    move |name| map.get(name).cloned()
}

/// BuildKit `frontend/dockerfile/shell/envVarTest` (rows A and U); also run with
/// Korean instead of the plain prefix, as the table there does.
const WORDS: &[(&str, &str)] = &[
    ("hello", "hello"),
    ("he'll'o", "hello"),
    ("he'llo", "error"),
    ("he\\'llo", "he'llo"),
    ("he\\\\'llo", "error"),
    ("abc\\tdef", "abctdef"),
    ("\"abc\\tdef\"", "abc\\tdef"),
    ("\"abc\\\\tdef\"", "abc\\tdef"),
    ("'abc\\tdef'", "abc\\tdef"),
    ("hello\\", "hello"),
    ("hello\\\\", "hello\\"),
    ("\"hello", "error"),
    ("\"hello\\\"", "error"),
    ("\"hel'lo\"", "hel'lo"),
    ("'hello", "error"),
    ("'hello\\'", "hello\\"),
    ("'hello\\there'", "hello\\there"),
    ("'hello\\\\there'", "hello\\\\there"),
    ("\"''\"", "''"),
    ("$.", "$."),
    ("he$1x", "hex"),
    ("he$.x", "he$.x"),
    ("he$pwd.", "he."),
    ("he$PWD", "he/home"),
    ("he\\$PWD", "he$PWD"),
    ("he\\\\$PWD", "he\\/home"),
    ("\"he\\$PWD\"", "he$PWD"),
    ("\"he\\\\$PWD\"", "he\\/home"),
    ("\\${}", "${}"),
    ("\\${}aaa", "${}aaa"),
    ("he\\${}", "he${}"),
    ("he\\${}xx", "he${}xx"),
    ("${}", "error"),
    ("${}aaa", "error"),
    ("he${}", "error"),
    ("he${}xx", "error"),
    ("he${hi}", "he"),
    ("he${hi}xx", "hexx"),
    ("he${PWD}", "he/home"),
    ("he${.}", "error"),
    ("he${XXX:-000}xx", "he000xx"),
    ("he${PWD:-000}xx", "he/homexx"),
    ("he${NULL:-000}xx", "he000xx"),
    ("he${XXX-000}xx", "he000xx"),
    ("he${PWD-000}xx", "he/homexx"),
    ("he${NULL-000}xx", "hexx"),
    ("he${XXX:-$PWD}xx", "he/homexx"),
    ("he${XXX:-${PWD:-yyy}}xx", "he/homexx"),
    ("he${XXX:-${YYY:-yyy}}xx", "heyyyxx"),
    ("he${XXX-${PWD-yyy}}xx", "he/homexx"),
    ("he${XXX-${YYY-yyy}}xx", "heyyyxx"),
    ("he${XXX:YYY}", "error"),
    ("he${XXX?}", "error"),
    ("he${XXX:?}", "error"),
    ("he${PWD?}", "he/home"),
    ("he${PWD:?}", "he/home"),
    ("he${NULL?}", "he"),
    ("he${NULL:?}", "error"),
    ("he${XXX:+${PWD}}xx", "hexx"),
    ("he${PWD:+${XXX}}xx", "hexx"),
    ("he${PWD:+${SHELL}}xx", "hebashxx"),
    ("he${XXX:+000}xx", "hexx"),
    ("he${PWD:+000}xx", "he000xx"),
    ("he${NULL:+000}xx", "hexx"),
    ("he${XXX+${PWD}}xx", "hexx"),
    ("he${PWD+${XXX}}xx", "hexx"),
    ("he${PWD+${SHELL}}xx", "hebashxx"),
    ("he${XXX+000}xx", "hexx"),
    ("he${PWD+000}xx", "he000xx"),
    ("he${NULL+000}xx", "he000xx"),
    ("'he${XX}'", "he${XX}"),
    ("\"he${PWD}\"", "he/home"),
    ("\"he'$PWD'\"", "he'/home'"),
    ("\"$PWD\"", "/home"),
    ("'$PWD'", "$PWD"),
    ("'\\$PWD'", "\\$PWD"),
    ("'\"hello\"'", "\"hello\""),
    ("'he\\$PWD'", "he\\$PWD"),
    ("\"${PWD}\"", "/home"),
    ("he${PWD", "error"),
    ("he${PWD:=000}xx", "error"),
    ("he${PWD:+${PWD}:}xx", "he/home:xx"),
    ("he${XXX:-\\$PWD:}xx", "he$PWD:xx"),
    ("he${XXX:-\\${PWD}z}xx", "he${PWDz}xx"),
    ("he${SHELL}", "hebash"),
    ("$KOREAN", "한국어"),
    ("안녕하세요", "안녕하세요"),
    ("안'녕'하세요", "안녕하세요"),
    ("안'녕하세요", "error"),
    ("안녕\\'하세요", "안녕'하세요"),
    ("안\\\\'녕하세요", "error"),
    ("안녕\\t하세요", "안녕t하세요"),
    ("\"안녕\\t하세요\"", "안녕\\t하세요"),
    ("'안녕\\t하세요", "error"),
    ("안녕하세요\\", "안녕하세요"),
    ("안녕하세요\\\\", "안녕하세요\\"),
    ("\"안녕하세요", "error"),
    ("\"안녕하세요\\\"", "error"),
    ("\"안녕'하세요\"", "안녕'하세요"),
    ("'안녕하세요'", "안녕하세요"),
    ("안녕$1x", "안녕x"),
    ("안녕$.x", "안녕$.x"),
    ("안녕$pwd.", "안녕."),
    ("안녕$PWD", "안녕/home"),
    ("안녕${XXX:-${YYY:-yyy}}xx", "안녕yyyxx"),
    ("안녕${PWD", "error"),
    ("안녕$KOREAN", "안녕한국어"),
    // Special parameters are never set.
    ("$$", ""),
    ("a$@b$*c$#d$?e$-f$!g", "abcdefg"),
    ("${{aaa}", "error"),
    ("${aaa", "error"),
    ("${aaa}b", "b"),
    ("${:}", "error"),
    ("${PWD:}", "error"),
    ("${PWD!}", "error"),
];

#[test]
fn expands_as_buildkits_table() {
    let values = lookup(&[("PWD", "/home"), ("SHELL", "bash"), ("KOREAN", "한국어"), ("NULL", "")]);
    for (word, expected) in WORDS {
        let found = Expander::new('\\').word(word, &values);
        match found {
            Ok(text) => assert_eq!(&text, expected, "{word}"),
            Err(error) => assert_eq!(*expected, "error", "{word}: {error}"),
        }
    }
}

/// BuildKit `frontend/dockerfile/shell/wordsTest`.
#[test]
fn splits_as_buildkits_table() {
    let set = [("hi", "hi"), ("space", "abc  def"), ("leading", "  ab c"), ("trailing", "ab c   ")];
    let rows: &[(&str, &[&str])] = &[
        ("hello", &["hello"]),
        ("hello${no}bye", &["hellobye"]),
        ("hello${hi}bye", &["hellohibye"]),
        ("hello${space}bye", &["helloabc", "defbye"]),
        ("hello\"${space}\"bye", &["helloabc  defbye"]),
        ("hello \"${space}\"bye", &["hello", "abc  defbye"]),
        ("hello${leading}def", &["hello", "ab", "cdef"]),
        ("hello\"${leading}\" def", &["hello  ab c", "def"]),
        ("hello\"${leading}\"", &["hello  ab c"]),
        ("hello${leading}", &["hello", "ab", "c"]),
        ("hello${trailing}", &["helloab", "c"]),
        ("hello${trailing}d", &["helloab", "c", "d"]),
        ("hello\"${trailing}\"d", &["helloab c   d"]),
        ("hel\"lo${trailing}\"", &["helloab c   "]),
        ("hello\" there  \"", &["hello there  "]),
        ("hello there     ", &["hello", "there"]),
        ("hello\\ there", &["hello there"]),
        ("hello\\\" there", &["hello\"", "there"]),
        ("\"\" a", &["a"]),
        ("", &[]),
    ];
    let values = lookup(&set);
    for (word, expected) in rows {
        assert_eq!(&Expander::new('\\').words(word, &values).unwrap(), expected, "{word}");
    }
    assert!(Expander::new('\\').words("hello\" there", &values).is_err());
}

/// word, variables, text (`None`: an error), used, unset
type Row = (
    &'static str,
    &'static [(&'static str, &'static str)],
    Option<&'static str>,
    &'static [&'static str],
    &'static [&'static str],
);

/// BuildKit `lex_test.go`: TestProcessWithMatches.
const MATCHES: &[Row] = &[
    ("x", &[("DUMMY", "dummy")], Some("x"), &[], &[]),
    ("x ${UNUSED}", &[("DUMMY", "dummy")], Some("x "), &[], &["UNUSED"]),
    ("x ${FOO}", &[("FOO", "y")], Some("x y"), &["FOO"], &[]),
    (
        "${FOO-aaa} ${BAR-bbb} ${BAZ-ccc}",
        &[("FOO", "xxx"), ("BAR", "")],
        Some("xxx  ccc"),
        &["FOO", "BAR"],
        &["BAZ"],
    ),
    (
        "${FOO:-aaa} ${BAR:-bbb} ${BAZ:-ccc}",
        &[("FOO", "xxx"), ("BAR", "")],
        Some("xxx bbb ccc"),
        &["FOO", "BAR"],
        &["BAZ"],
    ),
    ("${FOO:-}", &[("FOO", "xxx")], Some("xxx"), &["FOO"], &[]),
    ("${FOO:-}", &[], Some(""), &[], &["FOO"]),
    (
        "${FOO+aaa} ${BAR+bbb} ${BAZ+ccc}",
        &[("FOO", "xxx"), ("BAR", "")],
        Some("aaa bbb "),
        &["FOO", "BAR"],
        &["BAZ"],
    ),
    (
        "${FOO:+aaa} ${BAR:+bbb} ${BAZ:+ccc}",
        &[("FOO", "xxx"), ("BAR", "")],
        Some("aaa  "),
        &["FOO", "BAR"],
        &["BAZ"],
    ),
    ("${FOO?aaa}", &[("FOO", "xxx")], Some("xxx"), &["FOO"], &[]),
    ("${BAR?bbb}", &[("BAR", "")], Some(""), &["BAR"], &[]),
    ("${BAZ?ccc}", &[], None, &[], &[]),
    ("${FOO:?aaa}", &[("FOO", "xxx")], Some("xxx"), &["FOO"], &[]),
    ("${BAR:?bbb}", &[("BAR", "")], None, &[], &[]),
    ("${BAZ:?ccc}", &[], None, &[], &[]),
    ("${BAZ:?}", &[], None, &[], &[]),
    ("${FOO=aaa}", &[("FOO", "xxx")], None, &[], &[]),
    ("${FOO=:aaa}", &[("FOO", "xxx")], None, &[], &[]),
    ("${FOO=}", &[], None, &[], &[]),
    ("${FOO#()[]{\\}^$.\\*\\?|\\\\}", &[("FOO", "()[]{}^$.*?|\\x")], Some("x"), &["FOO"], &[]),
    ("${FOO%%\\**}", &[("FOO", "xx**")], Some("xx"), &["FOO"], &[]),
    ("${FOO#*x*y}", &[("FOO", "xxyy")], Some("y"), &["FOO"], &[]),
    ("${FOO#*}", &[("FOO", "xxyy")], Some("xxyy"), &["FOO"], &[]),
    ("${FOO#$BAR}", &[("FOO", "xxyy"), ("BAR", "x")], Some("xyy"), &["FOO", "BAR"], &[]),
    ("${FOO#$BAR}", &[("FOO", "xxyy"), ("BAR", "")], Some("xxyy"), &["FOO", "BAR"], &[]),
    ("${FOO#}", &[("FOO", "xxyy")], Some("xxyy"), &["FOO"], &[]),
    ("${FOO##*x}", &[("FOO", "xxyy")], Some("yy"), &["FOO"], &[]),
    ("${FOO##}", &[("FOO", "xxyy")], Some("xxyy"), &["FOO"], &[]),
    ("${FOO#?\\?}", &[("FOO", "???y")], Some("?y"), &["FOO"], &[]),
    ("${ABC:-.}${FOO%x}${ABC:-.}", &[("FOO", "xxyy")], Some(".xxyy."), &["FOO"], &["ABC"]),
    ("${FOO%%\\**\\*}", &[("FOO", "a***yy*")], Some("a"), &["FOO"], &[]),
    ("${FOO%}", &[("FOO", "xxyy")], Some("xxyy"), &["FOO"], &[]),
    ("${FOO%%$BAR}", &[("FOO", "xxyy"), ("BAR", "")], Some("xxyy"), &["FOO", "BAR"], &[]),
    (
        "${FOO/$NEEDLE/.} - ${FOO//$NEEDLE/.}",
        &[("FOO", "/foo*/*/*.txt"), ("NEEDLE", "\\*/")],
        Some("/foo.*/*.txt - /foo..*.txt"),
        &["FOO", "NEEDLE"],
        &[],
    ),
    (
        "${FOO/$NEEDLE/} - ${FOO//$NEEDLE/}",
        &[("FOO", "/tmp/tmp/bar.txt"), ("NEEDLE", "/tmp")],
        Some("/tmp/bar.txt - /bar.txt"),
        &["FOO", "NEEDLE"],
        &[],
    ),
    (
        "${FOO/$NEEDLE/$REPLACEMENT} - ${FOO//$NEEDLE/$REPLACEMENT}",
        &[("FOO", "/a/foo/b/c.txt"), ("NEEDLE", "/?/"), ("REPLACEMENT", "/")],
        Some("/foo/b/c.txt - /foo/c.txt"),
        &["FOO", "NEEDLE", "REPLACEMENT"],
        &[],
    ),
    (
        "${FOO/$NEEDLE/$REPLACEMENT}",
        &[("FOO", "http://google.de"), ("NEEDLE", "http://"), ("REPLACEMENT", "https://")],
        Some("https://google.de"),
        &["FOO", "NEEDLE", "REPLACEMENT"],
        &[],
    ),
    ("${FOO//\\//\\/}", &[("FOO", "/tmp/foo.txt")], Some("\\/tmp\\/foo.txt"), &["FOO"], &[]),
    ("${FOO/$BAR/ww}", &[("FOO", "xxyy"), ("BAR", "")], Some("wwxxyy"), &["FOO", "BAR"], &[]),
    ("${FOO//ww}", &[("FOO", "xxyy")], None, &[], &[]),
    ("${FOO//}", &[("FOO", "xxyy")], None, &[], &[]),
    ("${FOO///}", &[("FOO", "xxyy")], Some("xxyy"), &["FOO"], &[]),
    ("${FOO///}", &[], Some(""), &[], &["FOO"]),
    // TestProcessWithMatchesPlatform
    (
        "something-${VERSION}.${TARGETOS}-${TARGETARCH}${TARGETVARIANT:+-${TARGETVARIANT}}.tar.gz",
        &[
            ("VERSION", "v1.2.3"),
            ("TARGETOS", "linux"),
            ("TARGETARCH", "arm"),
            ("TARGETVARIANT", "v7"),
        ],
        Some("something-v1.2.3.linux-arm-v7.tar.gz"),
        &["VERSION", "TARGETOS", "TARGETARCH", "TARGETVARIANT"],
        &[],
    ),
    (
        "something-${VERSION}.${TARGETOS}-${TARGETARCH}${TARGETVARIANT:+-${TARGETVARIANT}}.tar.gz",
        &[
            ("VERSION", "v1.2.3"),
            ("TARGETOS", "linux"),
            ("TARGETARCH", "arm64"),
            ("TARGETVARIANT", ""),
        ],
        Some("something-v1.2.3.linux-arm64.tar.gz"),
        &["VERSION", "TARGETOS", "TARGETARCH", "TARGETVARIANT"],
        &[],
    ),
];

#[test]
fn tells_which_variables_were_used_and_unset() {
    for (word, set, expected, used, unset) in MATCHES {
        let found = Expander::new('\\').expand(word, &lookup(set));
        let Some(expected) = expected else {
            assert!(found.is_err(), "{word} gave {found:?}");
            continue;
        };
        let found = found.unwrap_or_else(|error| panic!("{word}: {error}"));
        assert_eq!(&found.text, expected, "{word}");
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        assert_eq!(found.used, names(used), "{word}");
        assert_eq!(found.unset, names(unset), "{word}");
    }
}

/// BuildKit `lex_test.go`: TestShellParserMandatoryEnvVars.
#[test]
fn a_required_variable_gives_its_message() {
    let (plain, empty, unset) = (
        lookup(&[("VAR", "plain"), ("ARG", "x")]),
        lookup(&[("VAR", ""), ("ARG", "x")]),
        lookup(&[("ARG", "x")]),
    );
    let (no_empty, no_unset) = ("${VAR:?message here$ARG}", "${VAR?message here$ARG}");
    let expander = Expander::new('\\');
    assert_eq!(expander.word(no_empty, &plain).unwrap(), "plain");
    assert_eq!(expander.word(no_unset, &plain).unwrap(), "plain");
    assert_eq!(expander.word(no_unset, &empty).unwrap(), "");
    for (word, values) in [(no_empty, &empty), (no_empty, &unset), (no_unset, &unset)] {
        let error = expander.word(word, values).unwrap_err();
        assert_eq!(error.to_string(), "VAR: message herex", "{word}");
    }
}

#[test]
fn the_backtick_escapes_where_the_file_says_so() {
    let values = lookup(&[("X", "1")]);
    let rows = [("`$X", "$X"), ("\\$X", "\\1"), ("\"a`\"b\"", "a\"b"), ("C:\\dir", "C:\\dir")];
    for (word, expected) in rows {
        assert_eq!(Expander::new('`').word(word, &values).unwrap(), expected);
    }
}

#[test]
fn styles_keep_what_they_say() {
    let raw = Style { raw_quotes: true, raw_escapes: true, keep_unset: true, plain_quotes: false };
    let plain = Style { plain_quotes: true, ..Style::default() };
    let rows = [
        (raw, "'a' \"b\" \\c $X ${Y} ${Z:-d} ${Z/a/b}", "'a' \"b\" \\c 1 ${Y} ${Z:-d} ${Z/a/b}"),
        (raw, "\"\\\"\"", "\"\\\"\""),
        (plain, "it's $X and \"$X", "it's 1 and \"1"),
    ];
    for (style, word, expected) in rows {
        let found = Expander::new('\\').style(style).word(word, &lookup(&[("X", "1")])).unwrap();
        assert_eq!(found, expected);
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let nested = |depth: usize| "${a:-".repeat(depth) + "x" + &"}".repeat(depth);
    let expander = Expander::new('\\');
    assert_eq!(expander.word(&nested(DEPTH_MAX), &|_| None).unwrap(), "x");
    assert_eq!(expander.word(&nested(DEPTH_MAX + 1), &|_| None), Err(Kind::Depth));
    assert_eq!(expander.word(&nested(200_000), &|_| None), Err(Kind::Depth));
}

#[test]
fn values_that_double_stop_at_the_limit() {
    let long = "x".repeat(1 << 20);
    let word = "$A".repeat(40);
    let found = Expander::new('\\').word(&word, &|_| Some(long.clone()));
    assert_eq!(found, Err(Kind::TooLong));
}
