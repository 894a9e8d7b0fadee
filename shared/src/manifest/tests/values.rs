//! Documents that are no Kubernetes objects: Helm values.

use super::{after, rewrite};

#[test]
fn keys_that_name_images_are_sites_in_values() {
    for (before, wanted) in [
        ("sidecarImage: me/app\n", "sidecarImage: me/app:new\n"),
        ("imageName: me/app\nname: me/app\n", "imageName: me/app\nname: me/app\n"),
        ("service: redis\n", "service: redis\n"),
        ("a:\n  images:\n  - me/app\n", "a:\n  images:\n  - me/app\n"),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
}

#[test]
fn split_values_get_the_tag_alone() {
    for (before, wanted) in [
        (
            "image:\n  repository: me/app\n  tag: v1 # c\n",
            "image:\n  repository: me/app\n  tag: new # c\n",
        ),
        (
            "image: {repository: docker.io/me/app, tag: \"\"}\n",
            "image: {repository: docker.io/me/app, tag: \"new\"}\n",
        ),
        (
            "image:\n  tag: 1.10\n  repository: me/app\n",
            "image:\n  tag: \"new\"\n  repository: me/app\n",
        ),
        (
            "image:\n  tag:\n  repository: me/app\n",
            "image:\n  tag: \"new\"\n  repository: me/app\n",
        ),
        (
            "image:\n  tag:   # none\n  repository: me/app\n",
            "image:\n  tag: \"new\"   # none\n  repository: me/app\n",
        ),
        (
            "image: {tag: &t , repository: me/app}\nx: {repository: me/app, tag: !!str }\n",
            "image: {tag: &t \"new\" , repository: me/app}\nx: {repository: me/app, tag: !!str \"new\" }\n",
        ),
        (
            "image:\n  tag:\n    &t # c\n  repository: me/app\n",
            "image:\n  tag:\n    &t \"new\" # c\n  repository: me/app\n",
        ),
        ("image: {tag: , repository: me/app}\n", "image: {tag: \"new\" , repository: me/app}\n"),
        (
            "image:\n  repository: me/app\n  tag: ~\n",
            "image:\n  repository: me/app\n  tag: \"new\"\n",
        ),
        (
            "{\"repository\": \"me/app\", \"tag\": null}",
            "{\"repository\": \"me/app\", \"tag\": \"new\"}",
        ),
        (
            "i: {registry: registry.local:5000, repository: team/web, tag: x}\n",
            "i: {registry: registry.local:5000, repository: team/web, tag: new}\n",
        ),
        (
            "i: {registry: docker.io, repository: redis, tag: x}\n",
            "i: {registry: docker.io, repository: redis, tag: \"7.2\"}\n",
        ),
        (
            "i: {registry: docker.io, repository: moved, tag: x}\n",
            "i: {registry: other.example.com, repository: moved, tag: \"1\"}\n",
        ),
        (
            "i: {repository: moved, tag: x}\n",
            "i: {repository: other.example.com/moved, tag: \"1\"}\n",
        ),
        (
            "i: {registry: '', repository: me/app, tag: x}\n",
            "i: {registry: '', repository: me/app, tag: new}\n",
        ),
        (
            "i: {repository: me/app, tag: x, digest: 'sha256:1'}\n",
            "i: {repository: me/app, tag: new, digest: ''}\n",
        ),
        (
            "i: {repository: me/app, tag: x, digest: }\n",
            "i: {repository: me/app, tag: new, digest: }\n",
        ),
        ("i: {repository: me/app:old, tag: x}\n", "i: {repository: me/app, tag: new}\n"),
        ("image: me/app\ntag: v1\n", "image: me/app\ntag: new\n"),
        ("i: {repository: me/app}\n", "i: {repository: me/app}\n"),
        (
            "images: {web: me/app:1, db: 'redis:6', x: redis}\n",
            "images: {web: me/app:new, db: 'redis:7.2', x: redis}\n",
        ),
        ("sideImages:\n- me/app:1\n- redis\n", "sideImages:\n- me/app:new\n- redis\n"),
        (
            "api: {image: {uri: me/app:1, note: me/app:1}}\n",
            "api: {image: {uri: me/app:new, note: me/app:1}}\n",
        ),
        (
            "apiVersion: v1\nkind: X\nimages: {web: me/app:1}\n",
            "apiVersion: v1\nkind: X\nimages: {web: me/app:1}\n",
        ),
    ] {
        assert_eq!(after(before), wanted, "{before}");
    }
}

#[test]
fn a_digest_goes_into_a_digest_key_only() {
    let hex = "sha256:0000000000000000000000000000000000000000000000000000000000000001";
    let before = "i: {repository: pinned, tag: '1', digest: ''}\n";
    assert_eq!(after(before), format!("i: {{repository: pinned, tag: '2', digest: '{hex}'}}\n"));
    let before = "i: {repository: pinned, tag: '1'}\n";
    assert_eq!(after(before), "i: {repository: pinned, tag: '2'}\n");
}

#[test]
fn the_edits_of_a_split_value_name_its_mapping() {
    let edits = rewrite("a:\n  b: {repository: me/app, tag: x}\n").unwrap().edits;
    assert_eq!((edits[0].path.as_str(), edits[0].rule), ("a.b", "split"));
}
