//! The context and the Dockerfile as BuildKit fetches them: `FileSync.DiffCopy` of a session.
//!
//! Two folders: `context`, just the job's entries, and `dockerfile`. The exchange is that
//! of tonistiigi/fsutil: a stat for each entry, an empty one at the end, then the
//! content of those files that are asked for. What the engine would leave out is not
//! asked: the entries are filtered already, and more than a COPY names does no harm.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, Mutex, PoisonError};

use bollard::fsutil::types::packet::PacketType;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tonic::codegen::BoxFuture;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use super::Job;
use super::times::{Sent, Times};
use crate::context::archive::{TIME, read_file};
use crate::context::{Entries, Entry, Error, Kind};
use crate::util::fs::PathContext;

/// The Dockerfile's name in its folder, and so in the engine's messages.
pub const DOCKERFILE: &str = "Dockerfile";
/// Beside the Dockerfile, this counts before the context's `.dockerignore`. It must not
/// be empty: to some frontends an empty file is none.
const IGNORE: (&str, &[u8]) = ("Dockerfile.dockerignore", b"# the context is filtered already\n");
const CONTEXT_IGNORE: &[u8] = b".dockerignore";
/// Bytes in a packet, as fsutil has it; the engine takes 4 MiB at most.
const CHUNK: usize = 32 * 1024;
/// Packets under way.
const PACKETS: usize = 64;
/// Bits of Go's `os.FileMode` beside the permissions.
const GO_FOLDER: u32 = 1 << 31;
const GO_LINK: u32 = 1 << 27;
const GO_SPECIAL: [(u32, u32); 3] = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];

/// `fsutil.types.Packet`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Packet {
    #[prost(enumeration = "PacketType", tag = "1")]
    kind: i32,
    #[prost(message, optional, tag = "2")]
    stat: Option<Stat>,
    #[prost(uint32, tag = "3")]
    id: u32,
    #[prost(bytes = "bytes", tag = "4")]
    data: Bytes,
}

/// `fsutil.types.Stat`; its strings are bytes here, as names on disk and in Go are.
#[derive(Clone, PartialEq, prost::Message)]
struct Stat {
    #[prost(bytes = "vec", tag = "1")]
    path: Vec<u8>,
    #[prost(uint32, tag = "2")]
    mode: u32,
    #[prost(int64, tag = "5")]
    size: i64,
    /// Nanoseconds since 1970.
    #[prost(int64, tag = "6")]
    time: i64,
    #[prost(bytes = "vec", tag = "7")]
    target: Vec<u8>,
    #[prost(message, repeated, tag = "10")]
    attributes: Vec<Attribute>,
}

/// An entry of the map `xattrs`.
#[derive(Clone, PartialEq, prost::Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// What the session offers, and why it could not be sent, if so.
#[derive(Debug)]
pub struct Offer {
    job: Job,
    times: Times,
    fault: Mutex<Option<Error>>,
}

impl Offer {
    pub fn new(job: &Job) -> Self {
        let dockerfile = dockerfile(job).into_iter().map(|(name, bytes)| {
            let name = Folder::Dockerfile.name(name.as_bytes());
            Sent { name, mark: Sha256::digest(bytes).into() }
        });
        let context = job
            .inputs
            .entries
            .iter()
            .map(|entry| Sent { name: CONTEXT.name(entry.path), mark: mark(&entry) });
        let times = Times::of(job.note.as_deref(), dockerfile.chain(context));
        Self { job: job.clone(), times, fault: Mutex::default() }
    }

    /// Why an entry could not be read, once.
    pub fn fault(&self) -> Option<Error> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Under this the engine keeps what it got, to ask for less in the next session.
    pub fn shared_key(&self) -> &str {
        &self.times.key
    }

    /// How often the engine may ask: once for each file, and for the end.
    fn most(&self, folder: Folder) -> usize {
        let files = match folder {
            Folder::Dockerfile => 2,
            Folder::Context { .. } => self.job.inputs.entries.len(),
        };
        files + 1
    }

    fn run(&self, folder: Folder, out: &Out, asked: &mut mpsc::UnboundedReceiver<Asked>) {
        let sent = match folder {
            Folder::Dockerfile => self.send_dockerfile(out, asked),
            Folder::Context { only_ignore } => self.send_context(only_ignore, out, asked),
        };
        let status = match sent {
            Ok(()) | Err(Stop::Gone) => return,
            Err(Stop::Status(status)) => status,
            Err(Stop::Fault(error)) => {
                self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                Status::data_loss("the context could not be read")
            }
        };
        let _ = out.0.blocking_send(Err(status));
    }

    fn send_dockerfile(
        &self,
        out: &Out,
        asked: &mut mpsc::UnboundedReceiver<Asked>,
    ) -> Result<(), Stop> {
        let files = dockerfile(&self.job);
        for (name, bytes) in files {
            let kind = Kind::File { size: bytes.len() as u64, digest: &[0; 32] };
            let entry = Entry { path: name.as_bytes(), kind, mode: 0o644, capability: None };
            out.stat(&entry, self.nanos(Folder::Dockerfile, &entry))?;
        }
        out.serve(files.len(), asked, |id, out| {
            files[id].1.chunks(CHUNK).try_for_each(|chunk| out.data(id, chunk))
        })
    }

    fn send_context(
        &self,
        only_ignore: bool,
        out: &Out,
        asked: &mut mpsc::UnboundedReceiver<Asked>,
    ) -> Result<(), Stop> {
        let mut entries = in_walk_order(&self.job.inputs.entries);
        if only_ignore {
            entries.retain(|entry| entry.path == CONTEXT_IGNORE);
        }
        let root = File::open(&self.job.context).at("read", &self.job.context);
        let root = root.map_err(|error| Stop::Fault(error.into()))?;
        for entry in &entries {
            out.stat(entry, self.nanos(CONTEXT, entry))?;
        }
        let mut buffer = vec![0; CHUNK];
        out.serve(entries.len(), asked, |id, out| {
            self.send_file(root.as_fd(), entries[id], id, &mut buffer, out)
        })
    }

    fn nanos(&self, folder: Folder, entry: &Entry<'_>) -> u32 {
        self.times.nanos(&folder.name(entry.path))
    }

    fn send_file(
        &self,
        root: BorrowedFd<'_>,
        entry: Entry<'_>,
        id: usize,
        buffer: &mut [u8],
        out: &Out,
    ) -> Result<(), Stop> {
        let gone = |_| Error::Send(std::io::ErrorKind::BrokenPipe.into());
        let take = |bytes: &[u8]| out.data(id, bytes).map_err(gone);
        read_file(&self.job.context, root, entry, buffer, take).map_err(|error| match error {
            Error::Send(_) => Stop::Gone,
            error => Stop::Fault(error),
        })
    }
}

/// The files of the folder `dockerfile`.
fn dockerfile(job: &Job) -> [(&'static str, &[u8]); 2] {
    [(DOCKERFILE, &job.dockerfile), IGNORE]
}

/// What the engine does not compare by itself: content, target, capability.
fn mark(entry: &Entry<'_>) -> [u8; 32] {
    let content = match entry.kind {
        Kind::File { digest, .. } => *digest,
        Kind::Folder => [0; 32],
        Kind::Link { target } => Sha256::digest(target).into(),
    };
    match entry.capability {
        Some(value) => Sha256::new().chain_update(content).chain_update(value).finalize().into(),
        None => content,
    }
}

/// Entries as a walk meets them, each folder's content right behind it: fsutil compares
/// paths with `/` before any other byte (`a`, `a/c`, `a.b`).
fn in_walk_order(entries: &Entries) -> Vec<Entry<'_>> {
    let rank = |path: &'_ [u8]| {
        path.iter().map(|&byte| if byte == b'/' { 0 } else { byte }).collect::<Vec<_>>()
    };
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_cached_key(|entry| rank(entry.path));
    sorted
}

/// Why a transfer ends before its end.
enum Stop {
    /// Nobody listens any more.
    Gone,
    /// The engine asks for what there is not.
    Status(Status),
    Fault(Error),
}

/// What the engine says within a transfer.
enum Asked {
    File(u32),
    /// It has everything.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folder {
    Dockerfile,
    /// `only_ignore`: a frontend that looks for the context's `.dockerignore` first.
    Context {
        only_ignore: bool,
    },
}

/// The folder of a usual request for the context.
const CONTEXT: Folder = Folder::Context { only_ignore: false };

impl Folder {
    /// A path in it, unlike any of the other folder.
    fn name(self, path: &[u8]) -> Vec<u8> {
        let folder: &[u8] = match self {
            Self::Dockerfile => b"dockerfile/",
            Self::Context { .. } => b"context/",
        };
        [folder, path].concat()
    }

    fn of(metadata: &MetadataMap) -> Result<Self, Status> {
        let name = metadata.get("dir-name").and_then(|name| name.to_str().ok());
        match name {
            Some("dockerfile") => Ok(Self::Dockerfile),
            Some("context") => {
                let mut paths = metadata.get_all("followpaths").iter();
                let first = paths.next().map(|path| path.as_bytes() == CONTEXT_IGNORE);
                Ok(Self::Context { only_ignore: first == Some(true) && paths.next().is_none() })
            }
            name => {
                Err(Status::not_found(format!("there is no folder {:?}", name.unwrap_or_default())))
            }
        }
    }
}

struct Out(mpsc::Sender<Result<Packet, Status>>);

impl Out {
    fn send(&self, kind: PacketType, packet: Packet) -> Result<(), Stop> {
        let packet = Packet { kind: kind.into(), ..packet };
        self.0.blocking_send(Ok(packet)).map_err(|_| Stop::Gone)
    }

    fn stat(&self, entry: &Entry<'_>, nanos: u32) -> Result<(), Stop> {
        let stat = Some(stat(entry, nanos));
        self.send(PacketType::PacketStat, Packet { stat, ..Packet::default() })
    }

    fn data(&self, id: usize, bytes: &[u8]) -> Result<(), Stop> {
        let (id, data) = (id as u32, Bytes::copy_from_slice(bytes));
        self.send(PacketType::PacketData, Packet { id, data, ..Packet::default() })
    }

    /// Ends the stats, and sends what is asked for until the engine has enough.
    fn serve(
        &self,
        count: usize,
        asked: &mut mpsc::UnboundedReceiver<Asked>,
        mut send: impl FnMut(usize, &Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.send(PacketType::PacketStat, Packet::default())?;
        let mut served = vec![false; count];
        loop {
            let id = match asked.blocking_recv() {
                Some(Asked::File(id)) => id as usize,
                Some(Asked::End) => return self.send(PacketType::PacketFin, Packet::default()),
                None => return Err(Stop::Gone),
            };
            if served.get_mut(id).is_none_or(|served| std::mem::replace(served, true)) {
                let why = format!("there is no file {id}, or it was sent already");
                return Err(Stop::Status(Status::invalid_argument(why)));
            }
            send(id, self)?;
            self.data(id, b"")?;
        }
    }
}

fn stat(entry: &Entry<'_>, nanos: u32) -> Stat {
    let (bits, target) = match entry.kind {
        Kind::File { .. } => (0, &b""[..]),
        Kind::Folder => (GO_FOLDER, &b""[..]),
        Kind::Link { target } => (GO_LINK, target),
    };
    let special = GO_SPECIAL.iter().filter(|(unix, _)| entry.mode & unix != 0);
    let attribute =
        |value: &[u8]| Attribute { name: "security.capability".to_owned(), value: value.to_vec() };
    Stat {
        path: entry.path.to_vec(),
        mode: special.fold(entry.mode & 0o777 | bits, |mode, (_, go)| mode | go),
        size: (entry.kind.size() + target.len() as u64).cast_signed(),
        time: (TIME * 1_000_000_000).cast_signed() + i64::from(nanos),
        target: target.to_vec(),
        attributes: entry.capability.map(attribute).into_iter().collect(),
    }
}

/// `DiffCopy` of the gRPC service.
pub struct DiffCopy(pub Arc<Offer>);

impl tonic::server::StreamingService<Packet> for DiffCopy {
    type Response = Packet;
    type ResponseStream = BoxStream<'static, Result<Packet, Status>>;
    type Future = BoxFuture<Response<Self::ResponseStream>, Status>;

    fn call(&mut self, request: Request<Streaming<Packet>>) -> Self::Future {
        let offer = Arc::clone(&self.0);
        Box::pin(async move {
            let folder = Folder::of(request.metadata())?;
            let (asks, mut asked) = mpsc::unbounded_channel();
            let (packets, sent) = mpsc::channel(PACKETS);
            tokio::spawn(listen(request.into_inner(), asks, offer.most(folder)));
            tokio::task::spawn_blocking(move || offer.run(folder, &Out(packets), &mut asked));
            let sent = stream::unfold(sent, |mut sent| async move {
                sent.recv().await.map(|packet| (packet, sent))
            });
            Ok(Response::new(sent.boxed()))
        })
    }
}

/// Hands on what the engine asks for, `most` times; it need not wait for an answer, so
/// that a sender that waits for it never waits for itself.
async fn listen(mut said: Streaming<Packet>, asks: mpsc::UnboundedSender<Asked>, most: usize) {
    for _ in 0..most {
        let Ok(Some(packet)) = said.message().await else { return };
        let ask = match PacketType::try_from(packet.kind) {
            Ok(PacketType::PacketReq) => Asked::File(packet.id),
            Ok(PacketType::PacketFin) => Asked::End,
            // It broke off; its reason comes with the build's answer.
            _ => return,
        };
        if asks.send(ask).is_err() {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
