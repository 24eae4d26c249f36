//! The answers of a site to the Markdown renderer: links, images, code, components, raw HTML.
//!
//! [`body`] is the way from a page's file to its HTML; embeds of other pages take the same way, one level down.

use std::collections::HashMap;

use crate::{
    base::{diagnostic::Diagnostic, path::RepoPath},
    parse::{
        expand::{At, ComponentCall, Expanded},
        markdown::{self, Attributes, Embed, Fence, Link, LinkKind, MarkdownOptions, Math, take_line_marks},
    },
    render::{
        embed,
        highlight::{self, Outcome},
        images::{self, NOT_RESIZED_HINT, Size, Wish},
        lines,
        markdown::{
            Hooks, HtmlOptions, Labels, LinkHtml, Sources,
            code::{code_block_html, diagram_html, is_diagram},
            escape, fill, image_html, math_as_code, to_html, to_mathml,
        },
        page::Render,
        rewrite,
        theme::{Context, Shown, Uids},
        trace::{Lead, Leads, Links},
        view,
    },
    site::{
        graph::spelling,
        resolve::{Fragment, Missing, Spelling, path_of_wanted},
        route::Route,
    },
};

/// The HTML of a page's body, and what went wrong while rendering it.
pub(super) fn body(render: &Render, path: &RepoPath) -> (String, Vec<Diagnostic>) {
    let Some(files) = render.asker.text_files(path) else { return Default::default() };
    let galleys = render.galleys.as_ref().filter(|_| !render.with_lines);
    if let Some(page) = galleys.zip(files.first()).and_then(|(galleys, file)| galleys.get(file)) {
        let mut hooks = PageHooks::of_page(render, path, files, Vec::new());
        let html = fill(&page.galley, &page.calls, &hooks.options(), &mut hooks);
        return (html, render.asker.placed(hooks.problems, files));
    }
    let Some(expanded) = render.asker.text(path) else { return Default::default() };
    written(render, PageHooks::of_page(render, path, &expanded.files, Vec::new()), &expanded)
}

/// The same for a file that is no page of the site, shown at an address.
pub(super) fn body_of_file(render: &Render, expanded: &Expanded, route: &Route) -> (String, Vec<Diagnostic>) {
    written(render, PageHooks::new(render, route.clone(), &expanded.files, Vec::new()), expanded)
}

fn written(render: &Render, mut hooks: PageHooks<'_>, expanded: &Expanded) -> (String, Vec<Diagnostic>) {
    let settings = render.asker.settings().markdown;
    let html = if render.with_lines {
        let marked = hooks.html_with(expanded, &MarkdownOptions { marks: true, ..settings.clone() });
        let text = expanded.files.first().and_then(|file| render.asker.bytes(file).ok()).unwrap_or_default();
        lines::attach(&marked, &String::from_utf8_lossy(&text))
    } else {
        hooks.html_with(expanded, settings)
    };
    let problems = hooks.problems;
    (html, render.asker.placed(problems, &expanded.files))
}

/// The HTML of some Markdown in a page, such as a value of its front matter.
pub(super) fn fragment(render: &Render, page: Option<&RepoPath>, text: &str) -> String {
    let files = [file_of(render, page)];
    let expanded = Expanded { text: text.to_owned(), files: files.to_vec(), ..Expanded::default() };
    of_fragment(render, page, &files).html_of(&expanded)
}

/// The HTML of an image that a template shows in a page.
pub(super) fn image(render: &Render, page: Option<&RepoPath>, image: &Link<'_>, alt: &str) -> String {
    of_fragment(render, page, &[file_of(render, page)]).image(image, alt)
}

fn file_of(render: &Render, page: Option<&RepoPath>) -> RepoPath {
    page.and_then(|key| render.facts(key)).map(|page| page.path.clone()).unwrap_or_default()
}

fn of_fragment<'a>(render: &'a Render, page: Option<&RepoPath>, files: &'a [RepoPath]) -> PageHooks<'a> {
    PageHooks::new(render, route_of(render, page), files, page.cloned().into_iter().collect())
}

fn route_of(render: &Render, page: Option<&RepoPath>) -> Route {
    let home = || render.asker.settings().languages.home(render.asker.language());
    page.and_then(|key| render.asker.page_route(key)).cloned().unwrap_or_else(home)
}

/// The class of links to pages that nobody has written yet.
const WANTED: &str = "wanted";

/// The kinds of alerts that have a title of their own in each language.
const ALERTS: [&str; 10] =
    ["note", "tip", "info", "important", "warning", "caution", "danger", "question", "success", "example"];

/// Answers for one page.
pub(super) struct PageHooks<'a> {
    pub(super) render: &'a Render,
    /// The pages being rendered, the one that embeds before the embedded.
    pub(super) stack: Vec<RepoPath>,
    files: &'a [RepoPath],
    route: Route,
    /// Whether its text is that of a page, whose sections can be edited.
    is_page: bool,
    /// Where the links of the page's text lead, by their places.
    leads: HashMap<At, Lead>,
    uids: Uids,
    pub(super) problems: Vec<(Diagnostic, At)>,
}

impl<'a> PageHooks<'a> {
    /// Hooks for the text of a page; `around` are the pages that embed it.
    pub(super) fn of_page(
        render: &'a Render,
        path: &RepoPath,
        files: &'a [RepoPath],
        around: Vec<RepoPath>,
    ) -> Self {
        let stack = around.into_iter().chain([path.clone()]).collect();
        let links = render.asker.ask(Links(path.clone()));
        // The places of links in raw HTML are those of the HTML.
        let placed = links.into_iter().filter(|(link, _)| link.kind != LinkKind::Html);
        let leads = placed.map(|(link, lead)| (link.at, lead)).collect();
        Self { leads, is_page: true, ..Self::new(render, route_of(render, Some(path)), files, stack) }
    }

    /// Hooks for a text that is in no file.
    fn new(render: &'a Render, route: Route, files: &'a [RepoPath], stack: Vec<RepoPath>) -> Self {
        Self {
            render,
            stack,
            files,
            route,
            is_page: false,
            leads: HashMap::new(),
            uids: Uids::default(),
            problems: Vec::new(),
        }
    }

    pub(super) fn html_of(&mut self, expanded: &Expanded) -> String {
        self.html_with(expanded, self.render.asker.settings().markdown)
    }

    fn html_with(&mut self, expanded: &Expanded, markdown: &MarkdownOptions) -> String {
        let document = markdown::parse_known(expanded, markdown);
        to_html(document, expanded, &self.options(), self)
    }

    /// How HTML is written, with the theme's words in the language of the page.
    pub(super) fn options(&self) -> HtmlOptions {
        let texts = self.render.asker.texts(self.render.language(self.stack.last()));
        let text = |key: &str| texts.get(key).ok().map(str::to_owned);
        let default = Labels::default();
        let [to_do, done] = default.tasks;
        let alerts = ALERTS.iter().filter_map(|kind| Some(((*kind).to_owned(), text(kind)?)));
        let labels = Labels {
            anchor: text("anchor").unwrap_or(default.anchor),
            edit: text("edit_section").unwrap_or(default.edit),
            back: text("back").unwrap_or(default.back),
            tasks: [text("to_do").unwrap_or(to_do), text("done").unwrap_or(done)],
            alerts: alerts.collect(),
        };
        let file = self.files.first().filter(|_| self.is_page);
        let edit_url = file.and_then(|file| view::wiki_url(self.render, "edit", file));
        HtmlOptions { edit_url, labels, ..HtmlOptions::default() }
    }

    /// Where something leads that is written at a place of this page.
    pub(super) fn lead(&self, spelling: Spelling, target: &str, at: At) -> Lead {
        self.leads.get(&at).cloned().unwrap_or_else(|| self.ask_lead(spelling, target, at))
    }

    /// Where something leads that is no link of the page's text.
    fn ask_lead(&self, spelling: Spelling, target: &str, at: At) -> Lead {
        let file = self.files.get(at.file as usize).or(self.files.first()).cloned().unwrap_or_default();
        let route = self.route.clone();
        self.render.asker.ask(Leads { spelling, target: target.to_owned(), file, route })
    }

    /// Where a page that nobody has written yet can be written, if the site is shown as a wiki.
    fn editor_of(&self, name: &str, at: At) -> Option<String> {
        let file = self.files.get(at.file as usize).or(self.files.first())?;
        let path = path_of_wanted(self.render.asker.settings().content, name, file)?;
        view::wiki_url(self.render, "edit", &path)
    }

    /// A destination as it is written into HTML; what leads nowhere stays as the author wrote it.
    pub(super) fn href(&self, lead: &Lead, written: &str) -> String {
        match lead {
            Lead::To { route, fragment, .. } => {
                let mut href = if *route == self.route && fragment.is_some() && self.stack.len() < 2 {
                    String::new()
                } else {
                    self.render.href(route)
                };
                if let Some(Fragment::Id(id) | Fragment::Missing(id)) = fragment {
                    href.push('#');
                    href.push_str(id);
                }
                href
            }
            Lead::Folder(route) => self.render.href(route),
            Lead::Missing(Missing::Outside) => self.forge_href(written).unwrap_or_else(|| written.to_owned()),
            Lead::External | Lead::Missing(_) => written.to_owned(),
        }
    }

    /// The smaller forms of an image, if it is to have them: the config says so, or the attributes of the image.
    pub(super) fn sources(&mut self, attributes: &Attributes, lead: &Lead, at: At) -> Option<Sources> {
        let Lead::To { route, page: None, .. } = lead else { return None };
        let wish = Wish::of(attributes);
        if wish.resize == Some(false) {
            return None;
        }
        let is_wanted = wish.resize.unwrap_or(self.render.asker.settings().images.resize);
        let sizes = wish.sizes.or_else(|| wish.width.map(|width| format!("{width}px")));
        let href = |route: &Route| self.render.href(route);
        let found = if is_wanted { self.render.sources(route, sizes, href) } else { Ok(None) };
        let problem = match &found {
            Ok(Some(_)) => None,
            Ok(None) => self.render.heavy_image(route, !is_wanted),
            Err(cause) => Some(Diagnostic::warning("image-not-resized", cause).hint(NOT_RESIZED_HINT)),
        };
        self.problems.extend(problem.map(|problem| (problem, at)));
        found.ok().flatten()
    }

    /// The size of the image that something leads to.
    pub(super) fn image_size(&self, lead: &Lead) -> Option<Size> {
        match lead {
            Lead::To { route, page: None, .. } => self.render.image_size(route),
            _ => None,
        }
    }

    /// The address on the forge of a file that the site doesn't have.
    fn forge_href(&self, target: &str) -> Option<String> {
        let folder = self.files.first()?.parent()?;
        view::source_url(self.render, &folder.resolve(target.split('#').next()?)?)
    }

    /// `page` in a component, which can show so much of it: the page whose text calls it, also where another page embeds that.
    fn context(&self, shown: Shown) -> Context<'static> {
        let mut context = Context::new();
        if let Some(page) = self.stack.last().and_then(|path| self.render.facts(path)) {
            context.insert("page", &view::page_values(self.render, &page, shown));
        }
        context
    }

    fn unknown_component(&mut self, call: &ComponentCall, body: &str) -> String {
        if !call.block {
            return escape::text(&call.raw);
        }
        let near = self.render.asker.nearest_component(&call.name);
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
        let lead = self.lead(spelling(link.kind), &link.target, link.at);
        match &lead {
            Lead::Missing(Missing::NoName) => {
                html.href = None;
                html.text = Some(format!("[[{}]]", link.target));
            }
            Lead::Missing(Missing::Page(name)) => {
                html.href = self.editor_of(name, link.at);
                if html.href.is_some() {
                    html.class = WANTED.to_owned();
                }
            }
            _ => html.href = Some(self.href(&lead, &link.target)),
        }
        html
    }

    fn image(&mut self, image: &Link<'_>, alt: &str) -> String {
        let lead = self.lead(spelling(image.kind), &image.target, image.at);
        let href = self.href(&lead, &image.target);
        let sources = self.sources(&image.attributes, &lead, image.at);
        let size = || self.image_size(&lead);
        let shown = images::as_html(image, sources.is_some());
        image_html(&shown, &href, alt, |width, height| Some(size()?.shown(width, height)), sources.as_ref())
    }

    fn code_block(&mut self, fence: &Fence, code: &str) -> String {
        if is_diagram(fence) {
            return diagram_html(fence, code);
        }
        if let Some((fence, code)) = take_line_marks(fence, code) {
            return self.code_block(&fence, &code);
        }
        let Some(language) = fence.language.as_deref() else {
            return code_block_html(fence, &escape::text(code));
        };
        let highlighted = self.render.highlighter.highlight(language, code);
        if highlighted.outcome == Outcome::OverBudget {
            self.render.asker.do_not_reuse();
        }
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
        if fence.numbered.is_none() && self.render.asker.settings().line_numbers {
            let numbered = Fence { numbered: Some(1), ..fence.clone() };
            return code_block_html(&numbered, &highlighted.html);
        }
        code_block_html(fence, &highlighted.html)
    }

    fn component(&mut self, call: &ComponentCall, body: String) -> String {
        let body_html = call.body.is_some().then_some(body.as_str());
        let mut uids = std::mem::take(&mut self.uids);
        let page = |shown| self.context(shown);
        let asker = &self.render.asker;
        let rendered = asker.render_component(&call.name, &call.attributes, body_html, page, &mut uids);
        self.uids = uids;
        let Some((html, problems)) = rendered else { return self.unknown_component(call, &body) };
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
        let at = At { file: 0, offset: 0, len: 0 };
        rewrite::addresses(written, |address| {
            let lead = self.ask_lead(Spelling::Path, address, at);
            self.href(&lead, address)
        })
    }

    fn problem(&mut self, diagnostic: Diagnostic, at: At) {
        self.problems.push((diagnostic, at));
    }
}
