//! [`media_type`]: what a file is, by the extension of its name. For the server's answers and the pages' links alike.

/// What a file is when its name doesn't tell.
pub const UNKNOWN: &str = "application/octet-stream";
/// Plain text.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// A page.
pub const HTML: &str = "text/html; charset=utf-8";
/// The longest extension in the table.
const MAX_EXTENSION_BYTES: usize = 12;

/// The media type of a file by its path, in the form of a `Content-Type` header.
///
/// Text is UTF-8. What isn't known is [`UNKNOWN`], which browsers offer to save.
///
/// ```
/// use recto::base::media::media_type;
/// assert_eq!(media_type("img/Photo.JPG"), "image/jpeg");
/// ```
pub fn media_type(path: &str) -> &'static str {
    let name = path.rfind('/').map_or(path, |at| &path[at + 1..]);
    let Some((_, extension)) = name.rsplit_once('.') else { return UNKNOWN };
    if extension.len() > MAX_EXTENSION_BYTES {
        return UNKNOWN;
    }
    by_extension(&extension.to_ascii_lowercase())
}

fn by_extension(extension: &str) -> &'static str {
    match extension {
        // Pages and what they are made of.
        "html" | "htm" => HTML,
        "xhtml" => "application/xhtml+xml; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json; charset=utf-8",
        "jsonld" => "application/ld+json; charset=utf-8",
        "geojson" => "application/geo+json; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        "wasm" => "application/wasm",
        // Feeds and other XML.
        "xml" | "xsl" | "xslt" => "application/xml; charset=utf-8",
        "atom" => "application/atom+xml; charset=utf-8",
        "rss" => "application/rss+xml; charset=utf-8",
        "opml" => "text/x-opml; charset=utf-8",
        // Text.
        "txt" | "text" | "log" | "diff" | "patch" => TEXT,
        "md" | "markdown" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "tsv" => "text/tab-separated-values; charset=utf-8",
        "yaml" | "yml" => "application/yaml; charset=utf-8",
        "toml" => "application/toml; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "vcf" => "text/vcard; charset=utf-8",
        "vtt" => "text/vtt; charset=utf-8",
        "srt" => "application/x-subrip; charset=utf-8",
        // Programs of others are shown, not run.
        "rs" | "py" | "c" | "h" | "cpp" | "hpp" | "cc" | "java" | "go" | "rb" | "sh" | "bash" | "r"
        | "tex" | "bib" | "sql" | "lua" | "jl" | "hs" | "kt" | "swift" | "ini" | "cfg" | "conf" => TEXT,
        _ => binary(extension),
    }
}

fn binary(extension: &str) -> &'static str {
    match extension {
        // Images.
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "apng" => "image/apng",
        "jpg" | "jpeg" | "jfif" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "jxl" => "image/jxl",
        "heic" => "image/heic",
        "ico" | "cur" => "image/x-icon",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        // Fonts.
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "eot" => "application/vnd.ms-fontobject",
        // Sound and video.
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "aac" => "audio/aac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        "weba" => "audio/webm",
        "mid" | "midi" => "audio/midi",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "ogv" => "video/ogg",
        "mov" => "video/quicktime",
        "avi" => "video/x-msvideo",
        "mkv" => "video/x-matroska",
        "m3u8" => "application/vnd.apple.mpegurl",
        _ => document(extension),
    }
}

fn document(extension: &str) -> &'static str {
    match extension {
        // Documents.
        "pdf" => "application/pdf",
        "epub" => "application/epub+zip",
        "ps" | "eps" => "application/postscript",
        "rtf" => "application/rtf",
        "ipynb" => "application/x-ipynb+json; charset=utf-8",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "ppt" => "application/vnd.ms-powerpoint",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        // Archives.
        "zip" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        "bz2" => "application/x-bzip2",
        "xz" => "application/x-xz",
        "zst" => "application/zstd",
        "tar" => "application/x-tar",
        "7z" => "application/x-7z-compressed",
        "jar" => "application/java-archive",
        // Models for 3D views.
        "glb" => "model/gltf-binary",
        "gltf" => "model/gltf+json; charset=utf-8",
        "stl" => "model/stl",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_go_by_the_last_extension_in_any_case() {
        for (path, expected) in [
            ("a/index.html", HTML),
            ("a.b/feed.XML", "application/xml; charset=utf-8"),
            ("viewer.mjs", "text/javascript; charset=utf-8"),
            ("logo.SVG", "image/svg+xml; charset=utf-8"),
            ("x.tar.gz", "application/gzip"),
            ("/talk.mp4", "video/mp4"),
            ("font.woff2", "font/woff2"),
            ("notes.pdf", "application/pdf"),
        ] {
            assert_eq!(media_type(path), expected, "{path}");
        }
    }

    #[test]
    fn what_has_no_known_extension_is_unknown() {
        for path in ["", "LICENSE", "a.html/x", "a.", "x.é", "x.htmlhtmlhtmlhtml", "."] {
            assert_eq!(media_type(path), UNKNOWN, "{path}");
        }
    }
}
