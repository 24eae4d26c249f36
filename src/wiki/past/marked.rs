//! Two versions of a page in one, as readers would see it, with marks where they differ.
//!
//! Takes the HTML of both. First their blocks are compared, such as paragraphs and lists; then, inside of blocks of one kind
//! that are much alike, words. Elements stay whole: marks go around text, or around blocks that only one version has.

use std::ops::Range;

use super::compare::{Comparison, Side};
use crate::wiki::{
    Wiki,
    diff::{WordBudget, hunks, joined, words_of},
};

/// Elements without an end.
const VOID: [&str; 9] = ["area", "br", "col", "embed", "hr", "img", "input", "source", "wbr"];
/// Elements that are compared as a whole.
const WHOLE: [&str; 9] = ["audio", "iframe", "math", "object", "picture", "script", "style", "svg", "video"];
/// How much of two blocks must be the same for their words to be compared, in percent.
const MIN_ALIKE: usize = 40;

impl Wiki {
    /// The pages of a comparison in one, as HTML with `<ins>` and `<del>`; `None` for files that make no page.
    pub fn marked_page(&self, comparison: &Comparison) -> Option<String> {
        let html = |side: &Side| match &side.bytes {
            Some(_) => self.body_of_text(&comparison.to.path, side.text()?),
            None => Some(String::new()),
        };
        let before = comparison.from.as_ref().map_or_else(|| Some(String::new()), html)?;
        Some(marked(&before, &html(&comparison.to)?))
    }
}

/// A tag, an entity, a word, or whatever is between them; or a whole element that has no words of its own.
fn tokens(html: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let end = match rest.as_bytes()[0] {
            b'<' => markup_end(rest),
            b'&' => rest.find(';').filter(|at| *at < 32).map_or(1, |at| at + 1),
            _ => {
                let end = rest.find(['<', '&']).unwrap_or(rest.len());
                tokens.extend(words_of(&rest[..end]));
                rest = &rest[end..];
                continue;
            }
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

/// Where the tag, comment or whole element ends that a text begins with.
fn markup_end(html: &str) -> usize {
    if html.starts_with("<!--") {
        return html.find("-->").map_or(html.len(), |at| at + 3);
    }
    let tag_end = html.find('>').map_or(html.len(), |at| at + 1);
    let name = tag_name(html);
    if !is_end_tag(html) && WHOLE.iter().any(|whole| name.eq_ignore_ascii_case(whole)) {
        let close = format!("</{name}");
        return match html.find(&close) {
            Some(at) => at + html[at..].find('>').map_or(html.len() - at, |end| end + 1),
            None => tag_end,
        };
    }
    tag_end
}

fn is_tag(token: &str) -> bool {
    token.len() > 1 && token.starts_with('<')
}

fn is_end_tag(token: &str) -> bool {
    token.starts_with("</")
}

/// Whether a token is a whole element, such as a picture.
fn is_whole(token: &str) -> bool {
    let name = tag_name(token);
    is_tag(token) && !is_end_tag(token) && (name == "img" || WHOLE.contains(&name))
}

fn tag_name(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// The elements of the outermost level, and the text between them.
fn blocks(html: &str) -> Vec<&str> {
    let (mut blocks, mut start, mut at, mut depth) = (Vec::new(), 0, 0, 0_usize);
    for token in tokens(html) {
        let is_block_start = depth == 0 && is_tag(token) && !is_end_tag(token);
        if is_block_start && start < at {
            blocks.push(&html[start..at]);
            start = at;
        }
        at += token.len();
        if is_tag(token) && !is_whole(token) && !VOID.contains(&tag_name(token)) && !token.starts_with("<!") {
            depth = if is_end_tag(token) { depth.saturating_sub(1) } else { depth + 1 };
            if depth == 0 {
                blocks.push(&html[start..at]);
                start = at;
            }
        }
    }
    blocks.extend((start < at).then(|| &html[start..at]));
    blocks.retain(|block| !block.trim().is_empty());
    blocks
}

/// Both texts in one, with marks.
fn marked(before: &str, after: &str) -> String {
    let (old, new) = (blocks(before), blocks(after));
    let mut html = String::with_capacity(before.len() + after.len());
    let (mut at, mut budget) = (0, WordBudget::default());
    for hunk in hunks(&old, &new) {
        let (removed, added) = (range(&hunk.before), range(&hunk.after));
        push_all(&mut html, &new[at..added.start]);
        at = added.end;
        push_changed(&mut html, &old[removed], &new[added], &mut budget);
    }
    push_all(&mut html, &new[at..]);
    html
}

fn range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

fn push_all(html: &mut String, blocks: &[&str]) {
    for block in blocks {
        html.push_str(block);
        html.push('\n');
    }
}

/// Blocks that differ: each with the next one of its kind that is much like it; before it, those that have none.
fn push_changed(html: &mut String, old: &[&str], new: &[&str], budget: &mut WordBudget) {
    let (mut old_at, mut new_at) = (0, 0);
    let push_alone = |html: &mut String, old: &[&str], new: &[&str]| {
        old.iter().for_each(|block| push_block(html, block, "del"));
        new.iter().for_each(|block| push_block(html, block, "ins"));
    };
    for (at, block) in new.iter().enumerate() {
        let partner = (old_at..old.len()).find_map(|at| Some((at, marked_words(old[at], block, budget)?)));
        if let Some((partner, words)) = partner {
            push_alone(html, &old[old_at..partner], &new[new_at..at]);
            html.push_str(&words);
            html.push('\n');
            (old_at, new_at) = (partner + 1, at + 1);
        }
    }
    push_alone(html, &old[old_at..], &new[new_at..]);
}

/// A block that only one version has.
fn push_block(html: &mut String, block: &str, mark: &str) {
    let class = if mark == "del" { "block-removed" } else { "block-added" };
    html.push_str(&format!("<div class=\"{class}\">"));
    let mut run = Run { html, mark, is_open: false };
    tokens(block).into_iter().for_each(|token| run.push(token, mark == "del"));
    run.close();
    html.push_str("</div>\n");
}

/// Two blocks in one, compared by word; `None` when they are of different kinds, not much alike, or too long.
fn marked_words(before: &str, after: &str, budget: &mut WordBudget) -> Option<String> {
    let (old, new) = (tokens(before), tokens(after));
    if tag_name(old.first()?) != tag_name(new.first()?) || !budget.takes(&old, &new) {
        return None;
    }
    let changes = joined(&hunks(&old, &new), &old);
    let text_len = |tokens: &[&str]| -> usize {
        tokens.iter().filter(|token| !is_tag(token) || is_whole(token)).map(|token| token.trim().len()).sum()
    };
    let n_removed: usize = changes.iter().map(|(removed, _)| text_len(&old[removed.clone()])).sum();
    let n_same = text_len(&old).saturating_sub(n_removed);
    if n_same * 100 < MIN_ALIKE * text_len(&old).min(text_len(&new)) {
        return None;
    }
    let mut html = String::with_capacity(after.len() + 64);
    let mut at = 0;
    for (removed, added) in changes {
        new[at..added.start].iter().for_each(|token| html.push_str(token));
        at = added.end;
        let mut run = Run { html: &mut html, mark: "del", is_open: false };
        let gone = &old[removed];
        let is_shown = |token: &&&str| !is_tag(token) || is_whole(token) || closes_what_it_opens(gone);
        gone.iter().filter(is_shown).for_each(|token| run.push(token, true));
        run.close();
        let mut run = Run { html: &mut html, mark: "ins", is_open: false };
        new[added].iter().for_each(|token| run.push(token, false));
        run.close();
    }
    new[at..].iter().for_each(|token| html.push_str(token));
    Some(html)
}

/// Whether tokens have an end for each element that begins in them: then they can stand where they are not missed.
fn closes_what_it_opens(tokens: &[&str]) -> bool {
    let names = |ends: bool| {
        let tags =
            tokens.iter().filter(|token| is_tag(token) && !is_whole(token) && is_end_tag(token) == ends);
        let mut names: Vec<&str> =
            tags.map(|tag| tag_name(tag)).filter(|name| !VOID.contains(name)).collect();
        names.sort_unstable();
        names
    };
    names(false) == names(true)
}

/// Text that is marked, interrupted by tags.
struct Run<'h> {
    html: &'h mut String,
    mark: &'h str,
    is_open: bool,
}

impl Run<'_> {
    fn push(&mut self, token: &str, is_removed: bool) {
        // A line break between elements, such as the items of a list, is no text.
        let is_marked = (!is_tag(token) && (token != "\n" || self.is_open)) || is_whole(token);
        if is_marked && !self.is_open {
            self.html.push_str(&format!("<{}>", self.mark));
            self.is_open = true;
        } else if !is_marked && is_tag(token) {
            self.close();
        }
        // What is gone has no place that links could lead to.
        match is_removed && is_tag(token) {
            true => self.html.push_str(&without_id(token)),
            false => self.html.push_str(token),
        }
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
            self.html.push_str(&format!("</{}>", self.mark));
        }
    }
}

fn without_id(tag: &str) -> String {
    let cut = tag.find(" id=\"").and_then(|start| {
        let end = tag[start + 5..].find('"')? + start + 6;
        Some(format!("{}{}", &tag[..start], &tag[end..]))
    });
    cut.unwrap_or_else(|| tag.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_go_around_words_and_blocks() {
        let check = |before, after, expected: &str| {
            assert_eq!(marked(before, after).trim_end(), expected, "{before} {after}");
        };
        check("<p>one two three</p>", "<p>one 2 three</p>", "<p>one <del>two</del><ins>2</ins> three</p>");
        check(
            "<p>one <b>two</b> three four</p>",
            "<p>one <a href=\"#\">two</a> three four</p>",
            "<p>one <a href=\"#\">two</a> three four</p>",
        );
        check(
            "<p>a</p>\n<p>b</p>",
            "<p>a</p>\n<p>new &amp; old</p>\n<p>b</p>",
            "<p>a</p>\n<div class=\"block-added\"><p><ins>new &amp; old</ins></p></div>\n<p>b</p>",
        );
        check(
            "<ul>\n<li>one</li>\n<li>two</li>\n<li>three</li>\n</ul>",
            "<ul>\n<li>one</li>\n<li>three</li>\n</ul>",
            "<ul>\n<li>one</li>\n<li><del>two</del></li>\n<li>three</li>\n</ul>",
        );
        check("<h2 id=\"x\">X</h2>", "", "<div class=\"block-removed\"><h2><del>X</del></h2></div>");
        check(
            "<p>see <img src=\"a.png\"> here and there</p>",
            "<p>see <img src=\"b.png\"> here and there</p>",
            "<p>see <del><img src=\"a.png\"></del><ins><img src=\"b.png\"></ins> here and there</p>",
        );
    }

    proptest! {
        /// Taking what was added out, or what was removed, leaves the text of one version.
        #[test]
        fn both_versions_can_be_read(before in proptest::collection::vec("[ab]{1,2}( [ab<]{1,2}){0,5}", 0..4), after in proptest::collection::vec("[ab]{1,2}( [ab]{1,2}){0,5}", 0..4)) {
            let html = |paragraphs: &[String]| paragraphs.iter().map(|text| format!("<p>{}</p>\n", text.replace('<', "&lt;"))).collect::<String>();
            let both = marked(&html(&before), &html(&after));
            let side = |drop: &str| {
                let mut text = String::new();
                let mut is_dropped = false;
                for token in tokens(&both) {
                    match (is_tag(token), tag_name(token) == drop) {
                        (true, true) => is_dropped = !is_end_tag(token),
                        (false, _) if !is_dropped => text.push_str(token),
                        _ => {}
                    }
                }
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            };
            let plain = |paragraphs: &[String]| paragraphs.join(" ").replace('<', "&lt;");
            prop_assert_eq!(side("ins"), plain(&before));
            prop_assert_eq!(side("del"), plain(&after));
        }
    }
}
