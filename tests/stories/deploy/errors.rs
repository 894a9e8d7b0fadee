//! Clusters that cannot be reached, refuse, or go away in the middle: which context and
//! server, what is missing, which right on which resource.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use serde_json::json;
use suite::{Bed, Outcome, Story, story};

use super::{OnStdout, Shop};

pub fn stories() -> Vec<Story> {
    vec![
        story(clusters_that_are_not_there),
        story(with_the_least_rights_and_with_less),
        story(a_server_that_stops_in_the_middle),
        story(what_the_server_refuses),
    ]
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

/// A kubeconfig with one context.
fn kubeconfig(
    shop: &Shop<'_>,
    name: &str,
    server: &str,
    cluster: serde_json::Value,
    user: serde_json::Value,
) -> PathBuf {
    let mut cluster = cluster;
    cluster["server"] = server.into();
    let mut config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": name,
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u"}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}}],
    });
    config["users"][0]["user"] = user;
    let path = shop.project.home().join(format!("{name}.kubeconfig"));
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

fn clusters_that_are_not_there(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let with = |path: &PathBuf| {
        let run = shop.project.run("ds").args(&["deploy"]).env("KUBECONFIG", path);
        let out = run.end();
        assert!(!shop.project.root().join(".devspace/state.json").exists(), "an image was built");
        out
    };
    let _ = shop
        .deploy(&["--kube-context", "tset"])
        .fails(78, "no kube context `tset`")
        .says("did you mean `test`");
    let _ =
        with(&shop.project.home().join("none")).fails(69, "no cluster is known").says("KUBECONFIG");
    let broken = shop.project.home().join("broken");
    std::fs::write(&broken, "contexts: 7\n").unwrap();
    let _ = with(&broken).fails(65, "the kubeconfig .* cannot be read");
    let ca = json!({"certificate-authority": shop.node.ca()});
    let token = json!({"token": "no-such-token"});
    let gone = kubeconfig(&shop, "gone", "https://127.0.0.1:9", ca.clone(), token.clone());
    let _ = with(&gone)
        .fails(69, "context `gone` \\(https://127.0.0.1:9\\) cannot be reached: .*refused");
    let server = shop.node.server();
    let wrong = kubeconfig(&shop, "wrong", &server, json!({}), token.clone());
    let _ =
        with(&wrong).fails(69, "context `wrong` .* is not trusted").says("certificate-authority");
    let expired = kubeconfig(&shop, "expired", &server, ca.clone(), token);
    let out = with(&expired).fails(77, "context `expired` .* does not know who we are");
    assert!(!out.err().contains("no-such-token"));
    let plugin = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/sh",
        "args": ["-c", "echo 'secret-on-stdout'; echo 'log in first' >&2; exit 3"], "interactiveMode": "Never"}});
    let plugin = kubeconfig(&shop, "plugin", &server, ca.clone(), plugin);
    let out = with(&plugin).fails(77, "no credentials: `/bin/sh` failed .*: log in first");
    assert!(!out.err().contains("secret-on-stdout"), "{out}");
    Ok(())
}

/// The rights that README names, in the project's namespace.
fn role(shop: &Shop<'_>, configmaps: &str) {
    let Shop { namespace, .. } = shop;
    shop.node.apply(&format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: deployer, namespace: {namespace}}}\nrules:\n\
         - {{apiGroups: [apps], resources: [deployments], verbs: [list, create, patch, delete]}}\n\
         - {{apiGroups: [''], resources: [configmaps], verbs: [{configmaps}]}}\n\
         - {{apiGroups: [''], resources: [pods], verbs: [list]}}\n\
         - {{apiGroups: [apps], resources: [replicasets], verbs: [list]}}\n---\n\
         apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: deployer, namespace: {namespace}}}\n---\n\
         apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: deployer, namespace: {namespace}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}}\n\
         subjects: [{{kind: ServiceAccount, name: deployer, namespace: {namespace}}}]\n"
    ));
}

fn with_the_least_rights_and_with_less(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let _ = shop.node.kubectl(&["create", "namespace", &shop.namespace]).ok();
    role(&shop, "list, create");
    let token = shop.kubectl(&["create", "token", "deployer"]).ok().out();
    let ca = json!({"certificate-authority": shop.node.ca()});
    let user = json!({"token": token.trim()});
    let path = kubeconfig(&shop, "least", &shop.node.server(), ca, user);
    shop.project.set("KUBECONFIG", path.to_str().unwrap());
    let out = shop.deploy(&[]).fails(77, "deployment `conf`: context `least` .*: not allowed to patch `configmaps` `conf` in namespace");
    let _ =
        out.says(&format!("a Role in `{}` has to allow `patch` on `configmaps`", shop.namespace));
    // What was done before is put down: the next run goes on behind it.
    role(&shop, "list, create, patch, delete");
    let _ = shop.deploy(&["--wait"]).ok().prints("web up to date\nconf deployed");
    let _ = shop.deploy(&["--exit-unchanged"]).ends(4);
    let cluster = shop.project.state()["deployed"][0]["cluster"].as_str().unwrap().to_owned();
    assert!(cluster.starts_with("server-"), "{cluster}");
    let _ = shop.project.ds("ds", &["purge"]).ok();
    shop.end();
    Ok(())
}

/// Carries bytes to the API server until a file says stop.
fn proxy(target: String, stop: PathBuf) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            if stop.exists() {
                return;
            }
            let Ok(server) = TcpStream::connect(&target) else { return };
            for (from, to) in [(client.try_clone(), server.try_clone()), (Ok(server), Ok(client))] {
                let (from, to, stop) = (from.unwrap(), to.unwrap(), stop.clone());
                thread::spawn(move || carry(from, to, &stop));
            }
        }
    });
    port
}

fn carry(mut from: TcpStream, mut to: TcpStream, stop: &std::path::Path) -> io::Result<()> {
    let mut bytes = [0; 16 << 10];
    from.set_read_timeout(Some(std::time::Duration::from_millis(20)))?;
    loop {
        if stop.exists() {
            to.shutdown(std::net::Shutdown::Both)?;
            return from.shutdown(std::net::Shutdown::Both);
        }
        match from.read(&mut bytes) {
            Ok(0) => return to.shutdown(std::net::Shutdown::Write),
            Ok(count) => to.write_all(&bytes[..count])?,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}

fn a_server_that_stops_in_the_middle(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    let stop = shop.project.home().join("stop");
    let target = shop.node.server().trim_start_matches("https://").to_owned();
    let port = proxy(target, stop.clone());
    let admin = std::fs::read_to_string(shop.node.kubeconfig()).unwrap();
    let admin = admin.replace(&shop.node.server(), &format!("https://127.0.0.1:{port}"));
    let path = shop.project.home().join("through");
    std::fs::write(&path, admin).unwrap();
    let config = shop.project.read("devspace.yaml");
    let hook = format!(
        "hooks:\n- command: touch\n  args: ['{}']\n  when: {{before: {{deployments: conf}}}}\n",
        stop.display()
    );
    shop.project.file("devspace.yaml", format!("{config}{hook}"));
    let run = shop.project.run("ds").args(&["deploy"]).env("KUBECONFIG", &path);
    let out = run.end().fails(69, "deployment `conf`: context `test` .* cannot be reached");
    assert!(out.err().contains(&format!("127.0.0.1:{port}")), "{out}");
    let deployed = &shop.project.state()["deployed"];
    assert_eq!(deployed.as_array().unwrap().len(), 1, "{deployed:#}");
    let _ = shop.deploy(&["--no-hooks"]).ok().prints("web up to date\nconf deployed");
    shop.end();
    Ok(())
}

fn what_the_server_refuses(bed: &Bed) -> Outcome {
    let shop = shop(bed)?;
    shop.project.file(
        "k8s/conf.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a: 1}\n",
    );
    let _ = shop
        .deploy(&["--deployments", "conf"])
        .fails(1, "deployment `conf`: .*patch `configmaps` `conf`");
    shop.project
        .file("k8s/conf.yaml", "apiVersion: example.com/v1\nkind: None\nmetadata: {name: x}\n");
    let _ = shop
        .deploy(&["--deployments", "conf"])
        .fails(65, "the cluster has no kind `None` in `example.com/v1`");
    shop.project.file("k8s/conf.yaml", "kind: ConfigMap\n");
    let _ = shop.deploy(&["--deployments", "conf"]).fails(65, "a document without `apiVersion`");
    let _ = shop
        .deploy(&["--deployments", "cnof"])
        .fails(2, "no deployment `cnof`")
        .says("did you mean `conf`");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: NAMESPACE, finalizers: [example.com/wait]}\n\
        spec: {containers: [{name: c, image: 'localhost/base:1'}]}\n";
    let namespace = shop.node.namespace(bed);
    shop.node.apply(&pod.replace("NAMESPACE", &namespace));
    let _ = shop.node.kubectl(&["delete", "namespace", &namespace, "--wait=false"]).ok();
    shop.project.file("k8s/conf.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\n");
    let out = shop.deploy(&["-n", &namespace, "--deployments", "conf"]);
    let _ = out.fails(1, &format!("`{namespace}`: it is being deleted"));
    let free = r#"[{"op":"remove","path":"/metadata/finalizers"}]"#;
    let _ =
        shop.node.kubectl(&["patch", "pod", "p", "-n", &namespace, "--type=json", "-p", free]).ok();
    shop.end();
    Ok(())
}
