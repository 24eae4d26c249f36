//! Blocks without blocks inside, code and raw HTML, and the components whose placeholders are raw HTML.

use std::{borrow::Cow, mem, ops::Range};

use pulldown_cmark::CowStr;

use super::{Blocks, Source, Translator};
use crate::{
    base::diagnostic::Diagnostic,
    parse::markdown::{
        Problem,
        attributes::Attributes,
        event::{Event, Math, Tag, TagEnd},
        fence::Fence,
        inline::Merged,
        placeholder,
    },
};

/// How deep component calls can be nested in each other.
const MAX_COMPONENT_DEPTH: usize = 16;

impl<'a> Translator<'a, '_> {
    /// Writes an HTML block, or the component whose placeholder it is.
    pub(super) fn html(&mut self, blocks: &mut Blocks<'a>) {
        let lines = mem::take(&mut blocks.lines);
        let (Some((_, first)), Some((_, last))) = (lines.first(), lines.last()) else { return };
        let at = blocks.source.at(first.start..last.end);
        self.begin(&blocks.source, first.start);
        let html = Merged::new(blocks.source.text, &lines, None).text;
        match placeholder::read_block(&html, &self.expanded.calls) {
            Some(call) => self.component(call),
            None => {
                let html = placeholder::restore(html, &self.expanded.calls);
                self.push(Event::Html { html, at });
            }
        }
    }

    pub(super) fn code(&mut self, blocks: &mut Blocks<'a>, fence: Box<Fence>, range: Range<usize>) {
        let lines = mem::take(&mut blocks.lines);
        let mut code = Merged::new(blocks.source.text, &lines, None).text;
        if code.contains('\r') {
            code = Cow::Owned(code.replace('\r', "\n"));
        }
        if !code.is_empty() && !code.ends_with('\n') {
            code.to_mut().push('\n');
        }
        let code = placeholder::restore(code, &self.expanded.calls);
        if blocks.source.math && !self.options.plain && fence.language.as_deref() == Some("math") {
            let at = blocks.source.at(range);
            self.push(Event::Math(Box::new(Math { display: true, block: true, tex: code, at })));
            return;
        }
        self.begin(&blocks.source, range.start);
        self.push(Event::Start(Tag::CodeBlock(fence)));
        if !code.is_empty() {
            self.push(Event::Text(code));
        }
        self.push(Event::End(TagEnd::CodeBlock));
    }

    /// Writes a component with its body, or its text when it has been written already or is nested too deep.
    pub(in crate::parse::markdown) fn component(&mut self, index: usize) {
        let call = &self.expanded.calls[index];
        if self.is_used[index] || self.depth == MAX_COMPONENT_DEPTH {
            if self.depth == MAX_COMPONENT_DEPTH {
                let message =
                    format!("`{}` is nested more than {MAX_COMPONENT_DEPTH} components deep", call.name);
                let diagnostic =
                    Diagnostic::warning("component-depth", message).hint("close the components around it");
                self.page.problems.push(Problem { diagnostic, at: call.at });
            }
            return self.push(Event::Text(Cow::Borrowed(&call.raw)));
        }
        self.is_used[index] = true;
        self.push(Event::Start(Tag::Component(index)));
        if let Some(body) = &call.body {
            let source = Source::new(&body.text, 0, &body.map, self.options.math);
            self.depth += 1;
            self.blocks(source, !call.block);
            self.depth -= 1;
        }
        self.push(Event::End(TagEnd::Component(index)));
    }

    pub(super) fn heading_attributes(
        &self,
        id: Option<CowStr<'a>>,
        classes: Vec<CowStr<'a>>,
        pairs: Vec<(CowStr<'a>, Option<CowStr<'a>>)>,
    ) -> Attributes {
        let mut attributes = Attributes {
            id: id.map(|id| self.restore(id).into_owned()),
            classes: classes.into_iter().map(|class| self.restore(class).into_owned()).collect(),
            pairs: Vec::new(),
        };
        for (key, value) in pairs {
            let word = value.map_or_else(|| key.to_string(), |value| format!("{key}={value}"));
            attributes.add_word(&self.restore(CowStr::from(word)));
        }
        attributes
    }
}
