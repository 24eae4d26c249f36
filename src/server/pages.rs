//! The [`Engine`] as what a server shows.

use super::{Answer, Pages};
use crate::{
    engine::{Engine, Event, Made, Page, Viewing},
    render::Rendered,
};

impl Pages for Engine {
    fn get(&self, path: &str) -> Answer {
        match self.page(path) {
            Page::Found(Rendered { bytes, media_type, digest, .. }, made) => {
                let is_copy = made == Made::Elsewhere;
                Answer::Found { bytes, media_type: media_type.to_owned(), digest, is_copy }
            }
            Page::Moved(to) => Answer::Moved { to: to.as_str().to_owned() },
            Page::NotFound(Rendered { bytes, media_type, .. }, made) => {
                let is_copy = made == Made::Elsewhere;
                Answer::NotFound { bytes, media_type: media_type.to_owned(), is_copy }
            }
        }
    }

    fn base_path(&self) -> String {
        self.snapshot().renderer.site().base_path().to_owned()
    }

    fn is_live(&self) -> bool {
        Engine::is_live(self)
    }

    fn look(&self, path: &str, tell: Box<dyn Fn(Event) + Send + Sync>) -> Option<Viewing> {
        Engine::is_live(self).then(|| Engine::look(self, path, tell))
    }
}
