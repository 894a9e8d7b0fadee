//! Other hands on the same objects: deleted, edited, applied by kubectl, owned by others.

use suite::{Bed, Outcome, Story, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![
        story(deleted_or_edited_objects_are_put_right),
        story(objects_of_kubectl_apply_are_taken_over),
        story(fields_of_others_are_left_alone),
        story(kubectl_with_flags_of_the_config),
    ]
}

const CONF: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a: '1', b: '2'}\n";

fn shop(bed: &Bed) -> Result<Shop<'_>, suite::Skip> {
    let shop = Shop::new(bed)?;
    shop.config("- {name: web, kubectl: {manifests: [k8s]}}\n");
    shop.project.file("k8s/web.yaml", shop.manifest("web", "web", ""));
    shop.project.file("k8s/conf.yaml", CONF);
    Ok(shop)
}

fn deleted_or_edited_objects_are_put_right(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let _ = shop.deploy(&[]).ok();
    let image = shop.image_of("web");

    let _ = shop.kubectl(&["delete", "configmap", "conf"]).ok();
    let _ = shop.deploy(&["--check"]).ends(3).prints("ConfigMap `conf` was deleted");
    let _ = shop.deploy(&[]).ok().says("ConfigMap `conf` was deleted").prints("1 created");
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["a"], "1");

    let _ = shop.kubectl(&["patch", "configmap", "conf", "-p", r#"{"data":{"a":"hand"}}"#]).ok();
    let _ = shop.kubectl(&["set", "image", "deployment/web", "c=localhost/base:1"]).ok();
    let status = shop.project.ds("ds", &["status", "--check"]).ends(3);
    let _ = status.prints("ConfigMap `conf` was edited").prints("Deployment `web` was edited");
    let _ = shop.deploy(&[]).ok().says("`conf` was edited");
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["a"], "1");
    assert_eq!(shop.image_of("web"), image);
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);

    // What nobody wrote into the manifest is nobody's drift.
    let _ = shop.kubectl(&["scale", "deployment", "web", "--replicas", "2"]).ok();
    let _ = shop.kubectl(&["label", "configmap", "conf", "mine=yes"]).ok();
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    shop.project.edit("k8s/web.yaml", "# of web", "# changed");
    let _ = shop.deploy(&[]).ok();
    assert_eq!(shop.get("deployment", "web").unwrap()["spec"]["replicas"], 2);
    assert_eq!(shop.get("configmap", "conf").unwrap()["metadata"]["labels"]["mine"], "yes");
    shop.end();
    Ok(())
}

fn objects_of_kubectl_apply_are_taken_over(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let _ = shop.node.kubectl(&["create", "namespace", &shop.namespace]).ok();
    let old = CONF.replace("b: '2'", "b: 'old', gone: x");
    let args = ["apply", "-n", &shop.namespace, "-f", "-"];
    let _ = shop.node.kubectl_with(&args, old.as_bytes()).ok();
    let _ = shop.deploy(&[]).ok().prints("1 created, 1 changed");
    let live = shop.get("configmap", "conf").unwrap();
    assert_eq!(live["data"], serde_json::json!({"a": "1", "b": "2"}), "`gone` has gone");
    assert!(live["metadata"]["annotations"].is_null(), "{live:#}");
    // And back to kubectl, which has nothing to complain of.
    let back = shop.node.kubectl_with(&args, CONF.replace("'1'", "'3'").as_bytes());
    assert_eq!(back.code, 0, "{back}");
    let _ = shop.deploy(&[]).ok();
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["a"], "1");
    shop.end();
    Ok(())
}

fn fields_of_others_are_left_alone(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let _ = shop.node.kubectl(&["create", "namespace", &shop.namespace]).ok();
    let theirs = CONF.replace("a: '1', b: '2'", "a: theirs, c: theirs");
    let args = ["apply", "--server-side", "--field-manager", "controller", "-f", "-", "-n"];
    let args = [&args[..], &[shop.namespace.as_str()]].concat();
    let _ = shop.node.kubectl_with(&args, theirs.as_bytes()).ok();
    let out = shop.deploy(&[]).fails(1, "fields of `controller` differ");
    let _ = out.says(r"\.data\.a").says("--force-conflicts");
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["a"], "theirs");
    let _ = shop.deploy(&["--force-conflicts"]).ok();
    let data = &shop.get("configmap", "conf").unwrap()["data"];
    assert_eq!(*data, serde_json::json!({"a": "1", "b": "2", "c": "theirs"}));
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    // What nobody deployed from here is not purged.
    let _ = shop.project.sh("rm .devspace/state.json").ok();
    let _ = shop.kubectl(&["delete", "configmap", "conf"]).ok();
    let _ = shop.node.kubectl_with(&args, theirs.as_bytes()).ok();
    let out = shop.project.ds("ds", &["purge"]).ok().prints("web 1 deleted");
    let _ = out.says("ConfigMap `conf` is somebody else's, and stays");
    assert!(shop.get("configmap", "conf").is_some());
    shop.end();
    Ok(())
}

fn kubectl_with_flags_of_the_config(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    shop.config(
        "- {name: web, kubectl: {manifests: [k8s], flags: [--server-side=false, --wait=true]}}\n",
    );
    let _ = shop.deploy(&["--wait"]).ok();
    let live = shop.get("configmap", "conf").unwrap();
    let mark = "kubectl.kubernetes.io/last-applied-configuration";
    assert!(live["metadata"]["annotations"][mark].is_string(), "{live:#}");
    assert!(shop.image_of("web").contains("@sha256:"));
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    let _ = shop.kubectl(&["patch", "configmap", "conf", "-p", r#"{"data":{"a":"hand"}}"#]).ok();
    let _ = shop.deploy(&[]).ok().says("`conf` was edited");
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["a"], "1");
    shop.config("- {name: web, kubectl: {manifests: [k8s], flags: [--no-such-flag]}}\n");
    let _ = shop.deploy(&[]).fails(1, "`kubectl apply` failed").says("no-such-flag");
    shop.end();
    Ok(())
}
