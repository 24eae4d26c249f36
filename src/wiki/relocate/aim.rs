//! [`Aim`]: what a link leads to, in words that stay the same when files get other paths: so that two sites can be compared.

use super::renames::Renames;
use crate::{
    base::{path::RepoPath, url::decode_path},
    site::{
        Site,
        languages::{DEFAULT, LanguageId},
        resolve::{Destination, Missing, Spelling},
        route::Route,
        routes::{FeedOf, Target},
        section::FOLDER_PAGES,
    },
};

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aim {
    /// A page, by its file, as readers of a language see it.
    Page(RepoPath, LanguageId),
    /// A former address of a page, or a page that leads elsewhere.
    Former(RepoPath),
    /// Another file.
    File(RepoPath),
    /// A deck, by its manifest.
    Deck(RepoPath),
    /// A folder, as the default language has it.
    Folder(RepoPath, LanguageId),
    /// The feed of a folder.
    Feed(RepoPath, LanguageId),
    /// An address of another kind.
    Address(Route),
    /// No place of this site, or none at all.
    Nothing,
}

impl Aim {
    /// What a destination of a site is.
    pub(super) fn of(site: &Site, to: &Destination) -> Self {
        match to {
            Destination::Internal { page: Some(id), .. } => {
                let page = site.page(*id);
                Self::Page(page.path().clone(), page.language)
            }
            Destination::Internal { route, page: None, .. } => Self::at(site, route),
            Destination::Folder(folder) => Self::Folder(folder.clone(), DEFAULT),
            Destination::External | Destination::Missing(_) => Self::Nothing,
        }
    }

    /// The same of a link in a file; a page that isn't published is a file that is there all the same.
    pub(super) fn of_link(site: &Site, to: &Destination, target: &str, file: &RepoPath) -> Self {
        if !matches!(to, Destination::Missing(Missing::Hidden(_))) {
            return Self::of(site, to);
        }
        let end = target.find(['#', '?']).unwrap_or(target.len());
        let path =
            decode_path(&target[..end]).and_then(|path| file.parent().unwrap_or_default().resolve(&path));
        path.map_or(Self::Nothing, Self::File)
    }

    fn at(site: &Site, route: &Route) -> Self {
        let folder = |id| {
            let section = site.sections().get(id);
            (site.languages().counterpart(&section.folder, section.language, DEFAULT), section.language)
        };
        match site.routes().get(route) {
            Some(Target::Page(id)) => Self::Page(site.page(*id).path().clone(), site.page(*id).language),
            Some(Target::Redirect { page, .. }) => Self::Former(site.page(*page).path().clone()),
            Some(Target::Asset(path)) => Self::File(path.clone()),
            Some(Target::Deck(path)) => Self::Deck(path.clone()),
            Some(Target::Folder(path)) => Self::Folder(path.clone(), DEFAULT),
            Some(Target::Section(id)) => {
                let (folder, language) = folder(*id);
                Self::Folder(folder, language)
            }
            Some(Target::Feed(FeedOf::Section(id))) => {
                let (folder, language) = folder(*id);
                Self::Feed(folder, language)
            }
            Some(_) => Self::Address(route.clone()),
            None => Self::Nothing,
        }
    }

    /// The file or folder that it is.
    fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::Page(path, _) | Self::Former(path) | Self::File(path) | Self::Folder(path, _) => Some(path),
            Self::Deck(_) | Self::Feed(..) | Self::Address(_) | Self::Nothing => None,
        }
    }

    /// Whether this is right where another is wanted: a page is better than an address that leads to it, and than the bare
    /// list of the folder whose address it takes.
    pub(super) fn is(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Page(path, _), Self::Former(former)) => path == former,
            (Self::Page(path, language), Self::Folder(folder, of)) => {
                language == of && stands_for(path, folder)
            }
            // One of them isn't published.
            (Self::Page(path, _), Self::File(other)) | (Self::File(path), Self::Page(other, _)) => {
                path == other
            }
            _ => self == wanted,
        }
    }

    /// The same after a move.
    pub(super) fn moved(&self, renames: &Renames) -> Self {
        match self {
            Self::Page(path, language) => Self::Page(renames.new_path(path), *language),
            Self::Former(path) => Self::Former(renames.new_path(path)),
            Self::File(path) => Self::File(renames.new_path(path)),
            Self::Deck(path) => Self::Deck(renames.new_path(path)),
            Self::Folder(path, language) => Self::Folder(renames.new_folder(path), *language),
            Self::Feed(path, language) => Self::Feed(renames.new_folder(path), *language),
            Self::Address(_) | Self::Nothing => self.clone(),
        }
    }
}

/// Whether a page has the address of a folder: as its page, or by the same name beside it.
fn stands_for(page: &RepoPath, folder: &RepoPath) -> bool {
    let above = page.parent().unwrap_or_default();
    let is_folder_page = FOLDER_PAGES.iter().any(|name| page.stem().eq_ignore_ascii_case(name));
    is_folder_page && above == *folder || above.join(page.stem()) == *folder
}

/// Whether a link names its target by a path of files, as a forge would follow it, and not by an address or a name.
pub(super) fn goes_by_path(site: &Site, target: &str, file: &RepoPath, aim: &Aim) -> bool {
    let end = target.find(['#', '?']).unwrap_or(target.len());
    let (Some(written), Some(path)) = (decode_path(&target[..end]), aim.path()) else { return false };
    let starts = match written.strip_prefix('/') {
        Some(rest) => [site.content().resolve(rest), RepoPath::root().resolve(rest)],
        None => [file.parent().unwrap_or_default().resolve(&written), None],
    };
    // A page is named by the path of its original as well.
    let located = site.languages().locate(path);
    let original = site.languages().counterpart(&located.key, located.language, DEFAULT);
    let is_it = |start: &RepoPath| {
        [path, &original].into_iter().any(|path| {
            let rest = path.as_str().strip_prefix(start.as_str());
            let is_file = rest.is_some_and(|rest| matches!(rest, "" | ".md" | ".markdown"));
            is_file || path.parent().as_ref() == Some(start)
        })
    };
    starts.iter().flatten().any(is_it)
}

/// Where a link stands: the file whose folder it is seen from, and the address that shows it. Slides have two of them, the
/// deck and the chapter; the first that has an answer is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stand(pub(super) Vec<(RepoPath, Route)>);

impl Stand {
    /// Where a link leads from here.
    pub(super) fn follow(&self, site: &Site, spelling: Spelling, target: &str) -> Aim {
        let aims = self.0.iter().map(|(file, route)| {
            let to = site.destination(spelling, target, file, route);
            Aim::of_link(site, &to, target, file)
        });
        aims.into_iter().find(|aim| *aim != Aim::Nothing).unwrap_or(Aim::Nothing)
    }
}
