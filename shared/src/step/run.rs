//! One run of a step: its options, the project, the state, the selected images.

use std::path::PathBuf;
use std::sync::Arc;

use super::options::Options;
use crate::config::{self, Image, Project};
use crate::state::{self, Fresh, Place, Store, VariantName};
use crate::ui::event::{Level, Reporter};
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;
use crate::util::env;
use crate::util::nearest::nearest;

/// Everything that a step works on.
pub struct Run {
    pub options: Options,
    pub project: Project,
    pub store: Store,
    pub reporter: Arc<dyn Reporter>,
    pub variant: VariantName,
    /// The selected images with the variant's overrides, in the order of the config.
    pub images: Vec<Image>,
}

impl Run {
    /// Loads config and state. With `--state -` stdin is read to its end here.
    pub fn open(options: Options, fresh: Fresh) -> Result<Self, Failure> {
        let project = load_project(&options)?;
        Self::of_project(options, project, fresh)
    }

    /// The same for a project that is loaded already.
    pub fn of_project(options: Options, project: Project, fresh: Fresh) -> Result<Self, Failure> {
        let reporter = options.reporter();
        for text in &project.warnings {
            reporter.note(Level::Warning, text.clone());
        }
        for text in &project.notes {
            reporter.note(Level::Verbose, text.clone());
        }
        let store = open_store(&options, &project, fresh)?;
        let variant = if options.common.dev { VariantName::Dev } else { VariantName::Plain };
        let images = select(&project, &options.common.images, options.common.dev)?;
        Ok(Self { options, project, store, reporter, variant, images })
    }

    /// Whether this run may change anything.
    pub fn acts(&self) -> bool {
        !self.options.common.check && !self.options.common.dry_run
    }

    /// A row's text, with a word when nothing was to be done.
    pub fn row_text(&self, text: &str, changed: bool) -> String {
        match (changed, self.acts()) {
            (true, true) => text.to_owned(),
            (true, false) => format!("{text} (to do)"),
            (false, _) => format!("{text} (up to date)"),
        }
    }

    /// The failure of a name that the config does not have.
    pub fn no_image(&self, name: &str) -> Failure {
        no_image(&self.project, name)
    }

    /// The failure of a step that finds no build on the card.
    pub fn not_built(&self, image: &str) -> Failure {
        let dev = if self.variant == VariantName::Dev { " --dev" } else { "" };
        Failure::new(Exit::Data, format!("the state has no build of image `{image}`"))
            .hint(format!("run `ds-build{dev}` first"))
    }

    /// Hands a streamed state on; call when the step succeeded.
    pub fn finish(&self) -> Result<(), Failure> {
        match self.store.finish(&mut std::io::stdout().lock()) {
            Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Loads the config that these options name; `None` where there is none.
pub fn find_project(options: &Options) -> Result<Option<Project>, Failure> {
    match config::load(&mut load_options(options)?) {
        Err(config::Error::NotFound { .. }) => Ok(None),
        loaded => Ok(Some(loaded?)),
    }
}

/// Loads the config that these options name.
pub fn load_project(options: &Options) -> Result<Project, Failure> {
    Ok(config::load(&mut load_options(options)?)?)
}

/// What these options ask of [`config::load`].
pub fn load_options(options: &Options) -> Result<config::LoadOptions, Failure> {
    let start = std::env::current_dir().map_err(|error| {
        Failure::new(Exit::Failed, format!("the working folder cannot be read: {error}"))
    })?;
    let vars = options.common.vars.iter().map(|text| assignment("--var", text));
    let mut load = config::LoadOptions {
        home: env::value(env::HOME).map(PathBuf::from),
        file: options.common.config.clone(),
        use_config: options.common.use_config.clone(),
        profiles: options.common.profiles.clone(),
        vars: vars.collect::<Result<_, _>>()?,
        env: Box::new(|name| std::env::var(name).ok()),
        ..config::LoadOptions::new(start)
    };
    if options.interactive && !options.streams() {
        load.ask = Some(Box::new(super::ask::ask));
    }
    Ok(load)
}

/// `NAME=VALUE` of a flag.
pub fn assignment(flag: &str, text: &str) -> Result<(String, String), Failure> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        // The text may hold a secret: it is not repeated.
        _ => Err(Failure::new(Exit::Usage, format!("`{flag}` takes NAME=VALUE"))),
    }
}

fn open_store(options: &Options, project: &Project, fresh: Fresh) -> Result<Store, Failure> {
    let place = match &options.common.state {
        _ if options.streams() => Place::Stream,
        Some(path) => Place::File(path.clone()),
        None => Place::File(state::default_path(&project.root)),
    };
    let mut stdin = match place {
        Place::Stream => state::standard_input(),
        Place::File(_) => None,
    };
    let stdin = stdin.as_mut().map(|stdin| stdin as &mut dyn std::io::Read);
    Ok(Store::open(place, fresh, stdin)?)
}

fn select(project: &Project, names: &[String], dev: bool) -> Result<Vec<Image>, Failure> {
    if let Some(name) = names.iter().find(|name| project.image(name).is_none()) {
        return Err(no_image(project, name));
    }
    let wanted = |image: &&Image| names.is_empty() || names.contains(&image.name);
    Ok(project.images.iter().filter(wanted).map(|image| image.variant(dev)).collect())
}

fn no_image(project: &Project, name: &str) -> Failure {
    let known = project.images.iter().map(|image| image.name.as_str());
    let hint = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
    let text = format!("`{}` has no image `{name}`", project.file);
    Failure { hint, ..Failure::new(Exit::Usage, text) }
}
