//! The credential helpers' protocol: a registry's name goes in, one JSON object comes
//! out (docker/docker-credential-helpers, `credentials`). Starts no process; never puts
//! what a helper said into an error.

use serde::Deserialize;

use super::credentials::Credential;
use crate::util::secret::Secret;

/// The user name under which a helper hands out an identity token.
const TOKEN_USER: &str = "<token>";
/// What a helper says for a registry that it knows nothing of.
const NOT_FOUND: &str = "credentials not found in native keychain";

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// Why a helper's answer is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("it failed without naming a known reason")]
    Failed,
    #[error("its answer is not the JSON object that the protocol asks for")]
    Malformed,
}

/// Reads an answer; `None`: the helper has nothing for this registry.
pub fn decode(success: bool, stdout: &[u8]) -> Result<Option<Credential>, Fault> {
    if !success {
        let known = stdout.trim_ascii() == NOT_FOUND.as_bytes();
        return if known { Ok(None) } else { Err(Fault::Failed) };
    }
    let answer: Answer = serde_json::from_slice(stdout).map_err(|_| Fault::Malformed)?;
    if answer.secret.is_empty() && answer.username.is_empty() {
        return Ok(None);
    }
    let secret = Secret::new(answer.secret);
    Ok(Some(if answer.username == TOKEN_USER {
        Credential::IdentityToken(secret)
    } else {
        Credential::Password { username: answer.username, password: secret }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let password = |username: &str, password: &str| Credential::Password {
            username: username.to_owned(),
            password: Secret::new(password),
        };
        type Case = (bool, &'static str, Result<Option<Credential>, Fault>);
        let table: &[Case] = &[
            (
                true,
                r#"{"ServerURL":"x","Username":"u","Secret":"s"}"#,
                Ok(Some(password("u", "s"))),
            ),
            (true, r#"{"Username":"u","Secret":"s","More":[1]}"#, Ok(Some(password("u", "s")))),
            (
                true,
                r#"{"Username":"<token>","Secret":"t"}"#,
                Ok(Some(Credential::IdentityToken(Secret::new("t")))),
            ),
            (true, r#"{"Username":"","Secret":""}"#, Ok(None)),
            (false, "credentials not found in native keychain\n", Ok(None)),
            (false, "no credentials server URL", Err(Fault::Failed)),
            (false, "", Err(Fault::Failed)),
            (true, "", Err(Fault::Malformed)),
            (true, "credentials not found in native keychain", Err(Fault::Malformed)),
            (true, r#"{"Username":"u"}"#, Err(Fault::Malformed)),
            (true, r#"{"Username":"u","Secret":"s"} junk"#, Err(Fault::Malformed)),
        ];
        for (success, stdout, expected) in table {
            assert_eq!(&decode(*success, stdout.as_bytes()), expected, "{stdout}");
        }
    }
}
