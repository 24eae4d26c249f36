//! [`Author`]: who made a commit, and when.

use std::time::{SystemTime, UNIX_EPOCH};

use git2::{ErrorCode, Signature, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::git::{GitError, Store};

/// Who stands in a commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// A name for people.
    pub name: String,
    /// The address that tells one from another of the same name.
    pub email: String,
}

/// When something was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Since 1970, in seconds.
    pub seconds: i64,
    /// How far the clock on the wall was ahead of UTC, in minutes.
    pub offset_minutes: i32,
}

impl Moment {
    pub(super) fn of(time: Time) -> Self {
        Self { seconds: time.seconds(), offset_minutes: time.offset_minutes() }
    }

    /// This moment, in UTC.
    pub fn now() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { seconds: i64::try_from(since_1970.as_secs()).unwrap_or(i64::MAX), offset_minutes: 0 }
    }
}

impl Author {
    pub(super) fn signature(&self, at: Moment) -> Result<Signature<'static>, GitError> {
        let time = Time::new(at.seconds, at.offset_minutes);
        Signature::new(&self.name, &self.email, &time)
            .map_err(|_| GitError::BadAuthor { name: self.name.clone(), email: self.email.clone() })
    }

    pub(super) fn of(signature: &Signature<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { name: text(signature.name_bytes()), email: text(signature.email_bytes()) }
    }
}

impl Store {
    /// The author that Git's configuration names, as for `git commit`.
    pub fn configured_author(&self) -> Result<Author, GitError> {
        self.pool.with(|repository| match repository.signature() {
            Ok(signature) => Ok(Author::of(&signature)),
            Err(error) if error.code() == ErrorCode::NotFound => Err(GitError::NoAuthor),
            Err(cause) => Err(GitError::failed("user.name", cause)),
        })
    }
}
