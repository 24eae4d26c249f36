//! Adds a page, a post or a deck to the site that one stands in.
//!
//! Where: in the folder one stands in if that holds pages; else below the content root, posts and decks in their own folder.
//! From what: the files in `new/` of the site's theme, else those of the built-in one.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{
    base::{
        config::{Config, FILE_NAME},
        embedded::THEMES,
        path::RepoPath,
    },
    cli::{
        exit::UsageError,
        open::{path_inside, this_day},
    },
    parse::{fill::Values, slug},
    render::{THEMES_FOLDER, theme::DEFAULT_THEME},
};

/// The folder that holds the pages of a site whose config names none.
const CONTENT: &str = "content";
/// Folders that sites have for posts, and for decks; the first is made when there is none.
const POST_FOLDERS: [&str; 4] = ["posts", "blog", "news", "articles"];
const DECK_FOLDERS: [&str; 3] = ["slides", "decks", "talks"];

/// What is called how.
#[derive(Debug, clap::Args)]
pub(super) struct Name {
    /// What it is called, behind the folder it goes into: `guide/First steps`
    name: String,
}

/// What can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Post,
    Deck,
}

/// A site, and where in it one stands.
struct Place {
    /// The site's folder.
    root: PathBuf,
    config: Config,
    /// The content root.
    content: RepoPath,
    /// Where one stands.
    here: RepoPath,
}

/// Writes the files of something new, and prints their paths from where one stands.
pub(super) fn begin(kind: Kind, name: &Name) -> anyhow::Result<()> {
    let place = Place::find(&env::current_dir().context("looking for the site")?)?;
    let (folders, last) = name.name.rsplit_once('/').unwrap_or(("", &name.name));
    let values = values(last)?;
    let folder = place.folder_for(kind, &name.name).resolve(folders.trim_start_matches('/'));
    let outside = || UsageError { message: format!("`{}` leads away from the pages", name.name), hint: None };
    let folder = folder.filter(|folder| folder.is_within(&place.content)).ok_or_else(outside)?;
    let begun = |template: &str, path: RepoPath, values: &Values| -> anyhow::Result<()> {
        place.write(&path, &values.fill(template, &place.template(template)?))?;
        println!("{}", place.shown(&path));
        Ok(())
    };
    let file = |ending: &str| folder.join(&format!("{}{ending}", values.slug));
    match kind {
        Kind::Page => begun("page.md", file(".md"), &values),
        Kind::Post => begun("post.md", file(".md"), &values),
        Kind::Deck => {
            begun("deck.yml", file(".yml"), &values)?;
            let welcome = Values { title: "Welcome".to_owned(), ..values.clone() };
            begun("chapter.md", file("").join("01-welcome.md"), &welcome)
        }
    }
}

/// A title and a name for a file, from what was typed: words, or a name that is one for files already.
fn values(typed: &str) -> anyhow::Result<Values> {
    let name = typed.trim().trim_end_matches(".md").trim_end_matches(".yml").trim();
    let slug = file_name(name);
    if slug.is_empty() || name.chars().any(char::is_control) {
        anyhow::bail!(UsageError {
            message: format!("`{}` is no name for a page", typed.escape_debug()),
            hint: Some("write a title, such as \"First steps\"".to_owned()),
        });
    }
    let is_title = name.contains(|c: char| c.is_whitespace() || c.is_uppercase());
    let title = if is_title { name.to_owned() } else { slug::title_from_name(name) };
    Ok(Values { title, slug, today: this_day()? })
}

/// A name for a file that no shell and no address minds: letters and digits in lower case, with `-` between them.
fn file_name(title: &str) -> String {
    let term = slug::term(title);
    let words: Vec<&str> =
        term.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

impl Place {
    /// Finds the site around a folder: the nearest with a `recto.yml`, else the repository, else the folder itself.
    fn find(here: &Path) -> anyhow::Result<Self> {
        let above = |name: &str| here.ancestors().find(|folder| folder.join(name).exists());
        let root = above(FILE_NAME).or_else(|| above(".git")).unwrap_or(here).to_owned();
        let file = root.join(FILE_NAME);
        let config = match fs::read_to_string(&file) {
            // What is wrong with it is told by the commands that build.
            Ok(text) => Config::parse(&RepoPath::root().join(FILE_NAME), &text).0,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Config::default(),
            Err(error) => return Err(error).with_context(|| format!("reading `{}`", file.display())),
        };
        let content = config.content.clone().unwrap_or_else(|| {
            if root.join(CONTENT).is_dir() { RepoPath::root().join(CONTENT) } else { RepoPath::root() }
        });
        let here = path_inside(&root, here).unwrap_or_default();
        Ok(Self { root, config, content, here })
    }

    /// Where something belongs, before the folders in its name.
    fn folder_for(&self, kind: Kind, name: &str) -> RepoPath {
        let is_inside = self.here.is_within(&self.content) && self.here != self.content;
        if is_inside && !name.starts_with('/') {
            return self.here.clone();
        }
        let own: &[&str] = match kind {
            Kind::Post => &POST_FOLDERS,
            Kind::Deck => &DECK_FOLDERS,
            Kind::Page => &[],
        };
        let is_there = |folder: &&&str| self.path(&self.content.join(folder)).is_dir();
        match own.iter().find(is_there).or(own.first()) {
            Some(folder) if !name.contains('/') => self.content.join(folder),
            _ => self.content.clone(),
        }
    }

    /// What files of a kind begin with: by the site's theme, or by the built-in one.
    fn template(&self, name: &str) -> anyhow::Result<String> {
        for theme in [self.config.theme.as_str(), DEFAULT_THEME] {
            let own = self.root.join(THEMES_FOLDER).join(theme).join("new").join(name);
            match fs::read_to_string(&own) {
                Ok(text) => return Ok(text),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("reading `{}`", own.display())),
            }
            if let Some(bytes) = THEMES.file(&format!("{theme}/new/{name}")) {
                return Ok(String::from_utf8_lossy(bytes).into_owned());
            }
        }
        anyhow::bail!("there is no template `{name}`")
    }

    /// Writes a file that isn't there yet.
    fn write(&self, path: &RepoPath, text: &str) -> anyhow::Result<()> {
        let file = self.path(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
        }
        let made = fs::OpenOptions::new().write(true).create_new(true).open(&file);
        let written = made.and_then(|mut file| file.write_all(text.as_bytes()));
        match written {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => anyhow::bail!(UsageError {
                message: format!("`{}` is there already", self.shown(path)),
                hint: Some("choose another name; nothing was changed".to_owned()),
            }),
            written => written.with_context(|| format!("writing `{}`", file.display())),
        }
    }

    fn path(&self, path: &RepoPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// A path of the site as one would type it where one stands.
    fn shown(&self, path: &RepoPath) -> String {
        match path.relative_to(&self.here) {
            Some(path) => path.to_owned(),
            None => self.path(path).display().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_names_that_nothing_minds() {
        for (title, expected) in [
            ("Hello: world & co.", "hello-world-co"),
            ("C# or F#?", "csharp-or-fsharp"),
            ("snake_case", "snake-case"),
            ("Über uns", "über-uns"),
            ("???", ""),
        ] {
            assert_eq!(file_name(title), expected, "{title}");
        }
    }
}
