//! How links that lead elsewhere are mended: each target is written anew, the rest of the text stays.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    TextEdit,
    aim::Aim,
    astray::Wanted,
    plan::{After, Planner},
    scalar,
    spell::Both,
    spots::{self, Kind, Spot},
};
use crate::{
    base::{config::FILE_NAME as CONFIG_FILE, path::RepoPath, url::decode_path},
    parse::{
        expand::At,
        markdown::{LinkFact, LinkKind},
        targets::{self, Form},
    },
    site::{Site, graph::spelling, resolve::Spelling},
};

impl Planner<'_> {
    /// The edits that make a link lead where it did; `None` when there are none.
    pub(super) fn mended(
        &self,
        after: &Site,
        text: &str,
        at: At,
        link: &LinkFact,
        wanted: &[Wanted],
    ) -> Option<Vec<TextEdit>> {
        let spelling = spelling(link.kind);
        // `[[text|Page]]` has the page behind the bar.
        let is_swapped = link.text.is_some()
            && wanted.first()?.before.follow(self.before, spelling, &link.target) == Aim::Nothing;
        let target = link.text.as_deref().filter(|_| is_swapped).unwrap_or(&link.target);
        let range = at.offset as usize..(at.offset as usize + at.len as usize).min(text.len());
        let mut edits = Vec::new();
        for written in targets::of_link(text, range, link.kind, target) {
            let former = &text[written.range.clone()];
            let new = self.respelled(after, spelling, target, wanted, &|new| {
                targets::spelled(new, written.form, former)
            })?;
            let is_heading = matches!(link.kind, LinkKind::Wiki { piped: false }) && is_in_heading(text, at);
            // The text of a heading is its id as well.
            let new = if is_heading { format!("{new}|{former}") } else { new };
            edits.push(TextEdit::new(written.range, new));
        }
        (!edits.is_empty()).then_some(edits)
    }

    /// The target that leads where another did, as `write` writes it.
    fn respelled(
        &self,
        after: &Site,
        spelling: Spelling,
        target: &str,
        wanted: &[Wanted],
        write: &dyn Fn(&str) -> String,
    ) -> Option<String> {
        let first = wanted.first()?;
        let ends = match spelling {
            Spelling::Path => target.find(['#', '?']),
            Spelling::Wiki => target.find('#'),
        };
        let (path, rest) = target.split_at(ends.unwrap_or(target.len()));
        let path = match spelling {
            Spelling::Path => decode_path(path)?,
            Spelling::Wiki => path.trim().to_owned(),
        };
        let aim = first.before.follow(self.before, spelling, target);
        let old_aim = if aim == Aim::Nothing { &first.goal } else { &aim };
        let both =
            Both { before: (self.before, &first.before, old_aim), after: (after, &first.after, &first.goal) };
        let leads = |new: &String| {
            wanted.iter().all(|wanted| wanted.after.follow(after, spelling, new).is(&wanted.goal))
        };
        let written = both.spellings(spelling, &path).into_iter().map(|new| format!("{}{rest}", write(&new)));
        written.into_iter().find(leads)
    }

    /// The edits of links that the graph doesn't know.
    pub(super) fn mended_spots(&self, after: &After) -> BTreeMap<RepoPath, Vec<TextEdit>> {
        let mut edits: BTreeMap<RepoPath, Vec<TextEdit>> = BTreeMap::new();
        for old in self.files_with_spots() {
            let new = self.renames.new_path(&old);
            let (Some(former), Some(text)) = (self.former_text(&old), self.text(&new)) else { continue };
            let was = spots::of_file(self.before, &*self.source, &old, &former);
            let now = spots::of_file(&after.site, &*after.source, &new, &text);
            if was.len() == now.len() {
                let pairs = was.iter().zip(&now);
                let found = pairs.filter_map(|(was, now)| self.mended_spot(&after.site, &text, was, now));
                edits.entry(new).or_default().extend(found);
            }
        }
        edits.retain(|_, edits| !edits.is_empty());
        edits
    }

    /// The files that may have such links, by their paths before.
    fn files_with_spots(&self) -> BTreeSet<RepoPath> {
        let decks = self.before.decks();
        let pages = self.before.files().filter(|file| {
            let front = &file.front;
            let may_name = front.redirect.is_some() || !front.extra.is_empty() || front.cascade.is_some();
            may_name || !file.facts.components.is_empty() || decks.using(&file.path).next().is_some()
        });
        let config = RepoPath::root().join(CONFIG_FILE);
        let others = decks.iter().map(|deck| &deck.path).chain([&config]).chain(&self.others);
        pages.map(|file| &file.path).chain(others).cloned().collect()
    }

    fn mended_spot(&self, after: &Site, text: &str, was: &Spot, now: &Spot) -> Option<TextEdit> {
        let spelling = was.spelling();
        let stands = was.stands.iter().zip(&now.stands);
        let wanted = stands.map(|(before, then)| {
            let goal = before.follow(self.before, spelling, &was.target).moved(self.renames);
            Wanted { before: before.clone(), after: then.clone(), goal }
        });
        let wanted: Vec<Wanted> = wanted.filter(|wanted| wanted.goal != Aim::Nothing).collect();
        let leads = |wanted: &Wanted| wanted.after.follow(after, spelling, &now.target).is(&wanted.goal);
        if wanted.iter().all(leads) {
            return None;
        }
        let former = &text[now.range.clone()];
        let new = self.respelled(after, spelling, &was.target, &wanted, &|new| match now.kind {
            Kind::Markdown(form) => targets::spelled(new, form, former),
            Kind::Attribute => targets::spelled(new, Form::Html, former),
            Kind::Scalar => new.replace('%', "%25").replace('#', "%23").replace('?', "%3F"),
        })?;
        let new = if now.kind == Kind::Scalar { scalar::spelled(&new, former) } else { new };
        Some(TextEdit::new(now.range.clone(), new))
    }
}

/// Whether a place is in a line that begins as a heading.
fn is_in_heading(text: &str, at: At) -> bool {
    let start = (at.offset as usize).min(text.len());
    let line = text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
    let next = text.get(start..).and_then(|rest| rest.lines().nth(1)).map_or("", str::trim);
    let is_underline = !next.is_empty() && (next.chars().all(|c| c == '=') || next.chars().all(|c| c == '-'));
    line.trim_start_matches([' ', '>']).starts_with('#') || is_underline
}
