//! Configs of the kinds that the reference's sample projects have.

use super::{Folder, good};
use crate::config::{BuilderChoice, Method, load};

#[test]
fn a_component_with_ports_sync_and_a_sleeping_override() {
    let folder = Folder::new(&[(
        "devspace.yaml",
        r#"
version: v1beta2
images:
  default:
    image: registry.example.com/${DEVSPACE_USERNAME}/quick
    createPullSecret: true
deployments:
- name: quick
  component:
    containers:
    - image: registry.example.com/${DEVSPACE_USERNAME}/quick
      resources: {limits: {cpu: 400m, memory: 500Mi}}
    service:
      ports: [{port: 3000}]
dev:
  overrideImages:
  - name: default
    entrypoint: [sleep, 999999999999]
  terminal: {labelSelector: {app.kubernetes.io/component: quick}}
  ports:
  - labelSelector: {app.kubernetes.io/component: quick}
    forward: [{port: 3000}, {port: 8080, remotePort: 80}]
  sync:
  - labelSelector: {app.kubernetes.io/component: quick}
    localSubPath: ./
    excludePaths: [node_modules/, .git/]
    bandwidthLimits: {download: 100}
"#,
    )]);
    let mut options = folder.options();
    options.env = super::environment(&[("DEVSPACE_USERNAME", "me")]);
    let project = load(&mut options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(project.images[0].repository.path(), "me/quick");
    assert_eq!(project.images[0].variant(true).cmd.unwrap(), ["999999999999"]);
    let Method::Component { settings } = &project.deployments[0].method else {
        panic!("component")
    };
    assert_eq!(settings["service"]["ports"][0]["port"], 3000);
    assert_eq!(settings["containers"][0]["resources"]["limits"]["cpu"], "400m");
    assert_eq!(project.notes.len(), 3, "{:?}", project.notes);
}

#[test]
fn two_images_with_manifests_and_reloading() {
    let project = good(
        r"
version: v1beta2
images:
  front: {image: node, dockerfile: front/Dockerfile, context: front/}
  back: {image: php, dockerfile: back/Dockerfile, context: back/}
deployments:
- {name: front, kubectl: {manifests: [front/kube/*]}}
- {name: back, kubectl: {manifests: [back/kube/*, 'shared/**/*.yaml'], flags: [--timeout=10s]}}
dev:
  selectors: [{name: front, labelSelector: {app: front}}]
  autoReload: {paths: [./package.json], deployments: [front], images: [back]}
",
    );
    assert_eq!(project.images[1].repository.full(), "docker.io/library/php");
    let Method::Kubectl { manifests, rewrite, .. } = &project.deployments[1].method else {
        panic!()
    };
    assert_eq!((manifests.len(), *rewrite), (2, true));
}

#[test]
fn kaniko_and_a_chart_with_lists_in_its_values() {
    let project = good(
        r"
images:
  default:
    image: shop/kaniko
    build:
      kaniko:
        cache: false
        insecure: no
        pullSecret: regcred
        options: {target: prod, buildArgs: {A: '1'}}
deployments:
- name: chart
  namespace: other
  helm:
    chart: {name: stable/mysql, version: 1.2, repo: https://charts.example.com}
    wait: true
    timeout: 5m
    tillerNamespace: tiller
    valuesFiles: [values.yaml]
    values: {components: [{containers: [{image: shop/kaniko}]}]}
",
    );
    let BuilderChoice::Kaniko { settings } = &project.images[0].builder else { panic!("kaniko") };
    assert_eq!(
        settings,
        &serde_json::json!({"cache": false, "insecure": false, "pullSecret": "regcred"})
    );
    assert_eq!(project.images[0].options.target.as_deref(), Some("prod"));
    let Method::Helm { settings, .. } = &project.deployments[0].method else { panic!("helm") };
    assert_eq!(settings["chart"]["version"], "1.2");
    assert_eq!(settings["timeout"], "5m");
    assert!(settings.get("tillerNamespace").is_none());
}

#[test]
fn dependencies_hooks_and_a_kustomization() {
    let project = good(
        r"
version: v1beta2
cluster: {kubeContext: minikube, namespace: test}
deployments:
- name: app
  kubectl: {kustomize: true, manifests: [kustomization.yaml], cmdPath: ./kubectl}
dependencies:
- {source: {path: ../db}, config: default, skipBuild: true}
- {source: {git: 'https://me:secret@example.com/a.git', branch: main, subPath: x}, namespace: n}
hooks:
- {command: echo, args: [before, 1], when: {before: {images: all, deployments: app}}}
- {command: echo, when: {after: {deployments: all}}}
- {command: nothing}
",
    );
    assert_eq!(project.dependencies, ["../db", "https://example.com/a.git"]);
    assert_eq!(project.hooks[0].when.len(), 2);
    assert_eq!(project.hooks[0].args, ["before", "1"]);
    assert_eq!(project.warnings, ["devspace.yaml:13:3: this hook has no `when` and never runs"]);
    assert_eq!(project.cluster.kube_context.as_deref(), Some("minikube"));
}

#[test]
fn switches_that_are_off_are_no_reason_to_refuse() {
    let project = good(
        "images: {a: {image: x, injectRestartHelper: false, appendDockerfileInstructions: []}}",
    );
    assert_eq!(project.images.len(), 1);
}

#[test]
fn commands_of_v2_are_not_run() {
    let message = super::bad("version: v2beta1\nimages: {a: {image: x, target: $(date)}}");
    assert!(message.contains("commands within values are not run"), "{message}");
    let project = good("images: {a: {image: x, target: $(date)}}");
    assert_eq!(project.images[0].options.target.as_deref(), Some("$(date)"));
}
