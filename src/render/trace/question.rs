//! [`Question`]: all kinds of questions that a render can put.

use std::{fmt, hash::Hash};

use serde::{Deserialize, Serialize};

use super::{
    World,
    deck::{ChapterOutline, DeckFacts, FolderDecks, OutsideFile, ShownBy},
    domain::Domain,
    file::{FileBlob, Hashed, NearestFile, Resized},
    list::{FeedEntries, FolderFiles, SectionList, SitemapEntries, TaxonomyTerms, TermPages},
    page::{Backlinks, LastChanged, Nav, Neighbours, PageFacts, PageText, Related, Trail, Words},
    place::{At, Leads, Links, Settings, SiteValues},
    search::{SearchOverview, SearchPages, SearchWords},
    theme::{ComponentText, TemplateText, ThemeFileBytes, ThemeNames, ThemeTexts},
    translation::InLanguages,
};
use crate::{
    base::{digest::Print, path::RepoPath},
    site::route::Route,
};

/// A kind of question.
pub(in crate::render) trait Ask: Into<Question> {
    /// What is told. Its [`Hash`] covers everything that can be seen of it.
    type Answer<'w>: Hash;

    /// Whether many renders put the same question, so that its print is kept for the next.
    const SHARED: bool = false;

    /// The answer in a world: a pure function.
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w>;

    /// What the answer depends on.
    fn domain(&self) -> Domain<'_> {
        Domain::Own
    }

    /// The print of its answer in a world; `question` is itself.
    fn print_for(&self, question: &Question, world: &World) -> Print {
        let print = || Print::of(&self.answer(world));
        if Self::SHARED { world.prints.get(question, print) } else { print() }
    }
}

macro_rules! questions {
    ($($kind:ident),* $(,)?; boxed: $($boxed:ident),* $(,)?) => {
        /// A question about a world. A site has hundreds of thousands, so the larger ones are in boxes.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Question {
            $(#[doc(hidden)] $kind($kind),)*
            $(#[doc(hidden)] $boxed(Box<$boxed>),)*
        }

        impl Question {
            /// The print of its answer in a world.
            pub fn print(&self, world: &World) -> Print {
                match self {
                    $(Self::$kind(question) => question.print_for(self, world),)*
                    $(Self::$boxed(question) => question.print_for(self, world),)*
                }
            }
        }

        impl Question {
            pub(super) fn domain(&self) -> Domain<'_> {
                match self {
                    $(Self::$kind(question) => question.domain(),)*
                    $(Self::$boxed(question) => question.domain(),)*
                }
            }
        }

        impl Question {
            /// Whether most renders of a site put it: it is about the settings, or what every page has of the theme.
            pub(super) fn is_common(&self) -> bool {
                matches!(
                    self,
                    Self::Settings(_)
                        | Self::SiteValues(_)
                        | Self::TemplateText(_)
                        | Self::ThemeFileBytes(_)
                        | Self::ThemeNames(_)
                        | Self::ThemeTexts(_)
                )
            }
        }

        impl Question {
            /// Whether a whole build has to know of it, since it is about a file beside the site or one that others are made of.
            pub fn is_noted(&self) -> bool {
                matches!(self, Self::OutsideFile(_) | Self::Resized(_) | Self::Hashed(_))
            }

            /// The file beside the site that it is about, named from the root of the repository.
            pub fn outside(&self) -> Option<&str> {
                match self {
                    Self::OutsideFile(question) => Some(&question.0),
                    _ => None,
                }
            }
        }

        impl Question {
            /// The file that others are made of, and the addresses of these in a world: there are those that are asked for.
            pub fn forms(&self, world: &World) -> Option<(&RepoPath, Vec<Route>)> {
                match self {
                    Self::Resized(question) => Some((&question.path, question.answer(world))),
                    Self::Hashed(question) => {
                        let hashed = question.answer(world).filter(|route| *route != question.own);
                        Some((&question.path, hashed.into_iter().collect()))
                    }
                    _ => None,
                }
            }
        }

        impl fmt::Display for Question {
            /// What is asked for, for people: `the titles around guide/a.md in the navigation`.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$kind(question) => question.fmt(f),)*
                    $(Self::$boxed(question) => question.fmt(f),)*
                }
            }
        }

        $(impl From<$kind> for Question {
            fn from(question: $kind) -> Self {
                Self::$kind(question)
            }
        })*

        $(impl From<$boxed> for Question {
            fn from(question: $boxed) -> Self {
                Self::$boxed(Box::new(question))
            }
        })*
    };
}

questions![
    At,
    Settings,
    SiteValues,
    Links,
    PageFacts,
    PageText,
    LastChanged,
    Words,
    Nav,
    Neighbours,
    Related,
    Backlinks,
    Trail,
    SectionList,
    FolderFiles,
    SitemapEntries,
    FileBlob,
    NearestFile,
    DeckFacts,
    FolderDecks,
    ShownBy,
    ChapterOutline,
    OutsideFile,
    SearchOverview,
    SearchWords,
    SearchPages,
    TemplateText,
    ComponentText,
    ThemeNames,
    ThemeTexts,
    ThemeFileBytes,
    ; boxed:
    Leads,
    FeedEntries,
    TaxonomyTerms,
    TermPages,
    InLanguages,
    Resized,
    Hashed,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_small() {
        assert!(size_of::<Question>() <= 40, "{} bytes", size_of::<Question>());
    }
}
