//! Against a server that answers as it is told: what a real one cannot be made to show.

// `json!` borrows what it is given.
#![allow(clippy::needless_pass_by_value)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::cluster::{Wanted, connect};

/// Answers each request with the next of these, and notes what was asked.
fn server(answers: Vec<(u16, Value)>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&asked);
    std::thread::spawn(move || {
        let mut answers = answers.into_iter();
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(client.try_clone().unwrap());
            let mut length = 0;
            for (number, line) in reader.by_ref().lines().map_while(Result::ok).enumerate() {
                if number == 0 {
                    notes.lock().unwrap().push(line.clone());
                }
                if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            // Without an answer, the connection breaks.
            let Some((status, answer)) = answers.next() else { return };
            let answer = answer.to_string();
            let head = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                answer.len()
            );
            let _ = client.write_all((head + &answer).as_bytes());
        }
    });
    (port, asked)
}

fn run<T>(port: u16, work: impl AsyncFnOnce(Cluster) -> T) -> T {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "fake",
        "clusters": [{"name": "c", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
        "contexts": [{"name": "fake", "context": {"cluster": "c", "namespace": "shop"}}],
    });
    std::fs::write(&file, config.to_string()).unwrap();
    let wanted = Wanted { files: vec![file], ..Wanted::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async { work(connect(&wanted).await.unwrap()).await })
}

fn status(code: u16, reason: &str, message: &str, details: Value) -> (u16, Value) {
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure",
        "code": code, "reason": reason, "message": message, "details": details});
    (code, status)
}

fn get() -> Call {
    Call::get("/api/v1/namespaces/shop/pods", What::new("list", "pods", Some("shop")))
        .query("labelSelector", "a=b,c")
}

#[test]
fn a_busy_server_is_asked_again() {
    let busy = || status(429, "TooManyRequests", "wait", json!({}));
    let (port, asked) = server(vec![busy(), busy(), (200, json!({"items": []}))]);
    let (answer, calls) = run(port, async |cluster| {
        assert_eq!(cluster.namespace(), "shop");
        (cluster.call(&get()).await, cluster.calls())
    });
    assert_eq!((answer.unwrap(), calls), (json!({"items": []}), 3));
    let wanted = "GET /api/v1/namespaces/shop/pods?labelSelector=a%3Db%2Cc HTTP/1.1";
    assert!(asked.lock().unwrap().iter().all(|line| line == wanted), "{asked:?}");
}

#[test]
fn what_is_created_is_not_sent_twice() {
    let (port, asked) = server(Vec::new());
    let what = What::new("create", "pods", Some("shop"));
    let call = Call::post("/api/v1/namespaces/shop/pods", what, &json!({"kind": "Pod"}));
    let error = run(port, async |cluster| cluster.call(&call).await).unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 1);
}

#[test]
fn refusals_are_told_apart() {
    let rbac = "pods is forbidden: User \"me\" cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"";
    let conflict = json!({"causes": [
        {"reason": "FieldManagerConflict", "message": "conflict with \"hpa\" using apps/v1", "field": ".spec.replicas"}]});
    let one = |answer: (u16, Value)| {
        let (port, _) = server(vec![answer]);
        run(port, async |cluster| cluster.call(&get()).await).unwrap_err()
    };
    let error = one(status(403, "Forbidden", rbac, json!({})));
    assert!(matches!(&error, Error::Forbidden { .. }), "{error}");
    assert!(
        error.to_string().ends_with("not allowed to list `pods` in namespace `shop`"),
        "{error}"
    );
    assert_eq!(error.hint().unwrap(), "a Role in `shop` has to allow `list` on `pods`");
    let error = one(status(403, "Forbidden", "exceeded quota: q", json!({})));
    assert!(matches!(&error, Error::Refused { code: 403, .. }), "{error}");
    let error = one(status(401, "Unauthorized", "Unauthorized", json!({})));
    assert!(matches!(&error, Error::Unauthorized { .. }), "{error}");
    let error = one(status(409, "Conflict", "Apply failed with 1 conflict", conflict));
    assert_eq!(error.to_string(), "list `pods` in namespace `shop`: fields of `hpa` differ");
    let error = one(status(409, "AlreadyExists", "there is one", json!({})));
    assert_eq!(error.code(), Some(409));
}
