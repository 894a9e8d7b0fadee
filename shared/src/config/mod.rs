//! devspace.yaml → a typed [`Project`], or an error at file:line:column.
//!
//! Strict: an unknown or doubled key is an error with the nearest valid one.
//! Knows nothing of engines, contexts' contents or the state.

mod model;

pub use model::*;
