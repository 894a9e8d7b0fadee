use super::*;

#[test]
fn no_row_is_broken() {
    assert_eq!(TABLE.broken, 0);
}
