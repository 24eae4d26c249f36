//! Percent-encoding of addresses, the same for what pages link to and what the server answers.

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is encoded in the path of an address: everything that would end or change it.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Encodes a decoded path; `/` stays.
pub fn encode_path(path: &str) -> String {
    let mut encoded = String::new();
    push_path(&mut encoded, path);
    encoded
}

/// Appends a decoded path, encoded.
pub fn push_path(out: &mut String, path: &str) {
    out.reserve(path.len());
    out.extend(utf8_percent_encode(path, IN_PATH));
}

/// Encodes a text as one value of a query.
pub fn encode_value(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Decodes a path; `None` when what comes out is no text.
pub fn decode_path(path: &str) -> Option<String> {
    percent_decode_str(path).decode_utf8().ok().map(Into::into)
}
