//! Rules about the source that no compiler checks. Each message says the fix.
//!
//! Reads the files of `src` as text: comments are left out, strings are not, so it sees a little more than the
//! compiler does. Taste stays with people.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The floors of the house, from the ground up; those of one row may import each other.
const FLOORS: [&[&str]; 9] = [
    &["base"],
    &["source", "git"],
    &["parse"],
    &["site"],
    &["render"],
    &["engine"],
    &["wiki"],
    &["publish", "server"],
    &["cli"],
];

/// Crates that one folder alone imports, so that each can be replaced there.
const HOMES: [(&str, &str); 29] = [
    ("annotate_snippets", "cli/report"),
    ("axum", "server"),
    ("clap", "cli"),
    ("cssparser", "render/theme/assets"),
    ("fast_image_resize", "render/images"),
    ("git2", "git"),
    ("hyper", "server"),
    ("hyper_util", "server"),
    ("ignore", "source"),
    ("image", "render/images"),
    ("imara_diff", "wiki"),
    ("imbl", "base"),
    ("lz4_flex", "render"),
    ("notify", "source/watch"),
    ("include_dir", "base"),
    ("oxc_codegen", "render/theme/assets"),
    ("oxc_mangler", "render/theme/assets"),
    ("oxc_parser", "render/theme/assets"),
    ("pulldown_cmark", "parse/markdown"),
    ("pulldown_latex", "render/markdown"),
    ("rust_stemmers", "parse/words"),
    ("serde_saphyr", "base/yaml"),
    ("sha2", "render/theme/assets"),
    ("syntect", "render/highlight"),
    ("tera", "render/theme"),
    ("tokio", "server"),
    ("two_face", "render/highlight"),
    ("ureq", "publish/external"),
    ("webp", "render/images"),
];

/// Floors that do no IO and read no clock: time and files are given to them.
const PURE: [&str; 4] = ["base", "parse", "site", "render"];
/// What IO and clocks look like.
const IMPURE: [&str; 8] = [
    "std::fs",
    "fs::",
    "std::env",
    "env::var",
    "std::net",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
];
/// The time that highlighting may take is measured; what comes out within it doesn't depend on it.
const CLOCKS: [&str; 1] = ["render/highlight/mod.rs"];

/// The files of `render` that hold a site for those who render.
const ASKED_BY: [&str; 2] = ["mod.rs", "cache.rs"];

/// How long a file may be before it is hard to read.
const MAX_LINES: usize = 700;
/// The page that describes every code.
const REFERENCE: &str = "content/reference/diagnostics.md";
/// How a code is given to a diagnostic.
const MAKERS: [&str; 5] = ["error(", "warning(", "note(", "Problem::new(", "refuse("];

/// A file of `src`.
struct Source {
    /// From `src`, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The lines that are no comments.
    fn code(&self) -> String {
        let lines = self.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(|line| [line, "\n"]).collect()
    }

    /// The code before the tests; nothing of a file that holds tests only.
    fn code_without_tests(&self) -> String {
        if self.path.contains("test") || self.path.ends_with("conformance.rs") {
            return String::new();
        }
        let code = self.code();
        code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    read(&root().join("src"), "", &mut found);
    assert!(found.len() > 100, "there are {} files only", found.len());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn read(folder: &Path, prefix: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let entry = entry.expect("a folder can be read");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), found);
        } else if path.ends_with(".rs") {
            found.push(Source { path, text: fs::read_to_string(entry.path()).expect("a file can be read") });
        }
    }
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The modules that `crate::…` names in some code: `a` and `b` for `crate::{a::x, b}`.
fn imported(code: &str) -> BTreeSet<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut modules = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(group) = rest.strip_prefix('{') else {
            modules.insert(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut item = String::new();
        for c in group.chars() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth < 0 || (depth == 0 && c == ',') {
                modules.insert(name(item.trim()));
                item.clear();
            } else {
                item.push(c);
            }
            if depth < 0 {
                break;
            }
        }
    }
    modules.remove("");
    modules
}

/// Whether some code names a crate, and not only something that ends like it.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        !code[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '`' | '/'))
    })
}

/// The codes that diagnostics are made with: `broken-link` for `warning("broken-link", …)`.
fn codes(code: &str) -> BTreeSet<String> {
    let makers = MAKERS.iter().flat_map(|maker| code.split(maker).skip(1));
    let literals = makers.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    let is_code =
        |text: &&str| text.contains('-') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    literals.filter(is_code).map(str::to_owned).collect()
}

fn expect_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// Tests may look at what becomes of their subject further up.
#[test]
fn floors_import_only_those_below() {
    let mut problems = Vec::new();
    for source in sources() {
        let Some((floor, own)) = source.path.split_once('/').and_then(|(own, _)| Some((floor_of(own)?, own)))
        else {
            assert!(
                matches!(source.path.as_str(), "lib.rs" | "main.rs"),
                "`src/{}` is on no floor: add its folder \
                to FLOORS in tests/tidy.rs, and to ARCHITECTURE.md",
                source.path
            );
            continue;
        };
        for module in imported(&source.code_without_tests()) {
            if floor_of(&module).is_none_or(|other| other > floor) {
                problems.push(format!(
                    "`src/{}` imports `crate::{module}`, which is above `{own}`: move what it needs down, or give it \
                     as an argument",
                    source.path
                ));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn each_large_crate_has_one_home() {
    let mut problems = Vec::new();
    for source in sources() {
        let code = source.code();
        for (name, home) in HOMES {
            if !source.path.starts_with(&format!("{home}/")) && names_crate(&code, name) {
                problems.push(format!(
                    "`src/{}` uses `{name}`, which only `src/{home}` may: add what you need there, in our own types",
                    source.path
                ));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn pure_floors_do_no_io_and_read_no_clock() {
    let mut problems = Vec::new();
    for source in sources() {
        let is_pure = PURE.iter().any(|floor| source.path.starts_with(&format!("{floor}/")));
        if !is_pure || CLOCKS.contains(&source.path.as_str()) {
            continue;
        }
        let code = source.code_without_tests();
        for sign in IMPURE.iter().filter(|sign| code.contains(**sign)) {
            problems.push(format!(
                "`src/{}` has `{sign}`: do that in `source`, `publish` or `cli`, and give the result as an argument",
                source.path
            ));
        }
    }
    expect_none(&problems);
}

/// What is asked past the asker is in no trace, and would stay when it changes.
#[test]
fn renders_reach_the_site_through_an_asker_only() {
    let mut problems = Vec::new();
    for source in sources() {
        let Some(file) = source.path.strip_prefix("render/").filter(|file| !file.contains('/')) else {
            continue;
        };
        if ASKED_BY.contains(&file) {
            continue;
        }
        let code = source.code_without_tests();
        for sign in [".site()", "World", "site::Site", "SourceFiles", "dyn Source"] {
            if code.contains(sign) {
                problems.push(format!(
                    "`src/{}` has `{sign}`: add a question to `render/trace`, and ask it",
                    source.path
                ));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn files_begin_with_what_they_own_and_stay_readable() {
    let mut problems = Vec::new();
    for Source { path, text } in sources() {
        if !text.starts_with("//!") {
            problems
                .push(format!("`src/{path}` doesn't begin with `//!`: say what it owns, takes and gives"));
        }
        let n_lines = text.lines().count();
        if n_lines > MAX_LINES {
            problems.push(format!(
                "`src/{path}` has {n_lines} lines, more than {MAX_LINES}: split it by what it owns"
            ));
        }
    }
    expect_none(&problems);
}

#[test]
fn code_that_ships_does_not_unwrap() {
    let mut problems = Vec::new();
    for source in sources() {
        for sign in [".unwrap()", "todo!(", "dbg!("] {
            if source.code_without_tests().contains(sign) {
                problems.push(format!(
                    "`src/{}` has `{sign}`: use `let … else`, `?`, or `expect(\"why it holds\")`",
                    source.path
                ));
            }
        }
    }
    expect_none(&problems);
}

#[test]
fn every_code_is_in_the_reference_and_the_other_way_round() {
    let Ok(reference) = fs::read_to_string(root().join(REFERENCE)) else { return };
    let sources = sources();
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for source in &sources {
        for code in codes(&source.code_without_tests()) {
            used.entry(code).or_insert_with(|| source.path.clone());
        }
    }
    assert!(used.len() > 50, "{used:?}");
    let missing =
        used.iter().filter(|(code, _)| !reference.contains(&format!("`{code}`"))).map(|(code, path)| {
            format!("`{code}` of `src/{path}` is not in {REFERENCE}: say there what it means and what to do")
        });
    let described = reference.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let unknown =
        described.filter(|code| !sources.iter().any(|source| source.text.contains(&format!("\"{code}\""))));
    let unknown =
        unknown.map(|code| format!("{REFERENCE} describes `{code}`, which nothing reports: remove it there"));
    expect_none(&missing.chain(unknown).collect::<Vec<_>>());
}

/// The scripts of a deck are one: what two of its files call by the same name leaves all decks without a script.
#[test]
fn scripts_of_decks_share_no_names() {
    let folder = root().join("themes/default/templates/deck");
    let mut found: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the scripts of decks") {
        let path = entry.expect("a file").path();
        let script = fs::read_to_string(&path).expect("text");
        for name in script.lines().flat_map(declared) {
            found.entry(name.to_owned()).or_default().insert(path.clone());
        }
    }
    assert!(found.len() > 100, "{} names", found.len());
    let shared = found.iter().filter(|(_, files)| files.len() > 1);
    let problems: Vec<String> =
        shared.map(|(name, files)| format!("`{name}` is declared in {files:?}: rename one")).collect();
    expect_none(&problems);
}

/// The names that a line of a script declares for all of it.
fn declared(line: &str) -> Vec<&str> {
    let name =
        |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(text.len());
    let first = |text: &'static str| line.strip_prefix(text).map(|rest| &rest[..name(rest)]);
    if let Some(all) = line.strip_prefix("let ") {
        return all.split(", ").map(|part| &part[..name(part)]).collect();
    }
    let one = ["const ", "function ", "async function "].into_iter().find_map(first);
    one.into_iter().filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_readers_of_this_file_see_what_they_should() {
    assert_eq!(declared("let a = 0, b1;"), ["a", "b1"]);
    assert_eq!(declared("async function c$(x) {"), ["c$"]);
    assert_eq!(declared("  const inner = 1;"), [""; 0]);
    let modules = |code: &str| imported(code).into_iter().collect::<Vec<_>>();
    assert_eq!(modules("use crate::base::path;"), ["base"]);
    assert_eq!(
        modules("use crate::{\n    cli::{Global, a::{b}},\n    site,\n};\nfn f(x: crate::git::X)"),
        ["cli", "git", "site"]
    );
    assert!(names_crate("use tera::Tera;", "tera") && names_crate("(git2::Error)", "git2"));
    assert!(!names_crate("crate::ignore::X my_tera::X", "ignore") && !names_crate("my_tera::X", "tera"));
    assert_eq!(
        codes("Diagnostic::warning(\n  \"a-b\", \"c\") error(\"d-e\"").into_iter().collect::<Vec<_>>(),
        ["a-b", "d-e"]
    );
}
