//! [`Asker`]: puts the questions of one render and writes them down.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Ask, CommonPart, FileBlob, Question, Settings, SettingsValues, Trace, World,
    deck::{ChapterOutline, OutsideFile},
    once::SaidOnce,
    page::{PageFacts, PageText, language_of},
    place::SiteValues,
    theme::{ComponentText, TemplateText, ThemeFileBytes, ThemeNames, ThemeTexts},
};
use compact_str::CompactString;

use crate::{
    base::{
        config::BaseUrl,
        diagnostic::{Diagnostic, Place, nearest},
        digest::{BlobId, Print},
        path::RepoPath,
    },
    parse::{
        expand::{At as TextAt, AttributeValue, Expanded},
        slides::Outline,
    },
    render::theme::{Asset, Context, Shown, Theme, Uids},
    site::{
        file::{self, PageFile},
        languages::LanguageId,
        page::{Page, title_of},
        place::Places,
        route::Route,
    },
    source::SourceError,
};

/// The only way of a render to what it is about.
pub(in crate::render) struct Asker {
    world: Arc<World>,
    /// The language of the address that is rendered.
    language: LanguageId,
    asked: Mutex<BTreeMap<Question, Print>>,
    /// Whether some file had other bytes than the site says: it was changed a moment ago.
    is_unsettled: AtomicBool,
}

/// What the theme says in a language.
pub(in crate::render) struct Texts {
    world: Arc<World>,
    language: String,
}

impl Texts {
    /// The text of a key; the error is the key that was likely meant.
    pub(in crate::render) fn get(&self, key: &str) -> Result<&str, Option<String>> {
        self.world.theme.text(&self.language, key)
    }
}

impl Asker {
    /// An asker for what stands at an address, that has asked for the [`Settings`] only. These tell of which language the
    /// address is.
    pub(in crate::render) fn new(world: Arc<World>, route: &Route) -> Self {
        let language = world.site.languages().of_route(route);
        Self::in_language(world, language)
    }

    fn in_language(world: Arc<World>, language: LanguageId) -> Self {
        let asker = Self { world, language, asked: Mutex::default(), is_unsettled: AtomicBool::new(false) };
        asker.ask(Settings(language));
        asker
    }

    /// The language of the address that is rendered.
    pub(in crate::render) fn language(&self) -> LanguageId {
        self.language
    }

    /// Puts a question.
    pub(in crate::render) fn ask<Q: Ask>(&self, question: Q) -> Q::Answer<'_> {
        let answer = question.answer(&self.world);
        let question = question.into();
        let asked = || self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked().contains_key(&question) {
            return answer;
        }
        let print = || Print::of(&answer);
        let print = if Q::SHARED { self.world.prints.get(&question, print) } else { print() };
        asked().insert(question, print);
        answer
    }

    /// An asker about the same world, for a part whose result is kept.
    pub(in crate::render) fn apart(&self) -> Self {
        Self::in_language(Arc::clone(&self.world), self.language)
    }

    /// The world, to ask whether a trace holds in it.
    pub(in crate::render) fn world(&self) -> &World {
        &self.world
    }

    /// Takes over what was asked for a part.
    pub(in crate::render) fn adopt(&self, trace: &Trace) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for (question, print) in trace.asked().unwrap_or_default() {
            asked.entry(question).or_insert(print);
        }
    }

    /// What has to be published because of a result that must not be used again, and so has no trace that could tell it: files
    /// that others are made of, and the addresses of these.
    pub(in crate::render) fn forms(&self) -> Vec<(RepoPath, Vec<Route>)> {
        if !self.is_unsettled.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let forms = asked.keys().filter_map(|question| question.forms(&self.world));
        forms.map(|(path, routes)| (path.clone(), routes)).collect()
    }

    /// Takes over what was asked for a part that is the same for many.
    pub(in crate::render) fn adopt_all(&self, asked: &[(Question, Print)]) {
        let mut known = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for (question, print) in asked {
            if !known.contains_key(question) {
                known.insert(question.clone(), *print);
            }
        }
    }

    /// What was asked, as it is; `None` when the result must not be used again.
    pub(in crate::render) fn into_asked(self) -> Option<Vec<(Question, Print)>> {
        let asked = self.asked.into_inner().unwrap_or_else(PoisonError::into_inner);
        (!self.is_unsettled.into_inner()).then(|| asked.into_iter().collect())
    }

    /// What was asked for what stands at an address; `None` when the result must not be used again.
    pub(in crate::render) fn trace(&self) -> Option<Trace> {
        let (common, own) = self.taken()?.into_iter().partition(|(question, _)| question.is_common());
        Some(Trace::of(own, CommonPart::Known(self.world.common.of(common))))
    }

    /// The same for a part, whose trace is stored alone.
    pub(in crate::render) fn trace_of_part(&self) -> Option<Trace> {
        Some(Trace::of(self.taken()?.into_iter().collect(), CommonPart::None))
    }

    fn taken(&self) -> Option<BTreeMap<Question, Print>> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        (!self.is_unsettled.load(Ordering::Relaxed)).then_some(asked)
    }

    /// Says so when the words of some page are missing, since its file changed a moment ago.
    pub(in crate::render) fn check_words(&self) {
        if !self.world.searches.are_settled() {
            self.do_not_reuse();
        }
    }

    /// Says that the result is that of this moment: of a file that was just written, or of too little time.
    pub(in crate::render) fn do_not_reuse(&self) {
        self.is_unsettled.store(true, Ordering::Relaxed);
    }

    /// The settings, which every asker has asked for.
    pub(in crate::render) fn settings(&self) -> SettingsValues<'_> {
        Settings(self.language).answer(&self.world)
    }

    /// Where the site lies: one of the settings, for those who write many addresses.
    pub(in crate::render) fn base(&self) -> &BaseUrl {
        &self.world.site.config().base_url
    }
}

/// Parts of what a page says of itself, which most renders want several times.
impl Asker {
    /// The address of a page.
    pub(in crate::render) fn page_route(&self, key: &RepoPath) -> Option<&Route> {
        self.facts_of(key).map(|page| &page.route)
    }

    /// The language of a page.
    pub(in crate::render) fn page_language(&self, key: &RepoPath) -> Option<&str> {
        self.facts_of(key).map(|page| language_of(&self.world.site, page))
    }

    /// A page, after its facts were asked for.
    fn facts_of(&self, key: &RepoPath) -> Option<&Page> {
        let question = PageFacts(key.clone());
        let is_known = |asked: &BTreeMap<Question, Print>| asked.contains_key(&question.clone().into());
        if !is_known(&self.asked.lock().unwrap_or_else(PoisonError::into_inner)) {
            self.ask(question);
        }
        let site = &self.world.site;
        site.pages().of_key(key).map(|id| site.page(id))
    }
}

/// Files.
impl Asker {
    /// The files that a page's text came from, its own first: they say which text it is.
    pub(in crate::render) fn text_files(&self, key: &RepoPath) -> Option<&[RepoPath]> {
        self.ask(PageText(key.clone()))?;
        let site = &self.world.site;
        Some(&site.page(site.pages().of_key(key)?).file.facts.files)
    }

    /// The text of a page, ready to be parsed as Markdown.
    pub(in crate::render) fn text(&self, key: &RepoPath) -> Option<Expanded> {
        self.ask(PageText(key.clone()))?;
        let page = self.world.site.page(self.world.site.pages().of_key(key)?);
        Some(self.expanded(&page.file))
    }

    /// A Markdown file that need not be a page, its title, and its text as it would be of one. What is made of them can't be
    /// used again.
    pub(in crate::render) fn any_file(&self, path: &RepoPath) -> (Arc<PageFile>, CompactString, Expanded) {
        self.do_not_reuse();
        let site = &self.world.site;
        let load = || Arc::new(PageFile::load(path, &self.world.files(), site.reading(), None, None));
        let file = site.file(path).cloned().unwrap_or_else(load);
        let title = title_of(&file, &file.front, false, path, site.content());
        let expanded = self.expanded(&file);
        (file, title, expanded)
    }

    fn expanded(&self, file: &PageFile) -> Expanded {
        let (expanded, is_settled) = file::expanded_body(file, &self.world.files());
        if !is_settled {
            self.do_not_reuse();
        }
        expanded
    }

    /// Which bytes a file has.
    pub(in crate::render) fn blob(&self, path: &RepoPath) -> Option<BlobId> {
        self.ask(FileBlob(path.clone()))
    }

    /// How many bytes a file has.
    pub(in crate::render) fn size(&self, path: &RepoPath) -> Option<u64> {
        self.ask(FileBlob(path.clone()))?;
        Some(self.world.site.listing().entries.get(path)?.size)
    }

    /// The bytes of a file.
    pub(in crate::render) fn bytes(&self, path: &RepoPath) -> Result<Vec<u8>, SourceError> {
        self.settled_bytes(path).map(|(bytes, _)| bytes)
    }

    /// The same, and whether they are those that the site knows.
    pub(in crate::render) fn settled_bytes(&self, path: &RepoPath) -> Result<(Vec<u8>, bool), SourceError> {
        self.blob(path);
        let source = &self.world.source;
        let read = match self.world.site.listing().entries.get(path) {
            Some(entry) => source.read_listed(path, entry),
            None => source.read(path).map(|bytes| (bytes, false)),
        };
        if !read.as_ref().is_ok_and(|(_, is_settled)| *is_settled) {
            self.do_not_reuse();
        }
        read
    }

    /// The outline of a chapter; `None` when its whole text has to be looked at.
    pub(in crate::render) fn outline(&self, path: &RepoPath) -> Option<Arc<Outline>> {
        let outline = self.ask(ChapterOutline(path.clone()));
        if !self.world.outlines.get(&self.world, path).is_settled {
            self.do_not_reuse();
        }
        for path in outline.iter().flat_map(|outline| &outline.used.includes) {
            self.ask(OutsideFile(path.clone()));
        }
        outline
    }

    /// The bytes' id and the text of a file of the repository, named from its root; it need not be a file of the site.
    pub(in crate::render) fn outside(&self, path: &str) -> Option<(BlobId, Arc<str>)> {
        self.ask(OutsideFile(path.to_owned()));
        self.world.outside(path)
    }

    /// The place of a top-level key of a file's front matter.
    pub(in crate::render) fn place_of_key(&self, path: &RepoPath, key: &str) -> Place {
        self.ask(FileBlob(path.clone()));
        self.world.files().place_of_key(path, key)
    }

    /// Problems with their places in the files that a text came from.
    pub(in crate::render) fn placed(
        &self,
        problems: Vec<(Diagnostic, TextAt)>,
        files: &[RepoPath],
    ) -> Vec<Diagnostic> {
        if problems.is_empty() {
            return Vec::new();
        }
        for path in files {
            self.ask(FileBlob(path.clone()));
        }
        let source_files = self.world.files();
        let mut places = Places::new(&source_files);
        let placed = problems.into_iter().map(|(problem, at)| match places.of(at, files) {
            Some(place) => problem.at(place),
            None => problem,
        });
        let placed = placed.collect();
        if !places.is_settled() {
            self.do_not_reuse();
        }
        placed
    }
}

/// The theme.
impl Asker {
    fn theme(&self) -> &Theme {
        self.world.theme_in(self.language)
    }

    /// Whether the theme has a template.
    pub(in crate::render) fn has_template(&self, name: &str) -> bool {
        self.ask(TemplateText(name.to_owned())).is_some()
    }

    /// Whether a template, and all that it includes, is built in: its print, which is asked for, tells it.
    pub(in crate::render) fn is_builtin(&self, name: &str) -> bool {
        self.has_template(name) && self.theme().is_builtin(name)
    }

    /// What a template can show of a page, if the theme has it: its print, which is asked for, tells it.
    pub(in crate::render) fn shown(&self, name: &str) -> Option<Shown> {
        self.ask(TemplateText(name.to_owned()))?;
        self.theme().shown(name)
    }

    /// What is said once for all pages of this world.
    pub(in crate::render) fn said_once(&self) -> &SaidOnce {
        &self.world.said_once
    }

    /// Renders a template.
    pub(in crate::render) fn render_template(
        &self,
        name: &str,
        context: &Context<'_>,
    ) -> Result<String, Box<Diagnostic>> {
        self.ask(SiteValues(self.language));
        self.ask(TemplateText(name.to_owned()));
        self.theme().render(name, context).inspect_err(|_| {
            // What is missing gets a hint from what there is.
            self.ask(ThemeNames);
        })
    }

    /// What the theme says in a language: one question for all texts, of which a page shows dozens.
    pub(in crate::render) fn texts(&self, language: &str) -> Texts {
        self.ask(ThemeTexts(language.to_owned()));
        Texts { world: Arc::clone(&self.world), language: language.to_owned() }
    }

    /// The template that was likely meant by a name.
    pub(in crate::render) fn nearest_template(&self, name: &str) -> Option<String> {
        let (templates, _) = self.ask(ThemeNames);
        let names = templates.iter().map(|name| name.trim_end_matches(".html"));
        nearest(name, names).map(str::to_owned)
    }

    /// The component that was likely meant by a name.
    pub(in crate::render) fn nearest_component(&self, name: &str) -> Option<String> {
        let (_, components) = self.ask(ThemeNames);
        nearest(name, components.iter().copied()).map(str::to_owned)
    }

    /// Renders a call of a component, with the values of the page when it wants them; `None` when pages can't call one
    /// of that name.
    pub(in crate::render) fn render_component(
        &self,
        name: &str,
        attributes: &[(String, AttributeValue)],
        body_html: Option<&str>,
        page: impl FnOnce(Shown) -> Context<'static>,
        uids: &mut Uids,
    ) -> Option<(Option<String>, Vec<Diagnostic>)> {
        self.ask(SiteValues(self.language));
        self.ask(ComponentText(name.to_owned()))?;
        let wants_page = self.world.theme.component(name).is_some_and(|component| component.wants_page);
        let shown = self.theme().shown_in_component(name);
        let context = if wants_page { page(shown) } else { Context::new() };
        let (html, problems) = self.theme().render_component(name, attributes, body_html, &context, uids);
        if !problems.is_empty() {
            self.ask(ThemeNames);
        }
        Some((html, problems))
    }

    /// A file of the theme that is published as it is.
    pub(in crate::render) fn theme_file(&self, path: &str) -> Option<&[u8]> {
        self.ask(ThemeFileBytes(path.to_owned()))?;
        self.world.theme.asset(path).map(Asset::bytes)
    }
}
