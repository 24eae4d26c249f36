//! Templates that are counted while they run: what the loops of a site's own templates go through, what their variables hold and
//! what they write, so that a mistake in one is an error of its page, and not the end of a server.
//!
//! Tera has no limits for that. So filters are written into a template ([`counted`]) that change nothing and count
//! ([`bounds`](super::bounds)): behind what a loop goes through, what a variable or a list is made of, what is written, and where
//! a component or an inclusion begins. Columns that Tera tells are those of the text before ([`column_before`]).

pub(super) mod tokens;

use std::{borrow::Cow, ops::Range};

use self::tokens::{Kind, Tag, TagKind, Token, end_of_raw, first_word, is_of_word, next_tag, quoted, tokens};

/// What the text around a part that another file writes is taken for, in bytes.
const FOREIGN_BYTES: usize = 4 << 10;

/// A template whose loops are counted and whose variables are bounded.
pub(super) fn counted(text: &str) -> Cow<'_, str> {
    let additions = additions(text);
    if additions.is_empty() {
        return text.into();
    }
    let n_bytes: usize = additions.iter().map(|(_, addition)| addition.len()).sum();
    let mut counted = String::with_capacity(text.len() + n_bytes);
    let mut from = 0;
    for (at, addition) in additions {
        counted.push_str(&text[from..at]);
        counted.push_str(&addition);
        from = at;
    }
    (counted + &text[from..]).into()
}

/// The column of a line, both from 1, of a template before something was added to it.
pub(super) fn column_before(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    let additions = additions(text).into_iter().filter(|(at, _)| (start..=start + length).contains(at));
    additions.fold(column, |column, (at, addition)| {
        let at = text[start..at].chars().count() + 1;
        if column <= at { column } else { at.max(column.saturating_sub(addition.len())) }
    })
}

type Addition = (usize, Cow<'static, str>);

/// What is added to a template, and where, in order.
fn additions(text: &str) -> Vec<Addition> {
    let mut counting = Counting { text, additions: Vec::new(), open: Vec::new(), n_text: 0 };
    // One that only lays out another, or only has components, writes nothing when it is included.
    if !has_tag(text, &["extends", "component"]) {
        counting.await_text("", asked("begun", "", ""), 0);
    }
    let mut from = 0;
    while let Some(tag) = next_tag(text, from) {
        counting.n_text += tag.whole.start - from;
        from = tag.whole.end;
        match tag.kind {
            TagKind::Comment => {}
            TagKind::Statement if first_word(&text[tag.within(text)]) == "raw" => {
                let Some(end) = end_of_raw(text, from) else { break };
                counting.n_text += end - from;
                from = end;
            }
            TagKind::Statement => counting.statement(&tag),
            TagKind::Print => counting.print(&tag),
        }
    }
    counting.n_text += text.len().saturating_sub(from);
    while let Some(open) = counting.open.pop() {
        counting.end(open);
    }
    counting.additions
}

/// A tag that asks a filter and writes nothing, around how long a text is; with the `-` of the tags beside it.
fn asked(filter: &str, before: &str, after: &str) -> [String; 2] {
    [format!("{{%{before} if \"\" | {filter}(text="), format!(") %}}{{% endif {after}%}}")]
}

fn has_tag(text: &str, keywords: &[&str]) -> bool {
    let mut from = 0;
    while let Some(tag) = next_tag(text, from) {
        if tag.kind == TagKind::Statement && keywords.contains(&first_word(&text[tag.within(text)])) {
            return true;
        }
        from = tag.whole.end;
    }
    false
}

/// A part of a template with a beginning and an end, whose text is counted.
struct Open {
    keyword: &'static str,
    /// Which addition is to know how long its text is, and what stands around that number.
    addition: usize,
    around: [String; 2],
    /// How long the text before it is.
    n_text: usize,
}

/// The additions to a template as far as it is read.
struct Counting<'t> {
    text: &'t str,
    additions: Vec<Addition>,
    open: Vec<Open>,
    /// How long the text is that the template writes itself.
    n_text: usize,
}

impl Counting<'_> {
    fn statement(&mut self, tag: &Tag) {
        let within = tag.within(self.text);
        let (end, written) = (within.end, &self.text[within.clone()]);
        let is_call = written.starts_with('<') && !written.starts_with("</");
        match first_word(written) {
            "for" => {
                self.expression(within, After::Word("in"), None);
                self.await_text("for", [") | counted(text=", ")"].map(str::to_owned), end);
            }
            "set" | "set_global" => {
                let is_value = |token: &Token<'_>| token.kind == Kind::Assign && token.depth == 0;
                if tokens(self.text, within.clone()).iter().any(is_value) {
                    self.expression(within, After::Assign, Some(") | bounded"));
                } else {
                    self.expression(within, After::Nothing, None);
                    self.additions.push((end, " | bounded".into()));
                }
            }
            // What its parameters are by default can't be computed.
            "component" => {
                self.await_text("component", asked("entered", "", tag.trim_after(self.text)), tag.whole.end);
            }
            "endcomponent" => {
                self.ask("left", 0, (tag.trim_before(self.text), ""), tag.whole.start);
                self.close("component");
            }
            "endfor" => self.close("for"),
            "include" => {
                self.ask("entered", FOREIGN_BYTES, (tag.trim_before(self.text), ""), tag.whole.start);
                self.ask("left", 0, ("", tag.trim_after(self.text)), tag.whole.end);
            }
            _ => {
                self.expression(within, After::Nothing, None);
                if is_call {
                    self.ask("begun", FOREIGN_BYTES, ("", tag.trim_after(self.text)), tag.whole.end);
                }
            }
        }
    }

    /// What is written is counted; a name that may not be defined is looked at when it has been.
    fn print(&mut self, tag: &Tag) {
        let within = tag.within(self.text);
        let written = &self.text[within.clone()];
        let is_name = written.chars().all(|c| is_of_word(c) || matches!(c, '.' | '?'));
        if written.is_empty() {
            return;
        }
        if is_name {
            let trim = tag.trim_after(self.text);
            let look = format!("{{% if {written} | written %}}{{% endif {trim}%}}");
            self.additions.push((tag.whole.end, look.into()));
        } else {
            self.expression(within, After::Begin, Some(") | written"));
        }
    }

    fn ask(&mut self, filter: &str, n_text: usize, (before, after): (&str, &str), at: usize) {
        let [start, end] = asked(filter, before, after);
        self.additions.push((at, format!("{start}{n_text}{end}").into()));
    }

    /// An addition that is known when the part of the template ends that begins here.
    fn await_text(&mut self, keyword: &'static str, around: [String; 2], at: usize) {
        let addition = self.additions.len();
        self.additions.push((at, Cow::Borrowed("")));
        self.open.push(Open { keyword, addition, around, n_text: self.n_text });
    }

    fn close(&mut self, keyword: &str) {
        if let Some(open) = self.open.pop_if(|open| open.keyword == keyword) {
            self.end(open);
        }
    }

    fn end(&mut self, Open { addition, around: [before, after], n_text, .. }: Open) {
        self.additions[addition].1 = format!("{before}{}{after}", self.n_text - n_text).into();
    }

    /// Adds to an expression: to the loops in its lists, to its lists and maps, to texts that it puts together; and around what
    /// comes behind something, if `end` says what to write behind that.
    fn expression(&mut self, within: Range<usize>, after: After, end: Option<&'static str>) {
        let tokens = tokens(self.text, within.clone());
        let n_joined = tokens.iter().filter(|token| token.kind == Kind::Tilde).count();
        let mut brackets: Vec<Bracket> = Vec::new();
        let mut begins = after == After::Begin;
        let mut is_open = false;
        for (index, token) in tokens.iter().enumerate() {
            let last = index.checked_sub(1).map(|last| &tokens[last]);
            if std::mem::take(&mut begins) {
                self.additions.push((token.at, "(".into()));
                is_open |= brackets.is_empty();
            }
            let ends_loop = matches!(token.kind, Kind::Close) || token.text == "if";
            if ends_loop
                && let Some(bracket) = brackets.last_mut()
                && bracket.part == Part::Values
                && let Some(last) = last
            {
                bracket.part = Part::Rest;
                self.additions.push((last.end(), ") | counted".into()));
            }
            match token.kind {
                Kind::Open => {
                    let is_value = is_value(self.text, token, last);
                    if is_value {
                        self.additions.push((token.at, "(".into()));
                    }
                    let is_super = last.is_some_and(|last| last.text == "super");
                    brackets.push(Bracket {
                        is_list: token.text == "[",
                        is_value,
                        is_super,
                        part: Part::Value,
                    });
                }
                Kind::Close => {
                    let Some(bracket) = brackets.pop() else { continue };
                    let end = if bracket.is_value { " | whole)" } else { " | begun" };
                    if bracket.is_value || bracket.is_super {
                        self.additions.push((token.end(), end.into()));
                    }
                }
                Kind::Tilde => {
                    let at = last.map_or(token.at, Token::end);
                    self.additions.push((at, format!(" | part(of={n_joined})").into()));
                }
                Kind::Assign if after == After::Assign && token.depth == 0 && !is_open => begins = true,
                Kind::Word => match brackets.last_mut() {
                    Some(bracket)
                        if bracket.is_list && token.text == "for" && bracket.part == Part::Value =>
                    {
                        bracket.part = Part::Names;
                    }
                    Some(bracket) if token.text == "in" && bracket.part == Part::Names => {
                        (bracket.part, begins) = (Part::Values, true);
                    }
                    None if after == After::Word("in") && token.text == "in" && !is_open => begins = true,
                    _ => {}
                },
                _ => {}
            }
        }
        if let Some(end) = end.filter(|_| is_open) {
            self.additions.push((within.end, end.into()));
        }
    }
}

/// Behind what that begins which is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Begin,
    Word(&'static str),
    Assign,
    Nothing,
}

/// A bracket that is open.
struct Bracket {
    is_list: bool,
    /// Whether it makes a list or a map, and doesn't ask one, call something or only group.
    is_value: bool,
    /// Whether it calls what a block says further up.
    is_super: bool,
    part: Part,
}

/// The parts of `[value for names in values if rest]`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    Names,
    Values,
    Rest,
}

/// Whether a bracket makes a list or a map: it doesn't follow what could be asked, nor is it the value of an attribute.
fn is_value(text: &str, token: &Token<'_>, last: Option<&Token<'_>>) -> bool {
    const KEYWORDS: [&str; 7] = ["in", "and", "or", "not", "if", "else", "is"];
    match token.text {
        "[" => last.is_none_or(|last| match last.kind {
            Kind::Word => KEYWORDS.contains(&last.text),
            Kind::Text | Kind::Close => false,
            _ => last.text != "?",
        }),
        "{" => {
            let rest = text[token.end()..].trim_start();
            let is_text = rest.starts_with(['"', '\'', '`']);
            let key = if is_text { quoted(rest) } else { rest.find(|c: char| !is_of_word(c)) };
            let key = key.unwrap_or(rest.len());
            rest.starts_with("...") || key > 0 && rest[key..].trim_start().starts_with(':')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is added, with the beginning of an included file left out.
    fn check(text: &str, expected: &str) {
        let counted = counted(text).into_owned();
        let rest =
            counted.strip_prefix("{% if \"\" | begun(text=").and_then(|rest| rest.split_once("{% endif %}"));
        assert_eq!(rest.map_or(&*counted, |(_, rest)| rest), expected, "{text}");
    }

    #[test]
    fn loops_are_counted_as_a_whole() {
        check("plain { text", "plain { text");
        check("{% for a in b %}xy{% endfor %}", "{% for a in (b) | counted(text=2) %}xy{% endfor %}");
        check("{%- for a, b in c.d | sort -%}", "{%- for a, b in (c.d | sort) | counted(text=0) -%}");
        check("{%for a in b or c%}", "{%for a in (b or c) | counted(text=0)%}");
        check("{% for a in b if c else d %}", "{% for a in (b if c else d) | counted(text=0) %}");
        check("{% for a in f(x=\"%}\") %}", "{% for a in (f(x=\"%}\")) | counted(text=0) %}");
        check(
            "{% for a in b %}x{% for c in d %}yy{% endfor %}{% else %}z{% endfor %}",
            "{% for a in (b) | counted(text=4) %}x{% for c in (d) | counted(text=2) %}yy{% endfor %}{% else %}z{% endfor %}",
        );
        // What Tera doesn't take for the end of a text, or of a raw part, is none.
        check(
            "{% set a = \"\\\"\" %}{% for a in b %}",
            "{% set a = (\"\\\"\") | bounded %}{% for a in (b) | counted(text=0) %}",
        );
        check(
            "{% raw %}endraw {% for a in b %}{%- endraw -%}{% for a in b %}",
            "{% raw %}endraw {% for a in b %}{%- endraw -%}{% for a in (b) | counted(text=0) %}",
        );
    }

    #[test]
    fn loops_in_lists_are_counted_as_a_whole() {
        check("{{ [a for a in b or c] }}", "{{ (([a for a in (b or c) | counted] | whole)) | written }}");
        check(
            "{% if f(x=[a for a in b.c or d if a in e]) %}",
            "{% if f(x=([a for a in (b.c or d) | counted if a in e] | whole)) %}",
        );
        check(
            "{% for a in [b for b in [1]] %}",
            "{% for a in (([b for b in (([1] | whole)) | counted] | whole)) | counted(text=0) %}",
        );
    }

    #[test]
    fn variables_lists_and_texts_are_bounded() {
        check("{% set a = b -%}", "{% set a = (b) | bounded -%}");
        check("{% set_global a=b == c %}", "{% set_global a=(b == c) | bounded %}");
        check("{% set a = f(x=1, y=\"=\") %}", "{% set a = (f(x=1, y=\"=\")) | bounded %}");
        check("{% set a %}x{% endset %}", "{% set a | bounded %}x{% endset %}");
        check("{% set a | upper %}x{% endset %}", "{% set a | upper | bounded %}x{% endset %}");
        check(
            "{% set a = [a, a][0:] %}{% set b = {\"x\": a, \"y\": c[0]} %}",
            "{% set a = (([a, a] | whole)[0:]) | bounded %}{% set b = (({\"x\": a, \"y\": c[0]} | whole)) | bounded %}",
        );
        check("{% if a ~ b ~ \"c\" == d %}", "{% if a | part(of=2) ~ b | part(of=2) ~ \"c\" == d %}");
        check(
            "{% <c x={[1]} y={a} z=\"[a]\"> %}",
            "{% <c x={([1] | whole)} y={a} z=\"[a]\"> %}{% if \"\" | begun(text=4096) %}{% endif %}",
        );
    }

    #[test]
    fn what_is_written_is_counted() {
        check("{{ a.b -}} x", "{{ a.b -}}{% if a.b | written %}{% endif -%} x");
        check("{{- a | safe }}", "{{- (a | safe) | written }}");
        check("{{ super() }}", "{{ (super() | begun) | written }}");
        check(
            "{% include \"a.html\" -%} x",
            "{% if \"\" | entered(text=4096) %}{% endif %}{% include \"a.html\" -%}{% if \"\" | left(text=0) %}{% endif -%} x",
        );
        check(
            "x {%- include \"a.html\" %}",
            "x {%- if \"\" | entered(text=4096) %}{% endif %}{%- include \"a.html\" %}{% if \"\" | left(text=0) %}{% endif %}",
        );
        check(
            "{% component c(a=[]) -%} xy{% endcomponent c %}",
            "{% component c(a=[]) -%}{% if \"\" | entered(text=3) %}{% endif -%} xy{% if \"\" | left(text=0) %}{% endif %}{% endcomponent c %}",
        );
        assert_eq!(counted("abc"), "{% if \"\" | begun(text=3) %}{% endif %}abc");
        assert_eq!(counted("{% extends \"a\" %}"), "{% extends \"a\" %}");
    }

    #[test]
    fn the_rest_stays() {
        for kept in [
            "{% if a == b %}{% if a[0] and b[c] %}",
            "{% filter upper %}",
            "{% if c(for=d) %}",
            "{# {% for a in b %} #}",
            "{% raw %}{% for a in b %}{% endraw %}",
            "{% fore %}",
            "{% for a in b",
            "{{ \"a",
            "{{",
            "{%-%}{%%}{{}}{{-}}",
        ] {
            check(kept, kept);
        }
    }

    #[test]
    fn columns_are_those_of_the_text_before() {
        let text = "x\n{% for a in b %}{% for c in d %}{{ nothing }}";
        let after = counted(text);
        let line = after.lines().nth(1).expect("a line");
        let column = line.find("nothing").expect("it is there") + 1;
        assert_eq!(column_before(text, 2, column), 1 + "{% for a in b %}{% for c in d %}{{ ".len());
        assert_eq!(column_before(text, 2, 13), 13);
        assert_eq!(column_before(text, 1, 1), 1);
    }
}
