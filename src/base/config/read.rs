//! Takes a [`Config`] out of the tree of `recto.yml`, and complains about the rest.

use crate::base::{
    config::{
        Assets, BaseUrl, Config, Encoding, FORMAT, Feed, Highlight, Markdown, MenuItem, Named, Repo,
        Taxonomy, ThemeSetting, Untranslated, UrlStyle, base_url::scheme_len, keys::keys_in,
    },
    diagnostic::Diagnostic,
    node::{Entry, Node, Value},
    path::RepoPath,
    shape::{Shapes, did_you_mean},
};

/// Characters of an unknown key that a message shows.
const SHOWN_CHARS: usize = 60;
const OUTPUT_HINT: &str = "name a folder for the output alone, such as `public`";

/// Reads the whole file.
pub(super) fn config(path: &RepoPath, text: &str, root: &Node) -> (Config, Vec<Diagnostic>) {
    let mut reader = Reader { shapes: Shapes::new(path, text, Vec::new()), config: Config::default() };
    if let Value::Map(entries) = &root.value {
        let format = entries.iter().find(|entry| entry.key == "format");
        if format.is_none_or(|entry| reader.understands(&entry.node)) {
            reader.fields(entries, "", Reader::top_level);
            reader.put_default_language_first(entries);
            reader.keep_output_apart(entries);
        }
    } else if !root.is_null() {
        let found = root.describe(text);
        reader.shapes.report(&root.span, || {
            Diagnostic::error("bad-value", format!("the config wants keys and values, found {found}"))
                .hint("write `title: My site`")
        });
    }
    (reader.config, reader.shapes.into_diagnostics())
}

/// Reads one file.
pub(super) struct Reader<'a> {
    pub(super) shapes: Shapes<'a>,
    pub(super) config: Config,
}

impl Reader<'_> {
    /// Calls `read` with the full name of each known key; unknown ones are errors.
    pub(super) fn fields(
        &mut self,
        entries: &[Entry],
        prefix: &str,
        mut read: impl FnMut(&mut Self, &str, &Node),
    ) {
        for Entry { key, key_span, node } in entries {
            if keys_in(prefix).any(|known| known == key) {
                read(self, &format!("{prefix}{key}"), node);
                continue;
            }
            self.shapes.report(key_span, || {
                let shown: String = key.chars().take(SHOWN_CHARS).collect();
                Diagnostic::error("unknown-key", format!("unknown key `{prefix}{shown}`"))
                    .hint(did_you_mean(key, keys_in(prefix)).unwrap_or_else(|| known_keys(prefix)))
            });
        }
    }

    fn nested(&mut self, key: &str, node: &Node, read: impl FnMut(&mut Self, &str, &Node)) {
        if let Some(entries) = self.shapes.map_of(key, node) {
            self.fields(entries, &format!("{key}."), read);
        }
    }

    fn understands(&mut self, node: &Node) -> bool {
        let Some(format) = self.shapes.count_of("format", node) else { return true };
        if format <= FORMAT {
            return true;
        }
        self.shapes.report(&node.span, || {
            let message =
                format!("`format: {format}` is made for a newer Recto; this one knows format {FORMAT}");
            Diagnostic::error("newer-format", message).hint("install a newer Recto")
        });
        false
    }

    fn top_level(&mut self, key: &str, node: &Node) {
        match key {
            "title" => self.config.title = self.shapes.text_of(key, node),
            "description" => self.config.description = self.shapes.text_of(key, node),
            "base_url" => self.base_url(key, node),
            "language" => self.language(key, node),
            "languages" => self.languages(key, node),
            "default_language_folder" => {
                set(&mut self.config.default_language_folder, self.shapes.bool_of(key, node));
            }
            "untranslated" => {
                let choices = [("absent", Untranslated::Absent), ("original", Untranslated::Original)];
                set(&mut self.config.untranslated, self.shapes.choice_of(key, node, &choices));
            }
            "author" => self.config.author = self.shapes.text_of(key, node),
            "theme" => self.theme(key, node),
            "colors" => self.nested(key, node, Self::colors),
            "fonts" => self.nested(key, node, Self::fonts),
            "logo" => self.config.look.logo = self.logo(key, node),
            "favicon" => self.config.look.favicon = self.file(key, node),
            "footer" => self.config.look.footer = self.footer(key, node),
            "social" => self.social(key, node),
            "head" => self.config.look.head = self.shapes.text_of(key, node),
            "url" => {
                let choices = [("pretty", UrlStyle::Pretty), ("plain", UrlStyle::Plain)];
                set(&mut self.config.url, self.shapes.choice_of(key, node, &choices));
            }
            "content" => self.config.content = self.folder(key, node),
            "output" => self.output(key, node),
            "repo" => self.repo(key, node),
            "taxonomies" => self.taxonomies(key, node),
            "feed" => self.feed(key, node),
            "last_changed" => set(&mut self.config.last_changed, self.shapes.bool_of(key, node)),
            "search" => set(&mut self.config.search, self.shapes.bool_of(key, node)),
            "paginate" => set(&mut self.config.paginate, self.shapes.count_of(key, node)),
            "markdown" => self.nested(key, node, Self::markdown),
            "highlight" => self.nested(key, node, Self::highlight),
            "assets" => self.nested(key, node, Self::assets),
            "images" => self.nested(key, node, Self::images),
            "compress" => self.compress(key, node),
            "menu" => self.config.menu = self.menu(key, node),
            "extra" => {
                if let Some(entries) = self.shapes.map_of(key, node) {
                    self.config.extra =
                        entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect();
                }
            }
            _ => {}
        }
    }

    /// `bakery`, or `{name: bakery, columns: 2}` with values for its settings.
    fn theme(&mut self, key: &str, node: &Node) {
        let Value::Map(entries) = &node.value else {
            set(&mut self.config.theme, name_of(&mut self.shapes, key, node));
            return;
        };
        for Entry { key, key_span, node } in entries {
            if key == "name" {
                set(&mut self.config.theme, name_of(&mut self.shapes, "theme.name", node));
                continue;
            }
            self.config.theme_settings.push(ThemeSetting {
                name: key.clone(),
                value: node.to_json(),
                name_at: self.shapes.place(key_span),
                at: self.shapes.place(&node.span),
            });
        }
    }

    /// Notes what should be there.
    pub(super) fn names(&mut self, target: &str, node: &Node) {
        let at = self.shapes.place(&node.span);
        self.config.named.push(Named { target: target.to_owned(), at });
    }

    fn base_url(&mut self, key: &str, node: &Node) {
        let Some(text) = self.shapes.text_of(key, node) else { return };
        match BaseUrl::parse(&text) {
            Some(url) => self.config.base_url = url,
            None => {
                let hint = "write `https://example.org/docs/` or `/docs/`".to_owned();
                self.shapes.bad_value(key, node, "a URL or a path", Some(hint));
            }
        }
    }

    fn language(&mut self, key: &str, node: &Node) {
        let tag = self.shapes.text_of(key, node).and_then(|text| self.tag(key, node, text));
        let tag = tag.inspect(|tag| self.doubt_tag(node, tag));
        set(&mut self.config.language, tag);
    }

    fn folder(&mut self, key: &str, node: &Node) -> Option<RepoPath> {
        let text = self.shapes.text_of(key, node)?;
        let path = RepoPath::root().resolve(&text);
        if path.is_none() {
            let hint = "name a folder from the root of the site".to_owned();
            self.shapes.bad_value(key, node, "a folder inside of the site", Some(hint));
        }
        path
    }

    fn output(&mut self, key: &str, node: &Node) {
        match self.folder(key, node) {
            Some(path) if path.is_root() => {
                self.shapes.bad_value(key, node, "a folder of its own", Some(OUTPUT_HINT.to_owned()));
            }
            Some(path) => self.config.output = path,
            None => {}
        }
    }

    /// A build replaces the whole output folder, so nothing of the author's may be inside of it.
    fn keep_output_apart(&mut self, entries: &[Entry]) {
        for key in ["output", "content"] {
            if self.output_is_apart() {
                return;
            }
            match key {
                "output" => self.config.output = Config::default().output,
                _ => self.config.content = None,
            }
            if let Some(entry) = entries.iter().find(|entry| entry.key == key) {
                self.shapes.bad_value(key, &entry.node, "a folder of its own", Some(OUTPUT_HINT.to_owned()));
            }
        }
    }

    fn output_is_apart(&self) -> bool {
        let Config { content, output, .. } = &self.config;
        let content = content.clone().unwrap_or_else(|| RepoPath::root().join("content"));
        !content.is_within(output) && !output.is_within(&RepoPath::root().join(".git"))
    }

    fn repo(&mut self, key: &str, node: &Node) {
        let mut repo = Repo { url: String::new(), branch: None };
        if let Value::Map(entries) = &node.value {
            self.fields(entries, "repo.", |reader, key, node| match key {
                "repo.url" => set(&mut repo.url, reader.forge_url(key, node)),
                "repo.branch" => repo.branch = name_of(&mut reader.shapes, key, node),
                _ => {}
            });
            if repo.url.is_empty() && !entries.iter().any(|entry| entry.key == "url") {
                self.missing(node, "repo.url");
            }
        } else {
            set(&mut repo.url, self.forge_url(key, node));
        }
        self.config.repo = (!repo.url.is_empty()).then_some(repo);
    }

    fn forge_url(&mut self, key: &str, node: &Node) -> Option<String> {
        let text = self.shapes.text_of(key, node)?;
        let is_url = scheme_len(text.trim()).is_some() && BaseUrl::parse(&text).is_some();
        if !is_url {
            let hint = "write `https://github.com/owner/name`".to_owned();
            self.shapes.bad_value(key, node, "a URL", Some(hint));
        }
        is_url.then(|| text.trim().trim_end_matches('/').trim_end_matches(".git").to_owned())
    }

    fn taxonomies(&mut self, key: &str, node: &Node) {
        let Some(items) = self.items(key, node, "a list of names") else { return };
        let mut taxonomies: Vec<Taxonomy> = Vec::new();
        for item in items {
            let Some((taxonomy, name_node)) = self.taxonomy(item) else { continue };
            if taxonomies.iter().any(|other| other.name == taxonomy.name) {
                self.shapes.report(&name_node.span, || {
                    Diagnostic::error("duplicate-key", format!("`{}` is listed twice", taxonomy.name))
                        .hint("keep one of the two")
                });
            } else {
                taxonomies.push(taxonomy);
            }
        }
        self.config.taxonomies = taxonomies;
    }

    fn taxonomy<'n>(&mut self, item: &'n Node) -> Option<(Taxonomy, &'n Node)> {
        let mut taxonomy = Taxonomy::new("");
        let mut name_node = item;
        if let Value::Map(entries) = &item.value {
            self.fields(entries, "taxonomies[].", |reader, key, node| match key {
                "taxonomies[].name" => set(&mut taxonomy.name, name_of(&mut reader.shapes, key, node)),
                "taxonomies[].paginate" => taxonomy.paginate = reader.shapes.count_of(key, node),
                "taxonomies[].feed" => set(&mut taxonomy.feed, reader.shapes.bool_of(key, node)),
                _ => {}
            });
            match entries.iter().find(|entry| entry.key == "name") {
                Some(entry) => name_node = &entry.node,
                None => self.missing(item, "taxonomies[].name"),
            }
        } else {
            taxonomy.name = name_of(&mut self.shapes, "taxonomies", item)?;
        }
        (!taxonomy.name.is_empty()).then_some((taxonomy, name_node))
    }

    fn feed(&mut self, key: &str, node: &Node) {
        let Value::Map(entries) = &node.value else {
            set(&mut self.config.feed.enabled, self.shapes.bool_of(key, node));
            return;
        };
        let mut feed = Feed::default();
        self.fields(entries, "feed.", |reader, key, node| match key {
            "feed.enabled" => set(&mut feed.enabled, reader.shapes.bool_of(key, node)),
            "feed.limit" => match reader.shapes.count_of(key, node) {
                Some(0) => reader.shapes.bad_value(
                    key,
                    node,
                    "a whole number from 1",
                    Some("write `enabled: false` for no feed".to_owned()),
                ),
                limit => set(&mut feed.limit, limit),
            },
            _ => {}
        });
        self.config.feed = feed;
    }

    fn markdown(&mut self, key: &str, node: &Node) {
        let Markdown { smart_punctuation, math, emoji } = &mut self.config.markdown;
        let field = match key {
            "markdown.smart_punctuation" => smart_punctuation,
            "markdown.math" => math,
            "markdown.emoji" => emoji,
            _ => return,
        };
        set(field, self.shapes.bool_of(key, node));
    }

    fn highlight(&mut self, key: &str, node: &Node) {
        let Highlight { line_numbers } = &mut self.config.highlight;
        if key == "highlight.line_numbers" {
            set(line_numbers, self.shapes.bool_of(key, node));
        }
    }

    fn assets(&mut self, key: &str, node: &Node) {
        let Assets { minify, hash, inline } = &mut self.config.assets;
        let field = match key {
            "assets.minify" => minify,
            "assets.hash" => hash,
            "assets.inline" => inline,
            _ => return,
        };
        set(field, self.shapes.bool_of(key, node));
    }

    /// `true` for all encodings, or a list of them.
    fn compress(&mut self, key: &str, node: &Node) {
        const ALL: [(&str, Encoding); 2] = [("br", Encoding::Brotli), ("gz", Encoding::Gzip)];
        let Value::List(items) = &node.value else {
            if let Some(is_on) = self.shapes.bool_of(key, node) {
                self.config.compress = ALL.iter().filter(|_| is_on).map(|(_, encoding)| *encoding).collect();
            }
            return;
        };
        let named = items.iter().filter_map(|item| self.shapes.choice_of(key, item, &ALL));
        self.config.compress = named.collect();
        self.config.compress.sort_unstable();
        self.config.compress.dedup();
    }

    pub(super) fn menu(&mut self, key: &str, node: &Node) -> Option<Vec<MenuItem>> {
        let items = self.items(key, node, "a list of `{title, url}`")?;
        Some(items.iter().filter_map(|item| self.menu_item(item)).collect())
    }

    fn menu_item(&mut self, item: &Node) -> Option<MenuItem> {
        let entries = self.shapes.map_of("menu", item)?;
        let (mut title, mut url, mut children) = (None, None, Vec::new());
        self.fields(entries, "menu[].", |reader, key, node| match key {
            "menu[].title" => title = reader.shapes.text_of(key, node),
            "menu[].url" => url = reader.file(key, node),
            "menu[].children" => children = reader.menu(key, node).unwrap_or_default(),
            _ => {}
        });
        let wanted: &[&str] = if children.is_empty() { &["title", "url"] } else { &["title"] };
        for name in wanted {
            if !entries.iter().any(|entry| entry.key == *name && !entry.node.is_null()) {
                self.missing(item, &format!("menu[].{name}"));
            }
        }
        if url.is_none() && children.is_empty() {
            return None;
        }
        Some(MenuItem { title: title?, url, children })
    }

    pub(super) fn items<'n>(&mut self, key: &str, node: &'n Node, wanted: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(items) => Some(items),
            Value::Null => None,
            Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => {
                self.shapes.bad_value(key, node, wanted, None);
                None
            }
        }
    }

    pub(super) fn missing(&mut self, node: &Node, key: &str) {
        self.shapes.report(&node.span, || Diagnostic::error("missing-key", format!("`{key}` is missing")));
    }
}

fn known_keys(prefix: &str) -> String {
    if prefix.is_empty() {
        return "put keys of your own under `extra`".to_owned();
    }
    let known: Vec<String> = keys_in(prefix).map(|known| format!("`{known}`")).collect();
    format!("known keys are {}", known.join(", "))
}

/// A name that can be a part of a path: not empty, without slashes, not `.` or `..`.
fn name_of(shapes: &mut Shapes<'_>, key: &str, node: &Node) -> Option<String> {
    let text = shapes.text_of(key, node)?;
    let name = text.trim();
    // Branches have slashes, but nothing that climbs.
    let has_slash = name.contains('/') && key != "repo.branch";
    let is_odd = name.chars().any(|character| character.is_control() || character == '\\');
    if name.is_empty() || has_slash || is_odd || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        shapes.bad_value(key, node, "a name", None);
        return None;
    }
    Some(name.to_owned())
}

pub(super) fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
