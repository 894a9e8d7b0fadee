//! Development and back, tags that stay the same, another namespace, hooks, kustomize.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use suite::{Bed, Outcome, Story, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![
        story(dev_and_back),
        story(dev_watches_and_follows_logs),
        story(fixed_tag_without_a_push_restarts),
        story(another_namespace_is_another_deploy),
        story(hooks_run_around_what_is_deployed),
        story(a_kustomization_is_rendered),
    ]
}

fn shop(bed: &Bed) -> Result<Shop<'_>, suite::Skip> {
    let shop = Shop::new(bed)?;
    shop.config("- {name: web, kubectl: {manifests: [k8s]}}\n");
    shop.project.file("k8s/web.yaml", shop.manifest("web", "web", ""));
    Ok(shop)
}

fn with_override(shop: &Shop<'_>) {
    let config = shop.project.read("devspace.yaml");
    let over = "dev:\n  overrideImages:\n  - name: web\n    \
        entrypoint: [/bin/sh, -c, 'echo in development; cat /text; exec sleep 100000']\n";
    shop.project.file("devspace.yaml", format!("{config}{over}"));
}

fn dev_and_back(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    with_override(&shop);
    let _ = shop.deploy(&["--wait"]).ok();
    let plain = shop.image_of("web");
    let _ = shop.project.ds("ds", &["dev", "--exit-after-deploy"]).ok().prints("web deployed");
    assert_ne!(shop.image_of("web"), plain);
    let _ = shop.deploy(&["--dev", "--wait"]).ok();
    let log = shop.kubectl(&["logs", "deployment/web"]).ok().out();
    assert!(log.starts_with("in development\n"), "{log}");
    // Going back rebuilds nothing.
    let _ = shop.deploy(&["--skip-build", "--wait"]).ok().prints("web deployed");
    assert_eq!(shop.image_of("web"), plain);
    shop.end();
    Ok(())
}

fn dev_watches_and_follows_logs(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    with_override(&shop);
    let mut command = shop.project.run("ds").args(&["dev", "--watch"]).command();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (tell, lines) = mpsc::channel();
    let stdout = child.stdout.take().unwrap();
    let stderr = child.stderr.take().unwrap();
    let other = tell.clone();
    std::thread::spawn(move || {
        BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
    });
    std::thread::spawn(move || {
        BufReader::new(stderr)
            .lines()
            .map_while(Result::ok)
            .for_each(|line| drop(other.send(line)));
    });
    let mut seen = Vec::new();
    let mut until = |wanted: &str| {
        let end = Instant::now() + Duration::from_secs(120);
        while Instant::now() < end {
            if let Ok(line) = lines.recv_timeout(Duration::from_millis(200)) {
                seen.push(line.clone());
                if line.contains(wanted) {
                    return;
                }
            }
        }
        panic!("no `{wanted}` in\n{}", seen.join("\n"));
    };
    until(" c | in development");
    shop.project.file("web/text", "a new text\n");
    until("image `web` changed");
    until(" c | a new text");
    // A broken state of the project ends nothing.
    shop.project.file("k8s/web.yaml", "a: [\n");
    until("deployment `web` changed");
    until("error");
    shop.project
        .file("k8s/web.yaml", shop.manifest("web", "web", "        env: [{name: A, value: b}]\n"));
    until("web deployed");
    let pid = child.id().to_string();
    let _ = shop.project.run("kill").args(&["-INT", &pid]).end().ok();
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(130));
    let _ = shop.project.ds("ds", &["state", "show"]).ok();
    let _ = shop.deploy(&[]).ok().prints("web deployed");
    shop.end();
    Ok(())
}

fn fixed_tag_without_a_push_restarts(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let config = shop.project.read("devspace.yaml");
    let tag = format!("    image: {}/web\n", shop.repository);
    shop.project.file("devspace.yaml", config.replace(&tag, &format!("{tag}    tag: stable\n")));
    let more = "        imagePullPolicy: IfNotPresent\n";
    shop.project.file("k8s/web.yaml", shop.manifest("web", "web", more));
    let deploy = |args: &[&str]| shop.deploy(&[&["--skip-push"], args].concat());
    let _ = deploy(&[]).ok();
    assert!(shop.image_of("web").ends_with("/web:stable"), "{}", shop.image_of("web"));
    let _ = deploy(&["--exit-unchanged"]).ends(4);
    let annotation = || {
        let live = shop.get("deployment", "web").unwrap();
        let template = &live["spec"]["template"]["metadata"]["annotations"];
        template["kubectl.kubernetes.io/restartedAt"].as_str().map(str::to_owned)
    };
    assert_eq!(annotation(), None);
    shop.project.file("web/text", "new\n");
    let _ = deploy(&[]).ok().prints("restarted Deployment `web`: `web` rebuilt under the same");
    let first = annotation().expect("restarted");
    let _ = deploy(&["--exit-unchanged"]).ends(4);
    assert_eq!(annotation(), Some(first), "once");
    shop.end();
    Ok(())
}

fn another_namespace_is_another_deploy(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let other = format!("{}-b", shop.namespace);
    let _ = shop.deploy(&[]).ok();
    let _ =
        shop.deploy(&["-n", &other]).ok().prints(&format!("web deployed to {other}: 1 created"));
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    let _ = shop.deploy(&["-n", &other, "--exit-unchanged"]).ends(4);
    assert_eq!(shop.project.state()["deployed"].as_array().unwrap().len(), 2);
    let _ = shop.project.ds("ds", &["purge", "-n", &other]).ok().prints("web 1 deleted");
    assert!(shop.get("deployment", "web").is_some());
    let _ = shop.node.kubectl(&["delete", "namespace", &other, "--wait=false"]);
    shop.end();
    Ok(())
}

fn hooks_run_around_what_is_deployed(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let config = shop.project.read("devspace.yaml");
    let hook = |word: &str, when: &str| {
        format!("- command: ./note\n  args: [{word}]\n  when: {{{when}}}\n")
    };
    shop.project.file(
        "devspace.yaml",
        format!(
            "{config}hooks:\n{}{}{}",
            hook("first", "before: {deployments: all}"),
            hook("web", "before: {deployments: web}"),
            hook("last", "after: {deployments: all}")
        ),
    );
    shop.project.program("note", "#!/bin/sh\necho \"$1\" >>notes\n");
    let _ = shop.deploy(&[]).ok();
    assert_eq!(shop.project.read("notes"), "first\nweb\nlast\n");
    let _ = shop.deploy(&[]).ok();
    assert_eq!(shop.project.read("notes"), "first\nweb\nlast\n", "nothing was deployed");
    shop.project.program("note", "#!/bin/sh\nexit 3\n");
    shop.project.edit("k8s/web.yaml", "# of web", "# other");
    let _ = shop.deploy(&[]).fails(1, "hook `./note` failed");
    let _ = shop.deploy(&["--no-hooks"]).ok();
    shop.end();
    Ok(())
}

fn a_kustomization_is_rendered(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    shop.config(
        "- {name: web, kubectl: {kustomize: true, manifests: [over/kustomization.yaml]}}\n",
    );
    shop.project.file("over/kustomization.yaml", "resources: [../k8s]\nnamePrefix: my-\n");
    shop.project.file("k8s/kustomization.yaml", "resources: [web.yaml]\n");
    let _ = shop.deploy(&[]).ok().prints("1 created");
    assert!(shop.image_of("my-web").contains("@sha256:"));
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    shop.project.file("over/kustomization.yaml", "resources: [nowhere]\n");
    let _ = shop.deploy(&[]).fails(65, "`kubectl` failed on `over`").says("nowhere");
    shop.end();
    Ok(())
}
