//! [`Page`]: what is at a path of a snapshot.

use bytes::Bytes;

use super::{Shared, Snapshot};
use crate::{
    base::{digest::Digest, media},
    render::{Rendered, Renderer},
    site::{languages::DEFAULT, route::Route},
};

/// What is at a path.
#[derive(Clone, Debug)]
pub enum Page {
    /// A page or file.
    Found(Rendered),
    /// It is at another address.
    Moved(Route),
    /// Nothing; this says so.
    NotFound(Rendered),
}

impl Page {
    /// The bytes that are shown; none when they are elsewhere.
    pub fn rendered(&self) -> Option<&Rendered> {
        match self {
            Self::Found(rendered) | Self::NotFound(rendered) => Some(rendered),
            Self::Moved(_) => None,
        }
    }
}

/// What is at a path of a site, decoded and without the base path; `render` may know more than the renderer.
pub fn page_at(renderer: &Renderer, path: &str, render: impl Fn(&Route) -> Option<Rendered>) -> Page {
    let route = Route::new(path.strip_suffix("/index.html").map_or(path, |folder| &path[..=folder.len()]));
    if let Some(rendered) = render(&route) {
        return Page::Found(rendered);
    }
    let folder = Route::new(&format!("{path}/"));
    if renderer.site().routes().contains(&folder) {
        return Page::Moved(folder);
    }
    let languages = renderer.site().languages();
    let not_found = |language| render(&languages.not_found(language));
    let found = not_found(languages.of_route(&route)).or_else(|| not_found(DEFAULT));
    Page::NotFound(found.unwrap_or_else(nothing))
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
