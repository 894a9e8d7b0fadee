//! `--secret` and `--ssh`: what a build is given for RUN alone. Only ids are ever shown.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Request;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;
use crate::util::secret::Secret;

/// Largest secret, in bytes: as BuildKit's.
const SECRET_MAX: u64 = 500 << 10;

impl Request {
    /// The secrets by their ids, read now.
    pub(super) fn secrets(&self) -> Result<BTreeMap<String, Secret>, Failure> {
        self.secrets.iter().map(|text| secret(text)).collect()
    }

    /// Their ids alone; what is wrong with one is told when it is read.
    pub(super) fn secret_ids(&self) -> Vec<String> {
        let id = |text: &String| {
            text.split(',').find_map(|field| field.strip_prefix("id=")).map(str::to_owned)
        };
        self.secrets.iter().filter_map(id).collect()
    }

    /// The agents' sockets by their ids.
    pub(super) fn agents(&self) -> Result<BTreeMap<String, PathBuf>, Failure> {
        self.ssh.iter().map(|text| agent(text)).collect()
    }
}

fn usage(text: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, text)
}

fn secret(text: &str) -> Result<(String, Secret), Failure> {
    let (mut id, mut file, mut variable, mut kind) = (None, None, None, None);
    for field in text.split(',') {
        let (key, value) = field.split_once('=').unwrap_or((field, ""));
        let place = match key {
            "id" => &mut id,
            "src" | "source" => &mut file,
            "env" => &mut variable,
            "type" => &mut kind,
            _ => {
                return Err(usage(format!("`--secret`: `{key}` is not one of id, src, env, type")));
            }
        };
        *place = Some(value.to_owned());
    }
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| usage("`--secret` needs `id=ID`"))?;
    let missing = |what: String| usage(format!("the secret `{id}`: {what}"));
    if variable.is_none() && kind.as_deref() == Some("env") {
        variable = file.take().or(Some(id.clone()));
    }
    // As docker: without a source, the variable of that name, else a file of that name.
    let named = || env::text(&id).is_some() && kind.as_deref() != Some("file");
    let value = match (file, variable) {
        (None, Some(name)) => {
            env::text(&name).ok_or_else(|| missing(format!("the variable `{name}` is not set")))?
        }
        (None, None) if named() => env::text(&id).unwrap_or_default(),
        (file, _) => {
            let path = PathBuf::from(file.unwrap_or_else(|| id.clone()));
            let size = std::fs::metadata(&path).map_or(0, |meta| meta.len());
            if size > SECRET_MAX {
                return Err(missing(format!("`{}` has more than 500 KiB", path.display())));
            }
            let bytes = std::fs::read(&path)
                .map_err(|error| missing(format!("`{}`: {error}", path.display())))?;
            String::from_utf8(bytes)
                .map_err(|_| missing(format!("`{}` is not UTF-8", path.display())))?
        }
    };
    Ok((id, Secret::new(value)))
}

fn agent(text: &str) -> Result<(String, PathBuf), Failure> {
    let (id, socket) = match text.split_once('=') {
        Some((id, socket)) => (id, Some(PathBuf::from(socket))),
        None => (text, env::value(env::SSH_AUTH_SOCK).map(PathBuf::from)),
    };
    let socket = socket.ok_or_else(|| {
        usage(format!("`--ssh {id}`: no agent is running (SSH_AUTH_SOCK is not set)"))
    })?;
    Ok((id.to_owned(), socket))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_from_files_and_variables() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s");
        std::fs::write(&file, "hush").unwrap();
        let (id, value) = secret(&format!("id=a,src={}", file.display())).unwrap();
        assert_eq!((id.as_str(), value.expose()), ("a", "hush"));
        assert_eq!(secret("id=PATH").unwrap().1.expose(), std::env::var("PATH").unwrap());
        for (bad, why) in [
            ("src=x", "needs `id=ID`"),
            ("id=a,what=x", "is not one of"),
            ("id=a,env=DS_NO_SUCH", "is not set"),
            ("id=/no/such/file", "No such file"),
        ] {
            let failure = secret(bad).unwrap_err();
            assert!(failure.error.contains(why), "{bad}: {}", failure.error);
        }
    }
}
