//! UTF-16, with a byte order mark, to the text that the rest reads, and back.
//!
//! What is well-formed comes back byte for byte, so that only edits differ. Refuses half
//! characters, and UTF-32 by its name.

use super::error::{Error, Fault, Kind};
use super::{Edit, Rewritten};

/// Which byte of a unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The order that a byte order mark tells; `None`: the text is not UTF-16.
    pub fn of(input: &[u8]) -> Option<Self> {
        match input {
            [0xff, 0xfe, ..] => Some(Self::Little),
            [0xfe, 0xff, ..] => Some(Self::Big),
            _ => None,
        }
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn encode(self, text: &str, out: &mut Vec<u8>) {
        for unit in text.encode_utf16() {
            let bytes = match self {
                Self::Little => unit.to_le_bytes(),
                Self::Big => unit.to_be_bytes(),
            };
            out.extend_from_slice(&bytes);
        }
    }

    /// The text with its byte order mark as a character.
    pub fn decode(self, input: &[u8], file: &str) -> Result<String, Error> {
        let mut text = String::with_capacity(input.len());
        let fault = |text: &str| {
            let fault = Fault { offset: text.len(), kind: Kind::NotUtf16 };
            Error::at(file, text, fault)
        };
        let units = input.chunks_exact(2).map(|pair| self.unit([pair[0], pair[1]]));
        for unit in char::decode_utf16(units) {
            match unit {
                Ok('\0') => {
                    let fault = Fault { offset: text.len(), kind: Kind::Nul };
                    return Err(Error::at(file, &text, fault));
                }
                Ok(c) => text.push(c),
                Err(_) => return Err(fault(&text)),
            }
        }
        if input.len().is_multiple_of(2) { Ok(text) } else { Err(fault(&text)) }
    }

    /// The same of what was made of that text: bytes in its encoding, ranges in the input.
    pub fn encode_all(self, text: &str, rewritten: Rewritten) -> Rewritten {
        let mut bytes = Vec::with_capacity(rewritten.bytes.len() * 2);
        self.encode(&String::from_utf8_lossy(&rewritten.bytes), &mut bytes);
        let (mut at, mut passed) = (0, 0);
        // Edits come in rising order, so the text is walked once.
        let mut place = |offset: usize| {
            passed += text[at..offset].chars().map(|c| c.len_utf16() * 2).sum::<usize>();
            at = offset;
            passed
        };
        let edits = rewritten.edits.into_iter().map(|edit| {
            let start = place(edit.range.start);
            Edit { range: start..place(edit.range.end), ..edit }
        });
        Rewritten { bytes, edits: edits.collect(), ..rewritten }
    }
}

/// A file's bytes as UTF-8, so that it can follow others in one stream.
pub(super) fn to_utf8(input: &[u8]) -> Option<String> {
    Order::of(input)?.decode(input, "").ok()
}
