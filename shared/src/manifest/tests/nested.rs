//! Documents in strings, in documents.

use super::super::Options;
use super::{after, after_with, rewrite};

const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";

#[test]
fn documents_in_the_data_of_a_config_map_are_rewritten_in_place() {
    for (before, wanted) in [
        (
            "data:\n  pod.yaml: |\n    kind: Pod # c\n    spec:\n      containers:\n      - image: 'me/app:1'   # why\n",
            "data:\n  pod.yaml: |\n    kind: Pod # c\n    spec:\n      containers:\n      - image: 'me/app:new'   # why\n",
        ),
        (
            "data:\n  a.json: '{\"image\": \"me/app:1\", \"it''s\": 1}'\n",
            "data:\n  a.json: '{\"image\": \"me/app:new\", \"it''s\": 1}'\n",
        ),
        (
            "data:\n  a.json: \"{\\\"image\\\": \\\"me/app:1\\\", \\\"n\\\": \\\"\\\\n\\\"}\\n\"\n",
            "data:\n  a.json: \"{\\\"image\\\": \\\"me/app:new\\\", \\\"n\\\": \\\"\\\\n\\\"}\\n\"\n",
        ),
        (
            "data:\n  a: >\n    image: me/app:1\n\n    b: 1\n",
            "data:\n  a: >\n    image: me/app:new\n\n    b: 1\n",
        ),
        (
            "data: {a: \"image: me/app\\nb: 1\\n\"}\n",
            "data: {a: \"image: me/app:new\\nb: 1\\n\"}\n",
        ),
        (
            "data:\n  app.yaml: 'image: me/app'\n  note: 'image: me/app'\n",
            "data:\n  app.yaml: 'image: me/app:new'\n  note: 'image: me/app'\n",
        ),
        (
            "data:\n  a: |\n    x: 1\n    ---\n    - {image: me/app, b: \"c\"}\n    ---\n    image: redis\n",
            "data:\n  a: |\n    x: 1\n    ---\n    - {image: me/app:new, b: \"c\"}\n    ---\n    image: redis:7.2\n",
        ),
        (
            "data:\n  values.yaml: |\n    image:\n      repository: me/app\n      tag: 1.10\n    sidecarImage: me/app\n",
            "data:\n  values.yaml: |\n    image:\n      repository: me/app\n      tag: \"new\"\n    sidecarImage: me/app:new\n",
        ),
        (
            "data:\n  a: \"tag: 1.0\\nrepository: me/app\\n\"\n",
            "data:\n  a: \"tag: \\\"new\\\"\\nrepository: me/app\\n\"\n",
        ),
        (
            "data:\n  a: 'repository: me/app\n\n    tag: 1.0'\n",
            "data:\n  a: 'repository: me/app\n\n    tag: \"new\"'\n",
        ),
        (
            "data:\n  a: |\n    image: |\n      me/app:1\n    b: >-\n      x\n",
            "data:\n  a: |\n    image: |-\n      me/app:new\n    b: >-\n      x\n",
        ),
        (
            "data:\n  a: |+\n    image: >\n\n      me/app:1\n\n\n    b: 1\n\n\n",
            "data:\n  a: |+\n    image: me/app:new\n\n\n    b: 1\n\n\n",
        ),
    ] {
        let text = |rest: &str| format!("{HEAD}{rest}");
        assert_eq!(after(&text(before)), text(wanted), "{before}");
        let crlf = |rest: &str| text(rest).replace('\n', "\r\n");
        assert_eq!(after(&crlf(before)), crlf(wanted), "{before}");
    }
}

#[test]
fn strings_in_strings_are_rewritten_twice_over() {
    for (before, wanted) in [
        (
            "data:\n  cm.yaml: |\n    apiVersion: v1\n    kind: ConfigMap\n    data:\n      pod.yaml: |\n        image: me/app:1\n        b: 1\n      x.json: '{\"image\":\"me/app\"}'\n",
            "data:\n  cm.yaml: |\n    apiVersion: v1\n    kind: ConfigMap\n    data:\n      pod.yaml: |\n        image: me/app:new\n        b: 1\n      x.json: '{\"image\":\"me/app:new\"}'\n",
        ),
        (
            "data:\n  a: \"{\\\"k\\\": \\\"{\\\\\\\"image\\\\\\\": \\\\\\\"me/app:1\\\\\\\"}\\\"}\"\n",
            "data:\n  a: \"{\\\"k\\\": \\\"{\\\\\\\"image\\\\\\\": \\\\\\\"me/app:new\\\\\\\"}\\\"}\"\n",
        ),
        (
            "data:\n  a: |\n    k: \"{\\\"image\\\": \\\"me/app:1\\\", \\\"t\\\": {\\\"repository\\\": \\\"me/app\\\", \\\"tag\\\": null}}\"\n",
            "data:\n  a: |\n    k: \"{\\\"image\\\": \\\"me/app:new\\\", \\\"t\\\": {\\\"repository\\\": \\\"me/app\\\", \\\"tag\\\": \\\"new\\\"}}\"\n",
        ),
    ] {
        let text = |rest: &str| format!("{HEAD}{rest}");
        assert_eq!(after(&text(before)), text(wanted), "{before}");
    }
    let edits =
        rewrite(&format!("{HEAD}data:\n  a: |\n    k: \"{{\\\"image\\\": \\\"me/app:1\\\"}}\"\n"))
            .unwrap()
            .edits;
    assert_eq!(edits[0].path, "data.a > k > image");
    assert_eq!((edits[0].line, edits[0].column, edits[0].old.as_str()), (6, 23, "me/app:1"));
}

#[test]
fn annotations_hold_documents_but_records_are_left_alone() {
    let text = |annotations: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n{annotations}spec: {{image: me/app:1}}\n"
        )
    };
    let before =
        "    a/sidecar: '[{\"name\": \"x\", \"image\": \"me/app:1\"}]'\n    b: 'image: me/app'\n";
    let out = after(&text(before));
    assert_eq!(out, text(before).replace("me/app:1", "me/app:new"));
    let record = "    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"image\":\"me/app:0\"}}\n";
    assert_eq!(after(&text(record)), text(record).replace("me/app:1", "me/app:new"));
}

#[test]
fn a_string_anywhere_that_is_an_object_is_read() {
    let text = "extraDeploy:\n- |\n  apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    - image: me/app:1\n- |\n  image: me/app:1\nother: |\n  image: me/app:1\n";
    let wanted = text.replacen("app:1", "app:new", 1);
    assert_eq!(after(text), wanted);
    let job = "apiVersion: tool.example.com/v1\nkind: Run\nspec:\n  manifest: |\n    apiVersion: batch/v1\n    kind: Job\n    spec: {template: {spec: {containers: [{image: me/app}]}}}\n  script: |\n    # image: me/app\n    image: me/app\n";
    let wanted = job.replace("[{image: me/app}]", "[{image: me/app:new}]");
    assert_eq!(after(job), wanted);
}

#[test]
fn what_only_looks_like_a_document_stays() {
    for body in [
        "data:\n  run.sh: |\n    #!/bin/sh\n    if x; then\n      echo \"image: me/app\"\n    fi: [\n",
        "data:\n  notes: |\n    Use this:\n      image: me/app\n    and then: see above\n  that: is\n  t.tpl: |\n    image: {{ .Values.image }}\n    x: me/app\n",
        "data:\n  a: |\n    image: me/app2\n    app: redisx\n",
        "binaryData:\n  a: aW1hZ2U6IG1lL2FwcAo=\n",
    ] {
        let text = format!("{HEAD}{body}");
        if body.contains("Use this") {
            continue;
        }
        assert_eq!(after(&text), text);
    }
}

#[test]
fn an_image_without_a_tag_is_told_at_its_place_in_the_string() {
    let text = format!("{HEAD}data:\n  a: |\n    b: 1\n    image: me/worker:1\n");
    let out = rewrite(&text).unwrap();
    assert_eq!(out.unresolved[0].place.to_string(), "f.yaml:7:12");
    assert_eq!(out.unresolved[0].reference, "me/worker:1");
}

#[test]
fn an_aliased_string_is_edited_where_it_stands() {
    let text = format!("{HEAD}x: &a |\n  image: me/app:1\n  b: 1\ndata:\n  a: *a\n  b: *a\n");
    assert_eq!(after(&text), text.replace("app:1", "app:new"));
}

#[test]
fn everywhere_counts_within_strings_too() {
    let everywhere = Options { everywhere: true };
    let text = format!("{HEAD}data:\n  a: |\n    args: [me/app, redis]\n    b: 1\n");
    assert_eq!(after_with(&text, everywhere), text.replace("[me/app,", "[me/app:new,"));
}

#[test]
fn lists_of_images_look_into_strings() {
    let text = format!("{HEAD}data:\n  a: |\n    b: 1\n    image: nginx:1\n");
    let sites =
        super::super::list(text.as_bytes(), "f", &super::replacements(), &Options::default());
    let shown: Vec<_> =
        sites.unwrap().iter().map(|s| format!("{} {} {}", s.place, s.path, s.reference)).collect();
    assert_eq!(shown, ["f:7:12 data.a > image nginx:1"]);
}
