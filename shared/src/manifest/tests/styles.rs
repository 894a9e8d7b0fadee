//! Every way in which a string can be written keeps its way.

use super::after;

#[test]
fn each_scalar_style_keeps_its_quotes_and_surroundings() {
    for (before, wanted) in [
        ("image: me/app\n", "image: me/app:new\n"),
        ("image: me/app:1", "image: me/app:new"),
        ("image:   me/app:1   # why\n", "image:   me/app:new   # why\n"),
        ("image: 'me/app:1' # c\n", "image: 'me/app:new' # c\n"),
        ("image: \"me/app:1\"\n", "image: \"me/app:new\"\n"),
        ("image: \"me\\/app:\\x31\"\n", "image: \"me/app:new\"\n"),
        ("image: '  me/app:1 '\n", "image: 'me/app:new'\n"),
        ("image: \"\\tme/app\\n\"\n", "image: \"me/app:new\"\n"),
        ("\"image\": \"me/app\"\n", "\"image\": \"me/app:new\"\n"),
        ("? image\n: me/app\n", "? image\n: me/app:new\n"),
        ("image:\n  me/app:1\nb: 1\n", "image:\n  me/app:new\nb: 1\n"),
        ("image:\n  'me/app:1\n  '\nb: 1\n", "image:\n  'me/app:new'\nb: 1\n"),
        ("image: \"me/\\\n   app:1\"\nb: 1\n", "image: \"me/app:new\"\nb: 1\n"),
        (
            "{image: me/app, b: [image, {image: 'me/app:2'}]}\n",
            "{image: me/app:new, b: [image, {image: 'me/app:new'}]}\n",
        ),
        ("{\"image\":\"me/app\"}", "{\"image\":\"me/app:new\"}"),
        ("image: !!str me/app\n", "image: !!str me/app:new\n"),
        ("image: &a me/app # c\nb: *a\n", "image: &a me/app:new # c\nb: *a\n"),
        ("image: &a \"me/app\"\n", "image: &a \"me/app:new\"\n"),
        ("image: ! 'me/app'\n", "image: ! 'me/app:new'\n"),
        ("é: 日本\nimage: me/app # ü\n", "é: 日本\nimage: me/app:new # ü\n"),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
}

#[test]
fn a_block_scalar_keeps_its_header_and_loses_its_line_break() {
    for (before, wanted) in [
        ("image: |-\n  me/app:1\nb: 1\n", "image: |-\n  me/app:new\nb: 1\n"),
        ("image: >-\n  me/app:1\n\n\nb: 1\n", "image: >-\n  me/app:new\n\n\nb: 1\n"),
        ("image: |\n  me/app:1\nb: 1\n", "image: |-\n  me/app:new\nb: 1\n"),
        ("image: >+\n  me/app:1\n\nb: 1\n", "image: >-\n  me/app:new\n\nb: 1\n"),
        ("image: | # c | d\n    me/app:1\nb: 1\n", "image: |- # c | d\n    me/app:new\nb: 1\n"),
        ("image: |2\n    me/app:1\nb: 1\n", "image: me/app:new\nb: 1\n"),
        ("image: |2- # c\n    me/app:1\nb: 1\n", "image: me/app:new # c\nb: 1\n"),
        ("image: |-\n\n\n  me/app:1\nb: 1\n", "image: me/app:new\nb: 1\n"),
        ("image: |\n  me/app  \nb: 1\n", "image: |-\n  me/app:new\nb: 1\n"),
        ("image: |-\r\n  me/app\t\r\nb: 1\r\n", "image: |-\r\n  me/app:new\r\nb: 1\r\n"),
        ("image: |-\n  me/app\n     \n\nb: 1\n", "image: |-\n  me/app:new\n\nb: 1\n"),
        ("image: |-\n  me/app\n \n\nb: 1\n", "image: |-\n  me/app:new\n \n\nb: 1\n"),
        ("- image: >\n    me/app\n- b\n", "- image: >-\n    me/app:new\n- b\n"),
        ("image: |-\n  me/app", "image: |-\n  me/app:new"),
        ("image: |-  \r\n  me/app\r\nb: 1\r\n", "image: |-  \r\n  me/app:new\r\nb: 1\r\n"),
        ("image: |\r\n  me/app\r\nb: 1\r\n", "image: |-\r\n  me/app:new\r\nb: 1\r\n"),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
}

#[test]
fn a_value_that_would_stop_being_a_string_gets_quotes() {
    use super::super::{Options, Replacements, Target, rewrite};
    use crate::reference::{Reference, Repository};
    for (target, wanted) in [
        ("12:30", "image: \"12:30\"\n"),
        ("[::1]:5000/a:1", "image: \"[::1]:5000/a:1\"\n"),
        ("10.0.0.1:5000/a:1", "image: 10.0.0.1:5000/a:1\n"),
        ("null", "image: \"null\"\n"),
        ("on", "image: \"on\"\n"),
        ("1.10", "image: \"1.10\"\n"),
    ] {
        let mut replacements = Replacements::new();
        let target = Target::Reference(Reference::parse(target).unwrap());
        replacements.add(Repository::parse("x").unwrap(), target);
        let out = rewrite(b"image: x\n", "f", &replacements, &Options::default()).unwrap();
        assert_eq!(String::from_utf8(out.bytes).unwrap(), wanted);
    }
}

#[test]
fn line_ends_byte_order_mark_and_document_marks_stay() {
    for (before, wanted) in [
        ("\u{feff}image: me/app\r\nb: 1\r\n", "\u{feff}image: me/app:new\r\nb: 1\r\n"),
        ("\u{feff}{\"image\": \"me/app\"}", "\u{feff}{\"image\": \"me/app:new\"}"),
        (
            "---\nimage: me/app\n...\n---\n# c\n---\nimage: me/app:2\n",
            "---\nimage: me/app:new\n...\n---\n# c\n---\nimage: me/app:new\n",
        ),
        (
            "--- {image: me/app}\n--- # x\nimage: me/app",
            "--- {image: me/app:new}\n--- # x\nimage: me/app:new",
        ),
        ("%YAML 1.2\n---\nimage: me/app\n", "%YAML 1.2\n---\nimage: me/app:new\n"),
        (
            "%TAG !k! tag:k,2000:\n---\na: !k!x y\nimage: me/app\n",
            "%TAG !k! tag:k,2000:\n---\na: !k!x y\nimage: me/app:new\n",
        ),
        ("", ""),
        ("# only a comment", "# only a comment"),
        ("---\n---\n", "---\n---\n"),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
}

#[test]
fn json_stays_json() {
    for (before, wanted) in [
        ("{\t\"image\":\t\"me/app\"\t}\n", "{\t\"image\":\t\"me/app:new\"\t}\n"),
        (
            "{\"image\":\"me/app\"}\n{\"image\":\"me/app:1\"}\n",
            "{\"image\":\"me/app:new\"}\n{\"image\":\"me/app:new\"}\n",
        ),
        (
            "[{\"image\":\"me\\/app\",\"x\":\"\\ud83d\\ude00\"}]",
            "[{\"image\":\"me/app:new\",\"x\":\"\\ud83d\\ude00\"}]",
        ),
        ("{\"spec\":{\"image\":null,\"n\":-1.5e+3}}", "{\"spec\":{\"image\":null,\"n\":-1.5e+3}}"),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
    let long = format!("{{\"{}\": {{\"image\": \"me/app\"}}}}", "k".repeat(5000));
    assert_eq!(after(&long), long.replace("me/app", "me/app:new"));
}

#[test]
fn an_anchor_is_edited_once_and_an_alias_only_where_its_anchor_is_no_image() {
    for (before, wanted) in [
        ("a: {image: &i me/app}\nb: {image: *i}\n", "a: {image: &i me/app:new}\nb: {image: *i}\n"),
        ("name: &i me/app\nimage: *i\n", "name: &i me/app\nimage: me/app:new\n"),
        ("name: &i me/app\nx: [{image: *i }]\n", "name: &i me/app\nx: [{image: me/app:new }]\n"),
        (
            "base: &b {image: me/app}\nc: {<<: *b, d: 1}\n",
            "base: &b {image: me/app:new}\nc: {<<: *b, d: 1}\n",
        ),
        ("a: &x [1]\nimage: *x\n", "a: &x [1]\nimage: *x\n"),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
}
