//! Raw HTML blocks: how they start and where they end, by CommonMark's seven kinds.

/// The tags whose content is raw up to the closing tag.
const RAW_TAGS: [&str; 4] = ["pre", "script", "style", "textarea"];

/// Where a raw HTML block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HtmlEnd {
    /// With the line that contains this.
    Text(&'static str),
    /// With the line that contains the closing tag of one of the raw tags.
    RawTag,
    /// Before the next blank line.
    Blank,
}

impl HtmlEnd {
    /// Whether the block ends with this line.
    pub(super) fn is_in(self, line: &str) -> bool {
        match self {
            Self::Text(end) => line.contains(end),
            Self::RawTag => {
                let is_raw_tag = |rest: &str| {
                    RAW_TAGS
                        .iter()
                        .any(|tag| starts_with_ignoring_case(rest, tag) && rest[tag.len()..].starts_with('>'))
                };
                line.split("</").skip(1).any(is_raw_tag)
            }
            Self::Blank => false,
        }
    }
}

/// The end of the HTML block that starts with `text`, if one does; some kinds don't end a paragraph.
pub(super) fn start(text: &str, in_paragraph: bool) -> Option<HtmlEnd> {
    let rest = text.strip_prefix('<')?;
    if rest.starts_with("!--") {
        return Some(HtmlEnd::Text("-->"));
    }
    if rest.starts_with('?') {
        return Some(HtmlEnd::Text("?>"));
    }
    if rest.starts_with("![CDATA[") {
        return Some(HtmlEnd::Text("]]>"));
    }
    if rest.strip_prefix('!').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())) {
        return Some(HtmlEnd::Text(">"));
    }
    let name = rest.strip_prefix('/').unwrap_or(rest);
    let name_end = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (name, after) = name.split_at(name_end);
    let is_tag = after.is_empty() || after.starts_with([' ', '\t', '>']) || after.starts_with("/>");
    if is_tag
        && name.len() == rest.len() - after.len()
        && RAW_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name))
    {
        return Some(HtmlEnd::RawTag);
    }
    // Tags of blocks end a paragraph and others don't; of these, only lines that are a single tag count.
    let is_block = is_tag && BLOCK_TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name));
    let is_single_tag =
        is_tag && !in_paragraph && after.trim_end().find('>') == Some(after.trim_end().len().wrapping_sub(1));
    (is_block || is_single_tag).then_some(HtmlEnd::Blank)
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

/// The tags that start a block of their own, by CommonMark 0.31.
const BLOCK_TAGS: [&str; 62] = [
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_end() {
        let check = |text, end| assert_eq!(start(text, false), end, "{text}");
        check("<!-- a", Some(HtmlEnd::Text("-->")));
        check("<?php", Some(HtmlEnd::Text("?>")));
        check("<!DOCTYPE html>", Some(HtmlEnd::Text(">")));
        check("<![CDATA[", Some(HtmlEnd::Text("]]>")));
        check("<PRE>", Some(HtmlEnd::RawTag));
        check("<div class=a>", Some(HtmlEnd::Blank));
        check("</div>", Some(HtmlEnd::Blank));
        check("<my-tag a='b'>", Some(HtmlEnd::Blank));
        check("<b>bold</b>", None);
        check("<https://a.b>", None);
        check("<", None);
        check("< a", None);
        assert_eq!(start("<my-tag>", true), None);
        assert!(HtmlEnd::RawTag.is_in("x</Script>") && !HtmlEnd::RawTag.is_in("<script>"));
    }
}
