//! Traces: what a render asked, and the prints of the answers. A result holds while all its answers do.
//!
//! This is a *verifying trace*, as in "Build Systems à la Carte" (Mokhov, Mitchell, Peyton Jones, 2018). Renders can't
//! reach the site, its files or the theme but through an `Asker`, and the asker writes down every question. So nothing
//! can be asked without being traced: a new kind of question is a new type that implements `Ask`, and its answer is
//! all that the one who asked gets to see.
//!
//! 1. [`World`] is what can be asked about: a site, the files behind it, the theme.
//! 2. [`Question`] lists the kinds of questions; each names pages and files by their paths, so that it can be put to
//!    another world, and in another process.
//! 3. `Asker` puts the questions of one render, and gives its [`Trace`].
//! 4. [`Trace::holds`] puts them again.
//!
//! An answer is as fine as what is shown of it: a list of titles and dates doesn't change when a body does.

mod asker;
mod deck;
mod domain;
mod file;
mod list;
mod ordered;
mod packed;
mod page;
mod place;
mod prints;
mod question;
mod search;
mod site_values;
mod theme;
mod translation;
mod world;

use serde::{Deserialize, Serialize};

use self::packed::Packed;
use crate::base::digest::Print;

pub use self::{
    domain::{Differences, Domains, FileDiffers},
    question::Question,
    world::World,
};

pub(super) use self::{
    asker::{Asker, Texts},
    deck::{DeckFacts, DeckValues, FolderDecks, ShownBy},
    file::{FileBlob, Hashed, NearestFile, Resized},
    list::{
        FeedEntries, FeedEntry, FolderFiles, Listed, SectionList, SitemapEntries, SitemapEntry,
        TaxonomyTerms, TaxonomyValues, TermLink, TermPages,
    },
    page::{
        Backlink, Backlinks, LastChanged, LinkTo, Nav, NavPlace, Neighbours, PageFacts, PageValues, Related,
        Trail, Words,
    },
    place::{At, FeedOf, Lead, Leads, Links, Named, Place, Settings, SettingsValues},
    question::Ask,
    search::{SearchFile, SearchOverview, SearchPages, SearchWords, ShardValues},
    translation::{InLanguage, InLanguages},
};

/// The questions of one render with the prints of their answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct Trace {
    /// In the order of the questions.
    pub asked: Vec<(Question, Print)>,
}

impl Trace {
    /// Whether all questions have the same answers in this world.
    pub fn holds(&self, world: &World) -> bool {
        self.broken(world, |_| false).is_none()
    }

    /// The first question that has another answer in this world; those that are `settled` are not asked.
    pub fn broken(&self, world: &World, settled: impl Fn(&Question) -> bool) -> Option<&Question> {
        let differs =
            |(question, print): &&(Question, Print)| !settled(question) && question.print(world) != *print;
        self.asked.iter().find(differs).map(|(question, _)| question)
    }
}
