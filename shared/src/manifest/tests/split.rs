//! Images in parts, as public charts write them; each row names the chart.

use super::super::Why;
use super::{after, rewrite};

const HEX: &str = "0000000000000000000000000000000000000000000000000000000000000001";

#[test]
fn the_ways_of_public_charts() {
    for (chart, before, wanted) in [
        (
            "bitnami/common",
            "image:\n  registry: docker.io\n  repository: me/app\n  tag: 1.2-debian-12-r3\n  digest: \"\"\n  pullPolicy: IfNotPresent\n",
            "image:\n  registry: docker.io\n  repository: me/app\n  tag: new\n  digest: \"\"\n  pullPolicy: IfNotPresent\n",
        ),
        (
            "ingress-nginx",
            "controller:\n  image:\n    registry: registry.local:5000\n    image: team/web\n    tag: \"v1.12\"\n    digest: sha256:aa\n    digestChroot: sha256:bb\n",
            "controller:\n  image:\n    registry: registry.local:5000\n    image: team/web\n    tag: \"new\"\n    digest: \"\"\n    digestChroot: sha256:bb\n",
        ),
        (
            "grafana, kube-prometheus-stack: sha",
            "image:\n  registry: docker.io\n  repository: pinned\n  tag: \"\"\n  sha: \"\"\n",
            "image:\n  registry: docker.io\n  repository: pinned\n  tag: \"2\"\n  sha: \"HEX\"\n",
        ),
        (
            "grafana: an old sha goes",
            "image: {repository: me/app, tag: x, sha: aa}\n",
            "image: {repository: me/app, tag: new, sha: \"\"}\n",
        ),
        (
            "jetstack/cert-manager",
            "webhook:\n  image:\n    repository: me/app\n    # tag below\n    tag: v1.0\n    digest: sha256:aa\n",
            "webhook:\n  image:\n    repository: me/app\n    # tag below\n    tag: new\n    digest: \"\"\n",
        ),
        (
            "elastic/elasticsearch",
            "image: \"me/app\"\nimageTag: \"8.5.1\"\nimagePullPolicy: \"IfNotPresent\"\n",
            "image: \"me/app\"\nimageTag: \"new\"\nimagePullPolicy: \"IfNotPresent\"\n",
        ),
        (
            "jenkins of old: image and tag",
            "controller:\n  image: \"me/app\"\n  tag: lts\n  sidecars: {image: me/app, tag: x}\n",
            "controller:\n  image: \"me/app\"\n  tag: new\n  sidecars: {image: me/app, tag: new}\n",
        ),
        (
            "imageRepository and imageTag",
            "imageRegistry: registry.local:5000\nimageRepository: team/web\nimageTag: 1\n",
            "imageRegistry: registry.local:5000\nimageRepository: team/web\nimageTag: \"new\"\n",
        ),
        (
            "airflow: a begin in front",
            "defaultAirflowRepository: me/app\ndefaultAirflowTag: \"2.10\"\ndefaultAirflowDigest: ~\n",
            "defaultAirflowRepository: me/app\ndefaultAirflowTag: \"new\"\ndefaultAirflowDigest: ~\n",
        ),
        (
            "sidecarImage and sidecarImageTag",
            "sidecarImage: me/app\nsidecarImageTag: v1\nimage: redis\n",
            "sidecarImage: me/app\nsidecarImageTag: new\nimage: redis:7.2\n",
        ),
        (
            "jupyterhub: name and tag",
            "hub:\n  image:\n    name: me/app\n    tag: \"4.0\"\n    pullPolicy:\n",
            "hub:\n  image:\n    name: me/app\n    tag: \"new\"\n    pullPolicy:\n",
        ),
        (
            "linkerd: name and version",
            "proxy:\n  image: {name: me/app, version: edge-1}\n",
            "proxy:\n  image: {name: me/app, version: new}\n",
        ),
        (
            "gatekeeper: release",
            "image:\n  repository: me/app\n  crdRepository: x/y\n  release: v3.18\n",
            "image:\n  repository: me/app\n  crdRepository: x/y\n  release: new\n",
        ),
        (
            "kyverno: defaultRegistry",
            "image:\n  registry: ~\n  defaultRegistry: registry.local:5000\n  repository: team/web\n  tag: ~\n",
            "image:\n  registry: ~\n  defaultRegistry: registry.local:5000\n  repository: team/web\n  tag: \"new\"\n",
        ),
        (
            "istio: hub, image, tag",
            "pilot: {hub: registry.local:5000/team, image: web, tag: 1.20}\n",
            "pilot: {hub: registry.local:5000/team, image: web, tag: \"new\"}\n",
        ),
        (
            "strimzi: repository and name",
            "kafka:\n  image: {registry: registry.local:5000, repository: team, name: web, tag: 1}\n",
            "kafka:\n  image: {registry: registry.local:5000, repository: team, name: web, tag: \"new\"}\n",
        ),
        (
            "global.imageRegistry",
            "global:\n  imageRegistry: registry.local:5000\nimage: {registry: docker.io, repository: team/web, tag: 1}\n",
            "global:\n  imageRegistry: registry.local:5000\nimage: {registry: docker.io, repository: team/web, tag: \"new\"}\n",
        ),
        (
            "global.image.registry, below the image",
            "image: {repository: team/web, tag: 1}\nglobal: {image: {registry: \"registry.local:5000\"}}\n",
            "image: {repository: team/web, tag: \"new\"}\nglobal: {image: {registry: \"registry.local:5000\"}}\n",
        ),
        (
            "an empty global registry is none",
            "global: {imageRegistry: \"\"}\nimage: {repository: me/app, tag: 1}\n",
            "global: {imageRegistry: \"\"}\nimage: {repository: me/app, tag: \"new\"}\n",
        ),
        (
            "the digest in the tag",
            "image: {repository: pinned, tag: \"1@sha256:aa\"}\n",
            "image: {repository: pinned, tag: \"2@sha256:HEX\"}\n",
        ),
        (
            "a digest, and no tag",
            "image: {repository: pinned, digest: sha256:aa}\n",
            "image: {repository: pinned, digest: sha256:HEX}\n",
        ),
        (
            "cilium: useDigest with a digest",
            "image: {override: ~, repository: pinned, tag: v1, digest: \"sha256:aa\", useDigest: true}\n",
            "image: {override: ~, repository: pinned, tag: \"2\", digest: \"sha256:HEX\", useDigest: true}\n",
        ),
        (
            "snake and kebab case",
            "image_repository: me/app\nimage_tag: v1\nx: {web-image: me/app, web-image-tag: v1}\n",
            "image_repository: me/app\nimage_tag: new\nx: {web-image: me/app, web-image-tag: new}\n",
        ),
        (
            "the whole reference in repository",
            "image: {repository: \"me/app:v1\", pullPolicy: Always}\n",
            "image: {repository: \"me/app:new\", pullPolicy: Always}\n",
        ),
        (
            "the whole reference under a registry",
            "image: {registry: registry.local:5000, repository: team/web:v1}\n",
            "image: {registry: registry.local:5000, repository: team/web:new}\n",
        ),
        (
            "lists of images",
            "images:\n- {name: me/app, tag: 1}\n- {repository: redis, tag: ~}\n",
            "images:\n- {name: me/app, tag: \"new\"}\n- {repository: redis, tag: \"7.2\"}\n",
        ),
        (
            "consul, actions-runner-controller: other words",
            "global: {imageK8S: \"me/app:1\"}\nimage: {actionsRunnerRepositoryAndTag: \"me/app:latest\"}\n",
            "global: {imageK8S: \"me/app:new\"}\nimage: {actionsRunnerRepositoryAndTag: \"me/app:new\"}\n",
        ),
        (
            "aliases within",
            "a: &i {repository: me/app, tag: &t v1}\nb: {repository: me/app, tag: *t}\nc: {repository: redis, tag: *t}\n",
            "a: &i {repository: me/app, tag: &t new}\nb: {repository: me/app, tag: *t}\nc: {repository: redis, tag: \"7.2\"}\n",
        ),
        (
            "NVIDIA gpu-operator",
            "driver: {repository: registry.local:5000/team, image: web, version: \"1\"}\n",
            "driver: {repository: registry.local:5000/team, image: web, version: \"new\"}\n",
        ),
        (
            "a name with its tag, and how it is pulled",
            "image: {name: me/app:1, pullPolicy: Always}\n",
            "image: {name: me/app:new, pullPolicy: Always}\n",
        ),
        (
            "merge keys: the tag of its own",
            "d: &d {repository: me/app, pullPolicy: Always}\nweb: {image: {<<: *d, tag: v1}}\n",
            "d: &d {repository: me/app, pullPolicy: Always}\nweb: {image: {<<: *d, tag: new}}\n",
        ),
        (
            "merge keys: the name of its own",
            "d: &d {registry: registry.local:5000, tag: v1}\nweb: {<<: [*d], repository: team/web}\n",
            "d: &d {registry: registry.local:5000, tag: new}\nweb: {<<: [*d], repository: team/web}\n",
        ),
        (
            "merge keys: all from the base",
            "d: &d\n  repository: me/app\n  tag: v1\nweb:\n  <<: *d\n  x: 1\nw: {<<: *d, tag: v2}\n",
            "d: &d\n  repository: me/app\n  tag: new\nweb:\n  <<: *d\n  x: 1\nw: {<<: *d, tag: new}\n",
        ),
        (
            "moved with registry and path",
            "image: {registry: docker.io, repository: moved, tag: x}\n",
            "image: {registry: other.example.com, repository: moved, tag: \"1\"}\n",
        ),
    ] {
        assert_eq!(after(before), wanted.replace("HEX", HEX), "{chart}");
    }
}

#[test]
fn what_is_no_image_in_parts_stays() {
    for text in [
        "image: {registry: other.example.com, repository: me/app, tag: x}\n",
        "registry: other.example.com\nimage: me/app\ntag: x\n",
        "global: {imageRegistry: other.example.com}\ngit: {url: me/app, tag: v1}\n",
        "source: {repository: me/app}\n",
        "image: {tag: v1}\n",
        "image: {registry: docker.io, tag: v1}\n",
        "item: {name: me/app, tag: v1}\n",
        "item: {name: me/app, version: v1}\n",
        "imageName: me/app\n",
        "global: {imageK8S: me/app}\n",
    ] {
        assert_eq!(after(text), text);
    }
}

#[track_caller]
fn why(text: &str) -> (String, Why) {
    let out = rewrite(text).unwrap();
    assert_eq!(out.edits, [], "{text}");
    let [missing] = out.unresolved.as_slice() else { panic!("{text}: {:?}", out.unresolved) };
    (missing.place.to_string(), missing.why.clone())
}

#[test]
fn what_cannot_be_said_in_the_keys_that_are_there_is_an_error_with_its_place() {
    let no_place = |key| Why::NoPlace { key };
    for (text, place, wanted) in [
        ("image:\n  repository: me/app\n", "2:15", no_place("tag")),
        ("image:\n  repository: me/app\n  pullPolicy: Always\n", "2:15", no_place("tag")),
        ("x: {repository: me/app, pullPolicy: Always}\n", "1:17", no_place("tag")),
        ("x: {registry: docker.io, repository: me/app}\n", "1:38", no_place("tag")),
        ("image: {name: me/app}\n", "1:15", no_place("tag")),
        ("image: {repository: me/app, digest: sha256:aa}\n", "1:21", no_place("tag")),
        ("images:\n- name: me/app\n  newName: redis\n", "3:12", no_place("newTag")),
        ("images:\n- name: moved\n  newTag: v1\n", "2:9", no_place("newName")),
        ("image: {repository: me/app, tag: !!null }\n", "1:21", Why::Tagged),
        ("image: {repository: me/app, tag: !env TAG}\n", "1:21", Why::Tagged),
        (
            "image: {repository: me/app, tag: v1, digest: \"sha256:aa\", useDigest: true}\n",
            "1:21",
            Why::DigestWanted,
        ),
        (
            "global: {imageRegistry: docker.io}\nimage: {repository: moved, tag: v1}\n",
            "2:21",
            Why::OtherRegistry { path: "global.imageRegistry".to_owned() },
        ),
    ] {
        let (at, why) = why(text);
        assert_eq!((at.as_str(), &why), (format!("f.yaml:{place}").as_str(), &wanted), "{text}");
        assert!(!why.hint().is_empty());
    }
}

#[test]
fn two_images_that_share_a_tag_are_told() {
    for text in [
        "d: &d {repository: me/app, tag: v1}\nweb: {<<: *d, repository: redis}\n",
        "d: &d {repository: me/app, tag: new}\nweb: {<<: *d, repository: redis}\n",
        "d: &d {repository: me/app, tag: v1}\nweb: {<<: *d, repository: other/x}\n",
        "a: {repository: me/app, tag: &t v1}\nb: {repository: other/x, tag: *t}\n",
        "a: {repository: me/app, tag: &t v1}\nb: {image: other/x, tag: *t}\n",
    ] {
        let out = rewrite(text).unwrap();
        assert_eq!(out.unresolved.len(), 1, "{text}: {:?}", out.unresolved);
        assert_eq!(out.unresolved[0].why, Why::Shared, "{text}");
    }
    for text in [
        "d: &d {repository: me/app, tag: new}\nweb: {<<: *d, repository: other/x}\n",
        "a: {repository: other/y, tag: &t v1}\nb: {repository: other/x, tag: *t}\n",
    ] {
        assert_eq!(after(text), text);
    }
}

/// An alias of what becomes another text keeps its own.
#[test]
fn an_alias_of_another_images_tag_gets_its_own() {
    let text = "a: {repository: me/app, tag: &t \"7.2\"}\nb: {repository: redis, tag: *t}\n";
    let wanted = "a: {repository: me/app, tag: &t \"new\"}\nb: {repository: redis, tag: \"7.2\"}\n";
    assert_eq!(after(text), wanted);
    let text = "x: &t v1\na: {repository: me/app, tag: *t}\nb: {repository: other/x, tag: *t}\n";
    assert_eq!(after(text), text.replacen("tag: *t", "tag: new", 1));
}

/// kustomize, `kustomization.yaml`: `name` is what is looked for.
#[test]
fn kustomize_images_keep_their_names() {
    for head in ["", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"] {
        for (before, wanted) in [
            (
                "images:\n- name: me/app\n  newTag: v1 # c\n- name: other\n  newTag: v1\n",
                "images:\n- name: me/app\n  newTag: new # c\n- name: other\n  newTag: v1\n",
            ),
            (
                "images:\n- name: app\n  newName: me/app\n  newTag: \"1\"\n",
                "images:\n- name: app\n  newName: me/app\n  newTag: \"new\"\n",
            ),
            (
                "images:\n- name: me/app\n  newName: mirror.example.com/app\n  newTag: \"1\"\n",
                "images:\n- name: me/app\n  newName: mirror.example.com/app\n  newTag: \"1\"\n",
            ),
            (
                "images:\n- name: app\n  newName: moved\n  newTag: v1\n",
                "images:\n- name: app\n  newName: other.example.com/moved\n  newTag: \"1\"\n",
            ),
            (
                "images:\n- name: me/app\n  newTag: v1\n  digest: sha256:aa\n",
                "images:\n- name: me/app\n  newTag: new\n  digest: \"\"\n",
            ),
            (
                "images:\n- name: pinned\n  digest: sha256:aa\n",
                "images:\n- name: pinned\n  digest: sha256:HEX\n",
            ),
        ] {
            let text = |rest: &str| format!("{head}{}", rest.replace("HEX", HEX));
            assert_eq!(after(&text(before)), text(wanted));
        }
    }
}

#[test]
fn compose_files_have_images_beside_what_builds_them() {
    let before = "version: \"3.8\"\nx-a: &a {image: me/app:1}\nservices:\n  web:\n    image: me/app:1\n    build: .\n  db:\n    image: \"redis\"\n  c:\n    <<: *a\n    build: {context: ., tags: [me/app]}\n";
    let wanted = before.replace("me/app:1", "me/app:new").replace("\"redis\"", "\"redis:7.2\"");
    assert_eq!(after(before), wanted);
}

#[test]
fn a_project_file_is_no_manifest() {
    for version in ["v1beta2", "v1alpha1", "v2beta1"] {
        let text = format!(
            "version: {version}\nimages: {{app: {{image: me/app}}}}\ndeployments: [{{helm: {{values: {{image: me/app}}}}}}]\n"
        );
        assert_eq!(after(&text), text);
    }
    let values = "version: v1\nimages: {app: {image: me/app}}\n";
    assert_eq!(after(values), values.replace("me/app", "me/app:new"));
}
