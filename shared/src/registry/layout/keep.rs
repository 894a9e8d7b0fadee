//! Taking out of a layout what nobody names any more.
//!
//! The rule: an image stays while `named` has it (the cards of the state do), or while it
//! was added less than `grace` ago (another state's step may be about to push it). Blobs
//! that no image leads to go with it, if nobody else has the layout open just now: else
//! the next time.

use super::*;

/// Manifests below manifests are followed this deep.
const DEPTH_MAX: u8 = 4;

impl Layout {
    /// Applies the rule; returns the number of images and the bytes that went.
    pub fn keep(&self, named: &BTreeSet<Digest>, grace: Duration) -> Result<(u64, u64), Error> {
        let now = SystemTime::now();
        let young = |digest: &Digest| {
            let added = self.blob_path(digest).metadata().and_then(|meta| meta.modified());
            added.is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age < grace))
        };
        let images = self.images()?;
        let stays = |digest: &Digest| named.contains(digest) || young(digest);
        if images.iter().all(|image| stays(&image.entry.digest)) {
            return Ok((0, 0));
        }
        // From shared to alone: another reader or writer makes it fail at once.
        if self.lock.try_lock().is_err() {
            self.lock.lock_shared().at("lock", &self.folder)?;
            return Ok((0, 0));
        }
        let result = self.keep_alone(&stays);
        self.lock.lock_shared().at("lock", &self.folder)?;
        result
    }

    fn keep_alone(&self, stays: &dyn Fn(&Digest) -> bool) -> Result<(u64, u64), Error> {
        let (gone, images) = self.change(|index| {
            let before = index.images().len();
            index.retain(|entry| stays(&entry.digest));
            let images = index.images();
            Ok(((before - images.len()) as u64, images))
        })?;
        let mut reached = BTreeSet::new();
        for image in &images {
            if !self.reach(&image.entry.digest, DEPTH_MAX, &mut reached) {
                // What can't be read leads we don't know where: nothing is taken away.
                return Ok((gone, 0));
            }
        }
        let mut bytes = 0;
        let folder = self.folder.join("blobs/sha256");
        for entry in std::fs::read_dir(&folder).at("list", &folder)?.flatten() {
            let name = entry.file_name();
            let digest = name.to_str().and_then(|hex| Digest::parse(&format!("sha256:{hex}")).ok());
            // Others are what a killed process left half written.
            if digest.is_none_or(|digest| !reached.contains(&digest)) {
                let path = entry.path();
                bytes += entry.metadata().map_or(0, |meta| meta.len());
                std::fs::remove_file(&path).at("remove", &path)?;
            }
        }
        Ok((gone, bytes))
    }

    /// Collects what a manifest leads to; `false` where one can't be read.
    fn reach(&self, digest: &Digest, depth: u8, reached: &mut BTreeSet<Digest>) -> bool {
        if !reached.insert(digest.clone()) {
            return true;
        }
        let Ok(found) = self.manifest(digest) else { return false };
        // An image for another platform may never have been here.
        let Some(manifest) = found else { return true };
        if let Content::Index { entries, .. } = manifest.content() {
            return depth > 0
                && entries.iter().all(|entry| self.reach(&entry.digest, depth - 1, reached));
        }
        let Ok(image) = image_of(&manifest.bytes, || self.blob_path(digest)) else { return false };
        reached
            .extend(std::iter::once(&image.config).chain(&image.layers).map(|b| b.digest.clone()));
        true
    }
}
