//! Where ds-rewrite finds images: in parts, in strings, by rule; and what it says where it
//! cannot write one.

use suite::{Bed, Outcome, Project, Story, story};

pub fn stories() -> Vec<Story> {
    vec![
        story(values_of_a_chart),
        story(a_config_map_with_manifests),
        story(rules_of_the_config_and_of_the_command_line),
        story(two_images_with_one_repository),
        story(broken_rules_are_refused),
        story(rules_expect_images),
        story(what_cannot_be_written_is_told_with_the_way_out),
        story(forms_of_the_reference),
        story(utf16_files),
        story(files_of_a_chart_are_refused),
    ]
}

const SET: [&str; 4] = ["--set", "r.io/t/web=r.io/t/web:new", "--set", "redis=redis:8"];

fn rewritten(project: &Project, text: &str) -> String {
    project.run("ds-rewrite").args(&SET).stdin(text).end().ok().out()
}

fn values_of_a_chart(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let text = "# values\nglobal:\n  imageRegistry: \"\"\nimage:\n  registry: r.io\n  \
                repository: t/web   # ours\n  tag: \"1.2.3\"\n  digest: \"\"\n  \
                pullPolicy: IfNotPresent\nredis:\n  image: redis\n  tag: 7.2\nsidecarImage: 'r.io/t/web:1'\n\
                replicas: 1\nservice: redis\n";
    let wanted = text
        .replace("\"1.2.3\"", "\"new\"")
        .replace("tag: 7.2", "tag: \"8\"")
        .replace("web:1", "web:new");
    assert_eq!(rewritten(&project, text), wanted);
    Ok(())
}

fn a_config_map_with_manifests(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    \
                a/b: '{\"image\": \"r.io/t/web:1\"}'\n    \
                kubectl.kubernetes.io/last-applied-configuration: |\n      {\"image\":\"r.io/t/web:0\"}\n\
                data:\n  job.yaml: |\n    # a job\n    kind: Job\n    apiVersion: batch/v1\n    \
                spec: {template: {spec: {containers: [{image: \"r.io/t/web:1\"}]}}}\n  \
                x.json: \"{\\\"list\\\": [{\\\"image\\\": \\\"r.io/t/web:1\\\"}]}\"\n  \
                note: r.io/t/web:1 is the image\n";
    let wanted = text
        .replace("{\"image\": \"r.io/t/web:1\"}", "{\"image\": \"r.io/t/web:new\"}")
        .replace("[{image: \"r.io/t/web:1\"}]", "[{image: \"r.io/t/web:new\"}]")
        .replace("\\\"r.io/t/web:1\\\"", "\\\"r.io/t/web:new\\\"");
    assert_eq!(rewritten(&project, text), wanted);
    project.file("m.yaml", text);
    let edits =
        project.run("ds-rewrite").args(&SET).args(&["--edits", "json", "m.yaml"]).end().ok();
    let paths: Vec<String> = edits.json().as_array().map_or(Vec::new(), |edits| {
        edits.iter().map(|edit| edit["path"].as_str().unwrap_or_default().to_owned()).collect()
    });
    assert_eq!(
        paths,
        [
            "metadata.annotations[\"a/b\"] > image",
            "data[\"job.yaml\"] > spec.template.spec.containers[0].image",
            "data[\"x.json\"] > list[0].image",
        ]
    );
    Ok(())
}

const JOB: &str = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec:\n  template:\n    \
                   spec:\n      containers:\n      - name: main\n        image: r.io/t/web:1\n        \
                   args: [--sidecar=r.io/t/web:1]\n        env:\n        - {name: SIDECAR, value: r.io/t/web:1}\n";

fn rules_of_the_config_and_of_the_command_line(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", JOB);
    let plain = JOB.replace("image: r.io/t/web:1", "image: r.io/t/web:new");
    let out = |args: &[&str]| {
        project.run("ds-rewrite").args(&SET).args(args).args(&["m.yaml"]).end().ok().out()
    };
    assert_eq!(out(&[]), plain);
    let env = plain.replace("value: r.io/t/web:1", "value: r.io/t/web:new");
    assert_eq!(out(&["--rule", "kind=Job,path=**.env[name=SIDECAR].value"]), env);
    assert_eq!(out(&["--rule", "kind=Deployment,path=**.env[name=SIDECAR].value"]), plain);
    let args = plain.replace("--sidecar=r.io/t/web:1", "--sidecar=r.io/t/web:new");
    assert_eq!(out(&["--rule", "path=spec.template.spec.containers[*].args[*]"]), args);
    assert_eq!(out(&["--exclude", "name=mig*"]), JOB);
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages: {web: {image: r.io/t/web}}\nrewrite:\n  rules:\n  - kind: Job\n    \
         path: \"**.env[*].value\"\n  exclude:\n  - path: \"**.image\"\n",
    );
    let by_config = JOB.replace("value: r.io/t/web:1", "value: r.io/t/web:new");
    assert_eq!(out(&[]), by_config);
    Ok(())
}

fn two_images_with_one_repository(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let config = |rewrite: &str| {
        format!(
            "version: v1beta2\nimages:\n  web: {{image: r.io/t/web}}\n  debug: {{image: r.io/t/web}}\n{rewrite}"
        )
    };
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, image: r.io/t/web}\n  \
                - {name: debug, image: r.io/t/web}\n";
    project.file("m.yaml", text);
    let sets = ["--set", "web=r.io/t/web:w", "--set", "debug=r.io/t/web:d"];
    let run =
        |args: &[&str]| project.run("ds-rewrite").args(&sets).args(args).args(&["m.yaml"]).end();
    project.file("devspace.yaml", config(""));
    let _ = run(&[])
        .fails(78, r"(?s)devspace\.yaml:4:3: image `debug` is `r\.io/t/web`.*hint: .*image: debug");
    let wanted = text.replacen("web}", "web:w}", 1).replace("web}", "web:d}");
    let rule = "path=**.containers[name=debug].image,image=debug";
    assert_eq!(run(&["--rule", rule]).ok().out(), wanted);
    project.file(
        "devspace.yaml",
        config(
            "rewrite:\n  rules:\n  - {path: \"**.containers[name=debug].image\", image: debug}\n",
        ),
    );
    assert_eq!(run(&[]).ok().out(), wanted);
    // Both are named by rules, and a place that none is about is told.
    let both = ["--rule", "path=**.containers[name=web].image,image=web"];
    let _ = run(&both).fails(65, r"m\.yaml:5:22: images `web` and `debug` have this repository");
    Ok(())
}

fn broken_rules_are_refused(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("m.yaml", "a: 1\n");
    let run =
        |args: &[&str]| project.run("ds-rewrite").args(&SET).args(args).args(&["m.yaml"]).end();
    let _ =
        run(&["--rule", "path=a..b"]).fails(2, r"`--rule path=a\.\.b`: the path .* cannot be read");
    let _ = run(&["--rule", "where=a"]).fails(2, r"`where` is not a key of a rule");
    let _ = run(&["--exclude", "image=a"]).fails(2, r"`image` says nothing in what is excluded");
    let _ = run(&["--rule", "path=a,image=wob"]).fails(2, r"no such image");
    project.file(
        "devspace.yaml",
        "version: v1beta2\nimages: {web: {image: r.io/t/web}}\nrewrite:\n  rules:\n  - {path: \"a[\", image: web}\n",
    );
    let _ = run(&[]).fails(78, r"devspace\.yaml:5:5: the path `a\[` cannot be read");
    let _ = run(&["--rule", "path=a,image=wob"]).fails(2, r"did you mean `web`");
    Ok(())
}

fn rules_expect_images(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let text = "kind: Job\nspec:\n  env:\n  - {name: A, value: r.io/t/wob:1}\n  - {name: B, value: r.io/t/web:1}\n\
                other:\n- image: postgres:16\n- image: mirror.io/redis:7\n";
    project.file("m.yaml", text);
    let written = text.replace("web:1", "web:new");
    let config = |rules: &str| {
        let rules = format!("rewrite: {{rules: [{rules}]}}\n");
        let images = "version: v1beta2\nimages: {web: {image: r.io/t/web}}\n";
        project.file("devspace.yaml", format!("{images}{rules}"));
    };
    let run =
        |args: &[&str]| project.run("ds-rewrite").args(&SET).args(args).args(&["m.yaml"]).end();
    // A path without wildcards says that the image is there.
    config("{path: 'spec.env[name=A].value', image: web}");
    let slip = r"m\.yaml:4:22: `r\.io/t/wob:1` is not image `web`, which a rule expects here; did you mean `r\.io/t/web`\?";
    let _ = run(&[]).fails(65, &format!("(?s){slip}.*hint: "));
    let b = ["--rule", "path=spec.env[name=B].value"];
    let warned = run(&[&["--unresolved", "warn"][..], &b].concat()).ok().says(slip);
    assert_eq!(warned.out(), written);
    let ignored = run(&[&["--unresolved", "ignore"][..], &b].concat()).ok();
    assert!(ignored.out() == written && !ignored.err().contains("wob"), "{ignored}");
    config("{path: 'spec.env[name=B].value', image: web}");
    assert_eq!(run(&[]).ok().out(), written);
    // With `known`, all images at the places of a rule have to be known.
    config("{path: '**.image', known: true}");
    let _ = run(&[]).fails(
        65,
        r"(?s)m\.yaml:7:10: `postgres:16` is not known, .*m\.yaml:8:10: `mirror\.io/redis:7` is not known, .* did you mean `redis`\?",
    );
    let _ = run(&["--exclude", "path=other"]).ok();
    let known = ["--rule", "path=**.image,known=yes"];
    let _ = run(&known).fails(2, "`known` is `true` or `false`, not `yes`");
    Ok(())
}

fn what_cannot_be_written_is_told_with_the_way_out(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let text = "a: 1\nimage:\n  repository: r.io/t/web\n  pullPolicy: Always\n";
    project.file("values.yaml", text);
    let run = |args: &[&str]| {
        project.run("ds-rewrite").args(&SET).args(args).args(&["values.yaml"]).end()
    };
    let _ = run(&[])
        .fails(65, r"(?s)values\.yaml:3:15: there is no `tag` beside this name.*hint: add `tag");
    let warned = run(&["--unresolved", "warn"]).ok();
    assert_eq!(warned.out(), text);
    let _ = warned.says(r"values\.yaml:3:15");
    // The ways out that the hint names.
    let whole = run(&["--rule", "path=image.repository,part=reference"]).ok().out();
    assert_eq!(whole, text.replace("t/web", "t/web:new"));
    assert_eq!(run(&["--exclude", "path=image"]).ok().out(), text);
    project.file("values.yaml", format!("{text}  tag: \"\"\n"));
    assert_eq!(run(&[]).ok().out(), format!("{text}  tag: \"new\"\n"));
    Ok(())
}

fn forms_of_the_reference(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    project.file("devspace.yaml", "version: v1beta2\nimages: {web: {image: r.io/t/web}}\n");
    let digest = format!("sha256:{}", "a".repeat(64));
    let text = format!(
        "image: r.io/t/web:1@{digest}\nb: {{repository: r.io/t/web, tag: 1, digest: '{digest}'}}\n"
    );
    project.file("m.yaml", &text);
    let new = format!("sha256:{}", "b".repeat(64));
    let reference = format!("web=r.io/t/web:2@{new}");
    let out = project.run("ds-rewrite").args(&["--set", &reference, "m.yaml"]).end().ok().out();
    assert_eq!(
        out,
        format!(
            "image: r.io/t/web:2@{new}\nb: {{repository: r.io/t/web, tag: \"2\", digest: '{new}'}}\n"
        )
    );
    let out =
        project.run("ds-rewrite").args(&["--set", "web=r.io/t/web:2", "m.yaml"]).end().ok().out();
    assert_eq!(out, "image: r.io/t/web:2\nb: {repository: r.io/t/web, tag: \"2\", digest: ''}\n");
    let _ = project
        .run("ds-rewrite")
        .args(&["--form", "digest", "--digest", "m.yaml"])
        .end()
        .fails(2, "cannot be used");
    Ok(())
}

fn utf16_files(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let text = "\u{feff}é: 😀\r\nimage: r.io/t/web:1\r\n";
    project.file("m.yaml", utf16(text));
    let out = project.run("ds-rewrite").args(&SET).args(&["m.yaml"]).end().ok();
    assert_eq!(out.stdout, utf16(&text.replace("web:1", "web:new")));
    Ok(())
}

fn files_of_a_chart_are_refused(bed: &Bed) -> Outcome {
    let project = Project::new(bed);
    for text in [
        "{{- define \"x\" -}}\na: b\n{{- end }}\n",
        "image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"\n",
        "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n",
    ] {
        let out = project.run("ds-rewrite").args(&SET).stdin(text).end();
        let _ = out.fails(65, "(?s)this is a template.*helm template CHART | ds-rewrite");
    }
    let argo = "kind: Workflow\nspec: {image: \"r.io/t/web:{{inputs.parameters.tag}}\", b: {image: redis}}\n";
    assert_eq!(rewritten(&project, argo), argo.replace("image: redis", "image: redis:8"));
    Ok(())
}
