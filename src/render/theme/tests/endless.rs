//! Templates that would run or grow without an end: each is an error of its page, soon, and in little memory.

use super::*;

#[test]
fn blocks_that_say_again_what_others_say_have_an_end() {
    let of = |at: usize| {
        let again = "{{ super() }}".repeat(8);
        let text = format!("{{% extends \"e{}.html\" %}}{{% block a %}}{again}{{% endblock %}}", at + 1);
        (format!("templates/e{at}.html"), text)
    };
    let mut files: Vec<(String, String)> = (0..15).map(of).collect();
    files.push(("templates/e15.html".to_owned(), "{% block a %}{% endblock %}".to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let theme = whole_theme(&files);
    let said = theme.render("e0.html", &Context::new()).expect_err("it has no end").message;
    assert_eq!(said, "the loops of a page go through more than 20000000 values");
    assert_eq!(theme.render("e13.html", &Context::new()).as_deref(), Ok(""));
}

#[test]
fn templates_that_build_on_each_other_without_an_end_are_left_out() {
    for (n, tag) in [(40, "include"), (40, "extends"), (3_000, "include"), (3_000, "extends")] {
        let name = |at: usize| format!("templates/partials/t{at}.html");
        let of = |at: usize| (name(at), format!("{{% {tag} \"partials/t{}.html\" %}}", at + 1));
        let mut files: Vec<(String, String)> = (0..n).map(of).collect();
        files.push((name(n), "x".to_owned()));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
        let (theme, diagnostics) = theme(&files);
        assert!(
            theme.has_template(&format!("partials/t{}.html", n - 10))
                && !theme.has_template("partials/t0.html")
        );
        assert_eq!(diagnostics.len(), n - 19);
        assert!(diagnostics[0].message.ends_with("builds on more than 20 other templates in a row"));
        // The same in a circle.
        let circle = (name(n), format!("{{% {tag} \"partials/t0.html\" %}}"));
        let mut files = files;
        files[n] = (&circle.0, &circle.1);
        assert!(!self::theme(&files).1.is_empty());
    }
}

#[test]
fn a_template_without_an_end_is_an_error_of_its_page() {
    let component = |name: &str, text: &str| {
        (
            format!("components/{name}.html"),
            format!("{{% component {name}() %}}{text}{{% endcomponent {name} %}}"),
        )
    };
    let loops = "{% for a in range(end=1000) %}".repeat(3) + &"{% endfor %}".repeat(3);
    let long = "{% set long = range(end=100000) | join(sep=\" \") %}{% for a in range(end=1000) %}{{ long }}{% endfor %}";
    let list = format!("{{% set list = \"{}\" | split(pat=\",\") %}}", "a,".repeat(300));
    let in_lists = format!(
        "{list}{{% for b in list %}}{{% for c in list %}}{{{{ [a for a in list if a == \"b\"] | length }}}}{{% endfor %}}{{% endfor %}}"
    );
    let endless = list + &"{%- for a in list -%}".repeat(5) + &"{%- endfor -%}".repeat(5);
    let doubling =
        "{% set text = \"ab\" %}{% for a in range(end=60) %}{% set_global text = text ~ text %}{% endfor %}";
    let written = "{% set text = \"ab\" %}{% for a in range(end=60) %}{% set_global text %}{{ text }}{{ text }}{% endset %}{% endfor %}";
    let text = "{% set text = range(end=100000) | join(sep=\" \") %}";
    let each = |text: &str| format!("{{% for a in range(end=500000) %}}{text}{{% endfor %}}");
    let quoted = "{% set q = \"\\\"\" %}{% set n = range(end=1000) %}".to_owned()
        + &"{% for a in n %}".repeat(3)
        + &"{% endfor %}".repeat(3);
    let captured =
        format!("{text}{{% set all %}}{}{{% endset %}}", each("{{ text }}").replace("500000", "1000"));
    let constant = format!("{{% set all %}}{}{{% endset %}}", each(&"x".repeat(10_000)));
    let nested = "{% set a = [1] %}{% for n in range(end=60) %}{% set_global a = [a, a][0:] %}{% endfor %}{{ a | str | length }}";
    let mapped = nested.replace("[a, a][0:]", "{\"x\": a, \"y\": a}");
    let replaced = format!("{text}{{{{ text | replace(from=\"1\", to=text) | length }}}}");
    let joined = format!("{text}{{{{ range(end=100000) | join(sep=text) | length }}}}");
    let jsons = format!("{{{{ '\"' {} | length }}}}", "| json ".repeat(100));
    let long_texts = format!("{}{{{{ text {} }}}}", text.replace("100000", "200000"), "~ text ".repeat(100));
    let calls = "{{ <branching n={n - 1} /> }}".repeat(100);
    let branching = (
        "components/branching.html".to_owned(),
        format!(
            "{{% component branching(n=18) %}}{{% if n > 0 %}}{calls}{{% endif %}}{{% endcomponent branching %}}"
        ),
    );
    let files = [
        component("quoted", &quoted),
        component("captured", &captured),
        component("constant", &constant),
        component("nested", nested),
        component("mapped", &mapped),
        component("replaced", &replaced),
        component("joined", &joined),
        component("jsons", &jsons),
        component("long_texts", &long_texts),
        branching,
        component("many", "{{ range(end=100000) | unique | length }}"),
        component("including", "{% include \"partials/in.html\" %}"),
        ("templates/partials/in.html".to_owned(), "{% include \"partials/on.html\" %}".to_owned()),
        ("templates/partials/on.html".to_owned(), "{{ <including /> }}".to_owned()),
        component("spin", &loops),
        component("long", long),
        component("deep", "{{ <deep /> }}"),
        component("endless", &endless),
        component("in_lists", &in_lists),
        component("doubling", doubling),
        component("written", written),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
    let theme = whole_theme(&files);
    for (name, expected) in [
        ("spin", "the `range`s of a page give more than 1000000 numbers"),
        ("long", "the template writes more than 64 MB"),
        ("deep", "maximum render recursion depth"),
        ("endless", "the loops of a page go through more than 20000000 values"),
        ("in_lists", "the loops of a page go through more than 20000000 values"),
        ("quoted", "the loops of a page go through more than 20000000 values"),
        ("captured", "the templates of a page write more than 256 MiB"),
        ("constant", "the templates of a page write more than 256 MiB"),
        ("nested", "a variable of a template holds more than 1000000 values"),
        ("mapped", "a variable of a template holds more than 1000000 values"),
        ("replaced", "a template makes more than 8 MiB of a text"),
        ("joined", "a template makes more than 8 MiB of a text"),
        ("jsons", "a template makes more than 8 MiB of a text"),
        ("long_texts", "a template makes more than 8 MiB of a text"),
        ("many", "the loops of a page go through more than 20000000 values"),
        ("including", "components and included files are more than 24 deep in each other"),
        ("branching", "the loops of a page go through more than 20000000 values"),
        ("doubling", "a variable of a template holds a text of more than 8 MiB"),
        ("written", "a variable of a template holds a text of more than 8 MiB"),
    ] {
        let (html, said) = call(&theme, name, &[], "");
        assert!(html.is_empty() && said.len() == 1 && said[0].contains(expected), "{name}: {said:?}");
    }
    let counts = "{% for a in range(start=7, end=1, step_by=0 - 3) %}{{ a }} {% endfor %}{% for a in range(end=5, step_by=2) %}{{ a }} {% endfor %}";
    let files = [component("counts", counts)];
    let theme = whole_theme(&[(&files[0].0, &files[0].1)]);
    assert_eq!(call(&theme, "counts", &[], ""), ("7 4 0 2 4 ".to_owned(), Vec::new()));
    // Variables are what they were: HTML is HTML, and what isn't there may be asked for.
    let kept = "{% set html %}<b>{% endset %}{{ html }}{% set map = {\"a\": 1} %}{% set missing = map.b %}{% if missing %}no{% endif %}\
                {% set text = \"<\" %}{{ text }}{% set n = 1 + 2 %}{{ n * 2 }}";
    let files = [component("kept", kept)];
    let theme = whole_theme(&[(&files[0].0, &files[0].1)]);
    assert_eq!(call(&theme, "kept", &[], ""), ("<b>&lt;6".to_owned(), Vec::new()));
}
