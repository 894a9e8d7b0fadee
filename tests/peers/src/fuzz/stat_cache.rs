//! The stat cache: a damaged file is noticed or does no harm, and a sound one follows it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, SystemTime};

use shared::context::{Error, Inputs, Request, StatCaches, inputs};
use shared::dockerfile::Reach;
use shared::ui::event::{Event, Reporter};

use super::Target;
use super::recipe::{self, HEADER, RECORD};
use crate::numbers::Numbers;

pub struct StatCache {
    /// Holds `p/src`, the context, and `p/.devspace/cache`.
    folder: tempfile::TempDir,
    /// The one file in there, sound.
    file: PathBuf,
    sound: Vec<u8>,
    /// The key without a cache.
    truth: String,
}

impl StatCache {
    pub fn new() -> io::Result<Self> {
        // In memory where that is possible: it is written for each input.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        let context = folder.path().join("p/src");
        for n in 0..12 {
            let path = context.join(format!("d{}/file-{n}", n % 3));
            fs::create_dir_all(path.parent().unwrap_or(&context))?;
            fs::write(&path, format!("content {n}"))?;
            let old = SystemTime::now() - Duration::from_secs(100);
            fs::File::options().write(true).open(&path)?.set_modified(old)?;
        }
        // What changed a moment ago is not stored.
        thread::sleep(Duration::from_millis(2500));
        let mut cache =
            Self { folder, file: PathBuf::new(), sound: Vec::new(), truth: String::new() };
        let caches = cache.caches();
        let wrong = |error: Error| io::Error::other(error.to_string());
        cache.truth = cache.inputs(None, &Notes::default()).map_err(wrong)?.key.to_string();
        cache.inputs(Some(&caches), &Notes::default()).map_err(wrong)?;
        caches.save(&Notes::default());
        let mut files = fs::read_dir(cache.folder.path().join("p/.devspace/cache"))?;
        let file = files.next().ok_or_else(|| io::Error::other("no stat cache was written"))?;
        cache.file = file?.path();
        cache.sound = fs::read(&cache.file)?;
        Ok(cache)
    }

    fn caches(&self) -> StatCaches {
        StatCaches::new(self.folder.path().join("p/.devspace/cache"))
    }

    fn inputs(&self, cache: Option<&StatCaches>, notes: &Notes) -> Result<Inputs, Error> {
        let request = Request {
            context: &self.folder.path().join("p/src"),
            dockerfile: None,
            reach: Reach::Whole { why: String::new() },
            facts: Vec::new(),
            never: &[],
            cache,
            threads: 1,
        };
        inputs(request, notes)
    }

    /// Whether a record has the status of a file, and not the digest that goes with it:
    /// such a file is believed, and nothing can tell.
    fn lies(&self, bytes: &[u8]) -> bool {
        let records = |bytes: &[u8]| -> Vec<Vec<u8>> {
            let body = bytes.get(HEADER..).unwrap_or_default();
            body.chunks_exact(RECORD).map(<[u8]>::to_vec).collect()
        };
        let sound = records(&self.sound);
        // Digest 32, status 44, where the name is 8, unseen 1, the capability's length 1.
        records(bytes).iter().any(|record| {
            let same = |known: &&Vec<u8>| known[32..76] == record[32..76];
            let known = sound.iter().find(same);
            known.is_some_and(|known| known[..32] != record[..32] || known[85] != record[85])
        })
    }
}

impl Target for StatCache {
    fn fresh(&self, numbers: &mut Numbers) -> Vec<u8> {
        recipe::fresh(numbers)
    }

    fn judge(&mut self, input: &[u8]) -> Result<String, String> {
        let bytes = recipe::carry_out(input, &self.sound);
        let sealed = recipe::is_sealed(&bytes);
        fs::write(&self.file, &bytes).map_err(|error| error.to_string())?;
        let (caches, notes) = (self.caches(), Notes::default());
        let found = self.inputs(Some(&caches), &notes).map_err(|error| error.to_string())?;
        let noticed = notes.count() > 0;
        if bytes == self.sound && (noticed || caches.has_news()) {
            return Err("a sound file is not believed".to_owned());
        }
        if !noticed && !sealed && bytes != self.sound {
            return Err("a damaged file is believed".to_owned());
        }
        let right = found.key.to_string() == self.truth;
        if !right && !self.lies(&bytes) {
            return Err(format!("key {} instead of {}", found.key, self.truth));
        }
        let learned = caches.has_news();
        caches.save(&notes);
        if learned || noticed {
            let notes = Notes::default();
            let again = self.inputs(Some(&self.caches()), &notes);
            let again = again.map_err(|error| error.to_string())?.key;
            if notes.count() > 0 || again != found.key {
                return Err(format!("what is saved after it is not sound: {again}"));
            }
        }
        let count = bytes.len().saturating_sub(HEADER) / RECORD;
        Ok(format!("{sealed} {noticed} {right} {learned} {count}"))
    }
}

/// Counts notes.
#[derive(Default)]
struct Notes(Mutex<usize>);

impl Notes {
    fn count(&self) -> usize {
        self.0.lock().map_or(0, |count| *count)
    }
}

impl Reporter for Notes {
    fn event(&self, event: Event) {
        if let (Event::Note { .. }, Ok(mut count)) = (event, self.0.lock()) {
            *count += 1;
        }
    }
}
