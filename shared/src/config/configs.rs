//! devspace-configs.yaml: named configs, each from a file or in place, with
//! overrides laid over it and variables of its own.

use std::path::Path;

use super::check::Check;
use super::error::Error;
use super::keys;
use super::merge::{Null, merge};
use super::source::Report;
use super::tree::{self, Node};
use super::version::Version;

/// One config out of the file.
pub(super) struct Chosen {
    pub name: String,
    pub config: Node,
    /// Definitions of variables.
    pub variables: Option<Node>,
}

/// Reads the file, chooses a config and lays its overrides over it.
pub(super) fn choose(
    file: &Path,
    root: &Path,
    wanted: Option<&str>,
    active: Option<&str>,
    report: &mut Report,
) -> Result<Chosen, Error> {
    let index = report.read(file, &file_name(file))?;
    let mut node = tree::parse(report, index)?;
    let mut check = Check { report, version: Version::V1Beta2 };
    check.node(&mut node, &keys::CONFIGS, "configs");
    report.settle()?;
    let names: Vec<&str> = node.entries().iter().map(|entry| entry.key.as_str()).collect();
    let name = match wanted {
        Some(wanted) => wanted.to_owned(),
        None => active
            .filter(|active| names.contains(active))
            .or_else(|| names.iter().copied().find(|name| *name == "default"))
            .or(if let [only] = names[..] { Some(only) } else { None })
            .map(str::to_owned)
            .ok_or_else(|| {
                let hint = format!("choose one with `--use-config`: `{}`", names.join("`, `"));
                report.at(node.at, "none of the configs is the default", Some(hint))
            })?,
    };
    let Some(chosen) = node.get(&name) else {
        let hint = match report.near(&name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the configs are `{}`", names.join("`, `")),
        };
        return Err(report.at(node.at, format!("there is no config `{name}`"), Some(hint)).into());
    };
    let Some(source) = chosen.get("config") else {
        return Err(report
            .at(chosen.at, format!("the config `{name}` has no `config`"), None)
            .into());
    };
    let mut config = source_of(source, root, report)?;
    for upper in chosen.get("overrides").map_or(&[] as &[Node], Node::items) {
        merge(&mut config, source_of(upper, root, report)?, Null::Keeps);
    }
    let variables = match chosen.get("vars") {
        Some(source) => Some(source_of(source, root, report)?),
        None => None,
    };
    Ok(Chosen { name, config, variables })
}

/// What a `{path}` or `{data}` stands for.
fn source_of(node: &Node, root: &Path, report: &mut Report) -> Result<Node, Error> {
    match (node.get("path"), node.get("data")) {
        (None, Some(data)) => Ok(data.clone()),
        (Some(path), None) => {
            let name = path.text().unwrap_or_default();
            let file = root.join(name);
            if !report.is_file(&file) {
                return Err(report.at(path.at, format!("there is no file `{name}`"), None).into());
            }
            let index = report.read(&file, name)?;
            Ok(tree::parse(report, index)?)
        }
        (Some(_), Some(data)) => Err(report
            .at(data.at, "`path` and `data` are both given; one of them is enough", None)
            .into()),
        (None, None) => {
            Err(report.at(node.at, "either `path` or `data` is needed here", None).into())
        }
    }
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
