use super::*;

/// Input, then registry, path, tag and digest of what it means. The cases follow
/// the forms in the grammar's comment and in Docker's normalisation rules.
#[test]
fn references_are_parsed_and_normalised() {
    const D: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let at = format!("redis@{D}");
    let both = format!("[::1]:5000/a/b:t@{D}");
    type Row<'a> = (&'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>);
    let cases: &[Row<'_>] = &[
        ("redis", HUB, "library/redis", None, None),
        ("redis:7", HUB, "library/redis", Some("7"), None),
        ("docker.io/redis", HUB, "library/redis", None, None),
        ("docker.io/library/redis", HUB, "library/redis", None, None),
        ("index.docker.io/me/app:1", HUB, "me/app", Some("1"), None),
        ("me/app", HUB, "me/app", None, None),
        ("x/a-b.c_d__e---f", HUB, "x/a-b.c_d__e---f", None, None),
        ("localhost/app", "localhost", "app", None, None),
        ("a:5000/b", "a:5000", "b", None, None),
        ("a:5000", HUB, "library/a", Some("5000"), None),
        ("Host/app", "Host", "app", None, None),
        (
            "registry.example.com:443/t/a:v1.0-x_y",
            "registry.example.com:443",
            "t/a",
            Some("v1.0-x_y"),
            None,
        ),
        ("127.0.0.1:5000/a", "127.0.0.1:5000", "a", None, None),
        ("[2001:db8::1]/a", "[2001:db8::1]", "a", None, None),
        ("[::1]:80/a/b/c:T", "[::1]:80", "a/b/c", Some("T"), None),
        (&at, HUB, "library/redis", None, Some(D)),
        (&both, "[::1]:5000", "a/b", Some("t"), Some(D)),
    ];
    for (text, registry, path, tag, digest) in cases {
        let got = Reference::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(got.repository.registry(), *registry, "{text}");
        assert_eq!(got.repository.path(), *path, "{text}");
        assert_eq!(got.tag.as_ref().map(Tag::as_str), *tag, "{text}");
        assert_eq!(got.digest.as_ref().map(Digest::as_str), *digest, "{text}");
        assert_eq!(Reference::parse(&got.to_string()).as_ref(), Ok(&got), "{text} printed");
    }
}

#[test]
fn what_is_no_reference_says_which_part() {
    let long = format!("x/{}", "a".repeat(300));
    let id = "0123456789abcdef".repeat(4);
    let cases: &[(&str, &str)] = &[
        ("", "empty"),
        (" a", "white space"),
        ("a b", "white space"),
        ("me/App", "capital letters in its repository `me/App`"),
        ("App", "capital letters"),
        ("a//b", "`` in `a//b` is not a repository component"),
        ("-a", "`-a`"),
        ("a..b/c", "is not"),
        ("x/a..b", "one `.`"),
        ("x/a___b", "one or two `_`"),
        ("a:", "`` is not a tag: it is empty"),
        ("a:-x", "`-x` is not a tag"),
        ("a:b:c", "`b:c` is not a tag"),
        ("h:port/a", "`port` in `h:port/a` is not a port"),
        ("h:99999/a", "`99999`"),
        ("-h.io/a", "`-h.io`"),
        ("[::zz]/a", "IPv6"),
        ("[::1/a", "never closed"),
        ("a@sha256:12", "wrong number of hex digits"),
        ("a@12", "algorithm:hex"),
        ("https://x.io/a", "is not a"),
        (&long, "302 characters"),
        (&id, "image id"),
    ];
    for (text, wanted) in cases {
        let error = Reference::parse(text).expect_err(text).to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn a_repository_takes_neither_tag_nor_digest() {
    let error = Repository::parse("me/app:1").unwrap_err();
    assert_eq!(error, Error::NotBare { text: "me/app:1".into(), what: "tag", part: "1".into() });
    assert!(Repository::parse("h:5000/app").is_ok());
}

#[test]
fn repositories_print_as_people_write_them() {
    for (text, shown) in [
        ("docker.io/library/redis", "redis"),
        ("docker.io/me/app", "me/app"),
        ("localhost:5000/x", "localhost:5000/x"),
        ("docker.io/library/a/b", "library/a/b"),
    ] {
        assert_eq!(Repository::parse(text).unwrap().to_string(), shown);
    }
}

#[test]
fn tags_are_suggested_from_free_text() {
    for (text, tag) in [
        ("feature/new login", Some("feature-new-login")),
        ("-.x", Some("x")),
        ("é", None),
        ("Release 1.0!", Some("Release-1.0")),
    ] {
        assert_eq!(Tag::suggest(text).as_ref().map(Tag::as_str), tag, "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn printing_and_parsing_agree(text in "[a-zA-Z0-9._/:@\\[\\]-]{0,40}") {
        if let Ok(reference) = Reference::parse(&text) {
            proptest::prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        }
    }
}
