//! What a new file can begin with: the files in `new/` of the site's theme, as `recto new` takes them.

use std::{collections::BTreeMap, ops::Bound};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    base::{embedded::THEMES, path::RepoPath},
    git::Moment,
    parse::{fill::Values, slug},
    render::{THEMES_FOLDER, theme::DEFAULT_THEME},
    wiki::{Action, Actor, Wiki, WikiError, name},
};

/// The folder of a theme with them.
const FOLDER: &str = "new";
/// The most that are offered.
const MAX_TEMPLATES: usize = 20;
/// The largest of them.
const MAX_BYTES: usize = 64 << 10;
/// The one that pages begin with.
const FIRST: &str = "page.md";

/// What a new file can begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Template {
    /// The name of its file, without the ending.
    pub name: String,
    /// Its text for the new file.
    pub content: String,
}

impl Wiki {
    /// What a new file can begin with: templates with the same ending, the plain one first.
    pub fn templates(&self, actor: &Actor, path: &str) -> Result<Vec<Template>, WikiError> {
        let path = name::known(path).map_err(|why| WikiError::BadName { path: path.to_owned(), why })?;
        actor.check(Action::Write, &path)?;
        let snapshot = self.engine().snapshot();
        let site = snapshot.renderer.site();
        let ending =
            |name: &str| name.rsplit_once('.').is_some_and(|(_, ending)| Some(ending) == path.extension());
        // One of the site takes the place of the built-in one of the same name.
        let mut texts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (name, bytes) in THEMES.files(&format!("{DEFAULT_THEME}/{FOLDER}")) {
            texts.insert(name, bytes.to_vec());
        }
        for theme in [DEFAULT_THEME, &site.config().theme] {
            let folder = RepoPath::root().resolve(&format!("{THEMES_FOLDER}/{theme}/{FOLDER}"));
            let Some(folder) = folder else { continue };
            let start = format!("{folder}/");
            let files = site.listing().entries.range::<_, str>((Bound::Included(&*start), Bound::Unbounded));
            let files = files.map(|(path, _)| path).take_while(|path| path.is_within(&folder));
            for file in files.take(MAX_TEMPLATES) {
                if let (Some(name), Ok(bytes)) = (file.relative_to(&folder), snapshot.source.read(file)) {
                    texts.insert(name.to_owned(), bytes);
                }
            }
        }
        let values = values(&path);
        let template = |(name, bytes): (String, Vec<u8>)| {
            let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_BYTES)?;
            let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
            Some(Template { name: stem.to_owned(), content: values.fill(&name, &text) })
        };
        let mut texts: Vec<_> = texts.into_iter().filter(|(name, _)| ending(name)).collect();
        texts.sort_by_key(|(name, _)| name != FIRST);
        Ok(texts.into_iter().take(MAX_TEMPLATES).filter_map(template).collect())
    }
}

impl Wiki {
    /// What a new file begins with that is made of a template; `None` if there is no such template for it.
    pub fn template(&self, actor: &Actor, path: &str, name: &str) -> Result<Option<String>, WikiError> {
        if name.is_empty() {
            return Ok(None);
        }
        let templates = self.templates(actor, path)?;
        Ok(templates.into_iter().find(|template| template.name == name).map(|template| template.content))
    }
}

/// The names and the day of a file that begins now.
fn values(path: &RepoPath) -> Values {
    let now = jiff::Timestamp::from_second(Moment::now().seconds).unwrap_or_default();
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    Values { title: slug::title_from_name(path.stem()), slug: path.stem().to_owned(), today }
}
