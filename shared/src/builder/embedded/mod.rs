//! The embedded builder: images without an engine, a daemon or root.
//!
//! A Dockerfile's stages are carried out by this process; layers are written straight
//! into tars from what was read, the same bytes for the same inputs, and the result is
//! put into an OCI layout. Only RUN needs more of the machine than reading and writing.
//!
//! ```text
//! entry    what a layer holds
//! tree     layers seen together
//! image    an image's configuration
//! unpack   from a layer's tar to an index and a folder
//! layer    entries to tars
//! ```

pub mod entry;
pub mod image;
pub mod layer;
pub mod tree;
pub mod unpack;
