//! Two texts as a unified diff of their lines.

/// Unchanged lines around a change.
const CONTEXT: usize = 3;
/// Longer changes are shown as a whole: out with the old, in with the new.
const CELLS_MAX: usize = 4_000_000;

/// What is to be done to a line of the old or the new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Gone(&'t str),
    Come(&'t str),
}

/// The diff as `diff -u` prints it; empty where the texts are equal. An empty text is
/// one that is not there.
pub fn unified(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let lines = compare(&a, &b);
    let side = |text: &str, mark: &str| match text.is_empty() {
        true => "/dev/null".to_owned(),
        false => format!("{mark}/{name}"),
    };
    let mut text = format!("--- {}\n+++ {}\n", side(old, "a"), side(new, "b"));
    let changed = |line: &Line| !matches!(line, Line::Same(_));
    let mut at = 0;
    while let Some(first) = lines[at..].iter().position(changed).map(|n| n + at) {
        let begin = first.saturating_sub(CONTEXT).max(at);
        let mut end = first + 1;
        while let Some(next) = lines[end..].iter().position(changed).map(|n| n + end)
            && next - end <= 2 * CONTEXT
        {
            end = next + 1;
        }
        let last = (end + CONTEXT).min(lines.len());
        hunk(&mut text, &lines, begin, last);
        at = last;
    }
    text
}

fn hunk(text: &mut String, lines: &[Line<'_>], begin: usize, end: usize) {
    let old = |lines: &[Line]| lines.iter().filter(|l| !matches!(l, Line::Come(_))).count();
    let new = |lines: &[Line]| lines.iter().filter(|l| !matches!(l, Line::Gone(_))).count();
    let (before, part) = (&lines[..begin], &lines[begin..end]);
    let first = |before: usize, count: usize| if count == 0 { before } else { before + 1 };
    let (olds, news) = (old(part), new(part));
    text.push_str(&format!(
        "@@ -{},{olds} +{},{news} @@\n",
        first(old(before), olds),
        first(new(before), news)
    ));
    for line in part {
        let (mark, line) = match line {
            Line::Same(line) => (' ', line),
            Line::Gone(line) => ('-', line),
            Line::Come(line) => ('+', line),
        };
        text.push(mark);
        text.push_str(line);
        text.push('\n');
    }
}

/// By the longest common subsequence of what is between equal begins and ends.
fn compare<'t>(a: &[&'t str], b: &[&'t str]) -> Vec<Line<'t>> {
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a_rest, b_rest) = (&a[head..], &b[head..]);
    let tail = a_rest.iter().rev().zip(b_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a_mid, b_mid) = (&a_rest[..a_rest.len() - tail], &b_rest[..b_rest.len() - tail]);
    let mut lines: Vec<Line> = a[..head].iter().map(|line| Line::Same(line)).collect();
    if a_mid.len() * b_mid.len() > CELLS_MAX {
        lines.extend(a_mid.iter().map(|line| Line::Gone(line)));
        lines.extend(b_mid.iter().map(|line| Line::Come(line)));
    } else {
        lines.extend(middle(a_mid, b_mid));
    }
    lines.extend(a_rest[a_rest.len() - tail..].iter().map(|line| Line::Same(line)));
    lines
}

fn middle<'t>(a: &[&'t str], b: &[&'t str]) -> Vec<Line<'t>> {
    let width = b.len() + 1;
    // The length of the longest common subsequence of a[i..] and b[j..].
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = match a[i] == b[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        let both = i < a.len() && j < b.len();
        if both && a[i] == b[j] {
            lines.push(Line::Same(a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (both && common[(i + 1) * width + j] >= common[i * width + j + 1])
        {
            lines.push(Line::Gone(a[i]));
            i += 1;
        } else {
            lines.push(Line::Come(b[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_stands_in_its_surroundings() {
        let text = |middle: &str| format!("1\n2\n3\n4\n{middle}\n6\n7\n8\n9\n");
        let wanted = "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-old\n+new\n 6\n 7\n 8\n";
        assert_eq!(unified("f", &text("old"), &text("new")), wanted);
        assert_eq!(unified("f", "a\n", "a\n"), "");
    }

    #[test]
    fn what_is_new_or_gone_has_one_side() {
        assert_eq!(unified("f", "", "a\n"), "--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(unified("f", "a\n", ""), "--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
    }

    #[test]
    fn changes_far_apart_are_hunks_of_their_own() {
        let lines = |a: &str, b: &str| {
            let many: Vec<String> = (0..20).map(|n| n.to_string()).collect();
            format!("{a}\n{}\n{b}\n", many.join("\n"))
        };
        let diff = unified("f", &lines("a", "b"), &lines("A", "B"));
        assert_eq!(diff.matches("@@ -").count(), 2, "{diff}");
        assert!(diff.contains("@@ -19,4 +19,4 @@"), "{diff}");
    }
}
