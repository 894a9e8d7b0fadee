//! `--mount=type=ssh`: a socket inside, of the user and mode that are asked for, whose
//! connections go to the agent outside. Inside it can only be used, not its file reached.

use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;

use super::super::session::RunJob;
use super::super::spec::Mount;
use super::super::wire::{Fault, FaultKind};
use super::stage::Stage;

/// Begins to serve each agent; the threads end with this process.
pub(super) fn serve(job: &RunJob, stage: &Stage) -> Result<(), Fault> {
    for (number, one) in job.run.mounts.iter().enumerate() {
        let Mount::Ssh { socket, uid, gid, mode, .. } = one else { continue };
        let path = stage.of_mount(number);
        let listen = || -> io::Result<UnixListener> {
            // A socket's path is short: from its folder it is.
            let (folder, name) = (path.parent(), path.file_name());
            let (Some(folder), Some(name)) = (folder, name) else {
                return Err(io::Error::other("it has no name"));
            };
            std::env::set_current_dir(folder)?;
            let listener = UnixListener::bind(name);
            std::env::set_current_dir("/")?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(*mode))?;
            chown(&path, Some(*uid), Some(*gid))?;
            listener
        };
        let listener = listen().map_err(Fault::io("make a socket for the ssh agent"))?;
        if let Err(error) = UnixStream::connect(socket) {
            let text = format!("the ssh agent at `{}` does not answer: {error}", socket.display());
            return Err(Fault::new(FaultKind::Request, text));
        }
        let agent = socket.clone();
        std::thread::spawn(move || accept(&listener, &agent));
    }
    Ok(())
}

fn accept(listener: &UnixListener, agent: &PathBuf) {
    for inside in listener.incoming().flatten() {
        let Ok(outside) = UnixStream::connect(agent) else { continue };
        for (from, to) in [(&inside, &outside), (&outside, &inside)] {
            let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { continue };
            std::thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
        }
    }
}
