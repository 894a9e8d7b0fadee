//! All images of a build: keys first, then each planned and built after its needs.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::Request;
use super::home::Home;
use super::image::Work;
use super::keys::{Keys, Wanted};
use super::prepare::{Line, Recipe};
use super::{depfile, prepare};
use crate::config::HookStage;
use crate::step::report::{Report, Row};
use crate::step::run::Run;
use crate::step::schedule::{self, Outcome};
use crate::step::{asynchronous, hooks};
use crate::ui::event::Level;
use crate::ui::exit::Exit;
use crate::ui::failure::Failure;

/// Builds what is due. With `--check` and `--dry-run` only says what that is.
pub fn build(run: &Run, request: &Request) -> Result<Report, Failure> {
    for image in run.images.iter().filter(|image| image.disabled) {
        let text = "`build.disabled`: not built".to_owned();
        run.reporter.image_note(&image.name, Level::Verbose, text);
    }
    let names: Vec<String> = run.images.iter().map(|image| image.name.clone()).collect();
    let line = match Line::prepare(run, request, &names) {
        Ok(line) => line,
        Err(failures) => return Ok(Report { rows: Vec::new(), failures }),
    };
    let hooked = run.acts() && !request.no_hooks && !run.project.images.is_empty();
    if hooked {
        hooks::run(run, true, HookStage::Images, "all")?;
    }
    let report = asynchronous::block_on(all(run, request, &line))?;
    if hooked && report.failures.is_empty() {
        hooks::run(run, false, HookStage::Images, "all")?;
    }
    Ok(report)
}

async fn all(run: &Run, request: &Request, line: &Line) -> Result<Report, Failure> {
    let home = Home::new(run, request)?;
    home.expect(line).await?;
    let (keys, mut failures) = keys(run, line, &home).await?;
    keys.save_caches();
    if let Some(file) = request.depfile.as_deref().filter(|_| run.acts()) {
        write_depfile(run, file, line, &keys)?;
    }
    let order: Vec<String> = line.order.clone();
    let work = Work::new(run, request, line, &keys, &home);
    let ended = schedule::run(&order, &line.needs, run.options.jobs, |name| {
        let failed = failures.remove(&name);
        let work = &work;
        async move {
            match failed {
                Some(failure) => Err(failure),
                None => work.image(&name).await,
            }
        }
    })
    .await;
    Ok(report(run, ended))
}

/// The keys of all images that can have one, and why others can't.
pub(super) async fn keys<'a>(
    run: &'a Run,
    line: &'a Line,
    home: &Home<'_>,
) -> Result<(Keys<'a>, HashMap<String, Failure>), Failure> {
    let mut keys = Keys::new(run, line);
    let mut wanted = Vec::new();
    for name in &line.order {
        let prepared = &line.images[name];
        let whole = home.onbuild(prepared).await?;
        let platform = home.platform(prepared).await?;
        wanted.push(Wanted { prepared, platform, whole });
    }
    let failures = keys.compute(&wanted).into_iter();
    let failures = failures.map(|(name, failure)| (name.clone(), failure.about(&name))).collect();
    Ok((keys, failures))
}

/// Rows and failures in the order of the config; what only follows from another
/// failure comes last, so that it does not decide the exit code.
fn report(run: &Run, mut ended: HashMap<String, Outcome<Row, Failure>>) -> Report {
    let mut report = Report::default();
    let mut blocked = Vec::new();
    for image in &run.project.images {
        match ended.remove(&image.name) {
            Some(Outcome::Done(row)) => report.rows.push(row),
            Some(Outcome::Failed(failure)) => report.failures.push(failure),
            Some(Outcome::Blocked(by)) => {
                let text = format!("image `{}`: not built, because `{by}` failed", image.name);
                blocked.push(Failure::new(Exit::Failed, text));
            }
            None => {}
        }
    }
    report.failures.extend(blocked);
    report
}

/// Lists every file and folder that the keys were made of.
fn write_depfile(run: &Run, file: &Path, line: &Line, keys: &Keys<'_>) -> Result<(), Failure> {
    let here = std::env::current_dir().unwrap_or_default();
    let shown = |path: PathBuf| match path.strip_prefix(&here) {
        Ok(inside) if inside == Path::new("") => PathBuf::from("."),
        Ok(inside) => inside.to_owned(),
        Err(_) => path,
    };
    let mut inputs = BTreeSet::from([shown(run.project.path(Path::new(&run.project.file)))]);
    for (name, prepared) in &line.images {
        let context = match &prepared.recipe {
            Recipe::Dockerfile(source) => {
                inputs.extend(ignore_files(prepared, source, run).into_iter().map(&shown));
                inputs.insert(shown(source.path.clone()));
                run.project.path(&prepared.image.context)
            }
            Recipe::Custom(_) => run.project.root.clone(),
        };
        let Some(keyed) = keys.get(name) else { continue };
        if keyed.inputs.open_root {
            // A file that is added changes its folder's time.
            inputs.insert(shown(context.clone()));
        }
        for entry in keyed.inputs.entries.iter() {
            use std::os::unix::ffi::OsStrExt;
            inputs.insert(shown(context.join(std::ffi::OsStr::from_bytes(entry.path))));
        }
    }
    let state = run.options.common.state.clone();
    let target = run.options.common.stamp.clone().or(state);
    let target = target.unwrap_or_else(|| shown(crate::state::default_path(&run.project.root)));
    depfile::write(file, &target, &inputs)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

fn ignore_files(prepared: &prepare::Prepared, source: &prepare::Source, run: &Run) -> Vec<PathBuf> {
    let mut own = source.path.clone().into_os_string();
    own.push(".dockerignore");
    let context = run.project.path(&prepared.image.context).join(".dockerignore");
    [PathBuf::from(own), context].into_iter().filter(|file| file.exists()).collect()
}
