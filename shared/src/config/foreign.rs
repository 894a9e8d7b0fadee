//! A YAML or JSON file of another program, read as the config is: with limits, and
//! with a place for everything that is wrong. Knows nothing of what is in it.

use super::error::{Error, Problem};
use super::source::Report;
use super::tree::{self, Node};

/// A file of one document, as a tree.
pub struct Foreign {
    report: Report,
    root: Node,
}

impl Foreign {
    /// Reads a text; `name` is what messages call it. An empty one has an empty root.
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let mut report = Report::default();
        let file = report.add(name, bytes)?;
        let root = tree::parse(&report, file)?;
        Ok(Self { report, root })
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    /// What is wrong with a node, at its place.
    pub fn wrong(&self, node: &Node, message: impl Into<String>, hint: Option<&str>) -> Problem {
        self.report.at(node.at, message, hint.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::Foreign;

    #[test]
    fn json_and_yaml_are_trees_with_places() {
        for text in ["{\"a\":\n [\"b\"]}", "a:\n - b\n"] {
            let file = Foreign::parse("f", text.as_bytes().to_vec()).unwrap();
            let item = &file.root().get("a").unwrap().items()[0];
            assert_eq!(item.text(), Some("b"));
            let problem = file.wrong(item, "no", None);
            assert!(problem.to_string().starts_with("f:2:"), "{problem}");
        }
        assert!(Foreign::parse("f", b"a: [".to_vec()).is_err());
    }
}
