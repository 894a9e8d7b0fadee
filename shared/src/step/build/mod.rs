//! `ds-build`: the images whose inputs changed.

mod plan;
