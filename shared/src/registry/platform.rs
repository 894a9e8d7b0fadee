//! Platforms, `os/arch[/variant]`: their usual spelling, and which of those that an index
//! has is the best for one that is wanted.
//!
//! As containerd does it (its `platforms` package, `OnlyStrict`): other names of an
//! architecture are made one, the usual variant need not be named, and a processor takes
//! what was built for an older variant of its own architecture, the newest first.

/// A platform in its usual spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: String,
}

impl Platform {
    /// `None` for a text without an architecture.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/').map(str::to_lowercase);
        let (os, architecture) = (parts.next()?, parts.next()?);
        let variant = parts.next().unwrap_or_default();
        if os.is_empty() || architecture.is_empty() || parts.next().is_some() {
            return None;
        }
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("x86_64" | "x86-64" | "amd64", "" | "v1") => ("amd64", "v1"),
            ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "" | "8" | "v8" | "v8.0") => ("arm64", "v8"),
            ("aarch64" | "arm64", variant) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "" | "7") => ("arm", "v7"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "6") => ("arm", "v6"),
            ("arm", "8") => ("arm", "v8"),
            ("i386" | "386", _) => ("386", ""),
            (architecture, variant) => (architecture, variant),
        };
        let (architecture, variant) = (architecture.to_owned(), variant.to_owned());
        Some(Self { os, architecture, variant })
    }

    /// How far what is there is from this; 0 is the same, `None` can't run on it.
    fn distance(&self, there: &Self) -> Option<u32> {
        if self.os != there.os || self.architecture != there.architecture {
            return None;
        }
        if self.variant == there.variant {
            return Some(0);
        }
        // `v8.2` runs what is for `v8`, as `v7` what is for `v6`.
        let number = |variant: &str| -> Option<(u32, u32)> {
            let text = variant.strip_prefix('v')?;
            let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let (mine, theirs) = (number(&self.variant)?, number(&there.variant)?);
        let steps = |(major, minor): (u32, u32)| major.min(1000) * 1000 + minor.min(999);
        steps(mine).checked_sub(steps(theirs))
    }
}

/// Whether two texts mean one platform.
pub fn same(a: &str, b: &str) -> bool {
    Platform::parse(a).is_some_and(|a| Platform::parse(b) == Some(a))
}

/// The place of the best match in a list of platforms; the first of equal ones.
pub fn best<'a>(wanted: &str, found: impl Iterator<Item = Option<&'a str>>) -> Option<usize> {
    let wanted = Platform::parse(wanted)?;
    let distance = |text: Option<&str>| wanted.distance(&Platform::parse(text?)?);
    let ranked = found.enumerate().filter_map(|(i, text)| Some((distance(text)?, i)));
    ranked.min().map(|(_, i)| i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_variants_need_no_name() {
        for (a, b, equal) in [
            ("linux/arm64", "linux/arm64/v8", true),
            ("linux/aarch64", "linux/arm64", true),
            ("linux/arm/v7", "linux/arm", true),
            ("linux/armhf", "linux/arm/v7", true),
            ("linux/arm/v6", "linux/arm", false),
            ("linux/amd64", "linux/amd64/v3", false),
            ("linux/amd64", "linux/amd64/v1", true),
            ("Linux/x86_64", "linux/amd64", true),
            ("linux/amd64", "windows/amd64", false),
            ("linux", "linux", false),
            ("", "", false),
            ("linux/amd64/v1/x", "linux/amd64/v1/x", false),
        ] {
            assert_eq!(same(a, b), equal, "{a} {b}");
        }
    }

    #[test]
    fn the_newest_that_runs() {
        let there = [
            None,
            Some("unknown/unknown"),
            Some("linux/arm/v5"),
            Some("linux/arm/v7"),
            Some("linux/arm64/v8"),
            Some("linux/amd64"),
            Some("linux/amd64/v3"),
            Some("linux/386"),
            Some("linux/amd64"),
        ];
        for (wanted, found) in [
            ("linux/amd64", Some(5)),
            ("linux/amd64/v2", Some(5)),
            ("linux/amd64/v4", Some(6)),
            ("linux/arm64", Some(4)),
            ("linux/arm64/v9", Some(4)),
            ("linux/arm/v6", Some(2)),
            ("linux/arm/v8", Some(3)),
            ("linux/386", Some(7)),
            ("linux/s390x", None),
            ("windows/amd64", None),
            ("nonsense", None),
        ] {
            assert_eq!(best(wanted, there.into_iter()), found, "{wanted}");
        }
    }
}
