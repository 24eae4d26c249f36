//! [`part_of`]: which part of a file a `Range` header asks for. Videos seek with it.
//!
//! A single range is answered; several at once, and what can't be read, are answered with the whole file, as
//! RFC 9110, section 14.2, allows.

use std::ops::Range;

/// The answer to a `Range` header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The whole file.
    Whole,
    /// These bytes of it.
    Bytes(Range<usize>),
    /// Nothing: the range lies behind the end.
    Outside,
}

/// Reads the header for a file of `len` bytes.
pub(super) fn part_of(header: &str, len: usize) -> Part {
    let Some(set) = header.trim().strip_prefix("bytes=") else { return Part::Whole };
    let Some((first, last)) = set.trim().split_once('-') else { return Part::Whole };
    match (number(first), number(last)) {
        // The last bytes.
        _ if first.is_empty() => match number(last) {
            Some(0) => Part::Outside,
            Some(_) if len == 0 => Part::Outside,
            Some(n_bytes) => Part::Bytes(len.saturating_sub(n_bytes)..len),
            None => Part::Whole,
        },
        (Some(first), None) if last.is_empty() => from(first, len, len),
        (Some(first), Some(last)) if first <= last => from(first, last.saturating_add(1), len),
        _ => Part::Whole,
    }
}

fn from(start: usize, end: usize, len: usize) -> Part {
    if start < len { Part::Bytes(start..end.min(len)) } else { Part::Outside }
}

/// A number; one that is too large is as good as the largest.
fn number(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_range_is_read() {
        for (header, expected) in [
            ("bytes=0-0", Part::Bytes(0..1)),
            ("bytes=2-5", Part::Bytes(2..6)),
            ("bytes=2-", Part::Bytes(2..10)),
            ("bytes=-3", Part::Bytes(7..10)),
            ("bytes=-99", Part::Bytes(0..10)),
            ("bytes=9-99999999999999999999999", Part::Bytes(9..10)),
            ("bytes=10-", Part::Outside),
            ("bytes=-0", Part::Outside),
            ("bytes=99999999999999999999999-", Part::Outside),
        ] {
            assert_eq!(part_of(header, 10), expected, "{header}");
        }
        assert_eq!(part_of("bytes=-1", 0), Part::Outside);
        assert_eq!(part_of("bytes=0-", 0), Part::Outside);
    }

    #[test]
    fn what_is_not_one_range_is_the_whole_file() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=0-1,3-4",
            "lines=0-1",
            "bytes=+1-2",
            "bytes=a-b",
        ] {
            assert_eq!(part_of(header, 10), Part::Whole, "{header}");
        }
    }
}
