//! Plans that are looked at before they are carried out, and runs that are broken off.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use suite::{Bed, Outcome, Story, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![story(a_plan_is_carried_out_if_nothing_moved), story(broken_off_at_each_stage)]
}

fn shop(bed: &Bed) -> Result<Shop<'_>, suite::Skip> {
    let shop = Shop::new(bed)?;
    shop.config("- {name: web, kubectl: {manifests: [k8s/web.yaml]}}\n- {name: conf, kubectl: {manifests: [k8s/conf.yaml]}}\n");
    shop.project.file("k8s/web.yaml", shop.manifest("web", "web", ""));
    shop.project.file(
        "k8s/conf.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a: '1'}\n",
    );
    Ok(shop)
}

fn a_plan_is_carried_out_if_nothing_moved(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let plan = || {
        let _ = shop.deploy(&["--plan", "plan.json"]).ok();
        serde_json::from_str::<serde_json::Value>(&shop.project.read("plan.json")).unwrap()
    };
    let first = plan();
    assert!(shop.node.get("namespace", "", &shop.namespace).is_none(), "nothing was done");
    assert!(!shop.project.root().join(".devspace/state.json").exists(), "nothing was built");
    let web = &first["images"][0];
    assert_eq!((&web["image"], &web["action"]), (&"web".into(), &"build and push".into()));
    assert_eq!(web["reason"], "not built before", "{web:#}");
    let diff = first["deployments"][0]["diff"].as_str().unwrap();
    assert!(diff.contains(&format!("image: {}", web["reference"].as_str().unwrap())), "{diff}");

    shop.project.file("web/text", "moved\n");
    let out = shop.deploy(&["--from", "plan.json"]).fails(75, "`plan.json` is out of date");
    let _ = out.says("image \"web\": key").says("make a new plan");
    assert!(!shop.project.root().join(".devspace/state.json").exists(), "nothing was built");
    let _ = plan();
    let _ = shop.deploy(&["--from", "plan.json", "--wait"]).ok().prints("web deployed");
    assert_eq!(shop.kubectl(&["logs", "deployment/web"]).ok().out(), "moved\n");

    // In the cluster, too.
    shop.project.edit("k8s/conf.yaml", "'1'", "'2'");
    let second = plan();
    assert_eq!(second["images"][0]["action"], "nothing");
    let _ = shop.kubectl(&["patch", "configmap", "conf", "-p", r#"{"data":{"b":"x"}}"#]).ok();
    let out = shop.deploy(&["--from", "plan.json"]);
    let _ = out.fails(75, "out of date: deployment \"conf\": diff, standing changed");
    assert_eq!(shop.get("configmap", "conf").unwrap()["data"]["a"], "1");
    let _ = shop.deploy(&["--from", "k8s/conf.yaml"]).fails(65, "is no plan");
    shop.end();
    Ok(())
}

/// `ds deploy` in a process group of its own, as a terminal has it.
fn begin(shop: &Shop<'_>) -> Child {
    let mut command: Command = shop.project.run("ds").args(&["deploy"]).command();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    command.spawn().unwrap()
}

/// Processes of a group that are not zombies.
fn members(group: u32) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let Some((name, rest)) = stat.rsplit_once(')') else { continue };
        let fields: Vec<&str> = rest.split_whitespace().collect();
        if fields.get(2) == Some(&group.to_string().as_str()) && fields[0] != "Z" {
            found.push(name.to_owned());
        }
    }
    found
}

fn broken_off_at_each_stage(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let config = shop.project.read("devspace.yaml");
    let mark = shop.project.home().join("mark");
    // A hook marks the stage, and would last for ever.
    let slow = format!("#!/bin/sh\ntouch '{}'\nexec sleep 1000\n", mark.display());
    shop.project.program("slow", &slow);
    for (when, signal, code, said) in [
        ("before: {images: all}", "-INT", 130, "interrupted"),
        ("before: {deployments: all}", "-INT", 130, "not begun: `web`, `conf`"),
        ("before: {deployments: conf}", "-TERM", 143, "deployed, and put down: `web`"),
    ] {
        let hook = format!("hooks:\n- command: ./slow\n  when: {{{when}}}\n");
        shop.project.file("devspace.yaml", format!("{config}{hook}"));
        let _ = std::fs::remove_file(&mark);
        let child = begin(&shop);
        shop.node.wait("the stage", || mark.exists().then_some(()));
        let (pid, group) = (child.id().to_string(), format!("-{}", child.id()));
        // Ctrl-C goes to the whole group, SIGTERM to ds alone.
        let to = if signal == "-INT" { &group } else { &pid };
        let _ = shop.project.run("kill").args(&[signal, "--", to]).end().ok();
        let id = child.id();
        let out = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(code), "{when}: {err}");
        assert!(err.contains(said), "{when}: {err}");
        assert_eq!(members(id), [""; 0], "{when}: left behind");
        if shop.project.root().join(".devspace/state.json").exists() {
            let _ = shop.project.ds("ds", &["state", "show"]).ok();
        }
    }
    shop.project.file("devspace.yaml", config);
    let _ = shop.deploy(&[]).ok().prints("web up to date\nconf deployed");
    shop.end();
    Ok(())
}
