//! Paths and patterns of COPY, as text: cleaned, joined, never above the context.
//!
//! Knows no file system; `\` is an escape in patterns, never a separator.

/// Go's `path.Clean("/" + path)` without the leading slash: `.` for the context itself.
pub(crate) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// `inner` below `folder`, both clean.
pub(crate) fn join(folder: &str, inner: &str) -> String {
    match (folder, inner) {
        (".", _) => inner.to_owned(),
        (_, ".") => folder.to_owned(),
        _ => format!("{folder}/{inner}"),
    }
}

/// The folders above a pattern's last component, outermost first. Behind a `**`
/// their depth is not told, so those from there on are left out.
pub(crate) fn folders_above(pattern: &str) -> impl Iterator<Item = &str> {
    let certain = pattern.split('/').position(|part| part.contains("**")).unwrap_or(usize::MAX);
    pattern.match_indices('/').take(certain).map(|(at, _)| &pattern[..at])
}

/// `**` as Go's `filepath.Match` takes it: any text without a slash, as `*`.
pub(crate) fn plain_stars(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let (mut class, mut star) = (false, false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let repeated = star && c == '*';
        star = c == '*' && !class;
        match c {
            '*' if repeated && !class => continue,
            '[' => class = true,
            ']' => class = false,
            _ => {}
        }
        out.push(c);
        if c == '\\' {
            out.extend(chars.next());
        }
    }
    out
}

/// Patterns of `--exclude` as they stand to the context: they are relative to the
/// folder that is copied. Where that cannot be written for sure nothing is excluded.
pub(crate) fn join_excludes(folder: &str, excludes: &[String]) -> Vec<String> {
    let joined = |exclude: &String| {
        let exclude = exclude.trim();
        let (sign, pattern) = match exclude.strip_prefix('!') {
            Some(rest) => ("!", rest.trim()),
            None => ("", exclude),
        };
        // BuildKit reads flags byte by byte, so that other than ASCII means something else there.
        let odd = pattern.is_empty()
            || !pattern.is_ascii()
            || pattern.split('/').any(|part| part == "..")
            || clean(pattern) == ".";
        (!odd).then(|| format!("{sign}{}", join(folder, &clean(pattern))))
    };
    if folder.starts_with(['!', '#', ' ']) || folder.ends_with(' ') {
        return Vec::new();
    }
    excludes.iter().map(joined).collect::<Option<Vec<String>>>().unwrap_or_default()
}

/// Whether ADD fetches a source: HTTP, or a git repository.
pub(crate) fn is_remote(source: &str) -> bool {
    let schemes = ["http://", "https://", "git://", "ssh://"];
    schemes.iter().any(|scheme| source.starts_with(scheme)) || is_scp(source)
}

/// `git@host:path`, as BuildKit's gitutil.
fn is_scp(source: &str) -> bool {
    let Some((user, rest)) = source.split_once('@') else { return false };
    let Some((host, _)) = rest.split_once(':') else { return false };
    let word = |text: &str, more: &[char]| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    word(user, &['-', '_']) && word(host, &['-', '.'])
}
