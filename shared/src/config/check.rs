//! The tree against the tables of keys: unknown keys, wrong types, keys of other
//! versions, keys that are not carried out.
//!
//! What is known and passed over is taken out of the tree, so that no variable
//! in it is ever asked for. What keys mean together is the readers' business.

use super::keys::{Fate, Key, Kind, Section};
use super::scalar;
use super::source::{At, Report};
use super::tree::{Entry, Node, Scalar, Value};
use super::version::Version;

impl Kind {
    /// Of two kinds the one that fits the node's shape; the first where neither does.
    pub fn choose(&self, node: &Node) -> &Kind {
        match self {
            Kind::Either(first, second) => {
                if !first.fits(node) && second.fits(node) {
                    second.choose(node)
                } else {
                    first.choose(node)
                }
            }
            kind => kind,
        }
    }

    fn fits(&self, node: &Node) -> bool {
        match (self, &node.value) {
            (Kind::Either(first, second), _) => first.fits(node) || second.fits(node),
            (Kind::Any, _) | (_, Value::Null) => true,
            (Kind::List(_), Value::List(_)) => true,
            (Kind::AnyMap | Kind::Map(_) | Kind::Section(_), Value::Map(_)) => true,
            (Kind::List(_) | Kind::AnyMap | Kind::Map(_) | Kind::Section(_), _) => false,
            (_, Value::Scalar(_)) => true,
            _ => false,
        }
    }

    /// The kind of what stands under a key of a mapping of this kind.
    pub fn under(&self, name: &str, version: Version) -> Option<Kind> {
        match self {
            Kind::Section(section) => section.key(name, version).map(|key| key.kind),
            Kind::Map(inner) => Some(**inner),
            _ => Some(Kind::Any),
        }
    }

    fn wanted(&self) -> String {
        match self {
            Kind::Bool => "`true` or `false`".to_owned(),
            Kind::Integer => "a whole number".to_owned(),
            Kind::Scalar => "a number or a text".to_owned(),
            Kind::OneOf(words) => format!("one of `{}`", words.join("`, `")),
            Kind::List(_) => "a list".to_owned(),
            Kind::AnyMap | Kind::Map(_) | Kind::Section(_) => "a mapping".to_owned(),
            Kind::Either(first, second) => format!("{} or {}", first.wanted(), second.wanted()),
            Kind::Text | Kind::Tag | Kind::OptionalText | Kind::Any => "a text".to_owned(),
        }
    }
}

/// One walk over a tree.
pub(super) struct Check<'a> {
    pub report: &'a mut Report,
    pub version: Version,
}

impl Check<'_> {
    /// Checks a node; `path` is how messages call it.
    pub fn node(&mut self, node: &mut Node, kind: &Kind, path: &str) {
        if let Kind::Either(..) = kind {
            if kind.fits(node) {
                let kind = *kind.choose(node);
                return self.node(node, &kind, path);
            }
            return self.wrong_type(node, kind, path);
        }
        let at = node.at;
        match (&mut node.value, kind) {
            (Value::Null, _) | (_, Kind::Any) => {}
            (Value::Map(_), Kind::AnyMap) => {}
            (Value::List(items), Kind::List(inner)) => self.items(items, inner, path),
            (Value::Map(entries), Kind::Map(inner)) => {
                for entry in entries {
                    if entry.key.is_empty() {
                        self.report.problem(entry.at, format!("a name in `{path}` is empty"));
                    }
                    self.node(&mut entry.value, inner, &join(path, &entry.key));
                }
            }
            (Value::Map(entries), Kind::Section(section)) => self.section(entries, section, path),
            (Value::Scalar(scalar), kind) => self.scalar(scalar, at, kind, path),
            _ => self.wrong_type(node, kind, path),
        }
    }

    fn items(&mut self, items: &mut [Node], inner: &Kind, path: &str) {
        for (index, item) in items.iter_mut().enumerate() {
            let path = format!("{path}[{index}]");
            if item.value == Value::Null {
                let hint = "write `\"\"` for an empty text, or take the `-` away";
                self.report.problem_hint(item.at, format!("`{path}` is empty"), hint);
            }
            self.node(item, inner, &path);
        }
    }

    fn wrong_type(&mut self, node: &Node, kind: &Kind, path: &str) {
        let subject = if path.is_empty() { "the config".to_owned() } else { format!("`{path}`") };
        let message = format!("{subject} must be {}, but this is {}", kind.wanted(), node.what());
        match (kind, &node.value) {
            (Kind::List(_), Value::Scalar(scalar))
                if !scalar.replaced && scalar.text.len() < 60 =>
            {
                let hint = format!("write `[{}]`", shown(scalar));
                self.report.problem_hint(node.at, message, hint);
            }
            (Kind::Map(_) | Kind::Section(_) | Kind::AnyMap, Value::Scalar(scalar))
                if scalar.plain && !scalar.replaced && scalar.text.contains(':') =>
            {
                self.report.problem_hint(node.at, message, "put a space after the `:`");
            }
            (Kind::Map(_), Value::List(_)) if path == "images" => {
                let hint = "write each image under a name: `api:`, then `image: …` below it";
                self.report.problem_hint(node.at, message, hint);
            }
            _ => self.report.problem(node.at, message),
        }
    }

    fn scalar(&mut self, scalar: &Scalar, at: At, kind: &Kind, path: &str) {
        // What a variable will give is not known before it is replaced.
        if !scalar.replaced && scalar.text.contains("${") {
            return match kind {
                Kind::List(_) | Kind::Map(_) | Kind::AnyMap | Kind::Section(_) => {
                    let message = format!(
                        "`{path}` must be {}; a variable is always one text",
                        kind.wanted()
                    );
                    self.report.problem(at, message);
                }
                _ => {}
            };
        }
        let good = match kind {
            Kind::Bool => {
                (scalar.plain || scalar.replaced) && scalar::boolean(&scalar.text).is_some()
            }
            Kind::Integer => {
                (scalar.plain || scalar.replaced) && scalar::integer(&scalar.text).is_some()
            }
            Kind::OneOf(words) => words.contains(&scalar.text.as_str()),
            Kind::Text | Kind::Tag | Kind::OptionalText | Kind::Scalar => true,
            _ => false,
        };
        if good {
            return;
        }
        let value = Node { at, value: Value::Scalar(scalar.clone()) };
        match kind {
            Kind::Bool | Kind::Integer | Kind::OneOf(_) if scalar.replaced => {
                let message = format!(
                    "`{path}` must be {}; what its variable stands for is not",
                    kind.wanted()
                );
                self.report.problem(at, message);
            }
            Kind::Bool | Kind::Integer | Kind::OneOf(_) => {
                let message =
                    format!("`{path}` must be {}, but this is `{}`", kind.wanted(), shown(scalar));
                match kind {
                    Kind::OneOf(words) => {
                        let near = self.report.near(&scalar.text, words.iter().copied());
                        self.suggest(at, message, near);
                    }
                    _ if !scalar.plain => {
                        self.report.problem_hint(at, message, "take the quotes away");
                    }
                    _ => self.report.problem(at, message),
                }
            }
            _ => self.wrong_type(&value, kind, path),
        }
    }

    fn suggest(&mut self, at: At, message: String, near: Option<&str>) {
        match near {
            Some(near) => self.report.problem_hint(at, message, format!("did you mean `{near}`?")),
            None => self.report.problem(at, message),
        }
    }

    fn section(&mut self, entries: &mut Vec<Entry>, section: &'static Section, path: &str) {
        entries.retain_mut(|entry| {
            let inner = join(path, &entry.key);
            let Some(key) = section.key(&entry.key, self.version) else {
                self.unknown(entry, section, path);
                return false;
            };
            match key.fate {
                Fate::Refused(_) if is_off(&entry.value) => false,
                Fate::Refused(instead) => {
                    let version = self.version.name();
                    let message = format!("`{inner}` of `{version}` is not carried out");
                    self.report.problem_hint(entry.at, message, instead);
                    false
                }
                Fate::Passed => {
                    self.node(&mut entry.value, &key.kind, &inner);
                    let place = self.report.place(entry.at);
                    self.report.notes.push(format!("{place}: `{inner}` is passed over"));
                    false
                }
                Fate::Read => {
                    self.node(&mut entry.value, &key.kind, &inner);
                    true
                }
            }
        });
    }

    fn unknown(&mut self, entry: &Entry, section: &Section, path: &str) {
        let name = &entry.key;
        let place = if path.is_empty() { "the config".to_owned() } else { format!("`{path}`") };
        if let Some(key) = section.keys.iter().find(|key| key.name == name) {
            return self.other_version(entry, key, &place);
        }
        let message = format!("`{}` is not a key of {place}", brief(name));
        let version = self.version;
        let known = || section.keys.iter().filter(move |key| key.is_in(version));
        let hint = match self.report.near(name, known().map(|key| key.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let read = known().filter(|key| key.fate == Fate::Read);
                let names: Vec<&str> = read.map(|key| key.name).collect();
                format!("its keys are `{}`", names.join("`, `"))
            }
        };
        self.report.problem_hint(entry.at, message, hint);
    }

    fn other_version(&mut self, entry: &Entry, key: &Key, place: &str) {
        let name = &entry.key;
        let (version, from, until) = (self.version.name(), key.from.name(), key.until.name());
        if key.from > self.version {
            let message = format!(
                "`{name}` in {place} came with version `{from}`, this file says `{version}`"
            );
            let hint = match (self.version, name.as_str()) {
                (Version::V1Alpha2, "dockerfile" | "context") => {
                    format!("in `v1alpha2` it is `build.{name}Path`")
                }
                (old, "dockerfile" | "context") if old <= Version::V1Beta1 => {
                    format!("in `{version}` it is `build.{name}`")
                }
                _ => format!("write `version: {from}`"),
            };
            return self.report.problem_hint(entry.at, message, hint);
        }
        let message =
            format!("`{name}` in {place} ended with version `{until}`, this file says `{version}`");
        let hint = match name.as_str() {
            "dockerfile" | "context" => format!("move `{name}` up, beside `image`"),
            "dockerfilePath" => "write it as `dockerfile`, beside `image`".to_owned(),
            "contextPath" => "write it as `context`, beside `image`".to_owned(),
            "chartPath" => "write it as `chart: {name: …}`".to_owned(),
            "overrides" => "write it as `valuesFiles`".to_owned(),
            "overrideValues" => "write it as `values`".to_owned(),
            "localPort" => "write it as `port`".to_owned(),
            "portMappings" => "write it as `forward`".to_owned(),
            "options" => "move `options` into `docker` or `kaniko`".to_owned(),
            "insecure" => "write it under `build.kaniko`".to_owned(),
            _ => "leave it out".to_owned(),
        };
        self.report.problem_hint(entry.at, message, hint);
    }
}

/// Whether a key that is not carried out asks for nothing.
fn is_off(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Scalar(scalar) => scalar.plain && scalar::boolean(&scalar.text) == Some(false),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
    }
}

fn shown(scalar: &Scalar) -> String {
    brief(&scalar.text)
}

/// A text as it is shown in a message: cut when it is long.
fn brief(text: &str) -> String {
    let mut cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
