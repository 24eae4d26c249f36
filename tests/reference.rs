//! The reference pages say what the code says: their tables of keys, flags and values are made from it.
//!
//! Between `<!-- made: WHAT -->` and `<!-- end -->` a page has what is written here; all else in it is by hand.
//! `RECTO_UPDATE=1 cargo test --test reference` writes the tables anew.

use std::{env, fs, path::Path};

use clap::CommandFactory;
use recto::{
    base::config::{Config, KeyDoc},
    cli::Cli,
};

/// The structs that templates see.
const CONTEXT: &str = include_str!("../src/render/theme/context.rs");
const BEGIN: &str = "<!-- made: ";
const END: &str = "<!-- end -->";

#[test]
fn config_keys() {
    check("content/reference/config.md", &|group| {
        let groups = Config::key_groups();
        let (_, keys) = groups.iter().find(|(name, _)| *name == group)?;
        let row = |key: &KeyDoc| {
            vec![format!("`{}`", key.key), key.kind.to_owned(), key.default.to_owned(), key.doc.to_owned()]
        };
        Some(table(&["Key", "Value", "Default", "What it does"], keys.iter().map(row)))
    });
}

#[test]
fn commands_and_flags() {
    check("content/reference/cli.md", &|name| {
        let mut recto = Cli::command();
        recto.build();
        if name == "global" {
            return Some(flags(recto.get_arguments()));
        }
        let command = recto.get_subcommands_mut().find(|command| command.get_name() == name)?;
        command.build();
        let usage = command.clone().bin_name(format!("recto {name}")).render_usage().to_string();
        let usage = usage.trim_start_matches("Usage: ").trim();
        let own = command
            .get_arguments()
            .filter(|argument| !argument.is_global_set() && argument.get_id() != "help");
        let flags = flags(own);
        Some(format!("```text\n{usage}\n```\n\n{flags}"))
    });
}

#[test]
fn template_context() {
    check("content/reference/template-context.md", &|name| {
        let fields = fields(name)?;
        let row = |(name, kind, doc): (String, String, String)| vec![format!("`{name}`"), kind, doc];
        Some(table(&["Name", "Is", ""], fields.into_iter().map(row)))
    });
}

/// All commands and all structs are somewhere on their pages.
#[test]
fn nothing_is_left_out() {
    let pages = |name: &str| fs::read_to_string(path(name)).expect("a page");
    let cli = pages("content/reference/cli.md");
    let mut recto = Cli::command();
    recto.build();
    for command in recto.get_subcommands() {
        assert!(cli.contains(&format!("{BEGIN}{} -->", command.get_name())), "`{}`", command.get_name());
    }
    let config = pages("content/reference/config.md");
    for (group, _) in Config::key_groups() {
        assert!(config.contains(&format!("{BEGIN}{group} -->")), "the keys of `{group}`");
    }
    let context = pages("content/reference/template-context.md");
    for name in CONTEXT.split("pub struct ").skip(1).map(|rest| rest.split(' ').next().unwrap_or_default()) {
        assert!(context.contains(&format!("{BEGIN}{name} -->")), "the struct `{name}`");
    }
}

/// Compares what stands between the marks of a page with what `make` says, or writes it.
fn check(page: &str, make: &dyn Fn(&str) -> Option<String>) {
    let found = fs::read_to_string(path(page)).expect("a page");
    let mut parts = found.split(BEGIN);
    let mut wanted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").expect("the mark has an end");
        let (_, after) = rest.split_once(END).expect("what is made has an end");
        let made = make(name).unwrap_or_else(|| panic!("`{page}` wants `{name}`, which doesn't exist"));
        wanted.push_str(&format!("{BEGIN}{name} -->\n\n{}\n\n{END}{after}", made.trim_end()));
    }
    if found == wanted {
        return;
    }
    if env::var_os("RECTO_UPDATE").is_some() {
        fs::write(path(page), wanted).expect("the page can be written");
        return;
    }
    let line = found.lines().zip(wanted.lines()).position(|(found, wanted)| found != wanted);
    let line = line.unwrap_or_else(|| found.lines().count().min(wanted.lines().count()));
    panic!(
        "{page}:{} doesn't say what the code says\n found: {}\nwanted: {}\nRECTO_UPDATE=1 cargo test --test reference writes it anew",
        line + 1,
        found.lines().nth(line).unwrap_or_default(),
        wanted.lines().nth(line).unwrap_or_default(),
    );
}

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let rule: Vec<String> = head.iter().map(|_| "---".to_owned()).collect();
    let rows = rows.map(|cells| {
        let cells: Vec<String> =
            cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        line(&cells)
    });
    line(&head) + &line(&rule) + &rows.collect::<String>()
}

fn flags<'a>(arguments: impl Iterator<Item = &'a clap::Arg>) -> String {
    let shown = arguments.filter(|argument| !argument.is_hide_set());
    let row = |argument: &clap::Arg| {
        let values: Vec<String> =
            argument.get_value_names().into_iter().flatten().map(|name| format!("<{name}>")).collect();
        let value = if argument.get_action().takes_values() { values.join(" ") } else { String::new() };
        let names = [
            argument.get_short().map(|short| format!("-{short}")),
            argument.get_long().map(|long| format!("--{long}")),
        ];
        let names: Vec<String> = names.into_iter().flatten().collect();
        let name = match names.last() {
            Some(_) if value.is_empty() => {
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            }
            Some(last) => {
                let short = if names.len() > 1 { format!("`{}`, ", names[0]) } else { String::new() };
                format!("{short}`{last} {value}`")
            }
            None => format!("`{value}`"),
        };
        let choices: Vec<String> =
            argument.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let has_choices = argument.get_action().takes_values() && choices.len() > 1;
        let help = if has_choices { format!("{help}: {}", choices.join(", ")) } else { help };
        let default: Vec<&str> =
            argument.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        let is_default_shown = argument.get_action().takes_values() && !default.is_empty();
        let default =
            if is_default_shown { format!("; by default `{}`", default.join(" ")) } else { String::new() };
        let variable = argument.get_env().and_then(|name| name.to_str());
        let variable = variable.map(|name| format!("; or by `{name}`")).unwrap_or_default();
        vec![name, format!("{help}{default}{variable}")]
    };
    table(&["Argument", "What it does"], shown.map(row))
}

/// The fields of a struct of the context: name, kind and documentation.
fn fields(name: &str) -> Option<Vec<(String, String, String)>> {
    let (_, body) = CONTEXT.split_once(&format!("pub struct {name} {{\n"))?;
    let (body, _) = body.split_once("\n}")?;
    let (mut fields, mut doc) = (Vec::new(), Vec::new());
    for line in body.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            doc.push(text.trim());
        } else if let Some((name, kind)) = line.strip_prefix("pub ").and_then(|field| field.split_once(": "))
        {
            let name = name.trim_start_matches("r#").to_owned();
            fields.push((name, kind_of(kind.trim_end_matches(',')), doc.join(" ")));
            doc.clear();
        }
    }
    Some(fields)
}

/// A type in words, with a link to what has values of its own.
fn kind_of(kind: &str) -> String {
    let inner = |kind: &str, outer: &str| {
        kind.strip_prefix(outer).and_then(|kind| kind.strip_prefix('<')?.strip_suffix('>')).map(str::to_owned)
    };
    if let Some(kind) = inner(kind, "Option") {
        return format!("{} or nothing", kind_of(&kind));
    }
    if let Some(kind) = inner(kind, "Vec") {
        return format!("list of {}", kind_of(&kind));
    }
    if let Some(kind) = inner(kind, "BTreeMap") {
        return format!("mapping of {}", kind_of(kind.split_once(", ").map_or(&*kind, |(_, value)| value)));
    }
    match kind {
        "String" => "text".to_owned(),
        "bool" => "`true` or `false`".to_owned(),
        "u8" | "u32" | "usize" => "number".to_owned(),
        "Value" => "values".to_owned(),
        "Kind" => "[kind](#kinds)".to_owned(),
        // An entry with all below it.
        "NavTree" => kind_of("NavItem"),
        name => format!("[{}](#{})", words(name), words(name).replace(' ', "-")),
    }
}

/// `NavItem` as `nav item`.
fn words(name: &str) -> String {
    let spaced = name.chars().enumerate().flat_map(|(at, c)| {
        let space = (at > 0 && c.is_uppercase()).then_some(' ');
        space.into_iter().chain(c.to_lowercase())
    });
    spaced.collect()
}
