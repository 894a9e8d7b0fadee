//! Helm's releases as they stand in a cluster: each revision is a secret, whose labels
//! say what became of it. Reads metadata only; the secrets' contents stay where they are.

use serde_json::Value;

use super::call::{Call, METADATA_LIST};
use super::connect::Cluster;
use super::discovery::Resource;
use super::error::Error;
use super::look::Key;

/// A revision of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub secret: String,
    pub uid: String,
    pub number: u64,
    /// `deployed`, `superseded`, `failed`, `pending-upgrade`…
    pub status: String,
}

impl Revision {
    /// Whether helm refuses to touch the release: it died, or is at work right now.
    pub fn is_pending(&self) -> bool {
        self.status.starts_with("pending-")
    }
}

impl Cluster {
    /// The latest revision of a release.
    pub async fn release(&self, namespace: &str, name: &str) -> Result<Option<Revision>, Error> {
        let secrets = Resource::core("Secret", "secrets", true);
        let call = Call::get(secrets.path(Some(namespace)), secrets.what("list", Some(namespace)))
            .accept(METADATA_LIST)
            .query("labelSelector", format!("owner=helm,name={name}"));
        let answer = self.call(&call).await?;
        let items = answer["items"].as_array().into_iter().flatten();
        Ok(items.filter_map(|item| revision(&item["metadata"])).max_by_key(|found| found.number))
    }
}

fn revision(metadata: &Value) -> Option<Revision> {
    let label = |name: &str| metadata["labels"][name].as_str();
    Some(Revision {
        secret: metadata["name"].as_str()?.to_owned(),
        uid: metadata["uid"].as_str()?.to_owned(),
        number: label("version")?.parse().ok()?,
        status: label("status")?.to_owned(),
    })
}

/// Where a revision's secret is found again.
pub fn key(namespace: &str, secret: &str) -> Key {
    Key::of(&Resource::core("Secret", "secrets", true), namespace, secret)
}

/// Whether a secret's metadata is that of this revision, and of one that is in force.
pub fn is_in_force(metadata: &Value, uid: &str) -> bool {
    metadata["uid"] == uid && metadata["labels"]["status"] == "deployed"
}
