//! `ds-build`: the images whose inputs changed.

mod depfile;
mod plan;
