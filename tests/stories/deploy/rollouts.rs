//! `--wait`: what is told of workloads that do not come up.

use suite::{Bed, Outcome, Story, story};

use super::Shop;

pub fn stories() -> Vec<Story> {
    vec![
        story(an_image_that_cannot_be_pulled),
        story(a_program_that_crashes),
        story(no_room_and_no_quota),
    ]
}

fn broken<'a>(bed: &'a Bed, image: &str, more: &str) -> Result<Shop<'a>, suite::Skip> {
    let shop = Shop::new(bed)?;
    shop.config("- {name: web, kubectl: {manifests: [k8s]}}\n");
    let manifest = shop.manifest("web", "web", more);
    let ours = format!("{}/web", shop.repository);
    shop.project.file("k8s/web.yaml", manifest.replace(&ours, image));
    Ok(shop)
}

fn an_image_that_cannot_be_pulled(bed: &Bed) -> Outcome {
    let host = bed.registry()?.host();
    let shop = broken(bed, &format!("{host}/no/such:1"), "")?;
    let out = shop
        .deploy(&["--wait", "--timeout", "2m"])
        .ends(1)
        .says("Deployment `web` in .* does not come up");
    let _ = out.says("pod `web-.*`, container `c`: (ErrImagePull|ImagePullBackOff): .*not found");
    // A password that is asked for and not given.
    let private = bed.private_registry()?.host();
    let shop = broken(bed, &format!("{private}/no/such:1"), "")?;
    let out = shop.deploy(&["--wait", "--timeout", "2m"]).ends(1).says("does not come up");
    let _ = out
        .says(&format!("{private}.*(401|no basic auth|authorization failed)"))
        .says("docker login");
    shop.end();
    Ok(())
}

fn a_program_that_crashes(bed: &Bed) -> Outcome {
    let command = "        command: [/bin/sh, -c, 'echo cannot find the database; exit 7']\n";
    let shop = broken(bed, "localhost/base:1", command)?;
    let out = shop.deploy(&["--wait", "--timeout", "2m"]).ends(1).says("does not come up");
    let _ = out
        .says("CrashLoopBackOff: it ended with exit code 7")
        .says(r"\| cannot find the database");
    // The next one is told of the new pod, not of the old one.
    let fine = "        command: [/bin/sh, -c, 'sleep 100000']\n";
    let text = shop.project.read("k8s/web.yaml").replace(command, fine);
    shop.project.file("k8s/web.yaml", text);
    let _ = shop.deploy(&["--wait"]).ok();
    shop.end();
    Ok(())
}

fn no_room_and_no_quota(bed: &Bed) -> Outcome {
    let more =
        "        command: [/bin/sleep, '1000']\n        resources: {requests: {memory: 5000Gi}}\n";
    let shop = broken(bed, "localhost/base:1", more)?;
    let out = shop.deploy(&["--wait", "--timeout", "4"]).ends(1).says("within 4 s");
    let _ = out.says("Unschedulable: .*Insufficient memory");
    let quota = ["create", "quota", "none", "--hard", "pods=0"];
    let _ = shop.kubectl(&quota).ok();
    shop.project.edit("k8s/web.yaml", "5000Gi", "1Mi");
    let out = shop.deploy(&["--wait", "--timeout", "4"]).ends(1).says("within 4 s");
    let _ = out.says("exceeded quota: none");
    shop.end();
    Ok(())
}
