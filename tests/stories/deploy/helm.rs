//! Charts, with helm 3 and helm 4: values rewritten, images that templates hard-code,
//! hooks, releases as they were left, others' releases, secrets that nobody sees.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use suite::{Bed, Generation, Outcome, Story, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![
        story(a_chart_with_helm_3),
        story(a_chart_with_helm_4),
        story(a_hook_that_helm_3_keeps_to_itself),
        story(releases_of_others_are_left_alone),
        story(a_helm_that_was_ended),
        story(a_chart_of_a_repository_with_a_password),
    ]
}

const PASSWORD: &str = "hunter2-in-values";

/// A chart whose image comes from values, and one in a template that no value reaches.
fn chart(shop: &Shop<'_>) {
    let file = |path: &str, text: &str| shop.project.file(path, text);
    file("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 0.1.0\n");
    file(
        "chart/values.yaml",
        &format!("# defaults\nimage: {}/web:none\nreplicas: 1\n", shop.repository),
    );
    let deployment = |name: &str, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {{{{ .Values.replicas }}}}\n  \
             selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      \
             terminationGracePeriodSeconds: 0\n      containers: [{{name: c, image: {image}}}]\n"
        )
    };
    file(
        "chart/templates/web.yaml",
        &deployment("{{ .Release.Name }}-web", "{{ .Values.image | quote }}"),
    );
    file(
        "chart/templates/job.yaml",
        &deployment("{{ .Release.Name }}-job", &format!("'{}/job:old'", shop.repository)),
    );
    file(
        "chart/templates/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: '{{ .Release.Name }}'}\nstringData: {password: '{{ .Values.password }}'}\n",
    );
}

fn shop<'a>(bed: &'a Bed, generation: Generation, more: &str) -> Result<Shop<'a>, suite::Skip> {
    let shop = Shop::new(bed)?;
    let tools = bed.kube_tools(generation)?;
    let link =
        format!("ln -sf {}/helm {}/helm", tools.folder().display(), shop.project.tools().display());
    let _ = shop.project.sh(&link).ok();
    chart(&shop);
    shop.config(&format!(
        "- name: rel\n  helm:\n    chart: {{name: ./chart}}\n    valuesFiles: [values.yaml]\n    values: {{password: {PASSWORD}}}\n{more}"
    ));
    shop.project.file("values.yaml", "replicas: 1\n");
    Ok(shop)
}

/// Looks at every process' arguments until it is dropped.
struct Spy {
    stop: Arc<AtomicBool>,
    seen: Option<std::thread::JoinHandle<(Vec<String>, usize)>>,
}

impl Spy {
    fn on(secret: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let look = move || {
            let (mut found, mut helms) = (Vec::new(), 0);
            while !flag.load(Ordering::Relaxed) {
                for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
                    let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                    let line = String::from_utf8_lossy(&line).replace('\0', " ");
                    helms += usize::from(line.contains("helm upgrade"));
                    if line.contains(secret) {
                        found.push(line);
                    }
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            (found, helms)
        };
        Self { stop, seen: Some(std::thread::spawn(look)) }
    }

    /// Command lines with the secret, and how often a helm at work was seen.
    fn end(mut self) -> (Vec<String>, usize) {
        self.stop.store(true, Ordering::Relaxed);
        self.seen.take().unwrap().join().unwrap()
    }
}

fn a_chart_with_helm_3(bed: &Bed) -> Outcome {
    a_chart(bed, Generation::Helm3)
}

fn a_chart_with_helm_4(bed: &Bed) -> Outcome {
    a_chart(bed, Generation::Helm4)
}

fn a_chart(bed: &Bed, generation: Generation) -> Outcome {
    let shop = shop(bed, generation, "")?;
    let before = shop.files();
    let spy = Spy::on(PASSWORD);
    let first = shop.deploy(&["--wait", "-v"]).ok();
    let (seen, helms) = spy.end();
    assert!(seen.is_empty() && helms > 0, "{helms} {seen:?}");
    assert!(
        !first.err().contains(PASSWORD)
            && !shop.project.read(".devspace/state.json").contains(PASSWORD)
    );
    assert_eq!(fs::read_dir(shop.project.tmp()).unwrap().count(), 0, "left in TMPDIR");
    for (name, image) in [("rel-web", "web"), ("rel-job", "job")] {
        let digest = shop.project.card(image, "/push/digest");
        assert!(shop.image_of(name).ends_with(&format!("@{digest}")), "{}", shop.image_of(name));
    }
    assert!(shop.get("secret", "rel").is_some());
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);

    // One image: one rollout, and the other Deployment stays as it is.
    let web = shop.get("deployment", "rel-web").unwrap();
    shop.project.file("job/text", "new\n");
    let _ = shop.deploy(&[]).ok().prints("rel deployed");
    assert!(shop.image_of("rel-job").ends_with(&shop.project.card("job", "/push/digest")));
    let now = shop.get("deployment", "rel-web").unwrap();
    assert_eq!(now["metadata"]["generation"], web["metadata"]["generation"]);

    // By hand: an object, and the release.
    let _ = shop.kubectl(&["delete", "deployment", "rel-web"]).ok();
    let _ = shop.deploy(&[]).ok().says("Deployment `rel-web` was deleted");
    assert!(shop.get("deployment", "rel-web").is_some());
    let set =
        format!("helm upgrade rel ./chart -n {} --reuse-values --set replicas=0", shop.namespace);
    let _ = shop.project.sh(&set).ok();
    let _ = shop.deploy(&[]).ok().says("the release is another");
    assert_eq!(shop.get("deployment", "rel-web").unwrap()["spec"]["replicas"], 1);
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    let status = shop.project.ds("ds", &["status"]).ok().out();
    assert!(status.contains("Deployment rel-web: "), "{status}");
    let rendered = shop.deploy(&["--render"]).ok().out();
    assert!(rendered.contains("kind: Secret") && rendered.contains("/job:ds-"), "{rendered}");

    let _ = shop.project.ds("ds", &["purge"]).ok().prints("rel uninstalled");
    assert!(shop.get("deployment", "rel-web").is_none());
    let mut after = shop.files();
    after.insert(
        shop.project.root().join("job/text"),
        before[&shop.project.root().join("job/text")].clone(),
    );
    assert_eq!(after, before, "files on disk");
    shop.end();
    Ok(())
}

fn a_hook_that_helm_3_keeps_to_itself(bed: &Bed) -> Outcome {
    let shop = shop(bed, Generation::Helm3, "")?;
    let hook = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: hook\n  annotations: {{helm.sh/hook: pre-install, helm.sh/hook-delete-policy: hook-succeeded}}\n\
             spec:\n  restartPolicy: Never\n  terminationGracePeriodSeconds: 0\n  containers: [{{name: c, image: {image}, command: [/bin/true]}}]\n"
        )
    };
    let hard = hook(&format!("'{}/job:old'", shop.repository));
    shop.project.file("chart/templates/hook.yaml", hard);
    let out = shop.deploy(&[]).fails(78, "shop/templates/hook.yaml: a hook names an image");
    let _ = out.says("job:old").says("helm 4");
    assert!(shop.get("deployment", "rel-web").is_none());
    // Helm 4 hands it to the post-renderer: the new image runs, or nothing does.
    let tools = bed.kube_tools(Generation::Helm4)?;
    let link =
        format!("ln -sf {}/helm {}/helm", tools.folder().display(), shop.project.tools().display());
    let _ = shop.project.sh(&link).ok();
    let _ = shop.deploy(&[]).ok();
    let events = shop.kubectl(&["get", "events", "-o", "jsonpath={.items[*].message}"]).ok().out();
    assert!(!events.contains("job:old"), "{events}");
    shop.end();
    Ok(())
}

fn releases_of_others_are_left_alone(bed: &Bed) -> Outcome {
    let shop = shop(bed, Generation::Helm4, "")?;
    let _ = shop.project.sh(&format!("helm create other >/dev/null && helm install rel other -n {} --create-namespace --set replicaCount=0 >/dev/null", shop.namespace)).ok();
    let _ = shop
        .deploy(&[])
        .fails(1, "release `rel` in .* is one of chart `other-0.1.0`, not of `shop`");
    let listed = shop.project.sh(&format!("helm list -n {} -o json", shop.namespace)).ok().json();
    assert_eq!(listed[0]["revision"], "1");
    let _ = shop.project.ds("ds", &["purge"]).fails(1, "somebody else's");
    shop.end();
    Ok(())
}

fn a_helm_that_was_ended(bed: &Bed) -> Outcome {
    let shop = shop(bed, Generation::Helm4, "    wait: true\n    timeout: 90\n")?;
    // A probe that never succeeds keeps helm waiting.
    shop.project.edit(
        "chart/templates/web.yaml",
        "image: {{ .Values.image | quote }}",
        "image: {{ .Values.image | quote }}, readinessProbe: {exec: {command: [/bin/false]}}",
    );
    let begun = |args: &[&str]| {
        let mut command = shop.project.run("ds").args(&[&["deploy"], args].concat()).command();
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let running = |child: &std::process::Child| {
        shop.node.wait("a helm at work", || {
            let children =
                fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).ok()?;
            // Threads have children of their own.
            let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).ok()?.flatten();
            let all =
                tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
            let all = all.collect::<String>() + &children;
            let is_helm = |pid: &&str| {
                fs::read_to_string(format!("/proc/{pid}/cmdline"))
                    .is_ok_and(|line| line.contains("upgrade"))
            };
            let pid = all.split_whitespace().find(is_helm)?.to_owned();
            shop.get("deployment", "rel-web").map(|_| pid)
        })
    };
    let child = begun(&[]);
    let helm = running(&child);
    let _ = shop.project.run("kill").args(&["-TERM", &child.id().to_string()]).end().ok();
    let out = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(143), "{said}");
    assert!(said.contains("begun, so some of it may be in the cluster: `rel`"), "{said}");
    assert!(!fs::exists(format!("/proc/{helm}")).unwrap(), "helm lives on");
    assert_eq!(fs::read_dir(shop.project.tmp()).unwrap().count(), 0, "left in TMPDIR");
    assert!(shop.project.state()["deployed"].is_null());

    // Helm itself may say "pending" now, which the next run tells, with the way out.
    let _ = shop
        .project
        .sh(&format!("helm uninstall rel -n {} --ignore-not-found", shop.namespace))
        .ok();

    // Killed outright, it leaves the release pending: that is said, with the way out.
    let child = begun(&[]);
    let helm = running(&child);
    let _ = shop.project.run("kill").args(&["-KILL", &helm]).end().ok();
    let out = child.wait_with_output().unwrap();
    assert_eq!(out.status.code(), Some(1));
    let _ = shop
        .deploy(&[])
        .fails(75, "release `rel` in .* is pending-")
        .says("helm (rollback|uninstall)");
    let _ = shop.project.sh(&format!("helm uninstall rel -n {}", shop.namespace)).ok();
    shop.project.edit("chart/templates/web.yaml", "/bin/false", "/bin/true");
    let _ = shop.deploy(&[]).ok();
    shop.end();
    Ok(())
}

/// A repository of charts that asks for a password, in a folder.
fn repository(folder: std::path::PathBuf, wanted: String) -> u16 {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut lines =
                BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok);
            let path = lines.next().and_then(|line| line.split(' ').nth(1).map(str::to_owned));
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let known = head.iter().any(|line| {
                line.to_lowercase().starts_with("authorization:") && line.ends_with(&wanted)
            });
            let file =
                path.and_then(|path| fs::read(folder.join(path.trim_start_matches('/'))).ok());
            let (status, body) = match (known, file) {
                (false, _) => {
                    ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"charts\"", Vec::new())
                }
                (true, None) => ("404 Not Found", Vec::new()),
                (true, Some(body)) => ("200 OK", body),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = client.write_all(head.as_bytes()).and_then(|()| client.write_all(&body));
        }
    });
    port
}

fn a_chart_of_a_repository_with_a_password(bed: &Bed) -> Outcome {
    const LOGIN: &str = "s3cret-of-charts";
    for generation in [Generation::Helm3, Generation::Helm4] {
        let shop = shop(bed, generation, "")?;
        let folder = shop.project.home().join("charts");
        // `me:` and the password in base64.
        let port = repository(folder.clone(), "Basic bWU6czNjcmV0LW9mLWNoYXJ0cw==".to_owned());
        let pack = format!(
            "helm package chart -d {0} >/dev/null && helm repo index {0}",
            folder.display()
        );
        let _ = shop.project.sh(&pack).ok();
        let config = shop.project.read("devspace.yaml").replace(
            "chart: {name: ./chart}",
            &format!("chart: {{name: shop, version: 0.1.0, repo: 'http://127.0.0.1:{port}', username: me, password: {LOGIN}}}"),
        );
        shop.project.file("devspace.yaml", &config);
        let spy = Spy::on(LOGIN);
        let out = shop.deploy(&[]).ok().prints("rel deployed");
        let (seen, helms) = spy.end();
        assert!(seen.is_empty() && helms > 0 && !out.err().contains(LOGIN), "{seen:?}");
        // The image of its default values is written by the post-renderer.
        assert!(shop.image_of("rel-web").contains("/web:ds-"), "{}", shop.image_of("rel-web"));
        assert_eq!(fs::read_dir(shop.project.tmp()).unwrap().count(), 0, "left in TMPDIR");
        shop.project.file("devspace.yaml", config.replace(LOGIN, "wrong"));
        let _ = shop
            .deploy(&["--force-deploy"])
            .fails(1, "helm cannot log in .*: .*(401|Unauthorized)");
        shop.end();
    }
    Ok(())
}
