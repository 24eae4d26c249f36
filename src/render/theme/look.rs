//! The style sheet for what a site says of its look in `recto.yml`: colours and typefaces as custom properties.
//!
//! It is put at the end of the theme's `tokens.css`, so it costs no request. From paper, ink and accent follow the shades
//! between them. What can't be read on its paper by the measure of WCAG is told about, with a colour that can.

use std::fmt::Write as _;

use super::ThemeOptions;
use crate::base::{
    config::{Color, Said, Tone},
    diagnostic::{Diagnostic, Place},
};

/// The file of a theme that has its colours and faces.
pub(super) const TOKENS: &str = "tokens.css";
/// The contrast that text needs: level AA of WCAG 2.
const MIN_CONTRAST: f64 = 4.5;
/// That of an accent that is made for dark paper.
const MADE_CONTRAST: f64 = 5.5;
/// In how many steps a colour goes to black or white until it can be read.
const STEPS: u16 = 40;

const BLACK: Color = Color([0, 0, 0]);
const WHITE: Color = Color([255, 255, 255]);

/// What stands after the theme's tokens, and which colours can't be read. Empty when the site says nothing.
pub(super) fn css(options: &ThemeOptions, tokens: &str) -> (String, Vec<Diagnostic>) {
    let mut css = String::new();
    let mut properties = Vec::new();
    let colors = &options.colors;
    let tones = [&colors.accent, &colors.paper, &colors.ink];
    let diagnostics = if tones.iter().all(|tone| **tone == Tone::default()) {
        Vec::new()
    } else {
        let [light, dark] = [Shades::of(options, tokens, Day::Light), Shades::of(options, tokens, Day::Dark)];
        let has = |tone: &Tone| *tone != Tone::default();
        properties.extend(light.properties(
            &dark,
            has(&colors.accent),
            has(&colors.paper) || has(&colors.ink),
        ));
        [light, dark].iter().flat_map(Shades::problems).collect()
    };
    for (font, property, family) in options.fonts.iter() {
        let mut families = Vec::new();
        for (file, weight, style) in font.files() {
            let Some(url) = options.font_urls.get(file) else { continue };
            let _ = write!(
                css,
                "@font-face{{font-family:\"{family}\";src:url(\"{url}\");font-weight:{weight};font-style:{style};font-display:swap}}"
            );
            families = vec![format!("\"{family}\"")];
        }
        families.push(font.families.clone().unwrap_or_else(|| generic(property).to_owned()));
        properties.push((property, families.join(",")));
    }
    let properties: Vec<String> =
        properties.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
    if !properties.is_empty() {
        let _ = write!(css, ":root{{{}}}", properties.join(";"));
    }
    if colors.ink != Tone::default() || colors.paper != Tone::default() {
        css.push_str("@media (prefers-contrast:more){:root{--ink:light-dark(#000,#fff);--soft:var(--ink);--link-line:currentColor}}");
    }
    (css, diagnostics)
}

fn generic(property: &str) -> &'static str {
    match property {
        "--serif" => "Georgia,serif",
        "--mono" => "ui-monospace,Consolas,monospace",
        _ => "system-ui,sans-serif",
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Day {
    Light,
    Dark,
}

/// The colours of a site by day or by night.
struct Shades {
    day: Day,
    paper: Color,
    ink: Color,
    accent: Color,
    /// Where the config says so, for what may be hard to read.
    ink_at: Option<Place>,
    accent_at: Option<Place>,
}

impl Shades {
    fn of(options: &ThemeOptions, tokens: &str, day: Day) -> Self {
        let colors = &options.colors;
        let said = |tone: &Tone| match day {
            Day::Light => tone.light.clone(),
            Day::Dark => tone.dark.clone(),
        };
        let [paper, ink, accent] = [&colors.paper, &colors.ink, &colors.accent].map(said);
        let color = |said: &Option<Said>, property: &str, default: Color| {
            said.as_ref().map(|said| said.color).or_else(|| token(tokens, property, day)).unwrap_or(default)
        };
        let (white, black) = if day == Day::Light { (WHITE, BLACK) } else { (BLACK, WHITE) };
        let paper_color = color(&paper, "--paper", white);
        let made = || {
            let light = colors.accent.light.as_ref().filter(|_| day == Day::Dark)?;
            Some(readable(light.color, paper_color, MADE_CONTRAST))
        };
        let at = |said: &Option<Said>| said.as_ref().or(paper.as_ref()).map(|said| said.at.clone());
        Self {
            day,
            paper: paper_color,
            ink: color(&ink, "--ink", black),
            accent: match &accent {
                Some(said) => said.color,
                None => made().unwrap_or_else(|| color(&None, "--rubric", black)),
            },
            ink_at: at(&ink),
            accent_at: at(&accent),
        }
    }

    /// The custom properties, each by day and by night.
    fn properties(&self, dark: &Self, accent: bool, paper: bool) -> Vec<(&'static str, String)> {
        let pair = |of: &dyn Fn(&Self) -> Color| {
            let (light, dark) = (of(self), of(dark));
            if light == dark { light.to_string() } else { format!("light-dark({light},{dark})") }
        };
        let mut properties = Vec::new();
        if paper {
            properties.extend([
                ("--paper", pair(&|shades| shades.paper)),
                ("--raised", pair(&|shades| mix(shades.paper, shades.ink, 0.045))),
                ("--rule", pair(&|shades| mix(shades.paper, shades.ink, 0.13))),
                ("--ink", pair(&|shades| shades.ink)),
                ("--soft", pair(&Self::soft)),
            ]);
        }
        if accent {
            properties.extend([
                ("--rubric", pair(&|shades| shades.accent)),
                ("--on-rubric", pair(&|shades| better(shades.accent))),
            ]);
        }
        properties.push(("--link-line", pair(&|shades| mix(shades.accent, shades.paper, 0.5))));
        properties
    }

    /// Between ink and paper, as far from the ink as can be read.
    fn soft(&self) -> Color {
        let soft = mix(self.ink, self.paper, 0.31);
        if contrast(soft, self.paper) >= MIN_CONTRAST {
            soft
        } else {
            readable(soft, self.paper, MIN_CONTRAST)
        }
    }

    fn problems(&self) -> Vec<Diagnostic> {
        let day = if self.day == Day::Light { "light" } else { "dark" };
        let pairs =
            [("ink", "text", self.ink, &self.ink_at), ("accent", "a link", self.accent, &self.accent_at)];
        let problem = |(name, what, color, at): (&str, &str, Color, &Option<Place>)| {
            let place = at.as_ref()?;
            let found = contrast(color, self.paper);
            if found >= MIN_CONTRAST {
                return None;
            }
            let paper = self.paper;
            let message = format!(
                "{what} of `{color}` on {day} paper of `{paper}` has a contrast of {}:1, and needs {MIN_CONTRAST}:1 to be read",
                (found * 10.0).floor() / 10.0,
            );
            let better = readable(color, paper, MIN_CONTRAST);
            let hint = format!("`colors.{name}.{day}: \"{better}\"` can be read");
            Some(Diagnostic::warning("low-contrast", message).at(place.clone()).hint(hint))
        };
        pairs.into_iter().filter_map(problem).collect()
    }
}

/// A colour of the theme's own tokens: `--paper: light-dark(#fff, #111)`, or one for both.
fn token(tokens: &str, property: &str, day: Day) -> Option<Color> {
    let definition = tokens.split(property).skip(1).find_map(|rest| rest.trim_start().strip_prefix(':'))?;
    let value = definition.split([';', '}']).next()?.trim();
    let Some(two) = value.strip_prefix("light-dark(").and_then(|rest| rest.strip_suffix(')')) else {
        return Color::parse(value);
    };
    let (light, dark) = two.split_once(',')?;
    Color::parse(if day == Day::Light { light } else { dark })
}

/// So much of `b` in `a`.
fn mix(a: Color, b: Color, share: f64) -> Color {
    let part = |at: usize| f64::from(a.0[at]).mul_add(1.0 - share, f64::from(b.0[at]) * share).round() as u8;
    Color([part(0), part(1), part(2)])
}

/// The colour, or the nearest of its hue on the way to black or white that has this contrast with the paper.
fn readable(color: Color, paper: Color, wanted: f64) -> Color {
    let end = better(paper);
    let (hue, saturation, lightness) = hsl(color);
    let to = if end == WHITE { 1.0 } else { 0.0 };
    let step = |step: u16| {
        let share = f64::from(step) / f64::from(STEPS);
        rgb(hue, saturation, lightness + (to - lightness) * share)
    };
    std::iter::once(color)
        .chain((1..STEPS).map(step))
        .find(|color| contrast(*color, paper) >= wanted)
        .unwrap_or(end)
}

/// Hue in sixths of the circle, saturation and lightness.
fn hsl(Color(parts): Color) -> (f64, f64, f64) {
    let [red, green, blue] = parts.map(|part| f64::from(part) / 255.0);
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let (chroma, lightness) = (most - least, most.midpoint(least));
    if chroma == 0.0 {
        return (0.0, 0.0, lightness);
    }
    let hue = if most == red {
        ((green - blue) / chroma).rem_euclid(6.0)
    } else if most == green {
        (blue - red) / chroma + 2.0
    } else {
        (red - green) / chroma + 4.0
    };
    (hue, chroma / (1.0 - (2.0 * lightness - 1.0).abs()), lightness)
}

fn rgb(hue: f64, saturation: f64, lightness: f64) -> Color {
    let chroma = (1.0 - (2.0 * lightness - 1.0).abs()) * saturation;
    let part = |offset: f64| {
        let place = (hue + offset).rem_euclid(6.0);
        let share = (2.0 - (place - 3.0).abs()).clamp(0.0, 1.0);
        ((lightness + chroma * (0.5 - share)) * 255.0).round() as u8
    };
    Color([part(0.0), part(4.0), part(2.0)])
}

/// White or black, whichever can be read better on a colour.
fn better(paper: Color) -> Color {
    if contrast(WHITE, paper) >= contrast(BLACK, paper) { WHITE } else { BLACK }
}

/// The contrast ratio of WCAG 2: from 1 to 21.
fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(Color(parts): Color) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue] = parts.map(linear);
    0.2126f64.mul_add(red, 0.7152f64.mul_add(green, 0.0722 * blue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{config::Config, path::RepoPath};

    const OWN: &str = ":root { --paper: light-dark(#fcfaf6, #1b1917); --ink: light-dark(#25211c, #ded9cf); --rubric: light-dark(#a3281c, #ec927f); }";

    fn look(config: &str) -> (String, Vec<String>) {
        let path = RepoPath::new("recto.yml").expect("a path");
        let (config, problems) = Config::parse(&path, config);
        assert!(problems.is_empty(), "{problems:?}");
        let font_urls = [("/inter.woff2".to_owned(), "../inter.woff2".to_owned())].into_iter().collect();
        let options = ThemeOptions {
            colors: config.look.colors,
            fonts: config.look.fonts,
            font_urls,
            ..ThemeOptions::default()
        };
        let (css, problems) = css(&options, OWN);
        let told = |problem: &Diagnostic| {
            let line =
                problem.place.as_ref().and_then(|place| place.span.as_ref()).map_or(0, |span| span.line);
            format!("{line}: {} ({})", problem.message, problem.hint.as_deref().unwrap_or_default())
        };
        (css, problems.iter().map(told).collect())
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let ratio = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| Color::parse(text).expect("a colour"));
            (contrast(a, b) * 100.0).round() / 100.0
        };
        assert_eq!(ratio("#000", "#fff"), 21.0);
        assert_eq!(ratio("#fff", "#fff"), 1.0);
        // The examples of every checker: the lightest grey that can be read on white, and the one after it.
        assert_eq!((ratio("#767676", "#fff"), ratio("#777", "#fff")), (4.54, 4.48));
    }

    #[test]
    fn hues_stay() {
        for text in ["#1d5b4f", "#a3281c", "#123456", "#fedcba", "#808080", "#00ff00", "#ff00ff"] {
            let color = Color::parse(text).expect("a colour");
            let (hue, saturation, lightness) = hsl(color);
            assert_eq!(rgb(hue, saturation, lightness), color, "{text}");
        }
    }

    #[test]
    fn a_site_that_says_nothing_has_the_look_of_the_theme() {
        assert_eq!(look("title: x"), (String::new(), Vec::new()));
    }

    #[test]
    fn an_accent_is_made_readable_by_night() {
        let (css, problems) = look("colors: {accent: \"#1d5b4f\"}");
        assert_eq!(
            css,
            ":root{--rubric:light-dark(#1d5b4f,#35a58f);--on-rubric:light-dark(#ffffff,#000000);--link-line:light-dark(#8daba3,#285f53)}"
        );
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn shades_follow_from_paper_and_ink() {
        let (css, problems) = look(
            "colors: {paper: {light: \"#fff\", dark: \"#000\"}, ink: {light: \"#000\", dark: \"#fff\"}}",
        );
        let expected = ":root{--paper:light-dark(#ffffff,#000000);--raised:light-dark(#f4f4f4,#0b0b0b);--rule:light-dark(#dedede,#212121);--ink:light-dark(#000000,#ffffff);--soft:light-dark(#4f4f4f,#b0b0b0);";
        assert!(css.starts_with(expected) && problems.is_empty(), "{css} {problems:?}");
        assert!(css.contains("prefers-contrast:more"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line_and_a_better_one() {
        let (_, problems) = look("colors:\n  accent: \"#e7a\"\n  ink: {light: \"#777777\"}");
        assert_eq!(
            problems,
            [
                "3: text of `#777777` on light paper of `#fcfaf6` has a contrast of 4.2:1, and needs 4.5:1 to be read (`colors.ink.light: \"#717171\"` can be read)",
                "2: a link of `#ee77aa` on light paper of `#fcfaf6` has a contrast of 2.5:1, and needs 4.5:1 to be read (`colors.accent.light: \"#d61b6b\"` can be read)",
            ]
        );
        let better = Color::parse("#d61b6b").expect("a colour");
        assert!(contrast(better, Color::parse("#fcfaf6").expect("a colour")) >= MIN_CONTRAST);
        // Paper that is made dark by day makes the theme's own text unreadable.
        let (_, problems) = look("colors: {paper: \"#333\"}");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn fonts_are_faces_of_the_site() {
        let (css, _) = look("fonts: {text: /inter.woff2, code: mono, ui: \"Inter, sans-serif\"}");
        assert_eq!(
            css,
            "@font-face{font-family:\"Site Text\";src:url(\"../inter.woff2\");font-weight:100 900;font-style:normal;font-display:swap}\
             :root{--serif:\"Site Text\",Georgia,serif;--ui:Inter, sans-serif;--mono:ui-monospace, \"Cascadia Code\", \"Source Code Pro\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace}"
        );
    }
}
