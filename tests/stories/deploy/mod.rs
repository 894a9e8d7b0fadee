//! `ds deploy` and its relatives, on a real Kubernetes node.

use std::collections::BTreeMap;
use std::path::PathBuf;

use suite::{Bed, Generation, Node, Output, Project, Skip, Story};

mod errors;
mod hands;
mod helm;
mod newcomer;
mod plans;
mod rollouts;
mod tour;
mod variants;

pub fn stories() -> Vec<Story> {
    [
        tour::stories(),
        hands::stories(),
        variants::stories(),
        plans::stories(),
        rollouts::stories(),
        helm::stories(),
        newcomer::stories(),
        errors::stories(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A project that deploys to a namespace of its own on the bed's node.
pub struct Shop<'a> {
    pub project: Project<'a>,
    pub node: &'a Node,
    pub namespace: String,
    /// Where its images are pushed: `127.0.0.1:PORT/NAMESPACE`.
    pub repository: String,
}

impl<'a> Shop<'a> {
    /// Images `web` and `job`, each of one file, and nothing deployed.
    pub fn new(bed: &'a Bed) -> Result<Self, Skip> {
        let (node, engine) = (bed.node()?, bed.engine()?);
        let tools = bed.kube_tools(Generation::Helm4)?;
        let project = Project::new(bed);
        project.engine(engine);
        project.set("KUBECONFIG", node.kubeconfig().to_str().unwrap());
        let _ = project
            .sh(&format!(
                "ln -s {0}/kubectl {0}/helm {1}/",
                tools.folder().display(),
                project.tools().display()
            ))
            .ok();
        let namespace = format!("shop-{}", bed.unique());
        let repository = format!("{}/{namespace}", bed.registry()?.host());
        let shop = Self { project, node, namespace, repository };
        for name in ["web", "job"] {
            shop.project.file(
                &format!("{name}/Dockerfile"),
                "FROM base/busybox:1\nCOPY text /text\nCMD [\"/bin/sh\", \"-c\", \"cat /text; exec sleep 100000\"]\n",
            );
            shop.project.file(
                &format!("{name}/text"),
                format!("{name} {namespace}\n", namespace = shop.namespace),
            );
        }
        Ok(shop)
    }

    /// The config: its images, and these deployments.
    pub fn config(&self, deployments: &str) {
        let image = |name: &str| {
            format!(
                "  {name}:\n    image: {}/{name}\n    dockerfile: {name}/Dockerfile\n    context: {name}\n",
                self.repository
            )
        };
        self.project.file(
            "devspace.yaml",
            format!(
                "version: v1beta2\ncluster: {{namespace: {}}}\nimages:\n{}{}deployments:\n{deployments}",
                self.namespace,
                image("web"),
                image("job")
            ),
        );
    }

    /// A Deployment of one pod with an image of the config, its first pod's labels `app`.
    pub fn manifest(&self, name: &str, image: &str, more: &str) -> String {
        format!(
            "# of {name}\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  \
             selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
             spec:\n      terminationGracePeriodSeconds: 0\n      containers:\n      - name: c\n        \
             image: '{}/{image}'   # set by ds\n{more}",
            self.repository
        )
    }

    #[track_caller]
    pub fn deploy(&self, args: &[&str]) -> Output {
        self.project.ds("ds", &[&["deploy"], args].concat())
    }

    /// An object in the project's namespace.
    pub fn get(&self, kind: &str, name: &str) -> Option<serde_json::Value> {
        self.node.get(kind, &self.namespace, name)
    }

    /// The image in a Deployment's template.
    #[track_caller]
    pub fn image_of(&self, name: &str) -> String {
        let live = self.get("deployment", name).unwrap_or_else(|| panic!("no deployment {name}"));
        let image = live.pointer("/spec/template/spec/containers/0/image");
        image.and_then(|image| image.as_str()).unwrap_or_default().to_owned()
    }

    /// kubectl in the project's namespace.
    pub fn kubectl(&self, args: &[&str]) -> Output {
        self.node.kubectl(&[args, &["-n", &self.namespace]].concat())
    }

    /// Contents of all files of the project but those that ds keeps for itself.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let ours = |path: &PathBuf| path.components().any(|part| part.as_os_str() == ".devspace");
        let root = self.project.root();
        let of_project = |path: &PathBuf| path.starts_with(&root) && !ours(path);
        let files = self.project.files().into_iter().filter(of_project);
        files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }

    pub fn end(&self) {
        let _ = self.node.kubectl(&["delete", "namespace", &self.namespace, "--wait=false"]);
    }
}

/// What stands on stdout.
pub trait OnStdout {
    #[must_use]
    fn prints(self, text: &str) -> Self;
}

impl OnStdout for Output {
    #[track_caller]
    fn prints(self, text: &str) -> Self {
        assert!(self.out().contains(text), "`{text}` is not in\n{self}");
        self
    }
}
