//! Compiles the templates of a theme, so that a broken one costs itself and nothing else.
//!
//! Tera takes all templates or none. So:
//! 1. [`compile`] offers the best candidate of each name.
//! 2. What Tera complains about becomes diagnostics ([`report`](super::report)), and [`demote`](Round::demote) takes
//!    the file at fault away: the next candidate of its name, the built-in one, takes its place.
//! 3. Again, until the rest fits together. Each round takes at least one file away, so this ends.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use tera::{ErrorKind, Tera};

use crate::base::diagnostic::{Diagnostic, Place};

use super::{
    chains,
    files::Source,
    filters, functions,
    report::{Problem, Reporter},
};

/// Where templates are found that are named without their folder.
const TEMPLATE_FOLDER: &str = "templates/";
/// What happens to a site's file that can't be used, when there is another of its name.
const STAND_IN: &str = "the built-in file of this name is used until then";

/// The templates in use, by their full names.
#[derive(Clone, Debug, Default)]
pub(super) struct Templates {
    sources: BTreeMap<String, Source>,
}

impl Templates {
    /// The names that templates are called by, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().filter_map(|name| name.strip_prefix(TEMPLATE_FOLDER))
    }

    /// The template of a name with or without its folder.
    pub(super) fn get(&self, name: &str) -> Option<&Source> {
        self.sources.get(self.full_name(name)?)
    }

    /// The full name of a template that is called with or without its folder.
    pub(super) fn full_name(&self, name: &str) -> Option<&str> {
        let found = self.sources.get_key_value(name);
        let found = found.or_else(|| self.sources.get_key_value(&format!("{TEMPLATE_FOLDER}{name}")));
        found.map(|(name, _)| name.as_str())
    }

    /// The full names of all templates by what they are called: see [`Self::full_name`].
    pub(super) fn by_name(&self) -> HashMap<&str, &str> {
        let full = self.sources.keys().map(|name| (name.as_str(), name.as_str()));
        let short = full.clone().filter_map(|(name, _)| Some((name.strip_prefix(TEMPLATE_FOLDER)?, name)));
        short.chain(full).collect()
    }

    /// All templates by their full names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source))
    }
}

/// Compiles the best candidate of each name that works.
pub(super) fn compile(
    candidates: BTreeMap<String, Vec<Source>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Tera, Templates) {
    let empty = empty_tera();
    let mut round = Round { candidates, set_aside: Vec::new() };
    loop {
        let templates = round.templates();
        let too_long = chains::too_long(&templates);
        if !too_long.is_empty() {
            diagnostics.extend(too_long.iter().filter_map(|name| templates.get(name)).map(in_a_row));
            too_long.iter().for_each(|name| round.demote(name));
            continue;
        }
        let mut tera = empty.clone();
        let Err(error) =
            tera.add_raw_templates(templates.iter().map(|(name, source)| (name, source.for_tera())))
        else {
            return (tera, templates);
        };
        let mut demoted = BTreeSet::new();
        for problem in problems(&error, &templates) {
            let culprit = culprit(&problem, &templates);
            let told = demoted.contains(&culprit) && culprit != problem.template;
            if told || templates.get(&culprit).is_none() {
                continue;
            }
            diagnostics.extend(round.explain(&culprit, problem, &templates));
            if demoted.insert(culprit.clone()) {
                round.demote(&culprit);
            }
        }
        if demoted.is_empty() {
            diagnostics.push(Diagnostic::error("template-syntax", error.to_string()));
            round.keep_builtin();
        }
    }
}

fn in_a_row(source: &Source) -> Diagnostic {
    let limit = chains::MAX_IN_A_ROW;
    let message = format!("`{}` builds on more than {limit} other templates in a row", source.path);
    Diagnostic::error("template-error", message)
        .at(Place::file(&source.path))
        .hint("include or extend fewer of them, one inside the other")
}

fn empty_tera() -> Tera {
    let mut tera = Tera::default();
    tera.set_fallback_prefixes([TEMPLATE_FOLDER]).expect("there are no templates yet");
    filters::register(&mut tera);
    functions::register(&mut tera);
    tera
}

/// What Tera has against the templates, all of it that can be told at once.
fn problems(error: &tera::Error, templates: &Templates) -> Vec<Problem> {
    let reporter = Reporter::without_components(templates);
    if !matches!(error.kind(), ErrorKind::SyntaxError(_)) {
        return reporter.problems(error);
    }
    // Tera stops at the first; the author wants to see the others as well.
    let errors = templates.iter().filter_map(|(name, source)| {
        let error = empty_tera().add_raw_template(name, &source.for_tera()).err()?;
        matches!(error.kind(), ErrorKind::SyntaxError(_)).then(|| reporter.problems(&error))
    });
    errors.flatten().collect()
}

/// The template to take away: the one complained about, or when that is built in, the site's own that it builds on.
fn culprit(problem: &Problem, templates: &Templates) -> String {
    let own = |name: &str| templates.get(name).is_some_and(|source| !source.builtin);
    if problem.duplicate {
        let builtin = problem.others.iter().find(|name| !own(name));
        return builtin.unwrap_or(&problem.template).clone();
    }
    if own(&problem.template) {
        return problem.template.clone();
    }
    if let Some(other) = problem.others.iter().find(|name| own(name)) {
        return other.clone();
    }
    let mut name = problem.template.clone();
    for _ in 0..templates.sources.len() {
        let Some(parent) = templates.get(&name).and_then(|source| parent(&source.text)) else { break };
        if own(parent) {
            return full_name(parent, templates);
        }
        name = parent.to_owned();
    }
    problem.template.clone()
}

fn full_name(name: &str, templates: &Templates) -> String {
    if templates.sources.contains_key(name) { name.to_owned() } else { format!("{TEMPLATE_FOLDER}{name}") }
}

/// The name in a template's `{% extends "…" %}`.
fn parent(text: &str) -> Option<&str> {
    let rest = text.split_once("extends")?.1.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    rest[1..].split(quote).next()
}

struct Round {
    candidates: BTreeMap<String, Vec<Source>>,
    /// Built-in files whose component a file of the site (named first) defines elsewhere.
    set_aside: Vec<(String, String, Source)>,
}

impl Round {
    fn templates(&self) -> Templates {
        let best = |(name, sources): (&String, &Vec<Source>)| Some((name.clone(), sources.first()?.clone()));
        Templates { sources: self.candidates.iter().filter_map(best).collect() }
    }

    /// Takes the best candidate of a name away.
    fn demote(&mut self, name: &str) {
        let Some(sources) = self.candidates.get_mut(name) else { return };
        sources.remove(0);
        if sources.is_empty() {
            self.candidates.remove(name);
        }
        for at in (0..self.set_aside.len()).rev() {
            if self.set_aside[at].0 == name {
                let (_, builtin, source) = self.set_aside.remove(at);
                self.candidates.entry(builtin).or_default().push(source);
            }
        }
    }

    fn keep_builtin(&mut self) {
        let n_own = self.candidates.values().flatten().filter(|source| !source.builtin).count();
        if n_own == 0 {
            self.candidates.clear();
        }
        for sources in self.candidates.values_mut() {
            sources.retain(|source| source.builtin);
        }
    }

    /// The diagnostic for a problem; none when the site's file takes the place of a built-in component.
    fn explain(&mut self, culprit: &str, problem: Problem, templates: &Templates) -> Option<Diagnostic> {
        let source = templates.get(culprit)?;
        if problem.duplicate && source.builtin {
            let by = problem.others.iter().find(|name| *name != culprit)?.clone();
            self.set_aside.push((by, culprit.to_owned(), source.clone()));
            return None;
        }
        let n_left = self.candidates.get(culprit).map_or(0, Vec::len);
        let mut diagnostic = problem.diagnostic;
        if n_left > 1 {
            diagnostic.hint = Some(match diagnostic.hint {
                Some(hint) if hint.ends_with('?') => {
                    format!("{hint} The built-in file of this name is used until then")
                }
                Some(hint) => format!("{hint}; {STAND_IN}"),
                None => STAND_IN.to_owned(),
            });
        }
        if (culprit != problem.template && !problem.duplicate) || diagnostic.place.is_none() {
            let needed = diagnostic.place.replace(Place::file(&source.path));
            diagnostic.related.extend(needed.map(|place| ("needed here".to_owned(), place)));
        }
        Some(diagnostic)
    }
}
