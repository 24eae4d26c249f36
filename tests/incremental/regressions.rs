//! Every sequence that ever gave other bytes than a clean build, named after what was wrong.
//!
//! A report of the random run ends in the code of such a test.

use super::{
    case::Case,
    state::{DAY_SECONDS, FIRST_DAY},
    support::TestSite,
};

#[test]
fn each_kind_of_step_is_followed() {
    Case::new()
        .write("a.md", "# A\n\n[b](b.md) {{#include part.txt}}\n")
        .write("b.md", "---\ndraft: true\n---\n")
        .write("part.txt", "One")
        .commit()
        .then()
        .save("part.txt", "Two")
        .then()
        .conditions(FIRST_DAY + DAY_SECONDS, true, false, Some("/docs/"))
        .then()
        .swap("a.md", "b.md")
        .then()
        .rename("part.txt", "folder/part.txt")
        .link("part.txt", "folder/part.txt")
        .then()
        .touch("a.md")
        .clone_again()
        .restart()
        .then()
        .remove("folder")
        .check();
}

#[test]
fn a_file_changes_that_was_left_alone_for_a_while() {
    Case::new()
        .write("a.md", "# A\n")
        .wait()
        .then()
        .write("a.md", "# B\n")
        .then()
        .save("a.md", "# C\n")
        .check();
}

#[test]
fn a_file_to_include_appears() {
    Case::new().write("a.md", "{{#include part.txt}}\n").then().write("part.txt", "Text\n").check();
}

#[test]
fn a_file_with_a_name_near_to_a_missing_one_appears() {
    Case::new().write("a.md", "{{#include part.txt}}\n").then().write("parts.txt", "Text\n").check();
}

#[test]
fn a_file_to_include_becomes_text() {
    Case::new()
        .write("a.md", "{{#include part.txt}}\n")
        .write("part.txt", b"\xFF\n")
        .then()
        .write("part.txt", "Text\n")
        .check();
}

#[test]
fn a_file_with_a_missing_region_gets_it() {
    Case::new()
        .write("a.md", "{{#include part.rs:setup}}\n{{#include part.rs:2}}\n")
        .write("part.rs", "// nothing\n")
        .then()
        .write("part.rs", "// ANCHOR: setup\nlet x = 1;\n// ANCHOR_END: setup\n")
        .check();
}

#[test]
fn a_file_with_a_missing_region_goes() {
    Case::new()
        .write("a.md", "{{#include part.rs:setup}}\n")
        .write("part.rs", "// nothing\n")
        .then()
        .remove("part.rs")
        .check();
}

#[test]
fn two_index_pages_are_built_at_plain_addresses() {
    let site = TestSite::new().file("index.markdown", "# One\n").file("index.md", "# Two\n");
    site.file("recto.yml", "url: plain\n").build().code(1);
}

#[test]
fn the_key_of_an_unknown_theme_moves() {
    Case::new()
        .write("recto.yml", "title: A\nfeed: false\ntheme: missing\n")
        .then()
        .save("recto.yml", "theme: missing\ntitle: A\n")
        .check();
}
