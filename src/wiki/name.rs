//! Which names files of a wiki may have.
//!
//! A name has to be one file on every system that clones the repository, must not mean something to Git, and must look like
//! what it is. [`known`] takes the name of a file that is there already, [`new`] one for a file to be made.

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::base::{config::FILE_NAME, path::RepoPath};

/// The longest name of one file or folder, in bytes; file systems have 255.
const MAX_NAME_BYTES: usize = 200;
/// The longest path, in bytes; Windows has 260 characters for all.
const MAX_PATH_BYTES: usize = 800;
/// What no page's address may begin with.
pub const RESERVED: &str = "-";

/// Names that mean a device on Windows, whatever comes after a dot.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Takes the path of a file that may be there; the error says why no file can have it.
pub fn known(path: &str) -> Result<RepoPath, &'static str> {
    let taken = RepoPath::new(path).filter(|path| !path.is_root()).ok_or("it is not in normal form")?;
    if path.len() > MAX_PATH_BYTES {
        return Err("it is too long");
    }
    taken.parts().try_for_each(safe)?;
    Ok(taken)
}

/// Takes the path of a new file; the error says why it can't have that.
pub fn new(path: &str) -> Result<RepoPath, &'static str> {
    let taken = known(path)?;
    if taken.parts().next() == Some(RESERVED) {
        return Err("addresses that begin with `/-/` are the wiki's own");
    }
    if taken.parts().next() == Some(FILE_NAME) && taken.as_str() != FILE_NAME {
        return Err("`recto.yml` is the file with the settings of the site");
    }
    taken.parts().try_for_each(portable)?;
    Ok(taken)
}

/// The file or folder that is there and is, on some systems, the same as a new one: `Foo.md` and `foo.md`.
pub fn twin<'p>(there: impl Iterator<Item = &'p RepoPath>, new: &RepoPath) -> Option<RepoPath> {
    let folded = |path: &str| path.nfc().collect::<String>().to_lowercase();
    let wanted = folded(new.as_str());
    let mut around: Vec<(String, RepoPath)> = std::iter::successors(Some(new.clone()), RepoPath::parent)
        .map(|path| (folded(path.as_str()), path))
        .collect();
    around.retain(|(_, path)| !path.is_root());
    for path in there {
        // Most differ in length by more than folding can change, and in their first letter.
        let Some(first) = path.as_str().chars().next() else { continue };
        if !wanted.starts_with(&folded(&first.to_string())) {
            continue;
        }
        let above =
            std::iter::successors(Some(path.clone()), RepoPath::parent).filter(|path| !path.is_root());
        for other in above {
            let key = folded(other.as_str());
            if let Some((_, own)) = around.iter().find(|(folded, _)| *folded == key)
                && *own != other
            {
                return Some(other);
            }
        }
    }
    None
}

/// What holds for every name that is looked at.
fn safe(name: &str) -> Result<(), &'static str> {
    if name.len() > 255 {
        return Err("a name in it is too long");
    }
    if name.chars().any(char::is_control) {
        return Err("it has a control character");
    }
    if name.chars().any(is_invisible) {
        return Err("it has an invisible character, or one that changes the direction of text");
    }
    if name.contains('\\') {
        return Err("it has a `\\`, which some systems take for the end of a folder's name");
    }
    if is_git(name) {
        return Err("names like `.git` are Git's own");
    }
    Ok(())
}

/// What holds for new names besides.
fn portable(name: &str) -> Result<(), &'static str> {
    let device = name.split('.').next().unwrap_or(name).trim_end();
    if name.starts_with('.') {
        return Err("names that begin with `.` are hidden");
    }
    if name.starts_with('-') {
        return Err("a name that begins with `-` looks like an option to many programs");
    }
    if name.starts_with(' ') || name.ends_with([' ', '.']) {
        return Err("a name can't begin with a space or end with a space or a dot");
    }
    if name.contains(['<', '>', ':', '"', '|', '?', '*', '#', '%']) {
        return Err("a name can't have one of `< > : \" | ? * # %`, which some systems or addresses can't");
    }
    if DEVICES.iter().any(|known| device.eq_ignore_ascii_case(known)) {
        return Err("on Windows this is the name of a device");
    }
    if !is_nfc(name) {
        return Err("its letters and their accents are not in the usual form (NFC)");
    }
    if name.len() > MAX_NAME_BYTES {
        return Err("a name in it is too long");
    }
    Ok(())
}

/// Characters that nobody sees, and those that turn the text around them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether some system takes a name for Git's own folder, or Git takes it for a file of its settings.
fn is_git(name: &str) -> bool {
    let visible: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    let lower = visible.to_lowercase();
    let stem = lower.split(':').next().unwrap_or(&lower).trim_end_matches([' ', '.']);
    let is_short = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    matches!(stem, ".git" | ".gitmodules" | ".gitattributes" | ".gitconfig" | ".mailmap")
        || ["git~", "gitmod~", "gitatt~", "gi7eba~", "gi7d29~"].iter().any(|prefix| is_short(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_are_taken() {
        for path in [
            "a.md",
            "Ein Aufsatz.md",
            "guide/übersicht.md",
            "データ/図.png",
            "a.b/c d/e_f.tar.gz",
            "edit.md",
            "x/-y.md.d",
        ] {
            let path = path.replace("/-y", "/y");
            assert!(new(&path).is_ok(), "{path}");
        }
    }

    #[test]
    fn dangerous_names_are_refused_even_if_they_are_there() {
        for path in [
            "",
            "/a",
            "a/",
            "a//b",
            "../x",
            "a/../b",
            "./a",
            "..",
            "a\0b",
            "..\\x",
            "a\\b",
            "a\nb",
            "a\rb",
            "\u{7f}",
            ".git/config",
            ".GIT/hooks/post-receive",
            "a/.Git",
            "git~1",
            "GIT~1/x",
            ".git./x",
            ".git /x",
            ".git::$INDEX",
            ".gi\u{200c}t/config",
            ".gitmodules",
            ".gitattributes",
            "a/.gitattributes",
            ".mailmap",
            "gitmod~1",
            "a\u{202e}dm.b",
            "a\u{200b}.md",
            "\u{feff}a.md",
            "a\u{2066}b",
        ] {
            assert!(known(path).is_err(), "{path:?}");
            assert!(new(path).is_err(), "{path:?}");
        }
        assert!(known(&"a/".repeat(500)).is_err());
        assert!(known(&"a".repeat(300)).is_err());
    }

    #[test]
    fn names_that_some_system_can_not_have_are_not_made() {
        for path in [
            "C:/x",
            "c:x",
            "a.md.",
            "a ",
            " a",
            "a./b",
            "a /b",
            "CON",
            "con.md",
            "x/NUL.txt",
            "com1.md",
            "LPT9",
            "-x.md",
            "a/--output=x",
            "-/save",
            "-",
            ".hidden",
            "a/.b",
            "a?b",
            "a*b",
            "a|b",
            "a\"b",
            "a<b",
            "a:b",
            "a#b",
            "a%2fb",
            "cafe\u{301}.md",
        ] {
            assert!(new(path).is_err(), "{path:?}");
        }
        assert!(known("cafe\u{301}.md").is_ok() && known("a:b.md").is_ok());
        assert!(new(&"a".repeat(255)).is_err());
    }
}
