//! [`Packed`]: a trace as it is kept and stored. Most questions of a page's render are the same ones about the page itself: their
//! prints are enough.

use serde::{Deserialize, Serialize};

use super::{
    Backlinks, LastChanged, Links, Nav, NavPlace, Neighbours, PageFacts, Question, Related, Trail, Words,
    page::PageText,
};
use crate::base::{digest::Print, path::RepoPath};

/// How many questions are put about the page that is rendered.
const N_ABOUT: usize = 10;

/// A trace without what is the same in nearly all traces.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Packed {
    /// The page that all of [`about`] were asked of, with the answers' prints.
    about: Option<(RepoPath, [Print; N_ABOUT])>,
    rest: Vec<(Question, Print)>,
}

/// The questions that the render of a page puts about it.
fn about(path: &RepoPath) -> [Question; N_ABOUT] {
    let place = || NavPlace::Page(path.clone());
    [
        Links(path.clone()).into(),
        PageFacts(path.clone()).into(),
        PageText(path.clone()).into(),
        Words(path.clone()).into(),
        LastChanged(path.clone()).into(),
        Nav(place()).into(),
        Neighbours(path.clone()).into(),
        Related(path.clone()).into(),
        Backlinks(path.clone()).into(),
        Trail(place()).into(),
    ]
}

impl From<Vec<(Question, Print)>> for Packed {
    fn from(mut asked: Vec<(Question, Print)>) -> Self {
        let path = asked.iter().find_map(|(question, _)| match question {
            Question::Nav(Nav(NavPlace::Page(path))) => Some(path.clone()),
            _ => None,
        });
        let about = path.and_then(|path| {
            let questions = about(&path);
            let place = |question: &Question| asked.iter().position(|(asked, _)| asked == question);
            let places: Option<Vec<usize>> = questions.iter().map(place).collect();
            let prints =
                places?.into_iter().map(|place| asked[place].1).collect::<Vec<_>>().try_into().ok()?;
            asked.retain(|(question, _)| !questions.contains(question));
            Some((path, prints))
        });
        Self { about, rest: asked }
    }
}

impl Packed {
    /// The questions that it was made of; those about the page are the last.
    pub(super) fn unpacked(self) -> Vec<(Question, Print)> {
        let mut asked = self.rest;
        if let Some((path, prints)) = self.about {
            asked.extend(about(&path).into_iter().zip(prints));
        }
        asked
    }
}
