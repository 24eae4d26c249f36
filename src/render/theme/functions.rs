//! The functions of templates. Apart from the theme's own files, all that they tell comes from the [`scope`], so that what a
//! page depends on can be written down.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex, PoisonError},
};

use foldhash::HashMap;
use serde_json::Value as Json;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::{
    base::{diagnostic::nearest, url::encode_path},
    parse::{expand::AttributeValue, markdown::Attributes},
    render::{
        markdown::escape,
        scope::{self, Queries},
        theme::{
            ASSET_FOLDER, Asset,
            assets::{Assets, in_page},
            bounds,
        },
    },
};

/// All functions that a template may call.
pub(super) const NAMES: &[&str] = &[
    "asset",
    "asset_text",
    "get_page",
    "get_section",
    "get_taxonomy",
    "image",
    "integrity",
    "load_data",
    "range",
    "super",
    "t",
    "throw",
    "url",
];

/// Adds the functions to `tera`; `asset`, `asset_text` and `integrity` come with [`register_assets`].
pub(super) fn register(tera: &mut Tera) {
    tera.register_function("get_page", |args: Kwargs, _: &State| {
        find(&args, "path", "page", |queries, path| queries.page(path))
    });
    tera.register_function("get_section", |args: Kwargs, _: &State| {
        find(&args, "path", "section", |queries, path| queries.section(path))
    });
    tera.register_function("get_taxonomy", |args: Kwargs, _: &State| {
        find(&args, "name", "taxonomy", |queries, name| queries.taxonomy(name))
    });
    tera.register_function("load_data", |args: Kwargs, _: &State| {
        let data = queries()?.data(args.must_get("path")?).map_err(Error::message)?;
        to_value(&data)
    });
    tera.register_function("url", |args: Kwargs, _: &State| {
        queries()?.url(args.must_get("to")?).map_err(Error::message)
    });
    tera.register_function("image", |args: Kwargs, _: &State| {
        let (to, alt): (&str, Option<&str>) = (args.must_get("to")?, args.get("alt")?);
        let html = queries()?.image(to, alt.unwrap_or_default(), image_attributes(&args)?);
        html.map(|html| Value::safe_string(&html)).map_err(Error::message)
    });
    tera.register_function("once", |args: Kwargs, _: &State| {
        let html = queries()?.once(args.must_get("partial")?).map_err(Error::message)?;
        TeraResult::Ok(html.map_or_else(Value::none, |html| Value::safe_string(&html)))
    });
    tera.register_function("t", |args: Kwargs, _: &State| {
        let text = queries()?.text(args.must_get("key")?).map_err(Error::message)?;
        Ok(filled(text, &args))
    });
    tera.register_function("range", |args: Kwargs, state: &State| bounds::range(&args, state));
    register_assets(tera, "", &Arc::default());
}

/// What a template says of an image besides where it is. A side of 0 is none: components can pass on what they didn't get.
fn image_attributes(args: &Kwargs) -> TeraResult<Attributes> {
    let mut attributes = Attributes::default();
    for name in ["width", "height"] {
        let side = args.get::<i64>(name)?.filter(|side| *side > 0);
        attributes.pairs.extend(side.map(|side| (name.to_owned(), AttributeValue::Integer(side))));
    }
    for name in ["sizes", "loading"] {
        let text = args.get::<&str>(name)?.map(|text| AttributeValue::Text(text.to_owned()));
        attributes.pairs.extend(text.map(|text| (name.to_owned(), text)));
    }
    let resize = args.get("resize")?.map(AttributeValue::Bool);
    attributes.pairs.extend(resize.map(|resize| ("resize".to_owned(), resize)));
    if let Some(class) = args.get::<&str>("class")? {
        attributes.classes.extend(class.split_whitespace().map(str::to_owned));
    }
    Ok(attributes)
}

/// A text with its arguments in place of their names in braces. A text with HTML among its arguments is HTML.
fn filled(text: String, args: &Kwargs) -> Value {
    if !text.contains('{') {
        return Value::from(text);
    }
    let named = || args.iter().filter_map(|(name, value)| Some((name.as_str()?, value)));
    let is_html = named().any(|(_, value)| value.is_safe());
    let shown = |text: &str| if is_html { escape::text(text) } else { text.to_owned() };
    let filled = fill(&text, shown, |name| {
        let (_, value) = named().find(|(arg, _)| *arg == name)?;
        Some(if value.is_safe() { value.to_string() } else { shown(&value.to_string()) })
    });
    if is_html { Value::safe_string(&filled) } else { Value::from(filled) }
}

/// A text as it is where a template shows it.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let has_special =
        text.bytes().fold(false, |any, byte| any | matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\''));
    if !has_special {
        return text.into();
    }
    let mut html = Vec::with_capacity(text.len() + 16);
    tera::escape_html(text, &mut html).expect("memory takes everything");
    String::from_utf8(html).expect("text stays text").into()
}

/// A text as it is `shown`, with what stands for names in braces; a name that nothing stands for is left there.
pub(super) fn fill(
    text: &str,
    shown: impl Fn(&str) -> String,
    named: impl Fn(&str) -> Option<String>,
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = rest.split_once('{').and_then(|(before, after)| {
        let (name, after) = after.split_once('}')?;
        Some((before, name, after))
    }) {
        filled.push_str(&shown(before));
        filled.push_str(&named(name).unwrap_or_else(|| shown(&format!("{{{name}}}"))));
        rest = after;
    }
    filled.push_str(&shown(rest));
    filled
}

/// Adds `asset(path=)`, the address of a theme's file on a site below `base_path`, `integrity(path=)`, the attribute of
/// that name for the file, and `asset_text(path=)`, what is in it. A path that begins with `/` is that of a file of the site.
/// With `from`, the address of a page, an address is relative to that page and leads there from a file of the disk as well.
pub(super) fn register_assets(tera: &mut Tera, base_path: &str, assets: &Arc<Assets>) {
    let folder = format!("{}/{ASSET_FOLDER}/", base_path.trim_end_matches('/'));
    let (named, below) = (assets.clone(), folder.clone());
    tera.register_function("asset", move |args: Kwargs, _: &State| {
        let address = match site_asset(&args)? {
            Some((address, _)) => Some(address),
            None => asset(&named, &args)?.map(|asset| format!("{below}{}", encode_path(&asset.address))),
        };
        let Some(address) = address else { return Ok(Value::none()) };
        let from = args.get::<&str>("from")?.filter(|from| !from.is_empty());
        TeraResult::Ok(Value::from(from.map_or_else(|| address.clone(), |from| relative(from, &address))))
    });
    let named = assets.clone();
    // To read style sheets takes half as long as the rest of a page, and each asks for the same ones.
    let made: Mutex<HashMap<(String, bool), Value>> = Mutex::default();
    tera.register_function("asset_text", move |args: Kwargs, _: &State| {
        let (path, first_view): (&str, Option<bool>) = (args.must_get("path")?, args.get("first_view")?);
        let Some(asset) = asset(&named, &args)? else { return Ok(Value::none()) };
        let only_first_view = first_view.unwrap_or(false);
        let key = (path.to_owned(), only_first_view);
        let known = made.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(text) = known {
            return Ok(text);
        }
        let text = match in_page(asset, path, &folder, only_first_view) {
            Some(text) => Value::safe_string(&text),
            None if only_first_view => Value::none(),
            None => return Err(Error::message(format!("`{path}` is no text"))),
        };
        made.lock().unwrap_or_else(PoisonError::into_inner).insert(key, text.clone());
        TeraResult::Ok(text)
    });
    let named = assets.clone();
    tera.register_function("integrity", move |args: Kwargs, _: &State| {
        let integrity = match site_asset(&args)? {
            Some((_, integrity)) => integrity,
            None => asset(&named, &args)?.and_then(Asset::integrity).map(str::to_owned),
        };
        let attribute = integrity.map(|integrity| format!(" integrity=\"{integrity}\"")).unwrap_or_default();
        TeraResult::Ok(Value::safe_string(&attribute))
    });
}

/// The address and integrity of the site's file that a template asks for; `None` when it asks for one of the theme, or says
/// that it may be missing.
fn site_asset(args: &Kwargs) -> TeraResult<Option<(String, Option<String>)>> {
    let path: &str = args.must_get("path")?;
    if !path.starts_with('/') {
        return Ok(None);
    }
    match queries()?.asset(path) {
        Ok(found) => Ok(Some(found)),
        Err(_) if is_optional(args)? => Ok(None),
        Err(cause) => Err(Error::message(cause)),
    }
}

fn is_optional(args: &Kwargs) -> TeraResult<bool> {
    Ok(args.get::<bool>("optional")?.unwrap_or(false))
}

/// The file that a template asks for; `None` only when it says that this is fine.
fn asset<'a>(assets: &'a Assets, args: &Kwargs) -> TeraResult<Option<&'a Asset>> {
    let path: &str = args.must_get("path")?;
    let found = assets.named(path);
    if found.is_some() || is_optional(args)? {
        return Ok(found);
    }
    let hint = nearest(path, assets.iter().map(|(name, _)| name))
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    Err(Error::message(format!("the theme has no file `{path}`{hint}")))
}

/// An address as it is written on the page at `from`, both from the root of the same host.
fn relative(from: &str, to: &str) -> String {
    let folder = from.rfind('/').map_or("", |end| &from[..=end]);
    let shared = folder.bytes().zip(to.bytes()).take_while(|(a, b)| a == b).count();
    let shared = folder[..shared].rfind('/').map_or(0, |end| end + 1);
    let n_up = folder[shared..].matches('/').count();
    format!("{}{}", "../".repeat(n_up), &to[shared..])
}

/// The queries of the running render.
pub(super) fn queries() -> TeraResult<std::sync::Arc<dyn Queries>> {
    scope::current().ok_or_else(|| Error::message("there is no page here to ask about the site"))
}

fn find(
    args: &Kwargs,
    key: &str,
    what: &str,
    ask: impl FnOnce(&dyn Queries, &str) -> Option<Json>,
) -> TeraResult<Value> {
    let name: String = args.must_get(key)?;
    let optional = args.get::<bool>("optional")?.unwrap_or(false);
    match ask(&*queries()?, &name) {
        Some(found) => to_value(&found),
        None if optional => Ok(Value::none()),
        None => {
            let message =
                format!("there is no {what} `{name}`; with `optional=true` that gives nothing instead");
            Err(Error::message(message))
        }
    }
}

/// What a function gives; to make it takes time each time.
fn to_value(json: &Json) -> TeraResult<Value> {
    let value = Value::try_from_serializable(json)?;
    bounds::given(&value)?;
    Ok(value)
}
