//! The one TLS provider of the process.
//!
//! The registry's and the engine's clients are compiled without a provider of their
//! own, and the first of them panics when none was chosen.

use std::sync::Once;

static INSTALL: Once = Once::new();

/// Chooses ring for all TLS of this process. May be called any number of times.
pub fn install() {
    INSTALL.call_once(|| {
        // An error says that someone chose before us, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
