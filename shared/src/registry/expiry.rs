//! Until when a credential is good, where that can be read from it: tokens of the clouds
//! stand where a password does.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::util::secret::Secret;

/// User names under which clouds hand out tokens that live an hour or so, and that tell
/// nothing themselves (Google: "Authentication methods for Docker"; GitLab: job tokens).
const SHORT_LIVED: [&str; 4] =
    ["oauth2accesstoken", "_dcgcloud_token", "_token", "gitlab-ci-token"];

/// How long a password is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Unix time in seconds.
    At(u64),
    /// A token whose end it does not tell; not longer than a day.
    Soon,
    /// An ordinary password, as far as can be seen.
    Never,
}

impl Expiry {
    /// The time, where it is known.
    pub fn at(self) -> Option<u64> {
        match self {
            Self::At(time) => Some(time),
            Self::Soon | Self::Never => None,
        }
    }
}

/// Reads what user name and password tell.
pub fn of(username: &str, password: &Secret) -> Expiry {
    let text = password.expose();
    match of_jwt(text).or_else(|| of_ecr(text)) {
        Some(time) => Expiry::At(time),
        None if SHORT_LIVED.contains(&username) && !text.starts_with('{') => Expiry::Soon,
        None => Expiry::Never,
    }
}

/// `exp` of a JSON Web Token (RFC 7519): Azure's registries, GitLab's newer job tokens.
fn of_jwt(text: &str) -> Option<u64> {
    let mut parts = text.split('.');
    let (Some(head), Some(claims), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    json(&URL_SAFE_NO_PAD.decode(head).ok()?)?.get("alg")?;
    seconds(json(&URL_SAFE_NO_PAD.decode(claims).ok()?)?.get("exp")?)
}

/// Amazon's: base64 of an object with an `expiration`.
fn of_ecr(text: &str) -> Option<u64> {
    let object = json(&STANDARD.decode(text).ok()?)?;
    object.get("payload")?;
    seconds(object.get("expiration")?)
}

fn json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

/// A JWT's times may have a fraction.
fn seconds(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a date")]
    let whole = |time: f64| (time > 0.0 && time < 1e15).then_some(time as u64);
    value.as_u64().or_else(|| value.as_f64().and_then(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    #[test]
    fn tokens_tell_when_they_end() {
        let ecr = STANDARD.encode(r#"{"payload":"x","datakey":"y","expiration":1700000000}"#);
        let other = STANDARD.encode(r#"{"expiration":1700000000}"#);
        for (user, password, wanted) in [
            ("u", jwt(r#"{"exp":1700000000,"sub":"x"}"#), Expiry::At(1_700_000_000)),
            ("u", jwt(r#"{"exp":1700000000.5}"#), Expiry::At(1_700_000_000)),
            ("u", jwt(r#"{"sub":"x"}"#), Expiry::Never),
            ("u", jwt(r#"{"exp":-5}"#), Expiry::Never),
            ("AWS", ecr, Expiry::At(1_700_000_000)),
            ("AWS", other, Expiry::Never),
            ("oauth2accesstoken", "ya29.a0Af".into(), Expiry::Soon),
            ("_json_key", "{\"type\": \"service_account\"}".into(), Expiry::Never),
            ("u", "a.b.c".into(), Expiry::Never),
            ("u", "secret".into(), Expiry::Never),
            ("u", String::new(), Expiry::Never),
        ] {
            assert_eq!(of(user, &Secret::new(password)), wanted, "{user}");
        }
    }
}
