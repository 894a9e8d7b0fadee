//! Custom resources that hold images under another key than `image`, as data.
//!
//! A row names the API group, the kind, the path and where the rule was read.
//! Fields that are called `image` need no row: they are sites everywhere. No row
//! for a name that its operator joins with a version, nor for what a build writes.

use super::path::{self, Step};

/// What stands at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A string that is a whole reference.
    Whole,
    /// A mapping with `repository` and `tag`.
    Split,
}

pub(super) struct Row {
    group: &'static str,
    kind: &'static str,
    path: &'static str,
    form: Form,
    /// The project whose API reference says so.
    source: &'static str,
}

const fn whole(
    group: &'static str,
    kind: &'static str,
    path: &'static str,
    source: &'static str,
) -> Row {
    Row { group, kind, path, form: Form::Whole, source }
}

const fn split(
    group: &'static str,
    kind: &'static str,
    path: &'static str,
    source: &'static str,
) -> Row {
    Row { group, kind, path, form: Form::Split, source }
}

pub(super) const TABLE: &[Row] = &[
    whole("postgresql.cnpg.io", "Cluster", "spec.imageName", "CloudNativePG API reference"),
    whole(
        "acid.zalan.do",
        "postgresql",
        "spec.dockerImage",
        "Zalando postgres-operator, cluster manifest",
    ),
    whole(
        "acid.zalan.do",
        "OperatorConfiguration",
        "configuration.docker_image",
        "Zalando postgres-operator",
    ),
    whole(
        "acid.zalan.do",
        "OperatorConfiguration",
        "configuration.connection_pooler.connection_pooler_image",
        "Zalando postgres-operator",
    ),
    whole(
        "acid.zalan.do",
        "OperatorConfiguration",
        "configuration.logical_backup.logical_backup_docker_image",
        "Zalando postgres-operator",
    ),
    whole("cassandra.datastax.com", "CassandraDatacenter", "spec.serverImage", "cass-operator CRD"),
    whole(
        "cassandra.datastax.com",
        "CassandraDatacenter",
        "spec.systemLoggerImage",
        "cass-operator CRD",
    ),
    whole(
        "cassandra.datastax.com",
        "CassandraDatacenter",
        "spec.configBuilderImage",
        "cass-operator CRD",
    ),
    whole(
        "k8ssandra.io",
        "K8ssandraCluster",
        "spec.cassandra.serverImage",
        "k8ssandra-operator CRD",
    ),
    whole("pkg.crossplane.io", "Provider", "spec.package", "Crossplane API: pkg.crossplane.io/v1"),
    whole(
        "pkg.crossplane.io",
        "Configuration",
        "spec.package",
        "Crossplane API: pkg.crossplane.io/v1",
    ),
    whole("pkg.crossplane.io", "Function", "spec.package", "Crossplane API: pkg.crossplane.io/v1"),
    whole("apps.kruise.io", "ImageListPullJob", "spec.images[*]", "OpenKruise ImageListPullJob"),
    whole(
        "psmdb.percona.com",
        "PerconaServerMongoDB",
        "spec.initImage",
        "Percona operator options",
    ),
    whole("pxc.percona.com", "PerconaXtraDBCluster", "spec.initImage", "Percona operator options"),
    whole("vault.banzaicloud.com", "Vault", "spec.bankVaultsImage", "bank-vaults operator"),
    whole("vault.banzaicloud.com", "Vault", "spec.statsdImage", "bank-vaults operator"),
    whole("vault.banzaicloud.com", "Vault", "spec.fluentdImage", "bank-vaults operator"),
    whole(
        "operator.knative.dev",
        "KnativeServing",
        "spec.registry.default",
        "Knative operator, image registry",
    ),
    whole(
        "operator.knative.dev",
        "KnativeServing",
        "spec.registry.override.*",
        "Knative operator, image registry",
    ),
    whole(
        "operator.knative.dev",
        "KnativeEventing",
        "spec.registry.override.*",
        "Knative operator, image registry",
    ),
    whole("planetscale.com", "VitessCluster", "spec.images.*", "vitess-operator API reference"),
    whole("apps.gitlab.com", "Runner", "spec.runnerImage", "GitLab Runner operator"),
    whole("apps.gitlab.com", "Runner", "spec.helperImage", "GitLab Runner operator"),
    whole("apps.gitlab.com", "Runner", "spec.buildImage", "GitLab Runner operator"),
    whole(
        "build.openshift.io",
        "BuildConfig",
        "spec.strategy.dockerStrategy.from.name",
        "OpenShift BuildConfig API",
    ),
    whole(
        "build.openshift.io",
        "BuildConfig",
        "spec.strategy.sourceStrategy.from.name",
        "OpenShift BuildConfig API",
    ),
    whole(
        "image.openshift.io",
        "ImageStream",
        "spec.tags[*].from.name",
        "OpenShift ImageStream API",
    ),
    split("operator.victoriametrics.com", "VMSingle", "spec.image", "VictoriaMetrics operator API"),
    split("operator.victoriametrics.com", "VMAgent", "spec.image", "VictoriaMetrics operator API"),
    split("operator.victoriametrics.com", "VMAlert", "spec.image", "VictoriaMetrics operator API"),
    split(
        "operator.victoriametrics.com",
        "VMCluster",
        "spec.*.image",
        "VictoriaMetrics operator API",
    ),
    split("zookeeper.pravega.io", "ZookeeperCluster", "spec.image", "pravega zookeeper-operator"),
    split("logging.banzaicloud.io", "Logging", "spec.*.image", "logging-operator CRD reference"),
    split(
        "logging.banzaicloud.io",
        "FluentbitAgent",
        "spec.image",
        "logging-operator CRD reference",
    ),
    split("solr.apache.org", "SolrCloud", "spec.solrImage", "Apache Solr operator"),
    split("solr.apache.org", "SolrCloud", "spec.busyBoxImage", "Apache Solr operator"),
    split("yugabyte.com", "YBCluster", "spec.image", "YugabyteDB operator"),
];

/// Whether some row is about this kind, of whatever group.
pub(super) fn knows_kind(kind: &str) -> bool {
    TABLE.iter().any(|row| row.kind == kind)
}

/// The source of the row that makes the value at this path of an object an image.
pub(super) fn source_of(
    api_version: &str,
    kind: &str,
    steps: &[Step<'_>],
    form: Form,
) -> Option<&'static str> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let taken = |row: &&Row| {
        row.form == form && row.kind == kind && row.group == group && path::matches(row.path, steps)
    };
    TABLE.iter().find(taken).map(|row| row.source)
}

#[cfg(test)]
mod tests {
    use super::TABLE;

    #[test]
    fn each_row_is_complete_and_no_row_is_there_twice() {
        for (index, row) in TABLE.iter().enumerate() {
            assert!(!row.source.is_empty() && row.group.contains('.'), "{}", row.kind);
            let same = |other: &&super::Row| {
                (other.group, other.kind, other.path) == (row.group, row.kind, row.path)
            };
            assert!(!TABLE[..index].iter().any(|other| same(&other)), "{} {}", row.kind, row.path);
        }
    }
}
