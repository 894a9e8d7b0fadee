//! Other names for images from outside, put into the text.
//!
//! So an image of the config is built from the very build of another one, whatever
//! tag its Dockerfile names. Bytes in, bytes out: only the names change.

use std::ops::Range;

use super::error::Error;
use super::instruction::{Body, Dockerfile, Instruction};
use super::stages::{Base, Origin, ReachOptions, Stages};

/// The Dockerfile with other names for images of FROM, COPY `--from` and mount
/// `from` in the stages really built, and of `# syntax=`; `new_name` gets the expanded
/// name. A name that is put together from variables is replaced whole.
pub fn with_images(
    bytes: &[u8],
    file: &Dockerfile,
    options: &ReachOptions<'_>,
    new_name: impl Fn(&str) -> Option<String>,
) -> Result<Vec<u8>, Error> {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    if let Some(name) = file.syntax()
        && let Some(new) = new_name(name)
    {
        edits.extend(frontend(bytes, file, name).map(|range| (range, new)));
    }
    if file.foreign_frontend(options.build_args).is_some() {
        return Ok(splice(bytes, &edits));
    }
    let stages = Stages::resolve(file, options)?;
    for index in stages.needed(file)? {
        let stage = &stages.list[index];
        let from = &file.instructions[stage.from];
        if let (Base::Image(name), Body::From(body)) = (&stage.base, &from.body)
            && let Some(new) = new_name(name)
        {
            edits.extend(word(bytes, from, &body.base).map(|range| (range, new)));
        }
        for instruction in &file.instructions[stage.body.clone()] {
            for origin in stages.origins(instruction) {
                let Origin::Image(name) = origin else { continue };
                let Some(new) = new_name(&name) else { continue };
                let ranges = values(bytes, instruction, &name);
                edits.extend(ranges.into_iter().map(|range| (range, new.clone())));
            }
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    edits.dedup();
    Ok(splice(bytes, &edits))
}

fn splice(bytes: &[u8], edits: &[(Range<usize>, String)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut end = 0;
    for (range, new) in edits {
        out.extend_from_slice(&bytes[end..range.start]);
        out.extend_from_slice(new.as_bytes());
        end = range.end;
    }
    out.extend_from_slice(&bytes[end..]);
    out
}

/// Where the name of `# syntax=NAME` stands.
fn frontend(bytes: &[u8], file: &Dockerfile, name: &str) -> Option<Range<usize>> {
    let directive = file.directives.iter().find(|directive| directive.name == "syntax")?;
    let mut lines = bytes.split_inclusive(|&byte| byte == b'\n');
    let before: usize = lines.by_ref().take(directive.line - 1).map(<[u8]>::len).sum();
    let line = lines.next()?;
    // BuildKit also takes `{"syntax": "NAME"}`.
    let value = memchr::memchr(b'=', line).map_or(0, |at| at + 1);
    let at = before + value + memchr::memmem::find(&line[value..], name.as_bytes())?;
    Some(at..at + name.len())
}

/// Where a word stands between blanks in an instruction, after its keyword.
fn word(bytes: &[u8], instruction: &Instruction, word: &str) -> Option<Range<usize>> {
    let start = instruction.span.start;
    let text = &bytes[instruction.span.clone()];
    let blank = |at: Option<&u8>| at.is_none_or(u8::is_ascii_whitespace);
    memchr::memmem::find_iter(text, word.as_bytes())
        .find(|&at| at > 0 && blank(text.get(at - 1)) && blank(text.get(at + word.len())))
        .map(|at| start + at..start + at + word.len())
}

/// Where `from=NAME` stands as the value of a flag or of a mount's field.
fn values(bytes: &[u8], instruction: &Instruction, name: &str) -> Vec<Range<usize>> {
    const KEY: &str = "from=";
    let start = instruction.span.start;
    let text = &bytes[instruction.span.clone()];
    let text = &text[..flags_end(text)];
    let ends = |at: Option<&u8>| at.is_none_or(|&b| b.is_ascii_whitespace() || b == b',');
    memchr::memmem::find_iter(text, format!("{KEY}{name}").as_bytes())
        .filter(|&at| at > 0 && matches!(text[at - 1], b'-' | b',' | b'=' | b'"'))
        .map(|at| at + KEY.len()..at + KEY.len() + name.len())
        .filter(|range| ends(text.get(range.end)) || text.get(range.end) == Some(&b'"'))
        .map(|range| start + range.start..start + range.end)
        .collect()
}

/// Where the flags after the keyword end, continued lines and comments between them included.
fn flags_end(text: &[u8]) -> usize {
    let blank = |at: usize| text.get(at).is_none_or(u8::is_ascii_whitespace);
    let skip = |mut at: usize, stop: &dyn Fn(usize) -> bool| {
        while at < text.len() && !stop(at) {
            at += 1;
        }
        at
    };
    let mut end = skip(0, &blank);
    loop {
        let start = skip(end, &|at| !blank(at));
        let next = skip(start, &blank);
        end = match &text[start..next] {
            flag if flag.starts_with(b"--") => next,
            b"\\" | b"`" => next,
            comment if comment.starts_with(b"#") => skip(start, &|at| text[at] == b'\n'),
            _ => return end,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BuildArgs, parse};
    use super::*;

    fn renamed(text: &str, target: Option<&str>) -> String {
        let file = parse(text.as_bytes(), "Dockerfile").unwrap();
        let build_args = BuildArgs::from([("GIVEN".into(), Some("me/base".into()))]);
        let options = ReachOptions { target, build_args: &build_args, platform: None };
        let new = |name: &str| name.starts_with("me/base").then(|| "me/base:key".to_owned());
        String::from_utf8(with_images(text.as_bytes(), &file, &options, new).unwrap()).unwrap()
    }

    #[test]
    fn names_from_outside_are_replaced_and_nothing_else() {
        for (text, wanted) in [
            ("FROM me/base\nRUN me/base\n", "FROM me/base:key\nRUN me/base\n"),
            ("FROM --platform=$X me/base:1 AS me\n", "FROM --platform=$X me/base:key AS me\n"),
            ("FROM \\\n # c\n me/base\n", "FROM \\\n # c\n me/base:key\n"),
            ("ARG B=me/base\nFROM ${B}:x\n", "ARG B=me/base\nFROM me/base:key\n"),
            ("ARG GIVEN\nFROM $GIVEN\n", "ARG GIVEN\nFROM me/base:key\n"),
            (
                "FROM scratch\nCOPY --from=me/base /a /b\n",
                "FROM scratch\nCOPY --from=me/base:key /a /b\n",
            ),
            (
                "FROM x\nRUN --mount=type=bind,from=me/base,target=/t cp --from=me/base /t /\n",
                "FROM x\nRUN --mount=type=bind,from=me/base:key,target=/t cp --from=me/base /t /\n",
            ),
            (
                "FROM x\nRUN --network=none \\\n # c\n  --mount=from=me/base,target=/t true\n",
                "FROM x\nRUN --network=none \\\n # c\n  --mount=from=me/base:key,target=/t true\n",
            ),
            ("FROM other AS me/base\n", "FROM other AS me/base\n"),
            (
                "# escape=\\\n#  Syntax =  me/base  \nFROM me/base\n",
                "# escape=\\\n#  Syntax =  me/base:key  \nFROM me/base\n",
            ),
            (
                "# syntax=docker/dockerfile:1\nFROM me/base\n",
                "# syntax=docker/dockerfile:1\nFROM me/base:key\n",
            ),
        ] {
            // A stage's name may not hold a slash: such a file is refused, not renamed.
            if parse(text.as_bytes(), "Dockerfile").is_ok() {
                assert_eq!(renamed(text, None), wanted, "{text}");
            }
        }
    }

    #[test]
    fn stages_that_are_not_built_stay_as_they_are() {
        let text = "FROM me/base AS a\nFROM scratch AS b\n";
        assert_eq!(renamed(text, Some("b")), text);
    }
}
