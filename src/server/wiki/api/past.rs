//! The past for programs: versions of a file, recent changes, differences; and bringing back what was.

use axum::{Json, extract::State, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Site,
        actor::{Reader, Writer},
        past::{AskedPart, next_url, recent, rfc3339, url},
        problem::{Problem, off_thread},
    },
    pages::answer,
    sent::{Asked, FilePath, Sent},
    top::Top,
};
use crate::{
    base::path::RepoPath,
    git::{Author, CommitId, StoredCommit},
    wiki::{
        diff::Block,
        past::{
            compare::Side,
            history::Version,
            recent::{ChangedFile, Recent},
        },
    },
};

/// A commit.
#[derive(Debug, Serialize, JsonSchema)]
struct CommitJson {
    /// Its id.
    commit: CommitId,
    /// The beginning of its id, for people.
    short: String,
    /// Who wrote it.
    author: Author,
    /// When it was made, as RFC 3339 has it.
    time: String,
    /// The first line of its message.
    summary: String,
    /// All of its message.
    message: String,
    /// Whether it says that it changes nothing of weight.
    minor: bool,
}

/// The versions of a file, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct History {
    /// The file.
    path: RepoPath,
    /// Its versions.
    commits: Vec<VersionJson>,
    /// The address of the part after this one; `null` for the last.
    next: Option<String>,
}

/// A version of a file.
#[derive(Debug, Serialize, JsonSchema)]
struct VersionJson {
    #[serde(flatten)]
    commit: CommitJson,
    /// The name that the file had.
    path: RepoPath,
    /// The name that it had before, if this is another one.
    from: Option<RepoPath>,
    /// In bytes; `null` where the commit deleted it.
    size: Option<u64>,
}

/// Commits of the wiki, the newest first.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct RecentChanges {
    /// The commits.
    commits: Vec<RecentJson>,
    /// The address of the part after this one; `null` for the last.
    next: Option<String>,
}

/// A commit and what it changed.
#[derive(Debug, Serialize, JsonSchema)]
struct RecentJson {
    #[serde(flatten)]
    commit: CommitJson,
    /// The files, as far as they were asked for; of many only the first.
    files: Vec<FileJson>,
    /// How many files there are, also those that aren't listed.
    n_files: usize,
}

/// A file of a commit.
#[derive(Debug, Serialize, JsonSchema)]
struct FileJson {
    /// Its name after the commit, or before it if it was deleted.
    path: RepoPath,
    /// The name that it had before, if this is another one.
    from: Option<RepoPath>,
    /// Whether the commit deleted it.
    deleted: bool,
}

/// A file at two commits.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::server::wiki) struct Diff {
    /// The former version; `null` when there is none.
    from: Option<SideJson>,
    /// The latter version.
    to: SideJson,
    /// How their texts differ; `null` for what is no text.
    blocks: Option<Vec<Block>>,
}

/// A file at one of them.
#[derive(Debug, Serialize, JsonSchema)]
struct SideJson {
    /// The commit.
    commit: CommitId,
    /// The name that the file has there.
    path: RepoPath,
    /// Its text; `null` when it isn't there, or is no text.
    content: Option<String>,
}

/// Which commits.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(in crate::server::wiki) struct AskedDiff {
    /// A branch, tag or commit; by default the version before `to`.
    from: Option<String>,
    /// A branch, tag or commit; by default the head.
    to: Option<String>,
}

/// What is to be restored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct Restore {
    /// A branch, tag or commit.
    rev: String,
    /// The head that you have seen; what others have saved since is merged.
    base: Option<CommitId>,
    /// What the new commit says about itself.
    #[serde(default)]
    message: String,
}

/// What is to be taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server::wiki) struct Revert {
    /// A branch, tag or commit.
    commit: String,
    /// What the new commit says about itself.
    #[serde(default)]
    message: String,
}

fn commit_json(commit: &StoredCommit, minor: bool) -> CommitJson {
    CommitJson {
        commit: commit.id,
        short: commit.id.short(),
        author: commit.author.clone(),
        time: rfc3339(commit.at),
        summary: commit.summary().to_owned(),
        message: commit.message.clone(),
        minor,
    }
}

/// The versions of a file.
pub(in crate::server::wiki) async fn history(
    State(site): State<Site>,
    Reader(actor): Reader,
    FilePath(path): FilePath,
    Asked(asked): Asked<AskedPart>,
) -> Result<Json<History>, Problem> {
    off_thread(move || {
        let part = site.wiki.history(&actor, &path, asked.window()?)?;
        let limit = asked.window()?.limit.to_string();
        let top = Top::of(&site);
        let path = top.path(&RepoPath::new(&path).unwrap_or_default());
        let address = url(&site, "api/history", path.as_str());
        let next = next_url(&address, &[("limit", &limit)], &part, |version| version.commit.id);
        let version = |version: Version| VersionJson {
            commit: commit_json(&version.commit, version.is_minor),
            path: top.path(&version.path),
            from: version.from.map(|from| top.path(&from)),
            size: version.size,
        };
        Ok(Json(History { path, commits: part.items.into_iter().map(version).collect(), next }))
    })
    .await
}

/// Recent changes of the wiki.
pub(in crate::server::wiki) async fn recent(
    State(site): State<Site>,
    Reader(actor): Reader,
    Asked(asked): Asked<recent::Asked>,
) -> Result<Json<RecentChanges>, Problem> {
    off_thread(move || {
        let (top, window, mut filter) = (Top::of(&site), asked.part.window()?, asked.filter());
        filter.prefix = filter.prefix.map(|prefix| top.prefix(&prefix)).transpose()?;
        let part = site.wiki.recent(&actor, &filter, window)?;
        let limit = window.limit.to_string();
        let query: Vec<(&str, &str)> = asked.query().into_iter().chain([("limit", &*limit)]).collect();
        let address = url(&site, "api", "recent");
        let next = next_url(&address, &query, &part, |recent| recent.commit.id);
        let file = |file: ChangedFile| FileJson {
            path: top.path(&file.path),
            from: file.from.map(|from| top.path(&from)),
            deleted: file.is_gone,
        };
        let commit = |recent: Recent| RecentJson {
            commit: commit_json(&recent.commit, recent.is_minor),
            files: recent.files.into_iter().map(file).collect(),
            n_files: recent.n_files,
        };
        Ok(Json(RecentChanges { commits: part.items.into_iter().map(commit).collect(), next }))
    })
    .await
}

/// A file at two commits, compared.
pub(in crate::server::wiki) async fn diff(
    State(site): State<Site>,
    Reader(actor): Reader,
    FilePath(path): FilePath,
    Asked(asked): Asked<AskedDiff>,
) -> Result<Json<Diff>, Problem> {
    off_thread(move || {
        let comparison = site.wiki.compare(&actor, &path, asked.from.as_deref(), asked.to.as_deref())?;
        let top = Top::of(&site);
        let side = |side: &Side| SideJson {
            commit: side.commit.id,
            path: top.path(&side.path),
            content: side.bytes.as_ref().and(side.text()).map(str::to_owned),
        };
        let (from, to) = (comparison.from.as_ref().map(side), side(&comparison.to));
        Ok(Json(Diff { from, to, blocks: comparison.blocks }))
    })
    .await
}

/// Makes a file again what it was.
pub(in crate::server::wiki) async fn restore(
    State(site): State<Site>,
    Writer(actor): Writer,
    FilePath(path): FilePath,
    Sent(sent): Sent<Restore>,
) -> Result<Response, Problem> {
    off_thread(move || {
        let result = site.wiki.restore(&actor, &path, &sent.rev, sent.base, &sent.message)?;
        answer(&site, &actor, result)
    })
    .await
}

/// Takes a commit back.
pub(in crate::server::wiki) async fn revert(
    State(site): State<Site>,
    Writer(actor): Writer,
    Sent(sent): Sent<Revert>,
) -> Result<Response, Problem> {
    off_thread(move || {
        let result = site.wiki.revert(&actor, &sent.commit, &sent.message)?;
        answer(&site, &actor, result)
    })
    .await
}
