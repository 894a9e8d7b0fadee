//! Users of the node with rights of their own: a service account each, whose token is in
//! a kubeconfig. Only what they ask is counted under their name.

use std::fs;
use std::path::PathBuf;

use crate::bed::Bed;
use crate::node::Node;

/// See the module.
pub struct User {
    /// As the API server's log has it.
    pub name: String,
    pub kubeconfig: PathBuf,
    /// Made to be found by a grep wherever it leaks.
    pub token: String,
    namespace: String,
    account: String,
}

impl Node {
    /// A user that may do this in a namespace: resources (`deployments.apps`) and verbs
    /// (`get,list`).
    pub fn user(&self, bed: &Bed, namespace: &str, rules: &[(&str, &str)]) -> User {
        let user = self.account(bed, namespace);
        let list =
            |words: &str| words.split(',').map(|w| format!("'{w}'")).collect::<Vec<_>>().join(", ");
        let rule = |(resource, verbs): &(&str, &str)| {
            let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
            format!(
                "- {{apiGroups: ['{group}'], resources: ['{resource}'], verbs: [{}]}}\n",
                list(verbs)
            )
        };
        let rules: String = rules.iter().map(rule).collect();
        let of = format!("metadata: {{name: {}, namespace: {namespace}}}", user.account);
        self.apply(&format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n{of}\nrules:\n{rules}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\n{of}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {0}}}\nsubjects: [{{kind: ServiceAccount, name: {0}, namespace: {namespace}}}]\n",
            user.account
        ));
        user
    }

    /// A user that may do everything.
    pub fn administrator(&self, bed: &Bed, namespace: &str) -> User {
        let user = self.account(bed, namespace);
        self.apply(&format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: {0}}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}\nsubjects: [{{kind: ServiceAccount, name: {0}, namespace: {namespace}}}]\n",
            user.account
        ));
        user
    }

    fn account(&self, bed: &Bed, namespace: &str) -> User {
        let account = format!("user-{}", bed.unique());
        let _ = self.kubectl(&["create", "serviceaccount", &account, "-n", namespace]).ok();
        let token = self.kubectl(&["create", "token", &account, "-n", namespace]).ok().out();
        let token = token.trim().to_owned();
        let kubeconfig = bed.folder("user").join("kubeconfig");
        let text = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{name: test, cluster: {{server: '{}', certificate-authority: {}}}}}]\nusers: [{{name: user, user: {{token: '{token}'}}}}]\ncontexts: [{{name: test, context: {{cluster: test, user: user}}}}]\ncurrent-context: test\n",
            self.server(),
            self.ca().display()
        );
        fs::write(&kubeconfig, text).unwrap();
        let name = format!("system:serviceaccount:{namespace}:{account}");
        User { name, kubeconfig, token, namespace: namespace.to_owned(), account }
    }
}

impl User {
    /// Deletes the account: its token is worth nothing any more.
    pub fn forget(&self, node: &Node) {
        let _ =
            node.kubectl(&["delete", "serviceaccount", &self.account, "-n", &self.namespace]).ok();
    }
}
