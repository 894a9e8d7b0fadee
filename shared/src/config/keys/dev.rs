//! The keys of `dev`: the overrides are read, what serves ports, sync and
//! terminals is known and passed over.

use super::{Kind, Section, TEXT_MAP, TEXTS, key};
use crate::config::version::Version::{V1Alpha4, V1Beta1, V1Beta2, V1Beta3};

pub(super) const DEV: Section = Section {
    name: "dev",
    keys: &[
        key(
            "overrideImages",
            Kind::List(&Kind::Section(&OVERRIDE_IMAGE)),
            "What is different about images in the dev variant.",
        ),
        key(
            "autoReload",
            Kind::Section(&AUTO_RELOAD),
            "What `ds dev` watches, to build and deploy it again.",
        ),
        key("terminal", Kind::Section(&TERMINAL), "Out of scope.").until(V1Beta2).passed(),
        key("ports", Kind::List(&Kind::Section(&PORTS)), "Out of scope.").until(V1Beta2).passed(),
        key("sync", Kind::List(&Kind::Section(&SYNC)), "Out of scope.").until(V1Beta2).passed(),
        key("selectors", Kind::List(&Kind::Section(&SELECTOR)), "Out of scope.")
            .until(V1Beta2)
            .passed(),
        key("terminal", Kind::Any, "Out of scope.").since(V1Beta3).passed(),
        key("ports", Kind::Any, "Out of scope.").since(V1Beta3).passed(),
        key("sync", Kind::Any, "Out of scope.").since(V1Beta3).passed(),
        key("selectors", Kind::Any, "Out of scope.").since(V1Beta3).passed(),
        key("logs", Kind::Any, "Out of scope.").since(V1Beta2).passed(),
        key("open", Kind::Any, "Out of scope.").since(V1Beta2).passed(),
        key("interactive", Kind::Any, "Out of scope.").since(V1Beta3).passed(),
        key("replacePods", Kind::Any, "Pods that later versions replace.").since(V1Beta3).passed(),
    ],
};

const OVERRIDE_IMAGE: Section = Section {
    name: "overrideImage",
    keys: &[
        key("name", Kind::Text, "Name of the image in `images`. Required."),
        key("entrypoint", TEXTS, "First word: ENTRYPOINT; the rest: CMD."),
        key("dockerfile", Kind::Text, "Another Dockerfile."),
        key("context", Kind::Text, "Another context."),
    ],
};

const AUTO_RELOAD: Section = Section {
    name: "autoReload",
    keys: &[
        key("paths", TEXTS, "Globs to watch."),
        key("deployments", TEXTS, "Deployments to watch."),
        key("images", TEXTS, "Images to watch."),
    ],
};

const TERMINAL: Section = Section {
    name: "terminal",
    keys: &[
        key("disabled", Kind::Bool, "No terminal."),
        key("selector", Kind::Text, "A selector's name."),
        key("labelSelector", TEXT_MAP, "Labels of the pod."),
        key("namespace", Kind::Text, "Namespace of the pod."),
        key("containerName", Kind::Text, "The container."),
        key("command", TEXTS, "What is run."),
    ],
};

const PORTS: Section = Section {
    name: "ports",
    keys: &[
        key("selector", Kind::Text, "A selector's name."),
        key("namespace", Kind::Text, "Namespace of the pod."),
        key("labelSelector", TEXT_MAP, "Labels of the pod."),
        key("portMappings", Kind::List(&Kind::Section(&FORWARD)), "The ports.").until(V1Alpha4),
        key("forward", Kind::List(&Kind::Section(&FORWARD)), "The ports.").since(V1Beta1),
    ],
};

const FORWARD: Section = Section {
    name: "forward",
    keys: &[
        key("localPort", Kind::Integer, "Port on this machine.").until(V1Alpha4),
        key("port", Kind::Integer, "Port on this machine.").since(V1Beta1),
        key("remotePort", Kind::Integer, "Port of the container."),
        key("bindAddress", Kind::Text, "Address on this machine."),
    ],
};

const SYNC: Section = Section {
    name: "sync",
    keys: &[
        key("selector", Kind::Text, "A selector's name."),
        key("namespace", Kind::Text, "Namespace of the pod."),
        key("labelSelector", TEXT_MAP, "Labels of the pod."),
        key("containerName", Kind::Text, "The container."),
        key("localSubPath", Kind::Text, "Folder on this machine."),
        key("containerPath", Kind::Text, "Folder in the container."),
        key("waitInitialSync", Kind::Bool, "Wait for the first round."),
        key("excludePaths", TEXTS, "Never synced."),
        key("downloadExcludePaths", TEXTS, "Never downloaded."),
        key("uploadExcludePaths", TEXTS, "Never uploaded."),
        key("bandwidthLimits", Kind::Section(&BANDWIDTH), "KB/s at most."),
    ],
};

const BANDWIDTH: Section = Section {
    name: "bandwidthLimits",
    keys: &[
        key("download", Kind::Integer, "KB/s at most."),
        key("upload", Kind::Integer, "KB/s at most."),
    ],
};

const SELECTOR: Section = Section {
    name: "selector",
    keys: &[
        key("name", Kind::Text, "Name of the selector."),
        key("namespace", Kind::Text, "Namespace of the pod."),
        key("labelSelector", TEXT_MAP, "Labels of the pod."),
        key("containerName", Kind::Text, "The container."),
    ],
};
