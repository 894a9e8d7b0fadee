//! What a new user does: deploys, deploys again, changes a file, looks, goes back, purges.

use suite::{Bed, Outcome, Story, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![
        story(first_deploy_runs_and_the_second_does_nothing),
        story(looking_changes_nothing),
        story(all_kinds_of_objects_find_their_place),
        story(as_a_plugin_of_kubectl),
    ]
}

const TWO: &str = "- {name: web, kubectl: {manifests: [k8s/*.yaml]}}\n\
    - name: job\n  component:\n    containers: [{image: REPO/job}]\n    service: {ports: [{port: 80}]}\n";

fn two<'a>(bed: &'a Bed) -> Result<Shop<'a>, suite::Skip> {
    let shop = Shop::new(bed)?;
    shop.config(&TWO.replace("REPO", &shop.repository));
    shop.project.file("k8s/web.yaml", shop.manifest("web", "web", ""));
    shop.project.file(
        "k8s/conf.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {mode: 0644, word: 'yes'}\n"
            .replace("0644", "'0644'"),
    );
    Ok(shop)
}

fn first_deploy_runs_and_the_second_does_nothing(bed: &Bed) -> Outcome {
    let shop = two(bed)?;
    let before = shop.files();
    let out = shop.deploy(&["--wait"]).ok();
    assert!(out.out().contains(&format!("web deployed to {}: 2 created", shop.namespace)), "{out}");
    let digest = shop.project.card("web", "/push/digest");
    assert!(shop.image_of("web").ends_with(&format!("@{digest}")), "{}", shop.image_of("web"));
    let log = shop.kubectl(&["logs", "deployment/web"]).ok().out();
    assert_eq!(log, format!("web {}\n", shop.namespace));
    let applied = shop.get("configmap", "conf").unwrap();
    assert_eq!(applied["data"]["mode"], "0644");

    let again = shop.deploy(&["-vv", "--exit-unchanged"]).ends(4);
    assert_eq!(again.out(), "web up to date\njob up to date\n");
    // The cluster's identity, and a list each for ConfigMaps, Deployments and Services.
    let _ = again.says("4 requests to context `test`");
    assert_eq!(shop.files(), before, "files on disk");

    let (web, job) =
        (shop.get("deployment", "web").unwrap(), shop.get("deployment", "job").unwrap());
    shop.project.file("web/text", "another\n");
    let out = shop.deploy(&["--wait"]).ok().out();
    assert!(out.contains("web deployed") && out.contains("job up to date"), "{out}");
    let now = |name: &str| shop.get("deployment", name).unwrap();
    assert_eq!(now("job")["metadata"]["resourceVersion"], job["metadata"]["resourceVersion"]);
    assert_ne!(now("web")["metadata"]["generation"], web["metadata"]["generation"]);
    assert_eq!(shop.kubectl(&["logs", "deployment/web"]).ok().out(), "another\n");

    // Back to the references before, and forth again.
    let (new, old) =
        (shop.image_of("web"), &web["spec"]["template"]["spec"]["containers"][0]["image"]);
    let _ = shop.deploy(&["--to", "previous", "--deployments", "web"]).ok();
    assert_eq!(&shop.image_of("web"), old.as_str().unwrap());
    let _ =
        shop.deploy(&["--to", "previous", "--deployments", "job"]).fails(65, "no deploy before");
    let _ = shop.deploy(&["--wait"]).ok();
    assert_eq!(shop.image_of("web"), new);

    let status = shop.project.ds("ds", &["status", "--output", "json"]).ok().json();
    assert_eq!(status["ok"], true, "{status:#}");
    let running = &status["deployments"][0]["workloads"][0]["images"][0];
    assert_eq!((&running["image"], &running["as_built"]), (&"web".into(), &true.into()));
    let told = shop.project.ds("ds", &["status"]).ok().out();
    assert!(told.contains("Deployment web: up, 1 of 1 pods ready"), "{told}");

    let purged = shop.project.ds("ds", &["purge"]).ok().out();
    assert_eq!(purged, "job 2 deleted\nweb 2 deleted\n");
    assert!(shop.get("deployment", "web").is_none() && shop.get("service", "job").is_none());
    assert!(shop.node.get("namespace", "", &shop.namespace).is_some(), "never a namespace");
    let _ = shop.project.ds("ds", &["purge"]).ok().prints("web was not there");
    assert_eq!(shop.files().len(), before.len());
    shop.end();
    Ok(())
}

fn looking_changes_nothing(bed: &Bed) -> Outcome {
    let shop = two(bed)?;
    // Nothing is built yet: that is to do, and is all that can be said.
    let _ = shop.deploy(&["--check"]).ends(3);
    assert!(shop.node.get("namespace", "", &shop.namespace).is_none());
    let _ = shop.project.sh("ds build -q && ds tag -q && ds push -q").ok();
    let _ = shop.deploy(&["--check"]).ends(3).prints("web to do: it was not deployed");
    let dry = shop.deploy(&["--dry-run"]).ok().out();
    assert!(dry.contains("job to do"), "{dry}");
    let diff = shop.deploy(&["--diff"]).ok().out();
    assert!(diff.contains("--- /dev/null\n") && diff.contains("+kind: Deployment"), "{diff}");
    assert!(shop.node.get("namespace", "", &shop.namespace).is_none());

    let _ = shop.deploy(&[]).ok();
    assert_eq!(shop.deploy(&["--diff"]).ok().out(), "");
    let _ = shop.deploy(&["--check"]).ok();
    shop.project.edit("k8s/conf.yaml", "'yes'", "'no'");
    let diff = shop.deploy(&["--diff", "--check"]).ends(3).out();
    assert!(diff.contains("-  word: ") && diff.contains("+  word: "), "{diff}");
    let _ = shop.deploy(&["--check"]).ends(3).prints("web to do: what it applies has changed");
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["word"], "yes");
    let rendered = shop.deploy(&["--render"]).ok().out();
    assert!(rendered.contains("# of web\n") && rendered.contains("   # set by ds\n"), "{rendered}");
    shop.end();
    Ok(())
}

fn all_kinds_of_objects_find_their_place(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    shop.config("- {name: all, kubectl: {manifests: [k8s]}}\n");
    let other = format!("{}-other", shop.namespace);
    let group = format!("g{}.example.com", bed.unique());
    // The object of a new kind stands before its definition, which comes last.
    shop.project.file(
        "k8s/a.yaml",
        format!(
            "apiVersion: {group}/v1\nkind: Thing\nmetadata: {{name: one}}\nspec: {{size: 1}}\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{generateName: once-, namespace: {other}}}\nspec:\n  \
             containers: [{{name: c, image: 'localhost/base:1', command: [/bin/true]}}]\n  restartPolicy: Never\n---\n\
             apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {{name: listed}}\n\
             - apiVersion: v1\n  kind: Namespace\n  metadata: {{name: {other}}}\n"
        ),
    );
    shop.project.file(
        "k8s/b.yaml",
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: things.{group}}}\n\
             spec:\n  group: {group}\n  scope: Namespaced\n  names: {{kind: Thing, plural: things, singular: thing}}\n  \
             versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        \
             type: object\n        x-kubernetes-preserve-unknown-fields: true\n"
        ),
    );
    let out = shop.deploy(&[]).ok();
    assert!(out.out().contains("5 created"), "{out}");
    let thing = format!("things.{group}");
    assert!(shop.get(&thing, "one").is_some());
    let pods = |namespace: &str| {
        shop.node.kubectl(&["get", "pods", "-n", namespace, "-o", "name"]).ok().out()
    };
    assert!(pods(&other).starts_with("pod/once-"), "{}", pods(&other));
    assert_eq!(shop.deploy(&[]).ok().out(), "all up to date\n");
    assert_eq!(pods(&other).lines().count(), 1);
    let _ = shop.project.ds("ds", &["purge", "-v"]).ok().says("stays");
    assert!(shop.get(&thing, "one").is_none());
    assert!(shop.node.get("crd", "", &thing).is_some(), "others' objects hang on it");
    let _ = shop.node.kubectl(&["delete", "crd", &thing, "namespace/none"]);
    let _ = shop.node.kubectl(&["delete", "namespace", &other, "--wait=false"]);
    shop.end();
    Ok(())
}

fn as_a_plugin_of_kubectl(bed: &Bed) -> Outcome {
    let shop = two(bed)?;
    let link = format!("ln -s \"$(command -v ds)\" {}/kubectl-ds", shop.project.tools().display());
    let _ = shop.project.sh(&link).ok();
    let _ = shop.project.sh("kubectl ds deploy --render | grep -q 'kind: Deployment'").ok();
    let _ = shop.project.sh("kubectl ds status").ok();
    Ok(())
}
