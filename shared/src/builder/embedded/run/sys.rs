//! Calls that have no safe form. This module holds all unsafe code of the builder.

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

/// Begins a session keyring of its own for this process and all that come of it. Kernels
/// without keyrings have nothing to leave.
#[allow(unsafe_code)]
pub(super) fn leave_keyring() {
    const JOIN_SESSION_KEYRING: libc::c_long = 1;
    // SAFETY: keyctl(2) reads no memory for this operation when the name is null.
    unsafe {
        libc::syscall(libc::SYS_keyctl, JOIN_SESSION_KEYRING, std::ptr::null::<libc::c_char>());
    }
}
