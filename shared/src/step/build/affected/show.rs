//! The affected images for people, programs and GitHub.

use serde_json::{Map, Value, json};

use super::repo::Base;
use super::{Asked, Form, Verdicts};
use crate::step::run::Run;
use crate::ui::event::Level;

/// How many changes of an image a line names before it only counts.
const NAMED_CHANGES: usize = 10;
/// More jobs than this a GitHub matrix can't have.
const JOBS_MAX: usize = 256;

pub fn print(run: &Run, asked: &Asked, base: &Base, verdicts: &Verdicts<'_>) -> Vec<u8> {
    match asked.form {
        Form::Text => text(verdicts).into_bytes(),
        Form::Json => format!("{:#}\n", facts(asked, base, verdicts)).into_bytes(),
        Form::GithubMatrix => {
            let matrix = matrix(verdicts);
            if matrix.len() > JOBS_MAX {
                let count = matrix.len();
                let text =
                    format!("{count} images, but a GitHub matrix has at most {JOBS_MAX} jobs");
                run.reporter.note(Level::Warning, text);
            }
            format!("{}\n", json!({ "include": matrix })).into_bytes()
        }
    }
}

fn text(verdicts: &Verdicts<'_>) -> String {
    let mut text = String::new();
    for (image, verdict) in verdicts.iter().filter(|(_, verdict)| verdict.is_affected()) {
        let shown = &verdict.reasons[..verdict.reasons.len().min(NAMED_CHANGES)];
        text.push_str(&format!("{} {}", image.name, shown.join("; ")));
        if let Some(more @ 1..) = verdict.reasons.len().checked_sub(NAMED_CHANGES) {
            text.push_str(&format!("; and {more} more"));
        }
        text.push('\n');
    }
    text
}

fn facts(asked: &Asked, base: &Base, verdicts: &Verdicts<'_>) -> Value {
    let affected: Vec<&str> = verdicts
        .iter()
        .filter(|(_, verdict)| verdict.is_affected())
        .map(|(image, _)| image.name.as_str())
        .collect();
    let images: Map<String, Value> = verdicts
        .iter()
        .map(|(image, verdict)| {
            let facts = json!({
                "affected": verdict.is_affected(),
                "rebuild": verdict.rebuilt,
                "reasons": verdict.reasons,
            });
            (image.name.clone(), facts)
        })
        .collect();
    json!({ "base": asked.base, "commit": base.commit, "affected": affected, "images": images })
}

/// What a job of the matrix knows of its image.
fn matrix(verdicts: &Verdicts<'_>) -> Vec<Value> {
    let affected = verdicts.iter().filter(|(_, verdict)| verdict.is_affected());
    affected
        .map(|(image, _)| {
            json!({
                "image": image.name,
                "repository": image.repository,
                "context": image.context,
                "dockerfile": image.dockerfile,
            })
        })
        .collect()
}
