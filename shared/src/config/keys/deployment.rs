//! The keys of `deployments`.

use super::component::COMPONENT;
use super::{Kind, Section, TEXTS, key};
use crate::config::version::Version::{V1Alpha3, V1Alpha4, V1Beta2};

pub(super) const DEPLOYMENT: Section = Section {
    name: "deployment",
    keys: &[
        key("name", Kind::Text, "Name of the deployment. Required in a list."),
        key("namespace", Kind::Text, "Namespace; default: that of the project."),
        key("kubectl", Kind::Section(&KUBECTL), "Manifests that are applied."),
        key("helm", Kind::Section(&HELM), "A chart that is installed."),
        key("component", Kind::Section(&COMPONENT), "A component: containers, volumes, a service."),
        key("disabled", Kind::Bool, "Leave this deployment out.").since(V1Beta2),
        key("updateImageTags", Kind::Bool, "Write the built images into it. Default: true.")
            .since(V1Beta2),
        key("tanka", Kind::Any, "Tanka deployments of later versions.")
            .since(V1Beta2)
            .refused("render it and deploy the manifests with `kubectl`"),
    ],
};

const KUBECTL: Section = Section {
    name: "kubectl",
    keys: &[
        key("manifests", TEXTS, "Files, folders and globs, from the project root. Required."),
        key("kustomize", Kind::Bool, "The manifests are kustomizations."),
        key("flags", TEXTS, "More arguments of `kubectl apply`."),
        key("applyArgs", TEXTS, "As `flags`; the later name.").since(V1Beta2),
        key("cmdPath", Kind::Text, "Another `kubectl`."),
        key("kubectlBinaryPath", Kind::Text, "As `cmdPath`; the later name.").since(V1Beta2),
        key(
            "replaceImageTags",
            Kind::Bool,
            "Write the built images into the manifests. Default: true.",
        )
        .since(V1Beta2),
        key("updateImageTags", Kind::Bool, "As `replaceImageTags`; the later name.").since(V1Beta2),
        key("createArgs", TEXTS, "Arguments of `kubectl create` in later versions.")
            .since(V1Beta2)
            .refused("use `flags`; manifests are read without kubectl"),
        key("deleteArgs", TEXTS, "Arguments of `kubectl delete` in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
        key("kustomizeArgs", TEXTS, "Arguments of kustomize in later versions.")
            .since(V1Beta2)
            .refused("write them into the kustomization"),
        key("kustomizeBinaryPath", Kind::Text, "Another `kustomize` in later versions.")
            .since(V1Beta2)
            .refused("put it first on PATH"),
        key("inlineManifest", Kind::Text, "A manifest in the config, in later versions.")
            .since(V1Beta2)
            .refused("put it into a file under `manifests`"),
        key("patches", Kind::Any, "Patches of manifests in later versions.")
            .since(V1Beta2)
            .refused("use `kustomize`"),
    ],
};

const HELM: Section = Section {
    name: "helm",
    keys: &[
        key("chartPath", Kind::Text, "The chart's folder.").until(V1Alpha3),
        key("overrides", TEXTS, "Files with values.").until(V1Alpha3),
        key("overrideValues", Kind::AnyMap, "Values of the chart.").until(V1Alpha3),
        key("chart", Kind::Section(&CHART), "The chart. Required.").since(V1Alpha4),
        key("values", Kind::AnyMap, "Values of the chart; they win over files.").since(V1Alpha4),
        key("valuesFiles", TEXTS, "Files with values, the last one wins.").since(V1Alpha4),
        key("devSpaceValues", Kind::Bool, "Write the built images into the values. Default: true.")
            .since(V1Alpha4),
        key("replaceImageTags", Kind::Bool, "As `devSpaceValues`; a later name.").since(V1Beta2),
        key("updateImageTags", Kind::Bool, "As `devSpaceValues`; a later name.").since(V1Beta2),
        key("wait", Kind::Bool, "Wait until all is ready."),
        key("rollback", Kind::Bool, "Go back when the release fails."),
        key("force", Kind::Bool, "Replace what cannot be updated."),
        key("timeout", Kind::Scalar, "Seconds to wait."),
        key("tillerNamespace", Kind::Text, "Namespace of Helm 2's tiller.").passed(),
        key("v2", Kind::Bool, "Helm 2, in later versions.")
            .since(V1Beta2)
            .refused("Helm 3 and 4 are used; leave it out"),
        key("releaseName", Kind::Text, "Name of the release in later versions.")
            .since(V1Beta2)
            .refused("give the deployment that name"),
        key("componentChart", Kind::Bool, "The component chart of later versions.")
            .since(V1Beta2)
            .refused("move `values` to a `component:`, or name the chart under `chart`"),
        key("atomic", Kind::Bool, "As `rollback`, in later versions.")
            .since(V1Beta2)
            .refused("use `rollback`"),
        key("cleanupOnFail", Kind::Bool, "Remove what a failed release made, in later versions.")
            .since(V1Beta2)
            .refused("use `rollback`"),
        key("recreate", Kind::Bool, "Helm 2 only.").since(V1Beta2).passed(),
        key("driver", Kind::Text, "Helm's storage in later versions.")
            .since(V1Beta2)
            .refused("set HELM_DRIVER in the environment"),
        key("path", Kind::Text, "Another `helm` in later versions.")
            .since(V1Beta2)
            .refused("put it first on PATH"),
        key("displayOutput", Kind::Bool, "Print what helm says.").since(V1Beta2).passed(),
        key(
            "disableDependencyUpdate",
            Kind::Bool,
            "Do not fetch the chart's dependencies, in later versions.",
        )
        .since(V1Beta2)
        .passed(),
        key("upgradeArgs", TEXTS, "Arguments of `helm upgrade` in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
        key("templateArgs", TEXTS, "Arguments of `helm template` in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
        key("deleteArgs", TEXTS, "Arguments of `helm uninstall` in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
        key("fetchArgs", TEXTS, "Arguments of `helm pull` in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
    ],
};

const CHART: Section = Section {
    name: "chart",
    keys: &[
        key("name", Kind::Text, "Name or folder of the chart. Required."),
        key("version", Kind::Text, "Version of the chart."),
        key("repo", Kind::Text, "URL of the chart's repository."),
        key("username", Kind::Text, "User at the repository."),
        key("password", Kind::Text, "Password at the repository; better a variable."),
        key("path", Kind::Text, "As `name`, for a folder; of later versions.")
            .since(V1Beta2)
            .refused("write the folder as `name`"),
        key("git", Kind::Text, "Chart from git, in later versions.")
            .since(V1Beta2)
            .refused("clone it and write the folder as `name`"),
        key("branch", Kind::Text, "Chart from git, in later versions.")
            .since(V1Beta2)
            .refused("clone it and write the folder as `name`"),
        key("tag", Kind::Text, "Chart from git, in later versions.")
            .since(V1Beta2)
            .refused("clone it and write the folder as `name`"),
        key("revision", Kind::Text, "Chart from git, in later versions.")
            .since(V1Beta2)
            .refused("clone it and write the folder as `name`"),
        key("subPath", Kind::Text, "Chart from git, in later versions.")
            .since(V1Beta2)
            .refused("clone it and write the folder as `name`"),
    ],
};
