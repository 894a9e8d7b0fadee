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

/// Whether every builder's ADD fetches a source. What looks like a git repository is
/// fetched by some, and is a file of that name to others.
pub(crate) fn is_remote(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}
