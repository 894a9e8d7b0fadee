//! Deployments: what a deployment of the config would apply.
//!
//! `kubectl` deployments are carried out; the other methods are refused by name.

pub mod kubectl;
