//! Rules of the user: further places, places left alone, and which image is meant.

use super::super::rule::{Fields, Rule, Rules};
use super::super::{Options, Replacements, Target, Why, list};
use super::{DIGESTED, replacements};
use crate::reference::{Reference, Repository};

fn rules(add: &[&str], exclude: &[&str]) -> Rules {
    let fields = |text: &&str| Fields::parse(text).unwrap();
    Rules {
        add: add.iter().map(|text| Rule::add(fields(text)).unwrap()).collect(),
        exclude: exclude.iter().map(|text| Rule::exclude(fields(text)).unwrap()).collect(),
    }
}

fn with(replacements: Replacements, add: &[&str], exclude: &[&str]) -> Replacements {
    let mut replacements = replacements;
    replacements.set_rules(rules(add, exclude));
    replacements
}

#[track_caller]
fn after(text: &str, replacements: &Replacements) -> String {
    let go = |text: &str| {
        super::super::rewrite(text.as_bytes(), "f.yaml", replacements, &Options::default())
            .unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    };
    let out = String::from_utf8(go(text).bytes).unwrap();
    assert_eq!(go(&out).edits, [], "twice is not once:\n{out}");
    out
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-1
  labels: {image: me/app}
spec:
  template:
    spec:
      containers:
      - name: main
        image: me/app:1
        args: [--sidecar=me/app:1, --other=me/app, \"--x\", me/app:1]
        env:
        - name: SIDECAR
          value: me/app:1
        - value: 'me/app:1'
          name: OTHER
        - {name: NOTE, value: uses me/app:1}
";

/// Why sites are not what rules expect, by their lines.
fn unmet(text: &str, add: &[&str], exclude: &[&str]) -> Vec<(usize, Why)> {
    let mut known = replacements();
    let target = Target::Reference(Reference::parse("me/app:new").unwrap());
    known.add_image("app", &Repository::parse("me/app").unwrap(), target);
    let known = with(known, add, exclude);
    let out = super::super::rewrite(text.as_bytes(), "f.yaml", &known, &Options::default());
    out.unwrap().unresolved.into_iter().map(|u| (u.place.line, u.why)).collect()
}

#[test]
fn a_rule_about_one_place_wants_its_image_there() {
    let not_app = |near: &str| Why::NotTheImage {
        image: "app".to_owned(),
        near: (!near.is_empty()).then(|| near.to_owned()),
    };
    for (text, rule, wanted) in [
        ("a: {b: me/app:1}\n", "path=a.b,image=app", vec![]),
        ("a: {b: me/apq:1}\n", "path=a.b,image=app", vec![(1, not_app("me/app"))]),
        ("a: {b: mirror.io/x/app:1}\n", "path=a.b,image=app", vec![(1, not_app("me/app"))]),
        ("a:\n  b: something/else:1\n", "path=a.b,image=app", vec![(2, not_app(""))]),
        ("a:\n  b: redis\n", "path=a.b,image=app", vec![(2, not_app("redis"))]),
        ("a:\n  b: REPLACE ME\n", "path=a.b,image=app", vec![(2, not_app(""))]),
        ("a:\n  b:\n", "path=a.b,image=app", vec![(2, not_app(""))]),
        ("a: [--image=me/apq]\n", "path=a[0],image=app", vec![(1, not_app("me/app"))]),
        (
            "image: {repository: me/apq, tag: v1}\n",
            "path=image,image=app",
            vec![(1, not_app("me/app"))],
        ),
        (
            "image: {repository: me/apq, tag: v1}\n",
            "path=image.repository,image=app",
            vec![(1, not_app("me/app"))],
        ),
        ("image: {repository: me/app, tag: v1}\n", "path=image,image=app", vec![]),
        ("x: 1\n", "path=a.b,image=app", vec![]),
        ("kind: Pod\napiVersion: v1\na: {b: x/y}\n", "kind=Job,path=a.b,image=app", vec![]),
        ("a: {b: x/y}\n", "path=a.*,image=app", vec![]),
    ] {
        assert_eq!(unmet(text, &[rule], &[]), wanted, "{text} {rule}");
    }
    // Another rule may say that another image stands there.
    let two = ["path=a.b,image=app", "path=a.b"];
    assert_eq!(unmet("a: {b: redis}\n", &two, &[]), []);
    assert_eq!(unmet("a: {b: rediss}\n", &two, &[]).len(), 1);
    assert_eq!(unmet("a: {b: rediss}\n", &two, &["path=a"]), []);
}

#[test]
fn a_rule_may_want_all_images_known() {
    let unknown = |near: Option<&str>| Why::NotKnown { near: near.map(str::to_owned) };
    let rule = ["path=**.image,known=true"];
    let text = "image: me/app\nlist:\n- image: redis:1\n- image: postgres:16\n- image: me/worke:1\n\
                - image: {repository: x/redis, tag: v1}\n- image: 'not one'\n- name: x/y\n";
    let wanted =
        vec![(4, unknown(None)), (5, unknown(Some("me/worker"))), (6, unknown(Some("redis")))];
    assert_eq!(unmet(text, &rule, &[]), wanted);
    assert_eq!(unmet(text, &rule, &["path=list"]), []);
    let held = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yaml: |\n    b: 1\n    image: x/y\n";
    assert_eq!(unmet(held, &rule, &[]), [(6, unknown(None))]);
    // The others are written all the same.
    let known = with(replacements(), &rule, &[]);
    assert_eq!(
        after("image: redis\nx: {image: x/y}\n", &known),
        "image: redis:7.2\nx: {image: x/y}\n"
    );
    let json = "{\"image\": \"redis\", \"x\": {\"image\": \"x/y\"}}";
    assert_eq!(after(json, &known), json.replace("redis", "redis:7.2"));
}

#[test]
fn environment_variables_and_arguments_by_rule() {
    for (rule, old, new) in [
        (
            "path=spec.template.spec.containers[*].env[name=SIDECAR].value",
            "value: me/app:1\n",
            "value: me/app:new\n",
        ),
        ("path=**.env[name=OTHER].value", "value: 'me/app:1'", "value: 'me/app:new'"),
        (
            "kind=Deploy*,apiVersion=apps/*,name=web-?,path=**.env[name=SIDECAR].value",
            "value: me/app:1\n",
            "value: me/app:new\n",
        ),
        ("path=**.args[0]", "[--sidecar=me/app:1,", "[--sidecar=me/app:new,"),
        (
            "path=**.args[*]",
            "[--sidecar=me/app:1, --other=me/app, \"--x\", me/app:1]",
            "[--sidecar=me/app:new, --other=me/app:new, \"--x\", me/app:new]",
        ),
        ("path=**.containers[name=main].args[3]", " me/app:1]", " me/app:new]"),
    ] {
        let replacements = with(replacements(), &[rule], &["path=**.image"]);
        assert_eq!(after(DEPLOYMENT, &replacements), DEPLOYMENT.replace(old, new), "{rule}");
    }
    for rule in [
        "kind=Job,path=**.env[*].value",
        "apiVersion=v1,path=**.env[*].value",
        "name=api*,path=**.env[*].value",
        "path=spec.containers[*].env[*].value",
        "path=**.env[name=NOTE].value",
        "path=**.args[2]",
    ] {
        let replacements = with(replacements(), &[rule], &["path=**.image"]);
        assert_eq!(after(DEPLOYMENT, &replacements), DEPLOYMENT, "{rule}");
    }
}

#[test]
fn what_is_excluded_stays() {
    let all = DEPLOYMENT
        .replace("  labels: {image: me/app}", "  labels: {image: me/app:new}")
        .replace("image: me/app:1", "image: me/app:new");
    assert_eq!(after(DEPLOYMENT, &replacements()), all);
    for (exclude, wanted) in [
        ("path=metadata", DEPLOYMENT.replace("image: me/app:1", "image: me/app:new")),
        ("path=metadata.labels.image", DEPLOYMENT.replace("image: me/app:1", "image: me/app:new")),
        (
            "path=spec.template.spec.containers[name=main].image",
            all.replace("image: me/app:new\n        args", "image: me/app:1\n        args"),
        ),
        (
            "path=**.containers[0]",
            all.replace("image: me/app:new\n        args", "image: me/app:1\n        args"),
        ),
        ("kind=Deployment", DEPLOYMENT.to_owned()),
        ("name=web*", DEPLOYMENT.to_owned()),
        ("kind=Job", all.clone()),
        ("kind=Deployment,name=api", all.clone()),
    ] {
        assert_eq!(after(DEPLOYMENT, &with(replacements(), &[], &[exclude])), wanted, "{exclude}");
    }
    let values = "image: {repository: me/app, tag: v1}\nb: {image: {repository: me/app, tag: v1}}\nc: {image: {repository: me/app}}\n";
    for exclude in ["path=image", "path=image.repository", "path=image.tag"] {
        let out = after(values, &with(replacements(), &[], &[exclude, "path=c"]));
        assert_eq!(
            out,
            values.replace(
                "b: {image: {repository: me/app, tag: v1",
                "b: {image: {repository: me/app, tag: new"
            ),
            "{exclude}"
        );
    }
    let held = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yaml: |\n    image: me/app\n    b: {image: me/app}\n";
    assert_eq!(after(held, &with(replacements(), &[], &["kind=ConfigMap,path=data"])), held);
    let inside = after(held, &with(replacements(), &[], &["path=b"]));
    assert_eq!(inside, held.replacen("image: me/app\n", "image: me/app:new\n", 1));
}

/// Two images with one repository, as the config may have them.
fn twins() -> Replacements {
    let mut out = Replacements::new();
    for (name, tag) in [("web", "me/app:web"), ("debug", "me/app:debug")] {
        let target = Target::Reference(Reference::parse(tag).unwrap());
        out.add_image(name, &Repository::parse("me/app").unwrap(), target);
    }
    out
}

#[test]
fn images_with_one_repository_are_told_apart() {
    let text = "kind: Pod\napiVersion: v1\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: main, image: me/app:1}\n  - {name: debug, image: me/app:1}\n";
    let out = super::super::rewrite(text.as_bytes(), "f", &twins(), &Options::default()).unwrap();
    assert_eq!((out.edits.len(), out.unresolved.len()), (0, 2));
    let both = vec!["web".to_owned(), "debug".to_owned()];
    assert_eq!(out.unresolved[0].why, Why::Ambiguous(both));
    let one = with(twins(), &["path=**.containers[name=debug].image,image=debug"], &[]);
    let wanted = text
        .replace("main, image: me/app:1", "main, image: me/app:web")
        .replace("debug, image: me/app:1", "debug, image: me/app:debug");
    assert_eq!(after(text, &one), wanted);
    let both = with(
        twins(),
        &["path=**.containers[name=debug].image,image=debug", "path=**.image,image=web"],
        &[],
    );
    assert_eq!(after(text, &both), wanted);
    let values = "main: {image: {repository: me/app, tag: x}}\ndebug: {image: {repository: me/app, tag: x}}\n";
    let rules = with(twins(), &["path=debug.image,image=debug"], &[]);
    let wanted = values.replacen("tag: x", "tag: web", 1).replace("tag: x", "tag: debug");
    assert_eq!(after(values, &rules), wanted);
    let other = "kind: Pod\napiVersion: v1\nspec: {image: other/app}\n";
    assert_eq!(after(other, &with(twins(), &["path=**.image,image=web"], &[])), other);
}

#[test]
fn a_part_alone_is_written_by_rule() {
    let mut known = replacements();
    for (name, reference) in [("app", "registry.local:5000/team/web:2"), ("pinned", DIGESTED)] {
        let reference = Reference::parse(reference).unwrap();
        known.add_image(name, &reference.repository.clone(), Target::Reference(reference));
    }
    for (rules, before, wanted) in [
        (
            &["path=image.tag,image=app,part=tag"][..],
            "image:\n  tag: v1\n",
            "image:\n  tag: \"2\"\n",
        ),
        (
            &["path=web.version,image=app,part=tag"],
            "web: {version: 1.5}\nversion: 1.5\n",
            "web: {version: \"2\"}\nversion: 1.5\n",
        ),
        (
            &[
                "path=spec.source.helm.parameters[name=image.tag].value,image=app,part=tag",
                "path=**.parameters[name=image.repository].value,image=app,part=repository",
            ],
            "kind: Application\napiVersion: argoproj.io/v1alpha1\nspec: {source: {helm: {parameters: [{name: image.tag, value: v1}, {name: image.repository, value: me/old}]}}}\n",
            "kind: Application\napiVersion: argoproj.io/v1alpha1\nspec: {source: {helm: {parameters: [{name: image.tag, value: \"2\"}, {name: image.repository, value: registry.local:5000/team/web}]}}}\n",
        ),
        (
            &["path=host,image=app,part=registry", "path=digest,image=pinned,part=digest"],
            "host: ghcr.io\ndigest: sha256:aa\n",
            "host: registry.local:5000\ndigest: sha256:0000000000000000000000000000000000000000000000000000000000000001\n",
        ),
        (
            &["path=image.repository,part=reference"],
            "image: {repository: me/app, pullPolicy: Always}\n",
            "image: {repository: me/app:new, pullPolicy: Always}\n",
        ),
    ] {
        assert_eq!(after(before, &with(known.clone(), rules, &[])), wanted, "{rules:?}");
    }
    let digest = with(known, &["path=d,image=app,part=digest"], &[]);
    let out = super::super::rewrite(b"d: x\n", "f", &digest, &Options::default()).unwrap();
    assert_eq!(out.unresolved[0].why, Why::NoDigestInReference);
}

#[test]
fn rules_look_into_lists_and_strings() {
    let list_text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: x/v1, kind: Foo, metadata: {name: a}, spec: {ref: me/app}}\n- {apiVersion: x/v1, kind: Bar, spec: {ref: me/app}}\n";
    let foo = with(replacements(), &["kind=Foo,path=spec.ref"], &[]);
    assert_eq!(after(list_text, &foo), list_text.replacen("ref: me/app", "ref: me/app:new", 1));
    let text =
        "apiVersion: x/v1\nkind: Foo\nspec:\n  script: |\n    image: me/app\n    other: me/app\n";
    let held = with(replacements(), &["kind=Foo,path=spec.script"], &[]);
    assert_eq!(after(text, &held), text.replace("image: me/app", "image: me/app:new"));
    let sites = list(list_text.as_bytes(), "f", &foo, &Options::default()).unwrap();
    let known: Vec<_> =
        sites.iter().filter(|s| s.known).map(|s| (s.path.as_str(), s.rule)).collect();
    assert_eq!(known, [("items[0].spec.ref", "rule")]);
}

#[test]
fn a_rule_that_is_about_other_kinds_costs_nothing_and_changes_nothing() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  image: me/app:1\n  x: me/app:1\n";
    for rules in [with(replacements(), &["kind=Job,path=**.x"], &["kind=Service"]), replacements()]
    {
        assert_eq!(after(text, &rules), text.replace("image: me/app:1", "image: me/app:new"));
    }
    let about = with(replacements(), &["path=spec.x"], &[]);
    assert_eq!(after(text, &about), text.replace("app:1", "app:new"));
}
