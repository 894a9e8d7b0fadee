//! `--chown`: numbers, or names that the image's own files know.
//!
//! As BuildKit reads it: a user alone has the group of passwd, or its own number as
//! group; a name that the image does not know is 0, which is said.

/// One half of `user:group`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    Id(u32),
    Name(String),
}

/// `user[:group]` as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub user: Who,
    pub group: Option<Who>,
}

impl Owner {
    pub fn parse(text: &str) -> Self {
        let (user, group) = text.split_once(':').unwrap_or((text, ""));
        let group = (!group.is_empty()).then(|| Who::parse(group));
        Self { user: Who::parse(user), group }
    }

    /// Whether names are in it, so that the image's files decide.
    pub fn has_names(&self) -> bool {
        let is_name = |who: &Who| matches!(who, Who::Name(_));
        is_name(&self.user) || self.group.as_ref().is_some_and(is_name)
    }

    /// The numbers, by the content of the image's passwd and group; `unknown` is told
    /// names that are not in them.
    pub fn ids(&self, passwd: &str, group: &str, mut unknown: impl FnMut(&str)) -> (u32, u32) {
        let (uid, mut gid) = match &self.user {
            Who::Id(id) => (*id, *id),
            Who::Name(name) => match find(passwd, name, [2, 3]) {
                Some([uid, gid]) => (uid, gid),
                None => {
                    unknown(name);
                    (0, 0)
                }
            },
        };
        match &self.group {
            None => {}
            Some(Who::Id(id)) => gid = *id,
            Some(Who::Name(name)) => match find(group, name, [2]) {
                Some([id]) => gid = id,
                None => unknown(name),
            },
        }
        (uid, gid)
    }
}

impl Who {
    fn parse(text: &str) -> Self {
        match text.parse::<i32>() {
            _ if text == "root" => Self::Id(0),
            // A number below zero is one all the same, to the builder that this follows.
            Ok(id) => Self::Id(id.cast_unsigned()),
            Err(_) => Self::Name(text.to_owned()),
        }
    }
}

/// Numbers of the line that begins with a name, in a file like passwd.
fn find<const N: usize>(file: &str, name: &str, fields: [usize; N]) -> Option<[u32; N]> {
    let mut rows = file.lines().map(|line| line.trim().split(':').collect::<Vec<_>>());
    let row = rows.find(|row| row.first() == Some(&name))?;
    let number = |field: usize| row.get(field).and_then(|text| text.parse().ok()).unwrap_or(0);
    Some(fields.map(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let passwd = "root:x:0:0::/:/bin/sh\nme:x:1000:1001::/home/me:\nbroken:x\n";
        let group = "root:x:0:\nstaff:x:50:me\n";
        for (text, ids, lost) in [
            ("0", (0, 0), ""),
            ("5", (5, 5), ""),
            ("5:6", (5, 6), ""),
            ("5:", (5, 5), ""),
            ("me", (1000, 1001), ""),
            ("me:staff", (1000, 50), ""),
            ("root:7", (0, 7), ""),
            ("nobody", (0, 0), "nobody"),
            ("5:nogroup", (5, 5), "nogroup"),
            ("broken", (0, 0), ""),
        ] {
            let owner = Owner::parse(text);
            let mut unknown = String::new();
            assert_eq!(owner.ids(passwd, group, |name| unknown.push_str(name)), ids, "{text}");
            assert_eq!(unknown, lost, "{text}");
        }
        assert!(Owner::parse("me").has_names() && Owner::parse("1:staff").has_names());
        assert!(!Owner::parse("root:2").has_names());
    }
}
