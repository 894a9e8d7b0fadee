//! Texts to ask about: made of what real files hold, then damaged at random.

use crate::numbers::Numbers;

/// Beginnings of instructions, one of each kind and form.
const LINES: &[&str] = &[
    "FROM scratch",
    "FROM scratch AS a",
    "FROM a",
    "FROM --platform=$BUILDPLATFORM scratch AS b",
    "ARG A",
    "ARG A=1 B=\"$A x\" C",
    "ENV A=1 B='two words' C=\"x\\\"y\"",
    "ENV A old style value",
    "ENV A=b\\ c D=e",
    "LABEL a=b \"c d\"=\"e f\"",
    "COPY . /",
    "COPY a b /c/",
    "COPY --from=a --chown=1:2 x /y",
    "COPY --link --chmod=0644 a /",
    "COPY [\"a b\", \"/c\"]",
    "COPY --exclude=*.md --exclude=\"x y\" . /",
    "COPY --parents a/*/b ./x/./y /",
    "ADD https://example.com/x /x",
    "ADD --keep-git-dir=true a.tar /",
    "RUN echo hello",
    "RUN [\"/bin/sh\", \"-c\", \"echo\"]",
    "RUN --mount=type=bind,source=a,target=/b --mount=type=cache,target=/c cat /b",
    "RUN --network=none --security=insecure true",
    "RUN <<EOF\necho one\nEOF",
    "RUN <<-EOF cat\n\tone\n\tEOF",
    "RUN cat <<A <<B\nx\nA\ny\nB",
    "COPY <<\"F\" <<-G /d/\n$x\nF\n\ty\n\tG",
    "ADD 3<<E /e\nE",
    "CMD [\"a\", \"b\"]",
    "CMD echo $A",
    "ENTRYPOINT [\"x\"]",
    "SHELL [\"/bin/sh\", \"-c\"]",
    "EXPOSE 80",
    "VOLUME /a /b",
    "VOLUME [\"/a\", \"/b\"]",
    "USER root:root",
    "WORKDIR /a/$B",
    "STOPSIGNAL 9",
    "MAINTAINER me <me@example.com>",
    "HEALTHCHECK --interval=1m30s --retries=3 CMD true",
    "HEALTHCHECK NONE",
    "ONBUILD COPY a /b",
    "ONBUILD RUN <<EOF\nx\nEOF",
    "RUN a \\\n  b \\\n\n  # note\n  c",
    "# a comment",
    "  # another",
    "",
];

/// What may stand at the top.
const HEADS: &[&str] = &[
    "",
    "",
    "",
    "# escape=`\n",
    "# escape = \\\n",
    "# syntax=docker/dockerfile:1\n",
    "#syntax=docker/dockerfile:1\n#escape=`\n",
    "# check=skip=all\n",
    "#!/usr/bin/env x\n",
    "\u{feff}",
    "# note\n# escape=`\n",
];

/// Pieces that parsers stumble over.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{b}",
    "\u{c}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    " ",
    "  ",
    "\\",
    "\\\\",
    "\\\n",
    "\\ \n",
    "\\\t\n",
    "`",
    "`\n",
    "\"",
    "'",
    "[",
    "]",
    "[\"a\"]",
    "{",
    "}",
    "${",
    "$",
    "$A",
    "${A:-x}",
    "${A#*/}",
    "${A//a/b}",
    "#",
    "# ",
    "=",
    ",",
    "<<",
    "<<EOF",
    "<<-EOF",
    "<<\"E F\"",
    "<< EOF",
    "EOF\n",
    "--",
    "--from=",
    "--mount=type=bind",
    "--link=true",
    "--exclude=",
    "é",
    "日本",
    "\u{1f600}",
    "ONBUILD ",
    "FROM ",
    "AS ",
    "COPY ",
    "\\u0041",
    "\n\n",
    "\n#x\n",
    "null",
    "1",
    "true",
    "/./",
    "**",
    "?",
    "!",
    ":",
    ";",
    "&&",
    "|",
    "<",
    ">",
    "~",
];

/// A Dockerfile of a few lines, as it might be.
pub fn dockerfile(numbers: &mut Numbers) -> Vec<u8> {
    let mut text = numbers.pick(HEADS).to_owned();
    if numbers.once_in(6) {
        text.push_str("ARG V=1\n");
    }
    if !numbers.once_in(12) {
        text.push_str("FROM scratch AS a\n");
    }
    for _ in 0..numbers.below(5) {
        let line = numbers.pick(LINES);
        let line = if numbers.once_in(8) { line.to_lowercase() } else { line.to_owned() };
        text.push_str(&line);
        text.push_str(if numbers.once_in(10) { "\r\n" } else { "\n" });
    }
    text.into_bytes()
}

/// One to four cuts, copies, flips or insertions.
pub fn damage(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let (a, b) = (numbers.below(bytes.len() + 1), numbers.below(bytes.len() + 1));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 20));
        match numbers.below(8) {
            0 => drop(bytes.drain(from..to)),
            1 => drop(bytes.splice(a..a, bytes[from..to].to_vec())),
            2 if numbers.once_in(4) => bytes.truncate(from),
            3 if !bytes.is_empty() => {
                let at = a.min(bytes.len() - 1);
                bytes[at] ^= 1 << numbers.below(8);
            }
            4 if numbers.once_in(4) => {
                bytes.insert(a, u8::try_from(numbers.below(256)).unwrap_or(0));
            }
            _ => drop(bytes.splice(a..a, numbers.pick(PIECES).bytes())),
        }
    }
    bytes
}

/// Parts of words: quotes, escapes, variables with every modifier.
const WORD: &[&str] = &[
    "a", "b/c", " ", "x.y", "$A", "$B", "$NO", "${A}", "${NO}", "${A:-", "${NO:-", "${NO-",
    "${A:+", "${A+", "${B:?", "${A?", "${A#", "${A##", "${A%", "${A%%", "${A/", "${A//", "${P#",
    "${P%%", "}", "}", "}", "/", "*", "?", "\\", "\\\\", "\\$", "\"", "\"", "'", "'", "`", "$",
    "${", "{", ":", "<", "<<", "é", "日", "\u{feff}", "\t", "\n", "$1", "$10", "$@", "$$", "_",
    "-", "$A_", "!", "\\}", "\\/", "\\*", "\u{a0}",
];

/// A word for the lexer.
pub fn word(numbers: &mut Numbers) -> String {
    numbers.text(WORD, 8)
}

const PATTERN: &[&str] = &[
    "a",
    "b",
    "dir",
    "x.txt",
    "*",
    "**",
    "?",
    "/",
    "/",
    "/",
    ".",
    "..",
    "!",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[",
    "]",
    "\\*",
    "\\",
    "*.txt",
    ".hid",
    "é",
    " ",
    "#",
    "^",
    "$",
    "+",
    "(",
    ")",
    "{",
    "|",
    "\\d",
    "[[:alpha:]]",
    "[a*]",
    "~",
    "-",
];

/// An ignore file.
pub fn ignore_file(numbers: &mut Numbers) -> Vec<u8> {
    let mut text = String::new();
    if numbers.once_in(10) {
        text.push('\u{feff}');
    }
    for _ in 0..=numbers.below(5) {
        if numbers.once_in(3) {
            text.push('!');
        }
        text.push_str(&numbers.text(PATTERN, 5));
        text.push_str(if numbers.once_in(8) { "\r\n" } else { "\n" });
    }
    if numbers.once_in(10) { damage(text.as_bytes(), numbers) } else { text.into_bytes() }
}

const NAMES: &[&str] = &[
    "a", "b", "c", "dir", "x.txt", "ab", ".hid", "é", "a*", "[ab]", "1", "a b", "d", "^", "b]",
    "!x", "#y", "a\\", "$", "a+b", "(a)",
];

/// A path below a context.
pub fn path(numbers: &mut Numbers) -> String {
    let parts: Vec<&str> = (0..=numbers.below(4)).map(|_| numbers.pick(NAMES)).collect();
    parts.join("/")
}
