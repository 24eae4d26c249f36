//! The functions of templates. All but `asset` ask the [`scope`], so that what a page depends on can be written down.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use crate::{
    base::diagnostic::nearest,
    render::{
        scope::{self, Queries},
        theme::ASSET_FOLDER,
    },
};

/// All functions that a template may call.
pub(super) const NAMES: &[&str] =
    &["asset", "get_page", "get_section", "get_taxonomy", "load_data", "range", "super", "throw", "url"];

/// Adds the functions to `tera`; `asset` comes with [`register_asset`].
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
    register_asset(tera, "", BTreeSet::new());
}

/// Adds `asset(path=)`, the address of a theme's file on a site below `base_path`.
pub(super) fn register_asset(tera: &mut Tera, base_path: &str, names: BTreeSet<String>) {
    let folder = format!("{}/{ASSET_FOLDER}/", base_path.trim_end_matches('/'));
    tera.register_function("asset", move |args: Kwargs, _: &State| {
        let path: &str = args.must_get("path")?;
        if names.contains(path) {
            return Ok(format!("{folder}{path}"));
        }
        let hint = nearest(path, names.iter().map(String::as_str))
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        Err(Error::message(format!("the theme has no file `{path}`{hint}")))
    });
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

fn to_value(json: &Json) -> TeraResult<Value> {
    Value::try_from_serializable(json)
}
