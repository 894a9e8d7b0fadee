//! `helm:` deployments: what the config says of a release, and how helm is called for it.
//! Helm 3 and 4. Runs nothing itself.

pub mod chart;
pub mod post;
pub mod rendered;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::util::secret::Secret;
use chart::Chart;

/// What the config says of a release, defaults filled in.
#[derive(Debug, Clone)]
pub struct Release {
    pub name: String,
    pub chart: Chart,
    /// Relative to the project's root; later ones win.
    pub values_files: Vec<PathBuf>,
    /// Over the files.
    pub values: Map<String, Value>,
    pub wait: bool,
    /// Go back when the release fails.
    pub rollback: bool,
    pub force: bool,
    /// As helm takes it: `300s`.
    pub timeout: Option<String>,
}

/// User and password of a chart's repository.
#[derive(Debug, Clone)]
pub struct Login {
    pub username: String,
    pub password: Secret,
}

impl Release {
    /// Reads the settings of the config, whose types and keys were checked.
    pub fn read(name: &str, settings: &Value) -> Self {
        let text =
            |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let flag = |key: &str| settings[key].as_bool().unwrap_or(false);
        let chart = &settings["chart"];
        let login = text(&chart["username"]).map(|username| Login {
            username,
            password: Secret::new(text(&chart["password"]).unwrap_or_default()),
        });
        let files = settings["valuesFiles"].as_array().into_iter().flatten();
        Self {
            name: name.to_owned(),
            chart: Chart {
                name: text(&chart["name"]).unwrap_or_default(),
                version: text(&chart["version"]),
                repo: text(&chart["repo"]),
                login,
            },
            values_files: files.filter_map(Value::as_str).map(PathBuf::from).collect(),
            values: settings["values"].as_object().cloned().unwrap_or_default(),
            wait: flag("wait"),
            rollback: flag("rollback"),
            force: flag("force"),
            timeout: timeout(&settings["timeout"]),
        }
    }
}

/// A number of seconds, or helm's own form.
fn timeout(value: &Value) -> Option<String> {
    match value {
        Value::Number(seconds) => Some(format!("{seconds}s")),
        Value::String(text) if text.parse::<u64>().is_ok() => Some(format!("{text}s")),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// Which helm it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    Three,
    Four,
}

impl Generation {
    /// From `helm version --template {{.Version}}`: `v3.17.2`.
    pub fn of(version: &str) -> Option<Self> {
        match version.trim().trim_start_matches('v').split('.').next()? {
            "3" => Some(Self::Three),
            "4" => Some(Self::Four),
            _ => None,
        }
    }
}

/// What a call of helm is about.
pub struct Call<'c> {
    pub release: &'c Release,
    /// The chart as helm takes it.
    pub chart: OsString,
    pub namespace: &'c str,
    pub context: Option<&'c str>,
    /// The rewritten values, the last one wins.
    pub values: &'c [PathBuf],
}

impl Call<'_> {
    /// `helm template`, with CustomResourceDefinitions and hooks.
    pub fn template(&self, kube_version: Option<&str>) -> Vec<OsString> {
        let mut args = self.begin("template");
        args.push("--include-crds".into());
        if let Some(version) = kube_version {
            args.extend(["--kube-version".into(), version.into()]);
        }
        args
    }

    /// `helm upgrade --install`. `post` is the post-renderer as this helm takes it.
    pub fn upgrade(
        &self,
        generation: Generation,
        post: Option<&Path>,
        force_conflicts: bool,
    ) -> Vec<OsString> {
        let mut args = self.begin("upgrade");
        args.extend(["--install".into(), "--output".into(), "json".into()]);
        if let Some(context) = self.context {
            args.extend(["--kube-context".into(), context.into()]);
        }
        if let Some(post) = post {
            args.extend(["--post-renderer".into(), post.into()]);
        }
        let release = self.release;
        if release.wait {
            args.push("--wait".into());
        }
        if release.rollback {
            args.push(match generation {
                Generation::Three => "--atomic".into(),
                Generation::Four => "--rollback-on-failure".into(),
            });
        }
        if release.force {
            args.push(match generation {
                Generation::Three => "--force".into(),
                Generation::Four => "--force-replace".into(),
            });
        }
        if force_conflicts && generation == Generation::Four {
            args.push("--force-conflicts".into());
        }
        if let Some(timeout) = &release.timeout {
            args.extend(["--timeout".into(), timeout.into()]);
        }
        args
    }

    fn begin(&self, verb: &str) -> Vec<OsString> {
        let mut args: Vec<OsString> = vec![verb.into(), (&self.release.name).into()];
        args.push(self.chart.clone());
        args.extend(["--namespace".into(), self.namespace.into()]);
        let chart = &self.release.chart;
        if let Some(version) = &chart.version {
            args.extend(["--version".into(), version.into()]);
        }
        if let (Some(repo), None) = (&chart.repo, &chart.login) {
            args.extend(["--repo".into(), repo.into()]);
        }
        for file in self.values {
            args.extend(["--values".into(), file.into()]);
        }
        args
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn release() -> Release {
        Release::read(
            "web",
            &json!({
                "chart": {"name": "nginx", "repo": "https://charts.example.com", "version": "1.2.3"},
                "wait": true, "rollback": true, "force": true, "timeout": 90,
            }),
        )
    }

    #[test]
    fn both_helms_are_called_in_their_own_words() {
        let release = release();
        let call = Call {
            release: &release,
            chart: "nginx".into(),
            namespace: "shop",
            context: Some("dev"),
            values: &["/v".into()],
        };
        let line = |generation| {
            let args = call.upgrade(generation, Some(Path::new("/p")), true);
            args.join(OsString::from(" ").as_os_str()).into_string().unwrap()
        };
        let three = line(Generation::Three);
        assert_eq!(
            three,
            "upgrade web nginx --namespace shop --version 1.2.3 --repo https://charts.example.com \
             --values /v --install --output json --kube-context dev --post-renderer /p --wait \
             --atomic --force --timeout 90s"
        );
        let four = line(Generation::Four);
        for word in ["--rollback-on-failure", "--force-replace", "--force-conflicts"] {
            assert!(four.contains(word), "{four}");
        }
        assert!(!four.contains("--atomic"));
    }

    #[test]
    fn generations_and_timeouts() {
        assert_eq!(Generation::of("v3.17.2+g1\n"), Some(Generation::Three));
        assert_eq!(Generation::of("v4.3.1"), Some(Generation::Four));
        assert_eq!(Generation::of("v2.16.0"), None);
        for (value, wanted) in [
            (json!(90), Some("90s")),
            (json!("5m"), Some("5m")),
            (json!("7"), Some("7s")),
            (json!(null), None),
        ] {
            assert_eq!(timeout(&value).as_deref(), wanted);
        }
    }
}
