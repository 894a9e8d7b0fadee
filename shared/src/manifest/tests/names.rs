//! Which values are images, and which only look like it.

use super::super::Options;
use super::{DIGESTED, after, after_with, rewrite};

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The rows of the reference's own table of names, and what it got wrong.
#[test]
fn names_match_as_wholes_in_any_spelling() {
    let digest = format!("me/app@sha256:{HEX}");
    let both = format!("me/app:1@sha256:{HEX}");
    for (before, wanted) in [
        ("me/app", "me/app:new"),
        ("me/app:1.2", "me/app:new"),
        (" me/app:1 ", "me/app:new"),
        (&digest, "me/app:new"),
        (&both, "me/app:new"),
        ("docker.io/me/app", "me/app:new"),
        ("index.docker.io/me/app:1", "me/app:new"),
        ("redis", "redis:7.2"),
        ("library/redis:6", "redis:7.2"),
        ("docker.io/library/redis", "redis:7.2"),
        ("registry.local:5000/team/web:x", "registry.local:5000/team/web:new"),
        ("pinned", DIGESTED),
        ("moved:3", "other.example.com/moved:1"),
        ("me/app2", "me/app2"),
        ("you/me/app", "you/me/app"),
        ("registry.local/team/web", "registry.local/team/web"),
        ("registry.local:5001/team/web", "registry.local:5001/team/web"),
        ("app", "app"),
        ("me/App", "me/App"),
        ("me/app:-", "me/app:-"),
        ("me/app and more", "me/app and more"),
        ("$(IMAGE)", "$(IMAGE)"),
        (HEX, HEX),
        ("", ""),
    ] {
        let text = |value: &str| format!("spec:\n  containers:\n  - image: '{value}'\n");
        let wanted = if before == wanted { text(before) } else { text(wanted) };
        assert_eq!(after(&text(before)), wanted, "{before}");
    }
}

#[test]
fn only_image_keys_of_objects_are_sites() {
    let object = |rest: &str| format!("apiVersion: v1\nkind: Pod\n{rest}\n");
    for (before, wanted) in [
        (
            "spec: {containers: [{name: me/app, image: me/app}]}",
            "spec: {containers: [{name: me/app, image: me/app:new}]}",
        ),
        (
            "spec: {ephemeralContainers: [{image: me/app}], initContainers: [{image: me/app}]}",
            "spec: {ephemeralContainers: [{image: me/app:new}], initContainers: [{image: me/app:new}]}",
        ),
        (
            "spec: {volumes: [{name: v, image: {reference: me/app}}]}",
            "spec: {volumes: [{name: v, image: {reference: me/app:new}}]}",
        ),
        ("spec: {x: {image: {reference: me/app}}}", "spec: {x: {image: {reference: me/app}}}"),
        (
            "metadata: {annotations: {image: me/app}}",
            "metadata: {annotations: {image: me/app:new}}",
        ),
        ("spec: {args: [me/app, image: me/app]}", "spec: {args: [me/app, image: me/app:new]}"),
        (
            "spec: {sidecarImage: me/app, imageName: me/app}",
            "spec: {sidecarImage: me/app, imageName: me/app}",
        ),
        ("spec: {repository: me/app, tag: x}", "spec: {repository: me/app, tag: x}"),
        (
            "spec: {image: [me/app], b: {Image: me/app}}",
            "spec: {image: [me/app], b: {Image: me/app}}",
        ),
        ("spec: {? {image: me/app} : x}", "spec: {? {image: me/app} : x}"),
        (
            "spec: {1: x, true: y, ~: z, image: me/app}",
            "spec: {1: x, true: y, ~: z, image: me/app:new}",
        ),
        ("data:\n  f: |\n    image: me/app\n", "data:\n  f: |\n    image: me/app\n"),
        (
            "spec: {image: me/app, tag: v1, x: {image: me/app, version: v1}}",
            "spec: {image: me/app, tag: new, x: {image: me/app:new, version: v1}}",
        ),
        (
            "patch: [{op: replace, path: /spec/x/0/image, value: me/app:1}, {path: /image, value: me/app}]",
            "patch: [{op: replace, path: /spec/x/0/image, value: me/app:new}, {path: /image, value: me/app}]",
        ),
        (
            "patch: [{value: me/app, op: add, path: /image}, {op: add, path: /x, value: me/app}]",
            "patch: [{value: me/app:new, op: add, path: /image}, {op: add, path: /x, value: me/app}]",
        ),
        ("# image: me/app", "# image: me/app"),
    ] {
        assert_eq!(after(&object(before)), object(wanted), "{before}");
    }
}

#[test]
fn fields_of_custom_resources_come_from_the_table() {
    let cluster =
        "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nspec:\n  imageName: me/app:1\n";
    assert_eq!(after(cluster), cluster.replace("app:1", "app:new"));
    let other = cluster.replace("postgresql.cnpg.io", "other.io");
    assert_eq!(after(&other), other);
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, spec: {imageName: me/app}}\n- {spec: {imageName: me/app}, kind: Cluster, apiVersion: postgresql.cnpg.io/v1}\n";
    let wanted = list.replace("- {spec: {imageName: me/app}", "- {spec: {imageName: me/app:new}");
    assert_eq!(after(list), wanted);
    let split = "apiVersion: operator.victoriametrics.com/v1beta1\nkind: VMSingle\nspec:\n  image: {repository: me/app, tag: v1}\n";
    assert_eq!(after(split), split.replace("v1}", "new}"));
    let edits = rewrite(cluster).unwrap().edits;
    assert_eq!(
        (edits[0].path.as_str(), edits[0].rule),
        ("spec.imageName", "CloudNativePG API reference")
    );
}

#[test]
fn everywhere_takes_whole_strings_and_short_names_only_with_a_tag() {
    let everywhere = Options { everywhere: true };
    for (before, wanted) in [
        (
            "args: [me/app, '--x=me/app', \"me/app:1\"]",
            "args: [me/app:new, '--x=me/app', \"me/app:new\"]",
        ),
        ("name: redis\nb: redis:6\nimage: redis", "name: redis\nb: redis:7.2\nimage: redis:7.2"),
        ("sidecarImage: redis", "sidecarImage: redis:7.2"),
        ("me/app: 1", "me/app: 1"),
        ("x: {repository: me/app, tag: y}", "x: {repository: me/app, tag: new}"),
    ] {
        let text = |rest: &str| format!("apiVersion: v1\nkind: Pod\n{rest}\n");
        assert_eq!(after_with(&text(before), everywhere), text(wanted), "{before}");
    }
}

#[test]
fn an_edit_tells_file_place_path_rule_and_bytes() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  é: {a: [x, {image: 'me/app:1'}]}\n";
    let out = rewrite(text).unwrap();
    let json = serde_json::to_value(&out.edits).unwrap();
    let begin = text.find("me/app").unwrap();
    assert_eq!(
        json,
        serde_json::json!([{
            "file": "f.yaml", "range": {"start": begin, "end": begin + 8}, "line": 4,
            "column": 23, "old": "me/app:1", "new": "me/app:new",
            "path": "spec[\"é\"].a[1].image", "rule": "image",
        }])
    );
}

#[test]
fn an_image_without_a_tag_on_its_card_is_reported_with_its_place() {
    let out = rewrite("a: 1\nb:\n- image: me/worker:1\n- image: me/app\n").unwrap();
    let found = &out.unresolved[0];
    assert_eq!(found.place.to_string(), "f.yaml:3:10");
    assert_eq!((found.image.as_str(), found.reference.as_str()), ("worker", "me/worker:1"));
    assert_eq!((out.unresolved.len(), out.edits.len()), (1, 1));
}

#[test]
fn list_shows_all_images_in_order() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx:1\n  - image: me/app\n  - image: Not An Image\n  volumes:\n  - image: {reference: x/y}\n";
    let sites =
        super::super::list(text.as_bytes(), "f", &super::replacements(), &Options::default());
    let shown: Vec<_> = sites
        .unwrap()
        .iter()
        .map(|s| format!("{} {} {} {}", s.place, s.path, s.reference, s.known))
        .collect();
    assert_eq!(
        shown,
        [
            "f:5:12 spec.containers[0].image nginx:1 false",
            "f:6:12 spec.containers[1].image me/app true",
            "f:9:24 spec.volumes[0].image.reference x/y false",
        ]
    );
}
