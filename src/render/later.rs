//! Style sheets that are waited for where they are needed first, and not in the head of a page.
//!
//! A page has the styles of its first view in itself. They cover some elements, which the link to the whole style sheet names
//! in its `data-later`. The link goes before the first element of the page's main part that is none of these, so browsers draw
//! all that comes before it at once, and nothing without its styles.
//!
//! It stays in the head if other styles come after it: they are meant to be the last, and would not be any more.

use memchr::{memchr, memmem};

/// The attribute of such links. What it holds is taken out of the page.
const ATTRIBUTE: &str = " data-later";

/// A page with its links where they are needed.
pub(super) fn placed(mut html: String) -> String {
    let Some((start, end)) = links(&html) else { return html };
    let (links, covered) = plain(&html[start..end]);
    let place = (!has_styles(&html[end..])).then(|| place(&html[end..], &covered)).flatten();
    if let Some(place) = place {
        html.insert_str(end + place, links.trim_end());
        html.replace_range(start..end, "");
    } else {
        html.replace_range(start..end, &links);
    }
    html
}

/// Where the links are, which stand beside each other, with the space after them.
fn links(html: &str) -> Option<(usize, usize)> {
    // Others, such as a title, may only speak of it.
    let mut named = memmem::find_iter(html.as_bytes(), ATTRIBUTE).filter_map(|at| html[..at].rfind('<'));
    let start = named.find(|start| html[*start..].starts_with("<link"))?;
    let mut end = start;
    while let Some(link) = tag(&html[end..]).filter(|tag| tag.starts_with("<link") && tag.contains(ATTRIBUTE))
    {
        end += link.len();
        end += html[end..].len() - html[end..].trim_start().len();
    }
    (end > start).then_some((start, end))
}

/// The links without the attribute, and what the first of them says.
fn plain(links: &str) -> (String, String) {
    let mut parts = links.split(ATTRIBUTE);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    let mut covered = String::new();
    for part in parts {
        let value = part.strip_prefix("=\"").and_then(|rest| rest.split_once('"'));
        let (value, rest) = value.unwrap_or(("", part));
        if covered.is_empty() {
            value.clone_into(&mut covered);
        }
        plain.push_str(rest);
    }
    (plain, covered)
}

/// Whether there are styles besides.
fn has_styles(html: &str) -> bool {
    memmem::find_iter(html.as_bytes(), "style").any(|at| {
        let start = html[..at].rfind('<').unwrap_or(at);
        let is_inside = |tag: &&str| start + tag.len() > at;
        let found = tag(&html[start..]).filter(is_inside);
        found.is_some_and(|tag| {
            tag.starts_with("<style") || (tag.starts_with("<link") && tag.contains("stylesheet"))
        })
    })
}

/// The place for a link: at the end of the last element before the first one of the main part that isn't `covered`, else of the
/// main part. There it comes between no two elements, since styles tell which of them are beside each other.
fn place(html: &str, covered: &str) -> Option<usize> {
    let covered: Vec<Covered<'_>> = covered.split_ascii_whitespace().map(Covered::new).collect();
    let main = memmem::find(html.as_bytes(), b"<main")?;
    let mut at = main + tag(&html[main..])?.len();
    let mut place = at;
    while let Some(found) = memchr(b'<', &html.as_bytes()[at..]) {
        at += found;
        let tag = tag(&html[at..])?;
        if tag.starts_with("</main") {
            return Some(at);
        }
        if tag.starts_with("</") {
            if is_place(tag) {
                place = at;
            }
        } else if !(tag.starts_with("<!") || is_covered(tag, &covered)) {
            break;
        }
        at += tag.len();
    }
    Some(place)
}

/// Whether a link can stand at the end of an element: nothing of a style sheet tells these from others by what comes last in them.
fn is_place(end: &str) -> bool {
    matches!(end, "</p>" | "</li>" | "</h1>" | "</h2>" | "</h3>" | "</h4>" | "</h5>" | "</h6>")
}

/// An element that has its styles: `p`, or `p.standfirst` for one with just this class.
struct Covered<'c> {
    name: &'c str,
    class: Option<&'c str>,
}

impl<'c> Covered<'c> {
    fn new(written: &'c str) -> Self {
        match written.split_once('.') {
            Some((name, class)) => Self { name, class: Some(class) },
            None => Self { name: written, class: None },
        }
    }
}

/// Whether an element is among the covered ones.
fn is_covered(tag: &str, covered: &[Covered<'_>]) -> bool {
    const CLASS: &str = " class=\"";
    let inside = &tag[1..tag.len() - 1];
    let (name, attributes) = inside.split_at(inside.find(' ').unwrap_or(inside.len()));
    // Mostly it is the first of them, if there is any.
    let class = attributes.strip_prefix(CLASS).or_else(|| Some(attributes.split_once(CLASS)?.1));
    let class = class.map(|class| &class[..memchr(b'"', class.as_bytes()).unwrap_or(class.len())]);
    covered.iter().any(|known| known.name == name && known.class == class)
}

fn tag(html: &str) -> Option<&str> {
    html.starts_with('<').then(|| memchr(b'>', html.as_bytes()).map(|end| &html[..=end])).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "<link rel=\"stylesheet\" href=\"a.css\">";
    const LATER: &str = "<link rel=\"stylesheet\" href=\"a.css\" data-later=\"article h1 p p.lead ul li a\">";

    /// In `main`, `|` is where the link is expected.
    fn check(main: &str) {
        let page = |in_head: &str, main: &str| {
            format!("<style>x</style>\n{in_head}</head><main id=\"m\">{main}</main>")
        };
        let html = page(LATER, &main.replace('|', ""));
        assert_eq!(placed(html), page("", &main.replace('|', LINK)), "{main}");
    }

    #[test]
    fn links_stand_before_what_needs_them() {
        check("<article><h1>A</h1><p class=\"lead\">b <a href=\"x\">c</a>|</p><pre></pre></article>");
        check("<article><p>a|</p><p class=\"other\">b</p></article>");
        check("|<div class=\"hero\"><p>a</p></div>");
        check("|<article><pre></pre></article>");
        // Never between two items, or an item and its list.
        check("<article><p>a|</p><ul><li><pre></pre></li></ul></article>");
        check("<article><ul><li>a</li><li>b|</li></ul><table></table></article>");
        check("<article><ul><li>a|</li><li class=\"task\">b</li></ul></article>");
        // What follows the main part needs it, too.
        check("<article><h1>A</h1><!-- <pre> --><p>&lt;pre></p></article>|");
    }

    #[test]
    fn several_links_stay_together() {
        let html = format!(
            "{LATER}\n<link rel=\"stylesheet\" href=\"b.css\" data-later>\n<link rel=\"icon\"><main><p>a</p></main>"
        );
        let expected = format!(
            "<link rel=\"icon\"><main><p>a</p>{LINK}\n<link rel=\"stylesheet\" href=\"b.css\"></main>"
        );
        assert_eq!(placed(html), expected);
    }

    #[test]
    fn a_script_may_speak_of_the_head() {
        let script = "<script>/* no </head> here */</script>";
        let html = format!("{script}{LATER}</head><main><p>a</p></main>");
        assert_eq!(placed(html), format!("{script}</head><main><p>a</p>{LINK}</main>"));
    }

    #[test]
    fn a_title_may_speak_of_it() {
        let title = "<title>On data-later</title>";
        let html = format!("{title}{LATER}<main><p>a</p></main>");
        assert_eq!(placed(html), format!("{title}<main><p>a</p>{LINK}</main>"));
    }

    #[test]
    fn links_stay_before_other_styles() {
        for after in [
            "<link rel=\"stylesheet\" href=\"own.css\"><main><p>a</p></main>",
            "<main><p>a</p><style>p {}</style></main>",
            "<p>a page without a main part</p>",
        ] {
            assert_eq!(placed(format!("{LATER}{after}")), format!("{LINK}{after}"));
        }
        assert_eq!(placed("<p> data-later</p>".to_owned()), "<p> data-later</p>");
    }
}
