//! Whom a RUN runs as: `user[:group]` looked up in an image's own files.
//!
//! As Docker does it: a name must be there; a number need not. The group is the given
//! one, else that of the entry, else 0. Further groups only where none is given.
//! Source: moby/sys `user.GetExecUser`.

/// A user as the kernel needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub uid: u32,
    pub gid: u32,
    /// Supplementary groups.
    pub groups: Vec<u32>,
    pub home: Option<String>,
}

/// Why there is no such user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the image has no user `{0}` (no such line in its /etc/passwd)")]
    User(String),
    #[error("the image has no group `{0}` (no such line in its /etc/group)")]
    Group(String),
}

/// Finds `spec` in the bytes of `/etc/passwd` and `/etc/group`, empty where they are missing.
pub fn resolve(spec: &str, passwd: &[u8], group: &[u8]) -> Result<Resolved, Error> {
    let (user, wanted_group) = match spec.split_once(':') {
        Some((user, group)) => (user, Some(group).filter(|group| !group.is_empty())),
        None => (spec, None),
    };
    let user = if user.is_empty() { "0" } else { user };
    let number = number(user);
    let users = lines(passwd);
    let found = users
        .iter()
        .find(|fields| fields[0] == user || (number.is_some() && field(fields, 2) == number));
    let mut resolved = match (found, number) {
        (Some(fields), _) => Resolved {
            uid: field(fields, 2).ok_or_else(|| Error::User(user.to_owned()))?,
            gid: field(fields, 3).unwrap_or(0),
            groups: Vec::new(),
            home: fields.get(5).map(|home| (*home).to_owned()).filter(|home| !home.is_empty()),
        },
        (None, Some(uid)) => Resolved { uid, gid: 0, groups: Vec::new(), home: None },
        (None, None) => return Err(Error::User(user.to_owned())),
    };
    match (wanted_group, found) {
        (Some(wanted), _) => resolved.gid = find_group(wanted, group)?,
        (None, Some(fields)) => resolved.groups = memberships(fields[0], group),
        (None, None) => {}
    }
    Ok(resolved)
}

fn find_group(wanted: &str, group: &[u8]) -> Result<u32, Error> {
    let groups = lines(group);
    let named = groups.iter().find(|fields| fields[0] == wanted);
    named
        .and_then(|fields| field(fields, 2))
        .or_else(|| number(wanted))
        .ok_or_else(|| Error::Group(wanted.to_owned()))
}

/// Groups that list the user.
fn memberships(user: &str, group: &[u8]) -> Vec<u32> {
    let lists = |fields: &&Vec<&str>| {
        fields.get(3).is_some_and(|members| members.split(',').any(|member| member == user))
    };
    let mut groups: Vec<u32> =
        lines(group).iter().filter(lists).filter_map(|fields| field(fields, 2)).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn lines(file: &[u8]) -> Vec<Vec<&str>> {
    let lines = file.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split(':').collect()).collect()
}

fn field(fields: &[&str], at: usize) -> Option<u32> {
    number(fields.get(at)?)
}

/// An id; the largest number stands for "none" in the kernel's calls.
fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id < u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &[u8] = b"# users\nroot:x:0:0:root:/root:/bin/sh\nbroken\n\
        app:x:1000:1001::/home/app:/bin/sh\n7:x:70:70::/seven:/bin/sh\n";
    const GROUP: &[u8] = b"root:x:0:\nwheel:x:10:root,app\nvideo:x:44:app\napp:x:1001:\n";

    #[test]
    fn names_numbers_and_groups() {
        type Case = (&'static str, u32, u32, &'static [u32], Option<&'static str>);
        let cases: &[Case] = &[
            ("", 0, 0, &[10], Some("/root")),
            ("root", 0, 0, &[10], Some("/root")),
            ("app", 1000, 1001, &[10, 44], Some("/home/app")),
            ("1000", 1000, 1001, &[10, 44], Some("/home/app")),
            ("app:video", 1000, 44, &[], Some("/home/app")),
            ("app:", 1000, 1001, &[10, 44], Some("/home/app")),
            ("1234", 1234, 0, &[], None),
            ("1234:5678", 1234, 5678, &[], None),
            ("7", 70, 70, &[], Some("/seven")),
        ];
        for (spec, uid, gid, groups, home) in cases {
            let found = resolve(spec, PASSWD, GROUP).unwrap();
            let is = (found.uid, found.gid, found.groups.as_slice(), found.home.as_deref());
            assert_eq!(is, (*uid, *gid, *groups, *home), "{spec}");
        }
        assert_eq!(resolve("", b"", b"").unwrap().uid, 0);
    }

    #[test]
    fn what_is_not_there_is_named() {
        for spec in ["nobody", "broken", "-1", "4294967295", "99999999999"] {
            assert_eq!(resolve(spec, PASSWD, GROUP), Err(Error::User(spec.into())), "{spec}");
        }
        assert_eq!(resolve("app:no", PASSWD, GROUP), Err(Error::Group("no".into())));
    }
}
