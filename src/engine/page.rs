//! [`Page`]: what is at a path of a snapshot.

use bytes::Bytes;

use super::{Shared, Snapshot};
use crate::{
    base::{digest::Digest, media},
    render::{Rendered, Renderer},
    site::{languages::DEFAULT, route::Route, routes::Target},
};

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Page {
    /// A page or file.
    Found(Rendered, Made),
    /// It is at another address.
    Moved(Route),
    /// Nothing; this says so.
    NotFound(Rendered, Made),
}

/// Where the bytes at an address are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// The site and its theme were made into them.
    Here,
    /// They stand in a file, and were written by whoever put it there.
    Elsewhere,
}

impl Made {
    fn of(renderer: &Renderer, route: &Route) -> Self {
        // What is beside the site is made of files as they are, too.
        let target = renderer.site().routes().get(route);
        if target.is_some_and(Target::is_rendered) { Self::Here } else { Self::Elsewhere }
    }
}

impl Page {
    /// The bytes that are shown; none when they are elsewhere.
    pub fn rendered(&self) -> Option<&Rendered> {
        match self {
            Self::Found(rendered, _) | Self::NotFound(rendered, _) => Some(rendered),
            Self::Moved(_) => None,
        }
    }
}

/// What is at a path of a site, decoded and without the base path; `render` may know more than the renderer.
pub fn page_at(renderer: &Renderer, path: &str, render: impl Fn(&Route) -> Option<Rendered>) -> Page {
    let route = Route::new(path).shortest();
    if let Some(rendered) = render(&route) {
        return Page::Found(rendered, Made::of(renderer, &route));
    }
    let folder = Route::new(&format!("{path}/"));
    if renderer.site().routes().contains(&folder) {
        return Page::Moved(folder);
    }
    let languages = renderer.site().languages();
    let not_found = |language| {
        let route = languages.not_found(language);
        Some(Page::NotFound(render(&route)?, Made::of(renderer, &route)))
    };
    let found = not_found(languages.of_route(&route)).or_else(|| not_found(DEFAULT));
    found.unwrap_or_else(|| Page::NotFound(nothing(), Made::Here))
}

impl Shared {
    pub(super) fn page(&self, snapshot: &Snapshot, path: &str) -> Page {
        page_at(&snapshot.renderer, path, |route| self.render(snapshot, route))
    }

    fn render(&self, snapshot: &Snapshot, route: &Route) -> Option<Rendered> {
        let rendered = self.cache.render(&snapshot.renderer, route)?;
        if let Some(trace) = &rendered.trace {
            self.outside.note(&*snapshot.source, snapshot.renderer.world(), trace);
        }
        self.note_page_problems(snapshot.number, route, &rendered.diagnostics);
        Some(rendered)
    }
}

fn nothing() -> Rendered {
    let bytes = Bytes::from_static(b"not found");
    let digest = Digest::of(&bytes);
    let (diagnostics, forms, chapters) = (Vec::new(), Vec::new(), Vec::new());
    Rendered { digest, bytes, media_type: media::HTML, diagnostics, trace: None, forms, chapters }
}
