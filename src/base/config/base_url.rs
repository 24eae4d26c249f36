//! [`BaseUrl`]: where a site is reached.

use std::fmt;

use serde::{Serialize, Serializer};

/// Where a site is reached: an origin, which may be unknown, and the path that its addresses begin with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    origin: String,
    path: String,
}

impl Default for BaseUrl {
    fn default() -> Self {
        Self { origin: String::new(), path: "/".to_owned() }
    }
}

impl BaseUrl {
    /// Takes `https://example.org`, `https://example.org/docs/` or `/docs/`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_clean = |character: char| {
            !character.is_whitespace()
                && !character.is_control()
                && !matches!(character, '?' | '#' | '"' | '\'' | '<' | '>' | '\\' | '`' | '{' | '}')
        };
        if !text.chars().all(is_clean) {
            return None;
        }
        let n_scheme = scheme_len(text).unwrap_or(0);
        let n_host = text[n_scheme..].find('/').unwrap_or(text.len() - n_scheme);
        let (origin, path) = text.split_at(n_scheme + n_host);
        let is_complete = if n_scheme == 0 { n_host == 0 && !text.is_empty() } else { n_host > 0 };
        let has_odd_parts = path.contains("//") || path.split('/').any(|part| part == "." || part == "..");
        if !is_complete || has_odd_parts {
            return None;
        }
        let path = path.trim_end_matches('/');
        Some(Self { origin: origin.to_ascii_lowercase(), path: format!("{path}/") })
    }

    /// `https://example.org`, without a slash at the end; empty when only the path is known.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path, with a slash at both ends: `/` or `/docs/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands before every address: the path without its last slash, so empty or `/docs`.
    pub fn prefix(&self) -> &str {
        self.path.trim_end_matches('/')
    }

    /// Whether the origin is known, so that full URLs can be made.
    pub fn is_absolute(&self) -> bool {
        !self.origin.is_empty()
    }
}

/// The length of `http://` or `https://`.
pub(super) fn scheme_len(text: &str) -> Option<usize> {
    ["https://", "http://"]
        .into_iter()
        .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
        .map(str::len)
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl Serialize for BaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_paths_are_taken() {
        let check = |text: &str, expected: &str| {
            let url = BaseUrl::parse(text).map(|url| format!("{} {}", url.origin(), url.path()));
            assert_eq!(url.unwrap_or_default(), expected, "{text}");
        };
        check("https://example.org", "https://example.org /");
        check("HTTPS://Example.org:8080/Docs", "https://example.org:8080 /Docs/");
        check("https://example.org/a/b/", "https://example.org /a/b/");
        check("/", " /");
        check("/sub", " /sub/");
        for bad in [
            "",
            "example.org",
            "sub/",
            "//host/",
            "https://",
            "https:///x",
            "ftp://x/",
            "/a b",
            "/a?b",
            "/../x",
            "/a//b",
            "javascript:x",
        ] {
            check(bad, "");
        }
    }
}
