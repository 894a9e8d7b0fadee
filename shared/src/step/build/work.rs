//! All images of a build: keys first, then each planned and built after its needs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::home::Home;
use super::image::Work;
use super::keys::{Keys, Standing, Wanted};
use super::prepare::Line;
use super::{Request, depfile};
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
        Err(failures) => return Ok(Report { failures, ..Report::default() }),
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

/// The clock for files ticks some milliseconds behind ours.
const TICK: Duration = Duration::from_millis(20);

async fn all(run: &Run, request: &Request, line: &Line) -> Result<Report, Failure> {
    let begun = SystemTime::now() - TICK;
    let home = Home::new(run, request)?;
    home.expect(line).await?;
    let (keys, mut failures) = keys(run, line, &home).await?;
    keys.save_caches();
    if let Some(file) = request.depfile.as_deref().filter(|_| run.acts()) {
        depfile::write(run, file, line, &keys)?;
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
    let mut report = report(run, ended);
    if run.acts() && run.options.common.stamp.is_some() && report.failures.is_empty() {
        report.stamp.made = newest(run)?;
        if report.changed() && moved(run, request, &keys, &home, begun).await? {
            report.stamp.before = Some(begun);
        }
    }
    Ok(report)
}

/// When the youngest of the selected images was built.
fn newest(run: &Run) -> Result<Option<SystemTime>, Failure> {
    let state = run.store.load()?;
    let built = |image: &crate::config::Image| {
        state.variant(&image.name, run.variant)?.build.as_ref()?.built_at
    };
    let newest = run.images.iter().filter_map(built).max();
    Ok(newest.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)))
}

/// Whether inputs are others by now than those that were built from: then the stamp must
/// not hide it from make.
async fn moved(
    run: &Run,
    request: &Request,
    built: &Keys<'_>,
    home: &Home<'_>,
    begun: SystemTime,
) -> Result<bool, Failure> {
    let written = |file: &PathBuf| std::fs::metadata(file).and_then(|file| file.modified());
    let after = |file: &PathBuf| written(file).is_ok_and(|time| time > begun + TICK);
    if run.project.files.iter().any(after) {
        return Ok(true);
    }
    let names: Vec<String> = run.images.iter().map(|image| image.name.clone()).collect();
    let Ok(line) = Line::prepare(run, request, &names) else { return Ok(true) };
    let (now, failures) = keys(run, &line, home).await?;
    let key = |keys: &Keys<'_>, name: &str| keys.get(name).map(|keyed| keyed.inputs.key.clone());
    let moved = line.order.iter().find(|name| key(&now, name) != key(built, name));
    if let Some(name) = moved {
        let text = "its inputs changed while it was built: run again for these".to_owned();
        run.reporter.image_note(name, Level::Info, text);
    }
    Ok(moved.is_some() || !failures.is_empty())
}

/// The keys of all images that can have one, and why others can't.
pub(super) async fn keys<'a>(
    run: &'a Run,
    line: &'a Line,
    home: &Home<'_>,
) -> Result<(Keys<'a>, HashMap<String, Failure>), Failure> {
    let mut keys = Keys::new(run, line);
    let mut wanted = Vec::new();
    let state = run.store.load()?;
    for name in &line.order {
        let prepared = &line.images[name];
        let whole = home.onbuild(prepared).await?;
        let platform = home.platform(prepared).await?;
        let build = state.variant(name, run.variant).and_then(|variant| variant.build.as_ref());
        let standing = build.filter(|_| home.may_stand(prepared)).and_then(|build| {
            Some(Standing { key: build.key.clone(), recipe: build.recipe.clone()? })
        });
        wanted.push(Wanted { prepared, platform, whole, standing });
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
