//! Which cluster and namespace a kubeconfig means. Reads files only.

use std::path::{Path, PathBuf};

use kube::config::Kubeconfig;

/// A kubeconfig that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the kubeconfig `{}` cannot be read: {source}", path.display())]
pub struct Error {
    path: PathBuf,
    source: Box<kube::config::KubeconfigError>,
}

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
    let mut merged = Kubeconfig::default();
    for path in paths.iter().filter(|path| path.is_file()) {
        merged = read(path)
            .and_then(|next| merged.merge(next))
            .map_err(|source| Error { path: path.clone(), source: Box::new(source) })?;
    }
    let Some(name) = wanted.map(str::to_owned).or(merged.current_context) else {
        return Ok(Context::default());
    };
    let namespace = merged
        .contexts
        .into_iter()
        .find(|context| context.name == name)
        .and_then(|context| context.context)
        .and_then(|context| context.namespace);
    Ok(Context { name: Some(name), namespace })
}

fn read(path: &Path) -> Result<Kubeconfig, kube::config::KubeconfigError> {
    Kubeconfig::read_from(path)
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
