//! [`Parser`]: runs a grammar over lines of code, and says what scopes they enter and leave.
//!
//! It does what syntect's `ParseState` does, to the letter (the tests compare them), in a third of the time: searches
//! that can't find anything are left out, and nothing is allocated for those that find something. The order of things
//! in here is that of syntect, which is that of Sublime Text.

use std::rc::Rc;

use syntect::parsing::{
    ParsingError, Region, ScopeStackOp,
    syntax_definition::{Context, ContextReference, MatchOperation, MatchPattern},
};

use super::grammar::Grammars;

/// How deep contexts nest; patterns that would enter one more don't match.
const MAX_STACK: usize = 100;
/// How many groups a pattern can name of the one that entered its context: `\0` to `\9`.
const N_NAMED_GROUPS: usize = 10;

/// The state of a grammar between two lines.
#[derive(Clone, PartialEq)]
pub(super) struct Parser {
    stack: Vec<Level>,
    is_first_line: bool,
    /// Where the stack was when a `with_prototype` pattern entered something in which it doesn't hold.
    prototype_starts: Vec<usize>,
}

/// A context that was entered.
#[derive(Clone, PartialEq)]
struct Level {
    context: usize,
    /// Contexts whose patterns come first in here and in all that is entered from here.
    prototypes: Vec<usize>,
    /// What entered it, if its patterns name groups of that.
    captures: Option<Rc<Captures>>,
}

/// The groups of a match that later patterns name: the delimiter of a here-document.
struct Captures {
    groups: Region,
    line: String,
}

impl Captures {
    fn group(&self, index: usize) -> Option<&str> {
        self.groups.pos(index).and_then(|(start, end)| self.line.get(start..end))
    }
}

impl PartialEq for Captures {
    fn eq(&self, other: &Self) -> bool {
        (0..N_NAMED_GROUPS).all(|index| self.group(index) == other.group(index))
    }
}

/// The match that counts, of all patterns of a context.
struct Match {
    pattern: usize,
    start: usize,
    end: usize,
    /// The groups when the pattern doesn't have them, because its text was made for this context.
    groups: Option<Region>,
    is_prototype: bool,
    /// Whether it would leave a context again that was entered here, without an end.
    would_loop: bool,
}

/// How far a line is read.
struct Progress {
    at: usize,
    /// Where a context was last entered without reading anything, and how deep the stack was then.
    entered_at: (usize, usize),
}

impl Parser {
    /// The state at the start of a file.
    pub(super) fn new(grammars: &mut Grammars, grammar: usize) -> Result<Self, ParsingError> {
        let start = Level { context: grammars.start(grammar)?, prototypes: Vec::new(), captures: None };
        Ok(Self { stack: vec![start], is_first_line: true, prototype_starts: Vec::new() })
    }

    /// Reads a line (with its `\n`) and appends the steps into and out of scopes, each with its offset.
    pub(super) fn line(
        &mut self,
        grammars: &mut Grammars,
        line: &str,
        ops: &mut Vec<(usize, ScopeStackOp)>,
    ) -> Result<(), ParsingError> {
        if self.is_first_line {
            let scopes = &self.top(grammars)?.meta_content_scope;
            ops.extend(scopes.first().map(|scope| (0, ScopeStackOp::Push(*scope))));
            self.is_first_line = false;
        }
        grammars.turn_to(line);
        let mut progress = Progress { at: 0, entered_at: (0, 0) };
        while self.token(grammars, line, &mut progress, ops)? {}
        Ok(())
    }

    fn top(&self, grammars: &Grammars) -> Result<&'static Context, ParsingError> {
        let level = self.stack.last().ok_or(ParsingError::MissingMainContext)?;
        Ok(grammars.contexts[level.context].context)
    }

    /// Takes the next match; `false` when there is none.
    fn token(
        &mut self,
        grammars: &mut Grammars,
        line: &str,
        progress: &mut Progress,
        ops: &mut Vec<(usize, ScopeStackOp)>,
    ) -> Result<bool, ParsingError> {
        while self.prototype_starts.last().is_some_and(|&start| start >= self.stack.len()) {
            self.prototype_starts.pop();
        }
        let may_loop = progress.entered_at == (progress.at, self.stack.len());
        let Some(found) = self.best_match(grammars, line, progress.at, may_loop)? else { return Ok(false) };
        if found.would_loop {
            let Some((len, _)) = line[progress.at..].char_indices().nth(1) else { return Ok(false) };
            progress.at += len;
            return Ok(true);
        }
        let pattern = grammars.patterns[found.pattern].pattern;
        if found.end <= progress.at && matches!(pattern.operation, MatchOperation::Push(_)) {
            progress.entered_at = (found.end, self.stack.len() + 1);
        }
        progress.at = found.end;
        if found.is_prototype {
            self.prototype_starts.push(self.stack.len());
        }
        write_steps(grammars, self.top(grammars)?, &found, ops)?;
        self.perform(grammars, line, &found)?;
        Ok(true)
    }

    /// The first match at or behind `start`; among equals that of the pattern which comes first.
    fn best_match(
        &self,
        grammars: &mut Grammars,
        line: &str,
        start: usize,
        may_loop: bool,
    ) -> Result<Option<Match>, ParsingError> {
        let top = self.stack.last().ok_or(ParsingError::MissingMainContext)?;
        let first_level = self.prototype_starts.last().copied().unwrap_or(0);
        let inherited = self.stack[first_level..].iter().flat_map(|level| {
            level.prototypes.iter().map(|&context| (true, context, level.captures.as_deref()))
        });
        let prototype = grammars.contexts[top.context].prototype.map(|context| (false, context, None));
        let own = (false, top.context, top.captures.as_deref());

        let mut best: Option<Match> = None;
        for (is_prototype, context, captures) in inherited.chain(prototype).chain([own]) {
            for index in 0..grammars.contexts[context].patterns.len() {
                let pattern = grammars.contexts[context].patterns[index];
                let Some((match_start, match_end, groups)) =
                    self.search(grammars, pattern, line, start, captures)
                else {
                    continue;
                };
                let is_better = best.as_ref().is_none_or(|best| {
                    match_start < best.start || (match_start == best.start && best.would_loop)
                });
                if !is_better {
                    continue;
                }
                let operation = &grammars.patterns[pattern].pattern.operation;
                if matches!(operation, MatchOperation::Push(_)) && self.stack.len() >= MAX_STACK {
                    return Ok(None);
                }
                let would_loop = may_loop && match_end <= start && matches!(operation, MatchOperation::Pop);
                let (end, start_of_match) = (match_end, match_start);
                best = Some(Match { pattern, start: start_of_match, end, groups, is_prototype, would_loop });
                if match_start == start && !would_loop {
                    return Ok(best);
                }
            }
        }
        Ok(best)
    }

    fn search(
        &self,
        grammars: &mut Grammars,
        index: usize,
        line: &str,
        start: usize,
        captures: Option<&Captures>,
    ) -> Option<(usize, usize, Option<Region>)> {
        let pattern = grammars.patterns[index].pattern;
        let does_something = |match_start: usize, match_end: usize| match pattern.operation {
            MatchOperation::None => match_start != match_end,
            MatchOperation::Push(_) => self.stack.len() < MAX_STACK,
            _ => true,
        };
        if let (true, Some(captures)) = (pattern.has_captures, captures) {
            let regex = pattern.regex_with_refs(&captures.groups, &captures.line);
            let mut groups = Region::new();
            let is_match = regex.search(line, start, line.len(), Some(&mut groups));
            let (match_start, match_end) = groups.pos(0).filter(|_| is_match)?;
            return does_something(match_start, match_end).then_some((match_start, match_end, Some(groups)));
        }
        let (match_start, match_end) = grammars.search(index, line, start, does_something)?;
        Some((match_start, match_end, None))
    }

    /// Enters and leaves contexts as the pattern of a match says.
    fn perform(&mut self, grammars: &mut Grammars, line: &str, found: &Match) -> Result<(), ParsingError> {
        let pattern = grammars.patterns[found.pattern].pattern;
        let (entered, mut inherited) = match &pattern.operation {
            MatchOperation::Push(entered) => (entered, Vec::new()),
            // A `with_prototype` holds until the context is left that it was first given to.
            MatchOperation::Set(entered) => {
                (entered, self.stack.pop().map(|level| level.prototypes).unwrap_or_default())
            }
            MatchOperation::Pop => {
                self.stack.pop();
                return Ok(());
            }
            MatchOperation::None => return Ok(()),
        };
        for (index, reference) in entered.iter().enumerate() {
            let mut prototypes = std::mem::take(&mut inherited);
            if index + 1 == entered.len()
                && let Some(prototype) = &pattern.with_prototype
            {
                prototypes.push(grammars.context(prototype.id()?)?);
            }
            let context = grammars.context(reference.id()?)?;
            let uses_captures = |context: &usize| grammars.contexts[*context].context.uses_backrefs;
            let captures = (uses_captures(&context) || prototypes.iter().any(uses_captures)).then(|| {
                let groups = found.groups.as_ref().unwrap_or_else(|| grammars.groups(found.pattern));
                Rc::new(Captures { groups: groups.clone(), line: line.to_owned() })
            });
            self.stack.push(Level { context, prototypes, captures });
        }
        Ok(())
    }
}

/// Writes the scopes of a match, around them those of the contexts that it leaves and enters.
fn write_steps(
    grammars: &Grammars,
    left: &Context,
    found: &Match,
    ops: &mut Vec<(usize, ScopeStackOp)>,
) -> Result<(), ParsingError> {
    let pattern = grammars.patterns[found.pattern].pattern;
    write_before(grammars, left, &pattern.operation, found.start, ops)?;
    ops.extend(pattern.scope.iter().map(|scope| (found.start, ScopeStackOp::Push(*scope))));
    if pattern.captures.is_some() {
        let groups = found.groups.as_ref().unwrap_or_else(|| grammars.groups(found.pattern));
        write_groups(pattern, groups, ops);
    }
    if !pattern.scope.is_empty() {
        ops.push((found.end, ScopeStackOp::Pop(pattern.scope.len())));
    }
    write_after(grammars, left, &pattern.operation, found.end, ops)
}

/// Writes the scopes of groups, the longer ones around the shorter ones.
fn write_groups(pattern: &MatchPattern, groups: &Region, ops: &mut Vec<(usize, ScopeStackOp)>) {
    let mut steps = Vec::new();
    for (group, scopes) in pattern.captures.iter().flatten() {
        let Some((start, end)) = groups.pos(*group).filter(|(start, end)| start != end) else { continue };
        let len = i32::try_from(end - start).unwrap_or(i32::MAX);
        steps.extend(scopes.iter().map(|scope| ((start, -len), ScopeStackOp::Push(*scope))));
        steps.push(((end, i32::MIN), ScopeStackOp::Pop(scopes.len())));
    }
    steps.sort_by_key(|(order, _)| *order);
    ops.extend(steps.into_iter().map(|((at, _), op)| (at, op)));
}

/// What comes before a match's own scopes.
fn write_before(
    grammars: &Grammars,
    left: &Context,
    operation: &MatchOperation,
    at: usize,
    ops: &mut Vec<(usize, ScopeStackOp)>,
) -> Result<(), ParsingError> {
    let (entered, is_set) = match operation {
        MatchOperation::Pop => {
            ops.extend(pop(left.meta_content_scope.len()).map(|op| (at, op)));
            return Ok(());
        }
        MatchOperation::Push(entered) => (entered, false),
        MatchOperation::Set(entered) => (entered, true),
        MatchOperation::None => return Ok(()),
    };
    if is_set && left.clear_scopes.is_some() {
        ops.push((at, ScopeStackOp::Restore));
    }
    for reference in entered {
        let context = grammars.resolve(reference)?;
        if let Some(amount) = context.clear_scopes.filter(|_| !is_set) {
            ops.push((at, ScopeStackOp::Clear(amount)));
        }
        ops.extend(context.meta_scope.iter().map(|scope| (at, ScopeStackOp::Push(*scope))));
    }
    Ok(())
}

/// What comes after a match's own scopes.
fn write_after(
    grammars: &Grammars,
    left: &Context,
    operation: &MatchOperation,
    at: usize,
    ops: &mut Vec<(usize, ScopeStackOp)>,
) -> Result<(), ParsingError> {
    let (entered, is_set) = match operation {
        MatchOperation::Pop => {
            ops.extend(pop(left.meta_scope.len()).map(|op| (at, op)));
            ops.extend(left.clear_scopes.map(|_| (at, ScopeStackOp::Restore)));
            return Ok(());
        }
        MatchOperation::Push(entered) => (entered, false),
        MatchOperation::Set(entered) => (entered, true),
        MatchOperation::None => return Ok(()),
    };
    let resolve = |reference: &ContextReference| grammars.resolve(reference);
    let mut has_content_scopes =
        is_set && !(left.meta_scope.is_empty() && left.meta_content_scope.is_empty());
    let mut n_open = if is_set { left.meta_content_scope.len() + left.meta_scope.len() } else { 0 };
    for reference in entered {
        let context = resolve(reference)?;
        n_open += context.meta_scope.len();
        has_content_scopes |=
            !context.meta_content_scope.is_empty() || (context.clear_scopes.is_some() && is_set);
    }
    if !has_content_scopes {
        return Ok(());
    }
    // The match itself has only the outer scopes of what it enters; what follows it has all of them, in order.
    ops.extend(pop(n_open).map(|op| (at, op)));
    for reference in entered {
        let context = resolve(reference)?;
        if let Some(amount) = context.clear_scopes.filter(|_| is_set) {
            ops.push((at, ScopeStackOp::Clear(amount)));
        }
        let scopes = context.meta_scope.iter().chain(&context.meta_content_scope);
        ops.extend(scopes.map(|scope| (at, ScopeStackOp::Push(*scope))));
    }
    Ok(())
}

fn pop(count: usize) -> Option<ScopeStackOp> {
    (count > 0).then_some(ScopeStackOp::Pop(count))
}

#[cfg(test)]
mod tests {
    use syntect::parsing::ParseState;

    use super::{super::language::LANGUAGES, *};

    /// Code of many languages, whose quotes, comments and blocks others see in their own way.
    const CODE: &str = concat!(
        "#!/bin/sh\n# comment\ncat <<EOF > a && b \"${c:-d}\"\nx $y\nEOF\n",
        "fn main<'a>(x: &'a str) -> Vec<u8> { r#\"raw \" \"#.bytes().map(|b| b + 0x1F).collect() } // é\n",
        "/* a\n * b */ class A(B): \"\"\"doc\n\"\"\" @x def f(self, *, a=1.5e3): return f\"{a!r:>{w}}\"\n",
        "<script>let a = `b${c}`; /re[/]x/g</script><style>a { b: c(1px) !important }</style><!-- x\n--> &amp;\n",
        "key: [\"value\", {a: 1}] # c\n- |\n  text\n<?php echo $a['b']; ?> {{ d | e }} {% if f %}\n",
        "SELECT a FROM b WHERE c = 'd' -- e\n@interface X : Y { } #define Z(a) \\\n  a ## 1\n$x = <<~'HERE'\n y\nHERE\n",
        "```rust\nlet x = 1;\n```\n\\begin{a}[b] $c^2$ \\end{a} % d\n--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n\n",
    );

    #[test]
    fn every_grammar_says_the_same_as_with_syntect() {
        let mut grammars = Grammars::new(&LANGUAGES.set);
        for (index, syntax) in LANGUAGES.set.syntaxes().iter().enumerate() {
            let mut theirs = ParseState::new(syntax);
            let mut ours = Parser::new(&mut grammars, index).expect("a start");
            for line in CODE.split_inclusive('\n') {
                let mut ops = Vec::new();
                let result = ours.line(&mut grammars, line, &mut ops);
                match theirs.parse_line(line, &LANGUAGES.set) {
                    Ok(expected) => assert_eq!(ops, expected, "{} at {line}", syntax.name),
                    Err(_) => assert!(result.is_err(), "{} at {line}", syntax.name),
                }
            }
        }
    }
}
