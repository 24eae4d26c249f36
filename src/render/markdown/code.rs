//! Code blocks: the frame around highlighted code, with title, line numbers and marked lines.
//!
//! Input is a [`Fence`] and the inner HTML that a highlighter made; highlighting itself is not done here.

use std::fmt::Write as _;

use memchr::memmem;

use crate::{parse::markdown::Fence, render::markdown::escape};

/// The class of figures with a diagram.
const DIAGRAM_CLASS: &str = "diagram";

/// A code block without highlighting, with what its fence asks for.
pub fn plain_code_html(fence: &Fence, code: &str) -> String {
    code_block_html(fence, &escape::text(code))
}

/// A code block around highlighted HTML, in which only `<span>` elements may occur.
///
/// Without title, numbers and marks that is `<pre><code class="language-x">`; each line is wrapped only if the fence
/// asks for numbers or marks.
pub fn code_block_html(fence: &Fence, inner: &str) -> String {
    let has_lines = fence.numbered.is_some()
        || fence.line_steps.is_some()
        || [fence.marked.len(), fence.added.len(), fence.removed.len()].iter().any(|&n_lines| n_lines > 0);
    let has_frame = has_lines || fence.title.is_some() || !fence.attributes.is_empty();
    let mut out = String::with_capacity(inner.len() + 100);
    if has_frame {
        push_figure(&mut out, fence);
    }
    push_code_start(&mut out, fence.language.as_deref());
    if has_lines {
        push_lines(&mut out, fence, inner);
    } else {
        out.push_str(inner);
    }
    out.push_str(if has_frame { "</code></pre></figure>\n" } else { "</code></pre>\n" });
    out
}

/// The language of code that browsers draw as a diagram.
const DIAGRAMS: &str = "mermaid";

/// Whether a block is the source of a diagram.
pub fn is_diagram(fence: &Fence) -> bool {
    fence.language.as_deref().is_some_and(|language| language.eq_ignore_ascii_case(DIAGRAMS))
}

/// The source of a diagram in a figure: the theme's script draws it there, and readers without scripts see the source.
pub fn diagram_html(fence: &Fence, code: &str) -> String {
    let mut out = String::from("<figure");
    escape::push_attributes(&mut out, DIAGRAM_CLASS, &fence.attributes);
    out.push('>');
    push_code_start(&mut out, Some(DIAGRAMS));
    escape::push_text(&mut out, code);
    out.push_str("</code></pre>");
    push_caption(&mut out, fence);
    out.push_str("</figure>\n");
    out
}

/// Whether there are diagrams in a page.
pub fn has_diagrams(html: &str) -> bool {
    let start = format!("class=\"{DIAGRAM_CLASS}");
    memmem::find(html.as_bytes(), start.as_bytes()).is_some()
}

/// Writes `<pre><code>` with the language's class.
pub(super) fn push_code_start(out: &mut String, language: Option<&str>) {
    out.push_str("<pre><code");
    if let Some(language) = language {
        out.push_str(" class=\"language-");
        escape::push_text(out, language);
        out.push('"');
    }
    out.push('>');
}

fn push_figure(out: &mut String, fence: &Fence) {
    out.push_str("<figure");
    let numbered = if fence.numbered.is_some() { "code numbered" } else { "code" };
    escape::push_attributes(out, numbered, &fence.attributes);
    if let Some(language) = &fence.language {
        escape::push_attribute(out, "data-language", language);
    }
    if let Some(steps) = &fence.line_steps {
        escape::push_attribute(out, "data-line-steps", steps);
    }
    if let Some(first) = fence.numbered.filter(|&first| first != 1) {
        let _ = write!(out, " style=\"--first-line: {first}\"");
    }
    out.push('>');
    push_caption(out, fence);
}

fn push_caption(out: &mut String, fence: &Fence) {
    if let Some(title) = &fence.title {
        out.push_str("<figcaption>");
        escape::push_text(out, title);
        out.push_str("</figcaption>");
    }
}

/// Wraps each line; spans of the highlighter that go over a line's end are closed there and opened again.
fn push_lines(out: &mut String, fence: &Fence, inner: &str) {
    let mut open: Vec<&str> = Vec::new();
    let first = fence.numbered;
    for (index, line) in inner.split_inclusive('\n').enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX - 1);
        let number = index + 1;
        let marked = if fence.is_marked(number) { " marked" } else { "" };
        let added = if fence.added.binary_search(&number).is_ok() { " added" } else { "" };
        let removed = if fence.removed.binary_search(&number).is_ok() { " removed" } else { "" };
        let _ = write!(out, "<span class=\"line{marked}{added}{removed}\"");
        if let Some(first) = first {
            let _ = write!(out, " data-line=\"{}\"", first.saturating_add(index));
        }
        out.push('>');
        out.extend(open.iter().copied());
        let text = line.strip_suffix('\n').unwrap_or(line);
        follow_spans(&mut open, text);
        out.push_str(text);
        out.extend(open.iter().map(|_| "</span>"));
        out.push_str("</span>");
        out.push_str(&line[text.len()..]);
    }
}

fn follow_spans<'h>(open: &mut Vec<&'h str>, html: &'h str) {
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        let tag = &rest[start..end];
        if tag.starts_with("</") {
            open.pop();
        } else {
            open.push(tag);
        }
        rest = &rest[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(info: &str, inner: &str, expected: &str) {
        assert_eq!(code_block_html(&Fence::parse(info), inner), format!("{expected}\n"), "{info:?}");
    }

    #[test]
    fn a_frame_appears_when_it_is_asked_for() {
        check("", "x\n", "<pre><code>x\n</code></pre>");
        check(
            "rust",
            "x\n",
            r#"<pre><code class="language-rust">x
</code></pre>"#,
        );
        check(
            "rust title=\"<a>.rs\"",
            "x\n",
            r#"<figure class="code" data-language="rust"><figcaption>&lt;a&gt;.rs</figcaption><pre><code class="language-rust">x
</code></pre></figure>"#,
        );
        check(
            "rust,ignore onclick=x #i",
            "x\n",
            r#"<figure id="i" class="code ignore" data-language="rust"><pre><code class="language-rust">x
</code></pre></figure>"#,
        );
    }

    #[test]
    fn diagrams_are_figures_with_their_source() {
        let fence = Fence::parse("Mermaid title=\"A & B\" #i .wide");
        assert!(is_diagram(&fence) && !is_diagram(&Fence::parse("mermaids")));
        let html = diagram_html(&fence, "a-->b<script>\n");
        assert_eq!(
            html,
            r#"<figure id="i" class="diagram wide"><pre><code class="language-mermaid">a--&gt;b&lt;script&gt;
</code></pre><figcaption>A &amp; B</figcaption></figure>
"#
        );
        assert!(has_diagrams(&html) && !has_diagrams(&html.replace("figure", "").replace(" class=", "")));
    }

    #[test]
    fn lines_that_are_shown_in_steps_are_wrapped() {
        check(
            "c {1|2}",
            "a\nb\n",
            r#"<figure class="code" data-language="c" data-line-steps="1|2"><pre><code class="language-c"><span class="line">a</span>
<span class="line">b</span>
</code></pre></figure>"#,
        );
    }

    #[test]
    fn lines_are_wrapped_with_their_spans() {
        check(
            "c {2} start=9",
            "<span class=\"comment\">/* a\n b */</span>\nc\n",
            r#"<figure class="code numbered" data-language="c" style="--first-line: 9"><pre><code class="language-c"><span class="line" data-line="9"><span class="comment">/* a</span></span>
<span class="line marked" data-line="10"><span class="comment"> b */</span></span>
<span class="line" data-line="11">c</span>
</code></pre></figure>"#,
        );
    }
}
