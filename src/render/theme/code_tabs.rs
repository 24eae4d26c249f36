//! [`code_tabs`]: the code blocks of a group as tabs, of which one is shown at a time without a script.
//!
//! Input is the HTML that the Markdown renderer makes of code blocks; each gets a radio button with its title, or else
//! its language. What stands between the blocks stays above them.

use std::fmt::Write as _;

use crate::render::markdown::escape;

/// What begins and ends a block; one with a frame has the other inside.
const BLOCKS: [(&str, &str); 2] = [("<figure", "</figure>"), ("<pre", "</pre>")];
const CAPTION: (&str, &str) = ("<figcaption>", "</figcaption>");

/// The blocks of some HTML as tabs whose buttons are called `name`.
pub(super) fn code_tabs(html: &str, name: &str) -> String {
    let (mut tabs, mut above) = (String::with_capacity(html.len() * 2), String::new());
    let mut rest = html;
    let mut number = 0;
    while let Some((before, block, after)) = next_block(rest) {
        above.push_str(before.trim_start());
        number += 1;
        let (title, block) = titled(block, number);
        let _ = write!(tabs, "<div class=\"tab\"><label class=\"tab-title\"><input type=\"radio\" name=\"");
        escape::push_text(&mut tabs, name);
        let _ = write!(tabs, "\">{title}</label>\n<div class=\"tab-panel\">\n{block}\n</div></div>\n");
        rest = after;
    }
    above.push_str(rest.trim_start());
    above + tabs.trim_end()
}

/// What stands before the first block, the block, and what stands after it.
fn next_block(html: &str) -> Option<(&str, &str, &str)> {
    let found = BLOCKS.iter().filter_map(|(begin, end)| Some((html.find(begin)?, *end)));
    let (start, end) = found.min()?;
    let stop = start + html[start..].find(end)? + end.len();
    Some((&html[..start], &html[start..stop], &html[stop..]))
}

/// The title of a block, as HTML, and the block without it.
fn titled(block: &str, number: usize) -> (String, String) {
    if let Some((before, rest)) = block.split_once(CAPTION.0)
        && let Some((title, after)) = rest.split_once(CAPTION.1)
    {
        return (title.to_owned(), format!("{before}{after}"));
    }
    let language = block.split_once("class=\"language-").and_then(|(_, rest)| rest.split('"').next());
    (language.map_or_else(|| number.to_string(), str::to_owned), block.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(html: &str) -> Vec<String> {
        let tabs = code_tabs(html, "t");
        let labels = tabs.split("name=\"t\">").skip(1);
        labels.map(|rest| rest.split("</label>").next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn blocks_are_called_by_title_or_language_or_number() {
        let html = "<figure class=\"code\"><figcaption>a &amp; b</figcaption><pre><code>x</code></pre></figure>\n\
            <pre><code class=\"language-sh\">y</code></pre>\n<pre><code>z</code></pre>\n";
        assert_eq!(titles(html), ["a &amp; b", "sh", "3"]);
        let tabs = code_tabs(html, "t");
        assert!(
            !tabs.contains("figcaption")
                && tabs.contains("<figure class=\"code\"><pre><code>x</code></pre></figure>")
        );
        assert_eq!(tabs.matches("<div").count(), tabs.matches("</div>").count());
    }

    #[test]
    fn other_text_stands_above() {
        let tabs = code_tabs("<p>Either:</p>\n<pre>a</pre>\n<p>Or.</p>", "t");
        assert!(tabs.starts_with("<p>Either:</p>\n<p>Or.</p><div class=\"tab\">"), "{tabs}");
        assert_eq!(code_tabs("<p>a</p>", "t"), "<p>a</p>");
        assert_eq!(code_tabs("<pre>a", "t"), "<pre>a");
    }
}
