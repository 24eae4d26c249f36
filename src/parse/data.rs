//! Reads data files: YAML, JSON, TOML and CSV, into one kind of value for templates.
//!
//! Input is the file's bytes, its kind is told by the extension; output is the value, if it could be read, and the
//! problems with line and column. Where data files lie and what they are called in templates is left to `site/`.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::base::{
    diagnostic::{Diagnostic, Place},
    path::RepoPath,
    toml, yaml,
};

/// The largest data file.
pub const MAX_DATA_BYTES: usize = 16 << 20;
/// How many problems are listed for one file.
const MAX_PROBLEMS: usize = 20;

/// The kinds of data files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataFormat {
    /// `.yml` and `.yaml`.
    Yaml,
    /// `.json`.
    Json,
    /// `.toml`.
    Toml,
    /// `.csv`: comma-separated, the first row names the columns.
    Csv,
}

impl DataFormat {
    /// The kind of a file, by its extension; `None` when it holds no data.
    pub fn of(path: &RepoPath) -> Option<Self> {
        match path.extension()?.to_ascii_lowercase().as_str() {
            "yml" | "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// Reads a data file.
///
/// A CSV file is a list of rows, each a mapping from the column's name to text. An empty file is `null`.
pub fn parse(path: &RepoPath, bytes: &[u8]) -> (Option<Value>, Vec<Diagnostic>) {
    let Some(format) = DataFormat::of(path) else {
        let problem = Diagnostic::error("data-format", format!("`{}` is no data file", path.file_name()))
            .hint("data files end in `.yml`, `.yaml`, `.json`, `.toml` or `.csv`");
        return (None, vec![problem.at(Place::file(path))]);
    };
    if bytes.len() > MAX_DATA_BYTES {
        let message = format!("`{}` is larger than {} MiB", path.file_name(), MAX_DATA_BYTES >> 20);
        let problem = Diagnostic::error("too-large", message).hint("split it into several files");
        return (None, vec![problem.at(Place::file(path))]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return (None, vec![not_utf8(path, bytes, error.valid_up_to())]),
    };
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    if text[start..].trim().is_empty() {
        return (Some(Value::Null), Vec::new());
    }
    match format {
        DataFormat::Yaml => {
            let (node, problems) = yaml::read(path, text, start..text.len(), yaml::DATA);
            (node.map(|node| node.to_json()), problems)
        }
        DataFormat::Toml => {
            let (node, problems) = toml::read(path, text, start..text.len());
            (node.map(|node| node.to_json()), problems)
        }
        DataFormat::Json => json(path, text, start..text.len()),
        DataFormat::Csv => csv(path, text, start..text.len()),
    }
}

fn not_utf8(path: &RepoPath, bytes: &[u8], valid_up_to: usize) -> Diagnostic {
    let text = String::from_utf8_lossy(bytes);
    Diagnostic::error("not-utf8", format!("`{}` is not UTF-8 text", path.file_name()))
        .hint("save it as UTF-8")
        .at(Place::in_text(path, &text, valid_up_to..valid_up_to + 1))
}

fn json(path: &RepoPath, text: &str, range: Range<usize>) -> (Option<Value>, Vec<Diagnostic>) {
    let json = &text[range.clone()];
    match serde_json::from_str(json) {
        Ok(value) => (Some(value), Vec::new()),
        Err(error) => {
            // Columns are counted in bytes from 1; 0 stands for the line's beginning.
            let line_start: usize =
                json.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = range.start + line_start + error.column().saturating_sub(1);
            let message = error.to_string();
            let reason = message.split(" at line ").next().unwrap_or("").to_owned();
            let problem = Diagnostic::error("invalid-json", format!("invalid JSON: {reason}"))
                .at(Place::in_text(path, text, at..at + 1));
            (None, vec![problem])
        }
    }
}

fn csv(path: &RepoPath, text: &str, range: Range<usize>) -> (Option<Value>, Vec<Diagnostic>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text[range.clone()].as_bytes());
    let place = |position: Option<&csv::Position>| {
        let at = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        let start = range.start + at;
        let line_breaks =
            text[start.min(text.len())..].bytes().take_while(|byte| b"\r\n".contains(byte)).count();
        Place::in_text(path, text, start + line_breaks..text.len())
    };
    let columns: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => return (None, vec![invalid_csv(&error).at(place(error.position()))]),
    };
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    if let Some(name) = repeated(&columns) {
        let problem = Diagnostic::warning("csv-columns", format!("the column `{name}` is named twice"));
        problems.push(problem.hint("rename one; the last one is used").at(place(None)));
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => return (None, vec![invalid_csv(&error).at(place(error.position()))]),
        };
        if record.len() != columns.len() && problems.len() < MAX_PROBLEMS {
            let message = format!("this row has {} fields, the first has {}", record.len(), columns.len());
            let problem = Diagnostic::warning("csv-fields", message);
            let hint = "put text that holds commas or quotes in double quotes";
            problems.push(problem.hint(hint).at(place(record.position())));
        }
        // Rows hold only what is there, so that the size of the value is that of the file.
        let row: Map<String, Value> = columns.iter().cloned().zip(record.iter().map(Value::from)).collect();
        rows.push(Value::Object(row));
    }
    (Some(Value::Array(rows)), problems)
}

fn invalid_csv(error: &csv::Error) -> Diagnostic {
    Diagnostic::error("invalid-csv", format!("invalid CSV: {error}"))
}

fn repeated(columns: &[String]) -> Option<&str> {
    let mut sorted: Vec<&str> = columns.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value as JSON, and the problems as `line:column code message`.
    fn read(name: &str, bytes: &[u8]) -> (String, String) {
        let path = RepoPath::new(name).expect("a normal path");
        let (value, problems) = parse(&path, bytes);
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| {
                let span = problem.place.as_ref().and_then(|place| place.span.as_ref());
                let at = span.map_or("-".to_owned(), |span| format!("{}:{}", span.line, span.column));
                format!("{at} {} {}", problem.code, problem.message)
            })
            .collect();
        (value.map(|value| value.to_string()).unwrap_or_default(), lines.join("\n"))
    }

    fn check(name: &str, text: &str, value: &str, problems: &str) {
        assert_eq!(read(name, text.as_bytes()), (value.to_owned(), problems.to_owned()), "{name}: {text}");
    }

    #[test]
    fn each_format_gives_the_same_value() {
        let value = r#"[{"b":"x","a":"1"}]"#;
        check("a.yml", "- b: x\n  a: '1'\n", value, "");
        check("a.YAML", "\u{feff}- {b: x, a: \"1\"}\r\n", value, "");
        check("a.json", r#" [{"b": "x", "a": "1"}]"#, value, "");
        check("a.csv", "\u{feff}b, a\r\nx,1\r\n", value, "");
        check("a.toml", "b = 'x'\na = '1'", r#"{"b":"x","a":"1"}"#, "");
        for name in ["a.yml", "a.json", "a.csv", "a.toml"] {
            check(name, " \n", "null", "");
        }
    }

    #[test]
    fn problems_have_places() {
        check("a.json", "{\n  \"é\": 1,\n}", "", "3:1 invalid-json invalid JSON: trailing comma");
        check("a.json", "[1, 2", "", "1:5 invalid-json invalid JSON: EOF while parsing a list");
        check("a.yml", "a: 1\na: 2", "", "2:1 duplicate-key `a` is set twice");
        check("a.toml", "a = 1\na = 2", "", "2:1 invalid-toml invalid TOML: duplicate key");
        check(
            "a.csv",
            "a,b\n1\n\n1,2,3\n\"x\ny\",2\n",
            r#"[{"a":"1"},{"a":"1","b":"2"},{"a":"x\ny","b":"2"}]"#,
            "2:1 csv-fields this row has 1 fields, the first has 2\n4:1 csv-fields this row has 3 fields, the first has 2",
        );
        check("a.csv", "a,a\n1,2\n", r#"[{"a":"2"}]"#, "1:1 csv-columns the column `a` is named twice");
        check("a.txt", "x", "", "- data-format `a.txt` is no data file");
        assert_eq!(read("a.json", b"{}\n\"\xff\"").1, "2:2 not-utf8 `a.json` is not UTF-8 text");
    }

    #[test]
    fn hostile_input_is_survived() {
        let big = vec![b' '; MAX_DATA_BYTES + 1];
        assert_eq!(read("a.json", &big).1, "- too-large `a.json` is larger than 16 MiB");
        for name in ["a.yml", "a.json", "a.csv", "a.toml"] {
            for text in ["[", "{", "\"", ",", "a.", "- ", "\n\"", "{\"a\":", "[[", "\0"] {
                read(name, text.repeat(100_000).as_bytes());
            }
        }
        // Wide and long at once: the value may not have as many fields as columns times rows.
        let wide = format!("{}\n{}", ",".repeat(1 << 20), "a\n".repeat(100_000));
        read("a.csv", wide.as_bytes());
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            for name in ["a.yml", "a.json", "a.csv", "a.toml"] {
                read(name, &bytes);
            }
        }
    }
}
