use super::*;

fn host(text: &str) -> Settings {
    Settings { host: Some(text.to_owned()), ..Settings::default() }
}

#[test]
fn addresses() {
    let table = [
        ("unix:///run/d.sock", "unix:///run/d.sock"),
        ("unix://", "unix:///var/run/docker.sock"),
        ("tcp://h", "tcp://h:2375"),
        ("tcp://127.0.0.1:2376", "tcp://127.0.0.1:2376"),
        ("tcp://[::1]:1", "tcp://[::1]:1"),
        ("h:2375", "tcp://h:2375"),
        ("http://h:1/", "tcp://h:1"),
        ("https://h", "tcp://h:2376"),
        ("ssh://h", "ssh://h"),
        ("ssh://me@h:2222", "ssh://me@h:2222"),
    ];
    for (text, expected) in table {
        let endpoint = resolve(&host(text)).unwrap();
        assert_eq!(endpoint.address.to_string(), expected, "{text}");
        assert!(endpoint.is_pointed_at());
    }
}

#[test]
fn bad_addresses_are_named_without_their_password() {
    let table = [
        ("tcp://u:hunter2@h:1", "a user or password has no place in it"),
        ("ssh://u:hunter2@h", "a password has no place in it"),
        ("tcp://h:1/v1", "a path has no place in it"),
        ("tcp://h:99999", "it is not HOST:PORT"),
        ("ssh://-oProxyCommand=x", "neither host nor user may begin with `-`"),
        ("ssh://-x@h", "neither host nor user may begin with `-`"),
        ("ssh://h/a;b", "its socket has characters that a remote shell would change"),
        ("npipe:////./pipe/x", "this kind is not for clients on this system"),
        ("ftp://h", "known are unix://, tcp://, http://, https:// and ssh://"),
    ];
    for (text, why) in table {
        let error = resolve(&host(text)).unwrap_err().to_string();
        assert!(error.starts_with("DOCKER_HOST names `") && error.ends_with(why), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

/// A context store as docker's command line writes it.
fn context(folder: &Path, name: &str, host: &str, with_tls: bool) {
    let id = hex::encode(&Sha256::digest(name.as_bytes()));
    let meta = folder.join("contexts/meta").join(&id);
    std::fs::create_dir_all(&meta).unwrap();
    let text = format!(
        r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":false}}}}}}"#
    );
    std::fs::write(meta.join("meta.json"), text).unwrap();
    if with_tls {
        let files = folder.join("contexts/tls").join(&id).join("docker");
        std::fs::create_dir_all(&files).unwrap();
        std::fs::write(files.join("ca.pem"), "x").unwrap();
    }
}

#[test]
fn host_beats_context_beats_current_context() {
    let folder = tempfile::tempdir().unwrap();
    context(folder.path(), "lab", "unix:///lab.sock", false);
    context(folder.path(), "far", "tcp://far:2376", true);
    let mut settings = Settings {
        host: Some("unix:///own.sock".to_owned()),
        context: Some("lab".to_owned()),
        current_context: Some("far".to_owned()),
        config_folder: folder.path().to_owned(),
        ..Settings::default()
    };
    let shown = |settings: &Settings| resolve(settings).unwrap().to_string();
    assert_eq!(shown(&settings), "unix:///own.sock (DOCKER_HOST)");
    settings.host = Some(String::new());
    assert_eq!(shown(&settings), "unix:///lab.sock (DOCKER_CONTEXT=lab)");
    settings.context = None;
    let far = resolve(&settings).unwrap();
    assert_eq!(far.to_string(), "tcp://far:2376 (the docker context `far`)");
    assert!(!far.is_pointed_at());
    let Address::Tcp { tls: Some(tls), .. } = far.address else { panic!("{far}") };
    assert!(tls.ca.unwrap().ends_with("docker/ca.pem") && tls.cert.is_none());
    settings.context = Some("default".to_owned());
    assert_eq!(shown(&settings), "unix:///var/run/docker.sock");
    settings.context = Some("gone".to_owned());
    let error = resolve(&settings).unwrap_err().to_string();
    assert_eq!(error, "the docker context `gone` (DOCKER_CONTEXT=gone) does not exist");
}

#[test]
fn a_torn_context_is_told() {
    let folder = tempfile::tempdir().unwrap();
    context(folder.path(), "lab", "\"", false);
    let settings = Settings {
        context: Some("lab".to_owned()),
        config_folder: folder.path().to_owned(),
        ..Settings::default()
    };
    let error = resolve(&settings).unwrap_err();
    assert!(matches!(error, Error::Context { .. }), "{error}");
}

#[test]
fn tls_is_switched_on_by_its_variable_alone() {
    let mut settings = host("tcp://h");
    settings.cert_path = Some("/certs".into());
    let tls_of = |settings: &Settings| match resolve(settings).unwrap().address {
        Address::Tcp { tls, port, .. } => (tls, port),
        other => panic!("{other}"),
    };
    assert_eq!(tls_of(&settings), (None, 2375));
    settings.tls_verify = true;
    let (tls, port) = tls_of(&settings);
    assert_eq!((tls.unwrap().ca.unwrap(), port), (PathBuf::from("/certs/ca.pem"), 2376));
}
