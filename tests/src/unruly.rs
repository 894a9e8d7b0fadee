//! A proxy in front of a real registry that misbehaves as it is told, and writes down what
//! it is asked: faults on the way that no registry can be brought to show.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as the proxy saw it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub path: String,
    /// `Authorization`, if it was sent.
    pub authorization: Option<String>,
    /// `Range`, if it was sent.
    pub range: Option<String>,
    /// How many requests of this method and path came before.
    pub nth: usize,
}

impl Asked {
    /// Whether a blob is fetched.
    pub fn is_blob(&self) -> bool {
        self.method == "GET" && self.path.contains("/blobs/")
    }
}

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Fate {
    Pass,
    /// An answer without the registry: status, further header lines, body.
    Answer(u16, String, Vec<u8>),
    /// The registry's answer, of whose body only so many bytes come before the line breaks.
    Cut(usize),
    /// The registry's answer with its body's first byte changed.
    Spoil,
    /// The registry's answer, in pieces with pauses between.
    Slow(Duration),
    /// The line breaks at once.
    Hang,
}

type Rule = dyn Fn(&Asked) -> Fate + Send + Sync;

/// See the module. Its threads end with the process.
pub struct Unruly {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Unruly {
    /// Passes to the registry at `upstream` (`host:port`) what `rule` lets pass.
    pub fn start(upstream: &str, rule: impl Fn(&Asked) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, rule): (_, Arc<Rule>) = (Arc::clone(&asked), Arc::new(rule));
        let upstream = upstream.to_owned();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, rule, upstream) = (Arc::clone(&log), Arc::clone(&rule), upstream.clone());
                thread::spawn(move || {
                    let _ = serve(&stream, port, &upstream, &log, &*rule);
                });
            }
        });
        Self { port, asked }
    }

    /// `127.0.0.1:PORT`, as image names begin.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The requests so far, and forgets them.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The requests so far as `METHOD path` without queries, and forgets them.
    pub fn lines(&self) -> Vec<String> {
        let line = |asked: &Asked| {
            format!("{} {}", asked.method, asked.path.split('?').next().unwrap_or_default())
        };
        self.take().iter().map(line).collect()
    }
}

/// One request a connection. A greeting of TLS is no request: the line breaks.
fn serve(
    mut client: &TcpStream,
    port: u16,
    upstream: &str,
    log: &Mutex<Vec<Asked>>,
    rule: &Rule,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(client);
    let mut first = [0; 1];
    if client.peek(&mut first)? == 0 || !first[0].is_ascii_uppercase() {
        return Ok(());
    }
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        if line == "\r\n" {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let value = |name: &str| {
        let found = head.iter().filter_map(|line| line.split_once(": "));
        found.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
    };
    let mut words = head.first().map(String::as_str).unwrap_or_default().split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let asked = {
        let mut log = log.lock().unwrap();
        let nth = log.iter().filter(|a| a.method == method && a.path == path).count();
        let asked = Asked {
            method: method.to_owned(),
            path: path.to_owned(),
            authorization: value("authorization"),
            range: value("range"),
            nth,
        };
        log.push(asked.clone());
        asked
    };
    let fate = rule(&asked);
    let length: u64 = value("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    match fate {
        Fate::Hang => return Ok(()),
        Fate::Answer(status, headers, body) => {
            // What was sent is read, so that the answer is: a reset would eat it.
            std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink())?;
            write!(
                client,
                "HTTP/1.1 {status} Unruly\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            )?;
            return if method == "HEAD" { Ok(()) } else { client.write_all(&body) };
        }
        _ => {}
    }
    let mut server = TcpStream::connect(upstream)?;
    for line in head.iter().filter(|line| !line.to_ascii_lowercase().starts_with("connection:")) {
        // The registry shall call itself by the proxy's name in its answers.
        write!(server, "{line}\r\n")?;
    }
    write!(server, "Connection: close\r\nX-Forwarded-Host: 127.0.0.1:{port}\r\n\r\n")?;
    std::io::copy(&mut reader.by_ref().take(length), &mut server)?;
    answer(&server, client, &fate)
}

/// The registry's answer, as far as it shall come.
fn answer(server: &TcpStream, mut client: &TcpStream, fate: &Fate) -> std::io::Result<()> {
    let mut reader = BufReader::new(server);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        client.write_all(line.as_bytes())?;
        if line == "\r\n" {
            break;
        }
    }
    match fate {
        Fate::Cut(bytes) => {
            std::io::copy(&mut reader.take(*bytes as u64), &mut client)?;
        }
        Fate::Spoil => {
            let mut body = Vec::new();
            reader.read_to_end(&mut body)?;
            if let Some(byte) = body.first_mut() {
                *byte ^= 1;
            }
            client.write_all(&body)?;
        }
        Fate::Slow(pause) => {
            let mut piece = vec![0; 64 << 10];
            while let Ok(count @ 1..) = reader.read(&mut piece) {
                client.write_all(&piece[..count])?;
                thread::sleep(*pause);
            }
        }
        _ => {
            std::io::copy(&mut reader, &mut client)?;
        }
    }
    Ok(())
}
