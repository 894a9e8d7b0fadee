//! The oracle, and BuildKit's newest daemon and client: from the one module in
//! `tests/oracle`.

use std::path::PathBuf;

use crate::bed::{Bed, Skip};
use crate::go::{Go, last};

/// See the module.
pub struct Kit {
    folder: PathBuf,
    go: Go,
}

impl Kit {
    pub(crate) fn make(bed: &Bed) -> Result<Self, Skip> {
        let go = Go::module(bed, "oracle")?;
        let tools = ["buildkitd", "buildctl"].map(|t| format!("github.com/moby/buildkit/cmd/{t}"));
        let folder = go.build(
            "kit",
            "-s -w",
            &[".", &tools[0], &tools[1]],
            &["oracle", "buildkitd", "buildctl"],
        )?;
        Ok(Self { folder, go })
    }

    /// The oracle, `buildkitd` or `buildctl`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The folder with a module's sources, tests and tables included.
    pub fn module(&self, path: &str) -> Result<PathBuf, Skip> {
        let got = self.go.go(&["mod", "download", path]);
        let listed = self.go.go(&["list", "-m", "-f", "{{.Dir}}", path]);
        match listed.out().trim() {
            "" => Err(Skip(format!("no sources of {path}: {}", last(&got)))),
            folder => Ok(PathBuf::from(folder)),
        }
    }
}
