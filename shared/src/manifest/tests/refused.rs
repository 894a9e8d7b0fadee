//! What cannot be read, and what is said about it.

use std::time::Duration;

use super::super::{Error, Kind, Options, rewrite};
use super::replacements;
use crate::util::spent::spent;

fn refused(input: &[u8]) -> Error {
    refused_as(input, "f.yaml")
}

#[track_caller]
fn refused_as(input: &[u8], file: &str) -> Error {
    let out = rewrite(input, file, &replacements(), &Options::default());
    let Err(mut errors) = out else { panic!("taken: {:?}", String::from_utf8_lossy(input)) };
    errors.0.remove(0)
}

#[test]
fn broken_text_is_refused_at_its_line_and_column() {
    for (input, place) in [
        (&b"a: 1\nb: \xff\n"[..], "f.yaml:2:4: the text is not UTF-8 here"),
        (b"a: \xc3", "f.yaml:1:4: the text is not UTF-8 here"),
        (b"a: 1\nbc\0d: 1\n", "f.yaml:2:3: a NUL character, which YAML and JSON forbid"),
        (b"a\0:\0", "f.yaml:1:2: a NUL character, which YAML and JSON forbid"),
        (b"\xff\xfea\0\n\0:\0 \0\x00\xd8", "f.yaml:2:3: half a character of UTF-16"),
        (b"\xfe\xff\0a\0", "f.yaml:1:3: half a character of UTF-16"),
        (b"\xfe\xff\0a\0\0", "f.yaml:1:3: a NUL character, which YAML and JSON forbid"),
        (
            b"\xff\xfe\0\0a\0\0\0",
            "f.yaml:1:1: the text is UTF-32, and manifests are read as UTF-8 or UTF-16",
        ),
    ] {
        assert_eq!(refused(input).to_string(), place);
    }
}

#[test]
fn what_is_not_yaml_is_refused_with_its_line_shown() {
    for (input, line) in [
        ("a: 1\n b: 2\n", 2),
        ("image: me/app\na: [1\n", 3),
        ("a: 'x\n", 2),
        ("a: b: c\n", 1),
        ("a: *x\n", 1),
        ("a:\n\t- b\n", 2),
        ("image: me/app\n---\na: }\n", 3),
    ] {
        let error = refused(input.as_bytes());
        assert!(matches!(error.kind, Kind::Yaml(_)), "{input}: {error}");
        assert!(error.place.line.abs_diff(line) <= 1, "{input}: {error}");
    }
    let error = refused(b"kind: Pod\nspec:\n  a: b: c\n");
    assert_eq!(error.place.to_string(), "f.yaml:3:7");
    assert_eq!(error.snippet.as_deref(), Some("3 |   a: b: c\n  |       ^"));
    assert!(error.hint.is_some());
}

#[test]
fn each_broken_document_of_a_file_is_told() {
    let text = "a: b: c\n---\nimage: me/app\n---\nd: }\n---\na: 1\n b: 2\n";
    let Err(errors) = rewrite(text.as_bytes(), "f", &replacements(), &Options::default()) else {
        panic!("taken");
    };
    let lines: Vec<_> = errors.0.iter().map(|error| error.place.line).collect();
    assert_eq!(lines, [1, 5, 8], "{errors}");
}

#[test]
fn broken_json_is_refused_as_json() {
    for input in [
        "{\"a\": 01}",
        "{\"a\" 1}",
        "{\"image\": \"me/app\"",
        "[1,,2]",
        "{\"a\": \"\t\"}",
        "[tru]",
        "{\"a\": \"\\q\"}",
        "{,}",
    ] {
        if rewrite(input.as_bytes(), "f.json", &replacements(), &Options::default()).is_ok() {
            continue; // YAML takes it.
        }
        let error = refused_as(input.as_bytes(), "f.json");
        assert!(matches!(error.kind, Kind::Json(_)), "{input}: {error}");
    }
}

#[test]
fn a_helm_template_is_recognised() {
    for input in [
        "image: {{ .Values.image }}\n",
        "image: me/app\nreplicas: {{.Values.n}}\n",
        "{{- if .Values.x }}\na: 1\n{{- end }}\n",
        "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\n",
        "a: {{ include \"x\" . | quote }}\n",
        "a: [{{ .x }}]\n",
        // YAML as it stands, yet no image: nothing may pass in silence.
        "image: me/app:{{ .Values.tag }}\n",
        "image: \"{{ .Values.image }}:{{ .Values.tag }}\"\n",
        "spec: {image: 'me/app:{{- include \"x.tag\" . }}'}\n",
        "a:\n{{ range .Values.l }}\n- {{ . }}\n{{ end }}\n",
    ] {
        let error = refused(input.as_bytes());
        assert_eq!(error.kind, Kind::Template, "{input}: {error}");
        assert!(error.hint.unwrap().contains("helm template"));
    }
}

/// Argo Workflows and Prometheus rules have braces in their strings.
#[test]
fn braces_in_strings_and_comments_are_no_template() {
    let text = "a: \"{{inputs.parameters.x}}\"\nb: 'x {{ $value }}'\nc: {image: 'x:{{workflow.parameters.tag}}'}\n# {{ c }}\nd: |\n  {{ d }}\nimage: me/app\n";
    assert_eq!(super::after(text), text.replace("me/app", "me/app:new"));
}

#[test]
fn deep_nesting_is_an_error_in_short_time() {
    let begin = spent();
    for depth in [1_100, 10_000, 100_000] {
        let flow = "[".repeat(depth) + &"]".repeat(depth);
        let json = "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
        let items = "- ".repeat(depth) + "a";
        for text in [flow.clone(), format!("a: {flow}"), json, items, "{".repeat(depth)] {
            let error = refused(text.as_bytes());
            assert_eq!(error.kind, Kind::TooDeep(1_000), "{}", &text[..20]);
        }
    }
    let stairs: String = (0..3_000).map(|n| " ".repeat(n) + "a:\n").collect();
    assert_eq!(refused(stairs.as_bytes()).kind, Kind::TooDeep(1_000));
    let took = spent() - begin;
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn an_alias_bomb_costs_nothing() {
    let mut text = String::from("a0: &a0 [x, x]\n");
    for n in 1..200 {
        let last = n - 1;
        text += &format!("a{n}: &a{n} [*a{last}, *a{last}, *a{last}]\n");
    }
    text += "image: me/app\n";
    assert_eq!(super::after(&text), text.replace("me/app", "me/app:new"));
}

#[test]
fn a_value_over_the_limit_is_refused() {
    let text = format!("a: \"{}\"\n", "x".repeat(65 << 20));
    assert!(matches!(refused(text.as_bytes()).kind, Kind::TooLong { .. }));
}

/// Whole files of charts, YAML or not.
#[test]
fn files_of_charts_are_recognised() {
    for input in [
        "{{/*\nExpand the name of the chart.\n*/}}\n{{- define \"x.name\" -}}\n{{- default .Chart.Name .Values.nameOverride | trunc 63 }}\n{{- end }}\n",
        "{{- define \"x.labels\" -}}\nhelm.sh/chart: {{ include \"x.chart\" . }}\n{{- end }}\n",
        "{{ if .Values.enabled }}\napiVersion: v1\nkind: Pod\n{{ end }}\n",
        "{{- if .Values.enabled -}}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n{{- end -}}\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include \"x.fullname\" . }}\n  labels:\n    {{- include \"x.labels\" . | nindent 4 }}\nspec:\n  {{- if not .Values.autoscaling.enabled }}\n  replicas: {{ .Values.replicaCount }}\n  {{- end }}\n  template:\n    spec:\n      containers:\n        - name: {{ .Chart.Name }}\n          image: \"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}\"\n",
        "a: 1\nb:\n  {{- range $k, $v := .Values.env }}\n  - name: {{ $k }}\n    value: {{ $v | quote }}\n  {{- end }}\n",
        "a: 1\n---\nb: 1\n---\nc: {{ .Release.Name }}-x\n",
        "kind: Pod\nmetadata:\n  annotations:\n    \"{{ .Values.key }}\": {{ .Values.value | quote }}\n",
        "kind: Pod\nmetadata:\n  name: '{{ .Release.Name }}'\n  labels: {{ toYaml .Values.labels | nindent 4 }}\n",
        "kind: Pod\nspec: # {{ }}\n  image: \"me/app\" {{ .Values.x }}\n",
        "{{- $x := .Values.x -}}\nkind: Pod\n",
        "{{- with .Values.x }}\nkind: Pod\n{{- end }}\n",
        "{{ template \"x\" . }}\n",
        "kind: Pod\nspec:\n  containers:\n  {{- range .Values.c }}\n  - {{ . }}\n  {{- end }}\n  x: y\n",
        "x:\r\n  {{- if .Values.a }}\r\n  a: b\r\n  {{- end }}\r\n",
        "\u{feff}{{- if .Values.a }}\na: b\n{{- end }}\n",
    ] {
        let error = refused(input.as_bytes());
        assert_eq!(error.kind, Kind::Template, "{input}: {error}");
    }
}

/// A broken manifest with braces of others in it is broken, and no chart's.
#[test]
fn broken_manifests_with_braces_are_no_templates() {
    for input in [
        "# {{ .Values.x }}\na: b: c\n",
        "a: '{{ .Values.x }}'\nb: c: d\n",
        "a: \"{{ x }}\"\nb: [\n",
        "a: |\n  {{ .Values.x }}\nb: c: d\n",
    ] {
        let error = refused(input.as_bytes());
        assert!(matches!(error.kind, Kind::Yaml(_)), "{input}: {error}");
    }
}
