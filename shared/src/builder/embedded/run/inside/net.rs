//! A network namespace with nothing but a loopback device that works.

use std::io;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const RTM_NEWLINK: u16 = 16;
const NLMSG_ERROR: u16 = 2;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const IFF_UP: u32 = 1;
/// The first device of every network namespace.
const LOOPBACK: i32 = 1;

/// One message (rtnetlink(7), `struct ifinfomsg`): the device is up.
pub(super) fn raise_loopback() -> io::Result<()> {
    let socket = rustix::net::socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let mut message = Vec::with_capacity(32);
    message.extend_from_slice(&32u32.to_ne_bytes());
    message.extend_from_slice(&RTM_NEWLINK.to_ne_bytes());
    message.extend_from_slice(&(NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
    message.extend_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
    message.extend_from_slice(&[0, 0, 0, 0]);
    message.extend_from_slice(&LOOPBACK.to_ne_bytes());
    message.extend_from_slice(&IFF_UP.to_ne_bytes());
    message.extend_from_slice(&IFF_UP.to_ne_bytes());
    let kernel = SocketAddrNetlink::new(0, 0);
    rustix::net::sendto(&socket, &message, SendFlags::empty(), &kernel)?;
    let mut answer = [0; 1024];
    let (count, _) = rustix::net::recv(&socket, &mut answer[..], RecvFlags::empty())?;
    let word = |at: usize| <[u8; 4]>::try_from(&answer[at..at + 4]).map(i32::from_ne_bytes);
    let kind = u16::from_ne_bytes([answer[4], answer[5]]);
    match word(16) {
        Ok(0) if count >= 20 && kind == NLMSG_ERROR => Ok(()),
        Ok(error) if count >= 20 && kind == NLMSG_ERROR => {
            Err(io::Error::from_raw_os_error(-error))
        }
        _ => Err(io::Error::other("the kernel's answer is unclear")),
    }
}
