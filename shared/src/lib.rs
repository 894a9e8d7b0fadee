//! The rooms behind the `ds` executables, from source to running image.
//!
//! A room may use those named after `▶`, besides `util` and `ui`'s `Reporter`,
//! and nothing else; `tests/stories/arrows.rs` reads this table and the `use`
//! lines and fails on an arrow that is not in it.
//!
//! ```text
//! util        atomic files, child processes, every environment variable by name
//! reference   the grammar of image references
//! state       cards, schema, lock, atomic save, `-` streaming          ▶ reference
//! config      devspace.yaml → typed Project, spans for errors, vars    ▶ reference
//! dockerfile  parse, stages, what COPY reads, entrypoint override
//! context     .dockerignore, walk, stat cache, content key, tar        ▶ dockerfile config reference
//! registry    credentials, client, pull, push, blob store, OCI layout  ▶ reference
//! cluster     client, apply, rollouts, pull secrets                    ▶ reference registry
//! builder     one trait, one file or folder a backend                  ▶ config context dockerfile registry cluster state reference
//! manifest    documents, byte ranges, image sites, rewriting           ▶ reference state config
//! deploy      kubectl / kustomize / helm / component deployments       ▶ config manifest cluster state
//! step        load state → do → save, for each step                    ▶ reference state config dockerfile context registry cluster builder manifest deploy ui
//! ui          progress, plain and JSON output, errors, exit codes
//! ```

pub mod builder;
pub mod config;
pub mod context;
pub mod deploy;
pub mod dockerfile;
pub mod manifest;
pub mod reference;
pub mod registry;
pub mod state;
pub mod step;
pub mod ui;
pub mod util;

#[cfg(feature = "cluster")]
pub mod cluster;
