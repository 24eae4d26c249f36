//! Random files of themes: templates that ask the site for everything that there is to ask for, components, assets,
//! and broken ones.

use super::{
    names::{self, TITLES},
    rng::Rng,
    state::State,
};

/// The files of a theme that a site may have, and how likely each is.
const FILES: &[(&str, usize)] = &[
    ("templates/page.html", 5),
    ("templates/section.html", 3),
    ("templates/taxonomy.html", 2),
    ("templates/term.html", 2),
    ("templates/404.html", 1),
    ("templates/redirect.html", 1),
    ("templates/base.html", 2),
    ("templates/wide.html", 2),
    ("templates/post.html", 1),
    ("templates/partials/head.html", 2),
    ("templates/partials/footer.html", 3),
    ("templates/partials/after.html", 1),
    ("templates/partials/own.html", 2),
    ("components/box.html", 4),
    ("components/outer.html", 2),
    ("components/pages.html", 3),
    ("components/prices.html", 3),
    ("components/chip.html", 2),
    ("components/about.html", 1),
    ("components/note.html", 1),
    ("components/twin.html", 1),
    ("style.css", 2),
    ("logo.svg", 2),
    ("theme.yml", 1),
];

/// The components that pages call.
pub(crate) const COMPONENTS: &[&str] = &[
    "themes/default/components/box.html",
    "themes/default/components/outer.html",
    "themes/default/components/pages.html",
    "themes/default/components/prices.html",
    "themes/default/components/chip.html",
    "themes/default/components/about.html",
];

/// The path of a theme's file, mostly of the theme that is used first.
pub(crate) fn path(rng: &mut Rng) -> String {
    let theme = if rng.chance(85) { "default" } else { "bakery" };
    format!("themes/{theme}/{}", rng.weighted(FILES))
}

/// The text of a theme's file.
pub(crate) fn text(rng: &mut Rng, state: &State, path: &str) -> String {
    let name = path.splitn(3, '/').nth(2).unwrap_or_default();
    match name {
        "style.css" => format!(
            "body {{ margin: {}px }}\n{}p {{ margin: 0 }}\n",
            rng.below(5),
            rng.pick(&["", "/* first view: begin */"])
        ),
        "logo.svg" => format!("<svg width=\"{}\"/>\n", rng.below(5)),
        "theme.yml" => {
            format!("name: Theme\nversion: \"1.{}\"\nformat: {}\n", rng.below(3), rng.pick(&["1", "1", "9"]))
        }
        _ if name.starts_with("components/") => component(rng, state, name),
        _ if name.ends_with("redirect.html") => {
            format!("<a href=\"{{{{ redirect.url }}}}\">{}</a>\n", rng.below(3))
        }
        _ if name.contains("partials/") => bits(rng, state),
        _ if name.ends_with("base.html") => format!(
            "<title>{{{{ page.title }}}} {{{{ site.title }}}}</title>\n{}{{% block main %}}{{% endblock %}}\n{{% include \
             \"partials/footer.html\" %}}\n",
            bits(rng, state)
        ),
        _ => format!(
            "{{% extends \"base.html\" %}}\n{{% block main %}}\n<h1>{{{{ page.title }}}}</h1>\n{{{{ content }}}}\n{}\
             {{% endblock %}}\n",
            bits(rng, state)
        ),
    }
}

/// A file of the same path that Tera can't read, or that fails.
pub(crate) fn broken(rng: &mut Rng, path: &str) -> String {
    if path.ends_with(".yml") {
        return "name: [\n".to_owned();
    }
    rng.pick(&[
        "{% block main %}\n",
        "{{ page.title | no_such_filter }}\n",
        "{{ no_such_function() }}\n",
        "{% include \"partials/none.html\" %}\n",
        "{% extends \"none.html\" %}\n",
        "{{ page.none.none }}\n",
        "{% include \"partials/own.html\" %}\n",
        "{{ throw(message=\"no\") }}\n",
        "",
    ])
    .to_owned()
}

fn bits(rng: &mut Rng, state: &State) -> String {
    (0..rng.between(1, 4)).map(|_| bit(rng, state)).collect()
}

/// One question to the site, and the answer in all its parts.
fn bit(rng: &mut Rng, state: &State) -> String {
    let page = names::known_page(rng, state);
    let folder = names::folder(rng);
    let data = names::known_data(rng, state);
    let optional = if rng.chance(85) { ", optional=true" } else { "" };
    match rng.below(24) {
        0 | 1 => format!(
            "{{% set found = get_page(path=\"{page}\"{optional}) %}}{{% if found %}}<i>{{{{ found.title }}}} {{{{ found.url \
             }}}}</i>{{% endif %}}\n"
        ),
        2 => format!("{{% set found = get_page(path=\"{page}\"{optional}) %}}<p>{{{{ found | json }}}}</p>\n"),
        3 | 4 => format!(
            "{{% set found = get_section(path=\"{folder}\"{optional}) %}}{{% if found %}}{{% for child in found.children \
             %}}<li>{{{{ child.title }}}} {{{{ child.date or \"\" }}}}</li>{{% endfor %}}{{% endif %}}\n"
        ),
        5 => format!("{{% set found = get_section(path=\"{folder}\"{optional}) %}}<p>{{{{ found | json }}}}</p>\n"),
        6 => format!(
            "{{% set found = get_taxonomy(name=\"{}\"{optional}) %}}<p>{{{{ found | json }}}}</p>\n",
            rng.pick(&["tags", "kinds", "none"])
        ),
        7 | 8 | 22 | 23 => format!("<p>{{{{ load_data(path=\"{data}\") | json }}}}</p>\n"),
        9 => format!("<a href=\"{{{{ url(to=\"{page}\") }}}}\">it</a>\n"),
        10 => format!("<a href=\"{{{{ url(to=\"{}\") }}}}\">it</a>\n", names::target(rng, state, "a.md")),
        11 if rng.chance(40) => format!(
            "<style>{{{{ asset_text(path=\"style.css\"{}) }}}}</style>\n",
            rng.pick(&["", ", first_view=true"])
        ),
        11 => format!(
            "<img src=\"{{{{ asset(path=\"{}\"{optional}) }}}}\">\n",
            rng.pick(&["style.css", "logo.svg", "/pic.png", "/guide/pic.png", "/files/code.rs", "/files/other.txt"])
        ),
        12 => format!(
            "{{{{ \"See [[{}]], [it]({page}#usage) and :badge[x]\" | markdown{} }}}}\n",
            rng.pick(TITLES),
            rng.pick(&["", "(inline=true)"])
        ),
        13 => "{{ page | json }}\n".to_owned(),
        14 => "{{ site | json }}\n".to_owned(),
        15 => "{{ nav | json }}\n".to_owned(),
        16 => "{{ children | json }}{{ pagination | json }}\n".to_owned(),
        17 => "{{ taxonomy | json }}{{ term | json }}\n".to_owned(),
        18 => "{% include \"partials/own.html\" %}\n".to_owned(),
        19 if rng.chance(30) => "{{ <about /> }}\n".to_owned(),
        19 => "{{ <box title=\"x\" /> }}\n".to_owned(),
        20 => "{{ page.extra.color or \"none\" }} {{ site.extra.colors | json }} {{ page.updated or \"\" }}\n".to_owned(),
        21 => format!("{{{{ image(to=\"{}\") }}}}\n", rng.pick(&["pic.png", "/pic.png", "/guide/pic.png"])),
        _ => "{% for link in page.backlinks %}{{ link.title }}{% endfor %}{% for link in page.related %}{{ link.url }}{% \
              endfor %}{{ page.next.title or \"\" }}\n"
            .to_owned(),
    }
}

fn component(rng: &mut Rng, state: &State, name: &str) -> String {
    let name = name.trim_start_matches("components/").trim_end_matches(".html");
    let bit = if rng.chance(40) { bit(rng, state) } else { String::new() };
    let n = rng.below(3);
    match name {
        "outer" => format!(
            "{{% component outer(title: string = \"\") -%}}\n{{% <box title={{title}}> %}}{{{{ body }}}}{{% </box> \
             %}}{n}{bit}\n{{%- endcomponent outer %}}\n"
        ),
        "pages" => format!(
            "{{% component pages(folder: string = \"\", uid: string = \"\") -%}}\n{n} {{{{ uid }}}}{{% set found = \
             get_section(path=folder, optional=true) %}}{{% if found %}}{{% for child in found.children %}}<b>{{{{ child.title \
             }}}}</b>{{% endfor %}}{{% endif %}}{bit}\n{{%- endcomponent pages %}}\n"
        ),
        "prices" => format!(
            "{{% component prices(title: string = \"\") -%}}\n{n} {{{{ title }}}} {{{{ load_data(path=\"data/prices.csv\") | json \
             }}}}{bit}\n{{%- endcomponent prices %}}\n"
        ),
        "about" => format!(
            "{{% component about(@page) -%}}\n{n} {{{{ page.title }}}} {{{{ page.n_words }}}} {{{{ page.backlinks | json }}}}{bit}\n\
             {{%- endcomponent about %}}\n"
        ),
        "chip" => format!(
            "{{% component chip(type: string = \"a\") {{\"inline\": true}} -%}}\n<b class=\"{{{{ type }}}}\">{{{{ body }}}}{n}</b>\n\
             {{%- endcomponent chip %}}\n"
        ),
        // `twin` defines what `box` does.
        "twin" | "box" => format!(
            "{{% component box(title: string{}) -%}}\n<section{n}>{{{{ title }}}} {{{{ body }}}}</section>{bit}\n{{%- endcomponent \
             box %}}\n",
            rng.pick(&["", " = \"none\"", ", size: integer = 1"])
        ),
        name => format!(
            "{{% component {name}(title: string = \"\", id: string = \"\", class: string = \"\") -%}}\n<aside>{n}{{{{ title }}}}{{{{ \
             body }}}}</aside>{bit}\n{{%- endcomponent {name} %}}\n"
        ),
    }
}
