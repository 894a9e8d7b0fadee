//! `ds state merge A B`: the states of two jobs become one.

use std::path::Path;

use shared::state::{self, Fresh, Place, Side, State, Store, print as to_json};
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;

use super::load;
use crate::args::{Prefer, StateMerge};
use crate::output::print_bytes;

pub fn run(args: &StateMerge) -> Result<Exit, Failure> {
    let is_stdin = |path: &Path| path.as_os_str() == "-";
    if is_stdin(&args.a) && is_stdin(&args.b) {
        return Err(Failure::new(Exit::Usage, "only one of the two states can be `-`"));
    }
    let (a, b) = (read(&args.a)?, read(&args.b)?);
    let prefer = args.prefer.map(|prefer| match prefer {
        Prefer::A => Side::A,
        Prefer::B => Side::B,
    });
    match args.output.as_deref().filter(|path| !is_stdin(path)) {
        None => print_bytes(&to_json(&merge(a, b, prefer)?)),
        Some(output) => save(args, output, a, b, prefer),
    }
}

/// Writes under the output's lock. Where that is one of the two states, it is the
/// content under the lock that is merged.
fn save(
    args: &StateMerge,
    output: &Path,
    a: State,
    b: State,
    prefer: Option<Side>,
) -> Result<Exit, Failure> {
    let store = Store::open(Place::File(output.to_owned()), Fresh::Refused, None)?;
    let (over_a, over_b) = (is_same(output, &args.a), is_same(output, &args.b));
    store.update(|now| {
        let a = if over_a { now.clone() } else { a };
        let b = if over_b { now.clone() } else { b };
        *now = merge(a, b, prefer)?;
        Ok::<_, Failure>(())
    })?;
    Ok(Exit::Done)
}

/// Reads a state that has to be there.
fn read(path: &Path) -> Result<State, Failure> {
    if path.as_os_str() != "-" && !path.exists() {
        return Err(Failure::new(Exit::Data, format!("there is no state `{}`", path.display())));
    }
    load(path)
}

fn merge(a: State, b: State, prefer: Option<Side>) -> Result<State, Failure> {
    state::merge(a, b, prefer).map_err(|error| {
        Failure::new(Exit::Data, error.to_string())
            .hint("say which one counts: `--prefer A` or `--prefer B`")
    })
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (std::fs::canonicalize(one), std::fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
