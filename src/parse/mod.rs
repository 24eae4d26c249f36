//! Parsing, one file at a time. Nothing here fails: each parser returns a value and its diagnostics.

pub mod data;
pub mod expand;
pub mod fill;
pub mod front_matter;
pub mod manifest;
pub mod markdown;
pub mod slides;
pub mod slug;
pub mod summary;
pub mod targets;
pub mod words;
