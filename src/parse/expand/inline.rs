//! The inline scan: `:name[body]{attributes}` inside lines of text.
//!
//! Input is a finished [`Sheet`] with its lines of text, output the same with placeholders, and the calls. Paragraphs,
//! headings and table cells are looked at one by one, as [`Run`]s of text without the prefixes of their containers,
//! so that a call may go over several lines. Code spans and what a backslash precedes are passed over.

use std::ops::Range;

use crate::{
    base::diagnostic::Diagnostic,
    parse::expand::{
        At, ComponentCall,
        blocks::MAX_COMPONENT_DEPTH,
        inline_call::{self, Found},
        lines, placeholder,
        record::Record,
        run::{Run, runs},
        sheet::{Sheet, TextLine},
    },
};

/// Cuts the inline calls out of a sheet that is inside `depth` calls.
pub(super) fn scan(
    sheet: Sheet,
    depth: usize,
    calls: &mut Vec<ComponentCall>,
    record: &mut Record<'_>,
) -> Sheet {
    let mut edits: Vec<(Range<usize>, usize)> = Vec::new();
    for run in runs(&sheet) {
        for found in inline_call::find(&run.text) {
            let start = run.origin(found.range.start);
            let range = start..run.origin(found.range.end - 1) + 1;
            if !record.is_markdown(sheet.map.origin(start).0) {
                continue;
            }
            if found.is_broken {
                report_broken(record, sheet.map.at(range));
            } else if depth >= MAX_COMPONENT_DEPTH {
                report_depth(record, sheet.map.at(range));
            } else {
                edits.push((range.clone(), calls.len()));
                add_call(&sheet, &run, found, sheet.map.at(range), depth, calls, record);
            }
        }
    }
    if edits.is_empty() { sheet } else { with_placeholders(&sheet, edits) }
}

fn add_call(
    sheet: &Sheet,
    run: &Run<'_>,
    found: Found,
    at: At,
    depth: usize,
    calls: &mut Vec<ComponentCall>,
    record: &mut Record<'_>,
) {
    let call = calls.len();
    calls.push(ComponentCall {
        name: found.name,
        attributes: found.attributes,
        block: false,
        body: None,
        raw: run.text[found.range].to_owned(),
        at,
    });
    if let Some(body) = found.body {
        let body = body_sheet(sheet, run, body);
        calls[call].body = Some(scan(body, depth + 1, calls, record).into_body());
    }
}

/// The text between the brackets of a call, as a sheet of one paragraph.
fn body_sheet(sheet: &Sheet, run: &Run<'_>, range: Range<usize>) -> Sheet {
    let mut body = Sheet::default();
    for piece in run.pieces(range) {
        body.push(sheet, piece);
    }
    let mut start = 0;
    while start < body.text.len() {
        let end = start + lines::first_line(&body.text[start..]).1;
        body.lines.push(TextLine { range: start..end, continues: start > 0 });
        start = end;
    }
    body
}

fn with_placeholders(sheet: &Sheet, edits: Vec<(Range<usize>, usize)>) -> Sheet {
    let mut edited = Sheet::default();
    let mut copied = 0;
    for (range, call) in edits {
        edited.push(sheet, copied..range.start);
        edited.push_instead(sheet, range.start, &placeholder(call));
        copied = range.end;
    }
    edited.push(sheet, copied..sheet.text.len());
    edited
}

/// Reports attributes or a label that can't be read.
pub(super) fn report_broken(record: &mut Record<'_>, at: At) {
    record.report(|record| {
        Diagnostic::warning(
            "component-attributes",
            "the attributes of this call can't be read, so it is text",
        )
        .hint("write `{key=value key=\"two words\" flag #id .class}`, and end a label with `]`")
        .at(record.place_at(at))
    });
}

/// Reports a call that is inside too many others.
pub(super) fn report_depth(record: &mut Record<'_>, at: At) {
    record.report(|record| {
        let message = format!("this call is inside more than {} others", MAX_COMPONENT_DEPTH - 1);
        Diagnostic::error("component-depth", message)
            .hint("close the components that end before it")
            .at(record.place_at(at))
    });
}
