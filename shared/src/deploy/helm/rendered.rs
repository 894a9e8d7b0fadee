//! What `helm template` prints: objects, hooks, and from which file of the chart each came.

use crate::cluster::Object;
use crate::deploy::objects::{Error, objects};

/// Marks an object that helm runs as a hook.
const HOOK: &str = "/metadata/annotations/helm.sh~1hook";
const SOURCE: &str = "# Source: ";

/// A document of the output.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// `web/templates/job.yaml`
    pub source: String,
    pub text: String,
    pub objects: Vec<Object>,
}

impl Part {
    /// Whether helm 3 keeps it from post-renderers: hooks, and definitions in `crds/`.
    pub fn is_apart(&self) -> bool {
        self.is_hook() || self.source.split('/').any(|folder| folder == "crds")
    }

    /// Whether helm runs it as a hook, or as a test.
    pub fn is_hook(&self) -> bool {
        self.objects.iter().any(|object| object.body.pointer(HOOK).is_some())
    }
}

/// Takes the output apart at its `---` lines, as helm put it together.
pub fn parts(output: &str, name: &str) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut source = String::new();
    for line in output.lines().chain(["---"]) {
        if line != "---" {
            if let Some(named) = line.strip_prefix(SOURCE) {
                source = named.trim().to_owned();
            }
            text.push_str(line);
            text.push('\n');
            continue;
        }
        let whole = std::mem::take(&mut text);
        let objects = objects(whole.as_bytes(), &format!("{name}: {source}"))?;
        if !objects.is_empty() {
            parts.push(Part { source: source.clone(), text: whole, objects });
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_and_definitions_stand_apart() {
        let output = "---\n# Source: web/crds/a.yaml\napiVersion: v1\nkind: A\nmetadata: {name: a}\n\
            ---\n# Source: web/templates/b.yaml\napiVersion: v1\nkind: B\nmetadata: {name: b}\n\
            ---\n# Source: web/templates/c.yaml\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: c\n  annotations: {helm.sh/hook: pre-upgrade}\n---\n# Source: web/templates/none.yaml\n";
        let parts = parts(output, "web").unwrap();
        let apart: Vec<(&str, bool)> =
            parts.iter().map(|part| (part.source.as_str(), part.is_apart())).collect();
        assert_eq!(
            apart,
            [
                ("web/crds/a.yaml", true),
                ("web/templates/b.yaml", false),
                ("web/templates/c.yaml", true)
            ]
        );
    }
}
