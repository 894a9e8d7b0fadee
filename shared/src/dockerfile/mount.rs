//! `RUN --mount=type=bind,from=x,source=y,target=/z`.
//!
//! Follows BuildKit's `commands_runmount.go`: comma-separated values with
//! quotes, each expanded on its own. What we don't know is an error in words.

/// A mount, its values expanded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mount {
    /// `bind`, `cache`, `tmpfs`, `secret` or `ssh`.
    pub kind: String,
    pub from: Option<String>,
    pub source: Option<String>,
    pub target: Option<String>,
    pub id: Option<String>,
    pub sharing: Option<String>,
    /// `ro`/`rw` as written; `None`: the kind's own default.
    pub read_only: Option<bool>,
    pub required: bool,
    /// As written: `mode` octal, `size` in units, `uid` and `gid` decimal.
    pub mode: Option<String>,
    pub size: Option<String>,
    pub uid: Option<String>,
    pub gid: Option<String>,
    /// `env` of a secret: the variable that holds it.
    pub env: Option<String>,
}

/// Cuts a mount's text into fields, as Go's `encoding/csv` does with one line.
pub(crate) fn fields(text: &str) -> Result<Vec<String>, &'static str> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let Some(quoted) = rest.strip_prefix('"') else {
            let (field, after) = match rest.split_once(',') {
                Some((field, after)) => (field, Some(after)),
                None => (rest, None),
            };
            if field.contains('"') {
                return Err("a quote stands inside a value");
            }
            fields.push(field.to_owned());
            match after {
                Some(after) => rest = after,
                None => return Ok(fields),
            }
            continue;
        };
        let (field, after) = quoted_field(quoted)?;
        fields.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(fields),
            None => return Err("something follows a closing quote"),
        }
    }
}

/// What of a mount is wrong before any variable is known.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    for field in fields(text)? {
        let Some((key, value)) = field.split_once('=') else { continue };
        let dollar = value.find('$').is_some_and(|at| at + 1 < value.len());
        if key.eq_ignore_ascii_case("from") && dollar {
            return Err("`from` takes no variables; name a stage that is made from one");
        }
    }
    Ok(())
}

/// A field behind its opening quote, and what follows the closing one.
fn quoted_field(text: &str) -> Result<(String, &str), &'static str> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("a quote is not closed");
        };
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return Ok((field, after)),
        }
    }
}

impl Mount {
    /// Reads a mount, each value through `expand`. The error is a reason for people.
    pub fn read<E: std::fmt::Display>(
        text: &str,
        mut expand: impl FnMut(&str) -> Result<String, E>,
    ) -> Result<Self, String> {
        let mut mount = Self { kind: "bind".to_owned(), ..Self::default() };
        for field in fields(text)? {
            let (key, value) = match field.split_once('=') {
                Some((key, value)) => {
                    (key, Some(expand(value).map_err(|error| error.to_string())?))
                }
                None => (field.as_str(), None),
            };
            mount.set(&key.to_ascii_lowercase(), value)?;
        }
        Ok(mount)
    }

    fn set(&mut self, key: &str, value: Option<String>) -> Result<(), String> {
        let switch = |value: Option<String>| match value.as_deref() {
            None | Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
            Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
            Some(_) => Err(format!("`{key}` is `true` or `false`")),
        };
        match key {
            "readonly" | "ro" => self.read_only = Some(switch(value)?),
            "readwrite" | "rw" => self.read_only = Some(!switch(value)?),
            "required" => self.required = switch(value)?,
            _ => {
                let Some(value) = value else { return Err(format!("`{key}` needs a value")) };
                self.set_text(key, value)?;
            }
        }
        Ok(())
    }

    fn set_text(&mut self, key: &str, value: String) -> Result<(), String> {
        let field = match key {
            "type" => {
                self.kind = value.to_ascii_lowercase();
                return match self.kind.as_str() {
                    "bind" | "cache" | "tmpfs" | "secret" | "ssh" => Ok(()),
                    _ => Err(format!(
                        "type `{value}` is not known; there are bind, cache, tmpfs, secret, ssh"
                    )),
                };
            }
            "from" => &mut self.from,
            "source" | "src" => &mut self.source,
            "target" | "dst" | "destination" => &mut self.target,
            "id" => &mut self.id,
            "sharing" => &mut self.sharing,
            "mode" => &mut self.mode,
            "size" => &mut self.size,
            "uid" => &mut self.uid,
            "gid" => &mut self.gid,
            "env" => &mut self.env,
            _ => return Err(format!("`{key}` is not a key of a mount")),
        };
        *field = Some(value);
        Ok(())
    }
}
