//! Changes that reach beyond the folder, the tag or the page that they are made in: what holds for a whole domain of
//! questions must not be taken to hold there.

use super::case::Case;

#[test]
fn the_page_read_after_a_folder_gets_another_title() {
    Case::new()
        .write("a/one.md", "# One\n")
        .write("b/two.md", "# Two\n")
        .write("c/three.md", "# Three\n")
        .then()
        .save("b/two.md", "# Deux\n")
        .check();
}

#[test]
fn a_folder_becomes_an_island() {
    Case::new()
        .write("a.md", "# A\n")
        .write("blog/index.md", "---\ntitle: Blog\nsort: title\n---\n")
        .write("blog/one.md", "# One\n")
        .write("z.md", "# Z\n")
        .then()
        .save("blog/index.md", "---\ntitle: Blog\nsort: date\n---\n")
        .check();
}

#[test]
fn a_tag_is_spelled_another_way_where_another_tag_is_listed() {
    Case::new()
        .write(
            "themes/default/templates/partials/children.html",
            "{% for child in children %}{{ child.title }}: {% for tag in child.tags %}{{ tag.name }} {% endfor %}{% endfor %}",
        )
        .write("one.md", "---\ntags: [x, Foo]\n---\n")
        .write("two.md", "---\ntags: [Foo]\n---\n")
        .write("three.md", "---\ntags: [foo]\n---\n")
        .then()
        .save("two.md", "---\ntags: [foo]\n---\n")
        .check();
}

#[test]
fn two_taxonomies_have_one_address() {
    Case::new()
        .write("recto.yml", "taxonomies: ['a b', a-b]\n")
        .write("one.md", "---\n'a b': [x]\n---\n# One\n")
        .write("two.md", "---\n'a b': [x]\n---\n# Two\n")
        .write("three.md", "---\na-b: [x]\n---\n# Three\n")
        .then()
        .save("two.md", "---\n'a b': [x]\n---\n# Deux\n")
        .check();
}

#[test]
fn a_picture_gets_another_size() {
    Case::new()
        .write("a.gif", b"GIF89a\x03\x00\x02\x00\x80\0\0")
        .write("one.md", "![a](a.gif)\n")
        .then()
        .save("a.gif", b"GIF89a\x04\x00\x02\x00\x80\0\0")
        .then()
        .remove("a.gif")
        .check();
}

#[test]
fn a_folder_is_described_in_the_list_above_it() {
    Case::new()
        .write("index.md", "# Home\n")
        .write("b/index.md", "---\ntitle: B\ndescription: one\n---\n")
        .write("b/two.md", "# Two\n")
        .then()
        .save("b/index.md", "---\ntitle: B\ndescription: two\n---\n")
        .check();
}

#[test]
fn the_words_around_a_link_change() {
    Case::new()
        .write("one.md", "# One\n\nFirst.\n\nSee [two](two.md) first.\n")
        .write("two.md", "# Two\n")
        .then()
        .save("one.md", "# One\n\nFirst.\n\nSee [two](two.md) later.\n")
        .check();
}
