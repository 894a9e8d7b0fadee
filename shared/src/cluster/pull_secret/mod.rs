//! Image pull secrets in a cluster: what they hold, whose they are, and the service
//! accounts that name them. Whose password may go where is the caller's to decide.

pub mod account;
pub mod content;
pub mod judge;
pub mod secret;

pub use content::{Content, name};
pub use judge::{Verdict, judge};
