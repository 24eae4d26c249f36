//! [`Form`]: what a form with files sends, `multipart/form-data`: an extractor.
//!
//! The whole body is in memory before it is read, within the limit of bodies; a commit needs all of it anyway.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::header::CONTENT_TYPE,
};

use super::problem::Problem;
use crate::wiki::upload::{MAX_FILES, Upload};

/// How many fields a form has at most, files among them.
const MAX_FIELDS: usize = MAX_FILES + 20;
/// How many bytes the lines before a field's value have at most.
const MAX_HEADER_BYTES: usize = 8 << 10;

/// A form with files.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// Its texts by their names.
    pub(super) texts: BTreeMap<String, String>,
    /// Its files.
    pub(super) files: Vec<Upload>,
}

impl Form {
    /// The text of a field, empty when there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let boundary = boundary(kind).ok_or_else(|| {
            Problem::bad_request("send `Content-Type: multipart/form-data` with a `boundary`")
        })?;
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|error| Problem::new(error.status(), "too-large", error.body_text()))?;
        parse(&body, &boundary).map_err(Problem::bad_request)
    }
}

/// What divides the fields.
fn boundary(kind: &str) -> Option<String> {
    let (media_type, rest) = kind.split_once(';')?;
    if !media_type.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(rest, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()))
}

/// The value of a parameter in `a=b; c="d"`.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (key, behind) = rest.split_once('=')?;
        let (value, after) = match behind.strip_prefix('"') {
            Some(quoted) => {
                let end = (0..quoted.len()).find(|&at| {
                    quoted.as_bytes()[at] == b'"' && (at == 0 || quoted.as_bytes()[at - 1] != b'\\')
                })?;
                (quoted[..end].replace("\\\"", "\""), &quoted[end + 1..])
            }
            None => {
                let end = behind.find(';').unwrap_or(behind.len());
                (behind[..end].trim().to_owned(), &behind[end..])
            }
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

fn parse(body: &[u8], boundary: &str) -> Result<Form, &'static str> {
    let mut form = Form::default();
    let first = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let start = find(body, first.as_bytes()).ok_or("the form has no fields")?;
    let mut rest = &body[start + first.len()..];
    for _ in 0..=MAX_FIELDS {
        if rest.starts_with(b"--") {
            return Ok(form);
        }
        let head_end = find(&rest[..rest.len().min(MAX_HEADER_BYTES)], b"\r\n\r\n")
            .ok_or("a field has no end of its head")?;
        let head = String::from_utf8_lossy(&rest[..head_end]).into_owned();
        let content = &rest[head_end + 4..];
        let end = find(content, between.as_bytes()).ok_or("the form is cut off")?;
        form.add(&head, &content[..end])?;
        rest = &content[end + between.len()..];
    }
    Err("the form has too many fields")
}

impl Form {
    fn add(&mut self, head: &str, content: &[u8]) -> Result<(), &'static str> {
        let disposition = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
        });
        let (_, parameters) =
            disposition.and_then(|value| value.split_once(';')).ok_or("a field has no name")?;
        let name = parameter(parameters, "name").ok_or("a field has no name")?;
        match parameter(parameters, "filename") {
            // Nothing was chosen.
            Some(file) if file.is_empty() && content.is_empty() => {}
            Some(_) if self.files.len() >= MAX_FILES => return Err("there are too many files"),
            Some(file) => self.files.push(Upload { name: file, bytes: content.to_vec() }),
            None => {
                let text = String::from_utf8(content.to_vec()).map_err(|_| "a field is no text")?;
                self.texts.insert(name, text);
            }
        }
        Ok(())
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first).map(|at| from + at) {
        if text[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"page\"\r\n\r\na.md\r\n--XX\r\n\
                        content-disposition: form-data; name=\"file\"; filename=\"p\\\"i;c.png\"\r\nContent-Type: image/png\r\n\r\n\
                        \r\n--X\r\nbytes\r\n--XX\r\nContent-Disposition: form-data; name=f; filename=\"\"\r\n\r\n\r\n--XX--\r\n";

    #[test]
    fn fields_and_files_are_taken() {
        let form = parse(BODY.as_bytes(), "XX").expect("a form");
        assert_eq!((form.text("page"), form.text("none"), form.files.len()), ("a.md", "", 1));
        assert_eq!((&*form.files[0].name, &*form.files[0].bytes), ("p\"i;c.png", &b"\r\n--X\r\nbytes"[..]));
        assert_eq!(boundary("multipart/form-data; charset=x; boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("application/json; boundary=x"), None);
    }

    #[test]
    fn broken_forms_are_refused() {
        for end in 0..BODY.len() - 4 {
            assert!(parse(&BODY.as_bytes()[..end], "XX").is_err(), "{end}");
        }
        let many = "\r\n--XX\r\nContent-Disposition: form-data; name=a\r\n\r\nx".repeat(MAX_FIELDS + 2);
        assert!(parse(format!("{many}\r\n--XX--").as_bytes(), "XX").is_err());
        assert!(parse(b"--XX\r\nContent-Type: a\r\n\r\nx\r\n--XX--", "XX").is_err());
    }
}
