//! [`Cursor`]: a position in a line, counted in bytes and in columns, since tabs are wider than a byte.

/// From how many columns on an indented line is code.
pub(super) const CODE_INDENT: usize = 4;

/// A position in a line, in bytes and columns, tabs being up to four columns wide.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    /// The line without its ending.
    pub(super) line: &'a str,
    /// Bytes before the position.
    pub(super) at: usize,
    /// Columns of a tab that is partly behind the position; its byte is.
    pub(super) spare: usize,
    column: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { line, at: 0, spare: 0, column: 0 }
    }

    /// What follows.
    pub(super) fn rest(&self) -> &'a str {
        &self.line[self.at..]
    }

    /// Whether only white space follows.
    pub(super) fn is_blank(&self) -> bool {
        self.rest().bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// How many columns of white space follow, counted up to `limit`.
    pub(super) fn indent(&self, limit: usize) -> usize {
        let mut columns = self.spare;
        for byte in self.rest().bytes() {
            match byte {
                _ if columns >= limit => break,
                b' ' => columns += 1,
                b'\t' => columns += 4 - (self.column + columns) % 4,
                _ => break,
            }
        }
        columns.min(limit)
    }

    /// Moves over white space of that many columns, or less if there is less.
    pub(super) fn skip_columns(&mut self, n_columns: usize) {
        let mut left = n_columns;
        while left > 0 {
            if self.spare == 0 {
                self.spare = match self.rest().bytes().next() {
                    Some(b' ') => 1,
                    Some(b'\t') => 4 - self.column % 4,
                    _ => return,
                };
                self.at += 1;
            }
            let step = left.min(self.spare);
            self.spare -= step;
            self.column += step;
            left -= step;
        }
    }

    /// Moves over characters of one byte and column each.
    pub(super) fn skip_bytes(&mut self, n_bytes: usize) {
        self.at += n_bytes;
        self.column += n_bytes;
    }

    /// Moves over the marker of a block quote and the space behind it, if it is there.
    pub(super) fn skip_quote_marker(&mut self) -> bool {
        let indent = self.indent(CODE_INDENT);
        let mut ahead = *self;
        ahead.skip_columns(indent);
        let is_quote = indent < CODE_INDENT && ahead.rest().starts_with('>');
        if is_quote {
            ahead.skip_bytes(1);
            ahead.skip_columns(1);
            *self = ahead;
        }
        is_quote
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_taken_by_columns() {
        let mut cursor = Cursor::new("a\t\tb");
        cursor.skip_bytes(1);
        assert_eq!((cursor.indent(2), cursor.indent(9)), (2, 7));
        cursor.skip_columns(1);
        assert_eq!((cursor.at, cursor.spare, cursor.indent(9)), (2, 2, 6));
        cursor.skip_columns(9);
        assert_eq!((cursor.rest(), cursor.spare), ("b", 0));
    }
}
