//! [`Edit`]: a random change of a site, as authors, editors and Git make them.

use std::{collections::BTreeMap, fmt};

use super::{
    files,
    kind::{KINDS, Kind},
    names,
    rng::Rng,
    state::{Conditions, DAY_SECONDS, FIRST_DAY, Node, Op, State},
    text::{self, Piece},
    theme,
};

/// How often an edit is tried that the site has no file for.
const MAX_TRIES: usize = 100;

/// How many keys are set more often than others in a site.
const FAVOURITES: usize = 4;

/// Characters of a changed line that a report shows.
const SHOWN_CHARS: usize = 50;

/// Of 100 sites, in how many time may pass: it takes long.
const WITH_WAITING: usize = 20;

/// A change of a site, after which it is built.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    /// What kind it is.
    pub(crate) kind: Kind,
    /// Its steps, between which nothing is built.
    pub(crate) ops: Vec<Op>,
    /// What happens to which path, for people.
    line: String,
}

impl Edit {
    fn new(kind: Kind, ops: Vec<Op>, state: &State) -> Self {
        let steps: Vec<String> = ops.iter().map(|op| step(op, state)).collect();
        Self { kind, line: format!("{kind:?}: {}", steps.join("; ")), ops }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

/// What a step does to a site, in a few words.
fn step(op: &Op, state: &State) -> String {
    match op {
        Op::Write(path, bytes) | Op::Save(path, bytes) => {
            let (old, new) = (state.text(path).unwrap_or_default(), String::from_utf8_lossy(bytes));
            let verb = if matches!(op, Op::Write(..)) { "write" } else { "save" };
            let (mut old, mut new) = (old.lines(), new.lines());
            let differing = std::iter::from_fn(|| Some((old.next(), new.next())))
                .take_while(|(old, new)| old.is_some() || new.is_some())
                .find(|(old, new)| old != new);
            let shown = |line: Option<&str>| match line {
                Some(line) => format!("`{}`", line.chars().take(SHOWN_CHARS).collect::<String>()),
                None => "nothing".to_owned(),
            };
            let change = differing.map(|(old, new)| format!("{} becomes {}", shown(old), shown(new)));
            format!("{verb} {path}: {}", change.unwrap_or_else(|| "no other line".to_owned()))
        }
        Op::Link(path, target) => format!("link {path} to {target}"),
        Op::Remove(path) => format!("remove {path}"),
        Op::Rename(from, to) => format!("rename {from} to {to}"),
        Op::Swap(one, other) => format!("swap {one} and {other}"),
        Op::Touch(path) => format!("touch {path}"),
        Op::Conditions(conditions) => conditions.to_string(),
        Op::Wait => "wait".to_owned(),
        Op::Restart => "restart".to_owned(),
        Op::Commit => "commit".to_owned(),
        Op::Clone => "clone".to_owned(),
    }
}

/// What is done to one site more often than to others. Sites that differ in this find more than sites that are all
/// edited evenly: each tries a few kinds of edit in many combinations.
#[derive(Clone, Debug)]
pub(crate) struct Taste {
    kinds: Vec<(Kind, usize)>,
    /// Keys of front matter and of the config that are set in most edits of that kind.
    keys: Vec<&'static str>,
    config_keys: Vec<&'static str>,
}

impl Taste {
    /// A random taste.
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let some = |rng: &mut Rng, all: &[(&'static str, usize)]| {
            (0..FAVOURITES).map(|_| rng.weighted(all)).collect()
        };
        let has_time = rng.chance(WITH_WAITING);
        let kinds = KINDS.iter().filter(|(kind, _)| has_time || *kind != Kind::Wait);
        Self {
            kinds: kinds.map(|(kind, weight)| (*kind, weight * rng.pick(&[&0, &1, &1, &1, &4]))).collect(),
            keys: some(rng, text::KEYS),
            config_keys: some(rng, files::CONFIG_KEYS),
        }
    }
}

/// A random edit of a site; `past` are its earlier states, the last one last.
pub(crate) fn edit(rng: &mut Rng, taste: &Taste, state: &State, past: &[State]) -> Edit {
    for _ in 0..MAX_TRIES {
        let kind = rng.weighted(&taste.kinds);
        if let Some(ops) = (Maker { rng, taste, state, past }).ops(kind) {
            return Edit::new(kind, ops, state);
        }
    }
    Edit::new(Kind::Restart, vec![Op::Restart], state)
}

struct Maker<'a> {
    rng: &'a mut Rng,
    taste: &'a Taste,
    state: &'a State,
    past: &'a [State],
}

impl Maker<'_> {
    /// The steps of an edit; `None` when the site has nothing for it.
    fn ops(&mut self, kind: Kind) -> Option<Vec<Op>> {
        let op = match kind {
            Kind::Word => self.add(Piece::Text),
            Kind::Heading => self.heading(),
            Kind::Link => {
                let piece = if self.rng.chance(50) { Piece::Link } else { Piece::WikiLink };
                self.add(piece)
            }
            Kind::Code => self.add(Piece::Code),
            Kind::Include => self.add(Piece::Include),
            Kind::Embed => self.add(Piece::Embed),
            Kind::Component => self.add(Piece::Component),
            Kind::AnyPiece => {
                let piece = *self.rng.pick(&[&Piece::Block, &Piece::Html, &Piece::Title, &Piece::Image]);
                self.add(piece)
            }
            Kind::RemoveLine => self.remove_line(),
            Kind::SetKey => self.set_key(),
            Kind::RemoveKey => self.remove_key(),
            Kind::BreakFront => self.change_page(|_, _, _, body| format!("---\ntitle: [\n---\n{body}")),
            Kind::TomlFront => self.change_page(|maker, _, _, body| {
                format!("+++\ntitle = '{}'\nweight = 2\n+++\n{body}", maker.rng.pick(names::TITLES))
            }),
            Kind::NewPage => {
                let path = names::page(self.rng, self.state);
                (!self.state.files.contains_key(&path)).then(|| self.write_page(path))
            }
            Kind::RewritePage => self.any(names::is_page).map(|path| self.write_page(path)),
            Kind::Asset => {
                let path = files::asset_path(self.rng, self.state);
                let bytes = files::asset(self.rng, &path);
                Some(self.save(path, bytes))
            }
            Kind::Delete => self.any(|path| path != "recto.yml").map(Op::Remove),
            Kind::Recreate => self.recreate(),
            Kind::Rename => self.rename(),
            Kind::RenameFolder => self.rename_folder(),
            Kind::DeleteFolder => self.a_folder().map(Op::Remove),
            Kind::Copy => self.copy(),
            Kind::Swap => {
                let one = self.any(|path| path != "recto.yml")?;
                let is_alike = |path: &str| names::is_page(path) == names::is_page(&one) && path != one;
                let other = self.any(is_alike)?;
                Some(Op::Swap(one, other))
            }
            Kind::Touch => self.any(|_| true).map(Op::Touch),
            Kind::Empty => self.any(|_| true).map(|path| self.save(path, Vec::new())),
            Kind::CrLf => {
                self.change_text(|text| text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes())
            }
            Kind::NotUtf8 => self.change_text(|text| [text.as_bytes(), b"\xFF\xE9\n"].concat()),
            Kind::Config => Some(self.set_config()),
            Kind::RemoveConfigKey => self.remove_config_key(),
            Kind::RemoveConfig => self.any(|path| path == "recto.yml").map(Op::Remove),
            Kind::BreakConfig => Some(self.save("recto.yml".to_owned(), "title: [\n")),
            Kind::Theme => {
                let path = theme::path(self.rng);
                Some(self.write_theme(path))
            }
            Kind::BreakTheme => {
                let path = self.any(is_theme).filter(|_| self.rng.chance(70));
                let path = path.unwrap_or_else(|| theme::path(self.rng));
                let text = theme::broken(self.rng, &path);
                Some(self.save(path, text))
            }
            Kind::MendTheme => self.any(is_theme).map(|path| self.write_theme(path)),
            Kind::RemoveTheme => self.any(is_theme).map(Op::Remove),
            Kind::Data => {
                let path = files::data_path(self.rng, self.state);
                let text = files::data(self.rng, &path);
                Some(self.save(path, text))
            }
            Kind::RemoveData => self.any(names::is_data).map(Op::Remove),
            Kind::Summary => {
                let path = format!("{}{}", names::content(self.state), names::summary(self.rng));
                let text = files::summary(self.rng, self.state);
                Some(self.save(path, text))
            }
            Kind::Deck => {
                let path = files::deck_path(self.rng, self.state);
                let text = files::deck(self.rng, self.state);
                Some(self.save(path, text))
            }
            Kind::Slides => self.add(Piece::Slides),
            Kind::RemoveSummary => self.any(|path| path.contains("SUMMARY.")).map(Op::Remove),
            Kind::Ignore => Some(self.ignore()),
            Kind::Symlink => self.symlink(),
            Kind::Day | Kind::Options => Some(Op::Conditions(self.conditions(kind))),
            Kind::Wait => Some(Op::Wait),
            Kind::Restart => Some(Op::Restart),
            Kind::Commit => Some(Op::Commit),
            Kind::Clone => return Some(vec![Op::Clone, Op::Restart]),
            Kind::Revert => self.revert(),
            Kind::Undo => return difference(self.state, self.past.last()?),
            Kind::Checkout => return self.checkout(),
        };
        op.map(|op| vec![op])
    }

    /// A file whose path is as wanted.
    fn any(&mut self, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
        let paths: Vec<&String> = self.state.files.keys().filter(|path| is_wanted(path)).collect();
        self.rng.pick_of(&paths).map(|path| (*path).clone())
    }

    /// Writes a file in one of the ways that editors do.
    fn save(&mut self, path: String, bytes: impl Into<Vec<u8>>) -> Op {
        let write = if self.rng.chance(30) { Op::Save } else { Op::Write };
        write(path, bytes.into())
    }

    fn write_page(&mut self, path: String) -> Op {
        let text = text::page(self.rng, self.state, &path);
        self.save(path, text)
    }

    fn write_theme(&mut self, path: String) -> Op {
        let text = theme::text(self.rng, self.state, &path);
        self.save(path, text)
    }

    /// Changes a page by its path, front matter and body.
    fn change_page(&mut self, change: impl FnOnce(&mut Self, &str, &str, &str) -> String) -> Option<Op> {
        let path = self.any(names::is_page)?;
        let (front, body) = text::split(self.state.text(&path)?);
        let text = change(self, &path, front, body);
        Some(self.save(path, text))
    }

    fn change_text(&mut self, change: impl FnOnce(&str) -> Vec<u8>) -> Option<Op> {
        let path = self.any(|_| true)?;
        let bytes = change(self.state.text(&path)?);
        Some(self.save(path, bytes))
    }

    /// Puts a piece at a random line of a page's body.
    fn add(&mut self, piece: Piece) -> Option<Op> {
        self.change_page(|maker, path, front, body| {
            let piece = text::piece(maker.rng, maker.state, path, piece);
            let mut lines: Vec<&str> = body.split_inclusive('\n').collect();
            let at = maker.rng.below(lines.len() + 1);
            lines.insert(at, &piece);
            text::join(front, &lines.concat())
        })
    }

    fn heading(&mut self) -> Option<Op> {
        let path = self.any(names::is_page)?;
        let text = self.state.text(&path)?;
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        let Some(old) = self.rng.pick_of(&headings).filter(|_| self.rng.chance(60)) else {
            return self.add(Piece::Heading);
        };
        let new = text::piece(self.rng, self.state, &path, Piece::Heading);
        let text = text.replacen(old, new.trim_end(), 1);
        Some(self.save(path, text))
    }

    fn remove_line(&mut self) -> Option<Op> {
        let path = self.any(|path| path != "recto.yml")?;
        let mut lines: Vec<&str> = self.state.text(&path)?.split_inclusive('\n').collect();
        // Without its first line a page has no front matter: that is a large change.
        let has_front = lines.first()?.starts_with("---");
        let first = usize::from(has_front && self.rng.chance(90));
        if lines.len() <= first {
            return None;
        }
        let at = self.rng.between(first, lines.len() - 1);
        lines.remove(at);
        let text = lines.concat();
        Some(self.save(path, text))
    }

    fn key(&mut self, favourites: &[&'static str], all: &[(&'static str, usize)]) -> &'static str {
        if self.rng.chance(60) {
            favourites[self.rng.below(favourites.len())]
        } else {
            self.rng.weighted(all)
        }
    }

    fn set_key(&mut self) -> Option<Op> {
        let key = self.key(&self.taste.keys, text::KEYS);
        self.change_page(|maker, path, front, body| {
            let entry = text::front_entry(maker.rng, maker.state, path, key);
            text::join(&text::with_key(front, key, Some(&entry)), body)
        })
    }

    fn remove_key(&mut self) -> Option<Op> {
        let path = self.any(names::is_page)?;
        let (front, body) = text::split(self.state.text(&path)?);
        let key = *self.rng.pick_of(&text::keys(front))?;
        let text = text::join(&text::with_key(front, key, None), body);
        Some(self.save(path, text))
    }

    fn set_config(&mut self) -> Op {
        let key = self.key(&self.taste.config_keys, files::CONFIG_KEYS);
        let entry = files::config_entry(self.rng, self.state, key);
        let config = self.state.text("recto.yml").unwrap_or_default();
        // A config that can't be read is mended first.
        let config = if config.starts_with("title: [") { "" } else { config };
        let text = text::with_key(config, key, Some(&entry));
        self.save("recto.yml".to_owned(), text)
    }

    fn remove_config_key(&mut self) -> Option<Op> {
        let config = self.state.text("recto.yml")?;
        let key = *self.rng.pick_of(&text::keys(config))?;
        let text = text::with_key(config, key, None);
        Some(self.save("recto.yml".to_owned(), text))
    }

    fn recreate(&mut self) -> Option<Op> {
        let earlier = self.rng.pick_of(self.past)?;
        let gone: Vec<(&String, &Node)> =
            earlier.files.iter().filter(|(path, _)| !self.state.files.contains_key(*path)).collect();
        let (path, node) = *self.rng.pick_of(&gone)?;
        Some(write(path, node))
    }

    fn revert(&mut self) -> Option<Op> {
        let earlier = self.rng.pick_of(self.past)?;
        let changed: Vec<(&String, &Node)> =
            earlier.files.iter().filter(|(path, node)| self.state.files.get(*path) != Some(node)).collect();
        let (path, node) = *self.rng.pick_of(&changed)?;
        Some(write(path, node))
    }

    fn rename(&mut self) -> Option<Op> {
        let from = self.any(|path| path != "recto.yml")?;
        let to = if names::is_page(&from) {
            names::page(self.rng, self.state)
        } else if is_theme(&from) {
            theme::path(self.rng)
        } else {
            files::asset_path(self.rng, self.state)
        };
        (from != to).then_some(Op::Rename(from, to))
    }

    fn a_folder(&mut self) -> Option<String> {
        let path = self.any(|path| path.contains('/'))?;
        let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
        let end = *self.rng.pick_of(&ends)?;
        let folder = path[..end].to_owned();
        // The whole site at once is a rare change.
        (!matches!(folder.as_str(), "content" | "themes") || self.rng.chance(20)).then_some(folder)
    }

    fn rename_folder(&mut self) -> Option<Op> {
        let from = self.a_folder()?;
        let content = names::content(self.state);
        let to = match self.rng.below(6) {
            0 => format!("{from}-old"),
            1 => format!("{content}_notes"),
            2 => "themes/default".to_owned(),
            3 => "docs".to_owned(),
            _ => format!("{content}{}", names::folder(self.rng)),
        };
        (!to.is_empty() && !to.ends_with('/') && to != from).then_some(Op::Rename(from, to))
    }

    fn copy(&mut self) -> Option<Op> {
        let from = self.any(|path| path != "recto.yml")?;
        let to =
            if names::is_page(&from) { names::page(self.rng, self.state) } else { theme::path(self.rng) };
        let node = self.state.files.get(&from)?;
        (from != to).then(|| write(&to, node))
    }

    fn ignore(&mut self) -> Op {
        if self.rng.chance(15) {
            return self.save(".gitattributes".to_owned(), "*.md text eol=crlf\n");
        }
        let path = self.rng.pick(&[".gitignore", ".rectoignore", ".rectoignore", "content/.gitignore"]);
        let text = files::ignore(self.rng);
        if text.is_empty() { Op::Remove(path.to_owned()) } else { self.save(path.to_owned(), text) }
    }

    fn symlink(&mut self) -> Option<Op> {
        let target = self.any(|path| path != "recto.yml")?;
        let path = match self.rng.below(3) {
            0 => files::asset_path(self.rng, self.state),
            1 => format!("{}linked", names::content(self.state)),
            _ => names::page(self.rng, self.state),
        };
        let mut target = match self.rng.below(5) {
            0 => target.rsplit_once('/')?.0.to_owned(),
            1 => "../outside".to_owned(),
            _ => target,
        };
        target = format!("{}{target}", "../".repeat(path.matches('/').count()));
        (path != target).then_some(Op::Link(path, target))
    }

    fn conditions(&mut self, kind: Kind) -> Conditions {
        let mut conditions = self.state.conditions.clone();
        if kind == Kind::Day {
            conditions.day = FIRST_DAY + DAY_SECONDS * self.rng.below(7) as u64 - 3 * DAY_SECONDS;
            return conditions;
        }
        match self.rng.below(3) {
            0 => conditions.drafts = !conditions.drafts,
            1 => conditions.future = !conditions.future,
            _ => {
                let url = self.rng.pick(&["/docs/", "https://example.org/sub/"]).to_owned();
                conditions.base_url = conditions.base_url.is_none().then_some(url);
            }
        }
        conditions
    }

    /// Another commit: the site as it was some edits ago, or several edits at once.
    fn checkout(&mut self) -> Option<Vec<Op>> {
        if self.rng.chance(50) {
            return difference(self.state, self.rng.pick_of(self.past)?);
        }
        let mut state = self.state.clone();
        let mut ops = Vec::new();
        for _ in 0..self.rng.between(2, 6) {
            let more = edit(self.rng, self.taste, &state, &[]).ops;
            more.iter().for_each(|op| state.apply(op));
            ops.extend(more);
        }
        Some(ops)
    }
}

fn write(path: &str, node: &Node) -> Op {
    match node {
        Node::File(bytes) => Op::Write(path.to_owned(), bytes.clone()),
        Node::Link(target) => Op::Link(path.to_owned(), target.clone()),
    }
}

/// The steps from one state's files to those of another.
fn difference(from: &State, to: &State) -> Option<Vec<Op>> {
    let gone = from.files.keys().filter(|path| !to.files.contains_key(*path));
    let mut ops: Vec<Op> = gone.map(|path| Op::Remove(path.clone())).collect();
    let changed: BTreeMap<&String, &Node> =
        to.files.iter().filter(|(path, node)| from.files.get(*path) != Some(node)).collect();
    ops.extend(changed.into_iter().map(|(path, node)| write(path, node)));
    (!ops.is_empty()).then_some(ops)
}

fn is_theme(path: &str) -> bool {
    path.starts_with("themes/")
}
