//! [`SourceMap`]: from a position in expanded text back to the file and offset it came from.
//!
//! Expanded text is a page's body with inclusions put in and component bodies cut out, so one text can come from
//! several files and skip parts of them. The map is a sorted list of pieces; a lookup is a binary search.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A stretch of an original file, in bytes of that file's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At {
    /// Index into [`Expanded::files`](super::Expanded::files); 0 is the page itself.
    pub file: u32,
    /// Where it starts in that file.
    pub offset: u32,
    /// How many bytes it covers.
    pub len: u32,
}

/// Where the pieces of one text came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Piece {
    start: usize,
    file: u32,
    offset: usize,
}

impl SourceMap {
    /// The map of a text that was taken whole from `file`, beginning at `offset` there.
    pub fn whole(file: u32, offset: usize) -> Self {
        Self { pieces: vec![Piece { start: 0, file, offset }] }
    }

    /// Says that from `start` on (not before the last `start`) the text comes from `offset` of `file`.
    pub fn push(&mut self, start: usize, file: u32, offset: usize) {
        if let Some(last) = self.pieces.last() {
            if last.start == start {
                self.pieces.pop();
            } else if last.file == file && last.offset + (start - last.start) == offset {
                return;
            }
        }
        self.pieces.push(Piece { start, file, offset });
    }

    /// Says that from `start` on the text is what `range` of another text is.
    pub fn push_range(&mut self, start: usize, other: &Self, range: Range<usize>) {
        let first = other.pieces.partition_point(|piece| piece.start <= range.start);
        if let Some(piece) = first.checked_sub(1).and_then(|index| other.pieces.get(index)) {
            self.push(start, piece.file, piece.offset + (range.start - piece.start));
        }
        for piece in other.pieces[first..].iter().take_while(|piece| piece.start < range.end) {
            self.push(start + (piece.start - range.start), piece.file, piece.offset);
        }
    }

    /// The file and offset that a position of the text came from.
    pub(super) fn origin(&self, at: usize) -> (u32, usize) {
        let index = self.pieces.partition_point(|piece| piece.start <= at);
        let piece = index.checked_sub(1).and_then(|index| self.pieces.get(index));
        piece.map_or((0, 0), |piece| (piece.file, piece.offset + (at - piece.start)))
    }

    /// The original place of a range of the text; its length is kept even where pieces meet.
    pub fn at(&self, range: Range<usize>) -> At {
        let (file, offset) = self.origin(range.start);
        At { file, offset: as_u32(offset), len: as_u32(range.len()) }
    }
}

fn as_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_found_in_its_piece() {
        let mut map = SourceMap::whole(0, 10);
        map.push(5, 1, 0);
        map.push(7, 1, 2); // continues the piece before it
        map.push(9, 0, 40);
        assert_eq!(map.at(0..3), At { file: 0, offset: 10, len: 3 });
        assert_eq!(map.at(8..9), At { file: 1, offset: 3, len: 1 });
        assert_eq!(map.at(12..14), At { file: 0, offset: 43, len: 2 });
        assert_eq!(map.pieces.len(), 3);
    }

    #[test]
    fn a_range_is_taken_with_its_pieces() {
        let mut map = SourceMap::whole(0, 10);
        map.push(5, 1, 0);
        map.push(9, 0, 40);
        let mut other = SourceMap::default();
        other.push_range(0, &map, 3..7);
        other.push_range(4, &map, 7..9);
        assert_eq!(other.at(0..1).offset, 13);
        assert_eq!(other.at(3..4), At { file: 1, offset: 1, len: 1 });
        assert_eq!(other.at(5..6), At { file: 1, offset: 3, len: 1 });
        assert_eq!(other.pieces.len(), 2);
    }
}
