//! From what a request asks for to a path of the site: the `Host` header, percent-encoding and the base path.
//!
//! Pure functions of strings. A path is decoded once, here, so that no later floor sees an encoded one.

use std::{
    borrow::Cow,
    net::{IpAddr, SocketAddr},
};

use percent_encoding::percent_decode_str;

use crate::base::url::encode_path;

/// The longest path that is looked at.
const MAX_PATH_BYTES: usize = 8 * 1024;

/// Decodes the path of a request; the error is the reason why it has no meaning.
///
/// # Errors
/// Bad percent-encoding, what isn't UTF-8, NUL, and paths that are not in normal form (`//`, `.`, `..`).
pub(super) fn decode_path(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    if raw.len() > MAX_PATH_BYTES {
        return Err("The path is too long.");
    }
    let is_encoded =
        |rest: &str| rest.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if !raw.split('%').skip(1).all(is_encoded) {
        return Err("The path has a `%` without two hexadecimal digits.");
    }
    let path = percent_decode_str(raw).decode_utf8().map_err(|_| "The path is not UTF-8.")?;
    let Some(parts) = path.strip_prefix('/') else { return Err("The path does not begin with `/`.") };
    let n_parts = parts.split('/').count();
    let is_normal = parts.split('/').enumerate().all(|(index, part)| match part {
        "" => index + 1 == n_parts,
        "." | ".." => false,
        part => !part.contains('\0'),
    });
    if is_normal { Ok(path) } else { Err("The path is not in normal form.") }
}

/// A path in which several slashes stood next to each other, with one in their place; `None` for any other path.
pub(super) fn with_single_slashes(raw: &str) -> Option<String> {
    let is_whole = raw.starts_with('/') && raw.contains("//");
    is_whole.then(|| {
        let parts: Vec<&str> = raw.split('/').filter(|part| !part.is_empty()).collect();
        let end = if raw.ends_with('/') && !parts.is_empty() { "/" } else { "" };
        format!("/{}{end}", parts.join("/"))
    })
}

/// The base path with a slash at its beginning and none at its end; empty for the root.
pub(super) fn normal_base_path(base_path: &str) -> String {
    base_path.split('/').filter(|part| !part.is_empty()).map(|part| format!("/{part}")).collect()
}

/// Where a path lies with regard to the base path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Within<'a> {
    /// At this path of the site.
    Site(&'a str),
    /// At the base path without its final slash, or at the root above it: both lead to the site.
    Door,
    /// Elsewhere.
    Outside,
}

/// Takes the base path off a path.
pub(super) fn strip_base_path<'a>(base_path: &str, path: &'a str) -> Within<'a> {
    match path.strip_prefix(base_path) {
        Some(rest) if rest.starts_with('/') => Within::Site(rest),
        Some("") => Within::Door,
        _ if path == "/" => Within::Door,
        _ => Within::Outside,
    }
}

/// Whether a `Host` header means this server.
///
/// A page of another site can have its name lead to 127.0.0.1 and then read what is served there (DNS rebinding). So a
/// server that only this machine reaches answers only to names that only this machine has. The port doesn't matter:
/// it differs when a tunnel leads here, and a foreign page can't use it as a disguise.
pub(super) fn is_own_host(bound: SocketAddr, host: &str) -> bool {
    if !bound.ip().is_loopback() {
        return true;
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let ip = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let is_loopback = ip.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    is_loopback || name.trim_end_matches('.').eq_ignore_ascii_case("localhost")
}

/// The address to show and to open; a server on all addresses is reached under the name of this machine.
pub(super) fn url(bound: SocketAddr, base_path: &str) -> String {
    let base_path = encode_path(&normal_base_path(base_path));
    if bound.ip().is_unspecified() {
        format!("http://localhost:{}{base_path}/", bound.port())
    } else {
        format!("http://{bound}{base_path}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_once() {
        for (raw, expected) in [
            ("/", "/"),
            ("/a/", "/a/"),
            ("/caf%C3%A9%20x", "/café x"),
            ("/100%25", "/100%"),
            ("/%2541", "/%41"),
            ("/a...b/.c", "/a...b/.c"),
        ] {
            assert_eq!(decode_path(raw).as_deref(), Ok(expected), "{raw}");
        }
    }

    #[test]
    fn several_slashes_become_one() {
        for (raw, expected) in [
            ("/a//", Some("/a/")),
            ("//", Some("/")),
            ("///a//b///c", Some("/a/b/c")),
            ("//evil.example/", Some("/evil.example/")),
            ("/a/", None),
            ("/%2F", None),
            ("a//b", None),
        ] {
            assert_eq!(with_single_slashes(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn paths_without_a_meaning_are_refused() {
        for raw in [
            "",
            "a",
            "*",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "/%é",
            "/%ff",
            "/%00",
            "//",
            "//x",
            "/a//b",
            "/a/..",
            "/../a",
            "/%2e%2E/a",
            "/a%2f..%2fb",
            "/%2Fx",
            "/./a",
            "/a/.",
        ] {
            assert!(decode_path(raw).is_err(), "{raw}");
        }
        assert!(decode_path(&format!("/{}", "a".repeat(MAX_PATH_BYTES))).is_err());
    }

    #[test]
    fn the_base_path_is_a_whole_part() {
        let check = |path, expected| assert_eq!(strip_base_path("/docs", path), expected, "{path}");
        check("/docs/", Within::Site("/"));
        check("/docs/a", Within::Site("/a"));
        check("/docs", Within::Door);
        check("/", Within::Door);
        check("/docs2/a", Within::Outside);
        check("/a", Within::Outside);
        assert_eq!(strip_base_path("", "/a"), Within::Site("/a"));
        assert_eq!(strip_base_path("", "/"), Within::Site("/"));
        for base_path in ["docs/v1", "/docs/v1/", "//docs//v1"] {
            assert_eq!(normal_base_path(base_path), "/docs/v1");
        }
        assert_eq!(normal_base_path("/"), "");
    }

    #[test]
    fn foreign_hosts_are_told_from_our_own() {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 8000));
        for host in
            ["localhost:8000", "LOCALHOST", "127.0.0.1:8000", "[::1]:8000", "[::1]", "localhost.:9000"]
        {
            assert!(is_own_host(loopback, host), "{host}");
        }
        for host in
            ["", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", ":8000"]
        {
            assert!(!is_own_host(loopback, host), "{host}");
        }
        assert!(is_own_host(SocketAddr::from(([0, 0, 0, 0], 8000)), "wiki.example"));
    }

    #[test]
    fn addresses_can_be_opened() {
        assert_eq!(url(SocketAddr::from(([0, 0, 0, 0], 80)), "a b"), "http://localhost:80/a%20b/");
        assert_eq!(url(SocketAddr::from(([0; 16], 1)), ""), "http://localhost:1/");
        assert_eq!(url(SocketAddr::from(([127, 0, 0, 1], 1)), "/"), "http://127.0.0.1:1/");
    }
}
