//! PAX records: `LENGTH KEY=VALUE\n`, the length being that of the whole record, so that
//! values hold any bytes.

use std::collections::BTreeMap;

use super::{Error, wrong};

/// Extended attributes are kept under this and their name.
pub(crate) const PREFIX: &[u8] = b"SCHILY.xattr.";
/// The kernel's own limits: a name, and all attributes of a file together.
const NAME_MAX: usize = 255;
const VALUE_MAX: usize = 64 << 10;

/// Records by key. Of GNU's first sparse format, whose keys repeat, all values in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    values: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Values of `GNU.sparse.offset` and `GNU.sparse.numbytes`, as they come.
    pub(super) sparse: Vec<u64>,
}

impl Records {
    pub(super) fn read(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let bad = || wrong("an extended header cannot be read");
        while !bytes.is_empty() {
            let space = memchr::memchr(b' ', bytes).filter(|at| *at < 20).ok_or_else(bad)?;
            let length: usize = decimal(&bytes[..space]).ok_or_else(bad)?;
            if length <= space + 1 || length > bytes.len() || bytes[length - 1] != b'\n' {
                return Err(bad());
            }
            let record = &bytes[space + 1..length - 1];
            bytes = &bytes[length..];
            let equals = memchr::memchr(b'=', record).ok_or_else(bad)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                    self.sparse.push(decimal(value).ok_or_else(bad)?);
                }
                // An empty value takes the key back (POSIX).
                _ if value.is_empty() && !key.starts_with(PREFIX) => {
                    self.values.remove(key);
                }
                _ => {
                    self.values.insert(key.to_vec(), value.to_vec());
                }
            }
        }
        Ok(())
    }

    pub(super) fn text(&self, key: &[u8]) -> Option<&[u8]> {
        self.values.get(key).map(Vec::as_slice)
    }

    pub(super) fn number(&self, key: &[u8]) -> Result<Option<u64>, Error> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let bad = || wrong(format!("`{}` is no number", String::from_utf8_lossy(key)));
        decimal(text).map(Some).ok_or_else(bad)
    }

    /// A time, its fraction cut off towards the past.
    pub(super) fn seconds(&self, key: &[u8]) -> Result<Option<i64>, Error> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let bad = || wrong(format!("`{}` is no time", String::from_utf8_lossy(key)));
        let text = std::str::from_utf8(text).map_err(|_| bad())?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = whole.parse().map_err(|_| bad())?;
        let before = whole.starts_with('-') && fraction.bytes().any(|digit| digit != b'0');
        Ok(Some(if before { seconds.saturating_sub(1) } else { seconds }))
    }

    /// Extended attributes; those are left out that no file may bring along: an overlay's
    /// own marks would speak for folders of other layers.
    pub(super) fn xattrs(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let of_file = |(key, value): (&Vec<u8>, &Vec<u8>)| {
            let name = key.strip_prefix(PREFIX)?;
            let fits = name.len() <= NAME_MAX && value.len() <= VALUE_MAX && !name.contains(&0);
            (fits && is_of_files(name)).then(|| (name.to_vec(), value.clone()))
        };
        self.values.iter().filter_map(of_file).collect()
    }
}

/// Whether an extended attribute belongs to a file's content, not to its file system.
pub(crate) fn is_of_files(name: &[u8]) -> bool {
    !name.is_empty()
        && !name.starts_with(b"trusted.")
        && !name.starts_with(b"user.overlay.")
        && name != b"security.selinux"
}

pub(super) fn decimal<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(text).ok()?;
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
