//! Output for the world.

pub mod build;
pub mod cache;
pub mod external;
pub mod output;
