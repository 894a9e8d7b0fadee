//! `ds state show`: what is known of each image, for people or as JSON.

use std::fmt::Write;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use shared::state::{
    Artifact, Fresh, Place, State, Store, Variant, print as to_json, standard_input,
};
use shared::step::options::Output;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::nearest::nearest;

use crate::args::StateShow;
use crate::output::{print, print_bytes};
use crate::project;

pub fn run(args: &StateShow) -> Result<Exit, Failure> {
    let file = project::state_file(args.state.as_deref(), args.config.as_deref())?;
    let mut state = load(&file)?;
    let empty = state.images.is_empty();
    select(&mut state, &args.images)?;
    match args.output {
        Output::Json => print_bytes(&to_json(&state)),
        Output::Text if empty => {
            anstream::eprintln!("no image is known yet: `ds build` makes the first entry");
            Ok(Exit::Done)
        }
        Output::Text => print(&show(&state)),
    }
}

/// The state in a file, or on stdin for `-`.
pub fn load(file: &Path) -> Result<State, Failure> {
    let place = match file.as_os_str() == "-" {
        true => Place::Stream,
        false => Place::File(file.to_owned()),
    };
    let mut stdin = (place == Place::Stream).then(standard_input).flatten();
    let stdin = stdin.as_mut().map(|stdin| stdin as &mut dyn Read);
    Ok(Arc::unwrap_or_clone(Store::open(place, Fresh::Refused, stdin)?.load()?))
}

fn select(state: &mut State, names: &[String]) -> Result<(), Failure> {
    if let Some(name) = names.iter().find(|name| !state.images.contains_key(*name)) {
        let mut failure = Failure::new(Exit::Usage, format!("the state has no image `{name}`"));
        failure.hint = nearest(name, state.images.keys().map(String::as_str))
            .map(|near| format!("did you mean `{near}`?"));
        return Err(failure);
    }
    if !names.is_empty() {
        state.images.retain(|name, _| names.contains(name));
    }
    Ok(())
}

fn show(state: &State) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    for (name, card) in &state.images {
        let _ = writeln!(text, "{name}  {}", card.repository);
        for (variant_name, variant) in &card.variants {
            for (index, (what, said)) in lines(variant).into_iter().enumerate() {
                let variant = if index == 0 { variant_name.to_string() } else { String::new() };
                let _ = writeln!(text, "  {variant:<5}  {what:<6}  {said}");
            }
        }
    }
    for secret in &state.secrets {
        let _ = writeln!(text, "pull secret {}/{}", secret.namespace, secret.name);
    }
    text
}

fn lines(variant: &Variant) -> Vec<(&'static str, String)> {
    let Some(build) = &variant.build else { return vec![("built", "no".into())] };
    let place = match &build.artifact {
        Artifact::Engine { .. } => "in the engine",
        Artifact::Layout { .. } => "in .devspace/images",
        Artifact::Registry { .. } => "in its registry",
    };
    let mut built = format!("{} {place}, by {}", build.artifact.digest(), build.builder);
    if let Some(platform) = &build.platform {
        let _ = write!(built, " for {platform}");
    }
    if let Some(at) = build.built_at {
        let _ = write!(built, ", {}", time(at));
    }
    let tags = match variant.tags_current() {
        Some(tags) => tags.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        None => "no".into(),
    };
    let pushed = match variant.push_current() {
        Some(push) => match &push.digest {
            Some(digest) => digest.to_string(),
            None => "named, not uploaded".into(),
        },
        None => "no".into(),
    };
    vec![("built", built), ("key", build.key.to_string()), ("tags", tags), ("pushed", pushed)]
}

/// Unix seconds as `2026-11-23 21:40 UTC` (days to a date: proleptic Gregorian,
/// counted in eras of 400 years that begin in March).
fn time(seconds: u64) -> String {
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", of_day / 3_600, of_day % 3_600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> State {
        let digest = |n: u8| format!("sha256:{}", shared::util::hex::encode(&[n; 32]));
        let text = format!(
            r#"{{"schema":"ds.state/1","images":{{
            "api":{{"repository":"r.io:5000/api","variants":{{
              "plain":{{"build":{{"key":"{k}","artifact":{{"kind":"engine","engine":"e","id":"{i}","name":"r.io:5000/api:ds-key-1"}},"builder":"docker","platform":"linux/arm64","built_at":1700000000}},
                "tags":{{"of":"{i}","tags":["v1","v1.2"]}},
                "push":{{"of":"{i}","tags":["v1","v1.2"],"digest":"{p}","references":[]}}}},
              "dev":{{"build":{{"key":"{k}","artifact":{{"kind":"layout","digest":"{p}","name":"r.io:5000/api:ds-key-1"}},"builder":"embedded"}},
                "tags":{{"of":"{i}","tags":["stale"]}}}}}}}},
            "web":{{"repository":"web"}}}}}}"#,
            k = digest(1),
            i = digest(2),
            p = digest(3),
        );
        shared::state::parse("s", text.as_bytes()).unwrap()
    }

    #[test]
    fn every_stop_of_an_image_is_shown() {
        let text = show(&sample()).replace(&"01".repeat(32), "K").replace(&"02".repeat(32), "I");
        let text = text.replace(&"03".repeat(32), "P");
        assert_eq!(
            text,
            "api  r.io:5000/api\n\
             \x20 plain  built   sha256:I in the engine, by docker for linux/arm64, 2023-11-14 22:13 UTC\n\
             \x20        key     sha256:K\n\
             \x20        tags    v1 v1.2\n\
             \x20        pushed  sha256:P\n\
             \x20 dev    built   sha256:P in .devspace/images, by embedded\n\
             \x20        key     sha256:K\n\
             \x20        tags    no\n\
             \x20        pushed  no\n\
             web  web\n"
        );
    }

    #[test]
    fn an_unknown_image_gets_the_nearest() {
        let mut state = sample();
        let failure = select(&mut state, &["wbe".into()]).unwrap_err();
        assert_eq!(
            (failure.exit, failure.hint.as_deref()),
            (Exit::Usage, Some("did you mean `web`?"))
        );
        select(&mut state, &["web".into()]).unwrap();
        assert_eq!(state.images.keys().collect::<Vec<_>>(), ["web"]);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        let cases = [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_799, "2000-02-29 23:59 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
        ];
        for (seconds, wanted) in cases {
            assert_eq!(time(seconds), wanted);
        }
    }
}
