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
mod common;
mod deck;
mod domain;
mod file;
mod list;
mod loaded_theme;
mod once;
mod ordered;
mod packed;
mod page;
mod place;
mod prints;
mod question;
mod reach;
mod search;
mod site_values;
mod theme;
mod translation;
mod world;

use std::sync::Arc;

use ::bytes::Bytes;
use serde::{Deserialize, Serialize};

use self::{common::CommonPart, packed::Packed, reach::Reach};
use crate::base::{bytes, digest::Print};

pub use self::{
    common::Common,
    domain::{Differences, Domains, FileDiffers},
    loaded_theme::LoadedTheme,
    question::Question,
    search::{KeptShards, Searches},
    world::{Ahead, World},
};

pub(super) use self::{
    asker::{Asker, Texts},
    deck::{DeckFacts, DeckValues, FolderDecks, ShownBy},
    file::{FileBlob, Hashed, NearestFile, Resized},
    list::{
        FeedEntries, FeedEntry, FolderFiles, Listed, SectionList, SitemapEntries, SitemapEntry,
        TaxonomyTerms, TaxonomyValues, TermLink, TermPages,
    },
    once::{PartKey, Said},
    page::{
        Backlink, Backlinks, LastChanged, LinkTo, Nav, NavPlace, Neighbours, PageFacts, PageValues, Related,
        Trail, Words,
    },
    place::{At, FeedOf, Lead, Leads, Links, Named, Place, Settings, SettingsValues},
    question::Ask,
    search::{SearchFile, SearchOverview, SearchPages, SearchWords},
    translation::{InLanguage, InLanguages},
};

/// The questions of one render with the prints of their answers. A site has hundreds of thousands of them, so they are kept
/// as the bytes that are stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trace {
    n_asked: u32,
    /// Whether [`Trace::noted`] has something to tell.
    has_noted: bool,
    common: CommonPart,
    /// What the others depend on.
    reach: Reach,
    #[serde(with = "bytes::shared")]
    packed: Bytes,
}

impl Trace {
    /// Keeps questions, besides those of `common`.
    fn of(own: Vec<(Question, Print)>, common: CommonPart) -> Self {
        let n_common = if let CommonPart::Known(common) = &common { common.asked().len() } else { 0 };
        let n_asked = u32::try_from(own.len() + n_common).unwrap_or(u32::MAX);
        let has_noted = own.iter().any(|(question, _)| question.is_noted());
        let reach = Reach::of(&own);
        let packed = postcard::to_allocvec(&Packed::from(own)).expect("memory takes everything");
        Self { n_asked, has_noted, common, reach, packed: packed.into() }
    }

    /// What it has in common with others. It is not among the bytes of a trace, and has to be given back to one that was read:
    /// see [`Trace::learn`].
    pub fn common(&self) -> Option<&Arc<Common>> {
        if let CommonPart::Known(common) = &self.common { Some(common) } else { None }
    }

    /// Takes what it has in common with others, by its print.
    pub fn learn(&mut self, common: impl FnOnce(Print) -> Option<Arc<Common>>) {
        self.common.learn(common);
    }

    /// All of it but what is common as bytes, which are much like those of other traces.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("memory takes everything")
    }

    /// The trace that has these bytes; `None` when they are none that this program has made.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// Its own questions with the prints of their answers; `None` when the bytes are none that this program has made.
    fn own(&self) -> Option<Vec<(Question, Print)>> {
        postcard::from_bytes::<Packed>(&self.packed).ok().map(Packed::unpacked)
    }

    /// All questions with the prints of their answers; `None` when they can't be read.
    fn asked(&self) -> Option<Vec<(Question, Print)>> {
        let common = match &self.common {
            CommonPart::None => &[],
            CommonPart::Known(common) => common.asked(),
            CommonPart::Named(_) => return None,
        };
        Some([self.own()?, common.to_vec()].concat())
    }

    /// How many questions there are.
    pub fn n_asked(&self) -> usize {
        self.n_asked as usize
    }

    /// The questions that a whole build has to know of: see [`Question::is_noted`].
    pub fn noted(&self) -> impl Iterator<Item = Question> + use<> {
        let own = self.has_noted.then(|| self.own()).flatten().unwrap_or_default();
        own.into_iter().map(|(question, _)| question).filter(Question::is_noted)
    }

    /// Whether all questions have the same answers in this world.
    pub fn holds(&self, world: &World) -> bool {
        self.check(world, None).is_ok()
    }

    /// Puts the questions to a world, but for those that its differences from the one of the answers settle. The error is the first one
    /// that has another answer; none when they can't be read.
    pub fn check(
        &self,
        world: &World,
        differences: Option<&Differences<'_>>,
    ) -> Result<(), Option<Question>> {
        let common = match &self.common {
            CommonPart::None => None,
            CommonPart::Known(common) => common.differs(world),
            CommonPart::Named(_) => return Err(None),
        };
        if let Some(question) = common {
            return Err(Some(question));
        }
        if differences.is_some_and(|known| known.settle_all(&self.reach)) {
            return Ok(());
        }
        let is_settled = |question: &Question| differences.is_some_and(|known| known.settle(question));
        let differs =
            |(question, print): &(Question, Print)| !is_settled(question) && question.print(world) != *print;
        match self.own().ok_or(None)?.into_iter().find(differs) {
            Some((question, _)) => Err(Some(question)),
            None => Ok(()),
        }
    }
}
