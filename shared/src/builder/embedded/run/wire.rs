//! What parent and child say to each other: frames on a socket pair that the child has
//! as its standard input. A frame is a byte of kind, a length, and so many bytes.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Frames are refused above this; data comes in smaller ones.
const FRAME_MAX: usize = 64 << 20;
const DATA: usize = 256 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// What to do, or how it ended: JSON.
    Message = b'm',
    /// A piece of a tar.
    Data = b'd',
    /// No more data.
    End = b'e',
    /// Why it can't be done: JSON.
    Fault = b'f',
}

/// Why the child could not do what it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FaultKind {
    /// The machine does not let us: another way may be open.
    Machine,
    /// An overlay cannot be mounted here.
    Overlay,
    /// What the Dockerfile asks for is not there: a program, a user, a folder.
    Request,
    /// A layer that is damaged or refused.
    Layer,
    Io,
}

impl Fault {
    pub(super) fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// For `map_err`: what was tried, and the system's answer.
    pub(super) fn of<E: Into<io::Error>>(
        kind: FaultKind,
        action: impl std::fmt::Display,
    ) -> impl FnOnce(E) -> Self {
        move |error| {
            let error: io::Error = error.into();
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text).to_owned();
            Self { kind, text: format!("cannot {action}: {text}") }
        }
    }

    pub(super) fn io<E: Into<io::Error>>(action: impl std::fmt::Display) -> impl FnOnce(E) -> Self {
        Self::of(FaultKind::Io, action)
    }

    pub(super) fn machine<E: Into<io::Error>>(
        action: impl std::fmt::Display,
    ) -> impl FnOnce(E) -> Self {
        Self::of(FaultKind::Machine, action)
    }
}

/// One end of the socket pair.
#[derive(Debug)]
pub(super) struct Wire(pub(super) UnixStream);

impl Wire {
    pub(super) fn send(&mut self, kind: Kind, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let mut head = [kind as u8, 0, 0, 0, 0];
        head[1..].copy_from_slice(&length.to_le_bytes());
        self.0.write_all(&head)?;
        self.0.write_all(bytes)
    }

    pub(super) fn tell<T: Serialize>(&mut self, message: &T) -> io::Result<()> {
        let bytes = Zeroizing::new(serde_json::to_vec(message)?);
        self.send(Kind::Message, &bytes)
    }

    pub(super) fn fail(&mut self, fault: &Fault) -> io::Result<()> {
        self.send(Kind::Fault, &serde_json::to_vec(fault)?)
    }

    /// Reads a frame and not a byte more: another program may go on from here.
    pub(super) fn receive(&mut self) -> io::Result<(Kind, Zeroizing<Vec<u8>>)> {
        let mut head = [0; 5];
        self.0.read_exact(&mut head)?;
        let kind = match head[0] {
            b'm' => Kind::Message,
            b'd' => Kind::Data,
            b'e' => Kind::End,
            b'f' => Kind::Fault,
            _ => return Err(io::Error::other("a frame of an unknown kind")),
        };
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if length > FRAME_MAX {
            return Err(io::Error::other("a frame is too long"));
        }
        let mut bytes = Zeroizing::new(vec![0; length]);
        self.0.read_exact(&mut bytes)?;
        Ok((kind, bytes))
    }

    /// The next message; a fault of the other side is an error of its own.
    pub(super) fn hear<T: DeserializeOwned>(&mut self) -> Result<T, Fault> {
        match self.receive() {
            Ok((Kind::Message, bytes)) => serde_json::from_slice(&bytes).map_err(|error| {
                Fault::new(FaultKind::Io, format!("a message is unclear: {error}"))
            }),
            Ok((Kind::Fault, bytes)) => Err(read_fault(&bytes)),
            Ok(_) => Err(Fault::new(FaultKind::Io, "a message was expected, not data")),
            Err(error) => Err(lost(&error)),
        }
    }
}

pub(super) fn read_fault(bytes: &[u8]) -> Fault {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Fault::new(FaultKind::Io, "it failed and could not say why"))
}

fn lost(error: &io::Error) -> Fault {
    let text = match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
            "the process that carries it out ended all of a sudden".to_owned()
        }
        _ => format!("the process that carries it out is lost: {error}"),
    };
    Fault::new(FaultKind::Io, text)
}

/// Data frames as a stream, up to the end frame.
pub(super) struct Incoming<'a> {
    wire: &'a mut Wire,
    piece: Zeroizing<Vec<u8>>,
    at: usize,
    ended: bool,
    /// What the other side failed with.
    pub(super) fault: Option<Fault>,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(wire: &'a mut Wire) -> Self {
        Self { wire, piece: Zeroizing::default(), at: 0, ended: false, fault: None }
    }
}

impl Read for Incoming<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() && !self.ended {
            let (kind, piece) = self.wire.receive()?;
            match kind {
                Kind::Data => (self.piece, self.at) = (piece, 0),
                Kind::End => self.ended = true,
                Kind::Fault => {
                    let fault = read_fault(&piece);
                    let error = io::Error::other(fault.text.clone());
                    self.fault = Some(fault);
                    return Err(error);
                }
                Kind::Message => return Err(io::Error::other("data was expected")),
            }
        }
        let count = bytes.len().min(self.piece.len() - self.at);
        bytes[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// A stream as data frames.
pub(super) struct Outgoing<'a> {
    wire: &'a mut Wire,
    buffer: Vec<u8>,
}

impl<'a> Outgoing<'a> {
    pub(super) fn new(wire: &'a mut Wire) -> Self {
        Self { wire, buffer: Vec::with_capacity(DATA) }
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        self.flush()?;
        self.wire.send(Kind::End, &[])
    }
}

impl Write for Outgoing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > DATA {
            self.flush()?;
        }
        if bytes.len() >= DATA {
            self.wire.send(Kind::Data, &bytes[..DATA])?;
            return Ok(DATA);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            self.wire.send(Kind::Data, &self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Wire, Wire) {
        let (a, b) = UnixStream::pair().unwrap();
        (Wire(a), Wire(b))
    }

    #[test]
    fn messages_data_and_faults_arrive() {
        let (mut a, mut b) = pair();
        let content: Vec<u8> = (0..1_000_000u32).map(|number| number as u8).collect();
        let sent = content.clone();
        let writer = std::thread::spawn(move || {
            a.tell(&("hello", 1)).unwrap();
            let mut out = Outgoing::new(&mut a);
            for piece in sent.chunks(99_999) {
                out.write_all(piece).unwrap();
            }
            out.end().unwrap();
            a.fail(&Fault::new(FaultKind::Overlay, "no")).unwrap();
        });
        assert_eq!(b.hear::<(String, u8)>().unwrap(), ("hello".to_owned(), 1));
        let mut read = Vec::new();
        Incoming::new(&mut b).read_to_end(&mut read).unwrap();
        assert!(read == content);
        let fault = b.hear::<()>().unwrap_err();
        assert_eq!((fault.kind, fault.text.as_str()), (FaultKind::Overlay, "no"));
        writer.join().unwrap();
        assert!(b.hear::<()>().unwrap_err().text.contains("all of a sudden"));
    }

    #[test]
    fn a_frame_of_any_length_is_not_believed() {
        let (mut a, mut b) = pair();
        a.0.write_all(&[b'm', 255, 255, 255, 255]).unwrap();
        assert!(b.receive().is_err());
    }
}
