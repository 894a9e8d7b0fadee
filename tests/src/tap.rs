//! A Unix socket in front of the engine's that writes down what is asked: proof of
//! what a step did not do.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use regex::bytes::Regex;

/// See the module. Its threads end with the process.
pub struct Tap {
    socket: PathBuf,
    heard: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicUsize>,
}

impl Tap {
    /// Listens at `socket` and passes everything on to the socket `to`.
    pub fn start(socket: PathBuf, to: &Path) -> Self {
        let listener = UnixListener::bind(&socket).unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let sent = Arc::new(AtomicUsize::new(0));
        let (to, ears, scale) = (to.to_owned(), Arc::clone(&heard), Arc::clone(&sent));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(engine) = UnixStream::connect(&to) else { continue };
                let (ears, scale) = (Arc::clone(&ears), Arc::clone(&scale));
                let (from, into) = (client.try_clone().unwrap(), engine.try_clone().unwrap());
                let hear = move |bytes: &[u8]| {
                    scale.fetch_add(bytes.len(), Ordering::Relaxed);
                    listen(bytes, &ears);
                };
                thread::spawn(move || pass(from, into, hear));
                thread::spawn(move || pass(engine, client, |_| {}));
            }
        });
        Self { socket, heard, sent }
    }

    /// As DOCKER_HOST wants it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// The requests so far (`POST /v1.41/build?…`), and forgets them.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// Bytes that went to the engine so far, and begins anew.
    pub fn bytes(&self) -> usize {
        self.sent.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, mut hear: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        hear(&buffer[..n]);
        if to.write_all(&buffer[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// A client writes a request's head in one piece: its line is at the start of a read.
fn listen(bytes: &[u8], heard: &Mutex<Vec<String>>) {
    let head = Regex::new(r"^((?:GET|HEAD|POST|PUT|DELETE) /\S*) HTTP/1\.1\r\n").unwrap();
    if let Some(found) = head.captures(bytes) {
        heard.lock().unwrap().push(String::from_utf8_lossy(&found[1]).into_owned());
    }
}
