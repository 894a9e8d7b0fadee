//! Compression on several threads, whose bytes don't depend on how many there are.
//!
//! The stream is cut into pieces of one length; each is compressed by itself, and the
//! results are put behind each other: members of gzip (RFC 1952, 2.2) and frames of
//! zstd (RFC 8878, 3) may be. Levels and length are part of the build's format: other
//! ones make other digests.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::registry::descriptor::{LAYER_GZIP, LAYER_TAR, LAYER_ZSTD};

/// Bytes of a piece before compression.
const PIECE: usize = 1 << 20;
const GZIP_LEVEL: u32 = 5;
const ZSTD_LEVEL: i32 = 3;

/// How layers are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Compression {
    None,
    #[default]
    Gzip,
    Zstd,
}

impl Compression {
    pub fn media_type(self) -> &'static str {
        match self {
            Self::None => LAYER_TAR,
            Self::Gzip => LAYER_GZIP,
            Self::Zstd => LAYER_ZSTD,
        }
    }

    fn piece(self, bytes: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::None => Ok(bytes.to_vec()),
            Self::Gzip => {
                let out = Vec::with_capacity(bytes.len() / 2);
                let level = flate2::Compression::new(GZIP_LEVEL);
                // No time and no name in its header.
                let mut encoder = flate2::GzBuilder::new().mtime(0).write(out, level);
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Zstd => zstd::bulk::compress(bytes, ZSTD_LEVEL),
        }
    }
}

type Done = (u64, io::Result<Vec<u8>>);

/// Takes a stream and writes it compressed.
pub struct Compressor<W: Write> {
    out: W,
    compression: Compression,
    piece: Vec<u8>,
    /// Pieces handed to the threads, and pieces written.
    sent: u64,
    written: u64,
    /// Compressed, but not yet their turn.
    early: BTreeMap<u64, Vec<u8>>,
    threads: Option<Threads>,
    count: usize,
}

/// The threads and the ways to them.
struct Threads {
    jobs: SyncSender<(u64, Vec<u8>)>,
    done: Receiver<Done>,
    handles: Vec<JoinHandle<()>>,
}

impl<W: Write> Compressor<W> {
    /// `threads`: at least one is used beside the one that writes.
    pub fn new(out: W, compression: Compression, threads: usize) -> Self {
        let early = BTreeMap::new();
        let (piece, count) = (Vec::new(), threads.max(1));
        Self { out, compression, piece, sent: 0, written: 0, early, threads: None, count }
    }

    /// Compresses what is left and gives the writer back.
    pub fn finish(mut self) -> io::Result<W> {
        let piece = std::mem::take(&mut self.piece);
        if self.threads.is_none() {
            // One piece alone needs no thread. Nothing at all is a piece, too.
            self.out.write_all(&self.compression.piece(&piece)?)?;
            return Ok(self.out);
        }
        if !piece.is_empty() {
            self.send(piece)?;
        }
        while self.written < self.sent {
            self.take(true)?;
        }
        if let Some(threads) = self.threads.take() {
            drop(threads.jobs);
            for handle in threads.handles {
                let _ = handle.join();
            }
        }
        Ok(self.out)
    }

    fn send(&mut self, piece: Vec<u8>) -> io::Result<()> {
        let threads = self.threads.get_or_insert_with(|| start(self.compression, self.count));
        let gone = |_| io::Error::other("the threads that compress have ended");
        threads.jobs.send((self.sent, piece)).map_err(gone)?;
        self.sent += 1;
        while self.take(false)? {}
        Ok(())
    }

    /// Takes one result; `wait`: also where none is there yet. Returns whether one was.
    fn take(&mut self, wait: bool) -> io::Result<bool> {
        let Some(threads) = &self.threads else { return Ok(false) };
        let taken = match wait {
            true => threads.done.recv().ok(),
            false => threads.done.try_recv().ok(),
        };
        let Some((number, bytes)) = taken else {
            let ended = || io::Error::other("the threads that compress have ended");
            return if wait { Err(ended()) } else { Ok(false) };
        };
        self.early.insert(number, bytes?);
        while let Some(bytes) = self.early.remove(&self.written) {
            self.out.write_all(&bytes)?;
            self.written += 1;
        }
        Ok(true)
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(PIECE - self.piece.len());
        if self.piece.capacity() == 0 {
            self.piece.reserve_exact(PIECE);
        }
        self.piece.extend_from_slice(&bytes[..count]);
        if self.piece.len() == PIECE {
            let piece = std::mem::take(&mut self.piece);
            self.send(piece)?;
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn start(compression: Compression, count: usize) -> Threads {
    let (jobs, work) = sync_channel::<(u64, Vec<u8>)>(count);
    let (finished, done) = channel();
    let work = Arc::new(Mutex::new(work));
    let handles = (0..count).map(|_| {
        let (work, finished) = (Arc::clone(&work), finished.clone());
        std::thread::spawn(move || {
            loop {
                let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((number, piece)) = next else { return };
                if finished.send((number, compression.piece(&piece))).is_err() {
                    return;
                }
            }
        })
    });
    Threads { jobs, done, handles: handles.collect() }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn compressed(bytes: &[u8], compression: Compression, threads: usize) -> Vec<u8> {
        let mut compressor = Compressor::new(Vec::new(), compression, threads);
        compressor.write_all(bytes).unwrap();
        compressor.finish().unwrap()
    }

    #[test]
    fn bytes_do_not_depend_on_threads() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 77] {
            let bytes: Vec<u8> = (0..length).map(|n| (n * n / 7 + n / 3) as u8).collect();
            for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
                let one = compressed(&bytes, compression, 1);
                for threads in [2, 3, 8] {
                    assert_eq!(compressed(&bytes, compression, threads), one);
                }
                let mut again = Vec::new();
                match compression {
                    Compression::None => again = one,
                    Compression::Gzip => {
                        let mut reader = flate2::read::MultiGzDecoder::new(one.as_slice());
                        reader.read_to_end(&mut again).unwrap();
                    }
                    Compression::Zstd => {
                        let mut reader = zstd::stream::read::Decoder::new(&one[..]).unwrap();
                        reader.read_to_end(&mut again).unwrap();
                    }
                }
                assert!(again == bytes, "{compression:?} {length}");
            }
        }
    }
}
