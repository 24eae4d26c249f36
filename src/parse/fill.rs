//! [`Values::fill`]: puts names and days into a text that something new begins with.
//!
//! `{{title}}`, `{{slug}}`, `{{date}}` and `{{date-30}}` (30 days ago) are filled in; other braces are text. Where a placeholder is
//! the whole value of a key of YAML, it is quoted as YAML needs it.

use jiff::{ToSpan, civil::Date};

/// Words that YAML, or older readers of it, take for something else than text.
const YAML_WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
/// The most days that a placeholder can go back.
const MAX_DAYS: u32 = 10_000;

/// What placeholders stand for.
#[derive(Clone, Debug)]
pub struct Values {
    /// What it is called.
    pub title: String,
    /// The name of its file.
    pub slug: String,
    /// The day on which it begins.
    pub today: Date,
}

impl Values {
    /// The text of a file, by its name, with its placeholders filled in.
    pub fn fill(&self, name: &str, text: &str) -> String {
        let n_yaml = if name.ends_with(".yml") { text.len() } else { front_matter_len(text) };
        let (yaml, rest) = text.split_at(n_yaml);
        let mut filled: String = yaml.split_inclusive('\n').map(|line| self.yaml_line(line)).collect();
        self.push(rest, &mut filled);
        filled
    }

    fn yaml_line(&self, line: &str) -> String {
        let content = line.trim_end();
        let is_value = |before: &str| before.ends_with(": ") || before.ends_with("- ");
        let key = content.find("{{").map(|at| &content[..at]).filter(|key| is_value(key));
        let value =
            key.and_then(|key| self.value(content[key.len()..].strip_prefix("{{")?.strip_suffix("}}")?));
        match (key, value) {
            (Some(key), Some(value)) => format!("{key}{}{}", yaml_text(&value), &line[content.len()..]),
            _ => {
                let mut filled = String::new();
                self.push(line, &mut filled);
                filled
            }
        }
    }

    fn push(&self, text: &str, filled: &mut String) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let named = after.split_once("}}").and_then(|(name, after)| Some((self.value(name)?, after)));
            rest = if let Some((value, after)) = named {
                filled.push_str(&value);
                after
            } else {
                filled.push_str("{{");
                after
            };
        }
        filled.push_str(rest);
    }

    fn value(&self, name: &str) -> Option<String> {
        match name.trim() {
            "title" => Some(self.title.clone()),
            "slug" => Some(self.slug.clone()),
            "date" => Some(self.today.to_string()),
            name => {
                let n_days: u32 =
                    name.strip_prefix("date-")?.parse().ok().filter(|&days| days <= MAX_DAYS)?;
                Some(self.today.saturating_sub(i64::from(n_days).days()).to_string())
            }
        }
    }
}

/// The length of the front matter at the beginning of a page, with both of its lines.
fn front_matter_len(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("---\n") else { return 0 };
    rest.find("\n---\n").map_or(0, |at| "---\n".len() + at + "\n---\n".len())
}

/// A text as a value of YAML, in quotes where it needs them.
fn yaml_text(text: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/' | '\'' | '(' | ')');
    let is_word = YAML_WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let is_date_or_text = text.starts_with(char::is_alphanumeric) && text.trim_end() == text;
    let is_number = text.parse::<f64>().is_ok();
    if is_date_or_text && !is_word && !is_number && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // A text of JSON is one of YAML as well.
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, title: &str, text: &str, expected: &str) {
        let today = jiff::civil::date(2026, 3, 1);
        let values = Values { title: title.to_owned(), slug: "a-b".to_owned(), today };
        assert_eq!(values.fill(name, text), expected, "{text}");
    }

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        check(
            "a.md",
            "A b",
            "---\ntitle: {{title}}\ndate: {{ date }}\n---\n# {{title}} {{x}} {{slug}}",
            "---\ntitle: A b\ndate: 2026-03-01\n---\n# A b {{x}} a-b",
        );
        check("a.md", "A", "{{date-1}} {{date-400}} {{date-x}} {{", "2026-02-28 2025-01-25 {{date-x}} {{");
        check("a.yml", "A", "- {{slug}}/01.md\ntitle: |\n  {{title}}\n", "- a-b/01.md\ntitle: |\n  A\n");
    }

    #[test]
    fn values_are_quoted_as_yaml_needs_it() {
        for (title, expected) in [
            ("Plain words", "Plain words"),
            ("What's new", "What's new"),
            ("a: b", "\"a: b\""),
            ("A \"b\" #c", "\"A \\\"b\\\" #c\""),
            ("- x", "\"- x\""),
            ("No", "\"No\""),
            ("2024", "\"2024\""),
            ("Ünïcode 1", "Ünïcode 1"),
            ("tab\tbed", "\"tab\\tbed\""),
        ] {
            check("a.md", title, "---\ntitle: {{title}}\n---\n", &format!("---\ntitle: {expected}\n---\n"));
            let path = crate::base::path::RepoPath::root().join("a.yml");
            let (node, _) =
                crate::base::yaml::read(&path, expected, 0..expected.len(), crate::base::yaml::SMALL);
            let read = node.and_then(|node| node.as_written(expected));
            assert_eq!(read.as_deref(), Some(title));
        }
    }
}
