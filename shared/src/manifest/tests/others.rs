//! The images of the public test tables of other tools, as cases of our own: what they
//! try, with what is right here. Each row names the tool and the test that tries it.

use super::super::rule::{Fields, Rule, Rules};
use super::super::{Options, Replacements, Target, rewrite};
use crate::reference::{Reference, Repository};

const HEX: &str = "81daf011d63b68cfa514ddab7741a1adddd59d3264118dfb0fd9266328bb8883";

fn known(images: &[(&str, &str)]) -> Replacements {
    let mut out = Replacements::new();
    for (repository, new) in images {
        let target = Target::Reference(Reference::parse(new).unwrap());
        out.add(Repository::parse(repository).unwrap(), target);
    }
    out
}

#[track_caller]
fn after(text: &str, replacements: &Replacements, everywhere: bool) -> String {
    let options = Options { everywhere };
    let go = |text: &str| {
        rewrite(text.as_bytes(), "f.yaml", replacements, &options)
            .unwrap_or_else(|errors| panic!("{errors}\n{text}"))
    };
    let out = String::from_utf8(go(text).bytes).unwrap();
    assert_eq!(go(&out).edits, [], "twice is not once:\n{out}");
    out
}

/// Repository, what is written, image in the manifest, and what comes out; `=`: the same.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    // The reference's own table (devspace-images.md, 8.5).
    ("reference", "myimage", "myimage:tag", "myimage", "myimage:tag"),
    ("reference", "myimage", "myimage:tag", "myimage:old", "myimage:tag"),
    ("reference", "myimage", "myimage:tag", "  myimage:old  ", "myimage:tag"),
    ("reference", "prefix/myimage", "prefix/myimage:tag", "prefix/myimage", "prefix/myimage:tag"),
    (
        "reference",
        "test.com/prefix/myimage",
        "test.com/prefix/myimage:tag",
        "test.com/prefix/myimage",
        "test.com/prefix/myimage:tag",
    ),
    (
        "reference",
        "test.com:5000/prefix/myimage",
        "test.com:5000/prefix/myimage:tag",
        "test.com:5000/prefix/myimage:old",
        "test.com:5000/prefix/myimage:tag",
    ),
    ("reference", "myimage", "myimage:tag", "myimage2:old", "="),
    ("reference", "myimage", "myimage:tag", "amyimage", "="),
    ("reference", "myimage", "myimage:tag", "test.com/myimage", "="),
    ("reference", "myimage", "myimage:tag", "myimage@sha256:HEX", "myimage:tag"),
    ("reference", "myimage", "myimage:tag", "docker.io/library/myimage:old", "myimage:tag"),
    ("reference", "docker.io/library/myimage", "myimage:tag", "myimage", "myimage:tag"),
    ("reference", "b", "b:tag", "a:5000/b", "="),
    ("reference", "a", "a:tag", "a:5000/b", "="),
    ("reference", "a:5000/b", "a:5000/b:tag", "a:5000/b", "a:5000/b:tag"),
    ("reference", "myimage", "myimage:tag", "MyImage", "="),
    ("reference", "myimage", "myimage:tag", "myimage:", "="),
    ("reference", "myimage", "myimage:tag", "myimage tag", "="),
    ("reference", "myimage", "myimage:tag", "myimage:a/b:c", "="),
    // Skaffold, manifest/images_test.go.
    (
        "skaffold",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
    ),
    (
        "skaffold",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
        "gcr.io/k8s-skaffold/example:latest",
        "gcr.io/k8s-skaffold/example:TAG",
    ),
    (
        "skaffold",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
        "gcr.io/k8s-skaffold/example:v1",
        "gcr.io/k8s-skaffold/example:TAG",
    ),
    // Skaffold leaves images with a digest alone; here the old digest vanishes.
    (
        "skaffold",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
        "gcr.io/k8s-skaffold/example@sha256:HEX",
        "gcr.io/k8s-skaffold/example:TAG",
    ),
    (
        "skaffold",
        "skaffold/other",
        "skaffold/other:OTHER_TAG",
        "skaffold/other",
        "skaffold/other:OTHER_TAG",
    ),
    (
        "skaffold",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
        "gcr.io/different-repo/example:latest",
        "=",
    ),
    (
        "skaffold",
        "gcr.io/k8s-skaffold/example",
        "gcr.io/k8s-skaffold/example:TAG",
        "ko://github.com/GoogleContainerTools/skaffold/cmd/skaffold",
        "=",
    ),
    ("skaffold", "valid", "valid:TAG", "not valid", "="),
    ("skaffold", "skaffold/usedbyfqn", "skaffold/usedbyfqn:TAG", "skaffold/usedbyfqn:TAG", "="),
    ("skaffold", "skaffold/other", "skaffold/other:T", "unknown", "="),
    // kustomize, imagetag_test.go and image_test.go.
    ("kustomize", "nginx", "nginx:v2", "nginx:1.7.9", "nginx:v2"),
    ("kustomize", "nginx", "nginx:v2", "nginx:latest", "nginx:v2"),
    ("kustomize", "nginx", "nginx:v2", "nginx", "nginx:v2"),
    ("kustomize", "nginx", "apache:3.2.1", "nginx:1.2.1", "apache:3.2.1"),
    ("kustomize", "nginx", "busybox:v3@sha256:HEX", "nginx:1.7.9", "busybox:v3@sha256:HEX"),
    ("kustomize", "nginx", "apache:1.3.0", "nginx:1.2.1@sha256:HEX", "apache:1.3.0"),
    ("kustomize", "nginx", "apache@sha256:HEX", "nginx:1.2.1", "apache@sha256:HEX"),
    ("kustomize", "nginx", "nginx:v2", "foobar:1", "="),
    ("kustomize", "nginx", "nginx:v2", "postgres:1.8.0", "="),
    ("kustomize", "nginx", "nginx:v2", "not_nginx@sha256:HEX", "="),
    ("kustomize", "docker.io/nginx", "nginx:1", "docker.io/nginx:1.2.3", "nginx:1"),
    (
        "kustomize",
        "foo.com:443/nginx",
        "foo.com:443/nginx:1",
        "foo.com:443/nginx:1.2.3@sha256:HEX",
        "foo.com:443/nginx:1",
    ),
    // No reference, so not touched: a digest that is none, a tag that is a placeholder.
    ("kustomize", "nginx", "nginx:v2", "nginx@sha256:111111111111111111", "="),
    (
        "kustomize",
        "some.registry.io/my-image",
        "some.registry.io/my-image:x",
        "some.registry.io/my-image:{GENERATED_TAG}",
        "=",
    ),
    // kbld, image_refs_test.go.
    ("kbld", "gcr.io/repo", "gcr.io/repo:new", "gcr.io/repo:something", "gcr.io/repo:new"),
    ("kbld", "gcr.io/repo", "gcr.io/repo:new", "gcr.io/repo/sub:something", "="),
    ("kbld", "docker.io/img", "img:new", "docker.io/img:tag", "img:new"),
    ("kbld", "docker.io/img", "img:new", "docker.io/IMG:tag", "="),
    // Tilt, image_test.go.
    (
        "tilt",
        "gcr.io/some-project-162817/sancho",
        "gcr.io/some-project-162817/sancho@sha256:HEX",
        "gcr.io/some-project-162817/sancho",
        "gcr.io/some-project-162817/sancho@sha256:HEX",
    ),
    (
        "tilt",
        "gcr.io/blorg-dev/blorg-backend",
        "gcr.io/blorg-dev/blorg-backend:wm-tilt",
        "gcr.io/blorg-dev/blorg-backend:devel-nick",
        "gcr.io/blorg-dev/blorg-backend:wm-tilt",
    ),
    (
        "tilt",
        "gcr.io/some-project-162817/sancho",
        "gcr.io/some-project-162817/sancho:x",
        "gcr.io/some-project-162817/sancho-sidecar",
        "=",
    ),
    // argocd-image-updater, image_test.go.
    (
        "image-updater",
        "jannfis/test-image",
        "jannfis/test-image:0.2",
        "jannfis/test-image:0.1",
        "jannfis/test-image:0.2",
    ),
    ("image-updater", "test-image", "test-image:0.2", "library/test-image", "test-image:0.2"),
    (
        "image-updater",
        "gcr.io/jannfis/test-image",
        "gcr.io/jannfis/test-image:0.2",
        "gcr.io/jannfis/test-image:latest-bookworm@sha256:HEX",
        "gcr.io/jannfis/test-image:0.2",
    ),
    (
        "image-updater",
        "jannfis/test-image",
        "jannfis/test-image:0.2",
        "gcr.io/jannfis/test-image:0.1",
        "=",
    ),
    (
        "image-updater",
        "registry:5000/classic-web",
        "registry:5000/classic-web:1",
        "registry:5000/classic-web",
        "registry:5000/classic-web:1",
    ),
    ("image-updater", "10.0.0.1/image", "10.0.0.1/image:1", "10.0.0.1/image", "10.0.0.1/image:1"),
    (
        "image-updater",
        "localhost:5000/image",
        "localhost:5000/image:1",
        "localhost:5000/image:0",
        "localhost:5000/image:1",
    ),
];

#[test]
fn images_of_other_tools_tables() {
    for (tool, repository, new, image, wanted) in ROWS {
        let replacements = known(&[(repository, &new.replace("HEX", HEX))]);
        let text = |image: &str| {
            let image = image.replace("HEX", HEX);
            format!(
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    image: '{image}'\n  - {{name: b, image: \"{image}\"}}\n"
            )
        };
        let wanted = if *wanted == "=" { image } else { wanted };
        assert_eq!(after(&text(image), &replacements, false), text(wanted), "{tool} {image}");
    }
}

/// Skaffold, `TestReplaceNonStringImageField`; kustomize, `emptyContainers`.
#[test]
fn images_that_are_no_strings_stay() {
    let replacements = known(&[("value1", "value1:x"), ("valid", "valid:x")]);
    for text in [
        "apiVersion: v1\nimage:\n- value1\n- value2\n",
        "kind: Pod\nspec: {containers: [{image: [valid]}, {image: ~}, {image: 1}, {image: true}]}\n",
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  containers:\n",
    ] {
        assert_eq!(after(text, &replacements, false), text);
    }
}

/// ko, `resolve_test.go`: lists and mappings of import paths; here only values count.
#[test]
fn whole_strings_of_lists_and_mappings_by_everywhere() {
    let path = "github.com/awesomesauce/foo";
    let replacements = known(&[(path, "gcr.io/mattmoor/foo:1")]);
    for (before, wanted) in [
        (
            format!("- {path}\n- github.com/awesomesauce/bar\n"),
            "- gcr.io/mattmoor/foo:1\n- github.com/awesomesauce/bar\n".to_owned(),
        ),
        (format!("image: {path}\n"), "image: gcr.io/mattmoor/foo:1\n".to_owned()),
        (format!("{path}: blah\n"), format!("{path}: blah\n")),
        (
            format!("S: \"\"\nM: {{blah: {{A: [{{P: {{S: {path}}}}}]}}}}\n"),
            "S: \"\"\nM: {blah: {A: [{P: {S: gcr.io/mattmoor/foo:1}}]}}\n".to_owned(),
        ),
        (format!("--- {path}\n--- x\n"), format!("--- {path}\n--- x\n")),
    ] {
        assert_eq!(after(&before, &replacements, true), wanted);
    }
}

/// kbld, `image_refs_test.go`: JSON and YAML in a string, found by a rule; one in another.
#[test]
fn strings_in_strings_by_rule() {
    let mut replacements =
        known(&[("nginx1", "nginx1:x"), ("nginx2", "nginx2:x"), ("nginx3", "nginx3:x")]);
    let rule = |text: &str| Rule::add(Fields::parse(text).unwrap()).unwrap();
    let add = vec![
        rule("path=nested.key"),
        rule("path=key"),
        rule("path=data"),
        rule("path=**.nestedimage"),
    ];
    replacements.set_rules(Rules { add, exclude: Vec::new() });
    for (before, wanted) in [
        (
            "nested: {key: '{\"nestedimage\":\"nginx1\"}'}\nother: nginx2\n",
            "nested: {key: '{\"nestedimage\":\"nginx1:x\"}'}\nother: nginx2\n",
        ),
        ("key: |\n  nestedimage: nginx3\n", "key: |\n  nestedimage: nginx3:x\n"),
        (
            "data: |\n\n  path:\n  - nestedimage: |\n      image: nginx3\n",
            "data: |\n\n  path:\n  - nestedimage: |\n      image: nginx3:x\n",
        ),
    ] {
        assert_eq!(after(before, &replacements, false), wanted);
    }
}

/// argocd-image-updater, `image_test.go`: `name=reference` of Kustomize's images.
#[test]
fn pairs_of_kustomize_images_in_an_application() {
    let replacements = known(&[
        ("gcr.io/jannfis/test-image", "gcr.io/jannfis/test-image:0.2"),
        ("gcr.io:1234/jannfis/test-image", "gcr.io:1234/jannfis/test-image:0.2"),
        ("registry:5000/classic-web", "registry:5000/classic-web:2"),
        ("a/b", "a/b:2"),
    ]);
    let text = |images: &[&str]| {
        let images: String = images.iter().map(|image| format!("      - {image}\n")).collect();
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    kustomize:\n      images:\n{images}"
        )
    };
    let before = text(&[
        "jannfis/orig-image=gcr.io/jannfis/test-image:0.1",
        "ghcr.io:4567/jannfis/orig-image=gcr.io:1234/jannfis/test-image:0.1",
        "jannfis/orig-image=gcr.io/jannfis/test-image",
        "'classic-web=registry:5000/classic-web'",
        "a/b:1.0",
        "x/y=busybox",
        "invalid==foo",
    ]);
    let wanted = text(&[
        "jannfis/orig-image=gcr.io/jannfis/test-image:0.2",
        "ghcr.io:4567/jannfis/orig-image=gcr.io:1234/jannfis/test-image:0.2",
        "jannfis/orig-image=gcr.io/jannfis/test-image:0.2",
        "'classic-web=registry:5000/classic-web:2'",
        "a/b:2",
        "x/y=busybox",
        "invalid==foo",
    ]);
    assert_eq!(after(&before, &replacements, false), wanted);
}

/// Tilt, `match_in_env_vars` and `k8s_image_json_path`: places by rule.
#[test]
fn environment_variables_and_fields_of_others_by_rule() {
    let mut replacements =
        known(&[("gcr.io/some-project-162817/sancho", "gcr.io/some-project-162817/sancho:tilt")]);
    let rule = |text: &str| Rule::add(Fields::parse(text).unwrap()).unwrap();
    let add = vec![rule("path=**.env[*].value"), rule("kind=Project,path=spec.runtime.worker")];
    replacements.set_rules(Rules { add, exclude: Vec::new() });
    let text = "apiVersion: tilt.dev/v1\nkind: Project\nspec:\n  runtime: {worker: gcr.io/some-project-162817/sancho}\n  env:\n  - {name: foo, value: gcr.io/some-project-162817/sancho}\n  - {name: bar, value: sancho}\n  other: gcr.io/some-project-162817/sancho\n";
    let wanted = text.replacen("sancho}", "sancho:tilt}", 2);
    assert_eq!(after(text, &replacements, false), wanted);
}
