//! What a tar holds, as far as the engine's own tars go: plain headers, and names of any
//! length by GNU's or by pax records.

/// A member: its name, its type (`0` a file, `5` a folder, …) and its content.
pub(crate) struct Member<'a> {
    pub name: String,
    pub kind: u8,
    pub content: &'a [u8],
}

/// The members in their order. A tar that breaks off fails the story.
#[track_caller]
pub(crate) fn members(tar: &[u8]) -> Vec<Member<'_>> {
    let mut found = Vec::new();
    let mut long: Option<String> = None;
    let mut at = 0;
    // A name that is all in a pax record leaves its field empty: only a block of zeros ends.
    while let Some(header) =
        tar.get(at..at + 512).filter(|block| block.iter().any(|byte| *byte != 0))
    {
        let size = usize::from_str_radix(text(&header[124..136]).trim(), 8).unwrap();
        let content = &tar[at + 512..at + 512 + size];
        match header[156] {
            b'L' => long = Some(text(content)),
            b'x' => long = path(content).or(long),
            b'g' => {}
            kind => {
                let name = long.take().unwrap_or_else(|| match text(&header[345..500]) {
                    prefix if prefix.is_empty() => text(&header[..100]),
                    prefix => format!("{prefix}/{}", text(&header[..100])),
                });
                found.push(Member { name, kind, content });
            }
        }
        at += 512 + size.next_multiple_of(512);
    }
    found
}

/// A field up to its NUL; bytes that are no UTF-8 as `\351`.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let mut shown = String::new();
    for chunk in field[..end].utf8_chunks() {
        shown.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| shown.push_str(&format!("\\{byte:o}")));
    }
    shown
}

/// The path among pax records: `LENGTH path=VALUE` and a line's end, the length of it all.
fn path(records: &[u8]) -> Option<String> {
    let mut rest = records;
    while let Some(blank) = rest.iter().position(|byte| *byte == b' ') {
        let length: usize = text(&rest[..blank]).parse().ok()?;
        let (record, after) = rest.split_at_checked(length)?;
        if let Some(value) = record[blank + 1..].strip_prefix(b"path=") {
            return Some(text(value.strip_suffix(b"\n").unwrap_or(value)));
        }
        rest = after;
    }
    None
}
