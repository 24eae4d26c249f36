//! [`LineMemo`]: what a line of code looks like, remembered per grammar and parser state.
//!
//! Running a grammar's patterns over a line costs 10-50 µs and nearly all the time of a build. The HTML of a line
//! is a pure function of the parser's state before it and its text, and lines repeat: closing braces, `spec:`,
//! the steps of a slide that show the same file again. So states are the nodes of a graph, and each line seen in
//! a state is an edge that carries its HTML. [`Walk`] follows the edges and asks the grammar only where there is
//! none. Nothing is ever evicted: when the graph is full it is read only, and what repeats often is in it by then.

//!
//! A graph belongs to a thread, because the states of Oniguruma can't move between threads. Nobody can see it:
//! it remembers a pure function.

use std::{cell::RefCell, collections::HashMap};

use syntect::parsing::{ParsingError, ScopeStackOp};

use super::{
    grammar::Grammars,
    language::{LANGUAGES, Languages},
    parser::Parser,
    spans::SpanWriter,
    stack::ClassStack,
};

/// States remembered per grammar: nested code has many, and finding one compares with all.
const MAX_STATES: usize = 128;
/// The longest line that is remembered, in bytes.
const MAX_MEMO_LINE: usize = 160;
/// A thread's memory for remembered lines of all grammars, in bytes.
const MAX_MEMO_BYTES: usize = 4 << 20;
/// What a remembered line takes beside its text and HTML, about.
const EDGE_BYTES: usize = 80;

thread_local! {
    static MEMO: RefCell<LineMemo> = RefCell::default();
}

/// The parser's state between two lines.
#[derive(Clone, PartialEq)]
struct State {
    classes: ClassStack,
    parser: Parser,
}

struct Node {
    state: State,
    edges: HashMap<Box<str>, Edge>,
}

struct Edge {
    html: Box<str>,
    next: usize,
}

/// The lines that this thread remembers.
pub(super) struct LineMemo {
    /// By grammar; node 0 is the start of a file.
    graphs: Vec<Vec<Node>>,
    n_bytes: usize,
    runner: Runner,
}

/// What is needed to run a grammar over a line, kept from one line to the next.
struct Runner {
    grammars: Grammars,
    /// The line with its `\n`, as grammars want it.
    line: String,
    ops: Vec<(usize, ScopeStackOp)>,
}

impl Default for LineMemo {
    fn default() -> Self {
        let grammars = Grammars::new(&LANGUAGES.set);
        let runner = Runner { grammars, line: String::new(), ops: Vec::new() };
        Self { graphs: Vec::new(), n_bytes: 0, runner }
    }
}

impl LineMemo {
    /// Calls `work` with this thread's memo; calls don't nest.
    pub(super) fn with<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        MEMO.with_borrow_mut(work)
    }

    /// Adds an edge when there is room, and says where it leads.
    fn learn(&mut self, grammar: usize, from: usize, line: &str, html: &str, state: State) -> Position {
        let nodes = &mut self.graphs[grammar];
        let next = match position_of(nodes, &state) {
            Some(next) => next,
            None if nodes.len() < MAX_STATES => {
                nodes.push(Node { state, edges: HashMap::new() });
                nodes.len() - 1
            }
            None => return Position::Off(Box::new(state)),
        };
        let n_bytes = line.len() + html.len() + EDGE_BYTES;
        if line.len() <= MAX_MEMO_LINE && self.n_bytes + n_bytes <= MAX_MEMO_BYTES {
            self.n_bytes += n_bytes;
            nodes[from].edges.insert(line.into(), Edge { html: html.into(), next });
        }
        Position::At(next)
    }
}

fn position_of(nodes: &[Node], state: &State) -> Option<usize> {
    nodes.iter().position(|node| node.state == *state)
}

/// Where a walk stands: at a node of the graph, or in a state that isn't in it.
enum Position {
    At(usize),
    Off(Box<State>),
}

/// The way through one piece of code, line by line.
pub(super) struct Walk<'a> {
    languages: &'a Languages,
    grammar: usize,
    position: Position,
}

impl<'a> Walk<'a> {
    /// Starts at the beginning of a file in the language of `grammar`.
    pub(super) fn new(languages: &'a Languages, memo: &mut LineMemo, grammar: usize) -> Self {
        if memo.graphs.len() <= grammar {
            memo.graphs.resize_with(grammar + 1, Vec::new);
        }
        let nodes = &mut memo.graphs[grammar];
        if nodes.is_empty() {
            let parser = Parser::new(&mut memo.runner.grammars, grammar).expect("every grammar has a start");
            let start = State { classes: ClassStack::default(), parser };
            nodes.push(Node { state: start, edges: HashMap::new() });
        }
        Self { languages, grammar, position: Position::At(0) }
    }

    /// Appends the HTML of the next line, given without its line end. The memo is the one the walk began with.
    pub(super) fn line(
        &mut self,
        memo: &mut LineMemo,
        line: &str,
        out: &mut String,
    ) -> Result<(), ParsingError> {
        let start = out.len();
        let nodes = &memo.graphs[self.grammar];
        match &mut self.position {
            Position::At(node) => {
                let from = *node;
                if let Some(edge) = nodes[from].edges.get(line) {
                    out.push_str(&edge.html);
                    *node = edge.next;
                    return Ok(());
                }
                let mut state = nodes[from].state.clone();
                state.run(self.languages, &mut memo.runner, line, out)?;
                self.position = memo.learn(self.grammar, from, line, &out[start..], state);
            }
            Position::Off(state) => {
                state.run(self.languages, &mut memo.runner, line, out)?;
                if let Some(node) = position_of(nodes, state) {
                    self.position = Position::At(node);
                }
            }
        }
        Ok(())
    }

    /// Whether something is still open, such as a quote or a here-document.
    pub(super) fn is_nested(&self, memo: &LineMemo) -> bool {
        let depth = match &self.position {
            Position::At(node) => memo.graphs[self.grammar][*node].state.classes.depth(),
            Position::Off(state) => state.classes.depth(),
        };
        depth > 1
    }
}

impl State {
    /// Runs the grammar over one line.
    fn run(
        &mut self,
        languages: &Languages,
        runner: &mut Runner,
        line: &str,
        out: &mut String,
    ) -> Result<(), ParsingError> {
        runner.line.clear();
        runner.line.push_str(line);
        runner.line.push('\n');
        runner.ops.clear();
        self.parser.line(&mut runner.grammars, &runner.line, &mut runner.ops)?;
        let mut writer = SpanWriter::new(line, out);
        for (at, op) in &runner.ops {
            writer.until(*at, self.classes.class());
            self.classes.apply(op, &languages.classes);
        }
        writer.until(line.len(), self.classes.class());
        writer.finish();
        Ok(())
    }
}
