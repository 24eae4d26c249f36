//! Output for the world.

pub mod external;
pub mod output;
