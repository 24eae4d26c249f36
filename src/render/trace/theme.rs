//! Questions about the theme. Only [`Asker`](super::Asker) puts them, for those who render templates and components.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ask, World};
use crate::{
    base::digest::{Digest, Print},
    render::theme::Asset,
};

/// The text of a template and of all that it is put together from; `None` when there is none of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TemplateText(pub(super) String);

impl Ask for TemplateText {
    type Answer<'w> = Option<Print>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.theme.template_print(&self.0)
    }
}

impl fmt::Display for TemplateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the template `{}`", self.0)
    }
}

/// The text of a component and of all that it is put together from; `None` when pages can't call one of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ComponentText(pub(super) String);

impl Ask for ComponentText {
    type Answer<'w> = Option<Print>;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.theme.component_print(&self.0)
    }
}

impl fmt::Display for ComponentText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the component `{}`", self.0)
    }
}

/// All that the theme says in a language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ThemeTexts(pub(super) String);

impl Ask for ThemeTexts {
    type Answer<'w> = Print;

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.theme.texts_print(&self.0)
    }
}

impl fmt::Display for ThemeTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the theme's texts for `{}`", self.0)
    }
}

/// The names of all templates and components, from which hints are taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ThemeNames;

impl Ask for ThemeNames {
    type Answer<'w> = (Vec<&'w str>, Vec<&'w str>);

    const SHARED: bool = true;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        (world.theme.templates().collect(), world.theme.component_names().collect())
    }
}

impl fmt::Display for ThemeNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the names of the theme's templates")
    }
}

/// A file of the theme that is published as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ThemeFileBytes(pub(super) String);

impl Ask for ThemeFileBytes {
    type Answer<'w> = Option<Digest>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.theme.asset(&self.0).map(Asset::digest)
    }
}

impl fmt::Display for ThemeFileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the theme's file `{}`", self.0)
    }
}
