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
fn a_site_is_not_searched_for_a_while() {
    Case::new()
        .write("recto.yml", "search: true\n")
        .write("a.md", "---\ntitle: Zzz\n---\n")
        .write("b.md", "---\ntitle: Café\n---\n")
        .then()
        .write("recto.yml", "search: false\n")
        .then()
        .write("recto.yml", "search: true\n")
        .write("a.md", "---\ntitle: Cafe\n---\n")
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

#[test]
fn a_page_says_that_it_translates_one_of_its_own_language() {
    let front = "tags: [garden]\ndate: 2024-05-29\ntranslation_of: beta\n";
    Case::new()
        .write("beta.md", "")
        .write("recto.yml", "languages: [en, fr]\n")
        .write("wiki/other.md", format!("---\n{front}---\n"))
        .then()
        .save("wiki/other.md", format!("---\n{front}---\n\n"))
        .check();
}

#[test]
fn a_translation_follows_the_date_and_weight_of_its_original() {
    let original = |front: &str| format!("---\n{front}\n---\n# One\n");
    for untranslated in ["absent", "original"] {
        Case::new()
            .write("recto.yml", format!("languages: [en, fr]\nuntranslated: {untranslated}\n"))
            .write("blog/one.md", original("date: 2024-01-01\nweight: 2"))
            .write("blog/one.fr.md", "# Un\n")
            .write("blog/two.md", original("date: 2024-01-02\nweight: 1"))
            .write("blog/two.fr.md", "# Deux, [un](one.md) et [trois](three.md)\n")
            .write("blog/three.md", "# Three\n\n[one](one.md)\n")
            .then()
            .write("blog/one.md", original("date: 2024-01-03\nweight: 0\nlayout: wide"))
            .then()
            .write("blog/three.md", "# Drei\n\n## Part\n")
            .then()
            .write("blog/three.fr.md", "# Trois\n")
            .then()
            .remove("blog/one.fr.md")
            .check();
    }
}

#[test]
fn two_files_are_the_page_of_a_folder_in_one_language() {
    Case::new()
        .write("content/fr/index.md", "# One\n")
        .write("content/index.fr.md", "# Two\n")
        .write("recto.yml", "languages: [fr, en]\n")
        .then()
        .save("content/fr/index.md", "# One\n\nMore.\n")
        .check();
}

#[test]
fn a_site_with_a_frozen_deck_becomes_a_repository() {
    Case::new().write("content/guide/deck.yml", "pin: main\ncontent:\n- gone.md\n").then().commit().check();
}
