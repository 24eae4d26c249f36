//! [`Kind`]: the kinds of edit, and how likely each is.

/// All kinds of edit, and how likely each is.
pub(crate) const KINDS: &[(Kind, usize)] = &[
    (Kind::Word, 6),
    (Kind::Heading, 5),
    (Kind::Link, 5),
    (Kind::Code, 2),
    (Kind::Include, 4),
    (Kind::Embed, 3),
    (Kind::Component, 4),
    (Kind::AnyPiece, 4),
    (Kind::RemoveLine, 4),
    (Kind::SetKey, 16),
    (Kind::RemoveKey, 4),
    (Kind::BreakFront, 2),
    (Kind::TomlFront, 1),
    (Kind::NewPage, 6),
    (Kind::RewritePage, 3),
    (Kind::Asset, 4),
    (Kind::Delete, 6),
    (Kind::Recreate, 4),
    (Kind::Rename, 5),
    (Kind::RenameFolder, 3),
    (Kind::DeleteFolder, 2),
    (Kind::Copy, 3),
    (Kind::Swap, 3),
    (Kind::Touch, 2),
    (Kind::Empty, 1),
    (Kind::CrLf, 1),
    (Kind::NotUtf8, 1),
    (Kind::Config, 12),
    (Kind::RemoveConfigKey, 3),
    (Kind::RemoveConfig, 1),
    (Kind::BreakConfig, 1),
    (Kind::Theme, 10),
    (Kind::BreakTheme, 3),
    (Kind::MendTheme, 3),
    (Kind::RemoveTheme, 3),
    (Kind::Data, 5),
    (Kind::RemoveData, 1),
    (Kind::Summary, 3),
    (Kind::RemoveSummary, 2),
    (Kind::Deck, 6),
    (Kind::Slides, 6),
    (Kind::Ignore, 2),
    (Kind::Symlink, 2),
    (Kind::Day, 3),
    (Kind::Options, 2),
    (Kind::Wait, 3),
    (Kind::Restart, 2),
    (Kind::Commit, 2),
    (Kind::Clone, 1),
    (Kind::Revert, 3),
    (Kind::Undo, 4),
    (Kind::Checkout, 4),
];

/// A kind of edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Some words of a body.
    Word,
    /// A heading is added, or becomes another.
    Heading,
    /// A link or wiki link is added.
    Link,
    /// A code block is added.
    Code,
    /// An inclusion is added.
    Include,
    /// An embed is added.
    Embed,
    /// A call of a component is added.
    Component,
    /// Something else is added.
    AnyPiece,
    /// A line of any file goes.
    RemoveLine,
    /// A key of front matter is set.
    SetKey,
    /// A key of front matter goes.
    RemoveKey,
    /// Front matter that can't be read.
    BreakFront,
    /// Front matter in TOML.
    TomlFront,
    /// A page that wasn't there.
    NewPage,
    /// A page gets another text.
    RewritePage,
    /// A file that is no page is written.
    Asset,
    /// Any file goes.
    Delete,
    /// A file that was there earlier comes back.
    Recreate,
    /// A file gets the name of another page, or another folder.
    Rename,
    /// A folder gets another name.
    RenameFolder,
    /// A folder goes.
    DeleteFolder,
    /// A file is copied.
    Copy,
    /// Two files change places.
    Swap,
    /// A file gets another time only.
    Touch,
    /// A file becomes empty.
    Empty,
    /// The lines of a file end in CRLF.
    CrLf,
    /// A text gets bytes that aren't UTF-8.
    NotUtf8,
    /// A key of the config is set.
    Config,
    /// A key of the config goes.
    RemoveConfigKey,
    /// The config goes.
    RemoveConfig,
    /// A config that can't be read.
    BreakConfig,
    /// A template, component or asset of a theme is written.
    Theme,
    /// A file of a theme that can't be read or fails.
    BreakTheme,
    /// A file of a theme gets another text.
    MendTheme,
    /// A file of a theme goes.
    RemoveTheme,
    /// A data file is written.
    Data,
    /// A data file goes.
    RemoveData,
    /// The order of reading is written.
    Summary,
    /// The order of reading goes.
    RemoveSummary,
    /// A manifest of a deck.
    Deck,
    /// What only slides have is added.
    Slides,
    /// An ignore file is written.
    Ignore,
    /// A symbolic link is made.
    Symlink,
    /// Another day.
    Day,
    /// Other options of the build.
    Options,
    /// Some seconds in which nothing happens.
    Wait,
    /// A new process.
    Restart,
    /// A commit of all files.
    Commit,
    /// A fresh clone, and a new process.
    Clone,
    /// One file as it was earlier.
    Revert,
    /// The whole site as it was before the last edit.
    Undo,
    /// Several edits at once, or the whole site as it was earlier.
    Checkout,
}
