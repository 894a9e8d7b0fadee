//! The keys of `deployments[].component`.

use super::{Kind, Section, TEXT_MAP, TEXTS, key};
use crate::config::version::Version::V1Beta2;

pub(super) const COMPONENT: Section = Section {
    name: "component",
    keys: &[
        key("containers", Kind::List(&Kind::Section(&CONTAINER)), "The containers of the pod."),
        key("replicas", Kind::Integer, "How many pods."),
        key("autoScaling", Kind::Section(&AUTO_SCALING), "More pods under load."),
        key("rollingUpdate", Kind::Section(&ROLLING_UPDATE), "How pods are replaced."),
        key("labels", TEXT_MAP, "Labels of the workload.").since(V1Beta2),
        key("annotations", TEXT_MAP, "Annotations of the workload.").since(V1Beta2),
        key("volumes", Kind::List(&Kind::Section(&VOLUME)), "Volumes that containers mount."),
        key("service", Kind::Section(&SERVICE), "The service in front of the pods."),
        key("serviceName", Kind::Text, "Name of the headless service of a StatefulSet."),
        key("ingress", Kind::Section(&INGRESS), "Hosts that lead to the service.").since(V1Beta2),
        key("podManagementPolicy", Kind::Text, "Order in which a StatefulSet starts pods."),
        key("pullSecrets", TEXTS, "Pull secrets of the pods."),
        key("options", Kind::Section(&RELEASE), "How the release is installed.").since(V1Beta2),
    ],
};

const CONTAINER: Section = Section {
    name: "container",
    keys: &[
        key("name", Kind::Text, "Name of the container."),
        key("image", Kind::Text, "Image of the container."),
        key("command", TEXTS, "Replaces the image's entrypoint."),
        key("args", TEXTS, "Replaces the image's command."),
        key("env", Kind::List(&Kind::AnyMap), "Environment, as in a pod."),
        key(
            "volumeMounts",
            Kind::List(&Kind::Section(&VOLUME_MOUNT)),
            "Volumes and where they are mounted.",
        ),
        key("resources", Kind::AnyMap, "Resources, as in a pod."),
        key("livenessProbe", Kind::AnyMap, "As in a pod."),
        key("readinessProbe", Kind::AnyMap, "As in a pod."),
    ],
};

const VOLUME_MOUNT: Section = Section {
    name: "volumeMount",
    keys: &[
        key("containerPath", Kind::Text, "Where it is mounted."),
        key("volume", Kind::Section(&MOUNTED_VOLUME), "What is mounted."),
    ],
};

const MOUNTED_VOLUME: Section = Section {
    name: "mountedVolume",
    keys: &[
        key("name", Kind::Text, "Name of the volume."),
        key("subPath", Kind::Text, "Path within the volume."),
        key("readOnly", Kind::Bool, "Mount it for reading only."),
    ],
};

const AUTO_SCALING: Section = Section {
    name: "autoScaling",
    keys: &[key("horizontal", Kind::Section(&HORIZONTAL), "More pods under load.")],
};

const HORIZONTAL: Section = Section {
    name: "horizontal",
    keys: &[
        key("maxReplicas", Kind::Integer, "So many pods at most."),
        key("averageCPU", Kind::Text, "CPU that is aimed for."),
        key("averageMemory", Kind::Text, "Memory that is aimed for."),
    ],
};

const ROLLING_UPDATE: Section = Section {
    name: "rollingUpdate",
    keys: &[
        key("enabled", Kind::Bool, "Replace pods one after another."),
        key("maxSurge", Kind::Text, "So many pods more while updating."),
        key("maxUnavailable", Kind::Text, "So many pods less while updating."),
        key("partition", Kind::Integer, "Partition of a StatefulSet."),
    ],
};

const VOLUME: Section = Section {
    name: "volume",
    keys: &[
        key("name", Kind::Text, "Name of the volume."),
        key("size", Kind::Text, "Size of a persistent volume."),
        key("configMap", Kind::AnyMap, "A ConfigMap, as in a pod."),
        key("secret", Kind::AnyMap, "A Secret, as in a pod."),
        key("labels", TEXT_MAP, "Labels of the claim.").since(V1Beta2),
        key("annotations", TEXT_MAP, "Annotations of the claim.").since(V1Beta2),
    ],
};

const SERVICE: Section = Section {
    name: "service",
    keys: &[
        key("name", Kind::Text, "Name of the service."),
        key("type", Kind::Text, "Type of the service."),
        key("ports", Kind::List(&Kind::Section(&SERVICE_PORT)), "Ports of the service."),
        key("externalIPs", TEXTS, "Addresses from outside.").since(V1Beta2),
        key("labels", TEXT_MAP, "Labels of the service.").since(V1Beta2),
        key("annotations", TEXT_MAP, "Annotations of the service.").since(V1Beta2),
    ],
};

const SERVICE_PORT: Section = Section {
    name: "servicePort",
    keys: &[
        key("port", Kind::Integer, "Port of the service."),
        key("containerPort", Kind::Integer, "Port of the container."),
        key("protocol", Kind::Text, "TCP, UDP or SCTP."),
    ],
};

const INGRESS: Section = Section {
    name: "ingress",
    keys: &[
        key("name", Kind::Text, "Name of the ingress."),
        key("tls", Kind::Scalar, "Secret with the certificate."),
        key("labels", TEXT_MAP, "Labels of the ingress."),
        key("annotations", TEXT_MAP, "Annotations of the ingress."),
        key("rules", Kind::List(&Kind::Section(&INGRESS_RULE)), "Hosts and paths."),
    ],
};

const INGRESS_RULE: Section = Section {
    name: "ingressRule",
    keys: &[
        key("host", Kind::Text, "The host."),
        key("servicePort", Kind::Integer, "Port of the service."),
        key("path", Kind::Text, "Path on the host."),
        key("tls", Kind::Scalar, "Secret with the certificate."),
    ],
};

const RELEASE: Section = Section {
    name: "release",
    keys: &[
        key("wait", Kind::Bool, "Wait until all is ready."),
        key("rollback", Kind::Bool, "Go back when the release fails."),
        key("force", Kind::Bool, "Replace what cannot be updated."),
        key("timeout", Kind::Scalar, "Seconds to wait."),
        key("tillerNamespace", Kind::Text, "Namespace of Helm 2's tiller.").passed(),
    ],
};
