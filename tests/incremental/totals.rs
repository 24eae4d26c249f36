//! [`Totals`]: what a run has done, to see that it isn't nothing.

use std::collections::BTreeMap;

use super::{
    check::Compared,
    edit::Edit,
    kind::{KINDS, Kind},
    state::{Node, Op, State},
};

/// Kinds of edit that rarely change the output.
const QUIET: &[Kind] = &[Kind::Touch, Kind::CrLf, Kind::Wait, Kind::Restart, Kind::Clone, Kind::Commit];

/// What sites have that makes one file depend on another, and how it is recognized.
const FEATURES: &[(&str, &str)] = &[
    ("include", "{{#include "),
    ("include of a region", ":setup}}"),
    ("include of lines", ":2:3}}"),
    ("playground", "{{#playground "),
    ("given title", "{{#title "),
    ("embed", "![["),
    ("wiki link", "[["),
    ("embed of a part", "#usage]]"),
    ("component block", ":::box"),
    ("component line", "::pages{"),
    ("component in a line", ":chip["),
    ("component in a template", "<box title"),
    ("get_page", "get_page("),
    ("get_section", "get_section("),
    ("get_taxonomy", "get_taxonomy("),
    ("load_data", "load_data("),
    ("url", "url(to="),
    ("asset", "asset(path="),
    ("markdown filter", "| markdown"),
    ("uid", "{{ uid }}"),
    ("a component's page", "about(@page)"),
    ("all of page", "{{ page | json"),
    ("all of site", "{{ site | json"),
    ("partial", "partials/own.html"),
    ("cascade", "cascade:"),
    ("alias", "aliases:"),
    ("redirect", "redirect:"),
    ("layout", "layout:"),
    ("terms", "tags:"),
    ("summary", "# Summary"),
    ("code", "```rust"),
    ("front matter in TOML", "+++\n"),
    ("CRLF", "\r\n"),
    ("taxonomy with feeds", "feed: true"),
];

/// What a run has done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    /// How many sites.
    pub(crate) n_sites: usize,
    /// How many edits of them.
    pub(crate) n_edits: usize,
    /// How many files of outputs were compared.
    pub(crate) n_files: usize,
    /// How many edits changed the output.
    pub(crate) n_effective: usize,
    /// How often each kind of edit occurred, and how many files of outputs it changed.
    kinds: BTreeMap<Kind, (usize, usize)>,
    features: BTreeMap<&'static str, usize>,
    codes: BTreeMap<String, usize>,
}

impl Totals {
    /// Looks at a whole site.
    pub(crate) fn see_state(&mut self, state: &State) {
        state.files.values().for_each(|node| self.see_node(node));
    }

    fn see_node(&mut self, node: &Node) {
        if let Node::File(bytes) = node {
            self.see_text(&String::from_utf8_lossy(bytes));
        }
    }

    /// Looks at an edit.
    pub(crate) fn see_edit(&mut self, edit: &Edit) {
        self.n_edits += 1;
        self.kinds.entry(edit.kind).or_default().0 += 1;
        for op in &edit.ops {
            if let Op::Write(_, bytes) | Op::Save(_, bytes) = op {
                self.see_text(&String::from_utf8_lossy(bytes));
            }
        }
    }

    /// Looks at what an edit, or the first build, has given.
    pub(crate) fn see_outcome(
        &mut self,
        edit: Option<&Edit>,
        last: Option<Compared>,
        compared: Compared,
    ) -> Compared {
        self.n_files += compared.files.len();
        for code in &compared.codes {
            *self.codes.entry(code.clone()).or_default() += 1;
        }
        if let (Some(edit), Some(last)) = (edit, last) {
            let n_changed = compared.n_changed(&last);
            self.n_effective += usize::from(n_changed > 0);
            self.kinds.entry(edit.kind).or_default().1 += n_changed;
        }
        compared
    }

    fn see_text(&mut self, text: &str) {
        for (name, sign) in FEATURES {
            if text.contains(sign) {
                *self.features.entry(name).or_default() += 1;
            }
        }
    }

    /// Says what was done.
    pub(crate) fn print(&self, name: &str) {
        let Self { n_sites, n_edits, n_files, .. } = self;
        let list = |counts: Vec<String>| counts.join(", ");
        println!("{name}: {n_sites} sites, {n_edits} edits, {n_files} files compared");
        println!("{} edits changed the output; of each kind, and files changed:", self.n_effective);
        let kinds = self.kinds.iter().map(|(kind, (n, n_changed))| format!("{kind:?} {n}/{n_changed}"));
        println!("edits: {}", list(kinds.collect()));
        println!(
            "files with: {}",
            list(self.features.iter().map(|(name, n)| format!("{name} {n}")).collect())
        );
        println!("problems: {}", list(self.codes.iter().map(|(code, n)| format!("{code} {n}")).collect()));
    }

    /// Expects that every kind of edit and every feature occurred.
    pub(crate) fn assert_covers_all(&self) {
        let changed = |kind: &Kind| self.kinds.get(kind).is_some_and(|(_, n_changed)| *n_changed > 0);
        let is_quiet = |kind: &Kind| QUIET.contains(kind) && self.kinds.contains_key(kind);
        let kinds: Vec<Kind> =
            KINDS.iter().map(|(kind, _)| *kind).filter(|kind| !changed(kind) && !is_quiet(kind)).collect();
        assert!(kinds.is_empty(), "these kinds of edit did not occur or changed nothing: {kinds:?}");
        let features: Vec<&str> =
            FEATURES.iter().map(|(name, _)| *name).filter(|name| !self.features.contains_key(name)).collect();
        assert!(features.is_empty(), "these features did not occur: {features:?}");
    }
}
