use super::*;

fn kinds(objects: &[Value]) -> Vec<String> {
    let name = |object: &Value| {
        format!(
            "{} {}",
            object["kind"].as_str().unwrap(),
            object["metadata"]["name"].as_str().unwrap()
        )
    };
    objects.iter().map(name).collect()
}

#[test]
fn containers_and_a_service() {
    let objects = render(
        "web",
        &json!({
            "containers": [{"image": "r.io/web", "env": [{"name": "A", "value": "b"}],
                "resources": {"limits": {"cpu": "1", "ephemeralStorage": "1Gi"}}}],
            "service": {"ports": [{"port": 80, "containerPort": 3000}]},
            "pullSecrets": ["mine"],
        }),
    );
    assert_eq!(kinds(&objects), ["Deployment web", "Service web"]);
    let pod = &objects[0]["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["name"], "container-0");
    assert_eq!(
        pod["containers"][0]["resources"],
        json!({
            "limits": {"cpu": "1", "ephemeral-storage": "1Gi"},
            "requests": {"cpu": "0", "ephemeral-storage": "0"},
        })
    );
    assert_eq!(pod["imagePullSecrets"], json!([{"name": "mine"}]));
    assert_eq!(objects[0]["spec"]["replicas"], 1);
    assert_eq!(objects[0]["spec"]["strategy"]["type"], "Recreate");
    assert_eq!(objects[1]["spec"]["ports"][0]["targetPort"], 3000);
    assert_eq!(objects[1]["spec"]["selector"], objects[0]["spec"]["selector"]["matchLabels"]);
}

#[test]
fn a_volume_that_is_written_makes_it_stateful() {
    let mount = |name: &str, read: bool| json!({"containerPath": "/data", "volume": {"name": name, "subPath": "/x/", "readOnly": read}});
    let settings = json!({
        "containers": [{"image": "db", "volumeMounts":
            [mount("data", false), mount("shared", true), mount("conf", true)]}],
        "volumes": [
            {"name": "data", "size": "5Gi"}, {"name": "shared", "size": "1Gi"},
            {"name": "conf", "configMap": {"name": "c"}}, {"name": "unused", "size": "1Gi"}],
    });
    let objects = render("db", &settings);
    assert_eq!(
        kinds(&objects),
        ["PersistentVolumeClaim shared", "Service db-headless", "StatefulSet db"]
    );
    let spec = &objects[2]["spec"];
    assert_eq!(spec["serviceName"], "db-headless");
    assert_eq!(spec["volumeClaimTemplates"][0]["metadata"]["name"], "data");
    assert_eq!(spec["volumeClaimTemplates"].as_array().unwrap().len(), 1);
    let volumes: Vec<&str> = spec["template"]["spec"]["volumes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|volume| volume["name"].as_str().unwrap())
        .collect();
    assert_eq!(volumes, ["shared", "conf"]);
    let mounts = &spec["template"]["spec"]["containers"][0]["volumeMounts"];
    assert_eq!(
        mounts[0],
        json!({"name": "data", "mountPath": "/data", "readOnly": false, "subPath": "x"})
    );
}

#[test]
fn ingress_and_autoscaling() {
    let settings = json!({
        "containers": [{"image": "web"}],
        "replicas": 2,
        "rollingUpdate": {"enabled": true, "maxUnavailable": "1"},
        "service": {"name": "front", "ports": [{"port": 8080}]},
        "ingress": {"tls": true, "rules": [{"host": "a.example.com"}, {"host": "b", "path": "/x", "servicePort": 1}]},
        "autoScaling": {"horizontal": {"maxReplicas": 5, "averageCPU": "800m"}},
    });
    let objects = render("web", &settings);
    assert_eq!(
        kinds(&objects),
        ["Deployment web", "Service front", "Ingress front", "HorizontalPodAutoscaler web"]
    );
    assert_eq!(objects[0]["spec"]["replicas"], Value::Null);
    let rolling = &objects[0]["spec"]["strategy"]["rollingUpdate"];
    assert_eq!((&rolling["maxSurge"], &rolling["maxUnavailable"]), (&json!("25%"), &json!(1)));
    let rules = &objects[2]["spec"]["rules"];
    assert_eq!(rules[0]["http"]["paths"][0]["backend"]["service"]["port"]["number"], 8080);
    assert_eq!(rules[1]["http"]["paths"][0]["path"], "/x");
    assert_eq!(objects[2]["spec"]["tls"][0]["secretName"], "tls-front");
    assert_eq!(objects[3]["spec"]["minReplicas"], 2);
    assert_eq!(objects[3]["spec"]["metrics"][0]["resource"]["target"]["averageValue"], "800m");
}
