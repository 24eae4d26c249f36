//! The document says what the routes are, and the page of the documentation says what the document does.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{document::document, operations};

/// The page of the documentation, and what stands around the part of it that is made here.
const PAGE: &str = "content/reference/api.md";
const BEGIN: &str = "<!-- operations -->\n";
const END: &str = "<!-- /operations -->\n";
/// When it is set, the page is written.
const UPDATE: &str = "RECTO_UPDATE_DOCS";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

#[test]
fn every_route_of_the_api_is_an_operation() {
    let files = sources(&root().join("src/server"));
    let sources = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    for file in sources {
        let text = fs::read_to_string(file).expect("a source");
        let is_route = |rest: &str| rest.trim_start().starts_with("\"/-/api/");
        assert!(
            !text.split(".route(").skip(1).any(is_route),
            "`{}` has a route of the API that no document describes: add an `Operation` to \
             `server/wiki/api/mod.rs` in its place",
            file.display()
        );
    }
}

#[test]
fn operations_have_names_meanings_and_answers() {
    let mut names = BTreeSet::new();
    for operation in operations() {
        let route = operation.route;
        assert!(names.insert(operation.id) && !operation.id.is_empty(), "{route}: its name is taken");
        assert!(operation.summary.ends_with('.'), "{route}: say in a sentence what it does");
        assert!(!operation.answers.is_empty(), "{route}: say what it answers when all is well");
    }
}

#[test]
fn every_reference_leads_to_something() {
    let document = document("/docs");
    assert_eq!(document["servers"][0]["url"], "/docs");
    let text = document.to_string();
    let references: BTreeSet<&str> =
        text.split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 5, "{references:?}");
    for reference in references {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
}

#[test]
fn the_page_of_the_documentation_says_what_the_document_does() {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).expect("the page");
    let (head, rest) = page.split_once(BEGIN).expect("the beginning of the list");
    let (_, tail) = rest.split_once(END).expect("the end of the list");
    let expected = format!("{head}{BEGIN}\n{}{END}{tail}", as_page(&document("")));
    if std::env::var_os(UPDATE).is_some() {
        fs::write(&path, expected).expect("written");
    } else {
        assert!(page == expected, "`{PAGE}` is old: {UPDATE}=1 cargo test --lib server::wiki::api writes it");
    }
}

/// The document for people.
fn as_page(document: &Value) -> String {
    let mut text = String::new();
    for (path, operations) in object(&document["paths"]) {
        for (method, operation) in object(operations) {
            let _ = writeln!(text, "## `{} {path}`\n", method.to_ascii_uppercase());
            let _ = writeln!(text, "{}\n", operation["summary"].as_str().unwrap_or_default());
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter["in"] == "query" {
                    let (name, schema) =
                        (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"]);
                    let _ = writeln!(text, "* `?{name}=`: {}", meaning(schema));
                }
            }
            for (media_type, content) in object(&operation["requestBody"]["content"]) {
                let _ = writeln!(text, "* Takes {} (`{media_type}`).", kind(&content["schema"]));
            }
            for (status, answer) in object(&operation["responses"]) {
                let is_empty = answer.get("content").is_none() && answer.get("$ref").is_none();
                if is_empty {
                    let _ =
                        writeln!(text, "* {status}: {}", answer["description"].as_str().unwrap_or_default());
                }
                for (media_type, content) in object(&answer["content"]) {
                    let (kind, says) =
                        (kind(&content["schema"]), answer["description"].as_str().unwrap_or_default());
                    let _ = writeln!(text, "* {status}, {kind} (`{media_type}`): {says}");
                }
            }
            let problems = object(&operation["responses"]).filter(|(_, answer)| answer.get("$ref").is_some());
            let problems: Vec<&str> = problems.map(|(status, _)| &**status).collect();
            let _ = writeln!(text, "* {}: a [problem](#problem).\n", problems.join(", "));
        }
    }
    text.push_str("## Types\n\n");
    for (name, schema) in object(&document["components"]["schemas"]) {
        let _ = writeln!(text, "### {name}\n\n{}\n", meaning(schema));
        let variants = schema["oneOf"].as_array().into_iter().flatten();
        for schema in std::iter::once(schema).chain(variants) {
            fields(schema, &mut text);
        }
        if text.ends_with("\n\n") {
            continue;
        }
        text.push('\n');
    }
    text
}

fn fields(schema: &Value, text: &mut String) {
    if let Some(value) = schema.get("const") {
        let _ = writeln!(text, "* `{value}`: {}", meaning(schema));
        return;
    }
    if schema.get("properties").is_none() {
        return;
    }
    text.push_str("| Field | Type | |\n|---|---|---|\n");
    for (name, field) in object(&schema["properties"]) {
        let _ = writeln!(text, "| `{name}` | {} | {} |", kind(field), meaning(field));
    }
    text.push('\n');
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn meaning(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace("\n\n", " ").replace('\n', " ")
}

/// The type of a schema, in words.
fn kind(schema: &Value) -> String {
    let named = |name: &str| format!("[{name}](#{})", name.to_lowercase());
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return named(name);
    }
    if let Some(value) = schema.get("const") {
        return format!("`{value}`");
    }
    let either = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
    if let Some(either) = either {
        return either.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let of_one = |name: &str| match name {
        "array" => format!("list of {}", kind(&schema["items"])),
        name => name.to_owned(),
    };
    match &schema["type"] {
        Value::String(name) => of_one(name),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).map(of_one).collect::<Vec<_>>().join(" or ")
        }
        _ => "anything".to_owned(),
    }
}
