//! What a build reads of its context: our reach, and the graph that BuildKit makes.

use serde_json::{Value, json};
use shared::dockerfile::{BuildArgs, CopySource, Reach, ReachOptions, reach};

use crate::numbers::Numbers;
use crate::oracle::{Oracle, bytes, fault};
use crate::parse;

/// A Dockerfile and what its build is asked for.
#[derive(Debug, Clone)]
pub struct Case {
    pub text: String,
    pub target: Option<&'static str>,
    pub args: Vec<(&'static str, &'static str)>,
}

/// The platform of every case.
const PLATFORM: &str = "linux/arm64";

const BASES: &[&str] = &["scratch", "scratch", "scratch", "base", "a", "b", "$G", "$H", "A"];
const NAMES: &[&str] = &["A", "B", "C", "D", "G", "H", "PATH", "TARGETARCH", "TARGETSTAGE", "é"];
const VALUES: &[&str] = &[
    "x",
    "dir",
    "$A",
    "${B:-y}",
    "\"q $A\"",
    "'$A'",
    "a\\$A",
    "${A#x}",
    "${A%\"r\"}",
    "$C/$D",
    "",
    "${A:+z}",
    "x*",
    "${A/i/\\\\o}",
    "b",
];
const SOURCES: &[&str] = &[
    "x",
    "dir/",
    "$A",
    "$B/x",
    "${C:-d}",
    "*.txt",
    "a/**/b",
    "./p/./q",
    "..",
    "../x",
    "/abs",
    "\"q\"x",
    "[a-c]",
    "x\\*",
    "\\$A",
    "a\\ b",
    "$A$B",
    "${G}",
    "https://h/x",
    "git@h:p.git",
    "git://h/p",
    "ssh://git@h/p",
    "https://h/x.git",
    "http://h/x y",
    "d$TARGETARCH",
    "<<E",
];
const FLAGS: &[&str] = &[
    "",
    "",
    "",
    "",
    "",
    "--chown=1:1 ",
    "--link ",
    "--exclude=*.md ",
    "--exclude=/a ",
    "--exclude=$A ",
    "--exclude=!x --exclude=* ",
    "--parents ",
    "--parents --exclude=q ",
    "--from=a ",
    "--from=0 ",
    "--from=1 ",
    "--from=base ",
    "--from=B ",
    "--parents=false ",
    "--exclude=../x ",
    "--exclude=é ",
];
const MOUNTS: &[&str] = &[
    "source=m,target=/m",
    "type=bind,target=/m",
    "type=bind,source=$A,target=/m",
    "from=a,target=/m",
    "from=base,source=x,target=/m",
    "type=cache,target=/c",
    "type=tmpfs,target=/t",
    "type=secret,id=s",
    "type=ssh",
    "source=../m,dst=/m,rw",
    "type=$D,source=z,target=/m",
    "type=cache,source=k,target=/c",
    "source=/,target=/m",
    "src=\"a b\",target=/m",
    "type=bind,source=u,target=/m,readonly=false",
    "source=*,target=/s",
];

impl Case {
    pub fn random(numbers: &mut Numbers) -> Self {
        let mut text = String::new();
        for _ in 0..numbers.below(3) {
            text += &format!("ARG {}\n", assignment(numbers));
        }
        for _ in 0..=numbers.below(3) {
            text += &format!("FROM {}", numbers.pick(BASES));
            if numbers.once_in(2) {
                text += &format!(" AS {}", numbers.pick(&["a", "b", "C", "a"]));
            }
            text.push('\n');
            for _ in 0..numbers.below(6) {
                if numbers.once_in(8) {
                    text += "ONBUILD ";
                }
                text += &line(numbers);
            }
        }
        let target = match numbers.below(6) {
            0 => Some("a"),
            1 => Some("B"),
            2 => Some("0"),
            _ => None,
        };
        let given = [("A", "given"), ("G", "scratch"), ("TARGETARCH", "odd"), ("H", "b")];
        let args = given.into_iter().filter(|_| numbers.once_in(4)).collect();
        Self { text, target, args }
    }
}

fn assignment(numbers: &mut Numbers) -> String {
    let name = numbers.pick(NAMES);
    let name = match numbers.below(12) {
        0 => format!("${name}"),
        1 => format!("\"{name}\""),
        _ => name.to_owned(),
    };
    format!("{name}={}", numbers.pick(VALUES))
}

fn line(numbers: &mut Numbers) -> String {
    match numbers.below(9) {
        0 => format!("ENV {} {}\n", assignment(numbers), assignment(numbers)),
        1 => format!("ENV {} {}\n", numbers.pick(NAMES), numbers.pick(VALUES)),
        2 => format!("ARG {} {}\n", assignment(numbers), assignment(numbers)),
        3 => format!("ARG {}\n", numbers.pick(NAMES)),
        4 => format!("RUN --mount={} --mount={} x\n", numbers.pick(MOUNTS), numbers.pick(MOUNTS)),
        5 => transfer("ADD", numbers),
        _ => transfer("COPY", numbers),
    }
}

fn transfer(keyword: &str, numbers: &mut Numbers) -> String {
    let flags = if keyword == "COPY" { numbers.pick(FLAGS) } else { "" };
    let mut sources = vec![numbers.pick(SOURCES)];
    if numbers.once_in(3) {
        sources.push(numbers.pick(SOURCES));
    }
    let docs = "text\nE\n".repeat(sources.iter().filter(|source| **source == "<<E").count());
    format!("{keyword} {flags}{} /d/\n{docs}", sources.join(" "))
}

/// What is wrong with our answer: something that BuildKit reads is missing in it.
/// The second text tells how sharp the answer is.
pub fn compare(oracle: &mut Oracle, case: &Case) -> (Option<String>, Option<String>) {
    let args: serde_json::Map<String, Value> =
        case.args.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let theirs = oracle.ask(&json!({
        "kind": "reads", "text": bytes(case.text.as_bytes()), "build_args": args,
        "target": case.target.unwrap_or(""), "platform": PLATFORM,
        "base_env": ["PATH=/bin", "A=of-the-base", "D=of-the-base"],
    }));
    if fault(&theirs).is_some() {
        // What cannot be built has no inputs.
        return (None, None);
    }
    let file = match parse::ours(case.text.as_bytes()) {
        Ok(file) => file,
        Err(error) => return (Some(format!("only we refuse it: {error}")), None),
    };
    let build_args: BuildArgs =
        case.args.iter().map(|(n, v)| ((*n).to_owned(), Some((*v).to_owned()))).collect();
    let options =
        ReachOptions { target: case.target, build_args: &build_args, platform: Some(PLATFORM) };
    let found = match reach(&file, &options) {
        Ok(Reach::Narrow(found)) => found,
        Ok(Reach::Whole { .. }) => return (None, Some("the whole context".to_owned())),
        Err(error) => return (Some(format!("only we refuse it: {error}")), None),
    };
    let empty = Vec::new();
    let sources = theirs["sources"].as_array().unwrap_or(&empty);
    let missing = sources.iter().find(|source| !found.iter().any(|ours| covers(ours, source)));
    let more = found.iter().find(|ours| !sources.iter().any(|source| covers(ours, source)));
    let missing = missing.map(|source| format!("BuildKit reads {source}; ds only {found:?}"));
    let kind = if more.is_some() { "a source that BuildKit does not read" } else { "the same" };
    (missing, Some(kind.to_owned()))
}

/// Whether a source of ours takes all that one of BuildKit's does.
fn covers(ours: &CopySource, theirs: &Value) -> bool {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let path = theirs["path"].as_str().unwrap_or("").trim_matches('/');
    let path = if path.is_empty() { "." } else { path };
    let stars = |pattern: &str| pattern.replace("***", "*").replace("**", "*");
    let includes: Vec<&str> =
        theirs["includes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let excludes: Vec<&str> =
        theirs["excludes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let only: Vec<String> = ours.only.iter().map(|only| text(only)).collect();
    let mine: Vec<String> = ours.excludes.iter().map(|pattern| text(pattern)).collect();
    stars(&text(&ours.pattern)) == stars(path)
        && theirs["wildcard"] == ours.wildcard
        && (only.is_empty() || only == includes)
        && (mine.is_empty() || mine == excludes)
}
