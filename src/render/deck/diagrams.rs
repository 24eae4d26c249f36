//! [`framed`]: diagrams as remark workshops write them, in HTML, become those that the theme draws.

use crate::{
    parse::markdown::Fence,
    render::markdown::{code::diagram_html, escape},
};

/// What they begin and end with.
const MARKS: (&str, &str) = ("<pre class=\"mermaid\">", "</pre>");

/// HTML of a slide in which each `<pre class="mermaid">` is a figure, as fences with the language `mermaid` are.
pub(super) fn framed(html: String) -> String {
    let mut rest = html.as_str();
    let mut out = String::new();
    while let Some((before, (source, after))) =
        rest.split_once(MARKS.0).and_then(|(before, rest)| Some((before, rest.split_once(MARKS.1)?)))
    {
        out.push_str(before);
        let source = source.trim_start_matches('\n');
        out.push_str(&diagram_html(&Fence::parse("mermaid"), &escape::unescape(source)));
        rest = after;
    }
    if out.is_empty() {
        return html;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagram_in_html_is_a_figure() {
        let check = |html: &str, expected: &str| assert_eq!(framed(html.to_owned()), expected, "{html}");
        check("<pre>a</pre>", "<pre>a</pre>");
        check("<pre class=\"mermaid\">a", "<pre class=\"mermaid\">a");
        check(
            "<p>x</p>\n<pre class=\"mermaid\">\nA[\"b<br/>c\"] --&gt; D\n</pre>\n<p>y</p>",
            "<p>x</p>\n<figure class=\"diagram\"><pre><code class=\"language-mermaid\">A[&quot;b&lt;br/&gt;c&quot;] --&gt; D\n</code></pre></figure>\n\n<p>y</p>",
        );
    }
}
