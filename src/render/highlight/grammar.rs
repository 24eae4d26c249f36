//! [`Grammars`]: the contexts and patterns of all grammars as a thread uses them.
//!
//! syntect keeps a grammar as a tree of contexts that include each other. Here a context is the flat list of its
//! patterns, made when it is first entered; contexts and patterns are numbers, so that a parser's state is small to
//! copy and compare, and what a search of the line at hand found lies in an array.

use std::{collections::HashMap, mem};

use serde_json::{Value, json};
use syntect::parsing::{
    ParsingError, Region, SyntaxSet,
    syntax_definition::{
        Context, ContextId, ContextReference, MatchOperation, MatchPattern, Pattern, context_iter,
    },
};

use super::first::{ByteSet, first_bytes};

/// A line's bytes are known for each of its stretches of this length.
const STRETCH: usize = 8;
/// How many contexts a grammar may have before its start is found, and patterns a context: more than there are.
const MAX_CONTEXTS: usize = 10_000;

/// A context, entered before.
pub(super) struct FlatContext {
    /// The context itself.
    pub(super) context: &'static Context,
    /// Its patterns in order, with those of the contexts it includes.
    pub(super) patterns: Vec<usize>,
    /// The context whose patterns come before its own.
    pub(super) prototype: Option<usize>,
}

/// A pattern, and what is known of it in the line at hand.
pub(super) struct FlatPattern {
    /// The pattern itself.
    pub(super) pattern: &'static MatchPattern,
    /// What its matches begin with, if that is known.
    first: Option<ByteSet>,
    /// The line that the next two are about.
    line: u64,
    /// The first match behind what was searched, if there is one.
    found: Option<(usize, usize)>,
    /// Its groups.
    groups: Option<Region>,
}

/// Contexts and patterns that were used before, and the line at hand.
pub(super) struct Grammars {
    set: &'static SyntaxSet,
    pub(super) contexts: Vec<FlatContext>,
    pub(super) patterns: Vec<FlatPattern>,
    context_ids: HashMap<ContextId, usize>,
    pattern_ids: HashMap<*const MatchPattern, usize>,
    line: u64,
    /// Which bytes there are from each stretch of the line to its end.
    ahead: Vec<ByteSet>,
    /// The groups of the last search.
    pub(super) groups: Region,
}

impl Grammars {
    /// Knows nothing of `set` yet.
    pub(super) fn new(set: &'static SyntaxSet) -> Self {
        Self {
            set,
            contexts: Vec::new(),
            patterns: Vec::new(),
            context_ids: HashMap::new(),
            pattern_ids: HashMap::new(),
            line: 0,
            ahead: Vec::new(),
            groups: Region::new(),
        }
    }

    /// The context in which a file begins whose grammar has this index.
    pub(super) fn start(&mut self, grammar: usize) -> Result<usize, ParsingError> {
        let id = start_of(self.set, grammar).ok_or(ParsingError::MissingMainContext)?;
        self.context(id)
    }

    /// The number of a context.
    pub(super) fn context(&mut self, id: ContextId) -> Result<usize, ParsingError> {
        if let Some(&index) = self.context_ids.get(&id) {
            return Ok(index);
        }
        let context = self.resolve(&reference(id).ok_or(ParsingError::MissingContext(id))?)?;
        let index = self.contexts.len();
        self.context_ids.insert(id, index);
        self.contexts.push(FlatContext { context, patterns: Vec::new(), prototype: None });
        for (owner, position) in context_iter(self.set, context).take(MAX_CONTEXTS) {
            let pattern = self.pattern(owner.match_at(position)?);
            self.contexts[index].patterns.push(pattern);
        }
        if let Some(prototype) = context.prototype {
            self.contexts[index].prototype = Some(self.context(prototype)?);
        }
        Ok(index)
    }

    /// The context that a reference means.
    pub(super) fn resolve(&self, reference: &ContextReference) -> Result<&'static Context, ParsingError> {
        reference.resolve(self.set)
    }

    fn pattern(&mut self, pattern: &'static MatchPattern) -> usize {
        *self.pattern_ids.entry(pattern).or_insert_with(|| {
            let first = first_bytes(pattern.regex().regex_str());
            self.patterns.push(FlatPattern { pattern, first, line: 0, found: None, groups: None });
            self.patterns.len() - 1
        })
    }

    /// Turns to another line.
    pub(super) fn turn_to(&mut self, line: &str) {
        self.line += 1;
        self.ahead.clear();
        self.ahead.resize(line.len() / STRETCH + 1, ByteSet::default());
        let mut set = ByteSet::default();
        let bytes = line.as_bytes();
        for (index, stretch) in self.ahead.iter_mut().enumerate().rev() {
            let start = index * STRETCH;
            bytes[start..bytes.len().min(start + STRETCH)].iter().for_each(|&byte| set.insert(byte));
            *stretch = set;
        }
    }

    /// The first match of a pattern at or behind `start` in the line turned to. Its groups stay with the pattern when
    /// `keeps` says that the match is one, else they are forgotten and `None` is returned.
    pub(super) fn search(
        &mut self,
        pattern: usize,
        line: &str,
        start: usize,
        keeps: impl Fn(usize, usize) -> bool,
    ) -> Option<(usize, usize)> {
        let known = &mut self.patterns[pattern];
        if known.line == self.line && known.found.is_none_or(|(match_start, _)| match_start >= start) {
            return known.found;
        }
        let is_possible = known.first.is_none_or(|first| first.meets(&self.ahead[start / STRETCH]));
        let matched =
            is_possible && known.pattern.regex().search(line, start, line.len(), Some(&mut self.groups));
        let found = self.groups.pos(0).filter(|_| matched);
        if let Some((match_start, match_end)) = found {
            if !keeps(match_start, match_end) {
                return None;
            }
            mem::swap(known.groups.get_or_insert_default(), &mut self.groups);
        }
        (known.line, known.found) = (self.line, found);
        found
    }

    /// The groups of a pattern's last match.
    pub(super) fn groups(&self, pattern: usize) -> &Region {
        self.patterns[pattern].groups.as_ref().unwrap_or(&self.groups)
    }
}

/// syntect tells nobody the context in which a file begins; it is the one that matches nothing and enters another.
fn start_of(set: &SyntaxSet, grammar: usize) -> Option<ContextId> {
    let contexts = (0..MAX_CONTEXTS).map_while(|index| {
        let reference = context_reference(&json!({ "syntax_index": grammar, "context_index": index }))?;
        Some((reference.id().ok()?, reference.resolve(set).ok()?))
    });
    let is_start = |context: &Context| match &context.patterns[..] {
        [Pattern::Match(only)] => {
            !context.meta_include_prototype
                && !context.meta_content_scope.is_empty()
                && only.regex().regex_str().is_empty()
                && matches!(&only.operation, MatchOperation::Push(entered) if entered.len() == 1)
        }
        _ => false,
    };
    contexts.filter(|(_, context)| is_start(context)).map(|(id, _)| id).next()
}

/// The reference to a context with a known id.
fn reference(id: ContextId) -> Option<ContextReference> {
    context_reference(&serde_json::to_value(id).ok()?)
}

/// References can't be made, but read.
fn context_reference(id: &Value) -> Option<ContextReference> {
    serde_json::from_value(json!({ "Direct": id })).ok()
}

#[cfg(test)]
mod tests {
    use super::{super::language::LANGUAGES, *};

    /// Every pattern of every grammar.
    fn patterns() -> impl Iterator<Item = &'static MatchPattern> {
        let ids = (0..LANGUAGES.set.syntaxes().len()).flat_map(|grammar| {
            (0..MAX_CONTEXTS).map_while(move |index| {
                let id = json!({ "syntax_index": grammar, "context_index": index });
                context_reference(&id)?.resolve(&LANGUAGES.set).ok()
            })
        });
        ids.flat_map(|context| &context.patterns).filter_map(|pattern| match pattern {
            Pattern::Match(pattern) => Some(pattern),
            Pattern::Include(_) => None,
        })
    }

    #[test]
    fn every_grammar_has_one_start() {
        for (index, syntax) in LANGUAGES.set.syntaxes().iter().enumerate() {
            let mut grammars = Grammars::new(&LANGUAGES.set);
            let start = grammars.start(index).unwrap_or_else(|_| panic!("{}", syntax.name));
            assert_eq!(
                grammars.contexts[start].context.meta_content_scope,
                [syntax.scope],
                "{}",
                syntax.name
            );
        }
    }

    #[test]
    fn no_pattern_matches_before_a_byte_that_it_was_said_not_to_begin_with() {
        let lines = [
            "fn main(a: &'static str) -> u8 { return \"x\\n\".len() as u8 + 0x1F; } // é\n",
            "  <a href=\"x\">&amp; {{ b | c }} <%= d %> $e ${f} @g #h %i ~j ^k !l `m` [n] 'o' ß K ſ\n",
            "IF select SELECT x FROM y WHERE z = 1.5e3 AND end; -- *bold* _it_ \\begin{x} :- .\n",
        ];
        let mut n_known = 0;
        for pattern in patterns().filter(|pattern| !pattern.has_captures) {
            let Some(first) = first_bytes(pattern.regex().regex_str()) else { continue };
            n_known += 1;
            for line in lines {
                let mut groups = Region::new();
                let mut start = 0;
                while pattern.regex().search(line, start, line.len(), Some(&mut groups)) {
                    let (at, _) = groups.pos(0).expect("a match has a place");
                    let byte = line.as_bytes().get(at).copied();
                    let is_right = byte.is_some_and(|byte| first.contains(byte));
                    assert!(is_right, "{} at {at} of {line}", pattern.regex().regex_str());
                    start = at + line[at..].chars().next().map_or(1, char::len_utf8);
                    if start >= line.len() {
                        break;
                    }
                }
            }
        }
        assert!(n_known > 10_000, "{n_known}");
    }
}
