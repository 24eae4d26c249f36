//! [`Common`]: what many renders ask alike, of the theme and the settings. It is kept once for all of them, and looked at once in
//! a world.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Question, World};
use crate::base::digest::Print;

/// How many are known before those are forgotten that nobody has any more.
const MAX_KNOWN: usize = 256;

/// Questions with the prints of their answers.
#[derive(Debug, Serialize, Deserialize)]
pub struct Common {
    print: Print,
    asked: Vec<(Question, Print)>,
}

impl Common {
    pub(super) fn asked(&self) -> &[(Question, Print)] {
        &self.asked
    }

    /// Names it.
    pub fn print(&self) -> Print {
        self.print
    }

    /// The first question that has another answer in a world.
    pub(super) fn differs(&self, world: &World) -> Option<Question> {
        let found = || world.common.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = found().get(&self.print) {
            return known.clone();
        }
        let differs = |(question, print): &&(Question, Print)| question.print(world) != *print;
        let first = self.asked.iter().find(differs).map(|(question, _)| question.clone());
        found().insert(self.print, first.clone());
        first
    }
}

/// What a world knows of them.
#[derive(Default)]
pub(super) struct CommonKnown {
    known: Arc<Mutex<HashMap<Print, Weak<Common>>>>,
    /// What was found to differ, by print.
    found: Mutex<HashMap<Print, Option<Question>>>,
}

impl CommonKnown {
    /// The same ones for the next world, of which nothing is found out yet.
    pub(super) fn next(&self) -> Self {
        Self { known: Arc::clone(&self.known), found: Mutex::default() }
    }

    /// The one with these questions.
    pub(super) fn of(&self, asked: Vec<(Question, Print)>) -> Arc<Common> {
        let print = Print::of(&asked);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(common) = known.get(&print).and_then(Weak::upgrade) {
            return common;
        }
        if known.len() >= MAX_KNOWN {
            known.retain(|_, common| common.strong_count() > 0);
        }
        let common = Arc::new(Common { print, asked });
        known.insert(print, Arc::downgrade(&common));
        common
    }
}

/// What a trace has of them. It is stored by name, without the questions.
#[derive(Clone, Debug, Default)]
pub(super) enum CommonPart {
    #[default]
    None,
    Known(Arc<Common>),
    /// As it was read, before somebody said what it names.
    Named(Print),
}

impl CommonPart {
    /// Says which one is named.
    pub(super) fn learn(&mut self, common: impl FnOnce(Print) -> Option<Arc<Common>>) {
        if let Self::Named(print) = self
            && let Some(common) = common(*print)
        {
            *self = Self::Known(common);
        }
    }
}

impl Serialize for CommonPart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let print = match self {
            Self::None => None,
            Self::Known(common) => Some(common.print),
            Self::Named(print) => Some(*print),
        };
        print.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CommonPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let print = Option::<Print>::deserialize(deserializer)?;
        Ok(print.map_or(Self::None, Self::Named))
    }
}
