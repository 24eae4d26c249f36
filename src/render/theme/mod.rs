//! Themes: templates, components and assets, and the only folder that knows Tera.
//!
//! 1. [`ThemeFile`]s come from the binary (`files`) and, on top of them, from the site: those of the theme on those that
//!    its manifest (`manifest`) extends. What a site says of its `look` is added to the style sheet with the tokens.
//! 2. `compile` parses them all; a broken one is replaced by the built-in file of its name and reported.
//! 3. [`Theme::with_site`] puts the values that all pages share in place, once.
//! 4. [`Theme::render`] and [`Theme::render_component`] turn a [`Context`] into HTML. What templates ask beyond their
//!    context goes through [`scope`](crate::render::scope).
//!
//! Files are read and assets are published by others.

mod assets;
mod book;
mod bounds;
mod call;
mod chains;
mod code_tabs;
mod compile;
mod component;
pub mod context;
mod counted;
mod files;
mod filters;
mod functions;
mod growing;
mod look;
mod manifest;
mod prints;
mod report;
mod shown;
mod texts;
mod tree;

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::{Map, Value};
use tera::{Tera, TeraResult};

use crate::base::{
    config,
    diagnostic::{Diagnostic, nearest},
    digest::Print,
};

pub use self::{
    assets::{Asset, HASH_CHARS, KnownAssets, SmallerAssets, asset_alone, with_addresses, with_hash},
    call::Uids,
    component::{ComponentInfo, Param, ParamKind},
    files::{DEFAULT_THEME, OwnFiles, ThemeFile, builtin_themes},
    shown::{Costly, Shown},
    tree::NavTree,
};

use self::{
    assets::Assets,
    bounds::{Html, Instead},
    compile::Templates,
    prints::Prints,
    report::Reporter,
    texts::Texts,
};

/// The folder of a site under which the assets of its theme are published.
pub const ASSET_FOLDER: &str = "theme";
/// The partial that pages with diagrams have in their heads.
pub const DIAGRAMS: &str = "partials/diagrams.html";
/// The folder of a theme with a folder for each library. What a library has is published only if some page names a file of it.
pub const LIBRARIES: &str = "libraries/";

/// What a site says of its theme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThemeOptions {
    /// How its files are published.
    pub assets: config::Assets,
    /// The colours of the site.
    pub colors: config::Colors,
    /// The typefaces of the site.
    pub fonts: config::Fonts,
    /// The addresses of their files, as they are written in a style sheet of the theme.
    pub font_urls: BTreeMap<String, String>,
    /// Values for the theme's settings.
    pub settings: Vec<config::ThemeSetting>,
}

/// The templates, components and assets that a site is rendered with.
#[derive(Clone, Debug)]
pub struct Theme {
    names: Vec<String>,
    settings: Map<String, Value>,
    tera: Tera,
    templates: Templates,
    components: BTreeMap<String, ComponentInfo>,
    assets: Arc<Assets>,
    texts: Texts,
    prints: Prints,
}

impl Theme {
    /// Loads the theme `name` with those that it stands on: of each the files in the binary, and the site's own on top.
    pub fn load(name: &str, own: OwnFiles, options: &ThemeOptions) -> (Self, Vec<Diagnostic>) {
        Self::load_knowing(name, own, options, &Arc::default())
    }

    /// The same, with scripts that may be known.
    pub fn load_knowing(
        name: &str,
        own: OwnFiles,
        options: &ThemeOptions,
        scripts: &Arc<KnownAssets>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let chain = files::chain(name, &own, &mut diagnostics);
        let mut layers = files::layer(&chain, own, &mut diagnostics);
        let (settings, problems) = manifest::settled(&chain.settings, &options.settings);
        diagnostics.extend(problems);
        if let Some(tokens) = layers.assets.get_mut(look::TOKENS) {
            let (look, problems) = look::css(options, &String::from_utf8_lossy(&tokens.bytes));
            diagnostics.extend(problems);
            let added = manifest::css(&chain.settings, &settings) + &look;
            if !added.is_empty() {
                tokens.bytes.to_mut().extend(added.into_bytes());
            }
        }
        let compile = || {
            let mut problems = Vec::new();
            (compile::compile(layers.templates, &mut problems), problems)
        };
        let (((mut tera, templates), problems), (assets, notes)) =
            rayon::join(compile, || Assets::of(&layers.assets, options.assets, scripts));
        filters::register_squeeze(&mut tera, options.assets.minify.then(|| Arc::clone(scripts)));
        diagnostics.extend(problems.into_iter().chain(notes));
        let components = component::list(&tera, &templates);
        let prints = Prints::of(&templates, &assets);
        let assets = Arc::new(assets);
        let (names, texts) = (chain.names, layers.texts);
        let theme = Self { names, settings, tera, templates, components, assets, texts, prints };
        (theme.with_site(&context::Site::default()), diagnostics)
    }

    /// The names of the theme and of those that it stands on, the lowest first.
    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The values of its settings.
    pub fn settings(&self) -> &Map<String, Value> {
        &self.settings
    }

    /// Sets `site`, which all templates see, and the addresses of theme files.
    #[must_use]
    pub fn with_site(mut self, site: &context::Site) -> Self {
        self.tera.global_context().insert("site", site);
        functions::register_assets(&mut self.tera, &site.base_path, &self.assets);
        self
    }

    /// Whether there is a template of this name, as `page.html`.
    pub fn has_template(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// The names of all templates, in order.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        self.templates.names()
    }

    /// Renders a template, as `page.html`.
    pub fn render(&self, template: &str, context: &Context<'_>) -> Result<String, Box<Diagnostic>> {
        if !self.has_template(template) {
            let hint = nearest(template, self.templates()).map(|name| format!("did you mean `{name}`?"));
            let diagnostic = Diagnostic::error("template-missing", format!("unknown template `{template}`"));
            return Err(Box::new(diagnostic.hint_opt(hint)));
        }
        self.html(template, context).map_err(|error| Box::new(self.reporter().diagnose(&error, template)))
    }

    fn html(&self, template: &str, context: &Context<'_>) -> TeraResult<String> {
        let Some((name, large)) = context.large else {
            return self.write(template, &context.values, Html::around(context.n_html_bytes))?.into_text();
        };
        let mut values = context.values.clone();
        if self.is_builtin(template) {
            values.insert_value(name, tera::Value::safe_string(STAND_IN));
            let of = values.get(name).and_then(|value| value.as_str()).unwrap_or_default();
            let html = self.write(template, &values, Html::with(Instead { of, large }))?;
            if html.n_instead() < 2 {
                return html.into_text();
            }
        }
        values.insert_value(name, tera::Value::safe_string(&large.to_html()));
        self.write(template, &values, Html::around(large.n_bytes))?.into_text()
    }

    fn write<'c>(&self, template: &str, values: &tera::Context, mut html: Html<'c>) -> TeraResult<Html<'c>> {
        self.tera.render_to(template, values, &mut html).map(|()| html)
    }

    /// A component by the name it is called with; `code-group` finds `code_group`.
    pub fn component(&self, name: &str) -> Option<&ComponentInfo> {
        self.components.get(&*component::identifier(name))
    }

    /// The components there are, in order of their names.
    pub fn components(&self) -> impl Iterator<Item = &ComponentInfo> {
        self.components.values()
    }

    /// The names of all components, in order.
    pub fn component_names(&self) -> impl Iterator<Item = &str> {
        self.components.keys().map(String::as_str)
    }

    /// The paths below [`ASSET_FOLDER`] at which there are assets: the name of each, and its address with a hash.
    pub fn asset_paths(&self) -> impl Iterator<Item = &str> {
        self.assets.paths()
    }

    /// The asset at a path below [`ASSET_FOLDER`]: its name, or its address.
    pub fn asset(&self, path: &str) -> Option<&Asset> {
        self.assets.at(path)
    }

    /// The print of all that decides how a template renders a given context; `None` when there is none of that name.
    pub fn template_print(&self, name: &str) -> Option<Print> {
        self.prints.template(self.templates.full_name(name)?)
    }

    /// Whether a template, and all that it includes, is built in.
    pub fn is_builtin(&self, name: &str) -> bool {
        self.templates.full_name(name).is_some_and(|name| self.prints.is_builtin(name))
    }

    /// What a template can show of a page, with all that it is put together from; `None` when there is none of that name.
    pub fn shown(&self, template: &str) -> Option<Shown> {
        Some(self.prints.shown(self.templates.full_name(template)?))
    }

    /// The same of a component.
    pub fn shown_in_component(&self, name: &str) -> Shown {
        self.prints.shown_in_component(name)
    }

    /// The print of all that decides how a component is rendered; `None` when pages can't call one of that name.
    pub fn component_print(&self, name: &str) -> Option<Print> {
        self.component(name)?;
        self.prints.component(name)
    }

    /// What the theme says for a key, in a language or else in the nearest that has it; the error is the key that was
    /// likely meant.
    pub fn text(&self, language: &str, key: &str) -> Result<&str, Option<String>> {
        self.texts
            .get(language, key)
            .ok_or_else(|| nearest(key, self.texts.keys(language)).map(str::to_owned))
    }

    /// The print of all that the theme says in a language.
    pub fn texts_print(&self, language: &str) -> Print {
        self.texts.print(language)
    }

    fn reporter(&self) -> Reporter<'_> {
        Reporter {
            templates: &self.templates,
            components: self.components.keys().map(String::as_str).collect(),
        }
    }
}

/// Named values for a template.
#[derive(Clone, Default)]
pub struct Context<'c> {
    values: tera::Context,
    /// How long the HTML in it is.
    n_html_bytes: usize,
    /// HTML by its name that is too large to be copied.
    large: Option<(&'static str, Large<'c>)>,
}

/// HTML of megabytes, which is written where it is shown.
#[derive(Clone, Copy)]
pub struct Large<'c> {
    /// How long it is, about.
    pub n_bytes: usize,
    /// Whether there are diagrams in it, so that nobody has to look through it.
    pub has_diagrams: bool,
    /// Adds it to a text.
    pub write: &'c dyn Fn(&mut String),
}

impl Large<'_> {
    fn write(&self, out: &mut String) {
        (self.write)(out);
    }

    fn to_html(self) -> String {
        let mut html = String::with_capacity(self.n_bytes);
        self.write(&mut html);
        html
    }
}

/// Takes the place of large HTML until that is written.
const STAND_IN: &str = "<!-- what is too large to be copied is here -->";

impl<'c> Context<'c> {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value; text in it is escaped where it is shown.
    pub fn insert<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        let value = tera::Value::try_from_serializable(value).unwrap_or_else(|_| tera::Value::none());
        self.values.insert_value(name, value);
    }

    /// The text or HTML of a name.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let large = self.large.filter(|(large, _)| *large == name).map(|(_, large)| large.to_html().into());
        large.or_else(|| self.values.get(name)?.as_str().map(Cow::Borrowed))
    }

    /// Whether there are diagrams in what is large.
    pub fn has_diagrams(&self) -> Option<bool> {
        self.large.map(|(_, large)| large.has_diagrams)
    }

    /// Adds entries of the navigation.
    pub fn insert_nav(&mut self, name: &'static str, entries: Vec<NavTree>) {
        self.values.insert_value(name, tree::list(entries));
    }

    /// Adds HTML that is shown as it is.
    pub fn insert_html(&mut self, name: &'static str, html: &str) {
        self.n_html_bytes += html.len();
        self.values.insert_value(name, tera::Value::safe_string(html));
    }

    /// The same for HTML of megabytes, of which there can be one. Built-in templates show it as it is, and ask nothing about it.
    pub fn insert_large_html(&mut self, name: &'static str, html: Large<'c>) {
        self.large = Some((name, html));
    }
}

#[cfg(test)]
mod tests;
