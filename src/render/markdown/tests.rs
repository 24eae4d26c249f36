//! What Markdown becomes, from text to HTML: the behaviour of parser and writer together.

use crate::{
    parse::{
        expand::{At, Body, ComponentCall, Expanded, SourceMap, block_placeholder, placeholder},
        markdown::{Embed, Link, LinkKind, MarkdownOptions, parse},
    },
    render::markdown::{Hooks, HtmlOptions, LinkHtml, NoHooks, to_html},
};

fn page(text: &str) -> Expanded {
    Expanded { text: text.to_owned(), map: SourceMap::whole(0, 0), ..Expanded::default() }
}

fn html_of(expanded: &Expanded, options: &MarkdownOptions) -> String {
    let options_html = HtmlOptions { heading_anchors: false, ..HtmlOptions::default() };
    to_html(parse(expanded, options), expanded, &options_html, &mut NoHooks)
}

/// Renders with everything on; the last line end doesn't matter.
#[track_caller]
fn check(markdown: &str, expected: &str) {
    assert_eq!(html_of(&page(markdown), &MarkdownOptions::default()).trim_end(), expected, "{markdown:?}");
}

/// Like [`check`], for what becomes one paragraph.
#[track_caller]
fn check_text(markdown: &str, expected: &str) {
    check(markdown, &format!("<p>{expected}</p>"));
}

#[test]
fn tables_are_those_of_github() {
    check(
        "| foo | bar |\n| --- | :-: |\n| baz | `a\\|b` |",
        "<div class=\"table\"><table>\n<thead>\n<tr>\n<th>foo</th>\n<th class=\"align-center\">bar</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>baz</td>\n<td class=\"align-center\"><code>a|b</code></td>\n</tr>\n</tbody>\n</table></div>",
    );
    check(
        "| a |\n| --- |",
        "<div class=\"table\"><table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table></div>",
    );
    check_text("| a | b |\n| --- |", "| a | b |\n| --- |");
    check(
        "|   | b |\n| - | - |",
        "<div class=\"table\"><table>\n<thead>\n<tr>\n<td></td>\n<th>b</th>\n</tr>\n</thead>\n</table></div>",
    );
}

#[test]
fn tasks_are_marked_at_their_item() {
    check(
        "- [ ] foo\n- [x] bar",
        "<ul>\n<li class=\"task\"><input type=\"checkbox\" disabled=\"\" aria-label=\"To do\" /> foo</li>\n<li class=\"task\"><input type=\"checkbox\" disabled=\"\" checked=\"\" aria-label=\"Done\" /> bar</li>\n</ul>",
    );
    check(
        "- [x] foo\n\n  bar",
        "<ul>\n<li class=\"task\">\n<p><input type=\"checkbox\" disabled=\"\" checked=\"\" aria-label=\"Done\" /> foo</p>\n<p>bar</p>\n</li>\n</ul>",
    );
}

#[test]
fn strikes_and_scripts() {
    check_text("~~Hi~~ there", "<del>Hi</del> there");
    check_text("This ~~has a\nbreak~~.", "This <del>has a\nbreak</del>.");
    check_text("~some words~", "<del>some words</del>");
    check_text("~x~ H~2~O CO~2~ ~2~H", "<sub>x</sub> H<sub>2</sub>O CO<sub>2</sub> <sub>2</sub>H");
    check_text("x^2^ 2^10^, ^a^b", "x<sup>2</sup> 2<sup>10</sup>, <sup>a</sup>b");
    check_text("a^b and c^d, ~ and ~, 5^ ^", "a^b and c^d, ~ and ~, 5^ ^");
    check_text("x^*n*+1^", "x<sup><em>n</em>+1</sup>");
    check_text("H\\~2~O x\\^2^ ~~~", "H~2~O x^2^ ~~~");
    check_text("^^x^^ a^^b^^c", "^^x^^ a^^b^^c");
    check_text("*a^b* c^", "<em>a^b</em> c^");
}

#[test]
fn marks_are_not_comparisons() {
    check_text("==a *b* c== ==d==", "<mark>a <em>b</em> c</mark> <mark>d</mark>");
    check_text("这是==标记==文本", "这是<mark>标记</mark>文本");
    check_text("==a\nb==", "<mark>a\nb</mark>");
    check_text("**==a==** ==**b**==", "<strong><mark>a</mark></strong> <mark><strong>b</strong></mark>");
    for text in
        ["a==b and c==d", "a == b == c", "==a", "a==", "=== a ===", "==== ====", "\\==a== b", "*==a* b=="]
    {
        let found = html_of(&page(text), &MarkdownOptions::default());
        assert!(!found.contains("<mark>"), "{text}: {found}");
    }
}

#[test]
fn bare_addresses_become_links() {
    check_text("see www.a.org/b.", "see <a href=\"http://www.a.org/b\">www.a.org/b</a>.");
    check_text(
        "(https://a.org/x_(y)) *https://b.org*",
        "(<a href=\"https://a.org/x_(y)\">https://a.org/x_(y)</a>) <em><a href=\"https://b.org\">https://b.org</a></em>",
    );
    check_text("a@b.org!", "<a href=\"mailto:a@b.org\">a@b.org</a>!");
    check_text(
        "https://a.org?x=1&amp;y=2",
        "<a href=\"https://a.org?x=1&amp;y=2\">https://a.org?x=1&amp;y=2</a>",
    );
    check_text(
        "https://a.org/?q=:tada:&a==b==c",
        "<a href=\"https://a.org/?q=:tada:&amp;a==b==c\">https://a.org/?q=:tada:&amp;a==b==c</a>",
    );
    check_text("`www.a.org` [www.a.org](x)", "<code>www.a.org</code> <a href=\"x\">www.a.org</a>");
    check_text(
        "https://a.org/__init__.py x https://a.org/_b_*c*: *https://a.org/_b_*",
        "<a href=\"https://a.org/__init__.py\">https://a.org/__init__.py</a> x \
<a href=\"https://a.org/_b_*c\">https://a.org/_b_*c</a>*: <em><a href=\"https://a.org/\">https://a.org/</a><em>b</em></em>",
    );
    check_text("http\\://a.org <http://b.org>", "http://a.org <a href=\"http://b.org\">http://b.org</a>");
}

#[test]
fn emoji_have_exact_names() {
    check_text(":tada: :+1::tada:", "🎉 👍🎉");
    check_text(
        "10:30:45 10:100:45 :nosuch: `:tada:` \\:tada: a:b:c",
        "10:30:45 10:100:45 :nosuch: <code>:tada:</code> :tada: a:b:c",
    );
}

#[test]
fn footnotes_are_numbered_by_reference_and_stand_at_the_end() {
    check(
        "a[^x] b[^2] c[^X]\n\n[^2]: two\n[^x]: one[^2]\n[^y]: unused\n\nend",
        "<p>a<sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1\" role=\"doc-noteref\">1</a></sup> \
b<sup class=\"footnote-ref\"><a href=\"#fn-2\" id=\"fnref-2\" role=\"doc-noteref\">2</a></sup> \
c<sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1-2\" role=\"doc-noteref\">1</a></sup></p>\n\
<p>end</p>\n\
<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n\
<li id=\"fn-1\">\n<p>one<sup class=\"footnote-ref\"><a href=\"#fn-2\" id=\"fnref-2-2\" role=\"doc-noteref\">2</a></sup> \
<a class=\"footnote-back\" href=\"#fnref-1\" aria-label=\"Back to the text\" role=\"doc-backlink\">↩</a> \
<a class=\"footnote-back\" href=\"#fnref-1-2\" aria-label=\"Back to the text\" role=\"doc-backlink\">↩<sup>2</sup></a></p>\n</li>\n\
<li id=\"fn-2\">\n<p>two \
<a class=\"footnote-back\" href=\"#fnref-2\" aria-label=\"Back to the text\" role=\"doc-backlink\">↩</a> \
<a class=\"footnote-back\" href=\"#fnref-2-2\" aria-label=\"Back to the text\" role=\"doc-backlink\">↩<sup>2</sup></a></p>\n</li>\n\
</ol>\n</section>",
    );
    check_text("no[^such] note", "no[^such] note");
}

#[test]
fn alerts_have_titles() {
    check(
        "> [!NOTE]\n> a *b*",
        "<aside class=\"alert alert-note\">\n<p class=\"alert-title\">Note</p>\n<p>a <em>b</em></p>\n</aside>",
    );
    check(
        "> [!WARNING] Mind *the* gap\n> a",
        "<aside class=\"alert alert-warning\">\n<p class=\"alert-title\">Mind <em>the</em> gap</p>\n<p>a</p>\n</aside>",
    );
    check(
        "> [!faq]- Folded",
        "<details class=\"alert alert-faq\">\n<summary class=\"alert-title\">Folded</summary>\n</details>",
    );
    check(
        "> [!tip]+\n>\n> - a",
        "<details class=\"alert alert-tip\" open=\"\">\n<summary class=\"alert-title\">Tip</summary>\n<ul>\n<li>a</li>\n</ul>\n</details>",
    );
    check("> [!NOTE](x)", "<blockquote>\n<p><a href=\"x\">!NOTE</a></p>\n</blockquote>");
    check("> a\n>\n> [!NOTE]", "<blockquote>\n<p>a</p>\n<p>[!NOTE]</p>\n</blockquote>");
}

#[test]
fn headings_get_ids() {
    check(
        "# A b\n\n## A b\n\n## A b",
        "<h1 id=\"a-b\">A b</h1>\n<h2 id=\"a-b-1\">A b</h2>\n<h2 id=\"a-b-2\">A b</h2>",
    );
    check(
        "# `x` & *y*\n\n# Other {#x--y .c k=v}\n\n# !",
        "<h1 id=\"x--y-1\"><code>x</code> &amp; <em>y</em></h1>\n<h1 id=\"x--y\" class=\"c\" k=\"v\">Other</h1>\n<h1 id=\"section\">!</h1>",
    );
    check("<a id=\"a\"></a>\n\n# A", "<p><a id=\"a\"></a></p>\n<h1 id=\"a-1\">A</h1>");
}

#[test]
fn heading_anchors_are_an_option() {
    let expanded = page("# A");
    let document = parse(&expanded, &MarkdownOptions::default());
    let html = to_html(document, &expanded, &HtmlOptions::default(), &mut NoHooks);
    assert_eq!(
        html,
        "<h1 id=\"a\">A<a class=\"anchor\" href=\"#a\" aria-label=\"Link to this section\"></a></h1>\n"
    );
}

#[test]
fn formulas_are_not_prices() {
    for text in ["$5 and $6", "US$5 or US$6", "$5-$6", "a \\$x$ b", "`$x$`"] {
        let found = html_of(&page(text), &MarkdownOptions::default());
        assert!(!found.contains("<math"), "{text}: {found}");
    }
    check_text("US$5 *or* US$6", "US$5 <em>or</em> US$6");
    for text in ["$x$", "a $x_1$, b", "$$\nx\n$$", "```math\nx\n```", "($x$)"] {
        let found = html_of(&page(text), &MarkdownOptions::default());
        assert!(found.contains("<math"), "{text}: {found}");
    }
    check_text("$\\frac{1}$", "<code class=\"math\">\\frac{1}</code>");
}

#[test]
fn wiki_links_keep_their_target() {
    check_text("[[A b#C d]]", "<a href=\"A%20b#C%20d\">A b#C d</a>");
    check_text("[[a/b|some *text*]]", "<a href=\"a/b\">some <em>text</em></a>");
    check_text("`[[a]]` \\[[a]] [[]]", "<code>[[a]]</code> [[a]] [[]]");
    check_text("[[a|]] [[ b ]]", "<a href=\"a\">a</a> <a href=\"%20b%20\"> b </a>");
    check_text("[[1]](https://a.org) x", "<a href=\"https://a.org\">[1]</a> x");
    check_text("![[img.png|300]] x", "<a href=\"img.png\">300</a> x");
    check("![[page]]", "<a href=\"page\">page</a>");
    check(
        "| a |\n|---|\n| [[A\\|b]] |",
        "<div class=\"table\"><table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><a href=\"A\">b</a></td>\n</tr>\n</tbody>\n</table></div>",
    );
}

#[test]
fn attributes_stand_behind_what_they_are_for() {
    check_text(
        "![a](b.png){width=300 .right} c",
        "<img src=\"b.png\" alt=\"a\" class=\"right\" width=\"300\" loading=\"lazy\" /> c",
    );
    check_text(
        "[a](b){#x target=_blank} `c`{.rust}",
        "<a href=\"b\" id=\"x\" target=\"_blank\">a</a> <code class=\"rust\">c</code>",
    );
    check_text(
        "[a](b){title=\"x *y* _z_\"}",
        "<a href=\"b\" title=\"x *y* _z_\">a</a>"
            .replace(" title=\"x *y* _z_\"", "")
            .as_str()
            .replace("</a>", "</a>{title=&quot;x <em>y</em> <em>z</em>&quot;}")
            .as_str(),
    );
    check_text("`a`{b} [c](d) {.e} `f`{.g", "<code>a</code>{b} <a href=\"d\">c</a> {.e} <code>f</code>{.g");
}

#[test]
fn definition_lists() {
    check("a\n: b\n: *c*", "<dl>\n<dt>a</dt>\n<dd>b</dd>\n<dd><em>c</em></dd>\n</dl>");
}

#[test]
fn code_blocks_read_their_fence() {
    check(
        "```rust,ignore\n<x>\n```",
        "<figure class=\"code ignore\" data-language=\"rust\"><pre><code class=\"language-rust\">&lt;x&gt;\n</code></pre></figure>",
    );
    check("    a\n\n    b", "<pre><code>a\n\nb\n</code></pre>");
    check("- ```\n  a\n   b\n  ```", "<ul>\n<li>\n<pre><code>a\n b\n</code></pre>\n</li>\n</ul>");
    check("```\r\na\r\nb\r\n```\r\n", "<pre><code>a\nb\n</code></pre>");
}

#[test]
fn smart_punctuation_is_an_option() {
    let smart = MarkdownOptions { smart_punctuation: true, ..MarkdownOptions::default() };
    assert_eq!(html_of(&page("\"a\" -- b...'s"), &smart), "<p>“a” – b…’s</p>\n");
    let found = html_of(&page("http://a.org/b--c"), &smart);
    assert_eq!(found, "<p><a href=\"http://a.org/b--c\">http://a.org/b--c</a></p>\n");
    check_text("\"a\" -- b", "&quot;a&quot; -- b");
}

#[test]
fn odd_bytes_are_no_problem() {
    check("\u{FEFF}# a\0b", "<h1 id=\"ab\">a\u{FFFD}b</h1>");
    check("a\rb\r\rc", "<p>a\nb</p>\n<p>c</p>");
    check_text("\u{E000}5\u{E001} \u{E000}", "\u{E000}5\u{E001} \u{E000}");
}

#[test]
fn what_is_not_trusted_runs_nothing() {
    let expanded =
        page("<script>a</script>\n\nb <b onclick=c>d</b> [e](javascript:f) [g](h){onclick=i} <javascript:j>");
    let options = HtmlOptions { trusted: false, ..HtmlOptions::default() };
    let html = to_html(parse(&expanded, &MarkdownOptions::default()), &expanded, &options, &mut NoHooks);
    assert_eq!(
        html,
        "<p>&lt;script&gt;a&lt;/script&gt;</p>\n<p>b &lt;b onclick=c&gt;d&lt;/b&gt; e <a href=\"h\">g</a> javascript:j</p>\n"
    );
}

/// Hooks that show what they were asked.
struct Show;

impl Hooks for Show {
    fn link(&mut self, link: &Link<'_>) -> LinkHtml {
        let text =
            (link.kind == LinkKind::Wiki { piped: false }).then(|| format!("title of {}", link.target));
        LinkHtml {
            href: Some(format!("/{}", link.target)),
            class: "known".into(),
            text,
            ..LinkHtml::default()
        }
    }

    fn component(&mut self, call: &ComponentCall, body: String) -> String {
        format!("<{}>{body}</{}>", call.name, call.name)
    }

    fn embed(&mut self, embed: &Embed<'_>) -> String {
        format!("<embed {} {}>", embed.target, embed.block)
    }
}

fn call(name: &str, block: bool, body: Option<&str>) -> ComponentCall {
    let body = body.map(|text| Body { text: text.to_owned(), map: SourceMap::whole(0, 0) });
    let raw = format!(":{name}");
    ComponentCall {
        name: name.to_owned(),
        attributes: Vec::new(),
        block,
        body,
        raw,
        at: At { file: 0, offset: 0, len: 0 },
    }
}

#[track_caller]
fn check_calls(markdown: &str, calls: Vec<ComponentCall>, expected: &str) {
    let mut text = markdown.to_owned();
    for index in 0..calls.len() {
        text = text.replace(&format!("{{{index}}}"), &placeholder(index));
        text = text.replace(&format!("<{index}>"), &block_placeholder(index));
    }
    let expanded = Expanded { calls, ..page(&text) };
    let options = HtmlOptions { heading_anchors: false, ..HtmlOptions::default() };
    let document = parse(&expanded, &MarkdownOptions::default());
    assert_eq!(to_html(document, &expanded, &options, &mut Show).trim_end(), expected, "{markdown:?}");
}

#[test]
fn hooks_decide_about_links_and_embeds() {
    check_calls(
        "[[a]] [[b|c]]",
        vec![],
        "<p><a href=\"/a\" class=\"known\">title of a</a> <a href=\"/b\" class=\"known\">c</a></p>",
    );
    check_calls("![[a]]\n\nb ![[c]]", vec![], "<embed a true>\n<p>b <embed c false></p>");
}

#[test]
fn components_stand_where_they_were_called() {
    let calls = || vec![call("x", false, Some("*a*")), call("y", true, Some("b\n\n- c"))];
    check_calls(
        "d {0} e\n\n<1>\nf",
        calls(),
        "<p>d <x><em>a</em></x> e</p>\n<y><p>b</p>\n<ul>\n<li>c</li>\n</ul>\n</y>\n<p>f</p>",
    );
    check_calls(
        "- {0}\n- <1>\n\n> g\n<1>",
        calls(),
        "<ul>\n<li><x><em>a</em></x></li>\n<li>\n<y><p>b</p>\n<ul>\n<li>c</li>\n</ul>\n</y>\n</li>\n</ul>\n<blockquote>\n<p>g</p>\n</blockquote>\n:y",
    );
    check_calls(
        "`{0}` <b title=\"{0}\"> [{0}](x{0})\n\n    <1>",
        calls(),
        "<p><code>:x</code> <b title=\":x\"> <a href=\"/x:x\" class=\"known\"><x><em>a</em></x></a></p>\n<pre><code>:y\n</code></pre>",
    );
    check_calls(
        "| a |\n|---|\n| {0} |",
        calls(),
        "<div class=\"table\"><table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><x><em>a</em></x></td>\n</tr>\n</tbody>\n</table></div>",
    );
}

#[test]
fn a_body_belongs_to_its_page() {
    let body = format!("# A\n\n[ref] [^n] {}", placeholder(1));
    let calls = vec![call("x", true, Some(&body)), call("y", false, Some("[b][REF]"))];
    check_calls(
        "# A\n\n<0>\n\n[ref]: target\n[^n]: note",
        calls,
        "<h1 id=\"a\">A</h1>\n<x><h1 id=\"a-1\">A</h1>\n\
<p><a href=\"/target\" class=\"known\">ref</a> <sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1\" role=\"doc-noteref\">1</a></sup> \
<y><a href=\"/target\" class=\"known\">b</a></y></p>\n</x>\n\
<section class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n<li id=\"fn-1\">\n<p>note \
<a class=\"footnote-back\" href=\"#fnref-1\" aria-label=\"Back to the text\" role=\"doc-backlink\">↩</a></p>\n</li>\n</ol>\n</section>",
    );
}

#[test]
fn bodies_neither_multiply_nor_nest_without_end() {
    let nested = |index: usize| call("x", true, Some(&block_placeholder(index + 1)));
    let mut calls: Vec<ComponentCall> = (0..40).map(nested).collect();
    calls.push(call("y", true, Some(&format!("{0}\n{0}", block_placeholder(0)))));
    let expanded = Expanded { calls, ..page(&block_placeholder(0)) };
    let document = parse(&expanded, &MarkdownOptions::default());
    let codes: Vec<&str> = document.problems.iter().map(|problem| problem.diagnostic.code).collect();
    assert_eq!(codes, ["component-depth"]);
}
