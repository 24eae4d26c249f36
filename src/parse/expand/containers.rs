//! [`Containers`]: the quotes, list items and components that are open at a line.
//!
//! Input are lines as [`blocks`](super::blocks) reads them, output how far the containers go on, what bare colons close,
//! and the text of the innermost component. Opening and finishing them is left to `blocks`.

use crate::parse::expand::{cursor::Cursor, sheet::Sheet};

/// How many openings that were left as text are remembered, so that their closing lines are text too.
const MAX_LITERALS: usize = 64;

/// The open containers, from the outermost to the innermost.
#[derive(Default)]
pub(super) struct Containers {
    pub(super) frames: Vec<Frame>,
    /// Openings left as text: how many frames were open, and their colons.
    pub(super) literals: Vec<(usize, usize)>,
}

/// An open container.
pub(super) enum Frame {
    Quote,
    Item {
        /// By how many columns its lines are indented.
        width: usize,
        /// Whether nothing of it came yet; a blank line ends it then.
        is_empty: bool,
    },
    Component(Box<Component>),
}

/// A component that is open.
pub(super) struct Component {
    pub(super) n_colons: usize,
    /// By how many columns its opening line was indented; as many are taken from its other lines.
    pub(super) indent: usize,
    /// Its index among the calls.
    pub(super) call: usize,
    pub(super) sheet: Sheet,
    pub(super) raw: String,
    /// Where the current line begins for it.
    pub(super) view: View,
}

/// Where a line begins inside a container: behind that many bytes, with columns of a tab left over.
#[derive(Clone, Copy, Default)]
pub(super) struct View {
    pub(super) at: usize,
    pub(super) spare: usize,
}

/// What bare colons close.
#[derive(Clone, Copy)]
pub(super) enum Closes {
    /// The component that is the frame of that index.
    Component(usize),
    /// An opening that was left as text, by its index.
    Literal(usize),
}

impl Containers {
    /// Moves the cursor through the open containers that the line goes on with, and says how many these are.
    pub(super) fn go_on_with(&mut self, cursor: &mut Cursor<'_>) -> usize {
        let mut n_matched = None;
        for (index, frame) in self.frames.iter_mut().enumerate() {
            let is_matched = match frame {
                _ if n_matched.is_some() => false,
                Frame::Quote => cursor.skip_quote_marker(),
                Frame::Item { width, is_empty } => {
                    let has_indent = cursor.indent(*width) == *width;
                    let is_blank = cursor.is_blank();
                    let is_matched = if is_blank { !*is_empty } else { has_indent };
                    *is_empty &= is_blank;
                    cursor.skip_columns(if has_indent { *width } else { 0 });
                    is_matched
                }
                Frame::Component(component) => {
                    cursor.skip_columns(component.indent);
                    true
                }
            };
            if let Frame::Component(component) = frame {
                component.view = View { at: cursor.at, spare: cursor.spare };
            }
            if !is_matched {
                n_matched = n_matched.or(Some(index));
            }
        }
        n_matched.unwrap_or(self.frames.len())
    }

    /// What so many bare colons close, when they stand inside the first `n_frames` containers.
    ///
    /// It is the innermost component with at most that many colons, looking outwards through list items but not
    /// out of a quote. Components inside it that have more colons are unclosed then. Colons that close nothing are text.
    pub(super) fn closed_by(&self, n_colons: usize, n_frames: usize) -> Option<Closes> {
        let first = self.frames[..n_frames].iter().rposition(|frame| matches!(frame, Frame::Quote));
        let first = first.map_or(0, |index| index + 1);
        let literal = self
            .literals
            .iter()
            .rposition(|&(height, n_needed)| (first..=n_frames).contains(&height) && n_needed <= n_colons);
        let component = self.frames[first..n_frames].iter().rposition(
            |frame| matches!(frame, Frame::Component(component) if component.n_colons <= n_colons),
        );
        match (literal, component.map(|index| first + index)) {
            (Some(literal), Some(component)) if self.literals[literal].0 <= component => {
                Some(Closes::Component(component))
            }
            (Some(literal), _) => Some(Closes::Literal(literal)),
            (None, component) => component.map(Closes::Component),
        }
    }

    /// The sheet that lines are written to, the page's outside of all components, and where the current line begins for it.
    pub(super) fn sheet<'a>(&'a mut self, page: &'a mut Sheet) -> (&'a mut Sheet, View) {
        for frame in self.frames.iter_mut().rev() {
            if let Frame::Component(component) = frame {
                return (&mut component.sheet, component.view);
            }
        }
        (page, View::default())
    }

    /// How many components are open.
    pub(super) fn depth(&self) -> usize {
        self.frames.iter().filter(|frame| matches!(frame, Frame::Component(_))).count()
    }

    /// Adds the line to what was written in each open component.
    pub(super) fn write_raw(&mut self, line: &str) {
        for frame in &mut self.frames {
            if let Frame::Component(component) = frame {
                component.add_raw(line);
            }
        }
    }

    /// Remembers an opening of so many colons that was left as text.
    pub(super) fn add_literal(&mut self, n_colons: usize) {
        if self.literals.len() < MAX_LITERALS {
            self.literals.push((self.frames.len(), n_colons));
        }
    }

    /// Forgets the openings left as text in containers that are closed.
    pub(super) fn forget_literals(&mut self) {
        self.literals.retain(|&(height, _)| height <= self.frames.len());
    }
}

impl Component {
    /// Adds a line to what was written, without the prefix of the containers around.
    pub(super) fn add_raw(&mut self, line: &str) {
        self.raw.extend(std::iter::repeat_n(' ', self.view.spare));
        self.raw.push_str(&line[self.view.at..]);
    }
}
