//! [`check`]: refuses to write a site over what it is made from.
//!
//! The output folder protects files that Recto did not write; but pages that are written beside their sources, or
//! sources that are left out since they lie in the output folder, would be a surprise that nothing else reports.

use std::path::Path;

use walkdir::WalkDir;

use crate::{cli::exit::UsageError, publish::output::MANIFEST};

/// How many files of an output folder are looked at.
const MAX_LOOKED_AT: usize = 10_000;

/// An error when `output` is the folder of the site, or one in it that holds pages.
pub(super) fn check(output: &Path, site: &Path) -> Result<(), UsageError> {
    // What doesn't exist yet holds nothing.
    let (Ok(real_output), Ok(real_site)) = (output.canonicalize(), site.canonicalize()) else {
        return Ok(());
    };
    let refuse = |why: &str| {
        Err(UsageError {
            message: format!("`{}` {why}", output.display()),
            hint: Some("choose another folder with `--output`, such as `public`".to_owned()),
        })
    };
    if real_output == real_site {
        return refuse("is the site's own folder and can't hold its output");
    }
    let is_inside = real_output.starts_with(&real_site);
    if is_inside && !real_output.join(MANIFEST).exists() && has_markdown(&real_output) {
        return refuse("holds Markdown files, which would be left out of the site if its output were there");
    }
    Ok(())
}

fn has_markdown(folder: &Path) -> bool {
    WalkDir::new(folder).into_iter().take(MAX_LOOKED_AT).flatten().any(|entry| {
        let extension = entry.path().extension().unwrap_or_default();
        entry.file_type().is_file()
            && (extension.eq_ignore_ascii_case("md") || extension.eq_ignore_ascii_case("markdown"))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn sources_are_not_written_over() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let root = temporary.path();
        for folder in ["site/guide", "site/public", "site/old", "beside"] {
            fs::create_dir_all(root.join(folder)).expect("a new folder");
        }
        for file in [
            "site/guide/a.MD",
            "site/public/CNAME",
            "site/old/a.md",
            "site/old/.recto-manifest",
            "beside/b.md",
        ] {
            fs::write(root.join(file), "").expect("a new file");
        }
        let refused = |output: &str| check(&root.join(output), &root.join("site")).is_err();
        for output in ["site", "site/.", "site/guide", "site/public/../guide"] {
            assert!(refused(output), "{output}");
        }
        for output in ["site/public", "site/new", "site/old", "beside", "."] {
            assert!(!refused(output), "{output}");
        }
    }
}
