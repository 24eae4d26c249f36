//! Scripts, smaller: without comments and spaces, and with short names where nobody can tell the difference.
//!
//! A whole parser reads them, since nothing less can tell a regular expression from a division. Nothing is computed,
//! dropped or moved: what runs is the same program. Names of functions and classes stay, as programs can ask for them
//! ([`squeeze`] doesn't keep them); so do names at the top, which other scripts use, and all names beside `eval` and `with`.

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions, LegalComment};
use oxc_mangler::{MangleOptions, MangleOptionsKeepNames, Mangler};
use oxc_parser::{Parser, ParserReturn};
use oxc_span::SourceType;

/// A smaller script that does the same. The error says why there is none.
pub(super) fn minify(source: &str) -> Result<String, String> {
    checked(written(source, MangleOptionsKeepNames::all_true())?)
}

/// The same for a script that asks no function or class for its name.
pub(in crate::render::theme) fn squeeze(source: &str) -> Result<String, String> {
    checked(written(source, MangleOptionsKeepNames::all_false())?)
}

fn checked(minified: String) -> Result<String, String> {
    // What can't be read can't run: better a large file than a broken page.
    let allocator = Allocator::default();
    parse(&allocator, &minified)
        .map(|_| ())
        .map_err(|cause| format!("what came out can't be read: {cause}"))?;
    Ok(minified)
}

fn written(source: &str, keep_names: MangleOptionsKeepNames) -> Result<String, String> {
    let allocator = Allocator::default();
    let program = parse(&allocator, source)?.program;
    let short_names = MangleOptions { keep_names, top_level: false, ..MangleOptions::default() };
    let names = (!has_with(source)).then(|| Mangler::new().with_options(short_names).build(&program));
    let (scoping, private) = names.map(|names| (names.scoping, names.class_private_mappings)).unzip();
    let comments = CommentOptions { legal: LegalComment::Inline, ..CommentOptions::disabled() };
    let options = CodegenOptions { comments, ..CodegenOptions::minify() };
    let codegen =
        Codegen::new().with_options(options).with_scoping(scoping).with_private_member_mappings(private);
    Ok(codegen.build(&program).code)
}

/// Whether there may be a `with (object)`, in which names mean what the object makes of them. The crate knows of `eval` only.
/// `list.with(0, x)` is a method.
fn has_with(source: &str) -> bool {
    source.match_indices("with").any(|(at, word)| {
        let is_method = source[..at].trim_end().ends_with('.');
        let after = source[at + word.len()..].trim_start();
        !is_method && after.starts_with(['(', '/'])
    })
}

/// Reads a module or a plain script, whichever it is.
fn parse<'a>(allocator: &'a Allocator, source: &'a str) -> Result<ParserReturn<'a>, String> {
    let read_as = |kind| Parser::new(allocator, source, kind).parse();
    let mut parsed = read_as(SourceType::unambiguous());
    if !parsed.errors.is_empty() {
        // Of a module that imports and exports nothing only this tells.
        parsed = read_as(SourceType::mjs());
    }
    match parsed.errors.first() {
        Some(error) => Err(error.to_string()),
        None if parsed.panicked => Err("it can't be read".to_owned()),
        None => Ok(parsed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        assert_eq!(minify(source).as_deref(), Ok(expected), "{source}");
    }

    #[test]
    fn spaces_comments_and_local_names_go() {
        check(
            "// one\nfunction add(first, second) {\n  return first + second;\n}\n",
            "function add(e,t){return e+t}",
        );
        check("export const sum = (first) => first / 2; // two", "export const sum=e=>e/2;");
        check("const half = /[/]\\/ a/g.test(x) / 2", "const half=/[/]\\/ a/g.test(x)/2;");
        check("const text = `a ${ one }  b`;", "const text=`a ${one}  b`;");
        check("a\n++b", "a;++b;");
        check("const data = await fetch(x);", "const data=await fetch(x);");
    }

    #[test]
    fn names_stay_that_somebody_may_ask_for() {
        check(
            "function f() { class Inner {} return Inner.name }",
            "function f(){class Inner{}return Inner.name}",
        );
        check(
            "function f(object, value) { with (object) { return value } }",
            "function f(object,value){with(object){return value}}",
        );
        check("const f = (list) => list.with(0, 1)", "const f=e=>e.with(0,1);");
        check("function f(value) { return eval('value') }", "function f(value){return eval(`value`)}");
        check("const f = ({ a, b: { c } }) => ({ a, c })", "const f=({a:e,b:{c:t}})=>({a:e,c:t});");
    }

    #[test]
    fn licences_stay() {
        check("/*! MIT */\nx = 1;\n/* other */", "/*! MIT */\nx=1;");
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        for source in ["let x = ;", "<p>", "function", "var a = 08n", "\0", "a b", "`"] {
            assert!(minify(source).is_err(), "{source}");
        }
        assert!(minify("").is_ok());
    }
}
