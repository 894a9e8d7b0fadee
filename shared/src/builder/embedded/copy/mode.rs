//! `--chmod`: octal digits, or symbols as of chmod(1).
//!
//! Source: BSD's setmode(3), which BuildKit follows, with a umask of 0.

const UID: u32 = 0o4000;
const GID: u32 = 0o2000;
const STICKY: u32 = 0o1000;
/// What `a`, or nobody named, means.
const ALL: u32 = 0o6777;

/// How permission bits change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Octal(u32),
    Symbols(Vec<Step>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Bits that may change; 0: nobody was named.
    who: u32,
    op: u8,
    /// In order: bits, or the class that they are copied from.
    what: Vec<What>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Bits(u32),
    /// Execution, where somebody may already or it is a folder.
    Search,
    /// The bits of this class: by how many bits it lies to the left.
    Class(u32),
}

impl Change {
    /// The error is a reason for people.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const OCTAL: &str = "it is an octal number up to 07777, or symbols like `u+x,go-w`";
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let bits = u32::from_str_radix(text, 8).map_err(|_| OCTAL)?;
            return if bits <= 0o7777 { Ok(Self::Octal(bits)) } else { Err(OCTAL) };
        }
        let mut steps = Vec::new();
        for clause in text.split(',') {
            let ops = clause.find(['+', '-', '=']).ok_or(OCTAL)?;
            let (named, mut rest) = clause.split_at(ops);
            let mut who = 0;
            for c in named.chars() {
                who |= match c {
                    'u' => UID | 0o700,
                    'g' => GID | 0o070,
                    'o' => 0o007,
                    'a' => ALL,
                    _ => return Err(OCTAL),
                };
            }
            while let Some(&op) = rest.as_bytes().first() {
                let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |at| at + 1);
                steps.push(step(who, op, &rest[1..end]).ok_or(OCTAL)?);
                rest = &rest[end..];
            }
        }
        Ok(Self::Symbols(steps))
    }

    /// The bits that folders get which are made on the way to a destination.
    pub fn of_new_folder(change: Option<&Self>) -> u32 {
        match change {
            Some(Self::Octal(bits)) => bits & 0o777,
            _ => 0o755,
        }
    }

    pub fn apply(&self, mode: u32, folder: bool) -> u32 {
        match self {
            Self::Octal(bits) => *bits,
            Self::Symbols(steps) => {
                steps.iter().fold(mode, |now, step| step.apply(now, mode, folder))
            }
        }
    }
}

fn step(who: u32, op: u8, letters: &str) -> Option<Step> {
    let mut step = Step { who, op, what: Vec::new() };
    let mut bits = 0;
    // Set-id and sticky bits are nothing to "others" alone.
    let special = who == 0 || who & !0o007 != 0;
    for c in letters.chars() {
        match c {
            'r' => bits |= 0o444,
            'w' => bits |= 0o222,
            'x' => bits |= 0o111,
            'X' if op == b'-' => bits |= 0o111,
            'X' => step.what.push(What::Search),
            's' if special => bits |= UID | GID,
            't' if special => bits |= STICKY,
            's' | 't' => {}
            'u' => step.what.push(What::Class(6)),
            'g' => step.what.push(What::Class(3)),
            'o' => step.what.push(What::Class(0)),
            _ => return None,
        }
    }
    step.what.push(What::Bits(bits));
    Some(step)
}

impl Step {
    fn apply(&self, now: u32, original: u32, folder: bool) -> u32 {
        let mut wanted = 0;
        for what in &self.what {
            wanted |= match what {
                What::Bits(bits) => *bits,
                What::Search if folder || original & 0o111 != 0 => 0o111,
                What::Search => 0,
                What::Class(shift) => (now >> shift & 7) * 0o111,
            };
        }
        let who = if self.who == 0 { ALL } else { self.who };
        let who = who | wanted & STICKY;
        match self.op {
            b'+' => now | wanted & who,
            b'-' => now & !(wanted & who),
            _ => now & !who | wanted & who,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_symbols() {
        for (text, mode, folder, wanted) in [
            ("0644", 0o4755, false, 0o644),
            ("7", 0, false, 7),
            ("4755", 0, true, 0o4755),
            ("u+x,go-w", 0o666, false, 0o744),
            ("a=rX", 0o644, false, 0o444),
            ("a=rX", 0o640, true, 0o555),
            ("go=", 0o777, false, 0o700),
            ("go=u-w", 0o750, false, 0o755),
            ("+s", 0o755, false, 0o6755),
            ("u+s", 0o755, false, 0o4755),
            ("o+s", 0o755, false, 0o755),
            ("+t", 0o777, true, 0o1777),
            ("-X", 0o755, true, 0o644),
            ("=rw,+X", 0o755, false, 0o777),
            ("u=rwx,g=rx,o=", 0o7777, false, 0o1750),
        ] {
            let change = Change::parse(text).unwrap();
            assert_eq!(
                change.apply(mode, folder),
                wanted,
                "{text} {:o}",
                change.apply(mode, folder)
            );
        }
        for bad in ["8", "10000", "", "u", "z+x", "u+q", "u+x,", "0x1"] {
            assert!(Change::parse(bad).is_err(), "{bad}");
        }
    }
}
