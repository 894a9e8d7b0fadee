//! Layers on their way into the store.

pub mod tar;

pub use self::tar::{Contents, Files};
