//! Kubernetes: which cluster is meant, how it is asked, and what is put there.
//!
//! `connect` finds it, `call` asks it, `discovery` and `look` say what it has, `apply`
//! puts objects there, `owner` reads whose fields are whose, `rollout` and `pod` say
//! whether what was put there runs, and why not.

pub mod apply;
pub mod call;
pub mod connect;
pub mod context;
pub mod discovery;
pub mod error;
pub mod look;
pub mod object;
pub mod owner;
pub mod pod;
pub mod proxy;
pub mod pull_secret;
pub mod release;
pub mod rollout;
pub mod wait;

pub use apply::{Applied, Outcome};
pub use connect::{Cluster, Wanted, connect};
pub use discovery::{Resource, Resources};
pub use error::{About, Error, What};
pub use look::Key;
pub use object::Object;
