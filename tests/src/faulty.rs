//! A registry that answers wrongly: any request to blobs or manifests gets one
//! status. Only for answers that the real registry cannot be brought to give.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// See the module. Its thread ends with the process.
pub struct Faulty {
    host: String,
    requests: Arc<AtomicUsize>,
}

impl Faulty {
    /// Answers 200 to `/v2/` and `status` with docker's error `code` to the rest.
    pub fn start(status: u16, code: &'static str) -> Self {
        let error = format!(r#"{{"code":"{code}","message":"the double says {code}"}}"#);
        Self::saying(status, format!(r#"{{"errors":[{error}]}}"#))
    }

    /// The same with another body: as a stand-in for other servers.
    pub fn saying(status: u16, body: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(AtomicUsize::new(0));
        let (counter, body) = (Arc::clone(&requests), Arc::new(body));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (counter, body) = (Arc::clone(&counter), Arc::clone(&body));
                thread::spawn(move || {
                    let _ = serve(&stream, status, &body, &counter);
                });
            }
        });
        Self { host, requests }
    }

    /// `127.0.0.1:PORT`, as image names begin.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// How many requests got the wrong answer.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

/// One request a connection: the head is read, a body left alone.
fn serve(
    mut stream: &TcpStream,
    status: u16,
    body: &str,
    count: &AtomicUsize,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let path = request.split(' ').nth(1).unwrap_or("");
    if path == "/v2/" {
        return stream.write_all(
            b"HTTP/1.1 200 OK\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        );
    }
    count.fetch_add(1, Ordering::Relaxed);
    write!(
        stream,
        "HTTP/1.1 {status} Double\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        body.len(),
        if request.starts_with("HEAD") { "" } else { body }
    )
}
