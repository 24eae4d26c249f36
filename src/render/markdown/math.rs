//! Formulas: TeX to MathML when the page is rendered, so that readers need no script.

use std::error::Error as _;

use pulldown_latex::{
    Event, Parser, ParserError, RenderConfig, Storage, config::DisplayMode, event::Content, push_mathml,
};

use crate::{base::diagnostic::Diagnostic, render::markdown::escape};

/// How long a formula is at most, in bytes.
const MAX_TEX_BYTES: usize = 10_000;

/// How many commands and braces may follow each other without anything between them, as in `\hat\hat\hat x`: the TeX
/// parser recurses for each of them.
const MAX_TEX_NESTING: usize = 200;

/// Turns TeX into a `<math>` element.
pub fn to_mathml(tex: &str, display: bool) -> Result<String, Box<Diagnostic>> {
    if tex.len() > MAX_TEX_BYTES || nesting(tex) > MAX_TEX_NESTING {
        return Err(invalid(tex, "it is too long or nested too deep"));
    }
    let storage = Storage::new();
    let events: Result<Vec<Event<'_>>, ParserError> = Parser::new(tex, &storage).collect();
    let events = events.map_err(|error| {
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        invalid(tex, &cause)
    })?;
    let display_mode = if display { DisplayMode::Block } else { DisplayMode::Inline };
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    let mut html = String::with_capacity(tex.len() * 8);
    let names = escaped_names(&events);
    let events = events.into_iter().zip(&names).map(|(event, name)| {
        let escaped = name.as_deref().map(|name| Event::Content(Content::Function(name)));
        Ok::<_, ParserError>(escaped.unwrap_or(event))
    });
    push_mathml(&mut html, events, config).map_err(|error| invalid(tex, &error.to_string()))?;
    Ok(escape_operators(html))
}

/// The names of functions, which pulldown-latex writes as they are, escaped where they have to be:
/// `\operatorname{<script>}` would be a script.
fn escaped_names(events: &[Event<'_>]) -> Vec<Option<String>> {
    let escaped = |event: &Event<'_>| match event {
        Event::Content(Content::Function(name)) if name.contains(['<', '>', '&', '"']) => {
            Some(escape::text(name))
        }
        _ => None,
    };
    events.iter().map(escaped).collect()
}

/// Escapes the operators `<` and `&`, which pulldown-latex writes as they are.
fn escape_operators(html: String) -> String {
    if html.contains("><<") || html.contains("&<") {
        return html.replace("><</", ">&lt;</").replace("&</", "&amp;</");
    }
    html
}

/// Shows TeX that can't be set as code.
pub fn as_code(tex: &str, display: bool) -> String {
    let class = if display { "math math-display" } else { "math" };
    format!("<code class=\"{class}\">{}</code>", escape::text(tex))
}

fn invalid(tex: &str, cause: &str) -> Box<Diagnostic> {
    let short: String = tex.trim().chars().take(60).collect();
    let diagnostic = Diagnostic::warning("invalid-math", format!("`{short}` is no formula: {cause}"));
    Box::new(diagnostic.hint("write a dollar sign as `\\$` where no formula is meant"))
}

/// The longest chain of commands and open braces in which each may be an argument of the one before it.
fn nesting(tex: &str) -> usize {
    let (mut depth, mut chain, mut deepest) = (0_usize, 0_usize, 0);
    for byte in tex.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\\' => chain += 1,
            b' ' | b'a'..=b'z' | b'A'..=b'Z' => {}
            _ => chain = 0,
        }
        deepest = deepest.max(depth + chain);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml() {
        let html = to_mathml("x^2 < \\frac{a}{b}", true).expect("a formula");
        assert!(html.starts_with("<math display=\"block\"") && html.contains("<mfrac>"), "{html}");
        assert!(html.contains("&lt;"), "{html}");
        for tex in [
            "\\text{<script>}",
            "\\operatorname{<script>}",
            "<script>",
            "\\mathrm{<script>}",
            "\\not<script>",
            "\\color{<script>} x",
            "\\left< script \\right>",
            "\\text{</math><script>}",
            "\\begin{array}{<script>}a\\end{array}",
        ] {
            let html = to_mathml(tex, false).unwrap_or_default();
            assert!(!html.contains("<script"), "{html}");
        }
    }

    #[test]
    fn what_is_no_formula_says_why() {
        for tex in ["\\frac{a}", "\\nosuchcommand", "{", "}", "a^b^c", "\\left(", "\\begin{x}"] {
            let problem = to_mathml(tex, false).expect_err(tex);
            assert_eq!(problem.code, "invalid-math");
            assert!(!problem.message.contains('\n'), "{}", problem.message);
        }
        assert_eq!(as_code("<", false), "<code class=\"math\">&lt;</code>");
    }

    #[test]
    fn hostile_formulas_end() {
        for (part, n_times) in [
            ("{", 5_000),
            ("\\frac", 2_000),
            ("\\hat ", 2_000),
            ("\\sqrt{", 1_000),
            ("a^{b_{", 1_000),
            ("\\def\\a{\\a\\a}\\a", 3),
            ("\\left(", 1_000),
            (" ", 9_000),
            ("{}", 4_000),
            ("x", 9_000),
        ] {
            let _ = to_mathml(&part.repeat(n_times), true);
        }
    }
}
