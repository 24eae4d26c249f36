//! The scope of a render: how template functions reach the site while a page is being rendered.
//!
//! Tera's functions see only their arguments, so the [`Queries`] of the running render lie in one thread-local slot,
//! here and nowhere else. [`with`] fills the slot for the length of a call; [`current`] is what the functions in
//! `render/theme` ask. What the answers are, and writing down that they were asked for, is left to the implementation
//! of [`Queries`].

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use serde_json::Value;

use crate::parse::markdown::Attributes;

/// How much a page may count of what its templates have to go through.
pub const MAX_COUNTED: u64 = 1_000_000;

/// How many values the loops of a page's own templates may go through: some seconds.
pub const MAX_STEPS: u64 = 20_000_000;

thread_local! {
    static CURRENT: RefCell<Option<Arc<dyn Queries>>> = const { RefCell::new(None) };
    /// How much the page has counted.
    static COUNTED: Cell<u64> = const { Cell::new(0) };
    /// The same for its loops.
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

/// What a template may ask about the site. One value stands for one page being rendered.
pub trait Queries: Send + Sync {
    /// The page of a source path such as `guide/intro.md`, in the shape of [`Page`](crate::render::theme::context::Page).
    fn page(&self, path: &str) -> Option<Value>;

    /// The section of a folder such as `guide`, with its children.
    fn section(&self, path: &str) -> Option<Value>;

    /// A taxonomy with its terms, in the shape of [`Taxonomy`](crate::render::theme::context::Taxonomy).
    fn taxonomy(&self, name: &str) -> Option<Value>;

    /// A parsed data file; the error says why not, without a full stop.
    fn data(&self, path: &str) -> Result<Value, String>;

    /// The address that a link to `target` has on the page being rendered; the error says why there is none.
    fn url(&self, target: &str) -> Result<String, String>;

    /// The address under which a file of the site is published for templates, and the value of `integrity` attributes; the
    /// error says why there is none.
    fn asset(&self, path: &str) -> Result<(String, Option<String>), String>;

    /// What the theme says for a key, in the language of the page; the error says why there is nothing.
    fn text(&self, key: &str) -> Result<String, String>;

    /// The HTML of an image with its alternative text, as Markdown on the page being rendered would show it with these
    /// attributes; the error says why there is none.
    fn image(&self, target: &str, alt: &str, attributes: Attributes) -> Result<String, String>;

    /// Renders Markdown in the context of the page being rendered.
    fn markdown(&self, text: &str) -> String;

    /// The HTML of a partial that says the same on all pages in the language of this one: it knows no page. Nothing when a site
    /// has a part of it replaced, which may want to know more; the error says what is wrong with it.
    fn once(&self, partial: &str) -> Result<Option<Arc<str>>, String>;
}

/// Runs `render` with `queries` in scope; the former ones are back afterwards, also when it panics.
pub fn with<R>(queries: Arc<dyn Queries>, render: impl FnOnce() -> R) -> R {
    let (former, counted, steps) = (CURRENT.replace(Some(queries)), COUNTED.replace(0), STEPS.replace(0));
    let _guard = Guard { former, counted, steps };
    render()
}

/// The queries in scope on this thread; `None` outside of [`with`].
pub fn current() -> Option<Arc<dyn Queries>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Counts what the templates of a page go through; false when that is too much.
pub fn count(n: u64) -> bool {
    COUNTED.with(|counted| add(counted, n)) <= MAX_COUNTED
}

/// Counts what the loops of a page go through; false when that is too much.
pub fn count_steps(n: u64) -> bool {
    STEPS.with(|steps| add(steps, n)) <= MAX_STEPS
}

fn add(counted: &Cell<u64>, n: u64) -> u64 {
    // Outside of a page each counts alone.
    let before = if CURRENT.with_borrow(Option::is_some) { counted.get() } else { 0 };
    counted.set(before.saturating_add(n));
    counted.get()
}

struct Guard {
    former: Option<Arc<dyn Queries>>,
    counted: u64,
    steps: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        COUNTED.set(self.counted);
        STEPS.set(self.steps);
        let ended = CURRENT.replace(self.former.take());
        drop(ended); // outside of the borrow: its own drop may ask for the scope
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    struct Named(&'static str);

    impl Queries for Named {
        fn page(&self, _: &str) -> Option<Value> {
            None
        }
        fn section(&self, _: &str) -> Option<Value> {
            None
        }
        fn taxonomy(&self, _: &str) -> Option<Value> {
            None
        }
        fn text(&self, key: &str) -> Result<String, String> {
            Ok(key.to_owned())
        }
        fn data(&self, _: &str) -> Result<Value, String> {
            Err("no data".into())
        }
        fn url(&self, _: &str) -> Result<String, String> {
            Ok(self.0.to_owned())
        }
        fn asset(&self, path: &str) -> Result<(String, Option<String>), String> {
            Err(path.to_owned())
        }
        fn image(&self, target: &str, _: &str, _: Attributes) -> Result<String, String> {
            Err(target.to_owned())
        }
        fn once(&self, _: &str) -> Result<Option<Arc<str>>, String> {
            Ok(None)
        }

        fn markdown(&self, text: &str) -> String {
            text.to_owned()
        }
    }

    fn name() -> Option<String> {
        current().and_then(|queries| queries.url("").ok())
    }

    #[test]
    fn scopes_nest_and_end() {
        assert_eq!(name(), None);
        with(Arc::new(Named("outer")), || {
            with(Arc::new(Named("inner")), || assert_eq!(name().as_deref(), Some("inner")));
            assert_eq!(name().as_deref(), Some("outer"));
        });
        assert_eq!(name(), None);
    }

    #[test]
    fn each_page_counts_for_itself() {
        assert!(count(MAX_COUNTED) && !count(MAX_COUNTED + 1) && count(1), "nothing is rendered");
        with(Arc::new(Named("outer")), || {
            assert!(count(MAX_COUNTED - 1));
            with(Arc::new(Named("inner")), || assert!(count(MAX_COUNTED) && !count(1)));
            assert!(count(1) && !count(1) && !count(u64::MAX));
        });
    }

    #[test]
    fn a_panic_restores_the_former_scope() {
        with(Arc::new(Named("outer")), || {
            let inner = || with(Arc::new(Named("inner")), || panic!("expected by this test"));
            assert!(catch_unwind(AssertUnwindSafe(inner)).is_err());
            assert_eq!(name().as_deref(), Some("outer"));
        });
        assert_eq!(name(), None);
    }

    #[test]
    fn threads_do_not_share_a_scope() {
        with(Arc::new(Named("here")), || {
            let other = std::thread::spawn(name).join().expect("the thread ends");
            assert_eq!(other, None);
        });
    }
}
