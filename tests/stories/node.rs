//! The Kubernetes node of the bed: pods run, and pull as real ones do.

use suite::{Bed, Generation, Node, Outcome, PASSWORD, POD_IMAGE, Story, USER, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(pods_run_and_speak),
        story(pods_pull_with_a_secret_and_not_without),
        story(pods_reach_registries_of_their_own),
        story(both_generations_of_tools_answer),
    ]
}

fn pod(namespace: &str, name: &str, image: &str, more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  terminationGracePeriodSeconds: 0\n  containers: [{{name: c, image: '{image}', command: [sh, -c, 'echo hello; sleep 1000']}}]\n{more}"
    )
}

fn delete(node: &Node, namespace: &str) {
    let _ = node.kubectl(&["delete", "namespace", namespace, "--wait=false"]).ok();
}

fn pods_run_and_speak(bed: &Bed) -> Outcome {
    let node = bed.node()?;
    let namespace = node.namespace(bed);
    node.apply(&pod(&namespace, "p", POD_IMAGE, ""));
    assert_eq!(node.pod_says(&namespace, "p"), "Running");
    node.wait("the pod's log", || {
        let log = node.kubectl(&["logs", "-n", &namespace, "p"]);
        (log.out() == "hello\n").then_some(())
    });
    let exec = ["exec", "-i", "-n", &namespace, "p", "--", "cat"];
    assert_eq!(node.kubectl_with(&exec, b"by stdin").ok().out(), "by stdin");
    let asked = node.calls("admin");
    let exec = |call: &suite::Call| call.resource == "pods/exec" && call.namespace == namespace;
    assert!(asked.iter().any(exec), "the log of calls lacks the exec");
    delete(node, &namespace);
    Ok(())
}

fn pods_pull_with_a_secret_and_not_without(bed: &Bed) -> Outcome {
    let (node, engine) = (bed.node()?, bed.engine()?);
    let host = bed.private_registry()?.host();
    let image = format!("{host}/node/private:1");
    let _ = engine.docker(&["tag", "base/busybox:1", &image]).ok();
    let login = ["login", "-u", USER, "--password-stdin", &host];
    let _ = engine.docker_with(&login, PASSWORD.as_bytes()).ok();
    let _ = engine.docker(&["push", &image]).ok();
    let _ = engine.docker(&["logout", &host]).ok();
    let namespace = node.namespace(bed);
    node.apply(&pod(&namespace, "without", &image, ""));
    let said = node.pod_says(&namespace, "without");
    assert!(["ErrImagePull", "ImagePullBackOff"].contains(&said.as_str()), "{said}");
    let server = format!("--docker-server={host}");
    let (user, password) =
        (format!("--docker-username={USER}"), format!("--docker-password={PASSWORD}"));
    let create = ["create", "secret", "docker-registry", "pull", "-n", &namespace];
    let _ = node.kubectl(&[&create[..], &[&server, &user, &password]].concat()).ok();
    node.apply(&pod(&namespace, "with", &image, "  imagePullSecrets: [{name: pull}]\n"));
    assert_eq!(node.pod_says(&namespace, "with"), "Running");
    delete(node, &namespace);
    Ok(())
}

fn pods_reach_registries_of_their_own(bed: &Bed) -> Outcome {
    let node = bed.node()?;
    let (plain, private) = (node.registry(bed)?, node.private_registry(bed)?);
    let namespace = node.namespace(bed);
    let ask = |host: &str| format!("/bin/busybox wget -q -O - http://{host}/v2/ 2>&1; true");
    let script = format!("{}; {}", ask(&plain.host()), ask(&private.host()));
    node.apply(&pod(&namespace, "p", POD_IMAGE, ""));
    assert_eq!(node.pod_says(&namespace, "p"), "Running");
    let out = node.kubectl(&["exec", "-n", &namespace, "p", "--", "sh", "-c", &script]);
    let out = out.ok().out();
    assert!(out.contains("{}") && out.contains("401"), "{out}");
    delete(node, &namespace);
    Ok(())
}

fn both_generations_of_tools_answer(bed: &Bed) -> Outcome {
    for (generation, kubectl, helm) in
        [(Generation::Helm3, "v1.32", "v3.17"), (Generation::Helm4, "v1.37", "v4.3")]
    {
        let tools = bed.kube_tools(generation)?;
        let project = suite::Project::new(bed);
        let said = |program: std::path::PathBuf, args: &[&str]| {
            project.run(program.to_str().unwrap()).args(args).end().ok().out()
        };
        assert!(said(tools.kubectl(), &["version", "--client"]).contains(kubectl));
        assert!(said(tools.helm(), &["version", "--short"]).contains(helm));
    }
    Ok(())
}
