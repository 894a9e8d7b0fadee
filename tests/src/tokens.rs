//! A token server of ours for a registry that is opened by Bearer tokens (distribution's
//! `auth: token`): no packaged one exists. Who may do what is fixed: see [`Tokens::granted`].
//!
//! Tokens are JSON Web Tokens (RS256), signed by openssl with the bed's own key; the real
//! registry checks them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::child::run_bounded;
use crate::encode::base64;
use crate::registry::{PASSWORD, USER};

/// May pull from every repository, and push to none; the password is [`PASSWORD`].
pub const READER: &str = "planted-reader";
/// May do everything, with tokens that expired an hour ago; the password is [`PASSWORD`].
pub const LATE: &str = "planted-late";
/// What a login keeps instead of a password: it stands for [`USER`].
pub const IDENTITY: &str = "PLANTED-identity-token";

pub(crate) const SERVICE: &str = "bed-registry";
pub(crate) const ISSUER: &str = "bed-tokens";
/// Everybody may pull from repositories whose name begins so.
const PUBLIC: &str = "public";
const HOUR: i64 = 3600;

/// See the module. Its thread ends with the process.
pub struct Tokens {
    port: u16,
    signer: Signer,
    /// Whom tokens were made for: user (empty: nobody) and scope.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

/// Signs with the server's key of the bed's certificates.
#[derive(Clone)]
struct Signer {
    key: PathBuf,
    /// The certificate's DER in base64.
    certificate: String,
}

/// What a token is asked for.
#[derive(Debug, Default)]
struct Question {
    /// `None`: nobody; an `Err` is a wrong password.
    user: Option<Result<String, ()>>,
    scopes: Vec<String>,
}

impl Tokens {
    /// `certs`: a folder with `server-cert.pem` and `server-key.pem`.
    pub(crate) fn start(certs: &Path) -> Self {
        let pem = std::fs::read_to_string(certs.join("server-cert.pem")).unwrap();
        let body = pem.split("-----BEGIN CERTIFICATE-----").nth(1).unwrap();
        let body = body.split("-----END").next().unwrap();
        let certificate = body.split_ascii_whitespace().collect();
        let signer = Signer { key: certs.join("server-key.pem"), certificate };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, own) = (Arc::clone(&asked), signer.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, signer) = (Arc::clone(&log), own.clone());
                thread::spawn(move || {
                    let _ = serve(&stream, &signer, &log);
                });
            }
        });
        Self { port, signer, asked }
    }

    /// Where tokens are given out.
    pub(crate) fn realm(&self) -> String {
        format!("http://127.0.0.1:{}/token", self.port)
    }

    /// A token for [`USER`], made for this moment or so many seconds from it.
    pub fn token(&self, scope: &str, seconds: i64) -> String {
        self.signer.token(USER, &[scope.to_owned()], seconds)
    }

    /// For whom tokens with a scope were asked for that holds this text.
    pub fn askers(&self, scope: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|(_, of)| of.contains(scope)).map(|(user, _)| user.clone()).collect()
    }

    /// What of `pull,push` a user gets in a repository.
    fn granted(user: &str, repository: &str) -> &'static [&'static str] {
        match user {
            USER | LATE => &["pull", "push", "delete", "*"],
            READER => &["pull"],
            _ if repository.starts_with(PUBLIC) => &["pull"],
            _ => &[],
        }
    }
}

impl Signer {
    /// `scopes`: `repository:NAME:pull,push`. `seconds`: how long it is good, from now.
    fn token(&self, user: &str, scopes: &[String], seconds: i64) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let now = i64::try_from(now.as_secs()).unwrap();
        let access: Vec<_> = scopes.iter().filter_map(|scope| access(user, scope)).collect();
        let head = json!({ "typ": "JWT", "alg": "RS256", "x5c": [self.certificate] });
        let body = json!({
            "iss": ISSUER, "sub": user, "aud": SERVICE, "access": access,
            "iat": now - 2 * HOUR, "nbf": now - 2 * HOUR, "exp": now + seconds,
        });
        let text = format!("{}.{}", url(head.to_string()), url(body.to_string()));
        let mut sign = Command::new("openssl");
        sign.args(["dgst", "-sha256", "-sign"]).arg(&self.key);
        let signature = run_bounded(&mut sign, text.as_bytes(), Duration::from_secs(60)).ok();
        format!("{text}.{}", url(signature.stdout))
    }
}

/// An entry of a token's `access`, with what the user may of what the scope asks.
fn access(user: &str, scope: &str) -> Option<serde_json::Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let granted = Tokens::granted(user, name);
    let actions: Vec<&str> = actions.split(',').filter(|action| granted.contains(action)).collect();
    Some(json!({ "type": kind, "name": name, "actions": actions }))
}

/// base64 for URLs, without padding.
fn url(bytes: impl AsRef<[u8]>) -> String {
    base64(bytes.as_ref()).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// One request a connection: GET with a name and password, or POST with an identity token
/// (distribution's "OAuth2 token authentication").
fn serve(
    stream: &TcpStream,
    signer: &Signer,
    asked: &Mutex<Vec<(String, String)>>,
) -> std::io::Result<()> {
    let question = read(stream)?;
    let user = question.user.unwrap_or_else(|| Ok(String::new()));
    let scope = question.scopes.join(" ");
    asked.lock().unwrap().push((user.clone().unwrap_or_default(), scope));
    let (status, body) = match user {
        Ok(user) => {
            let seconds = if user == LATE { -HOUR } else { HOUR };
            let token = signer.token(&user, &question.scopes, seconds);
            ("200 OK", json!({ "token": token, "access_token": token, "expires_in": HOUR }))
        }
        Err(()) => (
            "401 Unauthorized",
            json!({ "errors": [{ "code": "UNAUTHORIZED", "message": "wrong name or password" }] }),
        ),
    };
    let body = body.to_string();
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn read(stream: &TcpStream) -> std::io::Result<Question> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut question = Question::default();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => question.user = Some(user_of(value)),
            "content-length" => length = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    let mut body = vec![0; usize::min(length, 1 << 16)];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&').chain(body.split('&')) {
        match pair.split_once('=') {
            Some(("scope", text)) => {
                question.scopes.extend(plain(text).split(' ').map(str::to_owned));
            }
            Some(("refresh_token", text)) => {
                let right = plain(text) == IDENTITY;
                question.user = Some(if right { Ok(USER.to_owned()) } else { Err(()) });
            }
            _ => {}
        }
    }
    Ok(question)
}

/// The user of an `Authorization: Basic …`, if the password is right.
fn user_of(value: &str) -> Result<String, ()> {
    let known = [USER, READER, LATE].into_iter().find(|user| {
        value.strip_prefix("Basic ") == Some(&base64(format!("{user}:{PASSWORD}").as_bytes()))
    });
    known.map(str::to_owned).ok_or(())
}

/// A word of a query as it was meant.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (byte, _) => {
                bytes.push(if byte == b'+' { b' ' } else { byte });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
