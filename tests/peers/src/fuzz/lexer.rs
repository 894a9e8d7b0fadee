//! Dockerfiles: spans in order and inside the file, and texts that we change are still ours.

use std::fmt::Write;

use shared::dockerfile::{
    BuildArgs, Dockerfile, ReachOptions, diff, exposed_ports, image_uses, leaves_triggers, parse,
    reach, with_entrypoint, with_images,
};

use super::{Target, kind_of};
use crate::numbers::Numbers;
use crate::texts;

pub struct Lexer;

impl Target for Lexer {
    fn fresh(&self, numbers: &mut Numbers) -> Vec<u8> {
        texts::dockerfile(numbers)
    }

    fn judge(&mut self, input: &[u8]) -> Result<String, String> {
        let lines = input.iter().filter(|byte| **byte == b'\n').count() + 1;
        let file = match parse(input, "f") {
            Ok(file) => file,
            Err(error) => {
                let place = &error.place;
                if place.line == 0 || place.line > lines || place.column == 0 {
                    return Err(format!("an error at a place that is not there: {error}"));
                }
                return Ok(kind_of(&error.kind));
            }
        };
        in_order(input, &file, lines)?;
        if diff(input, input).is_some_and(|edits| !edits.is_empty()) {
            return Err("it differs from itself".to_owned());
        }
        let args = BuildArgs::from([("A".to_owned(), Some("a".to_owned()))]);
        let mut answer = shape(&file);
        for target in [None, Some("0"), Some("a")] {
            let options = ReachOptions { target, build_args: &args, platform: Some("linux/arm64") };
            asked(input, &file, &options, &mut answer)?;
        }
        let _ = (file.check_known().is_ok(), exposed_ports(&file).len());
        Ok(answer)
    }
}

fn in_order(input: &[u8], file: &Dockerfile, lines: usize) -> Result<(), String> {
    let (mut end, mut line) = (0, 0);
    for one in &file.instructions {
        let wrong = one.span.start < end
            || one.span.end < one.span.start
            || one.span.end > input.len()
            || one.line <= line
            || one.end_line < one.line
            || one.end_line > lines
            || one.column == 0;
        if wrong {
            return Err(format!("out of order after {end}, line {line}: {one:?}"));
        }
        (end, line) = (one.span.end, one.end_line);
    }
    Ok(())
}

/// All that is asked of a Dockerfile before a build.
fn asked(
    input: &[u8],
    file: &Dockerfile,
    options: &ReachOptions<'_>,
    answer: &mut String,
) -> Result<(), String> {
    let reached = match reach(file, options) {
        Ok(shared::dockerfile::Reach::Whole { .. }) => "whole".to_owned(),
        Ok(shared::dockerfile::Reach::Narrow(sources)) => format!("{}", sources.len()),
        Err(error) => kind_of(&error.kind),
    };
    let _ = write!(answer, " {reached}");
    let _ = leaves_triggers(file, options);
    let uses = image_uses(file, options);
    let _ = write!(answer, " {}", uses.as_ref().map_or(0, Vec::len));
    // Of a file that every builder refuses, or a syntax of others, nothing more is asked.
    if file.check_known().is_err() || file.foreign().is_some() {
        return Ok(());
    }
    let words = ["a \"b\"".to_owned(), "$c".to_owned()];
    if let Ok(bytes) =
        with_entrypoint(input, "f", options.target, options.build_args, Some(&words), None)
    {
        // Two instructions more, and the others as they were.
        let count = parse(&bytes, "f").map(|changed| changed.instructions.len());
        if count.as_ref().ok() != Some(&(file.instructions.len() + 2)) {
            return Err(format!("with another entrypoint: {count:?} instructions"));
        }
    }
    let renamed = with_images(input, file, options, |_| Some("other:1".to_owned()));
    if let (Ok(bytes), Ok(_)) = (renamed, uses) {
        let count = parse(&bytes, "f").map(|changed| changed.instructions.len());
        if count.as_ref().ok() != Some(&file.instructions.len()) {
            return Err(format!("with other images: {count:?} instructions"));
        }
    }
    Ok(())
}

/// Which instructions there are, with which flags and how many heredocs.
fn shape(file: &Dockerfile) -> String {
    let mut text = String::new();
    for one in file.instructions.iter().take(6) {
        let keyword = one.keyword.to_ascii_lowercase();
        let _ = write!(text, "{keyword}{}{};", one.flags.len(), one.heredocs.len());
    }
    text
}
