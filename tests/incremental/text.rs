//! Random text of pages: front matter, and pieces of Markdown that ask for other files in every way there is.

use super::{
    names::{self, HEADINGS, LAYOUTS, TERMS, TITLES},
    rng::Rng,
    state::{DAY_SECONDS, FIRST_DAY, State},
};

/// The kinds of piece that a body is made of, and how likely each is.
const PIECES: &[(Piece, usize)] = &[
    (Piece::Text, 8),
    (Piece::Heading, 8),
    (Piece::Link, 10),
    (Piece::WikiLink, 6),
    (Piece::Image, 3),
    (Piece::Code, 3),
    (Piece::Include, 8),
    (Piece::Embed, 5),
    (Piece::Component, 8),
    (Piece::Block, 5),
    (Piece::Html, 2),
    (Piece::Title, 1),
    (Piece::Slides, 4),
];

/// A kind of piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text,
    Heading,
    Link,
    WikiLink,
    Image,
    Code,
    Include,
    Embed,
    Component,
    /// A list, a table, an alert, a footnote, a formula.
    Block,
    Html,
    /// `{{#title}}`
    Title,
    /// Separators, classes, notes and variables of slides.
    Slides,
}

/// The keys of front matter, and how likely each is.
pub(crate) const KEYS: &[(&str, usize)] = &[
    ("title", 4),
    ("date", 3),
    ("updated", 1),
    ("draft", 1),
    ("publish", 1),
    ("expire", 1),
    ("tags", 4),
    ("kinds", 2),
    ("aliases", 2),
    ("weight", 2),
    ("layout", 1),
    ("lang", 1),
    ("translation_of", 2),
    ("description", 1),
    ("toc", 1),
    ("redirect", 1),
    ("sort", 2),
    ("order", 1),
    ("paginate", 1),
    ("cascade", 3),
    ("extra", 1),
    ("color", 1),
    ("tilte", 1),
    ("published", 1),
];

/// A whole page for a path.
pub(crate) fn page(rng: &mut Rng, state: &State, path: &str) -> String {
    let mut text = String::new();
    if rng.chance(85) {
        let often = ["title", "tags", "date"].into_iter().filter(|_| rng.chance(40)).collect::<Vec<_>>();
        let rarely = (0..rng.between(0, 3)).map(|_| rng.weighted(KEYS)).collect::<Vec<_>>();
        for key in often.into_iter().chain(rarely) {
            // Most pages are published.
            if !matches!(key, "draft" | "redirect" | "expire" | "publish" | "published") || rng.chance(25) {
                text = with_key(&text, key, Some(&front_entry(rng, state, path, key)));
            }
        }
        text = format!("---\n{text}---\n");
    }
    if rng.chance(40) {
        text.push_str(&format!("# {}\n\n", rng.pick(TITLES)));
    }
    for _ in 0..rng.between(1, 6) {
        text.push_str(&any_piece(rng, state, path));
        text.push('\n');
    }
    text
}

/// What only slides have.
fn slides(rng: &mut Rng, state: &State, path: &str) -> String {
    let target = names::target(rng, state, path);
    let image = names::asset_target(rng, state, path);
    let title = rng.pick(TITLES);
    let pieces = [
        "\n---\n".to_owned(),
        "\n---\n\nclass: big\nname: one\n".to_owned(),
        "\n--\n\n- more\n".to_owned(),
        "\n???\n\nnotes\n".to_owned(),
        format!(".lab[\n- see [it]({target})\n]\n"),
        "@@TITLE@@ @@CHAT@@ @@NOTHING@@\n".to_owned(),
        "\n---\n@@TOC@@\n---\n".to_owned(),
        format!("@@INCLUDE[content/{}]\n", rng.pick(&["data.csv", "alpha.md", "none.txt"])),
        format!("@@LINK[{path}] [text][def]\n"),
        format!("[def]: {target}\n"),
        format!("![x]({image})\n"),
        format!("\n---\nlayout: {}\n\nHEAD\n\n---\n", rng.pick(&["true", "false"])),
        format!("\n---\n\n# {title}\n"),
    ];
    rng.pick_of(&pieces).cloned().unwrap_or_default()
}

/// A piece of any kind, which ends with a line break.
pub(crate) fn any_piece(rng: &mut Rng, state: &State, path: &str) -> String {
    let kind = rng.weighted(PIECES);
    piece(rng, state, path, kind)
}

/// A piece for the file at `path`.
pub(crate) fn piece(rng: &mut Rng, state: &State, path: &str, kind: Piece) -> String {
    match kind {
        Piece::Text => {
            let n_words = rng.between(2, 12);
            format!("{}\n", names::words(rng, n_words))
        }
        Piece::Heading => format!("{} {}\n", "#".repeat(rng.between(1, 3)), rng.pick(HEADINGS)),
        Piece::Link => {
            let target = names::target(rng, state, path);
            match rng.below(4) {
                0 => format!("See <{target}> or <a href=\"{target}\">it</a>.\n"),
                1 => format!("See [it][ref].\n\n[ref]: {target}\n"),
                _ => format!("See [it]({target}){}.\n", rng.pick(&["", "{.button}"])),
            }
        }
        Piece::WikiLink => {
            format!("See [[{}{}]].\n", names::wiki_target(rng, state), rng.pick(&["", "|so"]))
        }
        Piece::Image => {
            let target = names::asset_target(rng, state, path);
            match rng.below(3) {
                0 => format!("<img src=\"{target}\" alt=\"\">\n"),
                1 => "![[pic.png|30]]\n".to_owned(),
                _ => format!("![a picture]({target}){}\n", rng.pick(&["", "{width=30}"])),
            }
        }
        Piece::Code => {
            let language = rng.pick(&["rust", "rust {1} linenos", "text", "console", "rist", "math", ""]);
            format!("```{language}\nlet x = {}; // [!code ++]\n$ ls\n```\n", rng.below(5))
        }
        Piece::Slides => slides(rng, state, path),
        Piece::Include => include(rng, state, path),
        Piece::Embed => format!("![[{}]]\n", names::wiki_target(rng, state)),
        Piece::Component => component(rng, state, path),
        Piece::Block => rng
            .pick(&[
                "- one\n- [x] two\n\n  three\n",
                "| a | b |\n|---|--:|\n| 1 | [c](alpha.md) |\n",
                "> [!NOTE] A note\n> See [[Beta]].\n",
                "A note.[^n]\n\n[^n]: See [it](beta.md).\n",
                "$$\n\\frac{1}{2}\n$$\n",
                "Crumb\n: The inside, see [[Gamma]].\n",
                "## Over\n\nText\n\n## Under\n",
            ])
            .to_owned(),
        Piece::Html => rng
            .pick(&[
                "<a id=\"mark\"></a>\n",
                "<div id=\"usage\">\n\n*Text*\n\n</div>\n",
                "<details><p>x</p></details>\n",
            ])
            .to_owned(),
        Piece::Title => format!("{{{{#title {}}}}}\n", rng.pick(TITLES)),
    }
}

fn include(rng: &mut Rng, state: &State, from: &str) -> String {
    let page = names::known_page(rng, state);
    let content = names::content(state);
    let up = "../".repeat(from.matches('/').count());
    let known: Vec<&String> = state.files.keys().collect();
    let path = match rng.below(8) {
        0 | 1 => format!("{up}{content}{page}"),
        2 => format!("{up}{content}_notes/_part.md"),
        3 => format!("/{content}files/code.rs"),
        4 => names::in_content(rng.pick(names::ASSETS), &format!("/{content}")),
        5 => rng
            .pick(&["/src/lib.rs", "/data/prices.csv", "/recto.yml", "../../outside.md", "_part.md"])
            .to_owned(),
        _ => format!("/{}", rng.pick_of(&known).map_or("recto.yml", |path| path.as_str())),
    };
    let part = rng.pick(&["", "", "", "", ":1", ":2:3", ":2:", "::2", ":setup", ":other", ":9:12"]);
    let directive = rng.pick(&["include", "include", "include", "rustdoc_include", "playground"]);
    let line = format!("{{{{#{directive} {}{part}}}}}", path.replace(' ', "-"));
    match rng.below(4) {
        0 => format!("```rust\n{line}\n```\n"),
        1 => format!("> {line}\n"),
        _ => format!("{line}\n"),
    }
}

fn component(rng: &mut Rng, state: &State, from: &str) -> String {
    let target = names::target(rng, state, from);
    let name = rng.pick(&["note", "card", "box", "box", "outer", "details", "alert", "unknown"]);
    match rng.below(12) {
        0..=2 => format!(":::{name} A title\n{}:::\n", any_piece(rng, state, from)),
        3 => format!(":::card{{title=\"x\" href=\"{target}\"}}\nText\n:::\n"),
        4 => format!("::figure{{src=\"{}\" alt=\"x\"}}\n", names::asset_target(rng, state, from)),
        5 => "::::tabs\n:::tab{title=\"One\"}\n1\n:::\n:::tab{title=\"Two\"}\n2\n:::\n::::\n".to_owned(),
        6 => format!("Press :kbd[Ctrl+C] and :badge[new]{{type=tip}} and :chip[{}].\n", rng.pick(TITLES)),
        7 => format!("::pages{{folder=\"{}\"}}\n", names::folder(rng)),
        8 | 9 => rng.pick(&["::prices\n", "::prices\n", "::prices\n", "::about\n"]).to_owned(),
        _ => format!("::box{{title=\"{}\" wrong=1}}\n", rng.pick(TITLES)),
    }
}

/// The entry of a key, one or more lines.
pub(crate) fn front_entry(rng: &mut Rng, state: &State, path: &str, key: &str) -> String {
    let value = match key {
        "title" | "tilte" => format!("'{}'", rng.pick(TITLES)),
        "date" | "updated" | "publish" | "expire" => day(rng),
        "draft" | "toc" | "published" => rng.pick(&["true", "false", "perhaps"]).to_owned(),
        "tags" | "kinds" => {
            let terms: Vec<&str> = (0..rng.between(0, 3)).map(|_| rng.pick(TERMS)).collect();
            format!("[{}]", terms.join(", "))
        }
        "aliases" => {
            let alias = rng.pick(&[
                "former",
                "/old/alpha/",
                "/old.html",
                "/alpha/",
                "../up",
                "/guide/",
                "/tags/rust/",
            ]);
            format!("[{alias}]")
        }
        "weight" => rng.below(4).to_string(),
        "layout" => rng.pick(LAYOUTS).to_owned(),
        "lang" => rng.pick(&["de", "en", "fr-CA"]).to_owned(),
        "translation_of" => rng.pick(&["alpha.md", "/guide/index.md", "beta", "/fr/alpha"]).to_owned(),
        "description" => format!("'{} of it'", names::words(rng, 2).replace('\'', "")),
        "redirect" => names::target(rng, state, path),
        "sort" => rng.pick(&["weight", "date", "title", "path", "odd"]).to_owned(),
        "order" => rng.pick(&["asc", "desc"]).to_owned(),
        "paginate" => rng.pick(&["0", "1", "2", "3"]).to_owned(),
        "cascade" => {
            let inner = rng.pick(&[
                "tags",
                "layout",
                "title",
                "weight",
                "draft",
                "extra",
                "description",
                "toc",
                "kinds",
            ]);
            return format!("cascade:\n  {}", front_entry(rng, state, path, inner).replace('\n', "\n  "));
        }
        "extra" => format!("\n  color: {}\n  list: [1, {}]", rng.pick(&["red", "blue"]), rng.below(3)),
        _ => rng.pick(&["red", "blue", "7"]).to_owned(),
    };
    format!("{key}: {value}")
}

/// A day around the first one.
fn day(rng: &mut Rng) -> String {
    let n_days = (FIRST_DAY / DAY_SECONDS) as i64 + rng.between(0, 6) as i64 - 3;
    // 2024-05-28 to 2024-06-03.
    let day = n_days - (FIRST_DAY / DAY_SECONDS) as i64 + 31;
    let time = rng.pick(&["", "", " 10:00", "T22:00:00-05:00"]);
    if day <= 31 { format!("2024-05-{day:02}{time}") } else { format!("2024-06-{:02}{time}", day - 31) }
}

/// A file's front matter, without its fences, and its body.
pub(crate) fn split(text: &str) -> (&str, &str) {
    let front = text.strip_prefix("---\n").and_then(|rest| rest.split_once("---\n"));
    front.unwrap_or(("", text))
}

/// A page with other front matter.
pub(crate) fn join(front: &str, body: &str) -> String {
    if front.is_empty() { body.to_owned() } else { format!("---\n{front}---\n{body}") }
}

/// YAML with the top-level entry of a key replaced, added or left out.
pub(crate) fn with_key(yaml: &str, key: &str, entry: Option<&str>) -> String {
    let prefix = format!("{key}:");
    let mut text = String::new();
    let mut is_old = false;
    for line in yaml.lines() {
        if !line.starts_with([' ', '-']) {
            is_old = line.starts_with(&prefix);
        }
        if !is_old {
            text.push_str(line);
            text.push('\n');
        }
    }
    if let Some(entry) = entry {
        text.push_str(entry);
        text.push('\n');
    }
    text
}

/// The keys of the top-level entries of YAML.
pub(crate) fn keys(yaml: &str) -> Vec<&str> {
    let keys = yaml.lines().filter(|line| !line.starts_with([' ', '-']));
    keys.filter_map(|line| line.split_once(':')).map(|(key, _)| key).collect()
}
