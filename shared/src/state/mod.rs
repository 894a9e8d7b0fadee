//! The state file: what each step learned, on one card an image.
//!
//! Refuses what it does not understand (a newer schema, a torn or foreign file)
//! and never overwrites it. Knows nothing of engines, registries or manifests.

mod card;

pub use card::{Artifact, Build, Card, Drawn, Push, Secrets, State, Tags, Variant, VariantName};
