use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::sync::Mutex;

use super::*;
use crate::config::BuildOptions;

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Reporter for Heard {
    fn event(&self, event: Event) {
        if let Event::Output { line, .. } = event {
            self.0.lock().unwrap().push(line);
        }
    }
}

fn script(root: &Path, text: &str) {
    let path = root.join("build.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn custom(root: &Path, command: &str) -> Custom {
    Custom {
        command: command.to_owned(),
        args: vec!["--a b".to_owned(), "$HOME".to_owned()],
        image_flag: Some("-t".to_owned()),
        root: root.to_owned(),
        search: Some("/usr/bin:/bin".into()),
        digest_file: None,
    }
}

fn job() -> Job {
    Job {
        image: "app".to_owned(),
        name: "r.x/app:ds-key-1".parse().unwrap(),
        context: "/ctx".into(),
        inputs: crate::context::Inputs::of(Vec::new(), None, Default::default()),
        dockerfile: Vec::new(),
        dockerfile_name: "Dockerfile".to_owned(),
        options: BuildOptions {
            build_args: BTreeMap::new(),
            target: None,
            network: None,
            labels: BTreeMap::new(),
        },
        platform: None,
        pull: false,
        no_cache: false,
        secrets: BTreeMap::new(),
        ssh: BTreeMap::new(),
        registries: Vec::new(),
        note: None,
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn arguments_environment_and_folder() {
    let root = tempfile::tempdir().unwrap();
    script(
        root.path(),
        "for a; do echo \"<$a>\"; done\necho \"$DS_IMAGE $DS_TAG $DS_CONTEXT\"; pwd",
    );
    let heard = Heard::default();
    block_on(run(&custom(root.path(), "./build.sh"), &job(), &heard)).unwrap();
    let root = root.path().canonicalize().unwrap().display().to_string();
    let expected =
        ["<-t>", "<r.x/app:ds-key-1>", "<--a b>", "<$HOME>", "r.x/app ds-key-1 /ctx", &root];
    assert_eq!(*heard.0.lock().unwrap(), expected);
}

#[test]
fn failures_tell_code_and_last_lines() {
    let root = tempfile::tempdir().unwrap();
    script(root.path(), "seq 30; echo bad >&2; exit 7");
    let error = block_on(run(&custom(root.path(), "build.sh"), &job(), &Heard::default()));
    let Err(Error::Build { message, tail }) = error else { panic!("{error:?}") };
    assert_eq!(message, "the build command `build.sh` failed: exit code 7");
    assert_eq!(tail.len(), TAIL_MAX);
    assert_eq!(tail.last().map(String::as_str), Some("bad"), "{tail:?}");
    let error = block_on(run(&custom(root.path(), "./gone"), &job(), &Heard::default()));
    assert!(matches!(error, Err(Error::NotFound { .. })), "{error:?}");
    std::fs::write(root.path().join("text"), "x").unwrap();
    let error = block_on(run(&custom(root.path(), "./text"), &job(), &Heard::default()));
    assert!(matches!(error, Err(Error::Start { .. })), "{error:?}");
}

#[test]
fn calling_off_ends_grandchildren_too() {
    let root = tempfile::tempdir().unwrap();
    script(root.path(), "sleep 600 & echo $! >pid\nwait");
    let custom = custom(root.path(), "./build.sh");
    block_on(async {
        let (job, heard) = (job(), Heard::default());
        let running = run(&custom, &job, &heard);
        let _ = tokio::time::timeout(Duration::from_millis(500), running).await;
    });
    let pid = std::fs::read_to_string(root.path().join("pid")).unwrap();
    let status = format!("/proc/{}/stat", pid.trim());
    // A zombie that nobody reaps has ended as well.
    let gone = || std::fs::read_to_string(&status).map_or(true, |text| text.contains(") Z "));
    let end = std::time::Instant::now() + Duration::from_secs(5);
    while !gone() && std::time::Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(gone(), "{status}");
}

struct Nowhere;

impl Locate for Nowhere {
    fn locate<'a>(&'a self, _: &'a Reference) -> BoxFuture<'a, Result<Option<Built>, Error>> {
        Box::pin(async { Ok(None) })
    }
}

#[test]
fn the_digest_file_decides_and_an_old_one_does_not() {
    let root = tempfile::tempdir().unwrap();
    let digest = Digest::sha256(&[7; 32]);
    let mut custom = custom(root.path(), "./build.sh");
    custom.digest_file = Some("digest".into());
    let builder = CustomBuilder { custom, places: vec![Box::new(Nowhere)] };
    script(root.path(), &format!("echo {digest} >digest"));
    let built = block_on(builder.build(&job(), &Heard::default())).unwrap();
    assert_eq!(built.artifact.digest(), &digest);
    script(root.path(), "true");
    let error = block_on(builder.build(&job(), &Heard::default())).unwrap_err();
    assert!(matches!(error, Error::NoImage { .. }), "{error}");
}
