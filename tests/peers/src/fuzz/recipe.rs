//! What is done to a sound stat cache, told line by line, so that a corpus can hold it.
//!
//! `set AT BYTE`, `flip AT BIT`, `cut FROM TO`, `put AT BYTE COUNT`, `swap AT AT` (eight bytes),
//! `record FROM TO` (a record over another), `seal` (the checksum is made to fit again).
//! `raw` and a line's end: the rest is the file. Other lines mean nothing. Numbers are
//! taken round the file's length.

use crate::numbers::Numbers;

/// The sizes of the file's parts, from the reader's own description of it.
pub const HEADER: usize = 32;
pub const RECORD: usize = 96;

/// A recipe of a few lines.
pub fn fresh(numbers: &mut Numbers) -> Vec<u8> {
    let mut text = String::new();
    for _ in 0..=numbers.below(4) {
        let mut number = || numbers.below(1200);
        let (a, b) = (number(), number());
        text += &match numbers.below(8) {
            0 => format!("set {a} {}\n", b % 256),
            1 => format!("cut {a} {}\n", a + b % 120),
            2 => format!("put {a} {} {}\n", b % 256, b % 100),
            3 => format!("swap {a} {b}\n"),
            4 => format!("record {} {}\n", a % 12, b % 12),
            // The header: how many records, how long the names are.
            5 => format!("set {} {}\n", 8 + a % 16, b % 256),
            _ => format!("flip {a} {}\n", b % 8),
        };
    }
    if !numbers.once_in(3) {
        text += "seal\n";
    }
    text.into_bytes()
}

/// Carries a recipe out.
pub fn carry_out(recipe: &[u8], sound: &[u8]) -> Vec<u8> {
    if let Some(raw) = recipe.strip_prefix(b"raw\n") {
        return raw.to_vec();
    }
    let mut bytes = sound.to_vec();
    for line in String::from_utf8_lossy(recipe).lines() {
        let mut words = line.split_ascii_whitespace();
        let name = words.next().unwrap_or_default();
        let numbers: Vec<usize> = words.map_while(|word| word.parse().ok()).collect();
        step(name, &numbers, &mut bytes);
    }
    bytes
}

fn step(name: &str, numbers: &[usize], bytes: &mut Vec<u8>) {
    let length = bytes.len();
    let at = |number: usize| number % length.max(1);
    match (name, numbers) {
        _ if length < HEADER + RECORD => {}
        ("seal", []) => seal(bytes),
        ("set", &[a, b]) => bytes[at(a)] = b.to_le_bytes()[0],
        ("flip", &[a, b]) => bytes[at(a)] ^= 1 << (b % 8),
        ("cut", &[a, b]) => drop(bytes.drain(at(a).min(at(b))..at(a).max(at(b)))),
        ("put", &[a, b, count]) => {
            let more = vec![b.to_le_bytes()[0]; count % 1000];
            drop(bytes.splice(at(a)..at(a), more));
        }
        ("swap", &[a, b]) => {
            let [a, b] = [a, b].map(|one| one % (length - 8));
            (0..8).for_each(|offset| bytes.swap(a + offset, b + offset));
        }
        ("record", &[a, b]) => {
            let count = (length - HEADER) / RECORD;
            let [from, to] = [a, b].map(|one| HEADER + one % count * RECORD);
            bytes.copy_within(from..from + RECORD, to);
        }
        _ => {}
    }
}

/// Whether the checksum fits.
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.get(24..HEADER) == Some(&checksum(bytes.get(HEADER..).unwrap_or_default()))
}

fn seal(bytes: &mut [u8]) {
    let sum = checksum(&bytes[HEADER..]);
    bytes[24..HEADER].copy_from_slice(&sum);
}

/// As the reader describes it, over all behind the header.
fn checksum(body: &[u8]) -> [u8; 8] {
    let word = |chunk: &[u8]| {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(eight)
    };
    let mix =
        |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut sum = body.chunks_exact(8).fold(body.len() as u64, |sum, chunk| mix(sum, word(chunk)));
    // What is left over counts, also when it is nothing.
    sum = mix(sum, word(body.chunks_exact(8).remainder()));
    sum.to_le_bytes()
}
