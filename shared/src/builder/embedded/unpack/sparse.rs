//! Sparse files: which of a file's bytes are stored, in GNU tar's four notations.

use std::io::{self, Read};

use super::pax::{Records, decimal};
use super::tar::{BLOCK, Reader, number};
use super::{Error, wrong};

/// A file of more pieces is refused.
const PIECES_MAX: usize = 1 << 20;

/// Offset and length of each stored piece, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Map(pub(super) Vec<(u64, u64)>);

impl Map {
    /// Pieces lie in order within the file, and are together what is stored.
    pub(super) fn check(&self, stored: u64, size: u64) -> Result<(), Error> {
        let (mut end, mut sum) = (0u64, 0u64);
        for &(offset, length) in &self.0 {
            let next = offset.checked_add(length).filter(|next| *next <= size && offset >= end);
            end = next.ok_or_else(|| wrong("the pieces of a sparse file do not lie in it"))?;
            sum += length;
        }
        if sum == stored && size <= i64::MAX as u64 {
            return Ok(());
        }
        Err(wrong("the pieces of a sparse file are not what is stored of it"))
    }
}

pub(super) struct Found {
    pub(super) name: Option<Vec<u8>>,
    pub(super) map: Map,
    pub(super) size: u64,
}

/// The old notation: pieces in the header, and in blocks that follow it.
pub(super) fn of_gnu<R: Read>(
    reader: &mut Reader<R>,
    header: &[u8; BLOCK],
) -> Result<(Option<Map>, u64), Error> {
    let mut pieces = Vec::new();
    let positive = |field: &[u8]| {
        u64::try_from(number(field)?).map_err(|_| wrong("a sparse file has a negative piece"))
    };
    let mut read = |fields: &[u8]| -> Result<(), Error> {
        for piece in fields.chunks_exact(24) {
            if piece[0] != 0 {
                pieces.push((positive(&piece[..12])?, positive(&piece[12..])?));
            }
        }
        if pieces.len() > PIECES_MAX {
            Err(wrong("a sparse file has too many pieces"))
        } else {
            Ok(())
        }
    };
    read(&header[386..482])?;
    let size = positive(&header[483..495])?;
    let mut more = header[482] != 0;
    while more {
        let mut block = [0; BLOCK];
        reader.block(&mut block, false)?;
        read(&block[..504])?;
        more = block[504] != 0;
    }
    // An empty piece at the very end only tells the size.
    pieces.retain(|piece| piece.1 > 0);
    Ok((Some(Map(pieces)), size))
}

/// PAX notations 0.0, 0.1 and 1.0.
pub(super) fn of_pax<R: Read>(
    reader: &mut Reader<R>,
    records: &Records,
) -> Result<Option<Found>, Error> {
    let size = match records.number(b"GNU.sparse.realsize")? {
        Some(size) => Some(size),
        None => records.number(b"GNU.sparse.size")?,
    };
    let Some(size) = size else { return Ok(None) };
    let bad = || wrong("the pieces of a sparse file cannot be read");
    let numbers = if records.text(b"GNU.sparse.major") == Some(b"1") {
        of_content(reader)?
    } else if let Some(text) = records.text(b"GNU.sparse.map") {
        let numbers = text.split(|&byte| byte == b',').map(|text| decimal(text).ok_or_else(bad));
        numbers.collect::<Result<_, _>>()?
    } else {
        records.sparse.clone()
    };
    if numbers.len() % 2 != 0 || numbers.len() / 2 > PIECES_MAX {
        return Err(bad());
    }
    let pieces = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    let map = Map(pieces.filter(|piece| piece.1 > 0).collect());
    let name = records.text(b"GNU.sparse.name").map(<[u8]>::to_vec);
    Ok(Some(Found { name, map, size }))
}

/// Numbers in lines at the start of the content, filled up to a block.
fn of_content<R: Read>(reader: &mut Reader<R>) -> Result<Vec<u64>, Error> {
    let bad = || wrong("the pieces of a sparse file cannot be read");
    let (mut numbers, mut digits, mut wanted) = (Vec::new(), Vec::new(), None);
    let mut block = [0; BLOCK];
    while wanted != Some(numbers.len()) {
        reader.read_exact(&mut block)?;
        for &byte in &block {
            if byte != b'\n' {
                digits.push(byte);
                if digits.len() > 20 {
                    return Err(bad());
                }
                continue;
            }
            let number: u64 = decimal(&digits).ok_or_else(bad)?;
            digits.clear();
            match wanted {
                None if number > PIECES_MAX as u64 => return Err(bad()),
                None => wanted = Some(number as usize * 2),
                Some(_) => numbers.push(number),
            }
            if wanted == Some(numbers.len()) {
                break;
            }
        }
    }
    Ok(numbers)
}

/// A file's whole content, holes filled.
pub(super) struct Content<'a, R> {
    reader: &'a mut Reader<R>,
    /// What is left of the stored pieces.
    pieces: std::vec::IntoIter<(u64, u64)>,
    piece: (u64, u64),
    at: u64,
    size: u64,
    /// Why reading failed, in the words of this room.
    pub(super) fault: Option<Error>,
}

impl<'a, R: Read> Content<'a, R> {
    pub(super) fn new(reader: &'a mut Reader<R>, map: Option<&Map>, size: u64) -> Self {
        let pieces = map.map_or_else(|| vec![(0, size)], |map| map.0.clone()).into_iter();
        Self { reader, pieces, piece: (0, 0), at: 0, size, fault: None }
    }
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.piece.1 == 0 {
            // Behind the last piece there is only a hole.
            self.piece = self.pieces.next().unwrap_or((self.size, u64::MAX));
        }
        let hole = self.at < self.piece.0;
        let left =
            if hole { self.piece.0 - self.at } else { self.piece.1.min(self.size - self.at) };
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        if most == 0 {
            return Ok(0);
        }
        let count = if hole {
            bytes[..most].fill(0);
            most
        } else {
            let read = self.reader.content(&mut bytes[..most]);
            let count = read.map_err(|error| {
                let text = error.to_string();
                self.fault = Some(error);
                io::Error::other(text)
            })?;
            self.piece.0 += count as u64;
            self.piece.1 -= count as u64;
            count
        };
        self.at += count as u64;
        Ok(count)
    }
}
