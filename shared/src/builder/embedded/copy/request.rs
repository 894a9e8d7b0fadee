//! A COPY or ADD with its words expanded and its flags read: all that decides the layer.

use sha2::{Digest as _, Sha256};

use super::mode::Change;
use super::owner::Owner;
use super::source::Source;
use super::{Error, shown};
use crate::builder::embedded::stage::{Stage, clean};
use crate::builder::embedded::variables::Failed;
use crate::context::ignore::Matcher;
use crate::dockerfile::Heredoc;
use crate::dockerfile::instruction::{Instruction, Transfer};
use crate::util::hex;

/// See the module.
#[derive(Debug)]
pub struct Request {
    /// Whatever files come from; [`Path::source`] counts in it.
    pub sources: Vec<Source>,
    pub paths: Vec<Path>,
    /// The destination, absolute without its first slash, cleaned; with `/` or `/.` at
    /// its end where it was written so.
    pub to: Vec<u8>,
    pub owner: Option<Owner>,
    pub mode: Option<Change>,
    pub link: bool,
    /// Patterns of `--exclude`.
    pub excludes: Vec<Vec<u8>>,
}

/// One source of the instruction.
#[derive(Debug)]
pub struct Path {
    pub source: usize,
    /// Cleaned; may hold wildcards.
    pub pattern: Vec<u8>,
    /// Of the folder that `pattern` names, only what this matches (`--parents`).
    pub only: Option<Vec<u8>>,
    /// A tar that it names is unpacked.
    pub unpack: bool,
}

impl Path {
    /// Of a source as written: `parents`: with `--parents`.
    pub fn new(source: usize, text: &str, parents: bool, unpack: bool) -> Self {
        let (folder, only) = match (parents, text.split_once("/./")) {
            (false, _) => (text, None),
            (true, Some((folder, inner))) => (folder, Some(inner)),
            (true, None) => ("", Some(text)),
        };
        let only = only.map(|inner| clean(inner).into_bytes()).filter(|only| !only.is_empty());
        Self { source, pattern: clean(folder).into_bytes(), only, unpack }
    }

    /// Of a file of that name, alone in its source.
    pub fn made(name: &[u8], unpack: bool) -> Self {
        Self { source: 0, pattern: name.to_vec(), only: None, unpack }
    }

    pub fn include(&self) -> Result<Option<Matcher>, Error> {
        self.only.as_ref().map(|only| matcher(std::slice::from_ref(only))).transpose()
    }

    /// With `--parents` a path without wildcards must be there.
    pub fn check(&self, source: &Source) -> Result<(), Error> {
        let Some(only) = &self.only else { return Ok(()) };
        let all = crate::builder::embedded::entry::join(&self.pattern, only);
        if super::source::has_wildcards(&all) {
            return Ok(());
        }
        let found = source.tree.resolve(&all, false)?;
        match found.is_empty() || source.tree.get(&found).is_some() {
            true => Ok(()),
            false => Err(Error::NotFound(shown(&all))),
        }
    }
}

impl Request {
    /// Adds a source with the one path that is taken of it.
    pub fn push(&mut self, source: Source, path: Path) {
        let number = self.sources.len();
        self.sources.push(source);
        self.paths.push(Path { source: number, ..path });
    }

    /// The sources in their order, each with its number.
    pub fn paths(&self) -> impl Iterator<Item = (usize, &Path)> {
        self.paths.iter().map(|path| (path.source, path))
    }

    pub fn exclude(&self) -> Result<Option<Matcher>, Error> {
        (!self.excludes.is_empty()).then(|| matcher(&self.excludes)).transpose()
    }

    /// Whether the layer is made for itself, whatever lies below it. As in BuildKit,
    /// `--link` beside `--chmod` means nothing.
    pub fn linked(&self) -> bool {
        self.link && self.mode.is_none()
    }

    /// What of the layer's making is not said by what lies below: all that is copied
    /// and how, as one digest.
    pub fn digest(&self) -> Result<String, Error> {
        let mut text = Vec::new();
        let head = format!(
            "{:?} {:?} {:?} {} {:?}\n",
            self.to,
            self.owner,
            self.mode,
            self.linked(),
            self.excludes
        );
        text.extend_from_slice(head.as_bytes());
        let mut hash = Sha256::new();
        for (number, path) in self.paths() {
            let source = &self.sources[number];
            text.extend_from_slice(
                format!("{:?} {:?} {}\n", path.pattern, path.only, path.unpack).as_bytes(),
            );
            for found in source.matches(&path.pattern)? {
                let from = source.tree.resolve(&found, true)?;
                text.extend_from_slice(format!("{found:?} {from:?}\n").as_bytes());
                source.describe(&from, &mut text);
                hash.update(&text);
                text.clear();
            }
            hash.update(&text);
            text.clear();
        }
        hash.update(&text);
        Ok(hex::encode(&hash.finalize()))
    }
}

/// The words of a COPY or ADD, expanded.
#[derive(Debug)]
pub struct Words {
    pub sources: Vec<String>,
    /// Names and contents of heredocs.
    pub documents: Vec<(String, String)>,
    pub destination: String,
    pub checksum: Option<String>,
    chown: Option<String>,
    chmod: Option<String>,
}

impl Words {
    pub fn expand(
        stage: &Stage,
        instruction: &Instruction,
        transfer: &Transfer,
    ) -> Result<Self, Failed> {
        let variables = &stage.variables;
        let all = |words: &[String]| -> Result<Vec<String>, Failed> {
            words.iter().map(|word| variables.expand(word)).collect()
        };
        let flag = |name| instruction.flag(name).map(|text| variables.expand(text)).transpose();
        let document = |document: &Heredoc| {
            let content = document.chomped();
            let content = match document.expand {
                true => variables.document(&content)?,
                false => content,
            };
            Ok((document.name.clone(), content))
        };
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(Self {
            sources: all(&transfer.sources)?,
            documents: instruction.heredocs.iter().map(document).collect::<Result<_, _>>()?,
            destination: variables.expand(&transfer.destination)?,
            checksum: given(flag("checksum")?),
            chown: given(flag("chown")?),
            chmod: given(flag("chmod")?),
        })
    }

    /// The request for a destination, still without its sources.
    pub fn request(&self, instruction: &Instruction, to: &str) -> Result<Request, Error> {
        let end = match to {
            to if to.ends_with("/.") => "/.",
            to if to.ends_with('/') => "/",
            _ => "",
        };
        let clean = clean(to);
        let to = if clean.is_empty() { String::new() } else { format!("{clean}{end}") };
        let owner = self.chown.as_deref().map(Owner::parse);
        let bad = |text: &str, why: &str| Error::Value(format!("`--chmod={text}`: {why}"));
        let mode =
            self.chmod.as_deref().map(|text| Change::parse(text).map_err(|why| bad(text, why)));
        let link = instruction.is_on("link");
        if let (true, Some(text), Some(owner)) = (link, &self.chown, &owner)
            && owner.has_names()
        {
            let text = format!("`--chown={text}` beside `--link` takes numbers only");
            return Err(Error::Value(text));
        }
        if self.checksum.is_some() && self.sources.len() != 1 {
            return Err(Error::Value("`--checksum` is of one source".to_owned()));
        }
        Ok(Request {
            sources: Vec::new(),
            paths: Vec::new(),
            to: to.into_bytes(),
            owner,
            mode: mode.transpose()?,
            link,
            excludes: instruction.flags("exclude").map(|text| text.as_bytes().to_vec()).collect(),
        })
    }
}

fn matcher(patterns: &[Vec<u8>]) -> Result<Matcher, Error> {
    Matcher::of_patterns("", 0, patterns).map_err(|error| {
        let pattern = patterns.iter().map(|p| String::from_utf8_lossy(p)).collect::<Vec<_>>();
        Error::Pattern { pattern: pattern.join(" "), why: error.to_string() }
    })
}
