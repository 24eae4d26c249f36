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

/// What the names of hosts end in that no file's name does.
const HOST_ENDINGS: [&str; 14] =
    ["com", "org", "net", "io", "dev", "edu", "gov", "eu", "de", "fr", "uk", "ch", "info", "cloud"];

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

/// The address of another site that was written without its scheme, as `example.org/x`; `None` when it is more likely a file.
pub fn with_scheme(target: &str) -> Option<String> {
    let host = target.split(['/', '?', '#', ':']).next().filter(|host| !host.starts_with('.'))?;
    let (_, ending) = host.rsplit_once('.')?;
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    (is_host && HOST_ENDINGS.contains(&ending)).then(|| format!("https://{target}"))
}

/// Decodes a path; `None` when what comes out is no text.
pub fn decode_path(path: &str) -> Option<String> {
    percent_decode_str(path).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_its_scheme_is_known() {
        assert_eq!(with_scheme("forums.docker.com").as_deref(), Some("https://forums.docker.com"));
        assert_eq!(with_scheme("a-b.org/x?y").as_deref(), Some("https://a-b.org/x?y"));
        for file in ["a/b.com", "notes.md", "chat", "../x.org", ".org/x", "a b.com", ""] {
            assert_eq!(with_scheme(file), None, "{file}");
        }
    }
}
