//! Output for the world.

mod begun;
pub mod browser;
pub mod build;
pub mod cache;
pub mod export;
pub mod external;
pub mod fit;
mod former;
mod galleys;
mod libraries;
pub mod output;

mod compress;
