//! [`Embedded`]: folders of the repository that are part of the program.
//!
//! The built-in themes, and what `recto new` begins a site with. A change of theirs is a change of the program: see `build.rs`.

use include_dir::{Dir, DirEntry, include_dir};

static THEMES_FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes");
static STARTERS_FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/starters");

/// The built-in themes, a folder each.
pub const THEMES: Embedded = Embedded(&THEMES_FOLDER);
/// The sites that `recto new` begins with, a folder each.
pub const STARTERS: Embedded = Embedded(&STARTERS_FOLDER);

/// A folder of folders that is part of the program.
#[derive(Clone, Copy)]
pub struct Embedded(&'static Dir<'static>);

impl Embedded {
    /// The names of the folders in it.
    pub fn folders(self) -> impl Iterator<Item = &'static str> {
        self.0.dirs().filter_map(|folder| folder.path().to_str())
    }

    /// All files below one of its folders, by their path from there; nothing when there is no such folder.
    pub fn files(self, folder: &str) -> Vec<(String, &'static [u8])> {
        let mut files = Vec::new();
        if let Some(folder) = self.0.get_dir(folder) {
            collect(folder, folder, &mut files);
        }
        files
    }

    /// The bytes of a file, by its path with the folder's name.
    pub fn file(self, path: &str) -> Option<&'static [u8]> {
        self.0.get_file(path).map(include_dir::File::contents)
    }
}

fn collect(root: &Dir<'static>, folder: &'static Dir<'static>, files: &mut Vec<(String, &'static [u8])>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => collect(root, inner, files),
            DirEntry::File(file) => {
                let name = file.path().strip_prefix(root.path()).unwrap_or(file.path());
                files.push((name.to_string_lossy().replace('\\', "/"), file.contents()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_the_files_of_the_repository() {
        assert!(THEMES.folders().any(|name| name == "default"));
        let files = THEMES.files("default");
        assert!(files.iter().any(|(name, _)| name == "templates/partials/header.html"));
        assert!(THEMES.file("default/style.css").is_some() && THEMES.file("default/templates").is_none());
        assert!(THEMES.files("missing").is_empty() && STARTERS.file("all/.gitignore").is_some());
    }
}
