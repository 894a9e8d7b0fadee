//! Certificates of one run: a CA, a server for loopback, a client.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::bed::{Bed, Skip};
use crate::child::run_bounded;

/// A folder with `ca.pem`, `server-{cert,key}.pem`, and docker's `cert.pem`, `key.pem`.
pub(crate) fn make(bed: &Bed) -> Result<PathBuf, Skip> {
    bed.program("openssl")?;
    let folder = bed.folder("crt");
    openssl(
        &folder,
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=testca -keyout ca-key.pem -out ca.pem",
    );
    sign(
        &folder,
        "server-",
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
    );
    sign(&folder, "", "extendedKeyUsage=clientAuth\n");
    Ok(folder)
}

fn sign(folder: &Path, prefix: &str, extensions: &str) {
    std::fs::write(folder.join("ext"), extensions).unwrap();
    openssl(
        folder,
        &format!("req -newkey rsa:2048 -nodes -subj /CN=test -keyout {prefix}key.pem -out csr"),
    );
    openssl(
        folder,
        &format!(
            "x509 -req -days 30 -in csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile ext -out {prefix}cert.pem"
        ),
    );
}

fn openssl(folder: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command.args(arguments.split(' ')).current_dir(folder);
    let _ = run_bounded(&mut command, b"", Duration::from_secs(60)).ok();
}
