//! The grammar of `${NAME}` in texts.
//!
//! One or more `$`, then braces with at least one character that is not `}`.
//! With two or more `$` one of them goes away and the rest stays as it stands.
//! Each text is read once, left to right: what is put in is never read again.

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::config) enum Piece<'a> {
    /// Stays as it is.
    Text(&'a str),
    /// `${NAME}`; the name without its braces.
    Name(&'a str),
    /// What `$${NAME}` stands for, one `$` taken away.
    Escaped(&'a str),
}

/// Cuts a text into its parts.
pub(in crate::config) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut start, mut from) = (0, 0);
    while let Some(found) = text[from..].find('$') {
        let dollar = from + found;
        let rest = &text[dollar..];
        let dollars = rest.len() - rest.trim_start_matches('$').len();
        let inside = rest[dollars..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let Some((name, _)) = inside.filter(|(name, _)| !name.is_empty()) else {
            // No later `}` closes this brace, and so none of any before it.
            from = dollar + dollars;
            if rest[dollars..].starts_with('{') && !rest.contains('}') {
                break;
            }
            continue;
        };
        if start < dollar {
            pieces.push(Piece::Text(&text[start..dollar]));
        }
        let end = dollar + dollars + name.len() + 2;
        pieces.push(match dollars {
            1 => Piece::Name(name),
            _ => Piece::Escaped(&text[dollar + 1..end]),
        });
        (start, from) = (end, end);
    }
    if start < text.len() {
        pieces.push(Piece::Text(&text[start..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Escaped, Name, Text};

    #[test]
    fn texts_are_cut_at_variables() {
        let cases: [(&str, &[Piece]); 11] = [
            ("", &[]),
            ("plain", &[Text("plain")]),
            ("${A}", &[Name("A")]),
            ("a${B}c", &[Text("a"), Name("B"), Text("c")]),
            ("${A}${B}", &[Name("A"), Name("B")]),
            ("$${A}", &[Escaped("${A}")]),
            ("$$${A}", &[Escaped("$${A}")]),
            ("$A $(b) ${}", &[Text("$A $(b) ${}")]),
            ("cost: 5$ ${A}", &[Text("cost: 5$ "), Name("A")]),
            ("${open", &[Text("${open")]),
            ("é${ü}日", &[Text("é"), Name("ü"), Text("日")]),
        ];
        for (text, wanted) in cases {
            assert_eq!(pieces(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_million_open_braces_take_no_time() {
        let text = "${".repeat(1 << 20);
        assert_eq!(pieces(&text).len(), 1);
    }
}
