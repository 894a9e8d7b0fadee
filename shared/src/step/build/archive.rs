//! The context as builders are sent it.

use std::io::{self, Write};

use crate::builder::{Archive, Job};
use crate::context::archive::{Extra, Owners, dockerfile_name, write};

/// Tars the entries of a job's inputs, with the Dockerfile beside them.
pub struct ContextArchive;

impl Archive for ContextArchive {
    fn dockerfile(&self, job: &Job) -> String {
        dockerfile_name(&job.inputs, &job.dockerfile)
    }

    fn write(&self, job: &Job, dockerfile: &str, mut out: &mut dyn Write) -> io::Result<()> {
        let extra = Extra { name: dockerfile, bytes: &job.dockerfile };
        write(&job.inputs, &job.context, Some(extra), Owners::TellLinks, &mut out)
            .map(drop)
            .map_err(io::Error::other)
    }
}
