//! [`Facts`]: what the site keeps of a page after it was parsed; small and owned.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::{
    base::path::RepoPath,
    parse::{
        expand::{At, Expanded},
        markdown::{
            around::{self, Around, MAX_SENTENCES},
            count,
            event::{Event, LinkKind, Tag, TagEnd},
            html, ids,
        },
    },
};

/// How long a summary is at most, in characters.
const MAX_SUMMARY_CHARS: usize = 200;

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The text of the first heading when it is an `h1`.
    pub title: Option<CompactString>,
    /// The headings, in order.
    pub headings: Box<[Heading]>,
    /// Everything the page leads to or shows, in order.
    pub links: Box<[LinkFact]>,
    /// The files that its text came from: its own first, then those that it includes. Places of links name them by number.
    pub files: Box<[RepoPath]>,
    /// The ids that were written, not generated: in `{#id}` and in raw HTML.
    pub anchors: Box<[CompactString]>,
    /// The text of the first paragraph, cut at a word.
    pub summary: Option<Box<str>>,
    /// How many words the text has; a character of a script without spaces counts as one.
    pub n_words: u32,
    /// The names of the components that are called, sorted.
    pub components: Box<[CompactString]>,
}

/// A heading as a table of contents shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its id.
    pub id: CompactString,
    /// Its text.
    pub text: CompactString,
}

/// What is done with what a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LinkRole {
    /// Readers can go there.
    Link,
    /// It is shown as an image or another medium.
    Image,
    /// It is put into the page: `![[target]]`.
    Embed,
}

/// A link, image or embed of a page.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LinkFact {
    /// How it was written.
    pub kind: LinkKind,
    /// What it is for.
    pub role: LinkRole,
    /// Where it leads, as written.
    pub target: CompactString,
    /// The text of a wiki link that has one of its own: `[[Target|text]]`.
    pub text: Option<Box<str>>,
    /// The sentence that it stands in, if it can lead to a page of the site and there is more than its own text.
    pub around: Option<Around>,
    /// Where it is.
    pub at: At,
}

/// Collects the facts of a page from its finished events.
pub(super) fn collect(events: &[Event<'_>], expanded: &Expanded, anchors: Vec<String>) -> Facts {
    let mut facts = Collected::default();
    let mut block = Block::default();
    for (index, event) in events.iter().enumerate() {
        if begins_block(event) {
            block.finish(events, index, &mut facts.links);
        }
        match event {
            Event::Start(Tag::Heading(heading)) => {
                let text = ids::text_until(&events[index + 1..], |end| matches!(end, TagEnd::Heading(_)));
                let id = heading.id.as_deref().unwrap_or_default().into();
                facts.headings.push(Heading { level: heading.level, id, text: text.trim().into() });
            }
            Event::Start(Tag::Link(link)) => {
                facts.link(link.kind, LinkRole::Link, &link.target, link.at);
                if facts.links.len() <= MAX_SENTENCES && can_lead_inside(link.kind, &link.target) {
                    block.links.push((index, facts.links.len() - 1));
                }
                if link.kind == (LinkKind::Wiki { piped: true }) {
                    let text = ids::text_until(&events[index + 1..], |end| end == TagEnd::Link);
                    facts.links.last_mut().expect("a link was just added").text = Some(text.into());
                }
            }
            Event::Start(Tag::Image(link)) => facts.link(link.kind, LinkRole::Image, &link.target, link.at),
            Event::Embed(embed) => {
                let kind = LinkKind::Wiki { piped: embed.text.is_some() };
                facts.link(kind, LinkRole::Embed, &embed.target, embed.at);
            }
            Event::Start(Tag::Component(call)) => {
                facts
                    .components
                    .extend(expanded.calls.get(*call).map(|call| CompactString::from(&call.name)));
            }
            Event::Html { html, at } | Event::InlineHtml { html, at } => facts.html(html, *at),
            Event::Text(text) => facts.n_words = facts.n_words.saturating_add(count::words(text)),
            Event::Code(code) => facts.n_words = facts.n_words.saturating_add(count::words(&code.text)),
            _ => {}
        }
    }
    let Collected { headings, links, mut components, n_words } = facts;
    components.sort_unstable();
    components.dedup();
    Facts {
        title: headings.first().filter(|first| first.level == 1).map(|first| first.text.clone()),
        headings: headings.into(),
        links: links.into(),
        files: expanded.files.clone().into(),
        anchors: anchors.into_iter().map(CompactString::from).collect(),
        summary: summary(events).map(String::into),
        n_words,
        components: components.into(),
    }
}

/// What was met so far.
#[derive(Default)]
struct Collected {
    headings: Vec<Heading>,
    links: Vec<LinkFact>,
    components: Vec<CompactString>,
    n_words: u32,
}

impl Collected {
    fn link(&mut self, kind: LinkKind, role: LinkRole, target: &str, at: At) {
        self.links.push(LinkFact { kind, role, target: target.into(), text: None, around: None, at });
    }

    fn html(&mut self, html: &str, at: At) {
        for attribute in html::attributes(html).filter(html::Attribute::is_address) {
            let is_link = attribute.name.eq_ignore_ascii_case("href");
            let role = if is_link { LinkRole::Link } else { LinkRole::Image };
            self.link(LinkKind::Html, role, attribute.value, at);
        }
    }
}

/// The events since the last block began or ended, and the links among them: each with its place among the events and in
/// the facts.
#[derive(Default)]
struct Block {
    start: usize,
    links: Vec<(usize, usize)>,
}

impl Block {
    /// Gives the links their sentences, and begins the next block.
    fn finish(&mut self, events: &[Event<'_>], end: usize, links: &mut [LinkFact]) {
        if !self.links.is_empty() {
            let places: Vec<usize> = self.links.iter().map(|(index, _)| index - self.start).collect();
            let sentences = around::of_links(&events[self.start..end], &places);
            for ((_, link), sentence) in self.links.drain(..).zip(sentences) {
                links[link].around = sentence;
            }
        }
        self.start = end;
    }
}

/// Whether no sentence goes on through an event.
fn begins_block(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => !around::is_inline(tag),
        Event::End(end) => !around::is_inline_end(*end),
        Event::Html { .. } | Event::Rule => true,
        _ => false,
    }
}

/// Whether a link may lead to another page of the site, as far as one can see without the site.
fn can_lead_inside(kind: LinkKind, target: &str) -> bool {
    match kind {
        LinkKind::Wiki { .. } => true,
        LinkKind::Inline | LinkKind::Reference => !target.contains("://") && !target.starts_with('#'),
        LinkKind::Autolink | LinkKind::Email | LinkKind::Html => false,
    }
}

/// The text of the first paragraph that has any.
fn summary(events: &[Event<'_>]) -> Option<String> {
    let is_paragraph = |event: &Event<'_>| matches!(event, Event::Start(Tag::Paragraph));
    let starts = events.iter().enumerate().filter(|(_, event)| is_paragraph(event)).map(|(index, _)| index);
    for start in starts {
        let text = ids::text_until(&events[start + 1..], |end| end == TagEnd::Paragraph);
        let mut summary = String::new();
        for word in text.split_whitespace() {
            if !summary.is_empty() {
                summary.push(' ');
            }
            summary.push_str(word);
            // Enough for `cut`, whatever the letters.
            if summary.len() > 4 * MAX_SUMMARY_CHARS {
                break;
            }
        }
        if !summary.is_empty() {
            return Some(cut(&summary));
        }
    }
    None
}

fn cut(text: &str) -> String {
    let Some((limit, _)) = text.char_indices().nth(MAX_SUMMARY_CHARS) else { return text.to_owned() };
    let at_word = text[..limit].rfind(' ').unwrap_or(limit);
    format!("{}…", text[..at_word].trim_end_matches([' ', ',', ';', ':', '.', '–', '-']))
}
