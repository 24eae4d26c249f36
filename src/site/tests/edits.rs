//! Small sites and edits of them, made from a seed.

use std::collections::BTreeMap;

use crate::source::Memory;

/// Where pages are; with names that are near to one another, since those are where rules meet.
const PAGES: [&str; 32] = [
    "index.md",
    "a.md",
    "A.md",
    "b.md",
    "README.md",
    "blog/index.md",
    "blog/one.md",
    "blog/two.md",
    "blog/a.md",
    "blog/sub/x.md",
    "notes.md",
    "notes/n.md",
    "docs/README.md",
    "docs/home.md",
    "docs/_index.md",
    "docs/a.md",
    "docs/deep/er/z.md",
    "_parts/p.md",
    "404.md",
    "Same.md",
    "tags/git.md",
    "alone/only.md",
    "index.fr.md",
    "a.fr.md",
    "b.fr.md",
    "blog/index.fr.md",
    "blog/one.fr.md",
    "notes.fr.md",
    "404.fr.md",
    "fr/blog/one.md",
    "fr/own.md",
    "docs/a.en.md",
];
const FILES: [&str; 11] = [
    "img/p.png",
    "img/q.png",
    "img/index.html",
    "docs/files/f.pdf",
    "docs/index.html",
    "inc/part.txt",
    "inc/later.txt",
    "blog/feed.xml",
    "tags",
    "themes/default/page.html",
    "docs/p.png",
];
const FRONT: [(&str, &[&str]); 18] = [
    ("title", &["Alpha", "beta", "a", "One", "Same", "part two", "p", "blog/one"]),
    ("date", &["2024-01-01", "2024-03-01", "2020-05-05", "2030-01-01"]),
    ("updated", &["2024-02-02"]),
    ("tags", &["[git]", "[Git]", "[git, Git, rust]", "[web/css]", "[Web/CSS, rust]", "[]"]),
    ("series", &["[one]", "[One, two]"]),
    ("weight", &["1", "2", "-1"]),
    ("description", &["About it", "Else"]),
    ("aliases", &["[old/]", "[/x/y/, Alias Name]", "[beta, Alpha]", "[/blog/one/]", "[a]", "[../../..]"]),
    ("draft", &["true", "false"]),
    ("publish", &["2024-01-01", "2031-01-01"]),
    ("expire", &["2024-06-01", "2032-01-01"]),
    ("redirect", &["/a/", "https://example.org/"]),
    ("sort", &["date", "title", "path", "weight"]),
    ("order", &["asc", "desc"]),
    ("paginate", &["0", "1", "2"]),
    ("cascade", &["{tags: [git]}", "{draft: true}", "{weight: 1, date: 2024-01-01}", "{aliases: [old/]}"]),
    ("layout", &["wide"]),
    ("translation_of", &["a.md", "/blog/one", "b", "missing"]),
];
/// The keys that are usual; the others are structure and changed less.
const N_USUAL: usize = 7;
const LINES: [&str; 52] = [
    "# Alpha",
    "# beta",
    "# Same",
    "## Part",
    "## Part {#own}",
    "## part two",
    "Some *text*.",
    "Other text.",
    "[x](b.md)",
    "[x](a.md#part)",
    "[x](../a.md#Part)",
    "[x](index.md#own)",
    "[x](#part)",
    "[x](../index.md)",
    "[x](docs/)",
    "[x](/docs/a.md)",
    "[x](/blog/)",
    "[x](/blog/one/#part)",
    "[x](one.html)",
    "[x](Alpha)",
    "[x](part-two)",
    "[x](beta#part)",
    "[x](old/)",
    "[x](/x/y/)",
    "[x](img)",
    "[x](../img/)",
    "[x](../../img/)",
    "[x](docs/files)",
    "[x](/tags/git/)",
    "[x](tags)",
    "[x](missing.png)",
    "[x](https://example.org/)",
    "<me@example.org>",
    "![i](img/p.png)",
    "![[p.png]]",
    "[[Alpha]]",
    "[[alpha#Part]]",
    "[[beta|text]]",
    "[[text|Alpha]]",
    "[[text|part two]]",
    "[[a]]",
    "[[Same]]",
    "[[Alias Name]]",
    "[[blog/one]]",
    "[[Missing page]]",
    "![[Alpha#Part]]",
    "{{#include inc/part.txt}}",
    "{{#include ../inc/part.txt:one}}",
    "{{#include inc/later.txt}}",
    "{{#include a.md}}",
    "{{#title Alpha}}",
    "<a id=\"own\"></a>",
];
const SUMMARIES: [&str; 4] = [
    "# Summary\n\n* [A](a.md)\n  * [One](blog/one.md)\n* [Gone](gone.md)\n",
    "[Blog](blog/)\n\n# Part\n\n* [Notes](notes.md)\n* [Draft]()\n",
    "nothing\n",
    "* [A](a.md)\n",
];
const LANGUAGES: [&str; 4] = [
    "languages: [en, fr]\n",
    "languages: [en, fr]\nuntranslated: original\n",
    "languages: [fr, en]\nuntranslated: original\ndefault_language_folder: true\n",
    "languages: [de, fr, en]\nlanguage: en\n",
];
const CONFIGS: [&str; 7] = [
    "title: T\n",
    "taxonomies: [tags, series]\n",
    "taxonomies: [{name: tags, paginate: 1, feed: true}]\n",
    "url: plain\n",
    "paginate: 2\n",
    "feed: {enabled: false}\nbase_url: https://example.org/sub/\n",
    "markdown: {math: false}\n",
];

/// A generator of numbers (splitmix64).
pub(super) struct Random(pub(super) u64);

impl Random {
    /// A number below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % n as u64) as usize
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// A page as it is edited.
#[derive(Clone, Default)]
struct Draft {
    front: BTreeMap<&'static str, &'static str>,
    lines: Vec<&'static str>,
}

impl Draft {
    fn random(random: &mut Random) -> Self {
        let mut draft = Self::default();
        for _ in 0..random.below(4) {
            draft.change_front(random, N_USUAL);
        }
        for _ in 0..random.below(5) {
            draft.lines.push(random.of(&LINES));
        }
        draft
    }

    fn change_front(&mut self, random: &mut Random, n_keys: usize) {
        let (key, values) = FRONT[random.below(n_keys)];
        if random.below(4) == 0 {
            self.front.remove(key);
        } else {
            self.front.insert(key, random.of(values));
        }
    }

    fn change_text(&mut self, random: &mut Random) {
        let at = random.below(self.lines.len() + 1);
        match random.below(3) {
            0 if at < self.lines.len() => drop(self.lines.remove(at)),
            1 if at < self.lines.len() => self.lines[at] = random.of(&LINES),
            _ => self.lines.insert(at, random.of(&LINES)),
        }
    }

    fn text(&self) -> String {
        let front: String = self.front.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
        let front = if front.is_empty() { front } else { format!("---\n{front}---\n") };
        format!("{front}{}\n", self.lines.join("\n\n"))
    }
}

/// The files of a site that is edited.
#[derive(Clone, Default)]
pub(super) struct Desk {
    root: &'static str,
    pages: BTreeMap<&'static str, Draft>,
    files: BTreeMap<&'static str, &'static str>,
    summary: Option<&'static str>,
    config: Option<&'static str>,
    languages: Option<&'static str>,
}

impl Desk {
    /// A site to begin with.
    pub(super) fn random(random: &mut Random) -> Self {
        let languages = Some(random.of(&LANGUAGES)).filter(|_| random.below(2) > 0);
        let mut desk = Self { root: random.of(&["", "", "content/"]), languages, ..Self::default() };
        for _ in 0..4 + random.below(12) {
            desk.pages.insert(random.of(&PAGES), Draft::random(random));
        }
        for _ in 0..random.below(5) {
            desk.change_file(random);
        }
        desk
    }

    /// Changes something.
    pub(super) fn edit(&mut self, random: &mut Random) {
        for _ in 0..if random.below(5) == 0 { 3 } else { 1 } {
            match random.below(20) {
                0 => drop(self.pages.insert(random.of(&PAGES), Draft::random(random))),
                1 => drop(self.pages.remove(random.of(&PAGES))),
                2 => {
                    if let Some(draft) = self.pages.remove(random.of(&PAGES)) {
                        self.pages.insert(random.of(&PAGES), draft);
                    }
                }
                3 => self.summary = Some(random.of(&SUMMARIES)).filter(|_| random.below(3) > 0),
                4 if random.below(4) == 0 => {
                    self.languages = Some(random.of(&LANGUAGES)).filter(|_| random.below(3) > 0);
                }
                4 => self.config = Some(random.of(&CONFIGS)).filter(|_| random.below(3) > 0),
                5 | 6 => self.change_file(random),
                edit => self.change_page(random, edit),
            }
        }
    }

    fn change_file(&mut self, random: &mut Random) {
        let path = random.of(&FILES);
        match random.below(3) {
            0 => drop(self.files.remove(path)),
            _ => {
                let texts = [
                    "x",
                    "## Part\n",
                    "<!-- ANCHOR: one -->\n[[Alpha]]\n<!-- ANCHOR_END: one -->\n",
                    "\u{0}",
                ];
                self.files.insert(path, random.of(&texts));
            }
        }
    }

    fn change_page(&mut self, random: &mut Random, edit: usize) {
        let at = random.below(self.pages.len().max(1));
        let Some(draft) = self.pages.values_mut().nth(at) else { return };
        match edit {
            7 => draft.change_front(random, FRONT.len()),
            8..14 => draft.change_front(random, N_USUAL),
            _ => draft.change_text(random),
        }
    }

    /// The site's files.
    pub(super) fn source(&self) -> Memory {
        let root = self.root;
        let mut source = Memory::new();
        for (path, draft) in &self.pages {
            source = source.file(&format!("{root}{path}"), draft.text());
        }
        for (path, text) in &self.files {
            // A file and a folder can't have the same name.
            if !self.pages.keys().any(|page| page.starts_with(&format!("{path}/"))) {
                source = source.file(&format!("{root}{path}"), text);
            }
        }
        if let Some(text) = self.summary {
            source = source.file(&format!("{root}SUMMARY.md"), text);
        }
        let config: String = [self.config, self.languages].into_iter().flatten().collect();
        if config.is_empty() { source } else { source.file("recto.yml", config) }
    }
}

impl std::fmt::Display for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (path, draft) in &self.pages {
            writeln!(f, "=== {}{path}\n{}", self.root, draft.text())?;
        }
        let Self { files, summary, config, languages, .. } = self;
        writeln!(f, "=== files {files:?}\n=== {summary:?} {config:?} {languages:?}")
    }
}
