//! What the engine has of the images that cards name: a few are asked for one by one,
//! many are listed by one call, which runs while the keys are computed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OnceCell};
use tokio::task::JoinHandle;

use crate::builder::engine::Engine;
use crate::reference::Digest;
use crate::ui::failure::Failure;

/// So many are asked for one by one, at about a millisecond each.
const FEW: usize = 16;
/// An engine lists this many images in the time of one question about one image.
const LISTED_AT_ONCE: usize = 14;
/// A list that is older is not believed: builds may have run for long since.
const FRESH: Duration = Duration::from_secs(10);

/// The names of each image that the engine has, by id, and when it said so.
type Listed = (Instant, HashMap<Digest, Vec<String>>);

/// See the module.
pub struct Present {
    engine: Engine,
    listing: Mutex<Option<JoinHandle<Option<Listed>>>>,
    listed: OnceCell<Option<Listed>>,
    identity: OnceCell<String>,
}

impl Present {
    pub fn new(engine: Engine) -> Self {
        let (listing, listed) = (Mutex::default(), OnceCell::new());
        Self { engine, listing, listed, identity: OnceCell::new() }
    }

    /// Begins to list the engine's images, if so many will be asked for that it is worth it.
    pub async fn expect(&self, count: usize) {
        let mut listing = self.listing.lock().await;
        if count > FEW && listing.is_none() {
            *listing = Some(tokio::spawn(list(self.engine.clone(), count)));
        }
    }

    /// Which engine this is, as cards have it; asked once.
    pub async fn engine_identity(&self) -> Result<&str, Failure> {
        let identity = self.identity.get_or_try_init(|| self.engine.identity()).await?;
        Ok(identity)
    }

    /// The names of the image with this id; `None` where the engine lacks it.
    pub async fn names(&self, id: &Digest) -> Result<Option<Vec<String>>, Failure> {
        let listed = self.listed.get_or_init(|| async {
            let listing = self.listing.lock().await.take();
            // Where there is no list, each is asked for; what went wrong shows there.
            listing?.await.ok().flatten()
        });
        if let Some((at, images)) = listed.await
            && at.elapsed() < FRESH
            && let Some(names) = images.get(id)
        {
            return Ok(Some(names.clone()));
        }
        // A list may lack what has no name or came later.
        Ok(self.engine.image(id.as_str()).await?.map(|image| image.repo_tags))
    }
}

/// The engine's images, unless it has so many that asking for `count` is faster.
async fn list(engine: Engine, count: usize) -> Option<Listed> {
    let has = engine.image_count().await.ok()?;
    if has > count.saturating_mul(LISTED_AT_ONCE) {
        return None;
    }
    let at = Instant::now();
    let images = engine.images().await.ok()?;
    Some((at, images.into_iter().map(|image| (image.id, image.names)).collect()))
}
