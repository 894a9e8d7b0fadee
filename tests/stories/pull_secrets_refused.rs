//! What a cluster refuses, and that ds-secret says which, why and what to do.

use std::net::TcpListener;

use suite::{Bed, Faulty, Outcome, Story, story};

use crate::pull_secrets::{Shop, least};

pub fn stories() -> Vec<Story> {
    vec![
        story(the_least_role_does_and_less_is_named),
        story(no_cluster_and_no_login),
        story(a_namespace_that_ends_and_a_quota),
        story(a_busy_server_is_asked_again),
    ]
}

fn the_least_role_does_and_less_is_named(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = shop.namespace.clone();
    let user = shop.node.user(bed, &namespace, &least());
    shop.as_user(&user);
    let args = ["--namespace", &namespace];
    let _ = shop.project.ds("ds-secret", &args).ok().says("made for");
    for (missing, verb, resource) in [
        (vec![("secrets", "create,patch"), ("serviceaccounts", "get,patch")], "get", "secrets"),
        (vec![("secrets", "get"), ("serviceaccounts", "get,patch")], "patch", "secrets"),
        (vec![("secrets", "get,create,patch")], "get", "serviceaccounts"),
        (
            vec![("secrets", "get,create,patch"), ("serviceaccounts", "get")],
            "patch",
            "serviceaccounts",
        ),
    ] {
        let other = shop.node.namespace(bed);
        let user = shop.node.user(bed, &other, &missing);
        shop.as_user(&user);
        let out = shop.project.ds("ds-secret", &["--namespace", &other]);
        let out = out.fails(77, &format!("not allowed to {verb} `{resource}`.*{other}"));
        let _ = out.says(&format!("Role in `{other}` has to allow `{verb}` on `{resource}`"));
    }
    Ok(())
}

fn no_cluster_and_no_login(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = shop.namespace.clone();
    let user = shop.node.user(bed, &namespace, &least());
    shop.as_user(&user);
    let args = ["--namespace", &namespace];
    // The account is gone, and its token with it.
    user.forget(shop.node);
    let out = shop.project.ds("ds-secret", &args).fails(77, "test.*does not know who we are");
    assert!(!out.err().contains(&user.token), "{out}");
    // Nobody listens there.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = std::fs::read_to_string(shop.node.kubeconfig()).unwrap();
    let text = text.replace(&shop.node.server(), &format!("https://{free}"));
    shop.project.file("nowhere.yaml", text);
    shop.project.set("KUBECONFIG", shop.project.root().join("nowhere.yaml").to_str().unwrap());
    let out = shop.project.ds("ds-secret", &args);
    let _ = out.fails(69, &format!("context `test` \\(https://{free}\\) cannot be reached"));
    Ok(())
}

fn a_namespace_that_ends_and_a_quota(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = shop.namespace.clone();
    shop.node.apply(&format!(
        "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q, namespace: {namespace}}}, spec: {{hard: {{count/secrets: '0'}}}}}}"
    ));
    shop.node.wait("the quota's status", || {
        let quota = shop.node.get("resourcequota", &namespace, "q")?;
        quota["status"]["hard"]["count/secrets"].as_str().map(drop)
    });
    let args = ["--namespace", &namespace];
    let _ = shop.project.ds("ds-secret", &args).fails(1, "exceeded quota").says("describe quota");
    // A finalizer that nobody answers holds the namespace.
    let _ = shop.node.kubectl(&["delete", "resourcequota", "q", "-n", &namespace]).ok();
    shop.node.apply(&format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: stays, namespace: {namespace}, finalizers: [example.com/never]}}}}"
    ));
    let _ = shop.node.kubectl(&["delete", "namespace", &namespace, "--wait=false"]).ok();
    let refused = shop.project.ds("ds-secret", &args).fails(1, "being terminated");
    let _ = refused.says("being deleted: wait");
    let free = [
        "patch",
        "configmap",
        "stays",
        "-n",
        &namespace,
        "--type=merge",
        "-p",
        "{\"metadata\":{\"finalizers\":null}}",
    ];
    let _ = shop.node.kubectl(&free).ok();
    Ok(())
}

fn a_busy_server_is_asked_again(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = shop.namespace.clone();
    // A real API server cannot be made to be too busy for one client.
    let status = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the double is busy","reason":"TooManyRequests","code":429}"#;
    let busy = Faulty::saying(429, status.to_owned());
    let text = std::fs::read_to_string(shop.node.kubeconfig()).unwrap();
    let text = text.replace(&shop.node.server(), &format!("http://{}", busy.host()));
    shop.project.file("busy.yaml", text);
    shop.project.set("KUBECONFIG", shop.project.root().join("busy.yaml").to_str().unwrap());
    let out = shop
        .project
        .ds("ds-secret", &["--namespace", &namespace])
        .fails(75, "too busy to get.*the double is busy");
    assert!(busy.requests() > 2, "{out}");
    Ok(())
}
