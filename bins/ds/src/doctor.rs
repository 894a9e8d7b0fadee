//! `ds doctor`: what of ds is there, and what is wrong with it. Reads only, and
//! connects to nothing.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use shared::config::{self, LoadOptions};
use shared::state;
use shared::ui::exit::Exit;
use shared::ui::failure::Failure;
use shared::util::env;

use crate::args::Doctor;
use crate::find::Places;
use crate::output::print;
use crate::project;
use crate::state::load;
use crate::table::STEPS;

/// Lines of a check, and whether it found something wrong.
#[derive(Default)]
struct Findings {
    text: String,
    wrong: bool,
}

impl Findings {
    fn good(&mut self, what: &str, said: &str) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.text, "ok     {what:<11} {said}");
    }

    fn bad(&mut self, what: &str, failure: &Failure) {
        self.wrong = true;
        let _ = writeln!(self.text, "WRONG  {what:<11} {}", failure.error);
        for line in failure.snippet.iter().flat_map(|snippet| snippet.lines()) {
            let _ = writeln!(self.text, "       {:<11} {line}", "");
        }
        if let Some(hint) = &failure.hint {
            let _ = writeln!(self.text, "       {:<11} {hint}", "");
        }
    }

    fn absent(&mut self, what: &str, said: &str) {
        let _ = writeln!(self.text, "-      {what:<11} {said}");
    }
}

pub fn run(args: &Doctor) -> Result<Exit, Failure> {
    let mut findings = Findings::default();
    look_for_executables(&mut findings);
    look_at_project(args, &mut findings)?;
    look_for_tools(&mut findings);
    print(&findings.text)?;
    Ok(if findings.wrong { Exit::Failed } else { Exit::Done })
}

fn look_for_executables(findings: &mut Findings) {
    let places = Places::here();
    for step in STEPS {
        match places.find(step.executable) {
            Some(file) => findings.good(step.executable, &file.display().to_string()),
            None => findings.bad(step.executable, &crate::dispatch::missing(step.executable)),
        }
    }
}

fn look_at_project(args: &Doctor, findings: &mut Findings) -> Result<(), Failure> {
    let mut load = LoadOptions {
        home: project::home(),
        file: args.config.clone(),
        env: Box::new(|name| std::env::var(name).ok()),
        ..LoadOptions::new(project::working_folder()?)
    };
    let place = match config::load(&mut load) {
        Ok(project) => {
            let (file, images) = (project.path(Path::new(&project.file)), project.images.len());
            findings.good("config", &format!("{}, images: {images}", file.display()));
            Some(state::default_path(&project.root))
        }
        Err(config::Error::NotFound { .. }) => {
            findings.absent("config", "no devspace.yaml here or above; `ds init` writes one");
            None
        }
        Err(error) => {
            findings.bad("config", &Failure::from(error));
            project::state_file(None, args.config.as_deref()).ok()
        }
    };
    match args.state.clone().or(place).filter(|file| file.as_os_str() != "-") {
        Some(file) => look_at_state(&file, findings),
        None => findings.absent("state", "no file to look at"),
    }
    Ok(())
}

fn look_at_state(file: &Path, findings: &mut Findings) {
    match load(file) {
        Err(failure) => findings.bad("state", &failure),
        Ok(_) if !file.exists() => findings.absent("state", "nothing was built yet"),
        Ok(state) => {
            let said = format!("{}, images: {}", file.display(), state.images.len());
            findings.good("state", &said);
        }
    }
}

fn look_for_tools(findings: &mut Findings) {
    let endpoint = env::text(env::DOCKER_HOST)
        .or_else(|| env::text(env::DOCKER_CONTEXT).map(|name| format!("docker context `{name}`")));
    let socket = PathBuf::from("/var/run/docker.sock");
    match endpoint {
        Some(endpoint) => findings.good("engine", &endpoint),
        None if socket.exists() => findings.good("engine", &socket.display().to_string()),
        None => findings.absent("engine", "no DOCKER_HOST and no /var/run/docker.sock"),
    }
    let path = env::value(env::PATH);
    let places = Places::new(None, path.as_deref());
    for tool in ["docker", "kubectl", "helm"] {
        match places.find(tool) {
            Some(file) => findings.good(tool, &file.display().to_string()),
            None => findings.absent(tool, "not on PATH"),
        }
    }
}
