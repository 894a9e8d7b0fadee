//! Killed at any instant, or eight at once: the state is whole and nothing is lost.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use suite::{Bed, Outcome, Project, Skip, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(killed_while_tagging),
        story(killed_while_building),
        story(killed_a_thousand_times).long().serial(),
        story(eight_steps_at_once),
        story(interrupted_build_ends_and_leaves_the_state),
    ]
}

/// Eight small images, built.
fn eight(bed: &Bed) -> Result<Project<'_>, Skip> {
    let project = Project::small(bed, bed.engine()?, "crash/app");
    let images: String =
        (0..8).map(|n| format!("  i{n}: {{image: crash{}/i{n}}}\n", bed.unique())).collect();
    project.file("devspace.yaml", format!("version: v1beta2\nimages:\n{images}"));
    let _ = project.ds("ds-build", &[]).ok();
    Ok(project)
}

/// Starts a command, kills it after `wait`; whether it was still running.
fn kill_after(project: &Project, step: &str, args: &[&str], wait: Duration) -> bool {
    let mut command = project.run(step).args(args).command();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    sleep(wait);
    let killed = child.try_wait().unwrap().is_none();
    let _ = child.kill();
    let _ = child.wait();
    killed
}

/// Spread evenly without a random number generator: multiples of the golden ratio.
fn instant(round: u32, longest: Duration) -> Duration {
    longest.mul_f64((f64::from(round) * 0.618_033_988_749_895).fract())
}

#[track_caller]
fn whole(project: &Project) {
    let state = project.state();
    let images = state["images"].as_object().unwrap();
    assert_eq!(images.len(), 8, "{state:#}");
    for (name, card) in images {
        let id = card["variants"]["plain"]["build"]["artifact"]["id"].as_str();
        assert!(id.is_some_and(|id| id.len() == 71), "{name}: {card:#}");
    }
}

/// `rounds` kills at work: the wait follows how long a step takes just now, so that a
/// machine that grows quicker or slower under the test is no matter.
fn tag_and_kill(project: &Project, rounds: u32) {
    let begun = Instant::now();
    let _ = project.ds("ds-tag", &["--tag", "t"]).ok();
    let mut longest = begun.elapsed();
    let (mut killed, mut tries) = (0, 0);
    while killed < rounds {
        assert!(tries < rounds * 20, "only {killed} of {tries} were killed at work");
        let tag = format!("t{tries}");
        let at_work = kill_after(project, "ds-tag", &["--tag", &tag], instant(tries, longest));
        longest = longest.mul_f64(if at_work { 1.01 } else { 0.97 });
        killed += u32::from(at_work);
        tries += 1;
        whole(project);
    }
    let _ = project.ds("ds-tag", &["--tag", "last"]).ok();
    whole(project);
    assert_eq!(project.card("i7", "/tags/tags/0"), "last");
    let left = project.sh("ls -A .devspace | grep -c tmp").out();
    assert!(left.trim().parse::<u32>().unwrap_or(0) <= killed, "{left}");
}

fn killed_while_tagging(bed: &Bed) -> Outcome {
    tag_and_kill(&eight(bed)?, 60);
    Ok(())
}

fn killed_a_thousand_times(bed: &Bed) -> Outcome {
    tag_and_kill(&eight(bed)?, 1000);
    Ok(())
}

fn killed_while_building(bed: &Bed) -> Outcome {
    let project = eight(bed)?;
    let begun = Instant::now();
    let _ = project.ds("ds-build", &["--force"]).ok();
    let longest = begun.elapsed();
    for round in 0..12 {
        kill_after(&project, "ds-build", &["--force"], instant(round, longest));
        whole(&project);
    }
    let _ = project.ds("ds-build", &[]).ok();
    whole(&project);
    Ok(())
}

fn eight_steps_at_once(bed: &Bed) -> Outcome {
    let project = eight(bed)?;
    for round in 0..5 {
        std::thread::scope(|scope| {
            for n in 0..8 {
                let project = project.run("ds-tag");
                let args = [format!("--image=i{n}"), format!("--tag=r{round}-{n}")];
                scope.spawn(move || project.args(&args).end().ok());
            }
        });
        for n in 0..8 {
            let tag = project.card(&format!("i{n}"), "/tags/tags/0");
            assert_eq!(tag, format!("r{round}-{n}"), "lost in round {round}");
        }
        whole(&project);
    }
    std::thread::scope(|scope| {
        for n in 0..8 {
            let run = project.run("ds-build").args(&["--force", &format!("--image=i{n}")]);
            scope.spawn(move || run.end().ok());
        }
    });
    whole(&project);
    Ok(())
}

fn interrupted_build_ends_and_leaves_the_state(bed: &Bed) -> Outcome {
    let project = eight(bed)?;
    let before = project.read(".devspace/state.json");
    project.file("Dockerfile", format!("FROM base/busybox:1\nRUN sleep 600 # {}\n", bed.unique()));
    for builder in ["classic", "buildkit"] {
        for (signal, code) in [("INT", 130), ("TERM", 143)] {
            // Once the engine is at work on it.
            let line = format!(
                "ds-build --builder {builder} --image i0 --progress json 2>../tmp/log & pid=$!
                until grep -q 'RUN sleep' ../tmp/log; do kill -0 $pid || break; sleep 0.1; done
                kill -{signal} $pid; wait $pid"
            );
            // Job control, else bash starts background jobs deaf to INT.
            let out = project.run("bash").args(&["-m", "-c", &line]).end();
            assert_eq!(out.code, code, "{builder}: {out}");
            assert_eq!(project.read(".devspace/state.json"), before);
        }
    }
    Ok(())
}
