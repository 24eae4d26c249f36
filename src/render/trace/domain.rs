//! [`Domains`]: prints of what whole families of questions depend on, so that they need not be put one by one.
//!
//! Most edits change a text and nothing that other pages show of its page. Then the print of [`Domain::Structure`] is the
//! same, and with it the answers to all questions of that domain, for all pages at once. The prints are made of the
//! inputs that a site is computed from, and not of the site.

use serde::{Deserialize, Serialize};

use super::World;
use crate::{
    base::{
        digest::{BlobId, Print},
        path::RepoPath,
    },
    site::SUMMARY_FILE,
};

/// What the answer to a question depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render) enum Domain {
    /// Something of its own: it has to be asked.
    Own,
    /// What pages tell of themselves (front matter, headings, summary), the config, and which files there are.
    Structure,
    /// That, and the links of all pages.
    Links,
}

/// The prints of the domains in a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domains {
    structure: Print,
    links: Print,
}

impl Domains {
    /// The prints of a world, at the cost of looking at each of its files once.
    pub fn of(world: &World) -> Self {
        let site = &world.site;
        let config = serde_json::to_string(site.config()).unwrap_or_default();
        let paths: Vec<(&RepoPath, Option<&RepoPath>)> =
            site.listing().entries.iter().map(|(path, entry)| (path, entry.link_to.as_ref())).collect();
        let summary: Option<BlobId> =
            site.listing().entries.get(&site.content().join(SUMMARY_FILE)).map(|entry| entry.blob);
        let files = || site.files();
        let outside: Vec<(&RepoPath, Print)> = files().map(|file| (&file.path, file.outside)).collect();
        let structure = Print::of(&(config, site.options_print(), paths, summary, outside));
        let links = Print::of(&(structure, files().map(|file| file.links).collect::<Vec<_>>()));
        Self { structure, links }
    }

    /// Whether a domain is the same in both worlds.
    pub(super) fn agree(&self, other: &Self, domain: Domain) -> bool {
        match domain {
            Domain::Own => false,
            Domain::Structure => self.structure == other.structure,
            Domain::Links => self.links == other.links,
        }
    }
}
