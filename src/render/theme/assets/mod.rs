//! [`Assets`]: the files of a theme as they are published: smaller, and under addresses that name their bytes.
//!
//! 1. Scripts and style sheets are made smaller (`js`, `css`), unless they are already or can't be read.
//! 2. In style sheets the addresses of other files of the theme become those under which these are published.
//! 3. Each file gets an address with a hash of its bytes in it, so that browsers can keep it for ever. It can be found
//!    under its own name as well, if it is a file of the site: pages and scripts may name it in ways that can't be seen here.
//! 4. Some stand in pages themselves (`inline`).

mod css;
mod inline;
mod js;
mod known;
mod sheets;

pub use self::known::{KnownAssets, SmallerAssets};
pub(super) use self::{inline::in_page, js::squeeze as squeeze_script};

use self::sheets::{Part, Sheets};

use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::Read as _,
    sync::{Arc, OnceLock},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use flate2::read::GzDecoder;
use rayon::prelude::*;
use sha2::{Digest as _, Sha384};

use super::{LIBRARIES, files::ThemeFile};
use crate::base::{
    config::Assets as AssetOptions,
    diagnostic::{Diagnostic, Place},
    digest::Digest,
    path::RepoPath,
    url::{decode_path, encode_path},
};

/// The largest script or style sheet that is made smaller, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// How many characters of a digest are in an address: 40 bits.
pub const HASH_CHARS: usize = 10;
/// Files that no page loads: licences and the like.
const NOT_LOADED: [&str; 2] = ["txt", "md"];
/// How deep style sheets may import each other and still name the hashed addresses.
const MAX_IMPORT_DEPTH: usize = 16;

/// A style sheet in which `rename` has replaced addresses, else as it is; `None` when it can't be read.
pub fn with_addresses(css: &str, rename: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    css::write(css, false, rename).ok()
}

/// A file that belongs to no theme as it is published, and the notes about it. What it names keeps its addresses.
pub fn asset_alone(path: &RepoPath, bytes: Vec<u8>, options: AssetOptions) -> (Asset, Vec<Diagnostic>) {
    let name = path.file_name().to_owned();
    let file =
        ThemeFile { name: name.clone(), bytes: bytes.into(), is_packed: false, origin: Some(path.clone()) };
    let (mut assets, notes) =
        Assets::of(&BTreeMap::from([(name.clone(), file)]), options, &KnownAssets::default());
    (assets.by_name.remove(&name).expect("each file is made"), notes)
}

/// A file as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The path that templates name: with a hash of the bytes in it, if there are to be hashes.
    pub address: String,
    /// As it is in the theme: compressed, if it is packed.
    stored: Cow<'static, [u8]>,
    is_packed: bool,
    has_integrity: bool,
    /// Whether it can be found under its name, too, when that isn't its address.
    has_name: bool,
    /// The rules of a style sheet for what readers see first.
    first_view: Option<String>,
    unpacked: OnceLock<Vec<u8>>,
    integrity: OnceLock<String>,
}

impl Asset {
    /// What it holds. That of a packed one is unpacked when somebody wants it first.
    pub fn bytes(&self) -> &[u8] {
        if !self.is_packed {
            return &self.stored;
        }
        self.unpacked.get_or_init(|| {
            let mut bytes = Vec::new();
            let read = GzDecoder::new(&*self.stored).read_to_end(&mut bytes);
            read.expect("only files in the binary are packed, and tests read them all");
            bytes
        })
    }

    /// Names its bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.stored)
    }

    /// The value of `integrity` attributes, for scripts and style sheets with a hash in their addresses.
    pub fn integrity(&self) -> Option<&str> {
        self.has_integrity.then(|| &**self.integrity.get_or_init(|| integrity(self.bytes())))
    }

    /// The rules of a style sheet for what readers see first, if it says which these are.
    pub(super) fn first_view(&self) -> Option<&str> {
        self.first_view.as_deref()
    }
}

/// The files of a theme by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Assets {
    by_name: BTreeMap<String, Asset>,
    /// The names of files by their addresses, where the two differ.
    names: BTreeMap<String, String>,
}

impl Assets {
    /// Makes them of the files of a theme; the notes are about those that stay as they are.
    pub(super) fn of(
        files: &BTreeMap<String, ThemeFile>,
        options: AssetOptions,
        known: &KnownAssets,
    ) -> (Self, Vec<Diagnostic>) {
        let smaller = |script: &str| known.smaller("minify", script, js::minify);
        let scripts: Vec<(&String, Result<Arc<str>, String>)> = files
            .par_iter()
            .filter(|(name, file)| options.minify && is_script(name) && can_be_smaller(name, file))
            .map(|(name, file)| (name, text(file).and_then(smaller)))
            .collect();
        let digests = files.par_iter().map(|(name, file)| (name.as_str(), Digest::of(&file.bytes)));
        let digests: BTreeMap<&str, Digest> = digests.collect();
        let sheets = Sheets::of(files, &digests, options, known);
        let mut maker = Maker {
            files,
            digests,
            options,
            scripts: BTreeMap::new(),
            sheets,
            made: BTreeMap::new(),
            notes: Vec::new(),
        };
        for (name, script) in scripts {
            match script {
                Ok(script) => drop(maker.scripts.insert(name, script)),
                Err(cause) => maker.note(name, &cause),
            }
        }
        for name in files.keys() {
            maker.make(name, &mut Vec::new());
        }
        let Maker { made, notes, .. } = maker;
        let hashed = made.iter().filter(|(name, asset)| **name != asset.address);
        let names = hashed.map(|(name, asset)| (asset.address.clone(), name.clone())).collect();
        (Self { by_name: made, names }, notes)
    }

    /// A file by its name.
    pub(super) fn named(&self, name: &str) -> Option<&Asset> {
        self.by_name.get(name)
    }

    /// The file at a path.
    pub(super) fn at(&self, path: &str) -> Option<&Asset> {
        let by_name = self.by_name.get(path).filter(|asset| asset.has_name || asset.address == path);
        by_name.or_else(|| self.named(self.names.get(path)?))
    }

    /// The files by their names, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Asset)> {
        self.by_name.iter().map(|(name, asset)| (name.as_str(), asset))
    }

    /// All paths at which there is a file.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let has_name = |(name, asset): &(&String, &Asset)| asset.has_name || asset.address == **name;
        let by_name = self.by_name.iter().filter(has_name).map(|(name, _)| name);
        by_name.chain(self.names.keys()).map(String::as_str)
    }
}

/// Makes assets, each after those that it names.
struct Maker<'f> {
    files: &'f BTreeMap<String, ThemeFile>,
    /// The digests of their bytes.
    digests: BTreeMap<&'f str, Digest>,
    options: AssetOptions,
    /// The smaller scripts.
    scripts: BTreeMap<&'f str, Arc<str>>,
    sheets: Sheets<'f>,
    made: BTreeMap<String, Asset>,
    notes: Vec<Diagnostic>,
}

impl<'f> Maker<'f> {
    /// Makes a file, unless it is made; `importing` are the style sheets on the way to it.
    fn make(&mut self, name: &'f str, importing: &mut Vec<&'f str>) {
        if self.made.contains_key(name) {
            return;
        }
        let Some(file) = self.files.get(name) else { return };
        let script = self.scripts.remove(name);
        let written = script.or_else(|| self.sheet(name, file, importing));
        let digest = written.as_ref().map_or(self.digests[name], |text| Digest::of(text.as_bytes()));
        let bytes = written.map_or_else(|| file.bytes.clone(), |text| text.as_bytes().to_vec().into());
        let is_code = is_script(name) || has_extension(name, &["css"]);
        let asset = Asset {
            address: if self.options.hash && !has_extension(name, &NOT_LOADED) {
                hashed(name, &digest)
            } else {
                name.to_owned()
            },
            stored: bytes,
            is_packed: file.is_packed,
            has_integrity: self.options.hash && is_code,
            has_name: file.origin.is_some() && !name.starts_with(LIBRARIES),
            first_view: self.first_view(name, file, importing),
            unpacked: OnceLock::new(),
            integrity: OnceLock::new(),
        };
        self.made.insert(name.to_owned(), asset);
    }

    /// A style sheet with the addresses of what it names; `None` when it stays as it is.
    fn sheet(&mut self, name: &'f str, file: &ThemeFile, importing: &mut Vec<&'f str>) -> Option<Arc<str>> {
        if !is_rewritten(name, file, self.options) {
            return None;
        }
        let smaller = self.options.minify && can_be_smaller(name, file);
        let written = text(file).and_then(|text| self.css((name, Part::Whole), text, smaller, importing));
        written.map_err(|cause| self.note(name, &cause)).ok()
    }

    /// The first view of a style sheet. One whose rules can't be read alone is none.
    fn first_view(
        &mut self,
        name: &'f str,
        file: &ThemeFile,
        importing: &mut Vec<&'f str>,
    ) -> Option<String> {
        if !may_have_first_view(name, file, self.options) {
            return None;
        }
        let rules = inline::first_view(text(file).ok()?)?;
        let written = self.css((name, Part::FirstView), &rules, self.options.minify, importing);
        written.map(|written| written.to_string()).ok()
    }

    fn css(
        &mut self,
        (name, part): (&'f str, Part),
        text: &str,
        smaller: bool,
        importing: &mut Vec<&'f str>,
    ) -> Result<Arc<str>, String> {
        if let Some(known) = self.sheets.former(name, part) {
            return Ok(known);
        }
        importing.push(name);
        let mut rename = |address: &str| self.renamed(name, address, importing);
        let written = css::write(text, smaller, &mut rename);
        importing.pop();
        let written: Arc<str> = written?.into();
        self.sheets.keep(name, part, Arc::clone(&written));
        Ok(written)
    }

    /// The address of another file of the theme in a style sheet, if that is published under another one.
    fn renamed(&mut self, sheet: &str, address: &str, importing: &mut Vec<&'f str>) -> Option<String> {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        let (path, rest) = address.split_at(end);
        let target = RepoPath::new(sheet)?.parent()?.resolve(&decode_path(path)?)?;
        let is_relative = !path.is_empty() && !path.starts_with('/') && !path.contains(':');
        let (name, _) = self.files.get_key_value(target.as_str()).filter(|_| is_relative)?;
        if importing.contains(&name.as_str()) || importing.len() > MAX_IMPORT_DEPTH {
            return None;
        }
        self.make(name, importing);
        let published = &self.made.get(name)?.address;
        let file_name = published.rsplit('/').next()?;
        let folder = path.rfind('/').map_or("", |at| &path[..=at]);
        (published != name).then(|| format!("{folder}{}{rest}", encode_path(file_name)))
    }

    fn note(&mut self, name: &str, cause: &str) {
        let problem =
            Diagnostic::note("asset-not-minified", format!("`{name}` is published as it is: {cause}"));
        let origin = self.files.get(name).and_then(|file| file.origin.as_ref());
        let problem = origin.iter().fold(problem, |problem, path| problem.at(Place::file(path)));
        self.notes.push(problem.hint(
            "correct it if it doesn't work; a name such as `x.min.js` says that it is as small as can be",
        ));
    }
}

fn text(file: &ThemeFile) -> Result<&str, String> {
    std::str::from_utf8(&file.bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

fn is_script(name: &str) -> bool {
    has_extension(name, &["js", "mjs"])
}

fn can_be_smaller(name: &str, file: &ThemeFile) -> bool {
    !file.is_packed && !name.contains(".min.") && file.bytes.len() <= MAX_BYTES
}

/// Whether a style sheet is published otherwise than it is written.
fn is_rewritten(name: &str, file: &ThemeFile, options: AssetOptions) -> bool {
    has_extension(name, &["css"]) && (options.hash || options.minify && can_be_smaller(name, file))
}

fn may_have_first_view(name: &str, file: &ThemeFile, options: AssetOptions) -> bool {
    options.inline && !file.is_packed && has_extension(name, &["css"])
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| extensions.iter().any(|known| found.eq_ignore_ascii_case(known)))
}

fn hashed(name: &str, digest: &Digest) -> String {
    with_hash(name, &digest.to_string()[..HASH_CHARS])
}

/// `a/style.css` with a hash: `a/style.0123456789.css`.
pub fn with_hash(name: &str, hash: &str) -> String {
    let file_at = name.rfind('/').map_or(0, |at| at + 1);
    match name[file_at..].rfind('.').filter(|at| *at > 0) {
        Some(dot) => format!("{}.{hash}{}", &name[..file_at + dot], &name[file_at + dot..]),
        None => format!("{name}.{hash}"),
    }
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::embedded::THEMES;

    const ALL: AssetOptions = AssetOptions { minify: true, hash: true, inline: true };

    fn assets(files: &[(&str, &str)], options: AssetOptions) -> (Assets, Vec<Diagnostic>) {
        let file = |(name, text): &(&str, &str)| {
            let (bytes, name) = (Cow::Owned(text.as_bytes().to_vec()), (*name).to_owned());
            let origin = RepoPath::new(&name);
            (name.clone(), ThemeFile { name, bytes, is_packed: false, origin })
        };
        Assets::of(&files.iter().map(file).collect(), options, &KnownAssets::default())
    }

    fn shown(assets: &Assets, name: &str) -> String {
        String::from_utf8_lossy(assets.named(name).expect("an asset").bytes()).into_owned()
    }

    #[test]
    fn files_are_smaller_under_addresses_that_name_their_bytes() {
        let (made, notes) = assets(
            &[("a/style.css", "a { b: c }"), ("x.js", "let a = 1"), ("f.woff2", "1"), ("LICENSE", "2")],
            ALL,
        );
        assert_eq!(
            (shown(&made, "a/style.css").as_str(), shown(&made, "x.js").as_str()),
            ("a{b:c}", "let a=1;")
        );
        assert!(notes.is_empty());
        for (name, asset) in made.iter() {
            assert_eq!(made.at(&asset.address), Some(asset), "{name}");
            assert_eq!(asset.integrity().is_some(), name.ends_with("css") || name.ends_with("js"), "{name}");
        }
        let address = &made.named("a/style.css").expect("an asset").address;
        assert!(
            address.starts_with("a/style.") && address.ends_with(".css") && address.len() == 22,
            "{address}"
        );
        assert_eq!(made.paths().count(), 8);
        let (plain, _) = assets(
            &[("style.css", "a { b: url(f.woff2) }"), ("f.woff2", "1")],
            AssetOptions { minify: false, hash: false, inline: false },
        );
        assert_eq!(shown(&plain, "style.css"), "a { b: url(f.woff2) }");
        assert_eq!(
            (plain.paths().count(), plain.named("style.css").and_then(|asset| asset.integrity())),
            (2, None)
        );
    }

    #[test]
    fn style_sheets_name_the_addresses_of_other_files() {
        let files = [
            (
                "css/a.css",
                "@import 'b.css'; a { b: url(../fonts/f%20g.woff2?#x) url(/theme/f) url(none.png) }",
            ),
            ("css/b.css", "x { y: z }"),
            ("fonts/f g.woff2", "1"),
        ];
        let (made, _) = assets(&files, ALL);
        let (sheet, font) = (
            &made.named("css/b.css").expect("an asset").address,
            &made.named("fonts/f g.woff2").expect("an asset").address,
        );
        let expected = format!(
            "@import \"{}\";a{{b:url(\"../{}?#x\") url(/theme/f) url(none.png)}}",
            &sheet[4..],
            font.replace(' ', "%20")
        );
        assert_eq!(shown(&made, "css/a.css"), expected);
        // What a file names is a part of what it is.
        let (other, _) = assets(&[files[0], files[1], ("fonts/f g.woff2", "2")], ALL);
        assert_ne!(
            made.named("css/a.css").expect("an asset").address,
            other.named("css/a.css").expect("an asset").address
        );
    }

    #[test]
    fn the_first_view_of_a_sheet_is_for_pages() {
        let sheet =
            "a { b: url(f.png) }\n/* first view: begin */\nc { d: url(f.png) }\n/* first view: end */\n";
        let files = [("css/a.css", sheet), ("css/f.png", "1"), ("b.css", "a {}/* first view: begin */}")];
        let (made, _) = assets(&files, ALL);
        let picture = &made.named("css/f.png").expect("an asset").address;
        let text = |name: &str, first_view| {
            in_page(made.named(name).expect("an asset"), name, "/theme/", first_view)
        };
        assert_eq!(text("css/a.css", true), Some(format!("c{{d:url(\"/theme/{picture}\")}}")));
        assert!(
            text("css/a.css", false)
                .expect("a text")
                .starts_with(&format!("a{{b:url(\"/theme/{picture}\")}}c{{"))
        );
        assert_eq!((text("b.css", true), text("css/f.png", false).as_deref()), (None, Some("1")));
        let (off, _) = assets(&files, AssetOptions { inline: false, ..ALL });
        assert_eq!(off.named("css/a.css").expect("an asset").first_view(), None);
    }

    #[test]
    fn packed_files_of_the_binary_are_published_as_they_were() {
        let packed = |name: &str| name.ends_with(".gz");
        let names: Vec<String> =
            THEMES.files("default").into_iter().map(|(name, _)| name).filter(|name| packed(name)).collect();
        assert!(!names.is_empty());
        let (theme, _) = crate::render::theme::Theme::load("default", BTreeMap::new(), &Default::default());
        for name in names {
            assert!(theme.asset(&name).is_none(), "{name}");
            let asset = theme.assets.named(name.trim_end_matches(".gz")).expect("an asset");
            assert!(asset.bytes().len() > asset.stored.len() && asset.bytes().starts_with(b"/*!"));
            assert_eq!(asset.integrity(), Some(&*integrity(asset.bytes())));
        }
    }

    #[test]
    fn known_sheets_are_those_that_were_written() {
        let theme = |font: &str| {
            let files = [
                (
                    "a.css",
                    "@import 'b.css'; a { b: url(f.woff2) }\n/* first view: begin */\nc { d: url(f.woff2) }\n/* first view: end */\n",
                ),
                ("b.css", "@import 'a.css'; x { y: z }"),
                ("f.woff2", font),
            ];
            let file = |(name, text): (&str, &str)| {
                let (bytes, name) = (Cow::Owned(text.as_bytes().to_vec()), name.to_owned());
                (name.clone(), ThemeFile { name, bytes, is_packed: false, origin: None })
            };
            files.into_iter().map(file).collect::<BTreeMap<_, _>>()
        };
        let made = |font: &str, known: &KnownAssets| Assets::of(&theme(font), ALL, known).0.by_name;
        let first = KnownAssets::default();
        let written = made("1", &first);
        let kept = first.to_keep();
        assert_eq!(kept.len(), 3, "two sheets and a first view");
        let next = KnownAssets::new(kept.clone());
        assert_eq!(made("1", &next), written);
        assert_eq!(made("2", &next), made("2", &KnownAssets::default()));
        // When one of them is gone, all are written: what they are depends on who asks first.
        for gone in kept.keys() {
            let rest = kept.iter().filter(|(key, _)| *key != gone);
            let rest = rest.map(|(key, sheet)| (*key, Arc::clone(sheet))).collect();
            assert_eq!(made("1", &KnownAssets::new(rest)), written);
        }
    }

    #[test]
    fn circles_of_imports_end() {
        let (made, _) = assets(&[("a.css", "@import 'b.css';"), ("b.css", "@import 'a.css';")], ALL);
        assert_eq!(shown(&made, "b.css"), "@import 'a.css';");
        assert!(shown(&made, "a.css").contains(&made.named("b.css").expect("an asset").address));
    }

    #[test]
    fn what_cannot_be_read_stays_with_a_note() {
        let (made, notes) = assets(&[("a.js", "let = ;"), ("b.css", "}"), ("c.min.js", "let  = ;")], ALL);
        assert_eq!(
            (shown(&made, "a.js"), shown(&made, "b.css"), shown(&made, "c.min.js")),
            ("let = ;".into(), "}".into(), "let  = ;".into())
        );
        let codes: Vec<_> = notes
            .iter()
            .map(|note| (note.code, note.place.as_ref().map(|place| place.path.to_string())))
            .collect();
        assert_eq!(
            codes,
            [
                ("asset-not-minified", Some("a.js".to_owned())),
                ("asset-not-minified", Some("b.css".to_owned()))
            ]
        );
    }
}
