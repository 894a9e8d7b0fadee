//! Which images a git diff touches: for a workflow that builds only those.

use serde_json::{Value, json};
use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(each_change_names_its_images),
        story(where_head_left_the_base),
        story(odd_names_modes_and_links),
        story(filters_change_no_file),
        story(changed_config_image_by_image),
        story(submodules_count_whole),
        story(project_below_the_checkout),
        story(matrix_and_codes_for_a_workflow),
        story(revisions_that_are_not_there),
        story(it_agrees_with_the_keys_of_two_clones),
    ]
}

const CONFIG: &str = "version: v1beta2\nimages:\n  base: {image: a/base, context: base, dockerfile: base/Dockerfile}\n  api: {image: a/api, context: api, dockerfile: api/Dockerfile}\n  web: {image: a/web, dockerfile: web/Dockerfile}\n  tool:\n    image: a/tool\n    build: {custom: {command: ./build, onChange: ['tool/**']}}\n";

/// Four images, committed: `api` is built from `base`, `web` copies some of the root.
fn shop(bed: &Bed) -> Project<'_> {
    let project = Project::new(bed);
    project.file("devspace.yaml", CONFIG);
    project.file("base/Dockerfile", "FROM scratch\nCOPY lib /lib\n");
    project.file("base/lib/a", "1");
    project.file("base/notes", "1");
    project.file("api/Dockerfile", "FROM a/base\nCOPY . /srv\n");
    project.file("api/.dockerignore", "*.log\n");
    project.file("api/main", "1");
    project.file("web/Dockerfile", "FROM scratch\nCOPY web/*.html assets lin[k] /\n");
    project.file("web/i.html", "1");
    project.file("assets/deep/x", "1");
    project.file("tool/t", "1");
    project.file("README", "1");
    let _ = project.sh("git init -q -b main .").ok();
    commit(&project);
    project
}

const COMMIT: &str =
    "git add -A && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m c";

fn commit(project: &Project) {
    let _ = project.sh(COMMIT).ok();
}

/// The affected images, and the whole answer.
fn affected(project: &Project, args: &[&str]) -> (String, Value) {
    let run = project.run("ds").args(&["affected", "--output", "json"]).args(args);
    let answer = run.end().ok().json();
    let names: Vec<&str> =
        answer["affected"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    (names.join(" "), answer)
}

fn each_change_names_its_images(bed: &Bed) -> Outcome {
    let project = shop(bed);
    for (change, wanted, reason) in [
        ("true", "", ""),
        ("touch -d 2001-01-01 api/main base/lib/a", "", ""),
        ("echo 2 >README; echo 2 >base/notes; echo 2 >api/x.log", "", ""),
        ("echo 2 >api/main", "api", "`main` changed"),
        ("echo 2 >base/lib/a", "base api", "image `base`, which it is built from, changed"),
        ("echo 2 >web/new.html", "web", "`web/new.html` was added"),
        ("rm assets/deep/x", "web", "`assets/deep/x` was removed"),
        ("git mv api/main api/other", "api", "`main` was renamed to `other`"),
        ("mv api/main api/other", "api", "`main` was renamed to `other`"),
        ("chmod +x api/main", "api", "mode from 0644 to 0755"),
        ("ln -s /etc link", "web", "whole context"),
        ("echo '# x' >>api/Dockerfile", "api", "Dockerfile"),
        ("echo '# x' >>api/.dockerignore", "api", "`.dockerignore` changed"),
        ("printf '*\\n!web\\n' >.dockerignore", "web", "`assets/deep/x` was removed"),
        ("printf '# none\\n' >.dockerignore", "", ""),
        ("printf 'web/i.html\\n' >web/Dockerfile.dockerignore", "web", "`web/i.html` was removed"),
        ("echo 2 >tool/t2", "tool", "`tool/t2` was added"),
        ("echo 2 >api/new; git add -N api/new", "api", "`new` was added"),
        ("mkdir api/empty", "", ""),
        ("printf x >.gitignore; echo 2 >api/x", "", ""),
    ] {
        let _ = project.sh(&format!("git tag -f start && {change}")).ok();
        for stage in ["true", "git add -A", COMMIT] {
            let _ = project.sh(stage).ok();
            let (names, answer) = affected(&project, &["--base", "start"]);
            assert_eq!(names, wanted, "{change}, {stage}: {answer:#}");
            let told = answer["images"].to_string();
            assert!(told.contains(reason), "{change}, {stage}, not `{reason}`: {answer:#}");
        }
        let _ = project.sh("git reset -q --hard start && git clean -qfdx").ok();
    }
    Ok(())
}

/// What others did on the base meanwhile is none of ours.
fn where_head_left_the_base(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let _ = project.sh("git checkout -qb mine; echo 2 >api/main").ok();
    commit(&project);
    let _ = project.sh("git checkout -q main; echo 2 >web/i.html").ok();
    commit(&project);
    let _ = project.sh("git checkout -q mine").ok();
    assert_eq!(affected(&project, &["--base", "main"]).0, "api");
    assert_eq!(affected(&project, &["--base", "main", "--direct"]).0, "api web");
    // As a pull request is checked out: the merge of both.
    let _ = project.sh("git -c user.name=a -c user.email=a@b merge -q --no-edit main").ok();
    assert_eq!(affected(&project, &["--base", "main"]).0, "api");
    assert_eq!(affected(&project, &["--base", "HEAD^2"]).0, "api");
    Ok(())
}

fn odd_names_modes_and_links(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let names = r#"$'new\nline' 'a b' '"quoted' $'tab\there' $'\xff\xfe' 'back\slash' '-dash' '*' $'tr\xc3\xa4nen'"#;
    let _ = project
        .sh(&format!("cd api && for n in {names}; do echo 1 >\"./$n\"; done; ln -s a\\ b l"))
        .ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "api");
    commit(&project);
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "");
    for change in [
        "echo 2 >$'new\\nline'",
        "rm $'\\xff\\xfe'",
        "chmod +x 'a b'",
        "ln -sfn main l",
        "rm l; echo 1 >l",
        "rm main; mkdir main; echo 1 >main/x",
        "echo 2 >'back\\slash'",
        "mv -- '\"quoted' 'un\"quoted'",
    ] {
        let _ = project.sh(&format!("cd api && {change}")).ok();
        let (names, answer) = affected(&project, &["--base", "HEAD"]);
        assert_eq!(names, "api", "{change}: {answer:#}");
        let _ = project.sh("git reset -q --hard && git clean -qfd").ok();
    }
    // A context behind a link, and one that moved with everything in it.
    let _ = project.sh("git mv api real && ln -s real api").ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "", "the same files at another place");
    let _ = project.sh("echo 2 >real/main").ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "api");
    Ok(())
}

/// Line ends and other filters are git's affair.
fn filters_change_no_file(bed: &Bed) -> Outcome {
    let project = shop(bed);
    project.file(".gitattributes", "*.txt text eol=crlf\nDockerfile text eol=crlf\nup filter=up\n");
    project.file("api/dos.txt", "a\nb\n");
    project.file("api/up", "shout");
    let _ = project.sh("git config filter.up.clean 'sed s/LOUD/shout/' && git config filter.up.smudge 'sed s/shout/LOUD/'").ok();
    commit(&project);
    let _ = project.sh("rm api/dos.txt api/up api/Dockerfile && git checkout -q . && grep -q LOUD api/up && grep -q $'\\r' api/Dockerfile").ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "");
    // The time says nothing, and the filtered text is compared.
    let _ = project.sh("touch api/dos.txt api/up api/Dockerfile").ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "");
    project.file("api/up", "LOUDER");
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "api");
    let _ = project.sh("git checkout -q . && printf '# new\\r\\n' >>api/Dockerfile").ok();
    let (names, answer) = affected(&project, &["--base", "HEAD"]);
    assert_eq!(names, "api", "{answer:#}");
    Ok(())
}

fn changed_config_image_by_image(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let plain = "api: {image: a/api, context: api, dockerfile: api/Dockerfile";
    for (old, new, wanted) in [
        (plain, "api: {image: a/api, tag: v2, context: api, dockerfile: api/Dockerfile", "api"),
        (
            plain,
            "api: {build: {docker: {options: {buildArgs: {A: b}}}}, image: a/api, context: api, dockerfile: api/Dockerfile",
            "api",
        ),
        (plain, "api: {image: b/api, context: api, dockerfile: api/Dockerfile", "api"),
        ("  tool:\n", "  new: {image: a/new, dockerfile: web/Dockerfile}\n  tool:\n", "new"),
        ("command: ./build", "command: ./other", "tool"),
        ("'tool/**'", "'tool/**', README", "tool"),
        ("context: base,", "build: {docker: {options: {target: '0'}}}, context: base,", "base api"),
        ("version: v1beta2\n", "# nothing\nversion: v1beta2\n\n", ""),
        (
            "version: v1beta2\n",
            "version: v1beta2\ndeployments:\n- name: k\n  kubectl: {manifests: [k8s]}\n",
            "",
        ),
    ] {
        project.edit("devspace.yaml", old, new);
        let (names, answer) = affected(&project, &["--base", "HEAD"]);
        assert_eq!(names, wanted, "{new}: {answer:#}");
        let _ = project.sh("git checkout -q .").ok();
    }
    // Variables of now; what changes by itself is no change.
    project.edit("devspace.yaml", plain, "api: {image: a/api, tag: '${DEVSPACE_GIT_COMMIT}-${DEVSPACE_RANDOM}-${T}', context: api, dockerfile: api/Dockerfile");
    project.set("T", "t");
    commit(&project);
    project.file("README", "2");
    commit(&project);
    assert_eq!(affected(&project, &["--base", "HEAD~1"]).0, "");
    // A config that was not there, or was wrong.
    let forget =
        "git rm -q --cached devspace.yaml && git -c user.name=a -c user.email=a@b commit -qm f";
    let _ = project.sh(forget).ok();
    let out = project.ds("ds", &["affected", "--base", "HEAD"]).ok();
    assert_eq!(out.out().matches(" the config is new\n").count(), 4, "{out}");
    project.file("devspace.yaml", CONFIG.replace("images:", "imags:"));
    commit(&project);
    project.file("devspace.yaml", CONFIG);
    let out = project.ds("ds", &["affected", "--base", "HEAD"]).ok().says("every image counts");
    assert_eq!(out.out().lines().count(), 4, "{out}");
    Ok(())
}

fn submodules_count_whole(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let lib = project.tmp().join("lib");
    let git = "git -c user.name=a -c user.email=a@b -c protocol.file.allow=always";
    let _ = project
        .sh(&format!(
            "mkdir -p {0} && cd {0} && git init -q . && echo 1 >f && git add -A && {git} commit -qm 1",
            lib.display()
        ))
        .ok();
    let _ = project.sh(&format!("{git} submodule --quiet add {} api/lib", lib.display())).ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "api", "a new one");
    commit(&project);
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "");
    project.file("api/lib/f", "2");
    let (names, answer) = affected(&project, &["--base", "HEAD"]);
    assert_eq!(names, "api", "edited: {answer:#}");
    assert!(answer.to_string().contains("the submodule `api/lib` changed"), "{answer:#}");
    let _ = project.sh(&format!("cd api/lib && {git} commit -qam 2")).ok();
    assert_eq!(affected(&project, &["--base", "HEAD"]).0, "api", "another commit");
    commit(&project);
    assert_eq!(affected(&project, &["--base", "HEAD~1"]).0, "api");
    Ok(())
}

fn project_below_the_checkout(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let _ = project.sh("mkdir sub && git mv devspace.yaml base api web assets tool sub/").ok();
    project.file("outside/Dockerfile", "FROM scratch\nCOPY f /\n");
    project.file("outside/f", "1");
    project.edit(
        "sub/devspace.yaml",
        "  tool:\n",
        "  out: {image: a/out, context: ../outside, dockerfile: ../outside/Dockerfile}\n  tool:\n",
    );
    commit(&project);
    project.file("outside/f", "2");
    project.file("api/main", "not the project's");
    let in_sub =
        |args: &[&str]| project.run("ds").args(args).dir(&project.root().join("sub")).end();
    let out = in_sub(&["affected", "--base", "HEAD"]).ok();
    assert_eq!(out.out(), "out `f` changed\n", "{out}");
    project.file("sub/api/main", "2");
    let out = in_sub(&["affected", "--base", "HEAD", "--image", "api"]).ok();
    assert_eq!(out.out(), "api `main` changed\n", "{out}");
    Ok(())
}

fn matrix_and_codes_for_a_workflow(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let matrix = ["affected", "--base", "HEAD", "--output", "github-matrix"];
    assert_eq!(project.ds("ds", &matrix).ok().out(), "{\"include\":[]}\n");
    let _ = project.ds("ds", &["affected", "--base", "HEAD", "--check"]).ok();
    let _ = project.ds("ds", &["affected", "--base", "HEAD", "--exit-unchanged"]).ends(4);
    project.file("api/main", "2");
    let out = project.ds("ds", &matrix).ok();
    assert_eq!(out.out().lines().count(), 1, "GITHUB_OUTPUT takes one line");
    let wanted = json!({"include": [{"image": "api", "repository": "a/api", "context": "api", "dockerfile": "api/Dockerfile"}]});
    assert_eq!(out.json(), wanted);
    let _ = project.ds("ds", &["affected", "--base", "HEAD", "--check"]).ends(3);
    assert!(!project.root().join(".devspace").exists(), "looking wrote something");
    let _ = project.ds("ds", &["affected"]).fails(2, "--base");
    Ok(())
}

fn revisions_that_are_not_there(bed: &Bed) -> Outcome {
    let project = shop(bed);
    project.file("README", "2");
    commit(&project);
    let _ = project.ds("ds", &["affected", "--base", "nowhere"]).fails(65, "no revision `nowhere`");
    let _ = project.ds("ds", &["affected", "--base", "-x"]).ends(2);
    let zeros = "0".repeat(40);
    assert_eq!(affected(&project, &["--base", &zeros]).0, "base api web tool");
    let _ = project.sh("git clone -q --depth 1 file://$PWD ../tmp/shallow").ok();
    let shallow = project.tmp().join("shallow");
    let out = project.run("ds").args(&["affected", "--base", "HEAD~1"]).dir(&shallow).end();
    let _ = out.fails(65, "HEAD~1").says("fetch-depth: 0");
    let _ = project.sh("cp -R . ../tmp/plain && rm -rf ../tmp/plain/.git").ok();
    let out = project
        .run("ds")
        .args(&["affected", "--base", "HEAD"])
        .dir(&project.tmp().join("plain"))
        .end();
    let _ = out.fails(65, "no git checkout");
    Ok(())
}

/// The example of the whole: `ds key` in a fresh clone of each side decides the same.
fn it_agrees_with_the_keys_of_two_clones(bed: &Bed) -> Outcome {
    let project = shop(bed);
    let _ = project.sh("echo 2 >base/lib/a; git mv web/i.html web/j.html; echo 2 >README").ok();
    commit(&project);
    let keys = |revision: &str| {
        let clone = project.tmp().join(format!("clone-{revision}"));
        let _ = project
            .sh(&format!(
                "git clone -q . {0} && git -C {0} checkout -q {revision} && rm -rf {0}/.git",
                clone.display()
            ))
            .ok();
        ["base", "api", "web", "tool"]
            .map(|image| project.run("ds").args(&["key", image]).dir(&clone).end().ok().out())
    };
    let head = project.sh("git rev-parse HEAD").ok().out();
    let before = project.sh("git rev-parse HEAD~1").ok().out();
    let (old, new) = (keys(before.trim()), keys(head.trim()));
    let differ: Vec<bool> = old.iter().zip(&new).map(|(old, new)| old != new).collect();
    assert_eq!(differ, [true, true, true, false]);
    assert_eq!(affected(&project, &["--base", "HEAD~1"]).0, "base api web");
    Ok(())
}
