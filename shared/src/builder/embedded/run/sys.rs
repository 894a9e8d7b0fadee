//! The one call that has no safe form: entering namespaces. This module holds all unsafe
//! code of the builder.

use std::io;

use rustix::thread::UnshareFlags;

/// Moves this process into new namespaces.
///
/// A user namespace needs a process with a single thread, else the kernel refuses.
#[allow(unsafe_code)]
pub(super) fn unshare(flags: UnshareFlags) -> io::Result<()> {
    let flags = flags.difference(UnshareFlags::FILES);
    // SAFETY: the call is unsafe only for FILES, where threads would no longer see each
    // other's descriptors; that flag is taken out above.
    unsafe { rustix::thread::unshare_unsafe(flags) }.map_err(Into::into)
}
