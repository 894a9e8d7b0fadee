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

#[test]
fn what_is_written_is_a_config() {
    let odd =
        ["api/Dockerfile", "../up", "with space", "1.10", "true", "a: b", "${X}", "$${X}", "é#"];
    for path in odd {
        let answers = answers::Answers {
            name: "123".into(),
            repository: shared::reference::Repository::parse("1.2.3.4:5000/007").unwrap(),
            tag: Some(shared::reference::Tag::parse("1e3").unwrap()),
            dockerfile: Some(path.into()),
            context: Some(path.into()),
            has_dockerfile: true,
            port: Some(80),
            namespace: Some("0x10".into()),
            pull_secret: true,
        };
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &text::config(&answers)).unwrap();
        let mut options = shared::config::LoadOptions::new(dir.path());
        let project = shared::config::load(&mut options).unwrap();
        let image = project.image("default").unwrap();
        assert_eq!(image.repository, answers.repository);
        assert_eq!(image.tags, ["1e3"]);
        assert_eq!(
            (image.dockerfile.as_path(), image.context.as_path()),
            (Path::new(path), Path::new(path))
        );
        assert!(image.create_pull_secret);
        assert_eq!(project.deployments[0].name, "123");
        assert_eq!(project.cluster.namespace.as_deref(), Some("0x10"));
        assert_eq!(project.notes, [""; 0]);
        assert_eq!(project.warnings, [""; 0]);
    }
}
