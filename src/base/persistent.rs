//! Collections that are copied at no cost: two snapshots share what is the same in both, and a change costs what it touches.

pub use imbl::{HashMap, OrdMap, OrdSet, Vector};
