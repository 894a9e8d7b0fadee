//! Where the config is found, named configs, profiles.

use super::{Folder, good};
use crate::config::{Error, LoadOptions, load};

#[test]
fn the_config_is_found_upward_but_not_in_the_home_folder() {
    let folder = Folder::new(&[("devspace.yaml", "images: {a: {image: x}}"), ("deep/er/file", "")]);
    let mut options = LoadOptions::new(folder.path().join("deep/er"));
    let project = load(&mut options).unwrap();
    assert_eq!((project.root.as_path(), project.file.as_str()), (folder.path(), "devspace.yaml"));
    options.home = Some(folder.path().to_owned());
    assert!(matches!(load(&mut options), Err(Error::NotFound { .. })));
    options.file = Some("../../devspace.yaml".into());
    let project = load(&mut options).unwrap();
    assert_eq!(project.images.len(), 1);
}

#[test]
fn a_missing_config_names_what_was_meant_to_be_one() {
    let folder = Folder::new(&[("devspace.yml", "images: {}")]);
    let message = folder.load().unwrap_err().to_string();
    assert!(message.starts_with("no `devspace.yaml` in"), "{message}");
    assert!(message.contains("devspace.yml`)"), "{message}");
}

const CONFIGS: &str = "\
default:
  config: {path: base.yaml}
  vars: {data: [{name: TAG, default: one}]}
prod:
  config: {path: base.yaml}
  vars: {path: prod-vars.yaml}
  overrides:
  - data: {images: {api: {tag: '${TAG}-prod', build: {docker: {skipPush: true}}}}}
  - path: prod.yaml
";

fn named() -> Folder {
    Folder::new(&[
        ("devspace-configs.yaml", CONFIGS),
        ("devspace.yaml", "not: [read"),
        (
            "base.yaml",
            "images:\n  api:\n    image: shop/api\n    tag: ${TAG}\n    build: {docker: {disableFallback: true}}\nhooks:\n- {command: a, when: {before: {images: all}}}\n",
        ),
        ("prod.yaml", "hooks:\n- {command: b, when: {before: {images: all}}}\n"),
        ("prod-vars.yaml", "- name: TAG\n  default: two\n"),
    ])
}

#[test]
fn overrides_merge_maps_deep_and_replace_lists() {
    let folder = named();
    let project = folder.load().unwrap();
    assert_eq!(project.images[0].tags, ["one"]);
    assert_eq!(project.file, "devspace-configs.yaml");
    let mut options = folder.options();
    options.use_config = Some("prod".to_owned());
    let project = load(&mut options).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(project.images[0].tags, ["two-prod"]);
    assert!(project.images[0].skip_push);
    let commands: Vec<&str> = project.hooks.iter().map(|hook| hook.command.as_str()).collect();
    assert_eq!(commands, ["b"]);
}

#[test]
fn a_mistake_in_an_override_points_into_its_file() {
    let folder = named();
    folder.write("prod.yaml", b"hooks: []\nimages:\n  api:\n    tagg: x\n");
    let mut options = folder.options();
    options.use_config = Some("prod".to_owned());
    let message = load(&mut options).unwrap_err().to_string();
    assert!(message.starts_with("prod.yaml:4:5: `tagg` is not a key of `images.api`"), "{message}");
    options.use_config = Some("prd".to_owned());
    let message = load(&mut options).unwrap_err().to_string();
    assert!(message.contains("there is no config `prd`"), "{message}");
    assert!(message.contains("did you mean `prod`?"), "{message}");
}

#[test]
fn the_active_config_of_upstream_is_taken() {
    let folder = named();
    folder.write(
        ".devspace/generated.yaml",
        b"activeConfig: prod\nconfigs: {prod: {vars: {TAG: 7}}}\n",
    );
    assert_eq!(folder.load().unwrap().images[0].tags, ["7-prod"]);
}

#[test]
fn a_single_config_has_no_names() {
    let folder = Folder::new(&[("devspace.yaml", "images: {a: {image: x}}")]);
    let mut options = folder.options();
    options.use_config = Some("prod".to_owned());
    let message = load(&mut options).unwrap_err().to_string();
    assert!(message.starts_with("there is no config `prod`"), "{message}");
}

const PROFILES: &str = "\
version: v1beta11
images:
  api: {image: shop/api, tags: [a], dockerfile: D}
  web: {image: shop/web}
deployments:
- name: api
  kubectl: {manifests: [k8s]}
dev:
  sync: [{containerPath: /app}]
profiles:
- name: base
  replace:
    images: {api: {image: other/api, tags: [a]}}
- name: prod
  parent: base
  merge: {images: {api: {dockerfile: P}}}
  patches:
  - {op: add, path: 'images.api.tags', value: b}
  - {op: replace, path: 'deployments.name=api.kubectl.manifests[0]', value: prod}
  - {op: remove, path: /dev/sync/0}
- name: loop
  parent: loop
- name: wrong
  patches: [{op: replace, path: images.nothing.tag, value: x}]
- name: broken
  patches: [{op: add, path: images.api.tagg, value: x}]
";

fn with_profile(name: &str) -> Result<crate::config::Project, Error> {
    let folder = Folder::new(&[("devspace.yaml", PROFILES)]);
    let mut options = folder.options();
    options.profiles = vec![name.to_owned()];
    load(&mut options)
}

#[test]
fn a_profile_and_its_parent_change_the_config() {
    assert_eq!(good(PROFILES).images.len(), 2);
    let project = with_profile("prod").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(project.images.len(), 1);
    let image = &project.images[0];
    assert_eq!(image.repository.to_string(), "other/api");
    assert_eq!(image.tags, ["a", "b"]);
    assert_eq!(image.dockerfile.to_str(), Some("P"));
    let crate::config::Method::Kubectl { manifests, .. } = &project.deployments[0].method else {
        panic!("kubectl")
    };
    assert_eq!(manifests, &["prod"]);
}

#[test]
fn wrong_profiles_are_named() {
    for (profile, wanted) in [
        ("prd", "there is no profile `prd`"),
        ("loop", "the profile `loop` is its own parent"),
        ("wrong", "nothing in the config is at this path"),
        ("broken", "`tagg` is not a key of `images.api`"),
    ] {
        let message = with_profile(profile).unwrap_err().to_string();
        assert!(message.contains(wanted), "{profile}: {message}");
    }
}
