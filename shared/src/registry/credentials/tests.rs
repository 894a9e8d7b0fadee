use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use super::*;

struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), config).unwrap();
        Self { folder }
    }

    /// A real helper program; it notes each question in `asked`.
    fn helper(self, name: &str, script: &str) -> Self {
        let path = self.folder.path().join(format!("docker-credential-{name}"));
        let note = self.folder.path().join("asked");
        let text = format!(
            "#!/bin/sh\nread -r server\necho \"{name} $1 $server\" >>{}\n{script}\n",
            note.display()
        );
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    fn store(&self) -> Result<Store, Error> {
        let store = Store::open(self.folder.path(), Some(self.folder.path().into()))?;
        Ok(store.with_helper_limit(Duration::from_secs(5)))
    }

    fn asked(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default()
    }
}

fn password(username: &str, password: &str) -> Option<Credential> {
    Some(Credential::Password { username: username.to_owned(), password: Secret::new(password) })
}

// `u:p` is dTpw, `u:p:q` is dTpwOnE=, `u:p\0` is dTpwAA==
#[test]
fn auths() {
    let identity = Some(Credential::IdentityToken(Secret::new("it")));
    let bearer = Some(Credential::RegistryToken(Secret::new("rt")));
    let table = [
        (r#"{"auths":{"r.x":{"auth":"dTpw"}}}"#, "r.x", password("u", "p")),
        (r#"{"auths":{"r.x":{"auth":"dTpwOnE="}}}"#, "r.x", password("u", "p:q")),
        (r#"{"auths":{"r.x":{"auth":"dTpwAA=="}}}"#, "r.x", password("u", "p")),
        (r#"{"auths":{"r.x":{"username":"u","password":"p"}}}"#, "r.x", password("u", "p")),
        (
            r#"{"auths":{"r.x":{"auth":"dTpw","username":"other","password":"z"}}}"#,
            "r.x",
            password("u", "p"),
        ),
        (r#"{"auths":{"https://r.x/v2/":{"auth":"dTpw"}}}"#, "r.x", password("u", "p")),
        (r#"{"auths":{"http://r.x:5000":{"auth":"dTpw"}}}"#, "r.x:5000", password("u", "p")),
        (r#"{"auths":{"r.x:5000":{"auth":"dTpw"}}}"#, "r.x", None),
        (
            r#"{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"}}}"#,
            "docker.io",
            password("u", "p"),
        ),
        (r#"{"auths":{"docker.io":{"auth":"dTpw"}}}"#, "docker.io", password("u", "p")),
        (r#"{"auths":{"index.docker.io":{"auth":"dTpw"}}}"#, "docker.io", password("u", "p")),
        (r#"{"auths":{"r.x":{"auth":"dTpw","identitytoken":"it"}}}"#, "r.x", identity),
        (r#"{"auths":{"r.x":{"registrytoken":"rt"}}}"#, "r.x", bearer),
        (r#"{"auths":{"r.x":{}}}"#, "r.x", None),
        (r#"{"auths":{"r.x":{"auth":""}}}"#, "r.x", None),
        (r#"{"auths":null,"HttpHeaders":{"a":"b"}}"#, "r.x", None),
        ("{}", "r.x", None),
        (" \n", "r.x", None),
    ];
    for (config, registry, expected) in table {
        let found = Home::new(config).store().unwrap().lookup(registry).unwrap();
        assert_eq!(found, expected, "{config}");
    }
}

#[test]
fn no_file_is_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("nowhere"), None).unwrap();
    assert_eq!(store.lookup("r.x").unwrap(), None);
}

#[test]
fn errors_name_the_place_and_no_content() {
    let table = [
        (
            "{\n \"auths\": {\"r.x\": \"hunter2\"}\n}",
            ":2:27: docker's configuration has a value of a wrong type here",
        ),
        ("{\"auths\": hunter2}", ":1:11: docker's configuration is not valid JSON"),
        ("{\"auths\": {\"hunter2\":", ":1:21: docker's configuration ends too early"),
    ];
    for (config, expected) in table {
        let text = Home::new(config).store().unwrap_err().to_string();
        assert!(text.ends_with(expected), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let deep = format!("{}{}", "{\"auths\":".repeat(5000), "1");
    assert!(Home::new(&deep).store().is_err());
    let broken = Home::new(r#"{"auths":{"r.x":{"auth":"aHVudGVyMg"},"ok.x":{"auth":"dTpw"}}}"#);
    let text = broken.store().unwrap().lookup("r.x").unwrap_err().to_string();
    assert!(text.contains("the entry for `r.x`") && !text.contains("hunter2"), "{text}");
    assert_eq!(broken.store().unwrap().lookup("ok.x").unwrap(), password("u", "p"));
}

const ANSWER: &str = r#"echo '{"ServerURL":"x","Username":"hu","Secret":"hs"}'"#;

#[test]
fn only_the_registrys_own_helper_is_asked() {
    let home = Home::new(
        r#"{"credsStore":"all","credHelpers":{"own.x":"own","bad.x":"bad"},
            "auths":{"own.x":{"auth":"dTpw"}}}"#,
    )
    .helper("own", ANSWER)
    .helper("all", r#"echo '{"Username":"<token>","Secret":"tok"}'"#)
    .helper("bad", "echo hunter2; echo hunter2 >&2; exit 3");
    let store = home.store().unwrap();
    assert_eq!(store.lookup("own.x").unwrap(), password("hu", "hs"));
    assert_eq!(home.asked(), "own get own.x\n");
    let token = Some(Credential::IdentityToken(Secret::new("tok")));
    assert_eq!(store.lookup("docker.io").unwrap(), token);
    assert!(home.asked().ends_with("all get https://index.docker.io/v1/\n"), "{}", home.asked());
    let text = store.lookup("bad.x").unwrap_err().to_string();
    assert!(text.contains("`docker-credential-bad`") && text.contains("`bad.x`"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    assert!(store.source("own.x").starts_with("`docker-credential-own`, named in"));
}

#[test]
fn a_helper_that_knows_nothing_leaves_it_to_auths() {
    let home = Home::new(r#"{"credsStore":"s","auths":{"r.x":{"auth":"dTpw"}}}"#)
        .helper("s", "echo 'credentials not found in native keychain'; exit 1");
    let store = home.store().unwrap();
    assert_eq!(store.lookup("r.x").unwrap(), password("u", "p"));
    assert_eq!(store.lookup("other.x").unwrap(), None);
}

#[test]
fn slow_missing_and_endless_helpers() {
    let home = Home::new(
        r#"{"credHelpers":{"slow.x":"slow","gone.x":"gone","up.x":"../up","loud.x":"loud"}}"#,
    )
    .helper("slow", "exec sleep 60")
    .helper("loud", "head -c 3000000 /dev/zero");
    let store = home.store().unwrap().with_helper_limit(Duration::from_millis(300));
    let fault = |registry| store.lookup(registry).unwrap_err();
    assert!(matches!(fault("slow.x"), Error::HelperSlow { .. }));
    assert!(matches!(fault("gone.x"), Error::HelperMissing { .. }));
    assert!(matches!(fault("up.x"), Error::HelperMissing { .. }));
    let store = home.store().unwrap();
    assert!(matches!(store.lookup("loud.x").unwrap_err(), Error::HelperBroken { .. }));
}

#[test]
fn proxies_in_both_spellings() {
    let home = Home::new(
        r#"{"proxies":{"default":{"httpProxy":"http://p:1","noProxy":""},
            "tcp://e:2375":{"httpsProxy":"http://q:1"}},"currentContext":"lab"}"#,
    );
    let store = home.store().unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let default = vec![pair("HTTP_PROXY", "http://p:1"), pair("http_proxy", "http://p:1")];
    assert_eq!(store.proxies("unix:///var/run/docker.sock"), default);
    let own = vec![pair("HTTPS_PROXY", "http://q:1"), pair("https_proxy", "http://q:1")];
    assert_eq!(store.proxies("tcp://e:2375"), own);
    assert_eq!(store.current_context(), Some("lab"));
    assert_eq!(Home::new("{}").store().unwrap().proxies("x"), []);
}

#[test]
fn nothing_secret_in_debug() {
    let home = Home::new(r#"{"auths":{"r.x":{"auth":"dTpodW50ZXIy"}}}"#);
    let store = home.store().unwrap();
    let text = format!("{store:?} {:?}", store.lookup("r.x").unwrap());
    assert!(!text.contains("hunter2") && !text.contains("dTpodW50ZXIy"), "{text}");
}
