//! [`Look`]: how a site looks, as far as `recto.yml` says: colours, fonts, a logo, what stands at the foot of each page.
//!
//! Colours and fonts become custom properties of the theme's style sheets, the rest is shown by its templates. Whether
//! a colour can be read on another, and whether the files are there, is left to those who know the theme and the site.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{
    MenuItem,
    read::{Reader, set},
};
use crate::base::{
    diagnostic::{Place, nearest},
    node::{Entry, Node, Value},
};

/// The networks that have a sign of their own: what hosts begin with or have in them, and the name for readers.
const NETWORKS: [(&str, &str, &str); 20] = [
    ("bluesky", "bsky.app", "Bluesky"),
    ("codeberg", "codeberg.org", "Codeberg"),
    ("discord", "discord", "Discord"),
    ("facebook", "facebook.com", "Facebook"),
    ("forgejo", "forgejo", "Forgejo"),
    ("github", "github.com", "GitHub"),
    ("gitlab", "gitlab", "GitLab"),
    ("instagram", "instagram.com", "Instagram"),
    ("linkedin", "linkedin.com", "LinkedIn"),
    ("mastodon", "/@", "Mastodon"),
    ("matrix", "matrix.to", "Matrix"),
    ("reddit", "reddit.com", "Reddit"),
    ("slack", "slack.com", "Slack"),
    ("telegram", "t.me", "Telegram"),
    ("twitch", "twitch.tv", "Twitch"),
    ("x", "//x.com", "X"),
    ("youtube", "youtube.com", "YouTube"),
    ("mail", "mailto:", "Mail"),
    ("feed", ".xml", "Feed"),
    ("web", "", "Website"),
];

/// Lists of families that systems have, by a name for each.
const STACKS: [(&str, &str); 9] = [
    ("serif", "Charter, \"Bitstream Charter\", \"Sitka Text\", Cambria, serif"),
    ("old-style", "\"Iowan Old Style\", \"Palatino Linotype\", \"URW Palladio L\", P052, serif"),
    ("sans", "system-ui, -apple-system, \"Segoe UI\", \"Noto Sans\", sans-serif"),
    (
        "humanist",
        "Seravek, \"Gill Sans Nova\", Ubuntu, Calibri, \"DejaVu Sans\", source-sans-pro, sans-serif",
    ),
    ("grotesque", "Inter, Roboto, \"Helvetica Neue\", \"Arial Nova\", \"Nimbus Sans\", Arial, sans-serif"),
    ("geometric", "Avenir, Montserrat, Corbel, \"URW Gothic\", source-sans-pro, sans-serif"),
    (
        "rounded",
        "ui-rounded, \"Hiragino Maru Gothic ProN\", Quicksand, Comfortaa, Manjari, \"Arial Rounded MT Bold\", Calibri, sans-serif",
    ),
    ("slab", "Rockwell, \"Rockwell Nova\", \"Roboto Slab\", \"DejaVu Serif\", \"Sitka Small\", serif"),
    (
        "mono",
        "ui-monospace, \"Cascadia Code\", \"Source Code Pro\", Menlo, Consolas, \"DejaVu Sans Mono\", monospace",
    ),
];
/// What the names of files of fonts end with.
const FONT_FILES: [&str; 4] = [".woff2", ".woff", ".ttf", ".otf"];

/// How a site looks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Look {
    /// Its colours.
    pub colors: Colors,
    /// Its typefaces.
    pub fonts: Fonts,
    /// The picture before its title.
    pub logo: Option<Logo>,
    /// The sign in the browser's tab.
    pub favicon: Option<String>,
    /// What stands at the foot of every page.
    pub footer: Option<Footer>,
    /// Where else its people are.
    pub social: Vec<Social>,
    /// HTML for the head of every page.
    pub head: Option<String>,
}

/// The colours of a site; what isn't said is the theme's.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Colors {
    /// Links, and what is chosen.
    pub accent: Tone,
    /// Behind the text.
    pub paper: Tone,
    /// The text.
    pub ink: Tone,
}

/// A colour by day and by night.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tone {
    /// On light paper.
    pub light: Option<Said>,
    /// On dark paper.
    pub dark: Option<Said>,
}

/// A colour, and where the config says it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Said {
    /// The colour.
    pub color: Color,
    /// Where it stands.
    #[serde(skip)]
    pub at: Place,
}

/// Red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub [u8; 3]);

/// The typefaces of a site; what isn't said is the theme's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fonts {
    /// Text.
    pub text: Option<Font>,
    /// What stands around it.
    pub ui: Option<Font>,
    /// Code.
    pub code: Option<Font>,
}

/// A typeface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Font {
    /// A list of families as CSS has it, without the one of the files.
    pub families: Option<String>,
    /// The files: one that has all weights, or one for each.
    pub regular: Option<String>,
    /// For what is slanted.
    pub italic: Option<String>,
    /// For what is bold.
    pub bold: Option<String>,
    /// For what is both.
    pub bold_italic: Option<String>,
}

/// The picture before a site's title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logo {
    /// Its file.
    pub light: String,
    /// The one on dark paper, if it is another.
    pub dark: Option<String>,
    /// Whether the title stands beside it.
    pub title: bool,
}

/// What stands at the foot of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Footer {
    /// A text in Markdown.
    pub text: Option<String>,
    /// Links in place of those that stand there otherwise.
    pub links: Option<Vec<MenuItem>>,
}

/// Where else the people of a site are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Social {
    /// What the link says to those who don't see the sign.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// The name of the sign.
    pub icon: &'static str,
}

impl Color {
    /// `#a3281c`, or `#fff`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        let wide =
            if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.to_owned() };
        if wide.len() != 6 || !wide.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&wide[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Font {
    /// The files, each with its weight and style in CSS. A regular one without a bold one has all weights.
    pub fn files(&self) -> impl Iterator<Item = (&str, &'static str, &'static str)> {
        let weight = |bold: &Option<String>| if bold.is_some() { "400" } else { "100 900" };
        [
            (&self.regular, weight(&self.bold), "normal"),
            (&self.italic, weight(&self.bold_italic), "italic"),
            (&self.bold, "700", "normal"),
            (&self.bold_italic, "700", "italic"),
        ]
        .into_iter()
        .filter_map(|(file, weight, style)| Some((file.as_deref()?, weight, style)))
    }
}

impl Fonts {
    /// All of them, each with the custom property of the theme that names it and a family for its files.
    pub fn iter(&self) -> impl Iterator<Item = (&Font, &'static str, &'static str)> {
        let all = [
            (&self.text, "--serif", "Site Text"),
            (&self.ui, "--ui", "Site UI"),
            (&self.code, "--mono", "Site Code"),
        ];
        all.into_iter().filter_map(|(font, property, family)| Some((font.as_ref()?, property, family)))
    }
}

/// The names of all signs of networks.
pub fn social_icons() -> impl Iterator<Item = &'static str> {
    NETWORKS.iter().map(|(icon, _, _)| *icon)
}

impl Reader<'_> {
    pub(super) fn colors(&mut self, key: &str, node: &Node) {
        let tone = self.tone(key, node);
        let colors = &mut self.config.look.colors;
        match key {
            "colors.accent" => colors.accent = tone,
            "colors.paper" => colors.paper = tone,
            "colors.ink" => colors.ink = tone,
            _ => {}
        }
    }

    /// `#a3281c` for light paper, or `{light, dark}`.
    fn tone(&mut self, key: &str, node: &Node) -> Tone {
        let Value::Map(entries) = &node.value else {
            return Tone { light: self.color(key, node), dark: None };
        };
        let mut tone = Tone::default();
        self.fields(entries, "colors.*.", |reader, key, node| match key {
            "colors.*.light" => tone.light = reader.color(key, node),
            "colors.*.dark" => tone.dark = reader.color(key, node),
            _ => {}
        });
        tone
    }

    fn color(&mut self, key: &str, node: &Node) -> Option<Said> {
        let text = node.as_written(self.shapes.text());
        let color = text.as_deref().and_then(Color::parse);
        if color.is_none() {
            // Without quotes it is a comment, and so nothing.
            let hint = "write it in hexadecimal and in quotes: `\"#a3281c\"`".to_owned();
            self.shapes.bad_value(key, node, "a colour", Some(hint));
        }
        Some(Said { color: color?, at: self.shapes.place(&node.span) })
    }

    pub(super) fn fonts(&mut self, key: &str, node: &Node) {
        let font = self.font(key, node);
        let fonts = &mut self.config.look.fonts;
        match key {
            "fonts.text" => fonts.text = font,
            "fonts.ui" => fonts.ui = font,
            "fonts.code" => fonts.code = font,
            _ => {}
        }
    }

    /// The name of a stack, a file, a list of families, or `{regular, italic, bold, bold_italic, families}`.
    fn font(&mut self, key: &str, node: &Node) -> Option<Font> {
        let mut font = Font { families: None, regular: None, italic: None, bold: None, bold_italic: None };
        let Value::Map(entries) = &node.value else {
            let text = self.shapes.text_of(key, node)?;
            if is_font_file(&text) {
                font.regular = self.file(key, node);
            } else {
                font.families = Some(self.families(key, node, &text)?);
            }
            return Some(font);
        };
        self.fields(entries, "fonts.*.", |reader, key, node| match key {
            "fonts.*.regular" => font.regular = reader.font_file(key, node),
            "fonts.*.italic" => font.italic = reader.font_file(key, node),
            "fonts.*.bold" => font.bold = reader.font_file(key, node),
            "fonts.*.bold_italic" => font.bold_italic = reader.font_file(key, node),
            "fonts.*.families" => {
                let text = reader.shapes.text_of(key, node);
                font.families = text.and_then(|text| reader.families(key, node, &text));
            }
            _ => {}
        });
        Some(font)
    }

    fn font_file(&mut self, key: &str, node: &Node) -> Option<String> {
        let file = self.file(key, node)?;
        if !is_font_file(&file) {
            self.shapes.bad_value(key, node, "a file of a font", Some("best a `.woff2`".to_owned()));
            return None;
        }
        Some(file)
    }

    fn families(&mut self, key: &str, node: &Node, text: &str) -> Option<String> {
        let text = text.trim();
        if let Some((_, families)) = STACKS.iter().find(|(name, _)| *name == text) {
            return Some((*families).to_owned());
        }
        let is_odd =
            |c: char| !(c.is_alphanumeric() || matches!(c, ' ' | ',' | '-' | '_' | '"' | '\'' | '.' | '+'));
        let is_list =
            text.contains(',') && !text.contains(is_odd) && text.matches('"').count().is_multiple_of(2);
        if is_list && text.matches('\'').count().is_multiple_of(2) {
            return Some(text.to_owned());
        }
        let names = || STACKS.iter().map(|(name, _)| *name);
        let hint = match nearest(text, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                format!(
                    "write a file such as `/fonts/inter.woff2`, families such as `Inter, sans-serif`, or one of {}",
                    names.join(", ")
                )
            }
        };
        self.shapes.bad_value(key, node, "a typeface", Some(hint));
        None
    }

    /// A file of the site, which is looked for later.
    pub(super) fn file(&mut self, key: &str, node: &Node) -> Option<String> {
        let target = self.shapes.text_of(key, node)?;
        self.names(&target, node);
        Some(target)
    }

    pub(super) fn logo(&mut self, key: &str, node: &Node) -> Option<Logo> {
        let Value::Map(entries) = &node.value else {
            let light = self.file(key, node)?;
            return Some(Logo { light, dark: None, title: true });
        };
        let (mut light, mut dark, mut title) = (None, None, true);
        self.fields(entries, "logo.", |reader, key, node| match key {
            "logo.light" => light = reader.file(key, node),
            "logo.dark" => dark = reader.file(key, node),
            "logo.title" => set(&mut title, reader.shapes.bool_of(key, node)),
            _ => {}
        });
        if light.is_none() {
            self.missing(node, "logo.light");
        }
        Some(Logo { light: light?, dark, title })
    }

    pub(super) fn footer(&mut self, key: &str, node: &Node) -> Option<Footer> {
        let Value::Map(entries) = &node.value else {
            return Some(Footer { text: Some(self.footer_text(key, node)?), links: None });
        };
        let mut footer = Footer::default();
        self.fields(entries, "footer.", |reader, key, node| match key {
            "footer.text" => footer.text = reader.footer_text(key, node),
            "footer.links" => footer.links = reader.menu(key, node),
            _ => {}
        });
        Some(footer)
    }

    /// A text in Markdown, and a note of it: its links should lead somewhere.
    fn footer_text(&mut self, key: &str, node: &Node) -> Option<String> {
        let text = self.shapes.text_of(key, node)?;
        let at = self.shapes.place(&node.span);
        self.config.footers.push((text.clone(), at));
        Some(text)
    }

    pub(super) fn social(&mut self, key: &str, node: &Node) {
        let Some(items) = self.items(key, node, "a list of addresses") else { return };
        self.config.look.social = items.iter().filter_map(|item| self.social_link(item)).collect();
    }

    /// `https://github.com/owner`, or `{url, title, icon}`.
    fn social_link(&mut self, item: &Node) -> Option<Social> {
        let Value::Map(entries) = &item.value else {
            let url = self.shapes.text_of("social", item)?;
            let (icon, title) = network(&url);
            return Some(Social { title: title.to_owned(), url, icon });
        };
        let (mut url, mut title, mut icon) = (None, None, None);
        self.fields(entries, "social[].", |reader, key, node| match key {
            "social[].url" => url = reader.shapes.text_of(key, node),
            "social[].title" => title = reader.shapes.text_of(key, node),
            "social[].icon" => {
                let choices = NETWORKS.map(|(icon, _, _)| (icon, icon));
                icon = reader.shapes.choice_of(key, node, &choices);
            }
            _ => {}
        });
        if !has(entries, "url") {
            self.missing(item, "social[].url");
        }
        let url = url?;
        let (its_icon, its_title) = network(&url);
        Some(Social {
            title: title.unwrap_or_else(|| its_title.to_owned()),
            url,
            icon: icon.unwrap_or(its_icon),
        })
    }
}

fn has(entries: &[Entry], key: &str) -> bool {
    entries.iter().any(|entry| entry.key == key && !entry.node.is_null())
}

fn is_font_file(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    FONT_FILES.iter().any(|end| text.ends_with(end))
}

/// The sign and the name of where an address leads.
fn network(url: &str) -> (&'static str, &'static str) {
    let url = url.to_ascii_lowercase();
    // `https://t.me` and not `https://first.me`.
    let is_there = |part: &str| match part.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => {
            ["//", "//www.", "."].iter().any(|before| url.contains(&format!("{before}{part}")))
                || url.starts_with(part)
        }
        false => url.contains(part),
    };
    let found = NETWORKS.iter().find(|(_, part, _)| is_there(part));
    found.map_or(("web", "Website"), |(icon, _, title)| (icon, title))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_signs() {
        for (url, expected) in [
            ("https://github.com/owner", "github"),
            ("https://gitlab.example.org/x", "gitlab"),
            ("https://hachyderm.io/@someone", "mastodon"),
            ("https://first.me/", "web"),
            ("https://t.me/group", "telegram"),
            ("mailto:a@example.org", "mail"),
            ("/feed.xml", "feed"),
            ("https://netflix.com", "web"),
            ("https://x.com/a", "x"),
        ] {
            assert_eq!(network(url).0, expected, "{url}");
        }
    }

    #[test]
    fn colours_are_hexadecimal() {
        assert_eq!(Color::parse("#fC0").map(|color| color.to_string()).as_deref(), Some("#ffcc00"));
        assert_eq!(Color::parse(" #a3281c "), Some(Color([0xa3, 0x28, 0x1c])));
        for text in ["", "#", "red", "#12", "#12345", "#ééé", "#gggggg", "a3281c"] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn one_file_has_all_weights_unless_there_is_a_bold_one() {
        let font = |bold: Option<&str>| Font {
            families: None,
            regular: Some("r".into()),
            italic: Some("i".into()),
            bold: bold.map(Into::into),
            bold_italic: None,
        };
        let files = |font: &Font| {
            font.files().map(|(file, weight, _)| format!("{file} {weight}")).collect::<Vec<_>>()
        };
        assert_eq!(files(&font(None)), ["r 100 900", "i 100 900"]);
        assert_eq!(files(&font(Some("b"))), ["r 400", "i 100 900", "b 700"]);
    }
}
