//! Kubernetes: which cluster is meant, and the pull secrets it needs.

pub mod context;
pub mod pull_secret;
