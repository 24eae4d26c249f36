//! [`Problem`]: what went wrong, as RFC 9457 has it.

use std::io::ErrorKind;

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::super::read::empty;
use crate::{git::GitError, wiki::WikiError};

/// The media type of problems.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem, for programs and for people.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Problem {
    /// Names the kind of problem; it has no page.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// What kind of problem it is, in a sentence.
    pub(super) title: String,
    /// The status of the answer.
    pub(super) status: u16,
    /// What is wrong here, and the next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
    /// The line that it is about, from 1, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// The column, from 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, kind: &str, title: impl Into<String>) -> Self {
        let kind = format!("urn:recto:{kind}");
        Self { kind, title: title.into(), status: status.as_u16(), detail: None, line: None, column: None }
    }

    pub(super) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// A request that another site may have caused.
    pub(super) fn foreign(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "foreign-request", "this could come from another site")
            .with_detail(detail)
    }

    /// A form that isn't one of ours, or from before a restart.
    pub(super) fn stale_form() -> Self {
        Self::new(StatusCode::FORBIDDEN, "stale-form", "this form is not from this wiki, or too old")
            .with_detail("go back, load the page again, and send it once more")
    }

    /// A request that says nothing that can be understood.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "the request can't be understood")
            .with_detail(detail)
    }

    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<WikiError> for Problem {
    fn from(error: WikiError) -> Self {
        let (status, kind) = match &error {
            WikiError::BadName { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "bad-name"),
            WikiError::NameTaken { .. } => (StatusCode::CONFLICT, "name-taken"),
            WikiError::AddressTaken { .. } => (StatusCode::CONFLICT, "address-taken"),
            WikiError::Exists { .. } => (StatusCode::CONFLICT, "exists"),
            WikiError::Forbidden { .. } => (StatusCode::FORBIDDEN, "forbidden"),
            WikiError::NoFile { .. } => (StatusCode::NOT_FOUND, "no-file"),
            WikiError::NoPerson { .. } => (StatusCode::NOT_FOUND, "no-person"),
            WikiError::NoCommit { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "no-commit"),
            WikiError::NotText { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "not-text"),
            WikiError::Link { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "link"),
            WikiError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            WikiError::Unresolved { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "unresolved"),
            WikiError::TooManyDrafts { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "too-many-drafts"),
            WikiError::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            WikiError::Settings { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "settings"),
            WikiError::Nothing => (StatusCode::UNPROCESSABLE_ENTITY, "nothing"),
            WikiError::Merge { .. } => (StatusCode::CONFLICT, "merge"),
            WikiError::Reading { .. } => (StatusCode::SERVICE_UNAVAILABLE, "reading"),
            WikiError::Git(GitError::UnknownRevision { .. }) => (StatusCode::NOT_FOUND, "no-revision"),
            WikiError::Git(GitError::InTheWay { .. }) => (StatusCode::CONFLICT, "in-the-way"),
            WikiError::Git(GitError::NoBranch) => (StatusCode::CONFLICT, "no-branch"),
            WikiError::Git(GitError::Unsupported { .. } | GitError::CheckedOut { .. }) => {
                (StatusCode::CONFLICT, "work-tree")
            }
            WikiError::Busy | WikiError::Git(GitError::Locked { .. }) => {
                (StatusCode::SERVICE_UNAVAILABLE, "busy")
            }
            WikiError::Git(GitError::Disk { cause, .. }) | WikiError::Disk { cause, .. }
                if matches!(cause.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied) =>
            {
                (StatusCode::SERVICE_UNAVAILABLE, "read-only")
            }
            WikiError::Git(GitError::Disk { .. } | GitError::NotWritten { .. }) | WikiError::Disk { .. } => {
                (StatusCode::INSUFFICIENT_STORAGE, "not-written")
            }
            WikiError::NoLog { .. } | WikiError::Git(_) | WikiError::Source(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "git")
            }
        };
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let span = match &error {
            WikiError::Invalid { problem, .. } => {
                problem.place.as_ref().and_then(|place| place.span.as_ref())
            }
            _ => None,
        };
        let at = span.map(|span| format!("line {}, column {}", span.line, span.column));
        let detail = [at, cause, error.hint()].into_iter().flatten().collect::<Vec<_>>().join("; ");
        let (line, column) = span.map(|span| (span.line, span.column)).unzip();
        let title = match &error {
            // Where the repository is, is nobody's business.
            WikiError::Git(GitError::UnknownRevision { rev, .. }) => {
                format!("`{}` is not a branch, tag or commit of this wiki", rev.escape_debug())
            }
            error => error.to_string(),
        };
        let problem = Self { line, column, ..Self::new(status, kind, title) };
        if detail.is_empty() { problem } else { problem.with_detail(detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = empty(self.status());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        *response.body_mut() = Body::from(serde_json::to_vec(&self).unwrap_or_default());
        response
    }
}

/// The answer to what no action is for.
pub(super) async fn nothing_here() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "there is nothing at this address")
}

/// Runs what may take long on a thread for it.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        let title = "this could not be done; the server's terminal says why";
        Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title))
    })
}
