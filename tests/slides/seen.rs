//! [`seen`]: the slides of a page as a reader of it sees them.

use sha2::{Digest as _, Sha256};

/// Elements without an end.
const VOID: [&str; 12] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// A slide, or one state of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) class: String,
    pub(crate) source: String,
    pub(crate) number: usize,
    pub(crate) steps: usize,
    pub(crate) html: String,
    pub(crate) notes: String,
    /// The step that is shown, of a state.
    step: Option<usize>,
}

/// All slides of a page.
pub(crate) fn seen(html: &str) -> Vec<Seen> {
    let sections = html.split("<section data-slide").skip(1);
    sections
        .map(|section| {
            let (head, rest) = section.split_once(">\n").expect("a head");
            let body = rest.split("</section>").next().unwrap_or_default();
            let value = |name: &str| {
                let value = head.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
                value.unwrap_or_default().to_owned()
            };
            let (content, rest) = body.split_once("<footer class=\"debug\">").expect("a footer");
            assert!(rest.contains("</footer>"));
            let (content, notes) = content.split_once("<aside data-notes>").unwrap_or((content, ""));
            Seen {
                name: value("data-name"),
                class: value("class"),
                source: value("data-source"),
                number: value("data-number").parse().expect("a number"),
                steps: value("data-steps").parse().expect("a number"),
                html: content.to_owned(),
                notes: notes.to_owned(),
                step: None,
            }
        })
        .collect()
}

impl Seen {
    /// Each state of it, as readers go on.
    pub(crate) fn states(self) -> Vec<Self> {
        let of = |step| Self {
            step: Some(step),
            number: self.number + step,
            name: if step == 0 { self.name.clone() } else { String::new() },
            ..self.clone()
        };
        (0..=self.steps).map(of).collect()
    }

    /// Its visible text up to a step, without white space.
    pub(crate) fn text(&self, step: usize) -> String {
        visible(&self.html, self.step.unwrap_or(step))
    }

    /// The first digits of the SHA-256 of its text.
    pub(crate) fn hash(&self) -> String {
        let digest = Sha256::digest(self.text(usize::MAX));
        digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The text of some HTML without white space.
pub(crate) fn text_of(html: &str) -> String {
    visible(html, usize::MAX)
}

fn visible(html: &str, step: usize) -> String {
    let mut out = String::new();
    let mut open: Vec<(String, bool)> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        push(&mut out, &rest[..at], &open);
        rest = &rest[at..];
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        let is_tag = rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        if !is_tag {
            push(&mut out, "<", &open);
            rest = &rest[1..];
            continue;
        }
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let tag = &rest[..end];
        rest = &rest[end..];
        let name: String =
            tag.trim_start_matches(['<', '/']).chars().take_while(char::is_ascii_alphanumeric).collect();
        if tag.starts_with("</") {
            if let Some(at) = open.iter().rposition(|(other, _)| *other == name) {
                open.truncate(at);
            }
        } else if !VOID.contains(&&*name) && !tag.ends_with("/>") {
            let later =
                tag.split("data-step=\"").nth(1).and_then(|rest| rest.split('"').next()?.parse().ok());
            let is_debug = tag.split("class=\"").nth(1).and_then(|rest| rest.split('"').next());
            let is_debug = is_debug.is_some_and(|class| class.split(' ').any(|class| class == "debug"));
            open.push((name, is_debug || later.is_some_and(|later: usize| later > step)));
        }
    }
    push(&mut out, rest, &open);
    out
}

fn push(out: &mut String, text: &str, open: &[(String, bool)]) {
    if open.iter().any(|(_, is_hidden)| *is_hidden) {
        return;
    }
    let mut text = text.to_owned();
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&mdash;", "—"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    out.extend(text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}'));
}
