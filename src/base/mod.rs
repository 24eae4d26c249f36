//! What every floor stands on: paths, digests, diagnostics, YAML, TOML and the config. No IO, no other floor's types.

pub mod bytes;
pub mod config;
pub mod diagnostic;
#[cfg(test)]
pub(crate) mod dice;
pub mod digest;
pub mod embedded;
pub mod lang;
pub mod later;
pub mod media;
pub mod node;
pub mod path;
pub mod persistent;
pub mod shape;
pub mod shared;
pub mod shared_text;
pub mod tasks;
pub mod text;
pub mod toml;
pub mod url;
pub mod yaml;
