//! The forms of the new reference: a tag, a tag and a digest, a digest.

use super::super::rule::{Fields, Rule, Rules};
use super::super::{Options, Replacements, Target, Why, rewrite};
use crate::reference::{Reference, Repository};

const NEW: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000002";
const OLD: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000001";

fn replacements(target: fn(Reference) -> Target, reference: &str) -> Replacements {
    let mut out = Replacements::new();
    let reference = Reference::parse(&reference.replace("NEW", NEW)).unwrap();
    out.add(Repository::parse("reg.example.com/a/app").unwrap(), target(reference));
    let rule = Rule::add(Fields::parse("path=args[*]").unwrap()).unwrap();
    out.set_rules(Rules { add: vec![rule], exclude: Vec::new() });
    out
}

/// Old references in every form; `T`: the new whole, `t`: the tag, `d`: the digest.
const TEXT: &str = "a: {image: 'reg.example.com/a/app'}
b: {image: reg.example.com/a/app:1.0}
c: {image: \"reg.example.com/a/app@OLD\"}
d: {image: reg.example.com/a/app:1.0@OLD}
e: {repository: reg.example.com/a/app, tag: '1.0'}
f: {repository: reg.example.com/a/app, tag: '1.0', digest: 'OLD'}
g: {repository: reg.example.com/a/app, tag: '1.0@OLD'}
i: {image: 'reg.example.com/a/app@OLD'}
images: [{name: reg.example.com/a/app, newTag: '1', digest: 'OLD'}]
args: [--x=reg.example.com/a/app:1, 'reg.example.com/a/app@OLD']
text:
- |
  apiVersion: v1
  kind: Pod
  spec: {image: reg.example.com/a/app@OLD}
";

#[test]
fn tag_and_digest_of_old_vanish_in_every_form() {
    let name = "reg.example.com/a/app";
    for (target, reference, whole, tag, digest) in [
        (Target::Reference as fn(Reference) -> Target, "reg.example.com/a/app:2", ":2", "2", ""),
        (Target::Reference, "reg.example.com/a/app:2@NEW", ":2@NEW", "2", "NEW"),
        (Target::Reference, "reg.example.com/a/app@NEW", "@NEW", "", "NEW"),
        (Target::ByDigest, "reg.example.com/a/app:2@NEW", "@NEW", "2", "NEW"),
    ] {
        let input = TEXT.replace("OLD", OLD);
        let known = replacements(target, reference);
        let out = rewrite(input.as_bytes(), "f", &known, &Options::default()).unwrap();
        let text = String::from_utf8(out.bytes).unwrap();
        let whole = format!("{name}{whole}");
        let mut wanted = format!(
            "a: {{image: '{whole}'}}\nb: {{image: {whole}}}\nc: {{image: \"{whole}\"}}\nd: {{image: {whole}}}\n"
        );
        match tag {
            // No tag to write: what needs one stays, and is told.
            "" => {
                let missing: Vec<_> = out.unresolved.iter().map(|m| &m.why).collect();
                assert_eq!(missing, [&Why::NoTagInReference, &Why::NoTagInReference]);
                wanted += &format!("e: {{repository: {name}, tag: '1.0'}}\n");
                wanted += &format!("f: {{repository: {name}, tag: '1.0', digest: '{digest}'}}\n");
                wanted += &format!("g: {{repository: {name}, tag: '1.0@OLD'}}\n");
                wanted += &format!("i: {{image: '{whole}'}}\n");
                wanted += &format!("images: [{{name: {name}, newTag: '1', digest: '{digest}'}}]\n");
            }
            _ => {
                assert_eq!(out.unresolved, []);
                let pinned =
                    if digest.is_empty() { tag.to_owned() } else { format!("{tag}@{digest}") };
                wanted += &format!("e: {{repository: {name}, tag: '{tag}'}}\n");
                wanted += &format!("f: {{repository: {name}, tag: '{tag}', digest: '{digest}'}}\n");
                wanted += &format!("g: {{repository: {name}, tag: '{pinned}'}}\n");
                wanted += &format!("i: {{image: '{whole}'}}\n");
                wanted +=
                    &format!("images: [{{name: {name}, newTag: '{tag}', digest: '{digest}'}}]\n");
            }
        }
        wanted += &format!(
            "args: [--x={whole}, '{whole}']\ntext:\n- |\n  apiVersion: v1\n  kind: Pod\n  spec: {{image: {whole}}}\n"
        );
        assert_eq!(text, wanted.replace("NEW", NEW).replace("OLD", OLD), "{reference}");
        let again = rewrite(text.as_bytes(), "f", &known, &Options::default()).unwrap();
        assert_eq!(again.edits, [], "{reference}");
    }
}

#[test]
fn an_image_without_the_digest_that_is_asked_for_is_told() {
    let unpushed = |_| Target::Unpushed { image: "app".to_owned() };
    for (target, why) in [
        (unpushed as fn(Reference) -> Target, Why::NoDigest("app".to_owned())),
        (Target::ByDigest, Why::NoDigest("reg.example.com/a/app".to_owned())),
    ] {
        let known = replacements(target, "reg.example.com/a/app:2");
        let out =
            rewrite(b"image: reg.example.com/a/app\n", "f", &known, &Options::default()).unwrap();
        assert_eq!(out.edits, []);
        assert_eq!(out.unresolved[0].why, why);
    }
}
