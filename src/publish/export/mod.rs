//! [`single_file`]: a page of the site as one HTML file with all that it needs inside: it opens without a network, a server or
//! the files of the site beside it, and asks for nothing.
//!
//! 1. Style sheets and scripts stand where they were named; `url()` in styles is followed, too.
//! 2. Pictures, fonts, sounds and films become `data:` addresses. A picture that is there more than once is so only once.
//! 3. What other hosts have can't be inside: a link to it is, and a problem is told.
//! 4. Links to other pages get the site's own address before them, if it has one.

mod tag;

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;

use self::tag::{Tag, encode};
use crate::{
    base::{
        diagnostic::Diagnostic,
        path::RepoPath,
        url::{decode_path, encode_path},
    },
    render::{Renderer, theme},
    site::{resolve::is_external, route::Route},
};

/// The largest file that is put in, in bytes.
const MAX_FILE_BYTES: usize = 64 << 20;
/// How deep style sheets may name each other.
const MAX_DEPTH: usize = 8;
/// From so many bytes on a picture that is there twice is put in once.
const MIN_SHARED_BYTES: usize = 2_000;
/// Gives the pictures that are there again their bytes.
const SHARE: &str = "<script>for (const again of document.querySelectorAll('img[data-again]')) again.src = document.querySelector(`img[data-picture=\"${again.dataset.again}\"]`).src</script>\n";

/// What becomes of what other hosts have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherHosts {
    /// A link to it stands in its place, so that the page asks for nothing.
    Linked,
    /// It stays as it is, and the browser asks for it.
    Asked,
}

/// A page with all that it needs.
#[derive(Clone, Debug)]
pub struct SingleFile {
    /// Its text.
    pub html: String,
    /// What could not be put in.
    pub problems: Vec<Diagnostic>,
}

/// A page of the site as one file; `None` when nothing stands at its address.
pub fn single_file(renderer: &Renderer, route: &Route, other_hosts: OtherHosts) -> Option<SingleFile> {
    let page = renderer.render(route)?;
    let html = String::from_utf8_lossy(&page.bytes).into_owned();
    let mut writer = Writer {
        renderer,
        route,
        other_hosts,
        out: String::with_capacity(html.len() * 2),
        pictures: HashMap::new(),
        at_end: String::new(),
        are_shared: false,
        left_out: BTreeSet::new(),
    };
    writer.html(&html);
    if writer.are_shared {
        writer.at_end.push_str(SHARE);
    }
    let end = writer.out.rfind("</body>").unwrap_or(writer.out.len());
    writer.out.insert_str(end, &writer.at_end);
    let problem = |(address, why): (String, &'static str)| {
        let message = format!("`{address}` is not in the file of `{route}`: {why}");
        Diagnostic::warning("not-exported", message).hint("put it into the site's folder and name it there")
    };
    Some(SingleFile { problems: writer.left_out.into_iter().map(problem).collect(), html: writer.out })
}

/// The URL of a file of the disk.
pub fn file_url(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let path = path.to_string_lossy().replace('\\', "/");
    format!("file:///{}", encode_path(path.trim_start_matches('/')))
}

struct Writer<'a> {
    renderer: &'a Renderer,
    route: &'a Route,
    other_hosts: OtherHosts,
    out: String,
    /// The numbers of pictures that were put in, by their addresses.
    pictures: HashMap<Route, usize>,
    /// The scripts that run when all else is there.
    at_end: String,
    /// Whether some picture is there again.
    are_shared: bool,
    /// What could not be put in, and why.
    left_out: BTreeSet<(String, &'static str)>,
}

/// Where an address leads.
enum Lead {
    /// To a file of the site, and what stands behind `#`, with that.
    Inside(Route, String),
    /// To another host.
    Elsewhere,
    /// To a place in the page, or it is itself what it names.
    Here,
}

impl Writer<'_> {
    fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            self.out.push_str(&rest[..at]);
            rest = self.markup(&rest[at..]);
        }
        self.out.push_str(rest);
    }

    /// Writes a comment or an element's tag, with its text if it has only that; gives the rest.
    fn markup<'h>(&mut self, rest: &'h str) -> &'h str {
        let Some(tag) = Tag::read(rest) else {
            let end = if rest.starts_with("<!--") { rest.find("-->").map(|at| at + 3) } else { None };
            let end = end.unwrap_or(1);
            self.out.push_str(&rest[..end]);
            return &rest[end..];
        };
        let after = &rest[tag.text.len()..];
        let (text, after) = after.split_at(tag.raw_len(after));
        if tag.begins(&["link"]) {
            self.link(tag);
        } else if tag.begins(&["script"]) {
            self.script(tag, text);
        } else if tag.begins(&["style"]) {
            self.out.push_str(tag.text);
            let css = self.css(text, self.route, 0);
            self.out.push_str(&css);
        } else if tag.begins(&["iframe", "embed", "object"]) {
            return self.frame(tag, after);
        } else if tag.begins(&["img"]) {
            self.image(tag);
        } else {
            self.element(tag);
            self.out.push_str(text);
        }
        after
    }

    fn link(&mut self, tag: Tag<'_>) {
        let kinds = tag.get("rel").unwrap_or_default().to_ascii_lowercase();
        let is = |kind: &str| kinds.split_ascii_whitespace().any(|word| word == kind);
        let href = tag.get("href").unwrap_or_default();
        if is("stylesheet") {
            let Some((route, bytes)) = self.file(&href, self.route) else { return };
            let css = self.css(&String::from_utf8_lossy(&bytes), &route, 0);
            let media = tag.get("media").map(|media| format!(" media=\"{}\"", encode(&media)));
            self.out.push_str("<style");
            self.out.push_str(&media.unwrap_or_default());
            self.out.push('>');
            self.out.push_str(&css.replace("</style", "<\\/style"));
            self.out.push_str("</style>");
        } else if is("icon") {
            let data = self.data(&href, self.route);
            self.out.push_str(&tag.with(|name, _| name.eq_ignore_ascii_case("href").then(|| data.clone())?));
        } else if !["preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch", "manifest"]
            .into_iter()
            .any(is)
        {
            self.element(tag);
        }
    }

    fn script(&mut self, tag: Tag<'_>, text: &str) {
        let Some(address) = tag.get("src") else {
            self.out.push_str(tag.text);
            self.out.push_str(text);
            return;
        };
        let script = self.file(&address, self.route).map(|(_, bytes)| bytes).unwrap_or_default();
        let script = String::from_utf8_lossy(&script).replace("</script", "<\\/script");
        let is_module = tag.get("type").is_some_and(|kind| kind == "module");
        let waits = tag.get("defer").or_else(|| tag.get("async")).is_some();
        if waits && !is_module {
            // `defer` and `async` say nothing of a script in the page: an empty one stays here.
            self.at_end.push_str(&format!("<script>{script}</script>\n"));
            self.out.push_str("<script>");
            return;
        }
        self.out.push_str(if is_module { "<script type=\"module\">" } else { "<script>" });
        self.out.push_str(&script);
    }

    /// A page in a frame would have to be asked for: a link stands in its place.
    fn frame<'h>(&mut self, tag: Tag<'_>, after: &'h str) -> &'h str {
        let address = tag.get("src").or_else(|| tag.get("data")).unwrap_or_default();
        if self.other_hosts == OtherHosts::Asked {
            self.element(tag);
            return after;
        }
        self.left_out.insert((address.clone(), "it is another page"));
        self.push_link(&address, &tag.get("title").unwrap_or_else(|| address.clone()));
        // What stands in a frame is for browsers that can't show it.
        let name = if tag.begins(&["iframe"]) { "</iframe>" } else { "</object>" };
        let end = (!tag.begins(&["embed"])).then(|| after.find(name)).flatten();
        end.map_or(after, |end| &after[end + name.len()..])
    }

    fn push_link(&mut self, address: &str, text: &str) {
        let href = self.absolute(address).unwrap_or_else(|| address.to_owned());
        self.out.push_str(&format!("<a href=\"{}\">{}</a>", encode(&href), encode(text)));
    }

    fn image(&mut self, tag: Tag<'_>) {
        let address = tag.get("src").unwrap_or_default();
        match self.lead(&address, self.route) {
            Lead::Elsewhere if self.other_hosts == OtherHosts::Linked => {
                self.left_out.insert((address.clone(), "another host has it"));
                let text = tag.get("alt").filter(|alt| !alt.trim().is_empty());
                self.push_link(&address, &text.unwrap_or_else(|| address.clone()));
            }
            Lead::Inside(route, fragment) => {
                let number = self.pictures.len() + 1;
                let known = self.pictures.get(&route).copied();
                if let Some(known) = known {
                    self.are_shared = true;
                    let again = tag.with(|name, _| is_source(name).then(String::new));
                    self.push_with(&again, &format!(" data-again=\"{known}\""));
                    return;
                }
                let data = self.data_of(&route, &fragment, 0);
                let is_large = data.as_ref().is_some_and(|data| data.len() >= MIN_SHARED_BYTES);
                let data = data.unwrap_or_else(|| address.clone());
                let change = |name: &str, _: &str| {
                    is_source(name)
                        .then(|| if name.eq_ignore_ascii_case("src") { data.clone() } else { String::new() })
                };
                let image = tag.with(change);
                if is_large {
                    self.pictures.insert(route, number);
                    self.push_with(&image, &format!(" data-picture=\"{number}\""));
                } else {
                    self.out.push_str(&image);
                }
            }
            _ => self.element(tag),
        }
    }

    /// Writes a tag with another attribute.
    fn push_with(&mut self, tag: &str, attribute: &str) {
        let end = tag.len() - if tag.ends_with("/>") { 2 } else { 1 };
        self.out.push_str(&tag[..end]);
        self.out.push_str(attribute);
        self.out.push_str(&tag[end..]);
    }

    /// Any other element: what it shows is put in, and what it leads to is named in full.
    fn element(&mut self, tag: Tag<'_>) {
        let shows = tag.begins(&["source", "video", "audio", "track", "image", "input", "use"]);
        let route = self.route;
        let changed = tag.with(|name, value| match name.to_ascii_lowercase().as_str() {
            "style" => value.contains("url(").then(|| self.css(value, route, 0)),
            "srcset" => Some(String::new()),
            "src" | "poster" => self.data(value, route),
            "href" | "xlink:href" if shows => self.data(value, route),
            "href" => self.absolute(value),
            _ => None,
        });
        self.out.push_str(&changed);
    }

    /// A style sheet or declarations of one, with what they name inside.
    fn css(&mut self, css: &str, route: &Route, depth: usize) -> String {
        let written = theme::with_addresses(css, &mut |address| {
            let Lead::Inside(route, fragment) = self.lead(address, route) else {
                let other = is_external(address) && !address.starts_with("data:");
                if other && self.other_hosts == OtherHosts::Linked {
                    self.left_out.insert((address.to_owned(), "another host has it"));
                    return Some("data:,".to_owned());
                }
                return None;
            };
            self.data_of(&route, &fragment, depth + 1)
        });
        written.unwrap_or_else(|| css.to_owned())
    }

    /// The address of a file as `data:`; `None` when it stays as it is.
    fn data(&mut self, address: &str, from: &Route) -> Option<String> {
        match self.lead(address, from) {
            Lead::Inside(route, fragment) => self.data_of(&route, &fragment, 0),
            Lead::Elsewhere if self.other_hosts == OtherHosts::Linked => {
                self.left_out.insert((address.to_owned(), "another host has it"));
                Some("data:,".to_owned())
            }
            Lead::Elsewhere | Lead::Here => None,
        }
    }

    fn data_of(&mut self, route: &Route, fragment: &str, depth: usize) -> Option<String> {
        let (bytes, media_type) = self.bytes(route)?;
        let text = (media_type.starts_with("text/css") && depth < MAX_DEPTH)
            .then(|| self.css(&String::from_utf8_lossy(&bytes), route, depth));
        let bytes = text.as_ref().map_or(&*bytes, |text| text.as_bytes());
        let media_type = media_type.replace("; ", ";");
        Some(format!("data:{media_type};base64,{}{fragment}", BASE64_STANDARD.encode(bytes)))
    }

    /// A file of the site by an address; what is elsewhere is noted.
    fn file(&mut self, address: &str, from: &Route) -> Option<(Route, Bytes)> {
        let Lead::Inside(route, _) = self.lead(address, from) else {
            self.left_out.insert((address.to_owned(), "another host has it"));
            return None;
        };
        let (bytes, _) = self.bytes(&route)?;
        Some((route, bytes))
    }

    fn bytes(&mut self, route: &Route) -> Option<(Bytes, &'static str)> {
        let rendered = self.renderer.render(route);
        let why = match &rendered {
            None => "it does not exist",
            Some(rendered) if rendered.bytes.len() > MAX_FILE_BYTES => "it is too large",
            Some(rendered) => return Some((rendered.bytes.clone(), rendered.media_type)),
        };
        self.left_out.insert((route.to_string(), why));
        None
    }

    fn lead(&self, address: &str, from: &Route) -> Lead {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') || address.starts_with("data:") {
            return Lead::Here;
        }
        if is_external(address) {
            return Lead::Elsewhere;
        }
        let (path, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
        let path = path.split('?').next().unwrap_or_default();
        let prefix = self.renderer.site().config().base_url.prefix();
        let inside = match path.strip_prefix('/') {
            Some(_) => path.strip_prefix(prefix).map(|path| path.trim_start_matches('/').to_owned()),
            None => Some(format!("{}{path}", encode_path(from.folder().trim_start_matches('/')))),
        };
        let decoded = inside.and_then(|path| decode_path(&path));
        let route = decoded.and_then(|path| RepoPath::root().resolve(&path));
        let slash = if path.ends_with('/') { "/" } else { "" };
        match route {
            Some(route) => Lead::Inside(Route::new(&format!("/{route}{slash}")), fragment.to_owned()),
            None => Lead::Elsewhere,
        }
    }

    /// An address of the site with the host that it has, if that is known.
    fn absolute(&self, address: &str) -> Option<String> {
        let Lead::Inside(route, fragment) = self.lead(address, self.route) else { return None };
        let base = &self.renderer.site().config().base_url;
        base.is_absolute().then(|| format!("{}{}{fragment}", base.origin(), route.href(base.prefix())))
    }
}

fn is_source(attribute: &str) -> bool {
    ["src", "srcset"].iter().any(|name| attribute.eq_ignore_ascii_case(name))
}
