//! Every sequence that ever gave other bytes than a clean build, named after what was wrong.

use super::case::Case;

#[test]
fn an_edit_of_a_page_shows() {
    Case::new().write("a.md", "# A\n").then().write("a.md", "# B\n").then().remove("a.md").check();
}
