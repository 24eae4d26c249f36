//! [`KnownAssets`]: scripts and style sheets that were made smaller before. To read one as a browser does takes longer than anything
//! else that a theme needs before it can be used.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use crate::base::digest::Print;

/// How many bytes of scripts are remembered; those that nobody asked for go first.
const MAX_BYTES: usize = 1 << 20;

/// Smaller scripts and style sheets by the prints of what they are made of, and of how.
pub type SmallerAssets = BTreeMap<Print, Arc<str>>;

/// What is known of smaller scripts: by an earlier process of the same program, and by this one.
#[derive(Debug, Default)]
pub struct KnownAssets {
    former: SmallerAssets,
    asked: Mutex<SmallerAssets>,
}

impl KnownAssets {
    /// Begins with what an earlier process knew.
    pub fn new(former: SmallerAssets) -> Self {
        Self { former, asked: Mutex::default() }
    }

    /// What `make` makes of a script, which `how` names.
    pub(in crate::render::theme) fn smaller(
        &self,
        how: &str,
        script: &str,
        make: impl FnOnce(&str) -> Result<String, String>,
    ) -> Result<Arc<str>, String> {
        let key = Print::of(&(how, script));
        let known = self.former.get(&key).cloned();
        let made = known.map_or_else(|| make(script).map(Arc::from), Ok)?;
        self.keep(key, Arc::clone(&made));
        Ok(made)
    }

    /// What an earlier process kept under a key.
    pub(super) fn former(&self, key: &Print) -> Option<Arc<str>> {
        self.former.get(key).cloned()
    }

    /// Keeps what was made of all that a key names.
    pub(super) fn keep(&self, key: Print, made: Arc<str>) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, made);
    }

    /// What the next process should know: what was asked for, and what wasn't while there is room.
    pub fn to_keep(&self) -> SmallerAssets {
        let mut kept = mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        let mut n_bytes: usize = kept.values().map(|script| script.len()).sum();
        for (key, script) in &self.former {
            if !kept.contains_key(key) && n_bytes + script.len() <= MAX_BYTES {
                n_bytes += script.len();
                kept.insert(*key, Arc::clone(script));
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(scripts: &KnownAssets, how: &str, script: &str, made: &str) -> String {
        scripts.smaller(how, script, |_| Ok(made.to_owned())).expect("a script").to_string()
    }

    #[test]
    fn what_was_made_once_is_known_to_the_next() {
        let first = KnownAssets::default();
        assert_eq!(of(&first, "a", "x", "1"), "1");
        assert_eq!(of(&first, "b", "x", "2"), "2");
        let next = KnownAssets::new(first.to_keep());
        assert_eq!(of(&next, "a", "x", "other"), "1");
        assert_eq!(of(&next, "a", "y", "3"), "3");
        assert_eq!(next.to_keep().len(), 3);
    }

    #[test]
    fn what_cannot_be_made_smaller_is_not_kept() {
        let scripts = KnownAssets::default();
        assert!(scripts.smaller("a", "x", |_| Err("no".to_owned())).is_err());
        assert!(scripts.to_keep().is_empty());
    }

    #[test]
    fn what_nobody_asks_for_goes_when_there_is_no_room() {
        let large = "x".repeat(MAX_BYTES / 2);
        let first = KnownAssets::default();
        of(&first, "a", "old", &large);
        let second = KnownAssets::new(first.to_keep());
        of(&second, "a", "new", &format!("{large}{large}"));
        assert_eq!(second.to_keep().len(), 1);
    }
}
