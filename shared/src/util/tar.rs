//! The header of one tar entry: ustar, with PAX records before it where a field is too
//! small for what it shall hold.
//!
//! The same bytes for the same values, on every machine. Source: POSIX.1-2017 `pax`,
//! "ustar Interchange Format" and "pax Header Block"; attributes as GNU tar and
//! container engines have them (`SCHILY.xattr.`).

/// Tars are made of blocks of so many bytes.
pub const BLOCK: usize = 512;
const NAME_MAX: usize = 100;
/// Largest number of 11 octal digits (size, time) and of 7 (ids).
const LONG_MAX: u64 = (1 << 33) - 1;
const SHORT_MAX: u32 = (1 << 21) - 1;

/// What a header says.
#[derive(Clone, Copy, Default)]
pub struct Header<'a> {
    /// A folder's ends with `/`.
    pub name: &'a [u8],
    /// `0` file, `1` hard link, `2` link, `3` and `4` devices, `5` folder, `6` FIFO.
    pub kind: u8,
    pub mode: u32,
    /// User and group.
    pub owner: [u32; 2],
    /// Bytes of content that follow, to be filled up to a whole block.
    pub size: u64,
    /// Seconds since 1970.
    pub time: i64,
    /// Where a link or hard link leads.
    pub link: &'a [u8],
    /// Major and minor number of a device.
    pub device: [u32; 2],
}

impl Header<'_> {
    /// Appends the header; `attributes` are extended ones, in their order.
    pub fn push<'b>(
        &self,
        attributes: impl Iterator<Item = (&'b [u8], &'b [u8])>,
        out: &mut Vec<u8>,
    ) {
        let mut records = Vec::new();
        if self.name.len() > NAME_MAX {
            pax(&mut records, b"path", self.name);
        }
        if self.link.len() > NAME_MAX {
            pax(&mut records, b"linkpath", self.link);
        }
        if self.size > LONG_MAX {
            pax(&mut records, b"size", self.size.to_string().as_bytes());
        }
        for (key, id) in [(b"uid", self.owner[0]), (b"gid", self.owner[1])] {
            if id > SHORT_MAX {
                pax(&mut records, key, id.to_string().as_bytes());
            }
        }
        if !(0..=LONG_MAX as i64).contains(&self.time) {
            pax(&mut records, b"mtime", self.time.to_string().as_bytes());
        }
        for (name, value) in attributes {
            pax(&mut records, &[b"SCHILY.xattr.", name].concat(), value);
        }
        if !records.is_empty() {
            let size = records.len() as u64;
            let (name, time) = (&b"pax-header"[..], self.time);
            let before = Header { name, kind: b'x', mode: 0o644, size, time, ..Header::default() };
            out.extend_from_slice(&before.block());
            out.extend_from_slice(&records);
            out.resize(out.len() + padding(size), 0);
        }
        out.extend_from_slice(&self.block());
    }

    /// A ustar header; what is too long is cut, a PAX record before it has it whole.
    fn block(&self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
        let short = |number: u32| if number > SHORT_MAX { 0 } else { number };
        let size = if self.size > LONG_MAX { 0 } else { self.size };
        let time = u64::try_from(self.time).ok().filter(|time| *time <= LONG_MAX).unwrap_or(0);
        put(0, &self.name[..self.name.len().min(NAME_MAX)]);
        put(100, format!("{:07o}", self.mode).as_bytes());
        put(108, format!("{:07o}", short(self.owner[0])).as_bytes());
        put(116, format!("{:07o}", short(self.owner[1])).as_bytes());
        put(124, format!("{size:011o}").as_bytes());
        put(136, format!("{time:011o}").as_bytes());
        put(148, b"        ");
        put(156, &[self.kind]);
        put(157, &self.link[..self.link.len().min(NAME_MAX)]);
        put(257, b"ustar\x0000");
        if matches!(self.kind, b'3' | b'4') {
            put(329, format!("{:07o}", short(self.device[0])).as_bytes());
            put(337, format!("{:07o}", short(self.device[1])).as_bytes());
        }
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        block
    }
}

/// How many bytes fill content of this length up to a whole block.
pub fn padding(size: u64) -> usize {
    (BLOCK - (size % BLOCK as u64) as usize) % BLOCK
}

/// A PAX record: its own length in decimal, key, value (POSIX pax, "extended header").
fn pax(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    records.extend_from_slice(format!("{length} ").as_bytes());
    records.extend_from_slice(key);
    records.push(b'=');
    records.extend_from_slice(value);
    records.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_lengths_count_themselves() {
        for size in [1, 80, 85, 86, 87, 88, 90, 980, 985, 990] {
            let mut records = Vec::new();
            pax(&mut records, b"path", &b"x".repeat(size));
            let text = String::from_utf8(records.clone()).unwrap();
            let (length, _) = text.split_once(' ').unwrap();
            assert_eq!(length.parse::<usize>().unwrap(), records.len(), "{size}");
        }
    }
}
