//! Plain and dev builds of one image live side by side.

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![story(to_and_fro_rebuilds_nothing), story(unknown_image_in_overrides_is_an_error)]
}

fn to_and_fro_rebuilds_nothing(bed: &Bed) -> Outcome {
    let engine = bed.engine()?;
    let name = format!("v{}/app", bed.unique());
    let project = Project::small(bed, engine, &format!("{}/{name}", bed.registry()?.host()));
    let config = project.read("devspace.yaml");
    let over = "dev:\n  overrideImages:\n  - name: app\n    entrypoint: [sleep, '1 \"x']\n";
    project.file("devspace.yaml", format!("{config}{over}"));
    let row = |flags: &[&str]| -> String {
        for step in ["ds-build", "ds-tag", "ds-push"] {
            let _ = project.ds(step, flags).ok();
        }
        let text = project.run("ds-rewrite").args(flags).args(&["k8s/pod.yaml"]).end().ok().out();
        let line = text.lines().find(|line| line.contains(&name)).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    let plain = row(&[]);
    let dev = row(&["--dev"]);
    assert_ne!(plain, dev, "one reference for two builds");
    assert_eq!(row(&[]), plain);
    assert_eq!(row(&["--dev"]), dev);
    let again = project.run("ds-build").env("DS_DEV", "1").args(&["--exit-unchanged"]).end();
    let _ = again.ends(4);
    let _ = project.ds("ds-build", &["--exit-unchanged"]).ends(4);
    let config = |image: &str| {
        let format = "{{json .Config.Entrypoint}} {{json .Config.Cmd}}";
        engine.docker(&["image", "inspect", "-f", format, image]).ok().out()
    };
    assert_eq!(config(&dev), "[\"sleep\"] [\"1 \\\"x\"]\n", "the override's words, quoted as JSON");
    assert_eq!(config(&plain), "null [\"/x\"]\n");
    assert_eq!(project.read("Dockerfile"), "FROM scratch\nCOPY a.txt /\nCMD [\"/x\"]\n");
    Ok(())
}

fn unknown_image_in_overrides_is_an_error(bed: &Bed) -> Outcome {
    let project = Project::small(bed, bed.engine()?, "t/app");
    let config = project.read("devspace.yaml");
    project.file("devspace.yaml", format!("{config}dev:\n  overrideImages:\n  - name: ap\n"));
    let _ = project.ds("ds-build", &[]).fails(78, r"devspace\.yaml:7:\d+").says("`?app`?");
    Ok(())
}
