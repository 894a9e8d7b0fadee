use std::os::unix::fs::symlink;

use super::*;

const FULL: &str = "\
version: v1beta2
images:
  default:
    image: r.io:5000/team/app
    tag: \"1.10\"
    dockerfile: api/Dockerfile
    context: api
    createPullSecret: true
deployments:
- name: app
  component:
    containers:
    - image: r.io:5000/team/app
    service:
      ports:
      - port: 8080
cluster:
  namespace: prod
";

#[test]
fn the_config_holds_what_was_answered_and_no_default() {
    use shared::reference::{Repository, Tag};
    let full = answers::Answers {
        name: "app".into(),
        repository: Repository::parse("r.io:5000/team/app").unwrap(),
        tag: Some(Tag::parse("1.10").unwrap()),
        dockerfile: Some("api/Dockerfile".into()),
        context: Some("api".into()),
        has_dockerfile: true,
        port: Some(8080),
        namespace: Some("prod".into()),
        pull_secret: true,
    };
    assert_eq!(text::config(&full), FULL);
    let bare = answers::Answers {
        tag: None,
        dockerfile: None,
        context: None,
        port: None,
        namespace: None,
        pull_secret: false,
        ..full
    };
    assert_eq!(
        text::config(&bare),
        "version: v1beta2\n\
         images:\n\
         \x20 default:\n\
         \x20   image: r.io:5000/team/app\n\
         deployments:\n\
         - name: app\n\
         \x20 component:\n\
         \x20   containers:\n\
         \x20   - image: r.io:5000/team/app\n"
    );
}

#[test]
fn nothing_is_ever_lost() {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let told = write(dir.path(), "one\n").unwrap();
    assert_eq!(told, "wrote devspace.yaml\nadded .devspace/ to .gitignore\n");
    assert_eq!(write(dir.path(), "one\n").unwrap(), "devspace.yaml is as it was\n");
    let told = write(dir.path(), "two\n").unwrap();
    assert_eq!(told, "kept the old devspace.yaml as devspace.yaml.bak\nwrote devspace.yaml\n");
    write(dir.path(), "three\n").unwrap();
    assert_eq!(
        ["devspace.yaml", "devspace.yaml.bak", "devspace.yaml.bak.1"].map(read),
        ["three\n", "one\n", "two\n"]
    );
}

#[test]
fn a_config_of_any_kind_is_kept() {
    for name in ["devspace.yaml", "devspace-configs.yaml", ".devspace/config.yaml"] {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(existing(dir.path()), None);
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Even a link to nowhere is somebody's config.
        symlink("/nowhere", &path).unwrap();
        assert_eq!(existing(dir.path()), Some(name));
    }
}

#[test]
fn a_link_stays_a_link_and_one_to_nowhere_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (link, real) = (dir.path().join(CONFIG), dir.path().join("real.yaml"));
    symlink(&real, &link).unwrap();
    assert_eq!(write(dir.path(), "new\n").unwrap_err().exit, Exit::Failed);
    fs::write(&real, "old\n").unwrap();
    write(dir.path(), "new\n").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), "new\n");
    assert_eq!(fs::read_to_string(dir.path().join("devspace.yaml.bak")).unwrap(), "old\n");
}
