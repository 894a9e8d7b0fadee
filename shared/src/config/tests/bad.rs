//! What a wrong config is answered with, word for word.

use super::bad;

/// A config and its whole message.
#[test]
fn each_mistake_is_named_at_its_place() {
    let cases = include_str!("bad.txt");
    let mut count = 0;
    for case in cases.split("=====\n").filter(|case| !case.trim().is_empty()) {
        let (config, wanted) = case.split_once("-----\n").unwrap_or((case, ""));
        let message = bad(config);
        assert_eq!(message.trim_end(), wanted.trim_end(), "\n{config}\nsaid:\n{message}");
        count += 1;
    }
    assert!(count > 40, "{count} cases");
}
