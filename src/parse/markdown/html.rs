//! The attributes of raw HTML: enough of HTML to find ids, names and addresses, in one pass over the text.
//!
//! Input is the text of an HTML event; output the attributes of its start tags. What a browser would make of it is not
//! known here.

use std::ops::Range;

/// An attribute of a start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute<'h> {
    /// The name of the element, as written.
    pub element: &'h str,
    /// The attribute's name, as written.
    pub name: &'h str,
    /// Its value without quotes, entities as written.
    pub value: &'h str,
    /// Where the value is in the text.
    pub range: Range<usize>,
}

impl Attribute<'_> {
    /// Whether it names a place that links can lead to.
    pub fn is_anchor(&self) -> bool {
        // Forges take the `name` of headings, too; of form fields and metadata it means something else.
        let has_other_names = ["input", "meta", "select", "textarea", "button", "param", "slot", "iframe"];
        let is_name = self.name.eq_ignore_ascii_case("name")
            && !has_other_names.iter().any(|element| self.element.eq_ignore_ascii_case(element));
        !self.value.is_empty() && (is_name || self.name.eq_ignore_ascii_case("id"))
    }

    /// Whether it is an address: `href`, `src` or `poster`.
    pub fn is_address(&self) -> bool {
        !self.value.is_empty()
            && ["href", "src", "poster"].iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }
}

/// Finds the attributes of all start tags in `html`, comments left out.
pub fn attributes(html: &str) -> impl Iterator<Item = Attribute<'_>> {
    Attributes { html, at: 0, element: None }
}

struct Attributes<'h> {
    html: &'h str,
    at: usize,
    /// The element whose start tag `at` is in.
    element: Option<&'h str>,
}

impl<'h> Iterator for Attributes<'h> {
    type Item = Attribute<'h>;

    fn next(&mut self) -> Option<Attribute<'h>> {
        loop {
            match self.element {
                None => self.element = Some(self.next_element()?),
                Some(element) => match self.next_attribute(element) {
                    Some(attribute) => return Some(attribute),
                    None => self.element = None,
                },
            }
        }
    }
}

impl<'h> Attributes<'h> {
    /// Goes behind the name of the next start tag.
    fn next_element(&mut self) -> Option<&'h str> {
        loop {
            let start = self.at + self.html[self.at..].find('<')? + 1;
            let rest = &self.html[start..];
            self.at = start;
            if rest.starts_with("!--") {
                self.at = rest.find("-->").map_or(self.html.len(), |end| start + end + 3);
                continue;
            }
            let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
            if len > 0 {
                self.at = start + len;
                return Some(&rest[..len]);
            }
        }
    }

    /// Goes behind the next attribute, or behind the tag when it has no more.
    fn next_attribute(&mut self, element: &'h str) -> Option<Attribute<'h>> {
        self.skip(|c| c.is_ascii_whitespace() || c == '/');
        let start = self.at;
        self.skip(|c| !c.is_ascii_whitespace() && !matches!(c, '=' | '>' | '/' | '<'));
        let name = &self.html[start..self.at];
        if name.is_empty() && !self.html[self.at..].starts_with('=') {
            return None;
        }
        self.skip(|c| c.is_ascii_whitespace());
        let range = if self.html[self.at..].starts_with('=') {
            self.at += 1;
            self.skip(|c| c.is_ascii_whitespace());
            self.value()
        } else {
            self.at..self.at
        };
        Some(Attribute { element, name, value: &self.html[range.clone()], range })
    }

    fn value(&mut self) -> Range<usize> {
        let quote = self.html[self.at..].chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some(quote) = quote else {
            let start = self.at;
            self.skip(|c| !c.is_ascii_whitespace() && c != '>');
            return start..self.at;
        };
        let start = self.at + 1;
        self.at = start;
        self.skip(|c| c != quote);
        let end = self.at;
        self.at = (end + 1).min(self.html.len());
        start..end
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        let rest = &self.html[self.at..];
        self.at += rest.find(|c| !is_skipped(c)).unwrap_or(rest.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[&str]) {
        let found: Vec<String> = attributes(html)
            .map(|attribute| {
                assert_eq!(&html[attribute.range.clone()], attribute.value);
                format!("{} {}={}", attribute.element, attribute.name, attribute.value)
            })
            .collect();
        assert_eq!(found, expected, "{html:?}");
    }

    #[test]
    fn attributes_are_found() {
        check(
            r#"<a name="x"></a><img src='a b.png' alt=c/>"#,
            &["a name=x", "img src=a b.png", "img alt=c/"],
        );
        check("<p id = a\nhidden>id=no</p>", &["p id=a", "p hidden="]);
        check("<!-- <a id=x> --><b id=y>", &["b id=y"]);
        check("a < b id=x <c-d e>", &["c-d e="]);
    }

    #[test]
    fn broken_html_ends() {
        for html in [
            "<",
            "<a",
            "<a b",
            "<a b=",
            "<a b=\"",
            "<a b='x",
            "<a =",
            "<a ==>",
            "<é",
            "<!--",
            "</a id=x>",
            "<a/ /",
        ] {
            assert!(attributes(html).count() <= 2, "{html:?}");
        }
        assert_eq!(attributes(&"<a ".repeat(10_000)).count(), 0);
    }
}
