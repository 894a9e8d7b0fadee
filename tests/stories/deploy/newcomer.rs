//! The whole of it, as a new user meets it: a private registry with a password, three
//! images, two namespaces, a chart with an account of its own and plain manifests.

use suite::{Bed, Outcome, PASSWORD, Skip, Story, USER, docker_login, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![story(all_pods_run_from_the_private_registry), story(without_the_secret_they_do_not)]
}

/// `web` by manifests here, `job` by a component there, `api` by a chart there.
fn shop(bed: &Bed) -> Result<(Shop<'_>, String), Skip> {
    let shop = Shop::new(bed)?;
    let host = bed.private_registry()?.host();
    docker_login(&shop.project, &host, USER, PASSWORD);
    let repository = format!("{host}/{}", shop.namespace);
    let other = format!("{}-back", shop.namespace);
    let image = |name: &str| {
        format!(
            "  {name}:\n    image: {repository}/{name}\n    dockerfile: {from}/Dockerfile\n    context: {from}\n    createPullSecret: true\n",
            from = if name == "api" { "job" } else { name }
        )
    };
    shop.project.file(
        "devspace.yaml",
        format!(
            "version: v1beta2\ncluster: {{namespace: {}}}\nimages:\n{}{}{}deployments:\n\
             - {{name: web, kubectl: {{manifests: [k8s]}}}}\n\
             - {{name: job, namespace: {other}, component: {{containers: [{{image: {repository}/job}}]}}}}\n\
             - {{name: api, namespace: {other}, helm: {{chart: {{name: ./chart}}}}}}\n",
            shop.namespace,
            image("web"),
            image("job"),
            image("api")
        ),
    );
    let shop = Shop { repository: repository.clone(), ..shop };
    shop.project.file("k8s/web.yaml", shop.manifest("web", "web", ""));
    shop.project.file("chart/Chart.yaml", "apiVersion: v2\nname: api\nversion: 0.1.0\n");
    shop.project.file(
        "chart/values.yaml",
        format!("image:\n  repository: {repository}/api\n  tag: none\n"),
    );
    shop.project.file(
        "chart/templates/all.yaml",
        "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: '{{ .Release.Name }}'}\n---\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: '{{ .Release.Name }}'}\nspec:\n  \
         selector: {matchLabels: {app: api}}\n  template:\n    metadata: {labels: {app: api}}\n    spec:\n      \
         serviceAccountName: '{{ .Release.Name }}'\n      terminationGracePeriodSeconds: 0\n      \
         containers: [{name: c, image: '{{ .Values.image.repository }}:{{ .Values.image.tag }}'}]\n",
    );
    Ok((shop, other))
}

fn all_pods_run_from_the_private_registry(bed: &Bed) -> Outcome {
    let (shop, other) = shop(bed)?;
    let before = shop.files();
    let out = shop.deploy(&["--wait"]).ok();
    for name in ["web deployed", "job deployed", "api deployed"] {
        assert!(out.out().contains(name), "{out}");
    }
    let again = shop.deploy(&["--exit-unchanged"]).ends(4).out();
    assert_eq!(again, "web up to date\njob up to date\napi up to date\n");
    let status = shop.project.ds("ds", &["status", "-o", "json"]).ok().json();
    assert_eq!(status["ok"], true, "{status:#}");
    assert_eq!(shop.files(), before, "files on disk");
    let state = shop.project.read(".devspace/state.json");
    assert!(!state.contains(PASSWORD) && !out.err().contains(PASSWORD));

    shop.project.file("web/text", "another\n");
    let out = shop.deploy(&["--wait"]).ok().out();
    assert!(out.contains("web deployed") && out.contains("api up to date"), "{out}");

    let _ = shop.project.ds("ds", &["purge", "--secrets"]).ok().prints("api uninstalled");
    for namespace in [&shop.namespace, &other] {
        let secrets = shop.node.kubectl(&["get", "secrets", "-n", namespace, "-o", "name"]).ok();
        assert_eq!(secrets.out(), "", "{namespace}");
        let account = shop.node.get("serviceaccount", namespace, "default").unwrap();
        assert!(account["imagePullSecrets"].as_array().is_none_or(Vec::is_empty), "{account:#}");
    }
    let _ = shop.node.kubectl(&["delete", "namespace", &other, "--wait=false"]);
    shop.end();
    Ok(())
}

/// So that the story above tests something.
fn without_the_secret_they_do_not(bed: &Bed) -> Outcome {
    let (shop, other) = shop(bed)?;
    let config = shop.project.read("devspace.yaml");
    shop.project
        .file("devspace.yaml", config.replace("createPullSecret: true", "createPullSecret: false"));
    let out = shop.deploy(&["--deployments", "web", "--wait", "--timeout", "2m"]).ends(1);
    let _ = out
        .says("does not come up")
        .says("(ErrImagePull|ImagePullBackOff)")
        .says("createPullSecret: true");
    let _ = shop.node.kubectl(&["delete", "namespace", &other, "--wait=false"]);
    shop.end();
    Ok(())
}
