//! Questions about files of the site that are not pages.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Ask, World, domain::Domain};
use crate::{
    base::{digest::BlobId, path::RepoPath},
    render::{assets, images},
    site::{file::nearest_file, route::Route},
};

/// Which bytes a file has; `None` when there is no such file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileBlob(pub(in crate::render) RepoPath);

impl Ask for FileBlob {
    type Answer<'w> = Option<BlobId>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        world.site.listing().entries.get(&self.0).map(|entry| entry.blob)
    }
}

impl fmt::Display for FileBlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the file `{}`", self.0)
    }
}

/// The addresses of smaller forms of a picture, by their widths in the config; 0 stands for its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Resized {
    pub(in crate::render) path: RepoPath,
    pub(in crate::render) widths: Vec<u32>,
}

impl Ask for Resized {
    type Answer<'w> = Vec<Route>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let Some(entry) = world.site.listing().entries.get(&self.path) else { return Vec::new() };
        images::addresses(&self.path, entry, &self.widths, &world.site.config().images)
    }
}

impl fmt::Display for Resized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the smaller forms of `{}`", self.path)
    }
}

/// The address under which a file of the site is published for templates; `own` is that of the file as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hashed {
    pub(in crate::render) own: Route,
    pub(in crate::render) path: RepoPath,
}

impl Ask for Hashed {
    type Answer<'w> = Option<Route>;

    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        let entry = world.site.listing().entries.get(&self.path)?;
        Some(assets::address(&self.own, &entry.blob, world.site.config().assets))
    }
}

impl fmt::Display for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the address of `{}` with a hash", self.path)
    }
}

/// The existing file that was likely meant by a path at which there is none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NearestFile(pub(in crate::render) RepoPath);

impl Ask for NearestFile {
    type Answer<'w> = Option<&'w RepoPath>;

    const SHARED: bool = true;
    fn answer<'w>(&self, world: &'w World) -> Self::Answer<'w> {
        nearest_file(world.site.listing(), &self.0)
    }

    fn domain(&self) -> Domain<'_> {
        Domain::Structure
    }
}

impl fmt::Display for NearestFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "which file is nearest to `{}`", self.0)
    }
}
