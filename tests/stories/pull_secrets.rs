//! Pull secrets in a real cluster: where they go, whose they are, and that pods pull.

use serde_json::{Value, json};
use suite::{
    Bed, Engine, Node, Outcome, PASSWORD, Project, Registry, Story, USER, User, docker_login, story,
};

pub fn stories() -> Vec<Story> {
    vec![
        story(pods_of_every_account_pull),
        story(a_second_run_writes_nothing),
        story(others_entries_and_secrets_are_left_alone),
        story(an_old_secret_is_adopted),
        story(only_what_was_asked_for_goes_to_a_cluster),
        story(accounts_and_passwords_by_hand),
        story(tokens_are_renewed_in_time),
        story(ours_are_taken_away_and_nothing_else),
        story(many_namespaces_in_few_calls).serial(),
    ]
}

/// A project whose image is in the private registry, on the node.
pub(crate) struct Shop<'a> {
    pub project: Project<'a>,
    pub node: &'a Node,
    /// The registry's host.
    pub host: String,
    pub image: String,
    /// The secret's name.
    pub secret: String,
    pub namespace: String,
}

impl<'a> Shop<'a> {
    pub fn new(bed: &'a Bed) -> Result<Self, suite::Skip> {
        let (node, engine) = (bed.node()?, bed.engine()?);
        let host = bed.private_registry()?.host();
        let repository = format!("{host}/shop/app{}", bed.unique());
        let image = push(bed, engine, bed.private_registry()?, &repository);
        let project = Project::small(bed, engine, &repository);
        project.set("KUBECONFIG", node.kubeconfig().to_str().unwrap());
        docker_login(&project, &host, USER, PASSWORD);
        let secret = format!("devspace-auth-{}", host.replace(['.', ':'], "-"));
        let namespace = node.namespace(bed);
        Ok(Self { project, node, host, image, secret, namespace })
    }

    pub fn secret_of(&self, namespace: &str) -> Option<Value> {
        self.node.get("secret", namespace, &self.secret)
    }

    /// The secrets that an account names.
    pub fn named_by(&self, namespace: &str, account: &str) -> Vec<String> {
        let account = self.node.get("serviceaccount", namespace, account).unwrap();
        let list = account["imagePullSecrets"].as_array().cloned().unwrap_or_default();
        list.iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    /// A pod that runs the image, as a document.
    pub fn pod(&self, namespace: &str, name: &str, spec: &str) -> String {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  terminationGracePeriodSeconds: 0\n  containers: [{{name: c, image: '{}', command: [sleep, '1000']}}]\n{spec}",
            self.image
        )
    }

    /// Runs as another user.
    pub fn as_user(&self, user: &User) {
        self.project.set("KUBECONFIG", user.kubeconfig.to_str().unwrap());
    }
}

/// Puts busybox into the private registry.
fn push(bed: &Bed, engine: &Engine, registry: &Registry, repository: &str) -> String {
    let image = format!("{repository}:1");
    let _ = engine.docker(&["tag", "base/busybox:1", &image]).ok();
    let config = registry.docker_config(bed);
    let push = ["--config", config.to_str().unwrap(), "push", &image];
    let _ = engine.docker(&push).ok();
    image
}

fn pods_of_every_account_pull(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let (one, two) = (&shop.namespace, shop.node.namespace(bed));
    shop.node.apply(&format!(
        "{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: there, namespace: {two}}}}}"
    ));
    let account = format!(
        "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: brought, namespace: {two}}}\n"
    );
    let own = "  imagePullSecrets: [{name: somebodys}]\n";
    let manifests = [
        account.clone(),
        shop.pod(one, "plain", ""),
        shop.pod(&two, "with-there", "  serviceAccountName: there\n"),
        shop.pod(&two, "with-brought", "  serviceAccountName: brought\n"),
        shop.pod(one, "own", own),
    ];
    // Without a secret nothing is pulled: the story would show it if something were.
    shop.node.apply(&shop.pod(one, "before", ""));
    let said = shop.node.pod_says(one, "before");
    assert!(["ErrImagePull", "ImagePullBackOff"].contains(&said.as_str()), "{said}");
    let run = || shop.project.run("ds-secret").args(&["--for", "-"]).stdin(manifests.concat());
    let _ = run().args(&["--check"]).end().ends(3);
    let done = run().end().ok().says(&format!("{one}/{} made for", shop.secret));
    let warned = r"<stdin>:\d+:\d+: Pod/own names pull secrets.*spec\.imagePullSecrets";
    let done = done.says(warned).says(&format!("- name: {}", shop.secret));
    assert!(!format!("{done}").contains(PASSWORD));
    assert_eq!(shop.named_by(one, "default"), [shop.secret.as_str()]);
    assert_eq!(shop.named_by(&two, "default"), Vec::<String>::new(), "no pod uses it");
    for account in ["there", "brought"] {
        assert_eq!(shop.named_by(&two, account), [shop.secret.as_str()], "{account}");
    }
    shop.node.apply(&manifests.concat());
    for (namespace, pod) in [(one, "plain"), (&two, "with-there"), (&two, "with-brought")] {
        assert_eq!(shop.node.pod_says(namespace, pod), "Running", "{pod}");
    }
    let _ = run().args(&["--check"]).end().ok().says("up to date");
    let state = shop.project.read(".devspace/state.json");
    assert!(state.contains(&shop.secret) && state.contains("brought"), "{state}");
    assert!(!state.contains(PASSWORD));
    Ok(())
}

fn a_second_run_writes_nothing(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let user = shop.node.user(bed, &shop.namespace, &least());
    shop.as_user(&user);
    let args = ["--namespace", &shop.namespace];
    let _ = shop.project.ds("ds-secret", &args).ok().says("made for");
    let before = std::fs::metadata(shop.project.root().join(".devspace/state.json")).unwrap();
    let calls = shop.node.calls(&user.name).len();
    let out = shop.project.ds("ds-secret", &args).ok().says("up to date");
    assert!(out.out().contains(&shop.secret), "{out}");
    let again = shop.node.calls(&user.name).split_off(calls);
    let reads = again.iter().filter(|call| call.verb == "get").count();
    assert_eq!(reads, again.len(), "{again:?}");
    // The secret, the account, and which cluster this is.
    assert!(reads <= 3, "{again:?}");
    let after = std::fs::metadata(shop.project.root().join(".devspace/state.json")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    // What somebody broke is mended.
    let patch = json!({"data": {".dockerconfigjson": "e30="}}).to_string();
    let broken = ["patch", "secret", "-n", &shop.namespace, &shop.secret, "-p", &patch];
    let _ = shop.node.kubectl(&broken).ok();
    let _ = shop.project.ds("ds-secret", &args).ok().says("written for .*: its content is damaged");
    Ok(())
}

/// What ds-secret needs, and no more: the Role that RBAC.md shows.
pub(crate) fn least() -> Vec<(&'static str, &'static str)> {
    vec![("secrets", "get,create,patch"), ("serviceaccounts", "get,patch")]
}

fn others_entries_and_secrets_are_left_alone(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = &shop.namespace;
    let entries = json!({"imagePullSecrets": [{"name": "theirs"}, {"name": "another"}]});
    let patch = ["patch", "serviceaccount", "default", "-n", namespace, "-p", &entries.to_string()];
    let _ = shop.node.kubectl(&patch).ok();
    let args = ["--namespace", namespace];
    let _ = shop.project.ds("ds-secret", &args).ok();
    let named = shop.named_by(namespace, "default");
    assert_eq!(named, ["theirs", "another", &shop.secret]);
    // Somebody else's secret of that name.
    let other = shop.node.namespace(bed);
    let theirs = format!(
        "{{apiVersion: v1, kind: Secret, metadata: {{name: {}, namespace: {other}, labels: {{app.kubernetes.io/managed-by: Helm}}}}, type: kubernetes.io/dockerconfigjson, stringData: {{.dockerconfigjson: '{{\"auths\":{{}}}}'}}}}",
        shop.secret
    );
    shop.node.apply(&theirs);
    let before = shop.secret_of(&other).unwrap();
    let refused = shop.project.ds("ds-secret", &["--namespace", &other]);
    let _ = refused.fails(1, "is not ours: it is managed by `Helm`").says("--force");
    assert_eq!(shop.secret_of(&other).unwrap(), before);
    assert_eq!(shop.named_by(&other, "default"), Vec::<String>::new());
    let _ = shop.project.ds("ds-secret", &["--namespace", &other, "--force"]).ok();
    assert_ne!(shop.secret_of(&other).unwrap()["data"], before["data"]);
    Ok(())
}

fn an_old_secret_is_adopted(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = &shop.namespace;
    // As DevSpace left it: by client-side create, without any label.
    let create = ["create", "secret", "docker-registry", &shop.secret, "-n", namespace];
    let login = [
        format!("--docker-server={}", shop.host),
        "--docker-username=old".to_owned(),
        "--docker-password=old".to_owned(),
    ];
    let login: Vec<&str> = login.iter().map(String::as_str).collect();
    let _ = shop.node.kubectl(&[&create[..], &login].concat()).ok();
    let uid = shop.secret_of(namespace).unwrap()["metadata"]["uid"].clone();
    let args = ["--namespace", namespace];
    let _ = shop.project.ds("ds-secret", &args).ok().says("it holds other credentials");
    let now = shop.secret_of(namespace).unwrap();
    assert_eq!(now["metadata"]["uid"], uid, "the same object");
    assert_eq!(now["metadata"]["labels"]["app.kubernetes.io/managed-by"], "ds");
    let _ = shop.project.ds("ds-secret", &args).ok().says("up to date");
    shop.node.apply(&shop.pod(namespace, "p", ""));
    assert_eq!(shop.node.pod_says(namespace, "p"), "Running");
    Ok(())
}

fn only_what_was_asked_for_goes_to_a_cluster(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = &shop.namespace;
    let args = ["--namespace", namespace, "--as-configured"];
    // The config does not ask for it.
    let _ = shop.project.ds("ds-secret", &args).ok();
    assert_eq!(shop.secret_of(namespace), None);
    shop.project.edit("devspace.yaml", "  app:\n", "  app:\n    createPullSecret: true\n");
    // Asked for, but there are no credentials: a line, and on.
    shop.project.docker_config(&json!({}));
    let _ = shop.project.ds("ds-secret", &args).ok().says("no pull secret for .*no credentials");
    let by_hand = shop.project.ds("ds-secret", &["--namespace", namespace]);
    let _ = by_hand.fails(77, "no credentials").says("docker login");
    docker_login(&shop.project, &shop.host, USER, PASSWORD);
    let _ = shop.project.ds("ds-secret", &[&args[..], &["--dry-run"]].concat()).ok().says("to do");
    assert_eq!(shop.secret_of(namespace), None);
    let _ = shop.project.ds("ds-secret", &args).ok();
    assert!(shop.secret_of(namespace).is_some());
    // A token that only a registry's own login can use.
    shop.project.docker_config(&json!({"auths": {&shop.host: {"identitytoken": "t0ken"}}}));
    let _ = shop.project.ds("ds-secret", &args).ok().says("is a token, which no kubelet can use");
    Ok(())
}

fn accounts_and_passwords_by_hand(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = &shop.namespace;
    shop.project.docker_config(&json!({}));
    shop.project.file(
        "devspace.yaml",
        format!(
            "version: v1beta11\nname: shop\npullSecrets:\n- registry: {}\n  secret: mine\n  serviceAccounts: [default, later]\n",
            shop.host
        ),
    );
    let args = ["--namespace", namespace, "--username", USER, "--password-stdin"];
    let run = || shop.project.run("ds-secret").args(&args).stdin(format!("{PASSWORD}\n"));
    let out = run().end().ok().says("no service account `later` in namespace");
    assert!(out.out().contains("mine made for"), "{out}");
    assert_eq!(shop.named_by(namespace, "default"), ["mine"]);
    let later = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: later, namespace: NS}}";
    shop.node.apply(&later.replace("NS", namespace));
    let _ = run().end().ok().says("added to service account `later`");
    shop.node.apply(&shop.pod(namespace, "p", "  serviceAccountName: later\n"));
    assert_eq!(shop.node.pod_says(namespace, "p"), "Running");
    let empty = shop.project.run("ds-secret").args(&args).end();
    let _ = empty.fails(2, "stdin held no password");
    let gone = shop.project.run("ds-secret").args(&["--namespace", "not-there"]);
    let gone = gone.args(&args[2..]).stdin(PASSWORD).end();
    let _ = gone.fails(1, "not-there").says("kubectl create namespace not-there");
    Ok(())
}

/// A JSON Web Token that ends then.
fn token(project: &Project, end: u64) -> String {
    let part = |text: String| {
        let encoded = project.run("base64").args(&["-w0"]).stdin(text).end().ok().out();
        encoded.trim_end_matches('=').replace('+', "-").replace('/', "_")
    };
    let head = part(r#"{"alg":"none"}"#.into());
    format!("{head}.{}.c2ln", part(format!(r#"{{"exp":{end}}}"#)))
}

fn tokens_are_renewed_in_time(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let namespace = &shop.namespace;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let login = |end: u64| {
        let token = token(&shop.project, end);
        docker_login(&shop.project, &shop.host, "user", &token);
    };
    let args = ["--namespace", namespace];
    let with = |more: &[&str]| shop.project.ds("ds-secret", &[&args[..], more].concat());
    login(now + 7 * 3600);
    let _ = with(&["--renew"]).ok().says("is not there");
    assert_eq!(shop.secret_of(namespace), None);
    let _ = with(&["--within", "6h"]).ok().says("made for");
    let secret = shop.secret_of(namespace).unwrap();
    assert!(secret["metadata"]["annotations"]["ds/expires-at"].is_string(), "{secret}");
    // Another token, while the first is good: nothing is written.
    login(now + 8 * 3600);
    let _ = with(&["--within", "6h"]).ok().says("up to date");
    let _ = with(&["--check", "--within", "6h"]).ok();
    let _ = with(&["--check"]).ends(3);
    let _ = with(&["--renew"]).ok().says("written for");
    // It ends within 12 hours still, and there is none that is newer.
    let _ = with(&["--check"]).ends(3).says("ends at .* \\(in 7 h\\).*docker login");
    let _ = with(&["--renew"]).ok().says("up to date");
    login(now - 5);
    let _ = with(&[]).fails(77, "ended at");
    Ok(())
}

fn ours_are_taken_away_and_nothing_else(bed: &Bed) -> Outcome {
    let shop = Shop::new(bed)?;
    let (kept, dropped) = (&shop.namespace, shop.node.namespace(bed));
    let entries = json!({"imagePullSecrets": [{"name": "theirs"}]}).to_string();
    let patch = ["patch", "serviceaccount", "default", "-n", &dropped, "-p", &entries];
    let _ = shop.node.kubectl(&patch).ok();
    for namespace in [kept, &dropped] {
        let _ = shop.project.ds("ds-secret", &["--namespace", namespace]).ok();
    }
    // Something runs in the second one still.
    shop.node.apply(&shop.pod(&dropped, "p", ""));
    let prune = || shop.project.ds("ds-secret", &["--namespace", kept, "--prune"]);
    let _ = prune().ok().says("stays in namespace .*a pod there runs");
    assert!(shop.secret_of(&dropped).is_some());
    let _ = shop.node.kubectl(&["delete", "pod", "p", "-n", &dropped, "--now"]).ok();
    let _ = prune().ok().says("deleted");
    assert_eq!(shop.secret_of(&dropped), None);
    assert_eq!(shop.named_by(&dropped, "default"), ["theirs"]);
    assert!(shop.secret_of(kept).is_some());
    let _ = shop.project.ds("ds-secret", &["--delete", "--check"]).ends(3);
    let _ = shop.project.ds("ds-secret", &["--delete"]).ok().says("deleted");
    assert_eq!(shop.secret_of(kept), None);
    assert_eq!(shop.named_by(kept, "default"), Vec::<String>::new());
    assert!(!shop.project.read(".devspace/state.json").contains(&shop.secret));
    Ok(())
}

fn many_namespaces_in_few_calls(bed: &Bed) -> Outcome {
    const COUNT: usize = 200;
    let shop = Shop::new(bed)?;
    let prefix = format!("{}-of-many", shop.namespace);
    let names: Vec<String> = (0..COUNT).map(|n| format!("{prefix}-{n}")).collect();
    let line = |name: &String| {
        format!("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n")
    };
    let made: String = names.iter().map(line).collect();
    let create = ["create", "-f", "-", "--validate=false"];
    let _ = shop.node.kubectl_with(&create, made.as_bytes()).ok();
    let all = "jsonpath={.items[*].metadata.namespace}";
    let all = ["get", "serviceaccounts", "-A", "--field-selector=metadata.name=default", "-o", all];
    shop.node.wait("all default accounts", || {
        let out = shop.node.kubectl(&all).ok().out();
        (out.split(' ').filter(|name| name.starts_with(&prefix)).count() == COUNT).then_some(())
    });
    let user = shop.node.administrator(bed, &shop.namespace);
    shop.as_user(&user);
    let pods: String = names.iter().map(|name| shop.pod(name, "p", "")).collect();
    shop.project.file("many.yaml", pods);
    let run = || {
        let begun = std::time::Instant::now();
        let out = shop.project.ds("ds-secret", &["--for", "many.yaml"]).ok();
        (out, begun.elapsed())
    };
    let (_, first) = run();
    let calls = shop.node.calls(&user.name);
    let of = |verb: &str| calls.iter().filter(|call| call.verb == verb).count();
    assert_eq!((of("list"), of("patch")), (2, 2 * COUNT), "{first:?}");
    assert!(calls.len() <= 2 * COUNT + 3, "{} calls", calls.len());
    let (out, second) = run();
    let _ = out.says("up to date");
    let again = shop.node.calls(&user.name).len() - calls.len();
    assert!(again <= 3, "{again} calls");
    println!("200 namespaces: {first:?}, then {second:?} in {again} calls");
    let _ = shop
        .node
        .kubectl(
            &[
                &["delete", "namespace", "--wait=false"],
                &names.iter().map(String::as_str).collect::<Vec<_>>()[..],
            ]
            .concat(),
        )
        .ok();
    Ok(())
}
