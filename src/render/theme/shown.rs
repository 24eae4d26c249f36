//! [`Shown`]: which of the values that cost something a template can show.
//!
//! It is told from the texts of a template and of all that it is put together from: a value that none of them names can't be in
//! the page, so nobody has to find it out, and the page doesn't depend on it. A text that only looks like a name counts as one.

use std::ops::BitOr;

/// A value of a page's context that costs something to find out, and that not all themes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Costly {
    /// `nav`.
    Nav,
    /// `page.backlinks`.
    Backlinks,
    /// `page.breadcrumbs`.
    Breadcrumbs,
    /// `page.last_change`.
    LastChange,
    /// `page.previous` and `page.next`.
    Neighbours,
    /// `page.related`.
    Related,
    /// `page.toc` and `page.show_toc`.
    Toc,
}

/// The fields of `page`, by the names that templates call them by.
const FIELDS: [(&str, Costly); 8] = [
    ("backlinks", Costly::Backlinks),
    ("breadcrumbs", Costly::Breadcrumbs),
    ("last_change", Costly::LastChange),
    ("previous", Costly::Neighbours),
    ("next", Costly::Neighbours),
    ("related", Costly::Related),
    ("toc", Costly::Toc),
    ("show_toc", Costly::Toc),
];
/// The variable with all others, by which Tera helps to find mistakes.
const ALL_VARIABLES: &str = "__tera_context";
/// What can follow a variable in an expression.
const OPERATORS: [&str; 7] = ["and", "or", "in", "is", "if", "else", "not"];

/// A set of such values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown(u8);

impl Shown {
    /// All of them.
    pub const ALL: Self = Self(u8::MAX);

    /// What a template with a text shows, without those that it names.
    pub(super) fn in_text(text: &str) -> Self {
        if text.contains(ALL_VARIABLES) || uses_whole(text, "page") {
            return Self::ALL;
        }
        let fields = FIELDS.iter().filter(|(name, _)| text.contains(name)).map(|(_, value)| *value);
        let nav = names(text, "nav").next().map(|_| Costly::Nav);
        fields.chain(nav).fold(Self::default(), |shown, value| shown | Self(bit(value)))
    }

    /// Whether a value is in it.
    pub fn has(self, value: Costly) -> bool {
        self.0 & bit(value) != 0
    }
}

impl BitOr for Shown {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

fn bit(value: Costly) -> u8 {
    1 << value as u8
}

/// Whether a variable may be used as a whole, and not for one field whose name stands there.
fn uses_whole(text: &str, variable: &str) -> bool {
    names(text, variable).any(|rest| {
        let is_field = rest.trim_start().trim_start_matches('?').starts_with('.');
        !is_field && is_of_expression(rest)
    })
}

/// Whether an expression may go on like this behind a variable. HTML and comments have its name, too.
fn is_of_expression(rest: &str) -> bool {
    let rest = rest.trim_start();
    let word = rest.find(|c: char| !c.is_alphanumeric()).map_or(rest, |end| &rest[..end]);
    let is_end = rest.starts_with("-%}") || rest.starts_with("-}}");
    let is_prose = rest.is_empty()
        || rest.starts_with("</")
        || rest.starts_with(['"', '\'', '`', '-', ';']) && !is_end
        || rest.starts_with('=') && !rest.starts_with("==")
        || !word.is_empty() && !OPERATORS.contains(&word);
    !is_prose
}

/// What follows wherever a variable of a name may stand.
fn names<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(name).filter_map(move |(at, _)| {
        let (before, rest) = (&text[..at], &text[at + name.len()..]);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let begins = ["{{-", "{%-", ".."].iter().any(|start| before.ends_with(start));
        // As the name of a field, or in quotes, it is no variable.
        let is_after = |c: char| is_part(c) || matches!(c, '.' | '"' | '\'' | '`');
        // Nor as that of an element, or a part of a class or a path: `<nav class`, `<nav>`, `</nav>`, `my-nav {`, but `0 <nav|length`.
        let is_in_html = before.ends_with(['<', '/', '-'])
            && (!is_of_expression(rest) || rest.trim_start().starts_with(['>', '{', '/', ':']));
        let is_variable = begins || !before.ends_with(is_after) && !is_in_html;
        (is_variable && !rest.starts_with(is_part)).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[Costly]) {
        let expected = expected.iter().fold(Shown::default(), |shown, value| shown | Shown(bit(*value)));
        assert_eq!(Shown::in_text(text), expected, "{text}");
    }

    #[test]
    fn what_is_named_is_shown() {
        check("<nav class=\"nav\"><p>{{ page.title }}</p></nav>", &[]);
        check("{{ nav | tree }}", &[Costly::Nav]);
        check("{{-nav-}}", &[Costly::Nav]);
        check("{% if 0 <nav|length and 1 -nav | length %}{% endif %}", &[Costly::Nav]);
        check(
            "<nav>a</nav><nav {{ a }}><nav\nid=\"b\"></nav><p class=\"my-nav\"><style>.my-nav {}</style>",
            &[],
        );
        check("{% for entry in nav %}{% endfor %}", &[Costly::Nav]);
        check("{{ <menu entries={nav} /> }}", &[Costly::Nav]);
        check("{% if page.previous or page . toc %}{% endif %}", &[Costly::Neighbours, Costly::Toc]);
        check("{{ page?.related?.first }}", &[Costly::Related]);
        check("{{ site.nav }}{{ t(key=\"nav\") }}{{ my_nav }}", &[]);
    }

    #[test]
    fn of_a_whole_page_all_is_shown() {
        for text in [
            "{{ page | json_encode }}",
            "{{ page }}",
            "{{ page[name] }}",
            "{% for key, value in page %}",
            "{% set it = page %}",
            "{%- set it = page -%}",
            "{{-page-}}",
            "{{ {...page} }}",
            "{% if 0 <page|length %}",
            "{{ <card page={page} /> }}",
            "{{ [page, 1] }}",
            "{% if page is defined and name in page and page == other %}",
            "{{ page if name else other }}",
            "{{ __tera_context }}",
        ] {
            assert_eq!(Shown::in_text(text), Shown::ALL, "{text}");
        }
        check(
            "{# A page of it #}<p class=\"page-title page big\" data-page=\"page\">The next page</p>",
            &[Costly::Neighbours],
        );
    }
}
