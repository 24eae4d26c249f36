//! Turns links into addresses to ask for, and knows those that are never asked.
//!
//! Local means: of this machine, of a private network, or made up for examples. It is decided by what is written; names
//! are not looked up here.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ureq::http::Uri;

use super::Verdict;

/// What browsers encode in a path or query. `%` stays, it is taken as encoding already.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// Domains that are reserved for examples and local networks, with all below them.
const LOCAL_DOMAINS: &[&str] = &[
    "example.com",
    "example.net",
    "example.org",
    "example",
    "home.arpa",
    "internal",
    "invalid",
    "local",
    "localhost",
    "test",
];

/// What to ask for a link, or the verdict when nothing is to be asked.
pub(super) fn to_ask(url: &str, allow_local: bool) -> Result<Uri, Verdict> {
    let url = url.trim();
    let url = if url.starts_with("//") { format!("https:{url}") } else { url.to_owned() };
    let Some((scheme, rest)) = split_scheme(&url) else { return Err(broken("it has no `https://`")) };
    if !["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
        return Err(Verdict::Fine);
    }
    let Some(rest) = rest.strip_prefix("//") else { return Err(broken("`//` is missing")) };
    let rest = rest.split('#').next().unwrap_or("");
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if !authority.is_ascii() {
        return Err(Verdict::Unknown("names of hosts beyond ASCII are not looked up".to_owned()));
    }
    let scheme = scheme.to_ascii_lowercase();
    let uri: Uri = format!("{scheme}://{authority}{}", utf8_percent_encode(path, ENCODED))
        .parse()
        .map_err(|error| broken(&format!("{error}")))?;
    match host_kind(&uri) {
        HostKind::Invalid => Err(broken(&format!("`{authority}` is no host"))),
        HostKind::Local if !allow_local => Err(Verdict::Fine),
        HostKind::Local | HostKind::Public => Ok(uri),
    }
}

/// The host as one spelling, for telling hosts apart.
pub(super) fn host(uri: &Uri) -> String {
    uri.host().unwrap_or("").trim_end_matches('.').to_ascii_lowercase()
}

/// The full address that a `Location` of an answer of `base` means.
pub(super) fn resolve(base: &Uri, location: &str) -> String {
    let location = location.trim();
    if split_scheme(location).is_some() {
        return location.to_owned();
    }
    let scheme = base.scheme_str().unwrap_or("https");
    if location.starts_with("//") {
        return format!("{scheme}:{location}");
    }
    let folder = &base.path()[..base.path().rfind('/').map_or(0, |at| at + 1)];
    let path = match location.chars().next() {
        Some('/') => without_dots(location),
        Some('?') => format!("{}{location}", base.path()),
        Some('#') | None => {
            format!("{}{location}", base.path_and_query().map_or("/", |path| path.as_str()))
        }
        Some(_) => without_dots(&format!("{folder}{location}")),
    };
    format!("{scheme}://{}{path}", base.authority().map_or("", |authority| authority.as_str()))
}

fn broken(why: &str) -> Verdict {
    Verdict::Broken(format!("not a valid address: {why}"))
}

/// `https` and what follows its colon.
fn split_scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// Follows the `.` and `..` of an absolute path; those in its query stay.
fn without_dots(path: &str) -> String {
    let (path, query) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').skip(1) {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let names_folder = path.ends_with("/.") || path.ends_with("/..");
    let end = if names_folder && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}{query}", parts.join("/"))
}

enum HostKind {
    Public,
    Local,
    Invalid,
}

fn host_kind(uri: &Uri) -> HostKind {
    let host = host(uri);
    let Some(authority) = uri.authority() else { return HostKind::Invalid };
    let after_host = authority.as_str().rsplit('@').next().unwrap_or("");
    let has_port = after_host.len() > authority.host().len() + ":".len();
    if host.is_empty() || host.starts_with('.') || host.contains("..") || host.contains('%') {
        return HostKind::Invalid;
    }
    if has_port && authority.port_u16().is_none() {
        return HostKind::Invalid;
    }
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_local = match address {
        Ok(IpAddr::V4(address)) => is_local_v4(address),
        Ok(IpAddr::V6(address)) => is_local_v6(address),
        Err(_) if host.starts_with('[') || ends_in_number(&host) => return HostKind::Invalid,
        Err(_) => !host.contains('.') || LOCAL_DOMAINS.iter().any(|domain| is_below(&host, domain)),
    };
    if is_local { HostKind::Local } else { HostKind::Public }
}

/// Hosts such as `127.1` and `0x7f000001`: systems read them as addresses, authors don't write them.
fn ends_in_number(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or("");
    let is_hex = last.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_hex || last.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_local_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    let is_carrier = a == 100 && (64..128).contains(&b);
    a == 0
        || a >= 224
        || is_carrier
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    let embedded = address.to_ipv4_mapped();
    embedded.is_some_and(is_local_v4)
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || address.segments()[..2] == [0x2001, 0xdb8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_addresses() {
        let check = |url: &str, expected: &str| {
            assert_eq!(to_ask(url, false).map(|uri| uri.to_string()), Ok(expected.to_owned()), "{url}");
        };
        check("https://recto.page", "https://recto.page/");
        check(" HTTPS://recto.page/a b#part", "https://recto.page/a%20b");
        check("https://recto.page?q=#part", "https://recto.page/?q=");
        check("//recto.page/größe%20{x}", "https://recto.page/gr%C3%B6%C3%9Fe%20%7Bx%7D");
        check("https://localhost@recto.page:81/", "https://localhost@recto.page:81/");
        check("https://myexample.com/", "https://myexample.com/");
    }

    #[test]
    fn local_and_foreign_links_are_not_asked() {
        for url in [
            "mailto:me@recto.page",
            "http://localhost:8000/",
            "http://LOCALHOST./",
            "http://wiki/",
            "http://a.example.com/",
            "http://recto.page@printer.local",
            "http://a.invalid/",
            "http://127.9.9.9",
            "http://169.254.169.254/latest",
            "http://10.0.0.1:80/",
            "http://[::1]/",
            "http://[::ffff:192.168.0.1]/",
            "http://[fd00::1]/",
        ] {
            assert_eq!(to_ask(url, false), Err(Verdict::Fine), "{url}");
        }
        assert!(to_ask("http://127.0.0.1:80/", true).is_ok());
    }

    #[test]
    fn invalid_links_are_broken() {
        for url in [
            "",
            "recto.page/a",
            "https:/recto.page",
            "https://",
            "https:///a",
            "https://a..page/",
            "https://recto.page:99999/",
            "https://recto.page:x/",
            "https://re cto.page/",
            "https://[::1/",
            "https://[zz]/",
            "https://127.1/",
            "https://0x7f.0x1/",
            "https://1.2.3.400/",
            "https://%31.page/",
            "https://@/",
            "http://:80/",
            &format!("https://recto.page/{}", "a".repeat(100_000)),
        ] {
            assert!(matches!(to_ask(url, false), Err(Verdict::Broken(_))), "{:?}", to_ask(url, false));
        }
        assert!(matches!(to_ask("https://größe.page/", false), Err(Verdict::Unknown(_))));
    }

    #[test]
    fn redirects_are_relative_to_the_page() {
        let check = |location: &str, expected: &str| {
            let base: Uri = "http://recto.page:81/a/b?q=1".parse().expect("an address");
            assert_eq!(resolve(&base, location), expected, "{location}");
        };
        check("https://other.page/x#y", "https://other.page/x#y");
        check("//other.page/x", "http://other.page/x");
        check("/x/../y?z=/../", "http://recto.page:81/y?z=/../");
        check("c", "http://recto.page:81/a/c");
        check("../../../c/.", "http://recto.page:81/c/");
        check("..", "http://recto.page:81/");
        check("?q=2", "http://recto.page:81/a/b?q=2");
        check("", "http://recto.page:81/a/b?q=1");
    }
}
