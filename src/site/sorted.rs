//! Short sorted lists that snapshots share: changed by making another.

use std::sync::Arc;

/// A sorted list without an item that it has, or with one that it doesn't have.
pub(super) fn toggled<T: Ord + Copy>(list: &[T], item: T) -> Arc<[T]> {
    match list.binary_search(&item) {
        Ok(place) => [&list[..place], &list[place + 1..]].concat().into(),
        Err(place) => [&list[..place], &[item], &list[place..]].concat().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_comes_and_goes() {
        assert_eq!(*toggled(&[1, 3], 2), [1, 2, 3]);
        assert_eq!(*toggled(&[1, 2, 3], 2), [1, 3]);
        assert_eq!(*toggled(&[], 2), [2]);
        assert!(toggled(&[2], 2).is_empty());
    }
}
