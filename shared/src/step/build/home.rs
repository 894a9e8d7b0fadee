//! Where images are built and lie: the engine, asked only when it is needed, and
//! the builder of each image.

use std::collections::BTreeMap;

use tokio::sync::OnceCell;

use super::Request;
use super::image::key_name;
use super::keys::Keys;
use super::prepare::{Line, Prepared, Recipe};
use crate::builder::engine::{Engine, Mode};
use crate::builder::{Built, Job};
use crate::config::{BuilderChoice, Image};
use crate::dockerfile::{self, ReachOptions};
use crate::reference::{Digest, Reference};
use crate::registry::{Client, Store};
use crate::state::{Artifact, Build, Variant};
use crate::step::docker;
use crate::step::run::Run;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;

pub struct Home<'a> {
    run: &'a Run,
    request: &'a Request,
    store: Store,
    engine: OnceCell<Result<Engine, Failure>>,
    bases: tokio::sync::Mutex<BTreeMap<String, Option<Base>>>,
}

/// What the engine knows of a base image.
#[derive(Debug, Clone)]
struct Base {
    id: Digest,
    onbuild: bool,
}
