//! Style sheets, token by token: smaller, and with the names under which the files that they name are published.
//!
//! No token is changed but addresses. What goes is space and comments where the syntax gives them no meaning; where that
//! depends on more than the tokens beside it, they stay.

use std::borrow::Cow;

use cssparser::{Parser, Token, serialize_string};

/// How deep blocks may lie in each other.
const MAX_DEPTH: usize = 64;

/// A style sheet without what it doesn't need, if it is to be `smaller`, in which `rename` has replaced addresses. The error
/// says why it can't be read.
pub(super) fn write(
    source: &str,
    smaller: bool,
    rename: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<String, String> {
    let mut reader = Reader { rename, pieces: Vec::new() };
    reader.block(&mut Parser::new(source), Strings::AreText, 0)?;
    let mut pieces = reader.pieces;
    if smaller {
        pieces = without_comments(pieces);
        pieces = without_spaces(&pieces);
    }
    Ok(pieces.iter().map(|piece| &*piece.text).collect())
}

/// A token, or an end of a block.
#[derive(Clone, Debug)]
struct Piece<'a> {
    kind: Kind,
    text: Cow<'a, str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Space,
    Comment,
    /// The name of a custom property, or another name that begins with `--`.
    Custom,
    /// A name that can't be one of these, a string, a sign...
    Other,
}

/// What strings stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strings {
    AreText,
    AreAddresses,
}

struct Reader<'a, 'r> {
    rename: &'r mut dyn FnMut(&str) -> Option<String>,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Reader<'a, '_> {
    /// Reads up to the end of a block or of the file.
    fn block(&mut self, parser: &mut Parser<'a>, strings: Strings, depth: usize) -> Result<(), String> {
        let mut is_import = false;
        loop {
            let start = parser.position();
            let Ok(token) = parser.next_including_whitespace_and_comments() else { return Ok(()) };
            let token = token.clone();
            let text = parser.slice_from(start);
            let inside = match &token {
                Token::BadUrl(_) | Token::BadString(_) => {
                    return Err(format!("`{}` has no end", first_line(text)));
                }
                Token::CloseParenthesis | Token::CloseSquareBracket | Token::CloseCurlyBracket => {
                    return Err(format!("a `{text}` closes nothing"));
                }
                Token::AtKeyword(name) => {
                    is_import = name.eq_ignore_ascii_case("import");
                    None
                }
                Token::Semicolon => {
                    is_import = false;
                    None
                }
                Token::Function(name) => Some(strings_in(name)),
                Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                    Some(Strings::AreText)
                }
                _ => None,
            };
            let is_address = is_import || strings == Strings::AreAddresses;
            let piece = self.piece(&token, text, is_address);
            self.pieces.push(piece);
            let Some(inside) = inside else { continue };
            is_import = false;
            if depth == MAX_DEPTH {
                return Err(format!("blocks are more than {MAX_DEPTH} deep"));
            }
            let mut end = parser.position();
            let read = parser.parse_nested_block(|inner| {
                let read = self.block(inner, inside, depth + 1);
                end = inner.position();
                Ok::<_, cssparser::ParseError<()>>(read)
            });
            read.map_err(|_| "a block has no end".to_owned())??;
            self.pieces.push(Piece { kind: Kind::Other, text: parser.slice_from(end).into() });
        }
    }

    fn piece(&mut self, token: &Token<'a>, text: &'a str, is_address: bool) -> Piece<'a> {
        let plain = |kind| Piece { kind, text: text.into() };
        let renamed = match token {
            Token::WhiteSpace(_) => return plain(Kind::Space),
            Token::Comment(_) => return plain(Kind::Comment),
            Token::Ident(name) if name.starts_with("--") => return plain(Kind::Custom),
            Token::UnquotedUrl(address) => {
                (self.rename)(address).map(|renamed| format!("url({})", quoted(&renamed)))
            }
            Token::QuotedString(address) if is_address => {
                (self.rename)(address).map(|renamed| quoted(&renamed))
            }
            _ => None,
        };
        renamed.map_or_else(|| plain(Kind::Other), |text| Piece { kind: Kind::Other, text: text.into() })
    }
}

fn strings_in(function: &str) -> Strings {
    let takes_addresses = ["url", "src", "image-set", "-webkit-image-set"];
    if takes_addresses.iter().any(|name| function.eq_ignore_ascii_case(name)) {
        Strings::AreAddresses
    } else {
        Strings::AreText
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    // Writing into a string can't fail.
    let _ = serialize_string(text, &mut quoted);
    quoted
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(40).collect()
}

/// Takes comments out, but for licences. One between two tokens that would be one without it leaves an empty one.
fn without_comments(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut left: Vec<Piece<'_>> = Vec::with_capacity(pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        if piece.kind != Kind::Comment || piece.text.starts_with("/*!") {
            // Spaces around a comment are one.
            if piece.kind != Kind::Space || left.last().is_none_or(|last| last.kind != Kind::Space) {
                left.push(piece);
            }
            continue;
        }
        let is_apart =
            |piece: Option<&Piece<'_>>| piece.is_none_or(|piece| piece.kind == Kind::Space || is_sign(piece));
        if !is_apart(left.last()) && !is_apart(pieces.peek()) {
            left.push(Piece { kind: Kind::Comment, text: "/**/".into() });
        }
    }
    left
}

/// Whether a token can't grow together with another.
fn is_sign(piece: &Piece<'_>) -> bool {
    matches!(&*piece.text, "{" | "}" | ";" | ":" | "," | ")" | "]")
}

/// Takes out spaces, and the last semicolons of blocks.
fn without_spaces<'a>(pieces: &[Piece<'a>]) -> Vec<Piece<'a>> {
    let mut left: Vec<Piece<'a>> = Vec::with_capacity(pieces.len());
    let mut custom = CustomValue::default();
    for (at, piece) in pieces.iter().enumerate() {
        custom.look(piece, pieces, at);
        let before = left.last().map_or("", |piece| &*piece.text);
        if piece.kind == Kind::Space {
            let after = pieces.get(at + 1).map_or("", |piece| &*piece.text);
            let can_go = match custom.depth {
                None => has_no_meaning(before, after),
                // An empty value is a space.
                Some(0) => (before == ":") != matches!(after, ";" | "}" | ""),
                // Programs can see what is inside.
                Some(_) => false,
            };
            if !can_go {
                left.push(Piece { kind: Kind::Space, text: " ".into() });
            }
            continue;
        }
        if piece.text == "}" && before == ";" && custom.depth.is_none() {
            left.pop();
        }
        left.push(piece.clone());
    }
    left
}

/// Whether a space has no meaning between two tokens; an empty one stands for an end of the file.
fn has_no_meaning(before: &str, after: &str) -> bool {
    let is_around = |sign: &str| matches!(sign, "" | "{" | "}" | ";" | "," | ">" | "~");
    is_around(before)
        || is_around(after)
        || before == ":"
        || before.ends_with('(')
        || matches!(after, ")" | "!")
}

/// Whether the value of a custom property is being read.
#[derive(Default)]
struct CustomValue {
    /// How many blocks are open inside of it.
    depth: Option<usize>,
}

impl CustomValue {
    fn look(&mut self, piece: &Piece<'_>, pieces: &[Piece<'_>], at: usize) {
        let opens =
            piece.text.ends_with(['(', '[', '{']) && piece.kind == Kind::Other && !is_quoted(&piece.text);
        let closes = matches!(&*piece.text, ")" | "]" | "}");
        self.depth = match self.depth {
            None if piece.kind == Kind::Custom && is_declared(pieces, at) => Some(0),
            None => None,
            Some(0) if closes || piece.text == ";" => None,
            Some(depth) if opens => Some(depth + 1),
            Some(depth) if closes => Some(depth - 1),
            depth => depth,
        };
    }
}

fn is_quoted(text: &str) -> bool {
    text.starts_with(['"', '\''])
}

/// Whether a name begins a declaration.
fn is_declared(pieces: &[Piece<'_>], at: usize) -> bool {
    let is_seen = |piece: &&Piece<'_>| !matches!(piece.kind, Kind::Space | Kind::Comment);
    let before = pieces[..at].iter().rev().find(is_seen);
    let after = pieces[at + 1..].iter().find(is_seen);
    before.is_none_or(|piece| matches!(&*piece.text, "{" | "}" | ";"))
        && after.is_some_and(|piece| piece.text == ":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smaller(source: &str) -> String {
        write(source, true, &mut |_| None).expect("it can be read")
    }

    fn check(source: &str, expected: &str) {
        assert_eq!(smaller(source), expected, "{source}");
        assert_eq!(smaller(expected), expected, "a second time: {source}");
    }

    #[test]
    fn spaces_without_meaning_go() {
        check("a {\n  color : red ;\n  margin: 0 auto;\n}\n\nb { }\n", "a{color :red;margin:0 auto}b{}");
        check("a > b ~ c + d  e , f { x: y !important }", "a>b~c + d e,f{x:y!important}");
        check("a :hover [x] (y) { }", "a :hover [x] (y){}");
        check(
            "@media screen and (min-width : 10px) { a { b: calc( 1px + 2px ) } }",
            "@media screen and (min-width :10px){a{b:calc(1px + 2px)}}",
        );
        check("a{b:rgb(0 0 0 / 50%)}", "a{b:rgb(0 0 0 / 50%)}");
        check("a{content:\" }  { \"}", "a{content:\" }  { \"}");
        check("@import url(x.css) layer(a) screen;", "@import url(x.css) layer(a) screen;");
        check("a { & > b { c: d; } ; }", "a{&>b{c:d}}");
    }

    #[test]
    fn comments_go_unless_they_separate() {
        check("/* one */ a/* two */ {b/* three */:/**/c/**/}/* four */", "a{b:c}");
        check("a/**/b{}", "a/**/b{}");
        check("/*! MIT */ a { }", "/*! MIT */ a{}");
    }

    #[test]
    fn custom_properties_keep_what_programs_can_see() {
        check("a { --x: a > b , c ; --y:; --z: ; c: d , e }", "a{--x:a > b , c;--y:;--z: ;c:d,e}");
        check("a { --x: { a: b } ; }", "a{--x:{ a: b }}");
        check("a { b: var( --x , 1px ) }", "a{b:var(--x,1px)}");
    }

    #[test]
    fn addresses_are_replaced() {
        let renamed = |source: &str, smaller: bool| {
            let mut rename = |address: &str| (address == "a.png").then(|| "a.1.png".to_owned());
            write(source, smaller, &mut rename).expect("it can be read")
        };
        assert_eq!(renamed("a { b: url( a.png ) }", true), "a{b:url(\"a.1.png\")}");
        assert_eq!(renamed("a { b: url('a.png') }", true), "a{b:url(\"a.1.png\")}");
        assert_eq!(
            renamed("a { b: url( 'b.png' ); c: 'a.png' }", false),
            "a { b: url( 'b.png' ); c: 'a.png' }"
        );
        assert_eq!(
            renamed("/* x */ @import 'a.png' screen ;", false),
            "/* x */ @import \"a.1.png\" screen ;"
        );
        assert_eq!(
            renamed("a{b:image-set('a.png' 1x, url(a.png) 2x)}", true),
            "a{b:image-set(\"a.1.png\" 1x,url(\"a.1.png\") 2x)}"
        );
    }

    #[test]
    fn what_has_no_end_is_an_error() {
        let deep = "{".repeat(10_000);
        for source in ["a { b: url(a b) }", "a { b: \"c\n }", "}", deep.as_str()] {
            assert!(write(source, true, &mut |_| None).is_err(), "{source:.30}");
        }
        check("a { b: c", "a{b:c");
        check("", "");
    }
}
