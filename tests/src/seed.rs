//! Images made by hand and put into a registry by skopeo: known bytes, no builder.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::bed::{Bed, Skip};
use crate::child::run_bounded;
use crate::registry::{PASSWORD, Registry, USER};

/// An image of two layers, `size` bytes the larger, put into the registry by skopeo.
/// Returns its digest.
pub fn seed(bed: &Bed, registry: &Registry, name: &str, size: usize) -> Result<String, Skip> {
    let skopeo = bed.program("skopeo")?;
    let folder = bed.folder("seed");
    // Bytes that no gzip makes smaller, other ones for each image.
    let mut state = u64::from(bed.unique()) | 1;
    let noise: Vec<u8> = (0..size)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        })
        .collect();
    let layer = |bytes: &[u8]| {
        std::fs::write(folder.join("noise"), bytes).unwrap();
        let mut tar = Command::new("tar");
        tar.args(["-c", "--remove-files", "-C"]).arg(&folder).arg("noise");
        let tar = run_bounded(&mut tar, b"", Duration::from_secs(60)).ok();
        put(&folder, &tar.stdout)
    };
    let layers = [layer(&noise), layer(format!("{name}\n").as_bytes())];
    let diffs: Vec<String> = layers.iter().map(|(digest, _)| digest.clone()).collect();
    let config = json!({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": { "type": "layers", "diff_ids": diffs },
    });
    let (config, length) = put(&folder, config.to_string().as_bytes());
    let kind = "application/vnd.oci.image.layer.v1.tar";
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, size)| json!({ "mediaType": kind, "digest": digest, "size": size }))
        .collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": config, "size": length,
        },
        "layers": layers,
    });
    let (digest, length) = put(&folder, manifest.to_string().as_bytes());
    let index = json!({
        "schemaVersion": 2,
        "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest, "size": length,
        }],
    });
    std::fs::write(folder.join("index.json"), index.to_string()).unwrap();
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let mut copy = Command::new(skopeo);
    copy.args(["--insecure-policy", "copy", "-q", "--preserve-digests", "--dest-tls-verify=false"]);
    copy.arg("--dest-creds");
    copy.arg(format!("{USER}:{PASSWORD}"));
    copy.arg(format!("oci:{}", folder.display()));
    copy.arg(format!("docker://{}/{name}", registry.host()));
    let _ = run_bounded(&mut copy, b"", Duration::from_secs(120)).ok();
    Ok(digest)
}

/// A blob of an OCI layout; its digest and size.
fn put(folder: &Path, bytes: &[u8]) -> (String, usize) {
    let sum = run_bounded(&mut Command::new("sha256sum"), bytes, Duration::from_secs(60)).ok();
    let hex = String::from_utf8_lossy(&sum.stdout)[..64].to_owned();
    let blobs = folder.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    std::fs::write(blobs.join(&hex), bytes).unwrap();
    (format!("sha256:{hex}"), bytes.len())
}
