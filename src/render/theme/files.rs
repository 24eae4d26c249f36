//! The files of a theme: those in the binary, and how the site's own lie on top of them.

use std::{borrow::Cow, collections::BTreeMap};

use super::texts::{self, Texts};
use crate::base::{
    diagnostic::{Diagnostic, Place, nearest},
    embedded::THEMES,
    path::RepoPath,
};

/// The theme of a site that names none.
pub const DEFAULT_THEME: &str = "default";

/// The folder of a theme with what `recto new` begins files with; it is no part of the site.
const NEW_FOLDER: &str = "new/";
/// The largest template, in bytes.
const MAX_TEMPLATE_BYTES: usize = 1 << 20;

/// A file of a theme.
#[derive(Clone, Debug)]
pub struct ThemeFile {
    /// Its path in the theme: `templates/page.html`, `components/note.html`, `style.css`.
    pub name: String,
    /// What it holds.
    pub bytes: Cow<'static, [u8]>,
    /// Where it is in the site; `None` for a file of the binary.
    pub origin: Option<RepoPath>,
}

/// The names of the themes in the binary.
pub fn builtin_themes() -> impl Iterator<Item = &'static str> {
    THEMES.folders()
}

/// A template's text and where it is from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) text: String,
    pub(super) path: RepoPath,
    pub(super) builtin: bool,
}

/// The files of all layers: for each template the candidates, best first; of assets the topmost.
pub(super) struct Layers {
    pub(super) templates: BTreeMap<String, Vec<Source>>,
    pub(super) assets: BTreeMap<String, ThemeFile>,
    pub(super) texts: Texts,
}

/// Complains about a theme that is neither in the binary nor among the site's files.
pub(super) fn check_name(name: &str, overrides: &[ThemeFile]) -> Option<Diagnostic> {
    let known = builtin_themes().any(|builtin| builtin == name)
        || overrides.iter().any(|file| file.name == "theme.yml");
    if known {
        return None;
    }
    let hint = match nearest(name, builtin_themes()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("leave `theme` out for the theme `{DEFAULT_THEME}`"),
    };
    Some(Diagnostic::error("theme-unknown", format!("unknown theme `{name}`")).hint(hint))
}

/// Lays the site's files over the theme's, and that over the default theme's.
pub(super) fn layer(name: &str, overrides: Vec<ThemeFile>, diagnostics: &mut Vec<Diagnostic>) -> Layers {
    let mut layers = Layers { templates: BTreeMap::new(), assets: BTreeMap::new(), texts: Texts::default() };
    for file in builtin(DEFAULT_THEME) {
        add(&mut layers, file, diagnostics);
    }
    if name != DEFAULT_THEME {
        for file in builtin(name) {
            add(&mut layers, file, diagnostics);
        }
    }
    for file in overrides {
        add(&mut layers, file, diagnostics);
    }
    layers
}

fn add(layers: &mut Layers, file: ThemeFile, diagnostics: &mut Vec<Diagnostic>) {
    if file.name == "theme.yml" || file.name.starts_with(NEW_FOLDER) {
        return;
    }
    if file.name.starts_with(texts::FOLDER) {
        let path = file.origin.clone().unwrap_or_else(|| builtin_path(&file.name));
        diagnostics.extend(layers.texts.add(&file.name, &file.bytes, &path));
        return;
    }
    if !file.name.starts_with("templates/") && !file.name.starts_with("components/") {
        layers.assets.insert(file.name.clone(), file);
        return;
    }
    let path = file.origin.clone().unwrap_or_else(|| builtin_path(&file.name));
    let complain = |problem: &str| {
        let message = format!("the template `{}` {problem}", file.name);
        Diagnostic::error("template-file", message).at(Place::file(&path))
    };
    if file.bytes.len() > MAX_TEMPLATE_BYTES {
        diagnostics.push(complain("is larger than 1 MiB").hint("split it, or make it an asset"));
        return;
    }
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        diagnostics.push(complain("is not UTF-8 text").hint("save it as UTF-8"));
        return;
    };
    let source = Source { text: text.to_owned(), path, builtin: file.origin.is_none() };
    layers.templates.entry(file.name).or_default().insert(0, source);
}

fn builtin(theme: &str) -> impl Iterator<Item = ThemeFile> {
    let files = THEMES.files(theme).into_iter();
    files.map(|(name, bytes)| ThemeFile { name, bytes: Cow::Borrowed(bytes), origin: None })
}

fn builtin_path(name: &str) -> RepoPath {
    RepoPath::root().resolve(&format!("themes/{DEFAULT_THEME}/{name}")).unwrap_or_else(RepoPath::root)
}
