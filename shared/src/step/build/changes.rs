//! What changed since an image was built: the last build's record held against
//! today's inputs, in the words of the files that people edit.

use super::keys::Keyed;
use super::prepare::{Prepared, Recipe, Source};
use super::record::{Record, Text, Texts};
use super::told::Told;
use crate::config::RebuildStrategy;
use crate::context::ignore::Matcher;
use crate::context::why::{self, Became, Before, Change, How};
use crate::dockerfile::{self, Edit, Reach, ReachOptions};
use crate::state::Build;
use crate::step::run::Run;

/// Everything that differs, files last; never empty.
pub fn changes(run: &Run, prepared: &Prepared, keyed: &Keyed, build: &Build) -> Vec<Told> {
    let Some(record) = run.recall(&prepared.image.name, &build.key) else {
        return vec![lost(keyed, build)];
    };
    let now = Texts::of(run, prepared, &keyed.inputs);
    let mut changes = why::diff(&record.list, &keyed.inputs);
    if prepared.image.rebuild == RebuildStrategy::IgnoreContextChanges
        && prepared.source().is_some()
    {
        changes.retain(|change| !matches!(change, Change::Entry { .. } | Change::Scope { .. }));
    }
    let mut told = Vec::new();
    if let Recipe::Dockerfile(source) = &prepared.recipe {
        explain_files(run, prepared, &record, &now, &mut changes);
        told.extend(dockerfile(&changes, source, record.recipe.as_ref(), &now));
        told.extend(ignore_file(&mut changes, record.recipe.as_ref(), &now));
        forget_copy_of_dockerfile(run, prepared, source, &mut changes);
    }
    told.extend(changes.iter().filter_map(tell));
    match told.is_empty() {
        true => vec![lost(keyed, build)],
        false => told,
    }
}

/// The record is gone: what the card alone tells.
fn lost(keyed: &Keyed, build: &Build) -> Told {
    const GONE: &str = "which is not known: the list of the last build is gone";
    let (what, text) = match &build.recipe {
        Some(recipe) if *recipe == keyed.recipe => {
            ("files", format!("files of the context changed, {GONE}"))
        }
        Some(_) => (
            "recipe",
            format!(
                "its Dockerfile, an argument, an option or an image it is built from changed, {GONE}"
            ),
        ),
        None => ("inputs", format!("its inputs changed, {GONE}")),
    };
    Told::new("unknown", text).with("what", what)
}

/// Tells files that only count now, or count no more, from those that came and went.
fn explain_files(
    run: &Run,
    prepared: &Prepared,
    record: &Record,
    now: &Texts,
    changes: &mut [Change],
) {
    let matcher = |file: &Option<Text>| match file {
        Some(file) => Matcher::parse(&file.name, file.text.as_bytes()).ok(),
        None => Some(Matcher::default()),
    };
    let before = match &record.recipe {
        Some(recipe) => Before {
            ignore: matcher(&recipe.ignore),
            sources: recipe.dockerfile.as_ref().and_then(|file| sources(prepared, record, file)),
        },
        None => Before::default(),
    };
    let Some(ignore) = matcher(&now.ignore) else { return };
    let context = run.project.path(&prepared.image.context);
    why::explain(changes, &context, &ignore, &before);
}

/// What the last build copied, by its Dockerfile.
fn sources(
    prepared: &Prepared,
    record: &Record,
    file: &Text,
) -> Option<Vec<dockerfile::CopySource>> {
    let fact = |name: &str| {
        let mut facts = record.list.facts.iter();
        facts.find(|(fact, _)| fact == name).map(|(_, value)| value.as_str())
    };
    let parsed = dockerfile::parse(file.text.as_bytes(), &file.name).ok()?;
    let build_args = &prepared.build_args;
    let options = ReachOptions { target: fact("target"), build_args, platform: fact("platform") };
    match dockerfile::reach(&parsed, &options).ok()? {
        Reach::Narrow(sources) if !record.list.whole => Some(sources),
        _ => None,
    }
}

/// The Dockerfile's changes, instruction by instruction, and those of its overrides.
fn dockerfile(
    changes: &[Change],
    source: &Source,
    before: Option<&Texts>,
    now: &Texts,
) -> Vec<Told> {
    if !changes.contains(&Change::Dockerfile) {
        return Vec::new();
    }
    let name = now.dockerfile.as_ref().map_or("Dockerfile", |file| file.name.as_str());
    let whole = || Told::new("dockerfile", format!("`{name}` changed")).with("file", name);
    let Some((before, old)) = before.and_then(|texts| Some((texts, texts.dockerfile.as_ref()?)))
    else {
        return vec![whole()];
    };
    let mut told = Vec::new();
    if old.name != name {
        let text = format!("the Dockerfile is `{name}` now; it was `{}`", old.name);
        let option = Told::new("option", text).with("name", "dockerfile");
        told.push(option.between(old.name.as_str(), name));
    }
    for (option, old, new) in
        [("entrypoint", &before.entrypoint, &now.entrypoint), ("cmd", &before.cmd, &now.cmd)]
    {
        if old != new {
            let text = format!("the config's `{option}` changed");
            told.push(Told::new("option", text).with("name", option));
        }
    }
    match dockerfile::diff(old.text.as_bytes(), source.written()) {
        Some(edits) if edits.is_empty() => {
            if told.is_empty() {
                let text = format!("only comments, blanks or the spelling of `{name}` changed");
                told.push(Told::new("dockerfile", text).with("file", name));
            }
        }
        Some(edits) => told.extend(edits.iter().map(|edit| instruction(name, edit))),
        None => told.push(whole()),
    }
    told
}

fn instruction(file: &str, edit: &Edit) -> Told {
    let gone = edit.new.is_none();
    let text = match gone {
        false => format!("{file}:{}: {edit}", edit.line),
        true => format!("{file}: {edit} (it was line {})", edit.line),
    };
    let change = match (&edit.old, &edit.new) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    Told::new("dockerfile", text)
        .with("file", file)
        .with("line", edit.line)
        .with("instruction", edit.keyword.as_str())
        .with("change", change)
        .between(edit.old.clone(), edit.new.clone())
}

/// The ignore file, where it is why files count or count no more.
fn ignore_file(changes: &mut Vec<Change>, before: Option<&Texts>, now: &Texts) -> Option<Told> {
    let before = before?;
    let count = |wanted: &Became| {
        let of =
            |change: &&Change| matches!(change, Change::Entry { became, .. } if became == wanted);
        changes.iter().filter(of).count()
    };
    let (ignored, freed) = (count(&Became::Ignored), count(&Became::NotIgnored));
    if before.ignore == now.ignore || ignored + freed == 0 {
        return None;
    }
    let name = now.ignore.as_ref().or(before.ignore.as_ref())?.name.clone();
    let change = match (&before.ignore, &now.ignore) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    let some = |count: usize, end: &str| match count {
        0 => None,
        1 => Some(format!("1 file is {end}")),
        count => Some(format!("{count} files are {end}")),
    };
    let effects: Vec<String> = [some(ignored, "ignored now"), some(freed, "ignored no more")]
        .into_iter()
        .flatten()
        .collect();
    let verb = if change == "changed" { "changed".to_owned() } else { format!("was {change}") };
    let text = format!("`{name}` {verb}: {}", effects.join(", "));
    // That it is itself copied, and so changed, says no more.
    changes
        .retain(|change| !matches!(change, Change::Entry { path, .. } if *path == name.as_bytes()));
    Some(Told::new("ignore-file", text).with("file", name).with("change", change))
}

/// A Dockerfile that is copied too has been told already.
fn forget_copy_of_dockerfile(
    run: &Run,
    prepared: &Prepared,
    source: &Source,
    changes: &mut Vec<Change>,
) {
    use std::os::unix::ffi::OsStrExt;
    let context = run.project.path(&prepared.image.context);
    if !changes.contains(&Change::Dockerfile) {
        return;
    }
    let Ok(own) = source.path.strip_prefix(context) else { return };
    let own = own.as_os_str().as_bytes();
    changes.retain(
        |change| !matches!(change, Change::Entry { path, became: Became::Content } if path == own),
    );
}

/// A change as a reason; the Dockerfile's own are told elsewhere.
fn tell(change: &Change) -> Option<Told> {
    let text = change.to_string();
    Some(match change {
        Change::Dockerfile => return None,
        Change::Scope { whole } => Told::new("scope", text).with("whole", whole.is_some()),
        Change::Fact { name, how } => fact(name, how, text),
        Change::Entry { path, became } => file(path, became, text),
    })
}

fn fact(name: &str, how: &How, text: String) -> Told {
    let (kind, of) = name.split_once(' ').unwrap_or((name, ""));
    let told = match kind {
        "platform" => Told::new("platform", text),
        "build-arg" => Told::new("argument", text).with("name", of),
        "secret" | "base" | "image" | "named-context" => Told::new(kind, text).with("name", of),
        "option" => Told::new("option", text).with("name", of),
        _ => Told::new("option", text).with("name", name),
    };
    let change = match how {
        How::Added => "added",
        How::Removed => "removed",
        How::Changed { .. } => "changed",
    };
    match how {
        How::Changed { values: Some((old, new)) } => {
            told.with("change", change).between(old.as_str(), new.as_str())
        }
        _ => told.with("change", change),
    }
}

fn file(path: &[u8], became: &Became, text: String) -> Told {
    let lossy = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    let told = Told::new("file", text).with("path", lossy(path)).with("change", became.word());
    match became {
        Became::Mode { old, new } => told.between(format!("{old:04o}"), format!("{new:04o}")),
        Became::Link { old, new } => told.between(lossy(old), lossy(new)),
        Became::Renamed { from } => told.between(lossy(from), lossy(path)),
        _ => told,
    }
}
