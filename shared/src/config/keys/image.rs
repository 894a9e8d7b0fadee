//! The keys of `images`.

use super::{Kind, REUSE, REUSE_ABOUT, Section, TEXT_MAP, TEXTS, key};
use crate::config::version::Version::{V1Alpha2, V1Alpha3, V1Beta1, V1Beta2};

const IN_THE_DOCKERFILE: &str = "write it into the Dockerfile";

pub(super) const IMAGE: Section = Section {
    name: "image",
    keys: &[
        key(
            "image",
            Kind::Text,
            "Repository of the image, without a tag: `registry.example.com/shop/api`. Required.",
        ),
        key(
            "tag",
            Kind::Tag,
            "The tag. `${KEY}`, `${ID}`, `${RANDOM}`, `${TIMESTAMP}`, `${GIT_COMMIT}`, \
             `${GIT_BRANCH}`, `${GIT_DIRTY}` are replaced when the image is \
             tagged. Without it: a tag made from the image itself.",
        ),
        key("tags", Kind::List(&Kind::Tag), "Several tags; the first is written into manifests.")
            .since(V1Beta2),
        key(
            "dockerfile",
            Kind::Text,
            "Path of the Dockerfile from the project root. Default: `./Dockerfile`.",
        )
        .since(V1Beta2),
        key("context", Kind::Text, "Folder that is sent to the builder. Default: `./`.")
            .since(V1Beta2),
        key(
            "createPullSecret",
            Kind::Bool,
            "Make a pull secret for the image's registry. Default: false up to v1beta2, \
             true in later versions.",
        ),
        key("insecure", Kind::Bool, "Push with kaniko to a registry without TLS.").until(V1Beta1),
        key("skipPush", Kind::Bool, "Build and tag, but push nothing."),
        key("build", Kind::Section(&BUILD), "How the image is built; at most one builder."),
        key("entrypoint", TEXTS, "Replaces the ENTRYPOINT of the stage that is built.")
            .since(V1Beta2),
        key("cmd", TEXTS, "Replaces the CMD of the stage that is built.").since(V1Beta2),
        key(
            "buildArgs",
            Kind::Map(&Kind::OptionalText),
            "Build arguments; one without a value comes from the environment.",
        )
        .since(V1Beta2),
        key("target", Kind::Text, "The stage to build.").since(V1Beta2),
        key("network", Kind::Text, "Network mode of RUN.").since(V1Beta2),
        key("labels", TEXT_MAP, "Labels of the image.").since(V1Beta2),
        key(
            "rebuildStrategy",
            Kind::OneOf(&["default", "always", "ignoreContextChanges"]),
            "When the image is built again.",
        )
        .since(V1Beta2),
        key("reuse", REUSE, REUSE_ABOUT).since(V1Beta2),
        key("preferSyncOverRebuild", Kind::Bool, "Known to later versions; no sync here.")
            .since(V1Beta2)
            .passed(),
        key("injectRestartHelper", Kind::Bool, "Restart helper of later versions.")
            .since(V1Beta2)
            .refused("leave it out; no helper is put into images"),
        key("injectLegacyRestartHelper", Kind::Bool, "Restart helper of later versions.")
            .since(V1Beta2)
            .refused("leave it out; no helper is put into images"),
        key("restartHelperPath", Kind::Text, "Restart helper of later versions.")
            .since(V1Beta2)
            .refused("leave it out; no helper is put into images"),
        key("appendDockerfileInstructions", TEXTS, "Instructions that later versions append.")
            .since(V1Beta2)
            .refused(IN_THE_DOCKERFILE),
        key("tagsAppendRandom", Kind::Bool, "Random end of each tag in later versions.")
            .since(V1Beta2)
            .refused("end each tag in `-${RANDOM}`"),
        // Names of v2beta1 for what stands under `build` before.
        key("docker", Kind::Section(&DOCKER), "Build with a Docker engine.").since(V1Beta2),
        key("kaniko", Kind::Section(&KANIKO), "Build with kaniko in the cluster.").since(V1Beta2),
        key("buildKit", Kind::Section(&BUILDKIT), "Build with BuildKit.").since(V1Beta2),
        key("custom", Kind::Section(&CUSTOM), "Build with a command.").since(V1Beta2),
        key(
            "embedded",
            Kind::Section(&EMBEDDED),
            "Build with the builder within ds, without an engine.",
        )
        .since(V1Beta2),
    ],
};

const BUILD: Section = Section {
    name: "build",
    keys: &[
        key("disabled", Kind::Bool, "Never build this image."),
        key("dockerfilePath", Kind::Text, "Path of the Dockerfile.").until(V1Alpha2),
        key("contextPath", Kind::Text, "Folder that is sent to the builder.").until(V1Alpha2),
        key("dockerfile", Kind::Text, "Path of the Dockerfile.").since(V1Alpha3).until(V1Beta1),
        key("context", Kind::Text, "Folder that is sent to the builder.")
            .since(V1Alpha3)
            .until(V1Beta1),
        key("options", Kind::Section(&OPTIONS), "Options of the builder.").until(V1Beta1),
        key("docker", Kind::Section(&DOCKER), "Build with a Docker engine. The default."),
        key("kaniko", Kind::Section(&KANIKO), "Build with kaniko in the cluster."),
        key("custom", Kind::Section(&CUSTOM), "Build with a command.").since(V1Beta2),
        key("buildKit", Kind::Section(&BUILDKIT), "Build with BuildKit.").since(V1Beta2),
        key(
            "embedded",
            Kind::Section(&EMBEDDED),
            "Build with the builder within ds, without an engine.",
        )
        .since(V1Beta2),
        key("reuse", REUSE, REUSE_ABOUT).since(V1Beta2),
    ],
};

const OPTIONS: Section = Section {
    name: "buildOptions",
    keys: &[
        key("target", Kind::Text, "The stage to build."),
        key("network", Kind::Text, "Network mode of RUN."),
        key(
            "buildArgs",
            Kind::Map(&Kind::OptionalText),
            "Build arguments; one without a value comes from the environment.",
        ),
        key("labels", TEXT_MAP, "Labels of the image.").since(V1Beta2),
    ],
};

const DOCKER: Section = Section {
    name: "docker",
    keys: &[
        key(
            "preferMinikube",
            Kind::Bool,
            "Use minikube's engine if the kube context is minikube. Default: true.",
        ),
        key("skipPush", Kind::Bool, "Build and tag, but push nothing.").since(V1Beta2),
        key(
            "disableFallback",
            Kind::Bool,
            "Fail where no engine answers, instead of building without one.",
        )
        .since(V1Beta2),
        key("options", Kind::Section(&OPTIONS), "Options of the build.").since(V1Beta2),
        key(
            "useBuildKit",
            Kind::Bool,
            "The engine's BuildKit is used where it has one; `DOCKER_BUILDKIT` decides otherwise.",
        )
        .since(V1Beta2)
        .passed(),
        key("useCli", Kind::Bool, "The engine is spoken to directly.").since(V1Beta2).passed(),
        key("args", TEXTS, "Arguments of `docker build` in later versions.")
            .since(V1Beta2)
            .refused("use `options` or a `custom` builder"),
    ],
};

const KANIKO: Section = Section {
    name: "kaniko",
    keys: &[
        key("cache", Kind::Bool, "Cache layers in the registry. Default: true."),
        key("snapshotMode", Kind::Text, "How kaniko finds changed files. Default: `time`."),
        key("flags", TEXTS, "More arguments of kaniko's executor."),
        key("args", TEXTS, "As `flags`; the later name.").since(V1Beta2),
        key("namespace", Kind::Text, "Namespace of the build pod."),
        key("insecure", Kind::Bool, "Push without TLS.").since(V1Beta2),
        key("pullSecret", Kind::Text, "Secret with credentials that is mounted."),
        key("options", Kind::Section(&OPTIONS), "Options of the build.").since(V1Beta2),
        key("image", Kind::Text, "Image of kaniko.").since(V1Beta2),
        key("initImage", Kind::Text, "Image of the init container.").since(V1Beta2),
        key("env", TEXT_MAP, "Environment of kaniko.").since(V1Beta2),
        key("resources", Kind::Section(&RESOURCES), "Resources of the build pod.").since(V1Beta2),
        key("nodeSelector", TEXT_MAP, "Nodes that may run the pod.").since(V1Beta2),
        key("serviceAccount", Kind::Text, "Account of the pod.").since(V1Beta2),
        key("tolerations", Kind::List(&Kind::AnyMap), "Taints that the pod tolerates.")
            .since(V1Beta2),
        key("labels", TEXT_MAP, "Labels of the pod.").since(V1Beta2),
        key("annotations", TEXT_MAP, "Annotations of the pod.").since(V1Beta2),
        key("command", TEXTS, "Command of kaniko's container in later versions.")
            .since(V1Beta2)
            .refused("leave it out, or name another `image`"),
        key("skipPullSecretMount", Kind::Bool, "Mount no secret, in later versions.")
            .since(V1Beta2)
            .refused("leave it out; only a secret that is needed is mounted"),
        key("initEnv", TEXT_MAP, "Environment of the init container in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
        key("envFrom", Kind::AnyMap, "Environment from secrets in later versions.")
            .since(V1Beta2)
            .refused("use `env`"),
        key("additionalMounts", Kind::Any, "More mounts in later versions.")
            .since(V1Beta2)
            .refused("leave it out, or build with `docker` or `embedded`"),
        key("generateName", Kind::Text, "Name of the pod in later versions.")
            .since(V1Beta2)
            .refused("leave it out; each pod gets a name of its own"),
        key("hostUsers", Kind::Bool, "User namespace of the pod in later versions.")
            .since(V1Beta2)
            .refused("leave it out"),
    ],
};

const RESOURCES: Section = Section {
    name: "resources",
    keys: &[
        key("requests", TEXT_MAP, "What the pod asks for."),
        key("limits", TEXT_MAP, "What the pod may use at most."),
    ],
};

const BUILDKIT: Section = Section {
    name: "buildKit",
    keys: &[
        key("skipPush", Kind::Bool, "Build and tag, but push nothing."),
        key("preferMinikube", Kind::Bool, "Use minikube's engine if the kube context is minikube."),
        key("inCluster", Kind::Section(&IN_CLUSTER), "Build in the cluster."),
        key("options", Kind::Section(&OPTIONS), "Options of the build."),
        key("args", TEXTS, "Arguments of `docker buildx build` in later versions.")
            .refused("use `options` or a `custom` builder"),
        key("command", TEXTS, "Another command than `docker buildx` in later versions.")
            .refused("use a `custom` builder"),
    ],
};

const IN_CLUSTER: Section = Section {
    name: "inCluster",
    keys: &[
        key("name", Kind::Text, "Name of the builder."),
        key("namespace", Kind::Text, "Namespace of the builder."),
        key("rootless", Kind::Bool, "Run without root."),
        key("image", Kind::Text, "Image of BuildKit."),
        key("nodeSelector", Kind::Text, "Nodes that may run it."),
        key("noCreate", Kind::Bool, "Fail if there is no builder of that name."),
        key("noRecreate", Kind::Bool, "Leave a builder with other settings as it is."),
        key("noLoad", Kind::Bool, "Do not load the image into the engine."),
        key("createArgs", TEXTS, "Arguments of `docker buildx create` in later versions.")
            .refused("leave it out"),
    ],
};

const CUSTOM: Section = Section {
    name: "custom",
    keys: &[
        key("command", Kind::Text, "Program that builds the image. Required."),
        key("flags", TEXTS, "Arguments after the image's reference."),
        key("args", TEXTS, "As `flags`; the later name."),
        key(
            "imageFlag",
            Kind::Text,
            "Put before the image's reference, as an argument of its own.",
        ),
        key(
            "onChange",
            TEXTS,
            "Globs of the files that the image is built from; without any it is always built.",
        ),
        key("appendArgs", TEXTS, "More arguments in later versions.")
            .refused("put them into `args`, which follow the reference"),
        key("commands", Kind::Any, "Commands for each system in later versions.")
            .refused("use `command`"),
        key("imageTagOnly", Kind::Bool, "Only the tag is given, in later versions.")
            .refused("take the tag from the reference in the command"),
        key("skipImageArg", Kind::Bool, "No reference is given, in later versions.")
            .refused("let the command ignore its argument"),
    ],
};

const EMBEDDED: Section = Section {
    name: "embedded",
    keys: &[key("options", Kind::Section(&OPTIONS), "Options of the build.")],
};
