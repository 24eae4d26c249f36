//! Percent-encoding of addresses, the same for what pages link to and what the server answers.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

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
    utf8_percent_encode(path, IN_PATH).to_string()
}
