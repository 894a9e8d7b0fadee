//! Which cluster and namespace a kubeconfig means. Reads files only.

use std::path::PathBuf;

use kube::config::Kubeconfig;

use super::error::Error;

/// The context that a run works on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    pub name: Option<String>,
    pub namespace: Option<String>,
}

/// The context named `wanted`, else the current one, of the files in `paths`
/// (kubectl's rule: the first file to say something wins). Files that are not
/// there are passed over; without any, everything is unset.
pub fn selected(paths: &[PathBuf], wanted: Option<&str>) -> Result<Context, Error> {
    let merged = merged(paths)?.unwrap_or_default();
    Ok(match wanted.map(str::to_owned).or_else(|| merged.current_context.clone()) {
        Some(name) => of(&merged, &name),
        None => Context::default(),
    })
}

/// All files as one; `None` without any.
pub(super) fn merged(paths: &[PathBuf]) -> Result<Option<Kubeconfig>, Error> {
    let mut merged: Option<Kubeconfig> = None;
    for path in paths.iter().filter(|path| path.is_file()) {
        let read = Kubeconfig::read_from(path).and_then(|next| match merged.take() {
            Some(before) => before.merge(next),
            None => Ok(next),
        });
        merged =
            Some(read.map_err(|error| Error::Kubeconfig {
                path: path.clone(),
                why: error.to_string(),
            })?);
    }
    Ok(merged)
}

pub(super) fn of(merged: &Kubeconfig, name: &str) -> Context {
    let namespace = merged
        .contexts
        .iter()
        .find(|context| context.name == name)
        .and_then(|context| context.context.as_ref())
        .and_then(|context| context.namespace.clone())
        .filter(|namespace| !namespace.is_empty());
    Context { name: Some(name.to_owned()), namespace }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_file_to_say_something_wins() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let a = file("a", "apiVersion: v1\nkind: Config\ncurrent-context: one\n");
        let b = file(
            "b",
            "apiVersion: v1\nkind: Config\ncurrent-context: two\ncontexts:\n\
             - {name: one, context: {cluster: c, namespace: shop}}\n\
             - {name: two, context: {cluster: c}}\n",
        );
        let paths = [a, dir.path().join("none"), b];
        let context = selected(&paths, None).unwrap();
        assert_eq!(
            (context.name.as_deref(), context.namespace.as_deref()),
            (Some("one"), Some("shop"))
        );
        assert_eq!(selected(&paths, Some("two")).unwrap().namespace, None);
        assert_eq!(selected(&[], None).unwrap(), Context::default());
        let broken = file("c", "contexts: 7\n");
        assert!(selected(&[broken], None).unwrap_err().to_string().contains("cannot be read"));
    }
}
