//! Turns Tera's errors into diagnostics: file, line and excerpt, how the render got there, and the nearest known name.
//!
//! Tera gives the place of an error as values, but the calls that led to it, and the names missing when templates
//! are put together, only as text in the manner of rustc. That text is read back here; its form is why the version of
//! Tera is pinned.

use tera::{ErrorKind, ReportError};

use crate::base::diagnostic::{Diagnostic, Place, nearest};

use super::{bounds::MAX_HTML_BYTES, compile::Templates, filters, functions};

/// How many names a hint lists when none is near.
const MAX_LISTED_NAMES: usize = 12;

/// Names that templates may see wherever they are; Tera tells only those of the innermost scope.
const CONTEXT_NAMES: &[&str] = &[
    "site",
    "page",
    "content",
    "children",
    "pagination",
    "nav",
    "taxonomy",
    "term",
    "redirect",
    "loop",
    "body",
];

/// Knows where templates are from and what names there are.
pub(super) struct Reporter<'a> {
    pub(super) templates: &'a Templates,
    pub(super) components: Vec<&'a str>,
}

/// A template that doesn't fit with the others.
pub(super) struct Problem {
    /// The template's full name.
    pub(super) template: String,
    /// Other templates that are part of it.
    pub(super) others: Vec<String>,
    /// Whether it is a component that several templates define.
    pub(super) duplicate: bool,
    pub(super) diagnostic: Diagnostic,
}

impl Problem {
    fn new(template: &str, diagnostic: Diagnostic) -> Self {
        Self { template: template.to_owned(), others: Vec::new(), duplicate: false, diagnostic }
    }
}

impl<'a> Reporter<'a> {
    /// A reporter for templates whose components are not known yet.
    pub(super) fn without_components(templates: &'a Templates) -> Self {
        Self { templates, components: Vec::new() }
    }

    /// The diagnostic for an error while rendering `template`.
    pub(super) fn diagnose(&self, error: &tera::Error, template: &str) -> Diagnostic {
        let (ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report)) = error.kind() else {
            let (message, hint) = self.explain(&error.to_string());
            let diagnostic = Diagnostic::error("template-error", message).hint_opt(hint);
            return match self.templates.get(template) {
                Some(source) => diagnostic.at(Place::file(&source.path)),
                None => diagnostic,
            };
        };
        let (message, hint) = self.explain(report.message());
        let mut diagnostic = Diagnostic::error("template-error", message).hint_opt(hint);
        diagnostic.place = self.place_of(report);
        for note in error.to_string().split("\n\nnote: ").skip(1) {
            let locus = note.lines().next().unwrap_or("");
            let (label, file) = locus.rsplit_once(' ').unwrap_or(("called from", locus));
            let n_carets = note.lines().last().map_or(0, |line| line.matches('^').count());
            if let Some(place) = self.place_at(file, n_carets) {
                diagnostic = diagnostic.related(label, place);
            }
        }
        diagnostic
    }

    /// What is wrong with the templates, when Tera refused to put them together.
    pub(super) fn problems(&self, error: &tera::Error) -> Vec<Problem> {
        match error.kind() {
            ErrorKind::SyntaxError(report) => {
                let (message, hint) = self.explain(report.message());
                let mut diagnostic = Diagnostic::error("template-syntax", message).hint_opt(hint);
                diagnostic.place = self.place_of(report);
                vec![Problem::new(report.filename(), diagnostic)]
            }
            ErrorKind::CircularExtend { tpl, inheritance_chain } => {
                vec![self.circle("extend", tpl, inheritance_chain)]
            }
            ErrorKind::CircularInclude { tpl, include_chain } => {
                vec![self.circle("include", tpl, include_chain)]
            }
            ErrorKind::MissingParent { current, parent } => vec![self.missing_parent(current, parent)],
            ErrorKind::Msg(text) if text.starts_with("Component `") => {
                self.duplicate(text).into_iter().collect()
            }
            ErrorKind::Msg(text) => {
                text.split("\n\nerror: ").filter_map(|report| self.read_report(report)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn circle(&self, verb: &str, template: &str, chain: &[String]) -> Problem {
        let steps: Vec<String> = chain.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("templates {verb} each other in a circle: {}", steps.join(" -> "));
        let mut problem = Problem::new(template, Diagnostic::error("template-circle", message));
        problem.others = chain.to_vec();
        problem
    }

    fn missing_parent(&self, current: &str, parent: &str) -> Problem {
        let (message, hint) = self.explain(&format!("Unknown template `{parent}`"));
        let mut diagnostic = Diagnostic::error("template-name", message).hint_opt(hint);
        diagnostic.place = self.templates.get(current).map(|source| {
            let from = source.text.find("extends").unwrap_or(0);
            let at = source.text[from..].find(parent).map_or(from, |at| from + at);
            Place::in_text(&source.path, &source.text, at..at + parent.len())
        });
        Problem::new(current, diagnostic)
    }

    /// Reads ``Component `x` is defined in both `a` and `b` ``.
    fn duplicate(&self, text: &str) -> Option<Problem> {
        let mut quoted = text.split('`').skip(1).step_by(2);
        let (component, first, second) = (quoted.next()?, quoted.next()?, quoted.next()?);
        let message = format!("the component `{component}` is defined in `{first}` as well");
        let mut diagnostic = Diagnostic::error("component-twice", message).hint("rename one of them");
        diagnostic.place = self.templates.get(second).map(|source| {
            let at = source.text.find(component).unwrap_or(0);
            Place::in_text(&source.path, &source.text, at..at + component.len())
        });
        let mut problem = Problem::new(second, diagnostic);
        problem.others = vec![first.to_owned(), second.to_owned()];
        problem.duplicate = true;
        Some(problem)
    }

    /// Reads a report as it is printed: the message, then ` --> file:line:column`, then the line with carets.
    fn read_report(&self, report: &str) -> Option<Problem> {
        let (message, rest) = report.split_once("--> ")?;
        let (message, hint) = self.explain(message.trim_start_matches("error: ").trim());
        let locus = rest.lines().next()?;
        let n_carets = rest.lines().last().map_or(0, |line| line.matches('^').count());
        let mut diagnostic = Diagnostic::error("template-name", message).hint_opt(hint);
        diagnostic.place = self.place_at(locus, n_carets);
        let template = locus.rsplitn(3, ':').last()?;
        Some(Problem::new(template, diagnostic))
    }

    fn place_of(&self, report: &ReportError) -> Option<Place> {
        let source = self.templates.get(report.filename())?;
        let span = report.span();
        let start = source.column(span.start_line, span.start_col + 1);
        let end = source.column(span.end_line, span.end_col + 1);
        let width = (span.end_line == span.start_line).then(|| end.saturating_sub(start));
        Some(Place::at_line(&source.path, &source.text, span.start_line, start, width))
    }

    fn place_at(&self, locus: &str, width: usize) -> Option<Place> {
        let mut parts = locus.rsplitn(3, ':');
        let column: usize = parts.next()?.trim().parse().ok()?;
        let line: usize = parts.next()?.parse().ok()?;
        let source = self.templates.get(parts.next()?)?;
        let end = source.column(line, column + width);
        let (column, width) = (source.column(line, column), end.saturating_sub(source.column(line, column)));
        Some(Place::at_line(&source.path, &source.text, line, column, Some(width)))
    }

    /// Tera's message in our words, and the next step.
    fn explain(&self, message: &str) -> (String, Option<String>) {
        // Memory takes everything, but for what is too much.
        if message.to_lowercase().starts_with("io error") {
            let hint = Some("look for a loop that doesn't end".to_owned());
            return (format!("the template writes more than {} MB", MAX_HTML_BYTES >> 20), hint);
        }
        if let Some((name, known)) = missing(message, "Variable `", "Available variables: ") {
            let known = known.iter().copied().chain(CONTEXT_NAMES.iter().copied());
            return (format!("unknown variable `{name}`"), near_or_all(name, known, false));
        }
        if let Some((name, known)) = missing(message, "Field `", "Available fields: ") {
            return (format!("unknown field `{name}`"), near_or_all(name, known, true));
        }
        if let Some((name, known)) = message.strip_prefix("Unknown argument(s) `").and_then(|rest| {
            let (unknown, known) = rest.split_once(" in component call.").unwrap_or((rest, ""));
            Some((unknown.split('`').step_by(2).min()?, known))
        }) {
            let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
            return (format!("unknown attribute `{name}`"), near_or_all(name, known, true));
        }
        for (kind, known) in [
            ("filter", filters::NAMES.to_vec()),
            ("function", functions::NAMES.to_vec()),
            ("test", filters::TESTS.to_vec()),
            ("component", self.components.clone()),
            ("template", self.templates.names().collect()),
        ] {
            if let Some(rest) = message.strip_prefix(&format!("Unknown {kind} `")) {
                let name = rest.trim_end_matches('`');
                return (format!("unknown {kind} `{name}`"), near_or_all(name, known, kind == "test"));
            }
        }
        if let Some(rest) = message.strip_prefix("Block `")
            && let Some((name, _)) = rest.split_once("` is not defined in any parent")
        {
            let hint = format!("write `{{% block {name} %}}{{% endblock %}}` where it belongs");
            return (format!("the block `{name}` is filled, but no template further up has it"), Some(hint));
        }
        if message.starts_with("Tried to render a variable that is undefined") {
            let hint = "write `{{ value or \"\" }}`, or ask first with `{% if … %}`";
            return ("a value that is shown here is not defined".to_owned(), Some(hint.to_owned()));
        }
        (plain(message), None)
    }
}

/// Reads ``Field `name` is not defined. Available fields: a, b``.
fn missing<'m>(message: &'m str, prefix: &str, list: &str) -> Option<(&'m str, Vec<&'m str>)> {
    let (name, rest) = message.strip_prefix(prefix)?.split_once('`')?;
    let rest = rest.strip_prefix(" is not defined")?;
    let known = rest.split_once(list).map_or(Vec::new(), |(_, names)| names.split(", ").collect());
    Some((name, known))
}

fn near_or_all<'n>(name: &str, known: impl IntoIterator<Item = &'n str>, list: bool) -> Option<String> {
    let known: Vec<&str> = known.into_iter().filter(|name| !name.is_empty()).collect();
    if let Some(near) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let shown: Vec<String> = known.iter().take(MAX_LISTED_NAMES).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > shown.len() { " and others" } else { "" };
    (list && !shown.is_empty()).then(|| format!("there are {}{more}", shown.join(", ")))
}

/// Without a capital and a full stop.
fn plain(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut chars = message.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && second.is_ascii_lowercase() => {
            first.to_ascii_lowercase().to_string() + chars.as_str()
        }
        _ => message.to_owned(),
    }
}
