//! The files of a theme: those in the binary, and how the site's own lie on top of them.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    counted,
    manifest::{self, Manifest, Setting},
    texts::{self, Texts},
};
use crate::base::{
    diagnostic::{Diagnostic, Place, nearest},
    embedded::THEMES,
    path::RepoPath,
};

/// The theme of a site that names none.
pub const DEFAULT_THEME: &str = "default";

/// The folder of a theme with what `recto new` begins files with; it is no part of the site.
const NEW_FOLDER: &str = "new/";
/// What the names of compressed files in the binary end with. To others they have their names without it.
const PACKED: &str = ".gz";
/// How many themes can stand on each other.
const MAX_CHAIN: usize = 8;
/// The largest template, in bytes.
const MAX_TEMPLATE_BYTES: usize = 1 << 20;

/// A file of a theme.
#[derive(Clone, Debug)]
pub struct ThemeFile {
    /// Its path in the theme: `templates/page.html`, `components/note.html`, `style.css`.
    pub name: String,
    /// What it holds.
    pub bytes: Cow<'static, [u8]>,
    /// Whether these bytes are compressed by gzip, as large files in the binary are.
    pub is_packed: bool,
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

impl Source {
    /// The text for Tera: that of a site's own template is counted while it runs.
    pub(super) fn for_tera(&self) -> Cow<'_, str> {
        if self.builtin { self.text.as_str().into() } else { counted::counted(&self.text) }
    }

    /// The column of a line of that, as the text has it.
    pub(super) fn column(&self, line: usize, column: usize) -> usize {
        if self.builtin { column } else { counted::column_before(&self.text, line, column) }
    }
}

/// The files of all layers: for each template the candidates, best first; of assets the topmost.
pub(super) struct Layers {
    pub(super) templates: BTreeMap<String, Vec<Source>>,
    pub(super) assets: BTreeMap<String, ThemeFile>,
    pub(super) texts: Texts,
}

/// The site's own files for each theme.
pub type OwnFiles = BTreeMap<String, Vec<ThemeFile>>;

/// A theme with those that it stands on.
pub(super) struct Chain {
    /// Their names, the lowest first: the default theme.
    pub(super) names: Vec<String>,
    /// What they let sites set; of settings of one name that of the topmost.
    pub(super) settings: Vec<Setting>,
}

/// Follows `extends` from a theme down to the default one.
pub(super) fn chain(name: &str, own: &OwnFiles, diagnostics: &mut Vec<Diagnostic>) -> Chain {
    let mut chain = Chain { names: Vec::new(), settings: Vec::new() };
    let (mut next, mut named_in) = (Some(name.to_owned()), None);
    while let Some(name) = next.take() {
        let Some((path, bytes)) = manifest_of(&name, own) else {
            diagnostics.push(unknown(&name, own, named_in.as_ref()));
            break;
        };
        if chain.names.contains(&name) || chain.names.len() >= MAX_CHAIN {
            let problem = Diagnostic::error("theme-unknown", format!("the theme `{name}` stands on itself"));
            diagnostics.push(problem.at(Place::file(&path)).hint("change its `extends`"));
            break;
        }
        let (manifest, problems) = Manifest::read(&path, &bytes);
        diagnostics.extend(problems);
        let new = |setting: &Setting| chain.settings.iter().all(|known| known.name != setting.name);
        let new: Vec<Setting> = manifest.settings.into_iter().filter(new).collect();
        chain.settings.extend(new);
        next = manifest.extends.filter(|_| name != DEFAULT_THEME);
        named_in = Some(path);
        chain.names.push(name);
    }
    if !chain.names.iter().any(|name| name == DEFAULT_THEME) {
        chain.names.push(DEFAULT_THEME.to_owned());
    }
    chain.names.reverse();
    chain
}

/// The manifest of a theme: the site's own, or that in the binary.
fn manifest_of(name: &str, own: &OwnFiles) -> Option<(RepoPath, Cow<'static, [u8]>)> {
    let mine = own.get(name).into_iter().flatten().find(|file| file.name == manifest::FILE_NAME);
    let found = mine.cloned().or_else(|| builtin(name).find(|file| file.name == manifest::FILE_NAME))?;
    Some((found.origin.unwrap_or_else(|| builtin_path(name, manifest::FILE_NAME)), found.bytes))
}

/// Complains about a theme that is neither in the binary nor among the site's files.
fn unknown(name: &str, own: &OwnFiles, named_in: Option<&RepoPath>) -> Diagnostic {
    let own_names = own.keys().map(String::as_str).filter(|known| *known != name);
    let known: Vec<&str> = own_names.chain(builtin_themes().map(|name| name as &str)).collect();
    let hint = match nearest(name, known) {
        _ if own.contains_key(name) => format!("put a `{}` into its folder", manifest::FILE_NAME),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("leave `theme` out for the theme `{DEFAULT_THEME}`"),
    };
    let problem = Diagnostic::error("theme-unknown", format!("unknown theme `{name}`")).hint(hint);
    named_in.iter().fold(problem, |problem, path| problem.at(Place::file(path)))
}

/// Lays the files of each theme over those of the ones below it, the site's own over those in the binary.
pub(super) fn layer(chain: &Chain, mut own: OwnFiles, diagnostics: &mut Vec<Diagnostic>) -> Layers {
    let mut layers = Layers { templates: BTreeMap::new(), assets: BTreeMap::new(), texts: Texts::default() };
    for name in &chain.names {
        for file in builtin(name).chain(own.remove(name).into_iter().flatten()) {
            add(&mut layers, name, file, diagnostics);
        }
    }
    layers
}

fn add(layers: &mut Layers, theme: &str, file: ThemeFile, diagnostics: &mut Vec<Diagnostic>) {
    if file.name == manifest::FILE_NAME || file.name.starts_with(NEW_FOLDER) {
        return;
    }
    if file.name.starts_with(texts::FOLDER) {
        let path = file.origin.clone().unwrap_or_else(|| builtin_path(theme, &file.name));
        diagnostics.extend(layers.texts.add(file, &path));
        return;
    }
    if !file.name.starts_with("templates/") && !file.name.starts_with("components/") {
        layers.assets.insert(file.name.clone(), file);
        return;
    }
    let path = file.origin.clone().unwrap_or_else(|| builtin_path(theme, &file.name));
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
    files.map(|(name, bytes)| {
        let unpacked = name.strip_suffix(PACKED).map(str::to_owned);
        let is_packed = unpacked.is_some();
        ThemeFile { name: unpacked.unwrap_or(name), bytes: Cow::Borrowed(bytes), is_packed, origin: None }
    })
}

fn builtin_path(theme: &str, name: &str) -> RepoPath {
    RepoPath::root().resolve(&format!("themes/{theme}/{name}")).unwrap_or_else(RepoPath::root)
}
