//! The OpenAPI document of the API, made of its operations.

use axum::{Json, extract::State};
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value, json};

use super::{
    super::{Site, actor::Reader, problem},
    operation::{Answer, Operation},
    operations,
};

/// The version of OpenAPI, whose schemas are JSON Schema 2020-12.
const OPENAPI: &str = "3.1.0";
/// Where the document has its schemas.
const SCHEMAS: &str = "#/components/schemas/";
/// What every operation may answer: a request that another site may have caused, and a fault of ours.
const USUAL_PROBLEMS: [u16; 3] = [400, 403, 500];

/// What stands at the beginning of the document.
const ABOUT: &str = "Reads and writes the files of a wiki; each change is a Git commit. Requests that change something need \
`Content-Type: application/json` or the header `X-Recto: 1`, which pages of other sites can't send. \
What fails is told as RFC 9457 has it.";

/// Answers with the document.
pub(super) async fn show(State(site): State<Site>, Reader(_): Reader) -> Json<Value> {
    Json(document(&site.base_path_of_site()))
}

/// The document of an API below a base path.
pub(super) fn document(base_path: &str) -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for operation in operations() {
        let path = operation.route.replace("{*", "{");
        let described = described(&operation, &path, &mut schemas);
        let of_path = paths.entry(path).or_insert_with(|| json!({}));
        of_path[operation.method.as_str().to_ascii_lowercase()] = described;
    }
    let problem = schemas.given.subschema_for::<problem::Problem>();
    let definitions = schemas.definitions();
    let server = if base_path.is_empty() { "/" } else { base_path };
    json!({
        "openapi": OPENAPI,
        "info": { "title": "Recto", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": {
                "Problem": {
                    "description": "A problem: what is wrong, and the next step.",
                    "content": { problem::MEDIA_TYPE: { "schema": problem } },
                },
            },
        },
    })
}

/// The schemas of what is taken and of what is given: a field may be left out of the one and not of the other.
struct Schemas {
    taken: SchemaGenerator,
    given: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = SCHEMAS.trim_start_matches('#').into();
            settings.transforms.push(Box::new(RecursiveTransform(without_rust)));
        });
        Self {
            taken: SchemaGenerator::new(settings.clone().for_deserialize()),
            given: SchemaGenerator::new(settings.for_serialize()),
        }
    }

    /// All of them by name. A type that is taken and given has one schema for both.
    fn definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.taken.take_definitions(true);
        definitions.extend(self.given.take_definitions(true));
        definitions
    }
}

/// What doc comments call `None` is `null` in JSON.
fn without_rust(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("`None`", "`null`");
    }
}

fn described(operation: &Operation, path: &str, schemas: &mut Schemas) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        let description = "The path of a file in the repository, with its `/` as they are or as `%2F`.";
        let schema = json!({ "type": "string", "minLength": 1 });
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": schema, "description": description,
        }));
    }
    if let Some(query) = operation.query {
        parameters.extend(of_query(query(&mut schemas.taken), &schemas.taken));
    }
    let mut value = json!({ "operationId": operation.id, "summary": operation.summary });
    if !parameters.is_empty() {
        value["parameters"] = json!(parameters);
    }
    if let Some(body) = &operation.body {
        let content = json!({ body.media_type: { "schema": (body.schema)(&mut schemas.taken) } });
        value["requestBody"] = json!({ "required": body.is_required, "content": content });
    }
    value["responses"] = answers(operation, &mut schemas.given);
    value
}

/// What a type has fields for, as what can stand behind `?`.
fn of_query(schema: Schema, schemas: &SchemaGenerator) -> Vec<Value> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.rsplit('/').next());
    let whole = name.and_then(|name| schemas.definitions().get(name).cloned()).unwrap_or(schema.to_value());
    let required = |name: &str| {
        whole["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
    };
    let fields = whole["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, schema)| json!({ "name": name, "in": "query", "required": required(name), "schema": schema }))
        .collect()
}

fn answers(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let mut answers = Map::new();
    for Answer { status, meaning, content } in &operation.answers {
        let mut answer = json!({ "description": meaning });
        if let Some((media_type, schema)) = content {
            answer["content"] = json!({ *media_type: { "schema": schema(schemas) } });
        }
        answers.insert(status.to_string(), answer);
    }
    for status in USUAL_PROBLEMS.iter().chain(operation.problems) {
        let problem = || json!({ "$ref": "#/components/responses/Problem" });
        answers.entry(status.to_string()).or_insert_with(problem);
    }
    answers.sort_keys();
    Value::Object(answers)
}
