//! Against the keys themselves: an image is affected exactly if a clone of then and a
//! clone of now would give it different keys.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::step::build::keys::{Keys, Wanted};
use crate::step::options::{Common, Options};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq)]
enum Thing {
    File { content: u8, executable: bool },
    Link(String),
}

type Files = BTreeMap<String, Thing>;

/// A project at one point of its life.
#[derive(Debug, Clone)]
struct Scene {
    files: Files,
    dockerfile: String,
    ignore: Option<String>,
    own_ignore: Option<String>,
    context: String,
    on_change: String,
}

const FOLDERS: &[&str] = &["", "a/", "a/b/", "logs/", "x y/", "a.b/"];
const NAMES: &[&str] = &["f", "g.log", "n\nl", "\"q", "-", "ü"];
const TARGETS: &[&str] = &["a", "a/f", "../a", "nowhere", "b", "/etc", "logs", "f"];
const IGNORES: &[&str] = &[
    "*.log\n",
    "logs\n",
    "*\n!a\n",
    "**/f\n",
    "a\n!a/b\n",
    "# nothing\n",
    "Dockerfile\n.dockerignore\n",
];
const COPIES: &[&str] = &[
    "COPY . /",
    "COPY a /",
    "COPY a/* /x/",
    "COPY */f nothin[g] /x/",
    "COPY l /",
    "COPY l/f /",
    "COPY a/b/g.log f /x/",
    "COPY --exclude=*.log a /",
    "COPY --parents a/b/*.log */f /",
    "COPY --parents --exclude=f a/./b /x/",
    "COPY [\"x y\", \"/\"]",
    "ADD f /",
    "RUN --mount=type=bind,source=logs,target=/l true",
];

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        6 => (0..3u8, any::<bool>()).prop_map(|(content, executable)| Thing::File { content, executable }),
        1 => proptest::sample::select(TARGETS).prop_map(|target| Thing::Link(target.to_owned())),
    ]
}

fn files() -> impl Strategy<Value = Files> {
    let path = (proptest::sample::select(FOLDERS), proptest::sample::select(NAMES))
        .prop_map(|(folder, name)| format!("{folder}{name}"));
    let link = proptest::sample::select(TARGETS).prop_map(|target| Thing::Link(target.to_owned()));
    let known = proptest::collection::btree_map(path, thing(), 0..8);
    (known, proptest::option::of(link)).prop_map(|(mut files, link)| {
        files.extend(link.map(|link| ("l".to_owned(), link)));
        files
    })
}

fn dockerfile() -> impl Strategy<Value = String> {
    let copies = proptest::sample::subsequence(COPIES, 1..3);
    copies.prop_map(|copies| format!("FROM scratch\n{}\n", copies.join("\n")))
}

fn ignore() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(proptest::sample::select(IGNORES).prop_map(str::to_owned))
}

fn scene() -> impl Strategy<Value = Scene> {
    let context = proptest::sample::select(&[".", "a", "./a/b"][..]);
    let on_change = proptest::sample::select(&["a/**", "**", "*/f", "logs"][..]);
    let files = (files(), dockerfile(), ignore(), ignore(), context, on_change);
    files.prop_map(|(files, dockerfile, ignore, own_ignore, context, on_change)| Scene {
        files,
        dockerfile,
        ignore,
        own_ignore,
        context: context.to_owned(),
        on_change: on_change.to_owned(),
    })
}

/// The second scene is the first with some of its parts replaced.
fn scenes() -> impl Strategy<Value = (Scene, Scene)> {
    let rare = || proptest::bool::weighted(0.15);
    let switches = (rare(), rare(), rare(), rare(), rare());
    let edits = proptest::collection::vec((0..8usize, proptest::option::of(thing())), 0..4);
    (scene(), scene(), switches, edits, files()).prop_map(|(one, other, switches, edits, more)| {
        let mut two = one.clone();
        for (at, thing) in edits {
            let Some(path) = one.files.keys().nth(at).cloned() else { continue };
            match thing {
                Some(thing) => drop(two.files.insert(path, thing)),
                None => drop(two.files.remove(&path)),
            }
        }
        two.files.extend(more.into_iter().take(2));
        if switches.0 {
            two.dockerfile = other.dockerfile;
        }
        if switches.1 {
            two.ignore = other.ignore;
        }
        if switches.2 {
            two.own_ignore = other.own_ignore;
        }
        if switches.3 {
            two.context = other.context;
        }
        if switches.4 {
            two.on_change = other.on_change;
        }
        (one, two)
    })
}

fn write(root: &Path, scene: &Scene) {
    for entry in fs::read_dir(root).unwrap().flatten() {
        if entry.file_name() == ".git" {
            continue;
        }
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }
            .unwrap();
    }
    let put = |path: &str, text: &str| {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    };
    fs::create_dir_all(root.join("a/b")).unwrap();
    put("a/b/always", "");
    for (path, thing) in &scene.files {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        // A link may have taken a folder's place.
        match thing {
            Thing::Link(target) => drop(symlink(target, &file)),
            Thing::File { content, executable } => {
                fs::write(&file, vec![b'x'; usize::from(*content)]).unwrap();
                let mode = if *executable { 0o755 } else { 0o644 };
                fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }
    put("docker/Dockerfile", &scene.dockerfile);
    if let Some(ignore) = &scene.ignore {
        put(&format!("{}/.dockerignore", scene.context), ignore);
    }
    if let Some(ignore) = &scene.own_ignore {
        put("docker/Dockerfile.dockerignore", ignore);
    }
    put(
        "devspace.yaml",
        &format!(
            "version: v1beta2\nimages:\n  app: {{image: me/app, dockerfile: docker/Dockerfile, context: {}}}\n  tool:\n    image: me/tool\n    build: {{custom: {{command: ./t, onChange: ['{}']}}}}\n  child: {{image: me/child, dockerfile: docker/Child, context: docker}}\n",
            scene.context, scene.on_change
        ),
    );
    put("docker/Child", "FROM me/app\n");
}

fn git(root: &Path, args: &[&str]) {
    let mut git = crate::util::git::command(root);
    git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.hooksPath=/dev/null"]);
    let output = git.args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn run_in(root: &Path) -> Run {
    let common = Common {
        config: Some(root.join("devspace.yaml")),
        state: Some(root.join(".devspace/state.json")),
        progress: crate::ui::Progress::None,
        jobs: Some(1),
        ..Common::default()
    };
    Run::open(Options::resolve(common), crate::state::Fresh::Allowed).unwrap()
}

/// As many as PROPTEST_CASES says, else few.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

const IMAGES: [&str; 3] = ["app", "tool", "child"];

/// The keys, or nothing where the folder has none: git's own folder is put aside.
fn keys(root: &Path) -> Option<Vec<String>> {
    let aside = root.with_extension("git");
    fs::rename(root.join(".git"), &aside).unwrap();
    let (run, request) = (run_in(root), Request::default());
    let line = Line::prepare(&run, &request, &IMAGES.map(str::to_owned));
    let found = line.ok().and_then(|line| {
        let platform = platform_without_engine(&request).ok()?;
        let mut keys = Keys::new(&run, &line);
        let wanted = |name: &String| Wanted {
            prepared: &line.images[name],
            platform: platform.clone(),
            whole: None,
            standing: None,
        };
        let _ = keys.compute(&line.order.iter().map(wanted).collect::<Vec<_>>());
        IMAGES.iter().map(|name| Some(keys.get(name)?.inputs.key.to_string())).collect()
    });
    fs::rename(aside, root.join(".git")).unwrap();
    found
}

fn verdicts(root: &Path, base: &str) -> BTreeMap<String, Verdict> {
    let (run, request) = (run_in(root), Request::default());
    let line = Line::prepare(&run, &request, &IMAGES.map(str::to_owned)).unwrap();
    let repo = Repo::of(root).unwrap();
    let base = repo.base(base, false).unwrap();
    compare(&run, &request, &repo, &base, &line).unwrap()
}

proptest! {
    // Each case asks git some ten times.
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn affected_is_what_has_another_key((one, two) in scenes()) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("p");
        fs::create_dir(&root).unwrap();
        git(&root, &["init", "-q", "-b", "main", "."]);
        write(&root, &one);
        let Some(old) = keys(&root) else { return Ok(()) };
        git(&root, &["add", "-A"]);
        git(&root, &["commit", "-q", "-m", "one"]);
        write(&root, &two);
        let Some(new) = keys(&root) else { return Ok(()) };
        let wanted: Vec<bool> = old.iter().zip(&new).map(|(old, new)| old != new).collect();
        let told = |base: &str| -> (Vec<bool>, BTreeMap<String, Verdict>) {
            let verdicts = verdicts(&root, base);
            (IMAGES.iter().map(|name| verdicts[*name].is_affected()).collect(), verdicts)
        };
        // New files not yet known to git, then staged, then committed.
        let (found, why) = told("HEAD");
        prop_assert_eq!(&found, &wanted, "edits: {:?}", why);
        git(&root, &["add", "-A"]);
        let (found, why) = told("HEAD");
        prop_assert_eq!(&found, &wanted, "staged: {:?}", why);
        git(&root, &["commit", "-q", "--allow-empty", "-m", "two"]);
        let (found, why) = told("HEAD~1");
        prop_assert_eq!(&found, &wanted, "committed: {:?}", why);
        let (found, _) = told("HEAD");
        prop_assert_eq!(found, vec![false; 3]);
    }
}
