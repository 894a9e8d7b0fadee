//! Inputs damaged at random: any answer is right but a panic, a hang, or a code that
//! is not in the table.

use std::time::Duration;

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![story(damaged_inputs_end_in_order), story(thousands_of_damaged_inputs).long()]
}

/// File, and the command that reads it without an engine.
const READERS: &[(&str, &str, &[&str])] = &[
    ("devspace.yaml", "ds-tag", &[]),
    ("Dockerfile", "ds-build", &["key", "app"]),
    (".dockerignore", "ds-build", &["key", "app"]),
    (".devspace/state.json", "ds-tag", &["--dry-run"]),
    ("k8s/pod.yaml", "ds-rewrite", &["--unresolved", "warn", "k8s/pod.yaml"]),
];

const CODES: &[i32] = &[0, 1, 2, 65, 69, 75, 77, 78];

/// Pieces that parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\r",
    b"\t",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b": ",
    b"- ",
    b"'",
    b"\"",
    b"|\n",
    b">+9\n",
    b"&a ",
    b"*a",
    b"<<: ",
    b"!!int ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"#",
    b"---\n",
    b"...\n",
    b"%YAML 9\n",
    b"${",
    b"${A:-${B}}",
    b"$${",
    b"\\",
    b"<<EOF\n",
    b"FROM ",
    b"COPY ",
    b"--from=",
    b"# escape=`\n",
    b"**/",
    b"[a-",
    b"!",
    b"\\u0000",
    b"1e999",
    b"-0",
    b"\xf0\x9f\x98\x80",
    b"image: ",
    b"?",
];

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// One to four cuts, copies or insertions.
fn damage(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let (a, b) = (numbers.below(bytes.len() + 1), numbers.below(bytes.len() + 1));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 40));
        match numbers.below(4) {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(from..from, bytes[from..to].to_vec())),
            2 => bytes.truncate(from.max(bytes.len() / 2)),
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())];
                drop(bytes.splice(from..from, piece.iter().copied()));
            }
        }
    }
    bytes
}

fn rounds(bed: &Bed, rounds: u64) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "mut/app");
    let over = "    tag: v-${KEY}\n    build:\n      docker:\n        options:\n          buildArgs: {A: \"${HOME}\"}\ndev:\n  overrideImages:\n  - name: app\n    entrypoint: [a]\n";
    let config = project.read("devspace.yaml");
    project.file("devspace.yaml", format!("{config}{over}"));
    project.file("Dockerfile", "# syntax=docker/dockerfile:1\nARG V=1\nFROM base/busybox:1 AS one\nENV A=${V:-x} B=\"q\"\nRUN --mount=type=bind,source=a.txt,target=/m cat /m\nCOPY --chown=1:1 a.txt k*s /d/\nFROM one\nCOPY --from=one /d /e\nCOPY <<EOF /h\nx $A\nEOF\nCMD [\"/x\", \"y\"]\n");
    project.file(".dockerignore", "*.log\n!keep\ndir/**/x?[a-c]\n\\#\n");
    project.engine(bed.engine()?);
    let dockerfile = project.read("Dockerfile");
    project.file("Dockerfile", "FROM scratch\nCOPY a.txt /\n");
    let _ = project.ds("ds-build", &[]).ok();
    project.file("Dockerfile", dockerfile);
    let mut numbers = Numbers(rounds);
    for round in 0..rounds {
        for (file, step, args) in READERS {
            let whole = std::fs::read(project.root().join(file)).unwrap();
            let damaged = damage(&whole, &mut numbers);
            project.file(file, &damaged);
            let out = project.ds(step, args);
            let text = String::from_utf8_lossy(&damaged);
            assert!(CODES.contains(&out.code), "round {round}, {file}: {out}\n{text:?}");
            assert!(!out.err().contains("panicked"), "round {round}, {file}: {out}\n{text:?}");
            assert!(out.used < Duration::from_secs(10), "round {round}, {file}: {out}\n{text:?}");
            project.file(file, whole);
        }
    }
    Ok(())
}

fn damaged_inputs_end_in_order(bed: &Bed) -> Outcome {
    rounds(bed, 60)
}

fn thousands_of_damaged_inputs(bed: &Bed) -> Outcome {
    rounds(bed, 3000)
}
