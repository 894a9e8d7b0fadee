//! The command's place, limits, rights and environment, and its start.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Gid, Resource, Rlimit, Uid, getrlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, remove_capability_from_bounding_set, set_capabilities,
    set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

use super::super::advice;
use super::super::user::Resolved;
use super::super::wire::{Fault, FaultKind};
use super::container::Prepared;
use super::init::secret_variables;

/// Docker's default: what a RUN's root may do. Setuid programs get no more than this.
const ALLOWED: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::MKNOD)
    .union(CapabilitySet::NET_RAW)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::SETPCAP)
    .union(CapabilitySet::NET_BIND_SERVICE)
    .union(CapabilitySet::SYS_CHROOT)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::AUDIT_WRITE);

/// Docker's limit of open files.
const FILES: u64 = 1 << 20;

/// Makes the working folder where it is missing, and enters it.
pub(super) fn go_to(cwd: &str) -> Result<(), Fault> {
    let go = || -> io::Result<()> {
        std::fs::create_dir_all(cwd)?;
        std::env::set_current_dir(cwd)
    };
    go().map_err(Fault::of(FaultKind::Request, format!("enter the working folder `{cwd}`")))
}

/// Limits as in `docker build`, as far as ours allow; no core file ever gets into a layer.
pub(super) fn limit() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    let most = getrlimit(Resource::Nofile).maximum.map_or(FILES, |most| most.min(FILES));
    let files = Rlimit { current: Some(most), maximum: Some(most) };
    let _ = setrlimit(Resource::Nofile, files);
}

/// Gives up all rights but the command's own, for this process and all that come of it.
pub(super) fn become_user(user: &Resolved, many_ids: bool) -> Result<(), Fault> {
    if !many_ids && (user.uid, user.gid) != (0, 0) {
        let what = format!("user {}:{}", user.uid, user.gid);
        return Err(Fault::new(FaultKind::Request, advice::one_id(&what)));
    }
    for capability in CapabilitySet::all().difference(ALLOWED).iter() {
        match remove_capability_from_bounding_set(capability) {
            // One that this kernel does not know.
            Ok(()) | Err(rustix::io::Errno::INVAL) => {}
            Err(error) => return Err(Fault::machine("give up capabilities")(error)),
        }
    }
    let fault = || Fault::of(FaultKind::Request, format!("become user {}:{}", user.uid, user.gid));
    if many_ids {
        let groups: Vec<Gid> = user.groups.iter().map(|gid| Gid::from_raw(*gid)).collect();
        set_thread_groups(&groups).map_err(fault())?;
    }
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    set_thread_res_gid(gid, gid, gid).map_err(fault())?;
    set_thread_res_uid(uid, uid, uid).map_err(fault())?;
    let kept = if user.uid == 0 { ALLOWED } else { CapabilitySet::empty() };
    let sets =
        CapabilitySets { effective: kept, permitted: kept, inheritable: CapabilitySet::empty() };
    set_capabilities(None, sets).map_err(Fault::machine("give up capabilities"))
}

/// Starts the command.
pub(super) fn start(prepared: &Prepared, user: &Resolved) -> Result<Child, Fault> {
    let run = &prepared.job.run;
    let Some((program, arguments)) = run.argv.split_first() else {
        return Err(Fault::new(FaultKind::Request, "there is nothing to run"));
    };
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::null());
    if !run.env.iter().any(|(name, _)| name == "HOME") {
        command.env("HOME", user.home.as_deref().unwrap_or("/"));
    }
    command.envs(run.env.iter().map(|(name, value)| (name, value)));
    for (name, value) in secret_variables(&run.mounts) {
        command.env(name, OsStr::from_bytes(value));
    }
    command.spawn().map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "the image has no such program (or not its interpreter)",
            io::ErrorKind::PermissionDenied => "it may not be executed",
            _ if error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
                "it is no program for this machine"
            }
            _ => return Fault::of(FaultKind::Request, format!("run `{program}`"))(error),
        };
        Fault::new(FaultKind::Request, format!("cannot run `{program}`: {reason}"))
    })
}
