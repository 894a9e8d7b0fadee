//! The keys at the top of devspace.yaml, of devspace-configs.yaml, and of variables.

use super::deployment::DEPLOYMENT;
use super::dev::DEV;
use super::image::IMAGE;
use super::{Key, Kind, REUSE, REUSE_ABOUT, Section, TEXTS, key};
use crate::config::version::Version::{V1Beta1, V1Beta2, V1Beta11, V2Beta1};

const DEPLOYMENTS: Kind = Kind::List(&Kind::Section(&DEPLOYMENT));
const DEPENDENCIES: Kind = Kind::List(&Kind::Section(&DEPENDENCY));

pub(in crate::config) const PROJECT: Section = Section {
    name: "project",
    keys: &[
        key("version", Kind::Text, "Version of this file: `v1beta2`."),
        key("images", Kind::Map(&Kind::Section(&IMAGE)), "The images to build, by name."),
        key(
            "deployments",
            Kind::Either(&DEPLOYMENTS, &Kind::Map(&Kind::Section(&DEPLOYMENT))),
            "What is deployed, in this order: a list, or (later versions) a mapping by name.",
        ),
        key("dev", Kind::Section(&DEV), "The dev variant.").until(V1Beta11),
        key("dev", Kind::Any, "Out of scope in v2beta1.").since(V2Beta1).passed(),
        key("hooks", Kind::List(&Kind::Section(&HOOK)), "Commands before and after steps.")
            .since(V1Beta2),
        key("cluster", Kind::Section(&CLUSTER), "Kube context and namespace."),
        key(
            "dependencies",
            Kind::Either(&DEPENDENCIES, &Kind::Map(&Kind::Section(&DEPENDENCY))),
            "Other projects; not carried out.",
        )
        .since(V1Beta2),
        key(
            "rewrite",
            Kind::Section(&REWRITE),
            "Where manifests hold images, beside the places that every manifest has.",
        ),
        key(
            "pullSecrets",
            Kind::Either(
                &Kind::List(&Kind::Section(&PULL_SECRET)),
                &Kind::Map(&Kind::Section(&PULL_SECRET)),
            ),
            "Pull secrets for registries.",
        )
        .since(V1Beta2),
        key("reuse", REUSE, REUSE_ABOUT).since(V1Beta2),
        key("vars", VARIABLES, "Variables: a list, or (v2beta1) a mapping by name.").since(V1Beta2),
        key(
            "profiles",
            Kind::List(&Kind::Section(&PROFILE)),
            "Changes of this config, chosen by `--profile`.",
        )
        .since(V1Beta2),
        key("name", Kind::Text, "Name of the project.").since(V1Beta2).passed(),
        key("commands", Kind::Any, "Out of scope.").since(V1Beta2).passed(),
        key("require", Kind::Any, "Versions of tools that later versions demand.")
            .since(V1Beta2)
            .passed(),
        key("pipelines", Kind::Any, "Pipelines of v2beta1; the steps are run in their own order.")
            .since(V1Beta2)
            .passed(),
        key("functions", Kind::Any, "Functions of v2beta1's pipelines.").since(V1Beta2).passed(),
        key("localRegistry", Kind::Any, "The local registry of v2beta1.").since(V1Beta2).passed(),
        key("imports", Kind::Any, "Other files, in v2beta1.")
            .since(V1Beta2)
            .refused("copy what they hold into this file"),
    ],
};

const REWRITE: Section = Section {
    name: "rewrite",
    keys: &[
        key(
            "rules",
            Kind::List(&Kind::Section(&RULE)),
            "Further places that hold images, and which image a place holds.",
        ),
        key(
            "exclude",
            Kind::List(&Kind::Section(&EXCLUSION)),
            "Places that are left alone, with all below them.",
        ),
    ],
};

const RULE: Section = Section {
    name: "rewriteRule",
    keys: &[
        RULE_KIND,
        RULE_API_VERSION,
        RULE_NAME,
        key(
            "path",
            Kind::Text,
            "Where in the object: `spec.template.spec.containers[*].env[name=SIDECAR].value`. Required.",
        ),
        key("image", Kind::Text, "Only where this image of the config stands."),
        key(
            "part",
            Kind::OneOf(&["reference", "registry", "repository", "tag", "digest"]),
            "What of the image stands there; all but `reference` need `image`.",
        ),
        key("known", Kind::Bool, "Other images there are unresolved: see `--unresolved`."),
    ],
};

const EXCLUSION: Section = Section {
    name: "rewriteExclusion",
    keys: &[
        RULE_KIND,
        RULE_API_VERSION,
        RULE_NAME,
        key("path", Kind::Text, "Where in the object; all of it by default."),
    ],
};

const RULE_KIND: Key =
    key("kind", Kind::Text, "Kinds of objects, with `*` and `?`; all by default.");
const RULE_API_VERSION: Key =
    key("apiVersion", Kind::Text, "Their API versions, with `*` and `?`; all by default.");
const RULE_NAME: Key = key("name", Kind::Text, "Their names, with `*` and `?`; all by default.");

const CLUSTER: Section = Section {
    name: "cluster",
    keys: &[
        key("kubeContext", Kind::Text, "The kube context."),
        key("namespace", Kind::Text, "The default namespace."),
        key("cloudProvider", Kind::Text, "Out of scope.").passed(),
        key("apiServer", Kind::Text, "Out of scope; use a kube context.").until(V1Beta1).passed(),
        key("caCert", Kind::Text, "Out of scope; use a kube context.").until(V1Beta1).passed(),
        key("user", Kind::AnyMap, "Out of scope; use a kube context.").until(V1Beta1).passed(),
    ],
};

const DEPENDENCY: Section = Section {
    name: "dependency",
    keys: &[
        key("source", Kind::Section(&SOURCE), "Where it is."),
        key("config", Kind::Text, "Name of its config."),
        key("name", Kind::Text, "Its name."),
        key("skipBuild", Kind::Bool, "Do not build it."),
        key("ignoreDependencies", Kind::Bool, "Leave its own dependencies out."),
        key("namespace", Kind::Text, "Its namespace."),
        key("git", Kind::Text, "As `source.git`, of v2beta1."),
        key("path", Kind::Text, "As `source.path`, of v2beta1."),
        key("branch", Kind::Text, "As `source.branch`, of v2beta1."),
        key("tag", Kind::Text, "As `source.tag`, of v2beta1."),
        key("revision", Kind::Text, "As `source.revision`, of v2beta1."),
        key("subPath", Kind::Text, "As `source.subPath`, of v2beta1."),
        key("profile", Kind::Text, "Its profile.").passed(),
        key("profiles", TEXTS, "Its profiles.").passed(),
        key("vars", Kind::Any, "Its variables.").passed(),
        key("pipeline", Kind::Text, "Its pipeline.").passed(),
        key("disabled", Kind::Bool, "Leave it out.").passed(),
        key("overwriteVars", Kind::Any, "Give it this project's variables.").passed(),
        key("dev", Kind::Any, "Its development settings.").passed(),
        key("profileParents", TEXTS, "Parents of its profile.").passed(),
    ],
};

const SOURCE: Section = Section {
    name: "source",
    keys: &[
        key("git", Kind::Text, "URL of a git repository."),
        key("subPath", Kind::Text, "Folder within it."),
        key("branch", Kind::Text, "Its branch."),
        key("tag", Kind::Text, "Its tag."),
        key("revision", Kind::Text, "Its commit."),
        key("path", Kind::Text, "A folder on this machine."),
    ],
};

const HOOK: Section = Section {
    name: "hook",
    keys: &[
        key("command", Kind::Text, "The program. Required."),
        key("args", TEXTS, "Its arguments."),
        key("when", Kind::Section(&WHEN), "When it is run."),
        key("name", Kind::Text, "A name for messages.").passed(),
        key("events", TEXTS, "When it is run, in later versions.").refused("use `when`"),
        key("os", Kind::Text, "Only on one system, in later versions.")
            .refused("test for the system in the command"),
        key("background", Kind::Bool, "Do not wait, in later versions.")
            .refused("let the command go to the background"),
        key("silent", Kind::Bool, "Print nothing, in later versions.")
            .refused("let the command be silent"),
        key("container", Kind::Any, "Run in a container, in later versions.")
            .refused("use `kubectl exec` in the command"),
        key("upload", Kind::Any, "Copy to a container, in later versions.")
            .refused("use `kubectl cp` in the command"),
        key("download", Kind::Any, "Copy from a container, in later versions.")
            .refused("use `kubectl cp` in the command"),
        key("logs", Kind::Any, "Print logs, in later versions.")
            .refused("use `kubectl logs` in the command"),
        key("wait", Kind::Any, "Wait for a container, in later versions.")
            .refused("use `kubectl wait` in the command"),
    ],
};

const WHEN: Section = Section {
    name: "when",
    keys: &[
        key("before", Kind::Section(&STAGE), "Before a stage."),
        key("after", Kind::Section(&STAGE), "After a stage."),
    ],
};

const STAGE: Section = Section {
    name: "stage",
    keys: &[
        key("images", Kind::Text, "`all`: when images are built."),
        key("deployments", Kind::Text, "`all`, or the name of a deployment."),
        key("dependencies", Kind::Text, "Of later versions.")
            .refused("dependencies are not carried out"),
        key("pullSecrets", Kind::Text, "Of later versions.")
            .refused("use `images` or `deployments`"),
        key("initialSync", Kind::Text, "Of later versions.").refused("there is no sync here"),
    ],
};

const PULL_SECRET: Section = Section {
    name: "pullSecret",
    keys: &[
        key("registry", Kind::Text, "The registry. Required."),
        key("secret", Kind::Text, "Name of the secret."),
        key("serviceAccounts", TEXTS, "Accounts whose pods use it."),
        key("name", Kind::Text, "A name for messages.").passed(),
        key("disabled", Kind::Bool, "Leave it out."),
        key("email", Kind::Text, "No registry asks for it.").passed(),
        key("username", Kind::Text, "User, in later versions.")
            .refused("log in with `docker login`; credentials are taken from there"),
        key("password", Kind::Text, "Password, in later versions.")
            .refused("log in with `docker login`; credentials are taken from there"),
    ],
};

const PROFILE: Section = Section {
    name: "profile",
    keys: &[
        key("name", Kind::Text, "Name of the profile. Required."),
        key("description", Kind::Text, "What it is for."),
        key("parent", Kind::Text, "A profile that is applied before."),
        key("parents", Kind::Any, "Profiles that are applied before, in later versions.")
            .refused("use `parent`, or give several `--profile`"),
        key("replace", Kind::AnyMap, "Sections that take the place of the config's."),
        key("merge", Kind::AnyMap, "Merged into the config; a null removes a key."),
        key("strategicMerge", Kind::AnyMap, "Kubernetes' merge, in later versions.")
            .refused("use `merge` or `patches`"),
        key("patches", Kind::List(&Kind::Section(&PATCH)), "Single changes."),
        key("activation", Kind::Any, "When later versions take it by themselves.")
            .refused("choose it with `--profile`"),
    ],
};

const PATCH: Section = Section {
    name: "patch",
    keys: &[
        key("op", Kind::OneOf(&["add", "replace", "remove"]), "What is done. Required."),
        key(
            "path",
            Kind::Text,
            "Where: `images.api.tag`, `deployments[0]`, `deployments.name=api.helm`. Required.",
        ),
        key("value", Kind::Any, "The new value."),
    ],
};

pub(in crate::config) const VARIABLES: Kind =
    Kind::Either(&Kind::List(&Kind::Section(&VARIABLE)), &VARIABLE_MAP);
const VARIABLE_MAP: Kind = Kind::Map(&Kind::Either(&Kind::Section(&VARIABLE), &Kind::Text));

const VARIABLE: Section = Section {
    name: "variable",
    keys: &[
        key("name", Kind::Text, "Name of the variable. Required in a list."),
        key(
            "source",
            Kind::OneOf(&["all", "env", "input", "command", "none"]),
            "Where the value comes from. Default: `all`.",
        ),
        key("question", Kind::Text, "What is asked."),
        key("default", Kind::Text, "The value if nothing else gives one."),
        key("value", Kind::Text, "A fixed value."),
        key("options", TEXTS, "The values to choose from."),
        key("validationPattern", Kind::Text, "A regular expression that the value must match."),
        key("validationMessage", Kind::Text, "What is said when it does not."),
        key("password", Kind::Bool, "Do not show the answer while it is typed, do not store it."),
        key("noCache", Kind::Bool, "Ask each time."),
        key("command", Kind::Text, "A command that prints the value, in later versions; not run."),
        key("args", TEXTS, "Arguments of `command`."),
        key("commands", Kind::Any, "Commands for each system; not run."),
        key("alwaysResolve", Kind::Bool, "Of later versions.").passed(),
    ],
};

/// The file devspace-configs.yaml.
pub(in crate::config) const CONFIGS: Kind = Kind::Map(&Kind::Section(&NAMED_CONFIG));

const NAMED_CONFIG: Section = Section {
    name: "namedConfig",
    keys: &[
        key("config", Kind::Section(&OVERRIDE), "The config."),
        key("overrides", Kind::List(&Kind::Section(&OVERRIDE)), "Changes, merged in this order."),
        key("vars", Kind::Section(&NAMED_VARIABLES), "The variables."),
    ],
};

/// A config within devspace-configs.yaml: in a file or in place.
const OVERRIDE: Section = Section {
    name: "configSource",
    keys: &[
        key("path", Kind::Text, "A file, from the project root."),
        key("data", Kind::AnyMap, "The config itself."),
    ],
};

const NAMED_VARIABLES: Section = Section {
    name: "variableSource",
    keys: &[
        key("path", Kind::Text, "A file, from the project root."),
        key("data", VARIABLES, "The definitions themselves."),
    ],
};
