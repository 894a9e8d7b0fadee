//! Deployments: what each of them puts into a cluster, and what is kept of it.
//!
//! Says which programs render a deployment and reads what they print; runs none of
//! them, and sends nothing: `step::deploy` does.

#[cfg(feature = "cluster")]
pub mod component;
#[cfg(feature = "cluster")]
pub mod helm;
pub mod kubectl;
#[cfg(feature = "cluster")]
pub mod objects;
#[cfg(feature = "cluster")]
pub mod record;
