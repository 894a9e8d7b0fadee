//! Documents of every style, damaged in many small ways: what the fast way makes of each
//! is what the full parser makes of it.
//!
//! `DS_FUZZ_SECONDS` asks for a long run from a seed of the clock; what fails is made
//! small before it is shown.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::{agree, is_taken};

/// Documents that the fast way takes.
const SEEDS: &[&str] = &[
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  labels: {a: \"b\", c: d}\nspec:\n  containers:\n  - name: a\n    image: me/app:1 # c\n  - image: 'me/app'\n    args: [\"-x\", --y=1, 3]\n    command:\n    - sh\n    - -c\n    - |\n      image: me/app\n\n       x\n",
    "--- # c\napiVersion: v1\nkind: List\nitems:\n- apiVersion: apps/v1\n  kind: Deployment\n  spec:\n    template: {spec: {containers: [{name: a, image: me/app}, {image: \"redis:1\"}]}}\n- kind: X\n  apiVersion: y\n  image:\n    me/app\n  other:\n  - {}\n  - []\n  - - a\n    - b\n  -\n    c: d\n  -\n",
    "image:\n  registry: docker.io\n  repository: me/app\n  tag: \"1\"\nsidecarImage: redis\nother: {repository: 'me/app', tag: v1, digest: \"\"}\nglobal:\n  x:\n",
    "a: plain text\n  on two lines\n\n  and a third # comment\nb: \"double\n  quoted \\\n  text\\n\n\n  end\"\nc: 'single\n\n  it''s'\nd: >-\n  folded\n  text\n\n   more\n  end\n\ne: |+\n  kept\n\n\nf: |2\n    x\n   y\n",
    "x: &img me/app\nimage: *img\nlist:\n- &a one\n- *a\nmap: &m\n  image: redis\nother:\n  <<: *m\n  flow: [*a, *img, {k: *m}]\n",
    "spec:\r\n  image: me/app\r\n  text: |\r\n    a\r\n\r\n    b\r\n  plain: a\r\n    b\r\n  quoted: \"a\r\n    b\"\r\n  flow: {a: b,\r\n    c: d}\r\n",
    "spec: {\n  # c\n  image: me/app,  # d\n  \"image\":\"redis\", 'k' : v,\n  list: [\n    a b, \"c\", 'd''e',\n    -x, http://y:80/z#k,\n  ],\n}\nend: x]\n",
    "- a\n- image: me/app\n- - image: redis\n  - b\n-   c: d\n    e: f\n- \"x: y\"\n- 'z'\n- {image: me/app}\n",
    "apiVersion: v1\nkind: ConfigMap\ndata:\n  $ref: x\n  key with spaces: y\n  /path/: z\n  \"quo ted\": \"\\u0061\\x62\\t\\\"\"\n  'single ': ~\n  empty:\n  é: größe “x” 日本\n  tabs: |\n    \ta\n    b\tc\n  crlf: \"\\r\\n\"\nimage: me/app\n...\n# end\n",
    "kind: Workflow\napiVersion: argoproj.io/v1alpha1\nspec:\n  templates:\n  - container: {image: me/app, args: [\"{{inputs.x}}\"]}\n    script:\n      image: \"me/app@sha256:0000000000000000000000000000000000000000000000000000000000000001\"\n      source: |\n        print('{{x}}')\n",
    "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"image\":\"me/app\",\n\t\"x\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\\n\\/\", {}, [], {\"image\": \"redis:1\"}]}]}\n",
    "{\"image\": \"me/app\", \"n\": 0}\n{\"kind\": \"X\", \"apiVersion\": \"y\", \"a\": {\"b\": [\"c\"]}, \"image\": \"\\u006de/app\"}\n[{\"image\":\"redis\"}]",
    "---\n{\"image\": \"me/app\", b: [1, 'c'],\n d: {e: f}} # end\n",
    "global:\n  imageRegistry: registry.local:5000\n  image: {registry: \"\"}\nweb:\n  image:\n    repository: team/web\n    tag: x\n  other: {a: {b: c}}\ndefaults:\n  registry: docker.io\n",
    "kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: {name: a, labels: {b: c}}\nspec:\n  chart: {spec: {chart: x}}\n  values:\n    global:\n      image:\n        registry: registry.local:5000\n    web: {image: {repository: team/web, tag: \"1\"}}\n    cold: {x: {y: [z]}}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  annotations:\n    x: '{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"image\": \"me/app\"}'\ndata:\n  a.yaml: |\n    image: me/app\n    b: c\n  b.json: \"{\\\"image\\\": \\\"redis\\\"}\"\n",
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages:\n- name: me/app\n  newTag: v1\n- name: other\n  newName: redis\n  newTag: \"6\"\npatches:\n- patch: |-\n    - op: replace\n      path: /spec/image\n      value: me/app:1\n",
    "- op: replace\n  path: /spec/containers/0/image\n  value: me/app:1\n- op: add\n  path: /x\n  value: {image: redis}\n",
    "apiVersion: v1\nkind: List\nitems:\n- kind: Cluster\n  metadata: {name: a}\n  apiVersion: postgresql.cnpg.io/v1\n  spec:\n    imageName: me/app:1\n    cold: {a: [b, {c: d}]}\n- kind: Pod\n  apiVersion: v1\n  spec: {x: {y: z}}\n",
    "services:\n  web:\n    image: me/app\n    build: .\n  db: {image: redis}\nx-common: &c\n  restart: always\n",
];

/// What is put in.
const PIECES: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "-",
    "- ",
    ":",
    ": ",
    " #",
    "# c",
    "#",
    ",",
    ", ",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    "\\\n",
    "&a ",
    "*a",
    "*a ",
    "!",
    "!!str ",
    "|",
    ">",
    "|-\n",
    ">+\n",
    "|2\n",
    "?",
    "? ",
    "%",
    "@",
    "`",
    "~",
    "---\n",
    "...\n",
    "\n---\n",
    "\n...\n",
    "--- ",
    "\r",
    "\r\n",
    "é",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{0}",
    "\u{7}",
    "image: me/app\n",
    "image: me/app",
    "me/app",
    "redis",
    "{{ x }}",
    "{{ .x }}",
    "a: b\n",
    "  a: b\n",
    "- a\n",
    "  - a\n",
    "    x\n",
    "null",
    "true",
    "1",
    "\\u0061",
    "\\x6",
    "\"a\": ",
    "'b': ",
    "<<: *a\n",
    "a: &a b\n",
    "key:\n",
    "  key:\n",
    "\n\t\n",
    "\n  \n",
    "%YAML 1.2\n",
    "...",
    "---",
    "{}",
    "[]",
    "{a: b}",
    "[a, b]",
    "\"x\"",
    "'y'",
    "=",
    "\u{a0}",
    "\u{3000}",
];

/// A small generator of numbers (xorshift), so that a seed gives the same run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % limit.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// A document with a few changes, or one from lines of several.
fn document(random: &mut Random) -> String {
    let mut text = if random.below(4) == 0 { mixed(random) } else { random.one(SEEDS).to_owned() };
    for _ in 0..random.below(4) {
        change(random, &mut text);
    }
    text
}

fn mixed(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(12) {
        let seed = random.one(SEEDS);
        let lines: Vec<_> = seed.split_inclusive('\n').collect();
        let begin = random.below(lines.len());
        let count = 1 + random.below(3);
        text.extend(lines.into_iter().skip(begin).take(count));
    }
    text
}

fn change(random: &mut Random, text: &mut String) {
    let place = |random: &mut Random, text: &str| {
        let at = random.below(text.len() + 1);
        (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
    };
    let at = place(random, text);
    match random.below(6) {
        0 => {
            let end = (at + random.below(6)).min(text.len());
            let end =
                (end..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
            text.replace_range(at..end, "");
        }
        1 => {
            let other = place(random, text);
            let (begin, end) = (at.min(other), at.max(other));
            let part = text[begin..end].to_owned();
            let to = place(random, text);
            text.insert_str(to, &part);
        }
        2 => {
            // A line deeper or less deep.
            let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
            if random.below(2) == 0 {
                text.insert_str(line, random.one(&[" ", "  ", "    "]));
            } else if text[line..].starts_with(' ') {
                text.remove(line);
            }
        }
        3 => text.truncate(at),
        _ => text.insert_str(at, random.one(PIECES)),
    }
}

fn fails(text: &str) -> bool {
    catch_unwind(AssertUnwindSafe(|| agree(text))).is_err()
}

/// A smaller text that fails, too.
fn shrink(text: String) -> String {
    std::panic::set_hook(Box::new(|_| {}));
    let mut text = text;
    let mut size = text.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < text.len() {
            let end = (at + size).min(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(end) {
                let less = [&text[..at], &text[end..]].concat();
                if fails(&less) {
                    text = less;
                    continue;
                }
            }
            at += size;
        }
        size /= 2;
    }
    drop(std::panic::take_hook());
    text
}

#[test]
fn the_seeds_are_taken() {
    for seed in SEEDS {
        assert!(is_taken(seed), "{seed}");
        agree(seed);
    }
}

#[test]
fn both_ways_agree_on_damaged_documents_of_every_style() {
    let seconds = std::env::var("DS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |d| d.as_nanos() as u64);
    let seed = if end.is_some() { clock | 1 } else { 0x9e37_79b9_7f4a_7c15 };
    let mut random = Random(seed);
    let (mut count, mut taken) = (0u64, 0u64);
    while end.map_or(count < 3_000, |end| Instant::now() < end) {
        let text = document(&mut random);
        count += 1;
        taken += u64::from(is_taken(&text));
        if fails(&text) {
            let small = shrink(text);
            eprintln!("{small:?}");
            agree(&small);
        }
    }
    assert!(taken * 4 > count, "only {taken} of {count} are taken: the generator tests little");
    println!("{count} documents, {taken} of them by the fast reader");
}
