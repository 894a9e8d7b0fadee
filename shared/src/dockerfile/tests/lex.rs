use crate::dockerfile::heredoc;
use crate::dockerfile::lex::{LINE_MAX, lex};

use super::{fault, parsed};

fn lines(text: &str) -> Vec<String> {
    let lexed = lex(text.as_bytes(), "Dockerfile");
    assert_eq!(lexed.fault, None, "{text}");
    lexed.lines.into_iter().map(|line| line.text).collect()
}

#[test]
fn continuations_are_joined_as_buildkit_joins_them() {
    let rows: &[(&str, &[&str])] = &[
        ("FROM a\nRUN b\n", &["FROM a", "RUN b"]),
        ("RUN a \\\n  b\n", &["RUN a   b"]),
        ("RUN a \\ \t\nb\n", &["RUN a b"]),
        ("RUN a \\\n# no\n   # no\nb\n", &["RUN a b"]),
        ("RUN a \\\n\n \t\nb\n", &["RUN a b"]),
        ("RUN a \\\r\n b\r\n", &["RUN a  b"]),
        ("RUN a\r\r\n", &["RUN a"]),
        ("RUN a \\\\\nUSER b\n", &["RUN a \\\\", "USER b"]),
        ("RUN a \\\\\\\nUSER b\n", &["RUN a \\\\\\", "USER b"]),
        ("RUN a \\", &["RUN a "]),
        ("RUN a \\\n", &["RUN a "]),
        ("\\\nRUN a\n", &["RUN a"]),
        ("\\\n\\\nRUN a\n", &["RUN a"]),
        ("  \t RUN a  \n", &["RUN a  "]),
        ("# c \\\nRUN a\n", &["RUN a"]),
        ("RUN a # b\n", &["RUN a # b"]),
        ("\u{feff}FROM a\n", &["FROM a"]),
        ("\u{feff}# c\nFROM a\n", &["FROM a"]),
        ("\n\n   \n", &[]),
        ("", &[]),
        // testfiles/continueIndent
        (
            "RUN echo hello\\\n  world\\\n  goodnight  \\\n  moon\\\n  light\\\nning\n",
            &["RUN echo hello  world  goodnight    moon  lightning"],
        ),
        ("RUN echo hello  \\\n  world\n", &["RUN echo hello    world"]),
        (
            "RUN echo hi \\\n world \\\n\\\n good\\\n\\\n night\n",
            &["RUN echo hi  world  good night"],
        ),
        // testfiles/escapes: BuildKit keeps escape characters within the line.
        ("RUN foo \\\nbar \\\nbaz\n", &["RUN foo bar baz"]),
    ];
    for (text, expected) in rows {
        assert_eq!(&lines(text), expected, "{text:?}");
    }
}

/// BuildKit `testfile-line/Dockerfile`: TestParseIncludesLineNumbers.
#[test]
fn lines_are_counted_over_continuations() {
    let text = "\n\n\n\nFROM brimstone/ubuntu:14.04\n\n\n# TORUN\n\n\nENV GOPATH \\\n/go\n\n\n\n# Install\n\
                RUN apt-get update \\\n\t&& dpkg -l \\\n\n\n    && a \\\n    && b \\\n    && c \\\n\n\t&& d \\\n    \
                && e \\\n\n\t&& f \\\n\t&& g \\\n\t&& h \\\n\t&& i\n";
    let found: Vec<_> =
        parsed(text).instructions.iter().map(|i| (i.line, i.end_line, i.column)).collect();
    assert_eq!(found, [(5, 5, 1), (11, 12, 1), (17, 31, 1)]);
}

/// BuildKit `directives_test.go`, and what its parser refuses.
#[test]
fn directives_stand_at_the_top() {
    let rows: &[(&str, &[(&str, &str, usize)], char)] = &[
        ("#escape=\\\n# key = FOO bar\n\n# smth\n", &[("escape", "\\", 1)], '\\'),
        ("# EScape=\\\n# KEY = FOO bar\n", &[("escape", "\\", 1)], '\\'),
        ("# escape=`\nFROM a\n", &[("escape", "`", 1)], '`'),
        ("# syntax=x\n# escape = ` \nFROM a\n", &[("syntax", "x", 1), ("escape", "`", 2)], '`'),
        ("# syntax = a:b // opts\n", &[("syntax", "a:b // opts", 1)], '\\'),
        ("#!/bin/sh\n# syntax = a\n", &[("syntax", "a", 2)], '\\'),
        ("#!/bin/sh\n# escape=`\n", &[("escape", "`", 2)], '\\'),
        ("#!/bin/sh\n\n# syntax = a\n", &[], '\\'),
        ("\n# escape=`\n", &[], '\\'),
        ("# hello\n# escape=`\n", &[], '\\'),
        ("# unknown=1\n# escape=`\n", &[], '\\'),
        ("FROM a\n# escape=`\n", &[], '\\'),
        ("# check=skip=all // o\n", &[("check", "skip=all // o", 1)], '\\'),
        ("\u{feff}# syntax = a\nFROM b\n", &[("syntax", "a", 1)], '\\'),
        ("# syntax=\nFROM b\n", &[], '\\'),
        ("  # escape=`\n", &[("escape", "`", 1)], '`'),
    ];
    for (text, directives, escape) in rows {
        let lexed = lex(text.as_bytes(), "f");
        let found: Vec<_> =
            lexed.directives.iter().map(|d| (d.name.as_str(), d.value.as_str(), d.line)).collect();
        assert_eq!((&found.as_slice(), &lexed.escape), (directives, escape), "{text:?}");
    }
    let (said, _) = fault("# escape=\\\n# escape=`\nFROM a\n");
    assert_eq!(said, "Dockerfile:2:1: `# escape=` stands twice");
    let (said, _) = fault("# escape=x\nFROM a\n");
    assert!(said.starts_with("Dockerfile:1:1: `# escape=x`"), "{said}");
}

/// BuildKit `parser_heredoc_test.go`: TestParseExtractsHeredoc. A space behind
/// `<<` makes no heredoc in its releases.
#[test]
fn heredocs_as_buildkits_table() {
    // line, then (name, descriptor, expand, chomp, content) of each
    type Doc<'a> = (&'a str, u64, bool, bool, &'a str);
    let rows: &[(&str, &[Doc<'_>])] = &[
        ("RUN ls\n", &[]),
        ("USER <<INVALID\n", &[]),
        ("RUN <<EMPTY\nEMPTY\n", &[("EMPTY", 0, true, false, "")]),
        ("RUN 3<<EMPTY2\nEMPTY2\n", &[("EMPTY2", 3, true, false, "")]),
        ("RUN \"<<NOHEREDOC\"\n", &[]),
        ("RUN '<<NOHEREDOC'\n", &[]),
        ("RUN <<INDENT\n\tfoo\n\tbar\nINDENT\n", &[("INDENT", 0, true, false, "\tfoo\n\tbar\n")]),
        ("RUN <<-U\n\tbaz\n\tquux\nU\n", &[("U", 0, true, true, "\tbaz\n\tquux\n")]),
        ("RUN <<-U\n\tbaz\n\tquux\n\tU\n", &[("U", 0, true, true, "\tbaz\n\tquux\n")]),
        ("RUN <<-EXPAND\n\te $NAME\nEXPAND\n", &[("EXPAND", 0, true, true, "\te $NAME\n")]),
        ("RUN <<-'NO'\n\tdon't $N\nNO\n", &[("NO", 0, false, true, "\tdon't $N\n")]),
        ("RUN <<COPY\necho a\necho b\nCOPY\n", &[("COPY", 0, true, false, "echo a\necho b\n")]),
        ("RUN <<C\n# in\necho a # b\nC\n", &[("C", 0, true, false, "# in\necho a # b\n")]),
        ("RUN --mount=type=cache,target=/f <<M\necho h\nM\n", &[("M", 0, true, false, "echo h\n")]),
        (
            "COPY <<F1 <<F2 /dest\nc1\nF1\nc2\nF2\n",
            &[("F1", 0, true, false, "c1\n"), ("F2", 0, true, false, "c2\n")],
        ),
        (
            "COPY <<EOF /quotes\n\"foo\"\n'bar'\nEOF\n",
            &[("EOF", 0, true, false, "\"foo\"\n'bar'\n")],
        ),
        (
            "COPY <<X <<Y /dest\nY\nX\nX\nY\n",
            &[("X", 0, true, false, "Y\n"), ("Y", 0, true, false, "X\n")],
        ),
        (
            "RUN <<COMPLEX python3\nprint('h')\nCOMPLEX\n",
            &[("COMPLEX", 0, true, false, "print('h')\n")],
        ),
        ("COPY <<file.txt /dest\nhello\nfile.txt\n", &[("file.txt", 0, true, false, "hello\n")]),
        ("RUN <<eo'f'\necho foo\neof\n", &[("eof", 0, false, false, "echo foo\n")]),
        ("RUN <<eo\\'f\necho foo\neo'f\n", &[("eo'f", 0, true, false, "echo foo\n")]),
        ("RUN <<'e'o\\'f\necho foo\neo'f\n", &[("eo'f", 0, false, false, "echo foo\n")]),
        ("RUN <<'one two'\necho bar\none two\n", &[("one two", 0, false, false, "echo bar\n")]),
        ("RUN <<$EOF\n$EOF\n", &[("$EOF", 0, true, false, "")]),
        // TestParseJSONHeredoc
        ("RUN [\"whoami\"]\n", &[]),
        ("RUN [\"<<EOF\"]\n", &[]),
        ("RUN [\"<<'EOF'\"]\n", &[]),
        // Where other parsers fail.
        ("RUN cat <<EOF > /x\na\nEOF\n", &[("EOF", 0, true, false, "a\n")]),
        (
            "RUN <<A cat && <<B tac\n1\nA\n2\nB\n",
            &[("A", 0, true, false, "1\n"), ("B", 0, true, false, "2\n")],
        ),
        (
            "COPY <<-\"A\" <<B /x/\n\t1\n\tA\n2\nB\n",
            &[("A", 0, false, true, "\t1\n"), ("B", 0, true, false, "2\n")],
        ),
        ("ADD <<a.sh /x\n1\na.sh\n", &[("a.sh", 0, true, false, "1\n")]),
        ("ONBUILD RUN <<E\n1\nE\n", &[("E", 0, true, false, "1\n")]),
        ("onbuild copy <<E /x\n1\nE\n", &[("E", 0, true, false, "1\n")]),
        ("RUN <<EOF\r\na\r\nEOF\r\n", &[("EOF", 0, true, false, "a\r\n")]),
        ("RUN a \\\n <<EOF\nFROM b\nEOF\n", &[("EOF", 0, true, false, "FROM b\n")]),
        ("RUN <<EOF\n EOF\nEOF", &[("EOF", 0, true, false, " EOF\n")]),
        ("RUN cat <<<EOF\n", &[]),
        ("RUN echo $((1<<2))\n", &[]),
        ("RUN echo 'unclosed <<EOF\n", &[]),
        ("ENV A=<<EOF\n", &[]),
    ];
    for (line, expected) in rows {
        let file = parsed(&format!("FROM a\n{line}\nUSER last\n"));
        assert_eq!(file.instructions.len(), 3, "{line}");
        let found: Vec<Doc<'_>> = file.instructions[1]
            .heredocs
            .iter()
            .map(|d| (d.name.as_str(), d.descriptor, d.expand, d.chomp, d.content.as_str()))
            .collect();
        assert_eq!(&found, expected, "{line}");
    }
}

/// BuildKit `parser_heredoc_test.go`: TestParseHeredocHelpers, TestHeredocChomp.
#[test]
fn words_that_are_heredocs() {
    let named = ["<<EOF", "<<'EOF'", "<<\"EOF\"", "<<-EOF", "<<-'EOF'", "<<-\"EOF\"", "<<EO\"F\""];
    for word in named {
        assert_eq!(heredoc::of_word(word).unwrap().unwrap().name, "EOF", "{word}");
    }
    for word in ["<<'EOF", "<<\"EOF", "<<EOF'", "<<EOF\""] {
        assert!(heredoc::of_word(word).is_err(), "{word}");
    }
    for word in ["", "EOF", "<<", "<<-", "<EOF", "<<<EOF", "<<EOF sh"] {
        assert_eq!(heredoc::of_word(word), Ok(None), "{word}");
    }
    let file = parsed("FROM a\nCOPY <<-E /x\n\thello\n\tworld\nE\n");
    assert_eq!(file.instructions[1].heredocs[0].chomped(), "hello\nworld\n");
}

#[test]
fn a_heredoc_without_end_is_found_where_it_begins() {
    let (said, hint) = fault("FROM a\nUSER b\nRUN <<EOF\nx\n");
    assert_eq!(said, "Dockerfile:3:1: heredoc `EOF` never ends");
    assert_eq!(hint.unwrap(), "end it with a line that holds `EOF` alone");
}

/// BuildKit `parser_test.go`: TestParseReturnsScannerErrors.
#[test]
fn a_line_that_builders_refuse_is_refused() {
    let (said, _) = fault(&format!("FROM a\nLABEL t={}\n", "a".repeat(65_536)));
    assert!(said.starts_with("Dockerfile:2:1: the line has 65545 bytes"), "{said}");
    let long = format!("FROM a\nLABEL t={}\n", "a".repeat(LINE_MAX - 9));
    assert_eq!(parsed(&long).instructions.len(), 2);
}

#[test]
fn bytes_that_are_not_text_do_no_harm() {
    let file = crate::dockerfile::parse(b"FROM a\nCOPY \xff\x00b /x\n", "f").unwrap();
    assert_eq!(file.instructions[1].text, "COPY \u{fffd}\0b /x");
}
