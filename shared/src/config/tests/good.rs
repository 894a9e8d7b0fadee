//! Configs that people write, and what they come out as.

use std::path::Path;

use super::good;
use crate::config::{BuilderChoice, HookPoint, HookStage, Method, RebuildStrategy};

const FULL: &str = include_str!("full.yaml");

#[test]
fn the_full_example_is_read() {
    let project = super::Folder::new(&[("devspace.yaml", FULL)]);
    let mut options = project.options();
    options.vars = vec![("DEVSPACE_GIT_COMMIT".to_owned(), "00123456".to_owned())];
    let project = crate::config::load(&mut options).unwrap_or_else(|error| panic!("{error}"));

    assert_eq!(project.cluster.namespace.as_deref(), Some("shop-dev"));
    let names: Vec<&str> = project.images.iter().map(|image| image.name.as_str()).collect();
    assert_eq!(names, ["api", "worker", "legacy", "cachedb"]);

    let api = project.image("api").unwrap();
    assert_eq!(api.repository.full(), "registry.example.com/shop/api");
    assert!(api.tags[0].starts_with("00123456-"), "{:?}", api.tags);
    assert_eq!(api.tags[0].len(), 15, "{:?}", api.tags);
    assert_eq!(api.dockerfile, Path::new("services/api/Dockerfile"));
    assert_eq!(api.options.target.as_deref(), Some("runtime"));
    assert_eq!(api.options.network.as_deref(), Some("host"));
    assert_eq!(api.options.build_args["GO_VERSION"].as_deref(), Some("1.12"));
    assert!(api.create_pull_secret);
    let docker =
        BuilderChoice::Docker { prefer_minikube: true, disable_fallback: true, named: true };
    assert_eq!(api.builder, docker);
    assert_eq!(api.place.to_string(), "devspace.yaml:5:3");
    let dev = api.variant(true);
    assert_eq!(dev.dockerfile, Path::new("services/api/Dockerfile.dev"));
    assert_eq!(dev.entrypoint.unwrap(), ["npm"]);
    assert_eq!(dev.cmd.unwrap(), ["run", "dev"]);

    let BuilderChoice::Kaniko { settings } = &project.image("worker").unwrap().builder else {
        panic!("kaniko")
    };
    let wanted = serde_json::json!({
        "cache": true, "snapshotMode": "time", "namespace": "build", "insecure": false,
        "args": ["--verbosity=info"],
    });
    assert_eq!(settings, &wanted);
    let BuilderChoice::Custom(custom) = &project.image("legacy").unwrap().builder else {
        panic!("custom")
    };
    assert_eq!(
        (custom.command.as_str(), custom.image_flag.as_deref()),
        ("./scripts/build-legacy", Some("--image"))
    );
    assert_eq!(custom.args, ["--quiet"]);
    assert_eq!(custom.on_change.len(), 2);
    assert!(project.image("cachedb").unwrap().disabled);
    assert_eq!(project.image("cachedb").unwrap().tags, ["5.0"]);

    let [rule, part] = project.rewrite.rules.as_slice() else { panic!("rules") };
    assert_eq!((rule.kind.as_deref(), rule.name.as_deref()), (Some("Deployment"), Some("api*")));
    assert_eq!(
        rule.path.as_deref(),
        Some("spec.template.spec.containers[*].env[name=IMAGE].value")
    );
    assert_eq!((part.image.as_deref(), part.part.as_deref()), (Some("api"), Some("tag")));
    assert_eq!(project.rewrite.exclude[0].kind.as_deref(), Some("ConfigMap"));
    assert_eq!(part.place.file, "devspace.yaml");

    let Method::Helm { settings, rewrite } = &project.deployments[0].method else { panic!("helm") };
    assert!(rewrite);
    assert_eq!(settings["chart"]["name"], "./charts/api");
    assert_eq!(settings["values"]["container"]["image"], "registry.example.com/shop/api");
    let Method::Kubectl { manifests, kustomize, flags, .. } = &project.deployments[1].method else {
        panic!("kubectl")
    };
    assert_eq!((manifests.as_slice(), *kustomize), (["deploy/worker".to_owned()].as_slice(), true));
    assert_eq!(flags, &["--validate=false"]);
    assert_eq!(project.deployments[2].namespace.as_deref(), Some("shop-legacy"));
    assert!(matches!(project.deployments[2].method, Method::Component { .. }));
    let point = HookPoint { before: true, stage: HookStage::Images, name: "all".to_owned() };
    assert_eq!(project.hooks[0].when, [point]);
    assert!(project.notes.is_empty(), "{:?}", project.notes);
    assert_eq!(project.auto_reload.unwrap().images, ["api"]);
    assert!(project.warnings.is_empty(), "{:?}", project.warnings);
}

#[test]
fn defaults_of_the_smallest_image() {
    let project = good("images: {default: {image: node}}");
    let image = &project.images[0];
    assert_eq!(project.version, "v1beta2");
    assert_eq!(image.repository.full(), "docker.io/library/node");
    assert_eq!(image.dockerfile, Path::new("./Dockerfile"));
    assert_eq!(image.context, Path::new("./"));
    assert!(image.tags.is_empty() && !image.create_pull_secret && !image.skip_push);
    assert_eq!(image.rebuild, RebuildStrategy::Default);
    let docker =
        BuilderChoice::Docker { prefer_minikube: true, disable_fallback: false, named: false };
    assert_eq!(image.builder, docker);
}

#[test]
fn the_oldest_version_keeps_its_own_keys() {
    let project = good(
        "version: v1beta1\nimages:\n  a:\n    image: x\n    skipPush: true\n    insecure: true\n    build:\n      \
         dockerfile: d/Dockerfile\n      context: d\n      options: {target: t, buildArgs: {A: 1.10}}\n  \
         b:\n    image: y\n    insecure: true\n    build: {kaniko: {cache: true}, options: {network: host}}\n",
    );
    let [a, b] = &project.images[..] else { panic!("two images") };
    assert_eq!(
        (a.dockerfile.as_path(), a.context.as_path()),
        (Path::new("d/Dockerfile"), Path::new("d"))
    );
    assert!(a.skip_push);
    assert_eq!(a.options.target.as_deref(), Some("t"));
    assert_eq!(a.options.build_args["A"].as_deref(), Some("1.10"));
    assert!(matches!(a.builder, BuilderChoice::Docker { .. }), "insecure chooses no builder");
    assert_eq!(project.warnings.len(), 1, "{:?}", project.warnings);
    let BuilderChoice::Kaniko { settings } = &b.builder else { panic!("kaniko") };
    assert_eq!(settings, &serde_json::json!({"cache": true, "insecure": true}));
    assert_eq!(b.options.network.as_deref(), Some("host"));
}

#[test]
fn later_versions_are_read_where_they_mean_the_same() {
    let project = good(
        "version: v2beta1\nname: shop\nimages:\n  api:\n    image: shop/api\n    tags: [\"v1-###\", latest]\n    \
         entrypoint: [./run]\n    cmd: [serve]\n    buildArgs: {A: ~, B: b}\n    target: t\n    network: host\n    \
         skipPush: true\n    rebuildStrategy: ignoreContextChanges\n    kaniko: {image: k, env: {A: b}}\n\
         deployments:\n  api:\n    kubectl: {manifests: [k8s], applyArgs: [--x]}\n    updateImageTags: false\n\
         pullSecrets:\n  hub: {registry: docker.io, serviceAccounts: [default]}\n\
         dependencies:\n  db: {path: ../db}\n\
         pipelines:\n  dev: run_dependencies ${NOT_ASKED_FOR}\n\
         dev:\n  api: {ports: [{port: 80}]}\n",
    );
    let image = &project.images[0];
    assert_eq!(image.tags, ["v1-###", "latest"]);
    assert!(image.create_pull_secret, "the default of later versions");
    assert_eq!(image.options.build_args["A"], None);
    assert_eq!(image.rebuild, RebuildStrategy::IgnoreContextChanges);
    assert!(matches!(image.builder, BuilderChoice::Kaniko { .. }));
    let Method::Kubectl { flags, rewrite, .. } = &project.deployments[0].method else { panic!() };
    assert_eq!((flags.as_slice(), *rewrite), (["--x".to_owned()].as_slice(), false));
    assert_eq!(project.pull_secrets[0].registry, "docker.io");
    assert_eq!(project.dependencies, ["../db"]);
    assert_eq!(project.notes.len(), 3, "{:?}", project.notes);
}

#[test]
fn an_image_is_reused_as_it_says_itself_else_as_the_project_says() {
    let project = good(
        "version: v1beta2\nreuse: registry\nimages:\n  a: {image: x/a}\n  b: {image: x/b, reuse: never}\n  \
         c: {image: x/c, build: {reuse: never}}\n",
    );
    assert_eq!(project.images.iter().map(|i| i.reuse).collect::<Vec<_>>(), [true, false, false]);
    let project = good(
        "version: v1beta2\nimages:\n  a: {image: x/a}\n  b: {image: x/b, reuse: registry}\n  \
         c: {image: x/c, build: {reuse: registry}}\n",
    );
    assert_eq!(project.images.iter().map(|i| i.reuse).collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn anchors_merge_keys_and_flow_style_are_yaml_like_any_other() {
    let project = good(
        "images:\n  a: &base {image: x/a, createPullSecret: yes, dockerfile: D}\n  b:\n    <<: *base\n    image: x/b\n\
         deployments:\n- name: d\n  helm:\n    chart: {name: c, version: 1.10}\n    timeout: 180\n    devSpaceValues: off\n    \
         values: {n: 0644, f: 1.10, s: \"1\", b: on, nothing: ~, list: [1, a]}\n",
    );
    let b = project.image("b").unwrap();
    assert_eq!((b.repository.to_string().as_str(), b.create_pull_secret), ("x/b", true));
    assert_eq!(b.dockerfile, Path::new("D"));
    let Method::Helm { settings, rewrite } = &project.deployments[0].method else { panic!() };
    assert!(!rewrite);
    let wanted = serde_json::json!({
        "chart": {"name": "c", "version": "1.10"},
        "timeout": 180,
        "values": {"n": 420, "f": 1.1, "s": "1", "b": true, "nothing": null, "list": [1, "a"]},
    });
    assert_eq!(settings, &wanted);
}

#[test]
fn a_plain_number_or_boolean_is_a_text_where_one_is_wanted() {
    for (written, wanted) in
        [("1.10", "1.10"), ("00123456", "00123456"), ("yes", "yes"), ("\"5.0\"", "5.0")]
    {
        let project = good(&format!("images: {{a: {{image: x, tag: {written}}}}}"));
        assert_eq!(project.images[0].tags, [wanted]);
    }
}

#[test]
fn several_overrides_of_one_image() {
    let project = good(
        "images: {a: {image: x}}\ndev:\n  overrideImages:\n  - {name: a, entrypoint: [one], context: c1}\n  \
         - {name: a, entrypoint: [two], context: c2}\n",
    );
    let dev = project.images[0].dev.clone().unwrap();
    assert_eq!(dev.entrypoint.unwrap(), ["one"]);
    assert_eq!(dev.context.unwrap(), Path::new("c2"));
}

#[test]
fn an_empty_builder_counts_as_none_and_is_said() {
    let project = good("images: {a: {image: x, build: {kaniko: ~}}}");
    assert!(matches!(project.images[0].builder, BuilderChoice::Docker { named: false, .. }));
    assert!(project.warnings[0].contains("`kaniko: {}`"), "{:?}", project.warnings);
}

#[test]
fn the_versions_before_are_read_as_upstream_converts_them() {
    let project = good(
        "version: v1alpha2\nimages:\n  a: {image: x, build: {dockerfilePath: D, contextPath: c}}\n\
         cluster: {cloudProvider: gone, kubeContext: k}\n\
         deployments:\n- name: d\n  helm: {chartPath: ./c, overrides: [v.yaml], overrideValues: {a: 1}}\n\
         dev: {ports: [{portMappings: [{localPort: 80, remotePort: 80}]}]}\n",
    );
    let image = &project.images[0];
    assert_eq!(
        (image.dockerfile.as_path(), image.context.as_path()),
        (Path::new("D"), Path::new("c"))
    );
    let Method::Helm { settings, .. } = &project.deployments[0].method else { panic!("helm") };
    let wanted = serde_json::json!({
        "chart": {"name": "./c"}, "valuesFiles": ["v.yaml"], "values": {"a": 1},
    });
    assert_eq!(settings, &wanted);
    good("version: v1alpha3\nimages: {a: {image: x, build: {dockerfile: D, context: c}}}");
    good("version: v1alpha4\ndeployments: [{name: d, helm: {chart: {name: c}}}]");
}
