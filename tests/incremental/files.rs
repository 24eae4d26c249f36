//! Random files that are neither pages nor parts of a theme: the config, data, assets, ignore files, `SUMMARY.md`;
//! and a whole random site.

use super::{
    names::{self, ASSETS, DATA, TITLES},
    rng::Rng,
    state::{Conditions, Node, State},
    text, theme,
};

/// The keys of the config, and how likely each is.
pub(crate) const CONFIG_KEYS: &[(&str, usize)] = &[
    ("title", 2),
    ("description", 1),
    ("base_url", 2),
    ("language", 1),
    ("languages", 4),
    ("untranslated", 2),
    ("default_language_folder", 1),
    ("author", 1),
    ("theme", 1),
    ("url", 2),
    ("content", 1),
    ("output", 1),
    ("repo", 1),
    ("taxonomies", 3),
    ("feed", 2),
    ("paginate", 2),
    ("markdown", 2),
    ("highlight", 1),
    ("images", 3),
    ("compress", 1),
    ("menu", 2),
    ("extra", 2),
    ("format", 1),
    ("tilte", 1),
];

/// The entry of a key of the config, one or more lines.
pub(crate) fn config_entry(rng: &mut Rng, state: &State, key: &str) -> String {
    let target = names::target(rng, state, "recto.yml");
    let value = match key {
        "title" => rng.pick(TITLES).replace('&', "and"),
        "description" => names::words(rng, 2).replace(['*', '`', ':', '"', '&'], "x"),
        "base_url" => rng
            .pick(&[
                "/",
                "/docs/",
                "https://example.org/",
                "https://example.org/sub/",
                "https://example.net",
                "what?",
            ])
            .to_owned(),
        "language" => rng.pick(&["en", "de", "en-GB", "no tag"]).to_owned(),
        "languages" => rng
            .pick(&[
                "[en, fr]",
                "[en, fr]",
                "[fr, en]",
                "[en, de, fr]",
                "[en]",
                "{en: , fr: {title: Le pain, menu: [{title: Un, url: alpha.md}]}}",
                "{fr: Français, en: {dir: rtl, description: x}}",
                "[no tag]",
            ])
            .to_owned(),
        "untranslated" => rng.pick(&["original", "original", "absent", "odd"]).to_owned(),
        "default_language_folder" => rng.pick(&["true", "false"]).to_owned(),
        "author" => rng.pick(&["Ada", "Bob"]).to_owned(),
        "theme" => rng.pick(&["default", "default", "bakery", "missing"]).to_owned(),
        "url" => rng.pick(&["pretty", "plain", "odd"]).to_owned(),
        "content" => rng.pick(&["content", "content", "content/guide", ".", "docs"]).to_owned(),
        "output" => rng.pick(&["public", "dist"]).to_owned(),
        "repo" => rng
            .pick(&["https://github.com/a/b", "{url: https://github.com/a/b, branch: next}", "not a url"])
            .to_owned(),
        "taxonomies" => rng
            .pick(&[
                "[tags]",
                "[tags, kinds]",
                "[kinds]",
                "[]",
                "\n  - name: tags\n    paginate: 1\n    feed: true\n  - kinds",
                "\n  - kinds\n  - name: tags\n    paginate: 2",
            ])
            .to_owned(),
        "feed" => rng.pick(&["true", "false", "{limit: 1}", "{limit: 3, enabled: true}"]).to_owned(),
        "paginate" => rng.pick(&["0", "1", "2", "3"]).to_owned(),
        "markdown" => rng
            .pick(&[
                "{smart_punctuation: true}",
                "{math: false}",
                "{emoji: false}",
                "{emoji: true, math: true, smart_punctuation: false}",
            ])
            .to_owned(),
        "highlight" => rng.pick(&["{line_numbers: true}", "{line_numbers: false}"]).to_owned(),
        "compress" => rng.pick(&["[gz]", "[gz]", "[]", "false", "odd"]).to_owned(),
        "images" => rng
            .pick(&[
                "{resize: true, widths: [40, 60]}",
                "{resize: true, widths: [50]}",
                "{resize: true, widths: [30, 50], format: original, sizes: 10px}",
                "{resize: false}",
                "{widths: [0]}",
            ])
            .to_owned(),
        "menu" => format!(
            "\n  - {{title: One, url: '{target}'}}\n  - {{title: Two, url: {}}}",
            rng.pick(&["/guide/", "alpha.md"])
        ),
        "extra" => format!("\n  colors: [red, {}]", rng.pick(&["blue", "green"])),
        "format" => rng.pick(&["1", "1", "9"]).to_owned(),
        _ => "x".to_owned(),
    };
    format!("{key}: {value}")
}

/// The path of a data file.
pub(crate) fn data_path(rng: &mut Rng, state: &State) -> String {
    if rng.chance(50) {
        return names::known_data(rng, state);
    }
    names::in_content(rng.pick(DATA), &names::content(state))
}

/// The text of a data file, now and then a broken one.
pub(crate) fn data(rng: &mut Rng, path: &str) -> String {
    let n = rng.below(4);
    let is_broken = rng.chance(15);
    match path.rsplit('.').next().unwrap_or_default() {
        "csv" if is_broken => format!("loaf,price,loaf\nrye,{n}\n"),
        "csv" => format!("loaf,price\nrye,{n}\nwhite,2\n"),
        "json" if is_broken => "{\"a\": ".to_owned(),
        "json" => format!("{{\"z\": [{n}], \"a\": null}}\n"),
        "toml" if is_broken => "a = \n".to_owned(),
        "toml" => format!("b = {n}\n[table]\na = \"x\"\n"),
        _ if is_broken => "a: [\n".to_owned(),
        _ => format!("- name: Ada\n  n: {n}\n- name: Bob\n"),
    }
}

/// The path of a file that is no page.
pub(crate) fn asset_path(rng: &mut Rng, state: &State) -> String {
    names::in_content(rng.pick(ASSETS), &names::content(state))
}

/// The bytes of a file that is no page; source code has regions to include.
pub(crate) fn asset(rng: &mut Rng, path: &str) -> Vec<u8> {
    let n = rng.below(4);
    match path.rsplit('.').next().unwrap_or_default() {
        "rs" if rng.chance(80) => format!(
            "// ANCHOR: setup\nfn setup() {{\n    heat({n});\n}}\n// ANCHOR_END: setup\n\n// #region other\nlet rest = {n};\n{}",
            rng.pick(&["// #endregion\n", ""])
        )
        .into_bytes(),
        "md" => format!("# Hidden {n}\n").into_bytes(),
        "png" if rng.chance(60) => png(50 + 10 * n as u32),
        "png" => vec![0x89, b'P', b'N', b'G', n as u8],
        _ if rng.chance(15) => vec![0xFF, 0xFE, n as u8, 0],
        _ => format!("text {n}\n").into_bytes(),
    }
}

/// A picture that is so wide, and large enough to have smaller forms.
fn png(width: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let noise = |x: u32, y: u32| {
        let mut n = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B);
        n = (n ^ (n >> 15)).wrapping_mul(0x2C1B_3C6D);
        n = (n ^ (n >> 12)).wrapping_mul(0x297A_2D39);
        let [a, b, c, _] = (n ^ (n >> 15)).to_le_bytes();
        image::Rgb([a, b, c])
    };
    let picture = image::RgbImage::from_fn(width, 80, noise);
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
    bytes.into_inner()
}

/// The text of an ignore file.
pub(crate) fn ignore(rng: &mut Rng) -> String {
    let patterns = [
        "alpha.md",
        "index.md",
        "*a.md",
        "*.png",
        "guide/",
        "data/",
        "!alpha.md",
        "beta.*",
        "/content/blog",
        "files",
        "[",
        "themes/",
        "*.html",
    ];
    (0..rng.between(0, 2)).map(|_| format!("{}\n", rng.pick(&patterns))).collect()
}

/// The path of a manifest of a deck.
pub(crate) fn deck_path(rng: &mut Rng, state: &State) -> String {
    format!("{}{}", names::content(state), rng.pick(&["deck.yml", "other.yaml", "guide/deck.yml"]))
}

/// The text of a manifest of a deck, now and then of something else.
pub(crate) fn deck(rng: &mut Rng, state: &State) -> String {
    let mut text = String::new();
    for key in [
        "title: A deck",
        "chat: \"[room](alpha.md)\"",
        "exclude: [big]",
        "ratio: 4:3",
        "variables: {nothing: x}",
        "titel: x",
        "extends: deck.yml",
        "add: [alpha.md]",
        "remove: [alpha.md, alpha--breads]",
        "move: [{chapter: beta.md, before: alpha.md}, {slide: alpha--breads, after: beta.md}]",
        "replace: {slide: alpha, with: [beta.md]}",
        "pin: main",
    ] {
        if rng.chance(40) {
            text.push_str(&format!("{key}\n"));
        }
    }
    text.push_str(rng.pick(&["content:\n", "content:\n", "content:\n", "chapters:\n", "contents:\n"]));
    for _ in 0..rng.between(0, 6) {
        let page = names::known_page(rng, state);
        let item = match rng.below(10) {
            0 => "- |\n  # Inline\n\n  @@TOC@@\n".to_owned(),
            1 => "-\n".to_owned(),
            2 => "- gone.md\n".to_owned(),
            3 => format!("- {{part: Part, minutes: 5, content: ['{page}']}}\n"),
            4 => format!("- - '{page}'\n  - 5\n"),
            _ => format!("- '{page}'\n"),
        };
        text.push_str(&item);
    }
    text
}

/// The text of `SUMMARY.md`.
pub(crate) fn summary(rng: &mut Rng, state: &State) -> String {
    let mut text = String::from("# Summary\n\n");
    for at in 0..rng.between(0, 6) {
        let indent = if at > 0 && rng.chance(30) { "  " } else { "" };
        let page = names::known_page(rng, state).replace(' ', "%20");
        match rng.below(8) {
            0 => text.push_str("- [Not yet]()\n"),
            1 => text.push_str("\n# A part\n\n"),
            2 => text.push_str("Some text\n"),
            _ => text.push_str(&format!("{indent}- [{}]({page})\n", rng.pick(TITLES))),
        }
    }
    text
}

/// A random site of some 10 to 50 files.
pub(crate) fn site(rng: &mut Rng) -> State {
    let mut state = State { is_repository: rng.chance(15), ..State::default() };
    if rng.chance(80) {
        let mut config = String::new();
        for _ in 0..rng.between(0, 6) {
            let key = rng.weighted(CONFIG_KEYS);
            if !matches!(key, "format" | "content" | "tilte") {
                config = text::with_key(&config, key, Some(&config_entry(rng, &state, key)));
            }
        }
        put(&mut state, "recto.yml", config);
    }
    if rng.chance(70) {
        let home = text::page(rng, &state, "content/index.md");
        put(&mut state, "content/index.md", home);
    }
    for _ in 0..rng.between(1, 4) {
        let path = data_path(rng, &state);
        let data = data(rng, &path);
        put(&mut state, &path, data);
    }
    for _ in 0..rng.between(8, 28) {
        let path = names::page(rng, &state);
        let page = text::page(rng, &state, &path);
        put(&mut state, &path, page);
    }
    for _ in 0..rng.between(0, 5) {
        let path = asset_path(rng, &state);
        let bytes = asset(rng, &path);
        put(&mut state, &path, bytes);
    }
    let has_components = rng.chance(70);
    for path in theme::COMPONENTS.iter().filter(|_| has_components) {
        let text = theme::text(rng, &state, path);
        put(&mut state, path, text);
    }
    for _ in 0..rng.between(0, 5) {
        let path = theme::path(rng);
        let text = theme::text(rng, &state, &path);
        put(&mut state, &path, text);
    }
    if rng.chance(20) {
        let path = format!("{}{}", names::content(&state), names::summary(rng));
        let text = summary(rng, &state);
        put(&mut state, &path, text);
    }
    for _ in 0..rng.between(0, 2) {
        let path = deck_path(rng, &state);
        let text = deck(rng, &state);
        put(&mut state, &path, text);
    }
    if rng.chance(30) {
        let path = format!("{}workshop.html", names::content(&state));
        put(&mut state, &path, "a viewer");
    }
    state.conditions = Conditions { drafts: rng.chance(10), future: rng.chance(10), ..Conditions::default() };
    state
}

/// Puts a file into a site, unless a folder is there.
fn put(state: &mut State, path: &str, bytes: impl Into<Vec<u8>>) {
    let is_below_file = path.match_indices('/').any(|(at, _)| state.files.contains_key(&path[..at]));
    if !state.is_folder(path) && !is_below_file {
        state.files.insert(path.to_owned(), Node::File(bytes.into()));
    }
}
