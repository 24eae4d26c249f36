//! [`first_bytes`]: which bytes a pattern's match can begin with, so that lines without any of them need no search.
//!
//! Most patterns of a grammar begin with something rare: a quote, `/*`, a keyword. Reading that off the pattern spares
//! most searches. Input is a pattern in Oniguruma's syntax; output is a set that contains every byte at which a match
//! can start, or nothing when that isn't known. Whatever is unusual is not known: a wrong set would change colours.

/// How deep groups may nest in a pattern that is read.
const MAX_DEPTH: usize = 40;

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    const ALL: Self = Self([u64::MAX; 4]);
    /// The bytes of characters beyond ASCII.
    const WIDE: Self = Self([0, 0, u64::MAX, u64::MAX]);

    /// Adds a byte.
    pub(super) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// Whether a byte is in it.
    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] & 1 << (byte & 63) != 0
    }

    /// Whether the two have a byte in common.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    fn add(&mut self, other: &Self) {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            *a |= b;
        }
    }

    fn complement(self) -> Self {
        Self(self.0.map(|bits| !bits))
    }

    fn ascii(is_in: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::default();
        (0..0x80).filter(|&byte| is_in(byte)).for_each(|byte| set.insert(byte));
        set
    }

    /// The ASCII bytes for which `is_in` holds, and whatever is beyond ASCII.
    fn wide(is_in: impl Fn(u8) -> bool) -> Self {
        let mut set = Self::ascii(is_in);
        set.add(&Self::WIDE);
        set
    }
}

/// The bytes with which a match of `pattern` can begin; `None` when it can be empty or that isn't known.
pub(super) fn first_bytes(pattern: &str) -> Option<ByteSet> {
    let mut reader = Reader { text: pattern, at: 0, depth: 0 };
    let first = reader.alternatives(Flags::default())?;
    let is_whole = reader.at == pattern.len();
    (is_whole && !first.is_empty && first.set != ByteSet::ALL).then_some(first.set)
}

/// What a part of a pattern can begin with.
#[derive(Clone, Copy, Default)]
struct First {
    set: ByteSet,
    /// Whether it can match without a word about the next byte.
    is_empty: bool,
}

impl First {
    const ANCHOR: Self = Self { set: ByteSet([0; 4]), is_empty: true };

    fn of(set: ByteSet) -> Self {
        Self { set, is_empty: false }
    }
}

/// `(?ix)`
#[derive(Clone, Copy, Default)]
struct Flags {
    ignores_case: bool,
    is_extended: bool,
}

/// An element of a character class, or an escape.
enum Item {
    Char(char),
    Set(ByteSet),
    /// Some set of bytes.
    Any,
}

/// Reads a pattern; every method gives `None` for what it doesn't know.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        let is_there = self.text[self.at..].starts_with(wanted);
        self.at += if is_there { wanted.len() } else { 0 };
        is_there
    }

    fn char(&mut self) -> Option<char> {
        let c = self.text[self.at..].chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Reads up to the end of the group. Flags that are set inside hold until then.
    fn alternatives(&mut self, mut flags: Flags) -> Option<First> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut all = self.sequence(&mut flags)?;
        while self.eat("|") {
            let next = self.sequence(&mut flags)?;
            all.set.add(&next.set);
            all.is_empty |= next.is_empty;
        }
        self.depth -= 1;
        Some(all)
    }

    fn sequence(&mut self, flags: &mut Flags) -> Option<First> {
        let mut first = First::ANCHOR;
        loop {
            self.skip_space(*flags);
            if matches!(self.peek(), None | Some(b'|' | b')')) {
                return Some(first);
            }
            let atom = self.atom(flags)?;
            let atom = self.repeated(atom, *flags);
            if first.is_empty {
                first.set.add(&atom.set);
                first.is_empty = atom.is_empty;
            }
        }
    }

    fn skip_space(&mut self, flags: Flags) {
        if !flags.is_extended {
            return;
        }
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C) => self.at += 1,
                Some(b'#') => self.at += self.text[self.at..].find('\n').unwrap_or(self.text.len() - self.at),
                _ => return,
            }
        }
    }

    fn atom(&mut self, flags: &mut Flags) -> Option<First> {
        match self.peek()? {
            b'(' => self.group(flags),
            b'[' => self.class(*flags).map(|(set, _)| First::of(set)),
            b'\\' => self.escape(*flags),
            b'.' => {
                self.at += 1;
                Some(First::of(ByteSet::ALL))
            }
            b'^' | b'$' => {
                self.at += 1;
                Some(First::ANCHOR)
            }
            b'*' | b'+' | b'?' => None,
            b'{' if self.interval().is_some() => None,
            _ => self.char().map(|c| First::of(literal(c, *flags))),
        }
    }

    /// The element with the quantifiers behind it. One too many makes it optional, which is never wrong.
    fn repeated(&mut self, mut atom: First, flags: Flags) -> First {
        loop {
            self.skip_space(flags);
            match self.peek() {
                Some(b'?' | b'*') => {
                    self.at += 1;
                    atom.is_empty = true;
                }
                Some(b'+') => self.at += 1,
                Some(b'{') => {
                    let Some((min, len)) = self.interval() else { return atom };
                    self.at += len;
                    // `{2}?` means "twice or not at all".
                    atom.is_empty |= min == 0 || self.peek() == Some(b'?');
                }
                _ => return atom,
            }
            // Lazy or possessive.
            if !self.eat("?") {
                self.eat("+");
            }
        }
    }

    /// The minimum and the length of `{2}`, `{2,}`, `{2,3}` or `{,3}`.
    fn interval(&self) -> Option<(u32, usize)> {
        let (inner, _) = self.text[self.at..].strip_prefix('{')?.split_once('}')?;
        let (min, max) = inner.split_once(',').unwrap_or((inner, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let is_valid = is_number(min) && is_number(max) && !(min.is_empty() && max.is_empty());
        is_valid.then(|| (min.parse().unwrap_or(0), inner.len() + 2))
    }

    fn group(&mut self, flags: &mut Flags) -> Option<First> {
        self.at += 1;
        if self.peek() == Some(b'*') {
            return None;
        }
        let mut inner = *flags;
        let is_anchor = if !self.eat("?") || self.eat(":") || self.eat(">") || self.eat("=") {
            false
        } else if self.eat("!") || self.eat("<=") || self.eat("<!") {
            true
        } else if self.eat("<") {
            self.at += self.text[self.at..].find('>')? + 1;
            false
        } else {
            self.flags(&mut inner)?;
            if self.eat(")") {
                *flags = inner;
                return Some(First::ANCHOR);
            }
            if !self.eat(":") {
                return None;
            }
            false
        };
        let first = self.alternatives(inner)?;
        if !self.eat(")") {
            return None;
        }
        Some(if is_anchor { First::ANCHOR } else { first })
    }

    fn flags(&mut self, flags: &mut Flags) -> Option<()> {
        let mut on = true;
        loop {
            match self.peek()? {
                b'-' => on = false,
                b'i' => flags.ignores_case = on,
                b'x' => flags.is_extended = on,
                b'm' => {}
                b':' | b')' => return Some(()),
                _ => return None,
            }
            self.at += 1;
        }
    }

    fn escape(&mut self, flags: Flags) -> Option<First> {
        if let Some(b'A' | b'z' | b'Z' | b'b' | b'B' | b'G') = self.text.as_bytes().get(self.at + 1) {
            self.at += 2;
            return Some(First::ANCHOR);
        }
        Some(First::of(match self.escaped_item()? {
            Item::Char(c) => literal(c, flags),
            Item::Set(set) => set,
            Item::Any => ByteSet::ALL,
        }))
    }

    /// Reads an escape that means the same inside and outside of classes.
    fn escaped_item(&mut self) -> Option<Item> {
        self.at += 1;
        let c = self.char()?;
        Some(match c {
            't' => Item::Char('\t'),
            'n' => Item::Char('\n'),
            'r' => Item::Char('\r'),
            'f' => Item::Char('\x0C'),
            'v' => Item::Char('\x0B'),
            'a' => Item::Char('\x07'),
            'e' => Item::Char('\x1B'),
            'w' => Item::Set(ByteSet::wide(is_word)),
            'd' => Item::Set(ByteSet::wide(|byte| byte.is_ascii_digit())),
            's' => Item::Set(ByteSet::wide(is_space)),
            'h' => Item::Set(ByteSet::wide(|byte| byte.is_ascii_hexdigit())),
            'W' => Item::Set(ByteSet::wide(|byte| !is_word(byte))),
            'D' => Item::Set(ByteSet::wide(|byte| !byte.is_ascii_digit())),
            'S' => Item::Set(ByteSet::wide(|byte| !is_space(byte))),
            'H' => Item::Set(ByteSet::wide(|byte| !byte.is_ascii_hexdigit())),
            'x' | 'u' => return self.code_point(c == 'u'),
            'p' | 'P' => {
                let len = self.text[self.at..].strip_prefix('{')?.find('}')?;
                self.at += len + 2;
                Item::Any
            }
            c if c.is_ascii_alphanumeric() => return None,
            c => Item::Char(c),
        })
    }

    /// `HH`, `HHHH` or `{H...}`; single bytes beyond ASCII are not known.
    fn code_point(&mut self, is_long: bool) -> Option<Item> {
        let rest = &self.text[self.at..];
        let (digits, len) = match rest.strip_prefix('{') {
            Some(braced) if !is_long => {
                braced.split_once('}').map(|(digits, _)| (digits, digits.len() + 2))?
            }
            _ => {
                let len = if is_long { 4 } else { 2 };
                (rest.get(..len)?, len)
            }
        };
        let code = u32::from_str_radix(digits, 16).ok()?;
        self.at += len;
        Some(char::from_u32(code).filter(char::is_ascii).map_or(Item::Any, Item::Char))
    }

    /// Reads a class: its bytes, and whether those of ASCII are exact and not too many.
    fn class(&mut self, flags: Flags) -> Option<(ByteSet, bool)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.at += 1;
        let is_negated = self.eat("^");
        let mut set = ByteSet::default();
        let mut is_exact = true;
        let mut is_first = true;
        while is_first || self.peek()? != b']' {
            is_first = false;
            if self.eat("&&") {
                (set, is_exact) = (ByteSet::ALL, false);
                continue;
            }
            if self.peek()? == b'[' {
                let (inner, is_inner_exact) = self.inner_class(flags)?;
                set.add(&inner);
                is_exact &= is_inner_exact;
                continue;
            }
            match self.class_item()? {
                Item::Char(low) => self.range(low, flags, &mut set, &mut is_exact)?,
                Item::Set(items) => set.add(&items),
                Item::Any => (set, is_exact) = (ByteSet::ALL, false),
            }
        }
        self.at += 1;
        self.depth -= 1;
        if flags.ignores_case {
            set.add(&other_cases(&set));
        }
        Some(match (is_negated, is_exact) {
            (false, _) => (set, is_exact),
            (true, false) => (ByteSet::ALL, false),
            (true, true) => (ByteSet::wide(|byte| set.complement().contains(byte)), true),
        })
    }

    /// A class within a class; those with names, as `[:alpha:]`, are not told apart.
    fn inner_class(&mut self, flags: Flags) -> Option<(ByteSet, bool)> {
        if !self.text[self.at..].starts_with("[:") {
            return self.class(flags);
        }
        self.at += self.text[self.at..].find(":]")? + 2;
        Some((ByteSet::ALL, false))
    }

    fn class_item(&mut self) -> Option<Item> {
        match self.peek()? {
            b'\\' if self.text[self.at..].starts_with("\\b") => {
                self.at += 2;
                Some(Item::Char('\x08'))
            }
            b'\\' => self.escaped_item(),
            _ => self.char().map(Item::Char),
        }
    }

    /// Adds a character of a class, or the range that it begins.
    fn range(&mut self, low: char, flags: Flags, set: &mut ByteSet, is_exact: &mut bool) -> Option<()> {
        let mut high = low;
        let rest = &self.text.as_bytes()[self.at..];
        if rest.first() == Some(&b'-') && rest.get(1) != Some(&b']') {
            self.at += 1;
            if self.peek()? == b'[' {
                return None;
            }
            match self.class_item()? {
                Item::Char(c) => high = c,
                Item::Set(_) | Item::Any => return None,
            }
        }
        if !high.is_ascii() {
            // Some letters beyond ASCII are capitals of those within.
            if flags.ignores_case {
                (*set, *is_exact) = (ByteSet::ALL, false);
            }
            set.add(&ByteSet::WIDE);
        }
        set.add(&ByteSet::ascii(|byte| (low..=high).contains(&char::from(byte))));
        Some(())
    }
}

fn literal(c: char, flags: Flags) -> ByteSet {
    if flags.ignores_case && !c.is_ascii() {
        return ByteSet::ALL;
    }
    let mut set = ByteSet::default();
    set.insert(c.encode_utf8(&mut [0; 4]).as_bytes()[0]);
    if flags.ignores_case {
        set.add(&other_cases(&set));
    }
    set
}

/// What letters are with the other case: also beyond ASCII, where `K` is the sign of kelvins and `ß` is `ss`.
fn other_cases(set: &ByteSet) -> ByteSet {
    let letters = ByteSet::ascii(|byte| byte.is_ascii_alphabetic() && set.contains(byte));
    if letters == ByteSet::default() {
        return letters;
    }
    ByteSet::wide(|byte| letters.contains(byte ^ 0x20) && byte.is_ascii_alphabetic())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, expected: Option<&str>) {
        let found = first_bytes(pattern).map(|set| {
            let ascii = (0..0x80).filter(|&byte| set.contains(byte)).map(char::from);
            ascii.chain(set.contains(0xC3).then_some('é')).collect::<String>()
        });
        assert_eq!(found.as_deref(), expected, "{pattern}");
    }

    #[test]
    fn what_a_match_begins_with() {
        check("abc", Some("a"));
        check("\\bif\\b|else|(?:for|(?<x>while))", Some("efiw"));
        check("^\\s*#", Some("\t\n\u{B}\u{C}\r #é"));
        check("x?y*z+", Some("xyz"));
        check("(?=[\\]}])", Some("]}"));
        check("(?<!a)(?!b)c", Some("c"));
        check("a{0,2}b{1}", Some("ab"));
        check("[a-c\\d-]", Some("-0123456789abcé"));
        check("é", Some("é"));
        check("(?x) a # b\n b", Some("a"));
        check("{{", Some("{"));
        check("a{2}?b", Some("ab"));
        check("[]a]", Some("]a"));
    }

    #[test]
    fn case_is_ignored_where_a_pattern_says_so() {
        check("(?i)k1", Some("Kké"));
        check("(?i:a)|b", Some("Aabé"));
        check("a(?i)|b", Some("Babé"));
        check("(?i)[ſ]", None);
        check("(?i)(?-i)a", Some("a"));
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for pattern in [
            "",
            "$",
            "a?",
            "a|",
            "(?=a?)",
            "\\1",
            "\\k<x>",
            ".",
            "\\p{L}",
            "[^a&&b]",
            "[^[:alpha:]]",
            "(?~a)b",
            "a)",
            "(a",
            "[a",
            "(?#a)b",
            "\\Qa\\E",
            "\\xE9",
            "+",
        ] {
            check(pattern, None);
        }
        check(&"(".repeat(1_000), None);
        check(&"[".repeat(1_000), None);
    }
}
