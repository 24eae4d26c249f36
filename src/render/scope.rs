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

/// How deep a page's own components and included files may be in each other: each takes its part of the stack.
pub const MAX_DEPTH: u64 = 24;

/// How many bytes a page's own templates may write, also into variables.
pub const MAX_WRITTEN_BYTES: u64 = 256 << 20;

/// How many bytes of a text are made in one step, about, and how many gone through: a loop may do so with each value.
const BYTES_MADE_PER_STEP: u64 = 1 << 10;
const BYTES_READ_PER_STEP: u64 = 8 << 10;

thread_local! {
    static CURRENT: RefCell<Option<Arc<dyn Queries>>> = const { RefCell::new(None) };
    /// What the templates of the page have cost.
    static SPENT: Cell<Spent> = const { Cell::new(Spent::NOTHING) };
}

/// What templates have cost.
#[derive(Clone, Copy)]
struct Spent {
    counted: u64,
    steps: u64,
    written: u64,
    /// The longest text that they have made: each step can go through it.
    longest: u64,
    /// How many components and included files are begun and not yet ended.
    depth: u64,
}

impl Spent {
    const NOTHING: Self = Self { counted: 0, steps: 0, written: 0, longest: 0, depth: 0 };
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
    let _guard = Guard { former: CURRENT.replace(Some(queries)), spent: SPENT.replace(Spent::NOTHING) };
    render()
}

/// The queries in scope on this thread; `None` outside of [`with`].
pub fn current() -> Option<Arc<dyn Queries>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Counts what the templates of a page go through; false when that is too much.
pub fn count(n: u64) -> bool {
    spend(|spent| spent.counted = spent.counted.saturating_add(n)).counted <= MAX_COUNTED
}

/// Counts what the loops of a page go through; false when that is too much. With each value they can go through a text.
pub fn count_steps(n: u64) -> bool {
    let spent = spend(|spent| {
        let each = 1 + spent.longest / BYTES_READ_PER_STEP;
        spent.steps = spent.steps.saturating_add(n.saturating_mul(each));
    });
    spent.steps <= MAX_STEPS
}

/// Counts a text that a template of a page has made; false when that is too much.
pub fn count_text(n_bytes: u64) -> bool {
    let spent = spend(|spent| {
        spent.longest = spent.longest.max(n_bytes);
        spent.steps = spent.steps.saturating_add(n_bytes / BYTES_MADE_PER_STEP);
    });
    spent.steps <= MAX_STEPS
}

/// Counts what the templates of a page write; false when that is too much.
pub fn count_written(n_bytes: u64) -> bool {
    spend(|spent| spent.written = spent.written.saturating_add(n_bytes)).written <= MAX_WRITTEN_BYTES
}

/// Goes into a component or an included file; false when that is too deep.
pub fn enter() -> bool {
    spend(|spent| spent.depth = spent.depth.saturating_add(1)).depth <= MAX_DEPTH
}

/// Goes out of it.
pub fn leave() {
    spend(|spent| spent.depth = spent.depth.saturating_sub(1));
}

/// How long the longest text is that a template of the page has made.
pub fn longest_text() -> u64 {
    SPENT.get().longest
}

fn spend(add: impl FnOnce(&mut Spent)) -> Spent {
    // Outside of a page each counts alone.
    let mut spent = if CURRENT.with_borrow(Option::is_some) { SPENT.get() } else { Spent::NOTHING };
    add(&mut spent);
    SPENT.set(spent);
    spent
}

struct Guard {
    former: Option<Arc<dyn Queries>>,
    spent: Spent,
}

impl Drop for Guard {
    fn drop(&mut self) {
        SPENT.set(self.spent);
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
