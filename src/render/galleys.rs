//! [`Galleys`]: pages that were set while the site was read, so that a build parses each text once.
//!
//! A page's text says most of its HTML before the rest of the site is known. What is missing is filled in when the page is
//! rendered. A text without a galley is read and parsed again, which gives the same.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::markdown::{Galley, set};
use crate::{
    base::path::RepoPath,
    parse::{
        expand::{ComponentCall, Expanded},
        markdown::Event,
    },
    site::file::Witness,
};

/// Where galleys are kept until their pages are rendered. What can't be kept is made again.
pub trait GalleyStore: Send + Sync {
    /// Keeps the galley of a file.
    fn put(&self, path: &RepoPath, bytes: &[u8]);
    /// The galley of a file, if it was kept.
    fn get(&self, path: &RepoPath) -> Option<Vec<u8>>;
}

/// The galleys of a site that is read once and rendered once.
#[derive(Clone)]
pub struct Galleys {
    store: Arc<dyn GalleyStore>,
}

/// A page that is set.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SetPage<'a> {
    pub(super) galley: Galley<'a>,
    pub(super) calls: Vec<ComponentCall>,
}

impl Galleys {
    /// Keeps them in a store, in which there is nothing yet.
    pub fn new(store: Arc<dyn GalleyStore>) -> Self {
        Self { store }
    }

    /// The page of a file.
    pub(super) fn get(&self, path: &RepoPath) -> Option<SetPage<'static>> {
        postcard::from_bytes(&self.store.get(path)?).ok()
    }
}

impl Witness for Galleys {
    fn parsed(&self, path: &RepoPath, expanded: &Expanded, events: Vec<Event<'_>>) {
        let page = SetPage { galley: set(events), calls: expanded.calls.clone() };
        if let Ok(bytes) = postcard::to_allocvec(&page) {
            self.store.put(path, &bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use super::*;
    use crate::{
        render::{Renderer, highlight::Highlighter},
        site::{Site, SiteOptions, file::FormerFiles},
        source::{ListingOptions, Memory, Source},
    };

    /// Everything that leaves a gap, beside each other and inside of each other.
    const PAGE: &str = "\
# Title

[[other]] and [[other|piped *text*]], [[none]], <b>raw [a](other.md)</b> ![alt *text*](pic.png){width=20}

<div>

```rust {1} title=\"a\"
fn main() {}
```
```
plain
```

</div>

## A section {.class}

> [!note]
> text

> [!tip]- Titled $x$
> ![[other]]

:::nothing{a=1}
body with [a link](other.md#deep)

::nothing
:::

$$
x^2
$$

![[other]]

- [x] done :nothing[in *line*]
- [ ] to do

| a | |
|---|---|
| 1 | [[other]] |

A note[^1], twice[^1].

[^1]: Here: `code`.
";

    #[derive(Default)]
    struct InMemory {
        galleys: Mutex<BTreeMap<RepoPath, Vec<u8>>>,
        n_found: AtomicUsize,
    }

    impl GalleyStore for InMemory {
        fn put(&self, path: &RepoPath, bytes: &[u8]) {
            self.galleys.lock().expect("nobody panics").insert(path.clone(), bytes.to_vec());
        }

        fn get(&self, path: &RepoPath) -> Option<Vec<u8>> {
            let found = self.galleys.lock().expect("nobody panics").get(path).cloned();
            self.n_found.fetch_add(usize::from(found.is_some()), Ordering::Relaxed);
            found
        }
    }

    #[test]
    fn a_galley_becomes_what_the_text_does() {
        let source =
            Memory::new().file("index.md", PAGE).file("other.md", "# Other\n\n## Deep\n\ntext [[index]]\n");
        let source: Arc<dyn Source> = Arc::new(source);
        let listing = source.listing(&ListingOptions::default()).expect("memory can be listed");
        let store = Arc::new(InMemory::default());
        let galleys = Galleys::new(store.clone());
        let options = SiteOptions::default();
        let page = RepoPath::new("index.md").expect("a path");
        let site = Site::read(&*source, listing, &options, &FormerFiles::default(), Some(&galleys))
            .assemble(|_| ())
            .0;
        let plain = Renderer::new(Arc::new(site), source, Arc::new(Highlighter::new()));
        let with_galleys = plain.clone().with_galleys(Some(galleys.clone()));
        for route in plain.routes() {
            let [one, other] =
                [&plain, &with_galleys].map(|renderer| renderer.render(&route).expect("it is there"));
            assert_eq!(String::from_utf8_lossy(&one.bytes), String::from_utf8_lossy(&other.bytes), "{route}");
            assert_eq!(one.diagnostics, other.diagnostics, "{route}");
        }
        assert_eq!(store.n_found.load(Ordering::Relaxed), 2);
        let set = galleys.get(&page).expect("it was set");
        let code: Vec<_> = set.galley.code().map(|(fence, code)| (fence.language.as_deref(), code)).collect();
        assert_eq!(code, [(Some("rust"), "fn main() {}\n"), (None, "plain\n")]);
    }
}
