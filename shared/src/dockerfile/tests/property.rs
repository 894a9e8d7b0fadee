//! What holds for any input: no panic, spans in order, time in proportion.

use std::time::Duration;

use proptest::prelude::*;

use crate::dockerfile::expand::Expander;
use crate::dockerfile::scope::BuildArgs;
use crate::dockerfile::{
    Body, Instruction, exposed_ports, image_uses, parse, reach, with_entrypoint,
};

use super::options;
use crate::util::spent::spent;

/// Pieces of Dockerfiles in any order, so that the deeper rules are reached.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "FROM a AS b\n",
        "FROM b\n",
        "FROM scratch\n",
        "ARG X=1\n",
        "ENV Y=$X Z=${X:-2}\n",
        "COPY a b ",
        "COPY --from=b x y\n",
        "COPY <<E /x\n",
        "E\n",
        "RUN <<-'F' cat\n",
        "\tF\n",
        "RUN --mount=",
        "source=$X,target=/y ",
        "ONBUILD ",
        "ADD http://x y\n",
        "\\\n",
        "`\n",
        "# escape=`\n",
        "# syntax=docker/dockerfile:1\n",
        "# c\n",
        "\n",
        "\r\n",
        "\"",
        "'",
        "${",
        "}",
        "$",
        "--exclude=*.md ",
        "--parents ",
        "CMD [\"a\", ",
        "]\n",
        "HEALTHCHECK CMD x\n",
        "EXPOSE 80-90\n",
        "é",
        "\u{feff}",
        "\0",
        " ",
        "/./",
        "**",
        "LABEL a=b\n",
        "<<",
        "${X%%a*}",
        "${X/b/c}",
    ]);
    prop::collection::vec(scrap, 0..40).prop_map(|scraps| scraps.concat())
}

fn run_everything(bytes: &[u8]) {
    let args = BuildArgs::new();
    let options = options(None, &args, Some("linux/amd64"));
    let Ok(file) = parse(bytes, "f") else { return };
    let _ = file.check_known();
    let _ = reach(&file, &options);
    let _ = image_uses(&file, &options);
    let _ = exposed_ports(&file);
    check_spans(bytes, &file);
    check_override(bytes, &file);
}

/// Instructions stand in order, and between them is nothing but blank lines and comments.
fn check_spans(bytes: &[u8], file: &crate::dockerfile::Dockerfile) {
    let mut at = 0;
    let mut line = 0;
    for instruction in &file.instructions {
        assert!(instruction.span.start >= at && instruction.span.end > instruction.span.start);
        assert!(instruction.line > line && instruction.end_line >= instruction.line);
        check_gap(&bytes[at..instruction.span.start]);
        at = instruction.span.end;
        line = instruction.end_line;
    }
    if file.foreign().is_none() {
        check_gap(&bytes[at..]);
    }
}

fn check_gap(gap: &[u8]) {
    let text = String::from_utf8_lossy(gap);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim();
        assert!(line.is_empty() || line.starts_with('#'), "{line:?} belongs to no instruction");
    }
}

fn check_override(bytes: &[u8], file: &crate::dockerfile::Dockerfile) {
    // An escape character alone at the end is an instruction without a name, and goes.
    if file.instructions.iter().any(|instruction| instruction.keyword.is_empty()) {
        return;
    }
    // A carriage return before a dangling escape character becomes part of a line break.
    if file.instructions.last().is_some_and(|last| last.text.ends_with('\r')) {
        return;
    }
    let entry = ["e\\".to_owned()];
    let Ok(out) = with_entrypoint(bytes, "f", None, &BuildArgs::new(), Some(&entry), None) else {
        return;
    };
    let after = parse(&out, "f").unwrap();
    let count = file.instructions.len();
    assert_eq!(after.instructions.len(), count + 2);
    for (old, new) in file.instructions.iter().zip(&after.instructions) {
        assert_eq!(bare(old), bare(new));
    }
}

/// An instruction without its bytes and last line: a dangling escape character is taken
/// away, and blanks in front of it then end the line.
fn bare(instruction: &Instruction) -> Instruction {
    let body = match &instruction.body {
        Body::Onbuild(inner) => Body::Onbuild(Box::new(bare(inner))),
        body => body.clone(),
    };
    let text = instruction.text.trim_end().to_owned();
    Instruction { body, text, span: 0..0, end_line: 0, ..instruction.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        run_everything(&bytes);
        let mut behind = b"FROM a\n".to_vec();
        behind.extend(&bytes);
        run_everything(&behind);
    }

    #[test]
    fn any_scraps_do_no_harm(text in scraps()) {
        run_everything(text.as_bytes());
        run_everything(format!("FROM a\n{text}").as_bytes());
    }

    #[test]
    fn any_word_expands_or_fails(word in "[${}:#%/?+*a-c\\\\'\" -]{0,40}", value in "[a-c/*]{0,8}") {
        let values = |name: &str| (name != "c").then(|| value.clone());
        for escape in ['\\', '`'] {
            let _ = Expander::new(escape).expand(&word, &values);
        }
    }

    #[test]
    fn a_quoted_value_comes_back(text in "[a-z$\" \\\\]{0,20}") {
        let word = format!("'{text}'");
        prop_assert_eq!(Expander::new('\\').word(&word, &|_| None).unwrap(), text);
    }
}

/// A megabyte takes no more than seconds even unoptimised; squared it would take hours.
#[test]
fn a_megabyte_of_anything_takes_time_in_proportion() {
    let fill = |unit: &str| unit.repeat((1 << 20) / unit.len());
    let heredocs = fill("RUN <<E\nx\nE\n");
    let inputs = [
        ("lines", format!("FROM a\n{}", fill("RUN x\n"))),
        ("continuations", format!("FROM a\nRUN x \\\n{}", fill("y \\\n"))),
        ("blank continuations", format!("FROM a\nRUN x \\\n{}", fill("\n"))),
        ("comments", format!("FROM a\n{}", fill("# x\n"))),
        ("heredocs", format!("FROM a\n{heredocs}")),
        ("a long heredoc", format!("FROM a\nRUN <<E\n{}E\n", fill("x\n"))),
        ("environment", format!("FROM a\n{}", fill("ENV A=$A B=\"x y\"\n"))),
        ("words", format!("FROM a\nCOPY \\\n{}/x\n", fill("a$X \\\n"))),
        ("pairs", format!("FROM a\nENV \\\n{}b=c\n", fill("a=\"$b c\" \\\n"))),
        ("quotes", format!("FROM a\nCOPY \\\n{}\n", fill("\"' \\\n"))),
        ("braces", format!("FROM a\nCOPY \\\n{} /x\n", fill("${a:-\\\n"))),
        ("flags", format!("FROM a\nCOPY \\\n{}a b\n", fill("--exclude=x \\\n"))),
        ("mounts", format!("FROM a\nRUN \\\n{}a\n", fill("--mount=source=a \\\n"))),
        ("openings", format!("FROM a\nRUN \\\n{}\n", fill("<<A \\\n"))),
        ("json", format!("FROM a\nCMD [ \\\n{}\"\"]\n", fill("\"a\", \\\n"))),
        ("stages", format!("FROM a AS x\n{}", fill("FROM x\nCOPY --from=x a b\n"))),
        ("no line end", "x".repeat(1 << 20)),
    ];
    for (name, input) in &inputs {
        let start = spent();
        run_everything(input.as_bytes());
        let took = spent() - start;
        assert!(took < Duration::from_secs(20), "{name} took {took:?}");
    }
}
