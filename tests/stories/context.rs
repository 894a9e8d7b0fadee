//! What a builder gets to see of odd folders, and disks and pipes that end early.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use suite::{Bed, Outcome, Project, Story, Tap, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(binary_files_and_names_that_are_not_utf8),
        story(ignored_files_stay_at_home),
        story(links_modes_and_empty_folders),
        story(state_on_a_full_disk),
        story(results_on_a_full_disk),
        story(reader_who_leaves_early),
        story(file_growing_while_it_is_sent),
        story(buildkit_is_sent_what_changed),
        story(folders_a_thousand_deep),
        story(sockets_pipes_and_devices),
        story(links_that_lead_round),
        story(odd_names_in_copy),
        story(files_vanishing_while_they_are_sent),
        story(half_a_gigabyte_in_little_memory).long().serial(),
    ]
}

const BUILDERS: [&str; 2] = ["classic", "buildkit"];

fn binary_files_and_names_that_are_not_utf8(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("bin{}/app", bed.unique()));
        project.file("Dockerfile", "FROM scratch\nCOPY d /d\n");
        project.file("d/binary", &bytes);
        fs::write(project.root().join("d").join(OsStr::from_bytes(b"caf\xe9 \n x")), "odd")
            .unwrap();
        project.file(&format!("d/{}", "long".repeat(50)), "long");
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        assert_eq!(engine.file(&id, "/d/binary"), bytes, "{builder}");
        let paths = engine.paths(&id);
        assert!(paths.iter().any(|path| path.contains(r"caf\351")), "{builder}: {paths:?}");
        assert!(paths.iter().any(|path| path.contains("longlong")), "{builder}: {paths:?}");
        let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
        let _ = project.ds("ds-build", &["key", "app", "--list"]).ok();
    }
    Ok(())
}

fn ignored_files_stay_at_home(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("ign{}/app", bed.unique()));
        project.file("Dockerfile", "FROM scratch\nCOPY . /c/\n");
        project.file(
            ".dockerignore",
            "# no comment\n*\n!keep\n!deep/**/*.txt\nkeep/not\nDockerfile\n",
        );
        for path in ["keep/a", "keep/not", "deep/x/y/z.txt", "deep/x/y/z.bin", "secret.pem", ".env"]
        {
            project.file(path, path);
        }
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let mut files = engine.paths(&project.card("app", "/build/artifact/id"));
        files.retain(|path| path.starts_with("c/") && !path.ends_with('/'));
        files.sort();
        assert_eq!(files, ["c/deep/x/y/z.txt", "c/keep/a"], "{builder}");
    }
    Ok(())
}

fn links_modes_and_empty_folders(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("lnk{}/app", bed.unique()));
        project.file(
            "Dockerfile",
            "FROM base/busybox:1\nCOPY . /c/\nRUN cd /c && ls -l . >/ls && find . >/find\n",
        );
        let _ = project.sh("mkdir empty; ln -s a.txt good; ln -s nowhere broken; ln -s /etc out; ln -s . loop; echo x >run; chmod 755 run").ok();
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        let text = String::from_utf8(engine.file(&id, "/ls")).unwrap();
        for pattern in [
            "(?m)^drwx.* empty$",
            "good -> a.txt",
            "broken -> nowhere",
            "out -> /etc",
            "loop -> \\.",
            "(?m)^-rwxr-xr-x.* run$",
        ] {
            assert!(
                regex::Regex::new(pattern).unwrap().is_match(&text),
                "{builder}: {pattern}: {text}"
            );
        }
        let found = String::from_utf8(engine.file(&id, "/find")).unwrap();
        assert!(!found.contains(".devspace"), "{builder}: {found}");
    }
    Ok(())
}

fn state_on_a_full_disk(bed: &Bed) -> Outcome {
    let disk = bed.small_disk("64k")?;
    let project = Project::small(bed, bed.engine()?, "full/app");
    let state = disk.join("state.json");
    let state = state.to_str().unwrap();
    let _ = project.ds("ds-build", &["--state", state]).ok();
    let before = fs::read(state).unwrap();
    let _ =
        project.sh(&format!("dd if=/dev/zero of={}/fill bs=1k 2>/dev/null; true", disk.display()));
    let out = project.ds("ds-tag", &["--state", state]).fails(1, r"(?i)no space|full|state\.json");
    assert_eq!(out.out(), "", "{out}");
    assert!(fs::read(state).unwrap() == before, "the state was touched");
    fs::remove_file(disk.join("fill")).unwrap();
    let _ = project.ds("ds-tag", &["--state", state]).ok();
    Ok(())
}

fn results_on_a_full_disk(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "full2/app");
    let disk = bed.small_disk("16k")?;
    let fill = disk.join("fill");
    let _ = project.sh(&format!("dd if=/dev/zero of={} bs=1k 2>/dev/null; true", fill.display()));
    let depfile = disk.join("d").display().to_string();
    let _ = project.ds("ds-build", &["--depfile", &depfile]).ends(1).says(&depfile);
    for line in ["ds-build", "ds-tag", "ds-rewrite k8s", "ds-build --state - </dev/null"] {
        let _ =
            project.sh(&format!("{line} >/dev/full")).fails(1, "(?i)stdout|standard output|write");
    }
    Ok(())
}

fn reader_who_leaves_early(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "early/app");
    let _ = project.sh("ds-build && ds-tag").ok();
    let pod = project.read("k8s/pod.yaml");
    project.file("big.yaml", vec![pod; 5000].join("---\n"));
    assert!(project.ds("ds-rewrite", &["big.yaml"]).ok().stdout.len() > 500_000);
    for line in [
        "ds-rewrite big.yaml",
        "ds-build key app --list",
        "ds --help",
        "ds-rewrite --list big.yaml",
    ] {
        let out = project.sh(&format!(
            "set +o pipefail; {line} | head -c 10 >/dev/null; echo ${{PIPESTATUS[0]}}"
        ));
        let code = out.out();
        assert!(["0", "141"].contains(&code.trim()), "{line}: {out}");
        assert!(!out.err().contains("panicked"), "{out}");
    }
    Ok(())
}

fn file_growing_while_it_is_sent(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "grow/app");
    let _ = project.sh("head -c 200000 /dev/zero >a.txt").ok();
    let grow = "while :; do head -c 1000 /dev/zero >>a.txt; done & w=$!";
    let out =
        project.sh(&format!("{grow}; ds-build; rc=$?; kill $w; wait $w 2>/dev/null; exit $rc"));
    // Either it was quick enough to see one state of the file, or it says so: never a torn image.
    assert!([0, 1, 75].contains(&out.code), "{out}");
    if out.code == 0 {
        let size = bed.engine()?.file(&project.card("app", "/build/artifact/id"), "/a.txt").len();
        assert!(size >= 200_000, "{size}");
    } else {
        let _ = out.says(r"a\.txt");
    }
    Ok(())
}

/// And never less: changes that leave the size alone, there and back again.
fn buildkit_is_sent_what_changed(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let tap = Tap::start(bed.folder("tap").join("s"), engine.socket());
    let project = Project::small(bed, engine, "less/app");
    project.set("DOCKER_HOST", &tap.host());
    project.set("DOCKER_BUILDKIT", "1");
    project.file("Dockerfile", "FROM scratch\nCOPY d /d\n");
    let _ = project.sh("mkdir d; head -c 3000000 /dev/urandom >d/large; ln -s large d/link").ok();
    let build = |what: &str, most: usize| {
        tap.bytes();
        let out = project.ds("ds-build", &["--exit-unchanged"]).ok();
        let bytes = tap.bytes();
        assert!(bytes < most, "{what}: {bytes} bytes were sent: {out}");
        assert!(most < 3_000_000 || bytes > 3_000_000, "{what}: only {bytes} bytes were sent");
        let id = project.card("app", "/build/artifact/id");
        let small = engine.file(&id, "/d/small");
        assert_eq!(small, fs::read(project.root().join("d/small")).unwrap(), "{what}");
        assert_eq!(engine.file(&id, "/d/large").len(), 3_000_000, "{what}");
        engine.paths(&id)
    };
    project.file("d/small", "one");
    build("the first", 4_000_000);
    for text in ["two", "one", "two", "six"] {
        project.file("d/small", text);
        build(text, 100_000);
    }
    let _ = project.sh("touch -d 2001-01-01 d/*; printf ten >d/small; ln -sfn small d/link").ok();
    build("a link of the same length", 100_000);
    let _ = project.sh("printf old >d/gone").ok();
    assert!(build("one more", 100_000).contains(&"d/gone".to_owned()));
    let _ = project.sh("rm d/gone").ok();
    assert!(!build("one less", 100_000).contains(&"d/gone".to_owned()));
    let _ = project.sh("rm -r .devspace/cache; printf 234 >d/small").ok();
    build("without the note", 4_000_000);
    // A note of long ago, as a CI's cache may bring it back.
    let _ = project.sh("cp -a .devspace/cache old; printf 567 >d/small").ok();
    build("one later", 100_000);
    let _ = project.sh("rm -r .devspace/cache; mv old .devspace/cache; printf 890 >d/small").ok();
    build("with an old note", 100_000);
    Ok(())
}

fn folders_a_thousand_deep(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("wells{}/app", bed.unique()));
        project.file("Dockerfile", "FROM scratch\nCOPY . /\n");
        let _ = project
            .sh("deep=$(printf 'd/%.0s' $(seq 1000)); mkdir -p $deep && echo deep >${deep}f")
            .ok();
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let paths = engine.paths(&project.card("app", "/build/artifact/id"));
        let file = format!("{}f", "d/".repeat(1000));
        assert!(paths.contains(&file), "{builder}: {} paths", paths.len());
        let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
        let _ = project.sh("rm -rf d").ok();
    }
    Ok(())
}

/// What docker's own builders do with them differs; ours leave them out, and it is said.
fn sockets_pipes_and_devices(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("odd{}/app", bed.unique()));
        project.file("Dockerfile", "FROM scratch\nCOPY . /c/\n");
        let _ = project.sh("mkfifo pipe; mknod null c 1 3").ok();
        let _socket =
            std::os::unix::net::UnixListener::bind(project.root().join("socket")).unwrap();
        let said =
            "sockets, pipes and devices are no part of the context: `null`, `pipe`, `socket`";
        let _ = project.ds("ds-build", &["--builder", builder]).ok().says(said);
        let paths = engine.paths(&project.card("app", "/build/artifact/id"));
        assert!(paths.contains(&"c/a.txt".to_owned()), "{builder}: {paths:?}");
        for odd in ["null", "pipe", "socket"] {
            assert!(!paths.contains(&format!("c/{odd}")), "{builder}: {paths:?}");
        }
        // A COPY of one alone finds nothing, as with docker: the build fails, nothing hangs.
        project.file("Dockerfile", "FROM scratch\nCOPY pipe /c/\n");
        let _ = project.ds("ds-build", &["--builder", builder]).fails(1, "pipe");
    }
    Ok(())
}

/// Links round in a circle are links like others; one that is copied itself is docker's to refuse.
fn links_that_lead_round(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("loop{}/app", bed.unique()));
        project.file("Dockerfile", "FROM scratch\nCOPY . /c/\n");
        let _ = project.sh("ln -s self self; ln -s b a; ln -s a b; mkdir d; ln -s .. d/up").ok();
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let paths = engine.paths(&project.card("app", "/build/artifact/id"));
        for link in ["c/self", "c/a", "c/b", "c/d/up"] {
            assert!(paths.contains(&link.to_owned()), "{builder}: {link}: {paths:?}");
        }
        let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
        for source in ["self", "a/x", "d/up/d/up/self"] {
            project.file("Dockerfile", format!("FROM scratch\nCOPY {source} /c/\n"));
            let _ = project.ds("ds-build", &["key", "app"]).ok();
            let _ =
                project.ds("ds-build", &["--builder", builder]).fails(1, "(?i)link|path|not found");
        }
        // Through a link that leads somewhere; not through one to the root, which BuildKit
        // does not find its way back from.
        let _ = project.sh("mkdir e; cp a.txt e; ln -s ../e d/side").ok();
        project.file("Dockerfile", "FROM scratch\nCOPY d/side/a.txt /c/\n");
        let _ = project.ds("ds-build", &["--builder", builder]).ok();
        let id = project.card("app", "/build/artifact/id");
        assert_eq!(engine.file(&id, "/c/a.txt"), project.read("a.txt").as_bytes(), "{builder}");
        project.file("e/a.txt", "changed");
        let _ = project.ds("ds-build", &["--check"]).ends(3);
    }
    Ok(())
}

/// What stands in a Dockerfile reaches files with any name that it can write.
fn odd_names_in_copy(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let names: &[(&str, &str)] = &[
        ("new\nline", r#"["new\nline", "/c/"]"#),
        ("sp ace", r#"["sp ace", "/c/"]"#),
        (" lead", r#"[" lead", "/c/"]"#),
        ("trail ", r#"["trail ", "/c/"]"#),
        ("back\\slash", r#"["back\\\\slash", "/c/"]"#),
        ("quo\"te'", r#"["quo\\\"te\\'", "/c/"]"#),
        ("dol$lar", r#"["dol\\$lar", "/c/"]"#),
        ("tab\there", r#"["tab\there", "/c/"]"#),
        ("日本", "日本 /c/"),
        ("-dash", "-- -dash /c/"),
        ("#hash", "#hash /c/"),
        ("a,b=c", "a,b=c /c/"),
        ("st*r", "st[*]r /c/"),
        ("[br]", "[[]br] /c/"),
    ];
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("names{}/app", bed.unique()));
        for (name, arguments) in names {
            // docker 20.10 sends what COPY names in a header, where no newline may stand.
            if builder == "buildkit" && name.contains('\n') {
                continue;
            }
            project.file(name, name);
            project.file("Dockerfile", format!("FROM scratch\nCOPY {arguments}\n"));
            let _ = project.ds("ds-build", &["--builder", builder]).ok();
            let id = project.card("app", "/build/artifact/id");
            assert_eq!(engine.file(&id, &format!("/c/{name}")), name.as_bytes(), "{builder}");
            let list = project.ds("ds-build", &["key", "app", "--list"]).ok().out();
            let files = list.lines().filter(|line| line.starts_with("file\t")).count();
            assert_eq!(files, 1, "{builder}: {name:?}: {list}");
            project.file(name, "changed");
            let _ = project.ds("ds-build", &["--check"]).ends(3);
        }
    }
    Ok(())
}

/// Removed, or replaced, while ds reads: the image is of one state, or there is none.
fn files_vanishing_while_they_are_sent(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    for builder in BUILDERS {
        let project = Project::small(bed, engine, &format!("gone{}/app", bed.unique()));
        project.file("Dockerfile", "FROM scratch\nCOPY d /d\n");
        let _ =
            project.sh("mkdir d; for n in $(seq 400); do head -c 20000 /dev/zero >d/$n; done").ok();
        let churn = "while :; do for n in $(seq 1 7 400); do rm -f d/$n; echo $RANDOM >d/$n; done; done & w=$!";
        let line = format!(
            "{churn}; ds-build --builder {builder}; rc=$?; kill $w; wait $w 2>/dev/null; exit $rc"
        );
        let out = project.sh(&line);
        // 75: it changed, try again; 1: the builder noticed first.
        assert!([0, 1, 75].contains(&out.code), "{builder}: {out}");
        if out.code == 0 {
            let id = project.card("app", "/build/artifact/id");
            assert_eq!(engine.paths(&id).iter().filter(|p| !p.ends_with('/')).count(), 400);
        } else {
            let _ = out.says(r"d/\d+|changed|vanished");
            assert!(!project.root().join(".devspace/state.json").exists(), "{builder}: a card");
        }
    }
    Ok(())
}

/// What is sent is streamed: a large context takes no large memory.
fn half_a_gigabyte_in_little_memory(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "large/app");
    project.file("Dockerfile", "FROM scratch\nCOPY a.txt /\n");
    let _ = project.sh("truncate -s 500M a.txt").ok();
    for builder in BUILDERS {
        let out = project
            .sh(&format!("/usr/bin/time -f %M -o peak ds-build --force --builder {builder}"));
        let _ = out.ok();
        let kib: u64 = project.read("peak").trim().parse().unwrap();
        assert!(kib < 150_000, "{builder}: {kib} KiB");
    }
    Ok(())
}
