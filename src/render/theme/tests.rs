//! What the default theme makes of a page, and what is said about templates and calls that are wrong.

mod endless;

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

use serde_json::json;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::{expand::AttributeValue, markdown::Attributes},
    render::scope::{self, Queries},
};

use super::{
    Context, DEFAULT_THEME, NavTree, OwnFiles, Theme, ThemeFile, ThemeOptions, Uids,
    context::{
        Backlink, Child, Kind, Link, MenuItem, NavItem, Page, Pagination, Redirect, Sentence, Site, Taxonomy,
        TaxonomyLink, Term, View,
    },
};

struct Answers;

/// The theme that has the texts; loading it for each of them would take minutes.
static BUILT_IN: OnceLock<Theme> = OnceLock::new();

impl Queries for Answers {
    fn page(&self, path: &str) -> Option<serde_json::Value> {
        (path == "guide.md").then(|| json!({"title": "Guide", "url": "/guide/"}))
    }
    fn section(&self, _: &str) -> Option<serde_json::Value> {
        None
    }
    fn taxonomy(&self, _: &str) -> Option<serde_json::Value> {
        None
    }
    fn data(&self, path: &str) -> Result<serde_json::Value, String> {
        if path == "team.yml" {
            Ok(json!({"z": 1, "a": 2}))
        } else {
            Err(format!("there is no file `{path}`"))
        }
    }
    fn url(&self, target: &str) -> Result<String, String> {
        Ok(format!("/here/{target}"))
    }
    fn text(&self, key: &str) -> Result<String, String> {
        match key {
            "by" => Ok("{day} by {who} & {nobody}".to_owned()),
            key => BUILT_IN
                .get_or_init(|| Theme::load(DEFAULT_THEME, OwnFiles::new(), &ThemeOptions::default()).0)
                .text("en", key)
                .map(str::to_owned)
                .map_err(|_| format!("the theme has no text `{key}`")),
        }
    }

    fn asset(&self, path: &str) -> Result<(String, Option<String>), String> {
        match path {
            "/site.css" => Ok(("/sub/site.1.css".to_owned(), Some("sha384-x".to_owned()))),
            path => Err(format!("`{path}` does not exist")),
        }
    }

    fn image(&self, target: &str, alt: &str, attributes: Attributes) -> Result<String, String> {
        let width = attributes.get("width").map_or_else(String::new, |width| format!(" width={width:?}"));
        Ok(format!("<img src=\"/here/{target}\" alt=\"{alt}\"{width} />"))
    }

    fn once(&self, _: &str) -> Result<Option<Arc<str>>, String> {
        Ok(None)
    }

    fn markdown(&self, text: &str) -> String {
        format!("<p>{text}</p>\n")
    }
}

/// A theme whose templates have someone to ask.
struct Shown(Theme);

impl Shown {
    fn render(&self, template: &str, context: &Context<'_>) -> Result<String, Box<Diagnostic>> {
        scope::with(Arc::new(Answers), || self.0.render(template, context))
    }
}

impl std::ops::Deref for Shown {
    type Target = Theme;

    fn deref(&self) -> &Theme {
        &self.0
    }
}

fn own(name: &str, text: &str) -> ThemeFile {
    let origin = RepoPath::new(name);
    ThemeFile { name: name.to_owned(), bytes: Cow::Owned(text.as_bytes().to_vec()), is_packed: false, origin }
}

fn theme(overrides: &[(&str, &str)]) -> (Shown, Vec<Diagnostic>) {
    let files = overrides.iter().map(|(name, text)| own(name, text)).collect();
    let own = OwnFiles::from([(DEFAULT_THEME.to_owned(), files)]);
    let (theme, diagnostics) = Theme::load(DEFAULT_THEME, own, &ThemeOptions::default());
    (Shown(theme), diagnostics)
}

fn whole_theme(overrides: &[(&str, &str)]) -> Shown {
    let (theme, diagnostics) = theme(overrides);
    assert_eq!(diagnostics, []);
    Shown(theme.0.with_site(&site()))
}

fn site() -> Site {
    Site {
        title: "Leaves & Pages".into(),
        base_path: "/sub".into(),
        language: "en".into(),
        menu: vec![MenuItem { title: "Guide".into(), url: Some("/sub/guide/".into()), children: Vec::new() }],
        feed_url: Some("/sub/feed.xml".into()),
        ..Site::default()
    }
}

fn link(title: &str) -> Link {
    Link { title: title.into(), url: format!("/sub/{}/", title.to_lowercase()) }
}

fn view() -> View {
    let rust = TaxonomyLink { name: "rust".into(), url: "/sub/tags/rust/".into() };
    let page = Page {
        title: "A <b>old</b> page".into(),
        url: "/sub/page/".into(),
        date: Some("2024-05-01".into()),
        lang: "en".into(),
        tags: vec![rust],
        breadcrumbs: vec![link("Home")],
        next: Some(link("Next")),
        backlinks: vec![Backlink {
            title: "Guide".into(),
            url: "/sub/guide/".into(),
            sentence: Some(Sentence { before: "See ".into(), link: "it".into(), after: " <now>.".into() }),
        }],
        ..Page::default()
    };
    let child = Child { title: "Child".into(), url: "/sub/child/".into(), ..Child::default() };
    let inner =
        NavItem { title: "Page".into(), url: "/sub/page/".into(), current: true, ..NavItem::default() };
    let outer = NavItem { title: "Guide".into(), active: true, more: 7, ..NavItem::default() };
    View {
        page,
        content: "<p>Body &amp; soul</p>".into(),
        children: vec![child],
        decks: Vec::new(),
        pagination: Some(Pagination { number: 2, total: 3, ..Pagination::default() }),
        nav: vec![NavTree::new(&outer, vec![NavTree::new(&inner, Vec::new())])],
        taxonomy: Some(Taxonomy {
            name: "tags".into(),
            url: "/sub/tags/".into(),
            terms: vec![Term { name: "rust".into(), url: "/sub/tags/rust/".into(), count: 3 }],
        }),
        term: None,
    }
}

/// The lines of a diagnostic as a reader would see them.
fn say(diagnostic: &Diagnostic) -> String {
    let mut said = diagnostic.message.clone();
    if let Some(place) = &diagnostic.place {
        said += &format!(" @ {}", place.path);
        if let Some(span) = &place.span {
            said += &format!(":{}:{} `{}`", span.line, span.column, span.excerpt);
        }
    }
    if let Some(hint) = &diagnostic.hint {
        said += &format!(" | {hint}");
    }
    for (label, place) in &diagnostic.related {
        said += &format!(" | {label} {}:{}", place.path, place.span.as_ref().map_or(0, |span| span.line));
    }
    said
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::Text(value.to_owned())
}

fn call(
    theme: &Theme,
    name: &str,
    attributes: &[(&str, AttributeValue)],
    body: &str,
) -> (String, Vec<String>) {
    let attributes: Vec<_> =
        attributes.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let body = (!body.is_empty()).then_some(body);
    let (html, diagnostics) = scope::with(Arc::new(Answers), || {
        theme.render_component(name, &attributes, body, &view().to_context(), &mut Uids::default())
    });
    (html.unwrap_or_default(), diagnostics.iter().map(say).collect())
}

#[test]
fn every_template_renders_every_kind_of_page() {
    let theme = whole_theme(&[]);
    let kinds = [Kind::Page, Kind::Section, Kind::Folder, Kind::Taxonomy, Kind::Term, Kind::NotFound];
    for name in ["page.html", "section.html", "taxonomy.html", "term.html", "404.html"] {
        for kind in kinds {
            let mut view = view();
            view.page.kind = kind;
            let html = theme.render(name, &view.to_context()).expect("it renders");
            assert!(html.contains("<title>") && html.ends_with("</html>\n"), "{name}: {html}");
            let style = theme.assets.named("style.css").expect("an asset");
            let integrity = style.integrity().unwrap_or_default();
            let link = format!("href=\"/sub/theme/{}\" integrity=\"{integrity}\"", style.address);
            assert!(html.contains(&link), "{html}");
        }
        theme.render(name, &View::default().to_context()).expect("an empty page renders");
    }
    let redirect = Redirect { url: "/sub/new/".into(), permalink: None };
    let html = theme.render("redirect.html", &redirect.to_context()).expect("it renders");
    assert!(html.contains("content=\"0; url=/sub/new/\""), "{html}");
}

#[test]
fn a_page_has_its_parts_escaped_where_they_are_text() {
    let html = whole_theme(&[]).render("section.html", &view().to_context()).expect("it renders");
    for part in [
        "<title>A &lt;b&gt;old&lt;/b&gt; page · Leaves &amp; Pages</title>",
        "<h1>A &lt;b&gt;old&lt;/b&gt; page</h1>",
        "<p>Body &amp; soul</p>",
        "<time datetime=\"2024-05-01\">1 May 2024</time>",
        "<a href=\"/sub/page/\" aria-current=\"page\">Page</a>",
        "<li class=\"more\"><a href=\"\">7 more</a></li>",
        "<a class=\"title\" href=\"/sub/child/\">Child</a>",
        "Page 2 of 3",
        "<a rel=\"tag\" href=\"/sub/tags/rust/\">rust</a>",
    ] {
        assert!(html.contains(part), "no {part} in {html}");
    }
    assert!(!html.contains("\n\n"), "there are blank lines: {html}");
}

#[test]
fn content_with_a_title_of_its_own_gets_no_second_one() {
    let mut view = view();
    view.content = "<h1 id=\"own\">Own</h1>".into();
    let html = whole_theme(&[]).render("page.html", &view.to_context()).expect("it renders");
    assert_eq!(html.matches("<h1").count(), 1);
}

#[test]
fn a_very_deep_tree_is_cut_and_not_an_error() {
    let mut view = view();
    for _ in 0..100 {
        let children = std::mem::take(&mut view.nav);
        view.nav = vec![NavTree::new(&NavItem { title: "x".into(), ..NavItem::default() }, children)];
    }
    assert!(whole_theme(&[]).render("page.html", &view.to_context()).is_ok());
}

#[test]
fn a_file_of_the_site_takes_the_place_of_the_built_in_one() {
    let theme = whole_theme(&[
        ("templates/partials/footer.html", "<footer>Mine</footer>"),
        ("templates/poem.html", "{% extends \"page.html\" %}{% block title %}Poem{% endblock %}"),
        ("style.css", "p {}"),
        ("logo.svg", "<svg/>"),
    ]);
    assert!(theme.has_template("poem.html") && theme.templates().any(|name| name == "poem.html"));
    let html = theme.render("poem.html", &view().to_context()).expect("it renders");
    assert!(html.contains("<title>Poem</title>") && html.contains("<footer>Mine</footer>"));
    assert_eq!(theme.asset("style.css").map(super::Asset::bytes), Some(&b"p{}"[..]));
    let plain = whole_theme(&[]);
    let is_new = |path: &&str| plain.asset(path).is_none();
    let style = &theme.asset("style.css").expect("an asset").address;
    // Only files of the site have their names as addresses, too.
    let mut new = vec!["logo.svg", "style.css", style, &theme.asset("logo.svg").expect("an asset").address];
    new.sort_unstable();
    let mut found: Vec<&str> = theme.asset_paths().filter(is_new).collect();
    found.sort_unstable();
    assert_eq!(found, new);
    assert_ne!(theme.template_print("page.html"), plain.template_print("page.html"));
    assert_eq!(theme.template_print("redirect.html"), plain.template_print("redirect.html"));
}

#[test]
fn a_template_is_another_when_a_file_that_it_names_is() {
    let template = "{{ asset(path=\"a.css\") }}{{ integrity(path = 'b.js', optional=true) }}";
    let any = "{% set name = \"a.css\" %}{{ asset(path=name) }}";
    let of = |files: &[(&str, &str)]| {
        let templates = [
            ("templates/own.html", template),
            ("templates/any.html", any),
            ("templates/none.html", "assets"),
        ];
        let theme = whole_theme(&[&templates[..], files].concat());
        ["own.html", "any.html", "none.html"].map(|name| theme.template_print(name).expect("a template"))
    };
    let plain = of(&[("a.css", "a{}"), ("c.css", "")]);
    let check = |files: &[(&str, &str)], differs: [bool; 3]| {
        let now = of(files);
        assert_eq!([0, 1, 2].map(|at| now[at] != plain[at]), differs, "{files:?}");
    };
    check(&[("a.css", "a { }"), ("c.css", "")], [false, false, false]);
    check(&[("a.css", "b{}"), ("c.css", "")], [true, true, false]);
    check(&[("a.css", "a{}"), ("c.css", "c{d:e}")], [false, true, false]);
    check(&[("a.css", "a{}"), ("c.css", ""), ("b.js", "")], [true, true, false]);
}

#[test]
fn broken_templates_are_reported_and_the_built_in_ones_used() {
    let check = |files: &[(&str, &str)], expected: &[&str]| {
        let (theme, diagnostics) = theme(files);
        assert_eq!(diagnostics.iter().map(say).collect::<Vec<_>>(), expected);
        let theme = Shown(theme.0.with_site(&site()));
        for name in ["page.html", "section.html", "404.html"] {
            assert!(theme.render(name, &view().to_context()).is_ok(), "{files:?}");
        }
        assert!(theme.component("note").is_some());
    };
    check(
        &[("templates/page.html", "a\n  {{ page.title | uper }}\n"), ("templates/x.html", "{% if %}")],
        &[
            "found `%}` but expected one of: integer, float, string, bool, ident, `-`, `not`, `<`, `{`, `[` or `(` \
             @ templates/x.html:1:7 `{% if %}`",
            "unknown filter `uper` @ templates/page.html:2:19 `  {{ page.title | uper }}` | \
             did you mean `upper`? The built-in file of this name is used until then",
        ],
    );
    check(
        &[("templates/mine.html", "{% extends \"bse.html\" %}")],
        &["unknown template `bse.html` @ templates/mine.html:1:13 `{% extends \"bse.html\" %}` | \
           did you mean `base.html`?"],
    );
    check(
        &[("templates/base.html", "<html>{{ content }}</html>")],
        &["the block `main` is filled, but no template further up has it @ templates/base.html | \
           write `{% block main %}{% endblock %}` where it belongs; \
           the built-in file of this name is used until then | needed here themes/default/templates/404.html:2"],
    );
    check(
        &[("templates/base.html", "{% extends \"page.html\" %}")],
        &["templates extend each other in a circle: \
           `templates/base.html` -> `templates/page.html` -> `templates/base.html` @ templates/base.html | the built-in file of this name is used until then"],
    );
    check(
        &[("components/mine.html", "{% component note() %}{{ get_pge() }}{% endcomponent %}")],
        &["unknown function `get_pge` @ components/mine.html:1:26 \
           `{% component note() %}{{ get_pge() }}{% endcomponent %}` | did you mean `get_page`?"],
    );
}

#[test]
fn an_own_component_of_any_file_replaces_the_built_in_one() {
    let theme =
        whole_theme(&[("components/mine.html", "{% component note() %}MY {{ body }}{% endcomponent %}")]);
    assert_eq!(call(&theme, "note", &[], "<p>x</p>").0, "MY <p>x</p>");
}

#[test]
fn two_own_components_of_one_name_are_a_mistake() {
    let one = "{% component mine() %}1{% endcomponent %}";
    let (theme, diagnostics) = theme(&[("components/a.html", one), ("components/b.html", one)]);
    assert_eq!(diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["component-twice"]);
    assert!(theme.component("mine").is_some());
}

#[test]
fn files_that_are_no_text_and_unknown_themes_are_reported() {
    let bad = ThemeFile { bytes: Cow::Borrowed(b"\xff"), ..own("templates/page.html", "") };
    let (theme, diagnostics) = Theme::load(
        "defualt",
        OwnFiles::from([(DEFAULT_THEME.to_owned(), vec![bad])]),
        &ThemeOptions::default(),
    );
    let said: Vec<String> = diagnostics.iter().map(say).collect();
    assert_eq!(said[0], "unknown theme `defualt` | did you mean `default`?");
    assert!(
        said[1].starts_with("the template `templates/page.html` is not UTF-8 text @ templates/page.html")
    );
    assert!(theme.has_template("page.html"));
}

#[test]
fn an_error_three_includes_deep_tells_how_it_was_reached() {
    let theme = whole_theme(&[
        ("templates/page.html", "1\n{% include \"one.html\" %}"),
        ("templates/one.html", "\n\n{% include \"two.html\" %}"),
        ("templates/two.html", "{{ <deep /> }}"),
        ("components/deep.html", "{% component deep(@page) %}\n<b>{{ page.titel }}</b>{% endcomponent %}"),
    ]);
    let check = |theme: &Theme, expected: &str| {
        let error = theme.render("page.html", &view().to_context()).expect_err("it fails");
        assert_eq!(say(&error), expected);
    };
    check(
        &theme,
        "unknown field `titel` @ components/deep.html:2:12 `<b>{{ page.titel }}</b>{% endcomponent %}` | \
         did you mean `title`? | called from templates/two.html:1 | called from templates/one.html:3 | \
         called from templates/page.html:2",
    );
    check(
        &whole_theme(&[("templates/page.html", "{{ contnet }}")]),
        "unknown variable `contnet` @ templates/page.html:1:4 `{{ contnet }}` | did you mean `content`?",
    );
    let error = theme.render("pgae.html", &Context::new()).expect_err("there is none");
    assert_eq!(say(&error), "unknown template `pgae.html` | did you mean `page.html`?");
}

#[test]
fn functions_ask_the_scope() {
    let check = |template: &str, expected: Result<&str, &str>| {
        let theme = whole_theme(&[("templates/page.html", template)]);
        let result = scope::with(Arc::new(Answers), || theme.render("page.html", &Context::new()));
        assert_eq!(result.as_deref().map_err(|error| error.message.as_str()), expected, "{template}");
    };
    check("{% set p = get_page(path=\"guide.md\") %}{{ p.title }}", Ok("Guide"));
    check("{{ get_page(path=\"x\", optional=true) is none }}", Ok("true"));
    check(
        "{{ get_page(path=\"x\") }}",
        Err("there is no page `x`; with `optional=true` that gives nothing instead"),
    );
    check("{% for k, v in load_data(path=\"team.yml\") %}{{ k }}{{ v }}{% endfor %}", Ok("z1a2"));
    check("{{ load_data(path=\"x.yml\") }}", Err("there is no file `x.yml`"));
    let font = whole_theme(&[]).assets.named("fonts/literata.woff2").expect("an asset").address.clone();
    check(
        "{{ url(to=\"a.md\") }} {{ asset(path=\"fonts/literata.woff2\") }}",
        Ok(&format!("/here/a.md /sub/theme/{font}")),
    );
    check("{{ integrity(path=\"fonts/literata.woff2\") }}", Ok(""));
    check(
        "{{ asset(path='/site.css') }}{{ integrity(path='/site.css') }}",
        Ok("/sub/site.1.css integrity=\"sha384-x\""),
    );
    check("{{ asset(path='/site.css', from='/sub/a/') }}", Ok("../site.1.css"));
    check("{{ asset(path='/none.css', optional=true) }}", Ok(""));
    check("{{ asset(path=\"fonts/literata.woff2\", from=\"/sub/a.html\") }}", Ok(&format!("theme/{font}")));
    check(
        "{{ asset(path=\"fonts/literata.woff2\", from=\"/sub/theme-park/ü/\") }}",
        Ok(&format!("../../theme/{font}")),
    );
    check("{{ asset(path=\"fonts/literata.woff2\", from=\"/\") }}", Ok(&format!("sub/theme/{font}")));
    check("{{ asset(path=\"site.css\", optional=true) is none }}", Ok("true"));
    check(
        "{{ asset(path=\"styl.css\") }}",
        Err("the theme has no file `styl.css`; did you mean `style.css`?"),
    );
    check("{{ \"*a*\" | markdown }}|{{ \"a\" | markdown(inline=true) }}", Ok("<p>*a*</p>\n|a"));
    let theme = whole_theme(&[("templates/page.html", "{{ url(to=\"a\") }}")]);
    let error = theme.0.render("page.html", &Context::new()).expect_err("there is no scope");
    assert_eq!(error.message, "there is no page here to ask about the site");
}

#[test]
fn groups_keep_the_order_in_which_they_are_met() {
    let template =
        "{% for k, v in children | group_by(attribute=\"title\") %}{{ k }}{{ v | length }} {% endfor %}";
    let theme = whole_theme(&[("templates/page.html", template)]);
    let mut view = view();
    let child = |title: &str| Child { title: title.into(), ..Child::default() };
    view.children = ["z", "b", "z", "a", "y", "x"].map(child).to_vec();
    let html = theme.render("page.html", &view.to_context());
    assert_eq!(html.as_deref(), Ok("z2 b1 a1 y1 x1 "));
}

#[test]
fn every_component_renders_with_and_without_a_body() {
    let theme = whole_theme(&[]);
    let names: Vec<String> = theme.component_names().map(str::to_owned).collect();
    assert!(names.iter().any(|name| name == "tabs") && !names.iter().any(|name| name == "toc_list"));
    for name in names {
        let info = theme.component(&name).expect("it is there");
        let attributes: Vec<(&str, AttributeValue)> =
            info.params.iter().filter(|p| p.required).map(|p| (p.name.as_str(), text("x"))).collect();
        assert!(info.doc.is_some() && info.takes_body, "{name}");
        for body in ["<p>Body</p>", ""] {
            let (html, said) = call(&theme, &name, &attributes, body);
            assert!(said.is_empty() && html.contains(body), "{name}: {said:?} {html}");
        }
    }
}

#[test]
fn components_nest() {
    let theme = whole_theme(&[]);
    let check = |name: &str, attributes: &[(&str, AttributeValue)], body: &str, expected: &str| {
        assert_eq!(call(&theme, name, attributes, body), (expected.to_owned(), Vec::new()));
    };
    check(
        "note",
        &[("title", text("a < b")), ("class", text("wide"))],
        "<p>x</p>",
        "<aside class=\"alert alert-note wide\"><p class=\"alert-title\">a &lt; b</p>\n<p>x</p>\n</aside>",
    );
    check("kbd", &[], "Ctrl+&lt;", "<kbd>Ctrl</kbd>+<kbd>&lt;</kbd>");
    check("badge", &[("type", text("tip"))], "new", "<span class=\"badge badge-tip\">new</span>");
    let (tab, _) = call(&theme, "tab", &[("title", AttributeValue::Integer(1))], "<p>One</p>");
    let (tabs, _) = call(&theme, "tabs", &[], &tab);
    assert!(tabs.contains("<input type=\"radio\" name=\"tabs-") && !tabs.contains("@tabs@"), "{tabs}");
    assert!(tabs.contains("<p>One</p>"));
    let (outer, said) = call(&theme, "code-group", &[], &tabs);
    assert!(said.is_empty() && outer.contains(&tabs));
}

#[test]
fn wrong_calls_say_what_would_be_right() {
    let theme = whole_theme(&[]);
    let check = |name: &str, attributes: &[(&str, AttributeValue)], expected: &[&str]| {
        assert_eq!(call(&theme, name, attributes, "").1, expected);
    };
    check("nte", &[], &["unknown component `nte` | did you mean `note`?"]);
    check(
        "chart",
        &[],
        &["unknown component `chart` | a component is defined in a file `components/chart.html`"],
    );
    check("note", &[("titel", text("x"))], &["`note` has no attribute `titel` | did you mean `title`?"]);
    check(
        "tab",
        &[("id", text("x")), ("title", text("x"))],
        &["`tab` has no attribute `id` | it takes `title`"],
    );
    check("kbd", &[("id", text("x"))], &["`kbd` has no attribute `id` | it takes none: leave it out"]);
    check("figure", &[], &["`figure` needs the attribute `src` | write `{src=…}`, it is text"]);
    check(
        "figure",
        &[("src", text("a.png")), ("width", text("wide"))],
        &["`width` of `figure` wants a whole number, not the text `wide` | without it, it is `0`"],
    );
    check("tab", &[("title", AttributeValue::Bool(true))], &["`title` of `tab` wants text, not `true`"]);
    check(
        "details",
        &[("open", AttributeValue::Integer(1))],
        &["`open` of `details` wants `true` or `false`, not the number `1` | without it, it is `false`"],
    );
    check("columns", &[("count", text("3")), ("class", AttributeValue::Integer(4))], &[]);
}

#[test]
fn a_bad_attribute_costs_itself_only() {
    let (html, said) = call(&whole_theme(&[]), "note", &[("titel", text("x"))], "<p>Body</p>");
    assert!(html.contains("<p>Body</p>") && said.len() == 1);
}

#[test]
fn an_error_inside_a_component_is_placed_in_the_theme() {
    let theme = whole_theme(&[(
        "components/sum.html",
        "{% component sum(a: number) %}{{ a / 0 }}{% endcomponent %}",
    )]);
    let (_, said) = call(&theme, "sum", &[("a", AttributeValue::Integer(1))], "");
    assert!(said[0].contains("@ components/sum.html:1:"), "{said:?}");
    let (html, said) = call(&theme, "sum", &[("a", AttributeValue::Integer(1))], "text");
    assert!(html.is_empty() && said[0].starts_with("`sum` doesn't show what stands inside it"), "{said:?}");
}

#[test]
fn texts_are_filled_with_their_arguments() {
    let shown = |call: &str| {
        let theme = whole_theme(&[("templates/x.html", &format!("{{{{ {call} }}}}"))]);
        scope::with(Arc::new(Answers), || theme.render("x.html", &Context::new())).expect("it renders")
    };
    assert_eq!(shown("t(key='by', day=3, who='<Ada>')"), "3 by &lt;Ada&gt; &amp; {nobody}");
    assert_eq!(
        shown("t(key='by', day='<b>3</b>' | safe, who='<Ada>')"),
        "<b>3</b> by &lt;Ada&gt; &amp; {nobody}"
    );
}
