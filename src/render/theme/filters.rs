//! The filters of templates beyond Tera's own.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{
    civil::{DateTime, Time},
    fmt::{strtime, temporal::Pieces},
    tz::TimeZone,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value, value::Key};

use super::{
    assets::{self, KnownAssets},
    bounds,
    code_tabs::code_tabs,
    functions::{escaped, fill, queries},
    growing::{self, longer},
    tree::tree,
};
use crate::render::markdown::escape;

/// How a date is shown when the template doesn't say.
const DATE_FORMAT: &str = "%Y-%m-%d";

/// What `urlencode` leaves as it is, besides letters and digits.
const URL_SAFE: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// All filters that a template may use.
pub(super) const NAMES: &[&str] = &[
    "abs",
    "capitalize",
    "code",
    "code_tabs",
    "date",
    "day",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "filesizeformat",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "json",
    "keys",
    "last",
    "length",
    "lower",
    "markdown",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "slugify",
    "sort",
    "split",
    "squeeze",
    "str",
    "striptags",
    "title",
    "tree",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "values",
    "wordcount",
];

/// All tests, as in `is defined`.
pub(super) const TESTS: &[&str] = &[
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// Adds the filters to `tera`.
pub(super) fn register(tera: &mut Tera) {
    bounds::register(tera);
    growing::register(tera);
    tera.register_filter("date", |text: &str, args: Kwargs, _: &State| {
        format_date(text, args.get("format")?.unwrap_or(DATE_FORMAT))
    });
    tera.register_filter("day", |text: &str, _: Kwargs, _: &State| day(text));
    tera.register_filter("tree", |entries: &[Value], _: Kwargs, _: &State| tree(entries));
    tera.register_filter("slugify", |text: &str, _: Kwargs, _: &State| slugify(text));
    tera.register_filter("urlencode", |text: &str, _: Kwargs, _: &State| {
        longer(text, utf8_percent_encode(text, URL_SAFE).to_string())
    });
    tera.register_filter("striptags", |html: &str, _: Kwargs, _: &State| strip_tags(html));
    register_squeeze(tera, Some(Arc::default()));
    tera.register_filter("code_tabs", |html: &str, args: Kwargs, _: &State| {
        Ok::<_, Error>(Value::safe_string(&code_tabs(html, args.must_get("name")?)))
    });
    tera.register_filter("code", |text: &str, _: Kwargs, _: &State| {
        longer(text, code(text)).map(|html| Value::safe_string(&html))
    });
    tera.register_filter("filesizeformat", |bytes: u64, _: Kwargs, _: &State| format_size(bytes));
    tera.register_filter("json", |value: &Value, args: Kwargs, _: &State| {
        json(value, args.get("pretty")?.unwrap_or(false))
    });
    tera.register_filter("markdown", |text: &str, args: Kwargs, _: &State| {
        let html = longer(text, queries()?.markdown(text))?;
        let html = if args.get("inline")?.unwrap_or(false) { without_paragraph(&html) } else { &html };
        Ok::<_, Error>(Value::safe_string(html))
    });
    // Tera's own collects into a map in random order.
    tera.register_filter("group_by", |values: &[Value], args: Kwargs, _: &State| {
        group_by(values, args.must_get("attribute")?)
    });
}

/// Adds `squeeze`, which makes a script in a template smaller, with `known` ones if scripts are made smaller. The last script is
/// remembered: that of decks is the same in all.
pub(super) fn register_squeeze(tera: &mut Tera, known: Option<Arc<KnownAssets>>) {
    let last: Mutex<(String, String)> = Mutex::default();
    tera.register_filter("squeeze", move |script: &str, _: Kwargs, _: &State| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != script {
            *last = (script.to_owned(), squeeze(script, known.as_deref()));
        }
        Value::safe_string(&last.1)
    });
}

/// Formats an ISO 8601 date, with or without time and offset, by a strftime format.
fn format_date(text: &str, format: &str) -> TeraResult<String> {
    let pieces = Pieces::parse(text).map_err(|_| not_a_date(text))?;
    let local = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight()));
    let formatted = match pieces.to_numeric_offset() {
        None => strtime::format(format, local),
        Some(offset) => {
            TimeZone::fixed(offset).to_zoned(local).and_then(|zoned| strtime::format(format, &zoned))
        }
    };
    formatted.map_err(|error| Error::message(format!("`{text}` can't be shown as `{format}`: {error}")))
}

fn not_a_date(text: &str) -> Error {
    Error::message(format!("`{text}` is not a date"))
}

/// The day of an ISO 8601 date, as the theme says it in the language of the page.
fn day(text: &str) -> TeraResult<Value> {
    let date = Pieces::parse(text).map_err(|_| not_a_date(text))?.date();
    let queries = queries()?;
    let said = |key: &str| queries.text(key).map_err(Error::message);
    let month = said(&format!("month_{}", date.month()))?;
    let shown = fill(&said("date")?, str::to_owned, |name| match name {
        "day" => Some(date.day().to_string()),
        "month" => Some(month.clone()),
        "year" => Some(format!("{:04}", date.year())),
        _ => None,
    });
    let (text, shown) = (escaped(text), escaped(&shown));
    Ok(Value::safe_string(&format!("<time datetime=\"{text}\">{shown}</time>")))
}

/// Lower case, each run of other characters than letters and digits as one `-`.
fn slugify(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(part.chars().flat_map(char::to_lowercase));
    }
    slug
}

/// The text of HTML, without its tags and comments, with the usual entities as characters.
fn strip_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let (end, width) = if rest[at..].starts_with("<!--") { ("-->", 3) } else { (">", 1) };
        let Some(close) = rest[at..].find(end) else {
            rest = "";
            break;
        };
        rest = &rest[at + close + width..];
    }
    text.push_str(rest);
    escape::unescape(&text)
}

/// A script without comments and spaces, with short names; of one that can't be read, and when scripts stay as they are
/// written, without the lines that are comments, without indentation and empty lines.
fn squeeze(script: &str, known: Option<&KnownAssets>) -> String {
    let smaller = known.and_then(|known| known.smaller("squeeze", script, assets::squeeze_script).ok());
    if let Some(smaller) = smaller {
        return smaller.to_string();
    }
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn format_size(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut units = ["kB", "MB", "GB", "TB"].into_iter();
    let mut unit = units.next().unwrap_or("kB");
    while size >= 999.95 {
        let Some(larger) = units.next() else { break };
        size /= 1_000.0;
        unit = larger;
    }
    format!("{size:.1} {unit}")
}

/// JSON that may stand in a `<script>`: without `<`, so that nothing in it ends the element.
fn json(value: &Value, pretty: bool) -> TeraResult<String> {
    let n_bytes = bounds::measure(value)?;
    let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    let text = text.map(|text| text.replace('<', "\\u003c")).map_err(Error::message)?;
    bounds::lengthen(n_bytes, text.len()).map(|()| text)
}

fn without_paragraph(html: &str) -> &str {
    let inner = html.trim().strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    inner.filter(|inner| !inner.contains("<p>")).unwrap_or(html)
}

/// The values by one of their fields, groups in the order in which they are first met.
fn group_by(values: &[Value], attribute: &str) -> TeraResult<Map> {
    let mut groups: Vec<(Key<'static>, Vec<Value>)> = Vec::new();
    let mut indices: std::collections::HashMap<Key<'static>, usize> = std::collections::HashMap::new();
    for value in values {
        let Some(found) = value.get_from_path(attribute) else {
            return Err(Error::message(format!("a {} has no field `{attribute}` to group by", value.name())));
        };
        if found.is_none() {
            continue;
        }
        let key = Key::from(found.to_string());
        let index = *indices.entry(key.clone()).or_insert(groups.len());
        if index == groups.len() {
            groups.push((key, Vec::new()));
        }
        groups[index].1.push(value.clone());
    }
    Ok(groups.into_iter().map(|(key, values)| (key, Value::from(values))).collect())
}

/// A message as HTML: what stands in backticks is code, and all else is text.
fn code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let is_closed = |at: usize| at + 1 < parts.len();
    let part = |(at, part): (usize, &&str)| match at % 2 {
        0 => escaped(part).into_owned(),
        _ if is_closed(at) => format!("<code>{}</code>", escaped(part)),
        _ => format!("`{}", escaped(part)),
    };
    parts.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_formatted() {
        let check = |text, format, expected: &str| {
            assert_eq!(format_date(text, format).ok().as_deref(), Some(expected));
        };
        check("2024-05-01", DATE_FORMAT, "2024-05-01");
        check("2024-05-01", "%-d %B %Y", "1 May 2024");
        check("2024-05-01 10:30", "%H:%M", "10:30");
        check("2024-05-01T10:30:00Z", "%Y %z", "2024 +0000");
        check("2024-05-01T10:30:00+02:00", "%H:%M %:z", "10:30 +02:00");
        assert!(format_date("tomorrow", DATE_FORMAT).is_err());
        assert!(format_date("2024-05-01", "%z").is_err());
    }

    #[test]
    fn tags_are_stripped_to_plain_text() {
        let check = |html, text: &str| assert_eq!(strip_tags(html), text);
        check("<p>a &amp; <b>b</b></p>", "a & b");
        check("a<!-- > -->b", "ab");
        check("a &amp;lt; b", "a &lt; b");
        check("a <b", "a ");
        check(&"<".repeat(100_000), "");
    }

    #[test]
    fn scripts_are_squeezed() {
        let known = Some(&KnownAssets::default());
        let script = "// What it does.\n\nif (a) {\n  b('//x'); // and why\n}\n";
        assert_eq!(squeeze(script, None), "if (a) {\nb('//x'); // and why\n}");
        assert_eq!(squeeze(script, known), "if(a){b(`//x`)}");
        assert_eq!(
            squeeze("(() => { function long() {} long(); })();", known),
            "(()=>{function e(){}e()})();"
        );
        assert_eq!(squeeze("let x =\n  // none", known), "let x =");
    }

    #[test]
    fn sizes_have_a_unit() {
        let check = |bytes, text: &str| assert_eq!(format_size(bytes), text);
        check(999, "999 B");
        check(1_234, "1.2 kB");
        check(999_999, "1.0 MB");
        check(u64::MAX, "18446744.1 TB");
    }

    #[test]
    fn slugs_and_json_are_safe() {
        assert_eq!(slugify(" Häus & Hof! "), "häus-hof");
        assert_eq!(json(&Value::from("</script>"), false).ok().as_deref(), Some("\"\\u003c/script>\""));
    }

    #[test]
    fn inline_markdown_loses_its_paragraph() {
        assert_eq!(without_paragraph("<p>a <em>b</em></p>\n"), "a <em>b</em>");
        assert_eq!(without_paragraph("<p>a</p>\n<p>b</p>"), "<p>a</p>\n<p>b</p>");
    }

    #[test]
    fn words_in_backticks_are_code() {
        let check = |text: &str, expected: &str| assert_eq!(code(text), expected);
        check("plain", "plain");
        check("`a.md` is `b`", "<code>a.md</code> is <code>b</code>");
        check("a ` b", "a ` b");
        check("`<img>` <b>", "<code>&lt;img&gt;</code> &lt;b&gt;");
        check("`a` `", "<code>a</code> `");
        check("``", "<code></code>");
    }

    #[test]
    fn the_names_for_hints_are_those_that_there_are() {
        let mut tera = Tera::default();
        register(&mut tera);
        for name in NAMES {
            let result = tera.add_raw_template("a.html", &format!("{{{{ x | {name} }}}}"));
            assert!(result.is_ok(), "{name}");
        }
        for name in TESTS {
            let result = tera.add_raw_template("a.html", &format!("{{{{ x is {name} }}}}"));
            assert!(result.is_ok(), "{name}");
        }
    }
}
