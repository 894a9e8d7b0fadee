use super::entries;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Each entry as `key > target`, an error as `key ! what`; `%A` and `%B` are digests.
fn read(text: &str) -> Result<Vec<String>, String> {
    let text = text.replace("%A", A).replace("%B", B);
    let found = entries("f", text.into_bytes()).map_err(|failure| failure.error)?;
    let show = |entry: super::Entry| {
        let exact = if matches!(entry.key, super::Key::Exact(_)) { "=" } else { "" };
        let text = match entry.target {
            Ok(target) => format!("{exact}{} > {target}", entry.key),
            Err(failure) => format!("{exact}{} ! {}", entry.key, failure.error),
        };
        text.replace(A, "%A").replace(B, "%B")
    };
    Ok(found.into_iter().map(show).collect())
}

#[track_caller]
fn check(text: &str, wanted: &[&str]) {
    assert_eq!(read(text).unwrap_or_else(|error| panic!("{error}\n{text}")), wanted, "{text}");
}

#[test]
fn kbld_matches_whole_references() {
    check(
        "apiVersion: kbld.k14s.io/v1alpha1\nkind: Config\nminimumRequiredVersion: 0.40.0\n\
         overrides:\n- image: nginx:1.14.2\n  newImage: index.docker.io/library/nginx@%A\n  \
         preresolved: true\n- image: sample-app\n  newImage: nginx@%B\n  preresolved: true\n\
         - imageRepo: me/app\n  newImage: me/app:2\n- image: 'some text'\n  newImage: x:1\n\
         searchRules: []\n",
        &[
            "=nginx:1.14.2 > nginx@%A",
            "=nginx@%A > nginx@%A",
            "=sample-app > nginx@%B",
            "=nginx@%B > nginx@%B",
            "me/app > me/app:2",
        ],
    );
    check(
        "---\napiVersion: imgpkg.carvel.dev/v1alpha1\nimages:\n- annotations:\n    \
         kbld.carvel.dev/id: nginx:1.14.2\n    kbld.carvel.dev/origins: |\n      - resolved: {}\n  \
         image: index.docker.io/library/nginx@%A\n- image: me/app@%B\nkind: ImagesLock\n",
        &["=nginx:1.14.2 > nginx@%A", "=nginx@%A > nginx@%A", "me/app > me/app@%B"],
    );
}

#[test]
fn skaffold_names_an_image_and_its_reference() {
    check(
        r#"{"builds":[{"imageName":"gcr.io/p/app","tag":"gcr.io/p/app:v1@%A"},
            {"imageName":"web","tag":"reg.example.com/x/web:2","runtimeType":"go"}]}"#,
        &["gcr.io/p/app > gcr.io/p/app:v1@%A", "web > reg.example.com/x/web:2"],
    );
    check(r#"{"builds":[]}"#, &[]);
}

#[test]
fn buildx_names_are_pinned_by_the_digest() {
    check(
        r#"{"buildx.build.warnings": [], "db": {"buildx.build.provenance": {"a": [1]},
            "containerimage.config.digest": "%B", "containerimage.digest": "%A",
            "image.name": "docker.io/u/db:1,docker.io/u/db:latest,ghcr.io/u/db:1"},
            "web": {"containerimage.digest": "%B", "image.name": "u/web"}}"#,
        &["u/db > u/db:1@%A", "ghcr.io/u/db > ghcr.io/u/db:1@%A", "u/web > u/web@%B"],
    );
    check(
        r#"{"containerimage.digest": "%A", "image.name": "me/app:1"}"#,
        &["me/app > me/app:1@%A"],
    );
    // An engine's image id, by which no registry knows it.
    let engine = r#"{"containerimage.digest": "%A", "containerimage.config.digest": "%A",
        "image.name": "me/app:1"}"#;
    check(engine, &["me/app > me/app:1"]);
    check(
        r#"{"image.name": "me/app", "containerimage.config.digest": "%A"}"#,
        &["me/app ! f:1:16: `me/app` was built without a tag, and is in no registry"],
    );
    check(
        r#"{"a": {"image.name": "u/x:1", "containerimage.digest": "%A"},
            "b": {"image.name": "u/x:2", "containerimage.digest": "%B"}}"#,
        &["u/x ! f:2:33: `u/x` is `u/x:1@%A` here, and `u/x:2@%B`, too"],
    );
}

#[test]
fn kustomize_replaces_what_it_names() {
    check(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n\
         images:\n- {name: postgres, newName: r.io/my/postgres, newTag: v1}\n\
         - {name: nginx, newTag: 1.10}\n- {name: alpine, digest: '%A'}\n\
         - {name: both, newTag: '2', digest: '%B'}\n- {name: app, newName: r.io/app}\n",
        &[
            "postgres > r.io/my/postgres:v1",
            "nginx > nginx:1.10",
            "alpine > alpine@%A",
            "both > both:2@%B",
            "app ! f:9:3: `app` gets neither a `newTag` nor a `digest` here",
        ],
    );
    check("images:\n- name: x\n  newTag: '1'\n", &["x > x:1"]);
}

#[test]
fn lists_and_jib() {
    check(
        "# by ko\nreg.example.com/app-0123@%A\r\nreg.example.com/app-0123@%B\n\nme/web:1@%B",
        &["reg.example.com/app-0123 > reg.example.com/app-0123@%A", "me/web > me/web:1@%B"],
    );
    check(
        r#"{"image":"gcr.io/p/j:1","imageId":"%B","imageDigest":"%A","tags":["1"],"imagePushed":true}"#,
        &["gcr.io/p/j > gcr.io/p/j:1@%A"],
    );
    check(
        r#"{"image":"gcr.io/p/j","imageId":"%B","imageDigest":"%A","tags":["x"],"imagePushed":false}"#,
        &["gcr.io/p/j > gcr.io/p/j:x"],
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, wanted) in [
        ("", "`f` is of no form that `--from` knows"),
        ("hello", "`f` is of no form"),
        ("apiVersion: v1\nkind: Pod\nspec: {image: x}\n", "`f` is of no form"),
        ("images: [a, b]\n", "`f` is of no form"),
        ("a: [\n", "f:1:4: "),
        ("a/b:1\na b\n", "f:2:1: "),
        ("a/b:1\na/c\n", "f:2:1: `a/c` has neither"),
        ("{\"builds\": [\n{\"imageName\": \"UPPER\", \"tag\": \"a:1\"}]}", "f:2:15: `UPPER`"),
        ("{\"builds\": [\n{\"imageName\": \"a\"}]}", "f:2:1: `tag` is missing"),
        ("{\"builds\": [\n{\"imageName\": \"a\", \"tag\": {}}]}", "f:2:27: `tag` is a mapping"),
        ("apiVersion: kbld.k14s.io/v1alpha1\nkind: Sources\n", "f:1:1: this config of kbld"),
        ("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: Bundle\n", "f:1:1: it has no `images`"),
        ("{\"containerimage.digest\": \"%A\"}", "f:1:1: no result of this build"),
        ("{\"image.name\": \"a:1\", \"containerimage.digest\": \"sha256:x\"}", "f:1:48: "),
        ("images:\n- name: x\n  newTag: 'a b'\n", "f:3:11: "),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(wanted), "{text}: {error}");
    }
}
