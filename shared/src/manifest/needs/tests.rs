use super::super::object;
use super::*;

fn needs(text: &str) -> Needs {
    Needs::of(&object::documents(text.as_bytes(), "m.yaml").unwrap(), "shop")
}

/// `namespace/account: registries`, for accounts whose pods pull something.
fn pulls(needs: &Needs) -> Vec<String> {
    let line = |((namespace, account), needs): (&(String, String), &Account)| {
        let registries: Vec<&str> = needs.registries.keys().map(String::as_str).collect();
        format!("{namespace}/{account}: {}", registries.join(" "))
    };
    needs.accounts.iter().map(line).collect()
}

#[test]
fn accounts_are_those_of_the_pods() {
    let text = "
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      serviceAccountName: web
      initContainers: [{name: i, image: 'reg.a/i:1'}]
      containers: [{name: c, image: reg.b/c}, {name: d, image: redis}]
      volumes: [{name: v, image: {reference: 'reg.v:5000/data@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'}}]
---
kind: CronJob
metadata: {name: night, namespace: other}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: reg.a/n}]}}}}}
---
kind: Pod
metadata: {name: old}
spec: {serviceAccount: old, serviceAccountName: '', containers: [{image: reg.a/o}]}
";
    assert_eq!(
        pulls(&needs(text)),
        ["other/default: reg.a", "shop/old: reg.a", "shop/web: docker.io reg.a reg.b reg.v:5000"]
    );
    assert_eq!(needs(text).accounts[&("shop".into(), "old".into())].registries["reg.a"], "Pod/old");
}

#[test]
fn custom_resources_and_lists_count() {
    let text = "
apiVersion: v1
kind: List
items:
- {kind: Prometheus, metadata: {name: p, namespace: mon}, spec: {image: reg.a/p, serviceAccountName: prom}}
- kind: Workflow
  metadata: {generateName: w-}
  spec:
    serviceAccountName: flow
    templates: [{container: {image: reg.b/w}}, {serviceAccountName: other, container: {image: reg.c/w}}]
- {kind: ConfigMap, metadata: {name: c}, data: {image: reg.d/c}}
- {kind: Service, metadata: {name: s, namespace: empty}}
- {kind: Namespace, metadata: {name: made}}
";
    let needs = needs(text);
    assert_eq!(pulls(&needs), ["mon/prom: reg.a", "shop/flow: reg.b", "shop/other: reg.c"]);
    let namespaces: Vec<&str> = needs.namespaces.iter().map(String::as_str).collect();
    assert_eq!(namespaces, ["empty", "made", "mon", "shop"]);
    assert_eq!(needs.registries().len(), 3);
}

#[test]
fn who_names_secrets_takes_none_from_the_account() {
    let text = "
kind: StatefulSet
metadata: {name: db}
spec:
  template:
    spec:
      imagePullSecrets: [{name: mine}, {name: ''}]
      containers: [{image: reg.a/db}]
---
kind: Pod
metadata: {name: none}
spec: {imagePullSecrets: [], containers: [{image: reg.b/x}]}
";
    let needs = needs(text);
    assert_eq!(pulls(&needs), ["shop/default: reg.b"]);
    let own = &needs.own[0];
    assert_eq!(
        (own.owner.as_str(), own.place.to_string()),
        ("StatefulSet/db", "m.yaml:2:1".into())
    );
    assert_eq!(own.path, "spec.template.spec.imagePullSecrets");
    assert_eq!(own.secrets, BTreeSet::from(["mine".to_owned()]));
    assert_eq!(own.registries, BTreeSet::from(["reg.a".to_owned()]));
}

#[test]
fn accounts_that_the_manifests_bring_keep_their_document() {
    let text = "
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, labels: {a: b}}
---
{kind: Pod, metadata: {name: p}, spec: {serviceAccountName: web, containers: [{image: reg.a/p}]}}
";
    let needs = needs(text);
    let account = &needs.accounts[&("shop".into(), "web".into())];
    assert_eq!(account.document.as_ref().unwrap()["metadata"]["labels"]["a"], "b");
    assert!(account.registries.contains_key("reg.a"));
}

#[test]
fn odd_values_are_no_images() {
    let text = "{kind: Pod, metadata: 7, spec: {containers: [{image: 7}, {image: 'a b'}, {image: [x]}, 5], imagePullSecrets: no}}";
    assert_eq!(
        needs(text),
        Needs { namespaces: BTreeSet::from(["shop".into()]), ..Needs::default() }
    );
    assert_eq!(needs("[1, 2]"), Needs::default());
}
