//! Recto: a Git-backed static site, slides and wiki engine.
//!
//! A site is a pure function of a tree of files. ARCHITECTURE.md is the map; the floors, from the ground up:
//! [`base`], [`source`] and [`git`], [`parse`], [`site`], [`render`], [`engine`], [`wiki`], [`publish`] and [`server`],
//! [`cli`].
//! A floor imports only the ones below it.

pub mod base;
pub mod cli;
pub mod engine;
pub mod git;
pub mod parse;
pub mod publish;
pub mod render;
pub mod server;
pub mod site;
pub mod source;
pub mod wiki;
