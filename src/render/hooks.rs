//! The answers of a site to the Markdown renderer: links, images, code, components, raw HTML.
//!
//! [`body`] is the way from a page's file to its HTML; embeds of other pages take the same way, one level down.

use std::{cell::OnceCell, collections::HashMap};

use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        path::RepoPath,
    },
    parse::{
        expand::{At, ComponentCall, Expanded},
        markdown::{self, Embed, Fence, Link, LinkKind, Math, html, take_line_marks},
    },
    render::{
        Renderer, embed,
        highlight::{self, Outcome},
        markdown::{
            Hooks, HtmlOptions, LinkHtml, code::code_block_html, escape, image_html, math_as_code, to_html,
            to_mathml,
        },
        theme::Context,
    },
    site::{
        file,
        graph::spelling,
        page::PageId,
        place::Places,
        resolve::{Destination, Fragment, Missing, Spelling},
        route::Route,
    },
};

/// The HTML of a page's body, and what went wrong while rendering it.
pub(super) fn body(renderer: &Renderer, id: PageId) -> (String, Vec<Diagnostic>) {
    let site = renderer.site();
    let page = site.page(id);
    let expanded = file::expanded_body(&page.file, &renderer.files());
    let mut hooks = PageHooks::new(renderer, Some(id), &expanded.files, vec![id]);
    let html = hooks.html_of(&expanded);
    let problems = hooks.problems;
    let files = renderer.files();
    let mut places = Places::new(&files);
    let diagnostics = problems
        .into_iter()
        .map(|(problem, at)| match places.of(at, &expanded.files) {
            Some(place) => problem.at(place),
            None => problem,
        })
        .collect();
    (html, diagnostics)
}

/// The HTML of some Markdown in a page, such as a value of its front matter.
pub(super) fn fragment(renderer: &Renderer, page: Option<PageId>, text: &str) -> String {
    let path = page.map_or_else(RepoPath::root, |id| renderer.site().page(id).path().clone());
    let expanded = Expanded { text: text.to_owned(), files: vec![path], ..Expanded::default() };
    let stack = page.into_iter().collect();
    PageHooks::new(renderer, page, &expanded.files, stack).html_of(&expanded)
}

/// Answers for one page.
pub(super) struct PageHooks<'a> {
    pub(super) renderer: &'a Renderer,
    /// The pages being rendered, the one that embeds before the embedded.
    pub(super) stack: Vec<PageId>,
    files: &'a [RepoPath],
    route: Route,
    context: Context,
    /// The texts of the page's wiki links that have one, by place.
    texts: OnceCell<HashMap<At, &'a str>>,
    pub(super) problems: Vec<(Diagnostic, At)>,
}

impl<'a> PageHooks<'a> {
    pub(super) fn new(
        renderer: &'a Renderer,
        page: Option<PageId>,
        files: &'a [RepoPath],
        stack: Vec<PageId>,
    ) -> Self {
        let route = page.map_or_else(|| Route::new("/"), |id| renderer.site().page(id).route.clone());
        Self {
            renderer,
            stack,
            files,
            route,
            context: Context::new(),
            texts: OnceCell::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn html_of(&mut self, expanded: &Expanded) -> String {
        let document = markdown::parse_known(expanded, &self.renderer.site().reading().markdown);
        to_html(&document, expanded, &HtmlOptions::default(), self)
    }

    /// Where something leads that is written in this page, as an `href`; `None` when it leads nowhere.
    pub(super) fn destination(&self, spelling: Spelling, target: &str, at: At) -> Destination {
        let file = self.files.get(at.file as usize).or(self.files.first());
        let root = RepoPath::root();
        self.renderer.site().destination(spelling, target, file.unwrap_or(&root), &self.route)
    }

    fn wiki_destination(&self, link: &Link<'_>) -> Destination {
        let destination = self.destination(Spelling::Wiki, &link.target, link.at);
        if !matches!(destination, Destination::Missing(_)) || link.kind != (LinkKind::Wiki { piped: true }) {
            return destination;
        }
        let swapped = self.swapped(link.at).map(|text| self.destination(Spelling::Wiki, text, link.at));
        swapped.filter(|swapped| !matches!(swapped, Destination::Missing(_))).unwrap_or(destination)
    }

    /// The text of the wiki link at a place: Gollum and GitHub write the page there, behind the bar.
    fn swapped(&self, at: At) -> Option<&str> {
        let texts = self.texts.get_or_init(|| {
            let page = self.stack.last().map(|&id| self.renderer.site().page(id));
            let links = page.into_iter().flat_map(|page| &page.file.facts.links);
            links.filter_map(|link| Some((link.at, link.text.as_deref()?))).collect()
        });
        texts.get(&at).copied()
    }

    /// A destination as it is written into HTML; what leads nowhere stays as the author wrote it.
    pub(super) fn href(&self, destination: &Destination, written: &str) -> String {
        match destination {
            Destination::Internal { route, fragment, .. } => {
                let mut href = if *route == self.route && fragment.is_some() && self.stack.len() < 2 {
                    String::new()
                } else {
                    self.renderer.href(route)
                };
                if let Some(Fragment::Id(id) | Fragment::Missing(id)) = fragment {
                    href.push('#');
                    href.push_str(id);
                }
                href
            }
            Destination::Folder(folder) => {
                let path = crate::site::addresses::below_content(self.renderer.site(), folder);
                self.renderer.href(&Route::of_folder(&path))
            }
            Destination::Missing(Missing::Outside) => {
                self.forge_href(written).unwrap_or_else(|| written.to_owned())
            }
            Destination::External | Destination::Missing(_) => written.to_owned(),
        }
    }

    /// The address on the forge of a file that the site doesn't have.
    fn forge_href(&self, target: &str) -> Option<String> {
        let repo = self.renderer.site().config().repo.as_ref()?;
        let folder = self.files.first()?.parent()?;
        let path = folder.resolve(target.split('#').next()?)?;
        let branch = repo.branch.as_deref().unwrap_or("HEAD");
        Some(format!(
            "{}/blob/{branch}{}",
            repo.url.trim_end_matches('/'),
            Route::new(path.as_str()).href("")
        ))
    }

    fn unknown_component(&mut self, call: &ComponentCall, body: &str) -> String {
        if !call.block {
            return escape::text(&call.raw);
        }
        let near = nearest(&call.name, self.renderer.shared.theme.component_names());
        let problem =
            Diagnostic::warning("component-unknown", format!("there is no component `{}`", call.name)).hint(
                near.map_or_else(
                    || "add it to the `components` folder of your theme".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                ),
            );
        self.problems.push((problem, call.at));
        let mut html = "<div class=\"".to_owned();
        escape::push_text(&mut html, &call.name);
        html.push_str("\">\n");
        html.push_str(body);
        html.push_str("</div>\n");
        html
    }
}

impl Hooks for PageHooks<'_> {
    fn link(&mut self, link: &Link<'_>) -> LinkHtml {
        let mut html = LinkHtml::of(link);
        if link.kind == LinkKind::Email {
            return html;
        }
        let destination = match spelling(link.kind) {
            Spelling::Wiki => self.wiki_destination(link),
            Spelling::Path => self.destination(Spelling::Path, &link.target, link.at),
        };
        match &destination {
            Destination::Missing(Missing::NoName) => {
                html.href = None;
                html.text = Some(format!("[[{}]]", link.target));
            }
            Destination::Missing(Missing::Page(_)) => html.href = None,
            _ => html.href = Some(self.href(&destination, &link.target)),
        }
        html
    }

    fn image(&mut self, image: &Link<'_>, alt: &str) -> String {
        let destination = self.destination(spelling(image.kind), &image.target, image.at);
        image_html(image, &self.href(&destination, &image.target), alt)
    }

    fn code_block(&mut self, fence: &Fence, code: &str) -> String {
        if let Some((fence, code)) = take_line_marks(fence, code) {
            return self.code_block(&fence, &code);
        }
        let Some(language) = fence.language.as_deref() else {
            return code_block_html(fence, &escape::text(code));
        };
        let highlighted = self.renderer.shared.highlighter.highlight(language, code);
        let problem = match highlighted.outcome {
            Outcome::Unknown => Some(
                Diagnostic::warning("unknown-language", format!("code language `{language}` is not known"))
                    .hint(highlight::nearest(language).map_or_else(
                        || "write `text` for code without highlighting".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    )),
            ),
            Outcome::OverBudget | Outcome::Failed => Some(
                Diagnostic::warning(
                    "highlight-failed",
                    format!("this `{language}` code could not be highlighted"),
                )
                .hint("split it into smaller blocks"),
            ),
            Outcome::Done | Outcome::Plain => None,
        };
        self.problems.extend(problem.map(|problem| (problem, fence.at)));
        if fence.numbered.is_none() && self.renderer.site().config().highlight.line_numbers {
            let numbered = Fence { numbered: Some(1), ..fence.clone() };
            return code_block_html(&numbered, &highlighted.html);
        }
        code_block_html(fence, &highlighted.html)
    }

    fn component(&mut self, call: &ComponentCall, body: String) -> String {
        let theme = &self.renderer.shared.theme;
        if theme.component(&call.name).is_none() {
            return self.unknown_component(call, &body);
        }
        let body_html = call.body.is_some().then_some(body.as_str());
        let (html, problems) = theme.render_component(&call.name, &call.attributes, body_html, &self.context);
        self.problems.extend(problems.into_iter().map(|problem| (problem, call.at)));
        html.unwrap_or(body)
    }

    fn embed(&mut self, embed: &Embed<'_>) -> String {
        embed::html(self, embed)
    }

    fn math(&mut self, formula: &Math<'_>) -> String {
        match to_mathml(&formula.tex, formula.display) {
            Ok(html) => html,
            // Prose has dollars, too: `$HOME or $PATH` is no formula.
            Err(_) if !formula.display => escape::text(&format!("${}$", formula.tex)),
            Err(problem) => {
                self.problem(*problem, formula.at);
                math_as_code(&formula.tex, formula.display)
            }
        }
    }

    fn html(&mut self, written: &str) -> Option<String> {
        let mut rewritten = String::new();
        let mut copied = 0;
        let at = At { file: 0, offset: 0, len: 0 };
        for attribute in html::attributes(written).filter(html::Attribute::is_address) {
            let destination = self.destination(Spelling::Path, attribute.value, at);
            let href = self.href(&destination, attribute.value);
            if href != attribute.value {
                rewritten.push_str(&written[copied..attribute.range.start]);
                escape::push_text(&mut rewritten, &href);
                copied = attribute.range.end;
            }
        }
        if copied == 0 {
            return None;
        }
        rewritten.push_str(&written[copied..]);
        Some(rewritten)
    }

    fn problem(&mut self, diagnostic: Diagnostic, at: At) {
        self.problems.push((diagnostic, at));
    }
}
